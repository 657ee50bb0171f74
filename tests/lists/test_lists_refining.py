"""What was declared and what was found are compared; only cells that speak for themselves propose anything."""

import pytest

from gateway.lists import Field, confirm, propose, refine
from gateway.lists.refining import Agreement


def words(mapping_of: dict[str, str], found: dict[str, str], empty: tuple[str, ...] = ()) -> dict[str, str]:
    mapping = confirm(propose(tuple(mapping_of)), {column: field for column, field in mapping_of.items() if field})
    return {each.column: each.word.value for each in refine(mapping, found, empty, told=mapping_of).comparisons}


@pytest.mark.parametrize(
    ("field", "found", "word"),
    [
        ("email", "email", "agrees"),
        ("email", "phone", "differs"),
        ("email", "", "unsure"),
        ("phone", "phone", "agrees"),
        ("phone", "national_id_kr", "differs"),
        ("national_id", "national_id_cn", "agrees"),
        ("national_id", "card", "differs"),
        ("external_id", "", "agrees"),
        ("external_id", "national_id_ir", "differs"),
        ("name", "email", "differs"),
        ("city", "", "agrees"),
        ("consent_email", "", "agrees"),
        ("ignore", "", "agrees"),
        ("ignore", "email", "differs"),
        ("notes", "phone", "differs"),
        ("password_hash", "hex_digest", "agrees"),
    ],
)
def test_a_column_is_what_it_was_declared_or_not(field: str, found: str, word: str) -> None:
    assert words({"id": "external_id" if field != "external_id" else "", "x": field}, {"x": found})["x"] == word


def test_an_empty_column_is_told_and_kept() -> None:
    refined = refine(propose(("email", "colour")), {"email": "email"}, empty=("colour",))
    assert [(each.column, each.word) for each in refined.comparisons] == [
        ("email", Agreement.AGREES), ("colour", Agreement.EMPTY),
    ]  # fmt: skip
    assert tuple(refined.mapping.fields) == ("email", "colour")


def test_cells_propose_addresses_and_numbers_under_unknown_titles() -> None:
    refined = refine(propose(("a", "b", "c", "name")), {"a": "phone", "b": "email", "c": "email", "name": "name"})
    assert refined.mapping.fields == {"a": Field.PHONE, "b": Field.EMAIL, "c": None, "name": Field.NAME}
    assert [each.word.value for each in refined.comparisons] == ["agrees", "agrees", "differs", "agrees"]
    assert "cells" in refined.mapping.proposals[0].reason


def test_cells_overrule_no_title_and_no_sender() -> None:
    mapping = propose(("email", "x"))
    assert refine(mapping, {"x": "email"}).mapping == mapping
    assert refine(propose(("x",)), {"x": "email"}, told=("x",)).mapping == propose(("x",))
    assert refine(propose(("x",)), {"x": "national_id_kr"}).mapping == propose(("x",))
