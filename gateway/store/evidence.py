"""Evidence: what proves a consent or a source. Sealed content, a digest in clear. Must never be changed or removed.

The digest is SHA-256 over the record's random uid and the content: it stands in the ledger for ever, and
without the uid nobody can find out a short content (an address and a time) by trying.
"""

import hashlib
import secrets
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol

from sqlalchemy import Connection, text

from gateway.domain.errors import NotFound, Unavailable


class Seal(Protocol):
    """Seals and opens content for its place; the vault's `HouseSeal` for evidence is one."""

    def seal(self, place: bytes, content: bytes) -> bytes:
        """Seal content for a place."""

    def open(self, place: bytes, blob: bytes) -> bytes:
        """Open what was sealed for this place."""


@dataclass(frozen=True, slots=True)
class Evidence:
    """A record of evidence without its content. `digest` is 32 bytes, `created_at` UTC."""

    no: int
    uid: bytes
    digest: bytes
    kind: str
    created_at: datetime


@dataclass(frozen=True, slots=True)
class Opened:
    """Evidence with what it says; personal data."""

    record: Evidence
    content: bytes = field(repr=False)


def digest_of(uid: bytes, content: bytes) -> bytes:
    """Give the digest under which a content is on record: SHA-256(uid, 16 bytes | content)."""
    return hashlib.sha256(uid + content).digest()


def add(connection: Connection, seal: Seal, kind: str, content: bytes) -> Evidence:
    """Keep evidence, sealed for its own record.

    Args:
        connection: the transaction of the act that it proves.
        seal: the seal for evidence.
        kind: a word, such as `form` or `call_recording`.
        content: any bytes.
    """
    uid = secrets.token_bytes(16)
    values = {"uid": uid, "digest": digest_of(uid, content), "kind": kind, "sealed": seal.seal(uid, content)}
    return Evidence(*connection.execute(_ADD, values).one())


def read(connection: Connection, seal: Seal, no: int) -> Opened:
    """Open evidence and check it against its digest.

    Raises:
        NotFound: `evidence_unknown`. Unavailable: `evidence_changed`, or the seal's own refusal.
    """
    row = connection.execute(_READ, {"no": no}).one_or_none()
    if row is None:
        raise NotFound("evidence_unknown", "There is no evidence of that number.")
    content = seal.open(row.uid, row.sealed)
    if digest_of(row.uid, content) != row.digest:
        raise Unavailable("evidence_changed", f"Evidence {no} is not what its digest says. Restore it from a backup.")
    return Opened(Evidence(row.no, row.uid, row.digest, row.kind, row.created_at), content)


_ADD = text(
    "INSERT INTO evidence (uid, digest, kind, sealed) VALUES (:uid, :digest, :kind, :sealed)"
    " RETURNING no, uid, digest, kind, created_at"
)
_READ = text("SELECT no, uid, digest, kind, sealed, created_at FROM evidence WHERE no = :no")
