"""Grade everybody's data, once a night: who is kept up and used comes first where a release asks for the best.

  1 count    release pages  -> Selections   who was made available in the past year, page by page, as bitmaps
  2 grade    Selections     -> grades       people by number, a batch in a transaction; only what changes is written
  3 enter    grades         -> leaf         `grades.run`: how many people have each grade

Run again it changes nothing; a run that is cut short is made good by the next. Must never decide about a person: a
grade is an order among those whom the law allows.
"""

from dataclasses import dataclass
from typing import Final

from audit.leaf import Entry, Json
from gateway.domain.errors import Conflict
from gateway.domain.grades import YEAR
from gateway.flows.gate import Gate
from gateway.store import grades
from gateway.store.grades import Selections

BATCH: Final = 20_000
_ONE_AT_A_TIME: Final = b"ostigrad"


@dataclass(frozen=True, slots=True)
class Graded:
    """A run: how many people were looked at, how many grades changed, and how many people have each grade now."""

    people: int
    changed: int
    by_grade: dict[int, int]


def grade_all(gate: Gate, actor: str) -> Graded:
    """Give everybody the grade of now.

    Raises:
        Conflict: `grades_running`: another run is under way.
    """
    with gate.house.alone(_ONE_AT_A_TIME) as ours:
        if not ours:
            raise Conflict("grades_running", "Grades are being given already. Look at `ostiary grades show` later.")
        people, changed = _grade(gate, _selections(gate))  # 1, 2
        with gate.house.unit() as connection:
            by_grade = grades.counts(connection)
            body: dict[str, Json] = {"people": people, "changed": changed, "grades": _told(by_grade)}
            gate.house.enter(connection, [Entry("grades.run", actor, body)])  # 3
    # True now: grades are as of this run. A crash before this left some of them new, which the next run finds right.
    return Graded(people, changed, by_grade)


def shown(gate: Gate) -> dict[int, int]:
    """Give how many people have each grade."""
    with gate.house.unit() as connection:
        return grades.counts(connection)


def _selections(gate: Gate) -> Selections:
    since, found = gate.clock() - YEAR, Selections()
    behind: tuple[int, ...] | None = (0, 0, 0)
    while behind is not None:
        start, behind = behind, None
        with gate.house.unit() as connection:
            for behind, people in grades.selected(connection, since, start):
                found.add(behind[0], people)
    found.close()
    return found


def _grade(gate: Gate, selections: Selections) -> tuple[int, int]:
    at, after, people, changed = gate.clock(), 0, 0, 0
    while True:
        with gate.house.unit() as connection:
            upto = grades.top(connection, after, BATCH)
            if not upto:
                return people, changed
            seen, moved = grades.regrade(connection, after, upto, selections.between(after, upto), at)
        after, people, changed = upto, people + seen, changed + moved


def _told(by_grade: dict[int, int]) -> dict[str, Json]:
    return {str(grade): count for grade, count in by_grade.items()}
