"""What every format gives, whatever it looks like outside: names of columns, and records of text.

Must never know a format, nor let data pass for the name of a column.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Protocol, TypeAlias

from gateway.lists.errors import ListRefused

if TYPE_CHECKING:
    from gateway.lists.contents import Contents

MOST_COLUMNS = 500
_DIGITS_OF_DATA = 6  # no title has as many
_LONGEST_TITLE = 200


class Format(StrEnum):
    """What a list is kept in. What separates the cells of a CSV is its own affair."""

    CSV = "csv"
    XLSX = "xlsx"
    NDJSON = "ndjson"
    PARQUET = "parquet"


@dataclass(frozen=True, slots=True)
class Unfit:
    """A record that cannot become cells.

    Attributes:
        reason: one of our own words, as in `RejectedRow`.
    """

    reason: str

    def __len__(self) -> int:
        """Give 0: it has no cells, and no header is as narrow."""
        return 0


Record: TypeAlias = "list[str] | Unfit"


@dataclass(frozen=True, slots=True)
class Records:
    """A list that is being read.

    Attributes:
        rows: its records below the header; blank ones are left out.
        offset: gives the bytes of the file read so far; for progress.
        digest: gives the SHA-256 of the whole file as hex, once `rows` has ended.
    """

    rows: Iterator[Record]
    offset: Callable[[], int]
    digest: Callable[[], str]


class Body(Protocol):
    """How one format is read, once that is settled."""

    @property
    def columns(self) -> tuple[str, ...]:
        """Names of the columns, each once."""

    def records(self, contents: "Contents") -> Records:
        """Read from the beginning.

        Raises:
            ListRefused: now or from any record, if the file cannot be read safely.
        """


def named(cells: Sequence[str]) -> tuple[str, ...]:
    """Make a header of cells: short names, each once, none of them somebody's data.

    Raises:
        ListRefused: `too_many_columns`, `header_missing`, `header_duplicate`.
    """
    if len(cells) > MOST_COLUMNS:
        raise ListRefused("too_many_columns", f"A list has at most {MOST_COLUMNS} columns. Leave out what is not used.")
    names = tuple(cell.strip() or f"column {number}" for number, cell in enumerate(cells, start=1))
    # A missing header would make the first person a set of column names, and column names are shown
    # everywhere.
    if any(like_data(name) for name in names):
        raise ListRefused("header_missing", "The first line must name the columns; this one looks like a row.")
    first: dict[str, int] = {}
    for place, name in enumerate(names, start=1):
        if first.setdefault(name, place) != place:
            raise ListRefused("header_duplicate", f"Column {place} has the same name as an earlier one. Rename it.")
    return names


def like_data(name: str) -> bool:
    """Whether a name of a column or a sheet looks like an address, a number or a text, so that it must not be shown."""
    return "@" in name or len(name) > _LONGEST_TITLE or sum(map(str.isdigit, name)) >= _DIGITS_OF_DATA


def empty() -> ListRefused:
    """Make the refusal of a list in which nothing stands."""
    return ListRefused("empty_file", "The file is empty. Send a list with a header and at least one row.")


def header_only() -> ListRefused:
    """Make the refusal of a list without a row."""
    return ListRefused("header_only", "The file names columns but holds no row.")
