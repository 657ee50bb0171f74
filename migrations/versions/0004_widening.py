"""Widening acts: proposals, sign-offs, a tool's mode, and which bundle was in force when.

Revision ID: 0004
Revises: 0003
Create Date: 2026-11-22
"""

from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

_PROPOSAL = """
CREATE TABLE proposal (
  no BIGINT GENERATED ALWAYS AS IDENTITY,
  uid BYTEA NOT NULL CONSTRAINT ck_proposal_uid16 CHECK (length(uid) = 16),
  kind TEXT NOT NULL,
  about TEXT NOT NULL,
  digest TEXT NOT NULL,
  payload JSONB NOT NULL,
  state TEXT DEFAULT 'open' NOT NULL,
  alone BOOLEAN DEFAULT false NOT NULL,
  proposed_by TEXT NOT NULL,
  proposed_at TIMESTAMP WITH TIME ZONE NOT NULL,
  not_before TIMESTAMP WITH TIME ZONE NOT NULL,
  expires_at TIMESTAMP WITH TIME ZONE NOT NULL,
  settled_by TEXT DEFAULT '' NOT NULL,
  settled_at TIMESTAMP WITH TIME ZONE,
  CONSTRAINT pk_proposal PRIMARY KEY (no),
  CONSTRAINT uq_proposal_uid UNIQUE (uid)
)
"""
_ONE_OPEN = "CREATE UNIQUE INDEX uq_proposal_open ON proposal (kind, about) WHERE state = 'open'"
_SIGN_OFF = """
CREATE TABLE pack_signoff (
  no BIGINT GENERATED ALWAYS AS IDENTITY,
  jurisdiction TEXT NOT NULL,
  pack_digest TEXT NOT NULL,
  proposal_no BIGINT NOT NULL,
  signed_by TEXT NOT NULL,
  confirmed_by TEXT NOT NULL,
  at TIMESTAMP WITH TIME ZONE NOT NULL,
  revoked_by TEXT DEFAULT '' NOT NULL,
  revoked_at TIMESTAMP WITH TIME ZONE,
  CONSTRAINT pk_pack_signoff PRIMARY KEY (no),
  CONSTRAINT fk_pack_signoff_proposal_no FOREIGN KEY(proposal_no) REFERENCES proposal (no)
)
"""
_ONE_STANDS = """
CREATE UNIQUE INDEX uq_pack_signoff_standing ON pack_signoff (jurisdiction, pack_digest) WHERE revoked_at IS NULL
"""
_ACTIVATION = """
CREATE TABLE bundle_activation (
  no BIGINT GENERATED ALWAYS AS IDENTITY,
  digest TEXT NOT NULL,
  proposal_no BIGINT,
  proposed_by TEXT DEFAULT '' NOT NULL,
  confirmed_by TEXT NOT NULL,
  at TIMESTAMP WITH TIME ZONE NOT NULL,
  CONSTRAINT pk_bundle_activation PRIMARY KEY (no),
  CONSTRAINT fk_bundle_activation_digest FOREIGN KEY(digest) REFERENCES bundle (digest),
  CONSTRAINT fk_bundle_activation_proposal_no FOREIGN KEY(proposal_no) REFERENCES proposal (no)
)
"""
# What was put in force before this revision was put there by the program itself.
_SO_FAR = """
INSERT INTO bundle_activation (digest, confirmed_by, at)
SELECT digest, signed_by, in_force_from FROM bundle WHERE in_force_from IS NOT NULL ORDER BY in_force_from
"""


def upgrade() -> None:
    """Add what widening needs; old programs never see it, and a tool without a word is enforced."""
    for statement in (_PROPOSAL, _ONE_OPEN, _SIGN_OFF, _ONE_STANDS, _ACTIVATION, _SO_FAR):
        op.execute(statement)
    op.execute("ALTER TABLE tool ADD COLUMN mode TEXT DEFAULT 'enforce' NOT NULL")
    op.execute(
        "CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON bundle_activation"
        " FOR EACH STATEMENT EXECUTE FUNCTION append_only_refuse()"
    )
    op.execute("ALTER TABLE bundle_activation ENABLE ALWAYS TRIGGER append_only")
    op.execute("GRANT SELECT, INSERT ON proposal, pack_signoff, bundle_activation TO ostiary_app")
    # What was proposed and what was signed never changes; only how it ended does.
    op.execute("GRANT UPDATE (state, settled_by, settled_at) ON proposal TO ostiary_app")
    op.execute("GRANT UPDATE (revoked_by, revoked_at) ON pack_signoff TO ostiary_app")


def downgrade() -> None:
    """Take it away again; sign-offs and proposals are then in the ledger only."""
    op.execute("ALTER TABLE tool DROP COLUMN mode")
    for table in ("bundle_activation", "pack_signoff", "proposal"):
        op.execute(f"DROP TABLE {table}")
