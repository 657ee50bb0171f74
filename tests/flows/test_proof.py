"""The proof of one person's consents: whole, checkable with the log's key alone, and itself on record."""

import csv
import hashlib
import io
import re
import zipfile
from collections.abc import Callable
from datetime import datetime
from pathlib import Path

import orjson
import pytest
from sqlalchemy import Engine, text

from audit.leaf import Entry, Leaf, leaf_hash
from gateway.domain.errors import Invalid, NotFound, Ostiary, Refused, Unavailable
from gateway.domain.requests import Selector
from gateway.flows.consent import ConsentWish, record
from gateway.flows.officers import create_officer
from gateway.flows.proof import Proof, export_proof, write_proof
from gateway.flows.receipts import export_receipt
from policies.terms import ConsentState
from tests.flows.conftest import NEWSLETTER, Seoul
from tests.flows.lasting_house import one, state, uid_of, verify
from tests.flows.test_release import lines

MINSU = Selector("email", "minsu@example.kr")


@pytest.fixture
def house(seoul: Seoul, days_ago: Callable[[float], datetime]) -> Seoul:
    """Minsu consented by a list, then by a form with evidence, then withdrew."""
    seoul.bring([("minsu@example.kr", days_ago(30)), ("jiwoo@example.kr", days_ago(30))])
    record(seoul.gate, "newsletter", ConsentWish(
        MINSU, ConsentState.GIVEN, NEWSLETTER, "web_form", "email", "Hanbit", wording="v7", language="ko",
        at=days_ago(3), evidence="이름: 김민수".encode(),
    ))  # fmt: skip
    seoul.withdraw("minsu@example.kr")
    return seoul


def files(proof: Proof) -> dict[str, bytes]:
    with zipfile.ZipFile(io.BytesIO(proof.content)) as packed:
        assert packed.testzip() is None
        return {name: packed.read(name) for name in packed.namelist()}


def test_every_event_is_in_it_with_its_evidence(house: Seoul) -> None:
    proof = export_proof(house.gate, "anna", MINSU)
    found = files(proof)
    rows = list(csv.DictReader(io.StringIO(found["events.csv"].decode())))
    assert [row["state"] for row in rows] == ["given", "given", "withdrawn"]
    assert (rows[0]["asserted_by"], rows[0]["ledger_entry"]) == ("Form", "with the import from Form")
    assert (rows[1]["wording"], rows[1]["method"], rows[1]["asserted_by"]) == ("v7", "web_form", "the person")
    content = found[rows[1]["evidence_file"]]
    assert content.decode() == "이름: 김민수"
    (uid,) = re.findall(r"uid ([0-9a-f]{32}), digest", found["README.txt"].decode())
    assert hashlib.sha256(bytes.fromhex(uid) + content).hexdigest() == rows[1]["evidence_sha256"]
    assert (proof.events, proof.missing, proof.person) == (3, 0, uid_of(house))


def test_every_entry_is_proven(house: Seoul) -> None:
    found = files(export_proof(house.gate, "anna", MINSU))
    rows = list(csv.DictReader(io.StringIO(found["events.csv"].decode())))
    entries = {name.split("/")[1].split(".")[0] for name in found if name.endswith(".leaf.json")}
    assert {row["ledger_entry"] for row in rows[1:]} <= entries
    for index in entries:
        leaf, proof = found[f"ledger/{index}.leaf.json"], found[f"ledger/{index}.tlog-proof"].decode()
        assert proof.startswith("c2sp.org/tlog-proof@v1\n")
        assert f"index {index}\n" in proof
        assert uid_of(house) in Entry.decode(Leaf.decode(leaf).entry).encode().decode()
        assert len(leaf_hash(leaf)) == 32


def test_digests_hold_and_nobody_else_is_in_it(house: Seoul) -> None:
    found = files(export_proof(house.gate, "anna", MINSU))
    for line in found["SHA256SUMS"].decode().splitlines():
        digest, name = line.split("  ")
        assert hashlib.sha256(found[name]).hexdigest() == digest
    assert set(found) - {"SHA256SUMS"} == {line.split("  ")[1] for line in found["SHA256SUMS"].decode().splitlines()}
    assert not any(uid_of(house, 2).encode() in content or b"jiwoo" in content for content in found.values())


def test_the_export_is_on_record_before_it_is_given(house: Seoul) -> None:
    export_proof(house.gate, "anna", MINSU)
    entry = one(house.gate, "SELECT convert_from(entry, 'UTF8') FROM ledger_inbox ORDER BY no DESC LIMIT 1")
    assert orjson.loads(entry)["kind"] == "consent.proof_exported"
    verify(house.gate)


def test_a_tools_token_names_the_person(house: Seoul) -> None:
    named = [line["token"] for line in lines(house.release()) if line.get("email") == "jiwoo@example.kr"]
    selector = Selector("token", str(named[0]))
    assert export_proof(house.gate, "anna", selector, tool="newsletter").person == uid_of(house, 2)
    with pytest.raises(Ostiary) as foreign:
        export_proof(house.gate, "anna", selector, tool="another")
    assert foreign.value.code == "token_not_yours"
    with pytest.raises(NotFound):
        export_proof(house.gate, "anna", selector, tool="nobody")


def test_a_role_that_may_not_read_consents_gets_nothing(house: Seoul) -> None:
    with pytest.raises(Refused):
        export_proof(house.gate, "otto", MINSU, create_officer(house.gate, "otto", "intake", "a long password 7"))
    officer = create_officer(house.gate, "anna", "auditor", "a long password 7")
    assert export_proof(house.gate, "anna", MINSU, officer).events == 3


def test_evidence_that_was_changed_is_not_given(house: Seoul, owner_engine: Engine) -> None:
    with owner_engine.begin() as connection:
        connection.execute(text("ALTER TABLE evidence DISABLE TRIGGER USER"))
        connection.execute(text("UPDATE evidence SET digest = sha256('x')"))
    before = state(house.gate)
    with pytest.raises(Unavailable) as refused:
        export_proof(house.gate, "anna", MINSU)
    assert refused.value.code == "evidence_changed"
    assert state(house.gate) == before


def test_a_file_is_written_once_and_for_its_owner(house: Seoul, tmp_path: Path) -> None:
    proof = export_proof(house.gate, "anna", MINSU)
    write_proof(proof, tmp_path / "proof.zip")
    assert (tmp_path / "proof.zip").stat().st_mode & 0o777 == 0o600
    with pytest.raises(Invalid):
        write_proof(proof, tmp_path / "proof.zip")
    with pytest.raises(Invalid):
        write_proof(proof, tmp_path / "no" / "proof.zip")


def test_a_receipt_tells_all_and_names_nobody(house: Seoul) -> None:
    made = export_receipt(house.gate, "anna", MINSU)
    text_of_it = orjson.dumps(made).decode()
    assert "minsu" not in text_of_it
    assert "김민수" not in text_of_it
    statuses = [
        status["@type"][0]
        for record in made["dpv:hasRecordOfActivity"]
        for process in record["dpv:hasProcess"]
        for status in process["dpv:hasConsentStatus"]
    ]
    assert sorted(statuses) == ["dpv:ConsentGiven", "dpv:ConsentGiven", "dpv:ConsentWithdrawn"]
    verify(house.gate)
