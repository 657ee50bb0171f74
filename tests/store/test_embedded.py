"""The private server: who starts it, who shares it, who stops it, and what every kind of crash leaves."""

import signal
import subprocess
import sys
import time
from pathlib import Path

import psutil  # type: ignore[import-untyped]
import psycopg
import pytest

from gateway.store import embedded_place, embedded_server
from gateway.store.embedded import EmbeddedServer, ensure_running

_ROOT = Path(__file__).parents[2]
_HOLD = """
import sys
from pathlib import Path
from gateway.store.embedded import ensure_running
server = ensure_running(Path(sys.argv[1]), lambda _: None, tcp=len(sys.argv) > 2)
print(server.url, flush=True)
sys.stdin.read()
"""


def _say(_: str) -> None:
    """Nobody listens."""


def _ask(server: EmbeddedServer | str, question: str) -> object:
    url = server if isinstance(server, str) else server.url
    with psycopg.connect(url.replace("+psycopg", "")) as connection:
        cursor = connection.execute(question)
        row = cursor.fetchone() if cursor.description else None
    return None if row is None else row[0]


def _pid(home: Path) -> int:
    return int((home / "cluster" / "postmaster.pid").read_text().split()[0])


def _runs(home: Path) -> bool:
    return (home / "cluster" / "postmaster.pid").exists() and psutil.pid_exists(_pid(home))


def _hold(folder: Path, *more: str) -> "subprocess.Popen[str]":
    """Start another command that uses the database until its input ends."""
    command = [sys.executable, "-c", _HOLD, str(folder), *more]
    return subprocess.Popen(command, cwd=_ROOT, text=True, stdin=subprocess.PIPE, stdout=subprocess.PIPE)


def _said(process: "subprocess.Popen[str]") -> str:
    assert process.stdout is not None
    return process.stdout.readline().strip()


def _kill_postmaster(home: Path) -> None:
    process = psutil.Process(_pid(home))
    process.kill()
    process.wait(10)


def test_the_first_start_makes_a_server_and_the_last_out_stops_it(private_folder: Path) -> None:
    server = ensure_running(private_folder, _say)
    assert str(_ask(server, "SHOW server_version")).startswith("18")
    assert _ask(server, "SELECT current_database()::text") == "ostiary"
    server.release()
    assert not _runs(server.home)
    server.release()


def test_a_later_start_is_quick_and_keeps_the_data(private_folder: Path) -> None:
    server = ensure_running(private_folder, _say)
    _ask(server, "CREATE TABLE kept AS SELECT 1 AS a")
    server.release()
    said: list[str] = []
    begun = time.monotonic()
    server = ensure_running(private_folder, said.append)
    took = time.monotonic() - begun
    assert _ask(server, "SELECT a FROM kept") == 1
    server.release()
    assert said == [], "nothing is made anew"
    assert took < 10  # under 1 s on an idle machine; this one runs other things too


def test_what_the_server_is_set_to(private_folder: Path) -> None:
    server = ensure_running(private_folder, _say)
    wanted = {
        "fsync": "on",
        "full_page_writes": "on",
        "synchronous_commit": "on",
        "data_checksums": "on",
        "listen_addresses": "",
        "unix_socket_permissions": "0700",
        "log_min_error_statement": "panic",
        "log_min_messages": "log",
        "log_error_verbosity": "terse",
        "server_encoding": "UTF8",
        "TimeZone": "UTC",
    }
    assert {name: _ask(server, f"SHOW {name}") for name in wanted} == wanted
    assert (
        _ask(server, "SELECT datlocprovider::text || datlocale FROM pg_database WHERE datname = 'ostiary'")
        == "bC.UTF-8"
    )
    assert _ask(server, "SELECT string_agg(DISTINCT auth_method, ',') FROM pg_hba_file_rules") == "scram-sha-256"
    server.release()


def test_two_commands_share_one_server_and_the_second_keeps_it(private_folder: Path) -> None:
    first = ensure_running(private_folder, _say)
    other = _hold(private_folder)
    assert _said(other) == first.url
    pid = _pid(first.home)
    first.release()
    assert _pid(first.home) == pid
    assert psutil.pid_exists(pid)
    other.communicate("")
    assert other.returncode == 0
    assert not _runs(first.home)


def test_many_first_starts_at_once_make_one_server(private_folder: Path) -> None:
    others = [_hold(private_folder) for _ in range(4)]
    assert len({_said(other) for other in others}) == 1
    for other in others:
        other.communicate("")
        assert other.returncode == 0
    assert not _runs(private_folder / "postgres")


def test_a_killed_command_leaves_a_server_that_the_next_one_adopts_and_stops(private_folder: Path) -> None:
    other = _hold(private_folder)
    url = _said(other)
    other.kill()
    other.communicate()
    pid = _pid(_home(private_folder))
    server = ensure_running(private_folder, _say)
    assert (server.url, _pid(server.home)) == (url, pid)
    server.release()
    assert not _runs(server.home)


def _home(folder: Path) -> Path:
    return embedded_place.settle(folder, _say).home


def test_a_killed_server_starts_again_with_all_that_was_acknowledged(private_folder: Path) -> None:
    server = ensure_running(private_folder, _say)
    _ask(server, "CREATE TABLE kept AS SELECT generate_series(1, 1000) AS a")
    _kill_postmaster(server.home)
    again = ensure_running(private_folder, _say)
    assert _ask(again, "SELECT count(*) FROM kept") == 1000
    again.release()
    server.release()
    assert not _runs(server.home)


def test_a_claim_by_a_process_that_is_somebody_else_does_not_block(private_folder: Path) -> None:
    server = ensure_running(private_folder, _say)
    claim = server.home / "cluster" / "postmaster.pid"
    lines = claim.read_text().splitlines()
    _kill_postmaster(server.home)
    account = embedded_place.settle(private_folder, _say).account
    other = {} if account is None else {"user": account.uid, "group": account.gid, "extra_groups": []}
    with subprocess.Popen(["/bin/sleep", "60"], **other) as stranger:  # type: ignore[call-overload]
        claim.write_text("\n".join([str(stranger.pid), *lines[1:], ""]))
        again = ensure_running(private_folder, _say)
        assert _ask(again, "SELECT 1") == 1
        assert stranger.poll() is None
        stranger.kill()
    again.release()
    server.release()


@pytest.mark.parametrize("left", ["", "not a number\n", "999999\n"])
def test_a_half_written_claim_does_not_block(private_folder: Path, left: str) -> None:
    server = ensure_running(private_folder, _say)
    server.release()
    place = embedded_place.settle(private_folder, _say)
    (place.cluster / "postmaster.pid").write_text(left)
    place.give(place.cluster / "postmaster.pid")
    again = ensure_running(private_folder, _say)
    assert _ask(again, "SELECT 1") == 1
    again.release()


def test_a_half_made_cluster_is_made_again(private_folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def pull_the_plug(_: Path) -> None:
        raise KeyboardInterrupt

    real = Path.rename
    monkeypatch.setattr(Path, "rename", lambda self, to: pull_the_plug(self) if "new-" in self.name else real(self, to))
    with pytest.raises(KeyboardInterrupt):
        ensure_running(private_folder, _say)
    monkeypatch.undo()
    place = embedded_place.settle(private_folder, _say)
    assert len(list(place.home.glob("cluster.new-*"))) == 1
    assert not place.cluster.exists()
    server = ensure_running(private_folder, _say)
    assert _ask(server, "SELECT current_database()::text") == "ostiary"
    assert list(place.home.glob("*.new-*")) == []
    server.release()


def test_a_plug_pulled_before_the_database_is_made_is_mended(
    private_folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def pull_the_plug(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(embedded_server, "make_database", pull_the_plug)
    with pytest.raises(KeyboardInterrupt):
        ensure_running(private_folder, _say)
    monkeypatch.undo()
    server = ensure_running(private_folder, _say)
    assert _ask(server, "SELECT current_database()::text") == "ostiary"
    server.release()
    assert not _runs(server.home)


def test_a_lost_socket_is_made_again(private_folder: Path) -> None:
    server = ensure_running(private_folder, _say)
    (server.home / "run" / ".s.PGSQL.5432").unlink()
    said: list[str] = []
    again = ensure_running(private_folder, said.append)
    assert _ask(again, "SELECT 1") == 1
    assert any("socket is gone" in sentence for sentence in said)
    again.release()
    server.release()
    assert not _runs(server.home)


def test_a_long_path_gets_a_short_socket(private_folder: Path) -> None:
    folder = private_folder.with_name("d" * 100)
    server = ensure_running(folder, _say)
    sockets = Path(embedded_place.recall(folder / "database")["sockets"])
    assert sockets.stat().st_mode & 0o777 == 0o700
    server.release()
    again = ensure_running(folder, _say)
    assert again.url == server.url
    again.release()
    sockets.chmod(0o777)  # swept and made by somebody: not to be trusted any more
    third = ensure_running(folder, _say)
    assert third.url != server.url
    third.release()
    for left in (sockets, Path(embedded_place.recall(folder / "database")["sockets"])):
        left.rmdir()


def test_a_moved_data_folder_keeps_its_database(private_folder: Path) -> None:
    server = ensure_running(private_folder, _say)
    _ask(server, "CREATE TABLE kept AS SELECT 1 AS a")
    server.release()
    moved = private_folder.rename(private_folder.with_name("moved"))
    again = ensure_running(moved, _say)
    assert _ask(again, "SELECT a FROM kept") == 1
    again.release()


def test_without_sockets_it_listens_on_loopback_only(private_folder: Path) -> None:
    server = ensure_running(private_folder, _say, tcp=True)
    assert _ask(server, "SHOW listen_addresses") == "127.0.0.1"
    assert "host=127.0.0.1" in server.url
    assert _ask(server, "SHOW unix_socket_directories") == ""
    with pytest.raises(psycopg.OperationalError, match="password"):
        _ask(server.url.replace("ostiary:", "ostiary:not-"), "SELECT 1")
    server.release()


@pytest.mark.crash
def test_a_start_killed_at_any_moment_can_be_begun_again(private_folder: Path) -> None:
    for moment in (0.45, 0.6, 0.8, 1.0, 1.2):
        other = _hold(private_folder)
        time.sleep(moment)
        other.send_signal(signal.SIGKILL)
        other.communicate()
    server = ensure_running(private_folder, _say)
    assert _ask(server, "SELECT current_database()::text") == "ostiary"
    server.release()
    assert not _runs(server.home)
    assert list((server.home / "run").iterdir()) == []
