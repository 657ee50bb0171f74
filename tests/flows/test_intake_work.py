"""Many hands on one list: what they leave is what one hand leaves, whoever dies, pauses or cancels on the way."""

import threading
import time
from pathlib import Path

import pytest

from gateway.domain.errors import Conflict, NotFound
from gateway.flows import canaries
from gateway.flows import intake_control as control
from gateway.flows.gate import Gate
from gateway.flows.intake import Wish, bring, receive
from gateway.flows.intake_work import under_way, work_on
from gateway.store import batches, chunks, parties
from gateway.store.batches import Batch
from gateway.store.house import House
from tests.flows.test_intake import chunks_of_ten, counts, house, listed, one, person

__all__ = ["chunks_of_ten", "house"]

NOTHING = Wish({})
STATE = """
SELECT string_agg(i.kind || encode(i.index, 'hex') || c.state || c.since::text, ',' ORDER BY i.kind, i.index)
FROM identifier i LEFT JOIN consent c ON c.person_no = i.person_no AND c.index = i.index
"""


def staged(gate: Gate, folder: Path, rows: int = 95, repeats: int = 60) -> bytes:
    path = listed(folder, *[person(number % repeats) for number in range(rows)], name=f"{rows}.csv")
    return bytes.fromhex(bring(gate, "test", "form", path, NOTHING).batch)


def batch_of(gate: Gate, uid: bytes) -> Batch:
    with gate.house.unit() as connection:
        found = batches.by_uid(connection, uid)
    assert found is not None
    return found


def test_a_staged_list_needs_no_file(house: Gate, tmp_path: Path, chunks_of_ten: None) -> None:
    uid = staged(house, tmp_path)
    assert (batch_of(house, uid).state, under_way(house)) == ("scanning", [uid])
    assert one(house, "SELECT count(*) FROM procrastinate_jobs WHERE task_name = 'lists.scan'") == 10
    (tmp_path / "95.csv").unlink()
    done = work_on(house, uid)
    assert (done.state, done.counts["row.new"], done.counts["row.merged_in_list"]) == ("finished", 60, 35)
    assert done.wrapped is None
    assert under_way(house) == []
    assert one(house, "SELECT count(*) FROM batch_chunk WHERE sealed <> '{}'") == 0


def test_four_hands_leave_what_one_leaves(house: Gate, tmp_path: Path, chunks_of_ten: None) -> None:
    uid = staged(house, tmp_path)
    hands = [threading.Thread(target=work_on, args=(house, uid)) for _ in range(4)]
    for hand in hands:
        hand.start()
    for hand in hands:
        hand.join(60)
    done = batch_of(house, uid)
    assert (done.state, done.counts["row.new"], done.counts["row.merged_in_list"]) == ("finished", 60, 35)
    assert counts(house)["consent_event"] == 95
    order = one(house, "SELECT string_agg(chunk::text, ',' ORDER BY chunk) FROM batch_chunk WHERE state = 'stored'")
    assert order == ",".join(map(str, range(10)))


def test_a_list_that_is_paused_waits_and_goes_on(house: Gate, tmp_path: Path, chunks_of_ten: None) -> None:
    uid = staged(house, tmp_path)
    assert control.pause_by(house, "test", uid)["state"] == "paused"
    control.pause_by(house, "test", uid)
    assert work_on(house, uid).state == "scanning"
    assert one(house, "SELECT count(*) FROM batch_chunk WHERE state <> 'staged'") == 0
    control.resume_by(house, "test", uid)
    assert work_on(house, uid).state == "finished"
    kinds = one(house, "SELECT count(*) FROM ledger_inbox WHERE convert_from(entry, 'UTF8') LIKE '%import.paused%'")
    assert kinds == 1
    with pytest.raises(Conflict) as ended:
        control.pause_by(house, "test", uid)
    assert ended.value.code == "import_ended"


def test_a_cancelled_list_keeps_what_was_stored_and_nothing_else(
    house: Gate, tmp_path: Path, chunks_of_ten: None
) -> None:
    uid = staged(house, tmp_path)

    def cancel_midway(batch: Batch) -> None:
        if batch.next_chunk == 3 and batch.state == "storing":
            control.cancel_by(house, "test", uid)

    assert work_on(house, uid, cancel_midway).state == "storing" or batch_of(house, uid).state == "cancelled"
    done = batch_of(house, uid)
    assert (done.state, done.next_chunk, done.wrapped) == ("cancelled", 3, None)
    assert counts(house)["person"] == done.counts["row.new"] == 30
    assert one(house, "SELECT count(*) FROM batch_chunk WHERE sealed <> '{}'") == 0
    with pytest.raises(NotFound):
        control.uid_of("x")


def test_a_chunk_whose_holder_vanished_is_taken_over_in_its_turn(
    house: Gate, tmp_path: Path, chunks_of_ten: None
) -> None:
    uid = staged(house, tmp_path)
    no = batch_of(house, uid).no
    taken, let_go = threading.Event(), threading.Event()

    def hold_and_vanish() -> None:
        with House(house.house.engine, house.house.sequencer).unit() as connection:
            assert chunks.claim(connection, no, "staged") is not None
            taken.set()
            let_go.wait(30)
            connection.rollback()  # as a process that dies: its locks go with its connection

    holder = threading.Thread(target=hold_and_vanish)
    holder.start()
    taken.wait(30)
    worker = threading.Thread(target=work_on, args=(house, uid))
    worker.start()
    while one(house, "SELECT count(*) FROM batch_chunk WHERE state = 'staged'") > 1:
        time.sleep(0.02)
    assert batch_of(house, uid).state == "scanning"
    let_go.set()
    holder.join(30)
    worker.join(60)
    assert batch_of(house, uid).state == "finished"


def test_the_same_file_joins_the_work_instead_of_starting_it_anew(
    house: Gate, tmp_path: Path, chunks_of_ten: None
) -> None:
    uid = staged(house, tmp_path)
    report = receive(house, "test", "form", tmp_path / "95.csv")
    assert (report.batch, report.state, report.repeated) == (uid.hex(), "finished", False)
    assert receive(house, "test", "form", tmp_path / "95.csv").repeated
    assert one(house, "SELECT count(*) FROM batch") == 1


def test_progress_says_phase_and_rows(house: Gate, tmp_path: Path, chunks_of_ten: None) -> None:
    uid = staged(house, tmp_path)
    heard: list[tuple[str, int, int]] = []

    def hear(batch: Batch) -> None:
        with house.house.unit() as connection:
            now = control.progress(connection, batch)
        heard.append((now.phase, now.rows_done, now.rows_total))

    work_on(house, uid, hear)
    assert ("scanning", 50, 95) in heard
    assert ("storing", 30, 95) in heard
    assert heard[-1] == ("finished", 95, 95)
    row = control.latest(house)[0]
    assert (row["import"], row["state"], row["done"]) == (uid.hex(), "finished", 95)
    assert control.report_of(house, uid).accounted == 95


def test_a_canary_in_a_list_quarantines_it_and_says_where_it_was_planted(house: Gate, tmp_path: Path) -> None:
    with house.house.unit() as connection:
        parties.add_party(connection, "Partner", "DE")
    [made] = canaries.make(house, "test", "Partner", "watch.sender.kr", planted_in="autumn list")
    rows = [person(number) for number in range(12)]
    rows.insert(7, f"{made.address.upper()},,,,,")
    report = receive(house, "test", "form", listed(tmp_path, *rows, name="leak.csv"))
    assert (report.state, report.reasons[-1].code) == ("quarantined", "canary_met")
    assert "Partner" in report.reasons[-1].words
    assert made.address not in str(report.to_json())
    assert counts(house)["person"] == 0


def test_a_cancelled_list_can_be_brought_again(house: Gate, tmp_path: Path, chunks_of_ten: None) -> None:
    uid = staged(house, tmp_path)

    def cancel_midway(batch: Batch) -> None:
        if batch.next_chunk == 3 and batch.state == "storing":
            control.cancel_by(house, "test", uid)

    work_on(house, uid, cancel_midway)
    again = receive(house, "test", "form", tmp_path / "95.csv")
    assert (again.batch, again.state, again.read, again.accounted) == (uid.hex(), "finished", 95, 95)
    assert counts(house)["person"] == 60


def test_a_paused_list_says_so(house: Gate, tmp_path: Path, chunks_of_ten: None) -> None:
    uid = staged(house, tmp_path)
    control.pause_by(house, "test", uid)
    assert control.report_of(house, uid).state == "paused"
    assert receive(house, "test", "form", tmp_path / "95.csv").state == "paused"
