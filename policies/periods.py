"""ISO 8601 durations and clock times, as policy files write them.

Must never do calendar arithmetic: that needs a time zone and stands in the gateway's domain.
"""

import re
from itertools import pairwise

from policies.packs import Period

_period = re.compile(r"P(?:([0-9]{1,3})Y)?(?:([0-9]{1,3})M)?(?:([0-9]{1,3})W)?(?:([0-9]{1,4})D)?")
_clock = re.compile(r"([0-9]{2}):([0-9]{2})")
_minutes_a_day = 24 * 60


def period(text: str, *, less_days: int = 0) -> Period:
    """Read `P2Y`, `P6M`, `P31D`; `less_days` takes days off, for what is due the day before.

    Raises:
        ValueError: it is not a duration of days or longer, or it is empty.
    """
    found = _period.fullmatch(text)
    if not found or not any(found.groups()):
        raise ValueError(f"“{text}” is no period. Write years, months or days, as in P2Y, P6M or P31D.")
    years, months, weeks, days = (int(part or 0) for part in found.groups())
    name = text if not less_days else f"{text} less {less_days} day"
    return Period(12 * years + months, 7 * weeks + days - less_days, name)


def clock(text: str) -> int:
    """Read `21:00` as minutes since midnight; `24:00` is the end of the day.

    Raises:
        ValueError: there is no such hour.
    """
    found = _clock.fullmatch(text)
    minutes = int(found[1]) * 60 + int(found[2]) if found else -1
    if not found or int(found[2]) > 59 or not 0 <= minutes <= _minutes_a_day:  # noqa: PLR2004  minutes of an hour
        raise ValueError(f"“{text}” is no time of day. Write hours and minutes, as in “21:00”, in quotes.")
    return minutes


def in_order(periods: frozenset[Period]) -> tuple[Period, ...]:
    """Put periods in order, shortest first.

    Raises:
        ValueError: which of two is longer would depend on the calendar (P1M and P31D).
    """
    ranked = sorted(periods, key=lambda each: (each.longest(), each.text))
    for shorter, longer in pairwise(ranked):
        if shorter.months != longer.months and shorter.longest() >= longer.shortest():
            raise ValueError(f"{shorter.text} and {longer.text} change places with the calendar. Write both in months.")
    return tuple(ranked)
