"""Purge what may not wait any longer: quarantined lists and held rows after their deadline, lists never staged whole.

What is purged keeps its counts, reasons and digest; its rows open with nothing, because the batch's key is gone. Must
never purge what an officer accepted, nor leave a purge without an entry.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Final

from audit.leaf import Entry
from gateway.flows.gate import Gate
from gateway.flows.intake_stage import discard
from gateway.store import batches, chunks
from gateway.store.batches import Batch

ACTOR: Final = "gateway"
_STALE: Final = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Purged:
    """What was purged: batch uids (hex) of lists, of held rows, and how many unfinished stagings."""

    lists: Sequence[str]
    rows: Sequence[str]
    stagings: int


def purge(gate: Gate) -> Purged:
    """Purge all that is over; run twice, the second finds nothing."""
    now = gate.clock()
    with gate.house.unit() as connection:
        over = batches.over(connection, now)
        stale = batches.stale(connection, now - _STALE)
    for batch in over:
        _purge(gate, batch)
    for batch in stale:
        discard(gate, batch)
    lists = [batch.uid.hex() for batch in over if batch.state == "quarantined"]
    return Purged(lists, [batch.uid.hex() for batch in over if batch.uid.hex() not in lists], len(stale))


def _purge(gate: Gate, batch: Batch) -> None:
    with gate.house.unit() as connection:
        held = batches.locked(connection, batch.uid)
        if held is None or held.state != batch.state or held.cure_until != batch.cure_until:
            return
        if held.state == "quarantined":
            batches.become(connection, batch.no, "purged", gate.clock())
        chunks.expire_held(connection, batch.no)
        batches.close_cure(connection, batch.no)
        batches.forget_key(connection, batch.no)
        body = {"batch": batch.uid.hex(), "digest": batch.digest.hex(), "state": held.state}
        gate.house.enter(connection, [Entry("quarantine.purged", ACTOR, body)])
    # True now: the rows open with nothing, and the purge is in the ledger. What follows frees the space.
    with gate.house.unit() as connection:
        chunks.drop(connection, batch.no)
