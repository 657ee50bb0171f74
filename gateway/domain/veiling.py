"""What an officer sees of a cell that waits in quarantine: its shape, so that it can be judged, never its value. Pure.

Letters become x, digits 0, separators stay; what the scan found is named in its place. Must never show a whole word or
number, however short.
"""

from collections.abc import Sequence
from typing import Final

_SHOWN: Final = 1
_LONGEST: Final = 60
_LETTER, _DIGIT = "x", "0"


def veiled(cell: str, marked: Sequence[tuple[int, int, str]] = ()) -> str:
    """Veil a cell.

    Args:
        cell: as it waits.
        marked: start, end and name of what was found in it; these stretches are replaced by their name in brackets.

    Returns:
        At most 60 characters; letters are `x`, digits `0`, separators as they are, a first letter may stay.
    """
    parts, at = [], 0
    for start, end, name in sorted(marked):
        if start >= at:
            parts += [_veil(cell[at:start], first=at == 0), f"[{name}]"]
            at = end
    parts.append(_veil(cell[at:], first=at == 0))
    shown = "".join(parts)
    return shown if len(shown) <= _LONGEST else shown[: _LONGEST - 1] + "…"


def _veil(text: str, *, first: bool) -> str:
    kept = _SHOWN if first and len(text) > 2 and text[0].isalpha() else 0  # noqa: PLR2004  of two letters one is half
    return text[:kept] + "".join(map(_one, text[kept:]))


def _one(letter: str) -> str:
    if letter.isalpha():
        return _LETTER
    return _DIGIT if letter.isnumeric() else letter
