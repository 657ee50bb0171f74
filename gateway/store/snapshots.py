"""Reads what a whole page shares: the sources as they stand, and how old each opt-out register is."""

from typing import Any, TypeAlias

import psycopg
from sqlalchemy import Connection, text

from gateway.domain.people import Snapshot, Source
from policies.terms import AudienceKind, SourceStatus

Cursor: TypeAlias = psycopg.Cursor[Any]


def snapshot(connection: Connection) -> Snapshot:
    """Give all sources by number, as this transaction sees them. No register is on file yet: none counts as fresh."""
    return Snapshot({source.no: source for source in map(_source, connection.execute(_SOURCES))}, {})


def cursor(connection: Connection) -> Cursor:
    """Give a cursor of the driver on the same transaction: COPY has no place in SQLAlchemy."""
    driver = connection.connection.driver_connection
    assert isinstance(driver, psycopg.Connection)  # noqa: S101  the engine is made for psycopg only
    found: Cursor = driver.cursor(binary=True)
    return found


def _source(row: Any) -> Source:
    return Source(
        no=row.no,
        name=row.name,
        kind=row.kind,
        status=SourceStatus(row.status),
        collector=row.collector_no,
        country=row.country,
        audience=AudienceKind(row.audience),
        collected_at=row.collected_at,
        expires_at=row.expires_at,
        evidence=frozenset(row.evidence),
        named=frozenset(row.named),
        by_person=row.by_person,
    )


_SOURCES = text(
    "SELECT no, name, kind, status, collector_no, country, audience, collected_at, expires_at, evidence, named,"
    " coalesce((defaults->>'by_person')::boolean, false) AS by_person FROM source ORDER BY no"
)
