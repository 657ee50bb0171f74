"""Recorded pages, one at a time, to be asked again, and crowds of people counted once.

Must never load the record whole: pages come by a cursor of the server; what is held is one Roaring bitmap a line told.
"""

from collections.abc import Generator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

import orjson
from pyroaring import BitMap
from sqlalchemy import Connection, text

_AT_ONCE: Final = 16
"""Pages fetched in one go: one may have a thousand cells."""


@dataclass(frozen=True, slots=True)
class RecordedPage:
    """A page as recorded: of a release, then `wish` holds for all its cells, or of questions, then it is None."""

    tool_no: int
    snapshot_at: datetime
    bundle: str
    wish: Mapping[str, Any] | None
    cells: list[dict[str, Any]]
    bitmaps: list[bytes]


class Crowd:
    """People by number, each counted once; `people` is the Roaring bitmap of their numbers."""

    __slots__ = ("people",)

    def __init__(self) -> None:
        self.people = BitMap()

    def add(self, packed: bytes) -> None:
        """Take in the people of a packed bitmap."""
        self.people |= BitMap.deserialize(packed)

    def __len__(self) -> int:
        """Count the people."""
        return len(self.people)

    def shared(self, other: "Crowd") -> int:
        """Count the people who are in another crowd too."""
        return int(self.people.intersection_cardinality(other.people))


def count(connection: Connection, since: datetime, tool_no: int | None = None) -> int:
    """Count the pages recorded since a moment (UTC), of one tool or of all."""
    return int(connection.execute(_COUNT, {"since": since, "tool": tool_no}).scalar_one())


def pages(connection: Connection, since: datetime, tool_no: int | None = None) -> Generator[RecordedPage, None, None]:
    """Give the pages decided since a moment (UTC), newest first, of one tool or of all.

    A page of a release that was taken up again counts once, as it was sent last.
    """
    streamed = {"stream_results": True, "yield_per": _AT_ONCE}
    with connection.execute(_PAGES, {"since": since, "tool": tool_no}, execution_options=streamed) as rows:
        for row in rows:
            cells: list[dict[str, Any]] = orjson.loads(row.cells)
            yield RecordedPage(row.tool_no, row.snapshot_at, row.bundle, row.wish, cells, list(row.bitmaps))


_FROM = """
  SELECT {released} FROM release_page p JOIN release r ON r.no = p.release_no
  WHERE p.snapshot_at >= :since AND (cast(:tool AS bigint) IS NULL OR r.tool_no = :tool) AND NOT EXISTS (
    SELECT FROM release_page n WHERE n.release_no = p.release_no AND n.page = p.page AND n.attempt > p.attempt)
  UNION ALL
  SELECT {decided} FROM decision_page d
  WHERE d.snapshot_at >= :since AND (cast(:tool AS bigint) IS NULL OR d.tool_no = :tool)
"""
_COUNT = text(f"SELECT count(*) FROM ({_FROM.format(released='1', decided='1')}) page")
_PAGES = text(
    _FROM.format(
        released="r.tool_no, p.snapshot_at, p.bundle, r.wish, p.cells::text AS cells, p.bitmaps",
        decided="d.tool_no, d.snapshot_at, d.bundle, NULL::jsonb, d.cells::text, d.bitmaps",
    )
    + "ORDER BY snapshot_at DESC"
)
