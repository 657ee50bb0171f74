"""Who can see what of the private server: folders, secret, process list, accounts, and what is refused."""

import os
import shutil
import stat
import subprocess
import sys
from pathlib import Path

import psutil  # type: ignore[import-untyped]
import psycopg
import pytest

from gateway.store import embedded_account, embedded_place
from gateway.store.embedded import ensure_running
from gateway.store.errors import DatabaseUnavailable

_ROOT = Path(__file__).parents[2]
_NOBODY = 65534
_IS_ROOT = os.geteuid() == 0
_needs_root = pytest.mark.skipif(not _IS_ROOT, reason="only root can act as two accounts")
_ALONE = """
import sys
from pathlib import Path
from gateway.store.embedded import ensure_running
server = ensure_running(Path(sys.argv[1]), print)
print("home", server.home)
server.release()
"""


def _say(_: str) -> None:
    """Nobody listens."""


def _mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def _as_nobody(program: str, *arguments: str) -> "subprocess.CompletedProcess[str]":
    """Run Python as an ordinary account: this one, or the system's if this one is out of its reach."""
    version = f"python{sys.version_info.major}.{sys.version_info.minor}"
    for python in (sys.executable, f"/usr/bin/{version}", f"/usr/local/bin/{version}"):
        try:
            return subprocess.run(
                [python, "-c", program, *arguments],
                cwd=_ROOT,
                user=_NOBODY,
                group=_NOBODY,
                extra_groups=[],
                text=True,
                capture_output=True,
                check=False,
                env={"PATH": os.environ["PATH"], "PYTHONPATH": str(Path(psycopg.__file__).parents[1])},
            )
        except OSError:
            continue
    pytest.skip("an ordinary account can run no Python of this version")


def _needs_python_for_nobody() -> None:
    if (tried := _as_nobody("import psycopg, sqlalchemy, gateway.store.embedded")).returncode != 0:
        pytest.skip(f"an ordinary account cannot import from this checkout: {tried.stderr[-200:]}")


def test_only_its_own_accounts_see_anything(private_folder: Path) -> None:
    server = ensure_running(private_folder, _say)
    assert _mode(private_folder) in {0o700, 0o710}
    assert _mode(private_folder / "database") == 0o700
    assert _mode(private_folder / "database" / "secret") == 0o600
    for private in (server.home, server.home / "cluster", server.home / "run"):
        assert _mode(private) == 0o700
    opened = [path for path in server.home.rglob("*") if path.is_file() and _mode(path) & 0o077]
    assert opened == []
    server.release()


def test_the_secret_is_in_no_process_list_and_no_environment(private_folder: Path) -> None:
    server = ensure_running(private_folder, _say)
    secret = (private_folder / "database" / "secret").read_text()
    assert len(secret) > 40
    assert secret in server.url
    assert secret not in repr(server)
    for process in psutil.process_iter():
        try:
            told = " ".join(process.cmdline()) + " ".join(process.environ().values())
        except (psutil.NoSuchProcess, psutil.AccessDenied):
            continue
        assert secret not in told
    assert secret not in (server.home / "server.log").read_text()
    server.release()


def test_nobody_comes_in_without_the_secret(private_folder: Path) -> None:
    server = ensure_running(private_folder, _say)
    with pytest.raises(psycopg.OperationalError, match="password"):
        psycopg.connect(server.url.replace("+psycopg", "").replace("ostiary:", "ostiary:x"))
    with pytest.raises(psycopg.OperationalError, match="no password"):
        psycopg.connect(host=str(server.home / "run"), user="ostiary", dbname="ostiary", password="")
    server.release()


def test_a_failing_statement_leaves_no_value_in_the_log(private_folder: Path) -> None:
    server = ensure_running(private_folder, _say)
    with psycopg.connect(server.url.replace("+psycopg", ""), autocommit=True) as connection:
        connection.execute("CREATE TABLE people (mail text PRIMARY KEY)")
        connection.execute("INSERT INTO people VALUES ('someone@example.org')")
        for statement in (
            "INSERT INTO people VALUES ('someone@example.org')",
            "SELECT 'someone@example.org'::int",
        ):
            with pytest.raises(psycopg.Error):
                connection.execute(statement)
        with pytest.raises(psycopg.Error):
            connection.execute("INSERT INTO people VALUES (%s)", ["someone@example.org"])
    log = (server.home / "server.log").read_text()
    assert "ready to accept connections" in log
    assert "someone" not in log
    server.release()


@pytest.mark.parametrize("mode", [0o750, 0o740, 0o704, 0o720, 0o777])
def test_a_data_folder_that_others_can_look_into_is_refused(private_folder: Path, mode: int) -> None:
    private_folder.mkdir()
    private_folder.chmod(mode)
    with pytest.raises(DatabaseUnavailable, match="chmod 700") as caught:
        ensure_running(private_folder, _say)
    assert caught.value.code == "data_folder_open"
    assert list(private_folder.iterdir()) == []


def test_a_secret_that_others_can_read_is_refused(private_folder: Path) -> None:
    ensure_running(private_folder, _say).release()
    (private_folder / "database" / "secret").chmod(0o640)
    with pytest.raises(DatabaseUnavailable, match="chmod 600") as caught:
        ensure_running(private_folder, _say)
    assert caught.value.code == "database_secret"


def test_a_lost_secret_is_refused_and_the_cluster_is_left_alone(private_folder: Path) -> None:
    server = ensure_running(private_folder, _say)
    server.release()
    (private_folder / "database" / "secret").unlink()
    with pytest.raises(DatabaseUnavailable, match="is missing") as caught:
        ensure_running(private_folder, _say)
    assert caught.value.code == "database_secret"
    assert (server.home / "cluster" / "PG_VERSION").exists()


def test_the_secret_of_another_folder_is_refused(private_folder: Path) -> None:
    server = ensure_running(private_folder, _say)
    (private_folder / "database" / "secret").write_text("x" * 43)
    with pytest.raises(DatabaseUnavailable, match="does not take the secret") as caught:
        ensure_running(private_folder, _say)
    assert caught.value.code == "database_secret"
    server.release()


def test_a_lost_home_is_refused(private_folder: Path) -> None:
    server = ensure_running(private_folder, _say)
    server.release()
    shutil.rmtree(server.home)
    with pytest.raises(DatabaseUnavailable, match="which is gone") as caught:
        ensure_running(private_folder, _say)
    assert caught.value.code == "database_home"


def test_a_cluster_of_another_postgresql_is_refused(private_folder: Path) -> None:
    server = ensure_running(private_folder, _say)
    server.release()
    (server.home / "cluster" / "PG_VERSION").write_text("17\n")
    with pytest.raises(DatabaseUnavailable, match="is of PostgreSQL 17") as caught:
        ensure_running(private_folder, _say)
    assert caught.value.code == "database_version"


def test_missing_binaries_are_named(private_folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(embedded_place, "_WHEEL", "there_is_no_such_wheel")
    with pytest.raises(DatabaseUnavailable, match="OSTIARY_DATABASE_URL") as caught:
        ensure_running(private_folder, _say)
    assert caught.value.code == "database_binaries"


@_needs_root
def test_as_root_the_server_runs_as_an_account_of_its_own(private_folder: Path) -> None:
    server = ensure_running(private_folder, _say)
    pid = int((server.home / "cluster" / "postmaster.pid").read_text().split()[0])
    assert psutil.Process(pid).username() == embedded_account.ACCOUNT
    assert private_folder.stat().st_uid == 0
    server.release()


@_needs_root
def test_below_a_closed_folder_the_cluster_moves_and_the_folder_stays_closed(private_folder: Path) -> None:
    closed = private_folder.parent / "closed"
    closed.mkdir(mode=0o700)
    said: list[str] = []
    server = ensure_running(closed / "data", said.append)
    assert server.home.parent == embedded_account.SYSTEM_HOME
    assert any(str(server.home) in sentence for sentence in said)
    assert _mode(closed) == 0o700
    assert _mode(closed / "data") == 0o700
    assert _mode(server.home) == 0o700
    server.release()
    again = ensure_running(closed / "data", _say)
    assert again.home == server.home
    again.release()


@_needs_root
def test_binaries_out_of_reach_are_copied_once(private_folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    hidden = private_folder.parent / "hidden"
    hidden.mkdir(mode=0o700)
    package = embedded_place.find_binaries().parent.parent
    shutil.copytree(package, hidden / package.name)
    shutil.copytree(package.with_name(f"{package.name}.libs"), hidden / f"{package.name}.libs")
    system_home = private_folder.parent / "var"
    monkeypatch.setattr(embedded_place, "SYSTEM_HOME", system_home)
    monkeypatch.syspath_prepend(hidden)
    said: list[str] = []
    for _ in range(2):
        ensure_running(private_folder, said.append).release()
    assert len([sentence for sentence in said if "copying" in sentence]) == 1
    copies = [path for path in system_home.iterdir() if path.name.startswith("postgresql-")]
    assert len(copies) == 1
    assert [path for path in copies[0].rglob("*") if path.stat().st_uid != 0 or _mode(path) & 0o022] == []
    assert _mode(hidden) == 0o700


@_needs_root
def test_an_ordinary_account_runs_it_as_itself_and_root_may_help(private_folder: Path) -> None:
    _needs_python_for_nobody()
    os.chown(private_folder.parent, _NOBODY, _NOBODY)
    for _ in range(2):  # root in between must not lock the owner out
        done = _as_nobody(_ALONE, str(private_folder))
        assert done.returncode == 0, done.stderr
        server = ensure_running(private_folder, _say)
        assert server.home.stat().st_uid == _NOBODY
        server.release()
    assert {path.stat().st_uid for path in private_folder.rglob("*")} == {_NOBODY}


@_needs_root
def test_a_data_folder_of_somebody_else_is_refused(private_folder: Path) -> None:
    _needs_python_for_nobody()
    private_folder.mkdir(mode=0o711)
    private_folder.chmod(0o711)
    done = _as_nobody(_ALONE, str(private_folder))
    assert done.returncode != 0
    assert "data_folder_foreign" in done.stderr
