"""Recorded cells asked again: facts come back as they were, and what the record says roughly is never guessed."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import cache
from itertools import pairwise
from types import MappingProxyType
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from gateway.domain.bands import band
from gateway.domain.grant import Caller, Grant
from gateway.domain.people import Consent, Dealing, Facts, Person, Reach, Snapshot, Source, UsedCap
from gateway.domain.replay import MOST_WAYS, Change, Under, bands_of, facts_of, replay
from gateway.domain.requests import Ask, Party
from gateway.flows.asking import recorded
from policies.load import load_bundle
from policies.packs import Bundle, Cap, Lapse, Pack, Period, Rule, When
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
words = st.text(alphabet="abc", max_size=3)
consents = st.builds(
    Consent, st.sampled_from(ConsentState), words, st.integers(0, 9), st.integers(0, 9),
    st.integers(0, 31).map(Condition), words, st.integers(0, 3),
)  # fmt: skip
dealings = st.builds(Dealing, st.sampled_from(DealingKind), words, st.integers(0, 9), st.booleans(), st.integers(0, 3))
facts = st.builds(
    Facts,
    st.builds(Person, words, words, words, st.sampled_from(AudienceKind), st.integers(0, 2030),
              st.integers(0, 15).map(Flag)),
    st.lists(st.builds(Reach, st.integers(0, 9), st.none() | st.sampled_from(Scope),
                       st.lists(words, max_size=2).map(tuple)), max_size=2).map(tuple),
    st.lists(consents, max_size=3).map(tuple),
    st.lists(dealings, max_size=2).map(tuple),
    st.lists(st.builds(UsedCap, words, st.datetimes(timezones=st.just(UTC))), max_size=2).map(tuple),
)  # fmt: skip
moments = st.datetimes(datetime(1990, 1, 1), datetime(2026, 11, 20), timezones=st.just(UTC))  # noqa: DTZ001
cuts = st.lists(moments, max_size=6, unique=True).map(sorted)


@given(facts)
def test_what_is_recorded_is_read_back_as_it_was(one: Facts) -> None:
    from orjson import dumps, loads

    from gateway.domain.cells import Cell
    from gateway.domain.reasons import Decision

    decision = Decision(Outcome.DENY, (), (), {}, (), None, AT, "", ())
    assert facts_of(loads(dumps(recorded(Cell(0, one, decision))))["facts"]) == one


@given(moments, cuts | st.none(), cuts, cuts)
def test_the_true_band_is_always_among_those_tried(
    moment: datetime, was: list[datetime] | None, old: list[datetime], new: list[datetime]
) -> None:
    told = band(was, moment) if was is not None else 3
    assert (band(old, moment), band(new, moment)) in bands_of(told, was, old, new)


@given(moments, cuts)
def test_an_unchanged_law_leaves_no_doubt(moment: datetime, same: list[datetime]) -> None:
    told = band(same, moment)
    assert bands_of(told, same, same, same) == [(told, told)]


@given(cuts, cuts)
def test_every_band_tried_is_one_that_some_moment_has(was: list[datetime], new: list[datetime]) -> None:
    for told in range(len(was) + 1):
        pairs = bands_of(told, was, was, new)
        assert {ours for ours, _ in pairs} == {told}
        assert all(later < earlier for (_, earlier), (_, later) in pairwise(pairs))


# A small law of one country, so that each case below is about one thing.


@cache
def packaged() -> Bundle:
    return load_bundle()


def law(*rules: Rule, caps: tuple[Cap, ...] = (), periods: tuple[Period, ...] = ()) -> Bundle:
    """Give the packaged bundle with these rules for Korea alone."""
    pack: Pack = replace(packaged().packs["KR"], rules=rules)
    packs = MappingProxyType({**packaged().packs, "KR": pack})
    own = tuple(sorted(periods, key=Period.longest))
    return replace(packaged(), packs=packs, caps=caps, periods=own, digest=f"{len(rules)}-{own}-{caps}")


def rule(id_: str, **effect: Any) -> Rule:
    when = effect.pop("when", When())
    return Rule(
        id_, "Test Act", Evidence.PRIMARY, id_, "kr.yaml", 1, datetime(2000, 1, 1).date(),  # noqa: DTZ001
        datetime(2100, 1, 1).date(), when, **effect,  # noqa: DTZ001
    )  # fmt: skip


YEAR, WEEK = Period(12, 0, "P1Y"), Period(0, 7, "P7D")
OPT_IN, BAN, FREE = rule("T-1", need=Model.OPT_IN), rule("T-2", need=Model.BAN), rule("T-3", need=Model.NOTHING)
EXPIRE = rule("T-4", lapse=Lapse(WEEK, Outcome.DENY))
KIM = Facts(Person("KR", kind=AudienceKind.B2C, birth_year=1990), (Reach(1),))
SAID = replace(KIM, consents=(Consent(ConsentState.GIVEN, "marketing", 0, 1),))


def under(bundle: Bundle, act: Act = Act.DISCLOSE) -> Under:
    ask = Ask(act, "marketing.own", Channel.EMAIL, Party(1, "Hanbit", "KR"), "KR")
    caller = Caller(
        1, bytes(16), "tool", "marketing", "KR", 1, frozenset(), frozenset(), frozenset({"marketing"}),
        frozenset(Channel), frozenset(), 1,
    )  # fmt: skip
    grant = Grant(
        caller, frozenset(Act), frozenset({"marketing.own"}), frozenset(Channel), frozenset(FieldClass), frozenset(),
        frozenset(), frozenset(), bundle.digest,
    )  # fmt: skip
    form = packaged().sources["registration_form"]
    evidence = frozenset((*form.evidence, *(word for permit in form.permits for word in permit.evidence), "age_gate"))
    source = Source(
        1, "Form", "registration_form", SourceStatus.APPROVED, 1, "KR", AudienceKind.B2C, AT - timedelta(days=30), None,
        evidence, frozenset({1}),
    )  # fmt: skip
    return Under(bundle, ask, grant, Snapshot({1: source}, {}))


def changed(one: Facts, old: Bundle, new: Bundle, was: Bundle | None, act: Act = Act.DISCLOSE) -> Change:
    return replay(one, AT, was, under(old, act), under(new, act)).change


def test_gain_lose_and_same() -> None:
    strict, free, ban = law(OPT_IN), law(FREE), law(OPT_IN, BAN)
    assert changed(KIM, strict, free, strict) is Change.GAIN
    assert changed(KIM, free, strict, strict) is Change.LOSE
    assert changed(SAID, strict, free, strict) is Change.SAME
    assert changed(SAID, strict, ban, strict) is Change.LOSE
    told = replay(SAID, AT, strict, under(strict), under(ban))
    assert (told.deciding and told.deciding.rule, told.before and told.before.rule) == ("T-2", "T-1")


def test_an_age_that_the_record_tells_only_roughly_cannot_be_told() -> None:
    was = law(OPT_IN, periods=(YEAR,))
    new = law(OPT_IN, EXPIRE, periods=(WEEK, YEAR))
    assert changed(SAID, was, new, was) is Change.CANNOT_TELL, "within a year: within a week or not?"
    old = replace(SAID, consents=(replace(SAID.consents[0], band=1),))
    assert changed(old, was, new, was) is Change.LOSE, "older than a year is older than a week"
    assert changed(SAID, new, new, new) is Change.SAME, "the same law measures by the same periods"
    assert changed(SAID, was, new, None) is Change.CANNOT_TELL, "nobody can read the bundle of then"
    assert changed(SAID, was, was, None) is Change.SAME, "no age matters: nothing is in doubt"


def test_too_many_ways_cannot_be_told() -> None:
    was = law(OPT_IN)
    months = tuple(Period(number, 0, f"P{number}M") for number in range(1, 13))
    many = law(OPT_IN, periods=months)
    lines = tuple(Consent(ConsentState.GIVEN, "marketing", 0, rank) for rank in (1, 2))
    assert len(months) ** 2 > MOST_WAYS
    assert changed(replace(KIM, consents=lines), was, many, was) is Change.CANNOT_TELL


def test_a_grown_person_may_be_a_child_to_a_stricter_law() -> None:
    adults = rule("T-5", need=Model.BAN, when=When(age_under=60))
    was, new = law(FREE), law(FREE, adults)
    grown = replace(KIM, person=replace(KIM.person, birth_year=AT.year - 120))
    assert changed(grown, was, new, was) is Change.CANNOT_TELL
    assert changed(grown, was, was, was) is Change.SAME
    assert changed(grown, new, new, new) is Change.SAME
    young = replace(KIM, person=replace(KIM.person, birth_year=1999))
    assert changed(young, was, new, was) is Change.LOSE


def test_a_cap_that_counts_otherwise_cannot_be_told() -> None:
    four = Cap("HOUSE-1", "four", "", 4, timedelta(days=7), frozenset({Channel.EMAIL}), Across.HOUSE, False)
    nine = replace(four, contacts=9)
    worded = replace(four, title="four, said otherwise")
    used = replace(KIM, caps=(UsedCap("HOUSE-1", AT + timedelta(days=1)),))
    was = law(FREE, caps=(four,))
    asked: dict[str, Any] = {"act": Act.CONTACT}
    assert changed(used, was, law(FREE, caps=(worded,)), was, **asked) is Change.SAME
    assert changed(used, was, law(FREE, caps=(nine,)), was, **asked) is Change.CANNOT_TELL
    assert changed(used, was, law(FREE), was, **asked) is Change.GAIN, "the cap is gone"
    assert changed(replace(KIM, caps=(UsedCap("reserved:spring", AT),)), was, law(FREE), was, **asked) is Change.SAME
