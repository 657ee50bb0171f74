"""People as an import meets them: found by blind index, locked in one order, read with all that closes the door.

Must never see an identifier or a name, and never decide whether two people are one: it says who is found by what.
Arrays travel through the driver in binary form, because thousands of values go in each statement.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import LiteralString, NamedTuple

from sqlalchemy import Connection, text

from gateway.store import intake_copy as pack
from gateway.store.intake_send import Target, copy
from gateway.store.snapshots import cursor
from gateway.store.suppressions import ALL, STORAGE

_ONE_AT_A_TIME = 0x6F73_7469_696D_706F  # "ostiimpo"
_ERASED = 8  # policies.terms.Flag.ERASED


class Match(NamedTuple):
    """A blind index that somebody has: who, under which version of the key, and by which source."""

    kind: str
    blind_index: bytes
    person_no: int
    version: int
    source_no: int


@dataclass(frozen=True, slots=True)
class Known:
    """A person on file, read after the row was locked.

    Attributes:
        wrapped: the wrapped data key.
        attributes: jurisdiction, region, branch, language, time zone, kind, birth year; "" , unknown and 0 are gaps.
        shut: narrowing bits of all the person's identifiers that close the door to an import (storage, all).
        by_source: whether the source asked about asserts the person already.
    """

    no: int
    uid: bytes
    wrapped: bytes
    attributes: tuple[str, str, str, str, str, str, int]
    shut: int
    created_at: datetime
    by_source: bool


class Filled(NamedTuple):
    """Attributes to write where a person has a gap; see `Known.attributes`."""

    person_no: int
    attributes: tuple[str, str, str, str, str, str, int]


def one_import_at_a_time(connection: Connection) -> None:
    """Let no other import store a chunk until this transaction ends: two would both create the same new person."""
    connection.execute(_SERIALISE, {"key": _ONE_AT_A_TIME})


def matches(connection: Connection, kind: str, indexes: Collection[bytes]) -> list[Match]:
    """Give everybody who has one of these blind indexes (of any version), by person number."""
    if not indexes:
        return []
    found = cursor(connection).execute(_MATCHES, {"kind": kind, "indexes": sorted(indexes)})
    return [Match(kind, *row) for row in found.fetchall()]


def hold(connection: Connection, people: Collection[int], source_no: int) -> dict[int, Known]:
    """Lock people in the order of their numbers, then read them.

    Two statements on purpose: what the second reads is what stands once all locks are held. Who was erased meanwhile
    is left out.

    Args:
        connection: the transaction that will change them.
        people: their numbers.
        source_no: the source that `Known.by_source` speaks of.
    """
    if not people:
        return {}
    found = cursor(connection)
    found.execute(_LOCK, {"people": sorted(people)})
    found.execute(_READ, {"people": sorted(people), "source": source_no})
    return {row[0]: Known(row[0], row[1], row[2], tuple(row[3:10]), *row[10:]) for row in found.fetchall()}


def blobs(connection: Connection, people: Collection[int], cls: str) -> list[tuple[int, int, bytes]]:
    """Give the sealed blobs of one class of these people: person number, source number, blob."""
    if not people:
        return []
    return cursor(connection).execute(_BLOBS, {"people": sorted(people), "cls": cls}).fetchall()


def withdrawn(connection: Connection, people: Collection[int]) -> list[tuple[int, str, str, int]]:
    """Give every withdrawal and objection that stands for these people: person, purpose, channel or *, sender or 0."""
    if not people:
        return []
    return cursor(connection).execute(_WITHDRAWN, {"people": sorted(people)}).fetchall()


def add(
    connection: Connection,
    uids: Sequence[bytes],
    attributes: Sequence[tuple[str, str, str, str, str, str, int]],
    through: Target | None = None,
) -> dict[bytes, int]:
    """Create people and give their numbers by uid.

    The numbers are reserved from the table's own sequence first; one that is never used leaves a gap and no more.

    Args:
        connection: the transaction, with nothing under way yet.
        uids: 16 bytes each.
        attributes: of each; see `Known.attributes`.
        through: where the rows go; None to the connection at once.
    """
    if not uids:
        return {}
    reserved = [row[0] for row in cursor(connection).execute(_RESERVE, {"count": len(uids)}).fetchall()]
    copy(through or connection, _ADD, [
        pack.each(pack.int8, reserved), *pack.raws(uids), pack.together(_PACKS, attributes),
    ])  # fmt: skip
    return dict(zip(uids, reserved, strict=True))


def fill(connection: Connection, filled: Sequence[Filled]) -> None:
    """Write attributes where a person has a gap; what stands stays."""
    if not filled:
        return
    columns = list(zip(*(each.attributes for each in filled), strict=True))
    values = {name: list(column) for name, column in zip(_ATTRIBUTES, columns, strict=True)}
    cursor(connection).execute(_FILL, {"people": [each.person_no for each in filled], **values})


def keep_up(connection: Connection, people: Collection[int], at: datetime) -> None:
    """Note that a list brought people on file again, at a moment (UTC); once a day is enough, and costs less."""
    if people:
        cursor(connection).execute(_KEEP_UP, {"people": sorted(people), "at": at})


_ATTRIBUTES = ("jurisdictions", "regions", "branches", "languages", "zones", "kinds", "years")
_ARRAYS = (
    "%(jurisdictions)b::text[], %(regions)b::text[], %(branches)b::text[], %(languages)b::text[], %(zones)b::text[],"
    " %(kinds)b::text[], %(years)b::smallint[]"
)
_SERIALISE = text("SELECT pg_advisory_xact_lock(:key)")
# ANY, not a join with unnest: while a table grows faster than its statistics, such a join may be planned as a loop in a
# loop, and took seconds a chunk; a list of values is looked up one by one or hashed, whatever the statistics say.
_MATCHES = """
SELECT i.index, i.person_no, i.index_version, i.source_no
FROM identifier i WHERE i.kind = %(kind)s AND i.index = ANY(%(indexes)b::bytea[])
ORDER BY i.person_no, i.source_no
"""
_LOCK = "SELECT no FROM person WHERE no = ANY(%(people)b::bigint[]) ORDER BY no FOR UPDATE"
_READ = f"""
SELECT p.no, p.uid, k.wrapped, p.jurisdiction, p.region, p.branch, p.language, p.time_zone, p.kind, p.birth_year,
       coalesce(i.bits, 0) & {STORAGE | ALL}, p.created_at, coalesce(i.by_source, false)
FROM person p JOIN person_key k ON k.person_no = p.no
LEFT JOIN LATERAL (
  SELECT bit_or(i.bits) AS bits, bool_or(i.source_no = %(source)s) AS by_source
  FROM identifier i WHERE i.person_no = p.no
) i ON true
WHERE p.no = ANY(%(people)b::bigint[]) AND p.flags & {_ERASED} = 0
"""
_BLOBS = "SELECT person_no, source_no, blob FROM sealed WHERE person_no = ANY(%(people)b::bigint[]) AND class = %(cls)s"
_WITHDRAWN = """
SELECT person_no, purpose, channel, sender_no FROM consent
WHERE person_no = ANY(%(people)b::bigint[]) AND state <> 'given'
"""
_KEEP_UP = """
UPDATE person SET kept_at = %(at)s
WHERE no = ANY(%(people)b::bigint[]) AND (kept_at IS NULL OR kept_at < %(at)s - interval '1 day')
"""
_PACKS = (pack.words,) * 6 + (pack.int2,)
_RESERVE: LiteralString = "SELECT nextval('person_no_seq') FROM generate_series(1, %(count)s::int)"
_ADD: LiteralString = (
    "COPY person (no, uid, jurisdiction, region, branch, language, time_zone, kind, birth_year)"
    " FROM STDIN (FORMAT BINARY)"
)
_FILL = f"""
UPDATE person p SET
  jurisdiction = CASE p.jurisdiction WHEN '' THEN f.jurisdiction ELSE p.jurisdiction END,
  region = CASE p.region WHEN '' THEN f.region ELSE p.region END,
  branch = CASE p.branch WHEN '' THEN f.branch ELSE p.branch END,
  language = CASE p.language WHEN '' THEN f.language ELSE p.language END,
  time_zone = CASE p.time_zone WHEN '' THEN f.time_zone ELSE p.time_zone END,
  kind = CASE p.kind WHEN 'unknown' THEN f.kind ELSE p.kind END,
  birth_year = CASE p.birth_year WHEN 0 THEN f.birth_year ELSE p.birth_year END
FROM unnest(%(people)b::bigint[], {_ARRAYS})
  AS f(no, jurisdiction, region, branch, language, time_zone, kind, birth_year)
WHERE p.no = f.no
"""
