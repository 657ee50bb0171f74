"""Reads single cells for leak tells: moments, and the numbers inside addresses. Pure, and quick on cells of any length.

Must never raise for a cell: what it cannot read tells nothing.
"""

import re
from datetime import UTC, datetime, timedelta
from typing import Final

_LONGEST_MOMENT: Final = 64
_LONGEST_ADDRESS: Final = 320
_BLOCK: Final = 4  # last digits of a phone number: a block of ten thousand
_FEWEST_DIGITS: Final = 7

_MOMENT: Final = re.compile(
    r"\s*(\d{4})\D{1,2}(\d{1,2})\D{1,2}(\d{1,2})(?!\d)"
    r"(?:\D{1,3}(\d{1,2}):(\d{2})(?::(\d{2}))?(?:\.\d+)?\s*(?:([+-]\d{2}):?(\d{2})|Z)?)?"
)
_NUMBERED: Final = re.compile(r"([^@]*?)(\d{1,9})([^\d@]*)@(.+)")
_NO_DIGIT: Final = re.compile(r"\D+")
_NOBODY: Final = re.compile(r"(.+\.)?(example(\.(com|net|org))?|test|invalid|localhost)")
"""Domains where nobody lives (RFC 2606): samples, not people."""


def moment(cell: str) -> tuple[datetime, bool] | None:
    """Read a moment, year first, and whether it tells the second; one without an offset is taken as UTC.

    Midnight to the second tells a day only.
    """
    found = _MOMENT.match(cell) if len(cell) <= _LONGEST_MOMENT else None
    if found is None:
        return None
    year, month, day, hour, minute, second, east, past = found.groups()
    try:
        at = datetime(int(year), int(month), int(day), int(hour or 0), int(minute or 0), int(second or 0), tzinfo=UTC)
        if east is not None:
            at -= (1 if east[0] == "+" else -1) * timedelta(hours=int(east[1:]), minutes=int(past))
    except (ValueError, OverflowError):
        return None
    return at, second is not None and (int(hour), int(minute), int(second)) != (0, 0, 0)


def email_number(cell: str) -> tuple[str, int] | None:
    """Cut the last number out of the name of an address: what is around it, and the number."""
    if len(cell) > _LONGEST_ADDRESS:
        return None
    found = _NUMBERED.fullmatch(cell.strip().casefold())
    if found is None or _NOBODY.fullmatch(found[4]):
        return None
    return f"{found[1]}\x1f{found[3]}@{found[4]}", int(found[2])


def phone_number(cell: str) -> tuple[str, int] | None:
    """Cut a phone number into its block of ten thousand and the number in it."""
    if len(cell) > _LONGEST_MOMENT:
        return None
    digits = _NO_DIGIT.sub("", cell)
    return (digits[:-_BLOCK], int(digits[-_BLOCK:])) if len(digits) >= _FEWEST_DIGITS else None
