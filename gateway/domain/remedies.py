"""The smallest change that would allow an ask, proven: it is applied to the facts, and the same decision allows it.

Must never offer what was not decided again and allowed, nor a set of changes of which one can be left out.

How it is found: the first thing that speaks against an ask must be lifted by any set of changes that allows it. So one
change that may lift it is tried at a time, breadth first: single changes, then pairs, then more. A consent is tried
with all that a consent may carry, and then made smaller, condition by condition, as long as it still carries.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final, TypeAlias

from gateway.domain.changes import (
    CONSENT,
    WAIT,
    Change,
    Later,
    Situation,
    applied,
    consenting,
    must_not_be_asked,
)
from gateway.domain.grant import Grant
from gateway.domain.liftings import candidates
from gateway.domain.people import Facts, Snapshot
from gateway.domain.reasons import Decision
from gateway.domain.requests import Ask
from policies.packs import Bundle
from policies.terms import Condition, Outcome

NOTHING: Final = "nothing that may lawfully be done"
MOST: Final = 4
"""Changes tried together at most."""
_TRIED: Final = 600
_TOLD: Final = 4
_Tried: TypeAlias = tuple[tuple[Change, ...], Decision]
"""Changes that did not allow it together, and what was decided then."""


@dataclass(frozen=True, slots=True)
class Way:
    """One smallest set of changes, and the decision that was reached with it: an allowance, with its rules."""

    changes: tuple[Change, ...]
    decision: Decision

    @property
    def words(self) -> str:
        """What would have to be so."""
        return ", and ".join(change.words for change in self.changes)

    @property
    def rules(self) -> tuple[str, ...]:
        """The rules that the allowance would rest on."""
        return self.decision.rules


@dataclass(frozen=True, slots=True)
class Remedy:
    """What would allow an ask. `ways` all have the same, smallest number of changes, the least burdensome first.

    None is left where the ask is allowed already (`allowed`), where nothing may lawfully be done, or where more would
    be needed than was tried (`beyond`).
    """

    ways: tuple[Way, ...]
    allowed: bool = False
    beyond: bool = False

    @property
    def words(self) -> str:
        """It in a sentence; "" if it is allowed as it is."""
        if self.allowed:
            return ""
        if self.beyond:
            return f"more than {MOST} things would have to change"
        return "; or ".join(way.words for way in self.ways) or NOTHING


def smallest(
    decision: Decision,
    ask: Ask,
    facts: Facts,
    snapshot: Snapshot,
    bundle: Bundle,
    at: datetime,
    *,
    grant: Grant | None = None,
    later: Later | None = None,
) -> Remedy:
    """Find the smallest change that would allow an ask.

    Args:
        decision: what was decided.
        ask: what was asked.
        facts: of the person, bands taken at `at`.
        snapshot: sources and registers, read with the facts.
        bundle: the law in force.
        at: the moment of the decision.
        grant: the caller's; None leaves step 1 out, as `decide` does.
        later: gives the person's facts as they will be at a moment; without it they are taken as they are.

    Returns:
        The smallest ways, each proven by deciding again; or that there is none.
    """
    if decision.outcome is Outcome.ALLOW:
        return Remedy((), allowed=True)
    quiet = must_not_be_asked(ask, facts, bundle)
    situation = Situation(ask, grant, facts, snapshot, bundle, at, later, quiet)
    frontier: list[_Tried] = [((), situation.decided())]
    tried: set[frozenset[Change]] = set()
    for _ in range(MOST):
        frontier, ways = _next(situation, frontier, tried)
        if ways:
            return Remedy(_told(ways))
        if not frontier or len(tried) > _TRIED:
            break
    return Remedy((), beyond=bool(frontier))


def _next(
    situation: Situation, frontier: Sequence[_Tried], tried: set[frozenset[Change]]
) -> tuple[list[_Tried], list[Way]]:
    """Try one change more than before: what is allowed by it, and from where it may be gone on."""
    further, ways = [], []
    for changes, decision in frontier:
        here = applied(changes, situation)
        for change in candidates(here, decision):
            more = (*changes, change)
            if frozenset(more) in tried or any(each.kind == change.kind == CONSENT for each in changes):
                continue
            tried.add(frozenset(more))
            then = applied(more, situation).decided()
            if then.outcome is Outcome.ALLOW:
                ways.append(_lean(situation, more))
            elif _against(then) != _against(decision):
                further.append((more, then))
    return further, ways


def _against(decision: Decision) -> frozenset[tuple[str, str, str]]:
    return frozenset((reason.code, reason.rule, reason.words) for reason in decision.reasons)


def _lean(situation: Situation, changes: tuple[Change, ...]) -> Way:
    """Leave out every change, and every condition of a consent, without which it is still allowed."""
    for change in changes:
        fewer = tuple(each for each in changes if each is not change)
        changes = fewer if _allows(situation, fewer) else changes
    for at, change in enumerate(changes):
        if change.kind == CONSENT:
            changes = _leaner(situation, changes, at)
    return Way(changes, applied(changes, situation).decided())


def _leaner(situation: Situation, changes: tuple[Change, ...], at: int) -> tuple[Change, ...]:
    for condition in Condition:
        left = changes[at].conditions & ~condition
        if left != changes[at].conditions:
            tried = (*changes[:at], consenting(situation, left), *changes[at + 1 :])
            changes = tried if _allows(situation, tried) else changes
    return changes


def _allows(situation: Situation, changes: tuple[Change, ...]) -> bool:
    return applied(changes, situation).decided().outcome is Outcome.ALLOW


_BURDEN: Final = (WAIT, "line", "category", "classes", "register", "evidence", "approval", "grant")
"""Kinds of changes, the lightest first; all others come after."""


def _told(ways: list[Way]) -> tuple[Way, ...]:
    """Give the smallest of what was found, each once, the lightest first."""
    fewest = min(len(way.changes) for way in ways)
    once = {frozenset(way.changes): way for way in ways if len(way.changes) == fewest}
    return tuple(sorted(once.values(), key=_burden)[:_TOLD])


def _burden(way: Way) -> int:
    return sum(_BURDEN.index(each.kind) if each.kind in _BURDEN else len(_BURDEN) for each in way.changes)
