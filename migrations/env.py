"""How Alembic runs the migrations: as role `ostiary_owner`, in schema `ostiary`, all in one transaction.

Must never connect as anything else. `ostiary` hands its own connection over; on the command line the
database is `-x url=…` or OSTIARY_DATABASE_URL, and `--sql` prints what would run.
"""

import os

from alembic import context
from sqlalchemy import Connection

from gateway.store.engine import SCHEMA, open_engine
from migrations.comparison import MODELS, comparison


def _migrate(connection: Connection) -> None:
    context.configure(connection, target_metadata=MODELS, transactional_ddl=True, **comparison(connection))
    with context.begin_transaction():
        context.run_migrations()
    connection.commit()


def _print() -> None:
    context.configure(dialect_name="postgresql", target_metadata=MODELS, literal_binds=True, **comparison(None))
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
