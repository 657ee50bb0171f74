"""Changing a law: which changes there are, and that a changed law is judged as if it had been written so."""

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from shutil import copytree, ignore_patterns

import pytest
import yaml

from bench.mutated import Folder, Workshop, folder
from policies.load import PACKAGED, load_bundle
from policies.mutants import Mutant, mutants
from policies.mutants_values import DROP
from policies.reading import read

LAW = """
jurisdiction: ZZ
name: Nowhere
members: [AA, BB]
without: [X-1]
rules:
  - id: ZZ-1
    cite: Art. 1
    evidence: secondary
    title: One
    valid_from: 2026-01-02
    when:
      purpose: marketing.own
      channel: [sms, mms]
      dealing: {kind: purchase, category: similar, within: P6M, notice: true}
      local_hours: ["21:00", "08:00"]
      tool_country: {outside: [EU]}
      age_under: 14
    need: opt_in_separate_named
    oblige: {prefix: "(ad)", proof_years: 5, sender: true, headers: [A, B]}
  - id: ZZ-2
    cite: Art. 2
    evidence: unverified
    title: Two
    when: {act: contact, local_days: [sun, holiday]}
    relax: [ZZ-1, ZZ-3]
  - id: ZZ-3
    cite: Art. 3
    evidence: primary
    title: Three
    expire: {after: P3Y, renewed_by: [purchase, activity], only: claimed}
  - {id: ZZ-4, cite: a, evidence: primary, title: t, cap: {contacts: 4, days: 30, same: category}}
  - {id: ZZ-5, cite: a, evidence: primary, title: t, reconfirm: {every: P2Y, due: the_day_before}}
  - {id: ZZ-6, cite: a, evidence: primary, title: t, register: {name: ZZ-DNC, at_most: P31D}}
  - {id: ZZ-7, cite: a, evidence: primary, title: t, oblige: {sender: true}}
  - {id: ZZ-9, cite: a, evidence: primary, title: t, pending: true, when: {channel: [sms, mms]}, need: opt_in}
  - {id: ZZ-8, cite: a, evidence: primary, title: t, brand_new: {days: 3, words: [a, b], on: true}}
"""


def changes() -> dict[str, list[Mutant]]:
    found: dict[str, list[Mutant]] = {}
    for mutant in mutants(read("jurisdictions/zz.yaml", LAW)):
        found.setdefault(mutant.rule, []).append(mutant)
    return found


def said(rule: str) -> set[str]:
    return {mutant.change for mutant in changes()[rule]}


def test_every_number_moves_both_ways_and_every_word_goes() -> None:
    assert said("ZZ-1") >= {
        "rule deleted", "valid_from 2026-01-02 -> 2026-01-01", "valid_from 2026-01-02 -> 2026-01-03",
        "when.purpose marketing.own dropped", "when.channel - sms", "when.channel - mms", "when.channel dropped",
        "when.dealing dropped", "when.dealing.kind purchase -> inquiry", "when.dealing.kind purchase -> activity",
        "when.dealing.category similar -> any", "when.dealing.category similar -> same",
        "when.dealing.within P6M -> P6M-1D", "when.dealing.within P6M -> P6M1D", "when.dealing.within P6M -> P5M",
        "when.dealing.within P6M -> P7M", "when.dealing.within P6M dropped", "when.dealing.notice true dropped",
        "when.local_hours 21:00 -> 20:59", "when.local_hours 21:00 -> 21:01", "when.local_hours 08:00 -> 07:59",
        "when.local_hours 08:00 -> 08:01", "when.local_hours dropped", "when.tool_country.outside -> among",
        "when.tool_country dropped", "when.age_under 14 -> 13", "when.age_under 14 -> 15",
        "need opt_in_separate_named -> opt_in_named", "need opt_in_separate_named -> opt_in_separate",
        "need opt_in_separate_named -> ban", "otherwise deny -> hold", "oblige.prefix text changed",
        "oblige.prefix dropped", "oblige.proof_years 5 -> 4", "oblige.proof_years 5 -> 6",
        "oblige.sender true dropped", "oblige.headers - A", "oblige.headers - B",
    }  # fmt: skip


def test_the_newer_effects_change_too() -> None:
    assert said("ZZ-2") >= {
        "relax - ZZ-1",
        "relax - ZZ-3",
        "when.local_days - holiday",
        "evidence unverified -> secondary",
    }
    assert "when.act contact dropped" not in said("ZZ-2")  # hours are for contacts alone, whatever the act says
    assert said("ZZ-3") >= {
        "expire.renewed_by - activity", "expire.only claimed dropped",
        "expire.after P3Y -> P3Y-1D", "expire.after P3Y -> P37M",
    }  # fmt: skip
    assert said("ZZ-9") == {"pending dropped"}  # it has no part in anything: what matters is that it is pending
    assert said("ZZ-4") >= {"cap.contacts 4 -> 5", "cap.days 30 -> 29", "cap.same category dropped"}
    assert "reconfirm.due the_day_before -> the_same_day" in said("ZZ-5")
    assert said("ZZ-6") >= {"register.name ZZ-DNC -> ZZ-DNC0", "register.at_most P31D -> P30D"}
    assert said("ZZ") == {"members - AA", "members - BB", "without - X-1"}


def test_taking_the_only_effect_is_said_once() -> None:
    assert said("ZZ-7") == {"rule deleted"}


def test_a_word_that_nobody_taught_it_is_changed_by_its_type() -> None:
    assert said("ZZ-8") >= {
        "brand_new.days 3 -> 4", "brand_new.words - a", "brand_new.on true dropped",
    }  # fmt: skip


def test_a_change_names_its_line_and_leaves_the_rest_alone() -> None:
    document = read("jurisdictions/zz.yaml", LAW)
    before = yaml.safe_dump(document.data)
    for mutant in mutants(document):
        changed = mutant.apply(document.data)
        assert changed != document.data, mutant.change
        assert yaml.safe_dump(document.data) == before
    (age,) = (one for one in changes()["ZZ-1"] if one.change == "when.age_under 14 -> 13")
    assert "age_under" in LAW.splitlines()[age.line - 1]


@pytest.fixture(scope="module")
def whole() -> Folder:
    return folder(PACKAGED, [])


@pytest.fixture(scope="module")
def workshop(whole: Folder) -> Workshop:
    return Workshop(whole)


def packs(whole: Folder) -> Iterator[str]:
    return (name for name in whole.documents if name.startswith("jurisdictions/"))


def test_a_law_built_anew_without_a_change_is_noticed_by_no_case(whole: Folder, workshop: Workshop) -> None:
    for file in packs(whole):
        document = whole.documents[file]
        same = Mutant(file, 1, "", "nothing", ("rules",), document.data["rules"])
        assert workshop.noticed(same) == "", file


def test_a_case_left_out_would_be_seen(whole: Folder, workshop: Workshop) -> None:
    document = whole.documents["jurisdictions/kr.yaml"]
    (deleted,) = (one for one in mutants(document) if one.rule == "KR-50-1" and one.change == "rule deleted")
    assert workshop.noticed(deleted)


def test_what_it_judges_is_what_the_loader_would_load(whole: Folder, workshop: Workshop, tmp_path: Path) -> None:
    """Every fortieth change, written to a folder and loaded by the public way, gives rules with the same words."""
    copytree(PACKAGED, tmp_path / "p", ignore=ignore_patterns("__pycache__", "*.py"))
    file = "jurisdictions/kr.yaml"
    document = whole.documents[file]
    for mutant in [one for one in mutants(document) if "-1D" not in one.change][::40]:
        if mutant.value is DROP and len(mutant.path) == 2:
            continue  # a rule less may leave a relaxer without its target
        (tmp_path / "p" / file).write_text(_written(mutant.apply(document.data)), encoding="utf-8")
        loaded = load_bundle(tmp_path / "p").packs["KR"].rules
        built = workshop.build(mutant).packs["KR"].rules
        assert [_told(one) for one in built] == [_told(one) for one in loaded], mutant.change


def _told(rule: object) -> str:
    return "".join(
        f"{name}={getattr(rule, name)!r};" for name in ("id", "when", "need", "lapse", "relax", "valid_from")
    )


def _written(data: object) -> str:
    return yaml.safe_dump(data, allow_unicode=True, sort_keys=False)


def test_the_run_ends_with_4_if_a_change_survives(tmp_path: Path) -> None:
    copytree(PACKAGED, tmp_path / "p", ignore=ignore_patterns("__pycache__", "*.py", "cases"))
    (tmp_path / "p" / "cases").mkdir()
    command = [sys.executable, "-m", "bench.mutants", "--jobs", "1", "--pack", "TW", "--folder", str(tmp_path / "p")]
    ended = subprocess.run(command, capture_output=True, text=True, check=False, timeout=120)
    assert ended.returncode == 4
    assert "policies/jurisdictions/tw.yaml:" in ended.stdout
    assert " 0 killed by cases" in ended.stdout
