"""Whose data nothing justifies keeping: no way to find or reach them, no lawful source, no use for too long. Pure.

How long is too long is law: `policies/retention.yaml`. Of the rules that hold where the person lives the shortest
decides; who lives nowhere that is known is under all of them. Must never name anybody under a restriction, deceased,
with something under way, or with a consent that stands.
"""

from dataclasses import dataclass
from datetime import UTC, datetime
from functools import lru_cache
from typing import Final

from gateway.domain.bands import first_within
from gateway.domain.lawfulness import speaks_here
from policies.packs import Bundle, RetentionRule
from policies.terms import Unjustified

ENDLESS: Final = datetime(9999, 1, 1, tzinfo=UTC)
"""When a source ends that has no end."""

_ORDER: Final = {reason: at for at, reason in enumerate(Unjustified)}
_NEVER: Final = datetime.min.replace(tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Hold:
    """What of a person justifies keeping.

    Attributes:
        no: the person's number.
        jurisdiction: where the person lives, ISO 3166-1 alpha-2 or "".
        identifiers: how many identifiers lead to the person.
        sourced_until: when the last of the sources that assert the person ends or ended (UTC), `ENDLESS` if it does
            not; None if all were revoked.
        consented: whether a consent stands: no later word stops it, and its source was not revoked.
        under_way: whether something is owed or runs: a restriction, a request, a letter, a notice, a reservation.
        came_at: when the house got the data (UTC).
        used_at: when the person last dealt, consented or answered (UTC), None for never.
    """

    no: int
    jurisdiction: str
    identifiers: int
    sourced_until: datetime | None
    consented: bool
    under_way: bool
    came_at: datetime
    used_at: datetime | None


@dataclass(frozen=True, slots=True)
class Clock:
    """A rule that holds where somebody lives, and the moment (UTC) before which a thing is too old by it."""

    rule: RetentionRule
    since: datetime


def as_of(at: datetime) -> datetime:
    """Give the beginning of the day (UTC): a plan shown today holds today, whatever the hour."""
    return datetime.combine(at.astimezone(UTC).date(), datetime.min.time(), UTC)


def holding(bundle: Bundle, jurisdiction: str) -> tuple[RetentionRule, ...]:
    """Give the rules that hold where somebody lives, in the order of the file.

    Args:
        bundle: the law in force.
        jurisdiction: a country or the code of a pack; for one that is not known all rules hold.
    """
    here = speaks_here(bundle, jurisdiction)
    unknown = jurisdiction not in bundle.speaks_for
    return tuple(rule for rule in bundle.retention if unknown or not rule.where or rule.where & here)


@lru_cache(maxsize=1024)
def clocks(bundle: Bundle, jurisdiction: str, day: datetime) -> tuple[Clock, ...]:
    """Give the clocks of a jurisdiction on a day (`as_of`): by reason, the shortest first; of equal ones the local."""
    here = speaks_here(bundle, jurisdiction)
    found = [Clock(rule, _since(rule, day)) for rule in holding(bundle, jurisdiction)]
    return tuple(
        sorted(found, key=lambda one: (_ORDER[one.rule.reason], -one.since.timestamp(), not one.rule.where & here))
    )


def named_by(bundle: Bundle, hold: Hold, day: datetime) -> tuple[RetentionRule, ...]:
    """Give the rules by which a person's data is not to be kept on a day (`as_of`), the deciding one first."""
    found = clocks(bundle, hold.jurisdiction, day)
    if hold.under_way or hold.consented or _in_use(hold, found):
        return ()
    return tuple(one.rule for one in found if _names(one, hold))


def unjustified(bundle: Bundle, hold: Hold, day: datetime) -> RetentionRule | None:
    """Give the rule by which a person's data is not to be kept on a day (`as_of`), None if it is kept."""
    return next(iter(named_by(bundle, hold, day)), None)


def _since(rule: RetentionRule, day: datetime) -> datetime:
    return datetime.combine(first_within(rule.after, day.date()), datetime.min.time(), UTC)


def _in_use(hold: Hold, found: tuple[Clock, ...]) -> bool:
    newest = max((one.since for one in found if one.rule.reason is Unjustified.UNUSED), default=_NEVER)
    return hold.used_at is not None and hold.used_at >= newest


def _names(clock: Clock, hold: Hold) -> bool:
    if clock.rule.reason is Unjustified.NO_IDENTIFIER:
        return not hold.identifiers
    if clock.rule.reason is Unjustified.SOURCES_GONE:
        return hold.sourced_until is None or hold.sourced_until < clock.since
    return hold.came_at < clock.since
