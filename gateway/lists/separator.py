"""Finds out what separates the cells of a list.

Must never read more than the first lines, nor mistake a comma inside quotes for a separator.
"""

import csv
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice

from gateway.lists.lines import LONGEST, Lines

_CANDIDATES = (",", ";", "\t", "|")
_LOOKED_AT = 50
_SHEET_HINT = "sep="  # a first line that Excel writes and reads


@dataclass(frozen=True, slots=True)
class Head:
    """The first lines of a list.

    Attributes:
        text: up to 50 lines, a mebibyte and the line that passes it, without the `sep=` line.
        declared: the separator that a `sep=` line declares, or None.
    """

    text: tuple[str, ...]
    declared: str | None


def first_rows(lines: Lines) -> Head:
    """Take the first lines."""
    text = tuple(_beginning(lines))
    hint = text[0].rstrip("\r\n") if text else ""
    if hint.lower().startswith(_SHEET_HINT) and len(hint) == len(_SHEET_HINT) + 1:
        return Head(text[1:], hint[-1])
    return Head(text, None)


def _beginning(lines: Lines) -> Iterator[str]:
    """Give up to 50 lines, fewer where they are very long."""
    room = LONGEST
    for line in islice(lines, _LOOKED_AT):
        yield line
        lines.new_record()
        room -= len(line)
        if room < 0:
            return


def sniff(text: tuple[str, ...]) -> str:
    """Choose the separator that cuts the most lines into as many cells as the header has.

    Args:
        text: the first lines, the header first.

    Returns:
        One of comma, semicolon, tab, bar; a comma where the list has one column.
    """
    return max(_CANDIDATES, key=lambda candidate: _fit(text, candidate))


def _fit(text: tuple[str, ...], delimiter: str) -> tuple[float, int]:
    """Rate a separator: share of lines as wide as the header, then the width."""
    try:
        rows = [row for row in csv.reader(text, delimiter=delimiter) if row]
    except csv.Error:
        return (0.0, 0)
    width = len(rows[0]) if rows else 0
    if width < 2:  # noqa: PLR2004  it separates nothing
        return (0.0, 0)
    return (round(sum(len(row) == width for row in rows) / len(rows), 1), width)
