"""`POST /v1/messages/lint`: what is missing comes back with its law; what was sent does not."""

import httpx

from tests.api.conftest import Served
from tests.api.test_api_http import problem

GOOD = "(광고) Hanbit 신간 안내 02-123-4567 출처: 주문 무료수신거부 080-123-4567"
BODY = {"text": GOOD, "channel": "sms", "purpose": "marketing.own.offers", "countries": ["KR"]}


def test_a_message_is_looked_at_for_its_readers(served: Served) -> None:
    said = served.client.post("/v1/messages/lint", json=BODY).json()
    assert said["clean"] is True, said
    assert {each["duty"] for each in said["beyond_the_text"]} >= {"result_notice_days"}
    bad = served.client.post("/v1/messages/lint", json={**BODY, "text": "Hanbit secret@example.com"})
    told = bad.json()
    assert told["clean"] is False
    assert {each["duty"] for each in told["findings"]} >= {"prefix", "ending"}
    assert all(each["rule"] and each["cite"] for each in told["findings"])
    assert "secret@example.com" not in bad.text


def test_what_cannot_be_looked_at_is_refused(served: Served) -> None:
    post = served.client.post
    problem(post("/v1/messages/lint", json={**BODY, "countries": []}), 400, "countries_count")
    problem(post("/v1/messages/lint", json={**BODY, "countries": ["Korea"]}), 400, "country_unfit")
    problem(post("/v1/messages/lint", json={**BODY, "purpose": "fun"}), 400, "purpose_unknown")
    problem(post("/v1/messages/lint", json={**BODY, "text": " "}), 400, "message_empty")
    problem(post("/v1/messages/lint", json={**BODY, "channel": "telex"}), 400, "malformed")
    problem(httpx.post(served.url + "/v1/messages/lint", json=BODY), 401, "credential_missing")
