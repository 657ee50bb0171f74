"""Gives a number in a sheet as the sheet shows it: days and times in ISO 8601, leading zeros where its format has them.

A workbook keeps fifteen digits. A longer number has lost the rest, and is given in the scientific form in which every
reader refuses it: an identifier with other digits at its end is somebody else's. Must never round.
"""

import re
from collections.abc import Sequence
from datetime import datetime, time
from decimal import Decimal, InvalidOperation
from typing import Final

_DATES: Final = frozenset({*range(14, 23), *range(27, 37), 45, 47, *range(50, 59)})  # numbers of built-in formats
_ELAPSED: Final = 46
_ZEROS: Final = re.compile("0{2,20}")
_KEPT: Final = 10**15
_LONGEST: Final = 40  # letters of a number


class Shown:
    """The formats of one workbook's numbers."""

    def __init__(self, formats: Sequence[int], codes: dict[int, str], *, mac: bool) -> None:
        """Sort the styles out.

        Args:
            formats: of each cell style, the number of its format.
            codes: the formats that the workbook defines itself.
            mac: whether days are counted from 1904.
        """
        self._dates = [_is_date(number, codes) for number in formats]
        self._zeros = [_zeros(codes.get(number, "")) for number in formats]
        self._mac = mac

    def text(self, number: str, style: int) -> str:
        """Give a number as text.

        Args:
            number: as the sheet keeps it.
            style: of its cell.

        Returns:
            The text; a number that is none as it stands.
        """
        number = number.strip()
        if style < len(self._dates) and self._dates[style]:
            return self._moment(number)
        plain = _plain(number)
        return plain.zfill(self._zeros[style]) if style < len(self._zeros) and plain.isdigit() else plain

    def _moment(self, number: str) -> str:
        """Give a day, a time of day, or both."""
        from openpyxl.utils.datetime import CALENDAR_MAC_1904, WINDOWS_EPOCH, from_excel

        try:
            days = float(number)
            moment = from_excel(days, CALENDAR_MAC_1904 if self._mac else WINDOWS_EPOCH)
        except (ValueError, OverflowError, TypeError):
            return number
        if days < 0:  # before the calendar begins; a sheet shows crosses
            return number
        if isinstance(moment, datetime):
            moment = moment.replace(microsecond=0)
            return moment.date().isoformat() if moment.time() == time() else moment.isoformat()
        return str(moment.replace(microsecond=0).isoformat())


def _plain(number: str) -> str:
    """Give a number without a useless fraction or exponent."""
    if number.isascii() and number.isdigit() and len(number) < len(str(_KEPT)):
        return number
    try:
        exact = Decimal(number) if len(number) <= _LONGEST else None
    except InvalidOperation:
        exact = None
    if exact is None or not exact.is_finite():
        return number
    if abs(exact) >= _KEPT:
        return f"{exact:.14E}"
    if exact == exact.to_integral_value():
        return str(int(exact))
    return repr(float(exact))  # the shortest digits that are the same number: those that were typed


def _is_date(number: int, codes: dict[int, str]) -> bool:
    from openpyxl.styles.numbers import is_date_format, is_timedelta_format

    code = codes.get(number)
    if code is None:
        return number in _DATES and number != _ELAPSED
    return bool(is_date_format(code)) and not is_timedelta_format(code)


def _zeros(code: str) -> int:
    """Give how many digits a format fills up with zeros: `00000` is how postal codes are kept."""
    return len(code) if _ZEROS.fullmatch(code) else 0
