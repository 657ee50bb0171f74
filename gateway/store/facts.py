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

from gateway.domain.bands import told_year
from gateway.domain.people import Consent, Dealing, Facts, Person, Reach
from gateway.domain.standing import ranked
from gateway.store.copying import copied
from gateway.store.snapshots import Cursor
from gateway.store.suppressions import ALL, PARTIAL, REGISTERED, STORAGE, channel_bit
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
_TIME: Final = 8  # bytes
_EPOCH: Final = 946_684_800_000_000  # PostgreSQL counts microseconds from 2000
_PLACE: Final = 8
_LENGTH_BIT, _CLASS_BIT = 40, 32  # a place: 23 bits of length (a blob has at most 1 MiB), 8 of class, 32 of source
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

    `blobs` are one after another; `places` says of each in turn, in 8 bytes, how long it is and where it belongs (see
    `spans`).
    """

    no: int
    uid: bytes
    wrapped: bytes
    facts: Facts
    places: bytes
    blobs: bytes


# {kind} {chain} {channel} {sender} are placeholders, or columns of the statement around. The times of consents, then of
# dealings, stand apart from the text, 8 bytes each as PostgreSQL keeps them: without them people's texts repeat.
SPELLED: Final = """
  concat_ws(E'\\x1d', concat_ws(E'\\x1f', p.jurisdiction, p.region, p.time_zone, p.kind, p.birth_year, p.flags),
            coalesce(i.reaches, ''), coalesce(c.lines, ''), coalesce(d.lines, '')),
  coalesce(c.times, ''::bytea) || coalesce(d.times, ''::bytea)
"""

REACHES: Final = f"""string_agg(
    i.source_no || ':' || i.bits || CASE WHEN i.bits & {PARTIAL | REGISTERED} = 0 THEN '' ELSE ':' || coalesce((
      SELECT min(x.scope) FROM suppression x WHERE x.kind = i.kind AND x.hash = i.suppress
        AND (x.scope = 'sender' AND x.sender_no = {{sender}}
          OR x.scope = 'purpose' AND x.purpose = ANY({{chain}}) AND x.sender_no IN (0, {{sender}})
            AND x.channel IN ('', {{channel}})
          OR x.scope = 'domain')), '') || ':' || coalesce((
      SELECT string_agg(DISTINCT r.name, '+' ORDER BY r.name) FROM register_entry e
        JOIN register_snapshot r ON r.no = e.snapshot_no AND r.state = 'current' WHERE e.hash = i.suppress), '') END,
    ',' ORDER BY i.source_no)"""
_IDENTIFIERS: Final = f"""
LEFT JOIN {{each}} (
  SELECT i.person_no, i.index, {REACHES} AS reaches
  FROM identifier i WHERE {{of_i}} AND i.kind = {{kind}} GROUP BY i.person_no, i.index
) i ON i.person_no = p.no
"""

# A person's consents are few: they are found by person and then compared, which costs less than searching the key with
# five lists of values; the empty additions keep the planner from doing that.
_SAID: Final = """
LEFT JOIN LATERAL (
  SELECT string_agg(concat_ws(E'\\x1f', c.state, c.purpose, c.conditions, c.source_no, c.wording), E'\\x1e') AS lines,
         string_agg(timestamptz_send(c.since), ''::bytea) AS times
  FROM consent c WHERE c.person_no = p.no AND c.index || ''::bytea IN (''::bytea, i.index)
    AND c.purpose || '' = ANY({chain}) AND c.channel || '' IN ('*', {channel})
    AND c.sender_no + 0 IN (0, {sender})
) c ON true
LEFT JOIN {each} (
  SELECT d.person_no, string_agg(concat_ws(E'\\x1f', d.kind, d.category, d.notice::int, d.source_no), E'\\x1e'
                                 ORDER BY d.kind, d.category) AS lines,
         string_agg(timestamptz_send(d.at), ''::bytea ORDER BY d.kind, d.category) AS times
  FROM dealing d WHERE {of_d} AND d.party_no = {sender} GROUP BY d.person_no
) d ON d.person_no = p.no
"""

_BLOBS: Final = """
LEFT JOIN {each} (
  SELECT s.person_no, string_agg(s.blob, ''::bytea) AS blobs, string_agg(
           int8send((length(s.blob)::bigint << 40) | (array_position({classes}::text[], s.class)::bigint << 32)
                    | s.source_no), ''::bytea) AS places
  FROM sealed s WHERE {of_s} AND s.class = ANY({classes}){unless} GROUP BY s.person_no
) s ON s.person_no = p.no
"""

# An address that is stopped altogether does not leave beside another one that is not.
_STOPPED: Final = f""" AND NOT EXISTS (
    SELECT FROM identifier x WHERE x.person_no = s.person_no AND x.kind = s.class AND x.source_no = s.source_no
      AND x.bits & {STORAGE | ALL} <> 0)"""

_ONE_BY_ONE: Final = {
    "each": "LATERAL",
    "of_k": "true",
    **{f"of_{table}": f"{table}.person_no = p.no" for table in "ids"},
}
# Everybody between two numbers is read in order and merged, which is half the work of looking each of them up.
_IN_A_ROW: Final = {
    "each": "",
    **{
        f"of_{table}": f"{table}.person_no > %(after)s AND {table}.person_no <= (SELECT no FROM top)"
        for table in "kids"
    },
}
_ASKED: Final = {name: f"{{{name}}}" for name in ("kind", "chain", "channel", "sender")}
_NAMED: Final = {name: f"%({name})s" for name in (*_ASKED, "classes")} | {"unless": "{unless}"}

IDENTIFIERS: Final = _IDENTIFIERS.format(**_ONE_BY_ONE, **_ASKED)
SAID: Final = _SAID.format(**_ONE_BY_ONE, **_ASKED)


class Facting:
    """Turns the text of a row into `Facts`; equal facts are the same object.

    Args:
        question: what is asked.
        cutoffs: for each jurisdiction the moments (POSIX seconds, ascending) that the law's periods reach back to.
        years: the birth years between which ages are all alike to the law; see `bands.year_limits`.
    """

    def __init__(self, question: Question, cutoffs: Mapping[str, Sequence[float]], years: tuple[int, int]) -> None:
        self._cutoffs, self._years = cutoffs, years
        self._people: dict[str, Person] = {}
        self._alike: dict[Person, Person] = {}
        self._bit = channel_bit(question.channel)
        self._undated: dict[bytes, Facts] = {}
        self._dated: dict[bytes, tuple[Sequence[float], dict[int, Facts]]] = {}
        self._said: dict[tuple[Consent, ...], tuple[Consent, ...]] = {}
        self._facts: dict[tuple[int, str, int, tuple[Dealing, ...]], Facts] = {}

    def facts(self, text: bytes, times: bytes) -> Facts:
        """Give the one `Facts` object for a row's text and the times that belong to it.

        Most people have said one thing or nothing: then the text and one band say all, and nothing is parsed twice.
        """
        if not times:
            if (known := self._undated.get(text)) is None:
                known = self._undated[text] = self._parsed(text, ())
            return known
        if len(times) > _TIME:
            moments = [_moment(times[at : at + _TIME]) for at in range(0, len(times), _TIME)]
            return self._parsed(text, moments)
        if (dated := self._dated.get(text)) is None:
            dated = self._dated[text] = (self._ago(text.decode()), {})
        ago, by_band = dated
        moment = _moment(times)
        if (known := by_band.get(passed := band(ago, moment))) is None:
            known = by_band[passed] = self._parsed(text, (moment,))
        return known

    def _ago(self, text: str) -> Sequence[float]:
        return self._cutoffs[text[: text.index(_FIELD)]]

    def _parsed(self, text: bytes, moments: Sequence[float]) -> Facts:
        traits, reaches, consents, dealings = text.decode().split(_PART)
        ago = self._ago(traits)
        said = consents.split(_LINE) if consents else []
        lines = ranked([_said(line, at, ago) for line, at in zip(said, moments[: len(said)], strict=True)])
        lines = self._said.setdefault(lines, lines)
        deals = self._dealings(dealings, moments[len(said) :], ago) if dealings else ()
        person = self._person(traits)
        # Person and lines are interned and kept, so their ids stand for them.
        key = (id(person), reaches, id(lines), deals)
        if (known := self._facts.get(key)) is None:
            known = self._facts[key] = Facts(person, self._reaches(reaches), lines, deals)
        return known

    def _person(self, traits: str) -> Person:
        """Give the one `Person` for these traits; people whom the law cannot tell apart are the same."""
        if (known := self._people.get(traits)) is None:
            person = _person(traits, self._years)
            known = self._people[traits] = self._alike.setdefault(person, person)
        return known

    def _dealings(self, text: str, moments: Sequence[float], ago: Sequence[float]) -> tuple[Dealing, ...]:
        rows = (line.split(_FIELD) for line in text.split(_LINE))
        return tuple(
            Dealing(DealingKind(kind), category, band(ago, at), notice == "1", int(source))
            for (kind, category, notice, source), at in zip(rows, moments, strict=True)
        )

    def _reaches(self, text: str) -> tuple[Reach, ...]:
        return tuple(self._reach(*part.split(":")) for part in text.split(",")) if text else ()

    def _reach(self, source: str, bits: str, probed: str = "", registers: str = "") -> Reach:
        on = tuple(registers.split("+")) if registers else ()
        return Reach(int(source), self._scope(int(bits), probed), on)

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


def _moment(time: bytes) -> float:
    """Give the POSIX seconds of a timestamptz as PostgreSQL sends it."""
    return (int.from_bytes(time, "big", signed=True) + _EPOCH) / 1_000_000


def _said(line: str, at: float, ago: Sequence[float]) -> tuple[ConsentState, str, float, int, Condition, str, int]:
    state, purpose, conditions, source, wording = line.split(_FIELD)
    return _STATES[state], purpose, at, band(ago, at), Condition(int(conditions)), wording, int(source)


def _person(traits: str, years: tuple[int, int]) -> Person:
    jurisdiction, region, time_zone, kind, birth_year, flags = traits.split(_FIELD)
    year = told_year(int(birth_year), years)
    return Person(jurisdiction, region, time_zone, AudienceKind(kind), year, Flag(int(flags)))


def page(
    cursor: Cursor,
    question: Question,
    facting: Facting,
    people: sql.Composable,
    *,
    everybody: bool,
    **params: object,
) -> Generator[Row, None, None]:
    """Read one page.

    Args:
        cursor: of the driver, inside the page's REPEATABLE READ transaction.
        question: what is asked; `facting` was made for it.
        facting: the interning of this page.
        people: `SELECT ... FROM person p WHERE ... ORDER BY p.no LIMIT ...`: the people of the page, narrowed.
        everybody: the page skips nobody between its first and its last person, so their rows are read in a row.
        params: the parameters of `people`, `after` among them: the number that all of them lie behind.

    Yields:
        Row: ordered by person number; several rows of one person stand together.
    """
    if everybody:
        # The planner cannot know how many the range holds; where it guesses few, it would compare each with each.
        cursor.execute("SET LOCAL enable_nestloop = off")
    query = _EVERYBODY if everybody else _NARROWED
    statement = sql.SQL(query).format(people=people, unless=_unless(question))
    head, length, facts, new = _HEAD.unpack_from, _LENGTH.unpack_from, facting.facts, tuple.__new__
    for data in copied(cursor.connection, statement, {**params, **_values(question)}):
        _, _, no, _, uid, size = head(data)
        end = _HEAD.size + size
        text = end + 4
        times = text + length(data, end)[0]
        places = times + 4 + length(data, times)[0]
        blobs = places + 4 + length(data, places)[0]
        known = facts(data[text:times], data[times + 4 : places])
        # Past NamedTuple's own constructor, which takes as long as all the rest of this line.
        yield new(Row, (no, uid, data[_HEAD.size : end], known, data[places + 4 : blobs], data[blobs + 4 :]))


_SELECT: Final = (
    f"SELECT p.no, p.uid, coalesce(k.wrapped, ''::bytea), {SPELLED}, coalesce(s.places, ''::bytea),"
    " coalesce(s.blobs, ''::bytea) FROM people p LEFT JOIN person_key k ON k.person_no = p.no AND {of_k}"
    + _IDENTIFIERS
    + _SAID
    + _BLOBS
    + "ORDER BY p.no"
)
_EVERYBODY: Final = (
    "WITH people AS MATERIALIZED ({people}), top AS MATERIALIZED (SELECT max(no) AS no FROM people) "
    + _SELECT.format(**_IN_A_ROW, **_NAMED)
)
_NARROWED: Final = "WITH people AS MATERIALIZED ({people}) " + _SELECT.format(**_ONE_BY_ONE, **_NAMED)


def _unless(question: Question) -> sql.SQL:
    others = {kind.value for kind in REACHED_BY.values()} - {REACHED_BY[question.channel].value}
    return sql.SQL(_STOPPED if others & set(question.classes) else "")


def _values(question: Question) -> dict[str, object]:
    return {
        "kind": REACHED_BY[question.channel].value,
        "chain": list(question.chain),
        "channel": question.channel.value,
        "sender": question.sender,
        "classes": list(question.classes),
    }


def spans(places: bytes) -> list[tuple[int, int, slice]]:
    """Say of each blob of a row: the position of its class (from 0), its source, and where it stands in `blobs`."""
    found, start = [], 0
    for at in range(0, len(places), _PLACE):
        place = int.from_bytes(places[at : at + _PLACE], "big")
        stop = start + (place >> _LENGTH_BIT)
        found.append((((place >> _CLASS_BIT) & 0xFF) - 1, place & 0xFFFF_FFFF, slice(start, stop)))
        start = stop
    return found
