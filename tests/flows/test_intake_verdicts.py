"""Verdicts on lists, bad files, and what an import leaves in the ledger and on the disk."""

import base64
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text

from gateway.domain.errors import Conflict, Invalid, NotFound, Ostiary, Refused
from gateway.flows.gate import Gate
from gateway.flows.intake import receive
from gateway.flows.intake_report import Report
from gateway.flows.intake_sealed import Sealing
from gateway.flows.sources import SourceWish, register_source, revoke_source, suspend_source
from gateway.store import batches
from policies.terms import Verdict
from tests.flows.test_intake import FORM, HEADER, chunks_of_ten, counts, house, listed, make_source, one, person

__all__ = ["chunks_of_ten", "house"]


# Verdicts


def test_a_source_that_is_not_approved_or_no_longer_lawful_takes_no_list(house: Gate, tmp_path: Path) -> None:
    path = listed(tmp_path, person(1))
    before = counts(house)["person"]
    for change in (suspend_source, revoke_source):
        change(house, "test", "form")
        with pytest.raises(Refused) as refused:
            receive(house, "test", "form", path)
        assert refused.value.code == "source_not_approved"
    register_source(house, "test", SourceWish("new", "registration_form", "Sender", "KR", evidence=FORM))
    with pytest.raises(Refused):
        receive(house, "test", "new", path)
    with pytest.raises(NotFound):
        receive(house, "test", "nobody", path)
    assert counts(house)["person"] == before


def test_a_forbidden_source_is_refused_before_a_byte_is_understood(house: Gate, tmp_path: Path) -> None:
    make_source(house, "dump", "leaked", ())
    path = tmp_path / "dump.bin"
    path.write_bytes(b"\x00\x01 anything")
    report = receive(house, "test", "dump", path)
    assert (report.verdict, report.state, report.reasons[0].code) == (Verdict.REFUSE, "refused", "source_forbidden")
    assert report.reasons[0].cite
    assert receive(house, "test", "dump", path).repeated


@pytest.mark.parametrize("header", ["email,password", "email,passwd hash", "email,pass", "email,비밀번호"])
def test_passwords_beside_identifiers_tell_of_a_leak(house: Gate, tmp_path: Path, header: str) -> None:
    report = receive(house, "test", "form", listed(
        tmp_path, *[f"p{number}@example.com,5f4dcc3b5aa765d61d8327deb882cf{number:02d}" for number in range(30)],
        header=header
    ))  # fmt: skip
    assert report.verdict is Verdict.REFUSE
    assert report.reasons[-1].code == "leak_tell_credentials"
    assert dict(report.refused) == {"list_refused": 30}
    assert counts(house)["person"] == 0
    assert one(house, "SELECT count(*) FROM batch_chunk WHERE sealed <> '{}'") == 0


def test_a_quarantined_list_is_sealed_with_its_declared_columns_only(
    house: Gate, tmp_path: Path, chunks_of_ten: None
) -> None:
    make_source(house, "broker", "broker_list", ("names_us", "supplier_identity", "consent_wording"))
    rows = [f"{person(number)},secret remark {number}" for number in range(25)]
    report = receive(house, "test", "broker", listed(tmp_path, *rows, "short,row", header=HEADER + ",notes"))
    assert (report.verdict, report.state, report.counts["row.quarantined"]) == (Verdict.QUARANTINE, "quarantined", 25)
    assert report.accounted == report.read == 26
    assert report.cure_until.startswith("2026-12-20")
    assert counts(house)["person"] == 0
    with house.house.unit() as connection:
        batch = batches.by_uid(connection, bytes.fromhex(report.batch))
        assert batch is not None
        pieces = connection.execute(text("SELECT chunk, sealed FROM batch_chunk ORDER BY chunk")).all()
    sealing = Sealing(house, batch)
    opened = [row for number, sealed in pieces for row in sealing.opened(number, sealed)]
    assert [no for no, _ in opened] == list(range(1, 26))
    assert opened[0][1][0] == "p1@example.com".replace("1", "0")
    assert all("secret" not in cell for _, cells in opened for cell in cells)
    with pytest.raises(Ostiary):
        sealing.opened(0, pieces[1][1])


def test_what_stands_in_undeclared_columns_is_counted_and_not_taken_in(house: Gate, tmp_path: Path) -> None:
    rows = [f"p{number}@example.com,call again,DE89370400440532013000,4111 1111 1111 1111" for number in range(20)]
    report = receive(house, "test", "form", listed(tmp_path, *rows, header="email,notes,iban,whatever"))
    assert report.found["iban"]["iban"] == 20
    assert report.found["whatever"]["card"] == 20
    assert one(house, "SELECT string_agg(DISTINCT class, ',') FROM sealed") == "email,profile"
    stored = everything(house)
    assert b"DE8937" not in stored


def test_a_national_id_is_taken_in_only_if_the_sender_declares_it(house: Gate, tmp_path: Path) -> None:
    header = "email,national id"
    receive(house, "test", "form", listed(tmp_path, "a@example.com,900101-1234568", header=header))
    assert one(house, "SELECT count(*) FROM sealed WHERE class = 'government'") == 0
    path = listed(tmp_path, "b@example.com,900101-1234568", header=header, name="2.csv")
    receive(house, "test", "form", path, {"national id": "national_id"})
    assert one(house, "SELECT count(*) FROM sealed WHERE class = 'government'") == 1
    assert one(house, "SELECT count(*) FROM identifier WHERE kind NOT IN ('email')") == 0


# Bad input


BAD: list[tuple[str, bytes, dict[str, Any], str]] = [
    ("empty", b"", {}, "empty_file"),
    ("header only", b"email\n", {}, "header_only"),
    ("no header", b"a@example.com\nb@example.com\n", {}, "header_missing"),
    ("a column twice", b"email,email\na@example.com,b@example.com\n", {}, "header_duplicate"),
    ("a zero byte", b"email\na@example.com\nb\0@example.com\n", {}, "nul_byte"),
    ("a broken workbook", b"PK\x03\x04rest", {}, "archive_corrupt"),
    ("broken at the end", b"email,name\n" + b"a@example.com,A\n" * 30_000 + b"b@example.com,\xff\xfe\n",
     {"encoding": "utf-8"}, "undecodable"),
    ("an endless line", b"email\n" + b"x" * 3_000_000, {}, "line_too_long"),
    ("an open quote", b'email,name\na@example.com,"B\n', {}, "quoting_broken"),
    ("unknown encoding", b"email\na@example.com\n", {"encoding": "klingon"}, "encoding_unknown"),
    ("nothing to find people by", b"name\nAnna\n", {}, "no_identifier"),
    ("an unknown column", b"email\na@example.com\n", {"overrides": {"mail": "email"}}, "column_unknown"),
    ("an unknown field", b"email\na@example.com\n", {"overrides": {"email": "shoe_size"}}, "field_unknown"),
    ("mapped twice", b"email,b\na@example.com,b\n", {"overrides": {"email": "name", "b": "name"}},
     "column_mapped_twice"),
]  # fmt: skip


@pytest.mark.parametrize(("content", "options", "code"), [case[1:] for case in BAD], ids=[case[0] for case in BAD])
def test_a_bad_file_gives_its_code_and_changes_nothing(
    house: Gate, tmp_path: Path, content: bytes, options: dict[str, Any], code: str
) -> None:
    path = tmp_path / "bad.csv"
    path.write_bytes(content)
    before = counts(house)
    with pytest.raises(Invalid) as refused:
        receive(house, "test", "form", path, **options)
    assert refused.value.code == code
    assert "example.com" not in str(refused.value)
    assert counts(house) == before


def test_a_missing_file_says_so(house: Gate, tmp_path: Path) -> None:
    with pytest.raises(Invalid) as refused:
        receive(house, "test", "form", tmp_path / "nothing.csv")
    assert refused.value.code == "file_missing"


# Secrets and the ledger


def test_no_identifier_and_no_name_stands_anywhere_in_clear(house: Gate, tmp_path: Path) -> None:
    make_source(house, "broker", "broker_list", ("names_us", "supplier_identity"))
    row = "very.secret@example.com,010-4321-8765,Hongsecret Gildong,yes,2026-05-01,form-1"
    for name in ("form", "broker"):
        receive(house, "test", name, listed(tmp_path, row, name=f"{name}.csv"))
    stored = everything(house)
    for secret in ("very.secret", "+821043218765", "01043218765", "1043218765", "Hongsecret", "Gildong"):
        raw = secret.encode()
        for spelled in (raw, raw.hex().encode(), base64.b64encode(raw)[:-2].rstrip(b"="), secret.encode("utf-16-le")):
            assert spelled not in stored


def everything(gate: Gate) -> bytes:
    """Give all rows of all tables as text, and every bytea as bytes."""
    found = []
    with gate.house.unit() as connection:
        names = connection.execute(text("SELECT tablename FROM pg_tables WHERE schemaname = 'ostiary'")).scalars().all()
        for table in names:
            if not connection.execute(
                text("SELECT has_table_privilege(:name, 'SELECT')"), {"name": f"ostiary.{table}"}
            ).scalar_one():
                continue
            for row in connection.execute(text(f"SELECT * FROM {table}")):
                found += [bytes(cell) if isinstance(cell, bytes | memoryview) else str(cell).encode() for cell in row]
    return b"\n".join(found)


def test_the_ledger_tells_the_import_and_verifies(house: Gate, tmp_path: Path, chunks_of_ten: None) -> None:
    receive(house, "test", "form", listed(tmp_path, *[person(number) for number in range(25)]))
    kinds = one(house, "SELECT array_agg(convert_from(entry, 'UTF8')::jsonb->>'kind' ORDER BY no) FROM ledger_inbox")
    three = ["import.chunk"] * 3
    assert kinds[-6:] == ["import.begun", "import.scanned", *three, "import.finished"]
    house.house.sequencer.settle(one(house, "SELECT max(no) FROM ledger_inbox"))
    bodies = one(house, "SELECT string_agg(convert_from(entry, 'UTF8'), ' ') FROM ledger_inbox")
    assert "example.com" not in bodies
    assert house.house.lag().waiting == 0


def test_progress_runs_to_its_end(house: Gate, tmp_path: Path, chunks_of_ten: None) -> None:
    heard: list[tuple[int, int]] = []
    path = listed(tmp_path, *[person(number) for number in range(25)])
    receive(house, "test", "form", path, progress=lambda done, total: heard.append((done, total)))
    assert [done for done, _ in heard] == sorted(done for done, _ in heard)
    assert heard[-1] == (3 * path.stat().st_size, 3 * path.stat().st_size)  # staged, scanned, stored


def test_a_report_as_json_holds_words_and_numbers_only(house: Gate, tmp_path: Path) -> None:
    report: Report = receive(house, "test", "form", listed(tmp_path, person(1), "x,,,,,"))
    told = report.to_json()
    assert told["rows"] == {
        "read": 2,
        "new": 1,
        "joined": 0,
        "merged_in_list": 0,
        "quarantined": 0,
        "held": 0,
        "refused": {"no_identifier": 1},
    }
    assert list(told["columns"]["declared"]) == HEADER.split(",")
    assert "example.com" not in str(told)


def test_two_imports_at_once_make_each_new_person_once_and_one_list_one_batch(
    house: Gate, tmp_path: Path, chunks_of_ten: None
) -> None:
    make_source(house, "other")
    rows = [person(number) for number in range(60)]
    lists = {"form": listed(tmp_path, *rows), "other": listed(tmp_path, *reversed(rows), name="other.csv")}

    def run(name: str) -> Report | str:
        try:
            return receive(house, "test", name, lists[name])
        except Conflict as conflict:
            return conflict.code

    with ThreadPoolExecutor(3) as pool:
        same, again, other = pool.map(run, ("form", "form", "other"))
    assert counts(house)["person"] == 60
    assert counts(house)["batch"] == 2
    assert isinstance(other, Report)
    assert other.accounted == 60
    finished = [each for each in (same, again) if isinstance(each, Report)]
    assert all(each == "import_running" for each in (same, again) if isinstance(each, str))
    assert all(each.accounted == each.read for each in finished)
    assert receive(house, "test", "form", lists["form"]).accounted == 60
