"""Sources: registered with their evidence, approved, suspended, revoked; every change in history and ledger."""

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest
from sqlalchemy import text

from gateway.domain.errors import Conflict, NotFound, Ostiary, Refused
from gateway.flows.gate import Gate
from gateway.flows.sources import (
    SourceWish,
    approve_source,
    list_sources,
    register_source,
    revoke_source,
    source,
    source_history,
    suspend_source,
)
from gateway.store import parties
from policies.terms import AudienceKind, SourceStatus

WISH = SourceWish("Autumn form", "registration_form", "House", "KR", evidence=("notice_version", "consent_wording"))


@pytest.fixture
def house(gate: Gate) -> Gate:
    with gate.house.unit() as connection:
        parties.add_party(connection, "House", "KR")
        parties.add_party(connection, "Partner", "TW")
    return gate


def kinds(gate: Gate) -> list[str]:
    with gate.house.unit() as connection:
        entries = connection.execute(
            text("SELECT convert_from(entry, 'UTF8')::jsonb->>'kind' FROM ledger_inbox ORDER BY no")
        )
        return [str(kind) for kind in entries.scalars()]


def test_a_source_waits_for_approval_and_keeps_what_was_said(house: Gate) -> None:
    wish = replace(
        WISH,
        audience=AudienceKind.B2B,
        collected_at=datetime(2026, 1, 1, tzinfo=UTC),
        named=("Partner",),
        defaults={"country": "KR", "channels": {"consent_sms": ["sms", "mms"]}, "conditions": ["night"]},
    )
    row = register_source(house, "officer", wish)
    assert row.source.status is SourceStatus.SUBMITTED
    assert (row.source.audience, row.source.by_person, row.collector) == (AudienceKind.B2B, True, "House")
    assert row.source.collected_at == datetime(2026, 1, 1, tzinfo=UTC)
    assert row.source.evidence == {"notice_version", "consent_wording"}
    assert len(row.source.named) == 1
    assert row.defaults["channels"] == {"consent_sms": ["sms", "mms"]}
    assert source(house, "Autumn form") == row
    assert list_sources(house) == [row]


def test_every_change_stands_in_the_history_and_in_the_ledger(house: Gate) -> None:
    register_source(house, "a", WISH)
    approve_source(house, "b", WISH.name)
    suspend_source(house, "c", WISH.name)
    approve_source(house, "d", WISH.name)
    assert revoke_source(house, "e", WISH.name).source.status is SourceStatus.REVOKED
    history = source_history(house, WISH.name)
    assert [(what, who) for _, what, who in history] == [
        ("registered", "a"), ("approved", "b"), ("suspended", "c"), ("approved", "d"), ("revoked", "e"),
    ]  # fmt: skip
    assert kinds(house)[-5:] == [
        "source.registered", "source.approved", "source.suspended", "source.approved", "source.revoked",
    ]  # fmt: skip
    assert source(house, WISH.name).version == 5


@pytest.mark.parametrize("change", [approve_source, suspend_source, revoke_source])
def test_a_revoked_source_never_comes_back(house: Gate, change: Any) -> None:
    register_source(house, "a", WISH)
    revoke_source(house, "a", WISH.name)
    before = kinds(house)
    with pytest.raises(Conflict) as conflict:
        change(house, "a", WISH.name)
    assert conflict.value.code == "source_status"
    assert kinds(house) == before


@pytest.mark.parametrize("kind", ["leaked", "hacked", "harvested", "insider", "number_bank"])
def test_a_forbidden_kind_is_never_approved(house: Gate, kind: str) -> None:
    register_source(house, "a", replace(WISH, kind=kind, evidence=()))
    with pytest.raises(Refused) as refused:
        approve_source(house, "a", WISH.name)
    assert refused.value.code == "source_forbidden"


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"name": ""}, "source_name_unfit"),
        ({"name": " form"}, "source_name_unfit"),
        ({"name": "a\x1fb"}, "source_name_unfit"),
        ({"name": "x" * 121}, "source_name_unfit"),
        ({"kind": "gift"}, "source_kind_unknown"),
        ({"evidence": ("a_promise",)}, "evidence_unknown"),
        ({"collector": "Nobody"}, "party_unknown"),
        ({"named": ("Nobody",)}, "party_unknown"),
        ({"country": "Korea"}, "country_unfit"),
        ({"country": "kr"}, "country_unfit"),
        ({"collected_at": datetime(2026, 1, 1)}, "time_without_zone"),  # noqa: DTZ001  the defect
        ({"defaults": {"colour": "red"}}, "defaults_wrong"),
        ({"defaults": {"country": "Korea"}}, "defaults_wrong"),
        ({"defaults": {"date_order": "ydm"}}, "defaults_wrong"),
        ({"defaults": {"channels": {"email": ["email"]}}}, "defaults_wrong"),
        ({"defaults": {"channels": {"consent_sms": ["pigeon"]}}}, "defaults_wrong"),
        ({"defaults": {"purpose": "fun"}}, "purpose_unknown"),
        ({"defaults": {"time_zone": "Mars/Olympus"}}, "time_zone_unknown"),
        ({"defaults": {"conditions": ["perhaps"]}}, "condition_unknown"),
        ({"defaults": {"sender": "Nobody"}}, "party_unknown"),
    ],
)
def test_what_is_wrong_with_a_source_is_said_and_nothing_is_kept(
    house: Gate, change: dict[str, Any], code: str
) -> None:
    before = kinds(house)
    with pytest.raises(Ostiary) as refused:
        register_source(house, "a", replace(WISH, **change))
    assert refused.value.code == code
    assert list_sources(house) == []
    assert kinds(house) == before


def test_a_name_is_taken_once_and_unknown_ones_are_said(house: Gate) -> None:
    register_source(house, "a", WISH)
    with pytest.raises(Conflict) as conflict:
        register_source(house, "a", WISH)
    assert conflict.value.code == "source_exists"
    with pytest.raises(NotFound) as unknown:
        approve_source(house, "a", "another")
    assert unknown.value.code == "source_unknown"


def test_whether_people_entered_it_themselves_follows_from_the_kind_alone(house: Gate) -> None:
    row = register_source(house, "a", replace(WISH, kind="broker_list", evidence=(), defaults={"by_person": True}))
    assert row.source.by_person is False
