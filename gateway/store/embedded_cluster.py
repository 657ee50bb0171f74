"""The private database's server: make its cluster, start it, find it running, stop it.

Every function here is called under the start lock. Must never switch off fsync, listen on a network, or
write a statement's values into the server's log.
"""

import os
import shutil
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import psycopg

from gateway.store.embedded_place import MAJOR, SYSTEM_HOME, Place, give, recall, record
from gateway.store.errors import DatabaseUnavailable

LOGIN: Final = "ostiary"
DATABASE: Final = "ostiary"
_SOCKET_LIMIT: Final = 103  # bytes of a socket's path on macOS; Linux allows 107
_SOCKET_NAME: Final = ".s.PGSQL.5432"
_START_SECONDS: Final = 300  # a start after a crash replays the log
_NO_PROCESS: Final = "2147483646"  # larger than any process number

# One small machine that does other work too. The last lines keep personal data out of the log: PostgreSQL
# would otherwise write failed statements and the offending row. The caller gets the error, and may say more
# of it.
_SETTINGS: Final = {
    "shared_buffers": "256MB",
    "effective_cache_size": "1GB",
    "work_mem": "16MB",
    "maintenance_work_mem": "128MB",
    "max_connections": "100",
    "wal_compression": "on",
    "max_wal_size": "2GB",
    "random_page_cost": "1.1",
    "jit": "off",
    "fsync": "on",
    "full_page_writes": "on",
    "synchronous_commit": "on",
    "password_encryption": "scram-sha-256",
    "timezone": "UTC",
    "log_timezone": "UTC",
    "log_min_messages": "log",  # above ERROR: a failed cast names the value in its first line
    "log_min_error_statement": "panic",
    "log_error_verbosity": "terse",
    "log_parameter_max_length": "0",
    "log_parameter_max_length_on_error": "0",
}


@dataclass(frozen=True, slots=True)
class Address:
    """Where a running server listens: a socket folder (or a loopback address) and a port."""

    host: str
    port: int

    def conninfo(self, secret: str, database: str) -> str:
        """Give libpq's connection string; it holds the secret, so it is never printed."""
        return psycopg.conninfo.make_conninfo(
            host=self.host, port=self.port, user=LOGIN, password=secret, dbname=database, connect_timeout=5
        )


@dataclass(frozen=True, slots=True)
class _Claim:
    """What `postmaster.pid` claims: a process, and where it listens once it has got that far."""

    pid: int
    address: Address | None


def initialise(place: Place, secret: str) -> None:
    """Make the cluster in a folder of its own and move it into place whole.

    A crash before the rename leaves `cluster.new`, which the next call removes; a crash after it leaves a
    whole cluster.

    Args:
        place: where; `place.cluster` does not exist.
        secret: the password of the login `ostiary`; handed over in a file, never on a command line.

    Raises:
        DatabaseUnavailable: `database_unavailable` with initdb's own last line.
    """
    fresh, password = place.home / "cluster.new", place.home / "password"
    shutil.rmtree(fresh, ignore_errors=True)
    password.unlink(missing_ok=True)
    write_private(password, secret)
    place.give(password)
    try:
        done = place.run("initdb", "-D", str(fresh), *_initdb_options(password), seconds=120)
    finally:
        password.unlink()
    if done.returncode != 0:
        raise DatabaseUnavailable(
            "database_unavailable", f"The private database could not be made: {_last_line(done.stdout)}"
        )
    with (fresh / "postgresql.conf").open("a") as settings:
        settings.write("include 'ostiary.conf'  # written anew at every start\n")
    fresh.rename(place.cluster)
    _sync_folder(place.home)


def _initdb_options(password: Path) -> tuple[str, ...]:
    return (
        f"--pwfile={password}",
        f"--username={LOGIN}",
        "--auth-local=scram-sha-256",
        "--auth-host=scram-sha-256",
        "--data-checksums",
        "--encoding=UTF8",
        "--locale=C",
        "--locale-provider=builtin",
        "--builtin-locale=C.UTF-8",  # the same order on every system, whatever its C library
        "--no-instructions",
    )


def start(place: Place, *, tcp: bool) -> None:
    """Start the server and wait until it answers; after a crash it first replays its log.

    Raises:
        DatabaseUnavailable: `database_version` if the cluster is of another PostgreSQL;
            `database_unavailable` with the last line of the server's log.
    """
    made_by = (place.cluster / "PG_VERSION").read_text().strip()
    if made_by != str(MAJOR):
        message = f"{place.cluster} is of PostgreSQL {made_by}, this is {MAJOR}. Restore a backup into a new folder."
        raise DatabaseUnavailable("database_version", message)
    _write_settings(place, tcp=tcp)
    if place.log.exists():
        place.log.replace(place.log.with_suffix(".old"))
    deadline = time.monotonic() + 15
    while (said := _pg_ctl_start(place)) is not None:
        # The backends of a killed server take a moment to notice; until then the new one refuses, rightly.
        if "shared memory block" not in said or time.monotonic() > deadline:
            message = (
                f"The private database did not start: {_last_line(said)} The whole story is in {place.log}."
            )
            raise DatabaseUnavailable("database_unavailable", message)
        time.sleep(0.2)


def _pg_ctl_start(place: Place) -> str | None:
    """Try once; None is success, anything else what the server said."""
    done = place.run(
        *("pg_ctl", "start", "-D", str(place.cluster), "-l", str(place.log)),
        *("-w", "-t", str(_START_SECONDS), "-s"),
        seconds=_START_SECONDS + 30,
    )
    if done.returncode == 0:
        return None
    return place.log.read_text(errors="replace") if place.log.exists() else done.stdout


def find(place: Place, secret: str, say: Callable[[str], None]) -> Address | None:
    """Find the server of this cluster where one runs, whoever started it; wait for one that is still starting.

    Returns:
        Its address, or None when no server runs and one may be started.

    Raises:
        DatabaseUnavailable: `database_secret` if the server does not take our secret; `database_unavailable` if it
            stays silent.
    """
    deadline = time.monotonic() + _START_SECONDS
    while (claim := _claim(place)) is not None:
        if claim.address is not None and answers(claim.address, secret):
            return claim.address
        if not _is_server(place, claim.pid):
            _retire(place)
            return None
        if claim.address is not None and _socket_lost(claim.address):
            say("The private database runs but its socket is gone; starting it anew.")
            stop(place)
            return None
        if time.monotonic() > deadline:
            message = f"The private database (process {claim.pid}) does not answer. Its log is {place.log}."
            raise DatabaseUnavailable("database_unavailable", message)
        time.sleep(0.05)
    return None


def answers(address: Address, secret: str) -> bool:
    """Tell whether the server takes a connection now.

    Raises:
        DatabaseUnavailable: `database_secret` if it runs and refuses the secret of the data folder.
    """
    try:
        with psycopg.connect(address.conninfo(secret, "postgres")):
            return True
    except psycopg.OperationalError as error:
        if "password authentication failed" in str(error):
            message = (
                "The private database does not take the secret of its data folder. Restore `database/secret`."
            )
            raise DatabaseUnavailable("database_secret", message) from None
        return False


def make_database(address: Address, secret: str) -> None:
    """Make the database `ostiary` where it is missing: after the first start, or one that broke off."""
    with psycopg.connect(address.conninfo(secret, "postgres"), autocommit=True) as connection:
        if connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [DATABASE]).fetchone() is None:
            connection.execute(psycopg.sql.SQL("CREATE DATABASE {}").format(psycopg.sql.Identifier(DATABASE)))


def stop(place: Place) -> None:
    """Stop the server and wait until its files are in order; nothing happens if none runs."""
    place.run("pg_ctl", "stop", "-D", str(place.cluster), "-m", "fast", "-w", "-t", "60", "-s", seconds=90)


def write_private(path: Path, text: str) -> None:
    """Write a new 0600 file and see it onto the disk; an existing one is an error."""
    file = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(file, "w") as stream:
        stream.write(text)
        stream.flush()
        os.fsync(file)


def _claim(place: Place) -> _Claim | None:
    path = place.cluster / "postmaster.pid"
    try:
        if not _names_a_process(path.read_text()):
            time.sleep(0.5)  # a server that was being started when its command died writes it in this time
        if not _names_a_process(told := path.read_text()):
            path.unlink()  # a crash left it half-written, and the server would refuse to guess
            return None
    except FileNotFoundError:
        return None
    lines = told.splitlines()
    ready = len(lines) > 7 and lines[7].strip() == "ready"  # noqa: PLR2004  the eighth line is the server's state
    if not ready:
        return _Claim(int(lines[0]), None)
    return _Claim(int(lines[0]), Address(lines[4].strip() or "127.0.0.1", int(lines[3])))


def _names_a_process(told: str) -> bool:
    return told.partition("\n")[0].strip().isdigit()


def _is_server(place: Place, pid: int) -> bool:
    """Tell whether the process lives and is a PostgreSQL: after a reboot the number may be anybody's."""
    if place.run("pg_ctl", "status", "-D", str(place.cluster), seconds=30).returncode != 0:
        return False
    name = Path(f"/proc/{pid}/comm")
    return not name.exists() or name.read_text().strip() == "postgres"


def _retire(place: Place) -> None:
    """Make a dead server's claim harmless, but keep its memory key: a surviving backend is found by it."""
    path = place.cluster / "postmaster.pid"
    lines = path.read_text().splitlines()
    path.write_text("\n".join([_NO_PROCESS, *lines[1:], ""]))


def _socket_lost(address: Address) -> bool:
    return address.host.startswith("/") and not (Path(address.host) / f".s.PGSQL.{address.port}").exists()


def _write_settings(place: Place, *, tcp: bool) -> None:
    if tcp:
        ours = {"listen_addresses": "127.0.0.1", "port": str(_free_port()), "unix_socket_directories": ""}
    else:
        sockets = str(_socket_folder(place))
        ours = {
            "listen_addresses": "",
            "port": "5432",
            "unix_socket_directories": sockets,
            "unix_socket_permissions": "0700",
        }
    quoted = ((name, value.replace("'", "''")) for name, value in (_SETTINGS | ours).items())
    fresh = place.cluster / "ostiary.conf.new"
    fresh.unlink(missing_ok=True)
    write_private(fresh, "".join(f"{name} = '{value}'\n" for name, value in quoted))
    place.give(fresh)
    fresh.replace(place.cluster / "ostiary.conf")


def _socket_folder(place: Place) -> Path:
    """Give a 0700 folder with a socket path that is short enough: in the home, else one in the record."""
    inside = place.home / "run"
    if len(os.fsencode(inside / _SOCKET_NAME)) <= _SOCKET_LIMIT:
        inside.mkdir(mode=0o700, exist_ok=True)
        place.give(inside)
        return inside
    kept = recall(place.control).get("sockets")
    if kept is not None and _is_ours(Path(kept), place):
        return Path(kept)
    short = Path(tempfile.mkdtemp(prefix="ostiary-", dir=_short_root(place)))
    give(short, place.account)
    record(place.control, {"sockets": str(short)})
    return short


def _short_root(place: Place) -> Path:
    if place.account is not None and SYSTEM_HOME.is_dir():
        return SYSTEM_HOME
    wanted = Path(os.environ.get("XDG_RUNTIME_DIR") or tempfile.gettempdir())
    room = _SOCKET_LIMIT - len(f"/ostiary-xxxxxxxx/{_SOCKET_NAME}")
    return wanted if wanted.is_dir() and len(os.fsencode(wanted)) <= room else Path("/tmp")  # noqa: S108  mkdtemp is 0700


def _is_ours(folder: Path, place: Place) -> bool:
    """Tell whether a socket folder is still ours: a swept temporary folder may be made by anybody."""
    if folder.is_symlink() or not folder.is_dir():
        return False
    seen = folder.stat()
    owner = os.geteuid() if place.account is None else place.account.uid
    return seen.st_uid == owner and seen.st_mode & 0o077 == 0


def _free_port() -> int:
    import socket

    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _sync_folder(folder: Path) -> None:
    """See a rename in this folder onto the disk (Windows has no such call and needs none)."""
    if os.name == "nt":
        return
    file = os.open(folder, os.O_RDONLY)
    os.fsync(file)
    os.close(file)


def _last_line(said: str) -> str:
    lines = [line for line in said.splitlines() if line.strip()]
    telling = [line for line in lines if "FATAL" in line or "PANIC" in line or "error:" in line]
    return ((telling or lines or ["it said nothing."])[-1]).strip()
