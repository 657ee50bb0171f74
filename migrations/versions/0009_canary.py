"""Canary addresses seeded per partner; links between people who may be one.

Revision ID: 0009
Revises: 0008
Create Date: 2026-11-22
"""

from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None

_TABLES = ("canary", "canary_planted", "canary_met")

_MAKE = (
    """
CREATE TABLE canary (
  no BIGINT GENERATED ALWAYS AS IDENTITY,
  uid BYTEA NOT NULL CONSTRAINT ck_canary_uid16 CHECK (length(uid) = 16),
  hash BYTEA NOT NULL,
  actor TEXT NOT NULL,
  made_at TIMESTAMP WITH TIME ZONE NOT NULL,
  CONSTRAINT pk_canary PRIMARY KEY (no),
  CONSTRAINT uq_canary_uid UNIQUE (uid),
  CONSTRAINT uq_canary_hash UNIQUE (hash)
)""",
    """
CREATE TABLE canary_planted (
  no BIGINT GENERATED ALWAYS AS IDENTITY,
  canary_no BIGINT NOT NULL,
  party_no BIGINT NOT NULL,
  planted_in TEXT DEFAULT '' NOT NULL,
  actor TEXT NOT NULL,
  at TIMESTAMP WITH TIME ZONE NOT NULL,
  CONSTRAINT pk_canary_planted PRIMARY KEY (no),
  CONSTRAINT fk_canary_planted_canary_no FOREIGN KEY(canary_no) REFERENCES canary (no),
  CONSTRAINT fk_canary_planted_party_no FOREIGN KEY(party_no) REFERENCES party (no)
)""",
    "CREATE INDEX ix_canary_planted_canary_no ON canary_planted (canary_no)",
    """
CREATE TABLE canary_met (
  no BIGINT GENERATED ALWAYS AS IDENTITY,
  canary_no BIGINT NOT NULL,
  source_no BIGINT NOT NULL,
  met_in BYTEA NOT NULL,
  at TIMESTAMP WITH TIME ZONE NOT NULL,
  CONSTRAINT pk_canary_met PRIMARY KEY (no),
  CONSTRAINT fk_canary_met_canary_no FOREIGN KEY(canary_no) REFERENCES canary (no),
  CONSTRAINT uq_canary_met_once UNIQUE (canary_no, met_in)
)""",
)


_LINKS = (
    """
CREATE TABLE person_link (
  person_no BIGINT NOT NULL,
  other_no BIGINT NOT NULL,
  reason TEXT NOT NULL,
  source_no BIGINT NOT NULL,
  at TIMESTAMP WITH TIME ZONE NOT NULL,
  undone_at TIMESTAMP WITH TIME ZONE,
  undone_by TEXT DEFAULT '' NOT NULL,
  CONSTRAINT pk_person_link PRIMARY KEY (person_no, other_no, reason),
  CONSTRAINT ck_person_link_once CHECK (person_no < other_no)
)""",
    "CREATE INDEX ix_person_link_other_no ON person_link (other_no)",
    # Only a person's erasure deletes here.
    "GRANT SELECT, INSERT, UPDATE, DELETE ON person_link TO ostiary_app",
)


def upgrade() -> None:
    """Make the tables; what was planted and met is evidence, so nothing there changes."""
    for statement in _LINKS:
        op.execute(statement)
    for statement in _MAKE:
        op.execute(statement)
    for table in _TABLES:
        op.execute(
            f"CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON {table}"
            " FOR EACH STATEMENT EXECUTE FUNCTION append_only_refuse()"
        )
        op.execute(f"ALTER TABLE {table} ENABLE ALWAYS TRIGGER append_only")
        op.execute(f"GRANT SELECT, INSERT ON {table} TO ostiary_app")


def downgrade() -> None:
    """Take it away again; that canaries were made and met is then in the ledger only."""
    op.execute("DROP TABLE person_link")
    for table in reversed(_TABLES):
        op.execute(f"DROP TABLE {table}")
