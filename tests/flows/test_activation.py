"""Bundles: a bad one leaves the running one, a good one is kept, two officers put it in force, and back."""

from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text

from gateway.domain.errors import Conflict, Invalid, NotFound
from gateway.flows import activation, widening
from gateway.flows.gate import Gate
from gateway.flows.officers import Officer, create_officer
from gateway.store.doctor import examine
from gateway.wiring import put_policies_in_force
from policies.load import load_bundle
from policies.refusal import PolicyRefused
from tests.flows.lawmaking import BAN, CASE, FREE, amended


@pytest.fixture
def officers(gate: Gate) -> tuple[Officer, Officer]:
    """Two officers."""
    first, second = (create_officer(gate, name, "officer", "twelve geese cross") for name in ("anna", "bela"))
    return first, second


def kept(gate: Gate) -> dict[str, bool]:
    return {each.digest: each.in_force for each in activation.bundles_kept(gate)}


def activate(gate: Gate, officers: tuple[Officer, Officer], digest: str) -> str:
    made = activation.propose_activation(gate, officers[0], digest)
    widening.confirm(gate, officers[1], made.uid.hex(), made.digest)
    return made.kind


def count(gate: Gate, kind: str) -> int:
    with gate.house.unit() as connection:
        rows = connection.execute(text("SELECT convert_from(entry, 'UTF8')::jsonb ->> 'kind' FROM ledger_inbox"))
        return list(rows.scalars()).count(kind)


def test_a_good_bundle_is_kept_and_nothing_is_in_force_by_it(gate: Gate, tmp_path: Path) -> None:
    added = activation.add_bundle(gate, "test", amended(tmp_path / "law", more=BAN, want="deny"))
    assert (added.new, added.cases) == (True, 1)
    assert kept(gate) == {load_bundle().digest: True, added.digest: False}
    assert not activation.add_bundle(gate, "test", tmp_path / "law").new
    assert count(gate, "bundle.added") == 1


@pytest.mark.parametrize(("broken", "named"), [
    (("cite: Network Act Art. 50(1)\n", ""), "kr.yaml"),
    (("need: opt_in\n", "need: opt_inn\n"), "kr.yaml"),
    (("relax: KR-50-1\n", "relax: KR-50-0\n"), "kr.yaml"),
    (("time_zones: [Asia/Seoul]", "time_zones: [Asia/Soul]"), "kr.yaml"),
], ids=["no-citation", "unknown-word", "relaxes-nothing", "no-such-zone"])  # fmt: skip
def test_a_bad_pack_is_refused_by_line_and_the_running_bundle_stays(
    gate: Gate, tmp_path: Path, broken: tuple[str, str], named: str
) -> None:
    with pytest.raises(PolicyRefused) as refused:
        activation.add_bundle(gate, "test", amended(tmp_path / "law", dict([broken])))
    assert refused.value.file.endswith(named)
    assert refused.value.line > 0
    assert kept(gate) == {load_bundle().digest: True}


def test_a_bundle_whose_cases_fail_is_refused_and_each_named(gate: Gate, tmp_path: Path) -> None:
    with pytest.raises(Invalid, match=r"1 of 1 cases .*cases/kr.yaml:2 a newsletter on consent: outcome: wanted allow"):
        activation.add_bundle(gate, "test", amended(tmp_path / "law", more=BAN))
    (tmp_path / "law" / "cases" / "kr.yaml").unlink()
    with pytest.raises(Invalid, match="cases_missing"):
        activation.add_bundle(gate, "test", tmp_path / "law")
    assert kept(gate) == {load_bundle().digest: True}
    assert count(gate, "bundle.added") == 0


def test_cases_that_contradict_each_other_are_refused_by_both_places(gate: Gate, tmp_path: Path) -> None:
    before, folder = kept(gate), amended(tmp_path / "law")
    (folder / "cases" / "other.yaml").write_text(CASE.replace("a newsletter", "the same") % "deny", encoding="utf-8")
    with pytest.raises(PolicyRefused, match=r"cases/other\.yaml:2: .*cases/kr\.yaml:2.*\[contradicting_cases\]"):
        activation.add_bundle(gate, "officer", folder)
    assert kept(gate) == before


def test_rollback_is_an_activation_of_an_earlier_bundle(
    gate: Gate, clock: Any, officers: tuple[Officer, Officer], tmp_path: Path
) -> None:
    first = load_bundle().digest
    second = activation.add_bundle(gate, "test", amended(tmp_path / "law", FREE)).digest
    with pytest.raises(Conflict, match="never_in_force"):
        activation.propose_rollback(gate, officers[0], second)
    assert activate(gate, officers, second) == "policy.activate"
    activated = clock.at
    clock.at = activated.replace(hour=14)
    made = activation.propose_rollback(gate, officers[1], first[:8])
    assert made.kind == "policy.rollback"
    widening.confirm(gate, officers[0], made.uid.hex(), made.digest)
    assert kept(gate) == {first: True, second: False}
    newest, other = activation.bundles_kept(gate)
    assert [(term.begun.hour, term.to and term.to.hour, term.confirmed_by) for term in newest.terms] == [
        (14, None, "officer:anna"),
        (10, 10, "init"),
    ]
    assert [(term.begun, term.to, term.proposed_by) for term in other.terms] == [
        (activated, clock.at, "officer:anna")
    ]  # fmt: skip
    assert count(gate, "bundle.activated") == 2


def test_what_was_looked_at_beside_another_law_is_not_put_in_force(
    gate: Gate, officers: tuple[Officer, Officer], tmp_path: Path
) -> None:
    one = activation.add_bundle(gate, "test", amended(tmp_path / "one", FREE)).digest
    two = activation.add_bundle(gate, "test", amended(tmp_path / "two", more=BAN, want="deny")).digest
    waiting = activation.propose_activation(gate, officers[0], two)
    activate(gate, officers, one)
    with pytest.raises(Conflict, match="bundle_changed"):
        widening.confirm(gate, officers[1], waiting.uid.hex(), waiting.digest)
    assert kept(gate)[one]
    assert widening.shown(gate, officers[1], waiting.uid.hex()).state == "open"


def test_a_digest_names_one_kept_bundle(gate: Gate, officers: tuple[Officer, Officer]) -> None:
    digest = load_bundle().digest
    with pytest.raises(Conflict, match="bundle_in_force"):
        activation.propose_activation(gate, officers[0], digest)
    for wrong in ("", digest[:7], "0" * 64, "%" * 8, "jurisdiction"):
        with pytest.raises(NotFound, match="bundle_unknown"):
            activation.bundle_kept(gate, wrong)
    assert activation.bundle_kept(gate, digest[:8].upper()).digest == digest


def test_a_new_package_is_announced_and_replaces_nothing(
    gate: Gate, officers: tuple[Officer, Officer], tmp_path: Path, migrated_url: str
) -> None:
    packaged = load_bundle().digest
    own = activation.add_bundle(gate, "test", amended(tmp_path / "law", FREE)).digest
    activate(gate, officers, own)
    said: list[str] = []
    put_policies_in_force(gate, said.append)
    assert kept(gate)[own]
    assert packaged[:12] in said[0]
    assert "not in force" in said[0]
    (law,) = [each for each in examine(tmp_path, migrated_url) if each.name == "policies"]
    assert law.ok
    assert own[:12] in law.detail
    assert packaged[:12] in law.detail


def test_a_package_with_an_unknown_bundle_adds_it(gate: Gate) -> None:
    """What an upgrade finds: a law in force that is not the package's, and the package's not kept yet."""
    with gate.house.unit() as connection:
        connection.execute(text("UPDATE bundle SET in_force_to = in_force_from"))
        connection.execute(text("INSERT INTO bundle (digest, text, in_force_from) VALUES ('older', 'x', now())"))
    said: list[str] = []
    put_policies_in_force(gate, said.append)
    assert kept(gate) == {load_bundle().digest: False, "older": True}
    assert len(said) == 1
