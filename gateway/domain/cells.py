"""Cells: people with the same facts share one decision, and a page is its cells. Pure.

Must never judge one person apart from the others of the same facts.
"""

import hashlib
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from typing import Protocol, TypeVar

from gateway.domain.decision import Decision
from gateway.domain.people import Facts
from policies.terms import Outcome

HELD_OUT, UNSAMPLED, OVER_LIMIT = "held_out", "not_in_sample", "over_limit"


@dataclass(slots=True)
class Cell:
    """One distinct combination of facts on a page, its decision, and the numbers of the people in it.

    `withheld` says why people whom the law allows were not made available ("" if they were): sample, holdout, limit.
    `available` tells whether its people are given to the tool. `opens` says which sealed values are taken of people
    whose values lie in the same places; the disclosing flow fills it.
    """

    no: int
    facts: Facts
    decision: Decision
    withheld: str = ""
    people: list[int] = field(default_factory=list)
    opens: dict[bytes, list[tuple[str, int, slice]]] = field(default_factory=dict)
    available: bool = field(init=False)

    def __post_init__(self) -> None:
        """Settle once what is asked for every person."""
        self.available = self.decision.outcome is Outcome.ALLOW and not self.withheld


class Addressed(Protocol):
    """A row of facts: the person's number and uid, and the facts of one identifier value."""

    @property
    def no(self) -> int:
        """The person's number."""

    @property
    def uid(self) -> bytes:
        """The person's uid, 16 bytes."""

    @property
    def facts(self) -> Facts:
        """The facts, interned: equal facts are the same object."""


R = TypeVar("R", bound=Addressed)


class Cells:
    """The cells of one page, made as its people come by.

    Args:
        judge: decides once for each distinct `Facts` object.
    """

    def __init__(self, judge: Callable[[Facts], Decision]) -> None:
        self._judge = judge
        self._by_facts: dict[int, Cell] = {}
        self._withheld: dict[tuple[int, str], Cell] = {}
        self.all: list[Cell] = []

    def of(self, facts: Facts) -> Cell:
        """Give the cell of these facts; the same object always gives the same cell."""
        cell = self._by_facts.get(id(facts))
        if cell is None:
            cell = self._by_facts[id(facts)] = self._new(facts, self._judge(facts), "")
        return cell

    def withheld(self, cell: Cell, why: str) -> Cell:
        """Give the twin of an allowed cell for people who are not made available for a reason of the wish."""
        twin = self._withheld.get((cell.no, why))
        if twin is None:
            twin = self._withheld[cell.no, why] = self._new(cell.facts, cell.decision, why)
        return twin

    def _new(self, facts: Facts, decision: Decision, why: str) -> Cell:
        cell = Cell(len(self.all), facts, decision, why)
        self.all.append(cell)
        return cell


def judged(rows: Iterable[R], cells: Cells) -> Iterator[tuple[R, Cell]]:
    """Give each person once, with the best of what was decided for their identifiers: allow, then hold, then deny.

    Args:
        rows: ordered by person number; several identifier values of one person stand together.
        cells: the page's cells.
    """
    best: tuple[R, Cell] | None = None
    of = cells.of
    for row in rows:
        cell = of(row.facts)
        if best is not None and best[0].no == row.no:
            if _RANK[cell.decision.outcome] < _RANK[best[1].decision.outcome]:
                best = (row, cell)
            continue
        if best is not None:
            yield best
        best = (row, cell)
    if best is not None:
        yield best


_RANK = {Outcome.ALLOW: 0, Outcome.HOLD: 1, Outcome.DENY: 2}


def share(seed: str, uid: bytes, what: str) -> float:
    """Give a person's place in 0..1 for this seed: the same every time, unrelated between seeds and purposes."""
    digest = hashlib.sha256(f"{what}\x1f{seed}\x1f".encode() + uid).digest()
    return int.from_bytes(digest[:8], "big") / 2**64
