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
Alone = tuple[Judged, int, int]


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
    alone, known = _judged(shapes, title, expected, numbers, words) if sum(numbers) >= _FEW else ({}, {})
    shared: dict[Alone, list[Candidate]] = {}
    found = []
    for at, (shape, first, second) in enumerate(zip(shapes, numbers, words, strict=True)):
        if (number := alone.get(at)) is None:
            found.append(recogniser.look(shape, title, expected, numbers=first, words=second, known=known))  # 4
            continue
        if (alike := shared.get(number)) is None:
            alike = shared[number] = _spelt(*number, title, expected)  # 3
        found.append(alike)
    return found


def _judged(
    shapes: Sequence[Flat], title: str, expected: Collection[Kind], numbers: Sequence[bool], words: Sequence[int]
) -> tuple[dict[int, Alone], dict[str, Judged]]:
    """Judge the cells that are one number, and the runs of digits in the others."""
    whole, runs = _gathered(shapes, numbers, words)  # 1
    speaks = Kind.PHONE in recogniser.named_by_declaration(expected) or titled(title, Kind.PHONE)
    told = together((written for written, _, _ in whole.values()), phones_named=speaks)  # 2
    alone = {
        at: (judged, *shapes[at].span(start, end))
        for at, (written, start, end) in whole.items()
        if (judged := _settled(written, told)) is not None
    }
    return alone, together(runs)


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
