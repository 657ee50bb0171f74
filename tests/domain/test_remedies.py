"""The smallest change: whatever is proposed was decided again and allows, and nobody who said no is to be asked."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime

import pytest
from hypothesis import given, settings

from gateway.domain.changes import WHOLE, Situation, applied, consenting, must_not_be_asked
from gateway.domain.decision import decide
from gateway.domain.grant import Caller, Grant
from gateway.domain.liftings import candidates
from gateway.domain.people import Consent, Facts, Person, Reach, Snapshot, UsedCap
from gateway.domain.remedies import MOST, NOTHING, Remedy, smallest
from gateway.domain.requests import Ask, Party
from policies.load import load_bundle
from policies.terms import Act, AudienceKind, Channel, Condition, ConsentState, Flag, Outcome, Scope, SourceStatus
from tests.domain.test_decision_properties import EVIDENCE, asks, facts, moments, snapshots
from tests.domain.test_decision_properties import _source as source

BUNDLE = load_bundle()
KOREA = Party(1, "Hanbit", "KR")
NIGHT = datetime(2026, 11, 20, 13, tzinfo=UTC)  # 22:00 in Seoul
DAY = datetime(2026, 11, 20, 3, tzinfo=UTC)
SNAPSHOT = Snapshot({1: source(1, "registration_form", EVIDENCE, "KR")}, {})
SEOUL = Person("KR", time_zone="Asia/Seoul", kind=AudienceKind.B2C, birth_year=1990)
CONSENT = Consent(ConsentState.GIVEN, "marketing.own", 0, 1)
KNOWN = Facts(SEOUL, (Reach(1),), (CONSENT,))


def ask(channel: Channel = Channel.EMAIL, act: Act = Act.CONTACT, purpose: str = "marketing.own.newsletter") -> Ask:
    return Ask(act, purpose, channel, KOREA, "KR")


def remedy(
    of: Ask, known: Facts, snapshot: Snapshot = SNAPSHOT, at: datetime = DAY, grant: Grant | None = None
) -> Remedy:
    return smallest(decide(of, grant, known, snapshot, BUNDLE, at), of, known, snapshot, BUNDLE, at, grant=grant)


def kinds(found: Remedy) -> list[list[str]]:
    return [[change.kind for change in way.changes] for way in found.ways]


def allows(situation: Situation, changes: Sequence[object]) -> bool:
    return applied(changes, situation).decided().outcome is Outcome.ALLOW  # type: ignore[arg-type]


@given(asks, facts, snapshots, moments)
@settings(max_examples=150, deadline=None)
def test_whatever_it_proposes_allows_and_nothing_of_it_can_be_left_out(
    of: Ask, known: Facts, snapshot: Snapshot, at: datetime
) -> None:
    decision = decide(of, None, known, snapshot, BUNDLE, at)
    found = smallest(decision, of, known, snapshot, BUNDLE, at)
    assert found.allowed == (decision.outcome is Outcome.ALLOW)
    situation = Situation(of, None, known, snapshot, BUNDLE, at)
    assert len({len(way.changes) for way in found.ways}) <= 1
    for way in found.ways:
        assert allows(situation, way.changes)
        assert way.decision.outcome is Outcome.ALLOW
        assert way.rules
        for change in way.changes:
            assert not allows(situation, [each for each in way.changes if each is not change])


@given(asks, facts, snapshots, moments)
@settings(max_examples=150, deadline=None)
def test_where_one_change_is_enough_one_is_proposed(of: Ask, known: Facts, snapshot: Snapshot, at: datetime) -> None:
    decision = decide(of, None, known, snapshot, BUNDLE, at)
    situation = Situation(of, None, known, snapshot, BUNDLE, at)
    if decision.outcome is Outcome.ALLOW:
        return
    singles = [consenting(situation, WHOLE), *candidates(situation, decision)]
    if any(allows(situation, [change]) for change in singles):
        ways = smallest(decision, of, known, snapshot, BUNDLE, at).ways
        assert ways
        assert {len(way.changes) for way in ways} == {1}


@given(asks, facts, snapshots, moments)
@settings(max_examples=150, deadline=None)
def test_who_said_no_is_never_to_be_asked(of: Ask, known: Facts, snapshot: Snapshot, at: datetime) -> None:
    no = Consent(ConsentState.OBJECTED, of.purpose, 0, 99)
    known = replace(known, consents=(*known.consents, no))
    found = smallest(decide(of, None, known, snapshot, BUNDLE, at), of, known, snapshot, BUNDLE, at)
    assert must_not_be_asked(of, known, BUNDLE)
    for way in found.ways:
        for change in way.changes:
            if change.kind in {"consent", "address", "suppression"}:
                assert "of their own accord" in change.words


@given(asks, facts, snapshots, moments)
@settings(max_examples=60, deadline=None)
def test_the_erased_and_the_dead_stay_in_peace(of: Ask, known: Facts, snapshot: Snapshot, at: datetime) -> None:
    for flag in (Flag.ERASED, Flag.DECEASED):
        gone = replace(known, person=replace(known.person, flags=flag))
        found = smallest(decide(of, None, gone, snapshot, BUNDLE, at), of, gone, snapshot, BUNDLE, at)
        assert found.ways == ()
        assert not found.allowed


def test_what_is_allowed_needs_nothing() -> None:
    found = remedy(ask(), KNOWN)
    assert found.allowed
    assert found.words == ""


def test_a_plain_consent_where_no_more_is_asked() -> None:
    found = remedy(ask(), replace(KNOWN, consents=()))
    assert kinds(found)[0] == ["consent"]
    assert found.ways[0].changes[0].conditions is Condition.NONE
    assert "consents to marketing.own.newsletter by email" in found.words
    assert "to ask is marketing itself" in found.words
    assert "KR-50-1" in found.ways[0].rules


def test_at_night_it_waits_or_has_a_consent_that_names_the_night() -> None:
    found = remedy(ask(Channel.SMS), KNOWN, at=NIGHT)
    assert kinds(found) == [["wait"], ["consent"]]
    assert found.words.startswith("wait until Sat 21 Nov 2026, 08:00 in Asia/Seoul (Fri 23:00 UTC); or ")
    assert found.ways[1].changes[0].conditions is Condition.NIGHT


def test_a_used_up_cap_is_waited_for() -> None:
    cap = UsedCap("HOUSE-TEXT-WEEK", datetime(2026, 11, 24, 3, tzinfo=UTC))
    found = remedy(ask(Channel.SMS), replace(KNOWN, caps=(cap,)))
    assert kinds(found) == [["wait"]]
    assert found.words == "wait until Tue 24 Nov 2026, 12:00 in Asia/Seoul (03:00 UTC)"


def test_a_consent_that_lapses_while_one_waits_is_not_overlooked() -> None:
    of = ask(Channel.SMS)
    decision = decide(of, None, KNOWN, SNAPSHOT, BUNDLE, NIGHT)
    older = replace(KNOWN, consents=(replace(CONSENT, band=len(BUNDLE.periods)),))
    found = smallest(decision, of, KNOWN, SNAPSHOT, BUNDLE, NIGHT, later=lambda _: older)
    assert ["wait"] not in kinds(found)


def test_after_an_objection_only_the_person_moves() -> None:
    no = Consent(ConsentState.OBJECTED, "marketing", 0, 2)
    found = remedy(ask(), replace(KNOWN, consents=(CONSENT, no)))
    assert kinds(found) == [["consent"]]
    assert found.words.startswith("the person comes of their own accord and consents")
    assert found.words.endswith("they may not be asked")


def test_a_suppression_needs_two_officers_and_the_persons_wish() -> None:
    found = remedy(ask(), replace(KNOWN, reaches=(Reach(1, Scope.ALL),)))
    assert kinds(found) == [["suppression"]]
    both = remedy(ask(), replace(KNOWN, reaches=(Reach(1, Scope.ALL),), consents=()))
    assert kinds(both) == [["suppression", "consent"]]
    assert "they may not be asked" in both.words


def test_missing_evidence_is_named() -> None:
    bare = Snapshot({1: source(1, "registration_form", EVIDENCE - {"consent_wording"}, "KR")}, {})
    found = remedy(ask(), KNOWN, bare)
    assert ["evidence"] in kinds(found)
    assert "evidence for the source “list”" in found.words


@pytest.mark.parametrize("status", [SourceStatus.SUBMITTED, SourceStatus.REVOKED])
def test_a_revoked_source_is_not_brought_back(status: SourceStatus) -> None:
    one = replace(source(1, "registration_form", EVIDENCE, "KR"), status=status)
    found = remedy(ask(), KNOWN, Snapshot({1: one}, {}))
    assert (["approval"] in kinds(found)) == (status is SourceStatus.SUBMITTED)
    assert ["address"] in kinds(found)


def test_a_ban_is_a_ban() -> None:
    iran = replace(SEOUL, jurisdiction="IR", time_zone="Asia/Tehran")
    banned = [
        (channel, found)
        for channel in Channel
        for found in [remedy(ask(channel, Act.DISCLOSE), replace(KNOWN, person=iran))]
        if found.words == NOTHING
    ]
    for channel, found in banned:
        assert not found.ways, channel
        assert not found.beyond, channel


def _grant(**changes: object) -> Grant:
    caller = Caller(
        7, b"7" * 16, "tool", "marketing", "KR", 1, frozenset(), frozenset(), frozenset(), frozenset(Channel),
        frozenset(), 1,
    )  # fmt: skip
    plain = Grant(
        caller, frozenset(Act), BUNDLE.purposes.below("marketing"), frozenset(Channel), frozenset(), frozenset(),
        frozenset(), frozenset(), BUNDLE.digest,
    )  # fmt: skip
    return replace(plain, **changes)  # type: ignore[arg-type]


def test_what_the_tool_lacks_and_what_the_law_asks_for_come_together() -> None:
    narrow = _grant(channels=frozenset({Channel.SMS}), jurisdictions=frozenset({"DE"}))
    found = remedy(ask(), replace(KNOWN, consents=()), grant=narrow)
    assert kinds(found) == [["grant", "grant", "consent"]]
    assert found.words.startswith("the tool is given email, and the tool is given people in KR, and the person")


def test_more_than_it_tries_is_said_and_not_called_impossible() -> None:
    narrow = _grant(acts=frozenset(), purposes=frozenset(), channels=frozenset(), jurisdictions=frozenset({"DE"}))
    found = remedy(ask(), replace(KNOWN, consents=()), grant=narrow)
    assert found.beyond
    assert str(MOST) in found.words
