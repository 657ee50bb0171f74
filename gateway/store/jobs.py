"""The job queue's way to the database: the same server, schema and role as everything else.

Must never work as the login itself: a queue that may change the schema could change the ledger.
"""

from typing import Any

import procrastinate
import psycopg
from sqlalchemy import make_url

from gateway.store.engine import SCHEMA

_SETTLE = "SELECT set_config('search_path', %s, false), set_config('role', 'ostiary_app', false)"
_CONNECTIONS = 4


def connector(url: str) -> procrastinate.PsycopgConnector:
    """Give the queue's connector; nothing is connected yet.

    Args:
        url: as `gateway.store.engine.open_engine` takes it.
    """
    plain = make_url(url).set(drivername="postgresql").render_as_string(hide_password=False)
    return procrastinate.PsycopgConnector(conninfo=plain, configure=_settle, min_size=1, max_size=_CONNECTIONS)


async def _settle(connection: psycopg.AsyncConnection[Any]) -> None:
    await connection.set_autocommit(True)
    await connection.execute(_SETTLE, (f"{SCHEMA}, pg_temp",))
    await connection.set_autocommit(False)
