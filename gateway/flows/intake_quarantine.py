"""Keeps a quarantined list: declared columns only, sealed under a data key of its own that dies with the batch.

Must never keep a column that nobody declared, nor let a sealed piece pass for another: each says in its plaintext which
row it begins with, and the batch is bound into the seal.
"""

from collections import Counter
from collections.abc import Iterator, Sequence
from typing import Any, Final

import orjson

from audit.leaf import Entry
from gateway.flows.gate import Gate
from gateway.lists.headers import Mapping
from gateway.lists.reader import Chunk
from gateway.store import batches
from gateway.store.batches import Batch
from gateway.vault.errors import Damaged
from gateway.vault.seal import LONGEST, open_blob, seal
from policies.terms import FieldClass

_CLASS: Final = FieldClass.SENSITIVE.value  # the most guarded class: nobody knows yet what the rows hold
_ROOM: Final = LONGEST - 1024

Rows = list[tuple[int, list[str]]]


def keep_chunk(gate: Gate, batch: Batch, mapping: Mapping, chunk: Chunk, actor: str) -> Counter[str]:
    """Seal one chunk of a quarantined list.

    Args:
        gate: the gateway.
        batch: a batch in state `quarantined`, with its wrapped data key.
        mapping: says which columns are declared.
        chunk: the chunk that the batch waits for.
        actor: who imports.

    Returns:
        The counts of the chunk.

    Raises:
        Conflict: `import_running`.
    """
    if batch.wrapped is None:
        raise Damaged("key_broken", batch.uid, "batch key")
    key = gate.keyring.unwrap(batch.wrapped, batch.uid)
    declared = [at for at, each in enumerate(mapping.proposals) if each.column not in mapping.undeclared]
    tally = Counter({"row.read": len(chunk.rows) + len(chunk.rejected)})
    tally.update(f"row.refused.{each.reason}" for each in chunk.rejected)
    rows = [(no, [row[at] for at in declared]) for no, row in zip(chunk.row_nos, chunk.rows, strict=True)]
    with gate.house.unit() as connection:
        held = batches.hold(connection, batch.no, chunk.number)
        for first, count, piece in _pieces(rows, tally):
            batches.quarantine(connection, batch.no, first, count, seal(key, batch.uid, _CLASS, batch.source_no, piece))
        total = Counter(held.counts)
        total.update(tally)
        batches.advance(connection, batch.no, total, gate.clock())
        body: dict[str, Any] = {"batch": batch.uid.hex(), "chunk": chunk.number, "counts": dict(sorted(tally.items()))}
        gate.house.enter(connection, [Entry("import.chunk", actor, body)])
    # True now: the chunk is sealed, counted and in the ledger. A crash before this line left nothing of it.
    return tally


def open_rows(gate: Gate, batch: Batch, pieces: Sequence[tuple[int, int, bytes]]) -> Iterator[tuple[int, list[str]]]:
    """Open the rows of a quarantined batch, for its cure: number and declared cells of each row.

    Raises:
        Damaged: a piece was changed or moved, or the batch has no key any more.
    """
    if batch.wrapped is None:
        raise Damaged("key_broken", batch.uid, "batch key")
    key = gate.keyring.unwrap(batch.wrapped, batch.uid)
    for first, count, blob in pieces:
        rows = orjson.loads(open_blob(key, batch.uid, _CLASS, batch.source_no, blob))
        if len(rows) != count or rows[0][0] != first:
            raise Damaged("seal_broken", batch.uid, "quarantined rows")
        yield from ((no, cells) for no, cells in rows)


def _pieces(rows: Rows, tally: Counter[str]) -> Iterator[tuple[int, int, bytes]]:
    """Cut rows into pieces that one seal takes: number of the first row, how many, their JSON."""
    piece: list[bytes] = []
    first, size = 0, 0
    for no, cells in rows:
        row = orjson.dumps([no, cells])
        if len(row) > _ROOM:
            tally["row.refused.row_too_long"] += 1
            continue
        if piece and size + len(row) > _ROOM:
            yield first, len(piece), b"[" + b",".join(piece) + b"]"
            piece, size = [], 0
        first = first if piece else no
        piece.append(row)
        size += len(row) + 1
        tally["row.quarantined"] += 1
    if piece:
        yield first, len(piece), b"[" + b",".join(piece) + b"]"
