"""Mail that waits to go out: sealed, taken by one process at a time, tried again later, emptied once it is gone.

Must never hold an address or a text in clear, and never keep a content that has been sent or given up.
"""

import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Protocol

from sqlalchemy import Connection, text

QUEUED, SENT, FAILED = "queued", "sent", "failed"


class Seal(Protocol):
    """Seals and opens content for its place; the vault's `HouseSeal` for details is one."""

    def seal(self, place: bytes, content: bytes) -> bytes:
        """Seal content for a place."""

    def open(self, place: bytes, blob: bytes) -> bytes:
        """Open what was sealed for this place."""


@dataclass(frozen=True, slots=True)
class Waiting:
    """A mail taken to be sent. `attempts` counts this one too; `content` is what was sealed: personal data."""

    no: int
    uid: bytes
    kind: str
    attempts: int
    content: bytes = field(repr=False)


@dataclass(frozen=True, slots=True)
class MailLine:
    """A mail as the list shows it: nothing of whom it is to. Times are UTC."""

    no: int
    kind: str
    state: str
    attempts: int
    next_at: datetime
    sent_at: datetime | None
    fault: str
    created_at: datetime


def place(uid: bytes) -> bytes:
    """Give the place that a mail's content is sealed for."""
    return b"mail_out/" + uid


def add(connection: Connection, seal: Seal, kind: str, person_no: int, content: bytes, at: datetime) -> int:
    """Queue a mail in the transaction of the act that it tells of; gives its number.

    Args:
        connection: that transaction.
        seal: of the house's details.
        kind: a word: `confirm`, `result`.
        person_no: whom it is to.
        content: recipient, subject and text.
        at: not to be sent before (UTC).
    """
    uid = secrets.token_bytes(16)
    values = {"uid": uid, "kind": kind, "person": person_no, "sealed": seal.seal(place(uid), content), "at": at}
    return int(connection.execute(_ADD, values).scalar_one())


def take(connection: Connection, seal: Seal, now: datetime, until: datetime) -> Waiting | None:
    """Take the mail that has waited longest, for this process alone until a moment; None if nothing is due.

    The attempt is counted before anything goes out: a crash then costs an attempt and repeats no success unseen.
    """
    row = connection.execute(_TAKE, {"now": now, "until": until}).one_or_none()
    if row is None:
        return None
    return Waiting(row.no, row.uid, row.kind, row.attempts, seal.open(place(row.uid), row.sealed))


def sent(connection: Connection, no: int, at: datetime) -> None:
    """Note that a mail server took it; its content goes."""
    connection.execute(_SENT, {"no": no, "at": at})


def failed(connection: Connection, no: int, fault: str, again_at: datetime | None) -> None:
    """Note that it did not go out: again at a moment, or given up (None): then its content goes."""
    if again_at is None:
        connection.execute(_GIVEN_UP, {"no": no, "fault": fault})
    else:
        connection.execute(_AGAIN, {"no": no, "fault": fault, "at": again_at})


def counts(connection: Connection) -> Mapping[str, int]:
    """Count the mails by state."""
    return {row.state: row.many for row in connection.execute(_COUNTS)}


def latest(connection: Connection, limit: int) -> list[MailLine]:
    """List mails, newest first."""
    return [_line(row) for row in connection.execute(_LATEST, {"limit": limit})]


def _line(row: Any) -> MailLine:
    return MailLine(*row)


_ADD = text(
    "INSERT INTO mail_out (uid, kind, person_no, state, sealed, next_at)"
    " VALUES (:uid, :kind, :person, 'queued', :sealed, :at) RETURNING no"
)
_TAKE = text("""
UPDATE mail_out SET attempts = attempts + 1, next_at = :until
WHERE no = (SELECT no FROM mail_out WHERE state = 'queued' AND next_at <= :now
            ORDER BY next_at, no LIMIT 1 FOR UPDATE SKIP LOCKED)
RETURNING no, uid, kind, attempts, sealed
""")
_SENT = text("UPDATE mail_out SET state = 'sent', sent_at = :at, fault = '', sealed = ''::bytea WHERE no = :no")
_AGAIN = text("UPDATE mail_out SET next_at = :at, fault = :fault WHERE no = :no AND state = 'queued'")
_GIVEN_UP = text(
    "UPDATE mail_out SET state = 'failed', fault = :fault, sealed = ''::bytea WHERE no = :no AND state = 'queued'"
)
_COUNTS = text("SELECT state, count(*) AS many FROM mail_out GROUP BY state")
_LATEST = text(
    "SELECT no, kind, state, attempts, next_at, sent_at, fault, created_at FROM mail_out ORDER BY no DESC LIMIT :limit"
)
