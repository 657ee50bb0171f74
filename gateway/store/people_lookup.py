"""Finds people by uid or blind index. Must never see the identifier itself."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

from sqlalchemy import Connection, text

__all__ = ["Connection", "Key", "Subject", "find", "lock"]


class Key(NamedTuple):
    """A blind index and the version of the key that made it."""

    version: int
    value: bytes


@dataclass(frozen=True, slots=True)
class Subject:
    """A person as found: `kind` and `index` say by which identifier ("" and b"" when found by uid)."""

    no: int
    uid: bytes
    kind: str
    index: bytes


def find(connection: Connection, uid: bytes | None, kind: str, keys: Sequence[Key]) -> Subject | None:
    """Give the person with this uid, or the one longest known by one of these blind indexes, or None."""
    if uid is not None:
        row = connection.execute(_BY_UID, {"uid": uid}).one_or_none()
        return Subject(row.no, row.uid, "", b"") if row else None
    row = connection.execute(_BY_INDEX, {"kind": kind, "keys": [key.value for key in keys]}).first()
    return Subject(row.no, row.uid, kind, row.found) if row else None


def lock(connection: Connection, no: int) -> None:
    """Lock a person's row until the transaction ends: whatever changes standing takes this first."""
    connection.execute(_LOCK, {"no": no})


_BY_UID = text("SELECT no, uid FROM person WHERE uid = :uid")
_BY_INDEX = text(
    "SELECT p.no, p.uid, i.index AS found FROM identifier i JOIN person p ON p.no = i.person_no"
    " WHERE i.kind = :kind AND i.index = ANY(:keys) ORDER BY p.no LIMIT 1"
)
_LOCK = text("SELECT no FROM person WHERE no = :no FOR UPDATE")
