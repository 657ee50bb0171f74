"""The ledger's tables, their guards and their grants, for the migrations and for whoever checks them.

No schema is named: `search_path` says where they are. Must never give the application a way to change or
remove a row, and never hold a column that `verify` cannot prove: whatever is here is bytes, or follows from
them.
"""

import re
from collections.abc import Callable, Sequence

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Column,
    DateTime,
    ForeignKey,
    Identity,
    Index,
    LargeBinary,
    MetaData,
    SmallInteger,
    Table,
    Text,
)

from audit.errors import NotReady
from audit.leaf import ENTRY_LIMIT, LEAF_LIMIT

metadata = MetaData()

ledger_inbox = Table(
    "ledger_inbox",
    metadata,
    # Numbers are handed out in order but commit in any order, and a rollback leaves a gap for good. CACHE
    # must stay 1: the sequencer's waterline rests on it (see ledger/waterline.py).
    Column("no", BigInteger, Identity(always=True, cache=1), primary_key=True),
    Column("entry", LargeBinary, nullable=False),
    CheckConstraint(f"octet_length(entry) <= {ENTRY_LIMIT}", name="ledger_inbox_size"),
    # Whoever wrote it, what is not JSON never reaches the log, where it would stay for ever.
    CheckConstraint(
        "substring(entry FROM 1 FOR 10) = '\\x7b226163746f72223a22'::bytea"
        " AND convert_from(entry, 'UTF8')::json IS NOT NULL",
        name="ledger_inbox_shape",
    ),
)
"""What the business transactions wrote: the durable moment. Read by the sequencer and `verify` only."""

ledger_leaf = Table(
    "ledger_leaf",
    metadata,
    Column("idx", BigInteger, primary_key=True, autoincrement=False),
    Column("inbox_no", BigInteger, nullable=False, unique=True),
    Column("at", DateTime(timezone=True), nullable=False),
    Column("kind", Text, nullable=False),
    Column("actor", Text, nullable=False),
    Column("leaf", LargeBinary, nullable=False),
    Column("leaf_hash", LargeBinary, nullable=False),
    CheckConstraint(f"octet_length(leaf) <= {LEAF_LIMIT}", name="ledger_leaf_size"),
    CheckConstraint("octet_length(leaf_hash) = 32", name="ledger_leaf_hash_size"),
    Index("ledger_leaf_kind", "kind", "idx"),
    Index("ledger_leaf_actor", "actor", "idx"),
)
"""The log: exact bytes by position. Time, kind and actor are projections of the bytes, for searching.
Time needs no index: it never goes back, so the primary key is in its order."""

ledger_tile = Table(
    "ledger_tile",
    metadata,
    Column("level", SmallInteger, primary_key=True, autoincrement=False),
    Column("idx", BigInteger, primary_key=True, autoincrement=False),
    Column("hashes", LargeBinary, nullable=False),
    Column("root", LargeBinary, nullable=False),
    CheckConstraint("octet_length(hashes) = 8192", name="ledger_tile_full"),
    CheckConstraint("octet_length(root) = 32", name="ledger_tile_root_size"),
)
"""Full tiles only; partial ones are read from the leaves and from the roots of the full tiles below."""

ledger_checkpoint = Table(
    "ledger_checkpoint",
    metadata,
    Column("size", BigInteger, primary_key=True, autoincrement=False),
    # Each checkpoint names the one it grew from, and no two may name the same: a second history cannot be
    # written.
    Column("previous", BigInteger, ForeignKey("ledger_checkpoint.size"), unique=True),
    Column("note", LargeBinary, nullable=False),
    Column("mark", LargeBinary, nullable=False),
    CheckConstraint("(size = 0) = (previous IS NULL) AND previous < size", name="ledger_checkpoint_grows"),
)
"""Every signed tree head ever given out, and the signed mark beside it."""

ledger_detail = Table(
    "ledger_detail",
    metadata,
    Column("inbox_no", BigInteger, ForeignKey("ledger_inbox.no"), primary_key=True, autoincrement=False),
    Column("ciphertext", LargeBinary, nullable=False),
)
"""What an entry could not say for good, sealed by the caller. The owner may prune it."""

GUARDED = ("ledger_inbox", "ledger_leaf", "ledger_tile", "ledger_checkpoint")

_REFUSE = """
CREATE OR REPLACE FUNCTION ledger_refuse() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE insufficient_privilege
    USING MESSAGE = 'the ledger is append-only: ' || TG_OP || ' on ' || TG_TABLE_NAME || ' is refused';
END $$
"""

# Two duties, done by the database for everybody who enters, at the cost of one call a statement:
# the transaction gets its id before any of its rows gets a number, which the sequencer's waterline rests on;
# and a session that turned durable commits off cannot take the ledger with it.
_ENTER = """
CREATE OR REPLACE FUNCTION ledger_enter() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  PERFORM pg_current_xact_id();
  IF current_setting('synchronous_commit') IN ('off', 'local') THEN
    PERFORM set_config('synchronous_commit', 'on', true);
  END IF;
  RETURN NULL;
END $$
"""


def _trigger(name: str, when: str, table: str, function: str) -> tuple[str, str]:
    """Return the statements for a statement trigger that also fires where replication switches others off."""
    return (
        f"CREATE TRIGGER {name} BEFORE {when} ON {table} FOR EACH STATEMENT EXECUTE FUNCTION {function}()",
        f"ALTER TABLE {table} ENABLE ALWAYS TRIGGER {name}",
    )


APPEND_ONLY_SQL: Sequence[str] = (
    _REFUSE.strip(),
    _ENTER.strip(),
    *(
        statement
        for table in GUARDED
        for statement in _trigger("append_only", "UPDATE OR DELETE OR TRUNCATE", table, "ledger_refuse")
    ),
    *_trigger("entering", "INSERT", "ledger_inbox", "ledger_enter"),
)
"""Guards to execute once, after the tables exist. They hold for the owner too; a superuser can remove them,
and `verify` is what finds that out."""


def _grants(app_role: str, auditor_role: str) -> Sequence[str]:
    """Return the grants: the application may add and read, the auditor may read all but the sealed details.

    Args:
        app_role: the role of the gateway's processes.
        auditor_role: the role of whoever checks the log.

    Raises:
        NotReady: a role's name would have to be quoted.
    """
    for role in (app_role, auditor_role):
        if not re.fullmatch(r"[a-z_][a-z0-9_]{0,62}", role):
            raise NotReady("a database role's name is lower-case ASCII letters, digits and underscores")
    tables = ", ".join(GUARDED)
    return (
        f"REVOKE ALL ON {tables}, ledger_detail FROM PUBLIC, {app_role}, {auditor_role}",
        f"GRANT SELECT, INSERT ON {tables}, ledger_detail TO {app_role}",
        f"GRANT SELECT ON {tables} TO {auditor_role}",
    )


GRANTS_SQL: Callable[[str, str], Sequence[str]] = _grants
"""`GRANTS_SQL(app_role, auditor_role)`: statements to execute once both roles and the tables exist."""
