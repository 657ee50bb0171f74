"""Reads the facts for many questions about single people in one statement. Must never decide, never write.

A POST may ask about ten thousand: hashes go to the server packed as it keeps them, rows are taken in while the server
finds the next ones (docs/measurements.md).
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from struct import Struct
from typing import Any, ClassVar, Final, NamedTuple

from psycopg import capabilities
from psycopg.abc import Buffer
from psycopg.adapt import Dumper
from psycopg.pq import Format

from gateway.domain.people import Facts
from gateway.store.facts import IDENTIFIERS, REACHES, SAID, SPELLED, Facting, Question, Row
from gateway.store.snapshots import Cursor
from policies.terms import REACHED_BY

_FEW: Final = 8_192  # bytes of keys that are planned once and for all; for more, a plan of their own costs less
_AT_ONCE: Final = 500  # rows


class Lookup(NamedTuple):
    """One way to find the person of question `ord`: `key` is a blind index of a kind, or a uid (kind "")."""

    ord: int
    kind: str
    key: bytes
    question: Question


class Found(NamedTuple):
    """A row of facts that answers question `ord`. `branch` is for the row scope of the caller."""

    ord: int
    branch: str
    row: Row


# `w` are the kinds of questions, `q` points into them. `i` are those who are meant: by the identifier that was given,
# or, where another kind or a uid was given, by each that reaches them. They come in the order in which people are kept.
_ASKED: Final = {"kind": "w.reach", "chain": "w.chain", "channel": "w.channel", "sender": "w.sender"}
_STATEMENT: Final = (
    """
WITH w AS MATERIALIZED (
  SELECT w.way, w.kind, w.reach, string_to_array(w.chain, ' ') AS chain, w.channel, w.sender
  FROM unnest(%s::text[], %s::text[], %s::text[], %s::text[], %s::bigint[]) WITH ORDINALITY
    AS w (kind, reach, chain, channel, sender, way)
), q AS MATERIALIZED (
  SELECT * FROM unnest(%b::int[], %b::int[], %b::bytea[]) AS q (ord, way, key)
), i AS MATERIALIZED (
  SELECT i.person_no, i.index, q.ord, q.way, """
    + REACHES.format(**_ASKED)
    + """ AS reaches
  FROM q JOIN w ON w.way = q.way AND w.kind = w.reach JOIN identifier i ON i.index = q.key AND i.kind = w.kind
  GROUP BY i.person_no, i.index, q.ord, q.way
  UNION ALL
  SELECT p.no, i.index, p.ord, p.way, i.reaches FROM (
    SELECT q.ord, q.way, p.no FROM q JOIN w ON w.way = q.way AND w.kind = '' JOIN person p ON p.uid = q.key
    UNION
    SELECT q.ord, q.way, x.person_no FROM q JOIN w ON w.way = q.way AND w.kind NOT IN ('', w.reach)
      JOIN identifier x ON x.index = q.key AND x.kind = w.kind
  ) p JOIN w ON w.way = p.way"""
    + IDENTIFIERS.format(**_ASKED)
    + """
)
SELECT i.ord, i.way, p.branch, p.no, p.uid,"""
    + SPELLED
    + " FROM i JOIN w ON w.way = i.way JOIN person p ON p.no = i.person_no"
    + SAID.format(**_ASKED)
)


def facts_of(cursors: Sequence[Cursor], lookups: Sequence[Lookup], factings: Mapping[Question, Facting]) -> list[Found]:
    """Give the rows for all questions, ordered by question, then person number.

    Args:
        cursors: of the driver, inside the REPEATABLE READ transaction of the answer; or several, on one snapshot: the
            server finds a share by each of them at the same time.
        lookups: one or more a question (live key versions); a question that finds nobody gives no row.
        factings: the interning for each question.
    """
    numbers: dict[tuple[str, int], int] = {}
    ways = [numbers.setdefault((kind, id(question)), len(numbers) + 1) for _, kind, _, question in lookups]
    firsts = dict(zip(reversed(ways), reversed(lookups), strict=True))
    named = _ways([firsts[number] for number in numbers.values()])
    facts = {number: factings[first.question].facts for number, first in firsts.items()}
    share = -(-len(lookups) // len(cursors))
    parts = [slice(start, start + share) for start in range(0, len(lookups), share)]
    found = _read(_rows(cursors, [[*named, *_packed(lookups[part], ways[part])] for part in parts]), facts)
    found.sort(key=_place)
    return found


def _rows(cursors: Sequence[Cursor], shares: Sequence[Sequence[Any]]) -> Iterator[Any]:
    """Give the rows of all shares: of the first as they come, of the others once they are whole."""
    if len(shares) == 1:
        yield from _asked(cursors[0], shares[0])
        return
    with ThreadPoolExecutor(len(shares) - 1) as apart:
        others = [apart.submit(_whole, *one) for one in zip(cursors[1:], shares[1:], strict=True)]
        yield from _asked(cursors[0], shares[0])
        for other in others:
            yield from other.result()


def _whole(cursor: Cursor, given: Sequence[Any]) -> list[Any]:
    return list(_asked(cursor, given))


def _asked(cursor: Cursor, given: Sequence[Any]) -> Iterable[Any]:
    for kind, dumper in _DUMPERS:
        cursor.adapters.register_dumper(kind, dumper)
    if len(given[-1]) > _FEW and capabilities.has_stream_chunked():
        return cursor.stream(_STATEMENT, given, size=_AT_ONCE)
    return cursor.execute(_STATEMENT, given)


def _read(rows: Iterable[Any], facts: Mapping[int, Callable[[bytes, bytes], Facts]]) -> list[Found]:
    new, found = tuple.__new__, []
    for ord_, way, branch, no, uid, text, times in rows:
        # Past NamedTuple's own constructor, as in `facts.page`.
        row = new(Row, (no, uid, b"", facts[way](text.encode(), times), b"", b""))
        found.append(new(Found, (ord_, branch, row)))
    return found


def _place(found: Found) -> tuple[int, int]:
    return found[0], found[2][0]


def _ways(firsts: Sequence[Lookup]) -> list[list[Any]]:
    return [
        [lookup.kind for lookup in firsts],
        [REACHED_BY[lookup.question.channel].value for lookup in firsts],
        [" ".join(lookup.question.chain) for lookup in firsts],
        [lookup.question.channel.value for lookup in firsts],
        [lookup.question.sender for lookup in firsts],
    ]


def _packed(lookups: Sequence[Lookup], numbers: Sequence[int]) -> list["_Array"]:
    number, key = Struct(">ii").pack, Struct(">i16s").pack
    return [
        _Numbers.of([number(4, lookup[0]) for lookup in lookups]),
        _Numbers.of([number(4, each) for each in numbers]),
        _Keys.of([key(16, lookup[2]) for lookup in lookups]),
    ]


class _Array(bytes):
    """An array as the server reads it: one dimension, no nulls; of each item its length and its bytes."""

    item: ClassVar[int]

    @classmethod
    def of(cls, items: Sequence[bytes]) -> "_Array":
        return cls(Struct(">iiiii").pack(1, 0, cls.item, len(items), 1) + b"".join(items))


class _Numbers(_Array):
    item = 23  # int4


class _Keys(_Array):
    item = 17  # bytea


class _AsItIs(Dumper):
    format = Format.BINARY

    def dump(self, obj: _Array) -> Buffer:
        return obj


class _AsNumbers(_AsItIs):
    oid = 1007  # int4[]


class _AsKeys(_AsItIs):
    oid = 1001  # bytea[]


_DUMPERS: Final = ((_Numbers, _AsNumbers), (_Keys, _AsKeys))
