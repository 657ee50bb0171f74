"""Data grades, reviews, retention.

Revision ID: 0010
Revises: 0009
Create Date: 2026-11-22
"""

from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add two columns; none is written to the rows that are there, so that a large base is not rewritten.

    `kept_at` is when a list last brought a person again; empty, `created_at` says it. `grade` of a page is the grade
    that it was a pass of, where a release took the best first.
    """
    op.execute("ALTER TABLE person ADD COLUMN kept_at TIMESTAMP WITH TIME ZONE")
    op.execute("ALTER TABLE release_page ADD COLUMN grade SMALLINT DEFAULT 0 NOT NULL")


def downgrade() -> None:
    """Take them away again; grades then rest on what else is known of a person."""
    op.execute("ALTER TABLE release_page DROP COLUMN grade")
    op.execute("ALTER TABLE person DROP COLUMN kept_at")
