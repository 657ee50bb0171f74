"""`ostiary policy`: the law checked, tested and shown, without a house."""

import json
from pathlib import Path
from shutil import copytree, ignore_patterns
from typing import Any

import pytest

from policies.load import PACKAGED

CASE = """
- name: {name}
  person: {{jurisdiction: KR}}
  ask: {{purpose: marketing.own.offers, channel: sms, at: 2026-11-20T04:00:00Z}}
  want: {{outcome: {outcome}}}
"""


@pytest.fixture
def law(tmp_path: Path) -> Path:
    """A folder with the packaged law and one case."""
    copytree(PACKAGED, tmp_path / "law", ignore=ignore_patterns("__pycache__", "*.py", "cases"))
    cases = tmp_path / "law" / "cases" / "kr"
    cases.mkdir(parents=True)
    (cases / "one.yaml").write_text(CASE.format(name="a", outcome="deny"))
    return tmp_path / "law"


def test_a_check_tells_how_each_pack_stands(program: Any, law: Path) -> None:
    told = program.told("policy", "check", str(law))
    packs = {one["code"]: one for one in told["packs"]}
    assert packs["DE"]["inherited"] > 0
    assert {"own", "unverified", "pending", "in_force"} <= packs["KR"].keys()
    assert sum(one["own"] for one in packs.values()) == told["rules"]
    assert "in force today" in program.done("policy", "check", str(law))


def test_a_rule_without_a_case_is_named_and_fails_unless_that_is_said_to_be_ok(program: Any, law: Path) -> None:
    ended = program("policy", "test", str(law))
    assert ended.returncode == 4
    assert "All 1 cases hold." in ended.stdout
    assert "KR-50-1" in ended.stdout
    assert "case and counter-case" in ended.stdout
    told = program.told("policy", "test", str(law), "--uncovered-ok")
    assert told["differing"] == []
    assert any(one["rule"] == "KR-50-1" and ".yaml:" in one["at"] for one in told["uncovered"])


def test_a_case_that_differs_fails_whatever_is_ok(program: Any, law: Path) -> None:
    (law / "cases" / "kr" / "one.yaml").write_text(CASE.format(name="a", outcome="allow"))
    ended = program("policy", "test", str(law), "--uncovered-ok", "--json")
    assert ended.returncode == 4
    (differing,) = json.loads(ended.stdout)["differing"]
    assert differing["at"].endswith("kr/one.yaml:2")
    assert "outcome: wanted allow, got deny" in differing["differs"]


def test_cases_that_contradict_each_other_are_refused_with_both_places(program: Any, law: Path) -> None:
    (law / "cases" / "kr" / "two.yaml").write_text(CASE.format(name="b", outcome="allow"))
    ended = program("policy", "test", str(law))
    assert ended.returncode == 2
    assert "[contradicting_cases]" in ended.stderr
    assert "kr/one.yaml:2" in ended.stderr
    assert "kr/two.yaml:2" in ended.stderr


def test_a_case_with_a_word_that_nobody_knows_is_named(program: Any, law: Path) -> None:
    (law / "cases" / "kr" / "one.yaml").write_text(CASE.format(name="a", outcome="deny").replace("sms", "sm"))
    ended = program("policy", "test", str(law))
    assert (ended.returncode, "[case_unfit]" in ended.stderr) == (2, True)
    assert "kr/one.yaml:2" in ended.stderr


def test_the_table_comes_as_text_as_a_page_and_as_data(program: Any, tmp_path: Path) -> None:
    asked = ("policy", "matrix", "--jurisdiction", "kr", "--date", "2026-11-22")
    text = program.done(*asked)
    assert "closed 21:00 to 08:00" in text
    assert "[KR-50-3]" in text
    page = tmp_path / "kr.html"
    program.done(*asked, "--format", "html", "--out", str(page))
    assert page.read_text().startswith("<!doctype html>")
    assert "KR-50-3" in page.read_text()
    told = json.loads(program.done(*asked, "--format", "json"))
    assert (told["pack"], told["day"]) == ("KR", "2026-11-22")
    assert any(one["id"] == "KR-50-3" and one["state"] == "in_force" for one in told["rules"])


def test_a_country_without_a_pack_is_shown_the_law_that_holds_for_it(program: Any) -> None:
    ended = program("policy", "matrix", "--jurisdiction", "XX", "--format", "json")
    assert "the strictest holds" in ended.stderr
    assert json.loads(ended.stdout)["pack"] == "strictest"


@pytest.mark.parametrize(
    ("given", "code"),
    [
        (("--jurisdiction", "K1"), "jurisdiction_unfit"),
        (("--jurisdiction", "KR", "--date", "soon"), "day_unfit"),
        (("--jurisdiction", "KR", "--out", "no/such/folder/x"), "file_unwritable"),
    ],
)
def test_what_does_not_fit_is_refused(program: Any, given: tuple[str, ...], code: str) -> None:
    ended = program("policy", "matrix", *given)
    assert (ended.returncode, f"[{code}]" in ended.stderr) == (2, True)
