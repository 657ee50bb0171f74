"""Campaigns and what is on record of them. Statements in, `Campaign` out; must never see who a contact was with."""

import secrets
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

import orjson
from sqlalchemy import Connection, RowMapping, text
from sqlalchemy.exc import IntegrityError

from gateway.domain.campaigns import Campaign, CampaignState, OwnCap
from gateway.domain.errors import Conflict, NotFound
from policies.terms import Channel


@dataclass(frozen=True, slots=True)
class CampaignRow:
    """A campaign with the names of its sender and tools."""

    campaign: Campaign
    sender: str
    tools: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Slots:
    """What a campaign has taken: contacts made, with how many people, and slots that it holds now."""

    contacts: int
    people: int
    held: int


@dataclass(frozen=True, slots=True)
class Collision:
    """Slots that one campaign took over from another ("" is none), with the ledger's inbox number."""

    at: datetime
    winner: str
    loser: str
    channel: str
    people: int
    inbox_no: int


def add(connection: Connection, campaign: Mapping[str, Any]) -> Campaign:
    """Register a campaign; the mapping holds its columns, `cap` as `OwnCap` or None.

    Raises:
        Conflict: `campaign_exists`.
    """
    cap = campaign["cap"]
    spelled = orjson.dumps({"contacts": cap.contacts, "seconds": int(cap.window.total_seconds())}) if cap else None
    values = {**campaign, "uid": secrets.token_bytes(16), "cap": spelled.decode() if spelled else None}
    try:
        connection.execute(_ADD, values)
    except IntegrityError as error:
        raise Conflict("campaign_exists", "A campaign of that name is registered already. Choose another.") from error
    return named(connection, campaign["name"])


def by_name(connection: Connection, names: Collection[str]) -> dict[str, Campaign]:
    """Give the campaigns that exist of these, by name."""
    if not names:
        return {}
    rows = connection.execute(_BY_NAME, {"names": sorted(names)}).mappings()
    return {row["name"]: _campaign(row) for row in rows}


def named(connection: Connection, name: str, *, lock: bool = False) -> Campaign:
    """Give a campaign by its name; locked, its state stands until this transaction ends.

    Raises:
        NotFound: `campaign_unknown`.
    """
    row = connection.execute(_LOCKED if lock else _BY_NAME, {"names": [name]}).mappings().one_or_none()
    if row is None:
        raise NotFound("campaign_unknown", "No campaign has that name. `ostiary campaign list` lists them.")
    return _campaign(row)


def put(connection: Connection, no: int, state: CampaignState) -> None:
    """Put a campaign into a state."""
    connection.execute(_PUT, {"no": no, "state": state.value})


def rows(connection: Connection) -> list[CampaignRow]:
    """List all campaigns, the next to begin last."""
    return [
        CampaignRow(_campaign(row), row["sender_name"], tuple(row["tool_names"]))
        for row in connection.execute(_ROWS).mappings()
    ]


def of_tool(connection: Connection, tool_no: int) -> list[Campaign]:
    """List the campaigns that a tool works for, drafts left out."""
    return [_campaign(row) for row in connection.execute(_OF_TOOL, {"tool": tool_no}).mappings()]


def slots(connection: Connection, numbers: Sequence[int], at: datetime) -> dict[int, Slots]:
    """Count what campaigns have taken; `at` says which reservations are live."""
    found = connection.execute(_SLOTS, {"numbers": list(numbers), "at": at})
    return {row.no: Slots(row.contacts, row.people, row.held) for row in found}


def by_day(connection: Connection, no: int) -> list[tuple[date, int]]:
    """Count a campaign's contacts by day (UTC), days without any left out."""
    return [(row.day, row.contacts) for row in connection.execute(_BY_DAY, {"no": no})]


def collisions(connection: Connection, no: int) -> list[Collision]:
    """List the collisions that a campaign had a part in, newest first, 200 at most."""
    return [Collision(*row) for row in connection.execute(_COLLISIONS, {"no": no})]


def _campaign(row: RowMapping) -> Campaign:
    cap = row["cap"]
    return Campaign(
        no=row["no"],
        uid=row["uid"],
        name=row["name"],
        sender=row["sender_no"],
        purpose=row["purpose"],
        channels=frozenset(Channel(word) for word in row["channels"]),
        tools=frozenset(row["tools"]),
        starts_at=row["starts_at"],
        ends_at=row["ends_at"],
        priority=row["priority"],
        cap=OwnCap(cap["contacts"], timedelta(seconds=cap["seconds"])) if cap else None,
        state=CampaignState(row["state"]),
        created_by=row["created_by"],
    )


_COLUMNS = """c.no, c.uid, c.name, c.sender_no, c.purpose, c.channels, c.tools, c.starts_at, c.ends_at, c.priority,
    c.cap, c.state, c.created_by"""
_ADD = text(
    "INSERT INTO campaign (uid, name, sender_no, purpose, channels, tools, starts_at, ends_at, priority, cap, state,"
    " created_by) VALUES (:uid, :name, :sender, :purpose, :channels, :tools, :starts_at, :ends_at, :priority,"
    " cast(:cap AS jsonb), :state, :created_by)"
)
_BY_NAME = text(f"SELECT {_COLUMNS} FROM campaign c WHERE c.name = ANY(:names)")
_LOCKED = text(f"SELECT {_COLUMNS} FROM campaign c WHERE c.name = ANY(:names) FOR UPDATE")
_PUT = text("UPDATE campaign SET state = :state WHERE no = :no")
_ROWS = text(
    f"SELECT {_COLUMNS}, p.name AS sender_name,"
    " ARRAY(SELECT t.name FROM tool t WHERE t.no = ANY(c.tools) ORDER BY t.name) AS tool_names"
    " FROM campaign c JOIN party p ON p.no = c.sender_no ORDER BY c.starts_at, c.name"
)
_OF_TOOL = text(
    f"SELECT {_COLUMNS} FROM campaign c WHERE :tool = ANY(c.tools) AND c.state <> 'draft' ORDER BY c.starts_at, c.name"
)
_SLOTS = text(
    "SELECT c.no, coalesce(e.contacts, 0) AS contacts, coalesce(e.people, 0) AS people,"
    " (SELECT count(*) FROM reservation r WHERE r.campaign_no = c.no AND c.state = 'running'"
    " AND r.until > :at AND c.ends_at > :at) AS held FROM campaign c"
    " LEFT JOIN (SELECT campaign_no, count(*) AS contacts, count(DISTINCT person_no) AS people FROM contact_event"
    " WHERE campaign_no = ANY(:numbers) AND campaign_no > 0 AND kind = 'sent' GROUP BY campaign_no) e"
    " ON e.campaign_no = c.no WHERE c.no = ANY(:numbers)"
)
_BY_DAY = text(
    "SELECT (at AT TIME ZONE 'UTC')::date AS day, count(*) AS contacts FROM contact_event"
    " WHERE campaign_no = :no AND campaign_no > 0 AND kind = 'sent' GROUP BY 1 ORDER BY 1"
)
_COLLISIONS = text(
    "SELECT x.at, w.name AS winner, coalesce(l.name, '') AS loser, x.channel, x.people, x.inbox_no FROM collision x"
    " JOIN campaign w ON w.no = x.winner_no LEFT JOIN campaign l ON l.no = x.loser_no"
    " WHERE :no IN (x.winner_no, x.loser_no) ORDER BY x.no DESC LIMIT 200"
)
