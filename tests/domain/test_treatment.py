"""The treatment table: every row decides a case and is kept out of another, and no change of it goes unnoticed."""

import shutil
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.domain.treatment import (
    BESIDE,
    LEFT_OUT,
    TAKEN_IN,
    UNKNOWN,
    Treated,
    allowed,
    of_column,
    strictest,
    treat,
)
from gateway.domain.treatment_cases import run_findings, uncovered_rows
from gateway.lists.headers import Field
from gateway.scan.kinds import NATURES, Kind
from policies.load import PACKAGED, load_bundle
from policies.packs import FindingCase, TreatmentRow, TreatmentTable
from policies.refusal import PolicyRefused
from policies.terms import FieldClass, Treatment
from policies.treating import load_findings

BUNDLE = load_bundle()
CASES = load_findings(PACKAGED)
ORDER = list(Treatment)
EVIDENCE = st.frozensets(st.sampled_from(["explicit_consent", BESIDE, "notice_version"]))
FIELDS = st.sampled_from(
    ["", "ignore", "notes", "email", "national_id", "health", "city", "external_id", "bank_account"]
)
KINDS = st.sampled_from(sorted(BUNDLE.treatment.kinds))
SCORES = st.sampled_from([0.5, 0.64, 0.65, 0.74, 0.75, 0.84, 0.85, 0.95, 1.0])


@pytest.mark.parametrize("case", CASES, ids=[case.name for case in CASES])
def test_each_case_holds(case: FindingCase) -> None:
    (result,) = run_findings([case], BUNDLE)
    assert result.differences == ()


def test_each_row_has_a_case_and_a_counter_case() -> None:
    assert uncovered_rows(CASES, BUNDLE) == ()


def smaller(row: TreatmentRow) -> Iterator[tuple[str, TreatmentRow | None]]:
    """Give every small change to a row; None takes it away."""
    yield "deleted", None
    families = defaultdict(set)
    for kind, family in BUNDLE.treatment.kinds.items():
        families[family].add(kind)
    for family, kinds in families.items():
        if row.kinds & kinds and row.kinds - kinds:
            yield f"kinds - {family}", replace(row, kinds=row.kinds - kinds)
    for place in row.places if len(row.places) > 1 else ():
        yield f"where - {place}", replace(row, places=row.places - {place})
    for step in (-0.01, 0.01):
        if row.least:
            yield f"least {step:+}", replace(row, least=round(row.least + step, 2))
        if row.below < 1:
            yield f"below {step:+}", replace(row, below=round(row.below + step, 2))
    for word in row.given:
        yield f"given - {word}", replace(row, given=row.given - {word})
    for word in row.unless:
        yield f"unless - {word}", replace(row, unless=row.unless - {word})


def test_no_small_change_of_the_table_goes_unnoticed() -> None:
    survivors = []
    for row in BUNDLE.treatment.rows:
        for words, changed in smaller(row):
            rows = tuple(changed if each is row else each for each in BUNDLE.treatment.rows)
            table = replace(BUNDLE.treatment, rows=tuple(each for each in rows if each is not None))
            changed_law = replace(BUNDLE, treatment=table)
            if not any(result.differences for result in run_findings(CASES, changed_law)):
                survivors.append(f"{row.id}: {words}")
    assert survivors == []


def test_the_table_knows_every_kind_of_the_scan_in_its_family() -> None:
    assert BUNDLE.treatment.kinds == {kind.value: NATURES[kind].family.value for kind in Kind}


def test_what_columns_may_hold_is_said_of_fields_that_there_are() -> None:
    assert BUNDLE.treatment.holds.keys() <= {field.value for field in Field} | BUNDLE.fields.keys()


@given(kind=KINDS, field=FIELDS, score=SCORES, evidence=EVIDENCE)
def test_the_table_leaves_no_gap_and_seals_only_what_was_declared(
    kind: str, field: str, score: float, evidence: frozenset[str]
) -> None:
    found = treat(BUNDLE, kind, BUNDLE.treatment.kinds[kind], field, score, evidence)
    assert found is not UNKNOWN
    assert found.rule
    assert found.cite
    assert found.words
    if found.treatment is Treatment.SEAL:
        assert kind in allowed(BUNDLE, field)
        assert found.cls is BUNDLE.fields[field].cls
    else:
        assert found.cls is None


@given(kind=st.sampled_from(sorted(k for k, f in BUNDLE.treatment.kinds.items() if f == "special")),
       field=FIELDS, score=st.sampled_from([0.65, 0.75, 0.95]), evidence=EVIDENCE)  # fmt: skip
def test_special_categories_never_enter_without_explicit_consent(
    kind: str, field: str, score: float, evidence: frozenset[str]
) -> None:
    found = treat(BUNDLE, kind, "special", field, score, evidence - {"explicit_consent"}).treatment
    assert found in {Treatment.DROP_COLUMN, Treatment.HOLD_ROW}
    given = treat(BUNDLE, kind, "special", field, score, evidence | {"explicit_consent"}).treatment
    assert given in {Treatment.DROP_COLUMN, Treatment.HOLD_ROW, Treatment.SEAL}


@given(kind=KINDS, field=FIELDS, score=SCORES, evidence=EVIDENCE, at=st.integers(0, 17), what=st.sampled_from(ORDER))
def test_a_row_more_can_only_make_it_stricter(
    kind: str, field: str, score: float, evidence: frozenset[str], at: int, what: Treatment
) -> None:
    family = BUNDLE.treatment.kinds[kind]
    rows = BUNDLE.treatment.rows
    more = replace(BUNDLE, treatment=replace(BUNDLE.treatment, rows=(*rows, replace(rows[at], id="HOUSE-1", do=what))))
    before = treat(BUNDLE, kind, family, field, score, evidence).treatment
    assert ORDER.index(treat(more, kind, family, field, score, evidence).treatment) >= ORDER.index(before)


def test_what_the_table_does_not_know_is_held() -> None:
    assert treat(BUNDLE, "shoe_size", "identity", "notes", 0.9, frozenset()) is UNKNOWN
    assert treat(BUNDLE, "email", "special", "email", 0.9, frozenset()) is UNKNOWN


def test_under_a_bundle_without_a_table_all_is_held() -> None:
    old = replace(BUNDLE, treatment=TreatmentTable())
    assert treat(old, "email", "contact", "email", 0.95, frozenset()) is UNKNOWN
    assert allowed(old, "email") == frozenset()
    assert of_column(old, "", frozenset()) is LEFT_OUT


@pytest.mark.parametrize(
    ("field", "evidence", "treatment"),
    [
        ("health", frozenset(), Treatment.DROP_COLUMN),
        ("health", frozenset({"explicit_consent"}), Treatment.SEAL),
        ("belief", frozenset({"notice_version"}), Treatment.DROP_COLUMN),
        ("national_id", frozenset(), Treatment.SEAL),
        ("email", frozenset(), Treatment.SEAL),
        ("password_hash", frozenset(), Treatment.DROP_COLUMN),
        ("language", frozenset(), Treatment.KEEP),
        ("notes", frozenset(), Treatment.KEEP),
        ("", frozenset(), Treatment.DROP_COLUMN),
        ("ignore", frozenset({"explicit_consent"}), Treatment.DROP_COLUMN),
    ],
)
def test_what_a_declaration_alone_brings(field: str, evidence: frozenset[str], treatment: Treatment) -> None:
    assert of_column(BUNDLE, field, evidence).treatment is treatment


def test_a_class_is_named_where_something_is_sealed() -> None:
    assert of_column(BUNDLE, "health", frozenset({"explicit_consent"})).cls is FieldClass.SENSITIVE
    assert of_column(BUNDLE, "national_id", frozenset()).cls is FieldClass.GOVERNMENT


def test_of_several_the_strictest_holds_and_of_equals_the_first() -> None:
    kept, masked = Treated(Treatment.KEEP, "A-1", "", ""), Treated(Treatment.MASK, "A-2", "", "")
    other = Treated(Treatment.MASK, "A-3", "", "")
    assert strictest([kept, masked, other]) is masked
    assert strictest([]) is TAKEN_IN


TABLE_DEFECTS = {
    "a_kind_in_two_families": ("financial: [card, iban]", "financial: [card, email]", "repeated_kind"),
    "a_kind_called_as_a_family": ("financial: [card, iban]", "financial: [card, online]", "repeated_kind"),
    "tiers_that_fall": ("{review: 65, quarantine: 75", "{review: 80, quarantine: 75", "tiers_disordered"),
    "a_kind_that_no_list_names": ("kinds: national_id_kr", "kinds: national_id_kp", "unknown_kind"),
    "a_field_that_holds_nobody_knows_what": ("phone: [phone]", "phone: [telex]", "unknown_kind"),
    "a_word_of_evidence_that_nobody_defines": ("unless: explicit_consent", "unless: a_nod", "unknown_evidence"),
    "a_row_said_twice": ("id: TREAT-FAINT", "id: TREAT-DECLARED", "repeated_row"),
    "a_seal_on_what_nobody_declared": ("where: undeclared\n      do: drop_column", "where: undeclared\n      do: seal",
                                       "seals_undeclared"),
    "a_treatment_that_nobody_knows": ("do: hold_batch", "do: burn", "wrong_value"),
    "a_place_that_nobody_knows": ("where: undeclared", "where: somewhere", "wrong_value"),
    "a_tier_that_nobody_knows": ("least: block", "least: certain", "wrong_value"),
    "a_row_that_nothing_matches": ("but: hex_digest", "but: credential", "empty_span"),
    "a_row_without_a_citation": ("      cite: GDPR Recital 14\n", "", "wrong_value"),
}  # fmt: skip


@pytest.mark.parametrize(("old", "new", "code"), TABLE_DEFECTS.values(), ids=TABLE_DEFECTS)
def test_each_defect_of_the_table_is_refused_by_name(tmp_path: Path, old: str, new: str, code: str) -> None:
    folder = _copy(tmp_path)
    text = (folder / "fields.yaml").read_text(encoding="utf-8")
    assert old in text
    (folder / "fields.yaml").write_text(text.replace(old, new, 1), encoding="utf-8")
    with pytest.raises(PolicyRefused) as refused:
        load_bundle(folder)
    assert (refused.value.code, refused.value.file) == (code, "fields.yaml")
    assert refused.value.line > 1


def test_a_case_told_twice_is_refused(tmp_path: Path) -> None:
    (tmp_path / "cases" / "treatment").mkdir(parents=True)
    case = "- {name: one, found: email, column: email, want: seal}\n"
    (tmp_path / "cases" / "treatment" / "a.yaml").write_text(case + case, encoding="utf-8")
    with pytest.raises(PolicyRefused) as refused:
        load_findings(tmp_path)
    assert (refused.value.code, refused.value.line) == ("repeated_case", 2)


def test_a_case_that_differs_is_told() -> None:
    wrong = replace(CASES[0], want=Treatment.KEEP, rule="TREAT-FAINT", without=frozenset({"TREAT-DECLARED"}))
    (result,) = run_findings([wrong], BUNDLE)
    assert result.differences == (
        "treatment is seal, wanted keep",
        "decided by TREAT-DECLARED, wanted TREAT-FAINT",
        "TREAT-DECLARED had a part",
    )


def _copy(tmp_path: Path) -> Path:
    folder = tmp_path / "policies"
    shutil.copytree(PACKAGED, folder, ignore=shutil.ignore_patterns("*.py", "__pycache__", "cases"))
    return folder
