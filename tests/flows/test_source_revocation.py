"""A revoked source is silent at once, also for a release under way; a rented list is sent to by its owner alone."""

import json
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from typing import Any

import pytest

from audit.ledger import verify_database
from audit.note import verifier_key
from gateway.domain.errors import Ostiary
from gateway.domain.requests import PersonAsk, Selector, Wish
from gateway.flows.decide import Answers, Request, decide_batch
from gateway.flows.gate import Gate
from gateway.flows.release import open_release
from gateway.flows.sources import SourceWish, approve_source, register_source, revoke_source, suspend_source
from gateway.flows.sources_change import change_source
from gateway.flows.sources_effect import effect_of_revoking
from gateway.store import parties
from policies.terms import Act, Channel, Outcome
from tests.flows.conftest import NEWSLETTER, Seoul, add_tool

Ago = Callable[[float], datetime]
PARTNER = "marketing.partner.offers"
RENTAL = {
    "who_compiled": "Verlag", "collected_from": "the_people", "told_people": "notice 4", "compiled_when": "2026",
    "consent_how": "double_opt_in", "wording_seen": "yes", "screened": "yes", "warranties": "yes",
    "owner_sends": "yes", "advertiser_named": "yes",
}  # fmt: skip
EVIDENCE = (
    "operator_contract", "notice_version", "consent_wording", "consent_time", "recipient_list", "age_gate", "names_us",
    "double_opt_in_record",
)  # fmt: skip


def outcome(gate: Gate, key: str, email: str, purpose: str = NEWSLETTER, act: Act = Act.CONTACT) -> tuple[str, Any]:
    asked = PersonAsk(Selector("email", email), act, purpose, Channel.EMAIL)
    (result,) = decide_batch(gate, [Request(key, [asked])])
    assert isinstance(result, Answers), result
    return result.answers[0].outcome.value, result.answers[0].code


def given(stream: bytes) -> set[str]:
    lines = [json.loads(line) for line in stream.splitlines()]
    return {line["email"] for line in lines if "email" in line}


def verify(gate: Gate) -> None:
    while gate.house.sequencer.run_once():
        pass
    origin = gate.house.sequencer._origin
    with gate.house.engine.connect() as connection:
        verify_database(connection, verifier_key(origin, gate.keyring.ledger_signer(origin).public_key))


@pytest.mark.parametrize("silence", [revoke_source, suspend_source])
def test_the_next_decision_denies(seoul: Seoul, days_ago: Ago, silence: Callable[[Gate, str, str], Any]) -> None:
    seoul.bring([("kim@example.com", days_ago(10))])
    assert outcome(seoul.gate, seoul.key, "kim@example.com")[0] == Outcome.ALLOW
    silence(seoul.gate, "officer", "Form")
    assert outcome(seoul.gate, seoul.key, "kim@example.com")[0] == Outcome.DENY
    assert given(b"".join(seoul.release().lines())) == set()
    verify(seoul.gate)


def test_a_release_under_way_obeys_from_its_next_page(seoul: Seoul, days_ago: Ago) -> None:
    seoul.bring([(f"p{at}@example.com", days_ago(5)) for at in range(40)])
    release = seoul.release()
    object.__setattr__(release, "plan", replace(release.plan, page=10))
    stream = release.lines()
    first = next(stream)
    revoke_source(seoul.gate, "officer", "Form")
    rest = b"".join(stream)
    assert len(given(first)) == 10
    assert given(rest) == set()
    receipt = json.loads(rest.splitlines()[-1])["receipt"]
    assert (receipt["people"], sum(receipt["denied"].values())) == (10, 30)
    verify(seoul.gate)


def test_what_another_lawful_source_says_stays(seoul: Seoul, days_ago: Ago) -> None:
    register_source(
        seoul.gate,
        "officer",
        SourceWish(
            "Shop", "registration_form", "Hanbit", "KR", evidence=("notice_version", "consent_wording", "consent_time"),
            defaults={"country": "KR", "time_zone": "Asia/Seoul", "language": "ko", "purpose": "marketing.own"},
        ),
    )  # fmt: skip
    approve_source(seoul.gate, "officer", "Shop")
    seoul.bring([("both@example.com", days_ago(10)), ("one@example.com", days_ago(10))])
    seoul.bring([("both@example.com", days_ago(9))], source="Shop")
    effect = effect_of_revoking(seoul.gate, "officer", "Form")
    assert (effect.carried.people, effect.carried.only) == (2, 1)
    suspend_source(seoul.gate, "officer", "Shop")
    assert effect_of_revoking(seoul.gate, "officer", "Form").carried.only == 2, "a suspended source reaches nobody"


def test_evidence_taken_back_is_felt_by_the_next_decision(seoul: Seoul, days_ago: Ago) -> None:
    seoul.bring([("kim@example.com", days_ago(10))])
    change_source(seoul.gate, "officer", "Form", evidence=("notice_version",))
    assert outcome(seoul.gate, seoul.key, "kim@example.com")[0] == Outcome.DENY
    verify(seoul.gate)


@pytest.fixture
def rented(seoul: Seoul, days_ago: Ago) -> tuple[Seoul, str, str]:
    """A list of Verlag's, which its own tool sends to; and the key of a tool of the renter, whom it names."""
    gate = seoul.gate
    with gate.house.unit() as connection:
        parties.add_party(connection, "Verlag", "DE")
        parties.add_party(connection, "Renter", "DE")
    register_source(
        gate,
        "officer",
        SourceWish(
            "Rented", "list_rental", "Verlag", "DE", collected_at=days_ago(60), evidence=EVIDENCE, named=("Renter",),
            answers=RENTAL, defaults={
                "country": "DE", "time_zone": "Europe/Berlin", "language": "de", "purpose": "marketing.partner",
                "conditions": ["named_recipient", "double_opt_in"],
            },
        ),
    )  # fmt: skip
    approve_source(gate, "officer", "Rented")
    seoul.bring([("lena@example.com", days_ago(20)), ("max@example.com", None)], source="Rented")
    tool = {"country": "DE", "purposes": ("marketing",), "jurisdictions": ("DE",)}
    return (
        seoul,
        add_tool(gate, "verlag mailer", sender="Verlag", **tool),
        add_tool(gate, "renter mailer", sender="Renter", **tool),
    )


def test_the_owner_sends_for_a_renter_where_a_consent_covers_it(rented: tuple[Seoul, str, str]) -> None:
    seoul, owner, _ = rented
    assert outcome(seoul.gate, owner, "lena@example.com", PARTNER) == ("allow", "allowed")
    assert outcome(seoul.gate, owner, "max@example.com", PARTNER)[0] == "deny", "no consent"
    assert outcome(seoul.gate, owner, "lena@example.com")[0] == "deny", "own use is another purpose: no consent to it"
    wish = Wish(Act.CONTACT, PARTNER, Channel.EMAIL, "", ("email",))
    assert given(b"".join(open_release(seoul.gate, owner, wish).lines())) == {"lena@example.com"}


@pytest.mark.parametrize("purpose", [PARTNER, NEWSLETTER])
@pytest.mark.parametrize("act", list(Act))
def test_the_renter_never_receives_a_row(rented: tuple[Seoul, str, str], act: Act, purpose: str) -> None:
    seoul, _, renter = rented
    assert outcome(seoul.gate, renter, "lena@example.com", purpose, act)[0] == "deny"
    try:
        stream = b"".join(open_release(seoul.gate, renter, Wish(act, purpose, Channel.EMAIL, "", ("email",))).lines())
    except Ostiary:
        stream = b""
    assert given(stream) == set()
    verify(seoul.gate)


def test_nobody_takes_rows_of_a_rented_list_out_for_others(rented: tuple[Seoul, str, str]) -> None:
    seoul, owner, _ = rented
    assert outcome(seoul.gate, owner, "lena@example.com", PARTNER, Act.DISCLOSE)[0] == "deny"
