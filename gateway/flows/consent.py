"""Record what a person said about being contacted.

Narrowed by anyone, widened only with new evidence from the person. Must never lose a withdrawal (nobody known
by that
identifier: it becomes a suppression), never let a late consent widen, never count one request twice.

Steps, in one transaction; each takes only what the step before returned:
  1 check    wish           -> Said       words of the policy in force, a time that has been, a sender that exists
  2 claim    key            -> answer     the same Idempotency-Key: what was answered before, nothing done again
  3 find     selector       -> people     all whom the identifier finds, if it narrows; exactly one, if it widens
  4 prove    evidence       -> number     sealed; a consent without it is refused
  5 append   Said, people   -> events     person rows locked, events kept, standing moved
  6 enter    events         -> leaf       `consent.recorded`; no personal data
  7 keep     receipt        -> answer     for the next request with this key; then commit, then answer
"""

import hashlib
from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace

import orjson

from audit.leaf import Entry, Json
from gateway.domain.errors import Invalid, NotFound
from gateway.domain.grant import Caller
from gateway.flows.gate import Gate
from gateway.flows.said import ConsentWish, Said, check
from gateway.flows.stopping import now_or_later, standing_of, stopped_by
from gateway.flows.subject import Named, find, named
from gateway.store import consents, idempotency, people_lookup, suppressions
from gateway.store import evidence as proofs
from gateway.store.consents import EVERY_CHANNEL, Event, Line
from gateway.store.evidence import Evidence
from gateway.store.idempotency import Answered
from gateway.store.people_lookup import Connection, Subject
from gateway.store.suppressions import Suppression
from gateway.vault.keytext import Purpose
from gateway.vault.seal import HouseSeal
from policies.terms import REACHED_BY, Channel, ConsentState, IdentifierKind, Scope

__all__ = ["ConsentReceipt", "ConsentWish", "Entered", "enter", "record"]


@dataclass(frozen=True, slots=True)
class ConsentReceipt:
    """What became of it.

    Attributes:
        events: numbers of the events kept, one for each person whom the identifier finds.
        suppressions: how many suppressions were added, where nobody is known by the identifier.
        leaf: number of the ledger's inbox entry.
        effective: where it stands now: a late consent may leave `withdrawn`, a late withdrawal `given`.
    """

    events: tuple[int, ...]
    suppressions: int
    leaf: int
    effective: ConsentState


def record(gate: Gate, actor: str, wish: ConsentWish, caller: Caller | None = None) -> ConsentReceipt:
    """Record a consent, a withdrawal or an objection.

    Args:
        gate: the gateway.
        actor: name of the tool or officer who reports it.
        wish: what was said.
        caller: the tool, if it is one: its own tokens name people, and it may widen for its own sender only.

    Raises:
        Invalid: `purpose_unknown`, `channel_unknown`, `channel_needed`, `sender_needed`, `at_in_future`,
            `at_without_zone`, `word_unfit`, `evidence_unfit`, `key_unfit`, `identifier_needed`,
            `identifier_shared`, or as `gateway.flows.subject`.
        Refused: `evidence_required`, `sender_not_yours`, `tool_inactive`, `purpose_not_granted`,
            `channel_not_granted`.
        NotFound: `person_unknown`, `party_unknown`.
        Conflict: `idempotency_key_reused`.
    """
    with gate.house.unit() as connection:
        said = check(gate, connection, actor, wish, caller)  # 1
        digests = _digests(gate, actor, wish)
        if (before := _claim(connection, actor, wish, digests)) is not None:  # 2
            return before
        if wish.state is ConsentState.GIVEN:
            receipt = _widen(gate, connection, said, wish, caller)
        else:
            receipt = _narrow(gate, connection, said, wish, caller)
        if wish.idempotency_key is not None:
            answer = Answered(digests[0], orjson.dumps(asdict(receipt)))
            idempotency.keep(connection, actor, wish.idempotency_key, answer)  # 7
    # True now: it is on record and in force for every decision whose snapshot begins after this. A crash
    # before the commit kept nothing; a crash after it answers the repeated request from what was kept.
    return receipt


def _widen(gate: Gate, connection: Connection, said: Said, wish: ConsentWish, caller: Caller | None) -> ConsentReceipt:
    subject = find(gate, connection, wish.selector, caller)  # 3
    if subject is None:
        raise NotFound("person_unknown", "Nobody is known by that. A consent needs the person's data to be here.")
    if len(_everybody(connection, named(gate, wish.selector, caller))) > 1:
        raise Invalid("identifier_shared", "Several people are known by that. Name the one who consented another way.")
    kind, index = _identifier(connection, subject, Channel(said.event.channel))
    proof = _prove(gate, connection, wish)  # 4
    event = replace(said.event, person_no=subject.no, kind=kind, index=index, evidence_no=proof.no if proof else None)
    numbers = consents.append(connection, [event])  # 5
    lines = consents.standing(connection, subject.no)
    stands = standing_of(lines, said.tree, said.about, index) or ConsentState.WITHDRAWN
    leaf = enter(gate, connection, Entered(event, numbers, [subject.uid], stands, proof))  # 6
    return ConsentReceipt(tuple(numbers), 0, leaf, stands)


def _narrow(gate: Gate, connection: Connection, said: Said, wish: ConsentWish, caller: Caller | None) -> ConsentReceipt:
    who = named(gate, wish.selector, caller)
    people = _everybody(connection, who)  # 3
    if not people and not who.suppress:
        raise NotFound("person_unknown", "Nobody is known by that token any more; there is nothing left to stop.")
    proof = _prove(gate, connection, wish)  # 4
    event = replace(said.event, kind=who.kind, evidence_no=proof.no if proof else None)
    if not people:
        return _suppress(gate, connection, event, who.suppress, proof)
    consents.lock(connection, (one.no for one in people))
    if wish.at is None:
        event = replace(event, at=now_or_later(event.at, _lines(connection, people), said.tree, said.about))
    numbers = consents.append(connection, [replace(event, person_no=one.no, index=one.index) for one in people])  # 5
    stands = _all_stopped(connection, said, people)
    leaf = enter(gate, connection, Entered(event, numbers, [one.uid for one in people], stands, proof))  # 6
    return ConsentReceipt(tuple(numbers), 0, leaf, stands)


def _suppress(
    gate: Gate, connection: Connection, event: Event, hashes: tuple[bytes, ...], proof: Evidence | None
) -> ConsentReceipt:
    """Keep a withdrawal of somebody unknown: whoever is imported with this identifier later is marked by it."""
    channel = "" if event.channel == EVERY_CHANNEL else event.channel
    new = suppressions.add(
        connection,
        [
            Suppression(
                event.kind,
                one,
                Scope.PURPOSE,
                event.method,
                event.actor,
                channel,
                event.purpose,
                event.sender_no,
            )
            for one in hashes
        ],
    )
    leaf = enter(gate, connection, Entered(event, [], [], event.state, proof, new))
    return ConsentReceipt((), new, leaf, event.state)


@dataclass(frozen=True, slots=True)
class Entered:
    """What the ledger is told of one recording: one event, the people and event numbers that it stands for."""

    event: Event
    numbers: list[int]
    people: list[bytes]
    effective: ConsentState
    proof: Evidence | None = None
    suppressions: int = 0


def enter(gate: Gate, connection: Connection, entered: Entered) -> int:
    """Put `consent.recorded` into the ledger's inbox, in the transaction of the events; give its number."""
    event = entered.event
    body: dict[str, Json] = {
        "state": event.state.value,
        "effective": entered.effective.value,
        "purpose": event.purpose,
        "channel": str(event.channel),
        "sender": event.sender_no,
        "conditions": int(event.conditions),
        "wording": event.wording,
        "method": event.method,
        "at": event.at.isoformat(),
        "people": [uid.hex() for uid in entered.people],
        "events": entered.numbers,
        "suppressions": entered.suppressions,
        "evidence": entered.proof.digest.hex() if entered.proof else None,
    }
    return gate.house.enter(connection, [Entry("consent.recorded", event.actor, body)])[0]


# Step 2


def _digests(gate: Gate, actor: str, wish: ConsentWish) -> list[bytes]:
    """Give keyed digests of a request, the active key's first: a plain one of an address could be tried out."""
    said = [
        actor, wish.selector.kind, wish.selector.value, wish.selector.source, wish.state, wish.purpose, wish.channel,
        wish.sender, int(wish.conditions), wish.wording, wish.language, wish.method,
        wish.at.isoformat() if wish.at else None, wish.evidence_kind,
        hashlib.sha256(wish.evidence).hexdigest() if wish.evidence is not None else None,
    ]  # fmt: skip
    digest = hashlib.sha256(b"consent\x00" + orjson.dumps(said)).digest()
    return [one.value for one in gate.lookup.suppression_digest(IdentifierKind.EXTERNAL, digest)]


def _claim(connection: Connection, actor: str, wish: ConsentWish, digests: list[bytes]) -> ConsentReceipt | None:
    if wish.idempotency_key is None:
        return None
    answer = idempotency.answered(connection, actor, wish.idempotency_key, digests)
    if answer is None:
        return None
    kept = orjson.loads(answer)
    return ConsentReceipt(tuple(kept["events"]), kept["suppressions"], kept["leaf"], ConsentState(kept["effective"]))


# Steps 3 to 5


def _identifier(connection: Connection, subject: Subject, channel: Channel) -> tuple[str, bytes]:
    """Give the identifier that a consent covers: the one named, or the only one that the channel reaches."""
    kind = REACHED_BY[channel]
    if subject.kind == kind:
        return kind, subject.index
    index = consents.only_identifier(connection, subject.no, kind)
    if index is None:
        raise Invalid(
            "identifier_needed",
            f"A consent holds for one identifier: name the person by the {kind} it was given for.",
        )
    return kind, index


def _everybody(connection: Connection, who: Named) -> list[Subject]:
    """Name all whom an identifier finds: where two people share an address, a stop is for both."""
    if who.uid is not None:
        found = people_lookup.find(connection, who.uid, "", ())
        return [found] if found else []
    return consents.everybody_with(connection, who.kind, [key.value for key in who.keys])


def _prove(gate: Gate, connection: Connection, wish: ConsentWish) -> Evidence | None:
    if wish.evidence is None:
        return None
    seal = HouseSeal(gate.keyring, Purpose.EVIDENCE)
    return proofs.add(connection, seal, wish.evidence_kind, wish.evidence)


def _lines(connection: Connection, people: Sequence[Subject]) -> list[Line]:
    return [line for one in people for line in consents.standing(connection, one.no)]


def _all_stopped(connection: Connection, said: Said, people: Sequence[Subject]) -> ConsentState:
    """Say `given` if a later consent of anybody concerned still stands, else what stops them."""
    stops = [stopped_by(consents.standing(connection, one.no), said.tree, said.about) for one in people]
    return said.event.state if all(stops) else ConsentState.GIVEN
