"""Says which rules and which kinds of source no golden case proves, and which cases contradict each other. Pure.

Must never take a rule for proven because a case happened to touch it: only what a case says that it wants counts.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from policies.packs import Bundle, Case, RetentionRule, Rule, SourceRule, TreatmentRow
from policies.refusal import PolicyRefused
from policies.terms import Outcome

_plain = ("outcome", "code", "step", "not_before")


@dataclass(frozen=True, slots=True)
class Uncovered:
    """A rule and what it lacks: a case that cites it, a counter-case, or both; `file` and `line` are the rule's."""

    rule: str
    file: str
    line: int
    lacks: tuple[str, ...]


def uncovered(cases: Iterable[Case], bundle: Bundle) -> tuple[Uncovered, ...]:
    """Name the rules that are not covered, in the order of their files.

    A rule is covered if a case cites it and there is a counter-case: one of the opposite outcome that cites it, or one
    that wants it to have had no part. A bill can have no part, so a counter-case is all that it needs. A kind of source
    is covered in the same way; one that permits nothing has no counter-case.
    """
    wanted, unwanted = _told(cases)
    return tuple(
        Uncovered(rule.id, rule.file, rule.line, lacks)
        for rule in _rules(bundle)
        if (lacks := tuple(_lacks(rule, wanted.get(rule.id, frozenset()), rule.id in unwanted)))
    )


def _told(cases: Iterable[Case]) -> tuple[Mapping[str, set[bool]], set[str]]:
    """Give, by rule, whether cases that cite it are allowed (both, if there are both), and the rules kept out."""
    wanted: dict[str, set[bool]] = {}
    unwanted: set[str] = set()
    for case in cases:
        unwanted.update(case.want.get("without", ()))
        for rule in case.want.get("cites", ()):
            wanted.setdefault(rule, set()).add(case.want.get("outcome") == Outcome.ALLOW)
    return wanted, unwanted


def _lacks(rule: Rule | SourceRule, outcomes: Iterable[bool], kept_out: bool) -> Iterator[str]:
    found = frozenset(outcomes)
    if not found and not (isinstance(rule, Rule) and rule.pending):
        yield "case"
    alone = isinstance(rule, SourceRule) and not rule.permits
    if not kept_out and not alone and len(found) < 2:  # noqa: PLR2004  allowed and not allowed
        yield "counter-case"


def _rules(bundle: Bundle) -> tuple[Rule | SourceRule, ...]:
    """Give every rule once, by file and line; one id that stands for two times is asked about once."""
    found: dict[tuple[str, str], Rule | SourceRule] = {(rule.file, rule.id): rule for rule in bundle.sources.values()}
    found |= {(rule.file, rule.id): rule for pack in bundle.packs.values() for rule in reversed(pack.rules)}
    return tuple(sorted(found.values(), key=lambda rule: (rule.file, rule.line)))


def unproven(
    rules: Iterable[TreatmentRow | RetentionRule], wanted: frozenset[str], kept_out: frozenset[str]
) -> tuple[Uncovered, ...]:
    """Name the rules that no case wants to decide, or that no case keeps out.

    Args:
        rules: of a file whose cases name the one rule that decides.
        wanted: ids that a case wants to decide.
        kept_out: ids that a case wants to have no part.
    """
    lacking = [
        (rule, tuple(word for word, told in (("case", wanted), ("counter-case", kept_out)) if rule.id not in told))
        for rule in rules
    ]
    return tuple(Uncovered(rule.id, rule.file, rule.line, lacks) for rule, lacks in lacking if lacks)


def check_agreement(cases: Iterable[Case]) -> None:
    """Refuse cases that tell the same of the same person at the same moment, and want different things.

    Raises:
        PolicyRefused: `contradicting_cases`, at the later case, naming the other.
    """
    told: dict[str, list[Case]] = {}
    for case in cases:
        alike = told.setdefault(_canonical({**case.facts, "at": case.at}), [])
        for other in alike:
            if differs := tuple(_disagreement(other.want, case.want)):
                message = (
                    f"“{case.name}” tells the same as “{other.name}” ({other.file}:{other.line}) and wants another"
                    f" {', '.join(differs)}. Mend one of them."
                )
                raise PolicyRefused("contradicting_cases", case.file, case.line, message)
        alike.append(case)


def _canonical(value: Any) -> str:
    """Spell facts so that the order of keys does not matter; the order of a list may."""
    if isinstance(value, Mapping):
        return "{" + ",".join(f"{key}:{_canonical(value[key])}" for key in sorted(value)) + "}"
    if isinstance(value, (list, tuple)):
        return "[" + ",".join(map(_canonical, value)) + "]"
    return repr(value)


def _disagreement(one: Mapping[str, Any], two: Mapping[str, Any]) -> Iterator[str]:
    yield from (name for name in _plain if name in one and name in two and one[name] != two[name])
    duties, others = one.get("obligations", {}), two.get("obligations", {})
    yield from (f"obligation {name}" for name in sorted(duties.keys() & others.keys()) if duties[name] != others[name])
    for this, that in ((one, two), (two, one)):
        yield from (f"part of {rule}" for rule in sorted({*this.get("cites", ())} & {*that.get("without", ())}))
        yield from (f"{duty}" for duty in sorted(this.get("obligations", {}).keys() & {*that.get("lacks", ())}))
