"""How long a consent lasts under the law where its person lives, and what must be told of it. Pure.

Must never tell of more time than the decision gives: a rule that may hold counts, and the shortest clock wins. Days
turn by the calendar of the person's own pack, as `gateway.domain.bands` has it.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

from gateway.domain.bands import first_zone, last_day, local_day
from policies.packs import Bundle, Lapse, Rule
from policies.terms import Act, AudienceKind, Capacity, Channel, Duty, Outcome

_EVERY = "*"


@dataclass(frozen=True, slots=True)
class Given:
    """A consent that stands. `claimed` if a source tells of it; `since` is UTC; `dealings` are (kind, UTC moment)."""

    purpose: str
    channel: Channel
    since: datetime
    claimed: bool
    dealings: tuple[tuple[str, datetime], ...] = ()


@dataclass(frozen=True, slots=True)
class Falling:
    """A consent's last day under the rule that ends it first; after that day it holds or is none (`after`)."""

    rule: Rule
    last: date
    after: Outcome
    renewed_by: tuple[str, ...]


def falling(bundle: Bundle, jurisdiction: str, kind: AudienceKind, given: Given, at: datetime) -> Falling | None:
    """Say when a consent lapses where its person lives, by the law of today; None if it never does.

    Args:
        bundle: the law in force.
        jurisdiction: where the person lives, ISO 3166-1 alpha-2 or "".
        kind: in which capacity; unknown is any.
        given: the consent.
        at: now.
    """
    zone = first_zone(bundle, jurisdiction)
    found = [
        Falling(rule, _last(lapse, given, zone), lapse.outcome, tuple(sorted(lapse.renewed_by)))
        for rule in _rules(
            bundle, jurisdiction, kind, given.purpose, given.channel, local_day(bundle, jurisdiction, at)
        )
        if (lapse := rule.lapse) is not None and (given.claimed or not lapse.claimed)
    ]
    return min(found, key=lambda one: (one.last, one.rule.id), default=None)


def lapsing_jurisdictions(bundle: Bundle, jurisdiction: str) -> tuple[str, ...] | None:
    """Give the countries for which a pack speaks, to narrow a list to it.

    Args:
        bundle: the law in force.
        jurisdiction: a pack's code or a country; "" for all.

    Returns:
        Country codes, or None for all of them.
    """
    if not jurisdiction:
        return None
    spoken = {country for country, pack in bundle.speaks_for.items() if pack == jurisdiction}
    return tuple(sorted(spoken | {jurisdiction}))


@dataclass(frozen=True, slots=True)
class Owed:
    """A notice of the result that a law asks for: the rule, and the end of its last day (aware)."""

    rule: Rule
    due_at: datetime


def result_owed(bundle: Bundle, jurisdiction: str, purpose: str, channel: str, said_at: datetime) -> Owed | None:
    """Say whether what a person said must be confirmed to them, and by when.

    Args:
        bundle: the law in force.
        jurisdiction: where the person lives.
        purpose: what it was about; a stop reaches all below it.
        channel: a channel, or "*" for all.
        said_at: when it was said.
    """
    zone = first_zone(bundle, jurisdiction)
    day = said_at.astimezone(zone).date()
    owed = [
        (days, rule)
        for rule in bundle.pack(jurisdiction).rules
        if (days := rule.oblige.get(Duty.RESULT_NOTICE_DAYS.value)) and rule.holds_on(day)
        and _about(bundle, rule, purpose, channel)
    ]  # fmt: skip
    if not owed:
        return None
    days, rule = min(owed, key=lambda pair: (pair[0], pair[1].id))
    return Owed(rule, datetime.combine(day + timedelta(days=days + 1), time(), zone))


def notifying(bundle: Bundle) -> tuple[str, ...]:
    """Give the countries whose law asks for a notice of the result."""
    packs = {
        code
        for code, pack in bundle.packs.items()
        if any(Duty.RESULT_NOTICE_DAYS.value in rule.oblige and not rule.pending for rule in pack.rules)
    }
    spoken = {country for country, pack in bundle.speaks_for.items() if pack in packs}
    return tuple(sorted(spoken | packs))


def _last(lapse: Lapse, given: Given, zone: ZoneInfo) -> date:
    """Give the last day: every dealing that renews moves it, if it came while the consent was alive."""
    begun = given.since.astimezone(zone).date()
    last = last_day(begun, lapse.after)
    for kind, at in sorted(given.dealings, key=lambda pair: pair[1]):
        day = at.astimezone(zone).date()
        if kind in lapse.renewed_by and begun <= day <= last:
            begun, last = day, last_day(day, lapse.after)
    return last


@lru_cache(maxsize=4096)
def _rules(
    bundle: Bundle, jurisdiction: str, kind: AudienceKind, purpose: str, channel: Channel, day: date
) -> Sequence[Rule]:
    """Give the rules with a clock that may hold for a consent of somebody who lives there."""
    chain = frozenset(bundle.purposes.chain(purpose)) or frozenset((purpose,))
    return tuple(
        rule
        for rule in bundle.pack(jurisdiction).rules
        if rule.lapse is not None
        and rule.holds_on(day)
        and _of_recipient(rule.when.capacities)
        and (not rule.when.acts or Act.CONTACT in rule.when.acts)
        and (not rule.when.purposes or bool(rule.when.purposes & chain))
        and (not rule.when.channels or channel in rule.when.channels)
        and (not rule.when.kinds or kind is AudienceKind.UNKNOWN or kind in rule.when.kinds)
        and (not rule.when.countries or jurisdiction in rule.when.countries)
    )


def _of_recipient(capacities: Iterable[Capacity]) -> bool:
    asked = frozenset(capacities)
    return not asked or Capacity.RECIPIENT in asked


def _about(bundle: Bundle, rule: Rule, purpose: str, channel: str) -> bool:
    """Tell whether a rule speaks of what was said; a stop that reaches further down or wider does, too."""
    when = rule.when
    touched = frozenset(bundle.purposes.chain(purpose)) | bundle.purposes.below(purpose)
    return (
        _of_recipient(when.capacities)
        and (not when.purposes or bool(when.purposes & touched))
        and (not when.channels or channel == _EVERY or channel in when.channels)
    )
