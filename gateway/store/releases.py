"""Releases and their pages, as recorded. Must never hold personal data: numbers, words, counts and bitmaps."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final, NamedTuple

import orjson
from pyroaring import BitMap
from sqlalchemy import Connection, TextClause, text
from sqlalchemy.exc import OperationalError

from gateway.domain.errors import Conflict, NotFound

_SERIALIZATION_FAILURE = "40001"


@dataclass(frozen=True, slots=True)
class ReleaseRow:
    """A release as recorded. `attempt` fences: only the newest writer of a release may add pages."""

    no: int
    uid: bytes
    tool_no: int
    wish: dict[str, Any]
    wish_digest: bytes
    bundle: str
    state: str
    seed: str
    attempt: int
    people: int
    pages: int
    acknowledged: int
    created_at: datetime
    finished_at: datetime | None


@dataclass(frozen=True, slots=True)
class PageRow:
    """One page to record, or as recorded: `cells` and `bitmaps` are aligned, one bitmap of person numbers a cell.

    `grade` is the grade that the page was a pass of, 0 where the release does not take the best first.
    """

    release_no: int
    page: int
    attempt: int
    snapshot_at: datetime
    bundle: str
    low: int
    high: int
    people: int
    cells: list[dict[str, Any]]
    bitmaps: list[bytes]
    people_root: bytes
    inbox_no: int
    grade: int = 0


class Place(NamedTuple):
    """Where a release goes on: behind a person number, in the pass of a grade (0 where everybody is one pass)."""

    grade: int
    after: int


def begin(connection: Connection, row: dict[str, Any]) -> ReleaseRow | None:
    """Record a new release in state `committed`; None if somebody took the same idempotency key a moment ago."""
    made = connection.execute(_BEGIN, row).mappings().one_or_none()
    return _row(made) if made else None


def by_key(connection: Connection, tool_no: int, key: str) -> ReleaseRow | None:
    """Give the release that this tool began under this idempotency key, locked, or None."""
    row = connection.execute(_BY_KEY, {"tool": tool_no, "key": key}).mappings().one_or_none()
    return _row(row) if row else None


def by_uid(connection: Connection, tool_no: int, uid: bytes) -> ReleaseRow:
    """Give a tool's own release.

    Raises:
        NotFound: `release_unknown`, also for another tool's.
    """
    row = connection.execute(_BY_UID, {"tool": tool_no, "uid": uid}).mappings().one_or_none()
    if row is None:
        raise NotFound("release_unknown", "You have no release of that number.")
    return _row(row)


def take_over(connection: Connection, no: int) -> int:
    """Become the only writer of a release; any stream that still runs for it ends without a receipt."""
    return int(connection.execute(_TAKE_OVER, {"no": no}).scalar_one())


def hold_attempt(connection: Connection, no: int, attempt: int) -> None:
    """Make sure, until this transaction ends, that no newer attempt has begun.

    Raises:
        Conflict: `release_taken_over`.
    """
    try:
        newest = connection.execute(_HOLD, {"no": no}).scalar_one()
    except OperationalError as error:
        if getattr(error.orig, "sqlstate", "") != _SERIALIZATION_FAILURE:
            raise
        newest = 0  # the row changed after this snapshot: only a newer attempt changes it
    if newest != attempt:
        raise Conflict("release_taken_over", "The same release was asked for again; that stream goes on, this ends.")


def record(connection: Connection, page: PageRow) -> None:
    """Record one page."""
    connection.execute(
        _RECORD,
        {name: getattr(page, name) for name in PageRow.__slots__ if name != "cells"} | {"cells": _json(page.cells)},
    )


def finish(connection: Connection, no: int, people: int, pages: int, at: datetime) -> None:
    """Mark a release as sent."""
    connection.execute(_FINISH, {"no": no, "people": people, "pages": pages, "at": at})


def acknowledge(connection: Connection, no: int, page: int) -> None:
    """Note that the tool has this page and all before it; a smaller number changes nothing.

    A row of its own: the release's row must not change under a page that is being made (see `hold_attempt`).
    """
    connection.execute(_ACKNOWLEDGE, {"no": no, "page": page})


def acknowledged_so_far(connection: Connection, no: int, page: int) -> tuple[Place, int]:
    """Give where an acknowledged page ended, and how many people it and those before gave."""
    rows = connection.execute(_SO_FAR, {"no": no, "page": page}).all()
    if not rows:
        return Place(0, 0), 0
    return Place(rows[-1].grade, rows[-1].high), sum(row.people for row in rows)


def decided(connection: Connection, no: int, page: int) -> Any:
    """Give the bitmap of everybody decided on a release's pages up to an acknowledged one."""
    found = BitMap()
    for row in connection.execute(_DECIDED, {"no": no, "page": page}):
        for packed in row.bitmaps:
            found |= BitMap.deserialize(packed)
    return found


def pages(connection: Connection, no: int) -> list[PageRow]:
    """List a release's recorded pages in order, newest attempt last."""
    return [_page(row) for row in connection.execute(_PAGES, {"no": no}).mappings()]


_AT_ONCE: Final = 100
_LAST: Final = (1 << 63) - 1


def pages_about(connection: Connection, tool_no: int, person_no: int, until: datetime) -> Iterator[PageRow]:
    """Give the pages of a tool's releases, newest first, on which this person was decided up to a moment (UTC)."""
    return newest_first(connection, _ABOUT, tool_no, person_no, until)


def newest_first(
    connection: Connection, statement: TextClause, tool_no: int, person_no: int, until: datetime
) -> Iterator[PageRow]:
    """Give the pages that hold a person, newest first, read a few at a time for as long as somebody asks for more.

    Args:
        connection: a transaction.
        statement: of pages that may hold the person, behind (:until, :last) and at most :most of them.
        tool_no: who asked.
        person_no: the person.
        until: a moment (UTC); what was decided at it counts.
    """
    behind: dict[str, object] = {"until": until, "last": _LAST}
    while True:
        known = {"tool": tool_no, "person": person_no, "most": _AT_ONCE}
        rows = [_page(row) for row in connection.execute(statement, known | behind).mappings()]
        yield from (page for page in rows if cells_of(page, person_no))
        if len(rows) < _AT_ONCE:
            return
        behind = {"until": rows[-1].snapshot_at, "last": rows[-1].inbox_no}


def cells_of(page: PageRow, person_no: int) -> list[dict[str, Any]]:
    """Give the recorded cells that hold this person: one of a release's page, several of a page of questions."""
    return [
        cell for cell, packed in zip(page.cells, page.bitmaps, strict=True) if person_no in BitMap.deserialize(packed)
    ]


def wish_of(connection: Connection, no: int) -> dict[str, Any]:
    """Give the recorded wish of a release."""
    wish: dict[str, Any] = connection.execute(_WISH, {"no": no}).scalar_one()
    return wish


def bitmap(people: Sequence[int]) -> bytes:
    """Pack person numbers (below 2^32) into a Roaring bitmap."""
    packed: bytes = BitMap(people).serialize()
    return packed


def _json(value: object) -> str:
    return orjson.dumps(value).decode()


def _row(row: Any) -> ReleaseRow:
    return ReleaseRow(**{name: row[name] for name in ReleaseRow.__slots__})


def _page(row: Any) -> PageRow:
    return PageRow(**{name: row[name] for name in PageRow.__slots__})


_ACKNOWLEDGED = "(SELECT coalesce(max(a.page), 0) FROM release_acknowledgement a WHERE a.release_no = release.no)"
_COLUMNS = ", ".join(ReleaseRow.__slots__).replace("acknowledged", f"{_ACKNOWLEDGED} AS acknowledged")
_PAGE_COLUMNS = ", ".join(f"p.{name}" for name in PageRow.__slots__)
_BEGIN = text(
    "INSERT INTO release (uid, tool_no, wish, wish_digest, bundle, state, idempotency_key, seed)"
    " VALUES (:uid, :tool, cast(:wish AS jsonb), :digest, :bundle, 'committed', :key, :seed)"
    " ON CONFLICT (tool_no, idempotency_key) WHERE idempotency_key IS NOT NULL DO NOTHING"
    f" RETURNING {_COLUMNS}"
)
_BY_KEY = text(f"SELECT {_COLUMNS} FROM release WHERE tool_no = :tool AND idempotency_key = :key FOR UPDATE")
_BY_UID = text(f"SELECT {_COLUMNS} FROM release WHERE tool_no = :tool AND uid = :uid")
_TAKE_OVER = text("UPDATE release SET attempt = attempt + 1, state = 'committed' WHERE no = :no RETURNING attempt")
_HOLD = text("SELECT attempt FROM release WHERE no = :no FOR SHARE")
_RECORD = text(
    "INSERT INTO release_page (release_no, page, attempt, snapshot_at, bundle, low, high, people, cells, bitmaps,"
    " people_root, inbox_no, grade) VALUES (:release_no, :page, :attempt, :snapshot_at, :bundle, :low, :high, :people,"
    " cast(:cells AS jsonb), :bitmaps, :people_root, :inbox_no, :grade)"
)
_FINISH = text("UPDATE release SET state = 'sent', people = :people, pages = :pages, finished_at = :at WHERE no = :no")
_ACKNOWLEDGE = text("INSERT INTO release_acknowledgement (release_no, page) VALUES (:no, :page) ON CONFLICT DO NOTHING")
_WISH = text("SELECT wish FROM release WHERE no = :no")
_UPTO = "FROM release_page WHERE release_no = :no AND page <= :page ORDER BY page, attempt DESC"
_SO_FAR = text(f"SELECT DISTINCT ON (page) page, grade, high, people {_UPTO}")
_DECIDED = text(f"SELECT DISTINCT ON (page) page, bitmaps {_UPTO}")
_PAGES = text(f"SELECT {_PAGE_COLUMNS} FROM release_page p WHERE p.release_no = :no ORDER BY p.page, p.attempt")
_ABOUT = text(
    f"SELECT {_PAGE_COLUMNS} FROM release_page p JOIN release r ON r.no = p.release_no"
    " WHERE r.tool_no = :tool AND p.low <= :person AND p.high >= :person"
    " AND (p.snapshot_at, p.inbox_no) < (:until, :last) ORDER BY p.snapshot_at DESC, p.inbox_no DESC LIMIT :most"
)
