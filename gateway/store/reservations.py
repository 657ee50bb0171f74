"""Slots that are held until somebody sends, and the turn by which two who want the last one meet.

Must never keep a slot without its person's turn: two transactions that read the same snapshot would both take the
last one. Whoever comes second fails here, before anything is recorded, and begins again with a new snapshot.
"""

from collections.abc import Collection, Iterable
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import Connection, text
from sqlalchemy.exc import OperationalError

from gateway.domain.errors import Unavailable
from policies.terms import Channel

_OVERTAKEN = frozenset({"40001", "40P01"})  # could not serialise; a deadlock was broken


class Overtaken(Unavailable):
    """Somebody else took a slot of one of these people since this transaction's snapshot: begin again."""


class Key(NamedTuple):
    """Whose slot: one a person, channel, tool and campaign (0 is none)."""

    person: int
    channel: Channel
    tool: int
    campaign: int


class Held(NamedTuple):
    """A reservation to make: its key, the sender, the product category, and until when it stands (UTC)."""

    key: Key
    sender: int
    category: str
    until: datetime


def alone(connection: Connection) -> None:
    """Keep everybody else from taking turns until this transaction ends; its first statement, before any snapshot."""
    connection.execute(_ALONE)


def take_turns(connection: Connection, people: Collection[int]) -> None:
    """Take the turn of each of these people, in the order of their numbers.

    Raises:
        Overtaken: `overtaken`.
    """
    try:
        connection.execute(_TURNS, {"people": sorted(people)})
    except OperationalError as error:
        if getattr(error.orig, "sqlstate", "") not in _OVERTAKEN:
            raise
        raise Overtaken("overtaken", "Others take slots of the same people just now. Ask again.") from error


def hold(connection: Connection, reservations: Iterable[Held], at: datetime) -> None:
    """Make reservations at a moment (UTC); one that stands already gets its new end. Needs the people's turns.

    All people of a page are held alike but for a few ends: one statement for each sort, with nothing but their numbers.
    """
    alike: dict[tuple[object, ...], list[int]] = {}
    for (person, *whose), sender, category, until in reservations:
        alike.setdefault((*whose, sender, category, until), []).append(person)
    names = ("channel", "tool", "campaign", "sender", "category", "until")
    for sort, people in alike.items():
        connection.execute(_HOLD, {**dict(zip(names, sort, strict=True)), "people": people, "at": at})


def drop(connection: Connection, keys: Iterable[Key]) -> None:
    """Drop reservations that were sent or taken over; those that are not there do no harm. Needs the turns."""
    given = list(keys)
    columns = {
        "people": [key.person for key in given],
        "channels": [key.channel.value for key in given],
        "tools": [key.tool for key in given],
        "campaigns": [key.campaign for key in given],
    }
    connection.execute(_DROP, columns)


def drop_over(connection: Connection, people: Collection[int], at: datetime) -> None:
    """Drop what is over of these people anyway; it counts for nothing. Needs the turns."""
    connection.execute(_DROP_OVER, {"people": list(people), "at": at})


def collide(connection: Connection, lost: Iterable[tuple[int, int, Channel, int, int]], at: datetime) -> None:
    """Record collisions: winner, loser, channel, number of people, inbox number of the ledger's entry."""
    names = ("winner", "loser", "channel", "people", "inbox")
    connection.execute(_COLLIDE, [{**dict(zip(names, each, strict=True)), "at": at} for each in lost])


_ALONE = text("LOCK TABLE contact_turn IN SHARE ROW EXCLUSIVE MODE")
_TURNS = text(
    "INSERT INTO contact_turn (person_no, turn) SELECT no, 1 FROM unnest(cast(:people AS bigint[])) AS no ORDER BY no"
    " ON CONFLICT (person_no) DO UPDATE SET turn = contact_turn.turn + 1"
)
_HOLD = text(
    "INSERT INTO reservation (person_no, channel, tool_no, campaign_no, sender_no, category, at, until)"
    " SELECT person, :channel, :tool, :campaign, :sender, :category, :at, :until"
    " FROM unnest(cast(:people AS bigint[])) AS person"
    " ON CONFLICT (person_no, channel, tool_no, campaign_no)"
    " DO UPDATE SET category = excluded.category, at = excluded.at, until = excluded.until"
)
_DROP = text(
    "DELETE FROM reservation r USING unnest(cast(:people AS bigint[]), cast(:channels AS text[]),"
    " cast(:tools AS bigint[]), cast(:campaigns AS bigint[])) AS x (person, channel, tool, campaign)"
    " WHERE (r.person_no, r.channel, r.tool_no, r.campaign_no) = (x.person, x.channel, x.tool, x.campaign)"
)
_DROP_OVER = text("DELETE FROM reservation WHERE person_no = ANY(:people) AND until <= :at")
_COLLIDE = text(
    "INSERT INTO collision (at, winner_no, loser_no, channel, people, inbox_no)"
    " VALUES (:at, :winner, :loser, :channel, :people, :inbox)"
)
