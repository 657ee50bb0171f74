"""A bundle is named by its bytes, and comes back from them."""

import json
import shutil
from pathlib import Path

import pytest

from policies.load import PACKAGED, archive, load_bundle, restore
from policies.packs import STRICTEST
from policies.refusal import PolicyRefused
from policies.terms import Evidence, Model


def test_the_packaged_policies_load() -> None:
    bundle = load_bundle()
    assert set(bundle.packs) == {
        *["EU", "DE", "FR", "GB", "US", "CA", "KR", "CN", "TW", "IR", "JP", "HK", "IN", "AU", "BR"],
        STRICTEST,
    }
    assert len(bundle.digest) == 64
    assert bundle is load_bundle()


def test_an_archive_is_the_bundle() -> None:
    bundle = load_bundle()
    again = restore(archive(bundle))
    assert again.digest == bundle.digest
    assert archive(again) == archive(bundle)


def test_line_ends_and_marks_of_editors_change_nothing(tmp_path: Path) -> None:
    folder = _copy(tmp_path)
    path = folder / "fields.yaml"
    path.write_bytes(b"\xef\xbb\xbf" + path.read_bytes().replace(b"\n", b"\r\n"))
    assert load_bundle(folder).digest == load_bundle().digest


def test_one_changed_letter_is_another_bundle_and_the_old_one_still_comes_back(tmp_path: Path) -> None:
    folder = _copy(tmp_path)
    old = archive(load_bundle(folder))
    path = folder / "jurisdictions/kr.yaml"
    path.write_text(path.read_text(encoding="utf-8").replace("P6M", "P5M"), encoding="utf-8")
    changed = load_bundle(folder)
    assert changed.digest != load_bundle().digest
    assert restore(old).digest == load_bundle().digest
    assert "P5M" in {period.text for period in changed.periods}


def test_cases_are_no_part_of_the_law() -> None:
    assert not any(name.startswith("cases/") for name in load_bundle().files)


@pytest.mark.parametrize("content", [b"", b"[]", b'{"a":1}', b"{ }", b"\xff", b'{"b":"","a":""}'])
def test_what_is_no_archive_is_refused(content: bytes) -> None:
    with pytest.raises(PolicyRefused, match="not_an_archive"):
        restore(content)


def test_an_archive_without_its_roles_is_refused() -> None:
    files = dict(load_bundle().files)
    del files["roles/policy.csv"]
    content = json.dumps(files, sort_keys=True, ensure_ascii=False, separators=(",", ":")).encode()
    with pytest.raises(PolicyRefused, match=r"roles/policy\.csv:0: .*missing_file"):
        restore(content)


def test_countries_find_the_pack_that_speaks_for_them() -> None:
    bundle = load_bundle()
    expected = {"DE": "DE", "IE": "EU", "EU": "EU", "KR": "KR", "CH": STRICTEST, "": STRICTEST, "strictest": STRICTEST}
    assert {country: bundle.pack(country).code for country in expected} == expected


def test_an_unverified_rule_that_widens_waits_for_its_sign_off() -> None:
    for pack in load_bundle().packs.values():
        for rule in pack.rules:
            widens = bool(rule.relax) or rule.need in {Model.NOTHING, Model.OPT_OUT}
            assert rule.unsigned == (widens and rule.evidence is Evidence.UNVERIFIED)


def test_the_strictest_pack_relaxes_nothing() -> None:
    assert not any(rule.relax for rule in load_bundle().packs[STRICTEST].rules)


def test_every_purpose_is_mapped_to_the_vocabulary_and_hangs_on_the_tree() -> None:
    tree = load_bundle().purposes
    for purpose in tree.nodes.values():
        assert purpose.iri.startswith("https://w3id.org/dpv#")
        assert purpose.chain[0] == purpose.id
        assert all(purpose.id in tree.below(ancestor) for ancestor in purpose.chain)
    assert tree.below("nothing") == frozenset()


def _copy(tmp_path: Path) -> Path:
    folder = tmp_path / "policies"
    shutil.copytree(PACKAGED, folder, ignore=shutil.ignore_patterns("*.py", "__pycache__", "cases"))
    return folder
