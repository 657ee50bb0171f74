"""Observe mode lets nothing through that law forbids outright: two keys, and everything else stays refused."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from functools import cache
from types import MappingProxyType
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gateway.domain.decision import Decision, decide
from gateway.domain.grant import Caller, Grant, Mode
from gateway.domain.people import Consent, Dealing, Facts, Person, Reach, Snapshot, Source, UsedCap
from gateway.domain.requests import Ask, Party
from gateway.domain.shadow import LEAVES_ROOM, eased, observed
from gateway.domain.standing import ranked
from policies.load import load_bundle
from policies.packs import Bundle, Cap, Lapse, Period, Rule, When
from policies.terms import (
    Across,
    Act,
    AudienceKind,
    Channel,
    Condition,
    ConsentState,
    DealingKind,
    Evidence,
    FieldClass,
    Flag,
    Model,
    Outcome,
    Scope,
    SourceStatus,
)

AT = datetime(2026, 11, 20, 10, tzinfo=UTC)
HOUSE_CAP = Cap("HOUSE-1", "one a week", "", 1, timedelta(days=7), frozenset(Channel), Across.HOUSE, False)


@cache
def packaged() -> Bundle:
    found = load_bundle()
    return replace(found, caps=(*found.caps, HOUSE_CAP))


def grant_of(bundle: Bundle, mode: Mode) -> Grant:
    purposes = frozenset(bundle.purposes.nodes)
    caller = Caller(
        1, bytes(16), "tool", "marketing", "KR", 1, frozenset(), frozenset(), purposes, frozenset(Channel), frozenset(),
        1, True, mode,
    )  # fmt: skip
    return Grant(
        caller, frozenset(Act), purposes, frozenset(Channel), frozenset(FieldClass), frozenset(), frozenset(),
        frozenset(), bundle.digest,
    )  # fmt: skip


def source(bundle: Bundle, kind: str = "registration_form", **changes: Any) -> Source:
    form = bundle.sources[kind]
    evidence = frozenset((*form.evidence, *(word for permit in form.permits for word in permit.evidence), "age_gate"))
    made = Source(
        1, "Form", kind, SourceStatus.APPROVED, 1, "KR", AudienceKind.B2C, AT - timedelta(days=30), None, evidence,
        frozenset({1}),
    )  # fmt: skip
    return replace(made, **changes)


@st.composite
def people(draw: st.DrawFn, bundle: Bundle) -> tuple[Ask, Facts, Snapshot]:
    """Give somebody, somewhere, about whom something is asked; every second one with nothing unusual about them."""
    plain = draw(st.booleans())
    homes = st.sampled_from([*sorted(code for code in bundle.packs if len(code) == 2), "ZZ", ""])
    home = draw(homes)
    flags = Flag.NONE if plain else draw(st.sampled_from([Flag.NONE, *Flag]))
    born = 1980 if plain else draw(st.sampled_from([0, 1980, 2010]))
    kind = draw(st.sampled_from([AudienceKind.B2C, AudienceKind.B2B] if plain else list(AudienceKind)))
    reaches = [(Reach(1),)] if plain else [(Reach(1),), (Reach(1, Scope.ALL),), (Reach(1, None, ("KR-DNC",)),), ()]
    facts = Facts(
        Person(home, "", draw(st.sampled_from(["", "Asia/Seoul", "Europe/Paris"])), kind, born, flags),
        draw(st.sampled_from(reaches)),
        ranked(draw(st.lists(_said(bundle, plain), max_size=2))),
        tuple(draw(st.lists(_dealt(bundle), max_size=1))),
        tuple(draw(st.lists(_used(bundle), max_size=1))),
    )
    sender = home if plain else draw(homes)
    purposes = ["marketing.own", "marketing.own.newsletter", *([] if plain else ["profiling"])]
    ask = Ask(
        draw(st.sampled_from(Act)), draw(st.sampled_from(purposes)), draw(st.sampled_from(Channel)),
        Party(1, "Hanbit", sender), "KR", None, draw(st.sampled_from(["", "books"])),
    )  # fmt: skip
    status = SourceStatus.APPROVED if plain else draw(st.sampled_from(SourceStatus))
    made = source(bundle, status=status, country=home or "KR", audience=kind)
    registers = {each.register.name: AT for pack in bundle.packs.values() for each in pack.rules if each.register}
    signed = draw(st.sampled_from([frozenset(), frozenset({"US"})]))
    return ask, facts, Snapshot({1: made}, registers, signed)


def _said(bundle: Bundle, plain: bool) -> st.SearchStrategy[tuple[Any, ...]]:
    states = [ConsentState.GIVEN] if plain else list(ConsentState)
    return st.tuples(
        st.sampled_from(states), st.sampled_from(["marketing", "marketing.own", "service", "profiling"]),
        st.floats(1, 9), st.integers(0, len(bundle.periods)), st.integers(0, 63).map(Condition), st.just(""),
        st.just(0),
    )  # fmt: skip


def _dealt(bundle: Bundle) -> st.SearchStrategy[Dealing]:
    bands = st.integers(0, len(bundle.periods))
    return st.builds(Dealing, st.sampled_from(DealingKind), st.just("books"), bands, st.booleans(), st.just(0))


def _used(bundle: Bundle) -> st.SearchStrategy[UsedCap]:
    caps = st.sampled_from(["HOUSE-1", "reserved:spring", *(cap.id for cap in bundle.caps)])
    return caps.map(lambda cap: UsedCap(cap, AT + timedelta(days=1)))


def both(bundle: Bundle, ask: Ask, facts: Facts, found: Snapshot) -> tuple[Decision, Decision]:
    enforced = decide(ask, grant_of(bundle, Mode.ENFORCE), facts, found, bundle, AT)
    return enforced, observed(ask, grant_of(bundle, Mode.OBSERVE), facts, found, bundle, AT)


@settings(max_examples=1500, deadline=None)
@given(st.data())
def test_nothing_is_let_through_that_law_forbids(data: st.DataObject) -> None:
    bundle = packaged()
    ask, facts, found = data.draw(people(bundle))
    word, got = both(bundle, ask, facts, found)
    if word.outcome is Outcome.ALLOW or got.outcome is not Outcome.ALLOW:
        assert got == word, "what is not let through is exactly what the gate says"
        return
    assert got.overruled == word.reasons
    assert got.would_have is word.outcome
    evidence = {rule.id: rule for pack in bundle.packs.values() for rule in pack.rules}
    for why in got.overruled:
        assert why.step >= 6
        assert why.code in LEAVES_ROOM[why.step]
        if why.rule in evidence:
            assert evidence[why.rule].evidence is Evidence.UNVERIFIED
            assert evidence[why.rule].need is not Model.BAN
        else:
            assert why.rule.startswith(("HOUSE-", "reserved:")), "a cap or a campaign of the house itself"
    assert not any(reach.suppressed for reach in facts.reaches)
    assert not facts.person.flags & (Flag.ERASED | Flag.DECEASED | Flag.RESTRICTED)
    assert got.sources, "only lawful sources are opened"
    newest = max(facts.consents, key=lambda line: line.rank, default=None)
    assert (
        newest is None or newest.state is ConsentState.GIVEN or newest.purpose not in bundle.purposes.chain(ask.purpose)
    )


def test_the_packs_leave_some_room_so_that_the_property_above_says_something() -> None:
    bundle = packaged()
    through = 0
    for code in sorted(bundle.packs):
        for channel in Channel:
            facts = Facts(Person(code, kind=AudienceKind.B2C, birth_year=1980), (Reach(1),))
            ask = Ask(Act.DISCLOSE, "marketing.own", channel, Party(1, "Hanbit", code), "KR")
            word, got = both(bundle, ask, facts, Snapshot({1: source(bundle, country=code)}, {}))
            through += bool(got.overruled)
            assert not got.overruled or word.outcome is not Outcome.ALLOW
    assert through > 0


@settings(max_examples=300, deadline=None)
@given(st.data())
def test_one_more_law_read_in_the_text_always_stops_it(data: st.DataObject) -> None:
    plain = packaged()
    ban = rule("T-BAN", Evidence.PRIMARY, need=Model.BAN)
    packs = {code: replace(pack, rules=(*pack.rules, ban)) for code, pack in plain.packs.items()}
    bundle = replace(plain, packs=MappingProxyType(packs))
    ask, facts, found = data.draw(people(bundle))
    word, got = both(bundle, ask, facts, found)
    assert got == word
    assert got.outcome is not Outcome.ALLOW


# A small law, so that each case below is about one rule.


def rule(id_: str, evidence: Evidence, **effect: Any) -> Rule:
    when = effect.pop("when", When())
    return Rule(id_, "Test Act", evidence, id_, "kr.yaml", 1, date(2000, 1, 1), date(2100, 1, 1), when, **effect)


YEAR = Period(12, 0, "P1Y")
SOFT, HARD = Evidence.UNVERIFIED, Evidence.PRIMARY
FREE = rule("T-FREE", HARD, need=Model.NOTHING)
KIM = Facts(Person("KR", time_zone="Asia/Seoul", kind=AudienceKind.B2C, birth_year=1990), (Reach(1),))
SAID = replace(KIM, consents=(Consent(ConsentState.GIVEN, "marketing", 1, 1),))
NIGHT = When(hours=(60, 1380))


def law(*rules: Rule) -> Bundle:
    packs = MappingProxyType({**packaged().packs, "KR": replace(packaged().packs["KR"], rules=rules)})
    return replace(packaged(), packs=packs, periods=(YEAR,))


def let_through(bundle: Bundle, facts: Facts = KIM, act: Act = Act.CONTACT, **asked: Any) -> bool:
    ask = Ask(act, "marketing.own", Channel.EMAIL, Party(1, "Hanbit", "KR"), "KR", **asked)
    word, got = both(bundle, ask, facts, Snapshot({1: source(bundle)}, {}))
    assert word.outcome is not Outcome.ALLOW, "the gate says no: otherwise the case shows nothing"
    assert (got.outcome is Outcome.ALLOW) == bool(got.overruled)
    return bool(got.overruled)


@pytest.mark.parametrize(("bundle", "facts"), [
    (law(rule("T-1", SOFT, need=Model.OPT_IN)), KIM),
    (law(rule("T-1", SOFT, need=Model.OPT_IN_SEPARATE)), SAID),
    (law(rule("T-1", SOFT, need=Model.NOTHING)), KIM),
    (law(rule("T-1", HARD, need=Model.OPT_IN), rule("T-2", SOFT, lapse=Lapse(Period(12, 0, "P1Y"), Outcome.DENY))),
     SAID),
    (law(FREE, rule("T-1", SOFT, when=NIGHT, need=Model.OPT_IN_NIGHT, otherwise=Outcome.HOLD)), KIM),
    (law(FREE), replace(KIM, caps=(UsedCap("HOUSE-1", AT),))),
    (law(FREE), replace(KIM, caps=(UsedCap("reserved:spring", AT),))),
], ids=["consent", "separate", "not-signed-off", "lapsed", "hours", "house-cap", "campaign"])  # fmt: skip
def test_what_no_law_forbids_outright_is_noted_and_let_through(bundle: Bundle, facts: Facts) -> None:
    facts = replace(facts, consents=tuple(replace(line, band=len(bundle.periods)) for line in facts.consents))
    assert let_through(bundle, facts)


@pytest.mark.parametrize(("bundle", "facts"), [
    (law(rule("T-1", HARD, need=Model.OPT_IN)), KIM),
    (law(rule("T-1", Evidence.SECONDARY, need=Model.OPT_IN)), KIM),
    (law(rule("T-1", SOFT, need=Model.OPT_IN), rule("T-2", HARD, need=Model.OPT_IN)), KIM),
    (law(FREE, rule("T-1", SOFT, need=Model.BAN)), KIM),
    (law(FREE, rule("T-1", HARD, when=NIGHT, need=Model.OPT_IN_NIGHT, otherwise=Outcome.HOLD)), KIM),
    (law(rule("T-1", HARD, need=Model.OPT_IN), rule("T-2", SOFT, relax=("T-1",))), KIM),
    (law(rule("T-1", SOFT, need=Model.OPT_IN, when=When(kinds=frozenset({AudienceKind.B2B})))), KIM),
    (law(FREE, rule("T-1", SOFT, need=Model.BAN, when=When(age_under=60))), KIM),
    (law(FREE), replace(KIM, reaches=())),
    (law(FREE), replace(KIM, reaches=(Reach(1, Scope.SENDER),))),
    (law(rule("T-1", SOFT, need=Model.OPT_OUT)),
     replace(KIM, consents=(Consent(ConsentState.OBJECTED, "marketing", 0, 1),))),
    (law(rule("T-1", SOFT, need=Model.OPT_IN)),
     replace(KIM, consents=(Consent(ConsentState.WITHDRAWN, "marketing.own", 0, 1),))),
    (law(FREE), replace(KIM, person=replace(KIM.person, flags=Flag.RESTRICTED))),
], ids=[
    "primary", "secondary", "both", "ban", "hours-of-law", "relaxed-unsigned", "nobody-speaks", "age", "no-source",
    "suppressed", "objected", "withdrawn", "restricted",
])  # fmt: skip
def test_what_law_forbids_is_never_let_through(bundle: Bundle, facts: Facts) -> None:
    assert not let_through(bundle, facts)


def test_a_clock_behind_the_ledger_lets_nobody_through() -> None:
    bundle = law(FREE)
    ask = Ask(Act.CONTACT, "marketing.own", Channel.EMAIL, Party(1, "Hanbit", "KR"), "KR")
    found = Snapshot({1: source(bundle)}, {}, frozenset(), AT + timedelta(days=1))
    word, got = both(bundle, ask, KIM, found)
    assert word.outcome is Outcome.HOLD
    assert got == word


def test_an_enforced_tool_and_a_person_who_explains_get_the_gates_own_word() -> None:
    bundle = law(rule("T-1", SOFT, need=Model.OPT_IN))
    ask = Ask(Act.CONTACT, "marketing.own", Channel.EMAIL, Party(1, "Hanbit", "KR"), "KR")
    found = Snapshot({1: source(bundle)}, {})
    for grant in (None, grant_of(bundle, Mode.ENFORCE)):
        assert observed(ask, grant, KIM, found, bundle, AT) == decide(ask, grant, KIM, found, bundle, AT)


def test_easing_keeps_every_rule_of_law_as_it_is() -> None:
    bundle = packaged()
    for code, pack in eased(bundle).packs.items():
        kept = {id(each) for each in pack.rules}
        assert all(id(each) in kept for each in bundle.packs[code].rules if each.evidence is not Evidence.UNVERIFIED)
