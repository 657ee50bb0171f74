"""What an officer does with what waits: drop, refuse, empty cells alone; accept with a second officer.

Narrowing acts take effect at once. Accepting a list or rows is a proposal bound to its digest
(`gateway.flows.proposals`); carried out, the rows go on as any others: stored in chunks, by whoever works. Must never
accept a list whose source is not lawful now, and never bring back what was dropped.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any, Final

from audit.leaf import Entry, Json
from gateway.domain.errors import Conflict, Invalid, NotFound
from gateway.flows.desk import on_desk
from gateway.flows.gate import Gate
from gateway.flows.import_columns import safe_title
from gateway.flows.intake_origin import judge, kept_mapping, must_be_approved, origin_of
from gateway.flows.intake_sealed import Row, Sealing
from gateway.flows.intake_stage import STORE_TASK
from gateway.flows.officers import Officer, require
from gateway.flows.proposals import Kind, Proposal, overtake, propose
from gateway.store import batches, chunks, sources
from gateway.store.batches import Batch
from gateway.store.chunks import SCANNED, HeldRow, StagedChunk
from gateway.store.people_lookup import Connection
from policies.terms import Verdict

__all__ = ["ACCEPT_LIST", "ACCEPT_ROWS", "accept_list", "accept_rows", "drop_rows", "empty_cells", "refuse_list"]

_MOST_ROWS: Final = 100_000
_DROPPED: Final = "row.refused.dropped_by_officer"


def refuse_list(gate: Gate, officer: Officer, uid: bytes) -> None:
    """Refuse a list: its rows open with nothing from now on; counts, reasons and digest stay.

    Raises:
        Refused: `role_may_not`. NotFound: `nothing_waits`. Conflict: `list_taken_in`.
    """
    with gate.house.unit() as connection:
        require(gate, connection, officer, "quarantine.drop")
        batch = on_desk(connection, uid, lock=True)
        if batch.state != "quarantined":
            raise Conflict("list_taken_in", "Only rows of this list wait; the rest is stored. Drop the rows instead.")
        batches.become(connection, batch.no, "refused", gate.clock())
        overtake(gate, connection, ACCEPT_LIST.name, uid.hex())
        batches.forget_key(connection, batch.no)
        _enter(gate, connection, officer.actor, "quarantine.refused", batch, {})
    # True now: nothing of the list can be read any more. What follows frees the space.
    with gate.house.unit() as connection:
        chunks.drop(connection, batch.no)


def drop_rows(gate: Gate, officer: Officer, uid: bytes, column: str, kind: str) -> int:
    """Drop the held rows in which a kind stands in a column; give how many there were.

    Raises:
        Refused: `role_may_not`. NotFound: `nothing_waits`.
    """
    with gate.house.unit() as connection:
        require(gate, connection, officer, "quarantine.drop")
        batch = on_desk(connection, uid, lock=True)
        mine = [row.row_no for row in _held(connection, batch, column, kind)]
        dropped = chunks.decide_held(connection, batch.no, mine, "dropped")
        if dropped:
            _recount(gate, connection, batch, {"row.held": -dropped, _DROPPED: dropped})
            if batch.state == "finished" and not chunks.held_counts(connection, batch.no).get("held"):
                batches.forget_key(connection, batch.no)  # nothing of it waits any more
            said = {"column": safe_title(column), "kind": kind, "rows": dropped}
            _enter(gate, connection, officer.actor, "quarantine.rows_dropped", batch, said)
    # True now: the cells of these rows are gone, and the report accounts for the rows.
    return dropped


def empty_cells(gate: Gate, officer: Officer, uid: bytes, column: str, kind: str) -> int:
    """Let the held rows go on without the cells in which a kind stands; give how many rows went on.

    Rows that wait for another reason too keep waiting, without these cells.

    Raises:
        Refused: `role_may_not`. NotFound: `nothing_waits`.
    """
    with gate.house.unit() as connection:
        require(gate, connection, officer, "quarantine.drop")
        batch = on_desk(connection, uid, lock=True)
        sealing, free = Sealing(gate, batch), []
        at = _columns(batch).index(column) if column in _columns(batch) else -1
        for row in _held(connection, batch, column, kind):
            no, cells = sealing.opened_row(row.row_no, row.sealed or b"")
            emptied: Row = (no, [cell if place != at else "" for place, cell in enumerate(cells)])
            left = [each for each in row.reasons if each["column"] != column]
            if left:
                chunks.rewrite_held(connection, batch.no, HeldRow(no, "held", left, sealing.sealed_row(emptied)))
            else:
                free.append(emptied)
        _go_on(gate, connection, batch, sealing, free)
        said = {"column": safe_title(column), "kind": kind, "rows": len(free)}
        _enter(gate, connection, officer.actor, "quarantine.cells_emptied", batch, said)
    # True now: those rows are staged again and will be stored as any others; nothing of the emptied cells is left.
    return len(free)


def accept_list(gate: Gate, officer: Officer, uid: bytes, why: str) -> Proposal:
    """Propose to take a quarantined list in.

    Raises:
        Refused: `role_may_not`. NotFound: `nothing_waits`. Conflict: `list_taken_in`, `not_cured`.
        Invalid: `why_missing`.
    """
    with gate.house.unit() as connection:
        require(gate, connection, officer, "quarantine.accept")
        batch = on_desk(connection, uid)
        _must_be_cured(gate, connection, batch)
        payload = _payload(batch, why, {"rows": int(batch.counts.get("row.quarantined", 0))})
    return propose(gate, officer, ACCEPT_LIST, uid.hex(), payload)


def accept_rows(gate: Gate, officer: Officer, uid: bytes, column: str, kind: str, why: str) -> Proposal:
    """Propose to take in, as they are, the held rows in which a kind stands in a column.

    Raises:
        Refused: `role_may_not`. NotFound: `nothing_waits`. Invalid: `why_missing`.
    """
    with gate.house.unit() as connection:
        require(gate, connection, officer, "quarantine.accept")
        batch = on_desk(connection, uid)
        rows = len(_held(connection, batch, column, kind))
        if not rows:
            raise NotFound("nothing_waits", "No row of that list waits for this reason. The desk lists what waits.")
        place = _columns(batch).index(column)
        more: dict[str, Json] = {"column": safe_title(column), "place": place, "kind": kind, "rows": rows}
        payload = _payload(batch, why, more)
    return propose(gate, officer, ACCEPT_ROWS, f"{uid.hex()}/{place}/{kind}", payload)


def _take_list_in(gate: Gate, connection: Connection, proposal: Proposal) -> None:
    batch = on_desk(connection, bytes.fromhex(str(proposal.payload["batch"])), lock=True)
    _must_be_cured(gate, connection, batch)
    # Every chunk brings its own counts when it is stored; only what officers decided since is not among them.
    dropped = int(batch.counts.get(_DROPPED, 0))
    counts = {_DROPPED: dropped, "row.held": -dropped} if dropped else {}
    batches.accepted(connection, batch.no, Verdict.ACCEPT.value, counts, gate.clock())
    chunks.deferred(connection, STORE_TASK, batch.uid.hex(), max(1, batch.chunks))
    _enter(gate, connection, str(proposal.settled_by), "quarantine.accepted", batch, {"by": proposal.proposed_by})


def _take_rows_in(gate: Gate, connection: Connection, proposal: Proposal) -> None:
    said = proposal.payload
    batch = on_desk(connection, bytes.fromhex(str(said["batch"])), lock=True)
    sealing = Sealing(gate, batch)
    # A list is scanned once: rows only ever stop being held, so that no row is here that was not proposed.
    held = _held(connection, batch, _columns(batch)[int(str(said["place"]))], str(said["kind"]))
    rows = [sealing.opened_row(row.row_no, row.sealed or b"") for row in held]
    _go_on(gate, connection, batch, sealing, rows)
    told = {"by": proposal.proposed_by, "column": said["column"], "kind": said["kind"], "rows": len(rows)}
    _enter(gate, connection, str(proposal.settled_by), "quarantine.rows_accepted", batch, told)


ACCEPT_LIST: Final = Kind(
    "quarantine.accept", "Take a quarantined list in", ("quarantine.accept",), "quarantine.accept", _take_list_in
)
ACCEPT_ROWS: Final = Kind(
    "quarantine.accept_rows", "Take held rows in", ("quarantine.accept",), "quarantine.accept", _take_rows_in
)


def _go_on(gate: Gate, connection: Connection, batch: Batch, sealing: Sealing, rows: Sequence[Row]) -> None:
    """Stage rows that were held as one more chunk of their list, and let the workers come for it."""
    if not rows:
        return
    chunks.decide_held(connection, batch.no, [no for no, _ in rows], "accepted")
    if batch.state == "quarantined":  # the list as a whole still waits; they wait with it
        counts = Counter({"row.held": -len(rows), "row.quarantined": len(rows)})
        _recount(gate, connection, batch, counts)
    number = batches.one_more_chunk(connection, batch.no, gate.clock())
    tally = Counter({"row.held": -len(rows)})
    pieces = sealing.sealed(number, rows, tally)
    chunks.stage(connection, batch.no, StagedChunk(number, 0, pieces, tally, {}), SCANNED)
    if batch.state == "finished":
        batches.become(connection, batch.no, "storing", gate.clock())
        chunks.deferred(connection, STORE_TASK, batch.uid.hex(), 1)


def _held(connection: Connection, batch: Batch, column: str, kind: str) -> list[HeldRow]:
    return [
        row
        for row in chunks.held(connection, batch.no, limit=_MOST_ROWS)
        if any((each["column"], each["kind"]) == (column, kind) for each in row.reasons)
    ]


def _must_be_cured(gate: Gate, connection: Connection, batch: Batch) -> None:
    """Raise unless the source is lawful and approved now; what the content says two officers may overrule."""
    if batch.state != "quarantined":
        raise Conflict("list_taken_in", "This list is taken in already; only rows of it wait.")
    if batch.chunks == 0:
        raise Conflict("list_not_staged", "An earlier version put this list aside. Import its file again, then decide.")
    origin = origin_of(gate, connection, sources.name_of(connection, batch.source_no), silenced=True)
    judged = judge(origin, chunks.countries(connection, batch.no))
    if judged.verdict is not Verdict.ACCEPT:
        raise Conflict("not_cured", "What its source lacks is not on file yet. The desk says what would cure it.")
    must_be_approved(origin.source, judged.verdict)


def _payload(batch: Batch, why: str, more: Mapping[str, Json]) -> dict[str, Json]:
    reason = " ".join(why.split())
    if not 10 <= len(reason) <= 500 or "@" in reason:  # noqa: PLR2004  a sentence, and nobody's address
        raise Invalid("why_missing", "Say why in 10 to 500 characters, without anybody's address.")
    return {"batch": batch.uid.hex(), "digest": batch.digest.hex(), "why": reason, **more}


def _recount(gate: Gate, connection: Connection, batch: Batch, change: Mapping[str, int]) -> None:
    counts = Counter(batch.counts)
    counts.update(change)
    batches.recount(connection, batch.no, counts, gate.clock())


def _columns(batch: Batch) -> list[str]:
    mapping = kept_mapping(batch.mapping)
    return [each.column for each in mapping.proposals if each.column not in mapping.undeclared]


def _enter(gate: Gate, connection: Connection, actor: str, kind: str, batch: Batch, more: Mapping[str, Any]) -> None:
    body: dict[str, Any] = {"batch": batch.uid.hex(), "digest": batch.digest.hex(), **more}
    gate.house.enter(connection, [Entry(kind, actor, body)])
