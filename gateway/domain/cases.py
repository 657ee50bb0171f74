"""Runs golden cases through the decision, for the tests and for whoever signs a bundle off. Pure.

Must never be kinder than the gate: a case's facts become the same values that the store would read.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, TypeVar

from gateway.domain.bands import band, cutoffs
from gateway.domain.campaigns import NO_CAMPAIGN
from gateway.domain.capping import Slot, claim_of, used
from gateway.domain.decision import decide
from gateway.domain.lawfulness import verdict_for
from gateway.domain.people import Consent, Dealing, Facts, Person, Reach, Snapshot, Source, UsedCap
from gateway.domain.reasons import Decision
from gateway.domain.requests import Ask, Party
from gateway.domain.standing import ranked
from policies.packs import Bundle, Case
from policies.terms import (
    Act,
    AudienceKind,
    Channel,
    Condition,
    ConsentState,
    DealingKind,
    FieldClass,
    Flag,
    LineType,
    Scope,
    SourceStatus,
)

Made = TypeVar("Made")

SENDER = 1
"""The number of the sender in every case; a source that names it names us."""


@dataclass(frozen=True, slots=True)
class CaseResult:
    """One case and in what its decision differs from what is wanted; nothing if it holds."""

    case: Case
    decision: Decision
    differences: tuple[str, ...]


def run_cases(cases: Iterable[Case], bundle: Bundle) -> tuple[CaseResult, ...]:
    """Run cases under a bundle.

    Raises:
        ValueError: a case says a word that means nothing; the message names its file and line.
    """
    return tuple(run_case(case, bundle) for case in cases)


def run_case(case: Case, bundle: Bundle) -> CaseResult:
    """Run one case; see `run_cases`."""
    try:
        ask, facts, snapshot = facts_of(case, bundle)
    except (KeyError, ValueError, TypeError) as error:
        raise ValueError(f"{case.file}:{case.line}: “{case.name}” is not well told: {error}") from error
    decision = decide(ask, None, facts, snapshot, bundle, case.at)
    differences = (*_differences(case.want, decision), *_source_differences(case, ask, facts, snapshot, bundle))
    return CaseResult(case, decision, differences)


def _source_differences(case: Case, ask: Ask, facts: Facts, snapshot: Snapshot, bundle: Bundle) -> Iterator[str]:
    """Say in what the verdict on the source, for this use of it, is not the one wanted."""
    if (wanted := case.want.get("verdict")) is None:
        return
    person, source = facts.person, snapshot.sources[SENDER]
    verdict, found = verdict_for(ask, source, bundle, person.jurisdiction, case.at, person.kind)
    if verdict != wanted:
        yield f"verdict: wanted {wanted}, got {verdict} ({found.code})"


def facts_of(case: Case, bundle: Bundle) -> tuple[Ask, Facts, Snapshot]:
    """Make the values of a case.

    What a case leaves out: a consumer, reached through an approved registration form of the sender with all its
    evidence and an age gate, collected 30 days ago in the person's country; a sender and a tool of that country.
    """
    told = case.facts
    person = _person(dict(told.get("person", {})))
    ask = _ask(dict(told["ask"]), person)
    source = _source(dict(told.get("source", {})), person, ask, bundle, case.at)
    ago = cutoffs(bundle, person.jurisdiction, case.at)
    facts = Facts(
        person,
        _reaches(dict(told.get("reach", {}))),
        _consents(told.get("consent", ()), ago),
        tuple(_dealing(dict(each), ago) for each in told.get("dealing", ())),
        _caps(told, bundle, ask, case.at),
    )
    signed = frozenset(told.get("signed", ()))
    return ask, facts, Snapshot({source.no: source}, dict(told.get("registers", {})), signed, told.get("latest"))


def _person(told: dict[str, Any]) -> Person:
    flags = Flag.NONE
    for word in told.pop("flags", ()):
        flags |= Flag[word.upper()]
    return Person(kind=AudienceKind(told.pop("kind", "b2c")), flags=flags, **told)


def _ask(told: dict[str, Any], person: Person) -> Ask:
    told.pop("at")
    country = told.pop("sender", person.jurisdiction)
    line = told.pop("line", None)
    ask = Ask(
        act=Act(told.pop("act", Act.CONTACT)),
        purpose=told.pop("purpose"),
        channel=Channel(told.pop("channel")),
        sender=Party(SENDER, "the sender", country),
        tool_country=told.pop("tool_country", country),
        line=LineType(line) if line else None,
        category=told.pop("category", ""),
        classes=frozenset(FieldClass(word) for word in told.pop("classes", ())),
    )
    return _all_read(ask, told)


def _source(told: dict[str, Any], person: Person, ask: Ask, bundle: Bundle, at: datetime) -> Source:
    kind = told.pop("kind", "registration_form")
    rule = bundle.sources[kind]
    whole = {*rule.evidence, *(word for permit in rule.permits for word in permit.evidence), "age_gate"}
    evidence = (whole | set(told.pop("also", ()))) - set(told.pop("without", ()))
    names_us = told.pop("names_us", "names_us" in rule.evidence)
    source = Source(
        no=SENDER,
        name="the source",
        kind=kind,
        status=SourceStatus(told.pop("status", SourceStatus.APPROVED)),
        collector=told.pop("collector", SENDER),
        country=told.pop("country", person.jurisdiction or ask.sender.country),
        audience=person.kind,
        collected_at=told.pop("collected", at - timedelta(days=30)),
        expires_at=told.pop("expires", None),
        evidence=frozenset(evidence),
        named=frozenset((SENDER,)) if names_us else frozenset(),
        by_person=rule.by_person,
    )
    return _all_read(source, told)


def _caps(told: Mapping[str, Any], bundle: Bundle, ask: Ask, at: datetime) -> tuple[UsedCap, ...]:
    """Give the caps that a case says are used up, and those that the contacts it tells of have used up."""
    said = tuple(UsedCap(**each) for each in told.get("caps", ()))
    claim = claim_of(bundle, ask, SENDER, None)
    slots = [_slot(dict(each), ask) for each in told.get("contact", ())]
    return (*said, *(used(claim, slots, at) if claim else ()))


def _slot(told: dict[str, Any], ask: Ask) -> Slot:
    """Give a contact that was made: by the same sender, channel and category, if the case says nothing else."""
    sender = SENDER + 1 if told.pop("other_sender", False) else SENDER
    channel, category = Channel(told.pop("channel", ask.channel)), told.pop("category", ask.category)
    return _all_read(Slot(told.pop("at"), None, sender, SENDER, channel, category, 0, NO_CAMPAIGN, ""), told)


def _reaches(told: dict[str, Any]) -> tuple[Reach, ...]:
    if told.pop("none", False):
        return ()
    scope = told.pop("suppressed", None)
    reach = Reach(SENDER, Scope(scope) if scope else None, tuple(told.pop("registers", ())))
    return (_all_read(reach, told),)


def _consents(told: Iterable[Mapping[str, Any]], ago: tuple[datetime, ...]) -> tuple[Consent, ...]:
    rows = []
    for each in told:
        (state,) = (state for state in ConsentState if state in each)
        since = each[state]
        conditions = Condition.NONE
        for word in each.get("condition", ()):
            conditions |= Condition[word.upper()]
        source = SENDER if each.get("by_source") else 0
        rows.append((state, each["purpose"], since.timestamp(), band(ago, since), conditions, "", source))
    return ranked(rows)


def _dealing(told: dict[str, Any], ago: tuple[datetime, ...]) -> Dealing:
    on = told.pop("on")
    dealing = Dealing(DealingKind(told.pop("kind")), told.pop("category", ""), band(ago, on), told.pop("notice", False))
    return _all_read(dealing, told)


def _all_read(made: Made, left: dict[str, Any]) -> Made:
    """Refuse words that nobody read: a misspelt fact would make a case say less than it seems to."""
    if left:
        raise ValueError(f"nobody knows {', '.join(sorted(left))}")
    return made


def _differences(want: Mapping[str, Any], decision: Decision) -> Iterable[str]:
    deciding = decision.deciding
    got = {
        "outcome": decision.outcome.value,
        "code": deciding.code if deciding else "",
        "step": deciding.step if deciding else 0,
        "not_before": decision.not_before,
    }
    for name, value in want.items():
        if name in got and got[name] != value:
            yield f"{name}: wanted {value}, got {got[name]}"
    rules = {*decision.rules, *(reason.rule for reason in decision.reasons)}
    if missing := sorted(set(want.get("cites", ())) - rules):
        yield f"cites: wanted {', '.join(missing)} among {', '.join(sorted(rules))}"
    if present := sorted(set(want.get("without", ())) & rules):
        yield f"without: {', '.join(present)} had a part"
    if carried := sorted(set(want.get("lacks", ())) & decision.obligations.keys()):
        yield f"lacks: {', '.join(carried)} is asked for"
    for name, value in want.get("obligations", {}).items():
        if decision.obligations.get(name) != value:
            yield f"obligations.{name}: wanted {value}, got {decision.obligations.get(name)}"
