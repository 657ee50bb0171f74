"""API keys of tools and passwords of officers: made, checked, never kept.

Must never store, log or echo a secret, never tell an unknown name from a wrong secret (neither by words nor
by time), and never take an expired key for an unknown one: its holder has to learn that it must be replaced.
"""

import re
import secrets
import unicodedata
from dataclasses import dataclass, field
from datetime import datetime
from hashlib import sha256
from hmac import compare_digest
from typing import Final

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from gateway.domain.errors import Invalid, Unauthenticated
from gateway.identity.moments import aware

SECRET_BYTES: Final = 32
SHORTEST_PASSWORD: Final = 12
"""Characters; NIST SP 800-63B asks for 8 at least, and no composition rules."""
LONGEST_PASSWORD: Final = 1024

_API_KEY: Final = re.compile(r"ost_([0-9a-f]{8})_[A-Za-z0-9_-]{43,128}")
_NOBODY: Final = bytes(32)


class CredentialExpired(Unauthenticated):
    """The right key, too late."""

    def __init__(self) -> None:
        super().__init__("credential_expired", "This API key has expired. Ask an administrator for another.")


class CredentialWrong(Unauthenticated):
    """Unknown, malformed or false; which of them is not said."""

    def __init__(self) -> None:
        super().__init__("credential_wrong", "This credential is not known. Check it, or ask an administrator.")


@dataclass(frozen=True, slots=True)
class ApiKeyRecord:
    """What the house keeps of an API key.

    Attributes:
        key_id: 8 hexadecimal digits, the public half by which the record is found.
        digest: SHA-256 of the whole key, 32 bytes. No slow hash: the secret has 256 random bits, not a
            person's choice.
        expires_at: from this moment on the key is refused; with a time zone, or None for never.
    """

    key_id: str
    digest: bytes = field(repr=False)
    expires_at: datetime | None = None


def new_api_key(expires_at: datetime | None = None) -> tuple[str, ApiKeyRecord]:
    """Make an API key: the plain key to show once, `ost_<8 hex>_<43 base64url>`, and the record to keep.

    Raises:
        Invalid: `time_without_zone`.
    """
    if expires_at is not None:
        aware(expires_at)
    key_id = secrets.token_hex(4)
    plain = f"ost_{key_id}_{secrets.token_urlsafe(SECRET_BYTES)}"
    return plain, ApiKeyRecord(key_id, sha256(plain.encode()).digest(), expires_at)


def api_key_id(plain: str) -> str:
    """Give the public half of a presented key, to find its record by.

    Raises:
        CredentialWrong: it is not shaped like a key.
    """
    shaped = _API_KEY.fullmatch(plain)
    if shaped is None:
        raise CredentialWrong
    return shaped[1]


def check_api_key(plain: str, record: ApiKeyRecord | None, at: datetime) -> None:
    """Let a presented key pass, or raise; constant time in the secret, and the same work for an unknown id.

    Args:
        plain: as presented.
        record: what was found under `api_key_id(plain)`, or None.
        at: now, with a time zone.

    Raises:
        CredentialWrong: no such key. CredentialExpired: the right key, too late.
    """
    presented = sha256(plain.encode(errors="replace")).digest()
    right = compare_digest(presented, record.digest if record else _NOBODY)
    if record is None or not right:
        raise CredentialWrong
    # Only after the secret proved right: nobody else learns that this key ever was.
    if record.expires_at is not None and aware(at) >= aware(record.expires_at):
        raise CredentialExpired


class Passwords:
    """Hashes and checks officers' passwords with argon2id (RFC 9106, its second recommended cost)."""

    __slots__ = ("_dummy", "_hasher")

    def __init__(self, hasher: PasswordHasher | None = None) -> None:
        """Take the costs of `hasher`, by default argon2-cffi's: 64 MiB, 3 passes, 4 lanes."""
        self._hasher = hasher or PasswordHasher()
        self._dummy = ""

    def hash(self, password: str) -> str:
        """Give the text to keep, in PHC format.

        Raises:
            Invalid: `password_unfit`: shorter than 12 or longer than 1024 characters.
        """
        if not SHORTEST_PASSWORD <= len(password) <= LONGEST_PASSWORD:
            raise Invalid("password_unfit", "A password has 12 to 1024 characters. Any characters will do.")
        try:
            return self._hasher.hash(_spelled(password))
        except UnicodeEncodeError:  # its message would repeat the password
            raise Invalid("password_unfit", "A password is whole Unicode text.") from None

    def check(self, kept: str | None, password: str) -> str | None:
        """Let a password pass, or raise; give a new hash to keep where today's costs are higher than its own.

        Args:
            kept: as `hash` gave it, or None for an unknown officer, which takes as long and fails.
            password: as typed.

        Raises:
            CredentialWrong: unknown officer, wrong password or damaged hash.
        """
        if not self._matches(kept or self._nobody(), password) or kept is None:
            raise CredentialWrong
        return self._hasher.hash(_spelled(password)) if self._hasher.check_needs_rehash(kept) else None

    def _nobody(self) -> str:
        """Give the hash of one random password, so that an unknown officer costs the time of a known one.

        Made when first needed: it takes 64 MiB, which a process that signs nobody in should not pay for.
        """
        self._dummy = self._dummy or self._hasher.hash(secrets.token_bytes(SECRET_BYTES))
        return self._dummy

    def _matches(self, kept: str, password: str) -> bool:
        # A password over the limit is cut, not skipped: it costs the same time and cannot match.
        try:
            self._hasher.verify(kept, _spelled(password[:LONGEST_PASSWORD]))
        except (VerificationError, InvalidHashError, UnicodeEncodeError):
            return False
        return len(password) <= LONGEST_PASSWORD


def _spelled(password: str) -> bytes:
    # NFKC, as NIST SP 800-63B advises: two keyboards may spell one character differently.
    return unicodedata.normalize("NFKC", password).encode()
