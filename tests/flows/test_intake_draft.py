"""What is drawn up before a chunk's turn: it opens as what the row says, and many hands store the same people by it."""

import threading
from collections import Counter
from pathlib import Path

from gateway.flows.gate import Gate
from gateway.flows.intake_claims import Claim, Mark
from gateway.flows.intake_draft import drafts
from gateway.flows.intake_work import work_on
from gateway.store import chunks
from gateway.vault.seal import open_blob
from tests.flows.test_intake import chunks_of_ten, house
from tests.flows.test_intake_work import staged

__all__ = ["chunks_of_ten", "house"]
NOWHERE = ("", "", "", "", "", "unknown", 0)
BLOBS = "SELECT p.uid, k.wrapped, s.class, s.source_no, s.blob FROM sealed s JOIN person p ON p.no = s.person_no"


def said(gate: Gate) -> Counter[tuple[str, bytes]]:
    """Open every blob on file."""
    with gate.house.unit() as connection:
        rows = connection.exec_driver_sql(f"{BLOBS} JOIN person_key k ON k.person_no = p.no").all()
    return Counter(
        (cls, open_blob(gate.keyring.unwrap(wrapped, uid), uid, cls, source, blob))
        for uid, wrapped, cls, source, blob in rows
    )


def test_a_draft_opens_as_what_its_row_says_and_for_nobody_else(house: Gate) -> None:
    mark = Mark("email", 1, (bytes(32),), (bytes(32),))
    fragments = {"identity": b'"name":"Anna Berg"', "email": b'"email":"anna@example.de"'}
    rows = [Claim(1, {"email": mark}, "", fragments, NOWHERE), Claim(2, {}, "", fragments, NOWHERE)]
    drawn = drafts(house, 7, [*rows, Claim(3, {"email": mark}, "", {}, NOWHERE)])
    assert sorted(drawn) == [1, 3], "a row without an identifier becomes nobody"
    assert drawn[3].blobs == ()
    draft = drawn[1]
    key = house.keyring.unwrap(draft.wrapped, draft.uid)
    assert {cls: open_blob(key, draft.uid, cls, 7, blob) for cls, blob in draft.blobs} == fragments
    assert draft.uid != drawn[3].uid
    assert "Anna" not in repr(draft)


def test_many_hands_seal_what_one_hand_seals(house: Gate, tmp_path: Path, chunks_of_ten: None) -> None:
    uid = staged(
        house, tmp_path, rows=190, repeats=120
    )  # some people stand in two chunks, and are no draft the 2nd time
    hands = [threading.Thread(target=work_on, args=(house, uid)) for _ in range(3)]
    for hand in hands:
        hand.start()
    for hand in hands:
        hand.join(60)
    names = [fragment for cls, fragment in said(house).elements() if cls == "identity"]
    assert len(names) == len(set(names)) == 120


def test_who_waits_too_long_for_a_chunk_looks_again_and_keeps_its_own(
    house: Gate, tmp_path: Path, chunks_of_ten: None
) -> None:
    staged(house, tmp_path)
    with house.house.unit() as connection:
        no = (
            connection.exec_driver_sql("UPDATE batch_chunk SET state = 'scanned' RETURNING batch_no").scalars().all()[0]
        )
    with house.house.unit() as waiter:
        with house.house.unit() as holder:
            held, own = (chunks.claim(each, no, "scanned") for each in (holder, waiter))
            assert held is not None
            assert own is not None
            assert (held.number, own.number) == (0, 1)
            waiter.exec_driver_sql("SET LOCAL lock_timeout = '20ms'")
            chunks.wait(waiter, no, 0)
            with house.house.unit() as third:
                assert not chunks.is_free(third, no, 1), "what it had in hand is still its own"
        chunks.wait(waiter, no, 0)
        with house.house.unit() as third:
            assert chunks.is_free(third, no, 0), "who has waited holds nothing more"
