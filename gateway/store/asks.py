"""Reads the facts for many questions about single people in one statement. Must never decide, never write."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from gateway.store.facts import FACTS, JOINS, Facting, Question, Row
from gateway.store.snapshots import Cursor
from policies.terms import REACHED_BY


@dataclass(frozen=True, slots=True)
class Lookup:
    """One way to find the person of one question: by uid, or by a blind index of a kind."""

    ord: int
    uid: bytes | None
    kind: str
    index: bytes | None
    question: Question


@dataclass(frozen=True, slots=True)
class Found:
    """A row of facts that answers question `ord`. `branch` is for the row scope of the caller."""

    ord: int
    branch: str
    row: Row


_STATEMENT = (
    """
WITH q AS (
  SELECT * FROM unnest(%s::int[], %b::bytea[], %s::text[], %b::bytea[], %s::text[], %s::text[], %s::text[],
                       %s::bigint[])
    AS q (ord, uid, kind, index, reach, chain, channel, sender)
), people AS MATERIALIZED (
  SELECT q.ord, q.reach, string_to_array(q.chain, ' ') AS chain, q.channel, q.sender, NULL::bytea AS asked, p.*
  FROM q JOIN person p ON p.uid = q.uid
  UNION ALL
  SELECT DISTINCT ON (q.ord, p.no) q.ord, q.reach, string_to_array(q.chain, ' '), q.channel, q.sender,
         CASE WHEN q.kind = q.reach THEN q.index END, p.*
  FROM q JOIN identifier x ON x.kind = q.kind AND x.index = q.index JOIN person p ON p.no = x.person_no
)
SELECT p.ord, p.branch,"""
    + FACTS
    + " FROM people p"
    + JOINS.format(kind="p.reach", chain="p.chain", channel="p.channel", sender="p.sender")
    + " WHERE p.asked IS NULL OR i.index = p.asked ORDER BY p.ord, p.no"
)


def facts_of(cursor: Cursor, lookups: Sequence[Lookup], factings: Mapping[Question, Facting]) -> Iterator[Found]:
    """Give the rows for all questions, ordered by question, then person number.

    Args:
        cursor: of the driver, inside the REPEATABLE READ transaction of the answer.
        lookups: one or more a question (live key versions); a question that finds nobody gives no row.
        factings: the interning for each question.
    """
    questions = {lookup.ord: lookup.question for lookup in lookups}
    for ord_, branch, no, uid, wrapped, text, times in cursor.execute(_STATEMENT, _columns(lookups)):
        known = factings[questions[ord_]].facts(text.encode(), times)
        yield Found(ord_, branch, Row(no, uid, wrapped, known, b"", b""))


def _columns(lookups: Sequence[Lookup]) -> list[list[Any]]:
    return [
        [lookup.ord for lookup in lookups],
        [lookup.uid for lookup in lookups],
        [lookup.kind for lookup in lookups],
        [lookup.index for lookup in lookups],
        [REACHED_BY[lookup.question.channel].value for lookup in lookups],
        [" ".join(lookup.question.chain) for lookup in lookups],
        [lookup.question.channel.value for lookup in lookups],
        [lookup.question.sender for lookup in lookups],
    ]
