"""The columns that many tables have, each written once. Must never hold a table."""

from sqlalchemy import BigInteger, CheckConstraint, Column, DateTime, Identity, LargeBinary, Text, func, text

NOW = func.now()
EMPTY = text("''")


def number() -> Column[int]:
    """Give the integer surrogate `no`, for joins."""
    return Column("no", BigInteger, Identity(always=True), primary_key=True)


def uid() -> Column[bytes]:
    """Give `uid`, 16 random bytes: what goes outside."""
    return Column("uid", LargeBinary, CheckConstraint("length(uid) = 16", name="uid16"), nullable=False, unique=True)


def when(name: str, *, nullable: bool = False, now: bool = False) -> Column[object]:
    """Give a moment (timestamptz, UTC); `now` lets the database fill it in."""
    return Column(name, DateTime(timezone=True), nullable=nullable, server_default=NOW if now else None)


def word(name: str) -> Column[str]:
    """Give a text that is empty unless somebody says something."""
    return Column(name, Text, nullable=False, server_default=EMPTY)
