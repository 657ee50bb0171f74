"""Canaries: made once, kept as hashes, met in any spelling, noted once a batch, and never a word of an address."""

import json
from typing import Any

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from gateway.domain.errors import Invalid, NotFound
from gateway.flows import canaries
from gateway.flows.canaries import hashes_of, listed, make, met, note, plant, tell_of
from gateway.flows.gate import Gate
from gateway.store import parties
from policies.terms import Verdict

BATCH, OTHER = b"b" * 16, b"o" * 16


@pytest.fixture
def house(gate: Gate) -> Gate:
    """A gateway with two partners."""
    with gate.house.unit() as connection:
        parties.add_party(connection, "Partner X", "KR")
        parties.add_party(connection, "Partner Y", "DE")
    return gate


def entries(gate: Gate) -> list[dict[str, Any]]:
    """Give the ledger's entries about canaries."""
    with gate.house.unit() as connection:
        found = connection.execute(text("SELECT convert_from(entry, 'UTF8') FROM ledger_inbox ORDER BY no")).scalars()
        return [entry for each in found if (entry := json.loads(each))["kind"].startswith("canary.")]


def rows(gate: Gate, table: str) -> int:
    with gate.house.unit() as connection:
        return int(connection.execute(text(f"SELECT count(*) FROM {table}")).scalar_one())


def test_canaries_are_made_and_only_their_hashes_are_kept(house: Gate) -> None:
    made = make(house, "officer", "Partner X", "Post.Bücher.example", 3, "May list")
    assert len({each.address for each in made}) == 3
    assert all(each.address.endswith("@post.xn--bcher-kva.example") for each in made)
    with house.house.unit() as connection:
        dumped = str(
            connection.execute(text("SELECT c::text, p::text FROM canary c JOIN canary_planted p ON true")).all()
        )
    told = json.dumps(entries(house))
    for each in made:
        assert each.uid in told
        assert each.address not in told + dumped
        assert each.address.partition("@")[0] not in told + dumped


def test_a_canary_is_met_in_any_spelling_and_nothing_else_is(house: Gate) -> None:
    (made,) = make(house, "officer", "Partner X", "post.example.com", planted_in="May list")
    name, _, host = made.address.partition("@")
    for spelled in (made.address, made.address.upper(), f"{name}+shop@{host}", f" {name}@{host}\u200b"):
        with house.house.unit() as connection:
            (found,) = met(connection, hashes_of(house, ["anna@post.example.com", spelled]))
        assert found.canary.uid.hex() == made.uid
    with house.house.unit() as connection:
        assert met(connection, hashes_of(house, [f"{name}x@{host}", "no address", f"{name}@other.{host}"])) == []
        assert met(connection, []) == []


def test_a_meeting_is_evidence_in_words_with_the_parties(house: Gate) -> None:
    (made,) = make(house, "officer", "Partner X", "post.example.com", planted_in="May list")
    plant(house, "officer", made.uid, "Partner Y")
    with house.house.unit() as connection:
        (found,) = met(connection, hashes_of(house, [made.address]))
    tell = tell_of(found, "Broker Z")
    assert tell.words == (
        "A canary planted with Partner X on 2026-11-20 in May list and with Partner Y on 2026-11-20 stands in a list"
        " from Broker Z. Nobody lives there: ask how it got in."
    )
    assert tell.severity is Verdict.QUARANTINE
    assert made.address not in repr(tell)


def test_a_meeting_is_noted_once_a_batch(house: Gate) -> None:
    made = make(house, "officer", "Partner X", "post.example.com", 2)
    hashes = hashes_of(house, [each.address for each in made])
    for batch in (BATCH, BATCH, OTHER):
        with house.house.unit() as connection:
            assert len(note(house, connection, "intake", met(connection, hashes), batch, 7, "Broker Z")) == 2
    assert rows(house, "canary_met") == 4
    noted = [each for each in entries(house) if each["kind"] == "canary.met"]
    assert [each["body"]["batch"] for each in noted] == [BATCH.hex()] * 2 + [OTHER.hex()] * 2
    (first, second) = listed(house)
    assert [one.met_in for one in first.met] == [BATCH, OTHER]
    assert [one.party for one in second.planted] == ["Partner X"]


def test_nothing_is_kept_of_a_making_or_meeting_that_fails(house: Gate, monkeypatch: pytest.MonkeyPatch) -> None:
    (made,) = make(house, "officer", "Partner X", "post.example.com")
    before = len(entries(house))

    def lost(*_: object) -> None:
        raise RuntimeError("power is gone")

    monkeypatch.setattr(type(house.house), "enter", lost)
    with pytest.raises(RuntimeError):
        make(house, "officer", "Partner X", "post.example.com", 5)
    with pytest.raises(RuntimeError):
        plant(house, "officer", made.uid, "Partner Y")
    with pytest.raises(RuntimeError), house.house.unit() as connection:
        note(house, connection, "intake", met(connection, hashes_of(house, [made.address])), BATCH, 7, "Z")
    assert (rows(house, "canary"), rows(house, "canary_planted"), rows(house, "canary_met")) == (1, 1, 0)
    assert len(entries(house)) == before


@pytest.mark.parametrize("table", ["canary", "canary_planted", "canary_met"])
def test_what_is_on_record_cannot_be_changed(house: Gate, table: str) -> None:
    (made,) = make(house, "officer", "Partner X", "post.example.com")
    with house.house.unit() as connection:
        note(house, connection, "intake", met(connection, hashes_of(house, [made.address])), BATCH, 7, "Z")
    with pytest.raises(DBAPIError), house.house.unit() as connection:
        connection.execute(text(f"DELETE FROM {table}"))


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"domain": "nowhere"}, "domain_unfit"),
        ({"domain": "a@b.example"}, "domain_unfit"),
        ({"count": 0}, "count_unfit"),
        ({"count": 101}, "count_unfit"),
        ({"planted_in": "for anna@example.com"}, "planted_in_unfit"),
        ({"planted_in": "x" * 81}, "planted_in_unfit"),
        ({"planted_in": "a\u202eb"}, "planted_in_unfit"),
    ],
)
def test_what_does_not_fit_is_refused_before_anything_is_made(
    house: Gate, changes: dict[str, object], code: str
) -> None:
    plain: dict[str, object] = {"party": "Partner X", "domain": "post.example.com"}
    with pytest.raises(Invalid) as refused:
        make(house, "officer", **{**plain, **changes})  # type: ignore[arg-type]
    assert refused.value.code == code
    assert rows(house, "canary") == 0


def test_an_unknown_party_or_canary_is_told(house: Gate) -> None:
    with pytest.raises(NotFound, match="party_unknown"):
        make(house, "officer", "Partner Z", "post.example.com")
    for uid in ("0" * 32, "x", ""):
        with pytest.raises(NotFound, match="canary_unknown"):
            plant(house, "officer", uid, "Partner X")


def test_an_address_that_is_invented_twice_is_made_once(house: Gate, monkeypatch: pytest.MonkeyPatch) -> None:
    drawn = iter(["a1@p.example", "a1@p.example", "a2@p.example"])
    monkeypatch.setattr(canaries, "_invented", lambda _host: next(drawn))
    assert [each.address for each in make(house, "officer", "Partner X", "p.example", 2)] == [
        "a1@p.example",
        "a2@p.example",
    ]
