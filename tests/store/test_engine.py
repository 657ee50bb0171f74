"""Engines in their roles: who may do what, what survives a lost server, what is refused."""

import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path

import psycopg
import pytest
from sqlalchemy import Engine, exc, make_url, text

from gateway.store import engine as engine_module
from gateway.store.embedded import ensure_running
from gateway.store.engine import Limits, Role, migrate, missing, open_engine, prepare
from gateway.store.errors import DatabaseUnavailable
from gateway.store.unit import unit

_ROOT = Path(__file__).parents[2]
New = Callable[[], AbstractContextManager[str]]


def _value(engine: Engine, statement: str) -> object:
    with unit(engine) as connection:
        return connection.scalar(text(statement))


def _plain(url: str) -> str:
    return make_url(url).set(drivername="postgresql").render_as_string(hide_password=False)


@contextmanager
def _as_login(server: str, login: str, options: str) -> Iterator[str]:
    """Make a login of its own, give the server's URL for it, and remove it again."""
    with psycopg.connect(_plain(server), autocommit=True) as connection:
        connection.execute(f"DROP ROLE IF EXISTS {login}")
        connection.execute(f"CREATE ROLE {login} LOGIN PASSWORD 'invented' {options}")
    try:
        yield make_url(server).set(username=login, password="invented").render_as_string(hide_password=False)
    finally:
        with psycopg.connect(_plain(server), autocommit=True) as connection:
            connection.execute(f"DROP ROLE {login}")


@pytest.fixture(scope="module")
def prepared_url(database_url: str) -> str:
    prepare(database_url)
    return database_url


@pytest.mark.parametrize("role", ["owner", "app", "auditor"])
def test_a_connection_works_in_its_role_and_schema(prepared_url: str, role: Role) -> None:
    engine = open_engine(prepared_url, role)
    try:
        assert _value(engine, "SELECT current_user::text") == f"ostiary_{role}"
        assert _value(engine, "SELECT current_schema()::text") == "ostiary"
        assert _value(engine, "SELECT current_setting('application_name')") == f"ostiary-{role}"
        assert engine.dialect.default_schema_name == "ostiary"
    finally:
        engine.dispose()


def test_the_role_outlives_a_rollback(prepared_url: str) -> None:
    engine = open_engine(prepared_url, "app", Limits(connections=1))
    try:
        with pytest.raises(exc.ProgrammingError), unit(engine) as connection:
            connection.execute(text("SELECT * FROM there_is_no_such_table"))
        assert _value(engine, "SELECT current_user::text") == "ostiary_app"
    finally:
        engine.dispose()


@pytest.mark.parametrize("role", ["app", "auditor"])
def test_only_the_owner_changes_the_schema(prepared_url: str, role: Role) -> None:
    engine = open_engine(prepared_url, role)
    try:
        with pytest.raises(exc.ProgrammingError, match="permission denied"):
            _value(engine, "CREATE TABLE ostiary.intruder (a int)")
    finally:
        engine.dispose()


@pytest.mark.parametrize("table", ["ledger_inbox", "ledger_leaf", "ledger_tile", "consent_event", "evidence"])
@pytest.mark.parametrize("verb", ["UPDATE", "DELETE", "TRUNCATE"])
def test_the_app_may_not_rewrite_what_is_append_only(app_engine: Engine, table: str, verb: str) -> None:
    assert _value(app_engine, f"SELECT has_table_privilege('ostiary.{table}', '{verb}')") is False


def test_the_auditor_writes_nothing_and_reads_the_ledger_only(auditor_engine: Engine) -> None:
    writable = """
        SELECT array_agg(c.relname::text) FROM pg_class c WHERE relnamespace = 'ostiary'::regnamespace
        AND relkind IN ('r', 'p') AND has_table_privilege(c.oid, 'INSERT, UPDATE, DELETE, TRUNCATE')"""
    readable = """
        SELECT array_agg(c.relname::text) FROM pg_class c WHERE relnamespace = 'ostiary'::regnamespace
        AND relkind IN ('r', 'p') AND has_table_privilege(c.oid, 'SELECT') AND relname NOT LIKE 'ledger%'"""
    assert _value(auditor_engine, writable) is None
    assert _value(auditor_engine, readable) is None
    assert _value(auditor_engine, "SELECT count(*) FROM ledger_leaf") == 0


def test_a_commit_is_on_disk_even_where_the_server_says_otherwise(prepared_url: str) -> None:
    name = make_url(prepared_url).database
    with psycopg.connect(_plain(prepared_url), autocommit=True) as connection:
        connection.execute(f"ALTER DATABASE {name} SET synchronous_commit = off")
        engine = open_engine(prepared_url, "app")
        try:
            assert _value(engine, "SELECT current_setting('synchronous_commit')") == "on"
        finally:
            engine.dispose()
            connection.execute(f"ALTER DATABASE {name} RESET synchronous_commit")


def test_a_value_is_in_no_error(prepared_url: str) -> None:
    engine = open_engine(prepared_url, "app")
    try:
        with pytest.raises(exc.DBAPIError) as caught, unit(engine) as connection:
            connection.execute(text("SELECT no_such_function(:who)"), {"who": "someone@example.org"})
        assert "someone@example.org" not in str(caught.value)
    finally:
        engine.dispose()


def test_a_statement_that_takes_too_long_is_unavailable(prepared_url: str) -> None:
    engine = open_engine(prepared_url, "app", Limits(statement=50))
    try:
        with pytest.raises(DatabaseUnavailable) as caught:
            _value(engine, "SELECT pg_sleep(5)")
        assert caught.value.code == "database_unavailable"
        assert _value(engine, "SELECT 1") == 1
    finally:
        engine.dispose()


def test_no_free_connection_is_unavailable(prepared_url: str) -> None:
    engine = open_engine(prepared_url, "app", Limits(connections=1, wait=50))
    try:
        with unit(engine), unit(engine), pytest.raises(DatabaseUnavailable, match="in use"), unit(engine):
            pytest.fail("there were only two connections")
    finally:
        engine.dispose()


def test_a_lost_connection_is_unavailable_and_the_next_one_works(prepared_url: str) -> None:
    engine = open_engine(prepared_url, "app", Limits(connections=1))
    try:
        with pytest.raises(DatabaseUnavailable):
            _work_on_a_lost_connection(engine, prepared_url)
        assert _value(engine, "SELECT 1") == 1
    finally:
        engine.dispose()


def test_a_connection_lost_under_a_raw_cursor_is_unavailable_too(prepared_url: str) -> None:
    engine = open_engine(prepared_url, "app", Limits(connections=1))
    try:
        with pytest.raises(DatabaseUnavailable):
            _work_raw_on_a_lost_connection(engine, prepared_url)
    finally:
        engine.dispose()


def _work_on_a_lost_connection(engine: Engine, url: str) -> None:
    with unit(engine) as connection:
        _end_all_others(url)
        connection.execute(text("SELECT 1"))


def _work_raw_on_a_lost_connection(engine: Engine, url: str) -> None:
    with unit(engine) as connection:
        raw: psycopg.Connection | None = connection.connection.driver_connection
        assert raw is not None
        _end_all_others(url)
        raw.execute("SELECT 1")


def _end_all_others(url: str) -> None:
    ending = """SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity
        WHERE datname = current_database() AND pid <> pg_backend_pid()"""
    with psycopg.connect(_plain(url)) as connection:
        connection.execute(ending)


def test_no_server_is_unavailable_and_its_password_stays_unsaid(tmp_path: Path) -> None:
    engine = open_engine(f"postgresql://me:hush-hush@/x?host={tmp_path}", "app")
    with pytest.raises(DatabaseUnavailable) as caught, unit(engine):
        pytest.fail("there is no server")
    assert caught.value.code == "database_unavailable"
    assert "hush-hush" not in str(caught.value)
    assert "hush-hush" not in repr(engine)


@pytest.mark.parametrize(
    "url", ["sqlite://", "mysql://me:hush@host/x", "not a url: hush", "", "postgresql+asyncpg://h/x"]
)
def test_another_kind_of_database_is_refused(url: str) -> None:
    with pytest.raises(DatabaseUnavailable) as caught:
        open_engine(url, "app")
    assert caught.value.code == "database_url"
    assert "hush" not in str(caught.value)


def test_an_old_server_is_refused(prepared_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(engine_module, "OLDEST", 99)
    with pytest.raises(DatabaseUnavailable, match="needs 99") as caught:
        _value(open_engine(prepared_url, "app"), "SELECT 1")
    assert caught.value.code == "database_version"
    with pytest.raises(DatabaseUnavailable, match="needs 99"):
        prepare(prepared_url)


def test_an_unprepared_login_is_told_to_prepare(prepared_url: str, server_url: str) -> None:
    with _as_login(server_url, "ostiary_test_stranger", "") as stranger:
        database = make_url(prepared_url).database
        engine = open_engine(make_url(stranger).set(database=database).render_as_string(False), "app")
        with pytest.raises(DatabaseUnavailable) as caught:
            _value(engine, "SELECT 1")
        assert caught.value.code == "database_roles"
        engine.dispose()


def test_a_unit_keeps_all_or_nothing(owner_engine: Engine) -> None:
    with unit(owner_engine) as connection:
        connection.execute(text("CREATE TABLE tried (a int)"))
    with pytest.raises(RuntimeError, match="changed my mind"):
        _insert_and_change_my_mind(owner_engine)
    assert _value(owner_engine, "SELECT count(*) FROM tried") == 0


def _insert_and_change_my_mind(engine: Engine) -> None:
    with unit(engine) as connection:
        connection.execute(text("INSERT INTO tried VALUES (1)"))
        raise RuntimeError("changed my mind")


def test_a_repeatable_read_sees_one_moment_and_the_next_unit_is_ordinary(owner_engine: Engine) -> None:
    with unit(owner_engine) as connection:
        connection.execute(text("CREATE TABLE seen (a int)"))
    with unit(owner_engine, "repeatable_read") as connection:
        assert connection.scalar(text("SELECT count(*) FROM seen")) == 0
        with unit(owner_engine) as other:
            other.execute(text("INSERT INTO seen VALUES (1)"))
        assert connection.scalar(text("SELECT count(*) FROM seen")) == 0
    assert _value(owner_engine, "SELECT count(*) FROM seen") == 1
    assert _value(owner_engine, "SELECT current_setting('transaction_isolation')") == "read committed"


def test_a_conflict_passes_as_it_is_for_the_caller_to_begin_again(owner_engine: Engine) -> None:
    with unit(owner_engine) as connection:
        connection.execute(text("CREATE TABLE fought AS SELECT 1 AS a"))
    with pytest.raises(exc.OperationalError) as caught:
        _fight(owner_engine)
    assert isinstance(caught.value.orig, psycopg.errors.SerializationFailure)


def _fight(engine: Engine) -> None:
    with unit(engine, "repeatable_read") as connection:
        connection.execute(text("SELECT * FROM fought"))
        with unit(engine) as other:
            other.execute(text("UPDATE fought SET a = 2"))
        connection.execute(text("UPDATE fought SET a = 3"))


def test_prepare_twice_does_nothing_more(prepared_url: str) -> None:
    prepare(prepared_url)
    engine = open_engine(prepared_url, "owner")
    try:
        with unit(engine) as connection:
            connection.execute(text("RESET ROLE"))
            assert missing(connection) == []
    finally:
        engine.dispose()


def test_many_processes_may_prepare_and_migrate_at_once(new_database: New) -> None:
    program = "import sys; from gateway.store.engine import *; prepare(sys.argv[1]); migrate(sys.argv[1])"
    with new_database() as one, new_database() as two:
        begun = [subprocess.Popen([sys.executable, "-c", program, url], cwd=_ROOT) for url in (one, two, one, two)]
        assert [process.wait(60) for process in begun] == [0, 0, 0, 0]
        for url in (one, two):
            engine = open_engine(url, "owner")
            assert _value(engine, "SELECT count(*) FROM alembic_version") == 1
            engine.dispose()


def test_many_threads_may_prepare_two_databases_of_one_server_at_once(private_folder: Path) -> None:
    server = ensure_running(private_folder, lambda _: None)
    try:
        urls = [
            server.url,
            make_url(server.url).set(database="postgres").render_as_string(hide_password=False),
        ] * 4
        gate = threading.Barrier(len(urls))

        def begin(url: str) -> None:
            gate.wait()
            prepare(url)

        with ThreadPoolExecutor(len(urls)) as pool:
            list(pool.map(begin, urls))
        engine = open_engine(server.url, "app")
        assert _value(engine, "SELECT current_user::text") == "ostiary_app"
        engine.dispose()
    finally:
        server.release()


def test_a_login_without_rights_is_given_the_sql_that_helps(new_database: New, server_url: str) -> None:
    with _as_login(server_url, "ostiary_test_login", "") as login, new_database() as url:
        limited = make_url(login).set(database=make_url(url).database).render_as_string(hide_password=False)
        with pytest.raises(DatabaseUnavailable) as caught:
            prepare(limited)
        assert caught.value.code == "database_roles"
        with psycopg.connect(_plain(url), autocommit=True) as connection:
            for line in caught.value.message.splitlines()[1:]:
                connection.execute(line)
        prepare(limited)
        migrate(limited)
        engine = open_engine(limited, "app")
        assert _value(engine, "SELECT session_user::text") == "ostiary_test_login"
        engine.dispose()


def test_a_login_that_may_make_roles_prepares_alone(private_folder: Path) -> None:
    with ensure_running(private_folder, lambda _: None) as server:
        with psycopg.connect(_plain(server.url), autocommit=True) as connection:
            connection.execute("CREATE ROLE builder LOGIN CREATEROLE PASSWORD 'invented'")
            connection.execute("GRANT CREATE ON DATABASE ostiary TO builder")
        limited = make_url(server.url).set(username="builder", password="invented")
        url = limited.render_as_string(hide_password=False)
        prepare(url)
        migrate(url)
        engine = open_engine(url, "auditor")
        assert _value(engine, "SELECT current_user::text") == "ostiary_auditor"
        engine.dispose()
