"""How Alembic runs the migrations: as role `ostiary_owner`, in schema `ostiary`, all in one transaction.

Must never connect as anything else. `ostiary` hands its own connection over; on the command line the database is
`-x url=…` or OSTIARY_DATABASE_URL, and `--sql` prints what would run.
"""

import os
from typing import Any, Final

from alembic import context
from sqlalchemy import Connection

from audit.tables import metadata as audit_metadata
from gateway.store.engine import SCHEMA, open_engine
from gateway.store.tables import metadata as store_metadata

_OPTIONS: Final[dict[str, Any]] = {
    "target_metadata": [store_metadata, audit_metadata],
    "version_table_schema": SCHEMA,
    "transactional_ddl": True,
    "compare_server_default": True,
}


def _migrate(connection: Connection) -> None:
    context.configure(connection=connection, **_OPTIONS)
    with context.begin_transaction():
        context.run_migrations()
    connection.commit()


def _print() -> None:
    context.configure(dialect_name="postgresql", literal_binds=True, **_OPTIONS)
    with context.begin_transaction():
        context.execute(f"SET LOCAL ROLE ostiary_owner; SET LOCAL search_path = {SCHEMA}, pg_temp")
        context.run_migrations()


def _run() -> None:
    if context.is_offline_mode():
        _print()
        return
    handed = context.config.attributes.get("connection")
    if handed is not None:
        _migrate(handed)
        return
    url = context.get_x_argument(as_dictionary=True).get("url") or os.environ["OSTIARY_DATABASE_URL"]
    engine = open_engine(url, "owner")
    with engine.connect() as connection:
        _migrate(connection)
    engine.dispose()


_run()
