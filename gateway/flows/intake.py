"""Take in one list from one registered source.

Must never widen a permission, keep anything of a refused list but its digest, take in a column that nobody declared, or
store half a chunk. A file is read to its end before the first row is stored, so a broken one changes nothing.

Steps, in order:
    1 source      name                -> Origin      (registered before; revoked and suspended ones are turned away)
    2 receive     Origin, path        -> digest      (the same file from the same source again: the same report)
    3 judge       Origin              -> verdict     (before a row is read: kind and evidence, with citations)
    4 read, map   path, overrides     -> Reading     (encoding, separator, what each column means)
    5 survey      Reading             -> Survey      (to the end of the file: undeclared columns, leak tells, countries)
    6 content     Survey              -> verdict     (a leak is refused; where its people live may quarantine it)
    7 begin       verdict             -> Batch       (a refused one ends here)
    8 chunks      Batch               -> counts      (normalise, suppress, match, seal, store; one transaction each)
    9 finish      Batch               -> Report
Called again after a crash, it goes on with the first chunk that is not stored.
"""

import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

from audit.leaf import Entry
from gateway.domain.errors import Refused
from gateway.flows import intake_report
from gateway.flows.gate import Gate
from gateway.flows.intake_keep import Run
from gateway.flows.intake_origin import Judgement, Origin, Reading, judge, must_be_approved, origin_of, reading_of
from gateway.flows.intake_pipeline import store_all
from gateway.flows.intake_quarantine import keep_chunk
from gateway.flows.intake_report import Report
from gateway.flows.intake_rows import Rows
from gateway.flows.intake_survey import LEAK, file_changed, survey
from gateway.lists import headers
from gateway.lists.errors import ListRefused
from gateway.lists.reader import Chunk, digest
from gateway.store import batches, sources
from gateway.store.batches import Batch, BatchRecord
from gateway.store.people_lookup import Connection
from policies.terms import Verdict

__all__ = ["Progress", "Report", "receive", "resume"]

Progress = Callable[[int, int], None]
"""Hears how many of how many bytes of work are done; a file is read twice."""


def receive(
    gate: Gate,
    actor: str,
    source_name: str,
    path: Path,
    overrides: Mapping[str, str] | None = None,
    encoding: str | None = None,
    delimiter: str | None = None,
    progress: Progress | None = None,
    dry_run: bool = False,
) -> Report:
    """Import a list.

    Args:
        gate: the gateway.
        actor: who imports, as the ledger shall name him.
        source_name: a registered source.
        path: the file.
        overrides: column title to field name, where the proposal is wrong.
        encoding: what the sender says; None to find out.
        delimiter: what the sender says; None to find out.
        progress: hears bytes done and bytes to do.
        dry_run: judge and count, keep nothing. Rows that repeat across chunks of 5,000 are then counted as new.

    Returns:
        The report. A verdict of `quarantine` or `refuse` is a report too.

    Raises:
        NotFound: `source_unknown`. Refused: `source_not_approved`.
        ListRefused, EncodingUnsure, MappingRefused: the file or its mapping; nothing was kept.
        Conflict: `file_changed`, `import_running`.
        Unavailable: the database went away; import the same file again to go on.
    """
    began = time.monotonic()
    with gate.house.unit() as connection:
        origin = origin_of(gate, connection, source_name)  # 1
        received = _digest(path)  # 2
        known = batches.known(connection, origin.source.no, bytes.fromhex(received))
    work = _Work(gate, actor, origin, path, received, progress, began)
    if known is not None and not dry_run:
        return work.go_on(known)
    judged = judge(origin, {origin.shared.defaults.country})  # 3
    if judged.verdict is Verdict.REFUSE:
        return work.refuse(judged, None, Counter(), {}, dry_run=dry_run)
    reading = reading_of(path, overrides or {}, encoding, delimiter)  # 4
    return work.take(reading, dry_run=dry_run)


def resume(gate: Gate, actor: str, batch_uid: str, path: Path, progress: Progress | None = None) -> Report:
    """Go on with an interrupted import: the same as importing the same file again.

    Args:
        gate: the gateway.
        actor: who goes on.
        batch_uid: 32 hexadecimal digits, as the report gave it.
        path: the same file.
        progress: hears bytes done and bytes to do.

    Raises:
        Refused: `batch_unknown`, also when the file is another one. Otherwise as `receive`.
    """
    with gate.house.unit() as connection:
        batch = batches.by_uid(connection, _uid(batch_uid))
        if batch is None or batch.digest.hex() != _digest(path):
            raise Refused(
                "batch_unknown", "No import of that number began with this file. Give the file it began with."
            )
        name = sources.name_of(connection, batch.source_no)
    return receive(gate, actor, name, path, progress=progress)


def _digest(path: Path) -> str:
    if not path.is_file():
        raise ListRefused("file_missing", "There is no such file, or it cannot be read as one.")
    return digest(path)


def _uid(text: str) -> bytes:
    try:
        return bytes.fromhex(text)
    except ValueError:
        return b""


class _Work:
    """One call's import from the survey to the report."""

    def __init__(
        self,
        gate: Gate,
        actor: str,
        origin: Origin,
        path: Path,
        received: str,
        progress: Progress | None,
        began: float,
    ) -> None:
        self._gate = gate
        self._actor = actor
        self._origin = origin
        self._path = path
        self._received = received
        self._progress = progress
        self._began = began

    def take(self, reading: Reading, *, dry_run: bool) -> Report:
        """Survey, judge, begin, store, finish."""
        found = survey(  # 5
            reading.listed, reading.mapping, self._origin.shared.defaults.country, self._received, self._reader(0)
        )
        judged = judge(self._origin, found.countries)  # 6
        if found.leaked:
            judged = Judgement(Verdict.REFUSE, (*judged.reasons, LEAK), 0)
        if judged.verdict is Verdict.REFUSE:
            counts = Counter({"row.read": found.rows, "row.refused.list_refused": found.rows})
            return self.refuse(judged, reading, counts, found.found, dry_run=dry_run)
        must_be_approved(self._origin.source, judged.verdict)
        if dry_run:
            return self._try(reading, judged, found.found)
        return self._store(self._begin(reading, judged, found.found), reading)  # 7

    def go_on(self, batch: Batch) -> Report:
        """Give the report of a batch that is done, or store what is missing of it."""
        if batch.state != "open":
            return self._report(batch, repeated=True)
        must_be_approved(self._origin.source, Verdict(batch.verdict))
        told = batch.reading
        reading = reading_of(self._path, _overrides(batch.mapping), str(told["encoding"]), str(told["delimiter"]))
        return self._store(batch, reading)

    def refuse(
        self,
        judged: Judgement,
        reading: Reading | None,
        counts: Counter[str],
        found: Mapping[str, Mapping[str, int]],
        *,
        dry_run: bool,
    ) -> Report:
        """Keep the manifest digest of a refused list, and nothing else of it."""
        record = self._record("refused", judged, reading, counts, found)
        if dry_run:
            return self._unkept(record)
        with self._gate.house.unit() as connection:
            batch = batches.begin(connection, batches.new_uid(), record, None, self._gate.clock())
            self._enter(connection, "import.refused", batch, {"reasons": [each.code for each in judged.reasons]})
        # True now: the refusal is on file and in the ledger; of the list nothing is.
        return self._report(batch)

    def _begin(self, reading: Reading, judged: Judgement, found: Mapping[str, Mapping[str, int]]) -> Batch:
        record = self._record("open", judged, reading, Counter(), found)
        uid, kept_apart = batches.new_uid(), judged.verdict is Verdict.QUARANTINE
        wrapped = self._gate.keyring.new_data_keys([uid])[0].wrapped if kept_apart else None
        with self._gate.house.unit() as connection:
            batch = batches.begin(connection, uid, record, wrapped, self._gate.clock())
            self._enter(connection, "import.begun", batch, {"found": {"columns": len(found)}})
        # True now: the batch exists with no chunk stored. A crash from here on is mended by importing the file again.
        return batch

    def _store(self, batch: Batch, reading: Reading) -> Report:  # 8
        if batch.verdict == Verdict.QUARANTINE:
            for chunk in self._due(batch, reading):
                keep_chunk(self._gate, batch, reading.mapping, chunk, self._actor)
        else:
            store_all(self._gate, self._run(batch), self._rows(reading), self._due(batch, reading))
        return self._finish(batch)

    def _due(self, batch: Batch, reading: Reading) -> Iterator[Chunk]:
        """Give the chunks that are not yet stored, the last one only if the file is still the one received."""
        read_to = self._reader(reading.listed.size)
        for chunk in reading.listed.chunks(batch.next_chunk):
            if chunk.digest is not None and chunk.digest != self._received:
                raise file_changed()
            if chunk.number >= batch.next_chunk:
                yield chunk
            read_to(chunk.byte_offset_after)

    def _finish(self, batch: Batch) -> Report:  # 9
        kind = "import.quarantined" if batch.verdict == Verdict.QUARANTINE else "import.finished"
        with self._gate.house.unit() as connection:
            batches.finish(connection, batch.no, self._gate.clock())
            done = batches.known(connection, batch.source_no, batch.digest) or batch
            self._enter(
                connection, kind, done, {"chunks": done.next_chunk, "counts": dict(sorted(done.counts.items()))}
            )
        # True now: the import is finished and in the ledger. A crash before this line is mended by importing again.
        return self._report(done)

    def _try(self, reading: Reading, judged: Judgement, found: Mapping[str, Mapping[str, int]]) -> Report:
        """Count what an import would do, undoing every chunk."""
        record = self._record("dry_run", judged, reading, Counter(), found)
        if judged.verdict is Verdict.QUARANTINE:
            rows = Counter[str]()
            for chunk in reading.listed.chunks():
                rows.update({"row.read": len(chunk.rows) + len(chunk.rejected), "row.quarantined": len(chunk.rows)})
                rows.update(f"row.refused.{each.reason}" for each in chunk.rejected)
            return self._unkept(replace(record, counts=rows))
        now = self._gate.clock()
        run = Run(0, bytes(16), now, self._actor, self._origin.shared, self._origin.bundle.purposes, dry=True)
        total = store_all(self._gate, run, self._rows(reading), reading.listed.chunks())
        return self._unkept(replace(record, counts=total))

    def _rows(self, reading: Reading) -> Rows:
        origin = self._origin
        return Rows(reading.mapping, origin.shared, origin.bundle, self._gate.lookup, self._gate.clock())

    def _run(self, batch: Batch) -> Run:
        origin = self._origin
        return Run(batch.no, batch.uid, batch.created_at, self._actor, origin.shared, origin.bundle.purposes)

    def _record(
        self,
        state: str,
        judged: Judgement,
        reading: Reading | None,
        counts: Mapping[str, int],
        found: Mapping[str, Mapping[str, int]],
    ) -> BatchRecord:
        cure = self._gate.clock() + timedelta(days=judged.cure_days) if judged.verdict is Verdict.QUARANTINE else None
        return BatchRecord(
            source_no=self._origin.source.no,
            digest=bytes.fromhex(self._received),
            state=state,
            verdict=judged.verdict.value,
            mapping=_told_mapping(reading),
            reading=_told_reading(reading),
            reasons=intake_report.plain(judged.reasons),
            counts=counts,
            columns=found,
            cure_until=cure,
        )

    def _enter(self, connection: Connection, kind: str, batch: Batch, detail: Mapping[str, Any]) -> None:
        body = {"batch": batch.uid.hex(), "source": self._origin.uid.hex(), "digest": batch.digest.hex(),
                "verdict": batch.verdict, **detail}  # fmt: skip
        self._gate.house.enter(connection, [Entry(kind, self._actor, body)])

    def _report(self, batch: Batch, *, repeated: bool = False) -> Report:
        seconds = time.monotonic() - self._began
        return intake_report.of_batch(batch, self._origin.source.name, seconds, repeated=repeated)

    def _unkept(self, record: BatchRecord) -> Report:
        batch = Batch(
            no=0, uid=b"", source_no=record.source_no, digest=record.digest, state="dry_run", verdict=record.verdict,
            mapping=record.mapping, reading=record.reading, reasons=record.reasons, counts=record.counts,
            columns=record.columns, next_chunk=0, wrapped=None, cure_until=record.cure_until,
            created_at=self._gate.clock(),
        )  # fmt: skip
        return self._report(batch)

    def _reader(self, done_before: int) -> Callable[[int], None]:
        size, progress = self._path.stat().st_size, self._progress
        if progress is None:
            return lambda _: None
        return lambda done: progress(done_before + done, 2 * size)


def _told_mapping(reading: Reading | None) -> dict[str, str]:
    if reading is None:
        return {}
    return {each.column: str(each.field or "") for each in reading.mapping.proposals}


def _told_reading(reading: Reading | None) -> dict[str, Any]:
    if reading is None:
        return {}
    return {"encoding": reading.listed.encoding.name, "delimiter": reading.listed.delimiter}


def _overrides(mapping: Mapping[str, str]) -> dict[str, str]:
    """Turn a kept mapping into the sender's word; a column that nobody declared stays so."""
    return {column: field or headers.Field.IGNORE.value for column, field in mapping.items()}
