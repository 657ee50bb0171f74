"""The law's own tests: every golden case through the decision, and every rule in a case."""

from dataclasses import replace

import pytest

from gateway.domain.cases import run_case
from policies.golden import load_cases
from policies.load import load_bundle
from policies.packs import Case

BUNDLE = load_bundle()
CASES = load_cases()


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case.file}:{case.line}")
def test_the_decision_is_the_one_the_case_wants(case: Case) -> None:
    result = run_case(case, BUNDLE)
    assert result.differences == (), f"{case.name}: {'; '.join(result.differences)}"


def test_every_rule_and_every_source_kind_has_a_case_that_names_it() -> None:
    named = {rule for case in CASES for rule in case.want.get("cites", ())}
    every = [rule for pack in BUNDLE.packs.values() for rule in pack.rules]
    rules = {rule.id for rule in every}
    kinds = {source.id for source in BUNDLE.sources.values()}
    assert {rule.id for rule in every if not rule.pending} | kinds <= named  # what is pending can have no part
    assert named <= rules | kinds


@pytest.mark.parametrize(
    ("want", "difference"),
    [
        ({"outcome": "deny"}, "outcome: wanted deny, got allow"),
        ({"outcome": "allow", "cites": ["XX-1"]}, "cites: wanted XX-1"),
        ({"obligations": {"prefix": "[AD]"}}, "obligations.prefix: wanted [AD]"),
        ({"step": 5}, "step: wanted 5"),
    ],
)
def test_a_case_that_does_not_hold_says_in_what(want: dict[str, object], difference: str) -> None:
    result = run_case(replace(CASES_BY_NAME["at 08:00 it goes out"], want=want), BUNDLE)
    assert result.differences[0].startswith(difference)


@pytest.mark.parametrize("part", ["person", "source", "ask", "reach"])
def test_a_misspelt_fact_is_refused_with_its_place(part: str) -> None:
    told = CASES_BY_NAME["at 08:00 it goes out"]
    facts = {**told.facts, part: {**told.facts.get(part, {}), "colour": "blue"}}
    with pytest.raises(ValueError, match=r"cases/kr/night\.yaml:\d+: “at 08:00 it goes out”"):
        run_case(replace(told, facts=facts), BUNDLE)


CASES_BY_NAME = {case.name: case for case in CASES}
