"""The tables of widening acts: proposals, sign-offs of packs, activations. Must never hold a rule.

They belong to the metadata of `gateway.store.tables`; see there for what is common to all.
"""

from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    DateTime,
    ForeignKey,
    Identity,
    Index,
    LargeBinary,
    Table,
    Text,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB

from gateway.store.tables import metadata

_EMPTY = text("''")


def _number() -> Column[int]:
    return Column("no", BigInteger, Identity(always=True), primary_key=True)


def _when(name: str, *, nullable: bool = False) -> Column[object]:
    return Column(name, DateTime(timezone=True), nullable=nullable)


proposal = Table(
    "proposal",
    metadata,
    _number(),
    Column("uid", LargeBinary, CheckConstraint("length(uid) = 16", name="uid16"), nullable=False, unique=True),
    Column("kind", Text, nullable=False),
    Column("about", Text, nullable=False),
    Column("digest", Text, nullable=False),
    Column("payload", JSONB, nullable=False),
    Column("state", Text, nullable=False, server_default=text("'open'")),
    Column("alone", Boolean, nullable=False, server_default=text("false")),
    Column("proposed_by", Text, nullable=False),
    _when("proposed_at"),
    _when("not_before"),
    _when("expires_at"),
    Column("settled_by", Text, nullable=False, server_default=_EMPTY),
    _when("settled_at", nullable=True),
    Index("uq_proposal_open", "kind", "about", unique=True, postgresql_where=text("state = 'open'")),
)

pack_signoff = Table(
    "pack_signoff",
    metadata,
    _number(),
    Column("jurisdiction", Text, nullable=False),
    Column("pack_digest", Text, nullable=False),
    Column("proposal_no", ForeignKey("proposal.no"), nullable=False),
    Column("signed_by", Text, nullable=False),
    Column("confirmed_by", Text, nullable=False),
    _when("at"),
    Column("revoked_by", Text, nullable=False, server_default=_EMPTY),
    _when("revoked_at", nullable=True),
    Index(
        "uq_pack_signoff_standing",
        "jurisdiction",
        "pack_digest",
        unique=True,
        postgresql_where=text("revoked_at IS NULL"),
    ),
)

bundle_activation = Table(
    "bundle_activation",
    metadata,
    _number(),
    Column("digest", ForeignKey("bundle.digest"), nullable=False),
    Column("proposal_no", ForeignKey("proposal.no")),
    Column("proposed_by", Text, nullable=False, server_default=_EMPTY),
    Column("confirmed_by", Text, nullable=False),
    _when("at"),
)
