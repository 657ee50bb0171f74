"""One moment of the database, for whoever reads much of the ledger and must see all of it at once.

Must never be taken inside somebody else's transaction, whose moment it would not be.
"""

from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import Connection

from audit.errors import NotInTransaction


@contextmanager
def snapshot(connection: Connection) -> Iterator[None]:
    """Read everything inside the block as of one moment, and write nothing.

    Raises:
        NotInTransaction: the connection has a transaction open already.
    """
    if connection.in_transaction():
        raise NotInTransaction("give a connection with no open transaction; the check reads one moment of its own")
    with connection.begin():
        connection.exec_driver_sql("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
        yield
