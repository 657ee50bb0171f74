"""Officers, their sessions and their failed sign-ins: statements in, domain values out.

Must never hold a password or a session id in clear, nor a name or address that somebody typed at the door:
hashes, digests and keyed marks only.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import Connection, Row, text
from sqlalchemy.exc import IntegrityError

from gateway.domain.errors import Conflict


@dataclass(frozen=True, slots=True)
class Officer:
    """A person who works in the console; `role` is a word of the role policy."""

    no: int
    name: str
    role: str

    @property
    def actor(self) -> str:
        """The name under which the ledger knows an officer; no tool's name holds a colon."""
        return f"officer:{self.name}"


@dataclass(frozen=True, slots=True)
class KeptOfficer:
    """An officer with what a sign-in is checked against: the argon2id text, and whether the account is on."""

    officer: Officer
    password: str = field(repr=False)
    active: bool


@dataclass(frozen=True, slots=True)
class KeptSession:
    """A session as it is kept. Times are UTC; `opened_at` and `seen_at` are bounded by the limits of its life."""

    digest: bytes = field(repr=False)
    officer: Officer
    active: bool
    opened_at: datetime
    seen_at: datetime
    expires_at: datetime


def add_officer(connection: Connection, name: str, role: str, password: str) -> Officer:
    """Keep a new officer.

    Args:
        connection: an open transaction.
        name: unique; checked by the flow.
        role: a word of the role policy.
        password: the argon2id text in PHC format, never the password.

    Raises:
        Conflict: `officer_exists`.
    """
    try:
        no = connection.execute(_ADD, {"name": name, "role": role, "password": password}).scalar_one()
    except IntegrityError as error:
        raise Conflict("officer_exists", "An officer of that name is there already. Choose another name.") from error
    return Officer(no, name, role)


def officer_named(connection: Connection, name: str) -> KeptOfficer | None:
    """Give an officer by name, or None."""
    row = connection.execute(_NAMED, {"name": name}).one_or_none()
    return KeptOfficer(Officer(row.no, row.name, row.role), row.password, row.active) if row else None


def keep_password(connection: Connection, officer: Officer, password: str) -> None:
    """Replace the argon2id text of an officer, when today's costs are higher than those of the old one."""
    connection.execute(_PASSWORD, {"no": officer.no, "password": password})


def open_session(connection: Connection, digest: bytes, officer: Officer, at: datetime, until: datetime) -> None:
    """Keep a session that begins `at` and ends at `until` at the latest (both UTC); sweep those long over."""
    connection.execute(_SWEEP_SESSIONS, {"at": at})
    connection.execute(_OPEN, {"digest": digest, "officer": officer.no, "at": at, "until": until})


def session(connection: Connection, digest: bytes) -> KeptSession | None:
    """Give a session by the digest of its id, or None."""
    row = connection.execute(_SESSION, {"digest": digest}).one_or_none()
    return _session(row) if row else None


def seen(connection: Connection, digest: bytes, at: datetime) -> None:
    """Note the last use of a session (UTC); an earlier moment changes nothing."""
    connection.execute(_SEEN, {"digest": digest, "at": at})


def close_session(connection: Connection, digest: bytes) -> bool:
    """End a session; say whether there was one."""
    return connection.execute(_CLOSE, {"digest": digest}).rowcount == 1


def count_attempts(connection: Connection, who: Sequence[bytes], since: datetime) -> int:
    """Count the attempts that stand against the worst of several marks since a moment (UTC).

    Locks the marks until the transaction ends, in one order for everybody, so that attempts made at the same
    moment are counted one after the other.
    """
    for mark in sorted(who):
        connection.execute(_LOCK, {"mark": int.from_bytes(mark[:8], "big", signed=True)})
    return int(connection.execute(_COUNT, {"who": list(who), "since": since}).scalar_one())


def add_attempt(connection: Connection, who: Sequence[bytes], at: datetime, since: datetime) -> tuple[int, ...]:
    """Keep one attempt for each mark and give the numbers of the rows; sweep those before `since` (UTC)."""
    connection.execute(_SWEEP_ATTEMPTS, {"since": since})
    rows = [connection.execute(_ATTEMPT, {"who": mark, "at": at}).scalar_one() for mark in who]
    return tuple(rows)


def forgive(connection: Connection, attempts: Sequence[int]) -> None:
    """Take attempts back that turned out to be a right password."""
    connection.execute(_FORGIVE, {"numbers": list(attempts)})


def _session(row: Row[tuple[object, ...]]) -> KeptSession:
    officer = Officer(row.no, row.name, row.role)
    return KeptSession(row.digest, officer, row.active, row.created_at, row.seen_at, row.expires_at)


_ADD = text("INSERT INTO officer (name, role, password) VALUES (:name, :role, :password) RETURNING no")
_NAMED = text("SELECT no, name, role, password, active FROM officer WHERE name = :name")
_PASSWORD = text("UPDATE officer SET password = :password WHERE no = :no")
_SWEEP_SESSIONS = text("DELETE FROM session WHERE expires_at < :at")
_OPEN = text(
    "INSERT INTO session (digest, officer_no, created_at, seen_at, expires_at)"
    " VALUES (:digest, :officer, :at, :at, :until)"
)
_SESSION = text(
    "SELECT s.digest, s.created_at, s.seen_at, s.expires_at, o.no, o.name, o.role, o.active"
    " FROM session s JOIN officer o ON o.no = s.officer_no WHERE s.digest = :digest"
)
_SEEN = text("UPDATE session SET seen_at = :at WHERE digest = :digest AND seen_at < :at")
_CLOSE = text("DELETE FROM session WHERE digest = :digest")
_LOCK = text("SELECT pg_advisory_xact_lock(:mark)")
_COUNT = text(
    "SELECT coalesce(max(n), 0) FROM (SELECT count(*) AS n FROM sign_in_failure"
    " WHERE who = ANY(:who) AND at > :since GROUP BY who) counted"
)
_SWEEP_ATTEMPTS = text("DELETE FROM sign_in_failure WHERE at <= :since")
_ATTEMPT = text("INSERT INTO sign_in_failure (who, at) VALUES (:who, :at) RETURNING no")
_FORGIVE = text("DELETE FROM sign_in_failure WHERE no = ANY(:numbers)")
