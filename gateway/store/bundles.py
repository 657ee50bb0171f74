"""The bundles of policy files: kept for ever by digest, one in force. Must never change the text of one."""

from datetime import datetime

from sqlalchemy import Connection, text


def add(connection: Connection, digest: str, content: bytes) -> None:
    """Keep a bundle; the same digest again changes nothing."""
    connection.execute(_ADD, {"digest": digest, "text": content})


def activate(connection: Connection, digest: str, actor: str, at: datetime) -> None:
    """Put a kept bundle in force from `at` (UTC), and end the one that was."""
    connection.execute(_END, {"at": at, "digest": digest})
    connection.execute(_BEGIN, {"at": at, "digest": digest, "actor": actor})


def in_force(connection: Connection) -> str | None:
    """Give the digest in force, or None on a new house."""
    return connection.execute(_IN_FORCE).scalar_one_or_none()


_ADD = text("INSERT INTO bundle (digest, text) VALUES (:digest, :text) ON CONFLICT DO NOTHING")
_END = text(
    "UPDATE bundle SET in_force_to = :at WHERE in_force_to IS NULL AND in_force_from IS NOT NULL AND digest <> :digest"
)
_BEGIN = text("UPDATE bundle SET in_force_from = :at, in_force_to = NULL, signed_by = :actor WHERE digest = :digest")
_IN_FORCE = text("SELECT digest FROM bundle WHERE in_force_from IS NOT NULL AND in_force_to IS NULL")
