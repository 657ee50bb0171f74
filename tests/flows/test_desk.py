"""The quarantine desk: nothing is shown in clear, what narrows holds at once, what widens needs two, time runs out."""

from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import text

from gateway.domain.errors import Conflict, Invalid, NotFound, Refused
from gateway.domain.veiling import veiled
from gateway.flows import desk, desk_acts, widening
from gateway.flows.gate import Gate
from gateway.flows.intake import receive
from gateway.flows.intake_control import report_of
from gateway.flows.intake_report import Report
from gateway.flows.intake_work import work_on
from gateway.flows.officers import Officer, create_officer
from gateway.flows.purging import purge
from gateway.store.house import House
from tests.conftest import Clock
from tests.flows.test_intake import chunks_of_ten, counts, crashing, house, listed, make_source, one, person

__all__ = ["chunks_of_ten", "house"]

CARD = "4111 1111 1111 1111"
HEADER = "email,phone,name,consent email,consent at,consent wording"
WHY = "The sender put this right by telephone"


@pytest.fixture
def anna(house: Gate) -> Officer:
    return create_officer(house, "anna", "officer", "twelve geese cross")


@pytest.fixture
def bela(house: Gate) -> Officer:
    return create_officer(house, "bela", "officer", "twelve geese cross")


def hidden(number: int) -> str:
    return person(number).replace(f"Person {number}", f"Person {number} card {CARD}")


def held(gate: Gate, folder: Path) -> Report:
    """Import twelve people, two of whom have a card number in their name."""
    rows = [hidden(number) if number in {3, 7} else person(number) for number in range(12)]
    return receive(gate, "test", "form", listed(folder, *rows, name="held.csv"))


def whole(gate: Gate, folder: Path) -> Report:
    """Import a list whose source lacks evidence."""
    make_source(gate, "late form", evidence=("notice_version",))
    return receive(gate, "test", "late form", listed(folder, *[person(number) for number in range(25)], name="w.csv"))


def uid(report: Report) -> bytes:
    return bytes.fromhex(report.batch)


def test_rows_with_a_hidden_card_wait_and_the_others_are_stored(house: Gate, tmp_path: Path, anna: Officer) -> None:
    report = held(house, tmp_path)
    assert (report.state, report.counts["row.new"], report.counts["row.held"]) == ("finished", 10, 2)
    assert report.accounted == report.read == 12
    [waiting] = desk.waiting(house, anna)
    assert (waiting.source, waiting.whole, waiting.rows) == ("form", False, 2)
    assert waiting.until is not None
    shown = desk.shown(house, anna, uid(report))
    assert [(group.column, group.kind, group.rows) for group in shown.groups] == [("name", "card", 2)]
    assert shown.groups[0].cite
    assert [row.row_no for row in shown.sample] == [4, 8]
    spelled = str(shown)
    assert "4111" not in spelled
    assert "example.com" not in spelled
    assert "Person" not in spelled
    assert "[card]" in spelled
    viewed = one(
        house, "SELECT count(*) FROM ledger_inbox WHERE convert_from(entry, 'UTF8') LIKE '%quarantine.viewed%'"
    )
    assert viewed == 1


def test_held_rows_are_dropped_by_one_officer(house: Gate, tmp_path: Path, anna: Officer) -> None:
    report = held(house, tmp_path)
    assert desk_acts.drop_rows(house, anna, uid(report), "name", "card") == 2
    assert desk.waiting(house, anna) == []
    with pytest.raises(NotFound):
        desk_acts.drop_rows(house, anna, uid(report), "name", "card")
    after = report_of(house, uid(report))
    assert (after.counts["row.held"], after.counts["row.refused.dropped_by_officer"]) == (0, 2)
    assert after.accounted == after.read == 12
    assert one(house, "SELECT count(*) FROM held_row WHERE sealed IS NOT NULL") == 0
    assert counts(house)["person"] == 10


def test_held_rows_go_on_without_the_cell(house: Gate, tmp_path: Path, anna: Officer) -> None:
    report = held(house, tmp_path)
    assert desk_acts.empty_cells(house, anna, uid(report), "name", "card") == 2
    done = work_on(house, uid(report))
    assert (done.state, done.counts["row.new"], done.counts["row.held"], done.wrapped) == ("finished", 12, 0, None)
    assert counts(house)["person"] == 12
    with pytest.raises(NotFound):
        desk.shown(house, anna, uid(report))


def test_held_rows_are_accepted_by_two(house: Gate, tmp_path: Path, anna: Officer, bela: Officer) -> None:
    report = held(house, tmp_path)
    with pytest.raises(Invalid):
        desk_acts.accept_rows(house, anna, uid(report), "name", "card", "because")
    proposal = desk_acts.accept_rows(house, anna, uid(report), "name", "card", WHY)
    with pytest.raises(Refused) as alone:
        widening.confirm(house, anna, proposal.uid.hex(), proposal.digest)
    assert alone.value.code == "second_officer_needed"
    assert counts(house)["person"] == 10
    widening.confirm(house, bela, proposal.uid.hex(), proposal.digest)
    assert work_on(house, uid(report)).counts["row.new"] == 12
    assert one(house, "SELECT string_agg(state, ',') FROM held_row") == "accepted,accepted"


def test_a_quarantined_list_says_what_would_cure_it_and_is_not_accepted_before(
    house: Gate, tmp_path: Path, chunks_of_ten: None, anna: Officer
) -> None:
    report = whole(house, tmp_path)
    shown = desk.shown(house, anna, uid(report))
    assert (shown.waiting.whole, shown.waiting.rows, shown.may_accept) == (True, 25, False)
    assert any("consent_wording" in cure for cure in shown.cures)
    assert len(shown.sample) == desk.SAMPLE
    assert "example.com" not in str(shown.sample)
    with pytest.raises(Conflict) as conflict:
        desk_acts.accept_list(house, anna, uid(report), WHY)
    assert conflict.value.code == "not_cured"


def test_a_cured_list_is_accepted_by_two_and_stored_whole(
    house: Gate, tmp_path: Path, chunks_of_ten: None, anna: Officer, bela: Officer
) -> None:
    report = whole(house, tmp_path)
    with house.house.unit() as connection:
        connection.execute(text("UPDATE source SET evidence = evidence || ARRAY['consent_wording', 'consent_time']"
                                " WHERE name = 'late form'"))  # fmt: skip
    proposal = desk_acts.accept_list(house, anna, uid(report), WHY)
    widening.confirm(house, bela, proposal.uid.hex(), proposal.digest)
    done = work_on(house, uid(report))
    assert (done.state, done.counts["row.new"], done.counts["row.read"]) == ("finished", 25, 25)
    assert counts(house)["person"] == 25
    assert report_of(house, uid(report)).accounted == 25


def test_a_refused_list_opens_with_nothing(house: Gate, tmp_path: Path, chunks_of_ten: None, anna: Officer) -> None:
    report = whole(house, tmp_path)
    desk_acts.refuse_list(house, anna, uid(report))
    assert one(house, "SELECT count(*) FROM batch_chunk WHERE sealed <> '{}'") == 0
    assert one(house, "SELECT count(*) FROM batch WHERE wrapped IS NOT NULL") == 0
    assert desk.waiting(house, anna) == []
    with pytest.raises(NotFound):
        desk_acts.refuse_list(house, anna, uid(report))


@pytest.mark.parametrize("kept", [False, True], ids=["lost", "kept"])
def test_a_refusal_that_crashed_is_whole_or_did_not_happen(
    house: Gate, tmp_path: Path, anna: Officer, monkeypatch: pytest.MonkeyPatch, kept: bool
) -> None:
    report = whole(house, tmp_path)
    with monkeypatch.context() as patched:
        patched.setattr(House, "unit", crashing(house.house, 0, kept=kept))
        with pytest.raises(Exception):  # noqa: B017, PT011  the injected crash
            desk_acts.refuse_list(house, anna, uid(report))
    refused = one(
        house, "SELECT count(*) FROM ledger_inbox WHERE convert_from(entry, 'UTF8') LIKE '%quarantine.refused%'"
    )
    assert refused == kept
    assert one(house, "SELECT count(*) FROM batch WHERE state = 'refused' AND wrapped IS NULL") == kept


def test_time_runs_out_for_lists_and_rows(house: Gate, tmp_path: Path, anna: Officer, clock: Clock) -> None:
    rows, lists = held(house, tmp_path), whole(house, tmp_path)
    assert purge(house).lists == []
    clock.at += timedelta(days=31)
    purged = purge(house)
    assert (purged.lists, purged.rows) == ([lists.batch], [rows.batch])
    assert purge(house).lists == []
    assert one(house, "SELECT count(*) FROM held_row WHERE sealed IS NOT NULL") == 0
    assert one(house, "SELECT count(*) FROM batch_chunk WHERE sealed <> '{}'") == 0
    assert report_of(house, uid(lists)).state == "purged"
    assert desk.waiting(house, anna) == []


@pytest.mark.parametrize(
    ("cell", "shown"),
    [
        ("anna@example.com", "axxx@xxxxxxx.xxx"),
        ("010-2000-0001", "000-0000-0000"),
        ("김민준", "김xx"),
        ("Li", "xx"),
        ("۰۹۱۲", "0000"),
        ("x" * 90, "x" * 59 + "…"),
        ("", ""),
    ],
)
def test_a_veiled_cell_keeps_its_shape_only(cell: str, shown: str) -> None:
    assert veiled(cell) == shown


def test_what_was_found_is_named_in_its_place() -> None:
    assert veiled("P 4111 1111 Q", [(2, 11, "card")]) == "x [card] x"
