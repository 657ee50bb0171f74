"""One row of the tables: a form in which a number is written, and the check that it has to pass.

Must never accept digits grouped anyhow: dates, prices and times are digits grouped anyhow.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass

from gateway.scan.kinds import NATURES, Kind

_SIGNS = re.compile(r"[^0-9A-Za-z]")
_GROUPS = re.compile(r"[0-9A-Za-z]+")
_FEWEST_GROUPS = 3


@dataclass(frozen=True, slots=True)
class Row:
    """One form of one kind.

    Attributes:
        kind: what it is.
        lengths: how many digits and letters it has.
        form: what the bare, upper-case number has to look like to be a candidate at all; None for anything.
        check: whether a candidate of the form is right.
        grouped: how it is written with blanks and signs, where the house that gives it out groups it.
        bare: whether it is also written without any.
        needs_name: whether title or cell have to name it.
    """

    kind: Kind
    lengths: tuple[int, ...]
    form: re.Pattern[str] | None
    check: Callable[[str], bool]
    grouped: re.Pattern[str] | None
    bare: bool
    needs_name: bool

    def fits(self, written: str, bare: str) -> bool:
        """Whether a number that has signs in it is grouped as the house groups it, and has the form."""
        return self.grouped is not None and self.shaped(bare) and self.grouped_as(written)

    def grouped_as(self, written: str) -> bool:
        """Whether a number is grouped as the house groups it."""
        if self.grouped is None:
            return False
        return self.grouped.fullmatch(written) is not None or self.grouped.fullmatch(spaced(written)) is not None

    def shaped(self, bare: str) -> bool:
        """Whether a bare, upper-case number has the form."""
        return self.form is None or self.form.fullmatch(bare) is not None


def row(
    kind: Kind,
    lengths: int | tuple[int, ...],
    check: Callable[[str], bool],
    *,
    form: str = "",
    grouped: str = "",
    bare: bool = True,
    named: bool = False,
) -> Row:
    """Write one row.

    Args:
        kind: see `Row`.
        lengths: likewise; one or several.
        check: likewise.
        form: pattern; empty for any digits.
        grouped: pattern; empty for none.
        bare: see `Row`.
        named: whether this form needs a name although the kind does not.
    """
    several = (lengths,) if isinstance(lengths, int) else lengths
    flags = re.ASCII | re.IGNORECASE
    return Row(
        kind,
        several,
        re.compile(form, re.ASCII) if form else None,
        check,
        re.compile(grouped, flags) if grouped else None,
        bare,
        named or NATURES[kind].needs_context,
    )


@dataclass(frozen=True, slots=True)
class Shelf:
    """The rows of one length, those first that may be written bare.

    Attributes:
        bare: rows of numbers that are written without signs too.
        rows: all.
    """

    bare: tuple[Row, ...]
    rows: tuple[Row, ...]


def by_length(rows: tuple[Row, ...]) -> dict[int, Shelf]:
    """Sort rows by the lengths that they have."""
    lengths = {length for each in rows for length in each.lengths}
    shelves = {length: tuple(each for each in rows if length in each.lengths) for length in sorted(lengths)}
    return {length: Shelf(tuple(each for each in of if each.bare), of) for length, of in shelves.items()}


def spaced(written: str) -> str:
    """Write blanks for the hyphens or dots of a number that has only one of them; who groups by blanks means both."""
    signs = set(_SIGNS.findall(written))
    return written.replace(signs.pop(), " ") if len(signs) == 1 and signs <= {"-", "."} else written


def evenly(written: str) -> bool:
    """Whether a number is cut into equal groups by one sign, of which only the last may be shorter.

    Nobody's official grouping, but how people and those who hide numbers group them: by twos, threes, fours,
    or every digit for itself.
    """
    signs = set(_SIGNS.findall(written))
    sizes = [len(group) for group in _GROUPS.findall(written)]
    if len(signs) != 1 or len(set(sizes[:-1])) > 1 or sizes[-1] > sizes[0]:
        return False
    single = len(written) == sum(sizes) + len(sizes) - 1
    return single and (len(sizes) >= _FEWEST_GROUPS or sizes[0] == sizes[1])
