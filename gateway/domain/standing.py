"""From what somebody said, row by row, to the lines that a decision reads: in order of time, ties refuse.

Must never drop a withdrawal, and never let a row of unknown time widen anything. Called once a person: kept cheap.
"""

from collections.abc import Iterable
from functools import lru_cache
from typing import TypeAlias

from gateway.domain.people import Consent
from policies.packs import Bundle
from policies.terms import Condition, ConsentState

Said: TypeAlias = tuple[ConsentState, str, float, int, Condition, str, int]
"""State, purpose, since (POSIX seconds, 0 if nobody knows), band, conditions, wording, source (0: said to us)."""

_last = float("inf")


def ranked(rows: Iterable[Said]) -> tuple[Consent, ...]:
    """Rank what a person said about an ask.

    Args:
        rows: those that touch the ask: purpose or an ancestor, channel or all, sender or all.

    Returns:
        Lines in order of rank, from 1. At the same instant a withdrawal or an objection ranks above a consent.
        A withdrawal of unknown time ranks above everything, a consent of unknown time below.
    """
    said = list(rows)
    if len(said) > 1:
        said.sort(key=_order)
    return tuple(
        [
            _line(state, purpose, band, rank, conditions, wording, source)
            for rank, (state, purpose, _, band, conditions, wording, source) in enumerate(said, 1)
        ]
    )


def purpose_chain(bundle: Bundle, purpose: str) -> tuple[str, ...]:
    """Give a purpose and its ancestors, nearest first: the purposes whose rows touch an ask for it."""
    return bundle.purposes.chain(purpose)


def _order(row: Said) -> tuple[float, bool, str, str, int, int, str, int]:
    state, purpose, since, band, conditions, wording, source = row
    stops = state != ConsentState.GIVEN
    return since or (_last if stops else 0.0), stops, state, purpose, band, conditions, wording, source


@lru_cache(maxsize=65536)
def _line(
    state: ConsentState, purpose: str, band: int, rank: int, conditions: Condition, wording: str, source: int
) -> Consent:
    """Make a line once; equal lines are the same object, which also makes cells cheap to compare."""
    return Consent(ConsentState(state), purpose, band, rank, Condition(conditions), wording, source)
