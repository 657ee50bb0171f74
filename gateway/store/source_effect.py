"""Counts what a source carries: people, values, identifiers, consents, and who was ever told of them.

Must never give a person: numbers and names of tools only. It reads much, on request; nothing waits for it.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import orjson
from sqlalchemy import Connection, text

from gateway.store.replay import Crowd


@dataclass(frozen=True, slots=True)
class Carried:
    """What rests on a source. `only` counts people whom no source of `others` reaches."""

    people: int
    only: int
    values: int
    identifiers: int
    consents: int
    dealings: int
    lists: int


@dataclass(frozen=True, slots=True)
class Told:
    """A tool that was told of people through the source: in how many releases, of how many people in all."""

    tool: str
    releases: int
    people: int


def carried(connection: Connection, no: int, others: Sequence[int]) -> Carried:
    """Count what rests on a source.

    Args:
        connection: a snapshot.
        no: of the source.
        others: numbers of the sources that stand without it.
    """
    return Carried(*connection.execute(_CARRIED, {"no": no, "others": list(others)}).one())


def told(connection: Connection, no: int) -> list[Told]:
    """List the tools that a release or an answer gave people of the source to, by name."""
    crowds: dict[str, Crowd] = {}
    releases: dict[str, set[int]] = {}
    streamed = {"stream_results": True, "yield_per": 16}
    with connection.execute(_PAGES, {"no": no}, execution_options=streamed) as rows:
        for row in rows:
            crowd = crowds.setdefault(row.tool, Crowd())
            releases.setdefault(row.tool, set()).update([row.release_no] if row.release_no else [])
            _gather(crowd, orjson.loads(row.cells), row.bitmaps, no)
    return [Told(tool, len(releases[tool]), len(crowd)) for tool, crowd in sorted(crowds.items()) if len(crowd)]


def _gather(crowd: Crowd, cells: list[dict[str, Any]], bitmaps: Sequence[bytes], no: int) -> None:
    for cell, packed in zip(cells, bitmaps, strict=True):
        if cell["outcome"] == "allow" and no in cell["sources"]:
            crowd.add(packed)


_CARRIED = text("""
WITH reached AS (
  SELECT person_no FROM identifier WHERE source_no = :no UNION SELECT person_no FROM sealed WHERE source_no = :no
)
SELECT
  (SELECT count(*) FROM reached),
  (SELECT count(*) FROM reached r WHERE NOT EXISTS (
    SELECT FROM identifier i WHERE i.person_no = r.person_no AND i.source_no = ANY(:others))),
  (SELECT count(*) FROM sealed WHERE source_no = :no),
  (SELECT count(*) FROM identifier WHERE source_no = :no),
  (SELECT count(*) FROM consent WHERE source_no = :no AND state = 'given'),
  (SELECT count(*) FROM dealing WHERE source_no = :no),
  (SELECT count(*) FROM batch WHERE source_no = :no)
""")
_HOLDS = "jsonb_path_exists(p.cells, '$[*].sources[*] ? (@ == $no)', jsonb_build_object('no', CAST(:no AS bigint)))"
_PAGES = text(f"""
SELECT t.name AS tool, r.no AS release_no, p.cells::text AS cells, p.bitmaps
FROM release_page p JOIN release r ON r.no = p.release_no JOIN tool t ON t.no = r.tool_no WHERE {_HOLDS}
UNION ALL
SELECT t.name, NULL, p.cells::text, p.bitmaps FROM decision_page p JOIN tool t ON t.no = p.tool_no WHERE {_HOLDS}
""")
