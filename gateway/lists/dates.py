"""Reads days and moments as lists write them.

Day and month are never guessed: where `03/04/2025` could be either, the list has to say its order. Nor is the
calendar: unless the list says it, or a cell does (民國), days of another calendar are refused by name. Where it is
said, Gregorian dates are still read where they can be nothing else, because real lists mix.
Must never shift a day: a date that is read is the date that was written.
"""

import re
from datetime import UTC, date, datetime, tzinfo
from typing import Final, Literal

from gateway.lists.calendars import PERSIAN_YEARS, UNSAID, Calendar, of_persian, year_of_persian, year_of_roc
from gateway.lists.errors import BadValue
from gateway.lists.letters import fold

Order = Literal["ymd", "dmy", "mdy"]

NO_SUCH_DAY: Final = "0000-00-00"
"""Read as `date_impossible` in every calendar."""
_GREGORIAN_YEARS = range(1850, 2200)
_COMPACT = re.compile(r"(\d{4})(\d{2})(\d{2})")
_YEAR_FIRST = re.compile(r"(\d{4})\s*[-/.年년]\s*(\d{1,2})\s*[-/.月월]\s*(\d{1,2})\s*[.日일]?")
_YEAR_LAST = re.compile(r"(\d{1,2})\s*([-/.])\s*(\d{1,2})\s*\2\s*(\d{4})")
_MINGUO = re.compile(r"(?:民國|民国)\s*(\d{1,3})\s*[-/.年]\s*(\d{1,2})\s*[-/.月]\s*(\d{1,2})\s*日?")
# Three digits, or two that can be no day of a month; or seven in a row, as forms of Taiwan have them.
_ROC = re.compile(r"(\d{3}|3[2-9]|[4-9]\d)\s*[-/.年]\s*(\d{1,2})\s*[-/.月]\s*(\d{1,2})\s*[.日]?")
_ROC_COMPACT = re.compile(r"(\d{3})(\d{2})(\d{2})")
_THREE_DIGITS = re.compile(r"\d{3}(?:\s*[-/.年].*)?")
_MINGUO_YEAR = re.compile(r"(民國|民国)?\s*(\d{2,3})")
_CLOCK = re.compile(
    r"(?P<day>.+?)[T\s]+(?P<hour>\d{1,2}):(?P<minute>\d{2})(?::(?P<second>\d{2})(?:\.\d{1,9})?)?"
    r"\s*(?P<zone>Z|[+-]\d{2}:?\d{2})?",
    re.IGNORECASE,
)


def day(value: str, order: Order | None = None, calendar: Calendar = "gregorian") -> date:
    """Read one date.

    Args:
        value: a cell such as `2025-03-14`, `2025. 3. 14.`, `2025年3月14日`, `14.03.2025`, `۲۰۲۵/۰۳/۱۴`,
            `民國114年3月14日`; `1402/05/12` where the calendar is `persian`; `113/05/02`, `1130502` where it is `roc`.
        order: which of day and month comes first where the year comes last; None if the list did not say.
        calendar: which one the list says it is written in.

    Returns:
        The Gregorian date as written.

    Raises:
        BadValue: `date_empty`, `date_shape`, `date_ambiguous`, `date_jalali`, `date_minguo`, `date_impossible`.
    """
    text = fold(value).strip()
    if not text:
        raise BadValue("date_empty", "The date is empty.")
    if found := _COMPACT.fullmatch(text) or _YEAR_FIRST.fullmatch(text):
        return _date(int(found[1]), int(found[2]), int(found[3]), calendar)
    if found := _MINGUO.fullmatch(text):
        return _date(year_of_roc(int(found[1])), int(found[2]), int(found[3]))
    if found := _YEAR_LAST.fullmatch(text):
        return _year_last(int(found[1]), int(found[3]), int(found[4]), "dmy" if found[2] == "." else order, calendar)
    if calendar == "roc" and (found := _ROC.fullmatch(text) or _ROC_COMPACT.fullmatch(text)):
        return _date(year_of_roc(int(found[1])), int(found[2]), int(found[3]))
    raise _shapeless(text, "Write dates as YYYY-MM-DD.")


def moment(value: str, zone: tzinfo, order: Order | None = None, calendar: Calendar = "gregorian") -> datetime:
    """Read one moment.

    Args:
        value: a date, or a date and a time of day with or without an offset.
        zone: where a time without an offset was written; a date alone is its first moment there.
        order: as for `day`.
        calendar: as for `day`.

    Returns:
        The moment in UTC, to the second.

    Raises:
        BadValue: as for `day`, and `time_impossible`.
    """
    text = fold(value).strip()
    clock = _CLOCK.fullmatch(text)
    that_day = day(clock["day"] if clock else text, order, calendar)
    if clock is None:
        return datetime(that_day.year, that_day.month, that_day.day, tzinfo=zone).astimezone(UTC)
    try:
        hour, minute, second = (int(clock[part] or 0) for part in ("hour", "minute", "second"))
        local = datetime(that_day.year, that_day.month, that_day.day, hour, minute, second, tzinfo=zone)
        return (_with_offset(local, clock["zone"]) if clock["zone"] else local).astimezone(UTC)
    except (ValueError, OverflowError):
        raise BadValue("time_impossible", "The time of day or its offset does not exist.") from None


def birth_year(value: str, calendar: Calendar = "gregorian") -> int:
    """Read a year of birth.

    Args:
        value: four digits in any of the four scripts; three or two where the calendar is `roc` or 民國 stands before.
        calendar: as for `day`.

    Returns:
        The Gregorian year; of a Persian one that in which it ends: nobody is taken for older than they are.

    Raises:
        BadValue: `date_empty`, `date_shape`, `date_jalali`, `date_minguo`, `date_impossible`.
    """
    text = fold(value).strip().rstrip("년年")
    if not text:
        raise BadValue("date_empty", "The year is empty.")
    if not re.fullmatch(r"\d{4}", text):
        if (found := _MINGUO_YEAR.fullmatch(text)) and (found[1] or calendar == "roc"):
            return _date(year_of_roc(int(found[2])), 1, 1).year
        raise _shapeless(text, "Write the year of birth with four digits.")
    if calendar == "persian" and int(text) in PERSIAN_YEARS:
        return year_of_persian(int(text))
    return _date(int(text), 1, 1).year


def gregorian(value: str, order: Order | None, calendar: Calendar) -> str:
    """Write a cell of another calendar anew: its day in the Gregorian one, its time of day as it stands.

    Args:
        value: a date or a moment.
        order: as for `day`.
        calendar: as for `day`.

    Returns:
        The cell; as it is where its day is Gregorian already, or cannot be read; `NO_SUCH_DAY` where the calendar has
        no such day, for it may be one in another.
    """
    text = fold(value).strip()
    clock = _CLOCK.fullmatch(text)
    written = clock["day"] if clock else text
    said = _day_or_code(written, order, calendar)
    if said == _day_or_code(written, order, "gregorian"):
        return value
    if isinstance(said, str):
        return NO_SUCH_DAY if said == "date_impossible" else value
    return said.isoformat() + (text[clock.end("day") :] if clock else "")


def gregorian_year(value: str, calendar: Calendar) -> str:
    """Write a year of birth of another calendar anew; see `birth_year` and `gregorian`."""
    try:
        return str(birth_year(value, calendar))
    except BadValue:
        return value


def _with_offset(local: datetime, zone: str) -> datetime:
    """Put the written offset in place of the assumed zone."""
    offset = "+00:00" if zone.upper() == "Z" else zone
    return local.replace(tzinfo=datetime.strptime(offset.replace(":", ""), "%z").tzinfo)


def _day_or_code(written: str, order: Order | None, calendar: Calendar) -> date | str:
    """Read one date, or say by its code why it cannot be read."""
    try:
        return day(written, order, calendar)
    except BadValue as bad:
        return bad.code


def _year_last(first: int, second: int, year: int, order: Order | None, calendar: Calendar) -> date:
    """Decide between day-month and month-day, or refuse to."""
    if order == "mdy":
        return _date(year, first, second, calendar)
    if order == "dmy":
        return _date(year, second, first, calendar)
    months = 12
    if first > months:
        return _date(year, second, first, calendar)
    if second > months or first == second:
        return _date(year, first, second, calendar)
    raise BadValue("date_ambiguous", "Day and month cannot be told apart: say the order, or write YYYY-MM-DD.")


def _date(year: int, month: int, day_of_month: int, calendar: Calendar = "gregorian") -> date:
    """Build a date, refusing other calendars by name unless the list says that it is written in one."""
    try:
        if year in PERSIAN_YEARS:
            if calendar != "persian":
                raise _unsaid("date_jalali")
            return of_persian(year, month, day_of_month)
        if year not in _GREGORIAN_YEARS:
            raise BadValue("date_impossible", "The date lies outside 1850 to 2199.")
        return date(year, month, day_of_month)
    except ValueError:
        raise BadValue("date_impossible", "The calendar has no such day.") from None


def _shapeless(text: str, message: str) -> BadValue:
    """Refuse what has the shape of no date, by name where it may be one in Minguo years."""
    return _unsaid("date_minguo") if _THREE_DIGITS.fullmatch(text) else BadValue("date_shape", message)


def _unsaid(code: str) -> BadValue:
    """Refuse a date whose calendar nobody said."""
    calendar = UNSAID[code]
    name = "Solar Hijri (Jalali)" if calendar == "persian" else "Minguo"
    return BadValue(
        code,
        f"This may be a {name} date. If the list is written so, say it: --calendar {calendar}, the field"
        f" `calendar` of the form, or the source's default calendar={calendar}. Else write Gregorian dates.",
    )
