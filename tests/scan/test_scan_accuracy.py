"""The scan finds what was planted, hidden or glued to letters too, and says little that is not there."""

import pytest

from bench import accuracy
from bench.accuracy import PRECISION, RECALL
from bench.planted.lists import LOCALES, ROWS, planted, untitled
from bench.planted.marks import Marks, marked, pooled
from gateway.scan import Scanner

WANTED = {kind: kind for kind in ("email", "phone", "card", "iban")}


@pytest.fixture(params=LOCALES)
def marks(request: pytest.FixtureRequest) -> Marks:
    return accuracy.whole()[request.param]


def test_all_rows_were_marked() -> None:
    assert sum(each.rows for each in accuracy.whole().values()) == ROWS


def test_identifiers_are_found(marks: Marks) -> None:
    low = {kind: (each.found, each.planted) for kind, each in marks.identifiers().items() if each.recall < RECALL}
    assert not low, marks.missed[:20]


def test_what_is_said_is_right(marks: Marks) -> None:
    low = {kind: (each.right, each.said) for kind, each in marks.identifiers().items() if each.precision < PRECISION}
    assert not low, marks.wrong[:20]


def test_identifiers_of_other_countries_are_hardly_ever_said(marks: Marks) -> None:
    assert sum(marks.strays().values()) <= (1 - PRECISION) * pooled(marks.identifiers()).planted / 10, marks.strays()


@pytest.mark.parametrize("way", ["hidden", "glued"])
def test_hidden_and_glued_identifiers_are_found(marks: Marks, way: str) -> None:
    recall = pooled(marks.identifiers()).recall_of(way)
    assert recall is None or recall >= RECALL


def test_columns_are_typed_by_what_they_hold(marks: Marks) -> None:
    titles = planted(marks.locale, rows=1).titles
    assert {meaning: marks.columns[titles[meaning]] for meaning in WANTED} == WANTED
    assert marks.columns[titles["national_id"]].startswith("national_id_")


@pytest.mark.parametrize("locale", LOCALES)
def test_columns_without_a_telling_title_are_typed_all_the_same(locale: str) -> None:
    marks = accuracy.without_titles()[locale]
    titles = untitled(planted(locale, rows=1)).titles
    kinds = {meaning: marks.columns[titles[meaning]] for meaning in (*WANTED, "national_id")}
    assert kinds.pop("national_id").startswith("national_id_")
    assert kinds == WANTED
    assert marks.typed == {}


def test_names_are_reported_for_every_language() -> None:
    page = accuracy.PAGE.read_text(encoding="utf-8")
    assert all(f"| {locale} | name |" in page for locale in LOCALES)


def test_the_same_list_is_marked_the_same() -> None:
    first, second = (marked(planted("ko", rows=60, seed=9), Scanner()) for _ in range(2))
    assert first.kinds == second.kinds
