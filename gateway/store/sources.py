"""Registered sources and what happened to them. Must never approve anything: a status is what a flow says it is."""

import json
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, text
from sqlalchemy.exc import IntegrityError

from gateway.domain.errors import Conflict, NotFound
from gateway.domain.people import Source
from policies.terms import AudienceKind, SourceStatus


@dataclass(frozen=True, slots=True)
class SourceRow:
    """A source as it is kept.

    Attributes:
        uid: 16 bytes; how the ledger names it.
        source: as the decision sees it.
        collector: name of the party that collected.
        defaults: what the rows of its lists share, as JSON (see `gateway.flows.intake_defaults`).
        version: counts every change.
    """

    uid: bytes
    source: Source
    collector: str
    defaults: Mapping[str, Any]
    version: int


@dataclass(frozen=True, slots=True)
class SourceRecord:
    """What is said of a source when it is registered; times are UTC, parties are numbers."""

    name: str
    kind: str
    status: SourceStatus
    collector_no: int
    country: str
    audience: AudienceKind
    collected_at: datetime | None
    expires_at: datetime | None
    evidence: tuple[str, ...]
    named: tuple[int, ...]
    defaults: Mapping[str, Any]


def add(connection: Connection, record: SourceRecord) -> SourceRow:
    """Register a source.

    Raises:
        Conflict: `source_exists`.
    """
    values = {
        "uid": secrets.token_bytes(16), "name": record.name, "kind": record.kind, "status": record.status.value,
        "collector": record.collector_no, "country": record.country, "audience": record.audience.value,
        "collected_at": record.collected_at, "expires_at": record.expires_at, "evidence": list(record.evidence),
        "named": list(record.named), "defaults": json.dumps(dict(record.defaults)),
    }  # fmt: skip
    try:
        with connection.begin_nested():
            connection.execute(_ADD, values)
    except IntegrityError as error:
        raise Conflict("source_exists", "A source of that name is registered already; choose another.") from error
    return source(connection, record.name)


def source(connection: Connection, name: str, *, lock: bool = False) -> SourceRow:
    """Give a source by its name; with `lock` it does not change until the transaction ends.

    Raises:
        NotFound: `source_unknown`.
    """
    row = connection.execute(_BY_NAME_LOCKED if lock else _BY_NAME, {"name": name}).one_or_none()
    if row is None:
        raise NotFound("source_unknown", "No source has that name. `ostiary source list` lists them.")
    return _row(row)


def name_of(connection: Connection, no: int) -> str:
    """Give the name of a source by its number; a wrong number is a bug."""
    return str(connection.execute(_NAME, {"no": no}).scalar_one())


def sources(connection: Connection) -> list[SourceRow]:
    """List all sources by name."""
    return [_row(row) for row in connection.execute(_ALL)]


def set_status(connection: Connection, no: int, status: SourceStatus) -> None:
    """Change the status of a source."""
    connection.execute(_SET_STATUS, {"no": no, "status": status.value})


def note(connection: Connection, no: int, kind: str, actor: str, detail: Mapping[str, Any], at: datetime) -> None:
    """Append to the history of a source."""
    connection.execute(_NOTE, {"no": no, "kind": kind, "actor": actor, "detail": json.dumps(dict(detail)), "at": at})


def history(connection: Connection, no: int) -> list[tuple[datetime, str, str]]:
    """Give what happened to a source, oldest first: when (UTC), what, by whom."""
    return [(row.at, row.kind, row.actor) for row in connection.execute(_HISTORY, {"no": no})]


def _row(row: Row[Any]) -> SourceRow:
    return SourceRow(
        uid=row.uid,
        source=Source(
            no=row.no, name=row.name, kind=row.kind, status=SourceStatus(row.status), collector=row.collector_no,
            country=row.country, audience=AudienceKind(row.audience), collected_at=row.collected_at,
            expires_at=row.expires_at, evidence=frozenset(row.evidence), named=frozenset(row.named),
            by_person=bool(row.defaults.get("by_person", False)),
        ),
        collector=row.collector, defaults=row.defaults, version=row.version,
    )  # fmt: skip


_SELECT = """SELECT s.no, s.uid, s.name, s.kind, s.status, s.collector_no, p.name AS collector, s.country, s.audience,
    s.collected_at, s.expires_at, s.evidence, s.named, s.defaults, s.version
    FROM source s JOIN party p ON p.no = s.collector_no"""
_BY_NAME = text(f"{_SELECT} WHERE s.name = :name")
_BY_NAME_LOCKED = text(f"{_SELECT} WHERE s.name = :name FOR UPDATE OF s")
_ALL = text(f"{_SELECT} ORDER BY s.name")
_ADD = text(
    "INSERT INTO source (uid, name, kind, status, collector_no, country, audience, collected_at, expires_at, evidence,"
    " named, defaults) VALUES (:uid, :name, :kind, :status, :collector, :country, :audience, :collected_at,"
    " :expires_at, :evidence, :named, CAST(:defaults AS jsonb))"
)
_NAME = text("SELECT name FROM source WHERE no = :no")
_SET_STATUS = text("UPDATE source SET status = :status, version = version + 1 WHERE no = :no")
_NOTE = text(
    "INSERT INTO source_event (source_no, kind, actor, detail, at)"
    " VALUES (:no, :kind, :actor, CAST(:detail AS jsonb), :at)"
)
_HISTORY = text("SELECT at, kind, actor FROM source_event WHERE source_no = :no ORDER BY no")
