"""The recorded pages of point decisions: the same shape as a release's pages, one a tool and batch."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import orjson
from sqlalchemy import Connection, text

from gateway.store.releases import PageRow, newest_first


@dataclass(frozen=True, slots=True)
class DecisionPage:
    """One tool's questions of one batch, as decided."""

    tool_no: int
    snapshot_at: datetime
    bundle: str
    low: int
    high: int
    people: int
    cells: list[dict[str, Any]]
    bitmaps: list[bytes]
    people_root: bytes
    inbox_no: int


def record(connection: Connection, pages: Sequence[DecisionPage]) -> None:
    """Record the pages of a batch."""
    rows = [
        {name: getattr(page, name) for name in DecisionPage.__slots__ if name != "cells"}
        | {"cells": orjson.dumps(page.cells).decode()}
        for page in pages
    ]
    connection.execute(_RECORD, rows)


def pages_about(connection: Connection, tool_no: int, person_no: int, until: datetime) -> Iterator[PageRow]:
    """Give the pages, newest first, on which this tool asked about this person up to a moment (UTC)."""
    return newest_first(connection, _ABOUT, tool_no, person_no, until)


_NAMES = DecisionPage.__slots__
_VALUES = ", ".join("cast(:cells AS jsonb)" if name == "cells" else f":{name}" for name in _NAMES)
_RECORD = text(f"INSERT INTO decision_page ({', '.join(_NAMES)}) VALUES ({_VALUES})")
_ABOUT = text(
    "SELECT 0 AS release_no, 0 AS page, 0 AS attempt, 0 AS grade, d.snapshot_at, d.bundle, d.low, d.high, d.people,"
    " d.cells, d.bitmaps, d.people_root, d.inbox_no FROM decision_page d"
    " WHERE d.tool_no = :tool AND d.low <= :person AND d.high >= :person"
    " AND (d.snapshot_at, d.inbox_no) < (:until, :last) ORDER BY d.snapshot_at DESC, d.inbox_no DESC LIMIT :most"
)
