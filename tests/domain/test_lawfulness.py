"""What is said of a source before any of its rows is read."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.domain.lawfulness import source_lawful, verdict_on
from gateway.domain.people import Source
from gateway.domain.requests import Ask, Party
from policies.load import load_bundle
from policies.terms import Act, AudienceKind, Channel, SourceStatus, Verdict

BUNDLE = load_bundle()
ALL = frozenset(BUNDLE.evidence)
AT = datetime(2026, 11, 20, tzinfo=UTC)
ASK = Ask(Act.DISCLOSE, "marketing.own.offers", Channel.POST, Party(1, "us", "DE"), "DE")
ORDER = (Verdict.ACCEPT, Verdict.QUARANTINE, Verdict.REFUSE)


def _source(kind: str, evidence: frozenset[str] = ALL) -> Source:
    collected = datetime(2026, 10, 1, tzinfo=UTC)
    return Source(
        1, "a list", kind, SourceStatus.APPROVED, 1, "DE", AudienceKind.B2C, collected, None, evidence, frozenset((1,))
    )


@pytest.mark.parametrize(
    ("kind", "lacking", "jurisdictions", "verdict", "cure"),
    [
        ("registration_form", set(), ["KR"], Verdict.ACCEPT, 0),
        ("order", set(), ["DE"], Verdict.ACCEPT, 0),
        ("loyalty_programme", set(), ["IR"], Verdict.ACCEPT, 0),
        ("partner_list_named", set(), ["TW"], Verdict.ACCEPT, 0),
        ("catalogue_request", set(), ["US"], Verdict.ACCEPT, 0),
        ("broker_list", {"sample_audit"}, ["GB"], Verdict.QUARANTINE, 30),
        ("broker_list", {"names_us"}, ["GB"], Verdict.REFUSE, 0),
        ("bought_list", ALL, ["CN"], Verdict.REFUSE, 0),
        ("bought_list", {"consent_time"}, ["DE"], Verdict.REFUSE, 0),
        ("bought_list", set(), ["CN"], Verdict.QUARANTINE, 30),
        ("leaked", set(), ["US"], Verdict.REFUSE, 0),
        ("hacked", set(), [], Verdict.REFUSE, 0),
        ("harvested", set(), ["DE"], Verdict.REFUSE, 0),
        ("unknown", set(), ["DE"], Verdict.QUARANTINE, 30),
        ("never_heard_of", set(), ["DE"], Verdict.QUARANTINE, 30),
        ("referral", set(), ["DE"], Verdict.QUARANTINE, 30),
        ("registration_form", {"consent_time"}, ["DE"], Verdict.QUARANTINE, 30),
        ("partner_list_generic", set(), ["DE", "FR"], Verdict.ACCEPT, 0),
        ("partner_list_generic", set(), ["DE", "KR"], Verdict.QUARANTINE, 30),
    ],
)
def test_the_verdict(kind: str, lacking: set[str], jurisdictions: list[str], verdict: Verdict, cure: int) -> None:
    said = verdict_on(_source(kind, ALL - lacking), BUNDLE, jurisdictions)
    assert (said.verdict, said.cure_days) == (verdict, cure)
    assert all(rule and cite and words for _, rule, cite, words in said.reasons)


def test_a_verdict_splits_where_countries_differ() -> None:
    said = verdict_on(_source("partner_list_generic"), BUNDLE, ["DE", "KR"])
    assert dict(said.by_jurisdiction) == {"DE": Verdict.ACCEPT, "KR": Verdict.QUARANTINE}
    assert [reason[0] for reason in said.reasons] == ["lawful", "nothing_permitted_there"]


def test_what_is_missing_is_named() -> None:
    said = verdict_on(_source("broker_list", ALL - {"sample_audit", "screening_record"}), BUNDLE, ["GB"])
    assert said.missing == ("screening_record", "sample_audit")
    assert said.reasons[0][:2] == ("evidence_missing", "SRC-BROKER")


kinds = st.sampled_from([*sorted(BUNDLE.sources), "never_heard_of"])
evidence = st.frozensets(st.sampled_from(sorted(ALL)))


@given(kinds, evidence, evidence)
def test_more_evidence_never_makes_it_worse(kind: str, some: frozenset[str], more: frozenset[str]) -> None:
    less = verdict_on(_source(kind, some), BUNDLE, ["DE", "CN"]).verdict
    assert ORDER.index(verdict_on(_source(kind, some | more), BUNDLE, ["DE", "CN"]).verdict) <= ORDER.index(less)


@given(
    kinds, evidence, st.sampled_from(["DE", "CN", "TW", ""]), st.sampled_from(AudienceKind), st.sampled_from(Channel)
)
def test_what_is_lawful_for_an_ask_was_accepted(
    kind: str, some: frozenset[str], country: str, audience: AudienceKind, channel: Channel
) -> None:
    source = _source(kind, some)
    found = source_lawful(replace(ASK, channel=channel), source, BUNDLE, country, AT, audience)
    if found.lawful:
        assert verdict_on(source, BUNDLE, [country]).verdict is Verdict.ACCEPT
        for status in set(SourceStatus) - {SourceStatus.APPROVED}:
            again = source_lawful(ASK, replace(source, status=status), BUNDLE, country, AT, audience)
            assert (again.lawful, again.code) == (False, "source_not_approved")


def test_evidence_that_only_this_use_needs_is_named() -> None:
    order = _source("order", ALL - {"refusal_offered", "consent_wording"})
    found = source_lawful(ASK, order, BUNDLE, "DE", AT)
    assert (found.code, found.missing) == ("evidence_missing", ("refusal_offered",))
    assert source_lawful(replace(ASK, purpose="service.order"), order, BUNDLE, "DE", AT).lawful
