"""Contacts made: who was written to, when, by whom. Must never decide, and never name a person but by number."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple, TypeAlias

from psycopg import sql
from sqlalchemy import Connection, text

from gateway.domain.campaigns import NO_CAMPAIGN, ContactKind
from gateway.domain.capping import EXEMPT, Slot
from gateway.store.snapshots import Cursor
from policies.terms import Channel

People: TypeAlias = sql.Composable
"""A statement whose rows have a column `no`: the people whose slots are asked for."""


class Contact(NamedTuple):
    """A contact with one person; `campaign` is 0 where there is none."""

    person: int
    channel: Channel
    sender: int
    tool: int
    campaign: int
    purpose: str
    category: str


@dataclass(frozen=True, slots=True)
class Reach:
    """How far to look for slots: since when, as of when (UTC), on which channels, from how many a person on."""

    since: datetime
    at: datetime
    channels: frozenset[Channel]
    fewest: int


def taken(cursor: Cursor, people: People, values: Mapping[str, object], reach: Reach) -> Iterator[tuple[int, Slot]]:
    """Give the slots that are taken of people, with the person's number: contacts made and live reservations.

    A reservation of a campaign that is not running, or whose end has come, holds nothing.

    Args:
        cursor: of the driver, in the transaction of the answer.
        people: whose.
        values: its parameters.
        reach: people with fewer slots than `fewest` are left out.
    """
    bound = {
        "since": reach.since,
        "now": reach.at,
        "on": [channel.value for channel in reach.channels],
        "fewest": reach.fewest,
        "exempt": EXEMPT,
        "sent": ContactKind.SENT.value,
        "last": NO_CAMPAIGN,
    }
    for person, at, until, sender, tool, channel, category, campaign, priority, name in cursor.execute(
        sql.SQL(_TAKEN).format(people=people), {**values, **bound}
    ):
        yield person, Slot(at, until, sender, tool, Channel(channel), category, campaign, priority, name)


def record(connection: Connection, made: Sequence[Contact], at: datetime, inbox_no: int) -> None:
    """Record contacts that were allowed at a moment (UTC) by the answer that stands in the ledger's inbox."""
    columns = zip(*made, strict=True)
    names = ("people", "channels", "senders", "tools", "campaigns", "purposes", "categories")
    values = {name: list(column) for name, column in zip(names, columns, strict=True)}
    values["channels"] = [channel.value for channel in values["channels"]]
    connection.execute(_RECORD, {**values, "at": at, "inbox": inbox_no, "kind": ContactKind.SENT.value})


EVERYBODY_OF = sql.SQL("SELECT unnest(%(people)s::bigint[]) AS no")
"""The people of a list of numbers, as `taken` asks for them."""

_TAKEN = """
WITH people AS MATERIALIZED ({people})
SELECT s.person_no, s.at, s.until, s.sender_no, s.tool_no, s.channel, s.category, s.campaign_no,
       coalesce(s.priority, %(last)s)::int, coalesce(s.name, '') FROM (
  SELECT t.*, c.priority, c.name, count(*) OVER (PARTITION BY t.person_no) AS many FROM (
    SELECT e.person_no, e.at, NULL::timestamptz AS until, e.sender_no, e.tool_no, e.channel, e.category, e.campaign_no
    FROM people q JOIN contact_event e ON e.person_no = q.no
    WHERE e.at > %(since)s AND e.kind = %(sent)s AND e.channel = ANY(%(on)s)
      AND split_part(e.purpose, '.', 1) <> %(exempt)s
    UNION ALL
    SELECT r.person_no, r.at, r.until, r.sender_no, r.tool_no, r.channel, r.category, r.campaign_no
    FROM people q JOIN reservation r ON r.person_no = q.no
    WHERE r.until > %(now)s AND r.channel = ANY(%(on)s)
  ) t LEFT JOIN campaign c ON c.no = t.campaign_no
  WHERE t.until IS NULL OR c.no IS NULL OR (c.state = 'running' AND c.ends_at > %(now)s)
) s WHERE s.many >= %(fewest)s ORDER BY s.person_no, s.at
"""
_RECORD = text(
    "INSERT INTO contact_event (person_no, at, kind, channel, sender_no, tool_no, campaign_no, purpose, category,"
    " inbox_no) SELECT x.person, :at, :kind, x.channel, x.sender, x.tool, x.campaign, x.purpose, x.category, :inbox"
    " FROM unnest(cast(:people AS bigint[]), cast(:channels AS text[]), cast(:senders AS bigint[]),"
    " cast(:tools AS bigint[]), cast(:campaigns AS bigint[]), cast(:purposes AS text[]), cast(:categories AS text[]))"
    " AS x (person, channel, sender, tool, campaign, purpose, category)"
)
