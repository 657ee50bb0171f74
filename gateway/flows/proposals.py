"""Four eyes: what widens is proposed by one officer and confirmed by another, who names exactly what was proposed.

Must never carry out what was not confirmed, and never let the one who proposed confirm while anybody else could. What
narrows needs none. Which acts there are stands in `gateway.flows.widening`.

A confirmation, in one transaction:
  1 hold     the proposal is locked: it ends once
  2 expire   one whose time is over ends here, and is refused
  3 check    another officer, the same digest, not before its time
  4 settle   confirmed, with an entry
  5 act      what was proposed is done, with an entry of its own
"""

import hashlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from audit.leaf import Entry, Json, canonical
from gateway.domain.errors import Conflict, NotFound, Ostiary, Refused
from gateway.flows.gate import Gate
from gateway.flows.officers import Officer
from gateway.roles.enforcer import allows, officer_may
from gateway.store import proposals as kept
from gateway.store.people_lookup import Connection
from gateway.store.proposals import Draft, Proposal

__all__ = ["Kind", "Proposal", "Standing", "confirm", "listed", "propose", "refuse", "shown", "withdraw"]

OPEN_FOR: Final = timedelta(days=7)
ALONE_WAITS: Final = timedelta(hours=24)
"""How long the only officer of a house must wait before confirming what he proposed himself."""
OPEN, CONFIRMED, REFUSED, WITHDRAWN, EXPIRED = "open", "confirmed", "refused", "withdrawn", "expired"


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind of widening act.

    Attributes:
        name: stable, as in `policy.activate`.
        title: what it does, for people.
        propose: acts of the role policy; any one of them lets an officer propose it.
        confirm: the act of the role policy that lets an officer confirm or refuse it.
        carry_out: does it, in the transaction of the confirmation, and makes its entry; takes the settled proposal.
    """

    name: str
    title: str
    propose: tuple[str, ...]
    confirm: str
    carry_out: Callable[[Gate, Connection, Proposal], None]


Kinds = Mapping[str, Kind]


@dataclass(frozen=True, slots=True)
class Standing:
    """A proposal as one officer sees it now.

    `state` is its state at this moment; `against` says why this officer cannot confirm it now, None if he can.
    """

    proposal: Proposal
    title: str
    state: str
    against: Ostiary | None
    may_refuse: bool
    may_withdraw: bool


def propose(gate: Gate, officer: Officer, kind: Kind, about: str, payload: Mapping[str, Json]) -> Proposal:
    """Propose an act; the same act about the same thing again gives the proposal that is open.

    Args:
        gate: the gateway.
        officer: who proposes.
        kind: the kind of act.
        about: what it is about.
        payload: all that it will do, as canonical JSON allows it; no personal data.

    Raises:
        Refused: `role_may_not`.
    """
    now = gate.clock()
    with gate.house.unit() as connection:
        _may_any(gate, connection, officer, kind.propose)
        _sweep(gate, connection, now)
        standing = kept.open_about(connection, kind.name, about)
        if standing is not None:
            return standing
        alone = not _others(gate, connection, officer.actor, kind) and _may(gate, connection, officer, kind.confirm)
        not_before = now + ALONE_WAITS if alone else now
        digest = digest_of(kind.name, about, payload)
        draft = Draft(
            kind.name, about, digest, payload, alone, officer.actor, now, not_before, now + OPEN_FOR
        )  # fmt: skip
        made = kept.make(connection, draft)
        if made is None:
            raise Conflict("proposal_open", "Somebody proposed the same just now. Look at that proposal.")
        gate.house.enter(connection, [Entry("proposal.made", officer.actor, _said(made))])
    # True now: it is proposed and on record, and nothing else has changed.
    return made


def confirm(gate: Gate, kinds: Kinds, officer: Officer, uid: bytes, digest: str) -> Proposal:
    """Confirm a proposal and carry it out. Confirmed again by the same officer, it changes nothing.

    Args:
        gate: the gateway.
        kinds: the acts there are.
        officer: who confirms.
        uid: of the proposal.
        digest: of what this officer has seen; must be the proposal's own.

    Raises:
        NotFound: `proposal_unknown`. Refused: `role_may_not`, `second_officer_needed`.
        Conflict: `proposal_settled`, `proposal_expired`, `proposal_differs`, `proposal_too_early`, or the act's own.
    """
    now = gate.clock()
    with gate.house.unit() as connection:
        held = kept.locked(connection, uid)  # 1
        kind = _kind(kinds, held)
        _may_any(gate, connection, officer, (kind.confirm,))
        if (held.state, held.settled_by) == (CONFIRMED, officer.actor) and held.digest == digest:
            return held
        expired = _sweep(gate, connection, now, held)  # 2
        if not expired:
            _check(gate, connection, kind, held, officer, digest)  # 3
            held = kept.settle(connection, held.no, CONFIRMED, officer.actor, now)  # 4
            gate.house.enter(connection, [Entry("proposal.confirmed", officer.actor, _said(held))])
            kind.carry_out(gate, connection, held)  # 5
    # True now: it is confirmed, done and on record, or, if its time was over, expired and on record.
    if expired:
        raise _expired()
    return held


def refuse(gate: Gate, kinds: Kinds, officer: Officer, uid: bytes) -> Proposal:
    """Refuse a proposal: one officer who could confirm it is enough.

    Raises:
        NotFound: `proposal_unknown`. Refused: `role_may_not`. Conflict: `proposal_settled`, `proposal_expired`.
    """
    return _end(gate, kinds, officer, uid, REFUSED)


def withdraw(gate: Gate, kinds: Kinds, officer: Officer, uid: bytes) -> Proposal:
    """Take back what one has proposed oneself.

    Raises:
        NotFound: `proposal_unknown`. Refused: `not_your_proposal`. Conflict: `proposal_settled`, `proposal_expired`.
    """
    return _end(gate, kinds, officer, uid, WITHDRAWN)


def listed(gate: Gate, kinds: Kinds, officer: Officer) -> list[Standing]:
    """List proposals as an officer sees them: open ones first, then the newest.

    Raises:
        Refused: `role_may_not`.
    """
    with gate.house.unit() as connection:
        _may_any(gate, connection, officer, ("policy.read",))
        return [_standing(gate, connection, kinds, officer, each) for each in kept.newest(connection)]


def shown(gate: Gate, kinds: Kinds, officer: Officer, uid: bytes) -> Standing:
    """Give one proposal as an officer sees it.

    Raises:
        Refused: `role_may_not`. NotFound: `proposal_unknown`.
    """
    with gate.house.unit() as connection:
        _may_any(gate, connection, officer, ("policy.read",))
        return _standing(gate, connection, kinds, officer, kept.by_uid(connection, uid))


def overtake(gate: Gate, connection: Connection, kind: str, about: str) -> None:
    """End the open proposal of an act whose matter has changed, if there is one: nobody could confirm it any more."""
    held = kept.open_about(connection, kind, about)
    if held is not None:
        ended = kept.settle(connection, held.no, WITHDRAWN, "gateway", gate.clock())
        gate.house.enter(connection, [Entry("proposal.withdrawn", "gateway", _said(ended))])


def digest_of(kind: str, about: str, payload: Mapping[str, Json]) -> str:
    """Give the digest that a confirmation is bound to: SHA-256 (hex) of the canonical JSON of the whole."""
    return hashlib.sha256(canonical({"kind": kind, "about": about, "payload": payload})).hexdigest()


def _end(gate: Gate, kinds: Kinds, officer: Officer, uid: bytes, state: str) -> Proposal:
    now = gate.clock()
    with gate.house.unit() as connection:
        held = kept.locked(connection, uid)
        if state == REFUSED:
            _may_any(gate, connection, officer, (_kind(kinds, held).confirm,))
        elif held.proposed_by != officer.actor:
            raise Refused("not_your_proposal", "Only who proposed it takes it back. Refuse it instead.")
        if (held.state, held.settled_by) == (state, officer.actor):
            return held
        expired = _sweep(gate, connection, now, held)
        if not expired:
            _check_open(held)
            held = kept.settle(connection, held.no, state, officer.actor, now)
            gate.house.enter(connection, [Entry(f"proposal.{state}", officer.actor, _said(held))])
    # True now: it has ended and is on record; nothing was done.
    if expired:
        raise _expired()
    return held


def _check(gate: Gate, connection: Connection, kind: Kind, held: Proposal, officer: Officer, digest: str) -> None:
    """Raise what stands in the way of a confirmation."""
    _check_open(held)
    if digest != held.digest:
        raise Conflict(
            "proposal_differs", "That is not the digest of this proposal. Look at it again, then send its digest."
        )
    if (against := _against(gate, connection, kind, held, officer)) is not None:
        raise against


def _check_open(held: Proposal) -> None:
    if held.state != OPEN:
        raise Conflict(
            "proposal_settled", f"This proposal is {held.state} already. Propose anew if it is still wanted."
        )


def _against(gate: Gate, connection: Connection, kind: Kind, held: Proposal, officer: Officer) -> Ostiary | None:
    """Say why an officer whose role fits cannot confirm an open proposal now."""
    if held.proposed_by == officer.actor:
        others = _others(gate, connection, officer.actor, kind)
        if others or not held.alone:
            return Refused("second_officer_needed", "Whoever proposed it cannot confirm it. Ask a second officer.")
    if gate.clock() < held.not_before:
        begins = f"{held.not_before:%Y-%m-%d %H:%M} UTC"
        message = f"Proposed by the only officer of this house: it can be confirmed from {begins}."
        return Conflict("proposal_too_early", message)
    return None


def _standing(gate: Gate, connection: Connection, kinds: Kinds, officer: Officer, proposal: Proposal) -> Standing:
    kind = _kind(kinds, proposal)
    over = proposal.state == OPEN and gate.clock() >= proposal.expires_at
    state = EXPIRED if over else proposal.state
    confirms = _may(gate, connection, officer, kind.confirm)
    against: Ostiary | None = Refused("role_may_not", "Your role may not confirm this.")
    if confirms:
        against = _against(gate, connection, kind, proposal, officer)
    is_open = state == OPEN
    mine = proposal.proposed_by == officer.actor
    return Standing(proposal, kind.title, state, against, is_open and confirms and not mine, is_open and mine)


def _sweep(gate: Gate, connection: Connection, now: datetime, held: Proposal | None = None) -> bool:
    """End every open proposal whose time is over, with an entry each; say whether `held` was one of them."""
    late = kept.overdue(connection, now)
    for each in late:
        ended = kept.settle(connection, each.no, EXPIRED, "gateway", now)
        gate.house.enter(connection, [Entry("proposal.expired", "gateway", _said(ended))])
    return held is not None and any(each.no == held.no for each in late)


def _expired() -> Conflict:
    return Conflict("proposal_expired", f"Its {OPEN_FOR.days} days are over. Propose anew, and look at it again.")


def _kind(kinds: Kinds, proposal: Proposal) -> Kind:
    if proposal.kind not in kinds:
        raise NotFound("proposal_unknown", "This version of Ostiary does not know that kind of proposal.")
    return kinds[proposal.kind]


def _others(gate: Gate, connection: Connection, actor: str, kind: Kind) -> Sequence[str]:
    """Name the officers but this one who could confirm."""
    bundle = gate.house.bundle(connection)
    return [
        name for name, role in kept.others(connection, actor) if allows(role, f"office:{kind.confirm}", "do", bundle)
    ]


def _may(gate: Gate, connection: Connection, officer: Officer, action: str) -> bool:
    return allows(officer.role, f"office:{action}", "do", gate.house.bundle(connection))


def _may_any(gate: Gate, connection: Connection, officer: Officer, actions: Sequence[str]) -> None:
    if not any(_may(gate, connection, officer, action) for action in actions):
        officer_may(officer.role, actions[0], gate.house.bundle(connection))


def _said(proposal: Proposal) -> dict[str, Any]:
    """Spell a proposal for the ledger: what, by whom, until when, and whether one officer is alone."""
    return {
        "proposal": proposal.uid.hex(),
        "kind": proposal.kind,
        "about": proposal.about,
        "digest": proposal.digest,
        "payload": proposal.payload,
        "proposed_by": proposal.proposed_by,
        "single_officer": proposal.alone,
        "not_before": proposal.not_before.isoformat(),
        "expires_at": proposal.expires_at.isoformat(),
    }
