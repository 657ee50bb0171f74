"""Mapping templates: how lists of a source with certain titles are read. Must never change one: it is replaced."""

import json
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, text
from sqlalchemy.exc import IntegrityError

from gateway.domain.errors import Conflict


@dataclass(frozen=True, slots=True)
class TemplateRecord:
    """What a template says.

    Attributes:
        name: unique among the living templates of a source.
        titles: SHA-256 that stands for the set of titles.
        fields: field by title; "" for a column that nobody declared.
        encoding: as `open_list` takes it; "" to find out.
        delimiter: likewise.
        sheet: likewise.
    """

    name: str
    titles: bytes
    fields: Mapping[str, str]
    encoding: str
    delimiter: str
    sheet: str


@dataclass(frozen=True, slots=True)
class TemplateRow:
    """A template as it is kept; `made_at` is UTC."""

    no: int
    uid: bytes
    version: int
    record: TemplateRecord
    made_by: str
    made_at: datetime


def add(
    connection: Connection, source_no: int, record: TemplateRecord, version: int, actor: str, at: datetime
) -> bytes:
    """Keep a template and give its uid; retire an older one of that name first.

    Raises:
        Conflict: `template_exists`: a living one has the name, or reads the same titles.
    """
    uid = secrets.token_bytes(16)
    values = {
        "uid": uid, "source": source_no, "name": record.name, "version": version, "titles": record.titles,
        "fields": json.dumps(dict(record.fields)), "encoding": record.encoding, "delimiter": record.delimiter,
        "sheet": record.sheet, "actor": actor, "at": at,
    }  # fmt: skip
    try:
        with connection.begin_nested():
            connection.execute(_ADD, values)
    except IntegrityError as error:
        message = "Another template of this source reads these titles already. Save under its name, or delete it."
        raise Conflict("template_exists", message) from error
    return uid


def retire(connection: Connection, no: int, at: datetime) -> None:
    """Let a template rest; it stays on record."""
    connection.execute(_RETIRE, {"no": no, "at": at})


def living(connection: Connection, source_no: int) -> list[TemplateRow]:
    """Give the templates in use of a source, the newest first."""
    return [_row(row) for row in connection.execute(_LIVING, {"source": source_no})]


def latest_version(connection: Connection, source_no: int, name: str) -> int:
    """Give the highest version that a name ever had; 0 if it is new."""
    return int(connection.execute(_LATEST, {"source": source_no, "name": name}).scalar_one())


def _row(row: Row[Any]) -> TemplateRow:
    record = TemplateRecord(row.name, row.titles, row.fields, row.encoding, row.delimiter, row.sheet)
    return TemplateRow(row.no, row.uid, row.version, record, row.made_by, row.made_at)


_ADD = text(
    "INSERT INTO mapping_template (uid, source_no, name, version, titles, fields, encoding, delimiter, sheet, made_by,"
    " made_at) VALUES (:uid, :source, :name, :version, :titles, CAST(:fields AS jsonb), :encoding, :delimiter, :sheet,"
    " :actor, :at)"
)
_RETIRE = text("UPDATE mapping_template SET retired_at = :at WHERE no = :no")
_LIVING = text(
    "SELECT no, uid, name, version, titles, fields, encoding, delimiter, sheet, made_by, made_at"
    " FROM mapping_template WHERE source_no = :source AND retired_at IS NULL ORDER BY no DESC"
)
_LATEST = text("SELECT coalesce(max(version), 0) FROM mapping_template WHERE source_no = :source AND name = :name")
