"""Officers approve a source by two: one proposes, another confirms exactly what the source says.

The proposal is bound to a digest of everything that is said of the source, its answers and its files. Whatever changes
afterwards ends the proposal. Must never approve what the confirming officer has not seen.
"""

import hashlib
from typing import Final

from audit.leaf import Json, canonical
from gateway.domain.errors import Conflict
from gateway.domain.lawfulness import verdict_on
from gateway.flows.gate import Gate
from gateway.flows.officers import Officer
from gateway.flows.proposals import Kind, Proposal, propose
from gateway.flows.sources import become, check_usable
from gateway.flows.sources_change import APPROVAL
from gateway.store import sources
from gateway.store.people_lookup import Connection
from gateway.store.sources import SourceRow
from policies.terms import SourceStatus


def propose_approval(gate: Gate, officer: Officer, name: str) -> Proposal:
    """Propose that a source may be used.

    Raises:
        NotFound: `source_unknown`. Refused: `source_forbidden`, `role_may_not`.
        Conflict: `source_status`, `questions_open`, `answers_against`.
    """
    with gate.house.unit() as connection:
        row = sources.source(connection, name)
        if row.source.status not in {SourceStatus.SUBMITTED, SourceStatus.SUSPENDED}:
            message = f"The source is {row.source.status}; only one that is submitted or suspended can be approved."
            raise Conflict("source_status", message)
        bundle = gate.house.bundle(connection)
        check_usable(connection, row, bundle)
        said = verdict_on(row.source, bundle, [row.source.country])
        payload: dict[str, Json] = {
            "source": row.uid.hex(),
            "version": row.version,
            "kind": row.source.kind,
            "collector": row.collector,
            "country": row.source.country,
            "evidence": sorted(row.source.evidence),
            "missing": list(said.missing),
            "verdict": said.verdict.value,
            "says": says(connection, row),
        }
    return propose(gate, officer, APPROVE, name, payload)


def says(connection: Connection, row: SourceRow) -> str:
    """Give the SHA-256 (hex) of all that is said of a source, its answers and the digests of its files."""
    found = row.source
    whole: dict[str, Json] = {
        "source": row.uid.hex(), "version": row.version, "kind": found.kind, "collector": row.collector,
        "supplier": row.supplier, "country": row.collected_in, "origin": row.origin, "audience": found.audience.value,
        "contract": row.contract, "notice": row.notice, "evidence": sorted(found.evidence),
        "named": sorted(found.named), "defaults": dict(row.defaults),
        "collected_at": found.collected_at.isoformat() if found.collected_at else "",
        "expires_at": found.expires_at.isoformat() if found.expires_at else "",
        "answers": {word: each.answer for word, each in sources.answers(connection, found.no).items()},
        "files": [each.digest.hex() for each in sources.proofs(connection, found.no)],
    }  # fmt: skip
    return hashlib.sha256(canonical(whole)).hexdigest()


def _approve(gate: Gate, connection: Connection, proposal: Proposal) -> None:
    row = sources.source(connection, proposal.about, lock=True)
    if says(connection, row) != proposal.payload["says"]:
        message = "The source says something else than when this was proposed. Look at it again, and propose anew."
        raise Conflict("source_changed", message)
    check_usable(connection, row, gate.house.bundle(connection))
    detail = {
        "proposal": proposal.uid.hex(),
        "proposed_by": proposal.proposed_by,
        "confirmed_by": proposal.settled_by,
        "single_officer": proposal.alone,
    }
    become(gate, connection, row, SourceStatus.APPROVED, proposal.settled_by, detail)


APPROVE: Final = Kind(APPROVAL, "Approve a source", ("source.submit", "source.approve"), "source.approve", _approve)
