"""Entering: a business transaction writes what it did into the inbox, and commits both or neither.

This is the durable moment; the sequencer does the rest within milliseconds. Must never commit by itself, and
never enter outside a transaction, where the entry and the act could part.
"""

from collections.abc import Sequence
from typing import Any, LiteralString

from psycopg import Cursor
from sqlalchemy import Connection

from audit.errors import LeafRefused, NotInTransaction
from audit.leaf import ENTRY_LIMIT, Entry

# One statement for the whole batch. The trigger `entering` gives the transaction its id before the first
# number and turns durable commits on, in this same round trip.
_ENTER: LiteralString = """
INSERT INTO ledger_inbox (entry)
SELECT entry FROM unnest(%(entries)b::bytea[]) WITH ORDINALITY AS given (entry, place) ORDER BY place
RETURNING no
"""


def enter(connection: Connection, entries: Sequence[Entry | bytes]) -> list[int]:
    """Write entries into the inbox, in order, inside the caller's transaction.

    Args:
        connection: in the transaction of the act that the entries record.
        entries: entries, or the bytes of `Entry.encode`, which are checked to be that.

    Returns:
        One inbox number for each entry; `Sequencer.settle` turns it into a place in the log after the commit.

    Raises:
        LeafRefused: an entry is not canonical or too long. Nothing was written.
        NotInTransaction: the connection has no transaction open.
    """
    if not connection.in_transaction() or _commits_alone(connection):
        raise NotInTransaction("open the transaction of the act that is recorded, then enter its entries")
    encoded = [_encoded(entry) for entry in entries]
    if not encoded:
        return []
    result = connection.exec_driver_sql(_ENTER, {"entries": encoded})
    return list(result.scalars())


def enter_raw(cursor: "Cursor[Any]", entries: Sequence[bytes]) -> list[int]:
    """Do what `enter` does on a psycopg cursor, for the decision path, which calls it once a batch.

    Skips SQLAlchemy's statement handling and the check that the bytes are canonical, so they must come
    straight from `Entry.encode`; the database still refuses what is not JSON.

    Args:
        cursor: a client-side cursor with the default row factory, its connection not in autocommit mode.
        entries: the bytes of `Entry.encode`.

    Returns:
        One inbox number for each entry, in order.

    Raises:
        LeafRefused: an entry is too long. Nothing was written.
        NotInTransaction: the connection commits every statement by itself.
    """
    if cursor.connection.autocommit:
        raise NotInTransaction("the connection is in autocommit mode; the entry would not share the act's fate")
    if any(len(entry) > ENTRY_LIMIT for entry in entries):
        raise LeafRefused(f"an entry exceeds {ENTRY_LIMIT} bytes; record a digest instead of the content")
    if not entries:
        return []
    cursor.execute(_ENTER, {"entries": list(entries)})
    return [row[0] for row in cursor.fetchall()]


def _commits_alone(connection: Connection) -> bool:
    return bool(getattr(connection.connection.driver_connection, "autocommit", False))


def _encoded(entry: Entry | bytes) -> bytes:
    if isinstance(entry, Entry):
        return entry.encode()
    Entry.decode(entry)
    return entry
