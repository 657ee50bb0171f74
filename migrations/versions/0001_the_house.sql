-- The house as it was first built. Never edited again: a change is a new migration.

-- the gateway

CREATE TABLE bundle (
  digest TEXT NOT NULL,
  text BYTEA NOT NULL,
  signed_by TEXT DEFAULT '' NOT NULL,
  in_force_from TIMESTAMP WITH TIME ZONE,
  in_force_to TIMESTAMP WITH TIME ZONE,
  CONSTRAINT pk_bundle PRIMARY KEY (digest)
);

CREATE UNIQUE INDEX uq_bundle_in_force ON bundle ((in_force_to IS NULL)) WHERE in_force_from IS NOT NULL AND in_force_to IS NULL;

CREATE TABLE consent (
  person_no BIGINT NOT NULL,
  index BYTEA NOT NULL,
  purpose TEXT NOT NULL,
  channel TEXT NOT NULL,
  sender_no BIGINT NOT NULL,
  state TEXT NOT NULL,
  since TIMESTAMP WITH TIME ZONE NOT NULL,
  conditions INTEGER DEFAULT 0 NOT NULL,
  wording TEXT DEFAULT '' NOT NULL,
  source_no BIGINT DEFAULT 0 NOT NULL,
  CONSTRAINT pk_consent PRIMARY KEY (person_no, index, purpose, channel, sender_no)
);

CREATE TABLE consent_event (
  no BIGINT GENERATED ALWAYS AS IDENTITY,
  person_no BIGINT NOT NULL,
  kind TEXT NOT NULL,
  index BYTEA NOT NULL,
  state TEXT NOT NULL,
  purpose TEXT NOT NULL,
  channel TEXT NOT NULL,
  sender_no BIGINT NOT NULL,
  conditions INTEGER DEFAULT 0 NOT NULL,
  wording TEXT DEFAULT '' NOT NULL,
  language TEXT DEFAULT '' NOT NULL,
  method TEXT NOT NULL,
  source_no BIGINT DEFAULT 0 NOT NULL,
  evidence_no BIGINT,
  actor TEXT NOT NULL,
  at TIMESTAMP WITH TIME ZONE NOT NULL,
  received_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
  CONSTRAINT pk_consent_event PRIMARY KEY (no)
);

CREATE INDEX ix_consent_event_person_no ON consent_event (person_no);

CREATE TABLE dealing (
  person_no BIGINT NOT NULL,
  party_no BIGINT NOT NULL,
  kind TEXT NOT NULL,
  category TEXT NOT NULL,
  at TIMESTAMP WITH TIME ZONE NOT NULL,
  notice BOOLEAN NOT NULL,
  source_no BIGINT NOT NULL,
  CONSTRAINT pk_dealing PRIMARY KEY (person_no, party_no, kind, category)
);

CREATE TABLE decision_page (
  no BIGINT GENERATED ALWAYS AS IDENTITY,
  created_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
  tool_no BIGINT NOT NULL,
  snapshot_at TIMESTAMP WITH TIME ZONE NOT NULL,
  bundle TEXT NOT NULL,
  low BIGINT NOT NULL,
  high BIGINT NOT NULL,
  people INTEGER NOT NULL,
  cells JSONB NOT NULL,
  bitmaps BYTEA[] NOT NULL,
  people_root BYTEA NOT NULL,
  inbox_no BIGINT NOT NULL,
  CONSTRAINT pk_decision_page PRIMARY KEY (no, created_at)
)
 PARTITION BY RANGE (created_at);

CREATE INDEX ix_decision_page_low_high ON decision_page (low, high);

CREATE TABLE evidence (
  no BIGINT GENERATED ALWAYS AS IDENTITY,
  uid BYTEA NOT NULL CONSTRAINT ck_evidence_uid16 CHECK (length(uid) = 16),
  digest BYTEA NOT NULL,
  kind TEXT NOT NULL,
  sealed BYTEA NOT NULL,
  created_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
  CONSTRAINT pk_evidence PRIMARY KEY (no),
  CONSTRAINT uq_evidence_uid UNIQUE (uid)
);

CREATE TABLE idempotency (
  actor TEXT NOT NULL,
  key TEXT NOT NULL,
  digest BYTEA NOT NULL,
  answer BYTEA NOT NULL,
  created_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
  CONSTRAINT pk_idempotency PRIMARY KEY (actor, key)
);

CREATE TABLE identifier (
  person_no BIGINT NOT NULL,
  kind TEXT NOT NULL,
  index BYTEA NOT NULL,
  source_no BIGINT NOT NULL,
  index_version SMALLINT NOT NULL,
  suppress BYTEA NOT NULL,
  bits INTEGER DEFAULT 0 NOT NULL,
  CONSTRAINT pk_identifier PRIMARY KEY (person_no, kind, index, source_no)
);

CREATE INDEX ix_identifier_index ON identifier (index);

CREATE INDEX ix_identifier_suppress ON identifier (suppress);

CREATE TABLE officer (
  no BIGINT GENERATED ALWAYS AS IDENTITY,
  name TEXT NOT NULL,
  role TEXT NOT NULL,
  password TEXT NOT NULL,
  active BOOLEAN DEFAULT true NOT NULL,
  created_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
  CONSTRAINT pk_officer PRIMARY KEY (no),
  CONSTRAINT uq_officer_name UNIQUE (name)
);

CREATE TABLE party (
  no BIGINT GENERATED ALWAYS AS IDENTITY,
  uid BYTEA NOT NULL CONSTRAINT ck_party_uid16 CHECK (length(uid) = 16),
  name TEXT NOT NULL,
  country TEXT NOT NULL,
  created_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
  CONSTRAINT pk_party PRIMARY KEY (no),
  CONSTRAINT uq_party_uid UNIQUE (uid),
  CONSTRAINT uq_party_name UNIQUE (name)
);

CREATE TABLE person (
  no BIGINT GENERATED ALWAYS AS IDENTITY,
  uid BYTEA NOT NULL CONSTRAINT ck_person_uid16 CHECK (length(uid) = 16),
  jurisdiction TEXT DEFAULT '' NOT NULL,
  region TEXT DEFAULT '' NOT NULL,
  branch TEXT DEFAULT '' NOT NULL,
  language TEXT DEFAULT '' NOT NULL,
  time_zone TEXT DEFAULT '' NOT NULL,
  kind TEXT DEFAULT 'unknown' NOT NULL,
  birth_year SMALLINT DEFAULT 0 NOT NULL,
  grade SMALLINT DEFAULT 4 NOT NULL,
  flags INTEGER DEFAULT 0 NOT NULL,
  created_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
  CONSTRAINT pk_person PRIMARY KEY (no),
  CONSTRAINT uq_person_uid UNIQUE (uid)
);

CREATE TABLE person_key (
  person_no BIGINT NOT NULL,
  wrapped BYTEA NOT NULL,
  CONSTRAINT pk_person_key PRIMARY KEY (person_no)
);

CREATE TABLE release_page (
  release_no BIGINT NOT NULL,
  page INTEGER NOT NULL,
  attempt INTEGER NOT NULL,
  created_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
  snapshot_at TIMESTAMP WITH TIME ZONE NOT NULL,
  bundle TEXT NOT NULL,
  low BIGINT NOT NULL,
  high BIGINT NOT NULL,
  people INTEGER NOT NULL,
  cells JSONB NOT NULL,
  bitmaps BYTEA[] NOT NULL,
  people_root BYTEA NOT NULL,
  inbox_no BIGINT NOT NULL,
  CONSTRAINT pk_release_page PRIMARY KEY (release_no, page, attempt, created_at)
)
 PARTITION BY RANGE (created_at);

CREATE INDEX ix_release_page_low_high ON release_page (low, high);

CREATE TABLE sealed (
  person_no BIGINT NOT NULL,
  class TEXT NOT NULL,
  source_no BIGINT NOT NULL,
  blob BYTEA NOT NULL,
  CONSTRAINT pk_sealed PRIMARY KEY (person_no, class, source_no)
);

CREATE TABLE sign_in_failure (
  no BIGINT GENERATED ALWAYS AS IDENTITY,
  who BYTEA NOT NULL,
  at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
  CONSTRAINT pk_sign_in_failure PRIMARY KEY (no)
);

CREATE INDEX ix_sign_in_failure_who_at ON sign_in_failure (who, at);

CREATE TABLE suppression (
  no BIGINT GENERATED ALWAYS AS IDENTITY,
  kind TEXT NOT NULL,
  hash BYTEA NOT NULL,
  scope TEXT NOT NULL,
  channel TEXT DEFAULT '' NOT NULL,
  purpose TEXT DEFAULT '' NOT NULL,
  sender_no BIGINT DEFAULT 0 NOT NULL,
  reason TEXT NOT NULL,
  actor TEXT NOT NULL,
  at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
  CONSTRAINT pk_suppression PRIMARY KEY (no),
  CONSTRAINT uq_suppression_what UNIQUE (kind, hash, scope, channel, purpose, sender_no)
);

CREATE TABLE session (
  digest BYTEA NOT NULL,
  officer_no BIGINT NOT NULL,
  created_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
  seen_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
  expires_at TIMESTAMP WITH TIME ZONE NOT NULL,
  CONSTRAINT pk_session PRIMARY KEY (digest),
  CONSTRAINT fk_session_officer_no FOREIGN KEY(officer_no) REFERENCES officer (no)
);

CREATE INDEX ix_session_officer_no ON session (officer_no);

CREATE TABLE source (
  no BIGINT GENERATED ALWAYS AS IDENTITY,
  uid BYTEA NOT NULL CONSTRAINT ck_source_uid16 CHECK (length(uid) = 16),
  name TEXT NOT NULL,
  kind TEXT NOT NULL,
  status TEXT NOT NULL,
  collector_no BIGINT NOT NULL,
  country TEXT NOT NULL,
  audience TEXT NOT NULL,
  collected_at TIMESTAMP WITH TIME ZONE,
  expires_at TIMESTAMP WITH TIME ZONE,
  evidence TEXT[] DEFAULT '{}'::text[] NOT NULL,
  named BIGINT[] DEFAULT '{}'::bigint[] NOT NULL,
  defaults JSONB DEFAULT '{}'::jsonb NOT NULL,
  version INTEGER DEFAULT 1 NOT NULL,
  created_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
  CONSTRAINT pk_source PRIMARY KEY (no),
  CONSTRAINT uq_source_uid UNIQUE (uid),
  CONSTRAINT uq_source_name UNIQUE (name),
  CONSTRAINT fk_source_collector_no FOREIGN KEY(collector_no) REFERENCES party (no)
);

CREATE TABLE tool (
  no BIGINT GENERATED ALWAYS AS IDENTITY,
  uid BYTEA NOT NULL CONSTRAINT ck_tool_uid16 CHECK (length(uid) = 16),
  name TEXT NOT NULL,
  role TEXT NOT NULL,
  sender_no BIGINT NOT NULL,
  country TEXT NOT NULL,
  purposes TEXT[] DEFAULT '{}'::text[] NOT NULL,
  channels TEXT[] DEFAULT '{}'::text[] NOT NULL,
  fields TEXT[] DEFAULT '{}'::text[] NOT NULL,
  jurisdictions TEXT[] DEFAULT '{}'::text[] NOT NULL,
  branches TEXT[] DEFAULT '{}'::text[] NOT NULL,
  active BOOLEAN DEFAULT true NOT NULL,
  version INTEGER DEFAULT 1 NOT NULL,
  created_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
  CONSTRAINT pk_tool PRIMARY KEY (no),
  CONSTRAINT uq_tool_uid UNIQUE (uid),
  CONSTRAINT uq_tool_name UNIQUE (name),
  CONSTRAINT fk_tool_sender_no FOREIGN KEY(sender_no) REFERENCES party (no)
);

CREATE TABLE batch (
  no BIGINT GENERATED ALWAYS AS IDENTITY,
  uid BYTEA NOT NULL CONSTRAINT ck_batch_uid16 CHECK (length(uid) = 16),
  source_no BIGINT NOT NULL,
  digest BYTEA NOT NULL,
  state TEXT NOT NULL,
  verdict TEXT NOT NULL,
  mapping JSONB NOT NULL,
  reading JSONB NOT NULL,
  reasons JSONB DEFAULT '[]'::jsonb NOT NULL,
  counts JSONB DEFAULT '{}'::jsonb NOT NULL,
  columns JSONB DEFAULT '{}'::jsonb NOT NULL,
  next_chunk INTEGER DEFAULT 0 NOT NULL,
  wrapped BYTEA,
  cure_until TIMESTAMP WITH TIME ZONE,
  created_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
  updated_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
  CONSTRAINT pk_batch PRIMARY KEY (no),
  CONSTRAINT uq_batch_source_no_digest UNIQUE (source_no, digest),
  CONSTRAINT uq_batch_uid UNIQUE (uid),
  CONSTRAINT fk_batch_source_no FOREIGN KEY(source_no) REFERENCES source (no)
);

CREATE TABLE credential (
  key_id TEXT NOT NULL,
  tool_no BIGINT NOT NULL,
  digest BYTEA NOT NULL,
  created_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
  expires_at TIMESTAMP WITH TIME ZONE,
  revoked_at TIMESTAMP WITH TIME ZONE,
  CONSTRAINT pk_credential PRIMARY KEY (key_id),
  CONSTRAINT fk_credential_tool_no FOREIGN KEY(tool_no) REFERENCES tool (no)
);

CREATE INDEX ix_credential_tool_no ON credential (tool_no);

CREATE TABLE release (
  no BIGINT GENERATED ALWAYS AS IDENTITY,
  uid BYTEA NOT NULL CONSTRAINT ck_release_uid16 CHECK (length(uid) = 16),
  tool_no BIGINT NOT NULL,
  wish JSONB NOT NULL,
  wish_digest BYTEA NOT NULL,
  bundle TEXT NOT NULL,
  state TEXT NOT NULL,
  idempotency_key TEXT,
  seed TEXT NOT NULL,
  attempt INTEGER DEFAULT 1 NOT NULL,
  people BIGINT DEFAULT 0 NOT NULL,
  pages INTEGER DEFAULT 0 NOT NULL,
  created_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
  finished_at TIMESTAMP WITH TIME ZONE,
  CONSTRAINT pk_release PRIMARY KEY (no),
  CONSTRAINT uq_release_uid UNIQUE (uid),
  CONSTRAINT fk_release_tool_no FOREIGN KEY(tool_no) REFERENCES tool (no)
);

CREATE UNIQUE INDEX uq_release_tool_key ON release (tool_no, idempotency_key) WHERE idempotency_key IS NOT NULL;

CREATE TABLE source_event (
  no BIGINT GENERATED ALWAYS AS IDENTITY,
  source_no BIGINT NOT NULL,
  kind TEXT NOT NULL,
  actor TEXT NOT NULL,
  detail JSONB DEFAULT '{}'::jsonb NOT NULL,
  at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
  CONSTRAINT pk_source_event PRIMARY KEY (no),
  CONSTRAINT fk_source_event_source_no FOREIGN KEY(source_no) REFERENCES source (no)
);

CREATE INDEX ix_source_event_source_no ON source_event (source_no);

CREATE TABLE quarantine_row (
  batch_no BIGINT NOT NULL,
  chunk INTEGER NOT NULL,
  rows INTEGER NOT NULL,
  sealed BYTEA NOT NULL,
  CONSTRAINT pk_quarantine_row PRIMARY KEY (batch_no, chunk),
  CONSTRAINT fk_quarantine_row_batch_no FOREIGN KEY(batch_no) REFERENCES batch (no)
);

CREATE TABLE release_acknowledgement (
  release_no BIGINT NOT NULL,
  page INTEGER NOT NULL,
  at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
  CONSTRAINT pk_release_acknowledgement PRIMARY KEY (release_no, page),
  CONSTRAINT fk_release_acknowledgement_release_no FOREIGN KEY(release_no) REFERENCES release (no)
);

-- the ledger

CREATE TABLE ledger_checkpoint (
  size BIGINT NOT NULL,
  previous BIGINT,
  note BYTEA NOT NULL,
  mark BYTEA NOT NULL,
  PRIMARY KEY (size),
  CONSTRAINT ledger_checkpoint_grows CHECK ((size = 0) = (previous IS NULL) AND previous < size),
  UNIQUE (previous),
  FOREIGN KEY(previous) REFERENCES ledger_checkpoint (size)
);

CREATE TABLE ledger_inbox (
  no BIGINT GENERATED ALWAYS AS IDENTITY (CACHE 1),
  entry BYTEA NOT NULL,
  PRIMARY KEY (no),
  CONSTRAINT ledger_inbox_size CHECK (octet_length(entry) <= 65490),
  CONSTRAINT ledger_inbox_shape CHECK (substring(entry FROM 1 FOR 10) = '\x7b226163746f72223a22'::bytea AND convert_from(entry, 'UTF8')::json IS NOT NULL)
);

CREATE TABLE ledger_leaf (
  idx BIGINT NOT NULL,
  inbox_no BIGINT NOT NULL,
  at TIMESTAMP WITH TIME ZONE NOT NULL,
  kind TEXT NOT NULL,
  actor TEXT NOT NULL,
  leaf BYTEA NOT NULL,
  leaf_hash BYTEA NOT NULL,
  PRIMARY KEY (idx),
  CONSTRAINT ledger_leaf_size CHECK (octet_length(leaf) <= 65535),
  CONSTRAINT ledger_leaf_hash_size CHECK (octet_length(leaf_hash) = 32),
  UNIQUE (inbox_no)
);

CREATE INDEX ledger_leaf_actor ON ledger_leaf (actor, idx);

CREATE INDEX ledger_leaf_kind ON ledger_leaf (kind, idx);

CREATE TABLE ledger_tile (
  level SMALLINT NOT NULL,
  idx BIGINT NOT NULL,
  hashes BYTEA NOT NULL,
  root BYTEA NOT NULL,
  PRIMARY KEY (level, idx),
  CONSTRAINT ledger_tile_full CHECK (octet_length(hashes) = 8192),
  CONSTRAINT ledger_tile_root_size CHECK (octet_length(root) = 32)
);

CREATE TABLE ledger_detail (
  inbox_no BIGINT NOT NULL,
  ciphertext BYTEA NOT NULL,
  PRIMARY KEY (inbox_no),
  FOREIGN KEY(inbox_no) REFERENCES ledger_inbox (no)
);

-- guards of the ledger

CREATE OR REPLACE FUNCTION ledger_refuse() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE insufficient_privilege
    USING MESSAGE = 'the ledger is append-only: ' || TG_OP || ' on ' || TG_TABLE_NAME || ' is refused';
END $$;

CREATE OR REPLACE FUNCTION ledger_enter() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  PERFORM pg_current_xact_id();
  IF current_setting('synchronous_commit') IN ('off', 'local') THEN
    PERFORM set_config('synchronous_commit', 'on', true);
  END IF;
  RETURN NULL;
END $$;

CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON ledger_inbox FOR EACH STATEMENT EXECUTE FUNCTION ledger_refuse();

ALTER TABLE ledger_inbox ENABLE ALWAYS TRIGGER append_only;

CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON ledger_leaf FOR EACH STATEMENT EXECUTE FUNCTION ledger_refuse();

ALTER TABLE ledger_leaf ENABLE ALWAYS TRIGGER append_only;

CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON ledger_tile FOR EACH STATEMENT EXECUTE FUNCTION ledger_refuse();

ALTER TABLE ledger_tile ENABLE ALWAYS TRIGGER append_only;

CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON ledger_checkpoint FOR EACH STATEMENT EXECUTE FUNCTION ledger_refuse();

ALTER TABLE ledger_checkpoint ENABLE ALWAYS TRIGGER append_only;

CREATE TRIGGER entering BEFORE INSERT ON ledger_inbox FOR EACH STATEMENT EXECUTE FUNCTION ledger_enter();

ALTER TABLE ledger_inbox ENABLE ALWAYS TRIGGER entering;
