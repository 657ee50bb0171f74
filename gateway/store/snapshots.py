"""Reads what a whole page shares: sources, opt-out registers, packs signed off, the newest time on record."""

from typing import Any, TypeAlias

import psycopg
from sqlalchemy import Connection, text

from gateway.domain.people import Snapshot, Source
from gateway.store import registers, signoffs
from policies.packs import Bundle
from policies.terms import AudienceKind, SourceStatus

Cursor: TypeAlias = psycopg.Cursor[Any]


def snapshot(connection: Connection, bundle: Bundle) -> Snapshot:
    """Give what a page shares, as this transaction sees it. A register that is not on file does not count as fresh.

    Args:
        connection: of the page's own transaction.
        bundle: the law in force; a sign-off holds for a pack exactly as it stands there.
    """
    return Snapshot(
        sources={source.no: source for source in map(_source, connection.execute(_SOURCES))},
        registers=registers.taken(connection),
        signed=signoffs.signed(connection, bundle),
        latest=connection.execute(_LATEST).scalar_one_or_none(),
    )


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


_LATEST = text("SELECT at FROM ledger_leaf ORDER BY idx DESC LIMIT 1")
_SOURCES = text(
    "SELECT no, name, kind, status, collector_no, coalesce(nullif(origin, ''), country) AS country, audience,"
    " collected_at, expires_at, evidence, named,"
    " coalesce((defaults->>'by_person')::boolean, false) AS by_person FROM source ORDER BY no"
)
