"""Double opt-in: a request is no consent, a yes is one once, and the letter goes only where it may."""

import hashlib
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import orjson
import pytest
from sqlalchemy import text

from gateway.domain.errors import Invalid, NotFound, Refused
from gateway.domain.requests import Selector
from gateway.flows.confirming import State, confirm, show_request
from gateway.flows.consent import ConsentWish, record
from gateway.flows.preferences import link_for, show
from gateway.flows.requesting import RequestWish, ask_to_confirm, request_by_tool
from gateway.flows.suppress import Stop, suppress
from gateway.identity.links import BadLink
from gateway.store import evidence
from gateway.vault.keytext import Purpose
from gateway.vault.seal import HouseSeal
from policies.terms import Condition, ConsentState, Scope
from tests.flows.conftest import NEWSLETTER, Seoul
from tests.flows.lasting_house import BrokenError, crash, letters, one, state, token_in, verify

MINSU = "minsu@example.kr"


@pytest.fixture
def house(seoul: Seoul) -> Seoul:
    """Minsu is known and has said nothing."""
    seoul.bring([(MINSU, None)])
    return seoul


def wish(**changes: Any) -> RequestWish:
    plain = RequestWish(Selector("email", MINSU), NEWSLETTER, "Hanbit", wording="newsletter-3/ko", language="ko")
    return replace(plain, **changes)


def asked(house: Seoul, **changes: Any) -> str:
    ask_to_confirm(house.gate, "officer", wish(**changes))
    return token_in(letters(house.gate)[-1])


def test_a_request_is_no_consent(house: Seoul) -> None:
    made = ask_to_confirm(house.gate, "officer", wish())
    assert one(house.gate, "SELECT count(*) FROM consent") == 0
    assert made.expires_at == house.gate.clock() + timedelta(days=7)
    assert show_request(house.gate, made.link.rpartition("/")[2]).state is State.OPEN
    verify(house.gate)


def test_the_letter_says_what_was_asked_and_nothing_more(house: Seoul) -> None:
    ask_to_confirm(house.gate, "officer", wish())
    (letter,) = letters(house.gate)
    assert letter["to"] == MINSU
    assert letter["subject"] == "확인해 주십시오: Hanbit 뉴스레터"
    assert "2026-11-20" in letter["text"]
    assert letter["text"].count("http") == 1
    digest = hashlib.sha256(f"{letter['subject']}\n\n{letter['text']}".encode()).digest()
    assert one(house.gate, "SELECT mail_digest FROM consent_request") == digest


def test_what_waits_is_sealed(house: Seoul) -> None:
    ask_to_confirm(house.gate, "officer", wish())
    kept = "".join(line for table in state(house.gate).values() for line in table)
    for secret in (MINSU, MINSU.encode().hex(), "/c/", "minsu"):
        assert secret not in kept


def test_a_yes_is_a_consent_with_its_proof(house: Seoul) -> None:
    token = asked(house, conditions=Condition.SEPARATE)
    later = house.gate.clock() + timedelta(hours=2)
    house.gate.clock.at = later  # type: ignore[attr-defined]
    view = confirm(house.gate, token, "192.0.2.7")
    assert (view.state, view.at, view.sender, view.address) == (State.CONFIRMED, later, "Hanbit", "m…@e….kr")
    with house.gate.house.unit() as connection:
        row = connection.execute(text("SELECT * FROM consent_event ORDER BY no DESC LIMIT 1")).one()
        proof = evidence.read(connection, HouseSeal(house.gate.keyring, Purpose.EVIDENCE), row.evidence_no)
    assert (row.state, row.method, row.wording, row.language) == ("given", "double_opt_in", "newsletter-3/ko", "ko")
    assert row.conditions == Condition.SEPARATE | Condition.DOUBLE_OPT_IN
    told = orjson.loads(proof.content)
    assert told["requested_at"] == "2026-11-20T10:00:00+00:00"
    assert told["confirmed_at"] == "2026-11-20T12:00:00+00:00"
    assert told["mail_sha256"] == one(house.gate, "SELECT encode(mail_digest, 'hex') FROM consent_request")
    assert b"192.0.2" not in proof.content
    verify(house.gate)


def test_a_second_yes_changes_nothing(house: Seoul) -> None:
    token = asked(house)
    first = confirm(house.gate, token, "192.0.2.7")
    before = state(house.gate)
    assert confirm(house.gate, token, "198.51.100.1") == first
    assert show_request(house.gate, token) == first
    assert state(house.gate) == before


def test_two_at_once_confirm_once(house: Seoul) -> None:
    token = asked(house)
    with ThreadPoolExecutor(4) as pool:
        views = list(pool.map(lambda _: confirm(house.gate, token, "192.0.2.7"), range(4)))
    assert len({view.reference for view in views}) == 1
    assert one(house.gate, "SELECT count(*) FROM consent_event") == 1


def test_looking_changes_nothing(house: Seoul) -> None:
    token = asked(house)
    before = state(house.gate)
    show_request(house.gate, token)
    assert state(house.gate) == before


@pytest.mark.parametrize(("after", "state_then"), [(timedelta(days=7) - timedelta(microseconds=1), State.CONFIRMED),
                                                   (timedelta(days=7), State.LAPSED)])  # fmt: skip
def test_a_link_lasts_seven_days(house: Seoul, after: timedelta, state_then: State) -> None:
    token = asked(house)
    house.gate.clock.at += after  # type: ignore[attr-defined]
    assert confirm(house.gate, token, "").state is state_then
    assert one(house.gate, "SELECT count(*) FROM consent") == (state_then is State.CONFIRMED)


def test_no_other_link_confirms_and_this_one_stops_nothing(house: Seoul) -> None:
    token = asked(house)
    uid = one(house.gate, "SELECT uid FROM person")
    out = link_for(house.gate, uid, "email", 1, NEWSLETTER, "email").rpartition("/")[2]
    before = state(house.gate)
    for forged in (out, token[:-4], token[:-3] + "abc", "x", ""):
        with pytest.raises(BadLink):
            confirm(house.gate, forged, "")
    with pytest.raises(BadLink):
        show(house.gate, token)
    assert state(house.gate) == before


def test_whoever_is_gone_cannot_confirm(house: Seoul) -> None:
    token = asked(house)
    with house.gate.house.unit() as connection:
        connection.execute(text("DELETE FROM identifier"))
    with pytest.raises(BadLink):
        confirm(house.gate, token, "")
    with house.gate.house.unit() as connection:
        connection.execute(text("DELETE FROM person"))
    with pytest.raises(BadLink):
        show_request(house.gate, token)


def test_the_same_request_sends_one_letter(house: Seoul) -> None:
    first = ask_to_confirm(house.gate, "officer", wish())
    again = ask_to_confirm(house.gate, "officer", wish())
    assert (again.uid, again.again) == (first.uid, True)
    assert len(letters(house.gate)) == 1


def test_at_most_five_letters_a_day_go_to_one_person(house: Seoul) -> None:
    purposes = [f"marketing.own.{name}" for name in ("newsletter", "offers", "events", "winback", "survey")]
    for purpose in purposes:
        ask_to_confirm(house.gate, "officer", wish(purpose=purpose))
    with pytest.raises(Refused) as refused:
        ask_to_confirm(house.gate, "officer", wish(purpose="marketing.partner"))
    assert refused.value.code == "requests_used_up"
    house.gate.clock.at += timedelta(days=1)  # type: ignore[attr-defined]
    ask_to_confirm(house.gate, "officer", wish(purpose="marketing.partner"))


def test_whoever_said_no_is_asked_only_with_what_shows_that_they_asked(house: Seoul) -> None:
    house.withdraw(MINSU)
    with pytest.raises(Refused) as refused:
        ask_to_confirm(house.gate, "officer", wish())
    assert refused.value.code == "request_needs_evidence"
    assert letters(house.gate) == []
    token = asked(house, evidence=b"form 17")
    house.gate.clock.at += timedelta(minutes=1)  # type: ignore[attr-defined]
    assert confirm(house.gate, token, "").state is State.CONFIRMED


@pytest.mark.parametrize("scope", [Scope.ALL, Scope.CHANNEL])
def test_whoever_is_stopped_gets_no_letter(house: Seoul, scope: Scope) -> None:
    channel = "email" if scope is Scope.CHANNEL else ""
    suppress(house.gate, "officer", "complaint", [Stop(Selector("email", MINSU), scope, channel)])
    with pytest.raises(Refused) as refused:
        ask_to_confirm(house.gate, "officer", wish(evidence=b"form"))
    assert refused.value.code == "not_reachable"


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"channel": "sms"}, "channel_not_by_mail"),
        ({"channel": "*"}, "channel_needed"),
        ({"purpose": "marketing.own.nothing"}, "purpose_unknown"),
        ({"sender": ""}, "sender_needed"),
        ({"wording": "two words"}, "word_unfit"),
        ({"selector": Selector("email", "nobody@example.kr")}, "person_unknown"),
        ({"selector": Selector("email", "no address")}, "identifier_malformed"),
    ],
)
def test_a_poor_request_is_refused_and_writes_to_nobody(house: Seoul, changes: dict[str, Any], code: str) -> None:
    before = state(house.gate)
    with pytest.raises((Invalid, NotFound)) as refused:
        ask_to_confirm(house.gate, "officer", wish(**changes))
    assert refused.value.code == code
    assert state(house.gate) == before


def test_a_tool_asks_for_its_own_sender_and_never_sees_the_link(house: Seoul) -> None:
    assert request_by_tool(house.gate, house.key, wish()).link == ""
    with pytest.raises(Refused) as refused:
        request_by_tool(house.gate, house.key, wish(purpose="profiling"))
    assert refused.value.code == "purpose_not_granted"


def test_a_browser_that_refuses_sale_is_heeded_and_the_newsletter_confirmed(house: Seoul) -> None:
    token = asked(house)
    view = confirm(house.gate, token, "", signal=True)
    assert (view.state, view.signal_kept) == (State.CONFIRMED, True)
    assert one(house.gate, "SELECT count(*) FROM consent_event WHERE method = 'gpc'") == 2


def test_a_consent_that_the_browser_contradicts_is_not_recorded(house: Seoul) -> None:
    token = asked(house, purpose="marketing.partner.offers")
    assert confirm(house.gate, token, "", signal=True).state is State.AGAINST_SIGNAL
    assert one(house.gate, "SELECT count(*) FROM consent WHERE state = 'given'") == 0
    house.gate.clock.at += timedelta(minutes=1)  # type: ignore[attr-defined]
    assert confirm(house.gate, token, "").state is State.CONFIRMED


@pytest.mark.parametrize("kept", [False, True], ids=["lost", "kept"])
@pytest.mark.parametrize("what", ["ask", "confirm"])
def test_a_crash_leaves_all_or_nothing(house: Seoul, monkeypatch: pytest.MonkeyPatch, what: str, kept: bool) -> None:
    token = asked(house) if what == "confirm" else ""
    act: Callable[[], object] = (
        (lambda: ask_to_confirm(house.gate, "officer", wish()))
        if what == "ask"
        else (lambda: confirm(house.gate, token, ""))
    )
    before = state(house.gate)
    with monkeypatch.context() as patched:
        crash(patched, 0, kept=kept)
        with pytest.raises(BrokenError):
            act()
    assert (state(house.gate) == before) is not kept
    act()
    assert one(house.gate, "SELECT count(*) FROM consent_request") == 1
    assert len(letters(house.gate)) == 1
    assert one(house.gate, "SELECT count(*) FROM consent_event") == (what == "confirm")
    verify(house.gate)


def test_a_withdrawal_after_the_yes_stands(house: Seoul, days_ago: Callable[[float], datetime]) -> None:
    token = asked(house)
    confirm(house.gate, token, "")
    record(house.gate, "officer", ConsentWish(Selector("email", MINSU), ConsentState.WITHDRAWN, "marketing", "call"))
    confirm(house.gate, token, "")
    assert one(house.gate, "SELECT count(*) FROM consent_event WHERE state = 'given'") == 1
