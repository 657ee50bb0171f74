"""Searching the log for the officer's console: by kind, actor, time and content, newest first, page by page.

Must never build a statement from what somebody typed: every value is a parameter.
"""

import json
from bisect import bisect_left
from datetime import datetime

from sqlalchemy import ColumnElement, Connection, bindparam, func, literal, select
from sqlalchemy.types import LargeBinary

from audit.errors import NotInLog
from audit.ledger.reading import LeafRow, size
from audit.tables import ledger_leaf

PAGE_LIMIT = 1000
_CONTAINS_LIMIT = 200
_AT = select(ledger_leaf.c.at).where(ledger_leaf.c.idx == bindparam("idx"))


def search(
    connection: Connection,
    kind: str | None = None,
    actor: str | None = None,
    since: datetime | None = None,
    until: datetime | None = None,
    contains: str | None = None,
    before: int | None = None,
    limit: int = 100,
) -> list[LeafRow]:
    """Return entries, newest first.

    Kind, actor and time are found by index. `contains` reads the entries that the others leave, so
    narrow those, or set a `statement_timeout`, before offering it over a long log.

    Args:
        connection: any that may read.
        kind: exactly this kind; `release.` with a final dot means every kind below `release`.
        actor: exactly this actor.
        since: entries at this moment or later, aware.
        until: entries before this moment, aware.
        contains: a text that the entry's JSON holds, as a value or a part of one.
        before: entries with a smaller index; pass the last one's of the page before.
        limit: 1 to 1000 entries.

    Raises:
        NotInLog: the limit or the text is out of range.
    """
    if not 1 <= limit <= PAGE_LIMIT:
        raise NotInLog(f"a page holds 1 to {PAGE_LIMIT} entries")
    table = ledger_leaf.c
    conditions = [
        *([] if kind is None else [_of_kind(kind)]),
        *([] if actor is None else [table.actor == actor]),
        *([] if since is None else [table.idx >= _first_at(connection, since)]),
        *([] if until is None else [table.idx < _first_at(connection, until)]),
        *([] if contains is None else [_containing(contains)]),
        *([] if before is None else [table.idx < before]),
    ]
    found = select(table.idx, table.at, table.kind, table.actor, table.leaf).where(*conditions)
    return [LeafRow(*row) for row in connection.execute(found.order_by(table.idx.desc()).limit(limit))]


def _first_at(connection: Connection, moment: datetime) -> int:
    """Return the index of the first entry at or after a moment: time never goes back, so halving finds it."""

    def time_of(idx: int) -> datetime:
        at: datetime = connection.execute(select(ledger_leaf.c.at).where(ledger_leaf.c.idx == idx)).scalar_one()
        return at

    return bisect_left(range(size(connection)), moment, key=time_of)


def _of_kind(kind: str) -> ColumnElement[bool]:
    if kind.endswith("."):
        return ledger_leaf.c.kind.startswith(kind, autoescape=True)
    return ledger_leaf.c.kind == kind


def _containing(text: str) -> ColumnElement[bool]:
    """Compare bytes with bytes: the text as canonical JSON would write it."""
    if not 1 <= len(text) <= _CONTAINS_LIMIT or "\x00" in text:
        raise NotInLog(f"search for 1 to {_CONTAINS_LIMIT} characters, none of them U+0000")
    needle = json.dumps(text, ensure_ascii=False)[1:-1].encode(errors="replace")
    return func.position(literal(needle, LargeBinary).op("IN")(ledger_leaf.c.leaf)) > 0
