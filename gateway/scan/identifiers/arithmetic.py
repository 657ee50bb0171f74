"""Check-digit rules that several countries share.

Own and short, because a candidate is tried by a dozen of them; the tests compare them with `python-stdnum`,
number by number. Every function takes ASCII digits (letters where it says so). Must never raise.
"""

from collections.abc import Sequence
from datetime import date
from operator import mul

_LUHN = ((0, 1, 2, 3, 4, 5, 6, 7, 8, 9), (0, 2, 4, 6, 8, 1, 3, 5, 7, 9))
_LETTERS = {ord(letter): str(int(letter, 36)) for letter in "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"}
_OLDEST = 1900
_TIMES = ((0, 1, 2, 3, 4, 5, 6, 7, 8, 9), (1, 5, 7, 6, 2, 8, 3, 0, 9, 4))


def weighed(digits: str, weights: Sequence[int]) -> int:
    """Sum the digits times their weights; digits behind the last weight do not count."""
    return sum(map(mul, map(int, digits), weights))


def varied(digits: str) -> bool:
    """Whether not all digits are the same; nobody gives out such a number, and every rule passes some."""
    return digits.count(digits[0]) != len(digits)


def luhn(digits: str) -> bool:
    """ISO/IEC 7812-1 annex B, the check of cards."""
    total = 0
    for place, digit in enumerate(reversed(digits)):
        total += _LUHN[place & 1][int(digit)]
    return total % 10 == 0 and varied(digits)


def mod_97(text: str) -> bool:
    """ISO 7064 mod 97-10 over digits and upper-case letters, letters counting from 10."""
    return int(text.translate(_LETTERS)) % 97 == 1


def mod_11_10(digits: str) -> bool:
    """ISO 7064 mod 11,10: German tax numbers, Croatian OIB."""
    check = 10
    for digit in digits[:-1]:
        check = ((check + int(digit)) % 10 or 10) * 2 % 11
    return (check + int(digits[-1])) % 10 == 1


def _permuted() -> tuple[tuple[int, ...], ...]:
    """Apply Verhoeff's permutation once more for each of eight places."""
    rows = [tuple(range(10)), _TIMES[1]]
    while len(rows) < 8:  # noqa: PLR2004  the permutation comes round after eight
        rows.append(tuple(_TIMES[1][value] for value in rows[-1]))
    return tuple(rows)


def _dihedral(left: int, right: int) -> int:
    """Multiply in the symmetry group of the pentagon."""
    if left < 5:  # noqa: PLR2004  turns come first, then flips
        return (left + right) % 5 if right < 5 else (left + right - 5) % 5 + 5  # noqa: PLR2004
    return (left - 5 - right) % 5 + 5 if right < 5 else (left - right) % 5  # noqa: PLR2004


_VERHOEFF = tuple(tuple(_dihedral(left, right) for right in range(10)) for left in range(10))
_PLACES = _permuted()


def verhoeff(digits: str) -> bool:
    """Verhoeff's check over the pentagon's group: Aadhaar, Luxembourg."""
    check = 0
    for place, digit in enumerate(reversed(digits)):
        check = _VERHOEFF[check][_PLACES[place & 7][int(digit)]]
    return check == 0


def born(year: int, month: int, day: int) -> bool:
    """Whether somebody alive may be born on that day; days to come are left to the reader."""
    try:
        return date(year, month, day).year >= _OLDEST
    except ValueError:
        return False


def born_on(text: str) -> bool:
    """The same for YYYYMMDD."""
    return born(int(text[:4]), int(text[4:6]), int(text[6:8]))


def born_short(year: str, month: str, day: str) -> bool:
    """The same where the century is not written: a day of either century will do."""
    return born(2000 + int(year), int(month), int(day)) or born(1900 + int(year), int(month), int(day))
