"""Reads the facts that a decision depends on, in one statement, as interned `Facts`.

Must never decide: SQL narrows to the people asked about, the domain says what may happen to them.
Each row is one (person, identifier value): a consent covers only the identifier that it was given for. COPY, the
packing of a row into five fields and the interning are what makes a release fast (docs/measurements.md).
"""

import struct
from bisect import bisect_right
from collections.abc import Generator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final, NamedTuple

from psycopg import sql

from gateway.domain.people import Consent, Dealing, Facts, Person, Reach
from gateway.domain.standing import ranked
from gateway.store.copying import copied
from gateway.store.snapshots import Cursor
from gateway.store.suppressions import ALL, PARTIAL, STORAGE, channel_bit
from policies.terms import (
    REACHED_BY,
    AudienceKind,
    Channel,
    Condition,
    ConsentState,
    DealingKind,
    Flag,
    Scope,
)

_FIELD, _LINE, _PART = "\x1f", "\x1e", "\x1d"  # separators of ASCII: they cannot stand in a word of ours
_HEAD: Final = struct.Struct(">hiqi16si")  # count, 8, person number, 16, uid, length of the wrapped key
_LENGTH: Final = struct.Struct(">i")
_BLOB: Final = struct.Struct(">iii")
_STATES: Final = {state.value: state for state in ConsentState}


@dataclass(frozen=True, slots=True)
class Question:
    """What of a person's facts matters: the purpose chain, the channel, the sender, the classes to fetch."""

    chain: tuple[str, ...]
    channel: Channel
    sender: int
    classes: tuple[str, ...]


class Row(NamedTuple):
    """One identifier value of one person, with its facts and the sealed blobs of the wanted classes.

    `blobs` is packed: per blob three big-endian int32 (class position from 1, source number, length) and the blob.
    """

    no: int
    uid: bytes
    wrapped: bytes
    facts: Facts
    blobs: bytes


# {kind} {chain} {channel} {sender} are placeholders, or columns of the statement around.
FACTS: Final = """
  p.no, p.uid, coalesce(k.wrapped, ''::bytea),
  concat_ws(E'\\x1d', concat_ws(E'\\x1f', p.jurisdiction, p.region, p.time_zone, p.kind, p.birth_year, p.flags),
            coalesce(i.reaches, ''), coalesce(c.lines, ''), coalesce(d.lines, ''))
"""

JOINS: Final = """
LEFT JOIN person_key k ON k.person_no = p.no
LEFT JOIN LATERAL (
  SELECT i.index, string_agg(
    i.source_no || ':' || i.bits || CASE WHEN i.bits & 4 = 0 THEN '' ELSE ':' || coalesce((
      SELECT min(x.scope) FROM suppression x WHERE x.kind = i.kind AND x.hash = i.suppress
        AND (x.scope = 'sender' AND x.sender_no = {sender}
          OR x.scope = 'purpose' AND x.purpose = ANY({chain}) AND x.sender_no IN (0, {sender})
            AND x.channel IN ('', {channel}))), '') END,
    ',' ORDER BY i.source_no) AS reaches
  FROM identifier i WHERE i.person_no = p.no AND i.kind = {kind} GROUP BY i.index
) i ON true
LEFT JOIN LATERAL (
  SELECT string_agg(concat_ws(E'\\x1f', extract(epoch FROM c.since), c.state, c.purpose, c.conditions, c.source_no,
                              c.wording), E'\\x1e' ORDER BY c.since, c.state) AS lines
  FROM consent c WHERE c.person_no = p.no AND (c.index = ''::bytea OR c.index = i.index)
    AND c.purpose = ANY({chain}) AND c.channel IN ('*', {channel}) AND c.sender_no IN (0, {sender})
) c ON true
LEFT JOIN LATERAL (
  SELECT string_agg(concat_ws(E'\\x1f', extract(epoch FROM d.at), d.kind, d.category, d.notice::int), E'\\x1e'
                    ORDER BY d.kind, d.category) AS lines
  FROM dealing d WHERE d.person_no = p.no AND d.party_no = {sender}
) d ON true
"""

_BLOBS: Final = """
LEFT JOIN LATERAL (
  SELECT string_agg(int4send(array_position({classes}::text[], s.class)) || int4send(s.source_no::int)
                    || int4send(length(s.blob)) || s.blob, ''::bytea) AS blobs
  FROM sealed s WHERE s.person_no = p.no AND s.class = ANY({classes})
) s ON true
"""


class Facting:
    """Turns the text of a row into `Facts`; equal facts are the same object.

    Args:
        question: what is asked.
        cutoffs: for each jurisdiction the moments (POSIX seconds, ascending) that the law's periods reach back to.
    """

    def __init__(self, question: Question, cutoffs: Mapping[str, Sequence[float]]) -> None:
        self._cutoffs = cutoffs
        self._bit = channel_bit(question.channel)
        self._texts: dict[bytes, Facts] = {}
        self._single: dict[tuple[str, int], tuple[Consent, ...]] = {}
        self._said: dict[tuple[Consent, ...], tuple[Consent, ...]] = {}
        self._facts: dict[tuple[str, str, int, tuple[Dealing, ...]], Facts] = {}

    def facts(self, text: bytes) -> Facts:
        """Give the one `Facts` object for a row's text."""
        known = self._texts.get(text)
        if known is None:
            traits, reaches, consents, dealings = text.decode().split(_PART)
            known = self._parsed(traits, reaches, consents, dealings)
            if not consents and not dealings:  # with a time in it, a text hardly ever comes twice
                self._texts[text] = known
        return known

    def _parsed(self, traits: str, reaches: str, consents: str, dealings: str) -> Facts:
        ago = self._cutoffs[traits[: traits.index(_FIELD)]]
        lines = self._consents(consents, ago) if consents else ()
        deals = self._dealings(dealings, ago) if dealings else ()
        key = (
            traits,
            reaches,
            id(lines),
            deals,
        )  # the lines are interned and kept, so their id stands for them
        if (known := self._facts.get(key)) is None:
            known = self._facts[key] = Facts(_person(traits), self._reaches(reaches), lines, deals)
        return known

    def _consents(self, text: str, ago: Sequence[float]) -> tuple[Consent, ...]:
        if _LINE in text:
            lines = ranked([_said(line, ago) for line in text.split(_LINE)])
            return self._said.setdefault(lines, lines)
        since, _, rest = text.partition(_FIELD)
        key = (rest, band(ago, float(since)))
        if (known := self._single.get(key)) is None:
            lines = ranked([_said(text, ago)])
            known = self._single[key] = self._said.setdefault(lines, lines)
        return known

    def _dealings(self, text: str, ago: Sequence[float]) -> tuple[Dealing, ...]:
        rows = (line.split(_FIELD) for line in text.split(_LINE))
        return tuple(
            Dealing(DealingKind(kind), category, band(ago, float(at)), notice == "1")
            for at, kind, category, notice in rows
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
    return len(ago) - bisect_right(ago, moment)


def _said(line: str, ago: Sequence[float]) -> tuple[ConsentState, str, float, int, Condition, str, int]:
    since, state, purpose, conditions, source, wording = line.split(_FIELD)
    at = float(since)
    return _STATES[state], purpose, at, band(ago, at), Condition(int(conditions)), wording, int(source)


def _person(traits: str) -> Person:
    jurisdiction, region, time_zone, kind, birth_year, flags = traits.split(_FIELD)
    return Person(jurisdiction, region, time_zone, AudienceKind(kind), int(birth_year), Flag(int(flags)))


def page(
    cursor: Cursor,
    question: Question,
    facting: Facting,
    people: sql.Composable,
    **params: object,
) -> Generator[Row, None, None]:
    """Read one page.

    Args:
        cursor: of the driver, inside the page's REPEATABLE READ transaction.
        question: what is asked; `facting` was made for it.
        facting: the interning of this page.
        people: `SELECT ... FROM person p WHERE ... ORDER BY p.no LIMIT ...`: the people of the page, narrowed.
        params: the parameters of `people`.

    Yields:
        Row: ordered by person number; several rows of one person stand together.
    """
    body = (FACTS + ", coalesce(s.blobs, ''::bytea) FROM people p" + JOINS + _BLOBS).format(
        kind="%(kind)s", chain="%(chain)s", channel="%(channel)s", sender="%(sender)s", classes="%(classes)s"
    )
    statement = sql.SQL("WITH people AS MATERIALIZED ({}) SELECT {} ORDER BY p.no")
    query = statement.format(people, sql.SQL(body))
    head, length, facts = _HEAD.unpack_from, _LENGTH.unpack_from, facting.facts
    for data in copied(cursor.connection, query, {**params, **_values(question)}):
        _, _, no, _, uid, size = head(data)
        end = _HEAD.size + size
        (size,) = length(data, end)
        text = end + 4 + size
        yield Row(no, uid, data[_HEAD.size : end], facts(data[end + 4 : text]), data[text + 4 :])


def _values(question: Question) -> dict[str, object]:
    return {
        "kind": REACHED_BY[question.channel].value,
        "chain": list(question.chain),
        "channel": question.channel.value,
        "sender": question.sender,
        "classes": list(question.classes),
    }


def unpack(blobs: bytes) -> list[tuple[int, int, bytes]]:
    """Take a row's packed blobs apart: (class position from 0, source number, blob)."""
    found, at, end = [], 0, len(blobs)
    while at < end:
        position, source, length = _BLOB.unpack_from(blobs, at)
        start = at + 12
        at = start + length
        found.append((position - 1, source, blobs[start:at]))
    return found
