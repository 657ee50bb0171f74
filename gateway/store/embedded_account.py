"""The accounts that the private server's programs run as: root may not run PostgreSQL, so it borrows one.

Must never make an account that somebody could log in to, and never pass on the caller's environment.
"""

import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from gateway.store.errors import DatabaseUnavailable

ACCOUNT: Final = "ostiary-db"
SYSTEM_HOME: Final = Path("/var/lib/ostiary-db")
_SYSTEM_PATH: Final = "/usr/sbin:/usr/bin:/sbin:/bin"
_WINDOWS: Final = sys.platform == "win32"


@dataclass(frozen=True, slots=True)
class Account:
    """The system account that a program runs as."""

    uid: int
    gid: int


def run_as(
    account: Account | None, command: list[str], *, folder: Path, seconds: float
) -> subprocess.CompletedProcess[str]:
    """Run a program as an account (None: the caller) in a clean environment, and give its joined output."""
    kept = {name: os.environ[name] for name in ("SYSTEMROOT", "TEMP", "TMPDIR") if name in os.environ}
    other: dict[str, Any] = {} if _WINDOWS else {"umask": 0o077}
    if account is not None:
        other |= {"user": account.uid, "group": account.gid, "extra_groups": []}
    try:
        return subprocess.run(  # noqa: S603  composed from our own paths, no shell
            command,
            cwd=folder,
            env={"PATH": _SYSTEM_PATH, "LC_ALL": "C", "TZ": "UTC", **kept},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            errors="replace",
            timeout=seconds,
            check=False,
            **other,
        )
    except (OSError, subprocess.SubprocessError) as error:
        message = f"Could not run {command[0]}: {type(error).__name__}. Check that it may be run by this account."
        raise DatabaseUnavailable("database_binaries", message) from error


def give(path: Path, account: Account | None) -> None:
    """Hand a path to an account; nothing to do when the caller keeps it."""
    if account is not None:
        os.chown(path, account.uid, account.gid, follow_symlinks=False)


def system_account(say: Callable[[str], None]) -> Account:
    """Find the account `ostiary-db`, or make it and say so.

    Raises:
        DatabaseUnavailable: `database_account` if it neither exists nor can be made.
    """
    import pwd  # not on Windows

    for command in ((), *_ways_to_make_it()):
        if command and (program := shutil.which(command[0], path=_SYSTEM_PATH)):
            say(f"Creating the system account {ACCOUNT}: PostgreSQL must not run as root.")
            run_as(None, [program, *command[1:]], folder=Path("/"), seconds=60)
        try:
            entry = pwd.getpwnam(ACCOUNT)
        except KeyError:
            continue
        return Account(entry.pw_uid, entry.pw_gid)
    message = f"PostgreSQL must not run as root, and the account {ACCOUNT} could not be made. Add it by hand."
    raise DatabaseUnavailable("database_account", message)


def _ways_to_make_it() -> tuple[tuple[str, ...], ...]:
    """Give the commands of shadow-utils and of Alpine's busybox for an account that nobody can log in to."""
    nowhere = ("--home-dir", str(SYSTEM_HOME), "--no-create-home", "--shell", "/usr/sbin/nologin")
    return (
        ("useradd", "--system", "--user-group", *nowhere, ACCOUNT),
        ("adduser", "-S", "-D", "-H", "-h", str(SYSTEM_HOME), "-s", "/sbin/nologin", ACCOUNT),
    )


def can(account: Account | None, test: str, path: Path) -> bool:
    """Ask the kernel, as that account, so that access lists and mount options count too."""
    asked = run_as(account, ["/bin/sh", "-c", f'test {test} "$1"', "sh", str(path)], folder=Path("/"), seconds=10)
    return asked.returncode == 0
