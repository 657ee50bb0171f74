"""What may be shown of an address to somebody who holds no more than a link. Pure.

Must never show enough to reach the person, and never the length of what it hides.
"""

_TENS = ((2, "07"), (3, "0123469"), (4, "013456789"), (5, "12345678"), (6, "0123456"), (8, "1246"), (9, "0123458"))
_SHORT_CODES = frozenset({"1", "7"} | {f"{ten}{one}" for ten, ones in _TENS for one in ones})
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
