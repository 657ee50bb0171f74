"""What every test may ask for: a PostgreSQL of its own, empty or migrated, and engines in each database role.

The suite runs on the embedded server, or on the one that OSTIARY_TEST_DATABASE_URL names (PostgreSQL 15 or later, a
superuser's URL). Must never read the developer's own settings: every OSTIARY_ variable is erased first.
"""

import contextlib
import itertools
import os
import shutil
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

_EXTERNAL = os.environ.get("OSTIARY_TEST_DATABASE_URL")
for _name in [name for name in os.environ if name.startswith("OSTIARY_")]:
    del os.environ[_name]

import psycopg  # noqa: E402
import pytest  # noqa: E402
from psycopg import sql  # noqa: E402
from sqlalchemy import Engine, make_url  # noqa: E402

from gateway.store.embedded import ensure_running  # noqa: E402
from gateway.store.embedded_place import SYSTEM_HOME  # noqa: E402
from gateway.store.engine import migrate, open_engine, prepare  # noqa: E402

_numbers = itertools.count(1)


@contextlib.contextmanager
def _private_folder() -> Iterator[Path]:
    """Give a folder that the database's account can reach, and leave nothing of it behind."""
    before = set(SYSTEM_HOME.glob("*"))
    top = Path(tempfile.mkdtemp(prefix="ostiary-test-"))
    top.chmod(0o711)  # walk through, not look in: as root the server is another account
    try:
        yield top / "data"
    finally:
        shutil.rmtree(top)
        for home in set(SYSTEM_HOME.glob("[0-9a-f]" * 16)) - before:
            if not (home / "cluster" / "postmaster.pid").exists():
                shutil.rmtree(home)


def _admin(url: str, statement: str, name: str, **others: str) -> None:
    """Run one statement about a database, from the maintenance database beside it."""
    plain = make_url(url).set(drivername="postgresql", database="postgres").render_as_string(hide_password=False)
    names = {key: sql.Identifier(value) for key, value in {"name": name, **others}.items()}
    with psycopg.connect(plain, autocommit=True) as connection:
        connection.execute(sql.SQL(statement).format(**names))


@contextlib.contextmanager
def _database(server: str, template: str = "template0") -> Iterator[str]:
    name = f"ostiary_test_{os.getpid()}_{next(_numbers)}"
    _admin(server, "CREATE DATABASE {name} TEMPLATE {template}", name, template=template)
    try:
        yield make_url(server).set(database=name).render_as_string(hide_password=False)
    finally:
        _admin(server, "DROP DATABASE {name} WITH (FORCE)", name)


@contextlib.contextmanager
def _engine(engine: Engine) -> Iterator[Engine]:
    try:
        yield engine
    finally:
        engine.dispose()


@pytest.fixture
def private_folder() -> Iterator[Path]:
    """A data folder, not yet made, for a test that runs a private server of its own (with fsync on)."""
    with _private_folder() as folder:
        yield folder


@pytest.fixture(scope="session")
def server_url() -> Iterator[str]:
    """The superuser's URL of the one server of this run."""
    if _EXTERNAL is not None:
        yield make_url(_EXTERNAL).set(drivername="postgresql+psycopg").render_as_string(hide_password=False)
        return
    with _private_folder() as folder:
        server = ensure_running(folder, lambda _: None)
        # Nothing here outlives the run. Tests that pull the plug start a private server, which keeps fsync on.
        _admin(server.url, "ALTER SYSTEM SET {name} = off", "fsync")
        _admin(server.url, "SELECT pg_reload_conf() AS {name}", "reloaded")
        try:
            yield server.url
        finally:
            server.release()


@pytest.fixture(scope="session")
def new_database(server_url: str) -> Callable[[], contextlib.AbstractContextManager[str]]:
    """Call it in a `with` to get the URL of one more empty database."""
    return lambda: _database(server_url)


@pytest.fixture(scope="module")
def database_url(server_url: str) -> Iterator[str]:
    """An empty database, shared by the tests of one file; the login is a superuser."""
    with _database(server_url) as url:
        yield url


@pytest.fixture(scope="session")
def migrated_template(server_url: str) -> Iterator[str]:
    """The name of a migrated database that nobody is connected to, to be copied."""
    with _database(server_url) as url:
        prepare(url)
        migrate(url)
        yield str(make_url(url).database)


@pytest.fixture
def migrated_url(server_url: str, migrated_template: str) -> Iterator[str]:
    """A migrated database for this test alone; the login is a superuser."""
    with _database(server_url, migrated_template) as url:
        yield url


@pytest.fixture
def app_engine(migrated_url: str) -> Iterator[Engine]:
    """The test's migrated database as the gateway uses it: role `ostiary_app`."""
    with _engine(open_engine(migrated_url, "app")) as engine:
        yield engine


@pytest.fixture
def owner_engine(migrated_url: str) -> Iterator[Engine]:
    """The test's migrated database as migrations use it: role `ostiary_owner`."""
    with _engine(open_engine(migrated_url, "owner")) as engine:
        yield engine


@pytest.fixture
def auditor_engine(migrated_url: str) -> Iterator[Engine]:
    """The test's migrated database as an auditor sees it: role `ostiary_auditor`."""
    with _engine(open_engine(migrated_url, "auditor")) as engine:
        yield engine
