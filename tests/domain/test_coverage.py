"""Which rules no case proves, and which cases contradict each other."""

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest

from gateway.domain.coverage import check_agreement, uncovered
from policies.load import load_bundle
from policies.packs import Bundle, Case
from policies.refusal import PolicyRefused

AT = datetime(2026, 11, 20, 10, tzinfo=UTC)


def case(name: str, line: int = 1, /, **want: Any) -> Case:
    facts = {"person": {"jurisdiction": "KR"}, "ask": {"purpose": "marketing.own", "channel": "sms"}}
    return Case(name, "cases/kr/x.yaml", line, facts, AT, want)


def lacks(rule: str, *cases: Case, bundle: Bundle | None = None) -> tuple[str, ...]:
    found = {one.rule: one.lacks for one in uncovered(cases, bundle or load_bundle())}
    return found.get(rule, ())


def test_a_rule_that_nobody_cites_lacks_both() -> None:
    assert lacks("KR-50-1") == ("case", "counter-case")


def test_one_outcome_is_no_counter_case() -> None:
    deny = case("a", outcome="deny", cites=["KR-50-1"])
    hold = case("b", outcome="hold", cites=["KR-50-1"])
    assert lacks("KR-50-1", deny, hold) == ("counter-case",)


def test_the_opposite_outcome_or_a_case_without_it_covers() -> None:
    deny = case("a", outcome="deny", cites=["KR-50-1"])
    assert lacks("KR-50-1", deny, case("b", outcome="allow", cites=["KR-50-1"])) == ()
    assert lacks("KR-50-1", deny, case("b", without=["KR-50-1"])) == ()
    assert lacks("KR-50-1", case("b", without=["KR-50-1"])) == ("case",)


def test_a_bill_needs_only_a_case_without_it() -> None:
    bundle = load_bundle()
    pack = bundle.packs["KR"]
    (rule,) = (one for one in pack.rules if one.id == "KR-50-1")
    rules = tuple(replace(one, pending=True) if one is rule else one for one in pack.rules)
    bill = replace(bundle, packs={**bundle.packs, "KR": replace(pack, rules=rules)})
    assert lacks("KR-50-1", bundle=bill) == ("counter-case",)
    assert lacks("KR-50-1", case("b", without=["KR-50-1"]), bundle=bill) == ()


def test_an_inherited_rule_is_asked_about_once_where_it_stands() -> None:
    bundle = load_bundle()
    (inherited,) = {one.id for one in bundle.packs["DE"].rules[:1]}
    found = [one for one in uncovered((), bundle) if one.rule == inherited]
    assert [one.file for one in found] == ["jurisdictions/eu.yaml"]


@pytest.mark.parametrize(
    ("one", "two"),
    [
        ({"outcome": "allow"}, {"outcome": "deny"}),
        ({"outcome": "deny", "step": 3}, {"outcome": "deny", "step": 6}),
        ({"obligations": {"sender": True}}, {"obligations": {"sender": False}}),
        ({"obligations": {"sender": True}}, {"lacks": ["sender"]}),
        ({"without": ["KR-50-1"]}, {"cites": ["KR-50-1"]}),
    ],
)
def test_equal_facts_with_different_wants_are_refused(one: dict[str, Any], two: dict[str, Any]) -> None:
    with pytest.raises(PolicyRefused) as refused:
        check_agreement((case("a", 3, **one), case("b", 9, **two)))
    assert refused.value.code == "contradicting_cases"
    assert (refused.value.file, refused.value.line) == ("cases/kr/x.yaml", 9)
    assert "cases/kr/x.yaml:3" in refused.value.message


def test_wants_that_agree_or_other_facts_are_no_contradiction() -> None:
    other = case("c", outcome="allow")
    later = replace(other, at=datetime(2026, 11, 21, tzinfo=UTC))
    check_agreement((case("a", outcome="deny"), case("b", cites=["KR-50-1"], outcome="deny"), later))
    elsewhere = replace(other, facts={**other.facts, "person": {"jurisdiction": "DE"}})
    check_agreement((case("a", outcome="deny"), elsewhere))


def test_the_order_of_keys_is_no_difference() -> None:
    one = case("a", outcome="deny")
    two = replace(case("b", outcome="allow"), facts={name: one.facts[name] for name in reversed(list(one.facts))})
    with pytest.raises(PolicyRefused):
        check_agreement((one, two))


def test_the_packaged_cases_agree() -> None:
    from policies.golden import load_cases

    check_agreement(load_cases())
