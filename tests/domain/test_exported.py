"""Cells of exports are no formulas, and numbers stay numbers."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.domain.exported import safe_cell


@pytest.mark.parametrize(
    "cell",
    [
        "=1+1",
        "+cmd|' /C calc'!A0",
        "-2+3+cmd|' /C calc'!A0",
        "@SUM(A1)",
        "\t=1",
        "\r=1",
        "\n=1",
        " =1",
        "＝1",
        "+",
        "-",
    ],
)
def test_what_begins_like_a_formula_is_marked_as_text(cell: str) -> None:
    assert safe_cell(cell) == f"'{cell}"


@pytest.mark.parametrize("cell", ["", "Ada", "+821012345678", "-5", "-0.5", "+49 30 123-4", "2026-11-20", "a=b", "'=1"])
def test_anything_else_stays_as_it_is(cell: str) -> None:
    assert safe_cell(cell) == cell


@given(st.text())
def test_once_is_enough_and_nothing_is_lost(cell: str) -> None:
    safe = safe_cell(cell)
    assert safe_cell(safe) == safe
    assert safe in {cell, f"'{cell}"}
