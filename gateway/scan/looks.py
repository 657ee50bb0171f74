"""Looks at all distinct cells of a column: numbers many at once, the rest one by one.

Steps:
    1 gather   cells          -> runs of digits in them; cells that hold one run and nothing else for a detector
    2 judge    runs, words    -> what each may be        (`identifiers.together`, `tokens`; those that are few are left)
    3 share    cells of one   -> one list of candidates for all that may be the same, and by how much it is moved
    4 look     other cells    -> candidates              (`recogniser.look`, with the judgements at hand)
What the gates of a cell let through is all that a detector could find in it (`gateway.scan.gates`), so a cell of one
run holds nothing but what that number may be; nor does a cell that is one word of letters and digits. Must never give
other candidates than `recogniser.look` would (a property test holds both together).
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Final

from gateway.scan import recogniser, wording
from gateway.scan.candidates import Candidate, beside, titled
from gateway.scan.gates import LETTERED, RUN, TOKEN
from gateway.scan.identifiers import numbers as identifiers
from gateway.scan.identifiers.together import Judged, together
from gateway.scan.identifiers.tokens import tokens
from gateway.scan.kinds import NATURES, Kind, named_in
from gateway.scan.letters import Flat

_FEW: Final = 24  # cells; for fewer nothing is gained

Place = tuple[str, int, int]
"""A run of digits without a bracket around it, where it starts and ends in the flat text."""


@dataclass(frozen=True, slots=True)
class Looked:
    """What the cells of a column hold.

    Attributes:
        found: for each cell its candidates; cells that hold the same have the same list.
        moved: for each cell how many letters further than the list says its candidates stand.
    """

    found: list[list[Candidate]]
    moved: list[int]

    def of(self, at: int) -> list[Candidate]:
        """Give the candidates of one cell with their own places."""
        by = self.moved[at]
        return [each._replace(start=each.start + by, end=each.end + by) for each in self.found[at]]


def looks(
    shapes: Sequence[Flat], title: str, expected: Collection[Kind], numbers: Sequence[int], words: Sequence[int]
) -> Looked:
    """Look at distinct cells.

    Args:
        shapes: the cells made flat.
        title: of their column.
        expected: kinds that it was declared to hold.
        numbers: for each cell, which detectors of numbers have to look.
        words: for each cell, what the detector of words has to look for.

    Returns:
        The candidates of each.
    """
    single, known = _judged(shapes, title, expected, numbers, words) if len(shapes) >= _FEW else ({}, {})
    nothing: list[Candidate] = []
    shared: dict[tuple[int, int, tuple[bool, ...]], list[Candidate]] = {}
    looked = Looked([], [])
    for at, (shape, first, second) in enumerate(zip(shapes, numbers, words, strict=True)):
        if (number := single.get(at)) is None or (second and wording.trials(shape.text, title, second)):
            found = recogniser.look(shape, title, expected, numbers=first, words=second, known=known)  # 4
            looked.found.append(found or nothing)
            looked.moved.append(0)
            continue
        judged, start, end = number
        named = _named(judged, shape.text, start, end)
        start, end = shape.span(start, end)
        key = id(judged), end - start, named
        if (alike := shared.get(key)) is None:
            alike = shared[key] = _spelt(judged, end - start, named, title, expected)  # 3
        looked.found.append(alike)
        looked.moved.append(start)
    return looked


def _judged(
    shapes: Sequence[Flat], title: str, expected: Collection[Kind], numbers: Sequence[int], words: Sequence[int]
) -> tuple[dict[int, tuple[Judged, int, int]], dict[str, Judged]]:
    """Judge the cells that hold one number, and the runs of digits in the others."""
    whole, within, lettered, runs = _gathered(shapes, numbers, words)  # 1
    speaks = Kind.PHONE in recogniser.named_by_declaration(expected) or titled(title, Kind.PHONE)
    told = together((written for written, _, _ in whole.values()), phones_named=speaks)  # 2
    known = together([*(written for written, _, _ in within.values()), *runs])
    coded = tokens(written for written, _, _ in lettered.values())
    single = {
        at: (judged, start, end)
        for places, judgements in ((whole, told), (within, known), (lettered, coded))
        for at, (written, start, end) in places.items()
        if (judged := _settled(written, judgements)) is not None
    }
    return single, known


def _gathered(
    shapes: Sequence[Flat], numbers: Sequence[int], words: Sequence[int]
) -> tuple[dict[int, Place], dict[int, Place], dict[int, Place], list[str]]:
    """Find the runs of digits that are a cell, those alone in a text, the cells that are one word, and other runs."""
    whole: dict[int, Place] = {}
    within: dict[int, Place] = {}
    lettered: dict[int, Place] = {}
    runs: list[str] = []
    for at, (shape, wanted, beside_it) in enumerate(zip(shapes, numbers, words, strict=True)):
        text = shape.text
        if wanted & TOKEN and not wanted & ~LETTERED and not beside_it and text.isalnum() and text.isascii():
            lettered[at] = text, 0, len(text)
        if not wanted & RUN:
            continue
        found = [match.span() for match in identifiers.RUN.finditer(text)]
        if wanted == RUN and len(found) == 1:
            start, end = found[0]
            places = whole if end - start == len(text) and not beside_it else within
            start, end = identifiers.unbracketed(start, end, text[start:end])
            places[at] = text[start:end], start, end
        else:
            runs.extend([text[start:end] for start, end in found])
    return whole, within, lettered, runs


def _settled(written: str, known: dict[str, Judged]) -> Judged | None:
    """Give the judgement of a number that is not to be looked at in parts."""
    judged = known.get(written)
    return judged if judged is not None and (judged.passed or " " not in written) else None


def _named(judged: Judged, text: str, start: int, end: int) -> tuple[bool, ...]:
    """Say which of the kinds that a number may be are named beside it; nothing where there are no words."""
    around = beside(text, start, end) if end - start < len(text) else ""
    return tuple([named_in(around, kind) for kind, _, _ in judged.tried]) if around else ()


def _spelt(
    judged: Judged, length: int, named: Sequence[bool], title: str, expected: Collection[Kind]
) -> list[Candidate]:
    """Give the candidates of a cell that holds one number, as if it stood at the beginning."""
    few = recogniser.named_by_declaration(expected)
    return [
        Candidate(kind, 0, length, passed, passed and NATURES[kind].certain, 0.0, here)
        for (kind, passed, needs_name), here in zip(judged.tried, named or [False] * len(judged.tried), strict=True)
        if here or not needs_name or kind in few or titled(title, kind)
    ]
