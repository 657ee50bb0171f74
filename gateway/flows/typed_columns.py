"""Says what each column of a list would be taken for before anything is taken in: by its title, else by its cells.

Steps:
    1 sample   a list            -> rows          (the first ones, up to 5,000)
    2 scan     rows              -> Findings      (`gateway.scan`; every column)
    3 claim    Findings          -> claims        (`told_of`: beyond chance, and sure enough to be proposed)
    4 settle   titles, claims    -> proposals     (`gateway.lists.claims`: a title is never overruled)
    5 say      proposals         -> TypedColumns  (with how sure, and where title and cells differ)
A proposal by content is for a person to confirm, as a mapping or a template. No import takes one up by itself. Must
never give a cell; a title that looks like one leaves hidden.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from itertools import islice
from pathlib import Path
from typing import Any, Final

from gateway.flows.import_columns import safe_title
from gateway.lists.claims import By, Claim, Settled, settle
from gateway.lists.gregorian import wanting
from gateway.lists.headers import Field
from gateway.lists.reader import CHUNK_ROWS, ListFile, open_list
from gateway.scan import ColumnVerdict, Findings, Kind, Scanner, Told, compare, is_identity, told_of
from gateway.scan.columns import Form

_MOST_CELLS: Final = 100_000  # of a sample: a list of 500 columns shows 200 rows
_FIELDS: Final = {
    Kind.EMAIL: Field.EMAIL,
    Kind.PHONE: Field.PHONE,
    Kind.POSTAL_ADDRESS: Field.POSTAL_ADDRESS,
    Kind.NAME: Field.NAME,
    Kind.BIRTH_DATE: Field.BIRTH_DATE,
}


class Note(StrEnum):
    """What a person who confirms a proposal has to know."""

    NOTHING = ""
    CHECKED = "checked"
    LOOKS = "looks"
    IDENTITY = "identity"
    RIVAL = "rival"
    DIFFERS = "differs"
    HOLDS = "holds"
    DATES = "dates"
    CALENDAR = "calendar"


SENTENCES: Final[Mapping[Note, str]] = {
    Note.CHECKED: "By its cells: {rate} % pass the check, {chance} % would by chance.",
    Note.LOOKS: "By its cells: {rate} % look like it.",
    Note.IDENTITY: "By its cells: {rate} % pass the check, {chance} % would by chance. Kept only if you say so.",
    Note.RIVAL: "Its cells say the same as those of “{rival}”. Name the right one.",
    Note.DIFFERS: "The title says so, but its cells look like this: {found}. Look again.",
    Note.HOLDS: "Its cells look like this: {found}.",
    Note.DATES: "Its cells are dates. Of birth, of a consent, of an order: only you can say.",
    Note.CALENDAR: "Its dates may be of another calendar: {calendar}. If so, say it with the list or its source.",
}
"""Each note in words; `rate` and `chance` are whole per cents, `found` is a kind or a form."""


@dataclass(frozen=True, slots=True)
class TypedColumn:
    """One column as it is proposed.

    Attributes:
        title: as the list has it.
        field: what it would be taken for; "" for nothing.
        by: `title`, `content`, or "" where there is no proposal.
        found: the kind that most cells are, or the form that they have.
        agreement: of a title with the cells: `agrees`, `differs`, `empty`, `unsure`; "" where the title says nothing.
        rate: share of the filled cells that are what the cells say, 0 to 1; 0 where they propose nothing.
        chance: the share that would be by accident; None where the form has no check.
        rival: title of the column that has what the cells of this one claim.
        note: what to know before confirming.
        calendar: the one that most of its dates would need, by CLDR's name; "" for none but the Gregorian.
    """

    title: str
    field: str
    by: str
    found: str
    agreement: str
    rate: float = 0.0
    chance: float | None = None
    rival: str = ""
    note: Note = Note.NOTHING
    calendar: str = ""

    def to_json(self) -> dict[str, Any]:
        """Spell it as JSON."""
        return {"title": self.title, "found": self.found, "agreement": self.agreement, **self.proposal()}

    def proposal(self) -> dict[str, Any]:
        """Spell what it is proposed to be as JSON."""
        return {
            "field": self.field, "by": self.by, "rate": round(self.rate, 3), "chance": self.chance,
            "rival": self.rival, "note": self.note.value, "calendar": self.calendar,
        }  # fmt: skip

    @property
    def told(self) -> dict[str, Any]:
        """What stands in the note's sentence."""
        return {
            "rate": int(self.rate * 100), "chance": max(1, round((self.chance or 0) * 100)), "rival": self.rival,
            "found": self.found, "calendar": self.calendar,
        }  # fmt: skip


@dataclass(frozen=True, slots=True)
class ListLook:
    """How a list is read, and what its columns would be taken for.

    Attributes:
        format, encoding, delimiter, sheet: as an import would read it.
        columns: in the order of the list; titles that look like values are hidden.
    """

    format: str
    encoding: str
    delimiter: str
    sheet: str
    columns: tuple[TypedColumn, ...]

    def to_json(self) -> dict[str, Any]:
        """Spell it as JSON."""
        return {
            "format": self.format, "encoding": self.encoding, "delimiter": self.delimiter, "sheet": self.sheet,
            "columns": [each.to_json() for each in self.columns],
        }  # fmt: skip


def look_at(path: Path, encoding: str = "", delimiter: str = "", sheet: str = "") -> ListLook:
    """Look at a file that somebody may bring; what is "" is found out.

    Raises:
        ListRefused, EncodingUnsure: the file; see `gateway.lists`.
    """
    listed = open_list(path, encoding or None, delimiter or None, sheet or None)
    shown = (replace(each, title=safe_title(each.title), rival=safe_title(each.rival)) for each in typed_list(listed))
    return ListLook(listed.format.value, listed.encoding.name, listed.delimiter, listed.sheet, tuple(shown))


def typed_list(listed: ListFile) -> tuple[TypedColumn, ...]:
    """Propose what the columns of a list are.

    Args:
        listed: opened; its first rows are read.

    Returns:
        One for each column, in their order.

    Raises:
        ListRefused: the file breaks off within the sample.
    """
    columns = _sample(listed)  # 1
    return typed(listed.columns, columns, Scanner().scan(columns, identifiers_declared=True))  # 2


def typed(titles: Sequence[str], columns: Mapping[str, Sequence[str]], found: Findings) -> tuple[TypedColumn, ...]:
    """Propose what columns are.

    Args:
        titles: of all columns, in order.
        columns: cells of a sample, by title.
        found: what the scan of this sample gave.
    """
    told = told_of(columns, found)
    claims = {title: claim for title, each in told.items() if (claim := _claim(each)) is not None}  # 3
    return tuple(  # 4, 5
        _dated(_typed(each, found.columns.get(each.column, _NOBODY_LOOKED), told.get(each.column)), each.field, columns)
        for each in settle(titles, claims)
    )


_NOBODY_LOOKED: Final = ColumnVerdict(None, 0.0, 0)


def _sample(listed: ListFile) -> dict[str, list[str]]:
    most = max(1, min(CHUNK_ROWS, _MOST_CELLS // len(listed.columns)))
    first = next(iter(listed.chunks()))
    rows = list(islice(first.rows, most))
    return {title: [row[at] for row in rows] for at, title in enumerate(listed.columns)}


def _claim(told: Told) -> Claim | None:
    field = Field.NATIONAL_ID if is_identity(told.kind) else _FIELDS.get(told.kind)
    return None if field is None else Claim(field, told.share, told.chance)


def _typed(settled: Settled, verdict: ColumnVerdict, told: Told | None) -> TypedColumn:
    field, found = settled.field or "", verdict.kind.value if verdict.kind else verdict.form
    if settled.by is By.TITLE:
        agreement = compare(field, verdict)
        note = Note.DIFFERS if agreement == "differs" else Note.NOTHING
        return TypedColumn(settled.column, field, settled.by.value, found, agreement, note=note)
    if told is None or (settled.by is By.NOTHING and not settled.rival):
        return TypedColumn(settled.column, "", "", found, "", note=_unclaimed(verdict))
    note = Note.RIVAL if settled.rival else _how_sure(told)
    return TypedColumn(settled.column, field, settled.by.value, found, "", told.share, told.chance, settled.rival, note)


def _dated(typed: TypedColumn, field: Field | None, columns: Mapping[str, Sequence[str]]) -> TypedColumn:
    """Say of a column of dates that another calendar has to be said: what nobody says is never guessed."""
    calendar = wanting(field, columns.get(typed.title, ()))
    return typed if calendar is None else replace(typed, note=Note.CALENDAR, calendar=calendar)


def _how_sure(told: Told) -> Note:
    if is_identity(told.kind):
        return Note.IDENTITY
    return Note.LOOKS if told.chance is None else Note.CHECKED


def _unclaimed(verdict: ColumnVerdict) -> Note:
    if verdict.kind is not None:
        return Note.HOLDS
    return Note.DATES if verdict.form == Form.DATE else Note.NOTHING
