"""The intake on a real database: every row accounted for, nothing done twice, nothing half done, nothing widened."""

import csv
import io
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import Connection, text

from gateway.domain.errors import Conflict, Refused
from gateway.flows.gate import Gate
from gateway.flows.intake import receive, resume
from gateway.flows.sources import SourceWish, approve_source, register_source
from gateway.lists import reader
from gateway.store import consents, parties, suppressions
from gateway.store.consents import Event
from gateway.store.house import House
from gateway.store.suppressions import ALL, Suppression, channel_bit
from policies.terms import Channel, Condition, ConsentState, Scope, Verdict

FORM = ("notice_version", "consent_wording", "consent_time", "withdrawal_notice_shown")
HEADER = "email,phone,name,consent email,consent at,consent wording"
TABLES = (
    "person", "person_key", "sealed", "identifier", "dealing", "consent", "consent_event", "batch", "batch_chunk",
    "held_row", "ledger_inbox", "suppression",
)  # fmt: skip


@pytest.fixture
def house(gate: Gate) -> Gate:
    """A gateway with one party and one approved source, "form"."""
    with gate.house.unit() as connection:
        parties.add_party(connection, "Sender", "KR")
    make_source(gate, "form")
    return gate


@pytest.fixture
def chunks_of_ten(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reader, "CHUNK_ROWS", 10)


def make_source(
    gate: Gate, name: str, kind: str = "registration_form", evidence: tuple[str, ...] = FORM, **defaults: Any
) -> None:
    shared = {"country": "KR", "time_zone": "Asia/Seoul", "purpose": "marketing.own", **defaults}
    register_source(gate, "test", SourceWish(name, kind, "Sender", "KR", evidence=evidence, defaults=shared))
    if kind not in {"leaked", "broker_list"}:  # a broker's waits for answers, and its lists for evidence
        approve_source(gate, "test", name)


def listed(folder: Path, *rows: str, header: str = HEADER, name: str = "list.csv") -> Path:
    path = folder / name
    path.write_text("\n".join((header, *rows)) + "\n", encoding="utf-8")
    return path


def person(number: int, *, consent: str = "yes", at: str = "2026-05-01 10:00") -> str:
    return f"p{number}@example.com,010-2000-{number:04d},Person {number},{consent},{at},form-1/ko"


def counts(gate: Gate) -> dict[str, int]:
    with gate.house.unit() as connection:
        return {table: int(connection.execute(text(f"SELECT count(*) FROM {table}")).scalar_one()) for table in TABLES}


def one(gate: Gate, statement: str, **values: Any) -> Any:
    with gate.house.unit() as connection:
        return connection.execute(text(statement), values).scalar_one()


def index_of(gate: Gate, kind: str, value: str) -> bytes:
    return gate.lookup.index(kind, value)[0].value


def suppress(gate: Gate, kind: str, value: str, scope: Scope, **more: Any) -> None:
    hashes = gate.lookup.suppression_index(kind, value)
    with gate.house.unit() as connection:
        suppressions.add(connection, [Suppression(kind, each.value, scope, "asked", "test", **more) for each in hashes])


# What becomes of rows


def test_new_people_are_stored_sealed_with_their_consent(house: Gate, tmp_path: Path) -> None:
    report = receive(house, "test", "form", listed(tmp_path, person(1), person(2, consent="no")))
    assert (report.verdict, report.state, report.read, report.counts["row.new"]) == (Verdict.ACCEPT, "finished", 2, 2)
    assert report.counts["consent.given"] == 1
    stored = counts(house)
    assert (stored["person"], stored["person_key"], stored["identifier"]) == (2, 2, 4)
    assert stored["sealed"] == 8  # e-mail, phone, identity and profile (jurisdiction) of two people
    with house.house.unit() as connection:
        line = consents.standing(connection, one(house, "SELECT min(no) FROM person"))[0]
    assert (line.index, line.channel) == (index_of(house, "email", "p1@example.com"), "email")
    assert (line.since, line.wording) == (datetime(2026, 5, 1, 1, tzinfo=UTC), "form-1/ko")


def test_a_row_joins_by_email_and_by_phone_with_a_consistent_name_only(house: Gate, tmp_path: Path) -> None:
    receive(house, "test", "form", listed(tmp_path, person(1), person(2)))
    make_source(house, "other")
    report = receive(house, "test", "other", listed(
        tmp_path,
        "P1@Example.COM,,Somebody Else,,,",  # e-mail joins whatever the name is
        ',01020000002,"2, Person",,,',  # phone and the same name, turned round
        ",01020000001,Quite Different,,,",  # a shared phone is not a person
        ",01020000001,,,,",  # nor is one without a name
        name="other.csv",
    ))  # fmt: skip
    assert (report.counts["row.joined"], report.counts["row.new"]) == (2, 2)


def test_a_row_joins_by_external_id_within_its_own_source_only(house: Gate, tmp_path: Path) -> None:
    header = "customer id,email"
    receive(house, "test", "form", listed(tmp_path, "A1,a@example.com", header=header))
    again = receive(house, "test", "form", listed(tmp_path, "A1,new@example.com", header=header, name="2.csv"))
    assert again.counts["row.joined"] == 1
    make_source(house, "other")
    other = receive(house, "test", "other", listed(tmp_path, "A1,b@example.com", header=header))
    assert other.counts["row.new"] == 1
    # The source says another address now: the old one no longer finds the person, and no blob holds it.
    found = one(
        house, "SELECT count(*) FROM identifier WHERE index = :index", index=index_of(house, "email", "a@example.com")
    )
    assert found == 0


def test_rows_of_one_person_within_a_list_are_merged_across_chunks(
    house: Gate, tmp_path: Path, chunks_of_ten: None
) -> None:
    rows = [person(number % 15) for number in range(35)]
    report = receive(house, "test", "form", listed(tmp_path, *rows))
    assert report.chunks == 4
    assert (report.counts["row.new"], report.counts["row.merged_in_list"]) == (15, 20)
    assert report.accounted == report.read == 35
    assert counts(house)["person"] == 15


def test_bad_values_are_dropped_and_counted_and_a_row_without_identifier_is_refused(
    house: Gate, tmp_path: Path
) -> None:
    report = receive(house, "test", "form", listed(
        tmp_path, "not an address,010-2000-0001,A,,,", "bad@,123,B,,,", ",,C,,,", "a@example.com,1,D,maybe,,",
        "one,two",
    ))  # fmt: skip
    assert dict(report.refused) == {"no_identifier": 2, "ragged": 1}
    assert dict(report.dropped) == {"email_domain": 1, "email_shape": 1, "phone_invalid": 2}
    assert dict(report.ignored) == {"consent_unclear": 1}
    assert report.accounted == report.read == 5


CELLS = st.sampled_from(["", "a@example.com", "b@example.com", "ü@exämple.de", "@", " ", "x" * 300, "0", "\u200b"])
PHONES = st.sampled_from(["", "010-1234-5678", "+82 10 1234 5678", "۰۱۰۱۲۳۴۵۶۷۸", "12", "+", "x"])
NAMES = st.sampled_from(["", "Kim Minjun", "Minjun Kim", "김민준", "x" * 300])
AGREES = st.sampled_from(["", "yes", "no", "예", "maybe"])
MOMENTS = st.sampled_from(["", "2026-05-01", "2099-01-01", "01/02/2026", "never"])
ROWS = st.lists(
    st.tuples(CELLS, PHONES, NAMES, AGREES, MOMENTS, st.sampled_from(["", "form-1", "I agree to all"])),
    min_size=1,
    max_size=40,
)


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(rows=ROWS, ragged=st.integers(0, 3))
def test_every_row_of_any_list_is_accounted_for(
    house: Gate, tmp_path: Path, chunks_of_ten: None, rows: list[tuple[str, ...]], ragged: int
) -> None:
    out = io.StringIO(newline="")
    csv.writer(out).writerows([HEADER.split(","), *rows, *[("one", "two")] * ragged])
    path = tmp_path / "any.csv"
    path.write_text(out.getvalue(), encoding="utf-8", newline="")
    before = counts(house)
    report = receive(house, "test", "form", path)
    if report.repeated:
        assert counts(house) == before
        return
    assert report.read == len(rows) + ragged
    assert report.accounted == report.read
    assert counts(house)["person"] - before["person"] == report.counts.get("row.new", 0)
    assert counts(house)["person"] == counts(house)["person_key"]


# Once, and whole


def test_the_same_file_again_gives_the_same_report_and_no_second_effect(house: Gate, tmp_path: Path) -> None:
    path = listed(tmp_path, person(1), person(2))
    first = receive(house, "test", "form", path)
    before = counts(house)
    second = receive(house, "test", "form", path)
    assert second.repeated
    assert not first.repeated
    assert (second.batch, dict(second.counts), second.columns) == (first.batch, dict(first.counts), first.columns)
    assert counts(house) == before


def test_a_dry_run_counts_and_keeps_nothing(house: Gate, tmp_path: Path) -> None:
    before = counts(house)
    path = listed(tmp_path, person(1), person(1), person(2), "x,,,,,")
    report = receive(house, "test", "form", path, dry_run=True)
    assert (report.state, report.counts["row.new"], report.counts["row.merged_in_list"]) == ("dry_run", 2, 1)
    assert report.accounted == report.read == 4
    assert counts(house) == before
    assert receive(house, "test", "form", path).counts == report.counts


class BrokenError(Exception):
    """The injected crash."""


def crashing(house: House, at: int, *, kept: bool) -> Callable[[House], Any]:
    """Make a `House.unit` that crashes in its n-th transaction, before or after the commit."""
    usual = House.unit
    seen = iter(range(10_000))

    @contextmanager
    def unit(self: House) -> Iterator[Connection]:
        number = next(seen)
        with usual(self) as connection:
            yield connection
            if number == at and not kept:
                raise BrokenError
        if number == at:
            raise BrokenError

    return unit


@pytest.mark.parametrize("kept", [False, True], ids=["lost", "kept"])
@pytest.mark.parametrize("at", range(1, 32, 2))
def test_an_import_that_crashed_anywhere_goes_on_where_it_stopped(
    house: Gate, tmp_path: Path, chunks_of_ten: None, monkeypatch: pytest.MonkeyPatch, at: int, kept: bool
) -> None:
    path = listed(tmp_path, *[person(number % 27) for number in range(35)])  # 4 chunks: staged, scanned, stored
    with monkeypatch.context() as patched:
        patched.setattr(House, "unit", crashing(house.house, at, kept=kept))
        with pytest.raises(BrokenError):
            receive(house, "test", "form", path)
    stored = counts(house)
    report = receive(house, "test", "form", path)
    assert stored["person"] <= counts(house)["person"] == 27
    assert (report.state, report.chunks, report.read) == ("finished", 4, 35)
    assert report.accounted == 35
    assert (report.counts["row.new"], report.counts["row.merged_in_list"]) == (27, 8)
    after = counts(house)
    assert (after["identifier"], after["sealed"], after["consent"]) == (54, 108, 27)
    assert after["consent_event"] == 35  # every row's word is kept; those that repeat stand in later chunks


def test_an_import_is_resumed_by_its_number(
    house: Gate, tmp_path: Path, chunks_of_ten: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = listed(tmp_path, *[person(number) for number in range(35)])
    with monkeypatch.context() as patched:
        patched.setattr(House, "unit", crashing(house.house, 14, kept=True))
        with pytest.raises(BrokenError):
            receive(house, "test", "form", path)
    uid = one(house, "SELECT encode(uid, 'hex') FROM batch")
    with pytest.raises(Refused) as refused:
        resume(house, "test", uid, listed(tmp_path, person(1), name="another.csv"))
    assert refused.value.code == "batch_unknown"
    assert resume(house, "test", uid, path).accounted == 35


def test_a_file_that_changes_while_it_is_read_is_refused(
    house: Gate, tmp_path: Path, chunks_of_ten: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = listed(tmp_path, person(1))
    monkeypatch.setattr("gateway.flows.intake.digest", lambda _: "00" * 32)
    before = counts(house)
    with pytest.raises(Conflict) as conflict:
        receive(house, "test", "form", path)
    assert conflict.value.code == "file_changed"
    assert counts(house) == before


# Nothing is widened


@pytest.mark.parametrize("purpose", ["marketing", "marketing.own", "marketing.own.newsletter"])
@pytest.mark.parametrize("channel", ["*", "email"])
@pytest.mark.parametrize("sender", [0, 1])
@pytest.mark.parametrize("state", [ConsentState.WITHDRAWN, ConsentState.OBJECTED])
def test_a_withdrawal_on_file_beats_a_list_whatever_date_it_claims(
    house: Gate, tmp_path: Path, purpose: str, channel: str, sender: int, state: ConsentState
) -> None:
    receive(house, "test", "form", listed(tmp_path, person(1)))
    no = one(house, "SELECT no FROM person")
    with house.house.unit() as connection:
        consents.append(
            connection,
            [Event(no, "", b"", state, purpose, channel, sender, "call", "test", datetime(2026, 6, 1, tzinfo=UTC))],
        )
        before = consents.standing(connection, no)
    make_source(house, "later")
    report = receive(house, "test", "later", listed(tmp_path, person(1, at="2026-11-01 10:00"), name="later.csv"))
    assert dict(report.ignored) == {"withdrawn": 1}
    with house.house.unit() as connection:
        assert consents.standing(connection, no) == before


def test_a_withdrawal_of_something_else_does_not_stop_a_consent(house: Gate, tmp_path: Path) -> None:
    receive(house, "test", "form", listed(tmp_path, person(1, consent="no")))
    no = one(house, "SELECT no FROM person")
    said = datetime(2026, 6, 1, tzinfo=UTC)
    with house.house.unit() as connection:
        consents.append(
            connection, [Event(no, "", b"", ConsentState.WITHDRAWN, "profiling", "*", 0, "call", "test", said)]
        )
        consents.append(
            connection, [Event(no, "", b"", ConsentState.WITHDRAWN, "marketing", "sms", 0, "call", "test", said)]
        )
    make_source(house, "later")
    report = receive(house, "test", "later", listed(tmp_path, person(1), name="later.csv"))
    assert (report.counts["consent.given"], dict(report.ignored)) == (1, {})


def test_a_withdrawal_in_a_list_narrows_at_once(house: Gate, tmp_path: Path) -> None:
    receive(house, "test", "form", listed(tmp_path, person(1)))
    header = "email,withdrawn at,consent email,consent at,consent wording"
    report = receive(house, "test", "form", listed(
        tmp_path, "p1@example.com,2026-09-01,yes,2026-10-01,form-1", header=header, name="stop.csv"
    ))  # fmt: skip
    assert (report.counts["consent.withdrawn"], dict(report.ignored)) == (1, {"withdrawn": 1})
    with house.house.unit() as connection:
        lines = consents.standing(connection, one(house, "SELECT no FROM person"))
    assert [(line.state, line.channel, line.index) for line in lines if line.state is not ConsentState.GIVEN] == [
        (ConsentState.WITHDRAWN, "*", b"")
    ]


@pytest.mark.parametrize(
    ("defaults", "evidence", "row", "reason"),
    [
        ({"purpose": ""}, FORM, person(1), "purpose_not_registered"),
        ({}, ("order_record", "notice_version"), person(1), "evidence_missing"),
        ({}, FORM, person(1, at=""), "time_missing"),
        ({}, FORM, person(1, at="2099-01-01"), "time_in_the_future"),
        ({}, FORM, "a@example.com,,A,yes,2026-01-01,", "wording_missing"),
        ({}, FORM, ",01020000001,A,yes,2026-01-01,form-1", "identifier_missing"),
    ],
)
def test_a_claimed_consent_without_its_proof_does_not_count(
    house: Gate, tmp_path: Path, defaults: dict[str, Any], evidence: tuple[str, ...], row: str, reason: str
) -> None:
    kind = "order" if "order_record" in evidence else "registration_form"
    make_source(house, "claims", kind, evidence, **defaults)
    report = receive(house, "test", "claims", listed(tmp_path, row))
    assert dict(report.ignored) == {reason: 1}
    assert report.counts["row.new"] == 1
    assert counts(house)["consent"] == counts(house)["consent_event"] == 0


def test_double_opt_in_needs_its_record_and_a_named_recipient_must_be_us(house: Gate, tmp_path: Path) -> None:
    make_source(house, "loose", conditions=["double_opt_in", "separate"])
    header = HEADER + ",named recipient"
    report = receive(house, "test", "loose", listed(
        tmp_path, person(1) + ",Sender", person(2) + ",Other Ltd; sender", person(3) + ",Other Ltd", header=header
    ))  # fmt: skip
    assert dict(report.ignored) == {"recipient_not_named": 1}
    assert one(house, "SELECT min(conditions) FROM consent") == int(Condition.SEPARATE)


def test_storage_and_all_contact_suppression_refuse_and_a_channel_marks(house: Gate, tmp_path: Path) -> None:
    suppress(house, "email", "p1@example.com", Scope.STORAGE)
    suppress(house, "phone", "+821020000002", Scope.ALL)
    suppress(house, "phone", "+821020000003", Scope.CHANNEL, channel="sms")
    report = receive(house, "test", "form", listed(tmp_path, *[person(number) for number in (1, 2, 3, 4)]))
    assert dict(report.refused) == {"suppressed_all": 1, "suppressed_storage": 1}
    assert (report.counts["row.new"], report.counts["suppressed.marked"]) == (2, 1)
    assert one(
        house, "SELECT bits FROM identifier WHERE index = :index", index=index_of(house, "phone", "+821020000003")
    ) == (channel_bit(Channel.SMS))
    assert one(house, "SELECT bit_or(bits) FROM identifier WHERE kind = 'email'") == 0


def test_a_person_suppressed_by_another_identifier_is_refused_and_no_bit_is_ever_lifted(
    house: Gate, tmp_path: Path
) -> None:
    receive(house, "test", "form", listed(tmp_path, person(1), person(2)))
    suppress(house, "phone", "+821020000001", Scope.ALL)
    suppress(house, "email", "p2@example.com", Scope.CHANNEL, channel="email")
    before = one(house, "SELECT array_agg((index, bits)::text ORDER BY index) FROM identifier")
    report = receive(
        house, "test", "form", listed(tmp_path, "p1@example.com,,A,,,", "p2@example.com,,B,,,", name="2.csv")
    )
    assert dict(report.refused) == {"suppressed_all": 1}
    assert one(house, "SELECT array_agg((index, bits)::text ORDER BY index) FROM identifier") == before
    assert one(house, "SELECT count(*) FROM identifier WHERE bits & :all <> 0", all=ALL) == 1


def test_attributes_on_file_are_filled_where_empty_and_never_changed(house: Gate, tmp_path: Path) -> None:
    header = "email,country,language,birth year"
    receive(house, "test", "form", listed(tmp_path, "a@example.com,KR,,", "b@example.com,Corea,ko,1990", header=header))
    assert (
        one(house, "SELECT jurisdiction || time_zone FROM person WHERE language = 'ko'") == ""
    )  # unknown is strictest
    receive(house, "test", "form", listed(tmp_path, "a@example.com,US,en,1980", header=header, name="2.csv"))
    assert one(house, "SELECT jurisdiction || language || birth_year FROM person ORDER BY no LIMIT 1") == "KRen1980"


def test_dealings_keep_the_latest_of_each_category(house: Gate, tmp_path: Path) -> None:
    make_source(house, "shop", "order", ("order_record", "notice_version"), notice=True)
    header = "email,purchase date,product category"
    receive(house, "test", "shop", listed(
        tmp_path, "a@example.com,2026-02-01,books", "a@example.com,2026-03-01,books",
        "a@example.com,2099-01-01,toys", header=header
    ))  # fmt: skip
    receive(house, "test", "shop", listed(tmp_path, "a@example.com,2026-01-01,books", header=header, name="2.csv"))
    with house.house.unit() as connection:
        rows = connection.execute(text("SELECT kind, category, at, notice FROM dealing")).all()
    assert [tuple(row) for row in rows] == [("purchase", "books", datetime(2026, 2, 28, 15, tzinfo=UTC), True)]
