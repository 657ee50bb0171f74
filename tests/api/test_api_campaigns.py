"""`/v1/campaigns` over HTTP, and questions that name a campaign."""

from collections.abc import Callable
from datetime import datetime, timedelta

from gateway.domain.campaigns import CampaignState, OwnCap
from gateway.flows.campaigns import CampaignWish, put, register_campaign
from tests.api.conftest import Served

Ago = Callable[[float], datetime]
ASKED = {"purpose": "marketing.own.newsletter", "channel": "email", "person": {"email": "a@example.com"}}


def begin(served: Served, name: str, tool: str = "newsletter") -> None:
    gate = served.house.gate
    now, day = gate.clock(), timedelta(days=1)
    wish = CampaignWish(name, "Hanbit", "marketing.own", ["email"], [tool], now - day, now + 9 * day, 5, OwnCap(1, day))
    register_campaign(gate, "officer", wish)
    put(gate, "officer", name, CampaignState.RUNNING)


def test_a_tool_lists_its_campaigns_and_asks_in_their_name(served: Served, days_ago: Ago) -> None:
    served.house.bring([("a@example.com", days_ago(3))])
    begin(served, "Autumn")
    begin(served, "Theirs", "another")
    (own,) = served.client.get("/v1/campaigns").json()["campaigns"]
    assert (own["name"], own["state"], own["cap"]) == ("Autumn", "running", {"contacts": 1, "hours": 24})
    body = {"asks": [{**ASKED, "campaign": "Autumn"}, {**ASKED, "campaign": "Autumn"}]}
    first, second = served.client.post("/v1/decisions", json=body).json()["decisions"]
    assert first["outcome"] == "allow"
    assert (second["outcome"], second["code"]) == ("hold", "not_now")
    assert datetime.fromisoformat(second["not_before"]) == served.house.gate.clock() + timedelta(days=1)


def test_a_campaign_that_is_not_the_tools_is_refused_without_an_echo(served: Served) -> None:
    begin(served, "Theirs", "another")
    for name in ("Theirs", "Nothing of that name"):
        for path, body in (
            ("/v1/decisions", {"asks": [{**ASKED, "campaign": name}]}),
            ("/v1/releases", {**ASKED, "fields": ["email"], "campaign": name}),
        ):
            body.pop("person", None)
            answer = served.client.post(path, json=body)
            assert (answer.status_code, answer.json()["code"]) == (403, "campaign_unknown")
            assert name not in answer.text


def test_campaigns_are_for_those_who_are_known(served: Served) -> None:
    assert served.client.get("/v1/campaigns", headers={"Authorization": "Bearer ost_x_y"}).status_code == 401
