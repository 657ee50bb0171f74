"""What only looks like personal data is left alone: orders, parcels, devices, products, times, prices."""

import pytest

from bench import accuracy
from bench.accuracy import BENIGN, SENTENCES
from bench.planted import benign
from bench.planted.lists import LOCALES, harmless_sentences
from bench.planted.marks import Marks


@pytest.fixture(params=LOCALES)
def marks(request: pytest.FixtureRequest) -> Marks:
    return accuracy.whole()[request.param]


def test_no_harmless_column_is_typed(marks: Marks) -> None:
    assert marks.typed == {}


@pytest.mark.parametrize("title", benign.COLUMNS)
def test_hardly_a_cell_of_a_harmless_column_is_said(title: str) -> None:
    said = {locale: each.benign.get(title, 0) for locale, each in accuracy.whole().items()}
    assert {locale: cells for locale, cells in said.items() if cells > BENIGN * 2_857} == {}


@pytest.mark.parametrize("locale", LOCALES)
def test_numbers_in_harmless_sentences_are_left_alone(locale: str) -> None:
    said = accuracy.said_of_sentences(locale)
    assert len(said) <= SENTENCES * len(harmless_sentences(locale)), said
