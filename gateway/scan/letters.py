"""Flattens a cell for matching and remembers where each letter came from.

Digits of other scripts, full-width signs and fancy dashes become ASCII; marks that nobody sees are dropped,
because they are what hides a number from a pattern. Must never lose a position: a finding points into the
cell as it came.
"""

import re
from typing import NamedTuple

_DIGIT_ZEROS = (0x0660, 0x06F0, 0xFF10)
_UNSEEN = frozenset(
    map(chr, (0x00AD, 0x061C, 0xFEFF, *range(0x200B, 0x2010), *range(0x202A, 0x202F), *range(0x2060, 0x206A))),
)
_FULL_WIDTH = {code: code - 0xFEE0 for code in range(0xFF01, 0xFF5F)}
_BLANKS = (0xA0, *range(0x2000, 0x200B), 0x202F, 0x205F, 0x3000)
_SIGNS = {**dict.fromkeys((*range(0x2010, 0x2016), 0x2212), ord("-")), **dict.fromkeys(_BLANKS, ord(" "))}
_SAME_LENGTH = {
    **_FULL_WIDTH,
    **_SIGNS,
    **{zero + value: ord("0") + value for zero in _DIGIT_ZEROS for value in range(10)},
}


_CHANGED = re.compile(f"[{re.escape(''.join(sorted({*map(chr, _SAME_LENGTH), *_UNSEEN})))}]")


class Flat(NamedTuple):
    """A cell made flat.

    Attributes:
        text: what patterns look at.
        origins: for each letter of `text` its place in the cell; None where they are the same.
    """

    text: str
    origins: tuple[int, ...] | None

    def span(self, start: int, end: int) -> tuple[int, int]:
        """Turn a span of the flat text into the span of the cell, marks inside it included."""
        if self.origins is None or start == end:
            return start, end
        return self.origins[start], self.origins[end - 1] + 1


def flat(cell: str) -> Flat:
    """Flatten one cell; what is flat comes back at little cost."""
    if cell.isascii() or _CHANGED.search(cell) is None:
        return Flat(cell, None)
    same = cell.translate(_SAME_LENGTH)
    if _UNSEEN.isdisjoint(same):
        return Flat(same, None)
    kept = [(place, letter) for place, letter in enumerate(same) if letter not in _UNSEEN]
    return Flat("".join(letter for _, letter in kept), tuple(place for place, _ in kept))
