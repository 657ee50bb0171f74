"""Entering, integrating and reading in a real database."""

import threading
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import psycopg
import pytest
from sqlalchemy import create_engine, event, make_url
from sqlalchemy.exc import DBAPIError

from audit.checkpoint import Checkpoint
from audit.errors import LeafRefused, NotInLog, NotInTransaction, NotReady, NotSettled, Tampered
from audit.leaf import Entry
from audit.ledger import (
    checkpoint,
    consistency,
    enter,
    enter_raw,
    entries,
    inclusion,
    leaf,
    leaf_of,
    receipt,
    search,
    size,
    tile,
    verify_database,
)
from audit.merkle import leaf_hash, root, verify_consistency, verify_inclusion
from audit.note import Verifier
from audit.tables import GRANTS_SQL, GUARDED
from audit.tiles import decode_bundle
from audit.verify import verify_receipt

ENTRY = Entry("test.entry", "tool:1", {"n": 1})


def driver(log: Any) -> "psycopg.Connection[Any]":
    return psycopg.connect(make_url(log.url).set(drivername="postgresql").render_as_string(hide_password=False))


def test_what_is_entered_is_in_the_log_in_order(log: Any) -> None:
    numbers = log.enter(600)
    sequencer = log.sequencer()
    assert sequencer.lag().waiting == 600
    assert [sequencer.run_once(250) for _ in range(4)] == [250, 250, 100, 0]
    assert sequencer.lag().waiting == 0
    with log.engine.connect() as connection:
        assert [leaf_of(connection, number) for number in numbers] == list(range(600))
        row = leaf(connection, 7)
        assert (row.kind, row.actor, row.at) == ("test.entry", "tool:1", log.clock.now - timedelta(seconds=3))
        assert row.leaf.endswith(b'"entry":{"actor":"tool:1","body":{"number":7},"kind":"test.entry","v":1}}')
    with log.engine.connect() as connection:
        assert verify_database(connection, log.signer.vkey).size == 600


def test_proofs_tiles_and_bundles_fit_the_checkpoint(log: Any) -> None:
    log.fill(100, 700, 13)
    verifier = Verifier(log.signer.name, log.signer.public_key)
    with log.engine.connect() as connection:
        head = Checkpoint.open(checkpoint(connection), verifier)
        hashes = [leaf_hash(leaf(connection, index).leaf) for index in range(813)]
        assert (head.size, head.root) == (813, root(hashes)) == (size(connection), root(hashes))
        for index in (0, 99, 255, 256, 511, 767, 768, 812):
            verify_inclusion(hashes[index], index, 813, inclusion(connection, index, 813), head.root)
        for old in (1, 100, 256, 768, 800, 813):
            verify_consistency(old, 813, consistency(connection, old, 813), root(hashes[:old]), head.root)
        assert tile(connection, 0, 1) == b"".join(hashes[256:512])
        assert tile(connection, 0, 3, 45) == b"".join(hashes[768:])
        assert tile(connection, 0, 2, 9) == b"".join(hashes[512:521])
        assert tile(connection, 1, 0, 3) == b"".join(root(hashes[at : at + 256]) for at in (0, 256, 512))
        assert [leaf_hash(item) for item in decode_bundle(entries(connection, 3, 45), 45)] == hashes[768:]
        data = leaf(connection, 400).leaf
        assert verify_receipt(receipt(connection, 400), data, log.signer.vkey) == head
        for absent in ((0, 3, 46), (0, 3, None), (1, 0, 4), (2, 0, 1)):
            with pytest.raises(NotInLog):
                tile(connection, *absent)
        for call in (
            lambda: leaf(connection, 813),
            lambda: receipt(connection, 813),
            lambda: inclusion(connection, 1, 814),
        ):
            with pytest.raises(NotInLog):
                call()


def test_nothing_is_served_before_the_first_checkpoint(log: Any) -> None:
    with log.engine.connect() as connection:
        assert size(connection) == 0
        with pytest.raises(NotInLog):
            checkpoint(connection)
    assert log.sequencer().run_once() == 0
    with log.engine.connect() as connection:
        assert checkpoint(connection).startswith(b"example.com/log\n0\n")


def test_an_entry_shares_the_fate_of_its_transaction(log: Any) -> None:
    with log.engine.connect() as connection:
        with pytest.raises(NotInTransaction):
            enter(connection, [ENTRY])
        with connection.begin() as transaction:
            enter(connection, [ENTRY])
            transaction.rollback()
    alone = log.engine.execution_options(isolation_level="AUTOCOMMIT")
    with alone.connect() as connection, connection.begin(), pytest.raises(NotInTransaction):
        enter(connection, [ENTRY])
    assert log.sequencer().run_once() == 0


def test_entering_on_a_cursor(log: Any) -> None:
    with driver(log) as connection, connection.cursor() as cursor:
        assert enter_raw(cursor, []) == []
        assert enter_raw(cursor, [ENTRY.encode(), ENTRY.encode()]) == [1, 2]
        with pytest.raises(LeafRefused):
            enter_raw(cursor, [b"x" * 70_000])
        connection.commit()
        connection.autocommit = True
        with pytest.raises(NotInTransaction):
            enter_raw(cursor, [ENTRY.encode()])
    assert log.sequencer().run_once() == 2


def test_bytes_that_are_no_entry_do_not_get_in(log: Any) -> None:
    with log.engine.begin() as connection:
        with pytest.raises(LeafRefused):
            enter(connection, [ENTRY, b'{"actor":"x", "body":{},"kind":"a","v":1}'])
        assert enter(connection, [ENTRY, ENTRY.encode()]) == [1, 2]
        assert enter(connection, []) == []
    for bad in (b"{}", b'{"actor":"x","body":', b'{"actor":"\xff","body":{},"kind":"a","v":1}'):
        with driver(log) as connection, connection.cursor() as cursor, pytest.raises(psycopg.Error):
            enter_raw(cursor, [bad])


def test_entering_makes_the_commit_durable(log: Any) -> None:
    with driver(log) as connection, connection.cursor() as cursor:
        cursor.execute("SET synchronous_commit = off")
        enter_raw(cursor, [ENTRY.encode()])
        assert cursor.execute("SHOW synchronous_commit").fetchone() == ("on",)


def test_settle_works_on_it_alone_and_beside_a_running_sequencer(log: Any) -> None:
    first = log.enter(3)
    assert log.sequencer().settle(first[2]) == 2
    running, stop = log.sequencer(), threading.Event()
    loop = threading.Thread(target=running.run_forever, args=(stop,))
    loop.start()
    try:
        assert log.sequencer().settle(log.enter(2)[1]) == 4
    finally:
        stop.set()
        running.wake()
        loop.join(10)
    assert not loop.is_alive()


def test_settle_gives_up_in_time_while_somebody_else_holds_the_lock(log: Any) -> None:
    (number,) = log.enter(1)
    with log.engine.connect() as holder:
        lock = "SELECT pg_advisory_xact_lock(1330860108, 'ledger_checkpoint'::regclass::oid::int)"
        holder.exec_driver_sql(lock)
        begun = time.monotonic()
        with pytest.raises(NotSettled):
            log.sequencer().settle(number, 0.1)
        assert time.monotonic() - begun < 5
    assert log.sequencer().settle(number) == 0


def test_lag_counts_and_grows_old(log: Any) -> None:
    sequencer = log.sequencer()
    log.enter(4)
    assert sequencer.lag().waiting == 4
    time.sleep(0.02)
    assert sequencer.lag().oldest_seconds >= 0.02
    sequencer.run_once()
    assert sequencer.lag() == log.sequencer().lag()


def test_the_log_s_time_never_goes_back(log: Any) -> None:
    sequencer = log.sequencer()
    log.enter(1)
    sequencer.run_once()
    log.clock.now -= timedelta(days=1)
    log.enter(1)
    sequencer.run_once()
    log.enter(1)
    log.sequencer().run_once()
    with log.engine.connect() as connection:
        assert len({leaf(connection, index).at for index in range(3)}) == 1
    with log.engine.connect() as connection:
        assert verify_database(connection, log.signer.vkey).size == 3


def test_searching(log: Any) -> None:
    sequencer = log.sequencer()
    moments: list[datetime] = []
    for kind in ("release.page", "release.done", "consent.given", "releases"):
        with log.engine.begin() as connection:
            enter(connection, [Entry(kind, "officer:김", {"note": 'say "100 %"', "n": len(moments)})])
        sequencer.run_once()
        moments.append(log.clock.now)

    def found(**wanted: Any) -> list[int]:
        with log.engine.connect() as connection:
            return [row.idx for row in search(connection, **wanted)]

    assert found() == [3, 2, 1, 0]
    assert found(kind="release.page") == [0]
    assert found(kind="release.") == [1, 0]
    assert found(actor="officer:김", before=2, limit=1) == [1]
    assert found(since=moments[1], until=moments[3]) == [2, 1]
    assert found(since=moments[3] + timedelta(seconds=1)) == []
    assert found(until=datetime(2000, 1, 1, tzinfo=UTC)) == []
    assert found(contains='"100 %"') == [3, 2, 1, 0]
    assert found(contains="100 _") == []
    assert found(kind="' OR true --") == []
    for defect in ({"limit": 0}, {"limit": 1001}, {"contains": ""}, {"contains": "a\x00"}):
        with pytest.raises(NotInLog):
            found(**defect)


@pytest.mark.parametrize("table", GUARDED)
@pytest.mark.parametrize("change", ["UPDATE {} SET {} = {}", "DELETE FROM {}", "TRUNCATE {} CASCADE"])
def test_the_database_refuses_changes_even_by_a_superuser(log: Any, table: str, change: str) -> None:
    log.fill(300)
    column = {
        "ledger_inbox": "entry",
        "ledger_leaf": "at",
        "ledger_tile": "root",
        "ledger_checkpoint": "note",
    }[table]
    with log.engine.begin() as connection:
        connection.exec_driver_sql("SET LOCAL session_replication_role = replica")
        with pytest.raises(DBAPIError, match="append-only"):
            connection.exec_driver_sql(change.format(table, column, column))


def test_the_roles_get_what_they_need_and_no_more(log: Any) -> None:
    log.fill(2)
    app, auditor = f"app_{id(log)}", f"auditor_{id(log)}"
    try:
        with log.engine.begin() as connection:
            schema = connection.exec_driver_sql("SELECT current_schema()").scalar_one()
            for role in (app, auditor):
                connection.exec_driver_sql(f"CREATE ROLE {role}")
                connection.exec_driver_sql(f"GRANT USAGE ON SCHEMA {schema} TO {role}")
            for statement in GRANTS_SQL(app, auditor):
                connection.exec_driver_sql(statement)
        with log.engine.begin() as connection:
            connection.exec_driver_sql(f"SET LOCAL ROLE {app}")
            (number,) = enter(connection, [ENTRY])
            detail = "INSERT INTO ledger_detail (inbox_no, ciphertext) VALUES (%s, %s)"
            connection.exec_driver_sql(detail, (number, b"sealed"))
        _runs_as(log, app)
        with log.engine.connect() as connection:
            connection.exec_driver_sql(f"SET ROLE {auditor}")
            connection.commit()
            assert verify_database(connection, log.signer.vkey).size == 3
            _refused(connection, "INSERT INTO ledger_inbox (entry) VALUES ('x')", "SELECT * FROM ledger_detail")
            connection.exec_driver_sql(f"SET ROLE {app}")
            connection.commit()
            _refused(connection, *(f"DELETE FROM {table}" for table in (*GUARDED, "ledger_detail")))
            connection.invalidate()
    finally:
        with log.engine.begin() as connection:
            for role in (app, auditor):
                connection.exec_driver_sql(f"DROP OWNED BY {role}")
                connection.exec_driver_sql(f"DROP ROLE {role}")
    for name in ("App", "a-b", 'a"', ""):
        with pytest.raises(NotReady):
            GRANTS_SQL(name, "auditor")


def _runs_as(log: Any, role: str) -> None:
    """Run a sequencer as the application's role, as the gateway does."""
    engine = create_engine(log.url)

    @event.listens_for(engine, "connect")
    def become(connection: Any, _: Any) -> None:
        connection.execute(f"SET ROLE {role}")
        connection.commit()

    sequencer = type(log.sequencer())(engine, log.signer, "example.com/log", log.clock)
    try:
        assert sequencer.run_once() == 1
    finally:
        engine.dispose()


def _refused(connection: Any, *statements: str) -> None:
    for statement in statements:
        with pytest.raises(DBAPIError, match="permission denied"):
            connection.exec_driver_sql(statement)
        connection.rollback()


@pytest.mark.parametrize(
    "undo",
    [
        "DROP TRIGGER entering ON ledger_inbox",
        "ALTER TABLE ledger_leaf DISABLE TRIGGER append_only",
        "ALTER TABLE ledger_inbox ENABLE TRIGGER entering",
        "ALTER TABLE ledger_inbox ALTER COLUMN no SET CACHE 50",
    ],
)
def test_a_sequencer_does_not_work_without_the_guards(log: Any, undo: str) -> None:
    with log.engine.begin() as connection:
        connection.exec_driver_sql(undo)
    with pytest.raises(NotReady):
        log.sequencer().run_once()


def test_a_sequencer_does_not_build_on_another_key_s_log(log: Any, new_log: Callable[[], Any]) -> None:
    log.fill(2)
    log.enter(1)
    other = type(log.signer)(b"\x09" * 32)
    with pytest.raises(Tampered):
        type(log)(log.url, log.engine, other, log.clock).sequencer().run_once()
    with pytest.raises(NotReady):
        type(log)(log.url, log.engine, type(other)(b"\x09" * 32, "other/log"), log.clock).sequencer()


def test_two_logs_in_one_database_do_not_wait_for_each_other(log: Any, new_log: Callable[[], Any]) -> None:
    other = new_log()
    other.enter(1)
    with log.engine.connect() as holder:
        lock = "SELECT pg_advisory_xact_lock(1330860108, 'ledger_checkpoint'::regclass::oid::int)"
        holder.exec_driver_sql(lock)
        assert other.sequencer().run_once() == 1
