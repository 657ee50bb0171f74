"""Reads the facts that a decision depends on, in one statement, as interned `Facts`.

Must never decide: SQL narrows to the people asked about, the domain says what may happen to them.
COPY in binary form is used on purpose: PostgreSQL builds the next rows on its own core while Python works on
these (docs/measurements.md, "release"). Each row is one (person, identifier value): a consent covers only the
identifier that it was given for.
"""

import struct
from bisect import bisect_right
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from psycopg import Cursor, sql

from gateway.domain.people import Consent, Dealing, Facts, Person, Reach
from gateway.domain.standing import ranked
from gateway.store.suppressions import ALL, PARTIAL, STORAGE, channel_bit
from policies.terms import REACHED_BY, AudienceKind, Channel, Condition, ConsentState, DealingKind, Flag, Scope

_FIELD, _LINE = "\x1f", "\x1e"  # unit and record separators: they cannot stand in a word of ours
_BLOB = struct.Struct(">iii")


@dataclass(frozen=True, slots=True)
class Question:
    """What of a person's facts matters: the purpose chain, the channel, the sender, the classes to fetch."""

    chain: tuple[str, ...]
    channel: Channel
    sender: int
    classes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Row:
    """One identifier value of one person, with its facts and the sealed blobs of the wanted classes.

    `blobs` is packed: per blob three big-endian int32 (class position, source number, length) and the blob.
    """

    no: int
    uid: bytes
    wrapped: bytes
    index: bytes | None
    facts: Facts
    blobs: bytes


# One row a person and identifier value. {kind} {chain} {channel} {sender} are placeholders or columns of the driver.
FACTS = """
  p.no, p.uid, coalesce(k.wrapped, ''::bytea), i.index,
  concat_ws(E'\\x1f', p.jurisdiction, p.region, p.time_zone, p.kind, p.birth_year, p.flags),
  coalesce(i.reaches, ''), coalesce(c.lines, ''), coalesce(d.lines, '')
"""

JOINS = """
LEFT JOIN person_key k ON k.person_no = p.no
LEFT JOIN LATERAL (
  SELECT i.index, string_agg(
    i.source_no || ':' || i.bits || CASE WHEN i.bits & 4 = 0 THEN '' ELSE ':' || coalesce((
      SELECT min(x.scope) FROM suppression x WHERE x.kind = i.kind AND x.hash = i.suppress
        AND (x.scope = 'sender' AND x.sender_no = {sender}
          OR x.scope = 'purpose' AND x.purpose = ANY({chain}) AND x.sender_no IN (0, {sender}))), '') END,
    ',' ORDER BY i.source_no) AS reaches
  FROM identifier i WHERE i.person_no = p.no AND i.kind = {kind} GROUP BY i.index
) i ON true
LEFT JOIN LATERAL (
  SELECT string_agg(concat_ws(E'\\x1f', c.state, c.purpose, extract(epoch FROM c.since), c.conditions,
                              c.wording, c.source_no), E'\\x1e' ORDER BY c.since, c.state) AS lines
  FROM consent c WHERE c.person_no = p.no AND (c.index = ''::bytea OR c.index = i.index)
    AND c.purpose = ANY({chain}) AND c.channel IN ('*', {channel}) AND c.sender_no IN (0, {sender})
) c ON true
LEFT JOIN LATERAL (
  SELECT string_agg(concat_ws(E'\\x1f', d.kind, d.category, extract(epoch FROM d.at), d.notice::int), E'\\x1e'
                    ORDER BY d.kind, d.category) AS lines
  FROM dealing d WHERE d.person_no = p.no AND d.party_no = {sender}
) d ON true
"""

_BLOBS = """
LEFT JOIN LATERAL (
  SELECT string_agg(int4send(array_position({classes}::text[], s.class)) || int4send(s.source_no::int)
                    || int4send(length(s.blob)) || s.blob, ''::bytea) AS blobs
  FROM sealed s WHERE s.person_no = p.no AND s.class = ANY({classes})
) s ON true
"""

_TYPES = ["int8", "bytea", "bytea", "bytea", "text", "text", "text", "text", "bytea"]


class Facting:
    """Turns the text of a row into `Facts`, once per distinct text and once per distinct fact.

    Args:
        question: what is asked.
        cutoffs: for each jurisdiction the moments (POSIX seconds, ascending) that the law's periods reach back to.
    """

    def __init__(self, question: Question, cutoffs: Mapping[str, Sequence[float]]) -> None:
        self._question = question
        self._cutoffs = cutoffs
        self._bit = channel_bit(question.channel)
        self._seen: dict[tuple[str, str, str, str], Facts] = {}
        self._facts: dict[tuple[object, ...], Facts] = {}

    def facts(self, traits: str, reaches: str, consents: str, dealings: str) -> Facts:
        """Give the one `Facts` object for these texts; equal facts are the same object."""
        raw = (traits, reaches, consents, dealings)
        if (known := self._seen.get(raw)) is None:
            known = self._seen[raw] = self._parse(traits, reaches, consents, dealings)
        return known

    def _parse(self, traits: str, reaches: str, consents: str, dealings: str) -> Facts:
        ago = self._cutoffs[traits.partition(_FIELD)[0]]
        lines = self._consents(consents, ago) if consents else ()
        deals = self._dealings(dealings, ago) if dealings else ()
        key = (traits, reaches, lines, deals)
        if (known := self._facts.get(key)) is None:
            known = self._facts[key] = Facts(_person(traits), self._reaches(reaches), lines, deals)
        return known

    def _consents(self, text: str, ago: Sequence[float]) -> tuple[Consent, ...]:
        return ranked(
            (ConsentState(state), purpose, float(since), band(ago, float(since)), Condition(int(conditions)), wording,
             int(source))
            for state, purpose, since, conditions, wording, source in (
                line.split(_FIELD) for line in text.split(_LINE)
            )
        )

    def _dealings(self, text: str, ago: Sequence[float]) -> tuple[Dealing, ...]:
        rows = (line.split(_FIELD) for line in text.split(_LINE))
        return tuple(
            Dealing(DealingKind(kind), category, band(ago, float(at)), notice == "1")
            for kind, category, at, notice in rows
        )

    def _reaches(self, text: str) -> tuple[Reach, ...]:
        return tuple(self._reach(*part.split(":")) for part in text.split(",")) if text else ()

    def _reach(self, source: str, bits: str, probed: str = "") -> Reach:
        return Reach(int(source), self._scope(int(bits), probed))

    def _scope(self, bits: int, probed: str) -> Scope | None:
        if bits & STORAGE:
            return Scope.STORAGE
        if bits & ALL:
            return Scope.ALL
        if bits & self._bit:
            return Scope.CHANNEL
        return Scope(probed) if bits & PARTIAL and probed else None


def band(ago: Sequence[float], moment: float) -> int:
    """Count the periods that have fully passed since `moment` (POSIX seconds); see `gateway.domain.bands`."""
    return len(ago) - bisect_right(ago, moment) if moment else len(ago)


def _person(traits: str) -> Person:
    jurisdiction, region, time_zone, kind, birth_year, flags = traits.split(_FIELD)
    return Person(jurisdiction, region, time_zone, AudienceKind(kind), int(birth_year), Flag(int(flags)))


def page(cursor: Cursor[object], question: Question, facting: Facting, people: sql.Composable, **params: object,
         ) -> Iterator[Row]:
    """Read one page.

    Args:
        cursor: of a psycopg connection inside the page's REPEATABLE READ transaction.
        question: what is asked; `facting` was made for it.
        facting: the interning of this page.
        people: `SELECT ... FROM person p WHERE ... ORDER BY p.no LIMIT ...`: the people of the page, narrowed.
        params: the parameters of `people`.

    Yields:
        Row: ordered by person number; several rows of one person stand together.
    """
    body = (FACTS + ", coalesce(s.blobs, ''::bytea) FROM people p" + JOINS + _BLOBS).format(
        kind="%(kind)s", chain="%(chain)s", channel="%(channel)s", sender="%(sender)s", classes="%(classes)s")
    statement = sql.SQL("COPY (WITH people AS MATERIALIZED ({}) SELECT {} ORDER BY p.no) TO STDOUT (FORMAT BINARY)")
    values = {**params, **_values(question)}
    with cursor.copy(statement.format(people, sql.SQL(body)), values) as copy:  # type: ignore[arg-type]
        copy.set_types(_TYPES)
        for no, uid, wrapped, index, traits, reaches, consents, dealings, blobs in copy.rows():
            yield Row(no, uid, wrapped, index, facting.facts(traits, reaches, consents, dealings), blobs)


def _values(question: Question) -> dict[str, object]:
    return {
        "kind": REACHED_BY[question.channel].value, "chain": list(question.chain),
        "channel": question.channel.value, "sender": question.sender, "classes": list(question.classes),
    }


def unpack(blobs: bytes) -> list[tuple[int, int, bytes]]:
    """Take a row's packed blobs apart: (class position from 0, source number, blob)."""
    found, at, end = [], 0, len(blobs)
    while at < end:
        position, source, length = _BLOB.unpack_from(blobs, at)
        at += _BLOB.size
        found.append((position - 1, source, blobs[at : at + length]))
        at += length
    return found
