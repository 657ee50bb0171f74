"""The routes of lasting consent over HTTP: strict bodies, no link for tools, refusals as problems."""

import json
from pathlib import Path
from typing import Any

import pytest

from tests.api.conftest import Served
from tests.flows.lasting_house import letters, one, token_in

ASSETS = Path(__file__).parents[1] / "flows" / "assets" / "receipts"
WISH = {"person": {"email": "minsu@example.kr"}, "purpose": "marketing.own.newsletter", "sender": "Hanbit",
        "conditions": ["explicit", "separate"], "wording": "v7"}  # fmt: skip


@pytest.fixture
def known(served: Served) -> Served:
    """Minsu is known."""
    served.house.bring([("minsu@example.kr", None)])
    return served


def test_a_request_waits_and_its_link_works_on_the_page(known: Served) -> None:
    answer = known.client.post("/v1/consents/requests", json=WISH)
    assert answer.status_code == 202
    assert set(answer.json()) == {"request", "expires_at", "again"}
    token = token_in(letters(known.house.gate)[0])
    assert token not in answer.text
    assert known.client.get(f"/c/{token}").status_code == 200
    assert known.client.post(f"/c/{token}", data={"choice": "yes"}).status_code == 303
    assert one(known.house.gate, "SELECT conditions FROM consent WHERE state = 'given'") == 4 + 16 + 128
    assert known.client.post("/v1/consents/requests", json=WISH).json()["again"] is False


@pytest.mark.parametrize(
    ("path", "body", "status", "code"),
    [
        ("/v1/consents/requests", {**WISH, "extra": 1}, 400, "malformed"),
        ("/v1/consents/requests", {**WISH, "channel": "sms"}, 400, "channel_not_by_mail"),
        ("/v1/consents/requests", {**WISH, "conditions": ["?"]}, 400, "condition_unknown"),
        ("/v1/consents/requests", {**WISH, "purpose": "profiling"}, 403, "purpose_not_granted"),
        ("/v1/signals", {"person": {}}, 400, "selector_count"),
        ("/v1/signals", {"person": {"email": "minsu@example.kr"}, "signal": "dnt"}, 400, "signal_unknown"),
        ("/v1/signals", {"person": {"email": "m@x.kr"}, "at": "2099-01-01T00:00:00Z"}, 400, "at_in_future"),
    ],
)
def test_what_does_not_fit_is_a_problem(known: Served, path: str, body: Any, status: int, code: str) -> None:
    answer = known.client.post(path, json=body)
    assert (answer.status_code, answer.json()["code"]) == (status, code)
    assert "minsu" not in answer.text


def test_a_signal_is_a_refusal_once(known: Served) -> None:
    body = {"person": {"email": "minsu@example.kr"}, "signal": "gpc", "at": "2026-11-19T10:00:00Z"}
    made = known.client.post("/v1/signals", json=body, headers={"Idempotency-Key": "a"})
    assert made.json() == {"events": 2, "suppressions": 0, "effective": ["objected", "objected"]}
    known.client.post("/v1/signals", json=body, headers={"Idempotency-Key": "a"})
    assert one(known.house.gate, "SELECT count(*) FROM consent_event") == 2


def test_records_come_in_as_linked_data(known: Served) -> None:
    kind = {"Content-Type": "application/ld+json; charset=utf-8"}
    content = (ASSETS / "withdrawn.jsonld").read_bytes()
    made = known.client.post("/v1/receipts?source=Form", content=content, headers=kind)
    assert made.status_code == 200
    assert made.json()["counts"] == {"withdrawn": 1}
    bad = known.client.post("/v1/receipts?source=Form", content=b"{", headers=kind)
    assert (bad.status_code, bad.json()["code"]) == (400, "receipts_not_json")
    other = known.client.post("/v1/receipts?source=Form", content=content, headers={"Content-Type": "text/csv"})
    assert other.json()["code"] == "content_type"
    assert known.client.post("/v1/receipts", content=content, headers=kind).status_code == 400
    unknown = known.client.post("/v1/receipts?source=No", content=content, headers=kind)
    assert unknown.json()["code"] == "source_unknown"


def test_without_a_key_nothing_is_done(known: Served) -> None:
    for path in ("/v1/consents/requests", "/v1/signals", "/v1/receipts?source=Form"):
        answer = known.client.post(path, json=WISH | {"signal": "gpc"}, headers={"Authorization": "Bearer ost_x"})
        assert answer.status_code in {400, 401}
    assert one(known.house.gate, "SELECT count(*) FROM consent_event") == 0


def test_the_site_says_that_it_heeds_the_signal(served: Served) -> None:
    answer = served.client.get("/.well-known/gpc.json")
    assert answer.headers["content-type"] == "application/json"
    assert json.loads(answer.content)["gpc"] is True


def test_the_reference_lists_the_routes(served: Served) -> None:
    paths = served.client.get("/openapi.json").json()["paths"]
    assert {"/v1/consents/requests", "/v1/signals", "/v1/receipts"} <= set(paths)
