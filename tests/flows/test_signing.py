"""Packs signed off: by two officers, for this very text, and taken back by one."""

from pathlib import Path

import pytest
from sqlalchemy import text

from gateway.domain.errors import Conflict, NotFound
from gateway.flows import activation, signing, widening
from gateway.flows.gate import Gate
from gateway.flows.officers import Officer, create_officer
from gateway.store import signoffs, snapshots
from policies.load import load_bundle
from tests.flows.lawmaking import FREE, amended


@pytest.fixture
def officers(gate: Gate) -> tuple[Officer, Officer]:
    """Two officers."""
    first, second = (create_officer(gate, name, "officer", "twelve geese cross") for name in ("anna", "bela"))
    return first, second


def signed(gate: Gate) -> frozenset[str]:
    with gate.house.snapshot() as connection:
        bundle = gate.house.bundle(connection)
        assert snapshots.snapshot(connection, bundle).signed == signoffs.signed(connection, bundle)
        return signoffs.signed(connection, bundle)


def sign(gate: Gate, officers: tuple[Officer, Officer], code: str) -> None:
    made = signing.propose_sign_off(gate, officers[0], code)
    widening.confirm(gate, officers[1], made.uid.hex(), made.digest)


def test_two_officers_sign_a_pack_off_and_one_takes_it_back(gate: Gate, officers: tuple[Officer, Officer]) -> None:
    made = signing.propose_sign_off(gate, officers[0], "us")
    pack = load_bundle().packs["US"]
    assert made.payload["pack"] == pack.digest
    assert made.payload["widening_rules"] == list(signing.waiting(pack))
    assert signed(gate) == frozenset()
    widening.confirm(gate, officers[1], made.uid.hex(), made.digest)
    assert signed(gate) == {"US"}
    with pytest.raises(Conflict, match="signed_off_already"):
        signing.propose_sign_off(gate, officers[0], "US")
    ((one, counts),) = signing.signed_off(gate)
    assert (one.signed_by, one.confirmed_by, counts) == ("officer:anna", "officer:bela", True)
    assert signing.revoke_sign_off(gate, "officer:anna", "us") == 1
    assert signing.revoke_sign_off(gate, "officer:anna", "US") == 0, "twice is once"
    assert signed(gate) == frozenset()
    sign(gate, officers, "US")
    assert signed(gate) == {"US"}
    with gate.house.unit() as connection:
        kinds = connection.execute(text("SELECT convert_from(entry, 'UTF8')::jsonb ->> 'kind' FROM ledger_inbox"))
        told = [kind for kind in kinds.scalars() if kind.startswith("pack.")]
    assert told == ["pack.signed_off", "pack.sign_off_revoked", "pack.signed_off"]


def test_another_text_is_another_pack(gate: Gate, officers: tuple[Officer, Officer], tmp_path: Path) -> None:
    sign(gate, officers, "KR")
    sign(gate, officers, "strictest")
    waiting = signing.propose_sign_off(gate, officers[0], "CN")
    other = activation.add_bundle(gate, "test", amended(tmp_path / "law", FREE)).digest
    made = activation.propose_activation(gate, officers[0], other)
    widening.confirm(gate, officers[1], made.uid.hex(), made.digest)
    assert signed(gate) == {"strictest"}, "Korea was changed, the other was not"
    assert widening.confirm(gate, officers[1], waiting.uid.hex(), waiting.digest).state == "confirmed"
    back = activation.propose_rollback(gate, officers[0], load_bundle().digest)
    late = signing.propose_sign_off(gate, officers[0], "KR")
    widening.confirm(gate, officers[1], back.uid.hex(), back.digest)
    assert signed(gate) == {"KR", "CN", "strictest"}
    with pytest.raises(Conflict, match="pack_changed"):
        widening.confirm(gate, officers[1], late.uid.hex(), late.digest)


def test_a_pack_nobody_wrote(gate: Gate, officers: tuple[Officer, Officer]) -> None:
    with pytest.raises(NotFound, match="jurisdiction_unknown"):
        signing.propose_sign_off(gate, officers[0], "ZZ")
    assert signing.revoke_sign_off(gate, "officer:anna", "ZZ") == 0
