"""Campaigns: one effort of one sender, and whether an ask may be made in its name. Pure.

Must never let a campaign widen what its tools, its sender's role or the law allow: it only narrows.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any, Final

from gateway.domain.errors import Conflict, Refused
from gateway.domain.grant import Caller
from policies.packs import Bundle
from policies.terms import Channel

FIRST: Final = 1
LAST: Final = 9
NO_CAMPAIGN: Final = LAST + 1
"""The priority of what is sent in no campaign's name: every campaign goes before it."""


class CampaignState(StrEnum):
    """Where a campaign stands; only a running one may be named by an ask."""

    DRAFT = "draft"
    RUNNING = "running"
    PAUSED = "paused"
    ENDED = "ended"


class ContactKind(StrEnum):
    """What became of a contact. `sent` takes a slot of every cap that counts it."""

    SENT = "sent"
    DELIVERED = "delivered"
    OPENED = "opened"
    CLICKED = "clicked"
    REPLIED = "replied"
    ORDERED = "ordered"
    RETURNED = "returned"
    BOUNCED = "bounced"
    COMPLAINED = "complained"


@dataclass(frozen=True, slots=True)
class OwnCap:
    """At most so many contacts of one campaign with one person within a window."""

    contacts: int
    window: timedelta


@dataclass(frozen=True, slots=True)
class Campaign:
    """A campaign as registered.

    `purpose` covers what lies under it. `tools` are numbers. `starts_at` is included, `ends_at` is not (UTC).
    `priority` 1 goes first, 9 last. `cap` is the campaign's own, beside those of law and house.
    """

    no: int
    uid: bytes
    name: str
    sender: int
    purpose: str
    channels: frozenset[Channel]
    tools: frozenset[int]
    starts_at: datetime
    ends_at: datetime
    priority: int
    cap: OwnCap | None
    state: CampaignState
    created_by: str


_MOVES: Final[Mapping[CampaignState, frozenset[CampaignState]]] = {
    CampaignState.RUNNING: frozenset({CampaignState.DRAFT, CampaignState.PAUSED}),
    CampaignState.PAUSED: frozenset({CampaignState.RUNNING}),
    CampaignState.ENDED: frozenset({CampaignState.DRAFT, CampaignState.RUNNING, CampaignState.PAUSED}),
}


def moves(campaign: Campaign, to: CampaignState) -> bool:
    """Tell whether a campaign changes by being put into a state; False where it is there already.

    Raises:
        Conflict: `campaign_ended`, `campaign_not_begun`: there is no way from here.
    """
    if campaign.state is to:
        return False
    if campaign.state is CampaignState.ENDED:
        raise Conflict("campaign_ended", "That campaign has ended for good. Register a new one.")
    if campaign.state not in _MOVES[to]:
        raise Conflict("campaign_not_begun", "That campaign has not begun. `ostiary campaign resume` starts it.")
    return True


def admit(
    campaign: Campaign | None, caller: Caller, purpose: str, channel: Channel, bundle: Bundle, at: datetime
) -> Campaign:
    """Let an ask in a campaign's name pass.

    Args:
        campaign: the one that was named, None if there is none of that name.
        caller: the tool that asks.
        purpose: of the ask.
        channel: of the ask.
        bundle: the law in force, with its purpose tree.
        at: now.

    Raises:
        Refused: `campaign_unknown` (also for a campaign that is not this tool's), `campaign_not_running`,
            `campaign_not_now`, `campaign_other_purpose`, `campaign_other_channel`.
    """
    if campaign is None or caller.no not in campaign.tools or caller.sender != campaign.sender:
        raise Refused("campaign_unknown", "This tool has no campaign of that name. GET /v1/campaigns lists its own.")
    if campaign.state is not CampaignState.RUNNING:
        raise Refused("campaign_not_running", f"That campaign is {campaign.state}. It must be running to be named.")
    if not campaign.starts_at <= at < campaign.ends_at:
        raise Refused("campaign_not_now", "Today lies outside that campaign's dates.")
    if purpose not in bundle.purposes.below(campaign.purpose):
        raise Refused("campaign_other_purpose", f"That campaign is for {campaign.purpose}, and what lies under it.")
    if channel not in campaign.channels:
        raise Refused("campaign_other_channel", f"That campaign goes by {', '.join(sorted(campaign.channels))}.")
    return campaign


def told(campaign: Campaign) -> dict[str, Any]:
    """Give what a tool may know of its campaign, as plain values."""
    cap = campaign.cap
    return {
        "name": campaign.name,
        "purpose": campaign.purpose,
        "channels": sorted(campaign.channels),
        "starts_at": campaign.starts_at.isoformat(),
        "ends_at": campaign.ends_at.isoformat(),
        "priority": campaign.priority,
        "state": campaign.state.value,
        "cap": {"contacts": cap.contacts, "hours": int(cap.window.total_seconds() // 3600)} if cap else None,
    }
