"""Take in one list from one registered source.

Must never widen a permission, keep anything of a refused list but its digest, take in a column that nobody declared, or
store half a chunk. A file is read to its end before the first row is stored, so a broken one changes nothing.

Steps, in order:
    1 source      name                -> Origin      (registered before; revoked and suspended ones are turned away)
    2 receive     Origin, path        -> digest      (the same file from the same source again: the same report)
    3 judge       Origin              -> verdict     (before a row is read: kind and evidence, with citations)
    4 read, map   path, overrides     -> Reading     (format, encoding, separator, what each column means)
    5 stage       Reading             -> Batch       (`intake_stage`: sealed; nobody needs the file after)
    6 work        Batch               -> Batch       (`intake_work`: scan, settle, store, finish; workers do it too)
    7 report      Batch               -> Report
Called again after a crash, it goes on with what is not done.
"""

import time
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from audit.leaf import Entry
from gateway.domain.errors import Refused
from gateway.flows import intake_report
from gateway.flows.gate import Gate
from gateway.flows.intake_control import progress as progress_now
from gateway.flows.intake_look import Looking
from gateway.flows.intake_origin import Judgement, Reading, judge, must_be_approved, origin_of, reading_of
from gateway.flows.intake_report import Report
from gateway.flows.intake_stage import stage
from gateway.flows.intake_try import dry_run as tried
from gateway.flows.intake_work import SCANNING, STORING, work_on
from gateway.flows.templates import open_as_before, overrides_of
from gateway.lists.errors import ListRefused
from gateway.lists.reader import ListFile, digest, open_list
from gateway.store import batches, chunks, sources
from gateway.store.batches import Batch, BatchRecord
from policies.terms import Verdict

__all__ = ["Progress", "Report", "Wish", "bring", "receive", "receive_as", "resume"]

Progress = Callable[[int, int], None]
"""Hears how many of how many bytes of work are done; every byte is staged, scanned and stored."""

_PASSES = 3
_BEGUN_ANEW = ("cancelled", "purged")
_SAID = ("encoding", "delimiter", "sheet")


@dataclass(frozen=True, slots=True)
class Wish:
    """What the sender says of a file; "" or empty finds it out.

    Attributes:
        overrides: column title to field name, where the proposal is wrong.
        encoding, delimiter, sheet: how it is written.
        calendar: in which its dates are written: `gregorian`, `persian`, `roc`; "" is that of the source.
        translate: gives the same list with columns at its end, where another system's words have to be read as ours.
    """

    overrides: Mapping[str, str]
    encoding: str = ""
    delimiter: str = ""
    sheet: str = ""
    translate: Callable[[ListFile], ListFile] | None = None
    calendar: str = ""


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
    sheet: str | None = None,
) -> Report:
    """Import a list to its end.

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
        sheet: which one of a workbook.

    Returns:
        The report. A verdict of `quarantine` or `refuse` is a report too; so is a list that somebody paused.

    Raises:
        NotFound: `source_unknown`. Refused: `source_not_approved`.
        ListRefused, EncodingUnsure, MappingRefused: the file or its mapping; nothing was kept.
        Conflict: `file_changed`, `import_running`.
        Unavailable: the database went away; import the same file again to go on.
    """
    wish = Wish(overrides or {}, encoding or "", delimiter or "", sheet or "")
    return receive_as(gate, actor, source_name, path, wish, progress, dry_run=dry_run)


def receive_as(
    gate: Gate,
    actor: str,
    source_name: str,
    path: Path,
    wish: Wish,
    progress: Progress | None = None,
    *,
    dry_run: bool = False,
) -> Report:
    """Import a list to its end; see `receive`."""
    began = time.monotonic()
    work = _Work(gate, actor, source_name, path, wish, progress)
    if dry_run:
        return replace(work.try_out(), seconds=time.monotonic() - began)
    begun = work.begin()
    done = work_on(gate, begun.uid, work.hear) if begun.state in {SCANNING, STORING} else begun  # 6
    return intake_report.of_batch(done, source_name, time.monotonic() - began, repeated=work.repeated)  # 7


def bring(gate: Gate, actor: str, source_name: str, path: Path, wish: Wish, progress: Progress | None = None) -> Report:
    """Stage a list and leave the work to the workers; the report says how far it is. Arguments as `receive`."""
    work = _Work(gate, actor, source_name, path, wish, progress)
    return intake_report.of_batch(work.begin(), source_name, 0.0, repeated=work.repeated)


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
    """One call's import until its rows are staged."""

    def __init__(
        self, gate: Gate, actor: str, source_name: str, path: Path, wish: Wish, progress: Progress | None
    ) -> None:
        self._gate = gate
        self._actor = actor
        self._path = path
        self._wish = wish
        self._progress = progress
        self.repeated = False
        with gate.house.unit() as connection:
            self._origin = origin_of(gate, connection, source_name)  # 1
            self._received = _digest(path)  # 2
            self._known = batches.known(connection, self._origin.source.no, bytes.fromhex(self._received))

    def begin(self) -> Batch:
        """Take the list as far as staged, refused, or as far as it was."""
        known = self._known
        if known is not None and _begins_anew(known):
            known = self._anew(known)
        if known is not None and known.state != "staging":
            self.repeated = known.state not in {SCANNING, STORING}
            return known
        judged = judge(self._origin, {self._origin.shared.defaults.country})  # 3
        if judged.verdict is Verdict.REFUSE:
            return self._refuse(judged)
        reading = self._reading(known)  # 4
        must_be_approved(self._origin.source, judged.verdict)
        return self._staged(reading, judged, known)  # 5

    def try_out(self) -> Report:
        """Judge and count, keep nothing."""
        judged = judge(self._origin, {self._origin.shared.defaults.country})  # 3
        record = self._record("dry_run", judged, None)
        if judged.verdict is not Verdict.REFUSE:
            reading = self._reading(None)  # 4
            record = self._record("dry_run", judged, reading)
            record = tried(self._gate, self._actor, self._origin, reading, record)
        return intake_report.of_batch(_unkept(self._gate, record), self._origin.source.name, 0.0)

    def hear(self, batch: Batch) -> None:
        """Tell how far the work on a staged list is."""
        if self._progress is None or not batch.rows:
            return
        with self._gate.house.unit() as connection:
            now = progress_now(connection, batch)
        size = self._path.stat().st_size
        before = {SCANNING: 1, STORING: 2}.get(now.phase, _PASSES)
        part = now.rows_done / now.rows_total if now.under_way else 0
        self._progress(int(size * (before + part)), size * _PASSES)

    def _reading(self, known: Batch | None) -> Reading:
        """Settle how the file is read: as when it was begun, or as the sender and the source's templates say."""
        wish, defaults = self._wish, self._origin.shared.defaults
        if known is not None:
            told = known.reading
            listed = open_list(self._path, *(str(told.get(name, "")) or None for name in _SAID))
            overrides = overrides_of(known.mapping)
            return reading_of(listed, overrides, str(told.get("calendar", "")), defaults, wish.translate)
        calendar, name = wish.calendar or defaults.calendar, self._origin.source.name
        listed, template = open_as_before(self._gate, name, self._path, wish.encoding, wish.delimiter, wish.sheet)
        as_before = overrides_of(template.fields) if template else {}
        return reading_of(listed, {**as_before, **wish.overrides}, calendar, defaults, wish.translate)

    def _refuse(self, judged: Judgement) -> Batch:
        """Keep the manifest digest of a refused list, and nothing else of it."""
        with self._gate.house.unit() as connection:
            record = self._record("refused", judged, None)
            batch = batches.begin(connection, batches.new_uid(), record, None, self._gate.clock())
            body = {
                "batch": batch.uid.hex(), "source": self._origin.uid.hex(), "digest": batch.digest.hex(),
                "verdict": batch.verdict, "reasons": [each.code for each in judged.reasons],
            }  # fmt: skip
            self._gate.house.enter(connection, [Entry("import.refused", self._actor, body)])
        # True now: the refusal is on file and in the ledger; of the list nothing is.
        return batch

    def _staged(self, reading: Reading, judged: Judgement, known: Batch | None) -> Batch:
        gate = self._gate
        with gate.house.alone(bytes.fromhex(self._received)) as ours:
            if not ours:
                raise batches.running()
            batch = known or self._begun(reading, judged)
            shared = self._origin.shared
            looking = Looking(
                reading.mapping, self._origin.bundle, shared.evidence, shared.defaults.country, gate.clock(), b"", {}
            )
            stage(gate, batch, reading.listed, looking, self._received, self._read_to)
        # True now: every row that can be used is staged; the file is not needed any more.
        with gate.house.unit() as connection:
            return batches.by_uid(connection, batch.uid) or batch

    def _begun(self, reading: Reading, judged: Judgement) -> Batch:
        uid = batches.new_uid()
        wrapped = self._gate.keyring.new_data_keys([uid])[0].wrapped
        with self._gate.house.unit() as connection:
            return batches.begin(connection, uid, self._record("staging", judged, reading), wrapped, self._gate.clock())
        # True then: the batch exists with no row. A crash from here on is mended by importing the file again; of a file
        # that breaks, and of a batch that nobody comes back to, nothing is left.

    def _anew(self, known: Batch) -> Batch:
        """Let a list that was cancelled or ran out be brought again; whom it stored before are people on file now."""
        wrapped = self._gate.keyring.new_data_keys([known.uid])[0].wrapped
        with self._gate.house.unit() as connection:
            chunks.forget(connection, known.no)
            return batches.begin_anew(connection, known.no, wrapped, self._actor, self._gate.clock())
        # True then: the batch stands as at its beginning. A crash from here on is mended by importing the file again.

    def _record(self, state: str, judged: Judgement, reading: Reading | None) -> BatchRecord:
        return BatchRecord(
            source_no=self._origin.source.no,
            digest=bytes.fromhex(self._received),
            state=state,
            verdict=judged.verdict.value,
            mapping=_told_mapping(reading),
            reading=_told_reading(reading),
            reasons=intake_report.plain(judged.reasons),
            counts=Counter(),
            columns={},
            cure_until=None,
            actor=self._actor,
        )

    def _read_to(self, done: int) -> None:
        if self._progress is not None:
            self._progress(done, _PASSES * self._path.stat().st_size)


def _begins_anew(known: Batch) -> bool:
    """Whether a list that ended may come again: cancelled, run out, or quarantined before lists were staged."""
    return known.state in _BEGUN_ANEW or (known.state == "quarantined" and known.chunks == 0)


def _unkept(gate: Gate, record: BatchRecord) -> Batch:
    return Batch(
        no=0, uid=b"", source_no=record.source_no, digest=record.digest, state="dry_run", verdict=record.verdict,
        mapping=record.mapping, reading=record.reading, reasons=record.reasons, counts=record.counts,
        columns=record.columns, next_chunk=0, wrapped=None, cure_until=record.cure_until, created_at=gate.clock(),
    )  # fmt: skip


def _told_mapping(reading: Reading | None) -> dict[str, str]:
    if reading is None:
        return {}
    return {each.column: str(each.field or "") for each in reading.mapping.proposals}


def _told_reading(reading: Reading | None) -> dict[str, Any]:
    if reading is None:
        return {}
    listed = reading.listed
    return {
        "format": listed.format.value, "encoding": listed.encoding.name, "delimiter": listed.delimiter,
        "sheet": listed.sheet, **({"calendar": reading.calendar} if reading.calendar != "gregorian" else {}),
    }  # fmt: skip
