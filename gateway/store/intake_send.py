"""Sends COPYs of one transaction from a thread of its own, so that the database stores while the next ones are packed.

Packing a chunk and storing it take about as long; one after the other they take twice that. Must never let the
transaction go on while something is still under way: whoever leaves `Copies` has everything stored, or an error.
"""

from collections.abc import Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from types import TracebackType
from typing import LiteralString, Self

from sqlalchemy import Connection

from gateway.store import intake_copy as pack
from gateway.store.snapshots import cursor


class Copies:
    """COPYs under way on one connection, in the order in which they were sent.

    As a context it takes the connection: until it is left nothing else may be asked of it.
    """

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._sending = ThreadPoolExecutor(1, thread_name_prefix="intake-copy")
        self._sent: list[Future[None]] = []

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, _: TracebackType | None) -> None:
        """Wait for everything sent.

        Raises:
            psycopg.Error: the first that a COPY met, unless the block itself already failed.
        """
        self._sending.shutdown(wait=True, cancel_futures=error is not None)
        for sent in self._sent if error is None else ():
            sent.result()

    def send(self, statement: LiteralString, columns: Sequence[pack.Column]) -> None:
        """Pack columns here, and store them there."""
        self._sent.append(self._sending.submit(write, self._connection, statement, _packed(statement, columns)))


Target = Connection | Copies
"""Where rows of new people go: to a connection at once, or to COPYs that run beside the caller."""


def copy(target: Target, statement: LiteralString, columns: Sequence[pack.Column]) -> None:
    """Store rows by one COPY."""
    if isinstance(target, Copies):
        target.send(statement, columns)
    else:
        write(target, statement, _packed(statement, columns))


def write(connection: Connection, statement: LiteralString, content: bytes) -> None:
    """Run one COPY of packed bytes."""
    with cursor(connection).copy(statement) as out:
        out.write(content)


def _packed(statement: LiteralString, columns: Sequence[pack.Column]) -> bytes:
    return pack.table(columns, statement.count(",") + 1)  # as many as the statement names
