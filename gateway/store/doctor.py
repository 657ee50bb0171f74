"""What is missing for the database to work, and how to mend it. Must never make, start or change anything."""

import os
import shutil
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from sqlalchemy import Connection, NullPool, create_engine, make_url, text

from gateway.store.embedded_place import find_binaries
from gateway.store.engine import OLDEST, SCHEMA, alembic_config, missing, translated
from gateway.store.errors import DatabaseUnavailable
from policies.load import load_bundle

_OLDEST_PYTHON: Final = (3, 11)
_ROOM: Final = 2 * 1024**3  # bytes: the write-ahead log may grow to this before it is recycled
_HOW_WRITTEN: Final = text("""
SELECT pg_encoding_to_char(encoding) AS encoding, datcollate AS locale
FROM pg_database WHERE datname = current_database()
""")
_IN_FORCE: Final = text("SELECT digest FROM ostiary.bundle WHERE in_force_from IS NOT NULL AND in_force_to IS NULL")
_OWED: Final = text("""
SELECT (SELECT count(*) FROM ostiary.notice WHERE sent_at IS NULL AND due_at < now()),
       (SELECT count(*) FROM ostiary.mail_out WHERE state = 'queued'),
       (SELECT count(*) FROM ostiary.mail_out WHERE state = 'failed')
""")
_START: Final = "Start Ostiary once (`ostiary serve`); it prepares and migrates its database."


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that was looked at.

    Attributes:
        name: what, in a word or two; stable.
        ok: whether it is as it must be.
        detail: what was found.
        mend: what to do about it; empty when nothing is to be done.
    """

    name: str
    ok: bool
    detail: str
    mend: str = ""


def examine(data_folder: Path, url: str | None) -> list[Finding]:
    """Look at everything the store stands on.

    Args:
        data_folder: of this house; need not exist yet.
        url: the embedded database's while it runs, or the operator's own; None if there is none.

    Returns:
        Findings in the order in which to mend them; what depends on a fault above it is left out.
    """
    findings = [_python(), _binaries(), _folder(data_folder), _room(data_folder)]
    if url is None:
        return [*findings, Finding("database", False, "no database is running for this data folder", _START)]
    return [*findings, *_database(url)]


def _python() -> Finding:
    found = ".".join(str(part) for part in sys.version_info[:3])
    wanted = ".".join(str(part) for part in _OLDEST_PYTHON)
    return Finding("python", sys.version_info[:2] >= _OLDEST_PYTHON, found, f"Install Python {wanted} or later.")


def _binaries() -> Finding:
    try:
        return Finding("embedded postgresql", True, str(find_binaries()))
    except DatabaseUnavailable as refusal:
        return Finding("embedded postgresql", False, "not installed", refusal.message)


def _folder(folder: Path) -> Finding:
    if not folder.exists():
        return Finding("data folder", True, f"{folder} will be made")
    seen = folder.stat()
    if os.name != "nt" and seen.st_mode & 0o066:
        return Finding("data folder", False, f"{folder} is open to other accounts", f"Run `chmod 700 {folder}`.")
    if os.name != "nt" and os.geteuid() not in {0, seen.st_uid}:
        detail = f"{folder} belongs to uid {seen.st_uid}"
        return Finding("data folder", False, detail, "Run as that account, or choose another folder.")
    return Finding("data folder", True, str(folder))


def _room(folder: Path) -> Finding:
    there = next(path for path in (folder, *folder.absolute().parents) if path.exists())
    free = shutil.disk_usage(there).free
    mend = "" if free >= _ROOM else f"Free at least {_ROOM // 1024**3} GiB beside {there}."
    return Finding("disk", free >= _ROOM, f"{free / 1024**3:.1f} GiB free", mend)


def _database(url: str) -> Iterator[Finding]:
    try:
        engine = create_engine(
            make_url(url).set(drivername="postgresql+psycopg"), hide_parameters=True, poolclass=NullPool
        )
        with translated(), engine.connect() as connection:
            yield Finding("database", True, "reachable")
            for look in (_version, _prepared, _migrated, _durable, _encoding, _law, _letters):
                yield (finding := _looked(look, connection))
                if not finding.ok and look in {_version, _prepared}:
                    return
    except Exception as error:  # noqa: BLE001  whatever it is, the reader learns it here and not from a traceback
        detail = f"not reachable: {type(error).__name__}"
        yield Finding(
            "database",
            False,
            detail,
            "Check OSTIARY_DATABASE_URL, and that the server runs and takes this login.",
        )


def _looked(look: Callable[[Connection], Finding], connection: Connection) -> Finding:
    """Look in a transaction of its own, so that one fault does not hide the next."""
    try:
        return look(connection)
    finally:
        connection.rollback()


def _version(connection: Connection) -> Finding:
    found = int(str(connection.scalar(text("SHOW server_version_num")))) // 10_000
    return Finding("version", found >= OLDEST, f"PostgreSQL {found}", f"Use PostgreSQL {OLDEST} or later.")


def _prepared(connection: Connection) -> Finding:
    needed = missing(connection)
    if not needed:
        return Finding("roles", True, "owner, app and auditor stand")
    return Finding("roles", False, f"{len(needed)} steps are missing", f"{_START} Or run: {'; '.join(needed)};")


def _migrated(connection: Connection) -> Finding:
    from alembic.migration import MigrationContext
    from alembic.script import ScriptDirectory

    connection.execute(text("SET LOCAL ROLE ostiary_owner"))
    found = MigrationContext.configure(connection, opts={"version_table_schema": SCHEMA}).get_current_heads()
    wanted = ScriptDirectory.from_config(alembic_config()).get_heads()
    detail = f"at {', '.join(found) or 'nothing'}, newest is {', '.join(wanted)}"
    return Finding("migrations", set(found) == set(wanted), detail, "" if set(found) == set(wanted) else _START)


def _law(connection: Connection) -> Finding:
    """Say which bundle is in force, and whether the package brings another one; to change it is for officers."""
    connection.execute(text("SET LOCAL ROLE ostiary_owner"))
    if connection.scalar(text("SELECT to_regclass('ostiary.bundle')")) is None:
        return Finding("policies", True, "none yet")
    found = connection.scalar(_IN_FORCE)
    packaged = load_bundle().digest
    if found in {None, packaged}:
        return Finding("policies", True, f"bundle {packaged[:12]} of the package" if found else "none yet")
    other = f"the package brings {packaged[:12]}: see `ostiary policy diff {packaged[:12]}`"
    return Finding("policies", True, f"bundle {str(found)[:12]} in force; {other}")


def _letters(connection: Connection) -> Finding:
    """Say how many notices that a law asks for are overdue, and how many letters wait or were given up."""
    connection.execute(text("SET LOCAL ROLE ostiary_owner"))
    if connection.scalar(text("SELECT to_regclass('ostiary.notice')")) is None:
        return Finding("notices", True, "none yet")
    overdue, waiting, failed = connection.execute(_OWED).one()
    detail = f"{overdue} notices overdue, {waiting} letters waiting, {failed} given up"
    mend = "Run `ostiary notices send` and `ostiary mail send`; `ostiary notices due` lists what needs another way."
    return Finding("notices", not overdue, detail, mend if overdue else "")


def _durable(connection: Connection) -> Finding:
    wanted = ("fsync", "full_page_writes")
    off = [name for name in wanted if connection.scalar(text("SELECT current_setting(:name)"), {"name": name}) != "on"]
    mend = "".join(f"ALTER SYSTEM SET {name} = on; " for name in off) + "SELECT pg_reload_conf();" if off else ""
    return Finding("durability", not off, f"off: {', '.join(off)}" if off else "every commit reaches the disk", mend)


def _encoding(connection: Connection) -> Finding:
    found = connection.execute(_HOW_WRITTEN).one()
    mend = "" if found.encoding == "UTF8" else "Create the database with ENCODING 'UTF8' TEMPLATE template0."
    return Finding("locale", found.encoding == "UTF8", f"{found.encoding}, {found.locale}", mend)
