"""The table of mapping templates: how a source's lists are read. Must never hold a cell of a list.

It belongs to the metadata of `gateway.store.tables`; see there for what is common to all.
"""

from sqlalchemy import CheckConstraint, Column, ForeignKey, Index, Integer, LargeBinary, Table, Text, text
from sqlalchemy.dialects.postgresql import JSONB

from gateway.store.columns import number, uid, when, word
from gateway.store.tables import metadata

_LIVES = text("retired_at IS NULL")

mapping_template = Table(
    "mapping_template",
    metadata,
    number(),
    uid(),
    Column("source_no", ForeignKey("source.no"), nullable=False),
    Column("name", Text, nullable=False),
    Column("version", Integer, nullable=False),
    Column("titles", LargeBinary, CheckConstraint("length(titles) = 32", name="titles32"), nullable=False),
    Column("fields", JSONB, nullable=False),
    word("encoding"),
    word("delimiter"),
    word("sheet"),
    Column("made_by", Text, nullable=False),
    when("made_at"),
    when("retired_at", nullable=True),
    Index("uq_mapping_template_name", "source_no", "name", unique=True, postgresql_where=_LIVES),
    Index("uq_mapping_template_titles", "source_no", "titles", unique=True, postgresql_where=_LIVES),
)
