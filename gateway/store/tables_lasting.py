"""The tables of consent that lasts: requests to confirm, notices that are due, mail that waits. Must never hold a rule.

No address stands here in clear: what goes out is sealed, and unsealed content is gone once it has been sent.
"""

from sqlalchemy import (
    BigInteger,
    Column,
    DateTime,
    Index,
    Integer,
    LargeBinary,
    Table,
    Text,
    func,
    text,
)

from gateway.store.columns import EMPTY, number, uid, when
from gateway.store.tables import consent_event, metadata

_ZERO = text("0")


consent_request = Table(
    "consent_request",
    metadata,
    number(),
    uid(),
    Column("person_no", BigInteger, nullable=False),
    Column("kind", Text, nullable=False),
    Column("index", LargeBinary, nullable=False),
    Column("purpose", Text, nullable=False),
    Column("channel", Text, nullable=False),
    Column("sender_no", BigInteger, nullable=False),
    Column("conditions", Integer, nullable=False, server_default=_ZERO),
    Column("wording", Text, nullable=False, server_default=EMPTY),
    Column("language", Text, nullable=False, server_default=EMPTY),
    Column("actor", Text, nullable=False),
    Column("mail_digest", LargeBinary, nullable=False),
    Column("evidence_no", BigInteger),
    when("requested_at"),
    when("expires_at"),
    when("confirmed_at", nullable=True),
    Column("event_no", BigInteger),
    Index("ix_consent_request_person_no_requested_at", "person_no", "requested_at"),
)

notice = Table(
    "notice",
    metadata,
    Column("event_no", BigInteger, primary_key=True, autoincrement=False),
    Column("kind", Text, primary_key=True),
    Column("person_no", BigInteger, nullable=False),
    Column("rule", Text, nullable=False),
    when("due_at"),
    when("sent_at", nullable=True),
    Column("way", Text, nullable=False, server_default=EMPTY),
    Column("mail_no", BigInteger),
    Index("ix_notice_due_at", "due_at", postgresql_where=text("sent_at IS NULL")),
)

mail_out = Table(
    "mail_out",
    metadata,
    number(),
    uid(),
    Column("kind", Text, nullable=False),
    Column("person_no", BigInteger, nullable=False),
    Column("state", Text, nullable=False),
    Column("sealed", LargeBinary, nullable=False),
    Column("attempts", Integer, nullable=False, server_default=_ZERO),
    when("next_at"),
    when("sent_at", nullable=True),
    Column("fault", Text, nullable=False, server_default=EMPTY),
    Column("created_at", DateTime(timezone=True), nullable=False, server_default=func.now()),
    Index("ix_mail_out_next_at", "next_at", postgresql_where=text("state = 'queued'")),
)

receipt_seen = Table(
    "receipt_seen",
    metadata,
    Column("source_no", BigInteger, primary_key=True, autoincrement=False),
    Column("digest", LargeBinary, primary_key=True),
    Column("event_no", BigInteger, nullable=False, server_default=_ZERO),
    Column("seen_at", DateTime(timezone=True), nullable=False, server_default=func.now()),
)

# What people said to the house itself: where a law asks for a notice of the result, only these are looked through.
Index("ix_consent_event_said", consent_event.c.received_at, postgresql_where=consent_event.c.source_no == text("0"))

CHANGING = ("consent_request", "notice", "mail_out", "receipt_seen")
