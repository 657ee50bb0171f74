"""Campaigns, contact events, reservations: what caps and collisions hang on.

Revision ID: 0002
Revises: 0001
Create Date: 2026-11-22
"""

from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

_TABLES = (
    """
CREATE TABLE campaign (
  no BIGINT GENERATED ALWAYS AS IDENTITY,
  uid BYTEA NOT NULL CONSTRAINT ck_campaign_uid16 CHECK (length(uid) = 16),
  name TEXT NOT NULL,
  sender_no BIGINT NOT NULL,
  purpose TEXT NOT NULL,
  channels TEXT[] NOT NULL,
  tools BIGINT[] NOT NULL,
  starts_at TIMESTAMP WITH TIME ZONE NOT NULL,
  ends_at TIMESTAMP WITH TIME ZONE NOT NULL,
  priority SMALLINT NOT NULL CONSTRAINT ck_campaign_priority CHECK (priority BETWEEN 1 AND 9),
  cap JSONB,
  state TEXT NOT NULL,
  created_by TEXT NOT NULL,
  created_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
  CONSTRAINT pk_campaign PRIMARY KEY (no),
  CONSTRAINT uq_campaign_uid UNIQUE (uid),
  CONSTRAINT uq_campaign_name UNIQUE (name),
  CONSTRAINT fk_campaign_sender_no FOREIGN KEY (sender_no) REFERENCES party (no)
)
""",
    """
CREATE TABLE contact_event (
  person_no BIGINT NOT NULL,
  at TIMESTAMP WITH TIME ZONE NOT NULL,
  no BIGINT GENERATED ALWAYS AS IDENTITY,
  received_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
  kind TEXT NOT NULL,
  channel TEXT NOT NULL,
  sender_no BIGINT NOT NULL,
  tool_no BIGINT NOT NULL,
  campaign_no BIGINT DEFAULT 0 NOT NULL,
  purpose TEXT NOT NULL,
  category TEXT DEFAULT '' NOT NULL,
  inbox_no BIGINT DEFAULT 0 NOT NULL,
  CONSTRAINT pk_contact_event PRIMARY KEY (person_no, at, no)
) PARTITION BY RANGE (at)
""",
    "CREATE INDEX ix_contact_event_campaign_no_at ON contact_event (campaign_no, at) WHERE campaign_no > 0",
    # The month is the event's own, and an event may be told of late: what no month is made for is kept here.
    "CREATE TABLE contact_event_rest PARTITION OF contact_event DEFAULT",
    """
CREATE TABLE reservation (
  person_no BIGINT NOT NULL,
  channel TEXT NOT NULL,
  tool_no BIGINT NOT NULL,
  campaign_no BIGINT NOT NULL,
  sender_no BIGINT NOT NULL,
  category TEXT DEFAULT '' NOT NULL,
  at TIMESTAMP WITH TIME ZONE NOT NULL,
  until TIMESTAMP WITH TIME ZONE NOT NULL,
  CONSTRAINT pk_reservation PRIMARY KEY (person_no, channel, tool_no, campaign_no)
)
""",
    "CREATE INDEX ix_reservation_campaign_no ON reservation (campaign_no) WHERE campaign_no > 0",
    """
CREATE TABLE contact_turn (
  person_no BIGINT NOT NULL,
  turn BIGINT NOT NULL,
  CONSTRAINT pk_contact_turn PRIMARY KEY (person_no)
)
""",
    """
CREATE TABLE collision (
  no BIGINT GENERATED ALWAYS AS IDENTITY,
  at TIMESTAMP WITH TIME ZONE NOT NULL,
  winner_no BIGINT NOT NULL,
  loser_no BIGINT NOT NULL,
  channel TEXT NOT NULL,
  people INTEGER NOT NULL,
  inbox_no BIGINT NOT NULL,
  CONSTRAINT pk_collision PRIMARY KEY (no)
)
""",
    "CREATE INDEX ix_collision_loser_no ON collision (loser_no)",
    "CREATE INDEX ix_collision_winner_no ON collision (winner_no)",
)
_APPEND_ONLY = ("contact_event", "collision")

# As before, for every table that is partitioned by time, whatever migration brings it. A month whose rows already lie
# in a table's rest keeps them there: making it would fail, and nobody may be kept from starting.
_PARTITIONS = """
CREATE OR REPLACE FUNCTION ensure_partitions(months int) RETURNS int LANGUAGE plpgsql SECURITY DEFINER
SET search_path = ostiary, pg_temp AS $$
DECLARE parent record; month timestamptz; made int := 0; child text; after timestamptz; taken boolean;
BEGIN
  FOR parent IN SELECT c.relname AS name, a.attname AS key FROM pg_partitioned_table p
      JOIN pg_class c ON c.oid = p.partrelid AND c.relnamespace = 'ostiary'::regnamespace
      JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum = p.partattrs[0]
      WHERE p.partstrat = 'r' ORDER BY 1 LOOP
    FOR ahead IN 0 .. months LOOP
      month := (date_trunc('month', now() AT TIME ZONE 'UTC') + make_interval(months => ahead)) AT TIME ZONE 'UTC';
      after := (date_trunc('month', now() AT TIME ZONE 'UTC') + make_interval(months => ahead + 1)) AT TIME ZONE 'UTC';
      child := format('%s_%s', parent.name, to_char(month AT TIME ZONE 'UTC', 'YYYY_MM'));
      CONTINUE WHEN to_regclass('ostiary.' || child) IS NOT NULL;
      EXECUTE format('SELECT EXISTS (SELECT FROM %I WHERE %I >= %L AND %I < %L)',
        parent.name, parent.key, month, parent.key, after) INTO taken;
      CONTINUE WHEN taken;
      EXECUTE format('CREATE TABLE %I PARTITION OF %I FOR VALUES FROM (%L) TO (%L)', child, parent.name, month, after);
      made := made + 1;
    END LOOP;
  END LOOP;
  RETURN made;
END $$
"""


def upgrade() -> None:
    """Make the tables, guard what may not change, and say who may do what."""
    for statement in _TABLES:
        op.execute(statement)
    for table in _APPEND_ONLY:
        op.execute(
            f"CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON {table}"
            " FOR EACH STATEMENT EXECUTE FUNCTION append_only_refuse()"
        )
        op.execute(f"ALTER TABLE {table} ENABLE ALWAYS TRIGGER append_only")
    op.execute("GRANT SELECT, INSERT ON campaign, contact_event, collision, reservation, contact_turn TO ostiary_app")
    op.execute("GRANT UPDATE (state) ON campaign TO ostiary_app")
    op.execute("GRANT UPDATE ON reservation, contact_turn TO ostiary_app")
    op.execute("GRANT DELETE ON reservation TO ostiary_app")
    op.execute(_PARTITIONS)
    op.execute("SELECT ensure_partitions(2)")


def downgrade() -> None:
    """Take the tables away again; the function makes months for whatever is left."""
    op.execute("DROP TABLE collision, contact_turn, reservation, contact_event, campaign")
