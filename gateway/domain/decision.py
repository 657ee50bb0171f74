"""The decision: may this caller have, or write to, this person, for this purpose, by this channel, now?

One pure function for one person, a batch, a release, the console, the customer's own page and for explaining. Must
never read a clock, a row or a country's name, and never allow what it cannot decide: every step is fail-closed.

  1 caller       grant, and whether data may go to the tool's country      alone told to a caller who fails it
  2 source       an identifier from a source lawful for this ask
  3 person       erased, deceased, restricted, too young
  4 suppression  our own suppressions, national registers
  5 objection    later than any consent
  6 law          of the recipient, the sender and the data's origin: the strictest holds
  7 hours        by the recipient's clock; a disclosure carries them along; a clock behind the ledger is no clock
  8 caps         used up: hold
  9 duties       what a permission obliges to
"""

from dataclasses import replace
from datetime import datetime, timedelta

from gateway.domain.clock import look_at_clock
from gateway.domain.grant import Grant
from gateway.domain.law import consult, exports
from gateway.domain.lawfulness import SourceFinding, source_stands
from gateway.domain.people import Consent, Facts, Reach, Snapshot, Source, UsedCap
from gateway.domain.question import Laws, Question, laws_of
from gateway.domain.reasons import Decision, Reason, Step
from gateway.domain.requests import Ask
from gateway.domain.telling import WORST, Judged, finding_of, preference, told, worst_of
from policies.packs import Bundle
from policies.terms import Act, ConsentState, Flag, Outcome

__all__ = ["Decision", "Reason", "Step", "decide"]

RESERVED = "reserved:"
"""How a slot that a campaign holds is named among the used-up caps, before the campaign's name."""

SKEW = timedelta(seconds=5)
"""By how much the clocks of several machines may differ before one of them is said to stand behind."""


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
    facts = _believed(facts, snapshot, bundle, at)
    start = Question(ask, facts, snapshot, bundle, at, None, None, (), _laws(ask, facts, bundle, None))
    refused = [*(_not_granted(start, grant) if grant else ()), *exports(start)]
    if worst_of(refused) is Outcome.DENY:
        return told(start, refused, None, (), ())
    lawful, findings = _lawful_reaches(start)
    consents, stop = _counting(start)
    common = [*refused, *_source_reasons(lawful, findings), *_person_reasons(facts), *_suppressed(facts)]
    common += _objection(stop, consents)
    judged = [_judge(start, consents, source, reach) for source, reach in lawful] or [
        _judge(start, consents, None, None)
    ]
    best = min(judged, key=lambda each: WORST.index(each.outcome))
    also = tuple(each for each in judged if each.outcome is Outcome.ALLOW)
    return told(start, [*common, *best.against, *_behind(start), *_caps(start)], best, also, findings)


def _believed(facts: Facts, snapshot: Snapshot, bundle: Bundle, at: datetime) -> Facts:
    """Leave out what a source told of dealings that is no longer to be believed: it falls with the source."""

    def stands(no: int) -> bool:
        source = snapshot.sources.get(no)
        return no == 0 or (source is not None and source_stands(source, bundle, at))

    kept = tuple(dealing for dealing in facts.dealings if stands(dealing.source))
    return facts if len(kept) == len(facts.dealings) else replace(facts, dealings=kept)


def _laws(ask: Ask, facts: Facts, bundle: Bundle, source: Source | None) -> Laws:
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
        (
            caller.sender == ask.sender.no,
            "sender_not_granted",
            "the tool works for another sender",
            "the tool's own sender",
        ),
        (
            caller.country == ask.tool_country,
            "country_untrue",
            "the tool's country is another",
            "the tool's own country",
        ),
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
        finding = finding_of(question, source)
        findings.append(finding)
        if finding.lawful:
            lawful.append((source, reach))
    lawful.sort(key=lambda pair: preference(question, pair[0]))
    return lawful, tuple(findings)


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
    return source is not None and finding_of(question, source).lawful


def _source_reasons(lawful: list[tuple[Source, Reach]], findings: tuple[SourceFinding, ...]) -> list[Reason]:
    if lawful:
        return []
    if not findings:
        return [
            Reason("no_identifier", 2, "", "", "no identifier for this channel", remedy="an address for the channel")
        ]
    return [
        Reason(each.code, 2, each.rule, each.cite, each.words, remedy=_mend(each)) for each in dict.fromkeys(findings)
    ]


def _mend(finding: SourceFinding) -> str:
    return f"evidence: {', '.join(finding.missing)}" if finding.missing else "a lawful source for this"


_flags = (
    (Flag.ERASED, "person_erased", "erased", Outcome.DENY, "GDPR Art. 17", "nothing"),
    (Flag.DECEASED, "person_deceased", "deceased", Outcome.DENY, "", "nothing"),
    (
        Flag.RESTRICTED,
        "person_restricted",
        "processing is restricted",
        Outcome.HOLD,
        "GDPR Art. 18",
        "lift the restriction",
    ),
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
        Reason(
            "suppressed", 4, "", "GDPR Art. 21(3)", f"suppressed ({scope})", remedy="two officers lift the suppression"
        )
        for scope in scopes
    ]


def _objection(stop: Consent | None, consents: tuple[Consent, ...]) -> list[Reason]:
    """Step 5: a withdrawal or objection stands until the person consents anew."""
    if stop is None or consents:
        return []
    words = f"{stop.state} for {stop.purpose}"
    return [
        Reason(f"person_{stop.state}", 5, "", "GDPR Art. 7(3), 21(2)-(3)", words, remedy="a new consent of the person")
    ]


def _behind(question: Question) -> list[Reason]:
    """Step 7: if the ledger knows a later time than the clock, every age and hour is in doubt: nothing is allowed."""
    latest = question.snapshot.latest
    if latest is None or question.at >= latest - SKEW:
        return []
    words = f"the clock stands {latest - question.at} behind what the ledger knows"
    return [Reason("clock_backwards", 7, "", "", words, Outcome.HOLD, "set this machine's clock right")]


def _caps(question: Question) -> list[Reason]:
    """Step 8, beyond the law: a cap of the house, or a slot of a campaign that goes before, holds a contact."""
    if question.ask.act is Act.DISCLOSE or not question.facts.caps:
        return []
    lawful = {cap.id for cap in question.bundle.caps if cap.cite}
    return [_held(question, used) for used in question.facts.caps if used.cap not in lawful]


def _held(question: Question, used: UsedCap) -> Reason:
    titles = {cap.id: cap.title for cap in question.bundle.caps}
    words = f"{titles.get(used.cap, used.cap)}; that is used up"
    if used.cap.startswith(RESERVED):
        return Reason("reserved", 8, used.cap, "", "another campaign goes before", Outcome.HOLD, "wait for its end")
    return Reason("cap_used_up", 8, used.cap, "", words, Outcome.HOLD, "wait for the cap")


def _judge(start: Question, consents: tuple[Consent, ...], source: Source | None, reach: Reach | None) -> Judged:
    """Ask the laws, with one source as the way to the person."""
    laws = _laws(start.ask, start.facts, start.bundle, source)
    question = Question(start.ask, start.facts, start.snapshot, start.bundle, start.at, source, reach, consents, laws)
    found = consult(question)
    clock = look_at_clock(question, found)
    against = tuple(sorted((*found.against, *((clock.against,) if clock.against else ())), key=lambda each: each.step))
    codes = tuple(pack.code for pack, _ in laws)
    return Judged(source, codes, found, clock, against, worst_of(against))
