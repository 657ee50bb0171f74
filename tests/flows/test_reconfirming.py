"""What falls due, and the confirmation that keeps a consent alive: never silence, never over a withdrawal."""

from collections.abc import Callable
from datetime import date, datetime
from typing import Any

import pytest
from sqlalchemy import text

from gateway.domain.errors import Invalid, NotFound, Refused
from gateway.domain.requests import Selector
from gateway.flows.consent import ConsentWish, record
from gateway.flows.reconfirming import Again, due_consents, reconfirm
from policies.terms import Condition, ConsentState, Outcome
from tests.flows.conftest import NEWSLETTER, Seoul
from tests.flows.lasting_house import BrokenError, crash, one, uid_of, verify
from tests.flows.test_release import emails

Ago = Callable[[float], datetime]
MINSU = "minsu@example.kr"


def days(house: Seoul, ahead: int, place: str = "KR") -> list[tuple[str, date, bool]]:
    return [(due.person, due.last, due.lapsed) for due in due_consents(house.gate, "officer", place, ahead)]


def again(**changes: Any) -> Again:
    plain: dict[str, Any] = {"selector": Selector("email", MINSU), "purpose": "marketing.own", "channel": "email",
                             "sender": "Hanbit", "evidence": b"reply"}  # fmt: skip
    return Again(**{**plain, **changes})


def test_what_lapses_soon_and_what_has_is_listed_by_its_day(seoul: Seoul, days_ago: Ago) -> None:
    seoul.bring([(MINSU, days_ago(700)), ("lapsed@example.kr", days_ago(900)), ("fresh@example.kr", days_ago(10))])
    assert days(seoul, 60) == [
        (uid_of(seoul, 2), date(2026, 6, 2), True),
        (uid_of(seoul, 1), date(2026, 12, 19), False),
    ]
    assert len(days(seoul, 28)) == 1
    assert len(days(seoul, 29)) == 2, "the last day counts"
    assert len(days(seoul, 3000)) == 3
    assert days(seoul, 60, "US") == []
    assert len(days(seoul, 60, "")) == 2
    verify(seoul.gate)


def test_a_line_says_what_confirms_it_and_names_nobody(seoul: Seoul, days_ago: Ago) -> None:
    seoul.bring([(MINSU, days_ago(900))])
    (due,) = due_consents(seoul.gate, "officer", "KR", 0)
    assert (due.rule, due.sender, due.after) == ("KR-62-3", "Hanbit", Outcome.HOLD)
    assert "confirmation" in due.confirmed_by
    assert "minsu" not in repr(due)


def test_what_was_withdrawn_falls_due_no_more(seoul: Seoul, days_ago: Ago) -> None:
    seoul.bring([(MINSU, days_ago(900))])
    seoul.withdraw(MINSU)
    assert days(seoul, 60) == []


def test_a_confirmation_lasts_anew_and_the_gate_goes_by_it(seoul: Seoul, days_ago: Ago) -> None:
    seoul.bring([(MINSU, days_ago(900))])
    assert emails(seoul.release()) == set()
    assert reconfirm(seoul.gate, "officer", again()).effective is ConsentState.GIVEN
    assert days(seoul, 60) == []
    assert emails(seoul.release()) == {MINSU}
    verify(seoul.gate)


def test_a_confirmation_keeps_wording_and_conditions(seoul: Seoul, days_ago: Ago) -> None:
    seoul.bring([(MINSU, None)])
    record(seoul.gate, "officer", ConsentWish(
        Selector("email", MINSU), ConsentState.GIVEN, NEWSLETTER, "web_form", "email", "Hanbit",
        Condition.SEPARATE | Condition.EXPLICIT, "v7", at=days_ago(700), evidence=b"form",
    ))  # fmt: skip
    reconfirm(seoul.gate, "officer", again(purpose=NEWSLETTER, method="call"))
    with seoul.gate.house.unit() as connection:
        row = connection.execute(text("SELECT * FROM consent_event ORDER BY no DESC LIMIT 1")).one()
    assert (row.wording, row.method, row.conditions) == ("v7", "call", Condition.SEPARATE | Condition.EXPLICIT)


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"evidence": b""}, "evidence_required"),
        ({"purpose": "marketing.partner"}, "nothing_to_confirm"),
        ({"channel": "sms"}, "nothing_to_confirm"),
        ({"channel": "telepathy"}, "channel_unknown"),
        ({"selector": Selector("email", "nobody@example.kr")}, "person_unknown"),
        ({"sender": "Nobody"}, "party_unknown"),
    ],
)
def test_what_is_no_confirmation_changes_nothing(
    seoul: Seoul, days_ago: Ago, changes: dict[str, Any], code: str
) -> None:
    seoul.bring([(MINSU, days_ago(700))])
    with pytest.raises((Invalid, NotFound, Refused)) as refused:
        reconfirm(seoul.gate, "officer", again(**changes))
    assert refused.value.code == code
    assert one(seoul.gate, "SELECT count(*) FROM consent_event") == 1


def test_what_was_withdrawn_is_not_confirmed(seoul: Seoul, days_ago: Ago) -> None:
    seoul.bring([(MINSU, days_ago(700))])
    seoul.withdraw(MINSU)
    with pytest.raises(Refused) as refused:
        reconfirm(seoul.gate, "officer", again())
    assert refused.value.code == "consent_stopped"


@pytest.mark.parametrize("kept", [False, True], ids=["lost", "kept"])
def test_a_crash_confirms_once(seoul: Seoul, days_ago: Ago, monkeypatch: pytest.MonkeyPatch, kept: bool) -> None:
    seoul.bring([(MINSU, days_ago(700))])
    with monkeypatch.context() as patched:
        crash(patched, 1, kept=kept)
        with pytest.raises(BrokenError):
            reconfirm(seoul.gate, "officer", again(idempotency_key="k"))
    reconfirm(seoul.gate, "officer", again(idempotency_key="k"))
    assert one(seoul.gate, "SELECT count(*) FROM consent_event") == 2
    verify(seoul.gate)


@pytest.mark.parametrize(("place", "ahead"), [("XX", 10), ("KR", -1), ("KR", 4000)])
def test_a_strange_question_is_refused(seoul: Seoul, place: str, ahead: int) -> None:
    with pytest.raises(Invalid):
        due_consents(seoul.gate, "officer", place, ahead)
