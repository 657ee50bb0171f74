"""Consent that lasts: requests, notices, receipts, outgoing mail.

Revision ID: 0005
Revises: 0004
Create Date: 2026-11-22
"""

from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

_TABLES = ("consent_request", "notice", "mail_out", "receipt_seen")

_MAKE = (
    """
CREATE TABLE consent_request (
  no BIGINT GENERATED ALWAYS AS IDENTITY,
  uid BYTEA NOT NULL CONSTRAINT ck_consent_request_uid16 CHECK (length(uid) = 16),
  person_no BIGINT NOT NULL,
  kind TEXT NOT NULL,
  index BYTEA NOT NULL,
  purpose TEXT NOT NULL,
  channel TEXT NOT NULL,
  sender_no BIGINT NOT NULL,
  conditions INTEGER DEFAULT 0 NOT NULL,
  wording TEXT DEFAULT '' NOT NULL,
  language TEXT DEFAULT '' NOT NULL,
  actor TEXT NOT NULL,
  mail_digest BYTEA NOT NULL,
  evidence_no BIGINT,
  requested_at TIMESTAMP WITH TIME ZONE NOT NULL,
  expires_at TIMESTAMP WITH TIME ZONE NOT NULL,
  confirmed_at TIMESTAMP WITH TIME ZONE,
  event_no BIGINT,
  CONSTRAINT pk_consent_request PRIMARY KEY (no),
  CONSTRAINT uq_consent_request_uid UNIQUE (uid)
)""",
    "CREATE INDEX ix_consent_request_person_no_requested_at ON consent_request (person_no, requested_at)",
    """
CREATE TABLE notice (
  event_no BIGINT NOT NULL,
  kind TEXT NOT NULL,
  person_no BIGINT NOT NULL,
  rule TEXT NOT NULL,
  due_at TIMESTAMP WITH TIME ZONE NOT NULL,
  sent_at TIMESTAMP WITH TIME ZONE,
  way TEXT DEFAULT '' NOT NULL,
  mail_no BIGINT,
  CONSTRAINT pk_notice PRIMARY KEY (event_no, kind)
)""",
    "CREATE INDEX ix_notice_due_at ON notice (due_at) WHERE sent_at IS NULL",
    """
CREATE TABLE mail_out (
  no BIGINT GENERATED ALWAYS AS IDENTITY,
  uid BYTEA NOT NULL CONSTRAINT ck_mail_out_uid16 CHECK (length(uid) = 16),
  kind TEXT NOT NULL,
  person_no BIGINT NOT NULL,
  state TEXT NOT NULL,
  sealed BYTEA NOT NULL,
  attempts INTEGER DEFAULT 0 NOT NULL,
  next_at TIMESTAMP WITH TIME ZONE NOT NULL,
  sent_at TIMESTAMP WITH TIME ZONE,
  fault TEXT DEFAULT '' NOT NULL,
  created_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
  CONSTRAINT pk_mail_out PRIMARY KEY (no),
  CONSTRAINT uq_mail_out_uid UNIQUE (uid)
)""",
    "CREATE INDEX ix_mail_out_next_at ON mail_out (next_at) WHERE state = 'queued'",
    """
CREATE TABLE receipt_seen (
  source_no BIGINT NOT NULL,
  digest BYTEA NOT NULL,
  event_no BIGINT DEFAULT 0 NOT NULL,
  seen_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
  CONSTRAINT pk_receipt_seen PRIMARY KEY (source_no, digest)
)""",
    "CREATE INDEX ix_consent_event_said ON consent_event (received_at) WHERE source_no = 0",
)


def upgrade() -> None:
    """Make the four tables, and say who may do what; nothing that stood before changes."""
    for statement in _MAKE:
        op.execute(statement)
    op.execute(f"GRANT SELECT, INSERT, UPDATE ON {', '.join(_TABLES)} TO ostiary_app")
    # Only a person's erasure deletes here.
    op.execute(f"GRANT DELETE ON {', '.join(_TABLES)} TO ostiary_app")


def downgrade() -> None:
    """Take it away again."""
    op.execute("DROP INDEX ix_consent_event_said")
    for table in _TABLES:
        op.execute(f"DROP TABLE {table}")
