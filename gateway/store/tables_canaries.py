"""The tables of canaries: made, planted with partners, brought back by lists. Must never hold an address, only hashes.

They belong to the metadata of `gateway.store.tables`; see there for what is common to all.
"""

from sqlalchemy import BigInteger, Column, ForeignKey, Index, LargeBinary, Table, Text, UniqueConstraint

from gateway.store.columns import number, uid, when, word
from gateway.store.tables import metadata

canary = Table(
    "canary",
    metadata,
    number(),
    uid(),
    Column("hash", LargeBinary, nullable=False),
    Column("actor", Text, nullable=False),
    when("made_at"),
    UniqueConstraint("hash", name="uq_canary_hash"),
)

canary_planted = Table(
    "canary_planted",
    metadata,
    number(),
    Column("canary_no", ForeignKey("canary.no"), nullable=False),
    Column("party_no", ForeignKey("party.no"), nullable=False),
    word("planted_in"),
    Column("actor", Text, nullable=False),
    when("at"),
    Index("ix_canary_planted_canary_no", "canary_no"),
)

canary_met = Table(
    "canary_met",
    metadata,
    number(),
    Column("canary_no", ForeignKey("canary.no"), nullable=False),
    Column("source_no", BigInteger, nullable=False),
    Column("met_in", LargeBinary, nullable=False),
    when("at"),
    UniqueConstraint("canary_no", "met_in", name="uq_canary_met_once"),
)
