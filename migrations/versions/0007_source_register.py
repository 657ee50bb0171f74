"""The source register: supplier, versions and origin of a source, answers to questions, files of evidence.

Revision ID: 0007
Revises: 0006
Create Date: 2026-11-22
"""

from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

_TABLES = ("source_answer", "source_evidence")
_COLUMNS = ("supplier_no", "contract", "notice", "origin")

_MAKE = (
    """
ALTER TABLE source
  ADD COLUMN supplier_no BIGINT,
  ADD COLUMN contract TEXT DEFAULT '' NOT NULL,
  ADD COLUMN notice TEXT DEFAULT '' NOT NULL,
  ADD COLUMN origin TEXT DEFAULT '' NOT NULL,
  ADD CONSTRAINT fk_source_supplier_no FOREIGN KEY(supplier_no) REFERENCES party (no)""",
    """
CREATE TABLE source_answer (
  no BIGINT GENERATED ALWAYS AS IDENTITY,
  source_no BIGINT NOT NULL,
  question TEXT NOT NULL,
  answer TEXT NOT NULL,
  actor TEXT NOT NULL,
  at TIMESTAMP WITH TIME ZONE NOT NULL,
  CONSTRAINT pk_source_answer PRIMARY KEY (no),
  CONSTRAINT fk_source_answer_source_no FOREIGN KEY(source_no) REFERENCES source (no)
)""",
    "CREATE INDEX ix_source_answer_source_no_question ON source_answer (source_no, question)",
    """
CREATE TABLE source_evidence (
  no BIGINT GENERATED ALWAYS AS IDENTITY,
  source_no BIGINT NOT NULL,
  word TEXT NOT NULL,
  evidence_no BIGINT NOT NULL,
  digest BYTEA NOT NULL,
  actor TEXT NOT NULL,
  at TIMESTAMP WITH TIME ZONE NOT NULL,
  CONSTRAINT pk_source_evidence PRIMARY KEY (no),
  CONSTRAINT fk_source_evidence_source_no FOREIGN KEY(source_no) REFERENCES source (no)
)""",
    "CREATE INDEX ix_source_evidence_source_no ON source_evidence (source_no)",
)


def upgrade() -> None:
    """Add what the register keeps; a program from before leaves it empty, and empty changes nothing."""
    for statement in _MAKE:
        op.execute(statement)
    for table in _TABLES:
        op.execute(
            f"CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON {table}"
            " FOR EACH STATEMENT EXECUTE FUNCTION append_only_refuse()"
        )
        op.execute(f"ALTER TABLE {table} ENABLE ALWAYS TRIGGER append_only")
        op.execute(f"GRANT SELECT, INSERT ON {table} TO ostiary_app")


def downgrade() -> None:
    """Take it away again; what was answered and brought is then in the ledger only."""
    for table in _TABLES:
        op.execute(f"DROP TABLE {table}")
    for column in _COLUMNS:
        op.execute(f"ALTER TABLE source DROP COLUMN {column}")
