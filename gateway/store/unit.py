"""One transaction: committed when the block ends, rolled back on any error. Nothing else happens here."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Literal

from sqlalchemy import Connection, Engine

from gateway.store.engine import translated

Isolation = Literal["read_committed", "repeatable_read"]


@contextmanager
def unit(engine: Engine, isolation: Isolation = "read_committed") -> Iterator[Connection]:
    """Open one transaction and give its connection.

    Args:
        engine: of the database role that the work needs.
        isolation: `repeatable_read` gives one snapshot to all statements; a conflicting write then fails
            (SQLSTATE 40001), and the caller begins again.

    Raises:
        DatabaseUnavailable: the database went away or gave no connection in time. If that happens at the
            commit, the work may or may not have been kept: whoever repeats it needs a key that makes
            repeating harmless.
    """
    level = isolation.replace("_", " ").upper()
    with (
        translated(),
        engine.connect().execution_options(isolation_level=level) as connection,
        connection.begin(),
    ):
        yield connection
