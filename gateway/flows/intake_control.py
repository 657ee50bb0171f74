"""An officer's hand on a list that is on its way: how far it is, pause, go on, cancel.

Must never undo what is stored: a cancelled list keeps the people of the chunks before, under its source, and says so.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from audit.leaf import Entry
from gateway.domain.errors import Conflict, NotFound
from gateway.flows.gate import Gate
from gateway.flows.intake_report import Report, of_batch
from gateway.flows.intake_stage import SCAN_TASK, STORE_TASK
from gateway.flows.officers import Officer, require
from gateway.store import batches, chunks, sources
from gateway.store.batches import Batch
from gateway.store.chunks import STAGED
from gateway.store.people_lookup import Connection

_ON_ITS_WAY: Final = ("scanning", "storing")


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a list is.

    Attributes:
        phase: `staging`, `scanning`, `storing`, or the state in which it ended.
        rows_done, rows_total: of this phase.
        chunks_done, chunks_total: of this phase.
        paused: since when nobody may go on with it (UTC), or None.
        began_at, updated_at: UTC.
    """

    phase: str
    rows_done: int
    rows_total: int
    chunks_done: int
    chunks_total: int
    paused: datetime | None
    began_at: datetime
    updated_at: datetime

    @property
    def under_way(self) -> bool:
        """Whether it can still move."""
        return self.phase in {"staging", *_ON_ITS_WAY}

    def ends_at(self) -> datetime | None:
        """Guess when this phase ends, from the pace so far (UTC); None where nobody can tell."""
        if not self.under_way or self.paused or not self.rows_done or self.updated_at <= self.began_at:
            return None
        left = self.rows_total - self.rows_done
        spent = (self.updated_at - self.began_at).total_seconds()
        return self.updated_at + timedelta(seconds=spent * left / self.rows_done)


def progress_of(gate: Gate, officer: Officer, uid: bytes) -> Progress:
    """Say how far a list is.

    Raises:
        Refused: `role_may_not`. NotFound: `import_unknown`.
    """
    with gate.house.snapshot() as connection:
        require(gate, connection, officer, "import.read")
        return progress(connection, _known(batches.by_uid(connection, uid)))


def progress(connection: Connection, batch: Batch) -> Progress:
    """Say how far a batch is."""
    if batch.state == "storing":
        done, rows = batch.next_chunk, chunks.rows_stored(connection, batch.no)
    elif batch.state == "scanning":
        done = batch.chunks - chunks.waiting(connection, batch.no, STAGED)
        rows = chunks.rows_done(connection, batch.no, STAGED)
    else:
        done, rows = batch.chunks, batch.rows
    return Progress(
        batch.state, rows, batch.rows, done, batch.chunks, batch.paused_at, batch.created_at,
        batch.updated_at or batch.created_at,
    )  # fmt: skip


def pause(gate: Gate, officer: Officer, uid: bytes) -> None:
    """Let nobody go on with a list; who works on a chunk of it ends that chunk. Paused again, nothing changes.

    Raises:
        Refused: `role_may_not`. NotFound: `import_unknown`. Conflict: `import_ended`.
    """
    _may(gate, officer)
    _act(gate, officer.actor, uid, "import.paused", _pausing(gate))


def resume(gate: Gate, officer: Officer, uid: bytes) -> None:
    """Let a paused list go on: its workers are called again.

    Raises:
        Refused: `role_may_not`. NotFound: `import_unknown`. Conflict: `import_ended`.
    """
    _may(gate, officer)
    _act(gate, officer.actor, uid, "import.resumed", _resuming)


def cancel(gate: Gate, officer: Officer, uid: bytes) -> None:
    """End a list: what waits of it is deleted and can never be opened again, what is stored stays stored.

    Raises:
        Refused: `role_may_not`. NotFound: `import_unknown`. Conflict: `import_ended`.
    """
    _may(gate, officer)
    _cancelled(gate, officer.actor, uid)


def _may(gate: Gate, officer: Officer) -> None:
    with gate.house.unit() as connection:
        require(gate, connection, officer, "import.run")


def _pausing(gate: Gate) -> Callable[[Connection, Batch], bool]:
    def act(connection: Connection, batch: Batch) -> bool:
        if batch.paused_at is None:
            batches.pause(connection, batch.no, gate.clock())
        return batch.paused_at is None

    return act


def _resuming(connection: Connection, batch: Batch) -> bool:
    if batch.paused_at is not None:
        batches.pause(connection, batch.no, None)
        task = SCAN_TASK if batch.state == "scanning" else STORE_TASK
        chunks.deferred(connection, task, batch.uid.hex(), max(1, batch.chunks - batch.next_chunk))
    return batch.paused_at is not None


def _cancelled(gate: Gate, actor: str, uid: bytes) -> Batch:
    def act(connection: Connection, batch: Batch) -> bool:
        batches.become(connection, batch.no, "cancelled", gate.clock())
        batches.forget_key(connection, batch.no)
        return True

    batch = _act(gate, actor, uid, "import.cancelled", act)
    # True now: nobody goes on with it, and its rows open with nothing. What a crash here leaves is unreadable.
    with gate.house.unit() as connection:
        chunks.drop(connection, batch.no)
    return batch


def pause_by(gate: Gate, actor: str, uid: bytes) -> dict[str, Any]:
    """Pause, for whoever works on the house's own machine."""
    return _told(_act(gate, actor, uid, "import.paused", _pausing(gate)), "paused")


def resume_by(gate: Gate, actor: str, uid: bytes) -> dict[str, Any]:
    """Let go on, for whoever works on the house's own machine."""
    return _told(_act(gate, actor, uid, "import.resumed", _resuming), "goes on")


def cancel_by(gate: Gate, actor: str, uid: bytes) -> dict[str, Any]:
    """Cancel, for whoever works on the house's own machine."""
    return _told(_cancelled(gate, actor, uid), "cancelled")


def report_of(gate: Gate, uid: bytes) -> Report:
    """Give the report of an import, as far as it is.

    Raises:
        NotFound: `import_unknown`.
    """
    with gate.house.unit() as connection:
        batch = _known(batches.by_uid(connection, uid))
        return of_batch(batch, sources.name_of(connection, batch.source_no), 0.0)


def latest(gate: Gate, limit: int = 50) -> list[dict[str, Any]]:
    """List the newest imports and how far they are, newest first."""
    with gate.house.unit() as connection:
        found = batches.latest(connection, limit)
        return [
            {"import": batch.uid.hex(), "source": name, "state": "paused" if batch.paused_at else batch.state,
             "verdict": batch.verdict, "rows": batch.rows, "done": progress(connection, batch).rows_done,
             "began": batch.created_at.isoformat(timespec="seconds")}
            for name, batch in found
        ]  # fmt: skip


def uid_of(number: str) -> bytes:
    """Read the number of an import.

    Raises:
        NotFound: `import_unknown`.
    """
    try:
        return bytes.fromhex(number)
    except ValueError:
        raise _unknown() from None


def _told(batch: Batch, what: str) -> dict[str, Any]:
    return {"import": batch.uid.hex(), "state": what}


def _act(gate: Gate, actor: str, uid: bytes, kind: str, act: Callable[[Connection, Batch], bool]) -> Batch:
    """Do something to a list that is on its way, with its entry, if it changes anything."""
    with gate.house.unit() as connection:
        batch = _known(batches.locked(connection, uid))
        if batch.state not in _ON_ITS_WAY:
            raise Conflict("import_ended", f"This import is {batch.state}; it is not on its way any more.")
        if act(connection, batch):
            body: dict[str, Any] = {"batch": uid.hex(), "state": batch.state, "chunks": batch.next_chunk}
            gate.house.enter(connection, [Entry(kind, actor, body)])
    return batch


def _known(batch: Batch | None) -> Batch:
    if batch is None:
        raise _unknown()
    return batch


def _unknown() -> NotFound:
    return NotFound("import_unknown", "No import has that number. `ostiary imports list` lists them.")
