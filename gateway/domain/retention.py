"""Whose data nothing justifies keeping: no way to find or reach them, no lawful source, no use for years. Pure.

Must never name anybody under a restriction, deceased, with something under way, or with a consent that stands.
"""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import Final

YEARS: Final = 3
"""36 months from collection by the house, or from the last contact that came from the person: CNIL, référentiel
relatif aux traitements mis en œuvre aux fins de gestion des activités commerciales (2022); GDPR Art. 5(1)(e)."""

EXPIRED_FOR_GOOD: Final = timedelta(days=180)
"""A source that nobody renewed for half a year after its expiry is not coming back. The house's own figure."""

_LEAP_DAY: Final = (2, 29)


class Unjustified(StrEnum):
    """Why a person's data is deleted, the first that holds."""

    NO_IDENTIFIER = "no_identifier"
    SOURCES_GONE = "sources_gone"
    UNUSED = "unused"


CITES: Final = {
    Unjustified.NO_IDENTIFIER: "GDPR Art. 5(1)(c), 5(1)(e), 11(1)",
    Unjustified.SOURCES_GONE: "GDPR Art. 5(1)(a), 5(1)(e), 17(1)(b), 17(1)(d)",
    Unjustified.UNUSED: "GDPR Art. 5(1)(e); CNIL, gestion commerciale: 3 years from the last contact",
}


@dataclass(frozen=True, slots=True)
class Hold:
    """What of a person justifies keeping.

    Attributes:
        no: the person's number.
        identifiers: how many identifiers lead to the person.
        sourced: whether one of the sources that assert the person may still come to use.
        consented: whether a consent stands: no later word stops it, and its source was not revoked.
        under_way: whether something is owed or runs: a restriction, a request, a letter, a notice, a reservation.
        came_at: when the house got the data (UTC).
        used_at: when the person last dealt, consented or answered (UTC), None for never.
    """

    no: int
    identifiers: int
    sourced: bool
    consented: bool
    under_way: bool
    came_at: datetime
    used_at: datetime | None


def as_of(at: datetime) -> datetime:
    """Give the beginning of the day (UTC): a plan shown today holds today, whatever the hour."""
    return datetime.combine(at.astimezone(UTC).date(), datetime.min.time(), UTC)


def kept_since(day: datetime) -> datetime:
    """Give the moment before which what was not used is kept too long; 29 February leads to 28 February."""
    last = 28 if (day.month, day.day) == _LEAP_DAY else day.day
    return day.replace(year=day.year - YEARS, day=last)


def unjustified(hold: Hold, day: datetime) -> Unjustified | None:
    """Say why a person's data is not to be kept on a day (`as_of`), None if it is."""
    since = kept_since(day)
    used = hold.used_at is not None and hold.used_at >= since
    if hold.under_way or hold.consented or used:
        return None
    if not hold.identifiers:
        return Unjustified.NO_IDENTIFIER
    if not hold.sourced:
        return Unjustified.SOURCES_GONE
    return Unjustified.UNUSED if hold.came_at < since else None
