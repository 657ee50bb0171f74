"""Lists in: staged chunks, findings, held rows, jobs.

Revision ID: 0006
Revises: 0005
Create Date: 2026-11-22
"""

from pathlib import Path

from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

_TABLES = ("batch_chunk", "held_row", "finding")
_JOBS = (
    "procrastinate_jobs",
    "procrastinate_workers",
    "procrastinate_periodic_defers",
    "procrastinate_events",
)

_MAKE = (
    "ALTER TABLE batch ADD COLUMN actor TEXT DEFAULT '' NOT NULL",
    "ALTER TABLE batch ADD COLUMN rows BIGINT DEFAULT 0 NOT NULL",
    "ALTER TABLE batch ADD COLUMN chunks INTEGER DEFAULT 0 NOT NULL",
    "ALTER TABLE batch ADD COLUMN profile JSONB DEFAULT '{}'::jsonb NOT NULL",
    "ALTER TABLE batch ADD COLUMN treated JSONB DEFAULT '[]'::jsonb NOT NULL",
    "ALTER TABLE batch ADD COLUMN paused_at TIMESTAMP WITH TIME ZONE",
    # A list that was on its way under the old code is staged anew from its file; what is stored of it stays stored.
    "UPDATE batch SET state = 'staging' WHERE state = 'open'",
    """
CREATE TABLE batch_chunk (
  batch_no BIGINT NOT NULL,
  chunk INTEGER NOT NULL,
  state TEXT NOT NULL,
  rows INTEGER NOT NULL,
  sealed BYTEA[] DEFAULT '{}'::bytea[] NOT NULL,
  counts JSONB DEFAULT '{}'::jsonb NOT NULL,
  summary JSONB DEFAULT '{}'::jsonb NOT NULL,
  CONSTRAINT pk_batch_chunk PRIMARY KEY (batch_no, chunk),
  CONSTRAINT fk_batch_chunk_batch_no FOREIGN KEY(batch_no) REFERENCES batch (no)
)""",
    """
CREATE TABLE held_row (
  batch_no BIGINT NOT NULL,
  row_no BIGINT NOT NULL,
  state TEXT NOT NULL,
  reasons JSONB NOT NULL,
  sealed BYTEA,
  CONSTRAINT pk_held_row PRIMARY KEY (batch_no, row_no),
  CONSTRAINT fk_held_row_batch_no FOREIGN KEY(batch_no) REFERENCES batch (no)
)""",
    """
CREATE TABLE finding (
  no BIGINT GENERATED ALWAYS AS IDENTITY,
  batch_no BIGINT NOT NULL,
  row_no BIGINT NOT NULL,
  "column" TEXT NOT NULL,
  kind TEXT NOT NULL,
  score REAL NOT NULL,
  "start" INTEGER NOT NULL,
  "end" INTEGER NOT NULL,
  mark BYTEA NOT NULL,
  treatment TEXT NOT NULL,
  rule TEXT NOT NULL,
  CONSTRAINT pk_finding PRIMARY KEY (no),
  CONSTRAINT fk_finding_batch_no FOREIGN KEY(batch_no) REFERENCES batch (no)
)""",
    'CREATE INDEX ix_finding_batch_no_column_kind ON finding (batch_no, "column", kind)',
)
# A list whose file broke while it was staged leaves nothing behind; a batch that got further is never deleted.
_ONLY_STAGING = """
CREATE FUNCTION batch_keep() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF OLD.state <> 'staging' OR OLD.next_chunk > 0 THEN
    RAISE EXCEPTION 'a batch that is past staging is kept' USING ERRCODE = 'insufficient_privilege';
  END IF;
  RETURN OLD;
END $$
"""


def upgrade() -> None:
    """Make the tables and the job queue, and say who may do what; nothing that stood before changes its meaning."""
    for statement in _MAKE:
        op.execute(statement)
    op.execute(f"GRANT SELECT, INSERT, UPDATE, DELETE ON {', '.join(_TABLES)} TO ostiary_app")
    op.execute(_ONLY_STAGING)
    op.execute("CREATE TRIGGER batch_keep BEFORE DELETE ON batch FOR EACH ROW EXECUTE FUNCTION batch_keep()")
    op.execute("GRANT DELETE ON batch TO ostiary_app")
    jobs = Path(__file__).with_name("0006_jobs.sql").read_text(encoding="utf-8")
    op.get_bind().exec_driver_sql(jobs.replace("%", "%%"))
    op.execute(f"GRANT SELECT, INSERT, UPDATE, DELETE ON {', '.join(_JOBS)} TO ostiary_app")
    op.execute(
        "GRANT USAGE ON SEQUENCE procrastinate_jobs_id_seq, procrastinate_periodic_defers_id_seq,"
        " procrastinate_events_id_seq TO ostiary_app"
    )


def downgrade() -> None:
    """Take it away again, the rows that wait with it."""
    for table in ("procrastinate_events", "procrastinate_periodic_defers", "procrastinate_jobs"):
        op.execute(f"DROP TABLE {table} CASCADE")
    op.execute("DROP TABLE procrastinate_workers")
    op.execute(_DROP_ROUTINES)
    for kind in ("procrastinate_job_to_defer_v1", "procrastinate_job_status", "procrastinate_job_event_type"):
        op.execute(f"DROP TYPE {kind} CASCADE")
    op.execute("DROP TRIGGER batch_keep ON batch")
    op.execute("DROP FUNCTION batch_keep()")
    op.execute("REVOKE DELETE ON batch FROM ostiary_app")
    for table in _TABLES:
        op.execute(f"DROP TABLE {table}")
    op.execute("UPDATE batch SET state = 'open' WHERE state IN ('staging', 'scanning', 'storing')")
    for column in ("paused_at", "treated", "profile", "chunks", "rows", "actor"):
        op.execute(f"ALTER TABLE batch DROP COLUMN {column}")


_DROP_ROUTINES = """
DO $$ DECLARE found regprocedure;
BEGIN
  FOR found IN SELECT oid::regprocedure FROM pg_proc
    WHERE pronamespace = current_schema()::regnamespace AND proname LIKE 'procrastinate\\_%'
  LOOP EXECUTE 'DROP FUNCTION ' || found || ' CASCADE'; END LOOP;
END $$
"""
