"""Puts a list, row by row sealed, where every worker finds it: from then on nobody needs the file.

Steps:
    1 clear    what an earlier attempt left is taken away
    2 stage    each chunk is sealed under the batch's key and kept, in a transaction of its own
    3 sample   the first chunk says what the columns hold, so that every later chunk is judged alike
    4 open     with the last chunk: the file is still the one received; the batch goes to `scanning`, jobs are queued
A file that breaks on the way leaves nothing; a crash leaves chunks that step 1 takes away, and that the night's work
takes away if nobody comes back. Must never stage under the key of another batch.
"""

from collections import Counter
from collections.abc import Callable
from typing import Any, Final

from audit.leaf import Entry
from gateway.domain.errors import Conflict
from gateway.flows.gate import Gate
from gateway.flows.intake_look import Looking
from gateway.flows.intake_sealed import Row, Sealing
from gateway.lists.reader import Chunk, ListFile
from gateway.store import batches, chunks, sources
from gateway.store.batches import Batch
from gateway.store.chunks import STORED, StagedChunk
from gateway.store.people_lookup import Connection

SCAN_TASK: Final = "lists.scan"
STORE_TASK: Final = "lists.store"


def stage(
    gate: Gate, batch: Batch, listed: ListFile, looking: Looking, received: str, read_to: Callable[[int], None]
) -> None:
    """Stage a whole list.

    Args:
        gate: the gateway.
        batch: in state `staging`, held by this process alone (`House.alone`).
        listed: the file.
        looking: looks at the sample.
        received: SHA-256 of the file, hex, as it was when it was received.
        read_to: hears the bytes read.

    Raises:
        ListRefused: the file cannot be read to its end; nothing of it is kept.
        Conflict: `file_changed`.
    """
    try:
        _stage(gate, batch, listed, looking, received, read_to)
    except Exception:
        discard(gate, batch)
        raise


def discard(gate: Gate, batch: Batch) -> None:
    """Take away a list that was never staged whole, unless the old code stored chunks of it."""
    with gate.house.unit() as connection:
        held = batches.locked(connection, batch.uid)
        if held is None or held.state != "staging":
            return  # it was staged whole after all: the error came after the last commit
        chunks.unstage(connection, batch.no)
        if held.next_chunk == 0:
            batches.discard(connection, batch.no)
    # True now: of a list that nobody took in nothing is left.


def _stage(
    gate: Gate, batch: Batch, listed: ListFile, looking: Looking, received: str, read_to: Callable[[int], None]
) -> None:
    sealing = Sealing(gate, batch)
    profile: dict[str, Any] = {}
    rows = 0
    with gate.house.unit() as connection:
        chunks.unstage(connection, batch.no)  # 1
    for chunk in listed.chunks():
        if chunk.digest is not None and chunk.digest != received:
            raise Conflict(
                "file_changed", "The file changed while it was read. Put it in place as a whole, then import it."
            )
        mine = rows_of(chunk)
        if not rows:
            profile = looking.profile(mine)  # 3
        rows += len(chunk.rows) + len(chunk.rejected)
        with gate.house.unit() as connection:
            _keep(connection, batch, sealing, chunk, mine)  # 2
            if chunk.digest is not None:
                _open(gate, connection, batch, rows, chunk.number + 1, profile)  # 4
        # True now: this chunk is staged; after the last one the list is, and workers may come.
        read_to(chunk.byte_offset_after)


def rows_of(chunk: Chunk) -> list[Row]:
    """Give the rows of a chunk with their numbers."""
    return list(zip(chunk.row_nos, chunk.rows, strict=True))


def counts_of(chunk: Chunk) -> Counter[str]:
    """Count the rows of a chunk, and those that cannot be used."""
    counts = Counter({"row.read": len(chunk.rows) + len(chunk.rejected)})
    counts.update(f"row.refused.{each.reason}" for each in chunk.rejected)
    return counts


def _keep(connection: Connection, batch: Batch, sealing: Sealing, chunk: Chunk, rows: list[Row]) -> None:
    counts = counts_of(chunk)
    if chunk.number < batch.next_chunk:  # stored under the old code, and counted there
        chunks.stage(connection, batch.no, StagedChunk(chunk.number, counts["row.read"], (), {}, {}), STORED)
        return
    pieces = sealing.sealed(chunk.number, rows, counts)
    chunks.stage(connection, batch.no, StagedChunk(chunk.number, counts["row.read"], pieces, counts, {}))


def _open(gate: Gate, connection: Connection, batch: Batch, rows: int, count: int, profile: dict[str, Any]) -> None:
    batches.staged(connection, batch.no, rows, count, profile, gate.clock())
    chunks.deferred(connection, SCAN_TASK, batch.uid.hex(), count)
    source = sources.uid_of(connection, batch.source_no).hex()
    body: dict[str, Any] = {
        "batch": batch.uid.hex(), "source": source, "digest": batch.digest.hex(), "rows": rows, "chunks": count,
    }  # fmt: skip
    gate.house.enter(connection, [Entry("import.begun", batch.actor, body)])
