"""Days of the Persian (Solar Hijri) and Minguo calendars, as Gregorian days.

Which calendar a list is written in is said by its sender, by the names that CLDR gives calendars. Must never be
guessed: 1402 may be a Persian year or a lunar one. What the Persian calendar is, `persiantools` says:
docs/decisions/0024.
"""

from datetime import date
from typing import Final, Literal, TypeAlias, get_args

from gateway.lists.errors import ListRefused

Calendar: TypeAlias = Literal["gregorian", "persian", "roc"]
"""CLDR's names; `persian` is Solar Hijri, `roc` counts years from the founding of the Republic of China (Minguo)."""
CALENDARS: Final[tuple[Calendar, ...]] = get_args(Calendar)
PERSIAN_YEARS: Final = range(1290, 1450)
"""Gregorian 1911 to 2071; nobody on a list was born in those Gregorian years."""
UNSAID: Final[dict[str, Calendar]] = {"date_jalali": "persian", "date_minguo": "roc"}
"""The code of a date whose calendar nobody said, and which one it may be."""
_ROC_OFFSET: Final = 1911


def calendar_of(word: str) -> Calendar:
    """Read the name of a calendar; "" is the Gregorian one.

    Raises:
        ListRefused: `calendar_unknown`.
    """
    for calendar in CALENDARS:
        if calendar == (word or "gregorian"):
            return calendar
    raise ListRefused("calendar_unknown", "Calendars are gregorian, persian (Solar Hijri) and roc (Minguo).")


def of_persian(year: int, month: int, day: int) -> date:
    """Give the Gregorian day of a Persian one.

    Raises:
        ValueError: the Persian calendar has no such day.
    """
    from persiantools.jdatetime import JalaliDate

    found: date = JalaliDate(year, month, day).to_gregorian()
    return found


def year_of_persian(year: int) -> int:
    """Give the Gregorian year in which a Persian one ends: nobody born in it is taken for older than they are."""
    return of_persian(year, 12, 1).year


def year_of_roc(year: int) -> int:
    """Give the Gregorian year that is a Minguo one, 0 for none: years count from 1, months and days are the same."""
    return year + _ROC_OFFSET if year else 0
