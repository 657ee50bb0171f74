"""Says what a column holds whose title says nothing, where that is sure enough to be proposed to a person.

The verdict on a column is the beginning (`columns.verdict`: beyond chance, over distinct cells). A proposal asks more:
most cells have to carry the kind, and an identity number has to beat numbers of its very form that somebody made up for
orders, books and parcels. Must never tell an identity number from digits that chance, a date or a counter explains.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import pyarrow as pa

from gateway.scan.candidates import titled
from gateway.scan.chance import PROOF, by_accident
from gateway.scan.columns import rises
from gateway.scan.findings import ColumnVerdict, Findings
from gateway.scan.kinds import NATURES, Kind
from gateway.scan.titles import speaks_of_things

_LEAST: Final[Mapping[Kind, float]] = {
    Kind.EMAIL: 0.5,
    Kind.PHONE: 0.8,
    Kind.POSTAL_ADDRESS: 0.5,
    Kind.NAME: 0.5,
    Kind.BIRTH_DATE: 0.5,
}
"""Share of the filled cells that has to carry a kind; identity numbers have their own."""
_IDENTITY: Final = "national_id_"
_IDENTITY_LEAST: Final = 0.95
_IDENTITY_TRIED: Final = 20  # different numbers; of fewer a title has to say it
# Made-up digits in the form of three, two and four pass this often: there is no check digit (`test_scan_telling`).
_OF_FORM: Final[Mapping[Kind, float]] = {Kind.NATIONAL_ID_US: 0.93}
# Numbers that may pass by their date alone, and where its year stands. What is numbered by the day has no such years.
_YEAR_AT: Final[Mapping[Kind, int]] = {Kind.NATIONAL_ID_KR: 0, Kind.NATIONAL_ID_DK: 4}
_LAST_CENTURY: Final = 32  # a day of the month is never more
_BORN_THEN: Final = 0.3
# A book's number of ten signs has the check of an Iranian identity number, and an X where that has none.
_BOOK: Final = re.compile(r"[\d\s-]{9,13}[xX]")
_UNMEASURED: Final = 0.001


@dataclass(frozen=True, slots=True)
class Told:
    """What a column is told to be by its cells.

    Attributes:
        kind: what most cells are.
        share: part of the filled cells that are, 0 to 1.
        chance: part that would be by accident; None where the form speaks for itself and has no check.
    """

    kind: Kind
    share: float
    chance: float | None


def told_of(columns: Mapping[str, Sequence[str]], found: Findings) -> dict[str, Told]:
    """Say which columns tell by their cells what they are.

    Args:
        columns: cells by title, as they were scanned.
        found: what the scan of these very cells gave; a kind that it was told to expect tells nothing here.

    Returns:
        By title; columns that do not tell are missing.
    """
    carried = _carried(found)
    told = {}
    for title, verdict in found.columns.items():
        each = _told(verdict, carried.get(title, 0))
        if each is not None and (not is_identity(each.kind) or _holds(title, columns[title], verdict, each)):
            told[title] = each
    return told


def is_identity(kind: Kind) -> bool:
    """Whether a kind is the number of a person at a state."""
    return kind.startswith(_IDENTITY)


def _carried(found: Findings) -> dict[str, int]:
    """Count by title the rows that carry what the column is."""
    rows: dict[str, set[int]] = {}
    for each in found.found:
        if found.columns[each.column].kind is each.kind:
            rows.setdefault(each.column, set()).add(each.row)
    return {title: len(which) for title, which in rows.items()}


def _told(verdict: ColumnVerdict, carried: int) -> Told | None:
    kind = verdict.kind
    if kind is None or not verdict.cells:
        return None
    share = carried / verdict.cells
    least = _IDENTITY_LEAST if is_identity(kind) else _LEAST.get(kind)
    if least is None or share < least:
        return None
    chance = _OF_FORM.get(kind, NATURES[kind].chance)
    return Told(kind, share, chance if chance > _UNMEASURED else None)


def _holds(title: str, cells: Sequence[str], verdict: ColumnVerdict, told: Told) -> bool:
    """Whether an identity number beats what else has its form; see the tables above."""
    passed, tried = verdict.tried.get(told.kind, (0, 0))
    if tried < _IDENTITY_TRIED or by_accident(passed, tried, told.chance or _UNMEASURED) > PROOF:
        return False
    if not titled(title, told.kind) and (speaks_of_things(title) or rises(pa.array(cells, pa.string()))):
        return False
    if told.kind is Kind.NATIONAL_ID_IR:
        return not any(_BOOK.fullmatch(cell.strip()) for cell in cells)
    return told.kind not in _YEAR_AT or _born(cells, _YEAR_AT[told.kind])


def _born(cells: Sequence[str], at: int) -> bool:
    """Whether enough of the years are such as people are born in and nobody numbers orders by."""
    years = [int(digits[at : at + 2]) for cell in cells if len(digits := re.sub(r"\D", "", cell)) >= at + 2]
    return bool(years) and sum(year >= _LAST_CENTURY for year in years) >= _BORN_THEN * len(years)
