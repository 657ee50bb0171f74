"""The tables of campaigns and caps: who wants whom when, who was contacted, which slots are held.

Must never hold a rule.

A contact names a person by number only. `contact_event` is append-only; a reservation lives until it is sent, taken
over or over. `contact_turn` holds no fact: whoever takes a slot of a person counts it up, so that of two who read the
same snapshot one fails to serialise (docs/decisions/0013-caps-and-collisions.md).
"""

from sqlalchemy import (
    ARRAY,
    BigInteger,
    CheckConstraint,
    Column,
    DateTime,
    ForeignKey,
    Index,
    Integer,
    SmallInteger,
    Table,
    Text,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB

from gateway.store.columns import EMPTY, number, uid, when
from gateway.store.tables import metadata

_NOBODY = text("0")


def _referred(name: str) -> Column[int]:
    """A number without a foreign key: these rows are many, and what they name is never deleted."""
    return Column(name, BigInteger, nullable=False)


campaign = Table(
    "campaign",
    metadata,
    number(),
    uid(),
    Column("name", Text, nullable=False, unique=True),
    Column("sender_no", ForeignKey("party.no"), nullable=False),
    Column("purpose", Text, nullable=False),
    Column("channels", ARRAY(Text), nullable=False),
    Column("tools", ARRAY(BigInteger), nullable=False),
    when("starts_at"),
    when("ends_at"),
    Column("priority", SmallInteger, CheckConstraint("priority BETWEEN 1 AND 9", name="priority"), nullable=False),
    Column("cap", JSONB),
    Column("state", Text, nullable=False),
    Column("created_by", Text, nullable=False),
    when("created_at", now=True),
)

contact_event = Table(
    "contact_event",
    metadata,
    Column("person_no", BigInteger, primary_key=True, autoincrement=False),
    Column("at", DateTime(timezone=True), primary_key=True),
    number(),
    when("received_at", now=True),
    Column("kind", Text, nullable=False),
    Column("channel", Text, nullable=False),
    _referred("sender_no"),
    _referred("tool_no"),
    Column("campaign_no", BigInteger, nullable=False, server_default=_NOBODY),
    Column("purpose", Text, nullable=False),
    Column("category", Text, nullable=False, server_default=EMPTY),
    Column("inbox_no", BigInteger, nullable=False, server_default=_NOBODY),
    Index("ix_contact_event_campaign_no_at", "campaign_no", "at", postgresql_where=text("campaign_no > 0")),
    postgresql_partition_by="RANGE (at)",
)

reservation = Table(
    "reservation",
    metadata,
    Column("person_no", BigInteger, primary_key=True, autoincrement=False),
    Column("channel", Text, primary_key=True),
    Column("tool_no", BigInteger, primary_key=True, autoincrement=False),
    Column("campaign_no", BigInteger, primary_key=True, autoincrement=False),
    _referred("sender_no"),
    Column("category", Text, nullable=False, server_default=EMPTY),
    when("at"),
    when("until"),
    Index("ix_reservation_campaign_no", "campaign_no", postgresql_where=text("campaign_no > 0")),
)

contact_turn = Table(
    "contact_turn",
    metadata,
    Column("person_no", BigInteger, primary_key=True, autoincrement=False),
    Column("turn", BigInteger, nullable=False),
)

collision = Table(
    "collision",
    metadata,
    number(),
    when("at"),
    _referred("winner_no"),
    _referred("loser_no"),
    Column("channel", Text, nullable=False),
    Column("people", Integer, nullable=False),
    Column("inbox_no", BigInteger, nullable=False),
    Index("ix_collision_winner_no", "winner_no"),
    Index("ix_collision_loser_no", "loser_no"),
)
