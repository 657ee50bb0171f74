"""Cells that are words: what is understood, what is refused, and that nothing personal passes for a word."""

from collections import Counter
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.flows import intake_values as values
from gateway.flows.intake_values import Bad, Dates, Day, or_nothing
from gateway.lists.letters import comparable


@pytest.mark.parametrize("cell", ["Y", "yes", " Ja ", "예", "동의", "是", "同意", "بله", "１", "TRUE"])
def test_yes_is_understood(cell: str) -> None:
    assert values.agreed(cell) is True


@pytest.mark.parametrize("cell", ["", "N", "no", "Nein", "아니오", "미동의", "否", "不同意", "خیر", "0", "false"])
def test_no_and_silence_are_no(cell: str) -> None:
    assert values.agreed(cell) is False


@given(st.text(max_size=20))
def test_nothing_but_a_known_word_is_yes(cell: str) -> None:
    answer = values.agreed(cell)
    assert answer is not True or comparable(cell) in values._YES


@pytest.mark.parametrize(("cell", "code"), [("kr", "KR"), (" DE ", "DE"), ("ＵＳ", "US"), ("TW", "TW")])
def test_a_country_is_its_code(cell: str, code: str) -> None:
    assert values.country(cell) == code


@pytest.mark.parametrize("cell", ["Germany", "XX", "EU", "UK", "D", "", "DEU"])
def test_the_name_of_a_country_is_not_guessed_at(cell: str) -> None:
    assert values.country(cell) == Bad("country_unknown")


@pytest.mark.parametrize("cell", ["Books", "Gartenmöbel", "도서", "books.law", "Home & Garden"])
def test_a_category_is_a_word(cell: str) -> None:
    assert values.category(cell) == cell


@pytest.mark.parametrize(
    "cell", ["a@example.com", "010-1234-5678", "4111111111111111", "x" * 61, "#1", "A 1 2 3 4 5 6 7"]
)
def test_an_address_or_a_number_is_no_category_and_no_method(cell: str) -> None:
    assert values.category(cell) == Bad("category_unfit")
    assert isinstance(values.method(cell), Bad) or cell == "x" * 61


@pytest.mark.parametrize(
    ("cell", "word"), [("Web form", "web_form"), ("웹사이트", "web"), ("매장", "shop"), ("app", "app")]
)
def test_a_method_is_a_plain_word(cell: str, word: str) -> None:
    assert values.method(cell) == word


def test_a_short_version_stays_and_a_whole_text_becomes_its_digest() -> None:
    assert values.version("newsletter-3/ko") == "newsletter-3/ko"
    assert values.version(" ") == ""
    for text in ("I, Anna Winter, agree", "anna@example.com", "01012345678", "동의합니다"):
        assert values.version(text).startswith("sha256:")
        assert len(values.version(text)) == 71


@given(st.text(max_size=200))
def test_a_version_is_always_a_word_that_may_stand_in_the_ledger(cell: str) -> None:
    assert len(values.version(cell)) <= 100
    assert all(letter.isascii() and (letter.isalnum() or letter in "._/:+-") for letter in values.version(cell))


def test_dates_are_read_in_the_zone_of_the_list_and_keep_their_day() -> None:
    seoul = Dates("Asia/Seoul", None)
    assert seoul("2026-05-01") == Day(datetime(2026, 4, 30, 15, tzinfo=UTC), "2026-05-01")
    assert seoul("2026-05-01") is seoul("2026-05-01")
    assert seoul("03/04/2026") == Bad("date_ambiguous")
    assert Dates("", "mdy")("03/04/2026") == Day(datetime(2026, 3, 4, tzinfo=UTC), "2026-03-04")


def test_what_is_dropped_is_counted_by_its_code() -> None:
    tally: Counter[str] = Counter()
    assert or_nothing(values.text("a" * 201), "", tally) == ""
    assert or_nothing(values.language("not a tag"), "", tally) == ""
    assert or_nothing(values.year("90"), 0, tally) == 0
    assert or_nothing(values.region("California"), "", tally) == ""
    assert tally == {
        "dropped.text_too_long": 1, "dropped.language_unknown": 1, "dropped.date_shape": 1, "dropped.region_unknown": 1,
    }  # fmt: skip


def test_tags_come_back_tidy() -> None:
    assert (values.language("DE_at"), values.region("ca"), values.year("۱۹۹۰")) == ("de-at", "CA", 1990)
