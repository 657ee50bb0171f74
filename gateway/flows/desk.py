"""The quarantine desk: which lists and rows wait for an officer, why, until when, and what would cure them.

Must never show a value: samples are veiled, and opening them is an entry of its own in the ledger.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from audit.leaf import Entry
from gateway.domain.errors import NotFound
from gateway.domain.veiling import veiled
from gateway.flows.gate import Gate
from gateway.flows.intake_origin import judge, kept_mapping, origin_of
from gateway.flows.intake_report import Reason
from gateway.flows.intake_sealed import Sealing
from gateway.flows.officers import Officer, require
from gateway.store import batches, chunks, sources
from gateway.store.batches import Batch
from gateway.store.people_lookup import Connection
from policies.terms import SourceStatus, Verdict

SAMPLE: Final = 8
WANTED: Final = "evidence_wanted"
_NOTHING: Final = "Nothing of that list waits for an officer. The desk lists what does."


@dataclass(frozen=True, slots=True)
class Waiting:
    """A list that waits, or of which rows wait.

    Attributes:
        uid: of the batch.
        source: name of its source.
        whole: whether the whole list waits; otherwise rows of it do.
        rows: how many rows wait.
        reasons: why, the gravest last.
        until: when what waits is purged, UTC.
    """

    uid: bytes
    source: str
    whole: bool
    rows: int
    reasons: Sequence[Reason]
    until: datetime | None


@dataclass(frozen=True, slots=True)
class Group:
    """Held rows that wait for the same reason: column, kind, rule with its words and citation, how many."""

    column: str
    kind: str
    rule: str
    cite: str
    words: str
    rows: int


@dataclass(frozen=True, slots=True)
class SampleRow:
    """One row as the desk shows it: its number, why it waits, its cells veiled in the order of the columns."""

    row_no: int
    kinds: Sequence[str]
    cells: Sequence[str]


@dataclass(frozen=True, slots=True)
class Desk:
    """One list on the desk.

    Attributes:
        waiting: what waits, why, until when.
        cures: what would cure it, in words.
        wanted: the evidence among that: word and meaning.
        may_accept: whether accepting the whole list would be lawful now.
        groups: held rows by reason.
        columns: titles of the columns that were kept.
        sample: rows, veiled.
        decided: rows by what was decided of them.
    """

    waiting: Waiting
    cures: Sequence[str]
    wanted: Sequence[tuple[str, str]]
    may_accept: bool
    groups: Sequence[Group]
    columns: Sequence[str]
    sample: Sequence[SampleRow]
    decided: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class Matter:
    """What an act would be about: a list, or, if `group` says so, the rows of it that wait for one reason."""

    waiting: Waiting
    group: Group | None


def waiting(gate: Gate, officer: Officer) -> list[Waiting]:
    """List what waits, the nearest deadline first.

    Raises:
        Refused: `role_may_not`.
    """
    with gate.house.snapshot() as connection:
        require(gate, connection, officer, "quarantine.read")
        found = [_waiting(connection, name, batch) for name, batch in batches.on_the_desk(connection)]
    return sorted(found, key=lambda each: (each.until is None, each.until, each.source))


def shown(gate: Gate, officer: Officer, uid: bytes) -> Desk:
    """Put one list on the desk, and record who looked.

    Raises:
        Refused: `role_may_not`. NotFound: `nothing_waits`.
    """
    with gate.house.unit() as connection:
        require(gate, connection, officer, "quarantine.read")
        batch = on_desk(connection, uid)
        name = sources.name_of(connection, batch.source_no)
        held = chunks.held(connection, batch.no, limit=SAMPLE)
        origin = origin_of(gate, connection, name, silenced=True)
        judged = judge(origin, chunks.countries(connection, batch.no))
        approved = origin.source.status is SourceStatus.APPROVED
        wanted = [each.words for each in judged.reasons if each.code == WANTED]
        desk = Desk(
            waiting=_waiting(connection, name, batch),
            cures=_cures(judged.verdict, wanted, approved),
            wanted=[(word, means) for word, _, means in (each.partition(": ") for each in wanted)],
            may_accept=judged.verdict is Verdict.ACCEPT and approved,
            groups=[Group(*each) for each in chunks.held_groups(connection, batch.no)],
            columns=_columns(batch),
            sample=_sample(gate, connection, batch, held),
            decided=chunks.held_counts(connection, batch.no),
        )
        body: dict[str, Any] = {"batch": uid.hex(), "rows": [row.row_no for row in desk.sample]}
        gate.house.enter(connection, [Entry("quarantine.viewed", officer.actor, body)])
    return desk


def matter(gate: Gate, officer: Officer, uid: bytes, place: int | None = None, kind: str = "") -> Matter:
    """Say what an act would be about, to ask once more before it. No cell is opened, so that nothing is recorded.

    Args:
        gate: the gateway.
        officer: who asks.
        uid: of the batch.
        place: of a column among those that were kept, if only rows are meant.
        kind: what was found in that column.

    Raises:
        Refused: `role_may_not`. NotFound: `nothing_waits`, also if no row waits for that reason.
    """
    with gate.house.snapshot() as connection:
        require(gate, connection, officer, "quarantine.read")
        batch = on_desk(connection, uid)
        found = _waiting(connection, sources.name_of(connection, batch.source_no), batch)
        if place is None:
            return Matter(found, None)
        title = dict(enumerate(_columns(batch))).get(place)
        groups = [Group(*each) for each in chunks.held_groups(connection, batch.no)]
    meant = next((group for group in groups if (group.column, group.kind) == (title, kind)), None)
    if meant is None:
        raise NotFound("nothing_waits", _NOTHING)
    return Matter(found, meant)


def on_desk(connection: Connection, uid: bytes, *, lock: bool = False) -> Batch:
    """Give a batch that waits or of which rows wait.

    Raises:
        NotFound: `nothing_waits`.
    """
    batch = batches.locked(connection, uid) if lock else batches.by_uid(connection, uid)
    if batch is None or batch.wrapped is None or batch.state not in {"quarantined", "finished"}:
        raise NotFound("nothing_waits", _NOTHING)
    return batch


def _waiting(connection: Connection, name: str, batch: Batch) -> Waiting:
    whole = batch.state == "quarantined"
    rows = int(batch.counts.get("row.quarantined", 0)) + int(batch.counts.get("row.held", 0))
    reasons = (
        [Reason(**each) for each in batch.reasons if each["code"] != "lawful"]
        if whole
        else _row_reasons(connection, batch)
    )
    return Waiting(batch.uid, name, whole, rows, reasons, batch.cure_until)


def _row_reasons(connection: Connection, batch: Batch) -> list[Reason]:
    """Give why rows wait still; what most of them wait for comes last."""
    reasons = [Reason(kind, *said) for _, kind, *said, _ in reversed(chunks.held_groups(connection, batch.no))]
    return list(dict.fromkeys(reasons))


def _cures(verdict: Verdict, wanted: Sequence[str], approved: bool) -> list[str]:
    if verdict is Verdict.ACCEPT and not approved:
        return ["The source's evidence is complete, but the source is not approved. Two officers approve it."]
    if verdict is Verdict.ACCEPT:
        return ["The source's evidence is complete. A second officer must confirm."]
    return [f"Put on file: {word}" for word in wanted] or ["Nothing that can be put on file cures it. Refuse it."]


def _columns(batch: Batch) -> list[str]:
    mapping = kept_mapping(batch.mapping)
    return [each.column for each in mapping.proposals if each.column not in mapping.undeclared]


def _sample(gate: Gate, connection: Connection, batch: Batch, held: Sequence[chunks.HeldRow]) -> list[SampleRow]:
    """Veil a few rows: held ones first, otherwise the first of the list."""
    sealing, columns = Sealing(gate, batch), _columns(batch)
    found = []
    for row in held[:SAMPLE]:
        if row.sealed is not None:
            _, cells = sealing.opened_row(row.row_no, row.sealed)
            found.append(_veiled(row.row_no, columns, cells, row.reasons))
    if not found and (first := chunks.first_sealed(connection, batch.no)) is not None:
        for no, cells in sealing.opened(*first)[:SAMPLE]:
            found.append(_veiled(no, columns, cells, ()))
    return found


def _veiled(no: int, columns: Sequence[str], cells: Sequence[str], reasons: Sequence[Mapping[str, Any]]) -> SampleRow:
    marks: dict[str, list[tuple[int, int, str]]] = {}
    for each in reasons:
        marks.setdefault(each["column"], []).append((each["start"], each["end"], each["kind"]))
    shown_cells = [veiled(cell, marks.get(title, ())) for title, cell in zip(columns, cells, strict=True)]
    return SampleRow(no, sorted({each["kind"] for each in reasons}), shown_cells)
