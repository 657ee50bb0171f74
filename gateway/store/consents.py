"""What people said: events, appended for ever, and the standing that follows, moved in the same statement.

Must never change or remove an event, and never let the order of arrival matter: the standing keeps, for each
key, the latest event by its own time; at the same moment whatever narrows wins. An event that comes late
therefore narrows what it may, and widens nothing.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, text

from gateway.domain.errors import NotFound
from gateway.store.people_lookup import Subject
from policies.terms import Condition, ConsentState

EVERY_CHANNEL = "*"
"""Only for withdrawals and objections."""
EVERY_SENDER = 0
"""Only for withdrawals and objections."""
WHOLE_PERSON = b""
"""The identifier of a line that holds for all identifiers of a person."""


@dataclass(frozen=True, slots=True)
class Event:
    """What one person said, once.

    Attributes:
        person_no: whose word it is.
        kind: kind of the identifier by which it was said, or "".
        index: its blind index, or b"". A consent covers this identifier; a withdrawal or objection is kept
        with it
            but holds for the whole person.
        state: given, withdrawn or objected.
        purpose: a node of the purpose tree.
        channel: a channel, or `EVERY_CHANNEL`.
        sender_no: a party, or `EVERY_SENDER`.
        method: how it was said, a word such as `opt_out_link`.
        actor: who reports it: a tool, an officer, a job.
        at: when it was said (aware).
        conditions: under which conditions it was given.
        wording: version of the text that was agreed to, such as `newsletter-3/ko`.
        language: BCP 47 tag of that text.
        source_no: the source that asserts it, 0 for what came from the person directly.
        evidence_no: what proves it.
    """

    person_no: int
    kind: str
    index: bytes
    state: ConsentState
    purpose: str
    channel: str
    sender_no: int
    method: str
    actor: str
    at: datetime
    conditions: Condition = Condition.NONE
    wording: str = ""
    language: str = ""
    source_no: int = 0
    evidence_no: int | None = None


@dataclass(frozen=True, slots=True)
class Line:
    """One line of a person's standing; see `Event` for the words. `since` is UTC."""

    index: bytes
    purpose: str
    channel: str
    sender_no: int
    state: ConsentState
    since: datetime
    conditions: Condition
    wording: str
    source_no: int


def append(connection: Connection, events: Sequence[Event]) -> list[int]:
    """Append events and move the standing; few or thousands cost the same two statements.

    Locks the rows of all persons concerned, in order of their numbers, until the transaction ends.

    Args:
        connection: the transaction that the events belong to.
        events: in any order, of any number of persons.

    Returns:
        The number of each event, in the order given.

    Raises:
        NotFound: `person_unknown`: one of them is not (or no longer) here; nothing was appended.
    """
    if not events:
        return []
    lock(connection, (event.person_no for event in events))
    return list(connection.execute(_APPEND, _columns(events)).scalar_one())


def lock(connection: Connection, people: Iterable[int]) -> None:
    """Lock persons' rows in the one order that cannot deadlock.

    Raises:
        NotFound: `person_unknown`.
    """
    wanted = sorted(set(people))
    if len(connection.execute(_LOCK, {"people": wanted}).all()) != len(wanted):
        raise NotFound("person_unknown", "Somebody named here is not known, or was erased. Look them up again.")


def standing(connection: Connection, person_no: int) -> list[Line]:
    """Read a person's whole standing, oldest line first."""
    return [_line(row) for row in connection.execute(_STANDING, {"person": person_no})]


def event_behind(connection: Connection, person_no: int, line: Line) -> int:
    """Give the number of the first event that says what a line of the standing says; 0 if none was kept."""
    values = {
        "person": person_no, "state": line.state.value, "purpose": line.purpose, "channel": line.channel,
        "sender": line.sender_no, "at": line.since,
    }  # fmt: skip
    return int(connection.execute(_EVENT_BEHIND, values).scalar_one() or 0)


def everybody_with(connection: Connection, kind: str, indexes: Sequence[bytes]) -> list[Subject]:
    """Give all persons whom one identifier finds, by their numbers: a shared one speaks for each of them.

    Args:
        connection: the transaction to look in.
        kind: identifier kind.
        indexes: the blind indexes of one value, one for each live version.
    """
    rows = connection.execute(_EVERYBODY, {"kind": str(kind), "indexes": list(indexes)})
    return [Subject(no, uid, kind, index) for no, uid, index in rows]


def only_identifier(connection: Connection, person_no: int, kind: str) -> bytes | None:
    """Give the blind index of a person's identifier of this kind, or None if there are none or several."""
    found = connection.execute(_IDENTIFIERS, {"person": person_no, "kind": kind}).scalars().all()
    return found[0] if len(found) == 1 else None


def _columns(events: Sequence[Event]) -> dict[str, object]:
    # Words go as plain str: the driver would send an enum by its name.
    return {
        "people": [event.person_no for event in events],
        "kinds": [str(event.kind) for event in events],
        "indexes": [event.index for event in events],
        "states": [event.state.value for event in events],
        "purposes": [event.purpose for event in events],
        "channels": [str(event.channel) for event in events],
        "senders": [event.sender_no for event in events],
        "conditions": [int(event.conditions) for event in events],
        "wordings": [event.wording for event in events],
        "languages": [event.language for event in events],
        "methods": [event.method for event in events],
        "sources": [event.source_no for event in events],
        "evidence": [event.evidence_no for event in events],
        "actors": [event.actor for event in events],
        "moments": [event.at for event in events],
    }


def _line(row: Sequence[Any]) -> Line:
    index, purpose, channel, sender_no, state, since, conditions, wording, source_no = row
    where = (index, purpose, channel, sender_no)
    return Line(*where, ConsentState(state), since, Condition(conditions), wording, source_no)


_LOCK = text("SELECT no FROM person WHERE no = ANY(CAST(:people AS bigint[])) ORDER BY no FOR UPDATE")

# `weight` orders states of the same moment: what narrows wins. Of two consents of the same moment under one
# key (the same sign-up in two lists) only the conditions that both carry hold, and the older source speaks.
_APPEND = text("""
WITH said AS (
  SELECT s.*, array_position(ARRAY['given', 'withdrawn', 'objected'], s.state) AS weight,
         CASE WHEN s.state = 'given' THEN s.index ELSE ''::bytea END AS covers
  FROM unnest(
    CAST(:people AS bigint[]), CAST(:kinds AS text[]), CAST(:indexes AS bytea[]), CAST(:states AS text[]),
    CAST(:purposes AS text[]), CAST(:channels AS text[]), CAST(:senders AS bigint[]), CAST(:conditions AS int[]),
    CAST(:wordings AS text[]), CAST(:languages AS text[]), CAST(:methods AS text[]), CAST(:sources AS bigint[]),
    CAST(:evidence AS bigint[]), CAST(:actors AS text[]), CAST(:moments AS timestamptz[])
  ) WITH ORDINALITY AS s(person_no, kind, index, state, purpose, channel, sender_no, conditions, wording, language,
                         method, source_no, evidence_no, actor, at, place)
), event AS (
  INSERT INTO consent_event (person_no, kind, index, state, purpose, channel, sender_no, conditions, wording,
                             language, method, source_no, evidence_no, actor, at)
  SELECT person_no, kind, index, state, purpose, channel, sender_no, conditions, wording, language, method,
         source_no, evidence_no, actor, at
  FROM said ORDER BY place
  RETURNING no
), latest AS (
  SELECT DISTINCT ON (person_no, covers, purpose, channel, sender_no)
    person_no, covers, purpose, channel, sender_no, state, at, wording, source_no,
    bit_and(conditions) OVER (PARTITION BY person_no, covers, purpose, channel, sender_no, at, weight) AS conditions
  FROM said
  ORDER BY person_no, covers, purpose, channel, sender_no, at DESC, weight DESC, source_no, wording
), moved AS (
  INSERT INTO consent AS c (person_no, index, purpose, channel, sender_no, state, since, conditions, wording, source_no)
  SELECT person_no, covers, purpose, channel, sender_no, state, at, conditions, wording, source_no FROM latest
  ORDER BY person_no, covers, purpose, channel, sender_no
  ON CONFLICT (person_no, index, purpose, channel, sender_no) DO UPDATE SET
    state = excluded.state,
    since = excluded.since,
    conditions = CASE WHEN (c.since, c.state) = (excluded.since, excluded.state)
                      THEN c.conditions & excluded.conditions ELSE excluded.conditions END,
    (wording, source_no) = (
      SELECT o.wording, o.source_no
      FROM (VALUES (c.since, c.state, c.wording, c.source_no),
                   (excluded.since, excluded.state, excluded.wording, excluded.source_no))
           AS o(since, state, wording, source_no)
      WHERE (o.since, o.state) = (excluded.since, excluded.state)
      ORDER BY o.source_no, o.wording LIMIT 1)
  WHERE (excluded.since, array_position(ARRAY['given', 'withdrawn', 'objected'], excluded.state))
     >= (c.since, array_position(ARRAY['given', 'withdrawn', 'objected'], c.state))
)
SELECT array_agg(no ORDER BY no) FROM event
""")

_STANDING = text(
    "SELECT index, purpose, channel, sender_no, state, since, conditions, wording, source_no FROM consent"
    " WHERE person_no = :person ORDER BY since, state, index, purpose, channel, sender_no"
)
_EVENT_BEHIND = text(
    "SELECT min(no) FROM consent_event WHERE person_no = :person AND state = :state AND purpose = :purpose"
    " AND channel = :channel AND sender_no = :sender AND at = :at"
)
_EVERYBODY = text(
    "SELECT DISTINCT ON (p.no) p.no, p.uid, i.index FROM identifier i JOIN person p ON p.no = i.person_no"
    " WHERE i.kind = :kind AND i.index = ANY(CAST(:indexes AS bytea[])) ORDER BY p.no, i.index_version DESC"
)
# While an index key rotates a value stands there once a version; only the newest is looked at.
_IDENTIFIERS = text(
    "SELECT DISTINCT i.index FROM identifier i WHERE i.person_no = :person AND i.kind = :kind AND i.index_version ="
    " (SELECT max(v.index_version) FROM identifier v WHERE v.person_no = i.person_no AND v.kind = i.kind)"
)
