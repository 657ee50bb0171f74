"""What must hold of every decision, whatever the facts: nothing that narrows ever widens, and unknown never allows."""

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from gateway.domain.bands import OLDEST
from gateway.domain.decision import Decision, decide
from gateway.domain.grant import Caller, Grant
from gateway.domain.hours import blocking
from gateway.domain.law import NOWHERE
from gateway.domain.people import Consent, Dealing, Facts, Person, Reach, Snapshot, Source, UsedCap
from gateway.domain.requests import Ask, Party
from policies.load import load_bundle
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
    Outcome,
    Scope,
    SourceStatus,
)

BUNDLE = load_bundle()
PERIODS = len(BUNDLE.periods)
ORDER = (Outcome.ALLOW, Outcome.HOLD, Outcome.DENY)
COUNTRIES = [*sorted(set(BUNDLE.packs) - {"EU", "strictest"}), "IE", "CH", ""]
EVIDENCE = frozenset(BUNDLE.evidence)
REGISTERS = sorted({rule.register.name for pack in BUNDLE.packs.values() for rule in pack.rules if rule.register})
LAW_CAPS = [cap.id for cap in BUNDLE.caps]

moments = st.datetimes(datetime(2026, 1, 1), datetime(2027, 12, 31)).map(lambda each: each.replace(tzinfo=UTC))  # noqa: DTZ001
people = st.builds(
    Person,
    jurisdiction=st.sampled_from(COUNTRIES),
    region=st.sampled_from(["", "FL", "NY", "WA", "CA", "QC"]),
    time_zone=st.sampled_from(["", "Asia/Seoul", "Europe/Berlin", "Mars/Olympus"]),
    kind=st.sampled_from(AudienceKind),
    birth_year=st.sampled_from([0, 1980, 1980, 1980, 1700, 2011, 2014, 2030]),
    flags=st.sampled_from([*[Flag.NONE] * 12, Flag.MINOR, Flag.RESTRICTED]),
)
LIKELY = ["marketing.own", "marketing.own.offers", "marketing"] * 5
purposes = st.sampled_from([*LIKELY, *sorted(BUNDLE.purposes.nodes)])
ALL_GOOD = Condition(255) ^ Condition.TIED
conditions = st.one_of(st.just(ALL_GOOD), st.integers(0, 255).map(Condition))
lines = st.builds(
    Consent,
    state=st.sampled_from([*[ConsentState.GIVEN] * 4, *ConsentState]),
    purpose=purposes,
    band=st.sampled_from([0, 0, 0, *range(PERIODS + 1)]),
    rank=st.integers(0, 5),
    conditions=conditions,
    source=st.sampled_from([0, 0, 0, 0, 1, 2, 9]),
)
reaches = st.builds(
    Reach,
    source=st.sampled_from([1, 1, 1, 1, 1, 2, 9]),
    suppressed=st.sampled_from([*[None] * 30, *Scope]),
    registers=st.lists(st.sampled_from(REGISTERS), unique=True, max_size=1).map(tuple),
)
dealings = st.builds(
    Dealing,
    kind=st.sampled_from(DealingKind),
    category=st.sampled_from(["", "books", "books.law", "shoes"]),
    band=st.integers(0, PERIODS),
    notice=st.booleans(),
)
facts = st.builds(
    Facts,
    person=people,
    reaches=st.lists(reaches, min_size=1, max_size=2).map(tuple),
    consents=st.lists(lines, max_size=3).map(tuple),
    dealings=st.lists(dealings, max_size=2).map(tuple),
)
asks = st.builds(
    Ask,
    act=st.sampled_from(Act),
    purpose=purposes,
    channel=st.sampled_from([Channel.EMAIL, Channel.SMS, Channel.POST, Channel.VOICE_LIVE, Channel.ADS]),
    sender=st.sampled_from(COUNTRIES).map(lambda country: Party(1, "us", country)),
    tool_country=st.sampled_from(["KR", "DE", "US", *COUNTRIES]),
    line=st.sampled_from([None, *LineType]),
    category=st.sampled_from(["", "books"]),
    classes=st.sets(st.sampled_from(FieldClass), max_size=2).map(frozenset),
)


def _source(number: int, kind: str, evidence: frozenset[str], country: str) -> Source:
    collected = datetime(2025, 12, 1, tzinfo=UTC)
    return Source(
        number,
        "list",
        kind,
        SourceStatus.APPROVED,
        1,
        country,
        AudienceKind.B2C,
        collected,
        None,
        evidence,
        frozenset((1,)),
        number == 1,
    )


snapshots = st.builds(
    lambda one, two, evidence, country, fresh, signed: Snapshot(
        {1: _source(1, one, EVIDENCE, country), 2: _source(2, two, evidence, "DE")},
        dict.fromkeys(fresh, datetime(2027, 1, 1, tzinfo=UTC)),
        frozenset(signed),
    ),
    st.sampled_from([*["registration_form", "order"] * 15, *sorted(BUNDLE.sources)]),
    st.sampled_from(sorted(BUNDLE.sources)),
    st.sampled_from([EVIDENCE, EVIDENCE, EVIDENCE - {"age_gate"}, frozenset()]),
    st.sampled_from(COUNTRIES),
    st.lists(st.sampled_from(REGISTERS), unique=True),
    st.sampled_from([[], [*BUNDLE.packs]]),
)


def _decide(ask: Ask, known: Facts, snapshot: Snapshot, at: datetime) -> Decision:
    return decide(ask, None, known, snapshot, BUNDLE, at)


def _no_wider(narrow: Decision, wide: Decision) -> bool:
    return ORDER.index(narrow.outcome) >= ORDER.index(wide.outcome)


@given(asks, facts, snapshots, moments, purposes, st.integers(0, 9))
def test_a_further_withdrawal_never_widens(
    ask: Ask, known: Facts, snapshot: Snapshot, at: datetime, purpose: str, rank: int
) -> None:
    withdrawal = Consent(ConsentState.WITHDRAWN, purpose, 0, rank)
    more = replace(known, consents=(*known.consents, withdrawal))
    assert _no_wider(_decide(ask, more, snapshot, at), _decide(ask, known, snapshot, at))


@given(asks, facts, snapshots, moments, st.sampled_from(Scope), st.sampled_from(REGISTERS))
def test_a_suppression_denies_and_a_register_never_widens(
    ask: Ask, known: Facts, snapshot: Snapshot, at: datetime, scope: Scope, register: str
) -> None:
    before = _decide(ask, known, snapshot, at)
    first, *others = known.reaches
    suppressed = replace(known, reaches=(replace(first, suppressed=scope), *others))
    assert _decide(ask, suppressed, snapshot, at).outcome is Outcome.DENY
    listed = replace(
        known, reaches=tuple(replace(each, registers=(*each.registers, register)) for each in known.reaches)
    )
    assert _no_wider(_decide(ask, listed, snapshot, at), before)


@given(asks, facts, snapshots, moments)
def test_the_latest_withdrawal_of_the_purpose_denies(ask: Ask, known: Facts, snapshot: Snapshot, at: datetime) -> None:
    last = Consent(ConsentState.WITHDRAWN, ask.purpose, 0, 99)
    denied = _decide(ask, replace(known, consents=(*known.consents, last)), snapshot, at)
    assert denied.outcome is Outcome.DENY


@given(asks, facts, snapshots, moments)
def test_an_older_consent_or_dealing_never_carries_further(
    ask: Ask, known: Facts, snapshot: Snapshot, at: datetime
) -> None:
    older = replace(
        known,
        consents=tuple(replace(each, band=PERIODS) for each in known.consents),
        dealings=tuple(replace(each, band=PERIODS) for each in known.dealings),
    )
    assert _no_wider(_decide(ask, older, snapshot, at), _decide(ask, known, snapshot, at))


@given(asks, facts, snapshots, moments)
def test_what_is_unknown_never_allows_what_some_plausible_fact_would_not(
    ask: Ask, known: Facts, snapshot: Snapshot, at: datetime
) -> None:
    blurred = replace(known, person=replace(known.person, kind=AudienceKind.UNKNOWN))
    if _decide(ask, blurred, snapshot, at).outcome is Outcome.ALLOW:
        for kind in (AudienceKind.B2C, AudienceKind.B2B, AudienceKind.B2B_INDIVIDUAL):
            plain = replace(known, person=replace(known.person, kind=kind))
            assert _decide(ask, plain, snapshot, at).outcome is Outcome.ALLOW


@given(asks, facts, snapshots, moments)
def test_losing_the_region_or_the_category_never_widens(
    ask: Ask, known: Facts, snapshot: Snapshot, at: datetime
) -> None:
    before = _decide(ask, known, snapshot, at)
    nowhere = replace(known, person=replace(known.person, region="", time_zone=""))
    if before.outcome is not Outcome.ALLOW and before.reasons[0].step != 7:
        assert _decide(ask, nowhere, snapshot, at).outcome is not Outcome.ALLOW
    without_category = _decide(replace(ask, category=""), known, snapshot, at)
    assert _no_wider(without_category, before)


@given(asks, facts, snapshots, moments)
def test_a_consent_tied_to_a_gift_never_carries_further(
    ask: Ask, known: Facts, snapshot: Snapshot, at: datetime
) -> None:
    tied = tuple(replace(each, conditions=each.conditions | Condition.TIED) for each in known.consents)
    plain = tuple(replace(each, conditions=each.conditions & ~Condition.TIED) for each in known.consents)
    narrow = _decide(ask, replace(known, consents=tied), snapshot, at)
    assert _no_wider(narrow, _decide(ask, replace(known, consents=plain), snapshot, at))


@given(asks, facts, snapshots, moments)
def test_a_pack_that_is_not_signed_off_allows_nothing_more(
    ask: Ask, known: Facts, snapshot: Snapshot, at: datetime
) -> None:
    signed = replace(snapshot, signed=frozenset(BUNDLE.packs))
    if _decide(ask, known, replace(snapshot, signed=frozenset()), at).outcome is Outcome.ALLOW:
        assert _decide(ask, known, signed, at).outcome is Outcome.ALLOW


@given(asks, facts, snapshots, moments, st.sampled_from([*LAW_CAPS, "HOUSE-X", "reserved:spring"]))
def test_a_cap_that_is_used_up_never_widens_and_ours_always_holds(
    ask: Ask, known: Facts, snapshot: Snapshot, at: datetime, cap: str
) -> None:
    used = replace(known, caps=(UsedCap(cap, at + timedelta(hours=3)),))
    before, after = _decide(ask, known, snapshot, at), _decide(ask, used, snapshot, at)
    assert _no_wider(after, before)
    if cap not in LAW_CAPS and ask.act is Act.CONTACT:
        assert after.outcome is not Outcome.ALLOW
    if before.outcome is Outcome.ALLOW and after.not_before is not None:
        assert after.not_before >= at + timedelta(hours=3)


@given(asks, facts, snapshots, moments, st.sets(st.sampled_from(FieldClass)))
def test_asking_for_more_fields_never_widens(
    ask: Ask, known: Facts, snapshot: Snapshot, at: datetime, more: set[FieldClass]
) -> None:
    wider = replace(ask, classes=ask.classes | more)
    assert _no_wider(_decide(wider, known, snapshot, at), _decide(ask, known, snapshot, at))


@given(asks, facts, snapshots, moments)
def test_a_clock_behind_the_ledger_allows_nothing(ask: Ask, known: Facts, snapshot: Snapshot, at: datetime) -> None:
    later = replace(snapshot, latest=at + timedelta(minutes=1))
    assert _decide(ask, known, later, at).outcome is not Outcome.ALLOW
    assert _decide(ask, known, replace(snapshot, latest=at), at) == _decide(ask, known, snapshot, at)


@given(asks, facts, snapshots, moments)
def test_contact_and_disclosure_agree_on_everything_but_the_clock(
    ask: Ask, known: Facts, snapshot: Snapshot, at: datetime
) -> None:
    contact = _decide(replace(ask, act=Act.CONTACT), known, snapshot, at)
    disclosure = _decide(replace(ask, act=Act.DISCLOSE), known, snapshot, at)
    but_the_clock = {
        reason.code for reason in contact.reasons if reason.outcome is not Outcome.ALLOW and reason.step != 7
    }
    assert bool(but_the_clock) == (disclosure.outcome is not Outcome.ALLOW)
    if contact.outcome is Outcome.HOLD and contact.not_before:
        later = _decide(replace(ask, act=Act.CONTACT), known, snapshot, contact.not_before)
        just_before = _decide(replace(ask, act=Act.CONTACT), known, snapshot, contact.not_before - timedelta(seconds=1))
        assert "outside_hours" not in {reason.code for reason in later.reasons}
        assert "outside_hours" in {reason.code for reason in just_before.reasons}
        assert disclosure.obligations["send_between"]["windows"]


@given(asks, facts, snapshots, moments)
@settings(max_examples=200)
def test_every_decision_is_well_formed(ask: Ask, known: Facts, snapshot: Snapshot, at: datetime) -> None:
    decision = _decide(ask, known, snapshot, at)
    json.dumps(dict(decision.obligations), allow_nan=False)
    assert list(decision.obligations) == sorted(decision.obligations)
    assert not any(isinstance(value, float) for value in decision.obligations.values())
    assert [step.no for step in decision.steps] in ([1], list(range(1, 10)))
    assert decision.valid_until <= at + timedelta(days=BUNDLE.valid_days)
    if decision.outcome is Outcome.ALLOW:
        assert decision.sources
        assert decision.coarse == "allowed"
        assert all(reason.outcome is Outcome.ALLOW for reason in decision.reasons)
        approved = {no for no, source in snapshot.sources.items() if not BUNDLE.sources[source.kind].forbidden}
        assert set(decision.sources) <= approved
    else:
        assert decision.sources == ()
        assert decision.obligations == {}
        assert decision.remedy
        assert decision.deciding is not None


@given(asks, facts, snapshots, moments)
def test_a_forbidden_source_opens_nothing(ask: Ask, known: Facts, snapshot: Snapshot, at: datetime) -> None:
    leaked = {no: replace(source, kind="leaked") for no, source in snapshot.sources.items()}
    assert _decide(ask, known, replace(snapshot, sources=leaked), at).outcome is Outcome.DENY


def _caller() -> Caller:
    return Caller(
        7,
        b"7" * 16,
        "tool",
        "marketing",
        "KR",
        1,
        frozenset(),
        frozenset(),
        frozenset({"marketing"}),
        frozenset(Channel),
        frozenset({"email"}),
        1,
    )


def _grant() -> Grant:
    nodes = frozenset(BUNDLE.purposes.below("marketing"))
    return Grant(
        _caller(),
        frozenset(Act),
        nodes,
        frozenset(Channel),
        frozenset(),
        frozenset(),
        frozenset({"KR"}),
        frozenset(),
        BUNDLE.digest,
    )


ASK = Ask(Act.CONTACT, "marketing.own", Channel.EMAIL, Party(1, "us", "KR"), "KR")
KNOWN = Facts(Person("KR", kind=AudienceKind.B2C), (Reach(1),), (Consent(ConsentState.GIVEN, "marketing", 0, 1),))
SNAPSHOT = Snapshot({1: _source(1, "registration_form", EVIDENCE, "KR")}, {})
AT = datetime(2026, 11, 20, 3, tzinfo=UTC)


def test_a_granted_caller_is_allowed() -> None:
    decision = decide(ASK, _grant(), KNOWN, SNAPSHOT, BUNDLE, AT)
    assert decision.outcome is Outcome.ALLOW
    assert [reason.rule for reason in decision.reasons] == ["KR-50-1", "KR-62-3"]


def test_a_caller_who_fails_step_one_learns_only_step_one() -> None:
    grant = _grant()
    refused = {
        "tool_inactive": (replace(grant, caller=replace(grant.caller, active=False)), ASK),
        "grant_stale": (replace(grant, bundle="0" * 64), ASK),
        "act_not_granted": (replace(grant, acts=frozenset()), ASK),
        "purpose_not_granted": (grant, replace(ASK, purpose="service")),
        "channel_not_granted": (replace(grant, channels=frozenset()), ASK),
        "sender_not_granted": (grant, replace(ASK, sender=Party(2, "them", "KR"))),
        "country_untrue": (grant, replace(ASK, tool_country="US")),
        "rows_not_granted": (replace(grant, jurisdictions=frozenset({"DE"})), ASK),
    }
    for code, (asked_with, ask) in refused.items():
        erased = replace(KNOWN, person=replace(KNOWN.person, flags=Flag.ERASED))
        decision = decide(ask, asked_with, erased, SNAPSHOT, BUNDLE, AT)
        assert decision.deciding is not None
        assert decision.deciding.code == code
        assert [step.no for step in decision.steps] == [1]
        assert decision.coarse == "not_granted"


def test_the_persons_own_entry_goes_first_then_the_latest() -> None:
    bought = replace(_source(2, "group_company", EVIDENCE, "KR"), collected_at=AT - timedelta(days=1), by_person=False)
    older = replace(_source(3, "group_company", EVIDENCE, "KR"), by_person=False)
    unreached = replace(_source(4, "group_company", EVIDENCE, "KR"), by_person=False, collected_at=None)
    foreign = replace(_source(5, "group_company", EVIDENCE, "CN"), by_person=False)
    unlawful = replace(_source(6, "registration_form", frozenset(), "KR"), by_person=False)
    sources = {each.no: each for each in (foreign, unlawful, unreached, older, bought, SNAPSHOT.sources[1])}
    known = replace(KNOWN, reaches=(Reach(3), Reach(2), Reach(1), Reach(6)))
    assert decide(ASK, None, known, Snapshot(sources, {}), BUNDLE, AT).sources == (1, 2, 3, 4)


def test_a_source_that_may_not_be_used_here_is_not_opened_because_another_may() -> None:
    order = _source(2, "order", EVIDENCE, "KR")
    form = _source(1, "registration_form", EVIDENCE, "KR")
    dealt = (Dealing(DealingKind.PURCHASE, "books", 0, notice=True),)
    known = Facts(Person("KR", kind=AudienceKind.B2C), (Reach(1), Reach(2)), (), dealt)
    decision = decide(replace(ASK, category="books"), None, known, Snapshot({1: form, 2: order}, {}), BUNDLE, AT)
    assert decision.outcome is Outcome.ALLOW
    assert decision.sources == (2,)


def test_an_unregistered_source_is_no_source() -> None:
    decision = decide(ASK, None, KNOWN, Snapshot({}, {}), BUNDLE, AT)
    assert decision.deciding is not None
    assert decision.deciding.code == "source_unknown"
    assert decision.coarse == "not_available"


def test_nobody_is_older_than_the_oldest() -> None:
    old = replace(KNOWN, person=replace(KNOWN.person, birth_year=AT.year - OLDEST))
    assert decide(ASK, None, old, SNAPSHOT, BUNDLE, AT).outcome is Outcome.ALLOW
    assert blocking((), (), NOWHERE, AT) is None
