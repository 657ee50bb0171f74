"""Reads days and moments as lists write them.

Day and month are never guessed: where `03/04/2025` could be either, the list has to say its order. Calendars
other than the Gregorian are refused by name unless the conversion is plain arithmetic (the Minguo year is).
Must never shift a day: a date that is read is the date that was written.
"""

import re
from datetime import UTC, date, datetime, tzinfo
from typing import Literal

from gateway.lists.errors import BadValue
from gateway.lists.letters import fold

Order = Literal["ymd", "dmy", "mdy"]

_MINGUO_OFFSET = 1911
_JALALI_YEARS = range(1290, 1450)  # Gregorian 1911 to 2071; nobody on a list was born in those Gregorian years
_GREGORIAN_YEARS = range(1850, 2200)
_COMPACT = re.compile(r"(\d{4})(\d{2})(\d{2})")
_YEAR_FIRST = re.compile(r"(\d{4})\s*[-/.年년]\s*(\d{1,2})\s*[-/.月월]\s*(\d{1,2})\s*[.日일]?")
_YEAR_LAST = re.compile(r"(\d{1,2})\s*([-/.])\s*(\d{1,2})\s*\2\s*(\d{4})")
_MINGUO = re.compile(r"(?:民國|民国)\s*(\d{1,3})\s*[-/.年]\s*(\d{1,2})\s*[-/.月]\s*(\d{1,2})\s*日?")
_CLOCK = re.compile(
    r"(?P<day>.+?)[T\s]+(?P<hour>\d{1,2}):(?P<minute>\d{2})(?::(?P<second>\d{2})(?:\.\d{1,9})?)?"
    r"\s*(?P<zone>Z|[+-]\d{2}:?\d{2})?",
    re.IGNORECASE,
)


def day(value: str, order: Order | None = None) -> date:
    """Read one date.

    Args:
        value: a cell such as `2025-03-14`, `2025. 3. 14.`, `2025年3月14日`, `14.03.2025`, `۲۰۲۵/۰۳/۱۴`,
            `民國114年3月14日`.
        order: which of day and month comes first where the year comes last; None if the list did not say.

    Returns:
        The Gregorian date as written.

    Raises:
        BadValue: `date_empty`, `date_shape`, `date_ambiguous`, `date_jalali`, `date_impossible`.
    """
    text = fold(value).strip()
    if not text:
        raise BadValue("date_empty", "The date is empty.")
    if found := _COMPACT.fullmatch(text) or _YEAR_FIRST.fullmatch(text):
        return _date(int(found[1]), int(found[2]), int(found[3]))
    if found := _MINGUO.fullmatch(text):
        return _date(int(found[1]) + _MINGUO_OFFSET, int(found[2]), int(found[3]))
    if found := _YEAR_LAST.fullmatch(text):
        return _year_last(int(found[1]), int(found[3]), int(found[4]), "dmy" if found[2] == "." else order)
    raise BadValue("date_shape", "Write dates as YYYY-MM-DD.")


def moment(value: str, zone: tzinfo, order: Order | None = None) -> datetime:
    """Read one moment.

    Args:
        value: a date, or a date and a time of day with or without an offset.
        zone: where a time without an offset was written; a date alone is its first moment there.
        order: as for `day`.

    Returns:
        The moment in UTC, to the second.

    Raises:
        BadValue: as for `day`, and `time_impossible`.
    """
    text = fold(value).strip()
    clock = _CLOCK.fullmatch(text)
    that_day = day(clock["day"] if clock else text, order)
    if clock is None:
        return datetime(that_day.year, that_day.month, that_day.day, tzinfo=zone).astimezone(UTC)
    try:
        hour, minute, second = (int(clock[part] or 0) for part in ("hour", "minute", "second"))
        local = datetime(that_day.year, that_day.month, that_day.day, hour, minute, second, tzinfo=zone)
        return (_with_offset(local, clock["zone"]) if clock["zone"] else local).astimezone(UTC)
    except (ValueError, OverflowError):
        raise BadValue("time_impossible", "The time of day or its offset does not exist.") from None


def birth_year(value: str) -> int:
    """Read a year of birth.

    Args:
        value: four digits in any of the four scripts.

    Returns:
        The Gregorian year.

    Raises:
        BadValue: `date_empty`, `date_shape`, `date_jalali`, `date_impossible`.
    """
    text = fold(value).strip().rstrip("년年")
    if not text:
        raise BadValue("date_empty", "The year is empty.")
    if not re.fullmatch(r"\d{4}", text):
        raise BadValue("date_shape", "Write the year of birth with four digits.")
    return _date(int(text), 1, 1).year


def _with_offset(local: datetime, zone: str) -> datetime:
    """Put the written offset in place of the assumed zone."""
    offset = "+00:00" if zone.upper() == "Z" else zone
    return local.replace(tzinfo=datetime.strptime(offset.replace(":", ""), "%z").tzinfo)


def _year_last(first: int, second: int, year: int, order: Order | None) -> date:
    """Decide between day-month and month-day, or refuse to."""
    if order == "mdy":
        return _date(year, first, second)
    if order == "dmy":
        return _date(year, second, first)
    months = 12
    if first > months:
        return _date(year, second, first)
    if second > months or first == second:
        return _date(year, first, second)
    raise BadValue("date_ambiguous", "Day and month cannot be told apart: say the order, or write YYYY-MM-DD.")


def _date(year: int, month: int, day_of_month: int) -> date:
    """Build a date, refusing other calendars by name."""
    if year in _JALALI_YEARS:
        raise BadValue(
            "date_jalali",
            "This looks like a Solar Hijri (Jalali) date: convert the column to Gregorian dates.",
        )
    if year not in _GREGORIAN_YEARS:
        raise BadValue("date_impossible", "The date lies outside 1850 to 2199.")
    try:
        return date(year, month, day_of_month)
    except ValueError:
        raise BadValue("date_impossible", "The calendar has no such day.") from None
