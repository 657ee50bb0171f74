"""Opt-out registers: dated snapshots, swapped whole.

Revision ID: 0003
Revises: 0002
Create Date: 2026-11-22
"""

from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

_TABLES = (
    """
CREATE TABLE register_snapshot (
  no BIGINT GENERATED ALWAYS AS IDENTITY,
  name TEXT NOT NULL,
  taken_at TIMESTAMP WITH TIME ZONE NOT NULL,
  digest BYTEA NOT NULL,
  entries BIGINT DEFAULT 0 NOT NULL,
  state TEXT NOT NULL CONSTRAINT ck_register_snapshot_state CHECK (state IN ('loading', 'current', 'past')),
  loaded_by TEXT NOT NULL,
  loaded_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
  CONSTRAINT pk_register_snapshot PRIMARY KEY (no)
)
""",
    "CREATE UNIQUE INDEX uq_register_snapshot_current ON register_snapshot (name) WHERE state = 'current'",
    """
CREATE TABLE register_entry (
  hash BYTEA NOT NULL,
  snapshot_no BIGINT NOT NULL,
  CONSTRAINT pk_register_entry PRIMARY KEY (hash, snapshot_no),
  CONSTRAINT fk_register_entry_snapshot_no FOREIGN KEY (snapshot_no) REFERENCES register_snapshot (no)
)
""",
    "CREATE INDEX ix_register_entry_snapshot_no ON register_entry (snapshot_no)",
    "GRANT SELECT, INSERT, UPDATE ON register_snapshot TO ostiary_app",
    "GRANT SELECT, INSERT, DELETE ON register_entry TO ostiary_app",
)


def upgrade() -> None:
    """Make the two tables; a register's old entries may go, the fact that it was taken may not."""
    for statement in _TABLES:
        op.execute(statement)


def downgrade() -> None:
    """Take them away again; what identifiers were marked with only ever narrows, and may stay."""
    op.execute("DROP TABLE register_entry")
    op.execute("DROP TABLE register_snapshot")
