"""Checking the ledger in its database: every row of every table, against what was signed.

Grows the log again from its entries' bytes and holds each stored thing against what it must then be. Must
never take a stored hash, projection or size for true, and never write.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from hmac import compare_digest
from typing import Any

from psycopg import Connection as PsycopgConnection
from psycopg.rows import namedtuple_row
from sqlalchemy import Connection

from audit.checkpoint import Checkpoint, Mark, numbers_digest
from audit.errors import NoteRefused, Tampered
from audit.ledger.snapshot import snapshot
from audit.note import Verifier, parse_verifier_key
from audit.tiles import Tile
from audit.verify import Progress, Replay, Verified, open_older

_CHECKPOINTS = "SELECT size, previous, note, mark FROM ledger_checkpoint ORDER BY size"
_LEAVES = """
SELECT l.idx, l.inbox_no, l.at, l.kind, l.actor, l.leaf, l.leaf_hash, i.entry
  FROM ledger_leaf l LEFT JOIN ledger_inbox i ON i.no = l.inbox_no ORDER BY l.idx
"""
_TILE = "SELECT hashes, root FROM ledger_tile WHERE level = %(level)s AND idx = %(idx)s"
_TILES = "SELECT count(*) FROM ledger_tile"
_SIZE = "SELECT coalesce(max(size), 0) FROM ledger_checkpoint"
_ROWS = "SELECT EXISTS (SELECT FROM ledger_leaf) OR EXISTS (SELECT FROM ledger_tile)"
_OUTSIDE = """
SELECT i.no FROM ledger_inbox i WHERE NOT EXISTS (SELECT FROM ledger_leaf l WHERE l.inbox_no = i.no) ORDER BY
i.no
"""
_FETCH = 1000
_PROGRESS_EVERY = 1000


@dataclass(slots=True)
class _Rows:
    """The log being checked: its entries as they stream by, and what has been made of them."""

    connection: Connection
    replay: Replay
    leaves: Iterator[Any]
    total: int
    progress: Progress | None
    tiles: int = 0


def verify_database(
    connection: Connection, vkey: str, older_checkpoint: bytes | None = None, progress: Progress | None = None
) -> Verified:
    """Check the whole ledger in one snapshot.

    Args:
        connection: any that may read, with no transaction open.
        vkey: the log's verifier key, obtained from somewhere else than the database.
        older_checkpoint: a checkpoint kept elsewhere; with it, a log that was set back in time or rewritten
            by somebody who holds the log's key is found out as well.
        progress: called with entries done and in all.

    Raises:
        Tampered: names the table, the entry and the difference.
        NoteRefused: the verifier key or the older checkpoint is malformed or belongs to another log.
        NotInTransaction: the connection has a transaction open already.
    """
    verifier = parse_verifier_key(vkey)
    older = open_older(older_checkpoint, verifier)
    with snapshot(connection):
        total = connection.exec_driver_sql(_SIZE).scalar_one()
        rows = _Rows(connection, Replay(older), _stream(connection, _LEAVES, "leaves"), total, progress)
        count, last = _check_checkpoints(rows, verifier)
        if last is None:
            return _check_nothing(connection, verifier, older)
        checkpoint, mark = last
        rows.replay.finish(checkpoint)
        _check_ends(rows)
        waiting = _check_outside(connection, mark)
        return Verified(checkpoint.origin, checkpoint.size, checkpoint.root, rows.replay.last_at, count, waiting)


def _check_checkpoints(rows: _Rows, verifier: Verifier) -> tuple[int, tuple[Checkpoint, Mark] | None]:
    """Check every checkpoint, each with the entries that it added."""
    last: tuple[Checkpoint, Mark] | None = None
    count, low = 0, 0
    for row in _stream(rows.connection, _CHECKPOINTS, "checkpoints"):
        before = last[0].size if last else None
        checkpoint, mark = _check_signatures(row, before, verifier)
        numbers = [_check_leaf(rows) for _ in range(checkpoint.size - rows.replay.edge.size)]
        _check_head(rows, before, checkpoint, mark, numbers)
        if mark.low < low:
            raise Tampered("ledger_checkpoint", _last_entry(row), "its mark lies below the one before")
        count, low, last = count + 1, mark.low, (checkpoint, mark)
    return count, last


def _check_signatures(row: Any, before: int | None, verifier: Verifier) -> tuple[Checkpoint, Mark]:
    entry = _last_entry(row)
    try:
        checkpoint, mark = Checkpoint.open(row.note, verifier), Mark.open(row.mark, verifier)
    except NoteRefused as error:
        raise Tampered("ledger_checkpoint", entry, str(error)) from error
    if not checkpoint.size == mark.size == row.size:
        raise Tampered("ledger_checkpoint", entry, f"the row of size {row.size} was signed for another size")
    if row.previous != before:
        what = f"the checkpoint of {row.size} grew from {row.previous}, and before it stands {before}"
        raise Tampered("ledger_checkpoint", entry, what)
    return checkpoint, mark


def _check_head(rows: _Rows, before: int | None, checkpoint: Checkpoint, mark: Mark, numbers: list[int]) -> None:
    """Hold one checkpoint against the tree grown so far. A difference lies in what it added."""
    first, last = before or 0, checkpoint.size - 1
    if not compare_digest(rows.replay.edge.root(), checkpoint.root):
        what = f"entries {first} to {last} do not lead to the root signed for size {checkpoint.size}"
        raise Tampered("ledger_leaf", first, what)
    if not compare_digest(numbers_digest(numbers), mark.numbers):
        raise Tampered("ledger_leaf", first, f"the inbox numbers of entries {first} to {last} are not those signed")


def _check_leaf(rows: _Rows) -> int:
    """Check the next entry's row against its bytes and its inbox row; return its inbox number."""
    place = rows.replay.edge.size
    row = next(rows.leaves, None)
    if row is None or row.idx != place:
        raise Tampered("ledger_leaf", place, "the entry is missing")
    leaf, hashed, tiles = rows.replay.add(row.leaf)
    if row.leaf_hash != hashed:
        raise Tampered("ledger_leaf", place, "its bytes do not have the hash beside them")
    if row.entry is None:
        raise Tampered("ledger_inbox", place, f"its inbox row, number {row.inbox_no}, is missing")
    if row.entry != leaf.entry:
        raise Tampered("ledger_inbox", place, f"inbox row {row.inbox_no} and the log hold different bytes for it")
    if (row.at, row.kind, row.actor) != (leaf.at, *rows.replay.projections(leaf)):
        raise Tampered("ledger_leaf", place, "its time, kind or actor column is not what its bytes say")
    for tile in tiles:
        _check_tile(rows, tile, place)
    if rows.progress is not None and (place + 1) % _PROGRESS_EVERY == 0:
        rows.progress(place + 1, rows.total)
    return int(row.inbox_no)


def _check_tile(rows: _Rows, tile: Tile, place: int) -> None:
    """Hold a tile against the hashes below it, and say from which entry on they differ."""
    stored = rows.connection.exec_driver_sql(_TILE, {"level": tile.level, "idx": tile.index}).one_or_none()
    span = 256 ** (tile.level + 1)
    first = place + 1 - span
    name = f"tile {tile.index} of level {tile.level}"
    if stored is None:
        raise Tampered("ledger_tile", first, f"{name} is missing")
    if stored.hashes != tile.hashes:
        offset = next(at for at in range(256) if stored.hashes[at * 32 :][:32] != tile.hashes[at * 32 :][:32])
        raise Tampered("ledger_tile", first + offset * span // 256, f"{name} and the entries below it differ")
    if stored.root != tile.root:
        raise Tampered("ledger_tile", first, f"the root stored beside {name} is not that of its hashes")
    rows.tiles += 1


def _check_ends(rows: _Rows) -> None:
    """Nothing may stand beyond what the last checkpoint signs."""
    beyond = next(rows.leaves, None)
    if beyond is not None:
        raise Tampered("ledger_leaf", beyond.idx, "no checkpoint covers the entry")
    if rows.connection.exec_driver_sql(_TILES).scalar_one() != rows.tiles:
        raise Tampered("ledger_tile", None, f"there are more tiles than the {rows.tiles} that the log fills")
    if rows.progress is not None:
        rows.progress(rows.total, rows.total)


def _check_outside(connection: Connection, mark: Mark) -> int:
    """Return how many inbox rows still wait; one behind the signed mark was slipped in, or cut out."""
    outside = connection.exec_driver_sql(_OUTSIDE).scalars().all()
    if outside and outside[0] <= mark.low:
        what = f"inbox row {outside[0]} is not in the log, though everything up to {mark.low} was"
        raise Tampered("ledger_inbox", None, what)
    return len(outside)


def _check_nothing(connection: Connection, verifier: Verifier, older: Checkpoint | None) -> Verified:
    """A ledger that no sequencer has touched yet: valid only if there truly is nothing to sign."""
    if older is not None or connection.exec_driver_sql(_ROWS).scalar_one():
        raise Tampered("ledger_checkpoint", None, "there is a log but no checkpoint of it")
    waiting = len(connection.exec_driver_sql(_OUTSIDE).scalars().all())
    return Verified(verifier.name, 0, Replay().edge.root(), None, 0, waiting)


def _last_entry(row: Any) -> int | None:
    """The last entry that a checkpoint's row claims to cover."""
    return row.size - 1 if row.size else None


def _stream(connection: Connection, statement: str, name: str) -> Iterator[Any]:
    """Read rows through a named binary cursor of psycopg: a log fits in no memory, and hex doubles it."""
    driver: PsycopgConnection[Any] = connection.connection.driver_connection  # type: ignore[assignment]
    with driver.cursor(f"ledger_{name}", binary=True, row_factory=namedtuple_row) as cursor:
        cursor.itersize = _FETCH
        cursor.execute(statement.encode())
        yield from cursor
