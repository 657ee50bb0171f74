"""`ostiary policy test`: the golden cases of a folder, and the rules that none of them proves."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from gateway.cli.showing import number
from gateway.cli.speech import REFUSED, Json, answer, say, table

if TYPE_CHECKING:
    from collections.abc import Sequence

    from gateway.domain.cases import CaseResult
    from gateway.domain.coverage import Uncovered
    from gateway.domain.retention_cases import KeepingResult
    from gateway.domain.treatment_cases import FindingResult

    _Result = CaseResult | FindingResult | KeepingResult

Folder = Annotated[Path | None, typer.Argument(help="A policies folder; without it, the one in the package.")]
Ok = Annotated[bool, typer.Option("--uncovered-ok", help="Tell which rules no case proves, but do not fail for it.")]


def run_tests(folder: Folder = None, uncovered_ok: Ok = False, as_json: Json = False) -> None:
    """Run the golden cases of a policies folder. Exit code 4 if one differs or a rule lacks a case or counter-case."""
    from gateway.domain.cases import run_cases
    from gateway.domain.coverage import check_agreement, uncovered
    from gateway.domain.errors import Invalid
    from gateway.domain.retention_cases import run_keeping, uncovered_keeping
    from gateway.domain.treatment_cases import run_findings, uncovered_rows
    from policies.golden import load_cases
    from policies.load import PACKAGED, load_bundle
    from policies.retaining import load_keeping
    from policies.treating import load_findings

    top = folder or PACKAGED
    bundle, cases = load_bundle(top), load_cases(top / "cases")
    check_agreement(cases)
    try:
        results = run_cases(cases, bundle)
    except ValueError as error:
        raise Invalid("case_unfit", str(error)) from error
    looked = run_findings(load_findings(top), bundle)
    kept = run_keeping(load_keeping(top), bundle)
    every: list[_Result] = [*results, *looked, *kept]
    wrong = [one for one in every if one.differences]
    bare = (
        *uncovered((one.case for one in results if not one.differences), bundle),
        *uncovered_rows([one.case for one in looked if not one.differences], bundle),
        *uncovered_keeping([one.case for one in kept if not one.differences], bundle),
    )
    count = len(every)
    answer(_told(count, wrong, bare), as_json, lambda: _show(count, wrong, bare))
    if wrong or (bare and not uncovered_ok):
        raise typer.Exit(REFUSED)


def _told(cases: int, wrong: "Sequence[_Result]", bare: "tuple[Uncovered, ...]") -> dict[str, Any]:
    differing = [{"at": _at(one), "case": one.case.name, "differs": "; ".join(one.differences)} for one in wrong]
    lacking = [{"at": f"{one.file}:{one.line}", "rule": one.rule, "lacks": list(one.lacks)} for one in bare]
    return {"cases": cases, "differing": differing, "uncovered": lacking}


def _show(cases: int, wrong: "Sequence[_Result]", bare: "tuple[Uncovered, ...]") -> None:
    rows = [(_at(one), one.case.name, "; ".join(one.differences)) for one in wrong]
    table(("at", "case", "differs"), rows, f"All {number(cases)} cases hold.")
    if bare:
        say("")
        lacking = [(f"{one.file}:{one.line}", one.rule, " and ".join(one.lacks)) for one in bare]
        table(("at", "rule", "lacks"), lacking, "")


def _at(one: "_Result") -> str:
    return f"{one.case.file}:{one.case.line}"
