"""Says what a column is made of, and whether that is what it was declared to be.

A sample is enough to type a column (never to clear it: the scan looks at every cell). The form is told by
patterns in Arrow; the kind by how many candidates pass. Must never name a kind that chance explains.
"""

from collections.abc import Mapping
from enum import StrEnum
from typing import Any, Final

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from gateway.scan.findings import ColumnVerdict
from gateway.scan.kinds import NATURES, Family, Kind
from gateway.scan.weighing import Column

MOST: Final = 0.5  # of the filled cells have to carry a kind before the column is said to be of it
_SAMPLE: Final = 500
_ENOUGH: Final = 50  # filled cells; of fewer a prior says more
_RISING_FROM: Final = 20  # cells; fewer may rise by accident
_RISING: Final = 0.98


class Form(StrEnum):
    """What most cells of a column look like."""

    EMPTY = "empty"
    NUMBER = "number"  # digits and the signs between them
    DATE = "date"
    CODE = "code"  # letters and digits in one piece
    WORDS = "words"  # a few words without digits: names, cities, yes and no
    TEXT = "text"  # more than three words, or a line of a script without blanks
    MIXED = "mixed"


FREE_TEXT: Final = r"\S+(?:\s+\S+){3,}|[\p{Han}\p{Hangul}\p{Hiragana}\p{Katakana}]{8,}"
_FORMS: Final = (
    (Form.DATE, r"\A\s*\p{Nd}{1,4}[-/.年]\s?\p{Nd}{1,2}[-/.月]\s?\p{Nd}{1,4}日?(?:[ T].*)?\z"),
    (Form.NUMBER, r"\A[+(]?[\p{Nd}][\p{Nd}\s.,()+/-]*\z"),
    (Form.TEXT, FREE_TEXT),
    (Form.CODE, r"\A\S*\p{Nd}\S*\z"),
    (Form.WORDS, r"\A\P{Nd}*\p{L}\P{Nd}*\z"),
)
_CALENDAR: Final = {Form.DATE, Form.NUMBER, Form.CODE}
_FITTING: Final[Mapping[str, frozenset[Form]]] = {
    "email": frozenset(),
    "phone": frozenset({Form.NUMBER}),
    "name": frozenset({Form.WORDS}),
    "given_name": frozenset({Form.WORDS}),
    "family_name": frozenset({Form.WORDS}),
    "city": frozenset({Form.WORDS}),
    "region": frozenset({Form.WORDS}),
    "country": frozenset({Form.WORDS}),
    "language": frozenset({Form.WORDS}),
    "postal_address": frozenset({Form.TEXT, Form.MIXED, Form.WORDS}),
    "postal_code": frozenset({Form.NUMBER, Form.CODE}),
    "birth_date": frozenset(_CALENDAR),
    "birth_year": frozenset({Form.NUMBER}),
    "consent_at": frozenset(_CALENDAR),
    "withdrawn_at": frozenset(_CALENDAR),
    "purchase_at": frozenset(_CALENDAR),
    "inquiry_at": frozenset(_CALENDAR),
    "notes": frozenset({Form.TEXT, Form.WORDS, Form.MIXED}),
}
"""The forms that suit a declared meaning where no kind was found; a meaning that is not here says nothing."""

MAY_HOLD: Final[Mapping[str, frozenset[Kind]]] = {
    "email": frozenset({Kind.EMAIL}),
    "phone": frozenset({Kind.PHONE}),
    "name": frozenset({Kind.NAME}),
    "given_name": frozenset({Kind.NAME}),
    "family_name": frozenset({Kind.NAME}),
    "postal_address": frozenset({Kind.POSTAL_ADDRESS}),
    "postal_code": frozenset({Kind.POSTAL_ADDRESS, Kind.POSTAL_CODE_IR}),
    "city": frozenset({Kind.POSTAL_ADDRESS}),
    "region": frozenset({Kind.POSTAL_ADDRESS}),
    "birth_date": frozenset({Kind.BIRTH_DATE}),
    "birth_year": frozenset({Kind.BIRTH_DATE}),
    "national_id": frozenset(kind for kind, nature in NATURES.items() if nature.family is Family.GOVERNMENT),
    "password_hash": frozenset({Kind.PASSWORD_HASH, Kind.HEX_DIGEST}),
}
"""The kinds that a column of a declared meaning may hold."""


def compare(declared: str, verdict: ColumnVerdict) -> str:
    """Say whether a column is what it was declared to be.

    Args:
        declared: a field's name, as in `gateway.lists.headers.Field`; "" for none.
        verdict: what the scan says of it.

    Returns:
        `agrees`, `differs`, `empty`, or `unsure` where neither form nor kind can tell.
    """
    if not verdict.cells:
        return "empty"
    if verdict.kind is not None:
        return "agrees" if verdict.kind in MAY_HOLD.get(declared, ()) else "differs"
    fitting = _FITTING.get(declared)
    if fitting is None or verdict.form in {"", Form.MIXED}:
        return "unsure"
    if verdict.form not in fitting:
        return "differs"
    return "unsure" if declared in {"phone", "birth_year", "postal_code"} else "agrees"


def form(cells: Any) -> Form:
    """Say what most filled cells of a column look like, from a sample spread over it."""
    sample = cells.take(pa.array(np.linspace(0, len(cells) - 1, min(len(cells), _SAMPLE)).astype(np.int64)))
    filled = sample.filter(pc.match_substring_regex(sample, r"\S"))
    if not len(filled):
        return Form.EMPTY
    counted = dict.fromkeys(Form, 0)
    left = filled
    for name, pattern in _FORMS:
        fits = pc.match_substring_regex(left, pattern)
        counted[name] = pc.sum(fits).as_py() or 0
        left = left.filter(pc.invert(fits))
    most = max(counted, key=lambda name: counted[name])
    return most if counted[most] >= MOST * len(filled) else Form.MIXED


def verdict(
    column: Column, cells: Any, filled: int, carrying: Mapping[Kind, int], prior: ColumnVerdict | None
) -> ColumnVerdict:
    """Say what most filled cells are, if anything beyond chance.

    Args:
        column: its statistics.
        cells: in Arrow.
        filled: how many hold anything.
        carrying: by kind, in how many cells a candidate passes.
        prior: what a sample of the same list said of this column.
    """
    likely = [
        (_rate(column.both(kind)), -NATURES[kind].chance, kind)
        for kind, number in carrying.items()
        if number >= MOST * filled and column.speaks_for(kind)
    ]
    shape = prior.form if prior is not None and prior.form else form(cells).value
    if likely:
        rate, _, kind = max(likely)
        return ColumnVerdict(kind, rate, filled, shape, column.unnamed)
    if prior is not None and prior.kind is not None and 0 < filled < _ENOUGH:
        return ColumnVerdict(prior.kind, _rate(column.both(prior.kind)), filled, shape, column.unnamed)
    return ColumnVerdict(None, 0.0, filled, shape, column.unnamed)


def rises(cells: Any) -> bool:
    """Whether a column counts upwards, as order and row numbers do."""
    digits = cells.filter(pc.match_substring_regex(cells, r"\A[0-9]{1,18}\z"))
    if len(digits) < _RISING_FROM:
        return False
    steps = np.diff(digits.cast(pa.int64()).to_numpy())
    return bool((steps > 0).sum() >= _RISING * len(steps))


def _rate(passed_and_tried: tuple[int, int]) -> float:
    passed, tried = passed_and_tried
    return passed / tried if tried else 0.0
