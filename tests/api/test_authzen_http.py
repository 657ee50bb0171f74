"""AuthZEN 1.0 over real HTTP: strict where it must be, deaf where it may be, and the same answer as /v1/decisions."""

import json
from collections.abc import Callable
from datetime import datetime
from typing import Any

import httpx
import pytest

from tests.api.conftest import Served
from tests.flows.conftest import NEWSLETTER

Ago = Callable[[float], datetime]
ONE, MANY = "/access/v1/evaluation", "/access/v1/evaluations"


@pytest.fixture
def tool(served: Served) -> str:
    return "newsletter"


def question(tool: str, email: str, **more: Any) -> dict[str, Any]:
    return {
        "subject": {"type": "tool", "id": tool},
        "action": {"name": "disclose", "properties": {"purpose": NEWSLETTER, "channel": "email"}},
        "resource": {"type": "person", "id": email, "properties": {"by": "email"}},
        **more,
    }


def test_the_configuration_names_the_endpoints(served: Served) -> None:
    said = served.client.get("/.well-known/authzen-configuration")
    assert said.headers["content-type"] == "application/json"
    told = said.json()
    assert told["access_evaluation_endpoint"] == told["policy_decision_point"] + ONE
    assert told["access_evaluations_endpoint"] == told["policy_decision_point"] + MANY


def test_the_answer_is_that_of_the_decisions(served: Served, tool: str, days_ago: Ago) -> None:
    served.house.bring([("yes@example.com", days_ago(3)), ("no@example.com", None)])
    for email, decision in (("yes@example.com", True), ("no@example.com", False), ("nobody@example.com", False)):
        said = served.client.post(ONE, json=question(tool, email)).json()
        ask = {"person": {"email": email}, "purpose": NEWSLETTER, "channel": "email", "act": "disclose"}
        (other,) = served.client.post("/v1/decisions", json={"asks": [ask]}).json()["decisions"]
        assert said["decision"] is decision
        context = said["context"]
        assert (context["outcome"], context["code"]) == (other["outcome"], other["code"])
        assert context.get("obligations") == other.get("obligations")
        assert context["inbox"] > 0


def test_unknown_members_are_ignored_and_the_request_id_comes_back(served: Served, tool: str, days_ago: Ago) -> None:
    served.house.bring([("yes@example.com", days_ago(3))])
    asked = question(tool, "yes@example.com", context={"time": "now"}, extra=[1])
    asked["subject"]["properties"] = {"department": "sales"}
    said = served.client.post(ONE, json=asked, headers={"X-Request-ID": "abc-123"})
    assert said.json()["decision"] is True
    assert said.headers["x-request-id"] == "abc-123"
    wrong = served.client.post(ONE, json={}, headers={"X-Request-ID": "abc-124"})
    assert (wrong.status_code, wrong.headers["x-request-id"]) == (400, "abc-124")


def _without(tool: str, *path: str) -> dict[str, Any]:
    asked = question(tool, "secret@example.com")
    inner = asked
    for name in path[:-1]:
        inner = inner[name]
    del inner[path[-1]]
    return asked


def _with(tool: str, value: Any, *path: str) -> dict[str, Any]:
    asked = question(tool, "secret@example.com")
    inner = asked
    for name in path[:-1]:
        inner = inner[name]
    inner[path[-1]] = value
    return asked


MISSING = [
    ("subject",), ("subject", "type"), ("subject", "id"), ("action",), ("action", "name"), ("action", "properties"),
    ("action", "properties", "purpose"), ("action", "properties", "channel"), ("resource",), ("resource", "type"),
    ("resource", "id"),
]  # fmt: skip
WRONG: list[tuple[tuple[str, ...], Any]] = [
    (("subject", "id"), 7), (("subject", "id"), ""), (("subject", "type"), None), (("subject",), "tool"),
    (("subject", "type"), "user"), (("action", "name"), 1), (("action", "name"), "write"),
    (("action", "properties", "channel"), "telex"), (("action", "properties", "purpose"), 3),
    (("action", "properties", "purpose"), "marketing.fun"), (("resource", "id"), 12), (("resource", "id"), ""),
    (("resource", "type"), "document"), (("resource", "properties"), {"by": "shoe size"}),
    (("resource", "id"), "no address"), (("context",), "text"),
]  # fmt: skip


def _is_400(answer: httpx.Response) -> None:
    assert answer.status_code == 400, answer.text
    assert "secret@example.com" not in answer.text


@pytest.mark.parametrize("path", MISSING, ids=".".join)
def test_what_is_missing_is_a_400(served: Served, tool: str, path: tuple[str, ...]) -> None:
    _is_400(served.client.post(ONE, json=_without(tool, *path)))


@pytest.mark.parametrize(("path", "value"), WRONG, ids=lambda each: str(each)[:40])
def test_what_is_wrong_is_a_400_alone_and_false_in_a_batch(
    served: Served, tool: str, days_ago: Ago, path: tuple[str, ...], value: object
) -> None:
    served.house.bring([("yes@example.com", days_ago(3))])
    bad = _with(tool, value, *path)
    _is_400(served.client.post(ONE, json=bad))
    good = question(tool, "yes@example.com")
    said = served.client.post(MANY, json={"evaluations": [good, bad, good]})
    assert said.status_code == 200, said.text
    assert [one["decision"] for one in said.json()["evaluations"]] == [True, False, True]
    assert said.json()["evaluations"][1]["context"]["error"]["status"] == 400
    assert "secret@example.com" not in said.text


def test_methods_types_and_credentials(served: Served, tool: str) -> None:
    text = json.dumps(question(tool, "x@example.com"))
    for path in (ONE, MANY):
        assert served.client.get(path).status_code == 405
        assert served.client.put(path, json={}).status_code == 405
        assert served.client.post(path, content=text, headers={"Content-Type": "text/plain"}).status_code == 415
        assert served.client.post(path, content=text).status_code == 415
        for broken in ("{", "[]", "null", "", '"x"', "\ud800".encode("utf-8", "surrogatepass")):
            answer = served.client.post(path, content=broken, headers={"Content-Type": "application/json"})
            assert answer.status_code == 400, broken
    stranger = httpx.post(served.url + ONE, json=question(tool, "x@example.com"))
    assert stranger.status_code == 401


def test_a_tool_asks_for_itself_only(served: Served, tool: str, days_ago: Ago) -> None:
    served.house.bring([("yes@example.com", days_ago(3))])
    said = served.client.post(ONE, json=question("another tool", "yes@example.com"))
    assert said.status_code == 200
    assert said.json() == {"decision": False, "context": {"code": "subject_not_caller"}}
    both = {"evaluations": [question("another tool", "yes@example.com"), question(tool, "yes@example.com")]}
    told = served.client.post(MANY, json=both).json()["evaluations"]
    assert [one["decision"] for one in told] == [False, True]


def test_defaults_are_laid_under_each_item(served: Served, tool: str, days_ago: Ago) -> None:
    served.house.bring([("yes@example.com", days_ago(3)), ("no@example.com", None)])
    top = question(tool, "no@example.com")
    mine = {"type": "person", "id": "yes@example.com", "properties": {"by": "email"}}
    said = served.client.post(MANY, json={**top, "evaluations": [{}, {"resource": mine}]}).json()
    assert [one["decision"] for one in said["evaluations"]] == [False, True]
    # A member of its own replaces the one above whole: without properties the id is a token, and no such token opens.
    bare = {"resource": {"type": "person", "id": "yes@example.com"}}
    said = served.client.post(MANY, json={**top, "evaluations": [bare]}).json()
    assert said["evaluations"][0]["decision"] is False
    # Without any evaluations a batch is one question.
    assert served.client.post(MANY, json=question(tool, "yes@example.com")).json()["decision"] is True
    assert served.client.post(MANY, json={**top, "evaluations": []}).json()["decision"] is False


@pytest.mark.parametrize(
    ("semantic", "pattern", "told"),
    [
        ("execute_all", "ynyn", "ynyn"),
        ("deny_on_first_deny", "yyny", "yyn"),
        ("deny_on_first_deny", "yyy", "yyy"),
        ("permit_on_first_permit", "nnyn", "nny"),
        ("permit_on_first_permit", "nn", "nn"),
    ],
)
def test_the_three_semantics(served: Served, tool: str, days_ago: Ago, semantic: str, pattern: str, told: str) -> None:
    served.house.bring([("yes@example.com", days_ago(3)), ("no@example.com", None)])
    emails = {"y": "yes@example.com", "n": "no@example.com"}
    body = {
        "evaluations": [question(tool, emails[one]) for one in pattern],
        "options": {"evaluations_semantic": semantic},
    }
    said = served.client.post(MANY, json=body).json()["evaluations"]
    assert "".join("y" if one["decision"] else "n" for one in said) == told


def test_an_unknown_semantic_is_a_400(served: Served, tool: str) -> None:
    body = {"evaluations": [question(tool, "x@example.com")], "options": {"evaluations_semantic": "guess"}}
    assert served.client.post(MANY, json=body).status_code == 400


def test_one_bad_identifier_among_many_is_false_alone(served: Served, tool: str, days_ago: Ago) -> None:
    served.house.bring([("yes@example.com", days_ago(3))])
    asked = [question(tool, "yes@example.com") for _ in range(40)]
    asked[17]["resource"]["id"] = "not an address"
    said = served.client.post(MANY, json={"evaluations": asked}).json()["evaluations"]
    assert [at for at, one in enumerate(said) if not one["decision"]] == [17]
    assert said[17]["context"]["code"] == "identifier_malformed"


def test_a_campaign_is_asked_for_by_name(served: Served, tool: str, days_ago: Ago) -> None:
    served.house.bring([("yes@example.com", days_ago(3))])
    asked = _with(tool, "spring", "action", "properties", "campaign")
    asked["resource"]["id"] = "yes@example.com"
    said = served.client.post(ONE, json=asked)
    assert (said.status_code, said.json()) == (200, {"decision": False, "context": {"code": "campaign_unknown"}})
