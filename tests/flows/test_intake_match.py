"""Who is who, without a database: names that meet, and rows that join or do not."""

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.flows.intake_claims import Claim, Mark
from gateway.flows.intake_match import Slot, Sorting, only_by_phone, spellings
from gateway.store.people import Known, Match

NOWHERE = ("", "", "", "", "", "unknown", 0)


def claim(row_no: int, name: str = "", **marks: bytes) -> Claim:
    made = {kind: Mark(kind, 1, (index, b"old" + index), (index,)) for kind, index in marks.items()}
    return Claim(row_no, made, name, {}, NOWHERE)


def known(no: int) -> Known:
    return Known(no, bytes(16), b"", NOWHERE, 0, datetime(2026, 1, 1, tzinfo=UTC), by_source=False)


def put(sorting: Sorting, *claims: Claim) -> list[Slot]:
    slots = []
    for each in claims:
        slot = sorting.place(each)
        sorting.join(slot, each)
        slots.append(slot)
    return slots


@pytest.mark.parametrize(
    ("left", "right"),
    [
        ("Minjun Kim", "Kim Minjun"),
        ("Kim, Minjun", "minjun  KIM"),
        ("김민준", "김 민준"),
        ("علي رضايي", "علی رضایی"),
        ("Hans Peter Müller", "Müller Hans Peter"),
    ],
)
def test_two_writings_of_a_name_meet(left: str, right: str) -> None:
    assert spellings(left) & spellings(right)


@pytest.mark.parametrize(("left", "right"), [("Kim Minjun", "Kim Minji"), ("", ""), (" ", "A"), ("Anna B", "Anna")])
def test_different_or_missing_names_do_not_meet(left: str, right: str) -> None:
    assert not spellings(left) & spellings(right)


@given(st.lists(st.text(st.characters(categories=["L"]), min_size=1, max_size=5), min_size=1, max_size=4))
def test_order_and_blanks_do_not_count(words: list[str]) -> None:
    assert spellings(" ".join(words)) & spellings("  ".join(reversed(words)))


def test_the_surest_identifier_decides() -> None:
    found = [Match("external", b"x", 1, 1, 9), Match("email", b"e", 2, 1, 9), Match("phone", b"p", 3, 1, 9)]
    sorting = Sorting(found, {no: known(no) for no in (1, 2, 3)}, {3: ["A"]})
    by_id, by_email, by_phone, by_nothing = put(
        sorting,
        claim(1, "A", external=b"x", email=b"e", phone=b"p"),
        claim(2, "A", email=b"e", phone=b"p"),
        claim(3, "A", phone=b"q"),
        claim(4, "", postal=b"z"),
    )
    assert [slot.known.no if slot.known else 0 for slot in (by_id, by_email, by_phone, by_nothing)] == [1, 2, 0, 0]


def test_of_several_people_the_one_known_longest_is_joined_and_the_erased_do_not_count() -> None:
    found = [Match("email", b"e", 4, 1, 9), Match("email", b"e", 5, 1, 9), Match("email", b"e", 6, 1, 9)]
    (slot,) = put(Sorting(found, {5: known(5), 6: known(6)}, {}), claim(1, email=b"e"))
    assert slot.known is not None
    assert slot.known.no == 5


def test_rows_of_one_chunk_find_each_other_by_all_their_identifiers() -> None:
    first, second, third = put(
        Sorting([], {}, {}),
        claim(1, "Kim Minjun", email=b"e", phone=b"p"),
        claim(2, "Minjun Kim", phone=b"p", external=b"x"),
        claim(3, "Other", external=b"x", email=b"f"),
    )
    assert first is second is third
    assert third.marks()["email"].indexes[0] == b"f"


def test_an_index_of_an_older_key_stays_where_it_stands() -> None:
    (slot,) = put(Sorting([Match("email", b"olde", 1, 3, 9)], {1: known(1)}, {}), claim(1, email=b"e"))
    assert slot.stored_index(slot.marks()["email"]) == (3, b"olde")


def test_names_are_opened_only_for_rows_that_nothing_surer_joins() -> None:
    found = [Match("phone", b"p", 1, 1, 9), Match("phone", b"q", 2, 1, 9), Match("email", b"e", 3, 1, 9)]
    rows = [claim(1, "A", phone=b"p"), claim(2, "B", phone=b"q", email=b"e"), claim(3, "", phone=b"q")]
    assert only_by_phone(rows, found) == {1}


def test_a_claim_shows_nothing_of_its_row() -> None:
    assert repr(claim(7, "Kim Minjun", email=b"e")) == "<Claim of row 7>"
