"""Attacks through lists: withdrawals that must survive an import, values that must not stand in clear."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime

import pytest
from sqlalchemy import text

from gateway.domain.errors import Ostiary
from gateway.domain.requests import Selector
from gateway.flows.consent import ConsentWish, record
from gateway.lists import reader
from policies.terms import Channel, ConsentState, Outcome
from tests.flows.conftest import Seoul
from tests.review.conftest import Bring, decided

Ago = Callable[[float], datetime]
HEADER = "회원번호,이메일,휴대전화,이름,수신동의_이메일,수신동의_문자,동의일시,동의문구버전"


def row(days_ago: Ago, number: str = "m-1") -> str:
    return f"{number},yes@example.com,010-2000-0001,Kim Minjun,Y,Y,{days_ago(10).isoformat()},v1"


def withdraw(seoul: Seoul, selector: Selector) -> None:
    record(seoul.gate, "officer", ConsentWish(selector, ConsentState.WITHDRAWN, "marketing", "letter"))


SELECTORS = [Selector("email", "yes@example.com"), Selector("phone", "+821020000001"),
             Selector("external_id", "m-1", "Form"), Selector("external_id", " ｍ-1 ", "Form")]  # fmt: skip


@pytest.mark.parametrize("selector", SELECTORS)
@pytest.mark.parametrize("channel", [Channel.EMAIL, Channel.SMS])
def test_a_withdrawal_by_any_identifier_stops_the_person_on_every_channel(
    seoul: Seoul, bring: Bring, days_ago: Ago, selector: Selector, channel: Channel
) -> None:
    bring(HEADER, row(days_ago))
    assert decided(seoul, "email", "yes@example.com", channel).outcome is Outcome.ALLOW
    withdraw(seoul, selector)
    assert decided(seoul, "email", "yes@example.com", channel).outcome is Outcome.DENY


@pytest.mark.parametrize("selector", SELECTORS)
@pytest.mark.parametrize("channel", [Channel.EMAIL, Channel.SMS])
def test_a_withdrawal_that_comes_before_the_person_is_as_wide_as_one_that_comes_after(
    seoul: Seoul, bring: Bring, days_ago: Ago, selector: Selector, channel: Channel
) -> None:
    withdraw(seoul, selector)
    bring(HEADER, row(days_ago))
    assert decided(seoul, "email", "yes@example.com", channel).outcome is Outcome.DENY


@pytest.mark.parametrize("cell", ["2026-11-01", "Y", "2026/99/99", "작년"])
def test_a_withdrawal_counts_whatever_its_date_reads(seoul: Seoul, bring: Bring, days_ago: Ago, cell: str) -> None:
    said = days_ago(10).isoformat()
    bring("email,consent email,consent at,consent wording,withdrawn at", f"yes@example.com,yes,{said},v1,{cell}")
    assert decided(seoul, "email", "yes@example.com").outcome is Outcome.DENY


@pytest.mark.parametrize("cell", ["", "N", "아니오", "nein"])
def test_no_withdrawal_is_none(seoul: Seoul, bring: Bring, days_ago: Ago, cell: str) -> None:
    said = days_ago(10).isoformat()
    bring("email,consent email,consent at,consent wording,withdrawn at", f"yes@example.com,yes,{said},v1,{cell}")
    assert decided(seoul, "email", "yes@example.com").outcome is Outcome.ALLOW


def test_a_list_without_a_header_leaves_no_address_in_clear(seoul: Seoul, bring: Bring) -> None:
    with pytest.raises(Ostiary) as refusal:
        bring("jane.roe@example.com,010-2000-0001,Jane Roe", "john.doe@example.com,010-2000-0002,John Doe")
    assert "example.com" not in str(refusal.value)
    with seoul.gate.house.unit() as connection:
        kept = connection.execute(text("SELECT concat(mapping, columns, reading, reasons, counts) FROM batch"))
        assert "example.com" not in "".join(kept.scalars())


def test_whoever_withdraws_while_their_list_is_imported_stays_withdrawn(
    seoul: Seoul, bring: Bring, days_ago: Ago, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Before the row it becomes a suppression, after it an event; between the two nobody slips through."""
    monkeypatch.setattr(reader, "CHUNK_ROWS", 5)
    said = days_ago(10).isoformat()
    people = [f"p{at}@example.com" for at in range(60)]
    rows = [f"m-{at},{email},,,Y,N,{said},v1" for at, email in enumerate(people)]
    with ThreadPoolExecutor(2) as pool:
        importing = pool.submit(bring, HEADER, *rows)
        for email in reversed(people):
            withdraw(seoul, Selector("email", email))
        importing.result()
    assert {decided(seoul, "email", email).outcome for email in people} == {Outcome.DENY}
    assert b"example.com" not in b"".join(seoul.release().lines())
