"""The tables of the source register: answers of due diligence and files of evidence. Must never hold a rule.

Both are only added to: the newest answer to a question counts, and a file stays even if its word no longer does.
"""

from sqlalchemy import BigInteger, Column, ForeignKey, Index, LargeBinary, Table, Text

from gateway.store.columns import number, when
from gateway.store.tables import metadata

source_answer = Table(
    "source_answer",
    metadata,
    number(),
    Column("source_no", ForeignKey("source.no"), nullable=False),
    Column("question", Text, nullable=False),
    Column("answer", Text, nullable=False),
    Column("actor", Text, nullable=False),
    when("at"),
    Index("ix_source_answer_source_no_question", "source_no", "question"),
)

source_evidence = Table(
    "source_evidence",
    metadata,
    number(),
    Column("source_no", ForeignKey("source.no"), nullable=False, index=True),
    Column("word", Text, nullable=False),
    Column("evidence_no", BigInteger, nullable=False),
    Column("digest", LargeBinary, nullable=False),
    Column("actor", Text, nullable=False),
    when("at"),
)
