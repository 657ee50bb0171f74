"""The sealed rows of lists on their way in: chunk by chunk, rows that are held, and where findings stand.

A chunk belongs to whoever holds its row's lock: a process that dies lets go of it by dying. Must never hold a cell in
clear, and never give the same chunk to two at once.
"""

import contextlib
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final, LiteralString

from psycopg.errors import LockNotAvailable
from sqlalchemy import Connection, text

from gateway.store.snapshots import cursor

STAGED: Final = "staged"
SCANNED: Final = "scanned"
STORED: Final = "stored"
_AT_A_TIME: Final = 20


@dataclass(frozen=True, slots=True)
class StagedChunk:
    """One chunk as it waits.

    Attributes:
        number: 0, 1, ...
        rows: rows of the file that it covers, those that cannot be used included.
        sealed: its rows, in pieces.
        counts: what was counted of it so far.
        summary: what the scan says of it, for the verdict on the whole list.
    """

    number: int
    rows: int
    sealed: Sequence[bytes]
    counts: Mapping[str, int]
    summary: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class HeldRow:
    """A row that waits for an officer: why, and its sealed cells; `sealed` is None once it was decided."""

    row_no: int
    state: str
    reasons: Sequence[Mapping[str, Any]]
    sealed: bytes | None


@dataclass(frozen=True, slots=True)
class FindingRow:
    """Where personal data stands that nobody declared: place, kind, score, a mark, what became of it."""

    row_no: int
    column: str
    kind: str
    score: float
    start: int
    end: int
    mark: bytes
    treatment: str
    rule: str


def stage(connection: Connection, batch_no: int, chunk: StagedChunk, state: str = STAGED) -> None:
    """Keep a chunk."""
    connection.execute(_STAGE, {
        "batch": batch_no, "chunk": chunk.number, "state": state, "rows": chunk.rows, "sealed": list(chunk.sealed),
        "counts": json.dumps(dict(chunk.counts)),
    })  # fmt: skip


def claim(connection: Connection, batch_no: int, state: str) -> StagedChunk | None:
    """Take the first chunk in a state that nobody else works on; it is ours until the transaction ends."""
    # In binary form: as text, sealed pieces take twice their size, and the server half a second a million rows.
    row = cursor(connection).execute(_CLAIM, {"batch": batch_no, "state": state}).fetchone()
    return StagedChunk(*row) if row else None


def is_free(connection: Connection, batch_no: int, chunk: int) -> bool:
    """Say whether nobody works on a chunk that is not stored; it is then ours until the transaction ends."""
    return connection.execute(_FREE, {"batch": batch_no, "chunk": chunk}).one_or_none() is not None


def wait(connection: Connection, batch_no: int, chunk: int) -> None:
    """Wait until whoever works on a chunk has stored it or died; comes back in any case after the lock time-out.

    Keeps no lock: two who wait with chunks of their own in hand would wait for each other.
    """
    with contextlib.suppress(LockNotAvailable), connection.begin_nested() as savepoint:
        cursor(connection).execute(_WAIT, {"batch": batch_no, "chunk": chunk})
        savepoint.rollback()


def scanned(connection: Connection, batch_no: int, chunk: StagedChunk) -> None:
    """Put the treated rows of a chunk in place of those that came."""
    cursor(connection).execute(_SCANNED, {
        "batch": batch_no, "chunk": chunk.number, "sealed": list(chunk.sealed),
        "counts": json.dumps(dict(chunk.counts)), "summary": json.dumps(dict(chunk.summary)),
    })  # fmt: skip


def stored(connection: Connection, batch_no: int, chunk: int) -> None:
    """Say that a chunk is stored, and forget its staged rows."""
    connection.execute(_STORED, {"batch": batch_no, "chunk": chunk})


def hold(connection: Connection, batch_no: int, rows: Sequence[HeldRow]) -> None:
    """Keep rows apart that wait for an officer."""
    if rows:
        connection.execute(_HOLD, [
            {"batch": batch_no, "row": each.row_no, "state": each.state, "reasons": json.dumps(list(each.reasons)),
             "sealed": each.sealed}
            for each in rows
        ])  # fmt: skip


def found(connection: Connection, batch_no: int, rows: Sequence[FindingRow]) -> None:
    """Keep where findings stand."""
    if rows:
        connection.execute(_FOUND, [
            {"batch": batch_no, "row": each.row_no, "column": each.column, "kind": each.kind, "score": each.score,
             "start": each.start, "end": each.end, "mark": each.mark, "treatment": each.treatment, "rule": each.rule}
            for each in rows
        ])  # fmt: skip


def waiting(connection: Connection, batch_no: int, state: str) -> int:
    """Count the chunks in a state."""
    return int(connection.execute(_WAITING, {"batch": batch_no, "state": state}).scalar_one())


def rows_done(connection: Connection, batch_no: int, state: str) -> int:
    """Count the rows of chunks that are past a state."""
    return int(connection.execute(_ROWS_DONE, {"batch": batch_no, "state": state}).scalar_one())


def rows_stored(connection: Connection, batch_no: int) -> int:
    """Count the rows of chunks that are stored."""
    return int(connection.execute(_ROWS_STORED, {"batch": batch_no}).scalar_one())


def summaries(connection: Connection, batch_no: int) -> Iterator[tuple[Mapping[str, int], Mapping[str, Any]]]:
    """Give counts and summary of every chunk, in order, a few at a time: a long list has thousands, 30 kB each."""
    few = {"yield_per": _AT_A_TIME}
    for row in connection.execute(_SUMMARIES, {"batch": batch_no}, execution_options=few):
        yield row.counts, row.summary


def countries(connection: Connection, batch_no: int) -> frozenset[str]:
    """Give where the people of a scanned list live; "" is unknown."""
    return frozenset(connection.execute(_COUNTRIES, {"batch": batch_no}).scalars())


def held(
    connection: Connection, batch_no: int, state: str = "held", limit: int = 1000, after: int = 0
) -> list[HeldRow]:
    """Give held rows in a state, by row number, beginning after one."""
    values = {"batch": batch_no, "state": state, "limit": limit, "after": after}
    return [HeldRow(*row) for row in connection.execute(_HELD, values)]


def first_sealed(connection: Connection, batch_no: int) -> tuple[int, Sequence[bytes]] | None:
    """Give the first chunk of which sealed rows wait, or None."""
    row = connection.execute(_FIRST_SEALED, {"batch": batch_no}).one_or_none()
    return (row.chunk, row.sealed) if row else None


def rewrite_held(connection: Connection, batch_no: int, row: HeldRow) -> None:
    """Put reasons and cells of a held row in place of those it had."""
    values = {"batch": batch_no, "row": row.row_no, "reasons": json.dumps(list(row.reasons)), "sealed": row.sealed}
    connection.execute(_REWRITE, values)


def held_groups(connection: Connection, batch_no: int) -> list[tuple[str, str, str, str, str, int]]:
    """Count the rows still held by column and kind of what was found, most rows first; with rule, citation, words."""
    rows = connection.execute(_HELD_GROUPS, {"batch": batch_no})
    return [(row.title, row.kind, *row.said, row.rows) for row in rows]


def held_counts(connection: Connection, batch_no: int) -> dict[str, int]:
    """Count held rows by state."""
    return {row.state: row.rows for row in connection.execute(_HELD_COUNTS, {"batch": batch_no})}


def decide_held(connection: Connection, batch_no: int, row_nos: Sequence[int], state: str) -> int:
    """Say what was decided of held rows, and forget their cells; say how many were held."""
    values = {"batch": batch_no, "rows": list(row_nos), "state": state}
    return len(connection.execute(_DECIDE, values).all())


def expire_held(connection: Connection, batch_no: int) -> None:
    """Say of the rows still held that their time is over, and forget their cells."""
    connection.execute(_EXPIRE, {"batch": batch_no})


def findings(connection: Connection, batch_no: int, limit: int = 1000) -> list[FindingRow]:
    """Give where findings stand, by row."""
    return [FindingRow(*row) for row in connection.execute(_FINDINGS, {"batch": batch_no, "limit": limit})]


def drop(connection: Connection, batch_no: int) -> None:
    """Forget every staged and held row of a batch; counts, reasons and findings stay."""
    connection.execute(_DROP_CHUNKS, {"batch": batch_no})
    connection.execute(_DROP_HELD, {"batch": batch_no})
    connection.execute(_DROP_OLD, {"batch": batch_no})


def forget(connection: Connection, batch_no: int) -> None:
    """Take away chunks, held rows and findings of a list that begins anew."""
    for statement in (_UNSTAGE, _FORGET_HELD, _FORGET_FOUND):
        connection.execute(statement, {"batch": batch_no})


def unstage(connection: Connection, batch_no: int) -> None:
    """Take the chunks of a list that is staged anew."""
    connection.execute(_UNSTAGE, {"batch": batch_no})


def deferred(connection: Connection, task: str, batch: str, count: int, at: datetime | None = None) -> None:
    """Queue jobs for the workers, in the caller's transaction.

    Args:
        connection: the transaction that makes the work.
        task: name of a task of `gateway.worker`.
        batch: hexadecimal uid.
        count: how many jobs; one a chunk.
        at: not before; None is now.
    """
    connection.execute(_DEFER, {"task": task, "batch": batch, "count": count, "at": at})


_STAGE = text(
    "INSERT INTO batch_chunk (batch_no, chunk, state, rows, sealed, counts)"
    " VALUES (:batch, :chunk, :state, :rows, :sealed, CAST(:counts AS jsonb))"
)
_CLAIM: LiteralString = (
    "SELECT chunk, rows, sealed, counts, summary FROM batch_chunk WHERE batch_no = %(batch)s AND state = %(state)s"
    " ORDER BY chunk LIMIT 1 FOR UPDATE SKIP LOCKED"
)
_FREE = text(
    "SELECT 1 FROM batch_chunk WHERE batch_no = :batch AND chunk = :chunk AND state = 'scanned' FOR UPDATE SKIP LOCKED"
)
_WAIT: LiteralString = (
    "SELECT 1 FROM batch_chunk WHERE batch_no = %(batch)s AND chunk = %(chunk)s AND state = 'scanned' FOR KEY SHARE"
)
_SCANNED: LiteralString = (
    "UPDATE batch_chunk SET state = 'scanned', sealed = %(sealed)b::bytea[], counts = CAST(%(counts)s AS jsonb),"
    " summary = CAST(%(summary)s AS jsonb) WHERE batch_no = %(batch)s AND chunk = %(chunk)s"
)
_STORED = text("UPDATE batch_chunk SET state = 'stored', sealed = '{}' WHERE batch_no = :batch AND chunk = :chunk")
_HOLD = text(
    "INSERT INTO held_row (batch_no, row_no, state, reasons, sealed)"
    " VALUES (:batch, :row, :state, CAST(:reasons AS jsonb), :sealed)"
)
_FOUND = text(
    'INSERT INTO finding (batch_no, row_no, "column", kind, score, "start", "end", mark, treatment, rule)'
    " VALUES (:batch, :row, :column, :kind, :score, :start, :end, :mark, :treatment, :rule)"
)
_WAITING = text("SELECT count(*) FROM batch_chunk WHERE batch_no = :batch AND state = :state")
_ROWS_DONE = text("SELECT coalesce(sum(rows), 0) FROM batch_chunk WHERE batch_no = :batch AND state <> :state")
_ROWS_STORED = text("SELECT coalesce(sum(rows), 0) FROM batch_chunk WHERE batch_no = :batch AND state = 'stored'")
_SUMMARIES = text("SELECT counts, summary FROM batch_chunk WHERE batch_no = :batch ORDER BY chunk")
_COUNTRIES = text(
    "SELECT DISTINCT jsonb_array_elements_text(summary -> 'countries') FROM batch_chunk WHERE batch_no = :batch"
)
_HELD = text(
    "SELECT row_no, state, reasons, sealed FROM held_row WHERE batch_no = :batch AND state = :state AND row_no > :after"
    " ORDER BY row_no LIMIT :limit"
)
_FIRST_SEALED = text(
    "SELECT chunk, sealed FROM batch_chunk WHERE batch_no = :batch AND sealed <> '{}' ORDER BY chunk LIMIT 1"
)
_REWRITE = text(
    "UPDATE held_row SET reasons = CAST(:reasons AS jsonb), sealed = :sealed"
    " WHERE batch_no = :batch AND row_no = :row AND state = 'held'"
)
_HELD_COUNTS = text("SELECT state, count(*) AS rows FROM held_row WHERE batch_no = :batch GROUP BY state")
_HELD_GROUPS = text(
    "SELECT r ->> 'column' AS title, r ->> 'kind' AS kind, count(DISTINCT h.row_no) AS rows,"
    " min(ARRAY[r ->> 'rule', r ->> 'cite', r ->> 'words']) AS said"
    " FROM held_row h, jsonb_array_elements(h.reasons) r WHERE h.batch_no = :batch AND h.state = 'held'"
    " GROUP BY 1, 2 ORDER BY 3 DESC, 1, 2"
)
_DECIDE = text(
    "UPDATE held_row SET state = :state, sealed = NULL"
    " WHERE batch_no = :batch AND row_no = ANY(:rows) AND state = 'held' RETURNING row_no"
)
_EXPIRE = text("UPDATE held_row SET state = 'purged', sealed = NULL WHERE batch_no = :batch AND state = 'held'")
_FINDINGS = text(
    'SELECT row_no, "column", kind, score, "start", "end", mark, treatment, rule FROM finding'
    " WHERE batch_no = :batch ORDER BY row_no, no LIMIT :limit"
)
_DROP_CHUNKS = text("UPDATE batch_chunk SET sealed = '{}' WHERE batch_no = :batch AND sealed <> '{}'")
_DROP_HELD = text("UPDATE held_row SET sealed = NULL WHERE batch_no = :batch AND sealed IS NOT NULL")
_DROP_OLD = text("DELETE FROM quarantine_row WHERE batch_no = :batch")  # as the first version kept them
_FORGET_HELD = text("DELETE FROM held_row WHERE batch_no = :batch")
_FORGET_FOUND = text("DELETE FROM finding WHERE batch_no = :batch")
_UNSTAGE = text("DELETE FROM batch_chunk WHERE batch_no = :batch")
_DEFER = text(
    "SELECT procrastinate_defer_jobs_v1(ARRAY(SELECT ROW('lists', :task, 0, NULL, NULL,"
    " jsonb_build_object('batch', CAST(:batch AS text)), CAST(:at AS timestamptz))::procrastinate_job_to_defer_v1"
    " FROM generate_series(1, :count)))"
)
