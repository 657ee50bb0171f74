"""`ostiary move`: a template, a plan, a move and its comparison, without a name on any of them."""

import json
from pathlib import Path

from tests.cli.conftest import Program

CRM = Path(__file__).parents[1] / "lists" / "assets" / "crm"
FILES = [str(CRM / f"mailchimp_{part}.csv") for part in ("subscribed", "unsubscribed", "cleaned")]


def test_a_template_a_plan_a_move_and_its_comparison(house: Program) -> None:
    assert house.done("move", "template").splitlines()[0].startswith("external_id,email,phone,")
    source = house.told("source", "list")[0]["name"]
    plan = house.told("move", "plan", *FILES, "--source", source)
    assert (plan["counts"]["rows"], plan["counts"]["stops"]) == (8, 3)
    moved = house("move", "in", *FILES, "--source", source, "--json")
    assert moved.returncode == 0, moved.stderr
    told = json.loads(moved.stdout)
    assert told["step"] == "done"
    assert [each["moving"] for each in house.told("move", "list")] == [told["moving"]]
    report = house.told("move", "report", told["moving"])
    assert report["channels"]["email"]["stopped"]["now"]["allow"] == 0
    readable = house.done("move", "report", told["moving"])
    assert "had said stop" in readable
    for word in ("anna", "dora", "example.com", "192.0.2"):
        assert word not in moved.stdout + json.dumps(report) + json.dumps(plan) + readable


def test_refusals_keep_their_codes(house: Program) -> None:
    wrong = house("move", "report", "x", "--json")
    assert (wrong.returncode, json.loads(wrong.stdout or wrong.stderr)["code"]) == (2, "moving_unknown")
    wrong = house("move", "plan", str(CRM / "hubspot.csv"), "--source", "Nobody", "--json")
    assert (wrong.returncode, json.loads(wrong.stdout or wrong.stderr)["code"]) == (2, "source_unknown")
