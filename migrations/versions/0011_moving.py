"""Moving in from another system.

Revision ID: 0011
Revises: 0010
Create Date: 2026-11-22
"""

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Nothing yet."""


def downgrade() -> None:
    """Nothing yet."""
