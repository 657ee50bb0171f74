"""The sample lists, through the whole intake on a real database: verdicts, accounting, overlaps, nothing in clear."""

import base64
import csv
from datetime import UTC, datetime
from itertools import islice

import pytest
from sqlalchemy import text

from gateway.flows.gate import Gate
from gateway.flows.intake import receive
from gateway.flows.intake_report import Report
from gateway.flows.sources import SourceWish, approve_source, register_source
from gateway.lists.headers import propose
from gateway.lists.normal import email
from gateway.lists.reader import open_list
from gateway.samples.catalogue import HOUSE, SAMPLES, SUPPRESSIONS, Sample
from gateway.store import parties, suppressions
from gateway.store.suppressions import Suppression
from policies.terms import Scope, Verdict
from tests.flows.answering import answers_for


def take(gate: Gate, sample: Sample) -> Report:
    """Register and approve a sample's source with its parties, then import it."""
    with gate.house.unit() as connection:
        known = {party.name for party in parties.parties(connection)}
        for name in sorted({HOUSE, sample.supplier} - known):
            parties.add_party(connection, name, "DE" if name == HOUSE else sample.jurisdiction)
    defaults = {
        "country": sample.jurisdiction,
        "time_zone": sample.time_zone,
        "date_order": sample.date_order or "",
        "sender": HOUSE,
        "purpose": "marketing.own",
        "notice": "refusal_offered" in sample.evidence,
    }
    wish = SourceWish(
        name=sample.source,
        kind=sample.kind,
        collector=sample.supplier,
        country=sample.jurisdiction,
        collected_at=datetime(2025, 1, 1, tzinfo=UTC),
        evidence=sample.evidence,
        named=(HOUSE,) if "names_us" in sample.evidence else (),
        defaults=defaults,
        answers=answers_for(sample.kind),
    )
    register_source(gate, "test", wish)
    approve_source(gate, "test", sample.source)
    return receive(gate, "test", sample.source, sample.path, sample.mapping)


def suppress_the_listed(gate: Gate) -> None:
    with SUPPRESSIONS.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    asked = [
        Suppression(row["identifier_kind"], index.value, Scope(row["scope"]), "listed", "test", channel=row["channel"])
        for row in rows
        for index in gate.lookup.suppression_index(row["identifier_kind"], row["identifier"].lower())
    ]
    with gate.house.unit() as connection:
        suppressions.add(connection, asked)


@pytest.mark.parametrize("sample", SAMPLES, ids=lambda sample: sample.file)
def test_each_sample_has_its_verdict_and_every_row_is_accounted_for(gate: Gate, sample: Sample) -> None:
    report = take(gate, sample)
    assert report.verdict is sample.verdict
    assert report.reasons[0].cite
    assert report.accounted == report.read
    if report.verdict is not Verdict.REFUSE or report.encoding:
        assert report.read == 2_000
        assert (report.encoding, report.delimiter) == (sample.encoding, sample.delimiter)
    assert {kind for kinds in report.found.values() for kind in kinds} >= set(sample.scan_finds)
    with gate.house.unit() as connection:
        people = connection.execute(text("SELECT count(*) FROM person")).scalar_one()
        kept = connection.execute(
            text("SELECT coalesce(sum(rows), 0) FROM batch_chunk WHERE sealed <> '{}'")
        ).scalar_one()
    assert (people > 0) is (sample.verdict is Verdict.ACCEPT)
    assert kept == (2_000 if sample.verdict is Verdict.QUARANTINE else 0)


def test_people_on_several_lists_are_one_and_the_suppressed_are_refused(gate: Gate) -> None:
    suppress_the_listed(gate)
    reports = {sample.file: take(gate, sample) for sample in SAMPLES if sample.verdict is Verdict.ACCEPT}
    assert reports["us_catalogue.csv"].counts["row.joined"] > 0  # German shop customers order from the catalogue too
    for file in ("kr_newsletter.csv", "de_shop.csv", "us_catalogue.csv", "tw_partner.csv"):
        assert set(reports[file].refused) == {"suppressed_all", "suppressed_storage"}
    assert sum(report.counts["suppressed.marked"] for report in reports.values()) > 60
    with gate.house.unit() as connection:
        people = connection.execute(text("SELECT count(*) FROM person")).scalar_one()
        forbidden = connection.execute(text("SELECT count(*) FROM identifier WHERE bits & 3 <> 0")).scalar_one()
    assert people == sum(report.counts["row.new"] for report in reports.values())
    assert forbidden == 0


def test_a_hundred_addresses_of_a_list_stand_nowhere_in_clear(gate: Gate) -> None:
    sample = SAMPLES[0]
    take(gate, sample)
    listed = open_list(sample.path)
    place = propose(listed.columns).place("email")
    assert place is not None
    rows = next(listed.chunks()).rows
    addresses = [email(row[place]) for row in islice(rows, 100)]
    stored = everything(gate)
    assert b"newsletter-3/ko" in stored  # the search finds what stands in clear
    for address in addresses:
        raw = address.encode()
        for spelled in (raw, raw.hex().encode(), base64.b64encode(raw).rstrip(b"=")[:-1], address.encode("utf-16-le")):
            assert spelled not in stored


def everything(gate: Gate) -> bytes:
    """Give all rows of the tables that the gateway may read: text as text, and every bytea as its bytes."""
    found: list[bytes] = []
    with gate.house.unit() as connection:
        names = connection.execute(
            text(
                "SELECT c.relname FROM pg_class c WHERE c.relnamespace = 'ostiary'::regnamespace"
                " AND c.relkind IN ('r', 'p') AND has_table_privilege(c.oid, 'SELECT')"
            )
        )
        for table in names.scalars().all():
            for row in connection.execute(text(f"SELECT * FROM {table}")):
                found += [cell if isinstance(cell, bytes) else str(cell).encode() for cell in row]
    return b"\n".join(found)
