"""The tables of lists on their way in: staged chunks, findings, held rows. Must never hold a cell in clear.

A finding says where and what kind, never which value: its mark is a hash under a key that dies with the batch.
"""

from sqlalchemy import ARRAY, REAL, BigInteger, Column, ForeignKey, Index, Integer, LargeBinary, Table, Text, text
from sqlalchemy.dialects.postgresql import JSONB

from gateway.store.columns import number
from gateway.store.tables import metadata

_NOTHING = text("'{}'::jsonb")


def _batch() -> Column[int]:
    return Column("batch_no", ForeignKey("batch.no"), primary_key=True)


batch_chunk = Table(
    "batch_chunk",
    metadata,
    _batch(),
    Column("chunk", Integer, primary_key=True, autoincrement=False),
    Column("state", Text, nullable=False),
    Column("rows", Integer, nullable=False),
    Column("sealed", ARRAY(LargeBinary), nullable=False, server_default=text("'{}'::bytea[]")),
    Column("counts", JSONB, nullable=False, server_default=_NOTHING),
    Column("summary", JSONB, nullable=False, server_default=_NOTHING),
)

held_row = Table(
    "held_row",
    metadata,
    _batch(),
    Column("row_no", BigInteger, primary_key=True, autoincrement=False),
    Column("state", Text, nullable=False),
    Column("reasons", JSONB, nullable=False),
    Column("sealed", LargeBinary),
)

finding = Table(
    "finding",
    metadata,
    number(),
    Column("batch_no", ForeignKey("batch.no"), nullable=False),
    Column("row_no", BigInteger, nullable=False),
    Column("column", Text, nullable=False),
    Column("kind", Text, nullable=False),
    Column("score", REAL, nullable=False),
    Column("start", Integer, nullable=False),
    Column("end", Integer, nullable=False),
    Column("mark", LargeBinary, nullable=False),
    Column("treatment", Text, nullable=False),
    Column("rule", Text, nullable=False),
    Index("ix_finding_batch_no_column_kind", "batch_no", "column", "kind"),
)
