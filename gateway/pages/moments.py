"""Writes a moment as people write it: weekday, calendar, digits and zone of their language. Pure."""

from datetime import UTC, datetime, timedelta, tzinfo
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from gateway.domain.calendars import persian
from gateway.pages.languages import Words


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
