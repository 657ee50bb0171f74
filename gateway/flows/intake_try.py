"""Judges and counts what an import would do, and undoes every chunk of it. Must never keep anything."""

from collections import Counter
from dataclasses import replace
from secrets import token_bytes

from gateway.flows import intake_report
from gateway.flows.gate import Gate
from gateway.flows.intake_chunk import try_chunk
from gateway.flows.intake_keep import Run
from gateway.flows.intake_look import Looking
from gateway.flows.intake_origin import Origin, Reading, kept_mapping, must_be_approved
from gateway.flows.intake_rows import Rows
from gateway.flows.intake_settle import counts_of_whole, gathered, verdict_of
from gateway.flows.intake_stage import counts_of, rows_of
from gateway.flows.intake_work import prepare
from gateway.store import people
from gateway.store.batches import BatchRecord
from policies.terms import Verdict


def dry_run(gate: Gate, actor: str, origin: Origin, reading: Reading, record: BatchRecord) -> BatchRecord:
    """Say what would become of a list.

    Args:
        gate: the gateway.
        actor: who asks.
        origin: the list's source.
        reading: the list.
        record: what is said of it before a row is read.

    Returns:
        The record with verdict, reasons, counts and findings.
    """
    shared = origin.shared
    looking = Looking(
        reading.mapping, origin.bundle, shared.evidence, shared.defaults.country, gate.clock(), token_bytes(32), {}
    )
    kept = {each.column: str(each.field or "") for each in reading.mapping.proposals if each.column in looking.kept}
    reader = Rows(kept_mapping(kept), shared, origin.bundle, gate.lookup, gate.clock())
    run = Run(0, bytes(16), gate.clock(), actor, shared, origin.bundle.purposes)
    parts = []
    stored: Counter[str] = Counter()
    for chunk in reading.listed.chunks():
        if chunk.number == 0:
            looking.learn(looking.profile(rows_of(chunk)))
        looked = looking.look(rows_of(chunk), sampled=chunk.number == 0)
        counts = counts_of(chunk)
        counts.update(looked.counts)
        parts.append((counts, looked.summary))
        ready = prepare(reader, chunk.number, looked.rows, Counter(counts))
        with gate.house.unit() as connection:
            people.one_import_at_a_time(connection)
            stored.update(try_chunk(gate, connection, run, ready))
            connection.rollback()
    content = gathered(parts)
    judged = verdict_of(origin, content)
    must_be_approved(origin.source, judged.verdict)
    counted = stored if judged.verdict is Verdict.ACCEPT else counts_of_whole(judged.verdict, content.counts)
    reasons = intake_report.plain(judged.reasons)
    return replace(record, verdict=judged.verdict.value, reasons=reasons, counts=counted, columns=content.found)
