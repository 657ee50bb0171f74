"""The planted lists are what they say: the same every time, each truth in its place, four in ten hidden."""

from collections import Counter
from itertools import pairwise
from random import Random

import pytest
from stdnum import iban, luhn
from stdnum.cn import ric
from stdnum.de import idnr
from stdnum.fr import nir

from bench import scan_list
from bench.planted import benign, numbers
from bench.planted.disguise import UNSEEN, disguised
from bench.planted.lists import LOCALES, ROWS, Planted, PlantedList, planted, rows_of, words
from gateway.scan.kinds import Kind
from gateway.scan.letters import flat


@pytest.fixture(scope="module", params=LOCALES)
def made(request: pytest.FixtureRequest) -> PlantedList:
    return planted(request.param, rows=400)


def test_the_rows_are_shared_evenly() -> None:
    shares = [rows_of(locale) for locale in LOCALES]
    assert sum(shares) == ROWS == 20_000
    assert max(shares) - min(shares) <= 1


def test_a_list_is_the_same_every_time(made: PlantedList) -> None:
    again = planted(made.locale, rows=400)
    assert (again.columns, again.truth) == (made.columns, made.truth)
    assert planted(made.locale, rows=400, seed=5).columns != made.columns


def test_every_truth_stands_in_its_place(made: PlantedList) -> None:
    assert {len(cells) for cells in made.columns.values()} == {400}
    for each in made.truth:
        Kind(each.kind)
        cell = made.columns[each.column][each.row]
        assert 0 <= each.start < each.end <= len(cell)
        assert each.column not in made.harmless
    by_cell = sorted(made.truth, key=lambda each: (each.column, each.row, each.start))
    for one, other in pairwise(by_cell):
        assert (one.column, one.row) != (other.column, other.row) or one.end <= other.start


def identifiers(made: PlantedList) -> list[Planted]:
    names = ("email", "phone", "card", "iban", "national_id", "second_id", "notes")
    titles = {made.titles[name] for name in names if name in made.titles}
    return [each for each in made.truth if each.column in titles]


def test_four_in_ten_are_hidden(made: PlantedList) -> None:
    ways = Counter(each.way == "hidden" for each in identifiers(made))
    assert 0.3 < ways[True] / ways.total() < 0.45


def test_numbers_glued_to_letters_are_planted_where_people_write_so(made: PlantedList) -> None:
    glued = sum(each.way == "glued" for each in made.truth)
    assert glued >= 10 if made.locale in {"zh-Hans", "zh-Hant", "ko"} else glued >= 0


@pytest.mark.parametrize("kind", ["card", "iban", "national_id_de", "national_id_kr", "email", "phone"])
def test_a_disguise_hides_nothing_from_a_human_eye(kind: str) -> None:
    rng = Random(1)  # noqa: S311  the same every time, and not secret
    for _ in range(300):
        hidden = disguised(rng, "a-12 34.56 b", kind, "ko")
        kept = [letter for letter in flat(hidden).text if letter.isalnum() and letter not in UNSEEN]
        assert "".join(kept) == "a123456b"


def test_the_numbers_pass_the_checks_of_another_hand() -> None:
    rng = Random(2)  # noqa: S311  the same every time, and not secret
    for _ in range(200):
        assert idnr.is_valid(numbers.de_tax(rng))
        assert nir.is_valid(numbers.fr_social(rng))
        assert all(luhn.is_valid(numbers.card(rng, locale)) for locale in LOCALES)
        assert luhn.is_valid(benign.imei(rng))
        assert iban.is_valid(numbers.account(rng, "de"), check_country=False)
        resident = numbers.cn_resident(rng).upper()
        assert ric.calc_check_digit(resident) == resident[-1]


def test_known_numbers_come_out_of_our_own_arithmetic() -> None:
    """Published examples: a German pension number, a Taiwanese and a Hong Kong card, a Korean company."""
    assert numbers.pension_check("65170839", "J", "00") == 3
    assert numbers.taiwan_check("A", "1", "2345678") == "9"
    assert numbers.hong_kong_check("A", "123456") == "3"
    assert numbers.business_check("120814752") == "1"


def test_harmless_sentences_share_no_pattern_with_the_lists() -> None:
    for locale in LOCALES:
        assert not set(words(locale)["held"]) & set(words(locale)["benign"])


def test_the_list_that_is_timed_takes_its_languages_in_turn() -> None:
    columns = scan_list.columns(60)
    assert tuple(columns) == scan_list.TITLES
    assert {len(cells) for cells in columns.values()} == {60}
    assert scan_list.data(60) == scan_list.data(60)
