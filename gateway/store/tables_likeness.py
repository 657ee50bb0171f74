"""The table of likeness: two people who may be one. Must never be read by a decision: no consent widens over it.

It belongs to the metadata of `gateway.store.tables`; see there for what is common to all.
"""

from sqlalchemy import BigInteger, CheckConstraint, Column, Index, Table, Text

from gateway.store.columns import when, word
from gateway.store.tables import metadata

person_link = Table(
    "person_link",
    metadata,
    Column("person_no", BigInteger, primary_key=True, autoincrement=False),
    Column("other_no", BigInteger, primary_key=True, autoincrement=False),
    Column("reason", Text, primary_key=True),
    Column("source_no", BigInteger, nullable=False),
    when("at"),
    when("undone_at", nullable=True),
    word("undone_by"),
    CheckConstraint("person_no < other_no", name="once"),
    Index("ix_person_link_other_no", "other_no"),
)
