"""The head of the log as stored: read, checked against what was signed, and built upon.

Must never hand out a head whose signature, mark, right edge or history does not hold: a sequencer that built
on a forged head would sign the forgery.
"""

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Connection

from audit.checkpoint import Checkpoint, Mark, numbers_digest
from audit.errors import NoteRefused, Tampered
from audit.leaf import leaf_head
from audit.ledger.waterline import Waterline
from audit.merkle import EMPTY_ROOT, leaf_hash, root
from audit.note import Signer, Verifier
from audit.tiles import WIDTH, Edge, split_hashes, widths

_LATEST = "SELECT size, note, mark FROM ledger_checkpoint ORDER BY size DESC LIMIT 1"
_AT_SIZE = "SELECT note FROM ledger_checkpoint WHERE size = %(size)s"
_EDGE_LEAVES = "SELECT idx, at, leaf FROM ledger_leaf WHERE idx >= %(start)s ORDER BY idx LIMIT 257"
_EDGE_ROOTS = "SELECT idx, hashes FROM ledger_tile WHERE level = %(level)s AND idx >= %(start)s ORDER BY idx LIMIT 257"
_LAST_AT = "SELECT at FROM ledger_leaf WHERE idx = %(idx)s"
_AHEAD = "SELECT inbox_no FROM ledger_leaf WHERE inbox_no > %(low)s"
_GENESIS = "INSERT INTO ledger_checkpoint (size, previous, note, mark) VALUES (0, NULL, %(note)s, %(mark)s)"

_BEGINNING = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Seen:
    """A checkpoint that this process knows to have been there."""

    size: int
    note: bytes


@dataclass(frozen=True, slots=True)
class Head:
    """A checked head, and all that is needed to build upon it.

    Attributes:
        size: entries in the log.
        note: the signed checkpoint.
        at: the time of the last entry, UTC; 1970 for an empty log.
        edge: the right edge of the tree; grows with the next batch, so a head is built upon once.
        waterline: what is known about the inbox.
    """

    size: int
    note: bytes
    at: datetime
    edge: Edge
    waterline: Waterline


def read_head(connection: Connection, signer: Signer, origin: str, known: Head | None, seen: Seen | None) -> Head:
    """Return the stored head; the one known already if nobody has written since.

    Args:
        connection: in the transaction that holds the sequencer's lock.
        signer: whose signatures the head must carry; signs the first checkpoint of an empty log.
        origin: the log's name.
        known: the head that this process wrote last and may build upon, if nothing came between.
        seen: what this process saw last, whatever came between.

    Raises:
        Tampered: what is stored is not what was signed, or the log is shorter than it was.
    """
    row = connection.exec_driver_sql(_LATEST).one_or_none()
    if row is None:
        return _begin(connection, signer, origin, seen)
    if known is not None and row.note == known.note:
        return known
    verifier = Verifier(signer.name, signer.public_key)
    mark = _check_signed(row, verifier)
    if seen is not None:
        _check_history(connection, seen, row.size)
    edge = _read_edge(connection, row.size)
    if edge.root() != Checkpoint.open(row.note, verifier).root:
        raise Tampered("ledger_checkpoint", row.size, "the stored right edge does not lead to the signed root")
    last = connection.exec_driver_sql(_LAST_AT, {"idx": row.size - 1}).scalar_one_or_none()
    ahead = connection.exec_driver_sql(_AHEAD, {"low": mark.low}).scalars()
    waterline = Waterline(mark.low)
    waterline.integrated(ahead)
    return Head(row.size, row.note, last or _BEGINNING, edge, waterline)


def _begin(connection: Connection, signer: Signer, origin: str, seen: Seen | None) -> Head:
    """Sign the empty log, which is every later checkpoint's ancestor; only where there truly is nothing."""
    if seen is not None or connection.exec_driver_sql("SELECT 1 FROM ledger_leaf LIMIT 1").first():
        raise Tampered("ledger_checkpoint", None, "there is a log but no checkpoint of it")
    note = Checkpoint(origin, 0, EMPTY_ROOT).sign(signer)
    mark = Mark(origin, 0, 0, numbers_digest([])).sign(signer)
    connection.exec_driver_sql(_GENESIS, {"note": note, "mark": mark})
    return Head(0, note, _BEGINNING, Edge(), Waterline(0))


def _check_signed(row: Any, verifier: Verifier) -> Mark:
    try:
        checkpoint = Checkpoint.open(row.note, verifier)
        mark = Mark.open(row.mark, verifier)
    except NoteRefused as error:
        raise Tampered("ledger_checkpoint", None, f"the head of size {row.size}: {error}") from error
    if checkpoint.size != row.size or mark.size != row.size:
        raise Tampered("ledger_checkpoint", None, f"the head is stored as size {row.size} but signed for another")
    return mark


def _check_history(connection: Connection, seen: Seen, size: int) -> None:
    """What this process has seen must still be there; a database that was set back is not built upon."""
    note = connection.exec_driver_sql(_AT_SIZE, {"size": seen.size}).scalar_one_or_none()
    if size < seen.size or note != seen.note:
        what = f"the log was set back: the checkpoint of {seen.size} is gone"
        raise Tampered("ledger_checkpoint", None, what)


def _read_edge(connection: Connection, size: int) -> Edge:
    """Rebuild the right edge from the leaves' bytes and the hashes in full tiles, not from stored roots."""
    levels: list[list[bytes]] = []
    for level, (full, partial) in enumerate(widths(size)):
        read = _edge_leaves if level == 0 else _edge_tiles
        hashes = read(connection, level, full * WIDTH)
        if len(hashes) != partial:
            raise Tampered("ledger_leaf", None, f"level {level} of the right edge holds {len(hashes)}, not {partial}")
        levels.append(hashes)
    return Edge.of(size, levels)


def _edge_leaves(connection: Connection, _: int, start: int) -> list[bytes]:
    rows = connection.exec_driver_sql(_EDGE_LEAVES, {"start": start}).all()
    for place, row in enumerate(rows, start):
        if row.idx != place or not bytes(row.leaf).startswith(leaf_head(row.at)):
            raise Tampered("ledger_leaf", place, "the entry is missing, or its time is not the one in its bytes")
    return [leaf_hash(row.leaf) for row in rows]


def _edge_tiles(connection: Connection, level: int, start: int) -> list[bytes]:
    rows = connection.exec_driver_sql(_EDGE_ROOTS, {"level": level - 1, "start": start}).all()
    for place, row in enumerate(rows, start):
        if row.idx != place:
            raise Tampered("ledger_tile", None, f"tile {place} of level {level - 1} is missing")
    return [root(split_hashes(row.hashes, WIDTH)) for row in rows]
