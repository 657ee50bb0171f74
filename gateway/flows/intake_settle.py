"""Once every cell of a list is scanned: what becomes of the whole list.

Steps, in one transaction under the batch's lock:
    1 gather   counts, findings, countries and tells of all chunks
    2 judge    the source for the countries of its people; what the content says on top, the strictest wins
    3 settle   accept: its chunks are stored next; quarantine: sealed rows wait for an officer; refuse: nothing is kept
Must never be milder than the source's verdict, and never judge a list that is scanned in part.
"""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Final

from audit.leaf import Entry
from gateway.domain.leaks import Tells
from gateway.flows import intake_report
from gateway.flows.gate import Gate
from gateway.flows.intake_origin import Judgement, Origin, judge, origin_of
from gateway.flows.intake_report import Reason
from gateway.flows.intake_stage import STORE_TASK
from gateway.scan.tells import CREDENTIALS_BESIDE_IDENTIFIERS
from gateway.store import batches, chunks, sources
from gateway.store.batches import Batch, BatchRecord
from gateway.store.chunks import STAGED
from gateway.store.people_lookup import Connection
from policies.terms import SourceStatus, Treatment, Verdict

_ORDER: Final = (Verdict.ACCEPT, Verdict.QUARANTINE, Verdict.REFUSE)
_STATES: Final = {Verdict.ACCEPT: "storing", Verdict.QUARANTINE: "quarantined", Verdict.REFUSE: "refused"}

LEAK: Final = Reason(
    "leak_tell_credentials",
    "SRC-LEAKED",
    "Criminal Law (CN) Art. 253-1; PIPA (KR) Art. 70-71; GDPR Art. 5(1)(a)",
    "Stored passwords stand beside people's identifiers: this is how leaked lists look. Nothing of it is kept.",
)


@dataclass(frozen=True, slots=True)
class Content:
    """What the scan says of a whole list.

    Attributes:
        counts: of rows and values so far.
        found: personal data where nobody declared it: counts by column and kind.
        treated: what became of it: column, kind, treatment, rule, cite, words, rows.
        countries: where its people live; "" is unknown.
        leaked: whether credentials stand beside identifiers.
        tells: signs of a leak, merged over all chunks.
        canaries: the house's own canaries that stand in it, as reasons.
    """

    counts: Counter[str]
    found: dict[str, dict[str, int]]
    treated: list[dict[str, Any]]
    countries: frozenset[str]
    leaked: bool
    tells: Tells
    canaries: tuple[Reason, ...]


def settle(gate: Gate, uid: bytes) -> bool:
    """Settle what becomes of a list; False while chunks of it are not scanned yet."""
    with gate.house.unit() as connection:
        batch = batches.locked(connection, uid)
        if batch is None or batch.state != "scanning":
            return True
        if chunks.waiting(connection, batch.no, STAGED):
            return False
        content = gathered(chunks.summaries(connection, batch.no))  # 1
        origin = origin_of(gate, connection, sources.name_of(connection, batch.source_no), silenced=True)
        judged = verdict_of(origin, content)  # 2
        _settle(gate, connection, batch, judged, content)  # 3
        body: dict[str, Any] = {
            "batch": uid.hex(), "digest": batch.digest.hex(), "verdict": judged.verdict.value,
            "reasons": [each.code for each in judged.reasons],
            "treated": [
                {"kind": each["kind"], "treatment": each["treatment"], "rule": each["rule"], "rows": each["rows"]}
                for each in content.treated
            ],
        }  # fmt: skip
        gate.house.enter(connection, [Entry(f"import.{_said(judged.verdict)}", batch.actor, body)])
    # True now: the verdict is on file and in the ledger, with the state that follows from it. A crash before this line
    # left all chunks scanned, and whoever looks next settles it from the same facts.
    return True


def gathered(parts: Iterable[tuple[Mapping[str, int], Mapping[str, Any]]]) -> Content:
    """Put together what the chunks say, in their order."""
    counts: Counter[str] = Counter()
    found: dict[str, Counter[str]] = {}
    treated: dict[tuple[str, ...], dict[str, Any]] = {}
    countries: set[str] = set()
    tells, leaked, met = Tells(), False, dict[str, Reason]()
    for count, said in parts:
        counts.update(count)
        if not said:
            continue
        for title, kinds in said["found"].items():
            found.setdefault(title, Counter()).update(kinds)
        for each in said["treated"]:
            known = treated.setdefault((each["column"], each["kind"], each["rule"]), {**each, "rows": 0})
            known["rows"] += each["rows"]
        countries.update(said["countries"])
        tells.merge(said["tells"])
        leaked = leaked or said["leaked"]
        met |= {str(each): Reason(**each) for each in said.get("canaries", ())}
    plain = {title: dict(kinds) for title, kinds in sorted(found.items())}
    return Content(counts, plain, list(treated.values()), frozenset(countries), leaked, tells, tuple(met.values()))


def verdict_of(origin: Origin, content: Content) -> Judgement:
    """Judge a list by its source, the countries of its people and what the scan says; the strictest wins."""
    judged = judge(origin, content.countries)
    verdict, reasons = judged.verdict, list(judged.reasons)
    for said, reason in _of_content(origin, content):
        if _ORDER.index(said) > _ORDER.index(verdict):
            verdict = said
        reasons.append(reason)
    return Judgement(verdict, tuple(reasons), judged.cure_days)


def _of_content(origin: Origin, content: Content) -> list[tuple[Verdict, Reason]]:
    found: list[tuple[Verdict, Reason]] = []
    found += [
        (tell.severity, Reason(tell.code, tell.rule, tell.cite, tell.words))
        for tell in content.tells.verdict()
        if not (content.leaked and tell.code == CREDENTIALS_BESIDE_IDENTIFIERS)
    ]
    found += [(Verdict.QUARANTINE, reason) for reason in content.canaries]
    for each in content.treated:
        said = _WHOLE.get(Treatment(each["treatment"]))
        if said is not None:
            code = f"{each['treatment']}_{each['kind']}"
            found.append((said, Reason(code, each["rule"], each["cite"], each["words"])))
    if origin.source.status in {SourceStatus.SUSPENDED, SourceStatus.REVOKED}:
        words = f"The source became {origin.source.status} while the list was on its way."
        found.append((Verdict.QUARANTINE, Reason("source_not_approved", "SRC", "GDPR Art. 5(2)", words)))
    if content.leaked:
        found.append((Verdict.REFUSE, LEAK))
    return found


_WHOLE: Final = {Treatment.HOLD_BATCH: Verdict.QUARANTINE, Treatment.REFUSE: Verdict.REFUSE}


def _settle(gate: Gate, connection: Connection, batch: Batch, judged: Judgement, content: Content) -> None:
    now = gate.clock()
    held = judged.verdict is Verdict.QUARANTINE
    cure = now + timedelta(days=judged.cure_days) if held or content.counts["row.held"] else None
    record = BatchRecord(
        source_no=batch.source_no, digest=batch.digest, state=_STATES[judged.verdict], verdict=judged.verdict.value,
        mapping=batch.mapping, reading=batch.reading, reasons=intake_report.plain(judged.reasons),
        counts=_counts(batch, judged.verdict, content), columns=content.found, cure_until=cure,
    )  # fmt: skip
    batches.settled(connection, batch.no, record, content.treated, now)
    if judged.verdict is Verdict.REFUSE:
        chunks.drop(connection, batch.no)
        batches.forget_key(connection, batch.no)
    elif judged.verdict is Verdict.ACCEPT:
        chunks.deferred(connection, STORE_TASK, batch.uid.hex(), batch.chunks)


def _counts(batch: Batch, verdict: Verdict, content: Content) -> Mapping[str, int]:
    """Give what the batch counts from here on; of an accepted list each chunk is counted as it is stored."""
    return batch.counts if verdict is Verdict.ACCEPT else counts_of_whole(verdict, content.counts)


def counts_of_whole(verdict: Verdict, so_far: Counter[str]) -> Counter[str]:
    """Count the rows of a list that is refused or quarantined as a whole."""
    usable = so_far["row.read"] - sum(n for name, n in so_far.items() if name.startswith("row.refused."))
    if verdict is Verdict.REFUSE:
        return Counter({"row.read": so_far["row.read"], "row.refused.list_refused": usable}) + Counter(
            {name: n for name, n in so_far.items() if name.startswith("row.refused.")}
        )
    return so_far + Counter({"row.quarantined": usable - so_far["row.held"]})


def _said(verdict: Verdict) -> str:
    return {Verdict.ACCEPT: "scanned", Verdict.QUARANTINE: "quarantined", Verdict.REFUSE: "refused"}[verdict]
