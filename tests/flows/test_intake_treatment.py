"""What becomes of personal data that stands where nobody declared it: out, masked, held, never stored in clear."""

from pathlib import Path

import pytest

from gateway.flows.gate import Gate
from gateway.flows.intake import receive
from policies.terms import Verdict
from tests.flows.test_intake import counts, house, listed, make_source, one, person
from tests.flows.test_intake_verdicts import everything

__all__ = ["house"]

HEADER = "email,phone,name,consent email,consent at,consent wording"


def test_special_categories_without_explicit_consent_never_enter(house: Gate, tmp_path: Path) -> None:
    rows = [f"{person(number)},Catholic" for number in range(20)]
    report = receive(house, "test", "form", listed(tmp_path, *rows, header=HEADER + ",religion"))
    assert report.found["religion"]["belief"] == 20
    assert one(house, "SELECT count(*) FROM sealed WHERE class = 'sensitive'") == 0
    assert b"Catholic" not in everything(house)
    assert {(each["column"], each["treatment"]) for each in report.treated} == {("religion", "drop_column")}
    assert all(each["cite"] for each in report.treated)


@pytest.mark.parametrize("hidden", ["card 4111 1111 1111 1111", "DE89 3704 0044 0532 0130 00", "۰۰۸۴۵۷۵۹۴۸ کد ملی"])
def test_a_number_hidden_in_a_declared_column_holds_its_row(house: Gate, tmp_path: Path, hidden: str) -> None:
    rows = [person(number) for number in range(12)]
    rows[5] = rows[5].replace("Person 5", f"Person {hidden}")
    report = receive(house, "test", "form", listed(tmp_path, *rows))
    assert (report.counts["row.held"], report.counts["row.new"]) == (1, 11)
    assert report.accounted == report.read == 12
    assert one(house, "SELECT row_no FROM held_row") == 6
    found = one(house, "SELECT count(*) FROM finding WHERE row_no = 6")
    assert found >= 1
    assert hidden.encode() not in everything(house)


def test_findings_have_marks_that_nobody_can_try(house: Gate, tmp_path: Path) -> None:
    """Equal values of one list have equal marks; another list's, or a plain hash of it, has none of them."""
    card = "4111 1111 1111 1111"
    rows = [f"{person(number)},{card}" for number in range(3)]
    receive(house, "test", "form", listed(tmp_path, *rows, header=HEADER + ",pay"))
    first = one(house, "SELECT array_agg(DISTINCT mark) FROM finding")
    assert len(first) == 1
    make_source(house, "other")
    receive(house, "test", "other", listed(tmp_path, *rows, header=HEADER + ",pay", name="b.csv"))
    both = one(house, "SELECT array_agg(DISTINCT mark) FROM finding")
    assert len(both) == 2
    assert {len(bytes(mark)) for mark in both} == {16}


def test_a_list_made_up_by_a_program_is_held_with_its_evidence(house: Gate, tmp_path: Path) -> None:
    rows = [f"{person(number)}" for number in range(250)]
    report = receive(house, "test", "form", listed(tmp_path, *rows))
    assert report.verdict is Verdict.QUARANTINE
    codes = {reason.code for reason in report.reasons}
    assert "sequential_addresses" in codes
    assert counts(house)["person"] == 0
