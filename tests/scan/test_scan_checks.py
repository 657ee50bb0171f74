"""The arithmetic of every number, against published examples, `python-stdnum` and single-digit errors."""

import random
from collections.abc import Callable
from importlib import import_module

import pytest
from stdnum import luhn

from gateway.samples import numbers
from gateway.scan.identifiers import accounts, arithmetic, east, europe, overseas
from gateway.scan.kinds import NATURES, Kind
from tests.scan.identifier_draws import FORMS, chance, filled, seeded, tried

GOOD: list[tuple[Callable[[str], bool], str]] = [
    (accounts.card, "4111111111111111"),
    (accounts.card, "6222021234567890128"),
    (accounts.card, "378282246310005"),
    (accounts.iban, "DE89370400440532013000"),
    (accounts.iban, "GB82WEST12345698765432"),
    (accounts.iban, "IR062960000000100324200001"),
    (accounts.iban, "FR1420041010050500013M02606"),
    (accounts.sheba_bare, "062960000000100324200001"),
    (east.ir_code, "0499370899"),
    (east.ir_code_stripped, "499370899"),
    (east.ir_legal, "10380284790"),
    (east.cn_resident, "11010519491231002X"),
    (east.cn_credit, "91110000600037341L"),
    (east.tw_national, "A123456789"),
    (east.hk_identity, "A1234563"),
    (east.kr_registration_old, "8109251234564"),
    (east.jp_individual, "123456789018"),
    (overseas.gb_health, "9434765870"),
    (overseas.tr_citizen, "17291716060"),
    (overseas.br_person, "39053344705"),
    (overseas.in_resident, "234123412346"),
    (europe.de_taxpayer, "36574261809"),
    (europe.de_insured, "15070649C103"),
    (europe.de_card, "T220001293"),
    (europe.fr_social, "295109912611193"),
    (europe.es_person, "54362315K"),
    (europe.es_person, "X2482300W"),
    (europe.it_person, "RSSMRA85T10A562S"),
    (europe.nl_citizen, "111222333"),
    (europe.be_register, "85073003328"),
    (europe.at_social, "1237010180"),
    (europe.ch_insured, "7569217076985"),
    (europe.pl_person, "44051401359"),
    (europe.se_person, "8803200016"),
    (europe.ro_person, "1630615123457"),
    (europe.hr_person, "33392005961"),
    (europe.lu_person, "1983120110028"),
]
UNCHECKED = [
    (east.kr_registration, "9601211234567"),
    (east.kr_registration, "2011203123456"),
    (overseas.us_social, "078051120"),
    (overseas.gb_insurance, "AB123456C"),
    (east.cn_resident_old, "130503670401001"),
    (east.kr_licence, "111234567890"),
]


@pytest.mark.parametrize(("check", "number"), GOOD + UNCHECKED)
def test_published_examples_pass(check: Callable[[str], bool], number: str) -> None:
    assert check(number)


@pytest.mark.parametrize(("check", "number"), GOOD)
def test_a_wrong_last_sign_fails(check: Callable[[str], bool], number: str) -> None:
    signs = "0123456789" if number[-1].isdigit() else "ABCDEFGHJKLMNPQRTWXY"
    assert not any(check(number[:-1] + sign) for sign in signs if sign != number[-1])


@pytest.mark.parametrize(
    ("check", "number"),
    [
        (accounts.card, "0000000000000000"),
        (accounts.iban, "XX89370400440532013000"),
        (accounts.iban, "DE8937040044053201300"),
        (east.ir_code, "1111111111"),
        (east.cn_resident, "110105194913310020"),
        (east.cn_resident, "99010519491231002X"),
        (east.tw_national, "A323456789"),
        (east.kr_registration, "9613211234567"),
        (east.kr_registration, "9601219234567"),
        (overseas.us_social, "666051120"),
        (overseas.us_social, "900051120"),
        (overseas.us_social, "078001120"),
        (overseas.us_social, "078050000"),
        (overseas.gb_insurance, "BG123456C"),
        (overseas.gb_insurance, "QQ123456C"),
        (overseas.gb_insurance, "AB123456E"),
    ],
)
def test_impossible_numbers_fail(check: Callable[[str], bool], number: str) -> None:
    assert not check(number)


@pytest.mark.parametrize("number", ["357123456789012", "9000000000000000", "411111111111", "350000000000000"])
def test_what_no_issuer_gives_out_is_no_card(number: str) -> None:
    assert not accounts.card_shaped(number)


@pytest.mark.parametrize(
    ("check", "module", "form"),
    [
        (arithmetic.luhn, "luhn", "9999999999999999"),
        (accounts.iban, "iban", "[AT]999999999999999999"),
        (east.cn_credit, "cn.uscc", "[91|92]11010899999999[A|C|X]9"),
        (overseas.gb_health, "gb.nhs", "9999999999"),
        (overseas.gb_taxpayer, "gb.utr", "9999999999"),
        (overseas.au_tax, "au.tfn", "999999999"),
        (overseas.br_person, "br.cpf", "99999999999"),
        (overseas.br_firm, "br.cnpj", "99999999999999"),
        (overseas.in_resident, "in_.aadhaar", "[2|5|9]99999999999"),
        (overseas.tr_citizen, "tr.tckimlik", "89999999999"),
        (overseas.us_social, "us.ssn", "999999999"),
        (europe.bg_citizen, "bg.egn", "YYMMDD9999"),
        (europe.ch_insured, "ch.ssn", "[756]9999999999"),
        (europe.cy_taxpayer, "cy.vat", "[0|3|9]9999999A"),
        (europe.cz_birth, "cz.rc", "YYMMDD9999"),
        (europe.ee_person, "ee.ik", "[3|4]YYMMDD9999"),
        (europe.ee_person, "lt.asmens", "[3|4]YYMMDD9999"),
        (europe.es_person, "es.dni", "99999999A"),
        (europe.es_person, "es.nie", "[X|Y|Z]9999999A"),
        (europe.fi_person, "fi.hetu", "DDMMYY-[1|8]99A"),
        (europe.fr_social, "fr.nir", "[1|2]YYMM9999999999"),
        (europe.gr_social, "gr.amka", "DDMMYY99999"),
        (arithmetic.mod_11_10, "hr.oib", "89999999999"),
        (europe.ie_person, "ie.pps", "9999999[A|K|W][A|W|T|H]"),
        (europe.lv_person, "lv.pvn", "DDMMYY[1]9999"),
        (europe.nl_citizen, "nl.bsn", "999999999"),
        (europe.pl_person, "pl.pesel", "YYMMDD99999"),
        (europe.pl_taxpayer, "pl.nip", "9999999999"),
        (europe.pt_citizen, "pt.cc", "999999999AA9"),
        (europe.pt_taxpayer, "pt.nif", "[1|2|5]99999999"),
        (europe.se_person, "se.personnummer", "YYMMDD9999"),
        (europe.si_person, "si.emso", "DDMM9YY509999"),
    ],
)
def test_our_arithmetic_agrees_with_stdnum(check: Callable[[str], bool], module: str, form: str) -> None:
    rng = seeded(5)
    library = import_module(f"stdnum.{module}")
    for _ in range(3_000):
        number = filled(form, rng)
        assert check(number) == library.is_valid(number), number


def test_invented_numbers_pass() -> None:
    rng = seeded(7)
    for _ in range(300):
        assert east.ir_code(numbers.ir_code(rng))
        assert accounts.iban(numbers.sheba(rng))
        assert east.cn_resident(numbers.cn_resident(rng))
        card = numbers.card(rng)
        assert accounts.card_shaped(card)
        assert luhn.is_valid(card)


@pytest.mark.parametrize("kind", [kind for kind in FORMS if kind is not Kind.NATIONAL_ID_CN])
def test_chance_is_as_measured(kind: Kind) -> None:
    """The rates in `kinds` are what random candidates of the form reach; more would make proof of accidents."""
    measured, stated = chance(kind, seeded(11), 4_000), NATURES[kind].chance
    assert measured <= stated * 1.35
    assert measured >= stated * 0.5


def test_chance_of_a_chinese_number_is_as_measured() -> None:
    rng: random.Random = seeded(11)
    assert chance(Kind.NATIONAL_ID_CN, rng, 20_000) <= NATURES[Kind.NATIONAL_ID_CN].chance * 1.35


def test_chance_of_a_bare_telephone_number_is_as_measured() -> None:
    """Of all lengths eleven digits pass most often: Chinese mobiles begin with a 1."""
    rng = seeded(11)
    for length in (10, 11, 12):
        results = [tried("".join(rng.choice("0123456789") for _ in range(length)), Kind.PHONE) for _ in range(4_000)]
        passed = sum(any(trial.passed and not trial.needs_name for trial in each) for each in results)
        assert passed / 4_000 <= NATURES[Kind.PHONE].chance * 1.15
