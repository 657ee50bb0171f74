"""Writes a moment as people write it: weekday, calendar, digits and zone of their language. Pure."""

from datetime import UTC, date, datetime, timedelta, tzinfo
from typing import Final
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from gateway.pages.languages import Words

_PERSIAN_EPOCH: Final = date(1600, 3, 20)
"""1 Farvardin 979."""
_CYCLE: Final = 12_053
"""Days of 33 Persian years, 8 of them leap years."""
_FOUR_YEARS: Final = 1_461
_LONG_HALF: Final = 186
"""Days of the first six months, 31 each; the others have 30."""


def written(at: datetime, zone: str, words: Words) -> str:
    """Write a moment.

    Args:
        at: aware.
        zone: IANA name; unknown or "" is UTC.
        words: of the language.

    Returns:
        Such as `Friday, 20 November 2026 at 19:00 (UTC+9)`.
    """
    local = at.astimezone(_zone(zone))
    year, month, day = persian(local.date()) if words["calendar"] == "persian" else local.timetuple()[:3]
    text = str(words["date"]).format(
        weekday=words["weekdays"][local.weekday()],
        day=day,
        month=words["months"][month - 1],
        year=year,
        time=f"{local:%H:%M}",
        zone=_offset(local),
    )
    return text.translate({ord("0") + digit: sign for digit, sign in enumerate(words["digits"])})


def persian(day: date) -> tuple[int, int, int]:
    """Give year, month and day of the Persian (Solar Hijri) calendar.

    By the 33-year cycle, which agrees with the calendar in force in Iran for Gregorian 1925 to 2088.
    """
    cycles, days = divmod((day - _PERSIAN_EPOCH).days, _CYCLE)
    fours, days = divmod(days, _FOUR_YEARS)
    year = 979 + 33 * cycles + 4 * fours
    if days >= 366:  # noqa: PLR2004  the first year of each four is the long one
        extra, days = divmod(days - 1, 365)
        year += extra
    if days < _LONG_HALF:
        return year, 1 + days // 31, 1 + days % 31
    days -= _LONG_HALF
    return year, 7 + days // 30, 1 + days % 30


def _zone(name: str) -> tzinfo:
    try:
        return ZoneInfo(name) if name else UTC
    except (ZoneInfoNotFoundError, ValueError):
        return UTC


def _offset(local: datetime) -> str:
    minutes = (local.utcoffset() or timedelta()) // timedelta(minutes=1)
    if not minutes:
        return "UTC"
    hours, rest = divmod(abs(minutes), 60)
    return f"UTC{'+' if minutes > 0 else '−'}{hours}{f':{rest:02}' if rest else ''}"
