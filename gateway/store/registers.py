"""Opt-out registers: a dated snapshot a register, swapped whole; entries are keyed hashes, as suppressions are.

Identifiers that are on any register carry a narrowing bit, so that a page need not look each of them up. The bit may
say too much (somebody left a register), never too little: it is set in the swap's own transaction, and an import asks
for it under the lock that the swap takes. Must never answer from a snapshot that is not whole.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, text

from gateway.store.suppressions import LOCK_KEY, REGISTERED


@dataclass(frozen=True, slots=True)
class Register:
    """A register as it stands: when it was taken (UTC), how many are on it, who loaded it when."""

    name: str
    taken_at: datetime
    entries: int
    loaded_by: str
    loaded_at: datetime
    digest: bytes


def begin(connection: Connection, name: str, taken_at: datetime, digest: bytes, actor: str) -> int:
    """Begin a snapshot that nobody sees yet, and forget those of this register that were never finished."""
    connection.execute(_FORGET, {"name": name})
    connection.execute(_ABANDON, {"name": name})
    row = {"name": name, "taken": taken_at, "digest": digest, "actor": actor}
    return int(connection.execute(_BEGIN, row).scalar_one())


def put(connection: Connection, snapshot_no: int, hashes: Sequence[bytes]) -> int:
    """Put hashes into a snapshot; one that is there already counts for nothing. Give how many were new."""
    return int(connection.execute(_PUT, {"no": snapshot_no, "hashes": list(hashes)}).rowcount)


def swap(connection: Connection, name: str, snapshot_no: int) -> int:
    """Make a snapshot the register, mark every identifier on it, and give how many entries it has.

    From the lock until the end of the transaction no import can add an identifier that this does not see.
    """
    connection.execute(_LOCK, {"key": LOCK_KEY})
    connection.execute(_PAST, {"name": name})
    entries = int(connection.execute(_CURRENT, {"no": snapshot_no}).scalar_one())
    connection.execute(_MARK, {"no": snapshot_no})
    return entries


def forget_past(connection: Connection, name: str) -> None:
    """Delete the entries of a register's past snapshots; that they were taken stays on record."""
    connection.execute(_FORGET, {"name": name})


def standing(connection: Connection) -> list[Register]:
    """Give the registers as they stand, by name."""
    return [Register(*row) for row in connection.execute(_STANDING)]


def taken(connection: Connection) -> Mapping[str, datetime]:
    """Give when each register was taken (UTC), as this transaction sees it."""
    return {row.name: row.taken_at for row in connection.execute(_STANDING)}


_LOCK = text("SELECT pg_advisory_xact_lock(:key)")
_BEGIN = text(
    "INSERT INTO register_snapshot (name, taken_at, digest, state, loaded_by)"
    " VALUES (:name, :taken, :digest, 'loading', :actor) RETURNING no"
)
_ABANDON = text("UPDATE register_snapshot SET state = 'past' WHERE name = :name AND state = 'loading'")
_PUT = text(
    "INSERT INTO register_entry (hash, snapshot_no) SELECT DISTINCT h, CAST(:no AS bigint)"
    " FROM unnest(CAST(:hashes AS bytea[])) h ON CONFLICT DO NOTHING"
)
_PAST = text("UPDATE register_snapshot SET state = 'past' WHERE name = :name AND state = 'current'")
_CURRENT = text(
    "UPDATE register_snapshot SET state = 'current',"
    " entries = (SELECT count(*) FROM register_entry WHERE snapshot_no = :no) WHERE no = :no RETURNING entries"
)
_MARK = text(
    f"UPDATE identifier i SET bits = i.bits | {REGISTERED} FROM register_entry e"
    f" WHERE e.snapshot_no = :no AND i.suppress = e.hash AND i.bits & {REGISTERED} = 0"
)
_FORGET = text(
    "DELETE FROM register_entry e USING register_snapshot s"
    " WHERE s.no = e.snapshot_no AND s.name = :name AND s.state <> 'current'"
)
_STANDING = text(
    "SELECT name, taken_at, entries, loaded_by, loaded_at, digest FROM register_snapshot"
    " WHERE state = 'current' ORDER BY name"
)
