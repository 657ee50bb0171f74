"""Packs signed off: two officers vouch for the unverified rules of one pack, exactly as its text stands.

Until then such a rule narrows at once and widens nothing. Must never carry a sign-off over to another text; taking one
back narrows, so one officer is enough.
"""

from collections.abc import Sequence
from typing import Final

from audit.leaf import Entry, Json
from gateway.domain.errors import Conflict, NotFound
from gateway.flows.gate import Gate
from gateway.flows.officers import Officer
from gateway.flows.proposals import Kind, Proposal, propose
from gateway.store import signoffs
from gateway.store.people_lookup import Connection
from gateway.store.signoffs import SignOff
from policies.packs import Bundle, Pack

__all__ = ["SIGN_OFF", "SignOff", "propose_sign_off", "revoke_sign_off", "signed_off", "waiting"]


def propose_sign_off(gate: Gate, officer: Officer, jurisdiction: str) -> Proposal:
    """Propose to sign a pack of the bundle in force off.

    Args:
        gate: the gateway.
        officer: who proposes.
        jurisdiction: code of the pack, as in KR.

    Raises:
        NotFound: `jurisdiction_unknown`. Conflict: `signed_off_already`. Refused: `role_may_not`.
    """
    with gate.house.unit() as connection:
        bundle = gate.house.bundle(connection)
        pack = _pack(bundle, jurisdiction)
        if pack.code in signoffs.signed(connection, bundle):
            raise Conflict("signed_off_already", f"{pack.code} is signed off as it stands.")
    payload: dict[str, Json] = {
        "jurisdiction": pack.code,
        "pack": pack.digest,
        "bundle": bundle.digest,
        "widening_rules": list(waiting(pack)),
    }
    return propose(gate, officer, SIGN_OFF, pack.code, payload)


def revoke_sign_off(gate: Gate, actor: str, jurisdiction: str) -> int:
    """Take back what stands of a jurisdiction's sign-offs, at once; again, it changes nothing.

    Args:
        gate: the gateway.
        actor: who takes it back, as the ledger shall name him.
        jurisdiction: code of the pack.

    Returns:
        How many sign-offs ended.
    """
    with gate.house.unit() as connection:
        ended = signoffs.revoke(connection, jurisdiction, actor, gate.clock())
        if ended:
            body: dict[str, Json] = {"jurisdiction": ended[0][0], "packs": sorted(digest for _, digest in ended)}
            gate.house.enter(connection, [Entry("pack.sign_off_revoked", actor, body)])
    # True now: every decision whose snapshot begins after this obeys it.
    return len(ended)


def signed_off(gate: Gate) -> Sequence[tuple[SignOff, bool]]:
    """List all sign-offs, newest first, and whether each counts under the bundle in force."""
    with gate.house.unit() as connection:
        bundle = gate.house.bundle(connection)
        counting = signoffs.signed(connection, bundle)
        return [
            (each, each.revoked_at is None and each.jurisdiction in counting and _same(bundle, each))
            for each in signoffs.listed(connection)
        ]


def waiting(pack: Pack) -> tuple[str, ...]:
    """Name the rules of a pack that would widen and wait for its sign-off."""
    return tuple(sorted({rule.id for rule in pack.rules if rule.unsigned and not rule.pending}))


def _same(bundle: Bundle, each: SignOff) -> bool:
    return bundle.packs[each.jurisdiction].digest == each.pack_digest


def _pack(bundle: Bundle, jurisdiction: str) -> Pack:
    for code in (jurisdiction, jurisdiction.upper(), jurisdiction.lower()):
        if code in bundle.packs:
            return bundle.packs[code]
    raise NotFound("jurisdiction_unknown", f"There is no such pack. There are: {', '.join(sorted(bundle.packs))}.")


def _sign(gate: Gate, connection: Connection, proposal: Proposal) -> None:
    bundle = gate.house.bundle(connection)
    pack = bundle.packs.get(proposal.about)
    if pack is None or pack.digest != proposal.payload["pack"]:
        message = "The pack in force has another text than the one proposed. Propose anew, and read it again."
        raise Conflict("pack_changed", message)
    if proposal.settled_at is None:
        raise RuntimeError("a pack is signed off by a settled proposal only")
    by = (proposal.proposed_by, proposal.settled_by)
    signoffs.sign(connection, pack.code, pack.digest, proposal.no, by, proposal.settled_at)
    body: dict[str, Json] = {
        "jurisdiction": pack.code,
        "pack": pack.digest,
        "proposal": proposal.uid.hex(),
        "proposed_by": by[0],
        "confirmed_by": by[1],
        "single_officer": proposal.alone,
    }
    gate.house.enter(connection, [Entry("pack.signed_off", by[1], body)])


SIGN_OFF: Final = Kind("pack.sign_off", "Sign a pack off", ("policy.sign",), "policy.sign", _sign)
