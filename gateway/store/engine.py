"""Connections to the database in one of its three roles, and what makes the roles and the schema.

Must never connect to a server older than 15, acknowledge a commit that is not on disk, or print a password.
"""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from importlib import resources
from threading import Lock
from typing import TYPE_CHECKING, Any, Final, Literal

import psycopg
from sqlalchemy import URL, Connection, Engine, NullPool, create_engine, event, exc, make_url, text
from sqlalchemy.engine import ExceptionContext

from gateway.store.errors import DatabaseUnavailable

if TYPE_CHECKING:
    from alembic.config import Config

Role = Literal["owner", "app", "auditor"]

SCHEMA: Final = "ostiary"
ROLES: Final = ("ostiary_owner", "ostiary_app", "ostiary_auditor")
OLDEST: Final = 15
_MIGRATION_LOCK: Final = 0x6F73_7469_6172_79  # "ostiary"; one migration at a time in one database
# Connection lost, resources gone (disk, memory, connections), timed out or shut down, and failing disks.
_AWAY: Final = re.compile(r"08|53|57|58|55P03")

_ATTEMPTS: Final = 20
_one_thread: Final = Lock()  # Alembic keeps the running migration in a module
# Somebody else made the role, schema or membership in this very moment.
_OVERTAKEN: Final = frozenset({"23505", "42710", "42P06", "XX000", "40001", "40P01"})

_SETTLE: Final = """
SELECT set_config('search_path', %(path)s, false),
       set_config('statement_timeout', %(statement)s, false),
       set_config('lock_timeout', %(lock)s, false),
       set_config('idle_in_transaction_session_timeout', %(idle)s, false),
       set_config('jit', 'off', false),  -- compiling took longer than our statements, which ask for few rows each
       CASE WHEN current_setting('synchronous_commit') NOT IN ('on', 'remote_apply')
            THEN set_config('synchronous_commit', 'on', false) END,
       set_config('role', %(role)s, false)
"""

_WHAT_STANDS: Final = text("""
WITH standing AS (SELECT rolname FROM pg_roles WHERE rolname = ANY(:roles))
SELECT quote_ident(current_user) AS login,
       ARRAY(SELECT rolname::text FROM standing) AS roles,
       ARRAY(SELECT rolname::text FROM standing
              WHERE pg_has_role(current_user, rolname, :mode)) AS memberships,
       (SELECT pg_get_userbyid(nspowner)::text FROM pg_namespace WHERE nspname = :schema) AS owner,
       (SELECT count(*) = 2 FROM standing, pg_namespace
         WHERE nspname = :schema AND rolname IN ('ostiary_app', 'ostiary_auditor')
           AND has_schema_privilege(rolname, pg_namespace.oid, 'USAGE')) AS usage
""")


@dataclass(frozen=True, slots=True)
class Limits:
    """How long and how much a process may ask of the database; times in milliseconds, 0 is no limit.

    Attributes:
        statement: one statement.
        lock: waiting for one lock.
        idle: a transaction that does nothing; protects everyone else from a stuck process.
        connections: kept open; as many again for a moment.
        wait: for a free connection, before the caller is told to come back.
    """

    statement: int = 30_000
    lock: int = 10_000
    idle: int = 60_000
    connections: int = 8
    wait: int = 10_000


UNLIMITED: Final = Limits(statement=0, lock=0, idle=0, connections=2)


def open_engine(url: str, role: Role, limits: Limits | None = None) -> Engine:
    """Give an engine whose every connection works in one database role and in schema `ostiary`.

    Nothing is connected yet. Statements run as `ostiary_<role>`; values never appear in errors or logs.

    Args:
        url: `postgresql://` or `postgresql+psycopg://`, its login a member of the three roles.
        role: `owner` changes the schema, `app` works, `auditor` reads the ledger.
        limits: timeouts and pool size; the owner has none unless they are given.

    Raises:
        DatabaseUnavailable: `database_url` now; on first use `database_version`, `database_roles`,
            `database_unavailable`.
    """
    bound = limits or (UNLIMITED if role == "owner" else Limits())
    engine = create_engine(
        _checked(url),
        hide_parameters=True,
        pool_pre_ping=True,
        pool_size=bound.connections,
        max_overflow=bound.connections,
        pool_timeout=bound.wait / 1000,
        connect_args={"application_name": f"ostiary-{role}", "connect_timeout": 10},
    )
    # First, before SQLAlchemy asks the connection for its default schema.
    event.listen(engine, "connect", lambda connection, _: _settle(connection, role, bound), insert=True)
    event.listen(engine, "handle_error", _translate, retval=True)
    return engine


def prepare(url: str) -> None:
    """Make the three roles and the schema where they are missing, and let the login act in each role.

    The roles belong to the whole server and cannot log in. Safe to run again and from several processes at
    once.

    Raises:
        DatabaseUnavailable: `database_roles` with the SQL that a superuser runs once, if the login may not.
    """
    engine = create_engine(_checked(url), hide_parameters=True, poolclass=NullPool, isolation_level="AUTOCOMMIT")
    event.listen(engine, "connect", lambda connection, _: _refuse_old(connection), insert=True)
    event.listen(engine, "handle_error", _translate, retval=True)
    with translated(), engine.connect() as connection:
        for _ in range(_ATTEMPTS):
            connection.execute(text("RESET ROLE"))  # a round that was overtaken may have ended as the owner
            if not (statements := missing(connection)):
                return
            _run(connection, statements)
    raise DatabaseUnavailable("database_roles", "Other processes keep changing the database's roles. Try again.")


def missing(connection: Connection) -> list[str]:
    """Give the SQL that this server still needs, in order; empty when roles, memberships and schema stand.

    Args:
        connection: as the login itself, not as one of the roles.
    """
    # PostgreSQL 16 tells "may become this role" apart from "has its rights"; 15 knows only membership.
    newer = int(str(connection.scalar(text("SHOW server_version_num")))) // 10_000 > OLDEST
    values = {"roles": list(ROLES), "mode": "SET" if newer else "MEMBER", "schema": SCHEMA}
    found = connection.execute(_WHAT_STANDS, values).one()
    member = " WITH INHERIT FALSE, SET TRUE" if newer else ""
    statements = [f"CREATE ROLE {role} NOLOGIN" for role in ROLES if role not in found.roles]
    statements += [f"GRANT {role} TO {found.login}{member}" for role in ROLES if role not in found.memberships]
    if found.owner is None:
        statements.append(f"CREATE SCHEMA {SCHEMA} AUTHORIZATION ostiary_owner")
    elif found.owner != "ostiary_owner":
        statements.append(f"ALTER SCHEMA {SCHEMA} OWNER TO ostiary_owner")
    if not found.usage:
        grant = f"GRANT USAGE ON SCHEMA {SCHEMA} TO ostiary_app, ostiary_auditor"
        statements += ["SET ROLE ostiary_owner", grant, "RESET ROLE"]
    return statements


def migrate(url: str) -> None:
    """Bring the schema to the newest version; of several processes one works, the others wait.

    All migrations of one call are one transaction: a crash leaves the schema as it was.

    Raises:
        DatabaseUnavailable: as `open_engine`.
    """
    engine = open_engine(url, "owner")
    try:
        with (
            _one_thread,
            translated(),
            engine.connect().execution_options(isolation_level="AUTOCOMMIT") as guard,
        ):
            # Held by a session of its own, so that a migration may commit on the way; ends with the session.
            guard.execute(text("SELECT pg_advisory_lock(:key)"), {"key": _MIGRATION_LOCK})
            from alembic import command

            with engine.connect() as connection:
                config = alembic_config()
                config.attributes["connection"] = connection
                command.upgrade(config, "head")
    finally:
        engine.dispose()


def alembic_config() -> "Config":
    """Give Alembic's configuration with the migrations wherever they are installed."""
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(resources.files("migrations")).replace("%", "%%"))
    return config


@contextmanager
def translated() -> Iterator[None]:
    """Turn "the database is away" into `DatabaseUnavailable`, from raw cursors too; let the rest pass.

    Raises:
        DatabaseUnavailable: `database_unavailable`.
    """
    try:
        yield
    except exc.TimeoutError as error:
        message = "All connections to the database are in use. Try again, or raise the number of connections."
        raise DatabaseUnavailable("database_unavailable", message) from error
    except psycopg.Error as error:
        if _is_away(error):
            raise _away(error) from error
        raise


def _checked(url: str) -> URL:
    try:
        parsed = make_url(url)
    except exc.ArgumentError:
        parsed = None
    if parsed is None or parsed.drivername not in {"postgresql", "postgresql+psycopg"}:
        # The URL is not shown: it may hold a password.
        message = "The database URL must read postgresql://login:password@host/database. Only PostgreSQL will do."
        raise DatabaseUnavailable("database_url", message) from None
    return parsed.set(drivername="postgresql+psycopg")


def _settle(connection: psycopg.Connection[Any], role: Role, limits: Limits) -> None:
    """Put a new connection into its role; outside a transaction, so that no rollback takes it out again."""
    _refuse_old(connection)
    connection.autocommit = True
    values = {
        "role": f"ostiary_{role}",
        "path": f"{SCHEMA}, pg_temp",  # named last, or a temporary table could stand in for one of ours
        "statement": str(limits.statement),
        "lock": str(limits.lock),
        "idle": str(limits.idle),
    }
    try:
        connection.execute(_SETTLE, values)
    except (psycopg.errors.InvalidParameterValue, psycopg.errors.InsufficientPrivilege) as error:
        message = f"The login may not act as ostiary_{role}, or that role does not exist. Run `ostiary init`."
        raise DatabaseUnavailable("database_roles", message) from error
    connection.autocommit = False


def _refuse_old(connection: psycopg.Connection[Any]) -> None:
    version = connection.info.server_version // 10_000
    if version < OLDEST:
        message = f"The database is PostgreSQL {version}; Ostiary needs {OLDEST} or later."
        raise DatabaseUnavailable("database_version", message)


def _run(connection: Connection, statements: list[str]) -> None:
    """Run the statements as far as they go; a quicker process is no error, the caller looks again."""
    try:
        for statement in statements:
            connection.execute(text(statement))
    except exc.DBAPIError as error:
        state = getattr(error.orig, "sqlstate", None)
        if state == "42501":
            script = "\n".join(f"  {statement};" for statement in statements)
            message = f"The login may not prepare the database. Run once, as a superuser, in it:\n{script}"
            raise DatabaseUnavailable("database_roles", message) from error
        if state not in _OVERTAKEN:
            raise


def _translate(context: ExceptionContext) -> DatabaseUnavailable | None:
    if context.is_pre_ping or not _is_away(context.original_exception):
        return None
    return _away(context.original_exception)


def _is_away(error: BaseException) -> bool:
    if not isinstance(error, psycopg.OperationalError):
        return False
    return error.sqlstate is None or _AWAY.match(error.sqlstate) is not None


def _away(error: BaseException) -> DatabaseUnavailable:
    """Say so without the server's own words: they name hosts and logins, and stay in the chained error."""
    state = getattr(error, "sqlstate", None) or "no answer"
    message = f"The database is not reachable or did not answer in time ({state}). Run `ostiary doctor`."
    return DatabaseUnavailable("database_unavailable", message)
