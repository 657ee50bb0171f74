"""Campaigns: registered with care, moved with care, and named only by whom and for what they are."""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import Engine, text

from gateway.domain.campaigns import CampaignState, OwnCap
from gateway.domain.errors import Conflict, Invalid, NotFound, Ostiary, Refused
from gateway.domain.requests import PersonAsk, Selector
from gateway.flows.campaigns import (
    CampaignWish,
    list_campaigns,
    own_campaigns,
    put,
    register_campaign,
    show_campaign,
)
from gateway.flows.decide import Answers, Request, decide_batch
from gateway.flows.gate import Gate
from gateway.flows.release import open_release
from gateway.store import parties
from policies.terms import Act, Channel
from tests.conftest import Clock
from tests.flows.conftest import NEWSLETTER, Seoul, add_tool

Ago = Callable[[float], datetime]
DAY = timedelta(days=1)


@pytest.fixture
def wish(seoul: Seoul, clock: Clock) -> CampaignWish:
    return CampaignWish(
        "Autumn", "Hanbit", "marketing.own", ["email"], ["newsletter"], clock() - DAY, clock() + DAY, 5, OwnCap(2, DAY)
    )


def kinds(gate: Gate) -> list[str]:
    with gate.house.unit() as connection:
        rows = connection.execute(text("SELECT convert_from(entry, 'UTF8')::jsonb->>'kind' FROM ledger_inbox"))
        return [str(row[0]) for row in rows]


def ask(**changes: Any) -> PersonAsk:
    plain = PersonAsk(Selector("email", "a@example.com"), Act.CONTACT, NEWSLETTER, Channel.EMAIL, campaign="Autumn")
    return plain._replace(**changes)


def refusal(gate: Gate, key: str, **changes: Any) -> str:
    (result,) = decide_batch(gate, [Request(key, [ask(**changes)])])
    assert isinstance(result, Ostiary | Answers)
    return result.code if isinstance(result, Ostiary) else ""


def test_a_campaign_is_a_draft_until_it_is_started(seoul: Seoul, wish: CampaignWish) -> None:
    made = register_campaign(seoul.gate, "officer", wish)
    assert (made.state, made.created_by, made.cap) == (CampaignState.DRAFT, "officer", OwnCap(2, DAY))
    assert refusal(seoul.gate, seoul.key) == "campaign_not_running"
    assert put(seoul.gate, "officer", "Autumn", CampaignState.RUNNING).state is CampaignState.RUNNING
    assert refusal(seoul.gate, seoul.key) == ""
    assert kinds(seoul.gate)[-3:-1] == ["campaign.registered", "campaign.resumed"]


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"name": ""}, "campaign_name_unfit"),
        ({"name": "kim@example.kr"}, "campaign_name_unfit"),
        ({"name": "010-1234-5678"}, "campaign_name_unfit"),
        ({"purpose": "marketing.nothing"}, "purpose_unknown"),
        ({"channels": ["pigeon"]}, "channel_unknown"),
        ({"channels": []}, "campaign_empty"),
        ({"tools": []}, "campaign_empty"),
        ({"priority": 0}, "campaign_priority"),
        ({"priority": 10}, "campaign_priority"),
        ({"cap": OwnCap(0, DAY)}, "campaign_cap"),
        ({"cap": OwnCap(1, 367 * DAY)}, "campaign_cap"),
        ({"starts_at": datetime(2026, 11, 1)}, "time_without_zone"),  # noqa: DTZ001  that is what is refused
    ],
)
def test_a_campaign_that_makes_no_sense_is_refused(
    seoul: Seoul, wish: CampaignWish, changes: dict[str, Any], code: str
) -> None:
    with pytest.raises(Invalid) as refused:
        register_campaign(seoul.gate, "officer", replace(wish, **changes))
    assert refused.value.code == code
    assert list_campaigns(seoul.gate) == []


def test_dates_names_senders_and_tools_must_fit(seoul: Seoul, wish: CampaignWish) -> None:
    gate = seoul.gate
    with pytest.raises(Invalid) as refused:
        register_campaign(gate, "officer", replace(wish, ends_at=wish.starts_at))
    assert refused.value.code == "campaign_dates"
    for changes in ({"sender": "Nobody"}, {"tools": ["nothing"]}):
        with pytest.raises(NotFound):
            register_campaign(gate, "officer", replace(wish, **changes))
    with gate.house.unit() as connection:
        parties.add_party(connection, "Other", "KR")
    add_tool(gate, "theirs", sender="Other")
    with pytest.raises(Invalid) as refused:
        register_campaign(gate, "officer", replace(wish, tools=["newsletter", "theirs"]))
    assert refused.value.code == "campaign_tool_sender"
    register_campaign(gate, "officer", wish)
    with pytest.raises(Conflict) as taken:
        register_campaign(gate, "officer", wish)
    assert taken.value.code == "campaign_exists"


def test_a_campaign_moves_only_forward_and_twice_is_once(seoul: Seoul, wish: CampaignWish) -> None:
    gate = seoul.gate
    register_campaign(gate, "officer", wish)
    with pytest.raises(Conflict) as refused:
        put(gate, "officer", "Autumn", CampaignState.PAUSED)
    assert refused.value.code == "campaign_not_begun"
    for state in (CampaignState.RUNNING, CampaignState.PAUSED, CampaignState.RUNNING, CampaignState.ENDED):
        put(gate, "officer", "Autumn", state)
        before = len(kinds(gate))
        assert put(gate, "officer", "Autumn", state).state is state
        assert len(kinds(gate)) == before
    with pytest.raises(Conflict) as refused:
        put(gate, "officer", "Autumn", CampaignState.RUNNING)
    assert refused.value.code == "campaign_ended"
    with pytest.raises(NotFound):
        put(gate, "officer", "Nothing", CampaignState.ENDED)


def test_a_campaign_is_named_only_by_whom_and_for_what_it_is(seoul: Seoul, wish: CampaignWish, clock: Clock) -> None:
    gate = seoul.gate
    register_campaign(gate, "officer", replace(wish, purpose="marketing.own.offers"))
    put(gate, "officer", "Autumn", CampaignState.RUNNING)
    assert refusal(gate, seoul.key, purpose="marketing.own.offers") == ""
    assert refusal(gate, seoul.key) == "campaign_other_purpose"
    assert refusal(gate, seoul.key, purpose="marketing.own.offers", channel=Channel.SMS) == "campaign_other_channel"
    assert refusal(gate, seoul.other, purpose="marketing.own.offers") == "campaign_unknown"
    assert refusal(gate, seoul.key, campaign="Nothing") == "campaign_unknown"
    assert refusal(gate, seoul.key, campaign="kim@example.kr") == "campaign_unknown"
    clock.at += DAY
    assert refusal(gate, seoul.key, purpose="marketing.own.offers") == "campaign_not_now"


def test_a_release_is_refused_while_it_has_a_status_code_and_ends_when_its_campaign_does(
    seoul: Seoul, wish: CampaignWish, days_ago: Ago
) -> None:
    gate = seoul.gate
    seoul.bring([(f"p{at}@example.com", days_ago(5)) for at in range(20)])
    with pytest.raises(Refused) as refused:
        seoul.release(campaign="Autumn")
    assert refused.value.code == "campaign_unknown"
    assert kinds(gate)[-1] == "release.refused"
    register_campaign(gate, "officer", wish)
    put(gate, "officer", "Autumn", CampaignState.RUNNING)
    release = open_release(gate, seoul.key, seoul.wish(campaign="Autumn"))
    object.__setattr__(release, "plan", replace(release.plan, page=10))
    stream = release.lines()
    next(stream)
    put(gate, "officer", "Autumn", CampaignState.PAUSED)
    with pytest.raises(Refused) as cut:
        next(stream)
    assert cut.value.code == "campaign_not_running"


def test_a_tool_sees_its_own_campaigns_and_no_drafts(seoul: Seoul, wish: CampaignWish) -> None:
    register_campaign(seoul.gate, "officer", wish)
    assert own_campaigns(seoul.gate, seoul.key) == []
    put(seoul.gate, "officer", "Autumn", CampaignState.RUNNING)
    (told,) = own_campaigns(seoul.gate, seoul.key)
    assert told["name"] == "Autumn"
    assert told["cap"] == {"contacts": 2, "hours": 24}
    assert own_campaigns(seoul.gate, seoul.other) == []


def test_a_campaign_shows_what_it_took(seoul: Seoul, wish: CampaignWish, days_ago: Ago) -> None:
    seoul.bring([("a@example.com", days_ago(5))])
    register_campaign(seoul.gate, "officer", wish)
    put(seoul.gate, "officer", "Autumn", CampaignState.RUNNING)
    for _ in range(3):
        decide_batch(seoul.gate, [Request(seoul.key, [ask()])])
    list(seoul.release(campaign="Autumn").lines())
    view = show_campaign(seoul.gate, "Autumn")
    assert (view.slots.contacts, view.slots.people, view.slots.held) == (2, 1, 0), "its own cap is 2, and used up"
    assert view.days == ((seoul.gate.clock().date(), 2),)
    assert view.row.tools == ("newsletter",)


def test_a_campaign_is_kept_with_its_entry_or_not_at_all(
    seoul: Seoul, wish: CampaignWish, owner_engine: Engine
) -> None:
    with owner_engine.begin() as connection:
        connection.execute(text("REVOKE INSERT ON ledger_inbox FROM ostiary_app"))
    with pytest.raises(Exception, match="permission denied"):
        register_campaign(seoul.gate, "officer", wish)
    assert list_campaigns(seoul.gate) == []
    with owner_engine.begin() as connection:
        connection.execute(text("GRANT INSERT ON ledger_inbox TO ostiary_app"))
    register_campaign(seoul.gate, "officer", wish)
    with owner_engine.begin() as connection:
        connection.execute(text("REVOKE INSERT ON ledger_inbox FROM ostiary_app"))
    with pytest.raises(Exception, match="permission denied"):
        put(seoul.gate, "officer", "Autumn", CampaignState.RUNNING)
    assert list_campaigns(seoul.gate)[0].campaign.state is CampaignState.DRAFT
