"""Retention as pure rules: every rule decides a case and is kept out of another, and time only ever works one way."""

import shutil
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bench.mutated import Folder
from bench.mutated_keeping import noticed
from gateway.domain.retention import ENDLESS, Hold, as_of, clocks, holding, named_by, unjustified
from gateway.domain.retention_cases import run_keeping, uncovered_keeping
from policies.keeping import KeepingCase
from policies.load import PACKAGED, archive, load_bundle, restore
from policies.mutants import mutants
from policies.packs import Bundle, Period
from policies.reading import read
from policies.refusal import PolicyRefused
from policies.retaining import load_keeping
from policies.terms import Unjustified

BUNDLE = load_bundle()
CASES = load_keeping(PACKAGED)
NOW = datetime(2026, 11, 20, 10, tzinfo=UTC)
TODAY = as_of(NOW)
PLACES = st.sampled_from(["", "XX", "CH", "DE", "FR", "IE", "GB", "US", "KR", "CN", "TW"])
MOMENTS = st.integers(-30, 3000).map(lambda days: NOW - timedelta(days=days, hours=days % 24))
PERIODS = st.builds(Period, st.integers(0, 60), st.integers(1, 400), st.just("made"))
HOLDS = st.builds(
    Hold, st.just(1), PLACES, st.integers(0, 2), st.none() | st.just(ENDLESS) | MOMENTS, st.booleans(), st.booleans(),
    MOMENTS, st.none() | MOMENTS,
)  # fmt: skip


@st.composite
def laws(draw: st.DrawFn) -> Bundle:
    """The packaged law with a period of its own for every rule, so that the shortest differs by place and by chance."""
    return replace(BUNDLE, retention=tuple(replace(rule, after=draw(PERIODS)) for rule in BUNDLE.retention))


@pytest.mark.parametrize("case", CASES, ids=[case.name for case in CASES])
def test_each_case_holds(case: KeepingCase) -> None:
    (result,) = run_keeping([case], BUNDLE)
    assert result.differences == ()


def test_each_rule_has_a_case_and_a_counter_case() -> None:
    assert uncovered_keeping(CASES, BUNDLE) == ()
    (bare,) = uncovered_keeping([case for case in CASES if case.rule != "KEEP-UNUSED-TW"], BUNDLE)
    assert (bare.rule, bare.lacks) == ("KEEP-UNUSED-TW", ("case",))


def test_no_change_of_a_figure_goes_unnoticed() -> None:
    document = read("retention.yaml", BUNDLE.files["retention.yaml"])
    house = Folder(BUNDLE, {document.file: document}, (), CASES, frozenset(), ())
    changed = list(mutants(document))
    assert {"unused.after P3Y -> P3Y-1D", "sources_gone.expired_for P180D -> P181D"} <= {one.change for one in changed}
    assert [f"{one.rule}: {one.change}" for one in changed if not noticed(house, one)] == []
    differing = replace(house, keeping=tuple(replace(case, want=Unjustified.UNUSED, rule="") for case in CASES[:1]))
    (day,) = (one for one in changed if one.change == "sources_gone.expired_for P180D -> P181D")
    assert noticed(differing, day) == "", "a case that differs already proves nothing"


def test_a_case_that_differs_is_told() -> None:
    (case,) = (case for case in CASES if case.name == "France, three years and a second")
    wrong = replace(case, want=Unjustified.SOURCES_GONE, rule="KEEP-SOURCES", without=frozenset({"KEEP-UNUSED"}))
    assert run_keeping([wrong], BUNDLE)[0].differences == (
        "answer is unused, wanted sources_gone",
        "decided by KEEP-UNUSED-EU, wanted KEEP-SOURCES",
        "KEEP-UNUSED had a part",
    )


@given(laws(), HOLDS, st.timedeltas(timedelta(0), timedelta(days=2000)))
def test_the_newer_the_longer(law: Bundle, hold: Hold, later: timedelta) -> None:
    """Whoever is kept is kept too if anything about them is newer, and if there is more of it."""
    if unjustified(law, hold, TODAY) is None:
        until = hold.sourced_until
        newer = (
            replace(hold, came_at=hold.came_at + later),
            replace(hold, used_at=(hold.used_at or NOW - timedelta(days=4000)) + later),
            replace(hold, sourced_until=until + later if until is not None and until < ENDLESS else ENDLESS),
            replace(hold, identifiers=hold.identifiers + 1),
            replace(hold, consented=True),
            replace(hold, under_way=True),
        )
        assert [unjustified(law, each, TODAY) for each in newer] == [None] * len(newer)


@given(laws(), HOLDS, st.integers(0, 2000), st.data())
def test_a_shorter_period_a_rule_more_and_a_later_day_never_keep_longer(
    law: Bundle, hold: Hold, days: int, data: st.DataObject
) -> None:
    if unjustified(law, hold, TODAY) is None:
        return
    at = data.draw(st.integers(0, len(law.retention) - 1))
    rule = law.retention[at]
    less = replace(rule.after, months=rule.after.months // 2, days=rule.after.days // 2)
    shorter = (*law.retention[:at], replace(rule, after=less), *law.retention[at + 1 :])
    more = (*law.retention, replace(rule, id="KEEP-MORE", where=frozenset()))
    assert unjustified(replace(law, retention=shorter), hold, TODAY) is not None
    assert unjustified(replace(law, retention=more), hold, TODAY) is not None
    assert unjustified(law, hold, TODAY + timedelta(days=days)) is not None


@given(laws(), HOLDS)
def test_the_shortest_that_holds_decides_and_nowhere_is_the_strictest(law: Bundle, hold: Hold) -> None:
    if (rule := unjustified(law, hold, TODAY)) is not None:
        found = {clock.rule.id: clock.since for clock in clocks(law, hold.jurisdiction, TODAY)}
        alike = [each.id for each in holding(law, hold.jurisdiction) if each.reason is rule.reason]
        assert found[rule.id] == max(found[each] for each in alike)
        assert unjustified(law, replace(hold, jurisdiction=""), TODAY) is not None
    assert holding(law, "XX") == law.retention


@given(laws(), HOLDS)
def test_nobody_in_use_is_ever_named(law: Bundle, hold: Hold) -> None:
    for kept in (replace(hold, consented=True), replace(hold, under_way=True), replace(hold, used_at=NOW)):
        assert named_by(law, kept, TODAY) == ()


def test_a_plan_is_of_a_day() -> None:
    assert as_of(NOW) == as_of(NOW + timedelta(hours=13)) == datetime(2026, 11, 20, tzinfo=UTC)


def test_a_country_with_a_period_of_its_own_and_one_that_wants_longer_than_everywhere() -> None:
    months = {"KEEP-UNUSED-CN": 6, "KEEP-UNUSED-TW": 60}
    made = tuple(
        replace(rule, after=Period(months.get(rule.id, rule.after.months), rule.after.days, ""))
        for rule in BUNDLE.retention
    )
    law = replace(BUNDLE, retention=made)
    came = {days: Hold(1, "", 1, ENDLESS, False, False, NOW - timedelta(days=days), None) for days in (300, 1200)}
    answers = {
        (place, days): rule.id if (rule := unjustified(law, replace(hold, jurisdiction=place), TODAY)) else ""
        for place in ("CN", "TW", "KR", "XX")
        for days, hold in came.items()
    }
    assert answers == {
        ("CN", 300): "KEEP-UNUSED-CN",
        ("CN", 1200): "KEEP-UNUSED-CN",
        ("TW", 300): "",
        ("TW", 1200): "KEEP-UNUSED",
        ("KR", 300): "",
        ("KR", 1200): "KEEP-UNUSED",
        ("XX", 300): "KEEP-UNUSED-CN",
        ("XX", 1200): "KEEP-UNUSED-CN",
    }


def test_a_bundle_from_before_there_were_rules_still_loads_and_names_nobody() -> None:
    files = {name: text for name, text in BUNDLE.files.items() if name != "retention.yaml"}
    old = restore(archive(replace(BUNDLE, files=files)))
    assert (old.retention, old.digest != BUNDLE.digest) == ((), True)
    assert unjustified(old, Hold(1, "", 0, None, False, False, datetime(2000, 1, 1, tzinfo=UTC), None), TODAY) is None


DEFECTS = {
    "a_rule_said_twice": ("id: KEEP-UNUSED-CN", "id: KEEP-UNUSED-TW", "repeated_rule"),
    "a_rule_with_two_reasons": (
        "    unused: {after: P3Y}",
        "    unused: {after: P3Y}\n    no_identifier: at_once",
        "no_reason",
    ),
    "a_rule_without_one": ("    no_identifier: at_once\n", "", "no_reason"),
    "no_period": ("P180D", "half a year", "bad_period"),
    "an_empty_period": ("P180D", "P0D", "bad_period"),
    "a_country_that_nobody_speaks_for": ("where: CN", "where: [CN, XX]", "unknown_jurisdiction"),
    "a_text_that_nobody_read": ("evidence: secondary", "evidence: unverified", "unverified_deletes"),
    "a_reason_that_holds_in_places_only": (
        "    no_identifier",
        "    where: EU\n    no_identifier",
        "no_rule_everywhere",
    ),
    "a_word_that_means_nothing": ("where: TW", "there: TW", "unknown_key"),
    "later_than_at_once": ("no_identifier: at_once", "no_identifier: soon", "wrong_value"),
}


@pytest.mark.parametrize(("old", "new", "code"), DEFECTS.values(), ids=DEFECTS)
def test_each_defect_is_refused_by_name_and_line(tmp_path: Path, old: str, new: str, code: str) -> None:
    folder = tmp_path / "policies"
    shutil.copytree(PACKAGED, folder, ignore=shutil.ignore_patterns("*.py", "__pycache__", "cases", "holidays.yaml"))
    text = (folder / "retention.yaml").read_text(encoding="utf-8").partition("rules:\n")
    assert old in text[2]
    (folder / "retention.yaml").write_text("".join((*text[:2], text[2].replace(old, new, 1))), encoding="utf-8")
    shutil.copy(PACKAGED / "holidays.yaml", folder)
    with pytest.raises(PolicyRefused) as refused:
        load_bundle(folder)
    assert (refused.value.code, refused.value.file) == (code, "retention.yaml")
    assert refused.value.line > 1


@pytest.mark.parametrize(
    ("case", "code"),
    [
        (
            "want: kept}\n- {name: a, at: 2026-11-20T10:00:00Z, came_at: 2026-11-20T10:00:00Z, want: kept}",
            "repeated_case",
        ),
        ("want: unused}", "rule_unsaid"),
        ("want: kept, rule: KEEP-UNUSED}", "rule_unsaid"),
        ("want: gone}", "wrong_value"),
    ],
)
def test_a_case_that_says_less_than_it_seems_to_is_refused(tmp_path: Path, case: str, code: str) -> None:
    (tmp_path / "cases" / "retention").mkdir(parents=True)
    told = f"- {{name: a, at: 2026-11-20T10:00:00Z, came_at: 2026-11-20T10:00:00Z, {case}\n"
    (tmp_path / "cases" / "retention" / "a.yaml").write_text(told, encoding="utf-8")
    with pytest.raises(PolicyRefused) as refused:
        load_keeping(tmp_path)
    assert refused.value.code == code
