"""Suppressions: they mark what is here, what comes later, and what comes at the same moment; they lift nothing."""

import secrets
import threading
import time

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import Connection, Engine, text

from gateway.domain.errors import Invalid
from gateway.store import suppressions
from gateway.store.suppressions import ALL, PARTIAL, STORAGE, Suppression, channel_bit
from gateway.store.unit import unit
from policies.terms import Channel, Scope

HASH = b"h" * 16


def suppression(
    scope: Scope, hash_: bytes = HASH, channel: str = "", purpose: str = "", sender: int = 0
) -> Suppression:
    """Make a suppression of an e-mail address."""
    return Suppression("email", hash_, scope, "complaint", "desk", channel, purpose, sender)


EACH = [
    (suppression(Scope.STORAGE), STORAGE),
    (suppression(Scope.ALL), ALL),
    (suppression(Scope.CHANNEL, channel="sms"), channel_bit(Channel.SMS)),
    (suppression(Scope.PURPOSE, purpose="marketing"), PARTIAL),
    (suppression(Scope.SENDER, sender=3), PARTIAL),
    (suppression(Scope.DOMAIN), PARTIAL),
]


def identifier(connection: Connection, hash_: bytes = HASH, kind: str = "email", bits: int = 0) -> int:
    """Put an identifier with this suppression hash into the database; give its person's number."""
    uid = {"uid": secrets.token_bytes(16)}
    no = connection.execute(text("INSERT INTO person (uid) VALUES (:uid) RETURNING no"), uid).scalar_one()
    connection.execute(
        text("INSERT INTO identifier VALUES (:no, :kind, :index, 1, 1, :hash, :bits)"),
        {"no": no, "kind": kind, "index": secrets.token_bytes(16), "hash": hash_, "bits": bits},
    )
    return int(no)


def bits(connection: Connection, no: int) -> int:
    """Give the narrowing bits of a person's identifier."""
    return int(connection.execute(text("SELECT bits FROM identifier WHERE person_no = :no"), {"no": no}).scalar_one())


@pytest.mark.parametrize(("one", "bit"), EACH, ids=[one.scope for one, _ in EACH])
def test_a_suppression_marks_what_is_here_and_is_found(app_engine: Engine, one: Suppression, bit: int) -> None:
    with unit(app_engine) as connection:
        both = identifier(connection), identifier(connection)
        others = identifier(connection, b"o" * 16), identifier(connection, kind="phone")
        assert suppressions.add(connection, [one]) == 1
        assert [bits(connection, no) for no in both] == [bit, bit]
        assert [bits(connection, no) for no in others] == [0, 0]
        assert suppressions.hits(connection, "email", [HASH, b"o" * 16]) == {HASH: bit}
        assert suppressions.hits(connection, "phone", [HASH]) == {}


def test_adding_again_adds_nothing_and_keeps_the_first_reason(app_engine: Engine) -> None:
    with unit(app_engine) as connection:
        suppressions.add(connection, [suppression(Scope.ALL)])
        again = Suppression("email", HASH, Scope.ALL, "other_reason", "another")
        assert suppressions.add(connection, [again]) == 0
        assert connection.execute(text("SELECT reason, actor FROM suppression")).all() == [("complaint", "desk")]


def test_adding_again_mends_a_missing_mark(app_engine: Engine) -> None:
    with unit(app_engine) as connection:
        suppressions.add(connection, [suppression(Scope.ALL)])
        no = identifier(connection)
        suppressions.add(connection, [suppression(Scope.ALL)])
        assert bits(connection, no) == ALL


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.lists(st.lists(st.sampled_from(EACH), min_size=1, max_size=4), min_size=1, max_size=4),
    st.integers(0, 7),
)
def test_bits_only_ever_grow_and_are_what_was_added(
    app_engine: Engine, batches: list[list[tuple[Suppression, int]]], before: int
) -> None:
    hash_ = secrets.token_bytes(16)
    with unit(app_engine) as connection:
        no, wanted = identifier(connection, hash_, bits=before), 0
        for batch in batches:
            moved = [suppression(one.scope, hash_, one.channel, one.purpose, one.sender_no) for one, _ in batch]
            suppressions.add(connection, moved)
            for _, bit in batch:
                wanted |= bit
            assert bits(connection, no) == before | wanted
        assert suppressions.hits(connection, "email", [hash_]) == {hash_: wanted}


@pytest.mark.parametrize("scope", [Scope.CHANNEL, Scope.PURPOSE, Scope.SENDER])
def test_a_scope_without_its_object_is_refused(scope: Scope) -> None:
    with pytest.raises(Invalid) as refusal:
        suppression(scope)
    assert refusal.value.code == "scope_incomplete"


def test_nothing_asked_is_nothing_found(app_engine: Engine) -> None:
    with unit(app_engine) as connection:
        assert suppressions.hits(connection, "email", []) == {}
        assert suppressions.add(connection, []) == 0


def test_a_suppression_added_during_an_import_marks_what_the_import_stores(app_engine: Engine) -> None:
    """The import asked before the suppression was there, and stores after it came: neither may miss the other."""
    done = threading.Event()

    def suppress() -> None:
        with unit(app_engine) as connection:
            suppressions.add(connection, [suppression(Scope.ALL)])
        done.set()

    thread = threading.Thread(target=suppress)
    with unit(app_engine) as connection:
        assert suppressions.hits(connection, "email", [HASH]) == {}
        thread.start()
        time.sleep(0.2)
        assert not done.is_set(), "the suppression must wait for the import's transaction"
        no = identifier(connection)
    thread.join(timeout=10)
    assert done.is_set()
    with unit(app_engine) as connection:
        assert bits(connection, no) == ALL
