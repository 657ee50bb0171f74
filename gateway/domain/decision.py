"""The decision: may this caller have, or write to, this person, for this purpose, by this channel, now?

One pure function for one person, a batch, a release, the console, the customer's own page and for explaining. Must
never read a clock, a row or a country's name, and never allow what it cannot decide: every step is fail-closed.

  1 caller       grant, and whether data may go to the tool's country      alone told to a caller who fails it
  2 source       an identifier from a source lawful for this ask
  3 person       erased, deceased, restricted, too young
  4 suppression  our own suppressions, national registers
  5 objection    later than any consent
  6 law          of the recipient, the sender and the data's origin: the strictest holds
  7 hours        by the recipient's clock; a disclosure carries them along
  8 caps         used up: hold
  9 duties       what a permission obliges to
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from gateway.domain.duties import together
from gateway.domain.grant import Grant
from gateway.domain.law import Clock, Findings, consult, exports, look_at_clock
from gateway.domain.lawfulness import SourceFinding, source_lawful
from gateway.domain.people import Consent, Facts, Reach, Snapshot, Source
from gateway.domain.question import Question, laws_of
from gateway.domain.reasons import Decision, Reason, Step
from gateway.domain.requests import Ask
from policies.packs import Bundle
from policies.terms import Act, ConsentState, Duty, Flag, Outcome

__all__ = ["Decision", "Reason", "Step", "decide"]

_worst = (Outcome.ALLOW, Outcome.HOLD, Outcome.DENY)
_titles = ("caller", "source", "person", "suppression", "objection", "law", "hours", "caps", "duties")


@dataclass(frozen=True, slots=True)
class _Judged:
    """What the laws said with one source as the way to the person."""

    source: Source | None
    laws: tuple[str, ...]
    found: Findings
    clock: Clock
    against: tuple[Reason, ...]
    outcome: Outcome


def decide(ask: Ask, grant: Grant | None, facts: Facts, snapshot: Snapshot, bundle: Bundle, at: datetime) -> Decision:
    """Decide one question.

    Args:
        ask: act, purpose, channel, sender, the tool's country.
        grant: the caller's; None only to explain whether the law alone would allow it.
        facts: of the person, bands taken at `at` from the same bundle.
        snapshot: sources and registers, read with the facts.
        bundle: the law in force.
        at: now, with its offset.

    Returns:
        The decision. The first denial decides, all reasons are there; a caller who fails step 1 learns only step 1.
    """
    start = Question(ask, facts, snapshot, bundle, at, None, None, (), _laws(ask, facts, bundle, None))
    refused = [*(_not_granted(start, grant) if grant else ()), *exports(bundle, start)]
    if refused:
        return _told(start, refused, None, (), ())
    lawful, findings = _lawful_reaches(start)
    consents, stop = _counting(start)
    common = [*_source_reasons(lawful, findings), *_person_reasons(facts), *_suppressed(facts)]
    common += _objection(stop, consents)
    judged = [_judge(start, consents, source, reach) for source, reach in lawful] or [
        _judge(start, consents, None, None)
    ]
    best = min(judged, key=lambda each: _worst.index(each.outcome))
    also = tuple(each for each in judged if each.outcome is Outcome.ALLOW)
    return _told(start, [*common, *best.against, *_caps(start)], best, also, findings)


def _laws(ask: Ask, facts: Facts, bundle: Bundle, source: Source | None) -> Any:
    origin = source.country if source else None
    return laws_of(bundle, facts.person.jurisdiction, ask.sender.country, origin)


def _not_granted(question: Question, grant: Grant) -> list[Reason]:
    """Step 1: what the caller may not ask for."""
    ask, caller = question.ask, grant.caller
    jurisdiction = question.facts.person.jurisdiction
    checks = (
        (caller.active, "tool_inactive", "the tool is switched off", "switch the tool on"),
        (grant.bundle == question.bundle.digest, "grant_stale", "the law changed since the grant", "authorise anew"),
        (ask.act in grant.acts, "act_not_granted", f"the role does not {ask.act}", "another role"),
        (ask.purpose in grant.purposes, "purpose_not_granted", "the purpose is not granted", "ask for the purpose"),
        (ask.channel in grant.channels, "channel_not_granted", "the channel is not granted", "ask for the channel"),
        (caller.sender == ask.sender.no, "sender_not_granted", "the tool works for another sender", "the tool's own sender"),
        (caller.country == ask.tool_country, "country_untrue", "the tool's country is another", "the tool's own country"),
        (
            not grant.jurisdictions or jurisdiction in grant.jurisdictions,
            "rows_not_granted",
            "people of this jurisdiction are not granted",
            "ask for the jurisdiction",
        ),
    )
    return [Reason(code, 1, "", "", words, remedy=remedy) for right, code, words, remedy in checks if not right]


def _lawful_reaches(question: Question) -> tuple[list[tuple[Source, Reach]], tuple[SourceFinding, ...]]:
    """Step 2: the identifiers that a lawful source asserts, best source first, and what was found of each."""
    lawful, findings = [], []
    for reach in question.facts.reaches:
        source = question.snapshot.sources.get(reach.source)
        if source is None:
            findings.append(SourceFinding(False, "source_unknown", "", "", "a source that is not registered"))
            continue
        finding = _finding(question, source)
        findings.append(finding)
        if finding.lawful:
            lawful.append((source, reach))
    lawful.sort(key=lambda pair: _preference(pair[0]))
    return lawful, tuple(findings)


def _finding(question: Question, source: Source) -> SourceFinding:
    person = question.facts.person
    return source_lawful(question.ask, source, question.bundle, person.jurisdiction, question.at, person.kind)


def _preference(source: Source) -> tuple[bool, float, int]:
    """What the person entered goes first, then the most recently collected."""
    collected = source.collected_at.timestamp() if source.collected_at else float("-inf")
    return not source.by_person, -collected, source.no


def _counting(question: Question) -> tuple[tuple[Consent, ...], Consent | None]:
    """Give the consents that count, and the last withdrawal or objection: nothing said before it counts."""
    tree = question.bundle.purposes
    chain = tree.chain(question.ask.purpose)
    stops = [
        line
        for line in question.facts.consents
        if line.state is not ConsentState.GIVEN and (line.purpose in chain or line.purpose not in tree.nodes)
    ]
    stop = max(stops, key=lambda line: line.rank, default=None)
    after = stop.rank if stop else -1
    counting = tuple(
        line
        for line in question.facts.consents
        if line.state is ConsentState.GIVEN and line.purpose in chain and line.rank > after and _proven(question, line)
    )
    return counting, stop


def _proven(question: Question, line: Consent) -> bool:
    """A consent that a source claims falls with that source; what the person said to us has source 0."""
    if line.source == 0:
        return True
    source = question.snapshot.sources.get(line.source)
    return source is not None and _finding(question, source).lawful


def _source_reasons(lawful: list[tuple[Source, Reach]], findings: tuple[SourceFinding, ...]) -> list[Reason]:
    if lawful:
        return []
    if not findings:
        return [Reason("no_identifier", 2, "", "", "no identifier for this channel", remedy="an address for the channel")]
    return [
        Reason(each.code, 2, each.rule, each.cite, each.words, remedy=_mend(each)) for each in dict.fromkeys(findings)
    ]


def _mend(finding: SourceFinding) -> str:
    return f"evidence: {', '.join(finding.missing)}" if finding.missing else "a lawful source for this"


_flags = (
    (Flag.ERASED, "person_erased", "erased", Outcome.DENY, "GDPR Art. 17", "nothing"),
    (Flag.DECEASED, "person_deceased", "deceased", Outcome.DENY, "", "nothing"),
    (Flag.RESTRICTED, "person_restricted", "processing is restricted", Outcome.HOLD, "GDPR Art. 18", "lift the restriction"),
)


def _person_reasons(facts: Facts) -> list[Reason]:
    """Step 3, what holds whatever is asked; age is asked of the laws."""
    return [
        Reason(code, 3, "", cite, words, outcome, remedy)
        for flag, code, words, outcome, cite, remedy in _flags
        if flag in facts.person.flags
    ]


def _suppressed(facts: Facts) -> list[Reason]:
    """Step 4, our own lists; the registers are asked for by the laws."""
    scopes = sorted({reach.suppressed for reach in facts.reaches if reach.suppressed is not None})
    return [
        Reason("suppressed", 4, "", "GDPR Art. 21(3)", f"suppressed ({scope})", remedy="two officers lift the suppression")
        for scope in scopes
    ]


def _objection(stop: Consent | None, consents: tuple[Consent, ...]) -> list[Reason]:
    """Step 5: a withdrawal or objection stands until the person consents anew."""
    if stop is None or consents:
        return []
    words = f"{stop.state} for {stop.purpose}"
    return [Reason(f"person_{stop.state}", 5, "", "GDPR Art. 7(3), 21(2)-(3)", words, remedy="a new consent by the person")]


def _caps(question: Question) -> list[Reason]:
    """Step 8: a cap that is used up holds a contact; a disclosure must be asked about again before sending."""
    if question.ask.act is Act.DISCLOSE:
        return []
    return [
        Reason("cap_used_up", 8, cap, "", f"the cap {cap} is used up", Outcome.HOLD, "wait for the cap")
        for cap in question.facts.caps
    ]


def _judge(start: Question, consents: tuple[Consent, ...], source: Source | None, reach: Reach | None) -> _Judged:
    """Ask the laws, with one source as the way to the person."""
    laws = _laws(start.ask, start.facts, start.bundle, source)
    question = Question(
        start.ask, start.facts, start.snapshot, start.bundle, start.at, source, reach, consents, laws
    )
    found = consult(question)
    clock = look_at_clock(question, found)
    against = tuple(sorted((*found.against, *((clock.against,) if clock.against else ())), key=lambda each: each.step))
    codes = tuple(pack.code for pack, _ in laws)
    return _Judged(source, codes, found, clock, against, _outcome(against))


def _outcome(reasons: list[Reason] | tuple[Reason, ...]) -> Outcome:
    return max((reason.outcome for reason in reasons), key=_worst.index, default=Outcome.ALLOW)


def _told(
    question: Question,
    against: list[Reason],
    best: _Judged | None,
    also: tuple[_Judged, ...],
    findings: tuple[SourceFinding, ...],
) -> Decision:
    """Put the decision together."""
    against.sort(key=lambda reason: reason.step)
    outcome = _outcome(against)
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
        not_before=_not_before(against, best),
        valid_until=until,
        remedy=" and ".join(dict.fromkeys(reason.remedy for reason in against if reason.remedy)),
        rules=tuple(sorted({rule for step in steps for rule in step.rule.split(", ") if rule})),
    )


def _openable(question: Question, allowed: tuple[_Judged, ...]) -> tuple[int, ...]:
    """Name the sources that may be opened: those that lead to the person lawfully, and others that no law more than
    those asked speaks about. A source that leads there unlawfully stays shut."""
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
        and _finding(question, source).lawful
    )
    return tuple(source.no for source in sorted((*leading, *others), key=_preference))


def _until(question: Question, allowed: tuple[_Judged, ...]) -> datetime:
    """Say how long the answer stands: not past the tool's time to ask again, the hours, or the source's own end."""
    ends = [question.at + timedelta(days=question.bundle.valid_days)]
    for judged in allowed:
        ends += [end for end in (judged.clock.until, judged.source.expires_at if judged.source else None) if end]
    return min(ends).astimezone(UTC)


def _obligations(question: Question, allowed: tuple[_Judged, ...], until: datetime) -> Mapping[str, Any]:
    if not allowed:
        return {}
    duties = [duty for judged in allowed for duty in (*judged.found.duties, judged.clock.duty)]
    if question.ask.act is Act.DISCLOSE:
        duties.append({Duty.VALID_UNTIL.value: until.isoformat(), Duty.RECHECK.value: True})
    return together(duties)


def _not_before(against: list[Reason], best: _Judged | None) -> datetime | None:
    """A hold ends by itself only if the clock is all that holds."""
    only_clock = bool(against) and all(reason.step == 7 for reason in against)  # noqa: PLR2004  the step of the hours
    return best.clock.not_before if best and only_clock else None


def _basis(best: _Judged | None) -> tuple[Reason, ...]:
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
    best: _Judged | None,
    findings: tuple[SourceFinding, ...],
    obligations: Mapping[str, Any],
) -> tuple[Step, ...]:
    """Tell the steps as an officer reads them; only the first if the caller failed it."""
    if best is None:
        return (_step(1, against, "", ()),)
    well = _well(question, best, findings, obligations)
    carried = {no: [(r.id, r.cite) for step, r in best.found.carried_by if step == no] for no in (4, 6, 9)}
    carried[2] = [(each.rule, each.cite) for each in findings if each.lawful]
    carried[7] = [(rule.id, rule.cite) for rule in best.clock.rules]
    return tuple(_step(no, against, words, carried.get(no, ())) for no, words in enumerate(well, 1))


def _step(no: int, against: list[Reason], well: str, carried: Any) -> Step:
    here = [reason for reason in against if reason.step == no]
    said = [(reason.rule, reason.cite) for reason in here] or list(carried)
    words = "; ".join(dict.fromkeys(reason.words for reason in here)) or well
    rules = ", ".join(dict.fromkeys(rule for rule, _ in said if rule))
    cites = "; ".join(dict.fromkeys(cite for _, cite in said if cite))
    return Step(no, _titles[no - 1], words, _outcome(here), rules, cites)


def _well(
    question: Question, best: _Judged, findings: tuple[SourceFinding, ...], obligations: Mapping[str, Any]
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
