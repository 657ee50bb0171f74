"""What becomes of personal data that the scan finds in a list: a look into the bundle's table, and nothing else. Pure.

For an import:
    allowed     what a declared column may hold; the scanner is told to expect it there
    of_column   what follows from the declaration alone, before a cell is read: `drop_column` for health without
                explicit consent, whether or not the scan knows its words
    treat       what follows from one finding
    strictest   of several; what a row, a column or a batch comes to

`field` is the declared meaning of the column, "" where nobody declared one, `notes` for free text. `evidence` is the
source's words of evidence, with `BESIDE` added where the list also holds identifiers.

Of all rows that match the strictest holds; of equally strict ones the first. Where none matches, or the kind is not in
the table (or is in another family), the row is held. Must never look at a value, and never be milder for knowing less.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

from policies.packs import Bundle, TreatmentRow
from policies.terms import FieldClass, Place, Treatment

NOTES: Final = "notes"
"""The declared meaning of a column of free text."""
_NOBODY_SAID: Final = frozenset({"", "ignore"})
BESIDE: Final = "identifiers_beside"
"""What a caller adds to the evidence where the list also holds identifiers."""

_ORDER: Final = {each: at for at, each in enumerate(Treatment)}
_SURE: Final = 1.0


@dataclass(frozen=True, slots=True)
class Treated:
    """What is done, by which row of the table, why, and in words; `cls` is the class that `seal` seals into."""

    treatment: Treatment
    rule: str
    cite: str
    words: str
    cls: FieldClass | None = None


UNKNOWN: Final = Treated(
    Treatment.HOLD_ROW,
    "TREAT-UNKNOWN",
    "GDPR Art. 24(1), 25(1)",
    "The policies in force say nothing of this kind of data here, so somebody must look at the row.",
)
"""What becomes of a finding that no row of the table is about."""

TAKEN_IN: Final = Treated(
    Treatment.KEEP, "TREAT-PLAIN", "GDPR Art. 5(1)(c)", "The column is declared and holds nothing guarded."
)
"""What becomes of a declared column in which no kind of the table is expected."""

LEFT_OUT: Final = Treated(
    Treatment.DROP_COLUMN, "TREAT-LEFT-OUT", "GDPR Art. 5(1)(c)", "Nobody declared the column, so it is not stored."
)
"""What becomes of a column that nobody declared, where the table says nothing of it."""


def treat(bundle: Bundle, kind: str, family: str, field: str, score: float, evidence: frozenset[str]) -> Treated:
    """Say what becomes of one finding.

    Args:
        bundle: the policies in force.
        kind: of the finding, as `gateway.scan.kinds` has it.
        family: of that kind.
        field: declared meaning of its column; "" for none, `notes` for free text.
        score: 0 to 1.
        evidence: the source's words of evidence, and `BESIDE`.
    """
    return _treat(bundle, kind, family, field, score, evidence)


def allowed(bundle: Bundle, field: str) -> frozenset[str]:
    """Give the kinds that a column declared as this field may hold; none for free text and undeclared columns."""
    return bundle.treatment.holds.get(field, frozenset())


def of_column(bundle: Bundle, field: str, evidence: frozenset[str]) -> Treated:
    """Say what follows from a column's declaration alone.

    A column that may hold one kind is treated as that kind would be, found beyond doubt; one that may hold several as
    the mildest of them: only what is found can then make it stricter.
    """
    nobody = field in _NOBODY_SAID
    kinds = bundle.treatment.kinds if nobody else allowed(bundle, field)
    each = [treat(bundle, kind, bundle.treatment.kinds[kind], field, _SURE, evidence) for kind in sorted(kinds)]
    return min(each, key=_strictness, default=LEFT_OUT if nobody else TAKEN_IN)


def strictest(treated: Iterable[Treated]) -> Treated:
    """Give the strictest, the first of equals; `TAKEN_IN` if there is none."""
    return max(treated, key=_strictness, default=TAKEN_IN)


def _strictness(treated: Treated) -> int:
    return _ORDER[treated.treatment]


@lru_cache(maxsize=8192)
def _treat(bundle: Bundle, kind: str, family: str, field: str, score: float, evidence: frozenset[str]) -> Treated:
    if bundle.treatment.kinds.get(kind, "") != family:
        return UNKNOWN
    place = _place(bundle, field, kind)
    rows = [row for row in bundle.treatment.rows if matches(row, kind, place, score, evidence)]
    return strictest([_treated(bundle, row, field) for row in rows]) if rows else UNKNOWN


def matches(row: TreatmentRow, kind: str, place: Place, score: float, evidence: frozenset[str]) -> bool:
    """Tell whether a row of the table is about a finding."""
    return (
        kind in row.kinds
        and (not row.places or place in row.places)
        and row.least <= score < row.below
        and row.given <= evidence
        and not row.unless & evidence
    )


def place_of(bundle: Bundle, field: str, kind: str) -> Place:
    """Say where a finding of a kind stands, measured by the declared meaning of its column."""
    return _place(bundle, field, kind)


def _place(bundle: Bundle, field: str, kind: str) -> Place:
    if field == NOTES:
        return Place.NOTES
    if field in _NOBODY_SAID:
        return Place.UNDECLARED
    return Place.DECLARED if kind in allowed(bundle, field) else Place.OTHER


def _treated(bundle: Bundle, row: TreatmentRow, field: str) -> Treated:
    cls = None
    if row.do is Treatment.SEAL:
        declared = bundle.fields.get(field)
        cls = declared.cls if declared is not None else FieldClass.SENSITIVE  # the most guarded class
    return Treated(row.do, row.id, row.cite, row.title, cls)
