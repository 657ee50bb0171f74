"""Moves from another system: how far each is, who was what there, what became of them. Never a cell, never a name."""

import json
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple

import orjson
from psycopg import sql
from pyroaring import BitMap
from sqlalchemy import Connection, Row, text

from gateway.store.audience import PEOPLE


@dataclass(frozen=True, slots=True)
class Moving:
    """A move as it is kept.

    Attributes:
        uid: 16 bytes, made of source and files, so that the same files are the same move.
        files: of each file its digest (hex), dialect and number of rows.
        step: what is to be done next: `stops`, `people`, `results`, or `done`.
        counts: what the files say and what became of it.
        began_at, done_at: UTC.
    """

    no: int
    uid: bytes
    source_no: int
    files: Sequence[Mapping[str, Any]]
    step: str
    counts: Mapping[str, Any]
    actor: str
    began_at: datetime
    done_at: datetime | None


class Event(NamedTuple):
    """What became of a contact in the other system: whose, when (UTC), what (see `ContactKind`), by which channel."""

    person_no: int
    at: datetime
    kind: str
    channel: str


class Crowd:
    """People by number, each counted once."""

    __slots__ = ("people",)

    def __init__(self, packed: bytes | None = None) -> None:
        self.people = BitMap() if packed is None else BitMap.deserialize(packed)

    def add(self, person_no: int) -> None:
        """Take in a person."""
        self.people.add(person_no)

    def without(self, other: "Crowd") -> "Crowd":
        """Give those who are not in another crowd."""
        left = Crowd()
        left.people = self.people - other.people
        return left

    def after(self, person_no: int, most: int) -> list[int]:
        """Give the next people behind a number, in order."""
        first = int(self.people.rank(person_no))
        return list(self.people[first : first + most])

    @property
    def packed(self) -> bytes:
        """The people as one Roaring bitmap."""
        made: bytes = self.people.serialize()
        return made

    def __len__(self) -> int:
        """Count the people."""
        return len(self.people)


def begin(connection: Connection, values: Mapping[str, Any]) -> Moving:
    """Keep a move that begins; one of the same uid is given as it stands."""
    kept = {**values, "files": json.dumps(values["files"]), "counts": json.dumps(values["counts"])}
    connection.execute(_BEGIN, kept)
    found = by_uid(connection, values["uid"])
    if found is None:
        raise LookupError("a move that was just kept is not there")
    return found


def by_uid(connection: Connection, uid: bytes) -> Moving | None:
    """Give a move by its uid."""
    row = connection.execute(_BY_UID, {"uid": uid}).one_or_none()
    return _moving(row) if row else None


def latest(connection: Connection, most: int = 50) -> list[Moving]:
    """Give the newest moves."""
    return [_moving(row) for row in connection.execute(_LATEST, {"most": most})]


def held(connection: Connection, no: int) -> str:
    """Lock a move until the transaction ends, and give its step."""
    return str(connection.execute(_HOLD, {"no": no}).scalar_one())


def advance(connection: Connection, no: int, step: str, counts: Mapping[str, Any], done_at: datetime | None) -> None:
    """Put a move to its next step."""
    connection.execute(_ADVANCE, {"no": no, "step": step, "counts": json.dumps(counts), "done": done_at})


def keep_crowd(connection: Connection, no: int, channel: str, said: str, crowd: Crowd) -> None:
    """Keep who was what by one channel; what is kept stays."""
    connection.execute(_KEEP, {"no": no, "channel": channel, "said": said, "people": crowd.packed})


def crowds(connection: Connection, no: int) -> dict[tuple[str, str], Crowd]:
    """Give who was what, by channel and word."""
    return {(row.channel, row.said): Crowd(bytes(row.people)) for row in connection.execute(_CROWDS, {"no": no})}


def new_events(connection: Connection, events: Collection[Event], sender_no: int) -> list[Event]:
    """Give the events that are not on file yet."""
    if not events:
        return []
    found = connection.execute(_THERE, {**_columns(list(events)), "sender": sender_no})
    there = {Event(*row) for row in found}
    return [event for event in dict.fromkeys(events) if event not in there]


def keep_events(connection: Connection, events: Sequence[Event], sender_no: int, purpose: str, inbox_no: int) -> None:
    """Keep events of another system: of no tool and no campaign of ours."""
    if events:
        values = {**_columns(events), "sender": sender_no, "purpose": purpose, "inbox": inbox_no}
        connection.execute(_EVENTS, values)


AMONG = sql.SQL(f"SELECT {PEOPLE} FROM person p WHERE p.no = ANY(%(among)s::bigint[]) ORDER BY p.no")
"""The people of a list of numbers, as `facts.page` asks for them."""


def _columns(events: Sequence[Event]) -> dict[str, list[Any]]:
    people, moments, kinds, channels = map(list, zip(*events, strict=True))
    return {"people": people, "moments": moments, "kinds": kinds, "channels": channels}


def _moving(row: Row[Any]) -> Moving:
    files, counts = orjson.loads(row.files), orjson.loads(row.counts)
    return Moving(
        row.no, row.uid, row.source_no, files, row.step, counts, row.actor, row.began_at, row.done_at
    )  # fmt: skip


_SELECT = (
    "SELECT no, uid, source_no, files::text AS files, step, counts::text AS counts, actor, began_at, done_at"
    " FROM moving"
)
_BEGIN = text(
    "INSERT INTO moving (uid, source_no, files, step, counts, actor, began_at)"
    " VALUES (:uid, :source, CAST(:files AS jsonb), 'stops', CAST(:counts AS jsonb), :actor, :at)"
    " ON CONFLICT (uid) DO NOTHING"
)
_BY_UID = text(f"{_SELECT} WHERE uid = :uid")
_LATEST = text(f"{_SELECT} ORDER BY no DESC LIMIT :most")
_HOLD = text("SELECT step FROM moving WHERE no = :no FOR UPDATE")
_ADVANCE = text("UPDATE moving SET step = :step, counts = CAST(:counts AS jsonb), done_at = :done WHERE no = :no")
_KEEP = text(
    "INSERT INTO moving_crowd (moving_no, channel, said, people) VALUES (:no, :channel, :said, :people)"
    " ON CONFLICT (moving_no, channel, said) DO NOTHING"
)
_CROWDS = text("SELECT channel, said, people FROM moving_crowd WHERE moving_no = :no ORDER BY channel, said")
_UNNEST = (
    "unnest(CAST(:people AS bigint[]), CAST(:moments AS timestamptz[]), CAST(:kinds AS text[]),"
    " CAST(:channels AS text[])) AS x (person, at, kind, channel)"
)
_THERE = text(
    f"SELECT x.person, x.at, x.kind, x.channel FROM {_UNNEST} WHERE EXISTS (SELECT FROM contact_event e"
    " WHERE e.person_no = x.person AND e.at = x.at AND e.kind = x.kind AND e.channel = x.channel"
    " AND e.sender_no = :sender AND e.tool_no = 0)"
)
_EVENTS = text(
    "INSERT INTO contact_event (person_no, at, kind, channel, sender_no, tool_no, campaign_no, purpose, inbox_no)"
    f" SELECT x.person, x.at, x.kind, x.channel, :sender, 0, 0, :purpose, :inbox FROM {_UNNEST}"
)
