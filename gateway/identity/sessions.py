"""Officers' sessions: a random id in a cookie, its digest in the database, a sure end.

Must never store a session id, never accept one that came in an address, and never let a form through without
the CSRF token of its own session.
"""

import hmac
import secrets
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Final, Never

from gateway.domain.errors import Invalid, Refused, Unauthenticated
from gateway.identity.moments import aware

ID_BYTES: Final = 32
_DOMAIN: Final = b"ostiary/1/csrf\0"


class SessionOver(Unauthenticated):
    """The session has ended or never was."""

    def __init__(self) -> None:
        super().__init__("session_over", "The session has ended. Sign in again.")


class CsrfWrong(Refused):
    """The form did not come from a page of this session."""

    def __init__(self) -> None:
        super().__init__("csrf_wrong", "This form is not from your session. Load the page and repeat it.")


@dataclass(frozen=True, slots=True)
class SessionRecord:
    """What the house keeps of a session.

    Attributes:
        digest: SHA-256 of the session id, 32 bytes.
        opened_at: when it began, with a time zone; the absolute limit counts from here.
        seen_at: last use, with a time zone; the idle limit counts from here.
    """

    digest: bytes = field(repr=False)
    opened_at: datetime
    seen_at: datetime


class Sessions:
    """Opens and checks sessions, and makes their CSRF tokens."""

    __slots__ = ("_absolute", "_idle", "_key")

    def __init__(
        self, key: bytes, absolute: timedelta = timedelta(hours=8), idle: timedelta = timedelta(minutes=30)
    ) -> None:
        """Take the 32-byte session key and the two limits of a session's life."""
        if len(key) < ID_BYTES or not timedelta(0) < idle <= absolute:
            raise Invalid("sessions_unfit", "Sessions need a 32-byte key and 0 < idle <= absolute.")
        self._key, self._absolute, self._idle = key, absolute, idle

    def open(self, at: datetime) -> tuple[str, SessionRecord]:
        """Begin a session: the id for the cookie (43 characters, url-safe) and the record to keep.

        Always a fresh id, so that none can be planted before sign-in (session fixation).
        """
        session_id = secrets.token_urlsafe(ID_BYTES)
        return session_id, SessionRecord(session_digest(session_id), aware(at), at)

    def check(self, session_id: str, record: SessionRecord | None, at: datetime) -> SessionRecord:
        """Let a session go on, or raise. Gives the record with its new last use, to keep.

        Args:
            session_id: from the cookie.
            record: what was found under `session_digest(session_id)`, or None.
            at: now, with a time zone. A clock set back does not lengthen a session.

        Raises:
            SessionOver: unknown, idle for too long, or too old.
        """
        presented = session_digest(session_id)
        if record is None or not hmac.compare_digest(presented, record.digest):
            raise SessionOver
        if aware(at) - record.opened_at >= self._absolute or at - record.seen_at >= self._idle:
            raise SessionOver
        return SessionRecord(record.digest, record.opened_at, max(at, record.seen_at))

    def csrf(self, session_id: str) -> str:
        """Give the CSRF token for the forms of a session: 64 hexadecimal digits."""
        return hmac.new(self._key, _DOMAIN + _spelled(session_id), sha256).hexdigest()

    def check_csrf(self, session_id: str, given: str) -> None:
        """Let a form pass, or raise; constant time.

        Raises:
            CsrfWrong: missing, false, or of another session.
        """
        if not hmac.compare_digest(self.csrf(session_id).encode(), _spelled(given)):
            raise CsrfWrong

    def __repr__(self) -> str:
        """Show no key."""
        return "<Sessions>"

    def __reduce__(self) -> Never:
        """Refuse to be pickled or copied."""
        raise TypeError("sessions cannot be pickled or copied")


def session_digest(session_id: str) -> bytes:
    """Give what is stored instead of a session id: SHA-256, 32 bytes; enough, because the id is random."""
    return sha256(_spelled(session_id)).digest()


def _spelled(text: str) -> bytes:
    return text.encode(errors="replace")
