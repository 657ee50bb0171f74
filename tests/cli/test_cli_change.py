"""Change with eyes open from the command line: add, look, propose, confirm, go back; sign off; observe."""

import csv
import json
from typing import Any

import pytest

from tests.flows.lawmaking import BAN, amended

PURPOSE = "marketing.own.newsletter"


@pytest.fixture(scope="module")
def office(house: Any) -> Any:
    """The installed house with two officers, and a release on record."""
    (house.folder / "password").write_text("twelve geese cross\n")
    (house.folder / "wrong").write_text("another password\n")
    for name in ("anna", "bela"):
        house.done("officer", "add", name, "--password-file", "password")
    house.done("release", "--key-file", "key", "--purpose", PURPOSE, "--channel", "email", "--field", "email")
    amended(house.folder / "ban", more=BAN, want="deny")
    amended(house.folder / "bad", {"need: opt_in\n": "need: opt_inn\n"})
    amended(house.folder / "failing", more=BAN)
    return house


def by(name: str, password: str = "password") -> tuple[str, ...]:
    return ("--officer", name, "--password-file", password)


def test_a_bad_folder_is_refused_by_line_and_changes_nothing(office: Any) -> None:
    ended = office("policy", "add", "bad")
    assert ended.returncode == 2
    assert "jurisdictions/kr.yaml:" in ended.stderr
    ended = office("policy", "add", "failing")
    assert ended.returncode == 2
    assert "cases/kr.yaml:2" in ended.stderr
    assert len(office.told("policy", "bundles")) == 1


def test_the_difference_is_shown_before_anything_is_kept(office: Any) -> None:
    told = office.told("policy", "diff", "ban", "--days", "30", "--csv", "change.csv")
    assert (told["gain"], told["lose"], told["cannot_tell"]) == (0, 2, 0)
    with (office.folder / "change.csv").open(encoding="utf-8", newline="") as read:
        rows = list(csv.DictReader(read))
    assert {row["dimension"]: row["value"] for row in rows}["rule"] == "KR-TEST-BAN"
    shown = office.done("policy", "diff", "ban")
    assert "would lose contact" in shown
    assert "KR-TEST-BAN" in shown


def test_two_officers_change_the_law_and_change_it_back(office: Any) -> None:
    first = office.told("policy", "bundles")[0]["bundle"]
    digest = office.told("policy", "add", "ban")["bundle"]
    wrong = office("policy", "propose", digest, *by("anna", "wrong"))
    assert (wrong.returncode, "sign_in_wrong" in wrong.stderr) == (4, True)
    made = office.told("policy", "propose", digest[:12], *by("anna"))
    assert made["payload"]["seen"]["lose"] == 2
    alone = office("policy", "confirm", made["proposal"], "--digest", made["digest"], *by("anna"))
    assert (alone.returncode, "second_officer_needed" in alone.stderr) == (4, True)
    blind = office("policy", "confirm", made["proposal"], *by("bela"))
    assert (blind.returncode, "digest_missing" in blind.stderr) == (2, True)
    done = office.told("policy", "confirm", made["proposal"], "--digest", made["digest"], *by("bela"))
    assert done["state"] == "confirmed"
    kept = office.told("policy", "bundles")
    assert (kept[0]["bundle"], kept[0]["in_force"], kept[0]["terms"][0]["confirmed_by"]) == (
        digest, True, "officer:bela",
    )  # fmt: skip
    back = office.told("policy", "rollback", first[:8], *by("bela"))
    assert (back["kind"], back["state"]) == ("policy.rollback", "open")


def test_a_sign_off_is_proposed_and_a_tool_observed(office: Any) -> None:
    made = office.told("policy", "sign-off", "KR", *by("anna"))
    assert (made["kind"], made["about"]) == ("pack.sign_off", "KR")
    assert office.told("policy", "revoke-sign-off", "kr")["ended"] == 0, "it was proposed, not confirmed"
    made = office.told("tool", "observe", "newsletter", *by("anna"))
    office.done("proposal", "confirm", made["proposal"], "--digest", made["digest"], *by("bela"))
    told = office.told("tool", "shadow", "newsletter", "--days", "7")
    assert (told["mode"], told["let_through"]) == ("observe", 0)
    assert office.told("tool", "enforce", "newsletter")["changed"] == "yes"
    states = {one["kind"]: one["state"] for one in json.loads(office.done("proposal", "list", *by("anna"), "--json"))}
    assert states == {
        "policy.activate": "confirmed", "policy.rollback": "open", "pack.sign_off": "open", "tool.observe": "confirmed",
    }  # fmt: skip
