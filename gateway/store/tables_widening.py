"""The tables of widening acts: proposals, sign-offs of packs, activations. Must never hold a rule.

They belong to the metadata of `gateway.store.tables`; see there for what is common to all.
"""

from sqlalchemy import (
    Boolean,
    Column,
    ForeignKey,
    Index,
    Table,
    Text,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB

from gateway.store.columns import EMPTY, number, uid, when
from gateway.store.tables import metadata

proposal = Table(
    "proposal",
    metadata,
    number(),
    uid(),
    Column("kind", Text, nullable=False),
    Column("about", Text, nullable=False),
    Column("digest", Text, nullable=False),
    Column("payload", JSONB, nullable=False),
    Column("state", Text, nullable=False, server_default=text("'open'")),
    Column("alone", Boolean, nullable=False, server_default=text("false")),
    Column("proposed_by", Text, nullable=False),
    when("proposed_at"),
    when("not_before"),
    when("expires_at"),
    Column("settled_by", Text, nullable=False, server_default=EMPTY),
    when("settled_at", nullable=True),
    Index("uq_proposal_open", "kind", "about", unique=True, postgresql_where=text("state = 'open'")),
)

pack_signoff = Table(
    "pack_signoff",
    metadata,
    number(),
    Column("jurisdiction", Text, nullable=False),
    Column("pack_digest", Text, nullable=False),
    Column("proposal_no", ForeignKey("proposal.no"), nullable=False),
    Column("signed_by", Text, nullable=False),
    Column("confirmed_by", Text, nullable=False),
    when("at"),
    Column("revoked_by", Text, nullable=False, server_default=EMPTY),
    when("revoked_at", nullable=True),
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
    number(),
    Column("digest", ForeignKey("bundle.digest"), nullable=False),
    Column("proposal_no", ForeignKey("proposal.no")),
    Column("proposed_by", Text, nullable=False, server_default=EMPTY),
    Column("confirmed_by", Text, nullable=False),
    when("at"),
)
