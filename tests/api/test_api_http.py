"""What a marketing tool meets: strict JSON in, problems out, a receipt at the end."""

import json
from collections.abc import Callable
from datetime import datetime

import httpx
import pytest

from tests.api.conftest import Served
from tests.flows.conftest import NEWSLETTER

Ago = Callable[[float], datetime]
WISH = {"purpose": NEWSLETTER, "channel": "email", "fields": ["email"]}
SECRETIVE = "very.private@example.com"


def ask(email: str, **more: object) -> dict[str, object]:
    return {"person": {"email": email}, "purpose": NEWSLETTER, "channel": "email", "act": "disclose", **more}


def problem(answer: httpx.Response, status: int, code: str) -> None:
    assert answer.status_code == status, answer.text
    assert answer.headers["content-type"] == "application/problem+json"
    said = answer.json()
    assert (said["status"], said["code"], said["type"]) == (status, code, f"urn:ostiary:problem:{code}")
    assert SECRETIVE not in answer.text


def test_an_audience_streams_and_ends_with_its_receipt(served: Served, days_ago: Ago) -> None:
    served.house.bring([("yes@example.com", days_ago(3)), ("no@example.com", None)])
    answer = served.client.post("/v1/releases", json=WISH)
    assert answer.status_code == 200
    assert answer.headers["content-type"].startswith("application/x-ndjson")
    lines = [json.loads(line) for line in answer.text.splitlines()]
    assert [line["email"] for line in lines if "email" in line] == ["yes@example.com"]
    assert lines[-1]["receipt"]["people"] == 1
    uid = answer.headers["ostiary-release"]
    told = served.client.get(f"/v1/releases/{uid}").json()
    assert told["state"] == "sent"
    heard = served.client.post(f"/v1/releases/{uid}/acknowledgements", json={"page": 1})
    assert heard.json() == {"release": uid, "acknowledged": 1}


def test_a_dry_run_is_numbers_only(served: Served, days_ago: Ago) -> None:
    served.house.bring([("yes@example.com", days_ago(3))])
    said = served.client.post("/v1/releases", json={**WISH, "dry_run": True}).json()
    assert said["people"] == 1
    assert said["dry_run"] is True


def test_decisions_answer_in_order_with_their_ids(served: Served, days_ago: Ago) -> None:
    served.house.bring([("yes@example.com", days_ago(3)), ("no@example.com", None)])
    asks = [ask("no@example.com", id="a"), ask("yes@example.com", id="b"), ask("x@example.com", id="c")]
    said = served.client.post("/v1/decisions", json={"asks": asks}).json()
    assert [(one["id"], one["outcome"]) for one in said["decisions"]] == [("a", "deny"), ("b", "allow"), ("c", "deny")]
    assert said["decisions"][1]["obligations"]["prefix"] == "(광고)"
    assert len(said["bundle"]) == 64


def test_a_reported_withdrawal_counts_at_once(served: Served, days_ago: Ago) -> None:
    served.house.bring([("yes@example.com", days_ago(3))])
    body = {"person": {"email": "yes@example.com"}, "state": "withdrawn", "purpose": "marketing", "channel": "*"}
    once = served.client.post("/v1/consents", json=body, headers={"Idempotency-Key": "w-1"})
    assert once.json()["effective"] == "withdrawn"
    assert served.client.post("/v1/consents", json=body, headers={"Idempotency-Key": "w-1"}).json() == once.json()
    said = served.client.post("/v1/decisions", json={"asks": [ask("yes@example.com")]}).json()
    assert said["decisions"][0]["outcome"] == "deny"


def test_a_consent_needs_evidence(served: Served, days_ago: Ago) -> None:
    served.house.bring([("yes@example.com", days_ago(3))])
    body = {
        "person": {"email": "yes@example.com"},
        "state": "given",
        "purpose": NEWSLETTER,
        "channel": "email",
        "sender": "Hanbit",
    }
    problem(served.client.post("/v1/consents", json=body), 403, "evidence_required")
    proven = {**body, "evidence": {"kind": "form", "content": "signed at the counter"}, "wording": "v2/ko"}
    assert served.client.post("/v1/consents", json=proven).json()["effective"] == "given"


@pytest.mark.parametrize(
    ("path", "body", "status", "code"),
    [
        ("/v1/releases", {**WISH, "channel": SECRETIVE}, 400, "malformed"),
        ("/v1/releases", {**WISH, "surprise": SECRETIVE}, 400, "malformed"),
        ("/v1/releases", {**WISH, "purpose": SECRETIVE}, 400, "purpose_unknown"),
        ("/v1/releases", {**WISH, "fields": [SECRETIVE]}, 400, "field_unknown"),
        ("/v1/releases", {**WISH, "fields": ["national_id"]}, 403, "field_not_granted"),
        ("/v1/releases", {**WISH, "format": "xml"}, 400, "form_unknown"),
        ("/v1/releases", {**WISH, "sample": 7}, 400, "share_out_of_range"),
        (
            "/v1/releases",
            {**WISH, "where": [{"field": "email", "op": "eq", "value": SECRETIVE}]},
            403,
            "predicate_not_granted",
        ),
        ("/v1/decisions", {"asks": []}, 400, "asks_count"),
        ("/v1/decisions", {"asks": [ask("not an address " + SECRETIVE)]}, 400, "identifier_malformed"),
        ("/v1/decisions", {"asks": [{**ask("a@example.com"), "person": {}}]}, 400, "selector_count"),
        (
            "/v1/decisions",
            {"asks": [{**ask("a@example.com"), "person": {"token": "tk1." + "A" * 43}}]},
            404,
            "token_not_yours",
        ),
        ("/v1/decisions", [SECRETIVE], 400, "malformed"),
        ("/v1/consents", {"person": {"email": SECRETIVE}}, 400, "malformed"),
    ],
)
def test_bad_input_is_a_problem_that_echoes_nothing(
    served: Served, path: str, body: object, status: int, code: str
) -> None:
    problem(served.client.post(path, json=body), status, code)


def test_no_key_a_false_key_and_an_expired_key(served: Served) -> None:
    bare = httpx.post(f"{served.url}/v1/releases", json=WISH)
    problem(bare, 401, "credential_missing")
    assert bare.headers["www-authenticate"] == "Bearer"
    false = {"Authorization": "Bearer ost_00000000_" + "x" * 43}
    problem(httpx.post(f"{served.url}/v1/releases", json=WISH, headers=false), 401, "credential_wrong")
    problem(
        httpx.post(f"{served.url}/v1/decisions", json={"asks": [ask(SECRETIVE)]}, headers=false),
        401,
        "credential_wrong",
    )


@pytest.mark.parametrize(
    ("method", "path", "status", "code"),
    [
        ("GET", "/v1/decisions", 405, "method_not_allowed"),
        ("PUT", "/v1/releases", 405, "method_not_allowed"),
        ("GET", "/v1/nothing", 404, "no_such_address"),
        ("GET", "/v1/releases/zz", 404, "release_unknown"),
        ("GET", "/log/tile/0/../../etc", 404, "no_such_address"),
        ("GET", "/log/tile/0/999", 404, "entry_unknown"),
    ],
)
def test_wrong_addresses_and_methods(served: Served, method: str, path: str, status: int, code: str) -> None:
    problem(served.client.request(method, path), status, code)


def test_json_of_another_type_or_size_is_refused(served: Served) -> None:
    problem(
        served.client.post("/v1/releases", content=b"a=1", headers={"Content-Type": "text/plain"}), 400, "content_type"
    )
    problem(
        served.client.post("/v1/releases", content=b" " * 300_000, headers={"Content-Type": "application/json"}),
        400,
        "body_too_large",
    )


def test_the_public_log_verifies_the_receipt(served: Served, days_ago: Ago) -> None:
    served.house.bring([("yes@example.com", days_ago(3))])
    receipt = json.loads(served.client.post("/v1/releases", json=WISH).text.splitlines()[-1])["receipt"]
    checkpoint = httpx.get(f"{served.url}/log/checkpoint")
    assert checkpoint.headers["content-type"] == "text/plain; charset=utf-8"
    size = int(checkpoint.text.splitlines()[1])
    assert size > receipt["entry"]
    tile = httpx.get(f"{served.url}/log/tile/0/000.p/{size}")
    assert len(tile.content) == 32 * size
    problem(httpx.get(f"{served.url}/log/tile/entries/000"), 404, "entry_unknown")


def test_every_answer_carries_the_security_headers(served: Served) -> None:
    for path in ("/healthz", "/v1/nothing", "/console/sign-in", "/o/none"):
        answer = httpx.get(served.url + path)
        assert answer.headers["x-content-type-options"] == "nosniff"
        assert answer.headers["referrer-policy"] == "no-referrer"


def test_health_and_readiness(served: Served) -> None:
    assert httpx.get(f"{served.url}/healthz").json() == {"status": "ok"}
    assert httpx.get(f"{served.url}/readyz").json()["status"] == "ready"


def test_a_list_comes_in_by_http_only_for_the_intake_role(served: Served) -> None:
    from tests.flows.conftest import add_tool

    content = "이메일,수신동의_이메일,동의일시,동의문구버전\nnew@example.com,Y,2026-11-01T09:00:00+09:00,v1\n"
    files = {"file": ("list.csv", content.encode())}
    problem(served.client.post("/v1/imports", files=files, data={"source": "Form"}), 403, "role_may_not")
    key = add_tool(served.house.gate, "loader", role="intake")
    headers = {"Authorization": f"Bearer {key}"}
    report = httpx.post(f"{served.url}/v1/imports", files=files, data={"source": "Form"}, headers=headers, timeout=60)
    assert report.status_code == 200, report.text
    assert report.json()["verdict"] == "accept"
    assert "new@example.com" not in report.text
    again = httpx.post(f"{served.url}/v1/imports", files=files, data={"source": "Form"}, headers=headers, timeout=60)
    assert again.json()["repeated"] is True
    other = {"file": ("list.csv", content.replace("new@", "newer@").encode())}
    twice = httpx.post(
        f"{served.url}/v1/imports",
        files=other,
        headers=headers,
        timeout=60,
        data={"source": "Form", "map": ["이메일=email", "동의문구버전=email"]},
    )
    problem(twice, 400, "column_mapped_twice")
    refused = served.client.post("/v1/imports/columns", files=files)
    problem(refused, 403, "role_may_not")
    nameless = {"file": ("list.csv", ("col7\n" + "".join(f"p{at}@example.com\n" for at in range(30))).encode())}
    look = httpx.post(f"{served.url}/v1/imports/columns", files=nameless, headers=headers, timeout=60)
    assert look.status_code == 200, look.text
    (column,) = look.json()["columns"]
    assert column == {
        "title": "col7", "found": "email", "agreement": "", "field": "email", "by": "content", "rate": 1.0,
        "chance": None, "rival": "", "note": "looks", "calendar": "",
    }  # fmt: skip
    bare = httpx.post(f"{served.url}/v1/imports", files=nameless, data={"source": "Form"}, headers=headers, timeout=60)
    problem(bare, 400, "no_identifier")
    dated = {"source": "Form", "calendar": "solar"}
    said = httpx.post(f"{served.url}/v1/imports", files=nameless, data=dated, headers=headers, timeout=60)
    problem(said, 400, "calendar_unknown")
    assert not list((served.house.gate.data / "incoming").iterdir()), "no upload stays behind"


def test_the_reference_page_stands_alone(served: Served) -> None:
    page = httpx.get(f"{served.url}/docs")
    assert page.status_code == 200
    assert "/v1/decisions" in page.text
    assert "http://" not in page.text
    assert "https://" not in page.text
    described = httpx.get(f"{served.url}/openapi.json").json()
    schema = described["paths"]["/v1/releases"]["post"]["requestBody"]["content"]["application/json"]["schema"]
    assert "purpose" in schema["properties"]
