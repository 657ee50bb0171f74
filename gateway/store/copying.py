"""Reads the rows of a COPY in binary form straight from libpq.

PostgreSQL's own core builds the next rows while Python works on these, and a row costs no round through the
driver's waiting loop: that loop was a fifth of a release (docs/measurements.md).
Must never be used where a plain SELECT will do.
"""

import select
from collections.abc import Iterator, Mapping
from typing import Any, Final

import psycopg
from psycopg import ClientCursor, sql
from psycopg.pq import ExecStatus

_SIGNATURE: Final = b"PGCOPY\n\xff\r\n\0"
_HEADER: Final = 19  # signature, flags, length of extension
_TRAILER: Final = b"\xff\xff"
_LONGEST_WAIT: Final = 60.0


def copied(connection: psycopg.Connection[Any], query: sql.Composable, values: Mapping[str, object]) -> Iterator[bytes]:
    """Give the rows of `COPY (query) TO STDOUT (FORMAT BINARY)`, each as PostgreSQL spells it.

    That is an int16 count of fields, then for each an int32 length and its bytes.

    Args:
        connection: inside a transaction; it serves nothing else until the last row is read or this is closed.
        query: with named placeholders; COPY takes no parameters, so the driver quotes them itself.
        values: the parameters.

    Raises:
        psycopg.Error: as any statement.
    """
    text = ClientCursor(connection).mogrify(sql.SQL("COPY ({}) TO STDOUT (FORMAT BINARY)").format(query), values)
    pgconn = connection.pgconn
    pgconn.send_query(text.encode())
    _await_result(connection)
    done = False
    try:
        first = True
        while True:
            length, row = pgconn.get_copy_data(1)
            if length > 0:
                data = bytes(row)
                if first:
                    first, data = False, data[_HEADER:]
                if data != _TRAILER:
                    yield data
            elif length == 0:
                _wait(pgconn)
            else:
                done = True
                return
    finally:
        _end(connection, done)


def _await_result(connection: psycopg.Connection[Any]) -> None:
    pgconn = connection.pgconn
    while pgconn.is_busy():
        _wait(pgconn)
    result = pgconn.get_result()
    if result is None or result.status != ExecStatus.COPY_OUT:
        _drain(connection)
        assert result is not None  # noqa: S101  a query always has a result
        raise psycopg.errors.error_from_result(result)


def _wait(pgconn: Any) -> None:
    """Wait for bytes from the server; other threads run meanwhile."""
    ready, _, _ = select.select([pgconn.socket], [], [], _LONGEST_WAIT)
    if not ready:
        raise psycopg.OperationalError("the server sent nothing for a minute")
    pgconn.consume_input()


def _end(connection: psycopg.Connection[Any], done: bool) -> None:
    """Bring the connection back to order: the rows that nobody wanted are cancelled, an error at the end is raised."""
    pgconn = connection.pgconn
    if not done:
        pgconn.get_cancel().cancel()
        while pgconn.get_copy_data(0)[0] > 0:
            pass
    result = _drain(connection)
    if done and result is not None and result.status == ExecStatus.FATAL_ERROR:
        raise psycopg.errors.error_from_result(result)


def _drain(connection: psycopg.Connection[Any]) -> Any:
    last = None
    while (result := connection.pgconn.get_result()) is not None:
        last = result
    return last
