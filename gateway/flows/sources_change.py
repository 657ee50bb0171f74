"""Change what is said of a source, answer the questions of due diligence, and bring files of evidence.

What may widen sends an approved source back: it is silent until a second officer has approved what it says now. What
only narrows (evidence taken back, an earlier end, fewer recipients) holds at once and asks nobody. Every change counts
the version up, ends an open proposal about the source, and is in its history and in the ledger in one transaction.
"""

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any, Final

from gateway.domain.diligence import check_answer
from gateway.domain.errors import Conflict, Invalid, NotFound
from gateway.flows import proposals
from gateway.flows.gate import Gate
from gateway.flows.sources import By, SourceWish, acting, check_shape, note, record_of
from gateway.store import evidence, parties, sources
from gateway.store.people_lookup import Connection
from gateway.store.sources import Answer, Proof, SourceRecord, SourceRow
from gateway.vault.keytext import Purpose
from gateway.vault.seal import HouseSeal
from policies.terms import SourceStatus

APPROVAL: Final = "source.approve"
"""The kind of proposal by which officers approve a source."""
LARGEST_FILE: Final = 10 << 20
_FIXED: Final = frozenset({"name", "answers"})
_FACTS: Final = (
    "kind", "collector_no", "country", "origin", "audience", "collected_at", "expires_at", "evidence", "named",
    "defaults", "supplier_no", "contract", "notice",
)  # fmt: skip
_BOUND: Final = ("kind", "collector_no", "country", "origin", "audience", "collected_at", "defaults")
"""Facts whose every change may widen."""


def wish_of(gate: Gate, name: str) -> SourceWish:
    """Give what is said of a source now, as it would be said anew.

    Raises:
        NotFound: `source_unknown`.
    """
    with gate.house.unit() as connection:
        return _wish(connection, sources.source(connection, name))


def change_source(gate: Gate, by: By, name: str, **changes: Any) -> SourceRow:
    """Say something else of a source.

    Args:
        gate: the gateway.
        by: who says it.
        name: of the source; it never changes.
        changes: fields of `SourceWish` but `name` and `answers`.

    Raises:
        NotFound: `source_unknown`, `party_unknown`. Conflict: `source_status`. Refused: `role_may_not`.
        Invalid: as `register_source`.
    """
    if _FIXED & changes.keys():
        raise ValueError("a source keeps its name, and answers are added")
    with gate.house.unit() as connection:
        actor = acting(gate, connection, by, "source.register")
        row = _open(connection, name)
        wish = replace(_wish(connection, row), **changes)
        check_shape(wish)
        after = record_of(connection, wish, gate.house.bundle(connection), row.source.status)
        return _changed(gate, connection, row, after, actor)


def answer_question(gate: Gate, by: By, name: str, question: str, answer: str) -> None:
    """Answer a question of due diligence; said again, it changes nothing.

    Raises:
        NotFound: `source_unknown`. Invalid: `question_unknown`, `answer_unfit`. Conflict: `source_status`.
        Refused: `role_may_not`.
    """
    with gate.house.unit() as connection:
        actor = acting(gate, connection, by, "source.register")
        row = _open(connection, name)
        said = answer.strip()
        check_answer(gate.house.bundle(connection), row.source.kind, question, said)
        before = sources.answers(connection, row.source.no).get(question)
        if before is not None and before.answer == said:
            return
        sources.answer(connection, row.source.no, Answer(question, said, actor, gate.clock()))
        # An answer is no evidence: it opens nothing that an officer has not looked at.
        proposals.overtake(gate, connection, APPROVAL, row.source.name)
        note(gate, connection, row, "answered", actor, {"question": question, "answer": said})
    # True now: it is answered, by name, and whoever approves has to look again.


def add_evidence(gate: Gate, by: By, name: str, word: str, content: bytes) -> Proof:
    """Keep a file of evidence, sealed, under its digest; its word counts for the source from now on.

    Args:
        gate: the gateway.
        by: who brings it.
        name: of the source.
        word: what it shows, a word of evidence of policies/sources.yaml.
        content: the file, up to 10 MiB.

    Raises:
        NotFound: `source_unknown`. Invalid: `evidence_unknown`, `evidence_unfit`. Conflict: `source_status`.
        Refused: `role_may_not`.
    """
    if not 0 < len(content) <= LARGEST_FILE:
        raise Invalid("evidence_unfit", "A file of evidence has at least one byte and at most 10 MiB.")
    with gate.house.unit() as connection:
        actor = acting(gate, connection, by, "source.register")
        row = _open(connection, name)
        if word not in gate.house.bundle(connection).evidence:
            raise Invalid("evidence_unknown", "That is no word of evidence. `ostiary source show` lists them.")
        kept = evidence.add(connection, HouseSeal(gate.keyring, Purpose.EVIDENCE), word, content)
        proof = Proof(word, kept.no, kept.digest, actor, gate.clock())
        sources.prove(connection, row.source.no, proof)
        note(gate, connection, row, "evidence_added", actor, {"word": word, "digest": kept.digest.hex()})
        _changed(gate, connection, row, _with_word(connection, gate, row, word), actor)
    # True now: the file is sealed, its digest is in the ledger, and a new word waits for approval.
    return proof


def evidence_file(gate: Gate, by: By, name: str, digest: str) -> bytes:
    """Open a file of evidence of a source by its digest (hex).

    Raises:
        NotFound: `source_unknown`, `evidence_unknown`. Unavailable: `evidence_changed`. Refused: `role_may_not`.
    """
    with gate.house.unit() as connection:
        actor = acting(gate, connection, by, "source.approve")
        row = sources.source(connection, name)
        for proof in sources.proofs(connection, row.source.no):
            if proof.digest.hex() == digest:
                opened = evidence.read(connection, HouseSeal(gate.keyring, Purpose.EVIDENCE), proof.evidence_no)
                note(gate, connection, row, "evidence_opened", actor, {"word": proof.word, "digest": digest})
                return opened.content
    raise NotFound("evidence_unknown", "This source has no file of that digest. `ostiary source show` lists them.")


def _open(connection: Connection, name: str) -> SourceRow:
    row = sources.source(connection, name, lock=True)
    if row.source.status is SourceStatus.REVOKED:
        raise Conflict("source_status", "The source is revoked for good. Register another.")
    return row


def _wish(connection: Connection, row: SourceRow) -> SourceWish:
    found = row.source
    return SourceWish(
        name=found.name, kind=found.kind, collector=row.collector, country=row.collected_in, audience=found.audience,
        collected_at=found.collected_at, expires_at=found.expires_at, evidence=tuple(sorted(found.evidence)),
        named=tuple(sorted(parties.party_by_no(connection, no).name for no in found.named)), defaults=row.defaults,
        supplier=row.supplier, contract=row.contract, notice=row.notice, origin=row.origin,
    )  # fmt: skip


def _with_word(connection: Connection, gate: Gate, row: SourceRow, word: str) -> SourceRecord:
    wish = _wish(connection, row)
    more = replace(wish, evidence=(*wish.evidence, word))
    return record_of(connection, more, gate.house.bundle(connection), row.source.status)


def _changed(gate: Gate, connection: Connection, row: SourceRow, after: SourceRecord, actor: str) -> SourceRow:
    before = record_of(connection, _wish(connection, row), gate.house.bundle(connection), row.source.status)
    differing = [name for name in _FACTS if getattr(before, name) != getattr(after, name)]
    if not differing:
        return row
    if row.source.status is SourceStatus.APPROVED and _may_widen(before, after):
        after = replace(after, status=SourceStatus.SUBMITTED)
    sources.change(connection, row.source.no, after)
    proposals.overtake(gate, connection, APPROVAL, row.source.name)
    note(gate, connection, row, "changed", actor, _told(before, after, differing))
    return sources.source(connection, row.source.name)


def _may_widen(before: SourceRecord, after: SourceRecord) -> bool:
    more = set(after.evidence) - set(before.evidence) or set(after.named) - set(before.named)
    longer = _until(after.expires_at) > _until(before.expires_at)
    return bool(more) or longer or any(getattr(before, name) != getattr(after, name) for name in _BOUND)


def _until(expires_at: datetime | None) -> datetime:
    return expires_at or datetime.max.replace(tzinfo=UTC)


def _told(before: SourceRecord, after: SourceRecord, differing: list[str]) -> Mapping[str, Any]:
    """Say for the ledger what changed: names of facts, words of evidence, the status it has now."""
    gone, come = set(before.evidence) - set(after.evidence), set(after.evidence) - set(before.evidence)
    return {
        "facts": [name.removesuffix("_no") for name in differing],
        "evidence_added": sorted(come),
        "evidence_removed": sorted(gone),
        "kind": after.kind,
        "status": after.status.value,
    }
