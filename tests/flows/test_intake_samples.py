"""The sample lists, through the whole intake on a real database: verdicts, accounting, nothing in clear."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

import pytest
from sqlalchemy import Engine, text

from gateway.flows.gate import Gate
from gateway.flows.intake import Report, receive
from gateway.flows.sources import SourceWish, approve_source, register_source
from gateway.lists.reader import open_list
from gateway.samples.catalogue import HOUSE, SAMPLES, Sample
from gateway.store import parties
from policies.terms import Verdict

COUNTRIES = {HOUSE: "DE"}


def registered(gate: Gate, sample: Sample, **defaults: Any) -> None:
    """Register and approve a sample's source, with its parties."""
    with gate.house.unit() as connection:
        known = {party.name for party in parties.parties(connection)}
        for name in {HOUSE, sample.supplier} - known:
            parties.add_party(connection, name, COUNTRIES.get(name, sample.jurisdiction))
    register_source(
        gate,
        "test",
        SourceWish(
            name=sample.source,
            kind=sample.kind,
            collector=sample.supplier,
            country=sample.jurisdiction,
            collected_at=datetime(2025, 1, 1, tzinfo=UTC),
            evidence=sample.evidence,
            named=(HOUSE,) if "names_us" in sample.evidence else (),
            defaults={
                "country": sample.jurisdiction,
                "time_zone": sample.time_zone,
                "date_order": sample.date_order or "",
                "sender": HOUSE,
                "purpose": "marketing.own",
                "notice": "refusal_offered" in sample.evidence,
                **defaults,
            },
        ),
    )
    approve_source(gate, "test", sample.source)


def overrides(sample: Sample) -> Mapping[str, str]:
    return sample.mapping


def taken(gate: Gate, sample: Sample) -> Report:
    return receive(gate, "test", sample.source, sample.path, overrides(sample))


@pytest.mark.parametrize("sample", SAMPLES, ids=lambda sample: sample.file)
def test_each_sample_has_its_verdict_and_every_row_is_accounted_for(gate: Gate, sample: Sample) -> None:
    registered(gate, sample)
    report = taken(gate, sample)
    print(report.to_json())
    assert report.verdict is sample.verdict
    assert report.accounted == report.read
