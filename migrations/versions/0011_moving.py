"""Moving in from another system.

Revision ID: 0011
Revises: 0010
Create Date: 2026-11-22
"""

from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None

_MOVING = """
CREATE TABLE moving (
  no BIGINT GENERATED ALWAYS AS IDENTITY,
  uid BYTEA NOT NULL CONSTRAINT ck_moving_uid16 CHECK (length(uid) = 16),
  source_no BIGINT NOT NULL,
  files JSONB NOT NULL,
  step TEXT NOT NULL CONSTRAINT ck_moving_step CHECK (step IN ('stops', 'people', 'results', 'done')),
  counts JSONB NOT NULL,
  actor TEXT NOT NULL,
  began_at TIMESTAMP WITH TIME ZONE NOT NULL,
  done_at TIMESTAMP WITH TIME ZONE,
  CONSTRAINT pk_moving PRIMARY KEY (no),
  CONSTRAINT uq_moving_uid UNIQUE (uid),
  CONSTRAINT fk_moving_source_no FOREIGN KEY (source_no) REFERENCES source (no)
)
"""
_CROWD = """
CREATE TABLE moving_crowd (
  moving_no BIGINT NOT NULL,
  channel TEXT NOT NULL,
  said TEXT NOT NULL,
  people BYTEA NOT NULL,
  CONSTRAINT pk_moving_crowd PRIMARY KEY (moving_no, channel, said),
  CONSTRAINT fk_moving_crowd_moving_no FOREIGN KEY (moving_no) REFERENCES moving (no)
)
"""


def upgrade() -> None:
    """Make the tables; what a move is of, and who was what, is written once."""
    op.execute(_MOVING)
    op.execute(_CROWD)
    op.execute("GRANT SELECT, INSERT ON moving, moving_crowd TO ostiary_app")
    op.execute("GRANT UPDATE (step, counts, done_at) ON moving TO ostiary_app")


def downgrade() -> None:
    """Take them away again; people, stops and consents stay, the comparison cannot be made any more."""
    op.execute("DROP TABLE moving_crowd, moving")
