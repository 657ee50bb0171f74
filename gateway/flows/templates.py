"""Keep how a source's lists are read, and use it again when a list with the same titles comes.

A template binds the titles of a list, in any order, to the fields that an officer confirmed, with the encoding,
separator and sheet that go with them. Must never apply to a list with one title more or less, and never put a title
into the ledger: there, a digest stands for all of them.

Steps to save one, in one transaction:
    1 check      fields          -> mapping      (the same check as before an import)
    2 find       source, name    -> the template that it replaces; the same again changes nothing
    3 keep       template        -> uid, version
    4 enter      digests         -> ledger
"""

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Final

from audit.leaf import Entry, Json
from gateway.domain.errors import Invalid, NotFound
from gateway.flows.gate import Gate
from gateway.flows.intake_origin import mapping_of
from gateway.lists import headers
from gateway.lists.errors import ListRefused
from gateway.lists.headers import Field
from gateway.lists.reader import ListFile, open_list
from gateway.store import sources, templates
from gateway.store.people_lookup import Connection
from gateway.store.sources import SourceRow
from gateway.store.templates import TemplateRecord, TemplateRow

_LONGEST_NAME: Final = 120
_LONGEST_WORD: Final = 200
_ASKED: Final = frozenset({"encoding_unsure", "sheet_unsure", "member_unsure"})


@dataclass(frozen=True, slots=True)
class Template:
    """How lists with certain titles are read.

    Attributes:
        uid: 32 hexadecimal digits; how the ledger names it.
        name: what people call it.
        version: 1, 2, ...; counts what was saved under the name.
        fields: field by title; "" for a column that nobody declared.
        encoding: as `open_list` takes it; "" to find out.
        delimiter: likewise.
        sheet: likewise.
        made_by: who saved it.
        made_at: when, UTC.
    """

    uid: str
    name: str
    version: int
    fields: Mapping[str, str]
    encoding: str
    delimiter: str
    sheet: str
    made_by: str
    made_at: datetime


def save_template(
    gate: Gate,
    actor: str,
    source: str,
    name: str,
    mapping: headers.Mapping,
    encoding: str = "",
    delimiter: str = "",
    sheet: str = "",
) -> Template:
    """Keep a confirmed mapping for the lists of a source.

    Args:
        gate: the gateway.
        actor: who saves it, as the ledger shall name him.
        source: name of a registered source.
        name: what people will call it; an older one of that name is replaced.
        mapping: from `headers.confirm`.
        encoding: as `open_list` takes it; "" to find out anew each time.
        delimiter: likewise.
        sheet: likewise.

    Returns:
        The template in use. Saving the same again gives the one that is there, and writes nothing.

    Raises:
        NotFound: `source_unknown`. Invalid: `template_name_unfit`, `template_unfit`.
        MappingRefused: as `headers.confirm`. Conflict: `template_exists`.
    """
    record = _record(name, mapping, encoding, delimiter, sheet)  # 1
    with gate.house.unit() as connection:
        row = sources.source(connection, source, lock=True)
        known = _named(connection, row, name)  # 2
        if known is None or known.record != record:
            _replace(gate, connection, row, record, known, actor)  # 3, 4
        kept = _named(connection, row, name)
        if kept is None:
            raise _unknown()
    # True now: the template is on file and in the ledger, both or neither.
    return _shown(kept)


def save_template_of(
    gate: Gate,
    actor: str,
    source: str,
    name: str,
    path: Path,
    overrides: Mapping[str, str],
    encoding: str = "",
    delimiter: str = "",
    sheet: str = "",
) -> Template:
    """Keep how one list is read: its titles as proposed, and as the sender says; no row of it is kept.

    Raises:
        ListRefused, EncodingUnsure: as `open_list`. Otherwise as `save_template`.
    """
    listed = open_list(path, encoding or None, delimiter or None, sheet or None)
    return save_template(gate, actor, source, name, mapping_of(listed, overrides), encoding, delimiter, sheet)


def template_for(gate: Gate, source: str, columns: Sequence[str]) -> Template | None:
    """Give the template that reads exactly these titles, in any order, or None.

    Raises:
        NotFound: `source_unknown`.
    """
    with gate.house.unit() as connection:
        return template_in(connection, sources.source(connection, source).source.no, columns)


def template_in(connection: Connection, source_no: int, columns: Sequence[str]) -> Template | None:
    """Do the same within a transaction, for a source known by its number."""
    wanted = titles_digest(columns)
    found = (each for each in templates.living(connection, source_no) if each.record.titles == wanted)
    return next(map(_shown, found), None)


def open_as_before(
    gate: Gate, source: str, path: Path, encoding: str = "", delimiter: str = "", sheet: str = ""
) -> tuple[ListFile, Template | None]:
    """Open a list, and let the source's templates answer what the file alone leaves open.

    Args:
        gate: the gateway.
        source: name of a registered source.
        path: the file.
        encoding: what the sender says; it wins over any template.
        delimiter: likewise.
        sheet: likewise.

    Returns:
        The list, and the template for its titles, or None.

    Raises:
        NotFound: `source_unknown`. ListRefused, EncodingUnsure: as `open_list`, where no template helps.
    """
    try:
        opened = open_list(path, encoding or None, delimiter or None, sheet or None)
        return opened, template_for(gate, source, opened.columns)
    except ListRefused as refused:
        if refused.code not in _ASKED:
            raise
        for each in list_templates(gate, source):
            listed = _tried(path, encoding or each.encoding, delimiter or each.delimiter, sheet or each.sheet)
            if listed is not None and set(listed.columns) == set(each.fields):
                return listed, each
        raise


def list_templates(gate: Gate, source: str) -> list[Template]:
    """List the templates in use of a source, the newest first.

    Raises:
        NotFound: `source_unknown`.
    """
    with gate.house.unit() as connection:
        return list(map(_shown, templates.living(connection, sources.source(connection, source).source.no)))


def template(gate: Gate, source: str, name: str) -> Template:
    """Give one template.

    Raises:
        NotFound: `source_unknown`, `template_unknown`.
    """
    for each in list_templates(gate, source):
        if each.name == name:
            return each
    raise _unknown()


def delete_template(gate: Gate, actor: str, source: str, name: str) -> Template:
    """Put a template out of use; lists that it read stay as they are.

    Raises:
        NotFound: `source_unknown`, `template_unknown`.
    """
    with gate.house.unit() as connection:
        row = sources.source(connection, source, lock=True)
        known = _named(connection, row, name)
        if known is None:
            raise _unknown()
        templates.retire(connection, known.no, gate.clock())
        _enter(gate, connection, row, "source.template_deleted", actor, known)
    # True now: no list is read by it from here on.
    return _shown(known)


def titles_digest(columns: Sequence[str]) -> bytes:
    """Give the SHA-256 that stands for a set of titles, whatever their order."""
    return hashlib.sha256(json.dumps(sorted(columns), ensure_ascii=False).encode("utf-8", "surrogatepass")).digest()


def _record(name: str, mapping: headers.Mapping, encoding: str, delimiter: str, sheet: str) -> TemplateRecord:
    if not 0 < len(name) <= _LONGEST_NAME or name != name.strip() or not name.isprintable():
        raise Invalid("template_name_unfit", f"A template has a printable name of up to {_LONGEST_NAME} characters.")
    if max(map(len, (encoding, delimiter, sheet))) > _LONGEST_WORD:
        raise Invalid("template_unfit", f"Encoding, separator and sheet have up to {_LONGEST_WORD} characters.")
    fields = {each.column: str(each.field or "") for each in mapping.proposals}
    headers.confirm(headers.propose(tuple(fields)), overrides_of(fields))
    return TemplateRecord(name, titles_digest(tuple(fields)), fields, encoding, delimiter, sheet)


def overrides_of(fields: Mapping[str, str]) -> dict[str, str]:
    """Turn kept fields into the sender's word; a column that nobody declared stays so."""
    return {column: field or Field.IGNORE.value for column, field in fields.items()}


def _named(connection: Connection, row: SourceRow, name: str) -> TemplateRow | None:
    living = templates.living(connection, row.source.no)
    return next((each for each in living if each.record.name == name), None)


def _replace(
    gate: Gate, connection: Connection, row: SourceRow, record: TemplateRecord, known: TemplateRow | None, actor: str
) -> None:
    """Keep the new one in the place of the old one, and say so in the ledger."""
    at = gate.clock()
    if known is not None:
        templates.retire(connection, known.no, at)
    version = templates.latest_version(connection, row.source.no, record.name) + 1
    uid = templates.add(connection, row.source.no, record, version, actor, at)
    made = TemplateRow(0, uid, version, record, actor, at)
    _enter(gate, connection, row, "source.template_saved", actor, made)


def _enter(gate: Gate, connection: Connection, row: SourceRow, kind: str, actor: str, made: TemplateRow) -> None:
    body: dict[str, Json] = {
        "source": row.uid.hex(), "template": made.uid.hex(), "version": made.version,
        "titles": made.record.titles.hex(), "fields": [*sorted(filter(None, made.record.fields.values()))],
    }  # fmt: skip
    gate.house.enter(connection, [Entry(kind, actor, body)])


def _tried(path: Path, encoding: str, delimiter: str, sheet: str) -> ListFile | None:
    try:
        return open_list(path, encoding or None, delimiter or None, sheet or None)
    except ListRefused:
        return None


def _shown(row: TemplateRow) -> Template:
    said = row.record
    return Template(
        row.uid.hex(), said.name, row.version, said.fields, said.encoding, said.delimiter, said.sheet, row.made_by,
        row.made_at,
    )  # fmt: skip


def _unknown() -> NotFound:
    return NotFound("template_unknown", "No template of that source has this name: `ostiary source template list`.")
