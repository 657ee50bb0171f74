"""Goes on with a list that is staged: any number of processes on any number of machines do this at once.

Steps, until nothing of the list is left to do:
    1 scan     the first chunk that nobody holds: every cell is looked at, what may not stay is taken out
    2 settle   once all are scanned: what becomes of the whole list
    3 store    the first chunk that nobody holds is read and normalised at once, and stored when its turn comes;
               whoever has to wait for that draws up what new people get
    4 finish   once all are stored
A chunk is held by a row lock, so that a process that dies lets go of it at that moment; whoever meets it next does it
again from what is staged, and what it had not committed never was. Chunks are stored in the order of the file, whoever
does it: two workers leave the same house as one. Must never do a chunk twice, nor go on with a paused list.
"""

import time
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import replace
from threading import Event
from typing import Any, Final

import structlog

from audit.leaf import Entry
from gateway.domain.errors import Conflict, NotFound, Ostiary, Unavailable
from gateway.flows import canaries
from gateway.flows.collecting import rare_collection
from gateway.flows.gate import Gate
from gateway.flows.intake_chunk import Prepared, prepared, store_chunk
from gateway.flows.intake_draft import drafts
from gateway.flows.intake_keep import Run
from gateway.flows.intake_look import Looked, Looking
from gateway.flows.intake_origin import Origin, kept_mapping, origin_of
from gateway.flows.intake_rows import Rows
from gateway.flows.intake_sealed import Row, Sealing
from gateway.flows.intake_settle import settle
from gateway.lists.headers import Field
from gateway.store import batches, chunks, sources
from gateway.store.batches import Batch
from gateway.store.chunks import SCANNED, STAGED, FindingRow, HeldRow, StagedChunk
from gateway.store.people_lookup import Connection
from policies.terms import Treatment

SCANNING: Final = "scanning"
STORING: Final = "storing"
_LOOK_AGAIN: Final = 0.02  # seconds between two looks whether others are done

_LOG = structlog.get_logger("lists")

Heard = Callable[[Batch], None]
"""Hears the batch as it stands, now and then."""


def work_on(
    gate: Gate, uid: bytes, heard: Heard | None = None, *, stay: bool = True, stop: Event | None = None
) -> Batch:
    """Go on with a list.

    Args:
        gate: the gateway.
        uid: of the batch.
        heard: hears how far it is.
        stay: wait for chunks that others hold, and take over those of whoever dies; otherwise come back when nothing
            is free.
        stop: once set, comes back after the chunk in hand.

    Returns:
        The batch as it stands then: ended, paused, or in the hands of others.

    Raises:
        NotFound: `import_unknown`. Unavailable: the database went away.
    """
    work: _Work | None = None
    while True:
        batch = _batch(gate, uid)
        if heard is not None:
            heard(batch)
        if batch.state not in {SCANNING, STORING} or batch.paused_at is not None or (stop and stop.is_set()):
            return batch
        work = work or _Work(gate, batch)
        with rare_collection():
            done = work.one(batch)
        if done:
            continue
        if not (settle(gate, uid) if batch.state == SCANNING else _finish(gate, uid)):
            if not stay:
                return batch
            time.sleep(_LOOK_AGAIN)


def work_forever(gate: Gate, stop: Event, every: float) -> None:
    """Go on with whatever list waits, until told to stop. A list that cannot be gone on with keeps no other waiting.

    Args:
        gate: the gateway.
        stop: ends it after the chunk in hand.
        every: seconds between two looks when nothing waits.
    """
    while not stop.wait(every):
        for uid in _waiting(gate):
            try:
                work_on(gate, uid, stay=False, stop=stop)
            except Ostiary as refusal:
                _LOG.warning("import_stuck", batch=uid.hex(), code=refusal.code)


def _waiting(gate: Gate) -> list[bytes]:
    try:
        return under_way(gate)
    except Unavailable:
        return []  # the database is away; the next look asks again


def under_way(gate: Gate) -> list[bytes]:
    """Give the uids of lists that somebody could go on with now, oldest first."""
    with gate.house.unit() as connection:
        return batches.under_way(connection)


class _Work:
    """One process's hold on one list."""

    def __init__(self, gate: Gate, batch: Batch) -> None:
        self._gate = gate
        self._sealing = Sealing(gate, batch)
        with gate.house.unit() as connection:
            self._origin = origin_of(gate, connection, sources.name_of(connection, batch.source_no), silenced=True)
        self._looking = looking_of(gate, self._origin, batch, self._sealing.mark("tells"))
        self._rows: Rows | None = None
        self._ready: dict[int, Prepared] = {}
        self._mostly_new = True  # as far as the chunk stored last tells

    def one(self, batch: Batch) -> bool:
        """Do one chunk; False if none is free."""
        try:
            return self.scan_one(batch) if batch.state == SCANNING else self.store_one(batch)
        except Conflict:  # the list was paused or ended while we prepared; the batch says which
            return True

    def scan_one(self, batch: Batch) -> bool:
        """Scan the first chunk that is free; False if none is."""
        with self._gate.house.unit() as connection:
            claimed = chunks.claim(connection, batch.no, STAGED)
            if claimed is None:
                return False
            rows = self._sealing.opened(claimed.number, claimed.sealed)
            looked = self._looking.look(rows, sampled=claimed.number == 0)
            looked.summary["canaries"] = self._canaries(connection, batch, self._looking.emails(rows))
            self._keep(connection, batch, claimed, looked)
        # True now: this chunk is treated and what came is gone. A crash before this line leaves it as it came.
        return True

    def store_one(self, batch: Batch) -> bool:
        """Store the first chunk that is free, in its turn; False if none is."""
        with self._gate.house.unit() as connection:
            claimed = chunks.claim(connection, batch.no, SCANNED)
            if claimed is None:
                return False
            ready = self._ready.pop(claimed.number, None) or self._prepare(batch, claimed)
            if self._mostly_new and not ready.drafts and batches.next_chunk(connection, batch.no) != claimed.number:
                ready = replace(ready, drafts=drafts(self._gate, self._origin.source.no, ready.claims))
            if not self._is_our_turn(connection, batch, claimed.number):
                connection.rollback()
                self._ready = {claimed.number: ready}
                return True
            tally = store_chunk(self._gate, connection, self._run(batch), ready)
            chunks.stored(connection, batch.no, claimed.number)
        self._mostly_new = 2 * tally["row.new"] >= len(ready.claims)
        # True now: the chunk is on file, counted and in the ledger. A crash before this line left nothing of it.
        return True

    def _canaries(self, connection: Connection, batch: Batch, addresses: list[str]) -> list[dict[str, str]]:
        """Say which canaries of this house stand in the chunk, where it has planted any."""
        if not addresses or not canaries.is_any(connection):
            return []
        gate, source = self._gate, self._origin.source
        found = canaries.met(connection, canaries.hashes_of(gate, addresses))
        tells = canaries.note(gate, connection, batch.actor, found, batch.uid, source.no, self._origin.collector)
        return [{"code": tell.code, "rule": tell.rule, "cite": tell.cite, "words": tell.words} for tell in tells]

    def _keep(self, connection: Connection, batch: Batch, claimed: StagedChunk, looked: Looked) -> None:
        counts = Counter(claimed.counts)
        counts.update(looked.counts)
        pieces = self._sealing.sealed(claimed.number, looked.rows, counts)
        done = StagedChunk(claimed.number, claimed.rows, pieces, counts, looked.summary)
        chunks.scanned(connection, batch.no, done)
        chunks.hold(connection, batch.no, [
            HeldRow(row[0], "held", reasons, self._sealing.sealed_row(row)) for row, reasons in looked.held
        ])  # fmt: skip
        chunks.found(connection, batch.no, [
            FindingRow(
                each.row_no, each.finding.column, each.finding.kind.value, each.finding.score, each.finding.start,
                each.finding.end, self._sealing.mark(each.value), each.treated.treatment.value, each.treated.rule,
            )
            for each in looked.placed
        ])  # fmt: skip

    def _prepare(self, batch: Batch, claimed: StagedChunk) -> Prepared:
        rows = self._sealing.opened(claimed.number, claimed.sealed)
        tally = Counter(claimed.counts)
        return prepare(self._reader(batch), claimed.number, rows, tally)

    def _reader(self, batch: Batch) -> Rows:
        if self._rows is None:
            self._rows = rows_reader(self._gate, self._origin, batch)
        return self._rows

    def _is_our_turn(self, connection: Connection, batch: Batch, chunk: int) -> bool:
        """Wait until the chunks before are stored; False if the next one is held by nobody: then it is ours first."""
        while (due := batches.next_chunk(connection, batch.no)) != chunk:
            if due is None or chunks.is_free(connection, batch.no, due):
                return False
            chunks.wait(connection, batch.no, due)
        return True

    def _run(self, batch: Batch) -> Run:
        shared = self._origin.shared
        return Run(batch.no, batch.uid, batch.created_at, batch.actor, shared, self._origin.bundle.purposes)


def looking_of(gate: Gate, origin: Origin, batch: Batch, salt: bytes) -> Looking:
    """Give what looks at the chunks of a batch."""
    mapping = kept_mapping(batch.mapping)
    evidence, country = origin.source.evidence, origin.shared.defaults.country
    return Looking(mapping, origin.bundle, evidence, country, gate.clock(), salt, batch.profile)


def rows_reader(gate: Gate, origin: Origin, batch: Batch) -> Rows:
    """Give what reads the staged rows of a batch: declared columns, those dropped for the whole list as ignored."""
    dropped = {each["column"] for each in batch.treated if each["treatment"] == Treatment.DROP_COLUMN}
    whole = kept_mapping(batch.mapping)
    fields = {
        each.column: Field.IGNORE.value if each.column in dropped else str(each.field or "")
        for each in whole.proposals
        if each.column not in whole.undeclared
    }
    return Rows(kept_mapping(fields), origin.shared, origin.bundle, gate.lookup, gate.clock())


def prepare(reader: Rows, number: int, rows: Sequence[Row], tally: Counter[str]) -> Prepared:
    """Read and normalise the rows of a chunk."""
    claims = reader.claims([no for no, _ in rows], [cells for _, cells in rows], tally)
    return prepared(number, claims, tally)


def _batch(gate: Gate, uid: bytes) -> Batch:
    with gate.house.unit() as connection:
        batch = batches.by_uid(connection, uid)
    if batch is None:
        raise NotFound("import_unknown", "No import has that number. `ostiary imports` lists them.")
    return batch


def _finish(gate: Gate, uid: bytes) -> bool:
    """End a list whose chunks are all stored; False if some are not."""
    with gate.house.unit() as connection:
        batch = batches.locked(connection, uid)
        if batch is None or batch.state != STORING or batch.next_chunk < batch.chunks:
            return batch is None or batch.state != STORING
        batches.become(connection, batch.no, "finished", gate.clock())
        if not batch.counts.get("row.held"):
            batches.forget_key(connection, batch.no)
        body: dict[str, Any] = {
            "batch": uid.hex(), "digest": batch.digest.hex(), "verdict": batch.verdict, "chunks": batch.next_chunk,
            "counts": dict(sorted(batch.counts.items())),
        }  # fmt: skip
        gate.house.enter(connection, [Entry("import.finished", batch.actor, body)])
    # True now: the import is finished and in the ledger; held rows wait for an officer. A crash before this line is
    # mended by whoever looks at the list next.
    return True
