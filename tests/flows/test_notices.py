"""Notices of the result: who is owed one, until when, and when it counts as given."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import text

from gateway.domain.errors import Invalid
from gateway.domain.requests import Selector
from gateway.flows.consent import ConsentWish, record
from gateway.flows.notices import due_notices, give_otherwise, note_notices, owing, send_notices
from gateway.flows.outbox import send_waiting
from gateway.notify.post import NotTaken
from policies.terms import ConsentState
from tests.flows.conftest import NEWSLETTER, Seoul
from tests.flows.lasting_house import BrokenError, crash, letters, one, state, verify
from tests.flows.test_outbox import Way

MINSU = "minsu@example.kr"


@pytest.fixture
def house(seoul: Seoul, days_ago: Callable[[float], datetime]) -> Seoul:
    """Minsu consented long ago by a list; that is no event of this house's."""
    seoul.bring([(MINSU, days_ago(5))])
    return seoul


def say(house: Seoul, said: ConsentState, channel: str = "email", purpose: str = NEWSLETTER) -> None:
    record(house.gate, "officer", ConsentWish(
        Selector("email", MINSU), said, purpose, "web_form", channel, "Hanbit", wording="v1", evidence=b"form",
    ))  # fmt: skip


def test_what_a_list_claims_is_owed_nothing(house: Seoul) -> None:
    assert due_notices(house.gate) == []


@pytest.mark.parametrize("said", ConsentState)
def test_whatever_somebody_says_is_confirmed_within_fourteen_days(house: Seoul, said: ConsentState) -> None:
    say(house, said)
    (notice,) = due_notices(house.gate)
    assert (notice.state, notice.rule) == (said.value, "KR-50-7")
    # The day of the event does not count; the fourteenth day after it counts whole, in Seoul.
    assert notice.due_at == datetime(2026, 12, 4, 15, tzinfo=UTC)
    assert not notice.overdue


@pytest.mark.parametrize(("channel", "purpose", "owed"), [
    ("post", NEWSLETTER, 0), ("email", "service.care", 0), ("*", "marketing", 1), ("email", "marketing.partner", 1),
])  # fmt: skip
def test_only_what_the_rule_speaks_of_is_owed(house: Seoul, channel: str, purpose: str, owed: int) -> None:
    say(house, ConsentState.WITHDRAWN, channel, purpose)
    assert len(due_notices(house.gate)) == owed


def test_elsewhere_nothing_is_owed(house: Seoul) -> None:
    with house.gate.house.unit() as connection:
        connection.execute(text("UPDATE person SET jurisdiction = 'US'"))
    say(house, ConsentState.GIVEN)
    assert due_notices(house.gate) == []


def test_noting_twice_notes_once(house: Seoul) -> None:
    say(house, ConsentState.GIVEN)
    assert (note_notices(house.gate), note_notices(house.gate)) == (1, 0)


def test_a_notice_is_given_when_a_server_has_it(house: Seoul) -> None:
    say(house, ConsentState.GIVEN)
    assert (sent := send_notices(house.gate, "officer")).by_mail == 1
    assert sent.other == 0
    assert owing(house.gate).owed == 1, "it waits in the outbox"
    (letter,) = letters(house.gate)
    assert letter["to"] == MINSU
    assert "수신동의 처리 결과" in letter["subject"]
    assert "/o/" in letter["text"]
    send_waiting(house.gate, Way())
    assert owing(house.gate).owed == 0
    assert send_notices(house.gate, "officer").by_mail == 0
    verify(house.gate)


def test_a_mail_that_bounced_must_go_another_way(house: Seoul) -> None:
    say(house, ConsentState.WITHDRAWN)
    send_notices(house.gate, "officer")
    send_waiting(house.gate, Way(lambda _: NotTaken("recipient_550", lasting=True)))
    (notice,) = due_notices(house.gate)
    assert notice.way == "other"
    assert give_otherwise(house.gate, "officer", [notice.event], "letter") == 1
    assert give_otherwise(house.gate, "officer", [notice.event, 999], "letter") == 0
    assert due_notices(house.gate) == []
    verify(house.gate)


def test_whoever_may_not_be_written_to_is_marked_and_stays_owed(house: Seoul) -> None:
    say(house, ConsentState.OBJECTED)
    with house.gate.house.unit() as connection:
        connection.execute(text("UPDATE identifier SET bits = 2"))
    assert send_notices(house.gate, "officer").other == 1
    assert letters(house.gate) == []
    house.gate.clock.at += timedelta(days=15)  # type: ignore[attr-defined]
    (notice,) = due_notices(house.gate)
    assert (notice.way, notice.overdue) == ("other", True)
    assert owing(house.gate).overdue == 1


def test_a_way_is_one_word(house: Seoul) -> None:
    with pytest.raises(Invalid):
        give_otherwise(house.gate, "officer", [1], "by Mr Kim")


@pytest.mark.parametrize("kept", [False, True], ids=["lost", "kept"])
@pytest.mark.parametrize("at", [0, 1])
def test_a_crash_sends_no_notice_twice(house: Seoul, monkeypatch: pytest.MonkeyPatch, at: int, kept: bool) -> None:
    say(house, ConsentState.GIVEN)
    before = state(house.gate)
    with monkeypatch.context() as patched:
        crash(patched, at, kept=kept)
        with pytest.raises(BrokenError):
            send_notices(house.gate, "officer")
    assert (state(house.gate) == before) == (at == 0 and not kept)
    send_notices(house.gate, "officer")
    assert len(letters(house.gate)) == 1
    assert one(house.gate, "SELECT count(*) FROM notice") == 1
    verify(house.gate)
