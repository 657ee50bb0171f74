"""Runs the cases of the treatment table, and says which of its rows no case proves. Pure.

Must never take a row for proven because a case happened to touch it: a case must name it, and a counter-case too.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from gateway.domain.coverage import Uncovered, unproven
from gateway.domain.treatment import matches, place_of, treat
from policies.packs import Bundle, FindingCase


@dataclass(frozen=True, slots=True)
class FindingResult:
    """One case and in what its treatment differs from what is wanted; nothing if it holds."""

    case: FindingCase
    differences: tuple[str, ...]


def run_findings(cases: Iterable[FindingCase], bundle: Bundle) -> tuple[FindingResult, ...]:
    """Run the cases under a bundle. A kind that the table does not know is of no family."""
    return tuple(FindingResult(case, tuple(_differences(case, bundle))) for case in cases)


def uncovered_rows(cases: Sequence[FindingCase], bundle: Bundle) -> tuple[Uncovered, ...]:
    """Name the rows that lack a case (that wants them to decide) or a counter-case (that keeps them out)."""
    kept_out = frozenset(rule for case in cases for rule in case.without)
    return unproven(bundle.treatment.rows, frozenset(case.rule for case in cases), kept_out)


def _differences(case: FindingCase, bundle: Bundle) -> list[str]:
    family = bundle.treatment.kinds.get(case.kind, "")
    found = treat(bundle, case.kind, family, case.field, case.score, case.evidence)
    out = []
    if found.treatment is not case.want:
        out.append(f"treatment is {found.treatment}, wanted {case.want}")
    if case.rule and found.rule != case.rule:
        out.append(f"decided by {found.rule}, wanted {case.rule}")
    place = place_of(bundle, case.field, case.kind)
    had_part = {row.id for row in bundle.treatment.rows if matches(row, case.kind, place, case.score, case.evidence)}
    out += [f"{rule} had a part" for rule in sorted(case.without & had_part)]
    return out
