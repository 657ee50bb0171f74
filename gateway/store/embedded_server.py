"""The private database's server: start it, find it running, stop it. All under the start lock.

Must never take a stranger's process for the server, and never start a second one on the same cluster.
"""

import contextlib
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import psycopg
from psycopg import sql

from gateway.store.embedded_cluster import DATABASE, LOGIN, last_line, write_settings
from gateway.store.embedded_place import MAJOR, Place
from gateway.store.errors import DatabaseUnavailable

_START_SECONDS: Final = 300  # a start after a crash replays the log
_NO_PROCESS: Final = "2147483646"  # larger than any process number


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


def start(place: Place, *, tcp: bool) -> None:
    """Start the server and wait until it answers; after a crash it first replays its log.

    Raises:
        DatabaseUnavailable: `database_version` if the cluster is of another PostgreSQL;
            `database_unavailable` with the last line of the server's log.
    """
    made_by = (place.cluster / "PG_VERSION").read_text().strip()
    if made_by != str(MAJOR):
        message = f"{place.cluster} is of PostgreSQL {made_by}, not {MAJOR}. Restore a backup into a new folder."
        raise DatabaseUnavailable("database_version", message)
    write_settings(place, tcp=tcp)
    if place.log.exists():
        place.log.replace(place.log.with_suffix(".old"))
    deadline = time.monotonic() + 15
    while (said := _pg_ctl_start(place)) is not None:
        if (claim := _claim(place)) is not None and _is_server(place, claim.pid):
            return  # a killed command's own start was still under way, and has won
        # The backends of a killed server take a moment to notice; until then the new one refuses, rightly.
        if "shared memory block" not in said or time.monotonic() > deadline:
            message = f"The private database did not start: {last_line(said)} The whole story is in {place.log}."
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
    """Find the running server of this cluster, whoever started it; wait for one that is still starting.

    Returns:
        Its address, or None when no server runs and one may be started.

    Raises:
        DatabaseUnavailable: `database_secret` if the server does not take our secret;
            `database_unavailable` if it stays silent.
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
            message = "The private database does not take the secret of its data folder. Restore `database/secret`."
            raise DatabaseUnavailable("database_secret", message) from None
        return False


def make_database(address: Address, secret: str) -> None:
    """Make the database `ostiary` where it is missing: after the first start, or one that broke off."""
    with psycopg.connect(address.conninfo(secret, "postgres"), autocommit=True) as connection:
        if connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [DATABASE]).fetchone() is None:
            # The backend of a killed command may be making it still: then ours waits, and finds it made.
            with contextlib.suppress(psycopg.errors.DuplicateDatabase, psycopg.errors.UniqueViolation):
                connection.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(DATABASE)))


def stop(place: Place) -> None:
    """Stop the server and wait until its files are in order; nothing happens if none runs."""
    place.run("pg_ctl", "stop", "-D", str(place.cluster), "-m", "fast", "-w", "-t", "60", "-s", seconds=90)


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
    ready = [line.strip() for line in lines[7:8]] == ["ready"]  # the eighth line is the server's state
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
