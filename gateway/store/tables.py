"""The tables of the house, as SQLAlchemy Core sees them. Must never hold a rule.

Migrations are the only way the schema changes; a test proves that they and this file say the same.
No name and no address stands here in clear: sealed blobs, blind indexes, and the attributes of class `profile`.
All times are timestamptz (UTC). `no` is an integer surrogate (joins), `uid` 16 random bytes (what goes outside).
"""

from sqlalchemy import (
    ARRAY,
    BigInteger,
    Boolean,
    Column,
    DateTime,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    SmallInteger,
    Table,
    Text,
    UniqueConstraint,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB

from gateway.store.columns import NOW, number, uid, when, word

metadata = MetaData(
    naming_convention={
        "pk": "pk_%(table_name)s",
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s",
        "ck": "ck_%(table_name)s_%(constraint_name)s",
    }
)

_NO_TEXTS = text("'{}'::text[]")


# Who

party = Table(
    "party",
    metadata,
    number(),
    uid(),
    Column("name", Text, nullable=False, unique=True),
    Column("country", Text, nullable=False),
    when("created_at", now=True),
)

tool = Table(
    "tool",
    metadata,
    number(),
    uid(),
    Column("name", Text, nullable=False, unique=True),
    Column("role", Text, nullable=False),
    Column("sender_no", ForeignKey("party.no"), nullable=False),
    Column("country", Text, nullable=False),
    Column("purposes", ARRAY(Text), nullable=False, server_default=_NO_TEXTS),
    Column("channels", ARRAY(Text), nullable=False, server_default=_NO_TEXTS),
    Column("fields", ARRAY(Text), nullable=False, server_default=_NO_TEXTS),
    Column("jurisdictions", ARRAY(Text), nullable=False, server_default=_NO_TEXTS),
    Column("branches", ARRAY(Text), nullable=False, server_default=_NO_TEXTS),
    Column("active", Boolean, nullable=False, server_default=text("true")),
    Column("version", Integer, nullable=False, server_default=text("1")),
    when("created_at", now=True),
    Column("mode", Text, nullable=False, server_default=text("'enforce'")),
)

credential = Table(
    "credential",
    metadata,
    Column("key_id", Text, primary_key=True),
    Column("tool_no", ForeignKey("tool.no"), nullable=False, index=True),
    Column("digest", LargeBinary, nullable=False),
    when("created_at", now=True),
    when("expires_at", nullable=True),
    when("revoked_at", nullable=True),
)

officer = Table(
    "officer",
    metadata,
    number(),
    Column("name", Text, nullable=False, unique=True),
    Column("role", Text, nullable=False),
    Column("password", Text, nullable=False),
    Column("active", Boolean, nullable=False, server_default=text("true")),
    when("created_at", now=True),
)

session = Table(
    "session",
    metadata,
    Column("digest", LargeBinary, primary_key=True),
    Column("officer_no", ForeignKey("officer.no"), nullable=False, index=True),
    when("created_at", now=True),
    when("seen_at", now=True),
    when("expires_at"),
)

sign_in_failure = Table(
    "sign_in_failure",
    metadata,
    number(),
    Column("who", LargeBinary, nullable=False),
    when("at", now=True),
    Index("ix_sign_in_failure_who_at", "who", "at"),
)

# Where data came from

source = Table(
    "source",
    metadata,
    number(),
    uid(),
    Column("name", Text, nullable=False, unique=True),
    Column("kind", Text, nullable=False),
    Column("status", Text, nullable=False),
    Column("collector_no", ForeignKey("party.no"), nullable=False),
    Column("country", Text, nullable=False),
    Column("audience", Text, nullable=False),
    when("collected_at", nullable=True),
    when("expires_at", nullable=True),
    Column("evidence", ARRAY(Text), nullable=False, server_default=_NO_TEXTS),
    Column("named", ARRAY(BigInteger), nullable=False, server_default=text("'{}'::bigint[]")),
    Column("defaults", JSONB, nullable=False, server_default=text("'{}'::jsonb")),
    Column("version", Integer, nullable=False, server_default=text("1")),
    when("created_at", now=True),
    Column("supplier_no", ForeignKey("party.no")),
    word("contract"),
    word("notice"),
    word("origin"),
)

source_event = Table(
    "source_event",
    metadata,
    number(),
    Column("source_no", ForeignKey("source.no"), nullable=False, index=True),
    Column("kind", Text, nullable=False),
    Column("actor", Text, nullable=False),
    Column("detail", JSONB, nullable=False, server_default=text("'{}'::jsonb")),
    when("at", now=True),
)

evidence = Table(
    "evidence",
    metadata,
    number(),
    uid(),
    Column("digest", LargeBinary, nullable=False),
    Column("kind", Text, nullable=False),
    Column("sealed", LargeBinary, nullable=False),
    when("created_at", now=True),
)

batch = Table(
    "batch",
    metadata,
    number(),
    uid(),
    Column("source_no", ForeignKey("source.no"), nullable=False),
    Column("digest", LargeBinary, nullable=False),
    Column("state", Text, nullable=False),
    Column("verdict", Text, nullable=False),
    Column("mapping", JSONB, nullable=False),
    Column("reading", JSONB, nullable=False),
    Column("reasons", JSONB, nullable=False, server_default=text("'[]'::jsonb")),
    Column("counts", JSONB, nullable=False, server_default=text("'{}'::jsonb")),
    Column("columns", JSONB, nullable=False, server_default=text("'{}'::jsonb")),
    Column("next_chunk", Integer, nullable=False, server_default=text("0")),
    Column("wrapped", LargeBinary),
    when("cure_until", nullable=True),
    when("created_at", now=True),
    when("updated_at", now=True),
    word("actor"),
    Column("rows", BigInteger, nullable=False, server_default=text("0")),
    Column("chunks", Integer, nullable=False, server_default=text("0")),
    Column("profile", JSONB, nullable=False, server_default=text("'{}'::jsonb")),
    Column("treated", JSONB, nullable=False, server_default=text("'[]'::jsonb")),
    when("paused_at", nullable=True),
    UniqueConstraint("source_no", "digest"),
)

quarantine_row = Table(
    "quarantine_row",
    metadata,
    Column("batch_no", ForeignKey("batch.no"), primary_key=True),
    Column("chunk", Integer, primary_key=True),
    Column("rows", Integer, nullable=False),
    Column("sealed", LargeBinary, nullable=False),
)

# People: facts in clear of class profile, everything else sealed

person = Table(
    "person",
    metadata,
    number(),
    uid(),
    word("jurisdiction"),
    word("region"),
    word("branch"),
    word("language"),
    word("time_zone"),
    Column("kind", Text, nullable=False, server_default=text("'unknown'")),
    Column("birth_year", SmallInteger, nullable=False, server_default=text("0")),
    Column("grade", SmallInteger, nullable=False, server_default=text("4")),
    Column("flags", Integer, nullable=False, server_default=text("0")),
    when("created_at", now=True),
    when("kept_at", nullable=True),
)

person_key = Table(
    "person_key",
    metadata,
    Column("person_no", BigInteger, primary_key=True, autoincrement=False),
    Column("wrapped", LargeBinary, nullable=False),
)

sealed = Table(
    "sealed",
    metadata,
    Column("person_no", BigInteger, primary_key=True, autoincrement=False),
    Column("class", Text, primary_key=True),
    Column("source_no", BigInteger, primary_key=True, autoincrement=False),
    Column("blob", LargeBinary, nullable=False),
)

identifier = Table(
    "identifier",
    metadata,
    Column("person_no", BigInteger, primary_key=True, autoincrement=False),
    Column("kind", Text, primary_key=True),
    Column("index", LargeBinary, primary_key=True),
    Column("source_no", BigInteger, primary_key=True, autoincrement=False),
    Column("index_version", SmallInteger, nullable=False),
    Column("suppress", LargeBinary, nullable=False),
    Column("bits", Integer, nullable=False, server_default=text("0")),
    # The hash alone: keys differ by kind, so equal hashes of two kinds do not happen, and one column costs less.
    Index("ix_identifier_index", "index"),
    Index("ix_identifier_suppress", "suppress"),
)

dealing = Table(
    "dealing",
    metadata,
    Column("person_no", BigInteger, primary_key=True, autoincrement=False),
    Column("party_no", BigInteger, primary_key=True, autoincrement=False),
    Column("kind", Text, primary_key=True),
    Column("category", Text, primary_key=True),
    when("at"),
    Column("notice", Boolean, nullable=False),
    Column("source_no", BigInteger, nullable=False),
)

# What people said

consent_event = Table(
    "consent_event",
    metadata,
    number(),
    Column("person_no", BigInteger, nullable=False, index=True),
    Column("kind", Text, nullable=False),
    Column("index", LargeBinary, nullable=False),
    Column("state", Text, nullable=False),
    Column("purpose", Text, nullable=False),
    Column("channel", Text, nullable=False),
    Column("sender_no", BigInteger, nullable=False),
    Column("conditions", Integer, nullable=False, server_default=text("0")),
    word("wording"),
    word("language"),
    Column("method", Text, nullable=False),
    Column("source_no", BigInteger, nullable=False, server_default=text("0")),
    Column("evidence_no", BigInteger),
    Column("actor", Text, nullable=False),
    when("at"),
    when("received_at", now=True),
)

consent = Table(
    "consent",
    metadata,
    Column("person_no", BigInteger, primary_key=True, autoincrement=False),
    Column("index", LargeBinary, primary_key=True),
    Column("purpose", Text, primary_key=True),
    Column("channel", Text, primary_key=True),
    Column("sender_no", BigInteger, primary_key=True, autoincrement=False),
    Column("state", Text, nullable=False),
    when("since"),
    Column("conditions", Integer, nullable=False, server_default=text("0")),
    word("wording"),
    Column("source_no", BigInteger, nullable=False, server_default=text("0")),
)

suppression = Table(
    "suppression",
    metadata,
    number(),
    Column("kind", Text, nullable=False),
    Column("hash", LargeBinary, nullable=False),
    Column("scope", Text, nullable=False),
    word("channel"),
    word("purpose"),
    Column("sender_no", BigInteger, nullable=False, server_default=text("0")),
    Column("reason", Text, nullable=False),
    Column("actor", Text, nullable=False),
    when("at", now=True),
    UniqueConstraint("kind", "hash", "scope", "channel", "purpose", "sender_no", name="uq_suppression_what"),
)

# What was given out

release = Table(
    "release",
    metadata,
    number(),
    uid(),
    Column("tool_no", ForeignKey("tool.no"), nullable=False),
    Column("wish", JSONB, nullable=False),
    Column("wish_digest", LargeBinary, nullable=False),
    Column("bundle", Text, nullable=False),
    Column("state", Text, nullable=False),
    Column("idempotency_key", Text),
    Column("seed", Text, nullable=False),
    Column("attempt", Integer, nullable=False, server_default=text("1")),
    Column("people", BigInteger, nullable=False, server_default=text("0")),
    Column("pages", Integer, nullable=False, server_default=text("0")),
    when("created_at", now=True),
    when("finished_at", nullable=True),
    Index(
        "uq_release_tool_key",
        "tool_no",
        "idempotency_key",
        unique=True,
        postgresql_where=text("idempotency_key IS NOT NULL"),
    ),
)


release_acknowledgement = Table(
    "release_acknowledgement",
    metadata,
    Column("release_no", ForeignKey("release.no"), primary_key=True),
    Column("page", Integer, primary_key=True, autoincrement=False),
    when("at", now=True),
)


def _page_columns() -> list[Column[object]]:
    """What is kept of every page that was decided: enough to answer "who" and "why not" without a row a person."""
    return [
        when("snapshot_at"),
        Column("bundle", Text, nullable=False),
        Column("low", BigInteger, nullable=False),
        Column("high", BigInteger, nullable=False),
        Column("people", Integer, nullable=False),
        Column("cells", JSONB, nullable=False),
        Column("bitmaps", ARRAY(LargeBinary), nullable=False),
        Column("people_root", LargeBinary, nullable=False),
        Column("inbox_no", BigInteger, nullable=False),
    ]


release_page = Table(
    "release_page",
    metadata,
    Column("release_no", BigInteger, primary_key=True, autoincrement=False),
    Column("page", Integer, primary_key=True, autoincrement=False),
    Column("attempt", Integer, primary_key=True, autoincrement=False),
    Column("created_at", DateTime(timezone=True), primary_key=True, server_default=NOW),
    *_page_columns(),
    Column("grade", SmallInteger, nullable=False, server_default=text("0")),
    Index("ix_release_page_low_high", "low", "high"),
    postgresql_partition_by="RANGE (created_at)",
)

decision_page = Table(
    "decision_page",
    metadata,
    number(),
    Column("created_at", DateTime(timezone=True), primary_key=True, server_default=NOW),
    Column("tool_no", BigInteger, nullable=False),
    *_page_columns(),
    Index("ix_decision_page_low_high", "low", "high"),
    postgresql_partition_by="RANGE (created_at)",
)

# The law in force, and what was answered before

bundle = Table(
    "bundle",
    metadata,
    Column("digest", Text, primary_key=True),
    Column("text", LargeBinary, nullable=False),
    word("signed_by"),
    when("in_force_from", nullable=True),
    when("in_force_to", nullable=True),
    Index(
        "uq_bundle_in_force",
        text("(in_force_to IS NULL)"),
        unique=True,
        postgresql_where=text("in_force_from IS NOT NULL AND in_force_to IS NULL"),
    ),
)

idempotency = Table(
    "idempotency",
    metadata,
    Column("actor", Text, primary_key=True),
    Column("key", Text, primary_key=True),
    Column("digest", LargeBinary, nullable=False),
    Column("answer", LargeBinary, nullable=False),
    when("created_at", now=True),
)

PARTITIONED = ("release_page", "decision_page")
APPEND_ONLY = ("consent_event", "source_event", "evidence", "suppression", "release_acknowledgement")
