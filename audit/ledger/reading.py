"""Reading the log: checkpoints, tiles, bundles, entries, proofs and receipts, as C2SP clients expect them.

Reads committed rows only, and nothing beyond the published checkpoint. Must never be trusted by a verifier:
it serves what is stored, `verify` says whether that is what was signed.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Column, Connection, Select, select

from audit.checkpoint import Receipt
from audit.errors import NotInLog, Tampered
from audit.merkle import consistency_proof, inclusion_proof
from audit.tables import ledger_checkpoint, ledger_leaf, ledger_tile
from audit.tiles import WIDTH, FetchTile, checked_width, encode_bundle, nodes_from


@dataclass(frozen=True, slots=True)
class LeafRow:
    """One entry of the log with its place; `leaf` is the exact bytes, the rest follows from them."""

    idx: int
    at: datetime
    kind: str
    actor: str
    leaf: bytes


def checkpoint(connection: Connection) -> bytes:
    """Return the latest checkpoint, a signed note.

    Raises:
        NotInLog: no sequencer has run yet.
    """
    return _head(connection)[1]


def size(connection: Connection) -> int:
    """Return the number of entries under the latest checkpoint; 0 before the first."""
    latest = select(ledger_checkpoint.c.size).order_by(ledger_checkpoint.c.size.desc()).limit(1)
    return connection.execute(latest).scalar_one_or_none() or 0


def tile(connection: Connection, level: int, index: int, width: int | None = None) -> bytes:
    """Return a hash tile's bytes, 32 for each hash.

    Args:
        connection: any that may read.
        level: 0 to 63.
        index: position at this level.
        width: 1 to 255 for a partial tile, None for a full one.

    Raises:
        NotInLog: the published tree has no such tile.
    """
    wanted = checked_width(size(connection), level, index, width)
    return _hashes(connection, level, index, wanted)


def entries(connection: Connection, index: int, width: int | None = None) -> bytes:
    """Return an entry bundle: 256 leaves, or `width` of them, each after its 16-bit length.

    Raises:
        NotInLog: the published tree has no such bundle.
    """
    wanted = checked_width(size(connection), 0, index, width)
    rows = connection.execute(_leaves(ledger_leaf.c.leaf, index, wanted)).scalars().all()
    return encode_bundle(_all(rows, wanted))


def leaf(connection: Connection, idx: int) -> LeafRow:
    """Return one entry.

    Raises:
        NotInLog: the log has no such entry.
    """
    table = ledger_leaf.c
    columns = select(table.idx, table.at, table.kind, table.actor, table.leaf)
    row = connection.execute(columns.where(table.idx == idx)).one_or_none()
    if row is None:
        raise NotInLog(f"the log has no entry {idx}")
    return LeafRow(*row)


def leaf_of(connection: Connection, inbox_no: int) -> int | None:
    """Return the index of the entry that came in under this inbox number, or None while it waits."""
    place = select(ledger_leaf.c.idx).where(ledger_leaf.c.inbox_no == inbox_no)
    return connection.execute(place).scalar_one_or_none()


def inclusion(connection: Connection, idx: int, tree_size: int) -> list[bytes]:
    """Return the inclusion path of an entry in the tree of `tree_size`, leaf's sibling first.

    Raises:
        NotInLog: the log is not that large.
        ProofRefused: the entry is not below `tree_size`.
    """
    _check_published(connection, tree_size)
    return inclusion_proof(nodes_from(_fetch(connection), tree_size), idx, tree_size)


def consistency(connection: Connection, old: int, new: int) -> list[bytes]:
    """Return the proof that the tree of `new` extends the tree of `old`.

    Raises:
        NotInLog: the log is not that large.
        ProofRefused: not 0 < old <= new.
    """
    _check_published(connection, new)
    return consistency_proof(nodes_from(_fetch(connection), new), old, new)


def receipt(connection: Connection, idx: int) -> bytes:
    """Return proof that an entry is in the log, to keep: index, path and latest checkpoint (C2SP tlog-proof).

    Raises:
        NotInLog: the entry is not in the published tree.
    """
    tree_size, note = _head(connection)
    if not 0 <= idx < tree_size:
        raise NotInLog(f"the published log has no entry {idx}")
    path = inclusion_proof(nodes_from(_fetch(connection), tree_size), idx, tree_size)
    return Receipt(idx, tuple(path), note).encode()


def _head(connection: Connection) -> tuple[int, bytes]:
    table = ledger_checkpoint.c
    row = connection.execute(select(table.size, table.note).order_by(table.size.desc()).limit(1)).one_or_none()
    if row is None:
        raise NotInLog("the log has no checkpoint yet; a sequencer has to run once")
    return row.size, row.note


def _check_published(connection: Connection, tree_size: int) -> None:
    if not 0 <= tree_size <= size(connection):
        raise NotInLog(f"the published log is not as large as {tree_size}")


def _fetch(connection: Connection) -> FetchTile:
    return lambda level, index, width: _hashes(connection, level, index, width)


def _hashes(connection: Connection, level: int, index: int, width: int) -> bytes:
    """Read a tile: a full one is stored; a partial one is read from the leaves, or the tiles below."""
    if width == WIDTH:
        here = (ledger_tile.c.level == level) & (ledger_tile.c.idx == index)
        return b"".join(_all(connection.execute(select(ledger_tile.c.hashes).where(here)).scalars().all(), 1))
    if level == 0:
        rows = _leaves(ledger_leaf.c.leaf_hash, index, width)
    else:
        first = index * WIDTH
        below = (ledger_tile.c.level == level - 1) & ledger_tile.c.idx.between(first, first + width - 1)
        rows = select(ledger_tile.c.root).where(below).order_by(ledger_tile.c.idx)
    return b"".join(_all(connection.execute(rows).scalars().all(), width))


def _leaves(column: Column[bytes], index: int, width: int) -> Select[Any]:
    first = index * WIDTH
    return select(column).where(ledger_leaf.c.idx.between(first, first + width - 1)).order_by(ledger_leaf.c.idx)


def _all(rows: Sequence[bytes], count: int) -> Sequence[bytes]:
    """Serve whole or not at all: a short answer would verify nowhere and be blamed on the reader."""
    if len(rows) != count:
        raise Tampered("ledger_leaf", None, f"{count} rows belong to a published tile and {len(rows)} are there")
    return rows
