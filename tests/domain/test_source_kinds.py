"""Every kind of source: its cases, its verdict for one use, what it counts as, and what its supplier is asked."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.domain.coverage import uncovered
from gateway.domain.diligence import asked, check_answer, check_diligence
from gateway.domain.errors import Conflict, Invalid
from gateway.domain.lawfulness import source_lawful, verdict_for, verdict_on
from gateway.domain.people import Source
from gateway.domain.requests import Ask, Party
from policies.golden import load_cases
from policies.load import load_bundle
from policies.terms import Act, AudienceKind, Channel, SourceStatus, Verdict

BUNDLE = load_bundle()
CASES = load_cases()
ALL = frozenset(BUNDLE.evidence)
AT = datetime(2026, 11, 20, tzinfo=UTC)
ORDER = (Verdict.ACCEPT, Verdict.QUARANTINE, Verdict.REFUSE)
OWNER, RENTER, STRANGER = Party(1, "owner", "DE"), Party(2, "renter", "DE"), Party(3, "stranger", "DE")
KINDS = sorted(BUNDLE.sources)

kinds = st.sampled_from([*KINDS, "never_heard_of"])
evidence = st.frozensets(st.sampled_from(sorted(ALL)))
asks = st.builds(
    Ask,
    st.sampled_from(Act),
    st.sampled_from(["marketing.own.offers", "marketing.partner.offers", "service.care", "profiling", "measurement"]),
    st.sampled_from(Channel),
    st.sampled_from([OWNER, RENTER]),
    st.just("DE"),
)
places = st.sampled_from(["DE", "CN", "KR", "GB", "US", "IR", "HK", ""])


def _source(kind: str, proofs: frozenset[str] = ALL, **changes: object) -> Source:
    collected = datetime(2026, 10, 1, tzinfo=UTC)
    made = Source(
        1, "a list", kind, SourceStatus.APPROVED, 1, "DE", AudienceKind.B2C, collected, None, proofs, frozenset((1, 2))
    )
    return replace(made, **changes)  # type: ignore[arg-type]


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_has_a_case_with_its_verdict_and_citation(kind: str) -> None:
    rule = BUNDLE.sources[kind]
    told = [case.want for case in CASES if rule.id in case.want.get("cites", ())]
    assert rule.cite
    assert any("verdict" in want for want in told), f"{rule.id} has no case that says its verdict"


def test_no_kind_lacks_a_counter_case() -> None:
    assert [one for one in uncovered(CASES, BUNDLE) if one.file == "sources.yaml"] == []


def test_a_kind_without_a_case_is_named() -> None:
    without = [case for case in CASES if "SRC-GIFT" not in case.want.get("cites", ())]
    assert [(one.rule, one.lacks) for one in uncovered(without, BUNDLE)] == [("SRC-GIFT", ("case", "counter-case"))]
    forbidden = [case for case in CASES if "SRC-STATE" not in case.want.get("cites", ())]
    assert [(one.rule, one.lacks) for one in uncovered(forbidden, BUNDLE)] == [("SRC-STATE", ("case",))]


@given(kinds, evidence, asks, places)
def test_what_is_accepted_is_what_the_gate_lets_through(
    kind: str, proofs: frozenset[str], ask: Ask, place: str
) -> None:
    source = _source(kind, proofs)
    verdict, found = verdict_for(ask, source, BUNDLE, place, AT)
    assert (verdict is Verdict.ACCEPT) == source_lawful(ask, source, BUNDLE, place, AT).lawful
    assert found.rule
    waiting = replace(source, status=SourceStatus.DRAFT)
    assert verdict_for(ask, waiting, BUNDLE, place, AT)[0] is verdict, "as if it were approved"
    whole = verdict_on(source, BUNDLE, []).verdict
    assert ORDER.index(verdict) >= ORDER.index(whole), "no use is better than the list"


@given(kinds, evidence, evidence, asks, places)
def test_more_evidence_never_makes_a_use_worse(
    kind: str, some: frozenset[str], more: frozenset[str], ask: Ask, place: str
) -> None:
    less, _ = verdict_for(ask, _source(kind, some), BUNDLE, place, AT)
    most, _ = verdict_for(ask, _source(kind, some | more), BUNDLE, place, AT)
    assert ORDER.index(most) <= ORDER.index(less)


def test_what_no_evidence_cures_is_refused_at_once() -> None:
    ask = Ask(Act.DISCLOSE, "marketing.own.offers", Channel.EMAIL, OWNER, "DE")
    for proofs in (frozenset[str](), ALL):  # a card tells of business alone, whatever is proven
        assert verdict_for(ask, _source("business_card", proofs), BUNDLE, "DE", AT)[0] is Verdict.REFUSE
    stranger = replace(ask, act=Act.CONTACT, sender=STRANGER)
    for proofs in (frozenset({"names_us"}), ALL):  # who is named is known, and it is somebody else
        verdict, found = verdict_for(stranger, _source("group_company", proofs), BUNDLE, "DE", AT)
        assert (verdict, found.code) == (Verdict.REFUSE, "sender_not_named")


@given(evidence, asks, places)
def test_a_renter_never_gets_a_rented_list(proofs: frozenset[str], ask: Ask, place: str) -> None:
    rented = _source("list_rental", proofs)
    assert not source_lawful(replace(ask, sender=RENTER), rented, BUNDLE, place, AT).lawful
    for_others = replace(ask, sender=OWNER, act=Act.DISCLOSE, purpose="marketing.partner.offers")
    assert not source_lawful(for_others, rented, BUNDLE, place, AT).lawful


def test_own_use_and_use_for_others_have_different_verdicts() -> None:
    rented = _source("list_rental", ALL - {"recipient_list"})
    ask = Ask(Act.CONTACT, "marketing.own.offers", Channel.EMAIL, OWNER, "DE")
    assert verdict_for(ask, rented, BUNDLE, "DE", AT)[0] is Verdict.ACCEPT
    partner = replace(ask, purpose="marketing.partner.offers")
    assert verdict_for(partner, rented, BUNDLE, "DE", AT)[0] is Verdict.QUARANTINE
    assert verdict_for(replace(partner, act=Act.DISCLOSE), rented, BUNDLE, "DE", AT)[0] is Verdict.REFUSE


def test_what_others_collected_counts_as_a_kind_that_the_packs_know() -> None:
    known = {kind for pack in BUNDLE.packs.values() for rule in pack.rules for kind in rule.when.source_kinds}
    apart = {"list_rental"}  # nothing changes hands
    for rule in BUNDLE.sources.values():
        if (
            rule.group.value in {"from_others", "published"}
            and rule.permits
            and rule.kind not in apart | {"health_record"}
        ):
            assert rule.kinds & known, f"no pack's rule about data of others holds for {rule.kind}"


def test_every_list_of_others_asks_its_questions() -> None:
    for rule in BUNDLE.sources.values():
        if rule.group.value == "from_others" and rule.kind != "referral":
            assert len(asked(BUNDLE, rule.kind)) >= 9, rule.kind
    assert asked(BUNDLE, "registration_form") == asked(BUNDLE, "never_heard_of") == ()


@given(st.data(), st.sampled_from([kind for kind in KINDS if BUNDLE.sources[kind].diligence]))
def test_it_goes_on_only_with_every_answer_and_none_against(data: st.DataObject, kind: str) -> None:
    answers = {
        each.id: data.draw(st.sampled_from(each.answers)) if each.answers else "a word" for each in asked(BUNDLE, kind)
    }
    for question, answer in answers.items():
        check_answer(BUNDLE, kind, question, answer)
    gone = data.draw(st.sampled_from(sorted(answers)))
    with pytest.raises(Conflict) as waiting:
        check_diligence(BUNDLE, kind, {word: said for word, said in answers.items() if word != gone})
    assert (waiting.value.code, gone in waiting.value.message) == ("questions_open", True)
    if any(said in BUNDLE.questions[word].against for word, said in answers.items()):
        with pytest.raises(Conflict, match="answers_against"):
            check_diligence(BUNDLE, kind, answers)
    else:
        check_diligence(BUNDLE, kind, answers)


@pytest.mark.parametrize("answer", ["", " ", "kim@example.kr", "+82 10 1234 5678", "x" * 61, "a\nb"])
def test_a_free_answer_holds_no_address_and_no_number(answer: str) -> None:
    with pytest.raises(Invalid) as unfit:
        check_answer(BUNDLE, "broker_list", "who_compiled", answer)
    assert unfit.value.code == "answer_unfit"
    assert not answer.strip() or answer not in unfit.value.message
