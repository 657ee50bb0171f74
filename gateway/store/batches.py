"""Batches: one intake of one list from one source, and how far it has come. `gateway.store.chunks` has their rows.

Must never hold a cell of a list in clear: column titles, words, counts and digests only.
"""

import json
import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, text

from gateway.domain.errors import Conflict


@dataclass(frozen=True, slots=True)
class Batch:
    """A batch as it is kept.

    Attributes:
        uid: 16 bytes.
        digest: SHA-256 of the whole file, 32 bytes; a source has one batch of one digest.
        state: `staging`, `scanning`, `storing`, then `finished`; or `quarantined`, `refused`, `cancelled`, `purged`.
        mapping: field by column title; "" is a column that nobody declared.
        reading: format, encoding, delimiter, sheet.
        reasons: why the verdict is what it is.
        counts: rows and values by what became of them.
        columns: what the scan found where nobody declared it, by title and kind.
        next_chunk: number of the first chunk that is not yet stored.
        wrapped: the data key of its sealed rows, wrapped for the batch's uid; None once nothing sealed is left.
        created_at: when the batch began by the database's clock, which also dates people; UTC.
        updated_at: when it last moved, UTC.
        actor: who imports.
        rows: how many rows are staged, those that cannot be used included.
        chunks: how many chunks are staged.
        profile: what a sample says each column holds, by title (see `gateway.scan.ColumnVerdict`).
        treated: what the scan led to, for the whole list: column, kind, treatment, rule, cite, words, rows.
        paused_at: since when nobody may go on with it, UTC; None while it may.
    """

    no: int
    uid: bytes
    source_no: int
    digest: bytes
    state: str
    verdict: str
    mapping: Mapping[str, str]
    reading: Mapping[str, Any]
    reasons: Sequence[Mapping[str, str]]
    counts: Mapping[str, int]
    columns: Mapping[str, Mapping[str, int]]
    next_chunk: int
    wrapped: bytes | None
    cure_until: datetime | None
    created_at: datetime
    updated_at: datetime | None = None
    actor: str = ""
    rows: int = 0
    chunks: int = 0
    profile: Mapping[str, Any] = field(default_factory=dict)
    treated: Sequence[Mapping[str, Any]] = ()
    paused_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class BatchRecord:
    """What is kept of a batch when it begins."""

    source_no: int
    digest: bytes
    state: str
    verdict: str
    mapping: Mapping[str, str]
    reading: Mapping[str, Any]
    reasons: Sequence[Mapping[str, str]]
    counts: Mapping[str, int]
    columns: Mapping[str, Mapping[str, int]]
    cure_until: datetime | None
    actor: str = ""


def new_uid() -> bytes:
    """Make the uid of a batch that is about to begin."""
    return secrets.token_bytes(16)


def begin(connection: Connection, uid: bytes, record: BatchRecord, wrapped: bytes | None, at: datetime) -> Batch:
    """Record a new batch.

    Raises:
        Conflict: `import_running`: another process began the same list a moment ago.
    """
    values = {
        "uid": uid, "source": record.source_no, "digest": record.digest, "state": record.state,
        "verdict": record.verdict, "mapping": json.dumps(list(record.mapping.items())),
        "reading": _json(record.reading), "reasons": json.dumps(list(record.reasons)), "counts": _json(record.counts),
        "columns": _json(record.columns), "wrapped": wrapped, "cure": record.cure_until, "at": at,
        "actor": record.actor,
    }  # fmt: skip
    row = connection.execute(_BEGIN, values).one_or_none()
    if row is None:
        raise running()
    return _batch(row)


def begin_anew(connection: Connection, no: int, wrapped: bytes, actor: str, at: datetime) -> Batch:
    """Put a batch that was ended back to its beginning, under a new key; it dates people anew, too."""
    values = {"no": no, "wrapped": wrapped, "actor": actor, "at": at}
    return _batch(connection.execute(_BEGIN_ANEW, values).one())


def running() -> Conflict:
    """Make the refusal of a list that another process is importing."""
    return Conflict(
        "import_running", "Another process imports this very list from this source. Wait for it, then ask again."
    )


def known(connection: Connection, source_no: int, digest: bytes) -> Batch | None:
    """Give the batch of a source that has this digest, or None."""
    row = connection.execute(_KNOWN, {"source": source_no, "digest": digest}).one_or_none()
    return _batch(row) if row else None


def by_uid(connection: Connection, uid: bytes) -> Batch | None:
    """Give a batch by its uid, or None."""
    row = connection.execute(_BY_UID, {"uid": uid}).one_or_none()
    return _batch(row) if row else None


def latest(connection: Connection, limit: int) -> list[tuple[str, Batch]]:
    """List the latest batches, each with the name of its source, newest first."""
    return [(row.source_name, _batch(row)) for row in connection.execute(_LATEST, {"limit": limit})]


def hold(connection: Connection, no: int, chunk: int) -> Batch:
    """Lock a batch that is about to get a chunk, and give it as it stands.

    Raises:
        Conflict: `import_running`: the chunk was stored by somebody else, or another one is due.
    """
    batch = _batch(connection.execute(_HOLD, {"no": no}).one())
    if batch.next_chunk != chunk or batch.state != "storing":
        raise running()
    return batch


def advance(connection: Connection, no: int, counts: Mapping[str, int], at: datetime) -> None:
    """Note that one more chunk is stored, with the counts of the whole batch up to it."""
    connection.execute(_ADVANCE, {"no": no, "counts": _json(counts), "at": at})


def next_chunk(connection: Connection, no: int) -> int | None:
    """Give the number of the chunk that is stored next; None if the batch may not go on."""
    row = connection.execute(_NEXT, {"no": no}).one_or_none()
    return row.next_chunk if row else None


def locked(connection: Connection, uid: bytes) -> Batch | None:
    """Lock a batch and give it as it stands, or None."""
    row = connection.execute(_LOCKED, {"uid": uid}).one_or_none()
    return _batch(row) if row else None


def staged(connection: Connection, no: int, rows: int, chunks: int, profile: Mapping[str, Any], at: datetime) -> None:
    """Say that the whole list is staged: from here on nobody needs the file."""
    values = {"no": no, "rows": rows, "chunks": chunks, "profile": _json(profile), "at": at}
    connection.execute(_STAGED, values)


def settled(
    connection: Connection, no: int, record: BatchRecord, treated: Sequence[Mapping[str, Any]], at: datetime
) -> None:
    """Say what became of the list once every cell of it is scanned: state, verdict, reasons, counts, findings."""
    values = {
        "no": no, "state": record.state, "verdict": record.verdict, "reasons": json.dumps(list(record.reasons)),
        "counts": _json(record.counts), "columns": _json(record.columns), "treated": json.dumps(list(treated)),
        "cure": record.cure_until, "at": at,
    }  # fmt: skip
    connection.execute(_SETTLED, values)


def become(connection: Connection, no: int, state: str, at: datetime) -> None:
    """Change the state of a locked batch."""
    connection.execute(_BECOME, {"no": no, "state": state, "at": at})


def pause(connection: Connection, no: int, at: datetime | None) -> None:
    """Keep everybody from going on with a batch since a moment, or let them (None)."""
    connection.execute(_PAUSE, {"no": no, "at": at})


def forget_key(connection: Connection, no: int) -> None:
    """Drop the data key of a batch: its sealed rows open with nothing from now on, and nothing waits for a cure."""
    connection.execute(_FORGET_KEY, {"no": no})


def discard(connection: Connection, no: int) -> None:
    """Delete a batch whose staging failed; its chunks are deleted before. The database refuses any other."""
    connection.execute(_DISCARD, {"no": no})


def accepted(connection: Connection, no: int, verdict: str, counts: Mapping[str, int], at: datetime) -> None:
    """Let a quarantined batch be stored; its chunks are counted as they are."""
    values = {"no": no, "verdict": verdict, "counts": _json(counts), "at": at}
    connection.execute(_ACCEPTED, values)


def recount(connection: Connection, no: int, counts: Mapping[str, int], at: datetime) -> None:
    """Put new counts in place of those on file."""
    connection.execute(_RECOUNT, {"no": no, "counts": _json(counts), "at": at})


def one_more_chunk(connection: Connection, no: int, at: datetime) -> int:
    """Make room for a chunk after the last, and give its number."""
    return int(connection.execute(_ONE_MORE, {"no": no, "at": at}).scalar_one())


def on_the_desk(connection: Connection) -> list[tuple[str, Batch]]:
    """Give the batches that wait, or of which rows wait, each with the name of its source."""
    return [(row.source_name, _batch(row)) for row in connection.execute(_ON_THE_DESK)]


def over(connection: Connection, now: datetime) -> list[Batch]:
    """Give the batches whose time to cure is over and that still have rows waiting."""
    return [_batch(row) for row in connection.execute(_OVER, {"now": now})]


def stale(connection: Connection, before: datetime) -> list[Batch]:
    """Give the batches that were never staged whole and have not moved since a moment."""
    return [_batch(row) for row in connection.execute(_STALE, {"before": before})]


def close_cure(connection: Connection, no: int) -> None:
    """Say that nothing of a batch can be cured any more."""
    connection.execute(_CLOSE_CURE, {"no": no})


def under_way(connection: Connection) -> list[bytes]:
    """Give the uids of batches that somebody could go on with now, oldest first."""
    return [row.uid for row in connection.execute(_UNDER_WAY)]


def _json(value: Mapping[str, Any]) -> str:
    return json.dumps({key: dict(item) if isinstance(item, Mapping) else item for key, item in value.items()})


def _batch(row: Row[Any]) -> Batch:
    kept = {name: getattr(row, name) for name in Batch.__slots__}
    return Batch(**{**kept, "mapping": dict(row.mapping)})  # kept as pairs, because jsonb forgets an order of keys


_COLUMNS = ", ".join(f"b.{name}" for name in Batch.__slots__)
_BEGIN = text(
    "INSERT INTO batch AS b (uid, source_no, digest, state, verdict, mapping, reading, reasons, counts, columns,"
    " wrapped, cure_until, updated_at, actor) VALUES (:uid, :source, :digest, :state, :verdict,"
    " CAST(:mapping AS jsonb), CAST(:reading AS jsonb), CAST(:reasons AS jsonb), CAST(:counts AS jsonb),"
    " CAST(:columns AS jsonb), :wrapped, :cure, :at, :actor)"
    f" ON CONFLICT (source_no, digest) DO NOTHING RETURNING {_COLUMNS}"
)
_BEGIN_ANEW = text(
    "UPDATE batch b SET state = 'staging', next_chunk = 0, chunks = 0, rows = 0, counts = '{}', columns = '{}',"
    " treated = '[]', profile = '{}', paused_at = NULL, cure_until = NULL, wrapped = :wrapped, actor = :actor,"
    f" created_at = now(), updated_at = :at WHERE b.no = :no RETURNING {_COLUMNS}"
)
_KNOWN = text(f"SELECT {_COLUMNS} FROM batch b WHERE b.source_no = :source AND b.digest = :digest")
_BY_UID = text(f"SELECT {_COLUMNS} FROM batch b WHERE b.uid = :uid")
_LOCKED = text(f"SELECT {_COLUMNS} FROM batch b WHERE b.uid = :uid FOR UPDATE")
_LATEST = text(
    f"SELECT {_COLUMNS}, s.name AS source_name FROM batch b JOIN source s ON s.no = b.source_no"
    " ORDER BY b.no DESC LIMIT :limit"
)
_HOLD = text(f"SELECT {_COLUMNS} FROM batch b WHERE b.no = :no FOR UPDATE")
_ADVANCE = text(
    "UPDATE batch SET next_chunk = next_chunk + 1, counts = CAST(:counts AS jsonb), updated_at = :at WHERE no = :no"
)
_NEXT = text("SELECT next_chunk FROM batch WHERE no = :no AND state = 'storing' AND paused_at IS NULL")
_STAGED = text(
    "UPDATE batch SET state = 'scanning', rows = :rows, chunks = :chunks, profile = CAST(:profile AS jsonb),"
    " updated_at = :at WHERE no = :no AND state = 'staging'"
)
_SETTLED = text(
    "UPDATE batch SET state = :state, verdict = :verdict, reasons = CAST(:reasons AS jsonb),"
    " counts = CAST(:counts AS jsonb), columns = CAST(:columns AS jsonb), treated = CAST(:treated AS jsonb),"
    " cure_until = :cure, updated_at = :at WHERE no = :no"
)
_BECOME = text("UPDATE batch SET state = :state, updated_at = :at WHERE no = :no")
_PAUSE = text("UPDATE batch SET paused_at = :at WHERE no = :no")
_FORGET_KEY = text("UPDATE batch SET wrapped = NULL, cure_until = NULL WHERE no = :no")
_DISCARD = text("DELETE FROM batch WHERE no = :no")
_ACCEPTED = text(
    "UPDATE batch SET state = 'storing', verdict = :verdict, counts = CAST(:counts AS jsonb), updated_at = :at"
    " WHERE no = :no"
)
_RECOUNT = text("UPDATE batch SET counts = CAST(:counts AS jsonb), updated_at = :at WHERE no = :no")
_ONE_MORE = text("UPDATE batch SET chunks = chunks + 1, updated_at = :at WHERE no = :no RETURNING chunks - 1")
_ON_THE_DESK = text(
    f"SELECT {_COLUMNS}, s.name AS source_name FROM batch b JOIN source s ON s.no = b.source_no"
    " WHERE b.wrapped IS NOT NULL AND b.state IN ('quarantined', 'finished') ORDER BY b.no"
)
_OVER = text(
    f"SELECT {_COLUMNS} FROM batch b WHERE b.cure_until <= :now AND b.state IN ('quarantined', 'finished')"
    " AND b.wrapped IS NOT NULL ORDER BY b.no"
)
_STALE = text(
    f"SELECT {_COLUMNS} FROM batch b WHERE b.state = 'staging' AND b.next_chunk = 0 AND b.updated_at < :before"
)
_CLOSE_CURE = text("UPDATE batch SET cure_until = NULL WHERE no = :no")
_UNDER_WAY = text("SELECT uid FROM batch WHERE state IN ('scanning', 'storing') AND paused_at IS NULL ORDER BY no")
