"""Words that are personal data are found where a person is spoken of, and nowhere else."""

from functools import reduce
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import pytest
import yaml
from faker import Faker
from hypothesis import given, settings
from hypothesis import strategies as st

from gateway.scan.kinds import Kind
from gateway.scan.letters import flat
from gateway.scan.lexicon import CATEGORIES, LANGUAGES, lexicon
from gateway.scan.likely import likely
from gateway.scan.special import _pattern
from gateway.scan.tongues import folded, scripts
from gateway.scan.wording import WORTH_A_LOOK, titled, trials

ASSETS = Path(__file__).parent / "assets"
REPORTED = 0.5
LOCALES = {"en": "en_US", "de": "de_DE", "fr": "fr_FR", "zh-Hans": "zh_CN", "zh-Hant": "zh_TW", "ko": "ko_KR"}
UNTITLED_ADDRESSES = 0.9


def kinds(text: str, title: str = "") -> set[Kind]:
    return {trial.kind for trial in trials(flat(text).text, title) if trial.score >= REPORTED}


def score(text: str, title: str, kind: Kind) -> float:
    return max((trial.score for trial in trials(flat(text).text, title) if trial.kind is kind), default=0.0)


def special(text: str) -> set[Kind]:
    return kinds(text) & set(CATEGORIES)


def worth_a_look(cells: list[str]) -> list[bool]:
    array = pa.array(cells, pa.large_string())
    masks = [pc.match_substring_regex(array, pattern) for pattern in WORTH_A_LOOK]
    return list(reduce(pc.or_, masks).to_pylist())


def asset(language: str) -> dict[str, Any]:
    return dict(yaml.safe_load((ASSETS / f"special_{language}.yaml").read_text("utf-8")))


@pytest.mark.parametrize("language", LANGUAGES)
def test_special_categories_are_told_from_harmless_sentences(language: str) -> None:
    sentences = asset(language)
    assert min(len(sentences["positive"]), len(sentences["negative"])) >= 15
    right = sum(Kind(kind) in special(text) for kind, text in sentences["positive"])
    wrong = [text for text in sentences["negative"] if special(text)]
    assert right / len(sentences["positive"]) >= 0.8
    assert right / (right + len(wrong)) >= 0.9, wrong


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_category_has_words_of_every_sort(language: str) -> None:
    words = lexicon(language)
    assert set(words.categories) == set(CATEGORIES)
    assert all(category.titles and category.terms and category.phrases for category in words.categories.values())
    assert words.people
    assert words.attributing
    assert words.benign
    assert words.negators


@pytest.mark.parametrize(
    ("text", "title", "kind"),
    [
        ("Zoroastrian", "religion", Kind.BELIEF),
        ("شيعه", "مذهب", Kind.BELIEF),
        ("佛教", "宗教", Kind.BELIEF),
        ("천주교", "종교", Kind.BELIEF),
        ("rk", "Konfession", Kind.BELIEF),
        ("CGT", "syndicat", Kind.TRADE_UNION),
        ("0 Rh+", "blood_type", Kind.HEALTH),
        ("O형", "혈액형", Kind.HEALTH),
        ("中共党员", "政治面貌", Kind.POLITICS),
        ("阿美族", "族別", Kind.ETHNICITY),
        ("a81f00", "fingerprintTemplate", Kind.BIOMETRIC),
        ("Y", "isDiabetic", Kind.HEALTH),
        ("否", "是否怀孕", Kind.HEALTH),
        ("Y", "임신 여부", Kind.HEALTH),
    ],
)
def test_a_title_names_the_category_of_every_cell(text: str, title: str, kind: Kind) -> None:
    assert titled(title)
    assert score(text, title, kind) >= 0.7


def test_a_title_and_a_term_are_surest() -> None:
    assert score("islam", "Religion", Kind.BELIEF) == 0.9
    assert 0.5 <= score("Muslim", "", Kind.BELIEF) < 0.6


@pytest.mark.parametrize(
    "title", ["halal_products", "Product category", "Interessen", "상품명", "产品分类", "نام محصول"]
)
def test_a_title_about_things_names_nobody(title: str) -> None:
    assert not titled(title)
    assert kinds("Islam", title) == set()


@pytest.mark.parametrize("empty", ["", "-", "n/a", "unknown", "k.A.", "未知", "미응답", "نامشخص"])
def test_an_empty_cell_below_a_title_says_nothing(empty: str) -> None:
    assert kinds(empty, "religion") == set()


def test_a_first_name_is_no_belief() -> None:
    assert kinds("Christian", "First name") == {Kind.NAME}


@pytest.mark.parametrize(
    "text", ["Sie ist dia\u200bbetisch, also Diabe\u00adtikerin", "der Kunde ist Ｄｉａｂｅｔｉｋｅｒ"]
)
def test_hidden_letters_hide_nothing(text: str) -> None:
    assert Kind.HEALTH in kinds(text)
    assert worth_a_look([text]) == [True]


def test_accents_written_apart_are_joined_and_places_kept() -> None:
    text = "Le patient est diabe\u0301tique, dit-il"
    (found,) = (trial for trial in trials(text, "") if trial.kind is Kind.HEALTH)
    assert text[found.start : found.end] == "diabe\u0301tique"


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_word_passes_both_sieves(language: str) -> None:
    words = [
        (kind, word.rstrip("=*"))
        for kind, category in lexicon(language).categories.items()
        for part in (category.terms, category.persons, category.phrases)
        for word in part
    ]
    lost = [word for kind, word in words if all(kind not in likely(folded(word), each) for each in scripts(word))]
    assert lost == []
    unseen = [word for (_, word), worth in zip(words, worth_a_look([w for _, w in words]), strict=True) if not worth]
    assert unseen == []


WORDS = st.sampled_from(
    sorted(
        {
            word.rstrip("=*")
            for language in LANGUAGES
            for category in lexicon(language).categories.values()
            for part in (category.terms, category.persons, category.phrases)
            for word in part
        }
    )
)
BETWEEN = st.sampled_from(
    [" ", ", ", " ist ", "患有", " 고객 ", "\u200c", "\u200b", "-", " patient ", "مشتری ", "1", "."]
)


@settings(max_examples=200, deadline=None)
@given(st.lists(st.tuples(WORDS, BETWEEN), min_size=1, max_size=3))
def test_a_category_whose_words_stand_in_a_text_is_likely(pieces: list[tuple[str, str]]) -> None:
    plain = folded(flat("".join(word + between for word, between in pieces)).text)
    for script in scripts(plain):
        for kind in CATEGORIES:
            pattern = _pattern(script, kind)
            assert pattern is None or not pattern.search(plain) or kind in likely(plain, script)


@settings(max_examples=300, deadline=None)
@given(st.lists(st.tuples(BETWEEN, WORDS, BETWEEN, st.booleans()), min_size=1, max_size=3))
def test_no_cell_with_a_finding_is_passed_over(parts: list[tuple[str, str, str, bool]]) -> None:
    cell = "".join(before + (word.upper() if upper else folded(word)) + behind for before, word, behind, upper in parts)
    if trials(flat(cell).text, ""):
        assert worth_a_look([cell]) == [True], cell


@pytest.mark.parametrize("locale", LOCALES)
def test_addresses_are_found_without_a_title_and_never_passed_over(locale: str) -> None:
    faker = Faker(LOCALES[locale])
    faker.seed_instance(4)
    cells = [faker.address() for _ in range(100)]
    found = [Kind.POSTAL_ADDRESS in kinds(cell) for cell in cells]
    assert sum(found) / len(found) >= UNTITLED_ADDRESSES
    assert not [cell for cell, is_one, worth in zip(cells, found, worth_a_look(cells), strict=True) if is_one > worth]


@pytest.mark.parametrize(
    "text",
    [
        "تهران، خیابان ولیعصر، کوچه سوم، پلاک ۱۲، واحد ۴",
        "کدپستی ۱۲۳۴۵-۶۷۸۹۰",
        "上海市浦东新区世纪大道100号20楼",
        "九龍彌敦道677號",
        "서울특별시 강남구 테헤란로 152, 12층",
        "12 bis rue de la République, 69002 Lyon",
        "Lange Straße 4a, 10243 Berlin",
        "221B Baker Street",
    ],
)
def test_addresses_as_people_write_them(text: str) -> None:
    assert Kind.POSTAL_ADDRESS in kinds(text)
    assert worth_a_look([text]) == [True]


@pytest.mark.parametrize(
    "text",
    [
        "3 Blue Shirts Green", "Diamantring 585", "할인가로 3000원", "무료로 3개 증정", "渠道3号", "2 places de cinéma",
        "Tisch für 4 Personen", "order 4711 of 12 March", "شماره سفارش ۱۲۳۴",
    ],
)  # fmt: skip
def test_numbers_beside_words_are_no_address(text: str) -> None:
    assert Kind.POSTAL_ADDRESS not in kinds(text)


def test_a_postcode_is_one_only_below_a_title() -> None:
    assert kinds("10243") == set()
    assert kinds("10243", "PLZ") == kinds("06236", "우편번호") == {Kind.POSTAL_ADDRESS}
    assert kinds("10.0.0.1", "ip_address") == kinds("a@example.com", "E-mail address") == set()


@pytest.mark.parametrize(
    ("text", "title"),
    [
        ("1980-03-12", "birth_date"),
        ("12.03.1980", "Geburtsdatum"),
        ("12 mars 1980", "date de naissance"),
        ("۱۳۵۹/۰۳/۱۲", "تاریخ تولد"),
        ("民國69年3月12日", "出生日期"),
        ("800312", "생년월일"),
        ("1980", "Jahrgang"),
        ("born on 12 March 1980", ""),
        ("geb. 12.03.1980", ""),
        ("née le 12/03/1980", ""),
        ("متولد ۱۳۵۹/۳/۱۲", ""),
        ("متولد ۱۲ خرداد ۱۳۵۹", ""),
        ("出生于1980年3月12日", ""),
        ("1980년생", ""),
        ("생년월일: 1980년 3월 12일", ""),
    ],
)
def test_birthdays_are_found_where_something_calls_them_so(text: str, title: str) -> None:
    assert Kind.BIRTH_DATE in kinds(text, title)
    assert titled(title) or worth_a_look([text]) == [True]


@pytest.mark.parametrize(
    ("text", "title"),
    [
        ("1980-03-12", ""),
        ("2026-11-20", "created_at"),
        ("order of 12.03.2024", "notes"),
        ("생일 쿠폰 발급 2026-11-01", ""),
        ("2024年生产", ""),
    ],
)
def test_other_dates_are_none(text: str, title: str) -> None:
    assert Kind.BIRTH_DATE not in kinds(text, title)


@pytest.mark.parametrize(
    "text", ["市" * 4000, "a " * 4000, "시 " * 4000, "1 " * 4000, "کوچه " * 2000, "a" * 8000, "é" * 8000]
)
@pytest.mark.timeout(20)
def test_a_hostile_cell_costs_no_more_than_its_length(text: str) -> None:
    trials(text, "")
    trials(text, "address")
