"""Batches: one intake of one list from one source, how far it has come, and the sealed rows of a quarantined one.

Must never hold a cell of a list in clear: column titles, words, counts and digests only.
"""

import json
import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
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
        state: `open` while chunks are stored, then `finished` or `quarantined`; `refused` from the start.
        mapping: field by column title; "" is a column that nobody declared.
        reading: encoding, delimiter, rows, chunks.
        reasons: why the verdict is what it is.
        counts: rows and values by what became of them.
        columns: what the scan found in undeclared columns, by title and kind.
        next_chunk: number of the first chunk that is not yet stored.
        wrapped: the data key of a quarantined batch, wrapped for the batch's uid.
        created_at: when the batch began by the database's clock, which also dates people; UTC.
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
    }  # fmt: skip
    row = connection.execute(_BEGIN, values).one_or_none()
    if row is None:
        raise running()
    return _batch(row)


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
    if batch.next_chunk != chunk or batch.state != "open":
        raise running()
    return batch


def advance(connection: Connection, no: int, counts: Mapping[str, int], at: datetime) -> None:
    """Note that one more chunk is stored, with the counts of the whole batch up to it."""
    connection.execute(_ADVANCE, {"no": no, "counts": _json(counts), "at": at})


def finish(connection: Connection, no: int, at: datetime) -> None:
    """Close a batch whose chunks are all stored, as `finished` or `quarantined`."""
    connection.execute(_FINISH, {"no": no, "at": at})


def quarantine(connection: Connection, no: int, chunk: int, rows: int, sealed: bytes) -> None:
    """Keep the sealed rows of one chunk."""
    connection.execute(_QUARANTINE, {"no": no, "chunk": chunk, "rows": rows, "sealed": sealed})


def quarantined(connection: Connection, no: int) -> list[tuple[int, int, bytes]]:
    """Give the sealed rows of a quarantined batch: chunk, number of rows, blob."""
    return [(row.chunk, row.rows, row.sealed) for row in connection.execute(_QUARANTINED, {"no": no})]


def _json(value: Mapping[str, Any]) -> str:
    return json.dumps({key: dict(item) if isinstance(item, Mapping) else item for key, item in value.items()})


def _batch(row: Row[Any]) -> Batch:
    kept = {name: getattr(row, name) for name in Batch.__slots__}
    return Batch(**{**kept, "mapping": dict(row.mapping)})  # kept as pairs, because jsonb forgets an order of keys


_COLUMNS = """b.no, b.uid, b.source_no, b.digest, b.state, b.verdict, b.mapping, b.reading, b.reasons, b.counts,
    b.columns, b.next_chunk, b.wrapped, b.cure_until, b.created_at"""
_BEGIN = text(
    "INSERT INTO batch AS b (uid, source_no, digest, state, verdict, mapping, reading, reasons, counts, columns,"
    " wrapped, cure_until, updated_at) VALUES (:uid, :source, :digest, :state, :verdict,"
    " CAST(:mapping AS jsonb), CAST(:reading AS jsonb), CAST(:reasons AS jsonb), CAST(:counts AS jsonb),"
    " CAST(:columns AS jsonb), :wrapped, :cure, :at)"
    f" ON CONFLICT (source_no, digest) DO NOTHING RETURNING {_COLUMNS}"
)
_KNOWN = text(f"SELECT {_COLUMNS} FROM batch b WHERE b.source_no = :source AND b.digest = :digest")
_BY_UID = text(f"SELECT {_COLUMNS} FROM batch b WHERE b.uid = :uid")
_LATEST = text(
    f"SELECT {_COLUMNS}, s.name AS source_name FROM batch b JOIN source s ON s.no = b.source_no"
    " ORDER BY b.no DESC LIMIT :limit"
)
_HOLD = text(f"SELECT {_COLUMNS} FROM batch b WHERE b.no = :no FOR UPDATE")
_ADVANCE = text(
    "UPDATE batch SET next_chunk = next_chunk + 1, counts = CAST(:counts AS jsonb), updated_at = :at WHERE no = :no"
)
_FINISH = text(
    "UPDATE batch SET state = CASE verdict WHEN 'quarantine' THEN 'quarantined' ELSE 'finished' END, updated_at = :at"
    " WHERE no = :no AND state = 'open'"
)
_QUARANTINE = text("INSERT INTO quarantine_row (batch_no, chunk, rows, sealed) VALUES (:no, :chunk, :rows, :sealed)")
_QUARANTINED = text("SELECT chunk, rows, sealed FROM quarantine_row WHERE batch_no = :no ORDER BY chunk")
