"""The house: people, what they said, where data came from, what was given out, and the ledger.

Revision ID: 0001
Revises: nothing
Create Date: 2026-11-22
"""

from pathlib import Path

from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

_APPEND_ONLY = ("consent_event", "source_event", "evidence", "suppression", "release_acknowledgement")
_KEPT = (
    "party",
    "tool",
    "credential",
    "officer",
    "source",
    "batch",
    "release",
    "release_page",
    "decision_page",
)
_CHANGING = (
    "session",
    "sign_in_failure",
    "quarantine_row",
    "person",
    "person_key",
    "sealed",
    "identifier",
    "dealing",
    "consent",
    "idempotency",
)

_REFUSE = """
CREATE FUNCTION append_only_refuse() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION '% is append-only: % is refused', TG_TABLE_NAME, TG_OP USING ERRCODE = 'insufficient_privilege';
END $$
"""

# Months are made ahead of time by whoever starts; the function belongs to the owner, so the application needs no DDL.
_PARTITIONS = """
CREATE FUNCTION ensure_partitions(months int) RETURNS int LANGUAGE plpgsql SECURITY DEFINER
SET search_path = ostiary, pg_temp AS $$
DECLARE parent text; month date; made int := 0; child text;
BEGIN
  FOREACH parent IN ARRAY ARRAY['release_page', 'decision_page'] LOOP
    FOR month IN SELECT generate_series(date_trunc('month', now() AT TIME ZONE 'UTC'),
        date_trunc('month', now() AT TIME ZONE 'UTC') + make_interval(months => months), interval '1 month')::date LOOP
      child := format('%s_%s', parent, to_char(month, 'YYYY_MM'));
      IF to_regclass('ostiary.' || child) IS NULL THEN
        EXECUTE format('CREATE TABLE %I PARTITION OF %I FOR VALUES FROM (%L) TO (%L)', child, parent,
          month::timestamp AT TIME ZONE 'UTC', (month + interval '1 month')::timestamp AT TIME ZONE 'UTC');
        made := made + 1;
      END IF;
    END LOOP;
  END LOOP;
  RETURN made;
END $$
"""


def upgrade() -> None:
    """Build the house, guard what may not change, and say who may do what."""
    op.get_bind().exec_driver_sql(Path(__file__).with_suffix(".sql").read_text(encoding="utf-8").replace("%", "%%"))
    _guard()
    _grant()
    op.execute(_PARTITIONS)
    op.execute("REVOKE ALL ON FUNCTION ensure_partitions(int) FROM PUBLIC")
    op.execute("GRANT EXECUTE ON FUNCTION ensure_partitions(int) TO ostiary_app")
    op.execute("SELECT ensure_partitions(2)")


def _guard() -> None:
    op.execute(_REFUSE)
    for table in _APPEND_ONLY:
        op.execute(
            f"CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON {table}"
            " FOR EACH STATEMENT EXECUTE FUNCTION append_only_refuse()"
        )
        op.execute(f"ALTER TABLE {table} ENABLE ALWAYS TRIGGER append_only")


def _grant() -> None:
    op.execute(f"GRANT SELECT, INSERT ON {', '.join(_APPEND_ONLY + _KEPT + _CHANGING)}, bundle TO ostiary_app")
    op.execute(f"GRANT UPDATE ON {', '.join(_KEPT + _CHANGING)} TO ostiary_app")
    op.execute("REVOKE UPDATE ON release_page, decision_page FROM ostiary_app")
    op.execute("GRANT UPDATE (in_force_from, in_force_to, signed_by) ON bundle TO ostiary_app")
    op.execute(f"GRANT DELETE ON {', '.join(_CHANGING)} TO ostiary_app")
    op.execute(
        "GRANT SELECT, INSERT ON ledger_inbox, ledger_leaf, ledger_tile, ledger_checkpoint, ledger_detail"
        " TO ostiary_app"
    )
    op.execute("GRANT SELECT ON ledger_inbox, ledger_leaf, ledger_tile, ledger_checkpoint TO ostiary_auditor")
    # An import reserves person numbers in blocks before it copies the rows in.
    op.execute("GRANT USAGE ON SEQUENCE person_no_seq TO ostiary_app")
    op.execute("GRANT USAGE ON SCHEMA ostiary TO ostiary_app, ostiary_auditor")
