"""Runs the cases of retention.yaml, and says which of its rules no case proves. Pure.

Must never be kinder than the plan: a case's facts become the same values that the store would read.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from gateway.domain.coverage import Uncovered, unproven
from gateway.domain.retention import ENDLESS, Hold, as_of, named_by
from policies.keeping import KeepingCase
from policies.packs import Bundle

_KEPT = "kept"


@dataclass(frozen=True, slots=True)
class KeepingResult:
    """One case and in what its answer differs from what is wanted; nothing if it holds."""

    case: KeepingCase
    differences: tuple[str, ...]


def run_keeping(cases: Iterable[KeepingCase], bundle: Bundle) -> tuple[KeepingResult, ...]:
    """Run the cases under a bundle."""
    return tuple(KeepingResult(case, tuple(_differences(case, bundle))) for case in cases)


def uncovered_keeping(cases: Sequence[KeepingCase], bundle: Bundle) -> tuple[Uncovered, ...]:
    """Name the rules that lack a case (that wants them to decide) or a counter-case (that keeps them out)."""
    kept_out = frozenset(rule for case in cases for rule in case.without)
    return unproven(bundle.retention, frozenset(case.rule for case in cases), kept_out)


def _differences(case: KeepingCase, bundle: Bundle) -> Iterator[str]:
    found = named_by(bundle, _hold(case), as_of(case.at))
    reason, rule = (found[0].reason, found[0].id) if found else (None, "")
    if reason is not case.want:
        yield f"answer is {reason or _KEPT}, wanted {case.want or _KEPT}"
    if case.rule and rule != case.rule:
        yield f"decided by {rule or 'no rule'}, wanted {case.rule}"
    yield from (f"{each} had a part" for each in sorted(case.without & {each.id for each in found}))


def _hold(case: KeepingCase) -> Hold:
    until = max((each or ENDLESS for each in case.ends), default=None)
    return Hold(
        1, case.jurisdiction, case.identifiers, until, case.consent, case.under_way, case.came_at, case.used_at
    )  # fmt: skip
