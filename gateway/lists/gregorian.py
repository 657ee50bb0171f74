"""Gives a list of another calendar with its days written in the Gregorian one.

So whatever comes behind (the scan, the signs of a leak, workers, the desk) meets one calendar, and a source whose
calendar is said otherwise later does not change what was staged. Only columns that are declared as dates are touched,
and in them only cells that mean another day, or none, than they would in the Gregorian calendar.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import TYPE_CHECKING, Final

from gateway.lists.calendars import UNSAID, Calendar
from gateway.lists.dates import Order, birth_year, day, gregorian, gregorian_year
from gateway.lists.errors import BadValue
from gateway.lists.headers import Field, Mapping
from gateway.lists.reader import ListFile
from gateway.lists.table import Body, Record, Records, Unfit

if TYPE_CHECKING:
    from gateway.lists.contents import Contents

_DATED: Final = frozenset({
    Field.BIRTH_DATE, Field.CONSENT_AT, Field.WITHDRAWN_AT, Field.PURCHASE_AT, Field.INQUIRY_AT,
})  # fmt: skip
_KEPT: Final = 20_000  # distinct cells remembered
_ASKED: Final = 200  # cells of a sample


def in_gregorian(listed: ListFile, mapping: Mapping, calendar: Calendar, order: Order | None) -> ListFile:
    """Give the same list, its dates in the Gregorian calendar.

    Args:
        listed: the list.
        mapping: what its columns mean.
        calendar: which one the sender says it is written in; the Gregorian one gives the list as it is.
        order: of day and month where the year comes last.
    """
    if calendar == "gregorian":
        return listed

    @lru_cache(maxsize=_KEPT)
    def dated(cell: str) -> str:
        return gregorian(cell, order, calendar)

    def born(cell: str) -> str:
        return gregorian_year(cell, calendar)

    reads: list[tuple[int, Callable[[str], str]]] = [
        (at, born if each.field is Field.BIRTH_YEAR else dated)
        for at, each in enumerate(mapping.proposals)
        if each.field in _DATED or each.field is Field.BIRTH_YEAR
    ]
    return replace(listed, body=_Gregorian(listed.body, listed.columns, reads))


def wanting(field: Field | None, cells: Iterable[str]) -> Calendar | None:
    """Say in which other calendar most days of a column may be written, for somebody to say so; None for none.

    Args:
        field: what the column is; only of dates there is something to say.
        cells: a sample; one with a time of day counts by its day.
    """
    if field not in _DATED and field is not Field.BIRTH_YEAR:
        return None
    filled = [cell.split()[0] for cell in dict.fromkeys(cells) if cell.strip()][:_ASKED]
    read: Callable[[str], object] = birth_year if field is Field.BIRTH_YEAR else day
    codes = Counter(_fault(read, cell) for cell in filled)
    return next((calendar for code, calendar in UNSAID.items() if 2 * codes[code] > len(filled)), None)


def _fault(read: Callable[[str], object], cell: str) -> str:
    try:
        read(cell)
    except BadValue as bad:
        return bad.code
    return ""


@dataclass(frozen=True, slots=True)
class _Gregorian:
    """The records of a list, with what reads each column of dates."""

    body: Body
    columns: tuple[str, ...]
    reads: list[tuple[int, Callable[[str], str]]]

    def records(self, contents: "Contents") -> Records:
        """Read from the beginning; see `Body.records`."""
        records = self.body.records(contents)
        return Records(self._rows(records.rows), records.offset, records.digest)

    def _rows(self, rows: Iterator[Record]) -> Iterator[Record]:
        for row in rows:
            if not isinstance(row, Unfit):
                for at, read in self.reads:
                    if at < len(row) and row[at]:
                        row[at] = read(row[at])
            yield row
