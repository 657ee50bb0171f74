"""Attacks on the gate: shared identifiers, suppressions of every scope, narrowed tools, records that stay clean."""

import json
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import date, datetime
from functools import partial
from typing import Any

import pytest
from sqlalchemy import text

from gateway.domain.errors import Invalid, Ostiary, Refused
from gateway.domain.plan import Plan, plan_release
from gateway.domain.requests import PersonAsk, Predicate, Selector
from gateway.flows.batcher import Batcher
from gateway.flows.consent import ConsentWish, record
from gateway.flows.decide import MOST, Answers, Request, decide_batch
from gateway.flows.explain import explain
from gateway.flows.release import acknowledge, open_release
from gateway.flows.report import report
from gateway.flows.sources import revoke_source
from gateway.flows.subject import named
from gateway.flows.suppress import Stop, suppress
from gateway.store import suppressions
from gateway.store.suppressions import Suppression
from policies.load import load_bundle
from policies.terms import Act, Channel, ConsentState, Outcome, Scope
from tests.flows.conftest import NEWSLETTER, Seoul, add_tool
from tests.review.conftest import SHOP, Bring, add_source, decided

Ago = Callable[[float], datetime]

BOTH = "이메일,휴대전화,이름,수신동의_이메일,수신동의_문자,동의일시,동의문구버전"


def spoken(seoul: Seoul, **changes: Any) -> list[dict[str, object]]:
    return [json.loads(line) for piece in seoul.release(**changes).lines() for line in piece.splitlines()]


def given(seoul: Seoul, field: str, **changes: Any) -> set[object]:
    return {line[field] for line in spoken(seoul, **changes) if field in line}


def when(at: datetime) -> str:
    return at.isoformat()


# Several people on one identifier


@pytest.fixture
def on_one_phone(seoul: Seoul, bring: Bring, days_ago: Ago) -> Seoul:
    """Two people share a phone; the first said yes to text messages, the second said nothing."""
    said = when(days_ago(10))
    bring(
        BOTH,
        f"first@example.com,010-2000-0001,Kim Minjun,Y,Y,{said},v1",
        "second@example.com,010-2000-0001,Lee Seoyeon,N,N,,",
    )
    return seoul


def test_between_people_on_one_phone_the_strictest_answer_is_given_and_explained(on_one_phone: Seoul) -> None:
    answer = decided(on_one_phone, "phone", "+82 10-2000-0001", Channel.SMS)
    told = explain(
        on_one_phone.gate,
        "officer",
        Selector("phone", "+82 10-2000-0001"),
        "newsletter",
        NEWSLETTER,
        Channel.SMS,
        Act.DISCLOSE,
    )
    assert answer.outcome is Outcome.DENY
    assert told.decision.outcome is answer.outcome


def test_a_second_address_of_the_next_person_does_not_outweigh_a_denial(
    seoul: Seoul, bring: Bring, days_ago: Ago
) -> None:
    said = when(days_ago(10))
    add_source(
        seoul,
        "Second form",
        "registration_form",
        ("notice_version", "consent_wording", "consent_time", "withdrawal_notice_shown", "age_gate"),
        "KR",
        time_zone="Asia/Seoul",
        purpose="marketing.own",
    )
    bring(
        BOTH,
        "held@example.com,010-2000-0001,Kim Minjun,Y,N," + said + ",v1",
        "old@example.com,010-2000-0001,Lee Seoyeon,N,N,,",
    )
    bring(BOTH, f"new@example.com,010-2000-0001,Lee Seoyeon,Y,N,{said},v1", source="Second form")
    with seoul.gate.house.unit() as connection:
        assert connection.execute(text("SELECT count(*) FROM person")).scalar_one() == 2
        connection.execute(text("UPDATE person SET flags = 1 WHERE no = (SELECT min(no) FROM person)"))
    first = decided(seoul, "email", "held@example.com").outcome
    assert first is not Outcome.ALLOW
    assert decided(seoul, "phone", "+82 10-2000-0001").outcome is not Outcome.ALLOW


def test_a_consent_by_a_shared_phone_is_nobodys(on_one_phone: Seoul) -> None:
    wish = ConsentWish(
        Selector("phone", "+82 10-2000-0001"),
        ConsentState.GIVEN,
        NEWSLETTER,
        "web_form",
        "sms",
        "Hanbit",
        evidence=b"form",
    )
    with pytest.raises(Ostiary):
        record(on_one_phone.gate, "officer", wish)


# Suppressions


def stop(seoul: Seoul, kind: str, value: str, scope: Scope, **more: object) -> None:
    with seoul.gate.house.unit() as connection:
        for one in named(seoul.gate, Selector(kind, value), None).suppress:
            suppressions.add(connection, [Suppression(kind, one, scope, "test", "test", **more)])  # type: ignore[arg-type]


@pytest.mark.parametrize(("scope", "more", "stopped"), [
    (Scope.STORAGE, {}, True),
    (Scope.ALL, {}, True),
    (Scope.CHANNEL, {"channel": "email"}, True),
    (Scope.CHANNEL, {"channel": "sms"}, False),
    (Scope.PURPOSE, {"purpose": "marketing"}, True),
    (Scope.PURPOSE, {"purpose": "service"}, False),
    (Scope.PURPOSE, {"purpose": "marketing", "channel": "sms"}, False),
    (Scope.PURPOSE, {"purpose": "marketing", "channel": "email"}, True),
    (Scope.DOMAIN, {}, True),
])  # fmt: skip
def test_a_suppression_stops_what_it_names(
    seoul: Seoul, days_ago: Ago, scope: Scope, more: dict[str, object], stopped: bool
) -> None:
    seoul.bring([("yes@example.com", days_ago(10))])
    stop(seoul, "email", "yes@example.com", scope, **more)
    assert (decided(seoul, "email", "yes@example.com").outcome is Outcome.DENY) is stopped
    assert (given(seoul, "email") == set()) is stopped


@pytest.mark.parametrize("where", [(), (Predicate("language", "eq", ("ko",)),)])
@pytest.mark.parametrize("scope", [Scope.STORAGE, Scope.ALL])
def test_a_suppressed_address_does_not_leave_by_another_channel(
    seoul: Seoul, bring: Bring, days_ago: Ago, scope: Scope, where: tuple[Predicate, ...]
) -> None:
    said = when(days_ago(10))
    key = add_tool(seoul.gate, "texts", fields=("email", "phone", "name", "language"))
    bring(BOTH, f"quiet@example.com,010-2000-0001,Kim Minjun,Y,Y,{said},v1")
    stop(seoul, "email", "quiet@example.com", scope)
    wish = seoul.wish(channel=Channel.SMS, fields=("email", "phone", "name"), where=where)
    lines = b"".join(open_release(seoul.gate, key, wish).lines())
    assert b"+821020000001" in lines
    assert b"quiet@example.com" not in lines


# What a source asserted falls with it


def test_a_purchase_falls_with_the_source_that_told_of_it(seoul: Seoul, bring: Bring, days_ago: Ago) -> None:
    for name in ("Shop", "Other shop"):
        add_source(seoul, name, "order", SHOP, "DE", time_zone="Europe/Berlin", notice=True, category="shoes")
    bought = days_ago(30).date().isoformat()
    bring("E-Mail,Letzter Kauf,Warengruppe", f"buyer@example.com,{bought},shoes", source="Shop")
    bring("E-Mail", "buyer@example.com", source="Other shop")
    offers = "marketing.own.offers"
    assert decided(seoul, "email", "buyer@example.com", purpose=offers, category="shoes").outcome is Outcome.ALLOW
    revoke_source(seoul.gate, "officer", "Shop")
    assert decided(seoul, "email", "buyer@example.com", purpose=offers, category="shoes").outcome is Outcome.DENY


# Tools that lose what they had


def test_rows_taken_from_a_tool_while_it_reads_are_no_longer_given(
    seoul: Seoul, days_ago: Ago, monkeypatch: pytest.MonkeyPatch
) -> None:
    key = add_tool(seoul.gate, "north", branches=("north", "south"))
    seoul.bring([(f"p{at}@example.com", days_ago(5)) for at in range(4)])
    with seoul.gate.house.unit() as connection:
        connection.execute(text("UPDATE person SET branch = CASE WHEN no % 2 = 0 THEN 'north' ELSE 'south' END"))
    monkeypatch.setattr("gateway.flows.release.plan_release", partial(_small_pages, 1))
    opened = open_release(seoul.gate, key, seoul.wish())
    lines = opened.lines()
    first = next(lines)
    with seoul.gate.house.unit() as connection:
        connection.execute(text("UPDATE tool SET branches = '{nowhere}', version = version + 1 WHERE name = 'north'"))
    assert b"example.com" in first
    assert b"example.com" not in b"".join(lines)


def _small_pages(size: int, *args: Any) -> Plan:
    return replace(plan_release(*args), page=size)


def test_a_tool_switched_off_widens_nothing(seoul: Seoul, days_ago: Ago) -> None:
    seoul.bring([("no@example.com", None)])
    with seoul.gate.house.unit() as connection:
        connection.execute(text("UPDATE tool SET active = false, version = version + 1"))
    wish = ConsentWish(
        Selector("email", "no@example.com"),
        ConsentState.GIVEN,
        NEWSLETTER,
        "web_form",
        "email",
        "Hanbit",
        evidence=b"form",
    )
    with pytest.raises(Refused):
        report(seoul.gate, seoul.key, wish)


@pytest.mark.parametrize(("purpose", "channel"), [("marketing", "email"), (NEWSLETTER, "post")])
def test_a_tool_widens_only_what_it_may_ask_for(seoul: Seoul, purpose: str, channel: str) -> None:
    seoul.bring([("no@example.com", None)])
    wish = ConsentWish(
        Selector("email", "no@example.com"),
        ConsentState.GIVEN,
        purpose,
        "web_form",
        channel,
        "Hanbit",
        evidence=b"form",
    )
    with pytest.raises(Refused):
        report(seoul.gate, seoul.key, wish)


# Limits


def test_people_given_before_never_push_a_limit_aside(
    seoul: Seoul, days_ago: Ago, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Pages of two attempts, acknowledged crosswise, add up to more than the limit: then nobody more is given."""
    monkeypatch.setattr("gateway.flows.release.plan_release", partial(_small_pages, 2))
    yes = {0, 2, 4, 6, 7}
    seoul.bring([(f"p{at}@example.com", days_ago(5) if at in yes else None) for at in range(8)])
    first = seoul.release("k", limit=3)
    list(first.lines())
    acknowledge(seoul.gate, seoul.key, first.uid, 1)
    seoul.bring([("p3@example.com", days_ago(1))])
    list(seoul.release("k", limit=3).lines())
    acknowledge(seoul.gate, seoul.key, first.uid, 3)
    assert b"example.com" not in b"".join(seoul.release("k", limit=3).lines())


def test_two_first_calls_with_one_key_are_one_release(seoul: Seoul, days_ago: Ago) -> None:
    seoul.bring([("yes@example.com", days_ago(10))])
    ready = threading.Barrier(4)

    def begin() -> str:
        ready.wait()
        return seoul.release("same").uid

    with ThreadPoolExecutor(4) as pool:
        assert len({made.result() for made in [pool.submit(begin) for _ in range(4)]}) == 1


# Records stay clean, refusals stay refusals


def ledger(seoul: Seoul) -> str:
    with seoul.gate.house.unit() as connection:
        entries = connection.execute(text("SELECT string_agg(convert_from(entry, 'UTF8'), E'\\n') FROM ledger_inbox"))
        wishes = connection.execute(text("SELECT string_agg(wish::text, E'\\n') FROM release")).scalar_one()
        cells = connection.execute(text("SELECT string_agg(cells::text, E'\\n') FROM decision_page")).scalar_one()
        return f"{entries.scalar_one()}{wishes}{cells}"


PRIVATE = "jane.roe@example.com"


@pytest.mark.parametrize("changes", [
    {"fields": (PRIVATE,)},
    {"purpose": PRIVATE},
    {"sender": PRIVATE},
    {"campaign": PRIVATE},
    {"category": PRIVATE},
    {"seed": PRIVATE},
    {"form": PRIVATE},
    {"where": (Predicate("language", "eq", (PRIVATE,)),)},
    {"where": (Predicate("product_category", "in", ("shoes", PRIVATE)),)},
    {"where": (Predicate("language", PRIVATE, ("ko",)),)},
    {"where": (Predicate(PRIVATE, "eq", ("ko",)),)},
    {"where": (Predicate("branch", "eq", ("010-2000-0001",)),)},
])  # fmt: skip
def test_what_a_tool_writes_into_a_wish_never_stands_in_the_ledger(seoul: Seoul, changes: dict[str, Any]) -> None:
    with pytest.raises(Ostiary) as refusal:
        list(seoul.release(**changes).lines())
    assert PRIVATE not in str(refusal.value)
    written = ledger(seoul)
    assert "release.refused" in written
    assert PRIVATE not in written
    assert "010-2000-0001" not in written


def test_a_category_in_a_question_is_a_word(seoul: Seoul, days_ago: Ago) -> None:
    seoul.bring([("yes@example.com", days_ago(10))])
    ask = PersonAsk(Selector("email", "yes@example.com"), Act.CONTACT, NEWSLETTER, Channel.EMAIL, None, PRIVATE)
    (result,) = decide_batch(seoul.gate, [Request(seoul.key, [ask])])
    assert isinstance(result, Invalid)
    assert PRIVATE not in ledger(seoul)


def test_the_reason_of_a_suppression_is_a_word(seoul: Seoul) -> None:
    with pytest.raises(Invalid):
        suppress(seoul.gate, "officer", f"{PRIVATE} called", [Stop(Selector("email", "a@example.com"), Scope.ALL)])
    assert PRIVATE not in ledger(seoul)


@pytest.mark.parametrize("changes", [
    {"campaign": "a\0b"},
    {"where": (Predicate("language", "eq", ("a\0b",)),)},
    {"where": (Predicate("birth_year", "in", (10**12,)),)},
    {"where": (Predicate("grade", "eq", (10**30,)),)},
    {"where": (Predicate("language", "in", tuple(f"x{at}" for at in range(20_000))),)},
    {"fields": ("email",) * 20_000},
    {"limit": 2**60},
    {"where": (Predicate("language", "gt", ("a", "b")),)},
])  # fmt: skip
def test_a_wish_that_cannot_be_recorded_or_asked_is_refused_before_anything_is_sent(
    seoul: Seoul, changes: dict[str, Any]
) -> None:
    key = add_tool(seoul.gate, "wide", fields=("email", "language", "birth_year", "grade"))
    with pytest.raises(Invalid):
        open_release(seoul.gate, key, seoul.wish(**changes))


@pytest.mark.parametrize("name", sorted(name for name, each in load_bundle().fields.items() if each.filterable))
def test_every_filterable_field_filters_or_is_refused_at_once(seoul: Seoul, days_ago: Ago, name: str) -> None:
    key = add_tool(seoul.gate, "filtering", fields=("email", name))
    seoul.bring([("yes@example.com", days_ago(10))])
    values: dict[str, object] = {"int": 1990, "date": date(2026, 1, 1)}
    value = values.get(load_bundle().fields[name].type, "KR")
    wish = seoul.wish(where=(Predicate(name, "eq", (value,)),))  # type: ignore[arg-type]
    assert b'"receipt"' in b"".join(open_release(seoul.gate, key, wish).lines())


def test_the_last_purchase_is_the_last_one(seoul: Seoul, bring: Bring, days_ago: Ago) -> None:
    key = add_tool(seoul.gate, "buyers", fields=("email", "last_purchase_at"))
    add_source(seoul, "Shop", "order", SHOP, "KR", time_zone="Asia/Seoul", notice=True)
    seoul.bring([("buyer@example.com", days_ago(10))])
    bring(
        "E-Mail,Letzter Kauf,Warengruppe",
        f"buyer@example.com,{days_ago(400).date()},shoes",
        f"buyer@example.com,{days_ago(3).date()},hats",
        source="Shop",
    )
    long_ago = Predicate("last_purchase_at", "lt", (days_ago(100).date(),))
    lately = Predicate("last_purchase_at", "eq", (days_ago(3).date(),))
    assert b"example.com" not in b"".join(open_release(seoul.gate, key, seoul.wish(where=(long_ago,))).lines())
    assert b"buyer@example.com" in b"".join(open_release(seoul.gate, key, seoul.wish(where=(lately,))).lines())


# Questions


@pytest.mark.filterwarnings("error::pytest.PytestUnhandledThreadExceptionWarning")
def test_somebody_who_hangs_up_takes_nobody_with_them(seoul: Seoul, days_ago: Ago) -> None:
    seoul.bring([("yes@example.com", days_ago(10))])
    ask = PersonAsk(Selector("email", "yes@example.com"), Act.DISCLOSE, NEWSLETTER, Channel.EMAIL)
    asked = Request(seoul.key, [ask])
    batcher = Batcher(seoul.gate)
    try:
        for _ in range(5):
            batcher.submit(asked).cancel()
        assert batcher.submit(asked).result(timeout=10).answers[0].outcome is Outcome.ALLOW
    finally:
        batcher.close()


def test_one_request_may_ask_everything_about_many(seoul: Seoul, days_ago: Ago) -> None:
    people = [(f"p{at}@example.com", days_ago(10)) for at in range(4)]
    seoul.bring(people)
    with seoul.gate.house.unit() as connection:  # everybody is denied, held or allowed for a reason of their own
        connection.execute(text("UPDATE person SET flags = CASE no % 4 WHEN 0 THEN 4 WHEN 1 THEN 1 ELSE 0 END"))
    key = add_tool(seoul.gate, "everything", purposes=("marketing",), channels=tuple(map(str, Channel)))
    asks = [
        PersonAsk(Selector("email", email), act, purpose, channel)
        for purpose in load_bundle().purposes.nodes
        for channel in Channel
        for act in Act
        for email, _ in people
    ]
    assert len(asks) <= MOST
    (result,) = decide_batch(seoul.gate, [Request(key, asks)])
    assert isinstance(result, Answers)
    assert len(result.answers) == len(asks)
