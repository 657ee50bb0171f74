"""The tables of opt-out registers: dated snapshots, swapped whole. Must never hold a number, only keyed hashes.

They belong to the metadata of `gateway.store.tables`; see there for what is common to all.
"""

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Column,
    DateTime,
    ForeignKey,
    Index,
    LargeBinary,
    Table,
    Text,
    func,
    text,
)

from gateway.store.columns import number
from gateway.store.tables import metadata

register_snapshot = Table(
    "register_snapshot",
    metadata,
    number(),
    Column("name", Text, nullable=False),
    Column("taken_at", DateTime(timezone=True), nullable=False),
    Column("digest", LargeBinary, nullable=False),
    Column("entries", BigInteger, nullable=False, server_default=text("0")),
    Column("state", Text, CheckConstraint("state IN ('loading', 'current', 'past')", name="state"), nullable=False),
    Column("loaded_by", Text, nullable=False),
    Column("loaded_at", DateTime(timezone=True), nullable=False, server_default=func.now()),
    Index("uq_register_snapshot_current", "name", unique=True, postgresql_where=text("state = 'current'")),
)

register_entry = Table(
    "register_entry",
    metadata,
    Column("hash", LargeBinary, primary_key=True),
    Column("snapshot_no", ForeignKey("register_snapshot.no"), primary_key=True),
    Index("ix_register_entry_snapshot_no", "snapshot_no"),
)
