"""The ledger as the rest of the gateway reads it: head, tiles, entries, receipts, a search, a check of the whole.

Must never add to the log (flows do, through `House.enter`), and never show an entry that no checkpoint covers yet.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from sqlalchemy import Connection, Engine, text

from audit import ledger as log
from audit.checkpoint import Checkpoint
from audit.errors import LedgerError, NoteRefused, NotInLog, Tampered
from audit.leaf import Leaf
from audit.ledger import LeafRow, Sequencer
from audit.note import parse_verifier_key, verifier_key
from audit.verify import Progress
from gateway.domain.errors import Invalid, NotFound, Unavailable

__all__ = ["BROKEN", "CHECKED", "Check", "LeafRow", "Progress", "Wanted"]

CHECKED, BROKEN = "ledger.verified", "ledger.broken"
"""The kinds of entry that record a check of the whole log, and how it came out."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """What to look for; an empty part does not matter.

    `kind` is one kind, or with a final dot all below it; `contains` is text that the entry holds; `since` and
    `until` bound the time of entry (aware, `until` excluded); `before` is an index; `limit` is 1 to 1000.
    """

    kind: str = ""
    actor: str = ""
    since: datetime | None = None
    until: datetime | None = None
    contains: str = ""
    before: int | None = None
    limit: int = 50


@dataclass(frozen=True, slots=True)
class Check:
    """How a check of the whole log came out: `broken` is "" or says where and how it differs, without content."""

    size: int
    root: bytes
    checkpoints: int
    waiting: int
    broken: str = ""
    table: str = ""
    entry: int | None = None


def search(connection: Connection, wanted: Wanted) -> list[LeafRow]:
    """Give the newest published entries that match, newest first.

    Raises:
        Invalid: `search_unfit`.
    """
    published = log.size(connection)
    before = published if wanted.before is None else min(wanted.before, published)
    try:
        return log.search(
            connection,
            wanted.kind or None,
            wanted.actor or None,
            wanted.since,
            wanted.until,
            wanted.contains or None,
            before,
            wanted.limit,
        )
    except NotInLog as error:
        raise Invalid("search_unfit", "Search for 200 characters at most, 1000 entries a page.") from error


def leaf(connection: Connection, index: int) -> LeafRow:
    """Give one published entry.

    Raises:
        NotFound: `entry_unknown`.
    """
    with _told():
        if not 0 <= index < log.size(connection):
            raise NotInLog("not published")
        return log.leaf(connection, index)


def place_of(connection: Connection, inbox_no: int) -> int | None:
    """Give the index of the entry that came in under an inbox number, None while it waits."""
    return log.leaf_of(connection, inbox_no)


def receipt(connection: Connection, index: int) -> bytes:
    """Give the proof that an entry is in the log, to keep (C2SP tlog-proof).

    Raises:
        NotFound: `entry_unknown`.
    """
    with _told():
        return log.receipt(connection, index)


def checkpoint(connection: Connection) -> bytes:
    """Give the latest signed checkpoint.

    Raises:
        NotFound: `entry_unknown`: nothing was ever integrated.
    """
    with _told():
        return log.checkpoint(connection)


def tile(connection: Connection, level: int, index: int, width: int | None) -> bytes:
    """Give a hash tile (C2SP tlog-tiles); `width` None is a full one.

    Raises:
        NotFound: `entry_unknown`.
    """
    with _told():
        return log.tile(connection, level, index, width)


def entries(connection: Connection, index: int, width: int | None) -> bytes:
    """Give an entry bundle (C2SP tlog-tiles); `width` None is a full one.

    Raises:
        NotFound: `entry_unknown`.
    """
    with _told():
        return log.entries(connection, index, width)


def size(connection: Connection) -> int:
    """Count the published entries."""
    return log.size(connection)


def origin(connection: Connection) -> str:
    """Give the log's name as its latest checkpoint states it, "" before the first."""
    try:
        return log.checkpoint(connection).decode().partition("\n")[0]
    except NotInLog:
        return ""


def lag(sequencer: Sequencer) -> tuple[int, float]:
    """Count the entries that are durable but not in the log yet, and say for how long the oldest was seen to wait (s).

    Raises:
        Unavailable: `ledger_broken`.
    """
    with _told():
        found = sequencer.lag()
    return found.waiting, found.oldest_seconds


def last_at(connection: Connection) -> datetime | None:
    """Give the time of the newest published entry (UTC), or None."""
    return connection.execute(_LAST, {"size": log.size(connection)}).scalar_one_or_none()


def last_check(connection: Connection) -> bytes | None:
    """Give the newest entry (its bytes) that records a check of the whole log, or None.

    One that still waits in the inbox counts: a log found broken may never grow again, and must not look sound for it.
    """
    kinds = {"kinds": [CHECKED, BROKEN]}
    waiting = connection.execute(_WAITING_CHECK, kinds).scalar_one_or_none()
    if waiting is not None:
        return bytes(waiting)
    row = connection.execute(_LAST_CHECK, kinds).scalar_one_or_none()
    with _told():
        return Leaf.decode(row).entry if row is not None else None


def verify(
    engine: Engine, name: str, public_key: bytes, older: bytes | None = None, progress: Progress | None = None
) -> Check:
    """Check every row of the ledger against what was signed, in one snapshot.

    Args:
        engine: of a role that may read the ledger.
        name: the log's name.
        public_key: the log's Ed25519 key, 32 bytes, from the keyring and not from the database.
        older: a checkpoint of this log that was kept elsewhere.
        progress: hears entries done and in all.

    Raises:
        Invalid: `checkpoint_unfit`: the older checkpoint is none of this log's.
    """
    key = vkey(name, public_key)
    _check_older(older, key)
    with engine.connect() as connection:
        try:
            held = log.verify_database(connection, key, older, progress)
        except Tampered as found:
            return Check(0, b"", 0, 0, found.what, found.table, found.entry)
        except NoteRefused:
            return Check(0, b"", 0, 0, "the checkpoint is not signed by the key of this house", "ledger_checkpoint")
    return Check(held.size, held.root, held.checkpoints, held.waiting)


def vkey(name: str, public_key: bytes) -> str:
    """Give the log's verifier key (C2SP signed-note), for whoever shall check it elsewhere."""
    return verifier_key(name, public_key)


def export(engine: Engine, folder: Path) -> int:
    """Write the log as static files (C2SP tlog-tiles), as of one moment; give the number of entries.

    Raises:
        NotFound: `entry_unknown`: nothing was ever integrated. OSError: the folder could not be written.
    """
    with _told(), engine.connect() as connection:
        return log.export_directory(connection, folder)


def _check_older(older: bytes | None, key: str) -> None:
    if older is None:
        return
    try:
        Checkpoint.open(older, parse_verifier_key(key))
    except NoteRefused as error:
        raise Invalid(
            "checkpoint_unfit", "That is no checkpoint of this log, signed by the key of this house."
        ) from error


@contextmanager
def _told() -> Iterator[None]:
    try:
        yield
    except NotInLog as error:
        raise NotFound("entry_unknown", "The published log does not reach there. Ask for a lower number.") from error
    except LedgerError as error:
        raise Unavailable(
            "ledger_broken", "The ledger is not what was signed. Run `ostiary audit verify`, and compare with a backup."
        ) from error


_LAST = text("SELECT at FROM ledger_leaf WHERE idx = cast(:size AS bigint) - 1")
_LAST_CHECK = text("SELECT leaf FROM ledger_leaf WHERE kind = ANY(:kinds) ORDER BY idx DESC LIMIT 1")
_WAITING_CHECK = text(
    "SELECT entry FROM ledger_inbox WHERE no > (SELECT coalesce(max(inbox_no), 0) FROM ledger_leaf)"
    " AND convert_from(entry, 'UTF8')::json ->> 'kind' = ANY(:kinds) ORDER BY no DESC LIMIT 1"
)
