"""What people say is obeyed by the very next decision: the same gate, the same moment, no cache in between."""

import secrets
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from sqlalchemy import text

from gateway.domain.errors import Ostiary
from gateway.domain.requests import PersonAsk, Selector
from gateway.flows.consent import ConsentWish, record
from gateway.flows.decide import Request, decide_batch
from gateway.flows.gate import Gate
from gateway.flows.preferences import link_for, stop
from gateway.identity.credentials import new_api_key
from gateway.store import parties
from policies.terms import Act, Channel, Condition, ConsentState, Outcome

ADDRESS = "maria@example.com"
NEWSLETTER = "marketing.own.newsletter"
EVIDENCE = ["notice_version", "consent_wording", "consent_time", "withdrawal_notice_shown", "double_opt_in_record"]

Decide = Callable[[str], Outcome]


@pytest.fixture
def given() -> ConsentWish:
    """The consent that the newsletter needs."""
    return ConsentWish(
        Selector("email", ADDRESS), ConsentState.GIVEN, NEWSLETTER, "web_form", channel="email",
        sender="Nordlicht Books", conditions=Condition.DOUBLE_OPT_IN, wording="newsletter-3/en", language="en",
        evidence=b"the form and the click that confirmed it",
    )  # fmt: skip


@pytest.fixture
def uid() -> bytes:
    """The person's uid."""
    return secrets.token_bytes(16)


@pytest.fixture
def decide(gate: Gate, uid: bytes) -> Decide:
    """A person from a lawful form, a newsletter tool, and the way to ask about one purpose by e-mail."""
    with gate.house.unit() as connection:
        sender = parties.add_party(connection, "Nordlicht Books", "DE")
        record_ = parties.ToolRecord(
            "newsletter", "marketing", sender.name, "DE", ("marketing",), ("email",), ("email",)
        )
        tool = parties.add_tool(connection, record_)
        plain, key = new_api_key()
        parties.add_credential(connection, tool.no, key.key_id, key.digest, None)
        source = connection.execute(
            text(
                "INSERT INTO source (uid, name, kind, status, collector_no, country, audience, collected_at, evidence)"
                " VALUES (:uid, 'Form', 'registration_form', 'approved', :sender, 'DE', 'b2c', :at, :evidence)"
                " RETURNING no"
            ),
            {"uid": secrets.token_bytes(16), "sender": sender.no, "at": gate.clock(), "evidence": EVIDENCE},
        ).scalar_one()
        no = connection.execute(
            text(
                "INSERT INTO person (uid, jurisdiction, kind, birth_year, time_zone)"
                " VALUES (:uid, 'DE', 'b2c', 1980, 'Europe/Berlin') RETURNING no"
            ),
            {"uid": uid},
        ).scalar_one()
        _identify(gate, connection, no, source)

    def ask(purpose: str) -> Outcome:
        asked = PersonAsk(Selector("email", ADDRESS), Act.CONTACT, purpose, Channel.EMAIL)
        (answers,) = decide_batch(gate, [Request(plain, [asked])])
        assert not isinstance(answers, Ostiary), answers
        return answers.answers[0].outcome

    return ask


def _identify(gate: Gate, connection: Any, no: int, source: int) -> None:
    (version, index), *_ = gate.lookup.index("email", ADDRESS)
    suppress = gate.lookup.suppression_index("email", ADDRESS)[0].value
    connection.execute(
        text(
            "INSERT INTO identifier (person_no, kind, index, source_no, index_version, suppress)"
            " VALUES (:no, 'email', :index, :source, :version, :suppress)"
        ),
        {"no": no, "index": index, "source": source, "version": version, "suppress": suppress},
    )


def test_a_consent_allows_and_its_withdrawal_denies_at_once(gate: Gate, decide: Decide, given: ConsentWish) -> None:
    assert decide(NEWSLETTER) is Outcome.DENY
    record(gate, "newsletter", given)
    assert decide(NEWSLETTER) is Outcome.ALLOW
    record(gate, "newsletter", replace(given, state=ConsentState.WITHDRAWN, evidence=None))
    assert decide(NEWSLETTER) is Outcome.DENY


@pytest.mark.parametrize("everything", [False, True])
def test_one_click_denies_at_once_and_a_late_consent_does_not_undo_it(
    gate: Gate, decide: Decide, given: ConsentWish, uid: bytes, clock: Any, everything: bool
) -> None:
    record(gate, "newsletter", given)
    assert decide(NEWSLETTER) is Outcome.ALLOW
    link = link_for(gate, uid, "email", 1, NEWSLETTER, "email").rpartition("/")[2]
    stopped = stop(gate, link, everything=everything, method="one_click")
    assert decide(NEWSLETTER) is Outcome.DENY
    clock.at = stopped.at.replace(day=21)
    late = record(gate, "newsletter", replace(given, at=stopped.at, evidence=b"another form"))
    assert late.effective is not ConsentState.GIVEN
    assert decide(NEWSLETTER) is Outcome.DENY
    assert record(gate, "newsletter", given).effective is ConsentState.GIVEN
    assert decide(NEWSLETTER) is Outcome.ALLOW


def test_an_objection_to_marketing_reaches_every_purpose_below(gate: Gate, decide: Decide, given: ConsentWish) -> None:
    record(gate, "newsletter", given)
    record(gate, "newsletter", replace(given, purpose="marketing.own.offers"))
    assert decide("marketing.own.offers") is Outcome.ALLOW
    objection = ConsentWish(Selector("email", ADDRESS), ConsentState.OBJECTED, "marketing", "letter")
    record(gate, "desk", objection)
    assert decide(NEWSLETTER) is decide("marketing.own.offers") is Outcome.DENY
