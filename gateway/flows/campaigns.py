"""Register campaigns, start, pause and end them, and let asks be made in their name.

A campaign gives a tool nothing: its dates, purpose and channels narrow what the tool may ask anyway. What it gives is a
place in the order of those who want the same people. Must never name a person: campaigns are numbers and words.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any, Final

from audit.leaf import Entry, Json
from gateway.domain.campaigns import FIRST, LAST, Campaign, CampaignState, OwnCap, admit, moves, told
from gateway.domain.errors import Invalid
from gateway.domain.grant import Caller
from gateway.domain.requests import is_word
from gateway.flows.gate import Gate
from gateway.flows.identify import identify
from gateway.flows.officers import Officer, require
from gateway.store import campaigns, parties
from gateway.store.campaigns import CampaignRow, Collision, Slots
from gateway.store.people_lookup import Connection
from policies.packs import Bundle
from policies.terms import Channel

__all__ = ["CampaignRow", "CampaignState", "CampaignView", "CampaignWish", "OwnCap"]

_ACTS: Final = {
    CampaignState.RUNNING: "campaign.resumed",
    CampaignState.PAUSED: "campaign.paused",
    CampaignState.ENDED: "campaign.ended",
}
_NONE: Final = Slots(0, 0, 0)


@dataclass(frozen=True, slots=True)
class CampaignWish:
    """What is said of a campaign when it is registered; sender and tools by name, times aware."""

    name: str
    sender: str
    purpose: str
    channels: Sequence[str]
    tools: Sequence[str]
    starts_at: datetime
    ends_at: datetime
    priority: int
    cap: OwnCap | None = None


@dataclass(frozen=True, slots=True)
class CampaignView:
    """A campaign as an officer sees it: what it took, day by day (UTC), and the slots it won and lost."""

    row: CampaignRow
    slots: Slots
    days: tuple[tuple[date, int], ...]
    collisions: tuple[Collision, ...]


def register_campaign(gate: Gate, actor: str, wish: CampaignWish) -> Campaign:
    """Register a campaign as a draft: no ask may name it before it is resumed.

    Args:
        gate: the gateway.
        actor: who registers it, as the ledger shall name him.
        wish: what is said of it.

    Raises:
        Invalid: `campaign_name_unfit`, `time_without_zone`, `campaign_dates`, `campaign_priority`, `campaign_cap`,
            `campaign_empty`, `purpose_unknown`, `channel_unknown`, `campaign_tool_sender`.
        NotFound: `party_unknown`, `tool_unknown`. Conflict: `campaign_exists`.
    """
    _check_shape(wish)
    with gate.house.unit() as connection:
        _check_words(wish, gate.house.bundle(connection))
        row = _row(connection, wish) | {"created_by": actor}
        made = campaigns.add(connection, row)
        gate.house.enter(connection, [Entry("campaign.registered", actor, _said(made, wish))])
    # True now: the campaign is on file and in the ledger, both or neither.
    return made


def put(gate: Gate, actor: str, name: str, state: CampaignState) -> Campaign:
    """Start, go on with, pause or end a campaign; one that is there already stays, and nothing is entered.

    From the next answer on it holds: a page of a release that runs is the last one.

    Raises:
        NotFound: `campaign_unknown`. Conflict: `campaign_ended`, `campaign_not_begun`.
    """
    with gate.house.unit() as connection:
        campaign = campaigns.named(connection, name, lock=True)
        if moves(campaign, state):
            campaigns.put(connection, campaign.no, state)
            gate.house.enter(connection, [Entry(_ACTS[state], actor, {"campaign": name})])
        return campaigns.named(connection, name)


def list_campaigns(gate: Gate) -> list[CampaignRow]:
    """List all campaigns, by when they begin."""
    with gate.house.unit() as connection:
        return campaigns.rows(connection)


def show_campaign(gate: Gate, name: str) -> CampaignView:
    """Give a campaign with what it took.

    Raises:
        NotFound: `campaign_unknown`.
    """
    with gate.house.snapshot() as connection:
        return _view(connection, campaigns.named(connection, name), gate.clock())


def rows_for(gate: Gate, officer: Officer) -> list[tuple[CampaignRow, Slots]]:
    """List all campaigns for an officer, with what they took.

    Raises:
        Refused: `role_may_not`.
    """
    with gate.house.snapshot() as connection:
        require(gate, connection, officer, "campaign.read")
        rows = campaigns.rows(connection)
        slots = campaigns.slots(connection, [row.campaign.no for row in rows], gate.clock())
    return [(row, slots.get(row.campaign.no, _NONE)) for row in rows]


def view_for(gate: Gate, officer: Officer, name: str) -> CampaignView:
    """Give a campaign to an officer.

    Raises:
        Refused: `role_may_not`. NotFound: `campaign_unknown`.
    """
    with gate.house.snapshot() as connection:
        require(gate, connection, officer, "campaign.read")
        return _view(connection, campaigns.named(connection, name), gate.clock())


def own_campaigns(gate: Gate, credential: str) -> list[dict[str, Any]]:
    """List a tool's own campaigns, drafts left out, as plain values.

    Raises:
        Unauthenticated: as `gateway.flows.identify`.
    """
    with gate.house.unit() as connection:
        caller = identify(gate, connection, credential)
        return [told(campaign) for campaign in campaigns.of_tool(connection, caller.no)]


def entered(
    connection: Connection, name: str, caller: Caller, purpose: str, channel: Channel, bundle: Bundle, at: datetime
) -> Campaign | None:
    """Give the campaign that an ask names, as this transaction sees it; None if it names none.

    Raises:
        Refused: as `gateway.domain.campaigns.admit`.
    """
    if not name:
        return None
    return admit(campaigns.by_name(connection, [name]).get(name), caller, purpose, channel, bundle, at)


def asked_about(connection: Connection, names: Collection[str]) -> dict[str, Campaign]:
    """Give the campaigns that a batch of questions names, by name; those that do not exist are not there."""
    return campaigns.by_name(connection, names)


def _view(connection: Connection, campaign: Campaign, at: datetime) -> CampaignView:
    row = next(row for row in campaigns.rows(connection) if row.campaign.no == campaign.no)
    slots = campaigns.slots(connection, [campaign.no], at).get(campaign.no, _NONE)
    days = tuple(campaigns.by_day(connection, campaign.no))
    return CampaignView(row, slots, days, tuple(campaigns.collisions(connection, campaign.no)))


def _check_shape(wish: CampaignWish) -> None:
    if not wish.name.strip() or wish.name != wish.name.strip() or not is_word(wish.name):
        raise Invalid("campaign_name_unfit", "A campaign's name is a short word or two, no address or number.")
    if wish.starts_at.tzinfo is None or wish.ends_at.tzinfo is None:
        raise Invalid("time_without_zone", "Give dates with their offset, as in 2026-12-01T00:00:00+09:00.")
    if wish.starts_at >= wish.ends_at:
        raise Invalid("campaign_dates", "A campaign ends after it begins.")
    if not FIRST <= wish.priority <= LAST:
        raise Invalid("campaign_priority", f"A priority lies from {FIRST}, which goes first, to {LAST}.")
    if wish.cap and not (0 < wish.cap.contacts <= 1000 and timedelta(0) < wish.cap.window <= timedelta(days=366)):  # noqa: PLR2004
        raise Invalid("campaign_cap", "A cap is 1 to 1000 contacts within up to 366 days.")
    if not wish.channels or not wish.tools:
        raise Invalid("campaign_empty", "Name at least one channel and one tool.")


def _check_words(wish: CampaignWish, bundle: Bundle) -> None:
    if wish.purpose not in bundle.purposes.nodes:
        raise Invalid("purpose_unknown", "There is no such purpose. `ostiary policy purposes` lists them.")
    if not set(wish.channels) <= set(Channel):
        raise Invalid("channel_unknown", f"That is not one of: {', '.join(sorted(Channel))}.")


def _row(connection: Connection, wish: CampaignWish) -> dict[str, Any]:
    sender = parties.party(connection, wish.sender)
    tools = [parties.tool(connection, name) for name in wish.tools]
    if any(tool.sender != sender.no for tool in tools):
        raise Invalid("campaign_tool_sender", "Every tool of a campaign works for its sender. Name other tools.")
    return {
        "name": wish.name, "sender": sender.no, "purpose": wish.purpose, "channels": sorted(set(wish.channels)),
        "tools": sorted({tool.no for tool in tools}), "starts_at": wish.starts_at.astimezone(UTC),
        "ends_at": wish.ends_at.astimezone(UTC), "priority": wish.priority, "cap": wish.cap,
        "state": CampaignState.DRAFT.value,
    }  # fmt: skip


def _said(made: Campaign, wish: CampaignWish) -> dict[str, Json]:
    return {**told(made), "campaign": made.uid.hex(), "sender": wish.sender, "tools": sorted(set(wish.tools))}
