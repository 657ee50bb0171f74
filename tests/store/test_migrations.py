"""Models and migrations say the same, both ways: by Alembic and by PostgreSQL's own catalogue."""

from collections.abc import Callable
from contextlib import AbstractContextManager

from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Engine, text

from gateway.store.engine import alembic_config, migrate, open_engine, prepare
from gateway.store.unit import unit
from migrations.comparison import MODELS, comparison

# Partitions are made as time goes on and follow their parent; alembic_version belongs to Alembic.
_CATALOGUE = """
WITH ours AS (
  SELECT oid, relname::text AS name FROM pg_class
  WHERE relnamespace = 'ostiary'::regnamespace AND relkind IN ('r', 'p')
    AND NOT relispartition AND relname <> 'alembic_version' AND relname NOT LIKE 'procrastinate%'
)
SELECT 'column ' || name || '.' || attname || ' ' || format_type(atttypid, atttypmod)
       || ' null=' || (NOT attnotnull)::text
       || ' identity=' || attidentity::text || ' default=' || coalesce(pg_get_expr(adbin, adrelid), '-')
  FROM ours JOIN pg_attribute ON attrelid = ours.oid AND attnum > 0 AND NOT attisdropped
  LEFT JOIN pg_attrdef ON adrelid = attrelid AND adnum = attnum
UNION ALL
SELECT 'constraint ' || name || '.' || conname || ' ' || pg_get_constraintdef(pg_constraint.oid)
  FROM ours JOIN pg_constraint ON conrelid = ours.oid AND contype <> 'n'
UNION ALL
SELECT 'index ' || pg_get_indexdef(indexrelid) FROM ours JOIN pg_index ON indrelid = ours.oid
UNION ALL
SELECT 'table ' || name || ' ' || coalesce(pg_get_partkeydef(oid), 'whole') FROM ours
"""


def _catalogue(engine: Engine) -> set[str]:
    with unit(engine) as connection:
        return set(connection.scalars(text(_CATALOGUE)))


def test_alembic_finds_no_difference(owner_engine: Engine) -> None:
    with unit(owner_engine) as connection:
        compared = MigrationContext.configure(connection, opts=comparison(connection))
        differences = compare_metadata(compared, MODELS)  # type: ignore[arg-type]
    assert differences == []


def test_a_database_made_from_the_models_equals_the_migrated_one(
    owner_engine: Engine, new_database: Callable[[], AbstractContextManager[str]]
) -> None:
    with new_database() as url:
        prepare(url)
        modelled = open_engine(url, "owner")
        for metadata in MODELS:
            metadata.create_all(modelled)
        from_models, from_migrations = _catalogue(modelled), _catalogue(owner_engine)
        modelled.dispose()
    assert len(from_models) > 0
    assert sorted(from_models - from_migrations) == []
    assert sorted(from_migrations - from_models) == []


def test_the_history_is_one_line() -> None:
    history = ScriptDirectory.from_config(alembic_config())
    assert len(history.get_heads()) == 1
    assert len(history.get_bases()) == 1


def test_migrating_again_changes_nothing(owner_engine: Engine, migrated_url: str) -> None:
    before = _catalogue(owner_engine)
    migrate(migrated_url)
    assert _catalogue(owner_engine) == before
