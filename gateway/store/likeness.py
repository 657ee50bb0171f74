"""Links between people who may be one. Statements in, plain values out; must never join anybody."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, text


@dataclass(frozen=True, slots=True)
class Link:
    """Two people who may be one: their uids, why, the source whose list showed it, and when (UTC)."""

    one: bytes
    other: bytes
    reason: str
    source_no: int
    at: datetime
    undone_at: datetime | None


def add(connection: Connection, pairs: Collection[tuple[int, int]], reason: str, source_no: int, at: datetime) -> int:
    """Link people by their numbers; a link that was there, or was undone, stays as it is. Give how many were new."""
    both = sorted({(min(pair), max(pair)) for pair in pairs if pair[0] != pair[1]})
    if not both:
        return 0
    ones, others = zip(*both, strict=True)
    values = {"ones": list(ones), "others": list(others), "reason": reason, "source": source_no, "at": at}
    return int(connection.execute(_ADD, values).rowcount)


def of(connection: Connection, person_no: int) -> list[Link]:
    """Give the links of a person, undone ones too, the oldest first."""
    return [Link(*row) for row in connection.execute(_OF, {"no": person_no})]


def undo(connection: Connection, one: bytes, other: bytes, actor: str, at: datetime) -> int:
    """Undo what links two people, for good: no later list links them again. Give how many links that were."""
    values = {"one": one, "other": other, "actor": actor, "at": at}
    return int(connection.execute(_UNDO, values).rowcount)


_ADD = text("""
INSERT INTO person_link (person_no, other_no, reason, source_no, at)
SELECT u.one, u.other, :reason, :source, :at
FROM unnest(CAST(:ones AS bigint[]), CAST(:others AS bigint[])) AS u(one, other)
ON CONFLICT DO NOTHING
""")
_OF = text("""
SELECT p.uid, o.uid, l.reason, l.source_no, l.at, l.undone_at
FROM person_link l JOIN person p ON p.no = l.person_no JOIN person o ON o.no = l.other_no
WHERE :no IN (l.person_no, l.other_no) ORDER BY l.at, l.person_no, l.other_no, l.reason
""")
_UNDO = text("""
UPDATE person_link l SET undone_at = :at, undone_by = :actor FROM person p, person o
WHERE p.no = l.person_no AND o.no = l.other_no AND l.undone_at IS NULL
  AND (p.uid = :one AND o.uid = :other OR p.uid = :other AND o.uid = :one)
""")
