"""The private database's files: the cluster, its settings, its socket's folder. All under the start lock.

Must never switch off fsync, listen on a network, or let a statement's values into the server's log.
"""

import os
import secrets
import shutil
import tempfile
from pathlib import Path
from typing import Final

from gateway.store.embedded_account import SYSTEM_HOME, give
from gateway.store.embedded_place import Place, recall, record
from gateway.store.errors import DatabaseUnavailable

LOGIN: Final = "ostiary"
DATABASE: Final = "ostiary"
_SOCKET_LIMIT: Final = 103  # bytes of a socket's path on macOS; Linux allows 107
_SOCKET_NAME: Final = ".s.PGSQL.5432"

# One small machine that does other work too. The last lines keep personal data out of the log: PostgreSQL
# would otherwise write failed statements and the offending row. The caller gets the error, and may say more
# of it.
_SETTINGS: Final = {
    "shared_buffers": "256MB",
    "effective_cache_size": "1GB",
    "work_mem": "16MB",
    "maintenance_work_mem": "128MB",
    "max_connections": "100",
    # Pages of hashes do not compress: trying took six tenths of the server's time beyond two million people. Each is
    # written whole once after every checkpoint, so these come seldom.
    "wal_compression": "off",
    "max_wal_size": "4GB",
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


def initialise(place: Place, secret: str) -> None:
    """Make the cluster in a folder of its own and move it into place whole.

    A crash before the rename leaves a folder `cluster.new-…`, which a later call removes; a crash after it
    leaves a whole cluster. Each attempt has names of its own: a killed command's initdb may still be at work.

    Args:
        place: where; `place.cluster` does not exist.
        secret: the password of the login `ostiary`; handed over in a file, never on a command line.

    Raises:
        DatabaseUnavailable: `database_unavailable` with initdb's own last line.
    """
    for left in place.home.glob("*.new-*"):
        _remove(left)
    attempt = secrets.token_hex(4)
    fresh, password = place.home / f"cluster.new-{attempt}", place.home / f"password.new-{attempt}"
    write_private(password, secret)
    place.give(password)
    try:
        done = place.run("initdb", "-D", str(fresh), *_initdb_options(password), seconds=120)
    finally:
        password.unlink(missing_ok=True)
    if done.returncode != 0:
        raise DatabaseUnavailable(
            "database_unavailable", f"The private database could not be made: {last_line(done.stdout)}"
        )
    with (fresh / "postgresql.conf").open("a") as settings:
        settings.write("include 'ostiary.conf'  # written anew at every start\n")
    fresh.rename(place.cluster)
    _sync_folder(place.home)


def _remove(left: Path) -> None:
    """Remove what a broken-off attempt left; if its initdb still writes, a later attempt gets the rest."""
    if left.is_dir():
        shutil.rmtree(left, ignore_errors=True)
    else:
        left.unlink(missing_ok=True)


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


def write_private(path: Path, text: str) -> None:
    """Write a new 0600 file and see it onto the disk; an existing one is an error."""
    file = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(file, "w") as stream:
        stream.write(text)
        stream.flush()
        os.fsync(file)


def write_settings(place: Place, *, tcp: bool) -> None:
    """Write the settings of the next start, whole or not at all.

    Args:
        place: whose cluster.
        tcp: listen on a free loopback port instead of a socket.
    """
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
    return wanted if wanted.is_dir() and len(os.fsencode(wanted)) <= room else Path("/tmp")  # noqa: S108


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


def last_line(said: str) -> str:
    """Give the line that tells why a program failed: its last error, else its last line."""
    lines = [line for line in said.splitlines() if line.strip()]
    telling = [line for line in lines if "FATAL" in line or "PANIC" in line or "error:" in line]
    return ((telling or lines or ["it said nothing."])[-1]).strip()
