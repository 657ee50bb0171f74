"""What Alembic compares: the models of the store and of the ledger with schema `ostiary`.

Must never leave a table out because it is awkward: only partitions are skipped, for they follow their
parent, Alembic's own note of the version, and the job queue's tables.
"""

from typing import Any, Final

from sqlalchemy import Connection, MetaData, text

from audit.tables import metadata as audit_metadata
from gateway.store import (  # noqa: F401  they add their tables
    tables_campaigns,
    tables_canaries,
    tables_intake,
    tables_lasting,
    tables_likeness,
    tables_moving,
    tables_registers,
    tables_sources,
    tables_templates,
    tables_widening,
)
from gateway.store.engine import SCHEMA
from gateway.store.tables import metadata as store_metadata

MODELS: Final[list[MetaData]] = [store_metadata, audit_metadata]

_JOBS: Final = "procrastinate_"  # the job queue's own tables; its package knows them, no model of ours does
_PARTITIONS: Final = text("""
SELECT relname::text FROM pg_class
WHERE relispartition AND relkind IN ('r', 'p') AND relnamespace = to_regnamespace(:schema)
""")


def comparison(connection: Connection | None) -> dict[str, Any]:
    """Give the options with which an Alembic context is configured.

    Args:
        connection: to the database compared with; None where only SQL is printed.
    """
    partitions = [] if connection is None else connection.scalars(_PARTITIONS, {"schema": SCHEMA}).all()
    skipped = {"alembic_version", *partitions}

    def is_compared(name: str | None, kind: str, _parents: object) -> bool:
        return kind != "table" or (name not in skipped and not str(name).startswith(_JOBS))

    return {
        "version_table_schema": SCHEMA,
        "compare_type": True,
        "compare_server_default": True,
        "include_name": is_compared,
    }
