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
        source: as the decision sees it; its country is where the data is from.
        collector: name of the party that collected or acquired.
        defaults: what the rows of its lists share, as JSON (see `gateway.flows.intake_defaults`).
        version: counts every change.
        supplier: name of the party that it came from, "" if that is the collector.
        contract, notice: the version of the contract with the supplier, and of the notice that people were shown.
        collected_in: where it was collected or acquired, ISO 3166-1 alpha-2.
        origin: where the data is from, if not from there; else "".
    """

    uid: bytes
    source: Source
    collector: str
    defaults: Mapping[str, Any]
    version: int
    supplier: str = ""
    contract: str = ""
    notice: str = ""
    collected_in: str = ""
    origin: str = ""


@dataclass(frozen=True, slots=True)
class SourceRecord:
    """What is said of a source when it is registered or changed; times are UTC, parties are numbers."""

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
    supplier_no: int | None = None
    contract: str = ""
    notice: str = ""
    origin: str = ""


@dataclass(frozen=True, slots=True)
class Answer:
    """What was answered to a question, by whom, when (UTC)."""

    question: str
    answer: str
    actor: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Proof:
    """A file of evidence of a source: what it shows, its record, its digest (32 bytes), who brought it, when (UTC)."""

    word: str
    evidence_no: int
    digest: bytes
    actor: str
    at: datetime


def add(connection: Connection, record: SourceRecord) -> SourceRow:
    """Register a source.

    Raises:
        Conflict: `source_exists`.
    """
    try:
        with connection.begin_nested():
            connection.execute(_ADD, {"uid": secrets.token_bytes(16), "name": record.name, **_values(record)})
    except IntegrityError as error:
        raise Conflict("source_exists", "A source of that name is registered already; choose another.") from error
    return source(connection, record.name)


def change(connection: Connection, no: int, record: SourceRecord) -> None:
    """Say something else of a source; its name stays, its version goes up."""
    connection.execute(_CHANGE, {"no": no, **_values(record)})


def answer(connection: Connection, no: int, said: Answer) -> None:
    """Keep an answer; the newest to a question counts."""
    values = {"no": no, "question": said.question, "answer": said.answer, "actor": said.actor, "at": said.at}
    connection.execute(_ANSWER, values)


def answers(connection: Connection, no: int) -> dict[str, Answer]:
    """Give the newest answer to each question that was answered."""
    rows = connection.execute(_ANSWERS, {"no": no})
    return {row.question: Answer(row.question, row.answer, row.actor, row.at) for row in rows}


def prove(connection: Connection, no: int, proof: Proof) -> None:
    """Keep that a file of evidence belongs to a source."""
    values = {"no": no, "word": proof.word, "evidence": proof.evidence_no, "digest": proof.digest}
    connection.execute(_PROVE, values | {"actor": proof.actor, "at": proof.at})


def proofs(connection: Connection, no: int) -> list[Proof]:
    """List the files of evidence of a source, oldest first."""
    return [Proof(*row) for row in connection.execute(_PROOFS, {"no": no})]


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


def uid_of(connection: Connection, no: int) -> bytes:
    """Give the uid of a source by its number; a wrong number is a bug."""
    return bytes(connection.execute(_UID, {"no": no}).scalar_one())


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


def _values(record: SourceRecord) -> dict[str, Any]:
    return {
        "kind": record.kind, "status": record.status.value, "collector": record.collector_no,
        "country": record.country, "audience": record.audience.value, "collected_at": record.collected_at,
        "expires_at": record.expires_at, "evidence": list(record.evidence), "named": list(record.named),
        "defaults": json.dumps(dict(record.defaults)), "supplier": record.supplier_no, "contract": record.contract,
        "notice": record.notice, "origin": record.origin,
    }  # fmt: skip


def _row(row: Row[Any]) -> SourceRow:
    return SourceRow(
        uid=row.uid,
        source=Source(
            no=row.no, name=row.name, kind=row.kind, status=SourceStatus(row.status), collector=row.collector_no,
            country=row.origin or row.country, audience=AudienceKind(row.audience), collected_at=row.collected_at,
            expires_at=row.expires_at, evidence=frozenset(row.evidence), named=frozenset(row.named),
            by_person=bool(row.defaults.get("by_person", False)),
        ),
        collector=row.collector, defaults=row.defaults, version=row.version, supplier=row.supplier,
        contract=row.contract, notice=row.notice, collected_in=row.country, origin=row.origin,
    )  # fmt: skip


_SELECT = """SELECT s.no, s.uid, s.name, s.kind, s.status, s.collector_no, p.name AS collector, s.country, s.audience,
    s.collected_at, s.expires_at, s.evidence, s.named, s.defaults, s.version, coalesce(f.name, '') AS supplier,
    s.contract, s.notice, s.origin
    FROM source s JOIN party p ON p.no = s.collector_no LEFT JOIN party f ON f.no = s.supplier_no"""
_BY_NAME = text(f"{_SELECT} WHERE s.name = :name")
_BY_NAME_LOCKED = text(f"{_SELECT} WHERE s.name = :name FOR UPDATE OF s")
_ALL = text(f"{_SELECT} ORDER BY s.name")
_ADD = text(
    "INSERT INTO source (uid, name, kind, status, collector_no, country, audience, collected_at, expires_at, evidence,"
    " named, defaults, supplier_no, contract, notice, origin) VALUES (:uid, :name, :kind, :status, :collector,"
    " :country, :audience, :collected_at, :expires_at, :evidence, :named, CAST(:defaults AS jsonb), :supplier,"
    " :contract, :notice, :origin)"
)
_CHANGE = text(
    "UPDATE source SET kind = :kind, status = :status, collector_no = :collector, country = :country,"
    " audience = :audience, collected_at = :collected_at, expires_at = :expires_at, evidence = :evidence,"
    " named = :named, defaults = CAST(:defaults AS jsonb), supplier_no = :supplier, contract = :contract,"
    " notice = :notice, origin = :origin, version = version + 1 WHERE no = :no"
)
_ANSWER = text(
    "INSERT INTO source_answer (source_no, question, answer, actor, at) VALUES (:no, :question, :answer, :actor, :at)"
)
_ANSWERS = text(
    "SELECT DISTINCT ON (question) question, answer, actor, at FROM source_answer WHERE source_no = :no"
    " ORDER BY question, no DESC"
)
_PROVE = text(
    "INSERT INTO source_evidence (source_no, word, evidence_no, digest, actor, at)"
    " VALUES (:no, :word, :evidence, :digest, :actor, :at)"
)
_PROOFS = text("SELECT word, evidence_no, digest, actor, at FROM source_evidence WHERE source_no = :no ORDER BY no")
_NAME = text("SELECT name FROM source WHERE no = :no")
_UID = text("SELECT uid FROM source WHERE no = :no")
_SET_STATUS = text("UPDATE source SET status = :status, version = version + 1 WHERE no = :no")
_NOTE = text(
    "INSERT INTO source_event (source_no, kind, actor, detail, at)"
    " VALUES (:no, :kind, :actor, CAST(:detail AS jsonb), :at)"
)
_HISTORY = text("SELECT at, kind, actor FROM source_event WHERE source_no = :no ORDER BY no")
