"""The tables of moving in: one row a move, and who was what in the system that was left. Must never hold a cell.

People stand here by number only, packed; that another system would have written to them is all that is kept of it.
"""

from sqlalchemy import CheckConstraint, Column, ForeignKey, LargeBinary, Table, Text
from sqlalchemy.dialects.postgresql import JSONB

from gateway.store.columns import number, uid, when
from gateway.store.tables import metadata

moving = Table(
    "moving",
    metadata,
    number(),
    uid(),
    Column("source_no", ForeignKey("source.no"), nullable=False),
    Column("files", JSONB, nullable=False),
    Column(
        "step",
        Text,
        CheckConstraint("step IN ('stops', 'people', 'results', 'done')", name="step"),
        nullable=False,
    ),
    Column("counts", JSONB, nullable=False),
    Column("actor", Text, nullable=False),
    when("began_at"),
    when("done_at", nullable=True),
)

moving_crowd = Table(
    "moving_crowd",
    metadata,
    Column("moving_no", ForeignKey("moving.no"), primary_key=True),
    Column("channel", Text, primary_key=True),
    Column("said", Text, primary_key=True),
    Column("people", LargeBinary, nullable=False),
)
