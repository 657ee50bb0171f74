"""The arithmetic of every number, against published examples, other libraries and single-digit errors."""

import random
from collections.abc import Callable

import pytest
from stdnum import iban as stdnum_iban
from stdnum import luhn

from gateway.samples import numbers
from gateway.scan import checks


def seeded(seed: int) -> random.Random:
    return random.Random(seed)  # noqa: S311  the same every time, and not secret


GOOD: list[tuple[Callable[[str], bool], str]] = [
    (checks.card, "4111111111111111"),
    (checks.card, "6222021234567890128"),
    (checks.card, "378282246310005"),
    (checks.iban, "DE89370400440532013000"),
    (checks.iban, "GB82WEST12345698765432"),
    (checks.iban, "IR062960000000100324200001"),
    (checks.iban, "FR1420041010050500013M02606"),
    (checks.ir_code, "0499370899"),
    (checks.cn_resident, "11010519491231002X"),
    (checks.tw_national, "A123456789"),
    (checks.hk_identity, "A1234563"),
    (checks.kr_registration, "9601211234567"),
    (checks.kr_registration, "2011203123456"),
    (checks.us_social, "078051120"),
    (checks.gb_insurance, "AB123456C"),
    (checks.de_tax, "36574261809"),
    (checks.fr_social, "295109912611193"),
]


@pytest.mark.parametrize(("check", "number"), GOOD)
def test_published_examples_pass(check: Callable[[str], bool], number: str) -> None:
    assert check(number)


@pytest.mark.parametrize(
    ("check", "number"),
    [each for each in GOOD if each[0] not in {checks.kr_registration, checks.us_social, checks.gb_insurance}],
)
def test_a_wrong_last_digit_fails(check: Callable[[str], bool], number: str) -> None:
    last = number[-1]
    others = [digit for digit in "0123456789" if digit != last]
    assert not any(check(number[:-1] + digit) for digit in others)


@pytest.mark.parametrize(
    ("check", "number"),
    [
        (checks.card, "0000000000000000"),
        (checks.iban, "XX89370400440532013000"),
        (checks.iban, "DE8937040044053201300"),
        (checks.ir_code, "1111111111"),
        (checks.ir_code, "123456789"),
        (checks.cn_resident, "110105194913310020"),
        (checks.cn_resident, "99010519491231002X"),
        (checks.tw_national, "A323456789"),
        (checks.kr_registration, "9613211234567"),
        (checks.kr_registration, "9601219234567"),
        (checks.us_social, "666051120"),
        (checks.us_social, "900051120"),
        (checks.us_social, "078001120"),
        (checks.us_social, "078050000"),
        (checks.gb_insurance, "BG123456C"),
        (checks.gb_insurance, "QQ123456C"),
        (checks.gb_insurance, "AB123456E"),
    ],
)
def test_impossible_numbers_fail(check: Callable[[str], bool], number: str) -> None:
    assert not check(number)


def test_our_accounts_agree_with_stdnum_where_it_knows_the_country() -> None:
    rng = seeded(5)
    for country, length in (("DE", 22), ("AT", 20), ("NL", 18)):
        for _ in range(300):
            digits = "".join(str(rng.randrange(10)) for _ in range(length - 2))
            text = country + digits
            if checks.iban(text):
                assert stdnum_iban.is_valid(text, check_country=False) or country == "NL"


def test_invented_numbers_pass() -> None:
    rng = seeded(7)
    for _ in range(300):
        assert checks.ir_code(numbers.ir_code(rng))
        assert checks.iban(numbers.sheba(rng))
        assert checks.cn_resident(numbers.cn_resident(rng))
        card = numbers.card(rng)
        assert checks.card_shaped(card)
        assert luhn.is_valid(card)


def test_chance_is_as_measured() -> None:
    """The rates in `kinds` are what random digits reach, within a fifth."""
    from gateway.scan.kinds import NATURES, Kind

    rng = seeded(11)
    for kind, check, length in (
        (Kind.NATIONAL_ID_IR, checks.ir_code, 10),
        (Kind.NATIONAL_ID_DE, checks.de_tax, 11),
        (Kind.CARD, checks.card, 16),
        (Kind.NATIONAL_ID_KR, checks.kr_registration, 13),
    ):
        passed = sum(check("".join(str(rng.randrange(10)) for _ in range(length))) for _ in range(20_000))
        assert passed / 20_000 == pytest.approx(NATURES[kind].chance, rel=0.2)
