"""What may be shown of an address to somebody who holds no more than a link. Pure.

Must never show enough to reach the person, and never the length of what it hides.
"""

_SHORT_CODES = frozenset(
    "1 7 20 27 30 31 32 33 34 36 39 40 41 43 44 45 46 47 48 49 51 52 53 54 55 56 57 58 60 61 62 63 64 65 66"
    " 81 82 84 86 90 91 92 93 94 95 98".split()
)
"""Calling codes of one or two digits (ITU-T E.164); all others have three."""
_SHOWN_DIGITS = 2
_FEWEST_HIDDEN = 4


def masked_email(address: str) -> str:
    """Show the first letters and the last label: `m…@e….com`. Gives "" for what is no address."""
    local, at, domain = address.rpartition("@")
    name, dot, last = domain.rpartition(".")
    if not (local and at and name and dot and last):
        return ""
    return f"{local[0]}…@{name[0]}….{last}"


def masked_phone(number: str) -> str:
    """Show the calling code and the last two digits of an E.164 number: `+82 …34`. Gives "" for anything else."""
    digits = number.removeprefix("+")
    if digits == number or not (digits.isascii() and digits.isdigit()):
        return ""
    code = next((digits[:length] for length in (1, 2) if digits[:length] in _SHORT_CODES), digits[:3])
    if len(digits) < len(code) + _FEWEST_HIDDEN + _SHOWN_DIGITS:
        return ""
    return f"+{code} …{digits[-_SHOWN_DIGITS:]}"
