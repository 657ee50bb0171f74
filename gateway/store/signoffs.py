"""Packs that officers have signed off: by jurisdiction and by the digest of the pack's text.

Must never let a sign-off outlive the text that it was given for: another digest is another pack.
"""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, text

from policies.packs import Bundle


@dataclass(frozen=True, slots=True)
class SignOff:
    """One sign-off: who proposed and who confirmed it, when (UTC), and until when it stood."""

    jurisdiction: str
    pack_digest: str
    signed_by: str
    confirmed_by: str
    at: datetime
    revoked_by: str
    revoked_at: datetime | None


def signed(connection: Connection, bundle: Bundle) -> frozenset[str]:
    """Give the codes of the packs of a bundle whose very text is signed off, as this transaction sees it."""
    return frozenset(
        row.jurisdiction
        for row in connection.execute(_STANDING)
        if row.jurisdiction in bundle.packs and bundle.packs[row.jurisdiction].digest == row.pack_digest
    )


def sign(
    connection: Connection, jurisdiction: str, pack_digest: str, proposal_no: int, by: tuple[str, str], at: datetime
) -> bool:
    """Keep a sign-off.

    Args:
        connection: an open transaction.
        jurisdiction: code of the pack.
        pack_digest: of its text, hex.
        proposal_no: the proposal that it rests on.
        by: who proposed and who confirmed it.
        at: when it begins (UTC).

    Returns:
        Whether it is new; one that stands already stays as it is.
    """
    values = {
        "jurisdiction": jurisdiction, "digest": pack_digest, "proposal": proposal_no,
        "signed": by[0], "confirmed": by[1], "at": at,
    }  # fmt: skip
    return connection.execute(_SIGN, values).rowcount == 1


def revoke(connection: Connection, jurisdiction: str, actor: str, at: datetime) -> list[tuple[str, str]]:
    """End every sign-off of a jurisdiction that stands, however its code is written; give (code, digest) of each."""
    values = {"jurisdiction": jurisdiction, "actor": actor, "at": at}
    return [(row.jurisdiction, row.pack_digest) for row in connection.execute(_REVOKE, values)]


def listed(connection: Connection) -> list[SignOff]:
    """List all sign-offs, newest first, those revoked too."""
    return [SignOff(*row) for row in connection.execute(_ALL)]


_STANDING = text("SELECT jurisdiction, pack_digest FROM pack_signoff WHERE revoked_at IS NULL")
_SIGN = text(
    "INSERT INTO pack_signoff (jurisdiction, pack_digest, proposal_no, signed_by, confirmed_by, at)"
    " VALUES (:jurisdiction, :digest, :proposal, :signed, :confirmed, :at)"
    " ON CONFLICT (jurisdiction, pack_digest) WHERE revoked_at IS NULL DO NOTHING"
)
_REVOKE = text(
    "UPDATE pack_signoff SET revoked_at = :at, revoked_by = :actor"
    " WHERE lower(jurisdiction) = lower(:jurisdiction) AND revoked_at IS NULL RETURNING jurisdiction, pack_digest"
)
_ALL = text(
    "SELECT jurisdiction, pack_digest, signed_by, confirmed_by, at, revoked_by, revoked_at"
    " FROM pack_signoff ORDER BY no DESC"
)
