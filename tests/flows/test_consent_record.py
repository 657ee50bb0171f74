"""Recording consent, end to end on a database: what narrows always counts, what widens needs its evidence."""

import hashlib
import secrets
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import text

from gateway.domain.errors import Conflict, Invalid, NotFound, Refused
from gateway.domain.requests import Party, Selector
from gateway.flows.consent import ConsentReceipt, ConsentWish, record
from gateway.flows.gate import Gate
from gateway.store import consents, evidence, parties, suppressions
from gateway.vault.keytext import Purpose
from gateway.vault.seal import HouseSeal
from policies.terms import REACHED_BY, Channel, Condition, ConsentState

ADDRESS = "maria@example.com"
BY_MAIL = Selector("email", ADDRESS)
DAY = timedelta(days=1)


def person(gate: Gate, *addresses: str, phones: tuple[str, ...] = (), source: int = 1) -> int:
    """Put a person with these identifiers into the database, as an import would."""
    with gate.house.unit() as connection:
        no = connection.execute(
            text("INSERT INTO person (uid, jurisdiction) VALUES (:uid, 'DE') RETURNING no"),
            {"uid": secrets.token_bytes(16)},
        ).scalar_one()
        for kind, value in [("email", one) for one in addresses] + [("phone", one) for one in phones]:
            version, index = gate.lookup.index(kind, value)[0]
            suppress = gate.lookup.suppression_index(kind, value)[0].value
            connection.execute(
                text(
                    "INSERT INTO identifier (person_no, kind, index, source_no, index_version, suppress)"
                    " VALUES (:no, :kind, :index, :source, :version, :suppress)"
                ),
                {
                    "no": no,
                    "kind": kind,
                    "index": index,
                    "source": source,
                    "version": version,
                    "suppress": suppress,
                },
            )
    return int(no)


@pytest.fixture
def sender(gate: Gate) -> Party:
    """A party that people consent to."""
    with gate.house.unit() as connection:
        return parties.add_party(connection, "Nordlicht Books", "DE")


@pytest.fixture
def given(gate: Gate, sender: Party) -> ConsentWish:
    """A consent with everything that it needs."""
    return ConsentWish(
        BY_MAIL,
        ConsentState.GIVEN,
        "marketing.own.newsletter",
        "web_form",
        channel="email",
        sender=sender.name,
        wording="newsletter-3/en",
        language="en",
        at=gate.clock() - DAY,
        evidence=b"the form as it was sent",
    )


@pytest.fixture
def withdrawn(given: ConsentWish) -> ConsentWish:
    """The withdrawal that matches `given`, a moment later."""
    return replace(given, state=ConsentState.WITHDRAWN, evidence=None, at=None, method="reply")


def rows(gate: Gate, table: str) -> list[dict[str, Any]]:
    """Read a whole table."""
    with gate.house.unit() as connection:
        return [dict(row) for row in connection.execute(text(f"SELECT * FROM {table}")).mappings()]


def test_a_consent_is_kept_as_event_standing_evidence_and_leaf(gate: Gate, given: ConsentWish) -> None:
    no = person(gate, ADDRESS)
    receipt = record(gate, "newsletter", replace(given, conditions=Condition.NIGHT | Condition.SEPARATE))
    (event,) = rows(gate, "consent_event")
    (line,) = rows(gate, "consent")
    assert receipt.effective is ConsentState.GIVEN
    assert receipt.events == (event["no"],)
    assert (event["person_no"], event["wording"], event["method"]) == (no, "newsletter-3/en", "web_form")
    assert line["index"] == gate.lookup.index("email", ADDRESS)[0].value == event["index"]
    assert line["conditions"] == Condition.NIGHT | Condition.SEPARATE
    with gate.house.unit() as connection:
        opened = evidence.read(connection, HouseSeal(gate.keyring, Purpose.EVIDENCE), event["evidence_no"])
    assert opened.content == b"the form as it was sent"
    assert b"the form" not in rows(gate, "evidence")[0]["sealed"]


def test_the_leaf_tells_the_act_and_no_personal_data(gate: Gate, given: ConsentWish) -> None:
    person(gate, ADDRESS)
    record(gate, "newsletter", given)
    entry = bytes(rows(gate, "ledger_inbox ORDER BY 1")[-1]["entry"])
    assert b'"kind":"consent.recorded"' in entry
    assert b'"actor":"newsletter"' in entry
    assert ADDRESS.encode() not in entry
    assert gate.lookup.index("email", ADDRESS)[0].value.hex().encode() not in entry


def test_a_consent_without_evidence_is_refused_and_leaves_nothing(gate: Gate, given: ConsentWish) -> None:
    person(gate, ADDRESS)
    before = len(rows(gate, "ledger_inbox"))
    with pytest.raises(Refused) as refusal:
        record(gate, "newsletter", replace(given, evidence=None))
    assert refusal.value.code == "evidence_required"
    assert not rows(gate, "consent_event")
    assert not rows(gate, "consent")
    assert len(rows(gate, "ledger_inbox")) == before


def test_a_consent_of_somebody_unknown_is_refused_and_leaves_no_evidence(gate: Gate, given: ConsentWish) -> None:
    with pytest.raises(NotFound) as refusal:
        record(gate, "newsletter", given)
    assert refusal.value.code == "person_unknown"
    assert ADDRESS not in str(refusal.value)
    assert not rows(gate, "evidence")


@pytest.mark.parametrize(
    ("defect", "code"),
    [
        ({"at": datetime(2026, 11, 20, 10, 0, 1, tzinfo=UTC)}, "at_in_future"),
        ({"at": datetime(2026, 11, 1)}, "at_without_zone"),  # noqa: DTZ001  the defect
        ({"purpose": "marketing.unheard"}, "purpose_unknown"),
        ({"channel": "pigeon"}, "channel_unknown"),
        ({"channel": "*"}, "channel_needed"),
        ({"sender": ""}, "sender_needed"),
        ({"wording": "read\x1fthis"}, "word_unfit"),
        ({"wording": "agreed by maria@example.com"}, "word_unfit"),
        ({"method": "Web form of Maria"}, "word_unfit"),
        ({"language": "english please"}, "word_unfit"),
        ({"evidence_kind": ""}, "word_unfit"),
        ({"evidence": b""}, "evidence_unfit"),
        ({"idempotency_key": ""}, "key_unfit"),
        ({"idempotency_key": "x" * 201}, "key_unfit"),
        ({"idempotency_key": "key\nkey"}, "key_unfit"),
        ({"selector": Selector("email", "not an address")}, "identifier_malformed"),
        ({"selector": Selector("shoe_size", "44")}, "selector_unknown"),
    ],
)
def test_a_defect_is_named_by_its_code(gate: Gate, given: ConsentWish, defect: dict[str, Any], code: str) -> None:
    person(gate, ADDRESS)
    with pytest.raises(Invalid) as refusal:
        record(gate, "newsletter", replace(given, **defect))
    assert refusal.value.code == code
    assert not rows(gate, "consent_event")


def test_an_unknown_sender_is_not_found(gate: Gate, given: ConsentWish) -> None:
    person(gate, ADDRESS)
    with pytest.raises(NotFound) as refusal:
        record(gate, "newsletter", replace(given, sender="Nobody Ltd"))
    assert refusal.value.code == "party_unknown"


def test_a_withdrawal_needs_no_word_for_evidence_that_is_not_there(gate: Gate, withdrawn: ConsentWish) -> None:
    person(gate, ADDRESS)
    assert record(gate, "newsletter", replace(withdrawn, evidence_kind="")).effective is ConsentState.WITHDRAWN


def test_a_withdrawal_flows_across_identifiers(gate: Gate, given: ConsentWish, withdrawn: ConsentWish) -> None:
    person(gate, ADDRESS, "maria@second.example")
    record(gate, "newsletter", given)
    record(gate, "newsletter", replace(given, selector=Selector("email", "maria@second.example")))
    receipt = record(gate, "newsletter", withdrawn)
    assert receipt.effective is ConsentState.WITHDRAWN
    assert [bytes(line["index"]) for line in rows(gate, "consent") if line["state"] == "withdrawn"] == [b""]


def test_a_consent_older_than_the_withdrawal_is_kept_and_changes_nothing(
    gate: Gate, given: ConsentWish, withdrawn: ConsentWish
) -> None:
    person(gate, ADDRESS)
    record(gate, "newsletter", replace(withdrawn, at=gate.clock() - DAY))
    late = record(gate, "newsletter", replace(given, at=gate.clock() - 2 * DAY))
    same_moment = record(gate, "newsletter", replace(given, at=gate.clock() - DAY))
    assert late.effective is same_moment.effective is ConsentState.WITHDRAWN
    assert len(rows(gate, "consent_event")) == 3


def test_a_newer_consent_with_evidence_widens_again(gate: Gate, given: ConsentWish, withdrawn: ConsentWish) -> None:
    person(gate, ADDRESS)
    record(gate, "newsletter", replace(withdrawn, at=gate.clock() - 2 * DAY))
    assert record(gate, "newsletter", given).effective is ConsentState.GIVEN


def test_an_objection_to_an_ancestor_outlives_an_older_consent(gate: Gate, given: ConsentWish) -> None:
    person(gate, ADDRESS)
    objection = ConsentWish(BY_MAIL, ConsentState.OBJECTED, "marketing", "letter")
    record(gate, "desk", objection)
    receipt = record(gate, "newsletter", given)
    assert receipt.effective is ConsentState.OBJECTED


def test_a_late_withdrawal_says_that_a_later_consent_stands(
    gate: Gate, given: ConsentWish, withdrawn: ConsentWish
) -> None:
    person(gate, ADDRESS)
    record(gate, "newsletter", given)
    receipt = record(gate, "newsletter", replace(withdrawn, at=gate.clock() - 2 * DAY))
    assert receipt.effective is ConsentState.GIVEN


def test_a_withdrawal_said_now_beats_a_consent_of_a_faster_clock(
    gate: Gate, given: ConsentWish, withdrawn: ConsentWish, clock: Any
) -> None:
    person(gate, ADDRESS)
    record(gate, "newsletter", replace(given, at=None))
    clock.at -= timedelta(seconds=2)
    assert record(gate, "newsletter", withdrawn).effective is ConsentState.WITHDRAWN


def test_a_withdrawal_by_a_shared_address_is_for_all_who_share_it(
    gate: Gate, given: ConsentWish, withdrawn: ConsentWish
) -> None:
    both = {person(gate, ADDRESS), person(gate, ADDRESS)}
    receipt = record(gate, "newsletter", withdrawn)
    assert len(receipt.events) == 2
    assert {line["person_no"] for line in rows(gate, "consent")} == both


def test_a_consent_for_a_channel_covers_the_identifier_that_the_channel_reaches(gate: Gate, given: ConsentWish) -> None:
    person(gate, ADDRESS, phones=("+4915112345678",))
    record(gate, "newsletter", replace(given, channel="sms"))
    assert rows(gate, "consent")[0]["index"] == gate.lookup.index("phone", "+4915112345678")[0].value


def test_a_consent_that_could_mean_two_numbers_asks_which(gate: Gate, given: ConsentWish) -> None:
    person(gate, ADDRESS, phones=("+4915112345678", "+4915112345679"))
    with pytest.raises(Invalid) as refusal:
        record(gate, "newsletter", replace(given, channel="sms"))
    assert refusal.value.code == "identifier_needed"


def test_a_tool_widens_for_its_own_sender_only(gate: Gate, given: ConsentWish) -> None:
    person(gate, ADDRESS)
    with gate.house.unit() as connection:
        parties.add_party(connection, "Other Ltd", "GB")
        tool = parties.ToolRecord("other", "marketing", "Other Ltd", "GB", (), (), ())
        caller = parties.add_tool(connection, tool)
    with pytest.raises(Refused) as refusal:
        record(gate, "other", given, caller)
    assert refusal.value.code == "sender_not_yours"
    assert record(gate, "other", replace(given, state=ConsentState.WITHDRAWN), caller).effective == "withdrawn"


# Unknown people


def test_a_withdrawal_of_somebody_unknown_becomes_a_suppression(gate: Gate, withdrawn: ConsentWish) -> None:
    receipt = record(gate, "newsletter", withdrawn)
    (kept,) = rows(gate, "suppression")
    assert (receipt.suppressions, receipt.events, receipt.effective) == (1, (), ConsentState.WITHDRAWN)
    assert (kept["scope"], kept["purpose"], kept["channel"]) == (
        "purpose",
        "marketing.own.newsletter",
        "email",
    )
    assert kept["hash"] == gate.lookup.suppression_index("email", ADDRESS)[0].value
    with gate.house.unit() as connection:
        assert suppressions.hits(connection, "email", [kept["hash"]]) == {kept["hash"]: suppressions.PARTIAL}


def test_a_withdrawal_by_hash_finds_the_same_person_and_the_same_suppression(
    gate: Gate, withdrawn: ConsentWish
) -> None:
    hashed = Selector("email_sha256", hashlib.sha256(ADDRESS.encode()).hexdigest())
    record(gate, "newsletter", withdrawn)
    assert record(gate, "newsletter", replace(withdrawn, selector=hashed)).suppressions == 0
    person(gate, ADDRESS)
    assert len(record(gate, "newsletter", replace(withdrawn, selector=hashed)).events) == 1


# Once


def test_the_same_key_and_request_gives_the_same_answer_and_does_nothing_again(gate: Gate, given: ConsentWish) -> None:
    person(gate, ADDRESS)
    wish = replace(given, idempotency_key="k-1")
    assert record(gate, "newsletter", wish) == record(gate, "newsletter", wish)
    assert len(rows(gate, "consent_event")) == 1
    assert len(rows(gate, "evidence")) == 1


@pytest.mark.parametrize(
    "other",
    [
        {"purpose": "marketing.own.offers"},
        {"evidence": b"another form"},
        {"selector": Selector("email", "other@example.com")},
    ],
)
def test_the_same_key_with_another_request_conflicts(gate: Gate, given: ConsentWish, other: dict[str, Any]) -> None:
    person(gate, ADDRESS, "other@example.com")
    record(gate, "newsletter", replace(given, idempotency_key="k-1"))
    with pytest.raises(Conflict) as refusal:
        record(gate, "newsletter", replace(given, idempotency_key="k-1", **other))
    assert refusal.value.code == "idempotency_key_reused"
    assert len(rows(gate, "consent_event")) == 1


def test_a_key_belongs_to_its_caller(gate: Gate, given: ConsentWish) -> None:
    person(gate, ADDRESS)
    wish = replace(given, idempotency_key="k-1")
    assert record(gate, "newsletter", wish).events != record(gate, "shop", wish).events


def test_twenty_requests_with_one_key_at_once_count_once(gate: Gate, given: ConsentWish) -> None:
    person(gate, ADDRESS)
    wish = replace(given, idempotency_key="k-1")
    with ThreadPoolExecutor(8) as pool:
        receipts: set[ConsentReceipt] = set(pool.map(lambda _: record(gate, "newsletter", wish), range(20)))
    assert len(receipts) == 1
    assert len(rows(gate, "consent_event")) == 1


def test_a_refused_request_does_not_use_up_its_key(gate: Gate, given: ConsentWish) -> None:
    person(gate, ADDRESS)
    wish = replace(given, idempotency_key="k-1")
    with pytest.raises(Refused):
        record(gate, "newsletter", replace(wish, evidence=None))
    assert record(gate, "newsletter", wish).effective is ConsentState.GIVEN


def test_what_is_kept_for_a_key_cannot_be_tried_out(gate: Gate, given: ConsentWish) -> None:
    person(gate, ADDRESS)
    record(gate, "newsletter", replace(given, idempotency_key="k-1"))
    (kept,) = rows(gate, "idempotency")
    assert len(kept["digest"]) == 16
    assert ADDRESS.encode() not in kept["answer"]
    assert "maria" not in repr(replace(given, idempotency_key="k-1"))


def test_every_channel_has_an_identifier_that_a_consent_can_cover() -> None:
    assert set(REACHED_BY) == set(Channel)


def test_the_standing_lists_lines_oldest_first(gate: Gate, given: ConsentWish, withdrawn: ConsentWish) -> None:
    no = person(gate, ADDRESS)
    record(gate, "newsletter", given)
    record(gate, "newsletter", withdrawn)
    with gate.house.unit() as connection:
        lines = consents.standing(connection, no)
        numbers = [consents.event_behind(connection, no, line) for line in lines]
    assert [line.state for line in lines] == [ConsentState.GIVEN, ConsentState.WITHDRAWN]
    assert numbers == sorted(numbers)
