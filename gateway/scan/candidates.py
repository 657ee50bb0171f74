"""What a detector gave, with what stands beside it: candidates as the statistics take them.

Must never look further than thirty letters for a word that names a number: the next sentence speaks of another.
"""

import re
from collections.abc import Callable, Sequence
from functools import lru_cache
from typing import NamedTuple

from gateway.scan.chance import CERTAIN, NAMED
from gateway.scan.kinds import NATURES, Kind, named_in, names, plain
from gateway.scan.letters import Flat
from gateway.scan.trial import Trial

NEAR = 30
_BY_CHECK = 0.6
_TITLES = 4096  # remembered with what they name; a list of that many columns is no list

titled = lru_cache(maxsize=_TITLES * 16)(names)
"""Whether a title names a kind; asked for every kind, chunk after chunk."""

_LETTERS = re.compile(r"[^\W\d_]{2}")


class Candidate(NamedTuple):
    """One candidate in one cell.

    Attributes:
        kind: what it could be.
        start, end: its place in the cell as it came.
        passed: whether the check holds.
        certain: whether its form is proof.
        score: what the detector itself thinks; 0.0 lets the column's statistics say.
        named: whether a word near it names the kind.
    """

    kind: Kind
    start: int
    end: int
    passed: bool
    certain: bool
    score: float
    named: bool


def candidates(shape: Flat, tried: Sequence[Trial], speaks: Callable[[Kind], bool]) -> list[Candidate]:
    """Give the candidates of one cell, from the trials of its flat text.

    Args:
        shape: the cell.
        tried: what the detectors gave.
        speaks: whether the column's title, or what it was declared to be, names a kind.

    Returns:
        Candidates with their places in the cell. What counts only if it is named, and is not, is left out.
    """
    text = shape.text
    known: dict[tuple[int, int], str] = {}
    found = []
    for kind, start, end, passed, proof, score, needs_name in tried:
        certain = proof or (passed and NATURES[kind].certain)
        named = False
        if not certain and not score and end - start < len(text):
            around = known.get((start, end))
            if around is None:
                around = known[start, end] = beside(text, start, end)
            named = bool(around) and named_in(around, kind)
        if needs_name and not named and not speaks(kind):
            continue
        place = (start, end) if shape.origins is None else shape.span(start, end)
        found.append(Candidate(kind, *place, passed, certain, score, named))
    return found


def alone(candidate: Candidate) -> float:
    """Score a candidate that stands in no column; 0.0 if it says nothing."""
    if not candidate.passed:
        return 0.0
    if candidate.certain:
        return CERTAIN
    if candidate.score:
        return min(candidate.score, CERTAIN)
    return NAMED if candidate.named else _BY_CHECK


def beside(text: str, start: int, end: int) -> str:
    """Give the words beside a stretch as `named_in` takes them, or "" if there are none."""
    around = f"{text[max(0, start - NEAR) : start]} {text[end : end + NEAR]}"
    return plain(around) if _LETTERS.search(around) else ""
