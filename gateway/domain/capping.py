"""Caps: which are used up for an ask, and whose slot a campaign of higher priority takes over. Pure.

Must never count a contact as outside its window before it is, and never take a slot from a campaign that does not come
after: slots are taken over only from reservations, which nobody has sent yet.

A cap of N within a window W holds the next contact at a moment t while N slots are taken: contacts made after t - W,
and the reservations of others that are live at t. So in every stretch [x, x + W) at most N contacts are made.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final, NamedTuple

from gateway.domain.campaigns import NO_CAMPAIGN, Campaign
from gateway.domain.decision import RESERVED
from gateway.domain.people import UsedCap
from gateway.domain.requests import Ask
from policies.packs import Bundle, Cap
from policies.terms import Across, Channel

EXEMPT: Final = "service"
"""The root of the purposes that no cap counts: nobody may be kept from a service message by advertisements."""

_COARSE: Final = timedelta(minutes=10)
_OWN: Final = "campaign:"


class Slot(NamedTuple):
    """A slot that is taken: a contact made `at`, or, where `until` stands, a reservation that is live until then.

    `campaign` is 0 and `name` empty where there is none; `priority` is then after every campaign's.
    """

    at: datetime
    until: datetime | None
    sender: int
    tool: int
    channel: Channel
    category: str
    campaign: int
    priority: int
    name: str


@dataclass(frozen=True, slots=True)
class Claim:
    """Who would take a slot of a person, and the caps that concern it.

    `own` is the campaign's own cap, which counts that campaign alone; it is among `caps` too.
    """

    sender: int
    tool: int
    channel: Channel
    category: str
    campaign: int
    priority: int
    name: str
    caps: tuple[Cap, ...]
    own: Cap | None

    @property
    def channels(self) -> frozenset[Channel]:
        """All channels that any of the caps counts."""
        return frozenset[Channel]().union(*(cap.channels for cap in self.caps))

    @property
    def window(self) -> timedelta:
        """The longest window of the caps."""
        return max(cap.window for cap in self.caps)

    @property
    def fewest(self) -> int:
        """The smallest number of slots that can use up any of the caps."""
        return min(cap.contacts for cap in self.caps)


def claim_of(bundle: Bundle, ask: Ask, tool: int, campaign: Campaign | None) -> Claim | None:
    """Say what an ask would take, or None if no cap could concern it.

    Args:
        bundle: the law in force, with the house's own caps.
        ask: sender, purpose, channel and product category.
        tool: number of the tool that asks.
        campaign: the one that it asks for.
    """
    own = _own(campaign)
    caps = tuple(cap for cap in (*bundle.caps, *((own,) if own else ())) if ask.channel in cap.channels)
    if not caps or EXEMPT in bundle.purposes.chain(ask.purpose):
        return None
    no, priority, name = (campaign.no, campaign.priority, campaign.name) if campaign else (0, NO_CAMPAIGN, "")
    return Claim(ask.sender.no, tool, ask.channel, ask.category, no, priority, name, caps, own)


def _own(campaign: Campaign | None) -> Cap | None:
    if campaign is None or campaign.cap is None:
        return None
    title = f"The campaign's own cap of {campaign.cap.contacts}"
    name = f"{_OWN}{campaign.name}"
    return Cap(name, title, "", campaign.cap.contacts, campaign.cap.window, campaign.channels, Across.HOUSE, False)


def used(claim: Claim, slots: Iterable[Slot], at: datetime) -> tuple[UsedCap, ...]:
    """Name the caps that are used up for a claim, each with the end of its wait, rounded up to ten minutes.

    Args:
        claim: who would take a slot.
        slots: of the person; more than count do no harm.
        at: now.
    """
    slots = tuple(slots)
    found = (_used(claim, cap, _counted(claim, cap, slots, at)) for cap in claim.caps)
    return tuple(each for each in found if each is not None)


def _used(claim: Claim, cap: Cap, counted: Sequence[Slot]) -> UsedCap | None:
    firm = [slot for slot in counted if not _yields(slot, claim)]
    if len(firm) < cap.contacts:
        return None
    ends = sorted(slot.until or slot.at + cap.window for slot in firm)
    return UsedCap(_named(claim, cap, firm), _rounded_up(ends[len(firm) - cap.contacts]))


def _named(claim: Claim, cap: Cap, firm: Sequence[Slot]) -> str:
    """Name the cap, or the campaign that goes before if only its reservations stand in the way.

    A cap of a law keeps its name: whether its rule speaks of this person at all is for the law to say.
    """
    before = [slot for slot in firm if slot.until is not None and slot.priority < claim.priority]
    if cap.cite or len(firm) - len(before) >= cap.contacts:
        return cap.id
    return RESERVED + min(before, key=lambda slot: (slot.priority, slot.name)).name


def displaced(claim: Claim, slots: Iterable[Slot], at: datetime) -> tuple[Slot, ...]:
    """Give the reservations that a claim takes over, because slots are short without them; usually none.

    Those of the lowest priority go first, among them those that would end last.
    """
    slots = tuple(slots)
    taken: dict[Slot, None] = {}
    for cap in claim.caps:
        counted = _counted(claim, cap, slots, at)
        yielding = sorted((slot for slot in counted if _yields(slot, claim)), key=_last_first)
        short = len(counted) + 1 - cap.contacts
        if 0 < short <= len(yielding):
            taken |= dict.fromkeys(yielding[:short])
    return tuple(taken)


def _last_first(slot: Slot) -> tuple[int, float]:
    return -slot.priority, -(slot.until or slot.at).timestamp()


def _yields(slot: Slot, claim: Claim) -> bool:
    """A reservation that nobody has sent yet gives way to a campaign that goes before its own."""
    return slot.until is not None and slot.priority > claim.priority


def _counted(claim: Claim, cap: Cap, slots: Iterable[Slot], at: datetime) -> list[Slot]:
    return [slot for slot in slots if _concerns(claim, cap, slot) and _stands(cap, slot, at)]


def _concerns(claim: Claim, cap: Cap, slot: Slot) -> bool:
    """Tell whether a cap counts this slot together with the claim; an unsaid category may be the same one."""
    return (
        slot.channel in cap.channels
        and (cap.across is Across.HOUSE or slot.sender == claim.sender)
        and (cap is not claim.own or slot.campaign == claim.campaign)
        and (not cap.same_category or claim.category in ("", slot.category) or not slot.category)
        and not holds(claim, slot)
    )


def holds(claim: Claim, slot: Slot) -> bool:
    """Tell whether a slot is the claim's own reservation: it is what would be taken."""
    return slot.until is not None and (slot.tool, slot.channel, slot.campaign) == (
        claim.tool,
        claim.channel,
        claim.campaign,
    )


def _stands(cap: Cap, slot: Slot, at: datetime) -> bool:
    return slot.until > at if slot.until is not None else slot.at > at - cap.window


def _rounded_up(moment: datetime) -> datetime:
    """Round up to the next ten minutes (UTC), so that people whose waits end about together share a cell."""
    start = datetime(1970, 1, 1, tzinfo=UTC)
    return start - (start - moment) // _COARSE * _COARSE
