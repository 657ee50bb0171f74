"""Puts a decision together: outcome, basis, obligations, sources, the nine steps in words.

Must never decide: what speaks against an ask was found before; here it is only told, completely and in order.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import lru_cache, partial
from typing import Any

from gateway.domain.bands import last_day
from gateway.domain.clock import Clock, open_from
from gateway.domain.duties import together
from gateway.domain.law import Findings
from gateway.domain.lawfulness import SourceFinding, source_lawful
from gateway.domain.people import Source
from gateway.domain.question import Question
from gateway.domain.reasons import Decision, Reason, Step
from policies.terms import Act, Duty, Outcome

WORST = (Outcome.ALLOW, Outcome.HOLD, Outcome.DENY)
_titles = ("caller", "source", "person", "suppression", "objection", "law", "hours", "caps", "duties")


@dataclass(frozen=True, slots=True)
class Judged:
    """What the laws said with one source as the way to the person."""

    source: Source | None
    laws: tuple[str, ...]
    found: Findings
    clock: Clock
    against: tuple[Reason, ...]
    outcome: Outcome


def finding_of(question: Question, source: Source) -> SourceFinding:
    """Say whether a source may be used for this question."""
    person = question.facts.person
    return source_lawful(question.ask, source, question.bundle, person.jurisdiction, question.at, person.kind)


def preference(question: Question, source: Source) -> tuple[bool, float, int]:
    """Order sources: what the person entered goes first, then the most recently collected."""
    rule = question.bundle.sources.get(source.kind)
    entered = source.by_person or (rule is not None and rule.by_person)
    collected = source.collected_at.timestamp() if source.collected_at else float("-inf")
    return not entered, -collected, source.no


def worst_of(reasons: list[Reason] | tuple[Reason, ...]) -> Outcome:
    """Give the worst outcome that any reason speaks for; nothing against it allows."""
    return max((reason.outcome for reason in reasons), key=WORST.index, default=Outcome.ALLOW)


def told(
    question: Question,
    against: list[Reason],
    best: Judged | None,
    also: tuple[Judged, ...],
    findings: tuple[SourceFinding, ...],
) -> Decision:
    """Put the decision together."""
    against.sort(key=lambda reason: reason.step)
    outcome = worst_of(against)
    allowed = also if outcome is Outcome.ALLOW else ()
    sources = _openable(question, allowed)
    until = _until(question, allowed)
    obligations = _obligations(question, allowed, until)
    steps = _steps(question, against, best, findings, obligations)
    return Decision(
        outcome=outcome,
        reasons=tuple(against) or _basis(best),
        steps=steps,
        obligations=obligations,
        sources=sources,
        not_before=_not_before(question, against, best),
        valid_until=until,
        remedy=" and ".join(dict.fromkeys(reason.remedy for reason in against if reason.remedy)),
        rules=tuple(sorted({rule for step in steps for rule in step.rule.split(", ") if rule})),
    )


def _openable(question: Question, allowed: tuple[Judged, ...]) -> tuple[int, ...]:
    """Name the sources that may be opened, best first.

    They are those that lead to the person lawfully, and others that no law but those asked speaks about. A source
    that leads there unlawfully stays shut.
    """
    if not allowed:
        return ()
    reached = {reach.source for reach in question.facts.reaches}
    leading = [judged.source for judged in allowed if judged.source]
    asked = set(allowed[0].laws)
    others = (
        source
        for source in question.snapshot.sources.values()
        if source.no not in reached
        and question.bundle.pack(source.country).code in asked
        and finding_of(question, source).lawful
    )
    return tuple(source.no for source in sorted((*leading, *others), key=partial(preference, question)))


def _until(question: Question, allowed: tuple[Judged, ...]) -> datetime:
    """Say how long the answer stands: not past the tool's time to ask again, the hours, or the source's own end."""
    ends = [question.at + timedelta(days=question.bundle.valid_days)]
    for judged in allowed:
        ends += [end for end in (judged.clock.until, judged.source.expires_at if judged.source else None) if end]
    return min(ends).astimezone(UTC)


def _obligations(question: Question, allowed: tuple[Judged, ...], until: datetime) -> Mapping[str, Any]:
    if not allowed:
        return {}
    duties = [duty for judged in allowed for duty in (*judged.found.duties, judged.clock.duty, _notice(judged))]
    if question.ask.act is Act.DISCLOSE:
        duties.append({Duty.VALID_UNTIL.value: until.isoformat(), Duty.RECHECK.value: True})
    return together(duties)


def _notice(judged: Judged) -> Mapping[str, Any]:
    """Work out by which day the person must have been told where the data came from (GDPR 14(3)): a day, or sooner."""
    notices = [rule.notice for _, rule in judged.found.carried_by if rule.notice is not None]
    if not notices or judged.source is None or judged.source.collected_at is None:
        return {}
    begun = min(judged.source.collected_at.astimezone(zone).date() for zone in judged.found.zones)
    return {Duty.NOTICE_OF_SOURCE_BY.value: min(last_day(begun, each) for each in notices).isoformat()}


def _not_before(question: Question, against: list[Reason], best: Judged | None) -> datetime | None:
    """A hold ends by itself only if hours and caps are all that hold; it ends when all of them are open."""
    if best is None or not against or any(reason.code not in _PASSING for reason in against):
        return None
    used = {reason.rule for reason in against}
    ends = [each.until for each in question.facts.caps if each.cap in used]
    return open_from(best.found, max(ends)) if ends else best.clock.not_before


_PASSING = frozenset({"outside_hours", "cap_used_up", "reserved"})


def _basis(best: Judged | None) -> tuple[Reason, ...]:
    """Name what an allowance rests on."""
    if best is None:
        return ()
    rules = dict.fromkeys((step, rule) for step, rule in best.found.carried_by if step <= 6)  # noqa: PLR2004  the law
    return tuple(
        Reason("basis", step, rule.id, rule.cite, rule.title, Outcome.ALLOW) for step, rule in sorted(rules, key=_first)
    )


def _first(pair: tuple[int, Any]) -> int:
    return pair[0]


def _steps(
    question: Question,
    against: list[Reason],
    best: Judged | None,
    findings: tuple[SourceFinding, ...],
    obligations: Mapping[str, Any],
) -> tuple[Step, ...]:
    """Tell the steps as an officer reads them; only the first if the caller failed it."""
    said: dict[int, list[Reason]] = {}
    for reason in against:
        said.setdefault(reason.step, []).append(reason)
    if best is None:
        return (_spoken(1, said[1]),)
    carried = _carried(best, findings)
    well = _well(question, best, findings, obligations)
    return tuple(
        _spoken(no, said[no]) if no in said else _silent(no, words, tuple(carried.get(no, ())))
        for no, words in enumerate(well, 1)
    )


def _carried(best: Judged, findings: tuple[SourceFinding, ...]) -> dict[int, list[tuple[str, str]]]:
    """Name, by step, the rules that let the ask pass."""
    carried: dict[int, list[tuple[str, str]]] = {}
    for step, rule in best.found.carried_by:
        carried.setdefault(step, []).append((rule.id, rule.cite))
    carried[2] = [(each.rule, each.cite) for each in findings if each.lawful]
    carried[7] = [(rule.id, rule.cite) for rule in best.clock.rules]
    return carried


def _spoken(no: int, here: list[Reason]) -> Step:
    rules, cites = _spelled(tuple((reason.rule, reason.cite) for reason in here))
    words = "; ".join(dict.fromkeys(reason.words for reason in here))
    return Step(no, _titles[no - 1], words, worst_of(here), rules, cites)


@lru_cache(maxsize=8192)
def _silent(no: int, words: str, carried: tuple[tuple[str, str], ...]) -> Step:
    return Step(no, _titles[no - 1], words, Outcome.ALLOW, *_spelled(carried))


@lru_cache(maxsize=4096)
def _spelled(said: tuple[tuple[str, str], ...]) -> tuple[str, str]:
    """Spell rules and citations, each once."""
    rules = ", ".join(dict.fromkeys(rule for rule, _ in said if rule))
    return rules, "; ".join(dict.fromkeys(cite for _, cite in said if cite))


def _well(
    question: Question, best: Judged, findings: tuple[SourceFinding, ...], obligations: Mapping[str, Any]
) -> tuple[str, ...]:
    """What each step says if nothing speaks against it."""
    ask = question.ask
    consented = "a consent carries it" if best.found.consented else "allowed without a consent"
    hours = "to be kept by the tool" if best.clock.duty else "open now" if ask.act is Act.CONTACT else "none to keep"
    return (
        f"may {ask.act} by {ask.channel} for {ask.purpose}",
        next((each.words for each in findings if each.lawful), ""),
        "not erased, deceased, restricted or too young",
        "on no list",
        "none stands",
        consented,
        hours,
        "to be asked again before sending" if question.facts.caps else "no cap is registered",
        ", ".join(obligations) or "none",
    )
