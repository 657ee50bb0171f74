"""Links between people who may be one. Statements in, plain values out; must never join anybody."""

from collections.abc import Collection
from dataclasses import dataclass, field
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


@dataclass(frozen=True, slots=True)
class Pair:
    """Two people who are linked: their numbers, the reasons, the name of the source that showed it last, when (UTC)."""

    one: int
    other: int
    reasons: tuple[str, ...]
    source: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Sealed:
    """A person as sealed: country, wrapped key (b"" if destroyed), (class, source number, blob), names of sources."""

    no: int
    uid: bytes
    jurisdiction: str
    wrapped: bytes = field(repr=False)
    blobs: tuple[tuple[str, int, bytes], ...] = field(repr=False)
    sources: tuple[str, ...]


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


def standing(connection: Connection, limit: int, offset: int) -> list[Pair]:
    """Give pairs whose link stands, the oldest first."""
    rows = connection.execute(_STANDING, {"limit": limit, "offset": offset})
    return [Pair(row.one, row.other, tuple(row.reasons), row.source, row.at) for row in rows]


def counted(connection: Connection) -> tuple[int, int]:
    """Count the pairs whose link stands, and those whose link was undone."""
    row = connection.execute(_COUNTED).one()
    return int(row.standing), int(row.undone)


def sealed(connection: Connection, people: Collection[int], classes: Collection[str]) -> dict[int, Sealed]:
    """Give people by number with the newest blob of each of these classes, from sources that are approved.

    What a silenced source said is left out; `sources` names all from which the person is known.
    """
    if not people:
        return {}
    wanted = {"people": sorted(people)}
    blobs: dict[int, list[tuple[str, int, bytes]]] = {}
    for no, *blob in connection.execute(_BLOBS, {**wanted, "classes": sorted(classes)}):
        blobs.setdefault(no, []).append((blob[0], blob[1], blob[2]))
    return {
        no: Sealed(no, uid, jurisdiction, wrapped, tuple(blobs.get(no, ())), tuple(sources))
        for no, uid, jurisdiction, wrapped, sources in connection.execute(_PEOPLE, wanted)
    }


def undo(connection: Connection, one: bytes, other: bytes, actor: str, at: datetime) -> int:
    """Undo what links two people, for good: no later list links them again. Give how many links that were."""
    values = {"one": one, "other": other, "actor": actor, "at": at}
    return int(connection.execute(_UNDO, values).rowcount)


def was_linked(connection: Connection, one: bytes, other: bytes) -> bool:
    """Say whether anything links two people, or did."""
    return bool(connection.execute(_WAS, {"one": one, "other": other}).scalar_one())


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
_STANDING = text("""
SELECT l.person_no AS one, l.other_no AS other, array_agg(l.reason ORDER BY l.reason) AS reasons,
       (array_agg(coalesce(s.name, '') ORDER BY l.at DESC))[1] AS source, min(l.at) AS at
FROM person_link l JOIN person p ON p.no = l.person_no JOIN person o ON o.no = l.other_no
LEFT JOIN source s ON s.no = l.source_no
WHERE l.undone_at IS NULL GROUP BY l.person_no, l.other_no
ORDER BY min(l.at), l.person_no, l.other_no LIMIT :limit OFFSET :offset
""")
_COUNTED = text("""
SELECT count(*) FILTER (WHERE stands) AS standing, count(*) FILTER (WHERE NOT stands) AS undone FROM (
  SELECT bool_or(l.undone_at IS NULL) AS stands
  FROM person_link l JOIN person p ON p.no = l.person_no JOIN person o ON o.no = l.other_no
  GROUP BY l.person_no, l.other_no
) pairs
""")
_BLOBS = text("""
SELECT DISTINCT ON (s.person_no, s.class) s.person_no, s.class AS cls, s.source_no, s.blob
FROM sealed s JOIN source o ON o.no = s.source_no
WHERE s.person_no = ANY(:people) AND s.class = ANY(:classes) AND o.status = 'approved'
ORDER BY s.person_no, s.class, o.collected_at DESC NULLS LAST, s.source_no DESC
""")
_PEOPLE = text("""
SELECT p.no, p.uid, p.jurisdiction, coalesce(k.wrapped, ''::bytea),
       ARRAY(SELECT DISTINCT o.name FROM identifier i JOIN source o ON o.no = i.source_no
             WHERE i.person_no = p.no ORDER BY o.name)
FROM person p LEFT JOIN person_key k ON k.person_no = p.no WHERE p.no = ANY(:people)
""")
_UNDO = text("""
UPDATE person_link l SET undone_at = :at, undone_by = :actor FROM person p, person o
WHERE p.no = l.person_no AND o.no = l.other_no AND l.undone_at IS NULL
  AND (p.uid = :one AND o.uid = :other OR p.uid = :other AND o.uid = :one)
""")
_WAS = text("""
SELECT EXISTS (
  SELECT FROM person_link l JOIN person p ON p.no = l.person_no JOIN person o ON o.no = l.other_no
  WHERE p.uid = :one AND o.uid = :other OR p.uid = :other AND o.uid = :one
)
""")
