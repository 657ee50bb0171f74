"""Looks at all distinct cells of a column: numbers many at once, the rest one by one.

Steps:
    1 gather   cells         -> runs of digits in them
    2 judge    runs          -> what each may be        (`identifiers.together`; those that are few are left)
    3 share    number cells  -> one list of candidates for all that may be the same
    4 look     other cells   -> candidates              (`recogniser.look`, with the judgements at hand)
A cell that is one number and nothing else holds nothing but what the number may be. Must never give another list of
candidates than `recogniser.look` would (a property test holds both together).
"""

from collections.abc import Collection, Sequence
from typing import Final

from gateway.scan import recogniser
from gateway.scan.candidates import Candidate, titled
from gateway.scan.identifiers.numbers import RUN, unbracketed
from gateway.scan.identifiers.together import Judged, together
from gateway.scan.kinds import NATURES, Kind
from gateway.scan.letters import Flat

_LONGEST: Final = 32  # signs of a cell that is one number
_FEW: Final = 24  # cells; for fewer nothing is gained

Place = tuple[str, int, int]


def looks(
    shapes: Sequence[Flat], title: str, expected: Collection[Kind], numbers: Sequence[bool], words: Sequence[int]
) -> list[list[Candidate]]:
    """Look at distinct cells.

    Args:
        shapes: the cells made flat.
        title: of their column.
        expected: kinds that it was declared to hold.
        numbers: for each cell, whether the detector of numbers has to look.
        words: for each cell, what the detector of words has to look for.

    Returns:
        For each cell its candidates; cells that may be the same in the same place have the same list.
    """
    known: dict[str, Judged] = {}
    alone: dict[str, Judged] = {}
    whole: dict[int, Place] = {}
    if sum(numbers) >= _FEW:
        whole, runs = _gathered(shapes, numbers, words)  # 1
        known = together(runs)  # 2
        speaks = Kind.PHONE in recogniser.named_by_declaration(expected) or titled(title, Kind.PHONE)
        alone = together((written for written, _, _ in whole.values()), phones_named=speaks)
    shared: dict[tuple[Judged, int, int], list[Candidate]] = {}
    found = []
    for at, (shape, first, second) in enumerate(zip(shapes, numbers, words, strict=True)):
        if at in whole and (judged := _settled(whole[at][0], alone)) is not None:
            _, start, end = whole[at]
            if shape.origins is not None:
                start, end = shape.span(start, end)
            if (alike := shared.get((judged, start, end))) is None:
                alike = shared[judged, start, end] = _spelt(judged, start, end, title, expected)  # 3
            found.append(alike)
        else:
            found.append(recogniser.look(shape, title, expected, numbers=first, words=second, known=known))  # 4
    return found


def _gathered(
    shapes: Sequence[Flat], numbers: Sequence[bool], words: Sequence[int]
) -> tuple[dict[int, Place], list[str]]:
    """Find the runs of digits: those that are a cell of their own, and those in text."""
    whole: dict[int, Place] = {}
    runs: list[str] = []
    for at, (shape, wanted, beside) in enumerate(zip(shapes, numbers, words, strict=True)):
        if not wanted:
            continue
        text = shape.text
        found = RUN.findall(text)
        if len(found) == 1 and len(found[0]) == len(text) and not beside and _one_number(text):
            start, end = unbracketed(0, len(text), text)
            whole[at] = text[start:end], start, end
        else:
            runs.extend(found)
    return whole, runs


def _one_number(text: str) -> bool:
    """Whether a run of digits cannot be an address of a machine too, nor a UUID."""
    return len(text) <= _LONGEST and text.count(".") < 2 and text.count("-") < 4  # noqa: PLR2004


def _settled(written: str, known: dict[str, Judged]) -> Judged | None:
    """Give the judgement of a number that is not to be looked at in parts."""
    judged = known.get(written)
    return judged if judged is not None and (judged.passed or " " not in written) else None


def _spelt(judged: Judged, start: int, end: int, title: str, expected: Collection[Kind]) -> list[Candidate]:
    """Give the candidates of a cell that is one number; no words stand beside it."""
    few = recogniser.named_by_declaration(expected)
    return [
        Candidate(kind, start, end, passed, passed and NATURES[kind].certain, 0.0, named=False)
        for kind, passed, needs_name in judged.tried
        if not needs_name or kind in few or titled(title, kind)
    ]
