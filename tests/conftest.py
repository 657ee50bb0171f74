"""What every test may ask for: a PostgreSQL of its own, empty or migrated, and engines in each database role.

The suite runs on the embedded server, or on the one that OSTIARY_TEST_DATABASE_URL names (PostgreSQL 15 or
later, a superuser's URL). Must never read the developer's own settings: every OSTIARY_ variable is erased
first.
"""

import contextlib
import itertools
import os
import shutil
import signal
import tempfile
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

_EXTERNAL = os.environ.get("OSTIARY_TEST_DATABASE_URL")
_NOTHING_SKIPS = os.environ.get("OSTIARY_TEST_NOTHING_SKIPS") == "1"  # where all that tests need is installed
# The tests' own names stay: the processes of a run on several cores read them too, and no setting begins so.
for _name in [name for name in os.environ if name.startswith("OSTIARY_") and not name.startswith("OSTIARY_TEST_")]:
    del os.environ[_name]

import psutil  # type: ignore[import-untyped]  # noqa: E402
import psycopg  # noqa: E402
import pytest  # noqa: E402
from hypothesis import settings as properties  # noqa: E402
from psycopg import sql  # noqa: E402
from sqlalchemy import Engine, make_url  # noqa: E402

from gateway.store.embedded import ensure_running  # noqa: E402
from gateway.store.embedded_place import recall  # noqa: E402
from gateway.store.engine import migrate, open_engine, prepare  # noqa: E402

if TYPE_CHECKING:
    from playwright.sync_api import Browser

    from gateway.flows.gate import Gate

_ROOM = 2 << 30  # bytes: the server of a run writes a tenth of that
_numbers = itertools.count(1)
# How long an example takes tells of the machine, not of us. A failure prints how to repeat it.
properties.register_profile("ostiary", deadline=None, print_blob=True)
properties.load_profile("ostiary")


@pytest.hookimpl(trylast=True)
def pytest_sessionfinish(session: pytest.Session) -> None:
    """Fail a run that skipped for want of something that could be installed, where that is not allowed."""
    reporter = session.config.pluginmanager.get_plugin("terminalreporter")
    if not _NOTHING_SKIPS or reporter is None or session.exitstatus != 0:
        return
    wanting = [report for report in reporter.stats.get("skipped", []) if "apt-get install" in str(report.longrepr)]
    if wanting:
        reporter.write_line(f"{len(wanting)} tests skipped where nothing may: install what they name.", red=True)
        session.exitstatus = 1


def _in_memory() -> str | None:
    """Give a folder of the system that is kept in memory, if it is roomy: copying a database costs a fifth there."""
    memory = Path("/dev/shm")  # noqa: S108  # mkdtemp makes the name
    roomy = os.access(memory, os.W_OK) and shutil.disk_usage(memory).free >= _ROOM
    return str(memory) if roomy else None


@contextlib.contextmanager
def _private_folder(where: str | None = None) -> Iterator[Path]:
    """Give a folder that the database's account can reach, and leave nothing of it behind."""
    top = Path(tempfile.mkdtemp(prefix="ostiary-test-", dir=where))
    top.chmod(0o711)  # walk through, not look in: as root the server is another account
    try:
        yield top / "data"
    finally:
        for written in top.rglob("database/place.json"):
            _remove_home(written.parent.parent / recall(written.parent)["home"])
        shutil.rmtree(top)


def _remove_home(home: Path) -> None:
    """End the server that a failed test left behind, and remove its home, which may lie elsewhere."""
    claim = home / "cluster" / "postmaster.pid"
    if claim.exists() and claim.read_text().partition("\n")[0].isdigit():
        process = psutil.Process(int(claim.read_text().partition("\n")[0]))
        process.send_signal(signal.SIGQUIT)
        process.wait(10)
    shutil.rmtree(home, ignore_errors=True)


def _admin(url: str, statement: str, name: str, **others: str) -> None:
    """Run one statement about a database, from the maintenance database beside it."""
    plain = make_url(url).set(drivername="postgresql", database="postgres").render_as_string(hide_password=False)
    names = {key: sql.Identifier(value) for key, value in {"name": name, **others}.items()}
    with psycopg.connect(plain, autocommit=True) as connection:
        connection.execute(sql.SQL(statement).format(**names))


@contextlib.contextmanager
def _database(server: str, template: str = "template0") -> Iterator[str]:
    name = f"ostiary_test_{os.getpid()}_{next(_numbers)}"
    _admin(server, "CREATE DATABASE {name} TEMPLATE {template} STRATEGY file_copy", name, template=template)
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
    with _private_folder(_in_memory()) as folder, ensure_running(folder, lambda _: None) as server:
        # Nothing here outlives the run. Tests that pull the plug start a private server, with fsync on.
        _admin(server.url, "ALTER SYSTEM SET {name} = off", "fsync")
        _admin(server.url, "SELECT pg_reload_conf() AS {name}", "reloaded")
        yield server.url


@pytest.fixture(scope="session")
def new_database(server_url: str) -> Callable[[], contextlib.AbstractContextManager[str]]:
    """Call it in a `with` to get the URL of one more empty database."""
    return lambda: _database(server_url)


@pytest.fixture(scope="session")
def copied_database(server_url: str) -> Callable[[str], contextlib.AbstractContextManager[str]]:
    """Call it in a `with` to get the URL of a copy of one of the run's databases that nobody is connected to."""
    return lambda url: _database(server_url, str(make_url(url).database))


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


class Clock:
    """A clock that stands still until a test moves it."""

    def __init__(self, at: datetime) -> None:
        self.at = at

    def __call__(self) -> datetime:
        """Give the moment it stands at."""
        return self.at


@pytest.fixture
def clock() -> Clock:
    """Friday 2026-11-20, 10:00 UTC: evening in Seoul, morning in Berlin."""
    return Clock(datetime(2026, 11, 20, 10, tzinfo=UTC))


@pytest.fixture
def gate(migrated_url: str, tmp_path: Path, clock: Clock) -> "Iterator[Gate]":
    """A whole gateway on the test's own database: keyring in tmp, packaged policies, `clock` as its time."""
    from gateway.settings import Settings
    from gateway.vault.keys import create_keyring
    from gateway.wiring import put_policies_in_force, quiet, wired

    settings = Settings(data=tmp_path / "data", keyring=tmp_path / "keys" / "keyring.json")
    settings.keyring.parent.mkdir(mode=0o700)
    create_keyring(settings.keyring)
    with wired(settings, migrated_url, clock) as house:
        put_policies_in_force(house.gate, quiet)
        yield house.gate


@pytest.fixture(scope="session")
def browser() -> "Iterator[Browser]":
    """One Chromium for a process of the run, of the system's packages: two of its drivers cannot live side by side."""
    found = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    if found is None:
        pytest.skip("no Chromium here: apt-get install chromium")
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        launched = playwright.chromium.launch(executable_path=found, args=["--no-sandbox", "--disable-gpu"])
        yield launched
        launched.close()
