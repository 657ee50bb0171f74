"""Days in the calendars that people use. Pure."""

from datetime import date
from typing import Final

_PERSIAN_EPOCH: Final = date(1600, 3, 20)
"""1 Farvardin 979."""
_CYCLE: Final = 12_053
"""Days of 33 Persian years, 8 of them leap years."""
_FOUR_YEARS: Final = 1_461
_LONG_HALF: Final = 186
"""Days of the first six months, 31 each; the others have 30."""


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
