"""People as an import meets them: found, locked, read, created and filled, on a real database."""

import secrets
from collections.abc import Iterator
from datetime import UTC, datetime

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import Connection, Engine, text

from gateway.store import intake, people
from gateway.store.intake import ConsentRow, DealingRow, IdentifierRow, KeyRow, SealedRow
from gateway.store.people import Filled
from gateway.store.suppressions import ALL, STORAGE, Suppression, add, channel_bit
from gateway.store.unit import unit
from policies.terms import Channel, Scope

NOTHING = ("", "", "", "", "", "unknown", 0)
KOREAN = ("KR", "11", "seoul", "ko", "Asia/Seoul", "b2c", 1990)


@pytest.fixture
def connection(app_engine: Engine) -> Iterator[Connection]:
    with unit(app_engine) as connection:
        yield connection


def index() -> bytes:
    return secrets.token_bytes(16)


def create(connection: Connection, count: int = 1) -> list[int]:
    uids = [index() for _ in range(count)]
    numbers = people.add(connection, uids, [NOTHING] * count)
    intake.add_keys(connection, [KeyRow(no, b"wrapped") for no in numbers.values()])
    return [numbers[uid] for uid in uids]


def test_people_get_numbers_in_the_order_given_and_keep_their_attributes(connection: Connection) -> None:
    uids = [index() for _ in range(300)]
    numbers = people.add(connection, uids, [KOREAN] * 300)
    assert [numbers[uid] for uid in uids] == sorted(numbers.values())
    assert len(set(numbers.values())) == 300
    intake.add_keys(connection, [KeyRow(numbers[uid], uid + b"w") for uid in uids])
    found = people.hold(connection, list(numbers.values()), 1)
    assert all(found[numbers[uid]].wrapped == uid + b"w" for uid in uids)
    assert {each.attributes for each in found.values()} == {KOREAN}
    assert people.add(connection, [], []) == {}


def test_gaps_are_filled_and_what_stands_stays(connection: Connection) -> None:
    (no,) = create(connection)
    people.fill(connection, [Filled(no, ("KR", "", "", "ko", "", "b2c", 0))])
    people.fill(connection, [Filled(no, ("US", "CA", "north", "en", "UTC", "b2b", 1980))])
    assert people.hold(connection, [no], 1)[no].attributes == ("KR", "CA", "north", "ko", "UTC", "b2c", 1980)


def test_the_erased_and_those_without_a_key_are_not_given(connection: Connection) -> None:
    erased, keyless, here = create(connection, 3)
    connection.execute(text("UPDATE person SET flags = flags | 8 WHERE no = :no"), {"no": erased})
    connection.execute(text("DELETE FROM person_key WHERE person_no = :no"), {"no": keyless})
    assert list(people.hold(connection, [erased, keyless, here, 10**9], 1)) == [here]


def test_people_are_found_by_index_and_kind_and_shut_by_any_identifier(connection: Connection) -> None:
    first, second = create(connection, 2)
    mail, phone = index(), index()
    intake.add_identifiers(connection, 7, [
        IdentifierRow(second, "email", mail, 1, index(), 0), IdentifierRow(first, "email", mail, 1, index(), 0),
        IdentifierRow(first, "phone", phone, 2, index(), STORAGE | channel_bit(Channel.FAX)),
        IdentifierRow(second, "phone", mail, 1, index(), ALL),
    ])  # fmt: skip
    found = people.matches(connection, "email", {mail})
    assert [(match.person_no, match.version, match.source_no) for match in found] == [
        (first, 1, 7), (second, 1, 7),
    ]  # fmt: skip
    assert people.matches(connection, "email", {phone}) == []
    assert people.matches(connection, "email", set()) == []
    held = people.hold(connection, [first, second], 7)
    assert (held[first].shut, held[second].shut) == (STORAGE, ALL)
    assert held[first].by_source
    assert not people.hold(connection, [first], 8)[first].by_source


def test_a_source_says_one_value_of_a_kind_and_bits_only_grow(connection: Connection) -> None:
    (no,) = create(connection)
    old, new = index(), index()
    intake.put_identifiers(connection, 1, [IdentifierRow(no, "email", old, 1, old, 8)])
    intake.put_identifiers(connection, 2, [IdentifierRow(no, "email", old, 1, old, 0)])
    intake.put_identifiers(connection, 1, [IdentifierRow(no, "email", old, 1, old, 16)])
    stored = "SELECT source_no, index, bits FROM identifier WHERE person_no = :no ORDER BY source_no"
    assert connection.execute(text(stored), {"no": no}).all() == [(1, old, 24), (2, old, 0)]
    intake.put_identifiers(connection, 1, [IdentifierRow(no, "email", new, 1, new, 0)])
    assert connection.execute(text(stored), {"no": no}).all() == [(1, new, 0), (2, old, 0)]


def test_a_blob_is_put_in_place_of_the_same_sources_only(connection: Connection) -> None:
    (no,) = create(connection)
    intake.add_sealed(connection, 1, [SealedRow(no, "email", b"one")])
    intake.put_sealed(connection, 2, [SealedRow(no, "email", b"two"), SealedRow(no, "phone", b"three")])
    intake.put_sealed(connection, 1, [SealedRow(no, "email", b"one again")])
    assert sorted(people.blobs(connection, [no], "email")) == [(no, 1, b"one again"), (no, 2, b"two")]
    assert people.blobs(connection, [], "email") == []


def test_a_dealing_keeps_the_latest_of_its_kind(connection: Connection) -> None:
    (no,) = create(connection)
    early, late = datetime(2025, 1, 1, tzinfo=UTC), datetime(2026, 1, 1, 12, 30, 15, 123456, tzinfo=UTC)
    intake.add_dealings(connection, 1, [DealingRow(no, 3, "purchase", "도서", late, notice=True)])
    intake.put_dealings(connection, 2, [DealingRow(no, 3, "purchase", "도서", early, notice=False)])
    found = connection.execute(text("SELECT category, at, notice, source_no FROM dealing")).one()
    assert tuple(found) == ("도서", late, True, 1)


def test_consents_of_new_people_stand_as_they_were_given(connection: Connection) -> None:
    (no,) = create(connection)
    at, mail = datetime(1999, 12, 31, 23, 59, 59, 1, tzinfo=UTC), index()
    given = ConsentRow(no, "email", mail, "given", "marketing.own", "email", 3, 9, "w-1", "ko", "web", at)
    stopped = ConsentRow(no, "email", mail, "withdrawn", "marketing", "*", 0, 0, "", "", "list", at)
    intake.add_consents(connection, 5, "tester", datetime(2026, 1, 1, tzinfo=UTC), [given, stopped])
    standing = connection.execute(
        text("SELECT index, state, since, conditions, source_no FROM consent ORDER BY state")
    ).all()
    assert [tuple(row) for row in standing] == [(mail, "given", at, 9, 5), (b"", "withdrawn", at, 0, 5)]
    events = connection.execute(
        text("SELECT actor, method, evidence_no, received_at FROM consent_event ORDER BY no")
    ).all()
    assert [tuple(row)[:3] for row in events] == [("tester", "web", None), ("tester", "list", None)]
    assert people.withdrawn(connection, [no]) == [(no, "marketing", "*", 0)]


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.sampled_from(list(Scope)), min_size=1, max_size=4), st.integers(0, 200))
def test_the_quick_question_about_suppression_answers_as_the_slow_one(
    connection: Connection, scopes: list[Scope], others: int
) -> None:
    from gateway.store.suppressions import hits

    listed = [index() for _ in scopes]
    add(connection, [
        Suppression("email", value, scope, "asked", "test", channel="email", purpose="marketing", sender_no=1)
        for value, scope in zip(listed, scopes, strict=True)
    ])  # fmt: skip
    asked = [*listed, *(index() for _ in range(others))]
    assert intake.suppressed(connection, "email", asked) == hits(connection, "email", asked)
    assert intake.suppressed(connection, "phone", asked) == {}
    assert intake.suppressed(connection, "email", []) == {}
