"""How old a thing is, said in the law's own periods, so that people who signed up on different days share a cell.

Must never use another clock than the moment it is given. A period in months or years counts from the day after the
event and ends with the last hour of the day of the same number, or of the month's last day where there is none
(Regulation (EEC, Euratom) 1182/71 Art. 3; BGB §§ 187-188; Civil Act (KR) Art. 157-160). So everything turns at local
midnight, and a band is exact to the microsecond.
"""

from bisect import bisect_right
from calendar import monthrange
from collections.abc import Sequence
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

from policies.packs import Bundle, Period

OLDEST = 120
"""Years; an older birth year is a slip of the pen, and the age is unknown."""

_one_day = timedelta(days=1)


def cutoffs(bundle: Bundle, jurisdiction: str, at: datetime) -> tuple[datetime, ...]:
    """Give the moments before which each period of the bundle has fully passed.

    Args:
        bundle: the law in force.
        jurisdiction: where the person lives, ISO 3166-1 alpha-2 or "".
        at: now, with its offset.

    Returns:
        One UTC moment a period, oldest first: the reverse of `bundle.periods`.
    """
    zone = first_zone(bundle, jurisdiction)
    return _cutoffs(bundle.periods, zone.key, at.astimezone(zone).date())


def band(cutoffs: Sequence[datetime], moment: datetime | None) -> int:
    """Count the periods that have fully passed since a moment; an unknown moment is older than all of them."""
    return len(cutoffs) - bisect_right(cutoffs, moment) if moment is not None else len(cutoffs)


def within(bundle: Bundle, period: Period, band: int) -> bool:
    """Say whether a thing of this band still lies within a period of the bundle."""
    return band <= bundle.periods.index(period)


def year_limits(bundle: Bundle, at: datetime) -> tuple[int, int]:
    """Give the earliest birth year that is believed, and the latest one to which no age limit of the law applies."""
    return at.year - OLDEST, at.year - _highest_age(bundle) - 2


@lru_cache(maxsize=8)
def _highest_age(bundle: Bundle) -> int:
    """Give the highest age that any law looks at; kept, because every batch asks and packs are many."""
    return max((rule.when.age_under or 0 for pack in bundle.packs.values() for rule in pack.rules), default=0)


def told_year(birth_year: int, limits: tuple[int, int]) -> int:
    """Give one year for everybody to whom no age limit applies, so that grown people of any age share a cell."""
    earliest, grown = limits
    return grown if earliest <= birth_year < grown else birth_year


def last_day(begun: date, period: Period) -> date:
    """Give the last day of a period that an event on one day begins; 29 February leads to 28 February."""
    month = begun.month - 1 + period.months
    year, month = begun.year + month // 12, month % 12 + 1
    day = min(begun.day, monthrange(year, month)[1])
    return date(year, month, day) + timedelta(days=period.days)


def has_passed(period: Period, begun: datetime, at: datetime, zone: ZoneInfo) -> bool:
    """Say whether a period that began at one moment is over at another, by the calendar of a zone."""
    return at.astimezone(zone).date() > last_day(begun.astimezone(zone).date(), period)


def first_zone(bundle: Bundle, jurisdiction: str) -> ZoneInfo:
    """Give the zone by whose calendar a jurisdiction counts days."""
    return ZoneInfo(bundle.pack(jurisdiction).time_zones[0])


@lru_cache(maxsize=256)
def local_day(bundle: Bundle, jurisdiction: str, at: datetime) -> date:
    """Give the day it is by a jurisdiction's own calendar; kept, because a page asks for one moment only."""
    return at.astimezone(first_zone(bundle, jurisdiction)).date()


@lru_cache(maxsize=512)
def _cutoffs(periods: tuple[Period, ...], zone: str, today: date) -> tuple[datetime, ...]:
    tz = ZoneInfo(zone)
    starts = [datetime.combine(first_within(period, today), time(), tz).astimezone(UTC) for period in periods]
    return tuple(reversed(starts))


def first_within(period: Period, today: date) -> date:
    """Find the earliest day from which the period is not over today; `last_day` never falls as days rise."""
    day = today - timedelta(days=round(period.months * 30.436875) + period.days)
    while last_day(day, period) >= today:
        day -= _one_day
    while last_day(day, period) < today:
        day += _one_day
    return day
