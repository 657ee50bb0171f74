"""Every defect of a policy file is refused by name, with the file and the line where it stands."""

import shutil
from pathlib import Path

import pytest

from policies.golden import load_cases
from policies.load import load_bundle
from policies.refusal import PolicyRefused

HOUSE = Path(__file__).parent / "assets" / "house"
KR, EU, DE = "jurisdictions/kr.yaml", "jurisdictions/eu.yaml", "jurisdictions/de.yaml"
WA, CAPS, HOLIDAYS = "jurisdictions/us-wa.yaml", "caps.yaml", "holidays.yaml"
PURPOSES, FIELDS, SOURCES = "purposes.yaml", "fields.yaml", "sources.yaml"

DEFECTS = {
    "a_channel_that_nobody_knows": (KR, "channel: voice_live}", "channel: telex}", "wrong_value"),
    "an_act_that_nobody_knows": (KR, "act: contact", "act: shout", "wrong_value"),
    "an_evidence_tag_that_nobody_knows": (KR, "evidence: secondary", "evidence: hearsay", "wrong_value"),
    "a_model_that_nobody_knows": (KR, "need: opt_in_night", "need: opt_in_dawn", "wrong_value"),
    "a_duty_that_nobody_knows": (KR, "prefix:", "prefixx:", "wrong_value"),
    "a_kind_of_person_that_nobody_knows": (KR, "kind: [b2c, b2b_individual]", "kind: [b2x]", "wrong_value"),
    "a_kind_of_dealing_that_nobody_knows": (KR, "kind: purchase", "kind: barter", "wrong_value"),
    "a_key_that_means_nothing": (KR, "reconfirm:", "reconfirmed:", "unknown_key"),
    "a_rule_without_a_citation": (KR, "    cite: Network Act Art. 50(1)\n", "", "wrong_value"),
    "an_empty_citation": (KR, "cite: Network Act Art. 50(1)\n", 'cite: ""\n', "wrong_value"),
    "a_purpose_that_nobody_defines": (KR, "purpose: marketing.partner}", "purpose: marketing.fun}", "unknown_purpose"),
    "a_source_kind_that_nobody_defines": (KR, "source_kind: order", "source_kind: dream", "unknown_source_kind"),
    "evidence_that_nobody_defines": (
        DE,
        "source_evidence: interest_note",
        "source_evidence: hunch",
        "unknown_evidence",
    ),
    "an_impossible_hour": (KR, '["21:00", "08:00"]', '["21:00", "25:00"]', "impossible_hour"),
    "an_hour_without_quotes_is_no_number": (KR, '["21:00", "08:00"]', "[2100, 0800]", "wrong_value"),
    "hours_that_begin_when_they_end": (KR, '["21:00", "08:00"]', '["08:00", "08:00"]', "impossible_hour"),
    "a_period_that_is_none": (KR, "within: P6M", "within: six months", "bad_period"),
    "a_period_that_changes_places": (KR, "within: P6M", "within: P91D", "ambiguous_periods"),
    "dates_that_run_backwards": (
        KR,
        "valid_from: 2026-10-01",
        "valid_from: 2026-10-01\n    valid_to: 2026-09-01",
        "backwards_dates",
    ),
    "a_day_that_is_none": (KR, "valid_from: 2026-10-01", "valid_from: 2026-02-30", "bad_date"),
    "one_id_in_force_twice": (KR, "id: KR-50-6", "id: KR-50-4", "overlapping_dates"),
    "a_relaxation_of_nothing": (KR, "relax: KR-50-1\n", "relax: KR-50-9\n", "unknown_rule"),
    "a_relaxation_of_a_duty": (KR, "relax: KR-50-1\n", "relax: KR-50-4\n", "unknown_rule"),
    "a_rule_without_effect": (KR, "    need: opt_in_night\n", "", "no_effect"),
    "a_rule_with_two_effects": (
        KR,
        "    need: opt_in_night\n",
        "    need: opt_in_night\n    expire: P6M\n",
        "two_effects",
    ),
    "a_duty_of_the_wrong_type": (KR, "result_notice_days: 14", "result_notice_days: soon", "wrong_duty"),
    "a_duty_that_is_worked_out": (KR, "result_notice_days: 14", "valid_until: tomorrow", "wrong_duty"),
    "a_key_said_twice": (KR, "name: Republic of Korea", "name: Korea\nname: Republic of Korea", "repeated_key"),
    "an_anchor": (KR, "time_zones: [Asia/Seoul]", "time_zones: &zones [Asia/Seoul]\nmembers: *zones", "anchor"),
    "a_zone_that_nobody_knows": (KR, "Asia/Seoul", "Asia/Soul", "unknown_time_zone"),
    "a_file_of_another_name": (KR, "jurisdiction: KR", "jurisdiction: KP", "wrong_file_name"),
    "a_pack_that_extends_nobody": (DE, "extends: EU", "extends: XX", "unknown_jurisdiction"),
    "packs_that_extend_each_other": (
        EU,
        "name: European Union",
        "name: European Union\nextends: DE",
        "circular_extends",
    ),
    "a_country_in_two_unions": ("jurisdictions/strictest.yaml", "rules:", "members: [FR]\nrules:", "two_unions"),
    "no_yaml": (KR, "rules:", "rules: [", "not_yaml"),
    "a_source_that_asks_a_set_of_no_question": (
        SOURCES,
        "kind: broker_list",
        "kind: broker_list\n    diligence: bought",
        "unknown_questions",
    ),
    "a_source_that_counts_as_nothing": (
        SOURCES,
        "kind: broker_list",
        "kind: broker_list\n    counts_as: leaked",
        "unknown_source_kind",
    ),
    "an_answer_against_that_nobody_can_give": (
        SOURCES,
        "\nsources:",
        "\nquestions:\n  how: {ask: How, cite: Law, of: [bought], answers: [well], against: [badly]}\nsources:",
        "unknown_answer",
    ),
    "a_purpose_said_twice": (PURPOSES, "id: service.care", "id: service.order", "repeated_purpose"),
    "a_purpose_without_its_parent": (PURPOSES, "id: service.care", "id: nowhere.care", "orphan_purpose"),
    "a_purpose_outside_the_vocabulary": (
        PURPOSES,
        "https://w3id.org/dpv#Marketing",
        "https://example.org/Marketing",
        "wrong_value",
    ),
    "a_class_that_nobody_knows": (FIELDS, "email: {class: email", "email: {class: secret", "wrong_value"),
    "a_key_of_a_field_that_means_nothing": (
        FIELDS,
        "filterable: true, title: Language",
        "filtered: true, title: Language",
        "unknown_key",
    ),
    "a_rule_left_out_that_is_not_inherited": (DE, "extends: EU", "extends: EU\nwithout: [EU-NONE]", "unknown_rule"),
    "an_inherited_need_relaxed_after_it_was_left_out": (
        DE,
        "extends: EU",
        "extends: EU\nwithout: [EU-ePD-1]",
        "unknown_rule",
    ),
    "a_part_of_nothing": (WA, "part_of: US", "part_of: XX", "unknown_jurisdiction"),
    "a_part_under_another_name": (WA, "part_of: US", "part_of: KR", "wrong_file_name"),
    "a_part_with_time_zones": (WA, "part_of: US", "part_of: US\ntime_zones: [Asia/Seoul]", "part_says_too_much"),
    "a_pack_without_a_time_zone": (KR, "time_zones: [Asia/Seoul]\n", "", "no_time_zone"),
    "a_cap_of_nobody": (WA, "contacts: 3", "contacts: 0", "wrong_value"),
    "a_cap_without_a_window": (WA, ", days: 30", "", "cap_without_window"),
    "a_cap_with_two_windows": (WA, "days: 30", "days: 30, hours: 24", "cap_without_window"),
    "a_condition_that_nobody_knows": (
        WA,
        "cap: {contacts: 3, days: 30, same: category}",
        "disregard: [bribed]",
        "unknown_condition",
    ),
    "an_expiry_with_a_key_that_means_nothing": (
        WA,
        "cap: {contacts: 3, days: 30, same: category}",
        "expire: {after: P1Y, renewed: [purchase]}",
        "wrong_value",
    ),
    "an_expiry_that_is_no_period": (WA, "cap: {contacts: 3, days: 30, same: category}", "expire: soon", "bad_period"),
    "a_notice_that_is_no_period": (
        WA,
        "cap: {contacts: 3, days: 30, same: category}",
        "oblige: {notice_within: soon}",
        "bad_period",
    ),
    "a_list_that_is_a_text": (
        WA,
        "cap: {contacts: 3, days: 30, same: category}",
        "oblige: {headers: List-Unsubscribe}",
        "wrong_duty",
    ),
    "a_holiday_without_a_calendar": (
        WA,
        "channel: voice_live}",
        "channel: voice_live, local_days: holiday}",
        "no_calendar",
    ),
    "a_class_of_field_that_nobody_knows": (WA, "channel: voice_live}", "field_class: secret}", "wrong_value"),
    "a_country_that_is_none": (WA, "channel: voice_live}", "country: Korea}", "wrong_value"),
    "a_house_cap_said_twice": (
        CAPS,
        "caps:\n",
        "caps:\n  - {id: HOUSE-WEEK, title: Again, contacts: 1, days: 1}\n",
        "repeated_cap",
    ),
    "a_house_cap_with_the_id_of_a_law": (CAPS, "HOUSE-WEEK", "US-WA-TEST", "repeated_cap"),
    "a_holiday_that_is_no_day": (HOLIDAYS, "2026-12-25", "2026-12-32", "bad_date"),
    "a_source_said_twice": (SOURCES, "kind: inquiry", "kind: order", "repeated_source"),
    "a_forbidden_source_that_is_kept": (
        SOURCES,
        "kind: leaked, title: A leaked list",
        "missing: quarantine, kind: leaked, title: A leaked list",
        "repeated_key",
    ),
    "a_forbidden_source_in_quarantine": (
        SOURCES,
        "forbidden: true, missing: refuse}\n  - {id: SRC-LEAKED",
        "forbidden: true, missing: quarantine}\n  - {id: SRC-LEAKED",
        "forbidden_permits",
    ),
    "a_source_that_requires_a_hunch": (SOURCES, "requires: [card_image]", "requires: [hunch]", "unknown_evidence"),
    "a_permit_for_no_purpose": (
        SOURCES,
        "purpose: [marketing.own, service], kind: b2b",
        "purpose: [fun], kind: b2b",
        "unknown_purpose",
    ),
    "a_permit_for_no_country": (
        SOURCES,
        "jurisdiction: TW, kind: b2b",
        "jurisdiction: XX, kind: b2b",
        "unknown_jurisdiction",
    ),
    "no_word_for_the_unknown": (SOURCES, "kind: unknown", "kind: mystery", "no_unknown_source"),
    "an_unverified_source_that_permits": (
        SOURCES,
        "evidence: secondary\n    by_person: true\n    essential: [inquiry_record]",
        "evidence: unverified\n    by_person: true\n    essential: [inquiry_record]",
        "unverified_widens",
    ),
}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    place = tmp_path / "policies"
    shutil.copytree(HOUSE, place)
    return place


@pytest.mark.parametrize("defect", DEFECTS)
def test_the_defect_is_refused_where_it_stands(folder: Path, defect: str) -> None:
    name, good, bad, code = DEFECTS[defect]
    path = folder / name
    text = path.read_text(encoding="utf-8")
    assert good in text, "the defect no longer fits the file"
    path.write_text(text.replace(good, bad, 1), encoding="utf-8")
    with pytest.raises(PolicyRefused) as refused:
        load_bundle(folder)
    assert refused.value.code == code
    assert str(refused.value).endswith(f"[{code}]")
    if code != "ambiguous_periods":
        assert refused.value.file == name
        assert 1 <= refused.value.line <= text.count("\n") + 2


@pytest.mark.parametrize(
    ("name", "good", "bad", "near"),
    [
        (KR, "need: opt_in_night", "need: opt_in_dawn", "opt_in_dawn"),
        (KR, "reconfirm:", "reconfirmed:", "reconfirmed:"),
        (KR, '["21:00", "08:00"]', '["21:00", "25:00"]', "25:00"),
        (FIELDS, "filterable: true, title: Language", "filtered: true, title: Language", "filtered"),
        (SOURCES, "requires: [card_image]", "requires: [hunch]", "hunch"),
    ],
)
def test_the_line_is_the_one_to_mend(folder: Path, name: str, good: str, bad: str, near: str) -> None:
    path = folder / name
    path.write_text(path.read_text(encoding="utf-8").replace(good, bad, 1), encoding="utf-8")
    with pytest.raises(PolicyRefused) as refused:
        load_bundle(folder)
    assert near in path.read_text(encoding="utf-8").splitlines()[refused.value.line - 1]


@pytest.mark.parametrize("name", [PURPOSES, FIELDS, SOURCES, "jurisdictions/strictest.yaml", "roles/model.conf"])
def test_a_missing_file_is_named(folder: Path, name: str) -> None:
    (folder / name).unlink()
    with pytest.raises(PolicyRefused) as refused:
        load_bundle(folder)
    assert (refused.value.code, refused.value.file) == ("missing_file", name)


def test_a_file_that_is_not_utf8_is_named(folder: Path) -> None:
    (folder / KR).write_bytes("이름: 한국".encode("euc-kr"))
    with pytest.raises(PolicyRefused, match=r"jurisdictions/kr\.yaml:0: .*not_utf8"):
        load_bundle(folder)


@pytest.mark.parametrize(("name", "text"), [(KR, ""), ("roles/policy.csv", "\n")])
def test_an_empty_file_is_named(folder: Path, name: str, text: str) -> None:
    (folder / name).write_text(text, encoding="utf-8")
    with pytest.raises(PolicyRefused, match="empty_file"):
        load_bundle(folder)


CASE = "- name: one\n  ask: {purpose: marketing, channel: email, at: 2026-11-20T00:00:00Z}\n  want: {outcome: deny}\n"


@pytest.mark.parametrize(
    ("text", "code", "line"),
    [
        (CASE + CASE, "repeated_case", 4),
        (CASE + "- name: two\n  like: three\n", "unknown_case", 5),
        (CASE.replace("at: 2026", "when: 2026"), "no_moment", 2),
        (CASE.replace("00:00Z", "00:00"), "bad_date", 2),
        (CASE.replace("outcome: deny", "outcomes: deny"), "empty_want", 3),
        (CASE.replace("want", "wants"), "unknown_key", 3),
    ],
)
def test_a_case_that_says_less_than_it_seems_to_is_refused(tmp_path: Path, text: str, code: str, line: int) -> None:
    (tmp_path / "cases").mkdir()
    (tmp_path / "cases/one.yaml").write_text(text, encoding="utf-8")
    with pytest.raises(PolicyRefused) as refused:
        load_cases(tmp_path / "cases")
    assert (refused.value.code, refused.value.line, refused.value.file) == (code, line, "cases/one.yaml")
