"""Mapping templates of sources.

Revision ID: 0008
Revises: 0007
Create Date: 2026-11-22
"""

from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

_MAKE = (
    """
CREATE TABLE mapping_template (
  no BIGINT GENERATED ALWAYS AS IDENTITY,
  uid BYTEA NOT NULL CONSTRAINT ck_mapping_template_uid16 CHECK (length(uid) = 16),
  source_no BIGINT NOT NULL,
  name TEXT NOT NULL,
  version INTEGER NOT NULL,
  titles BYTEA NOT NULL CONSTRAINT ck_mapping_template_titles32 CHECK (length(titles) = 32),
  fields JSONB NOT NULL,
  encoding TEXT DEFAULT '' NOT NULL,
  delimiter TEXT DEFAULT '' NOT NULL,
  sheet TEXT DEFAULT '' NOT NULL,
  made_by TEXT NOT NULL,
  made_at TIMESTAMP WITH TIME ZONE NOT NULL,
  retired_at TIMESTAMP WITH TIME ZONE,
  CONSTRAINT pk_mapping_template PRIMARY KEY (no),
  CONSTRAINT uq_mapping_template_uid UNIQUE (uid),
  CONSTRAINT fk_mapping_template_source_no FOREIGN KEY (source_no) REFERENCES source (no)
)""",
    "CREATE UNIQUE INDEX uq_mapping_template_name ON mapping_template (source_no, name) WHERE retired_at IS NULL",
    "CREATE UNIQUE INDEX uq_mapping_template_titles ON mapping_template (source_no, titles) WHERE retired_at IS NULL",
)


def upgrade() -> None:
    """Make the table, and say who may do what: a template is retired, never rewritten."""
    for statement in _MAKE:
        op.execute(statement)
    op.execute("GRANT SELECT, INSERT, UPDATE (retired_at) ON mapping_template TO ostiary_app")


def downgrade() -> None:
    """Take it away again."""
    op.execute("DROP TABLE mapping_template")
