"""Weighs candidates by their column: strength of the check, what the column is made of, words beside.

Numbers that a word in their cell names are counted apart: a few of them would lend their weight to order numbers in
the same column. Must never let the same number count twice as evidence: distinct cells are counted.
"""

from collections.abc import Iterable, Mapping, Sequence

from gateway.scan.candidates import Candidate, titled
from gateway.scan.chance import CERTAIN, LIKELY, NAMED, POSSIBLE, PROOF, STRONG, by_accident, score
from gateway.scan.findings import ColumnVerdict
from gateway.scan.kinds import NATURES, Kind
from gateway.scan.spans import Taken

_TELLING = 20  # candidates from which on a rate near chance speaks against a title

Counts = tuple[int, int]
_NONE: Counts = (0, 0)


class Column:
    """One column and how often each kind was tried and passed in it.

    Args:
        title: of the column.
        looked: candidates of distinct cells.
        times: how many distinct cells have each of these.
        cleared: cells that are of a kind as a whole.
        rising: whether its numbers count upwards, as order numbers do; they pass for phones.
        expected: kinds that it was declared to hold.
        prior: what a sample of the same list said of it.
    """

    def __init__(
        self, title: str, looked: Iterable[Sequence[Candidate]], times: Iterable[int], cleared: Mapping[Kind, int],
        *, rising: bool, expected: frozenset[Kind], prior: ColumnVerdict | None,
    ) -> None:  # fmt: skip
        self.title = title
        self._rising = rising
        self._expected = expected
        self._prior = prior
        counted: dict[tuple[Kind, bool], list[int]] = {(kind, False): [n, n] for kind, n in cleared.items()}
        for of_cell, cells in zip(looked, times, strict=True):
            for kind, _, _, passed, _, _, named in of_cell:
                counts = counted.setdefault((kind, named), [0, 0])
                counts[0] += passed * cells
                counts[1] += cells
        self._counted = {key: (passed, tried) for key, (passed, tried) in counted.items()}
        self._scores: dict[tuple[Kind, bool], float] = {}
        self._bounds: dict[tuple[Kind, bool], float] = {}

    @property
    def unnamed(self) -> dict[Kind, Counts]:
        """Passed and tried of the candidates that no word in their cell names."""
        return {kind: counts for (kind, named), counts in self._counted.items() if not named}

    def both(self, kind: Kind) -> Counts:
        """Passed and tried of a kind, named or not."""
        return _sum(self._counted.get((kind, True), _NONE), self._counted.get((kind, False), _NONE))

    def speaks_for(self, kind: Kind) -> bool:
        """Whether the column as a whole is more of this kind than chance explains; its title may help."""
        nature = NATURES[kind]
        named = titled(self.title, kind) or kind in self._expected
        if (self._rising and kind is Kind.PHONE) or nature.needs_context:
            return named
        bound = by_accident(*self.both(kind), nature.chance)
        return nature.certain or bound <= (STRONG if named else PROOF)

    def weighed(self, candidates: Sequence[Candidate]) -> list[tuple[Candidate, float]]:
        """Score the passing candidates of one cell; of two on one place the surer one stays."""
        scored = [(each, self._score(each)) for each in candidates if each.passed]
        if len(scored) > 1:
            scored.sort(key=self._rank)
            taken = Taken()
            scored = [pair for pair in scored if pair[1] > 0 and taken.takes(pair[0].start, pair[0].end)]
        return scored

    def _rank(self, pair: tuple[Candidate, float]) -> tuple[float, float, float, int]:
        candidate, how_sure = pair
        chance = NATURES[candidate.kind].chance
        key = candidate.kind, candidate.named
        if (bound := self._bounds.get(key)) is None:
            bound = self._bounds[key] = by_accident(*self._counted[key], chance)
        return -how_sure, bound, chance, candidate.start - candidate.end

    def _score(self, candidate: Candidate) -> float:
        if candidate.certain:
            return CERTAIN
        if candidate.score:
            return min(candidate.score, CERTAIN)
        key = candidate.kind, candidate.named
        if (known := self._scores.get(key)) is None:
            known = self._scores[key] = self._of_group(*key)
        return known

    def _of_group(self, kind: Kind, in_cell: bool) -> float:
        """Score what passes of one kind, named in its cell or not."""
        by_title = titled(self.title, kind) or kind in self._expected
        counting = self._rising and kind is Kind.PHONE
        if counting and not in_cell and not by_title:
            return 0.0
        own, known = self._counted[kind, in_cell], self._known(kind)
        by_numbers = score(*own, NATURES[kind].chance)
        if by_numbers == CERTAIN or (self._prior is not None and self._prior.kind is kind):
            return CERTAIN
        if in_cell:
            return NAMED
        together = _sum(own, known)
        if by_title:
            at_chance = together[1] >= _TELLING and by_accident(*together, NATURES[kind].chance) > STRONG
            return POSSIBLE if at_chance and NATURES[kind].chance < POSSIBLE else NAMED
        return min(LIKELY, score(*together, NATURES[kind].chance)) if known[1] else by_numbers

    def _known(self, kind: Kind) -> Counts:
        return self._prior.tried.get(kind, _NONE) if self._prior is not None else _NONE


def _sum(one: Counts, other: Counts) -> Counts:
    return one[0] + other[0], one[1] + other[1]
