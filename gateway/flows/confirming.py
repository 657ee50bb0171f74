"""Record a person's yes to what they were asked by mail: the second half of double opt-in.

The link is sealed like an opt-out link and opens one request; it can confirm that and nothing else. Must never change
anything by being looked at, never let one request confirm twice, never record a yes that the reader's own browser
contradicts.

Steps of confirming, in one transaction:
  1 open     token          -> Request     locked; a second yes finds the first and changes nothing
  2 judge    Request        -> open        not expired, its person and identifier still here, no signal against it
  3 prove    request, time  -> evidence    digest of the mail, both moments, the reader's network as a keyed mark
  4 append   event          -> consent     given now, on the condition `double_opt_in`
  5 enter    event          -> leaf        `consent.recorded`; then commit, then the page that says so
"""

import hashlib
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from enum import StrEnum
from typing import Final

import orjson

from gateway.domain.masking import masked_email
from gateway.flows.addressing import address_of, facts_of
from gateway.flows.consent import Entered, enter
from gateway.flows.gate import Gate
from gateway.flows.preferences import link_for
from gateway.flows.requesting import KIND
from gateway.flows.signals import against_signal, heed_person, refuses_sale
from gateway.flows.stopping import About, chain, standing_of
from gateway.identity.links import BadLink
from gateway.store import consents, lasting, parties
from gateway.store import evidence as proofs
from gateway.store.consents import Event
from gateway.store.lasting import Facts, Request
from gateway.store.people_lookup import Connection, Subject
from gateway.vault.keytext import Purpose
from gateway.vault.seal import HouseSeal
from policies.terms import Condition, ConsentState, IdentifierKind

_ACTOR: Final = "confirmation link"


class State(StrEnum):
    """Where a request stands."""

    OPEN = "open"
    CONFIRMED = "confirmed"
    LAPSED = "lapsed"
    AGAINST_SIGNAL = "against_signal"


@dataclass(frozen=True, slots=True)
class ConfirmView:
    """What the holder of a link may see; see `gateway.flows.preferences.OptOutView` for the words.

    `at` is when it was confirmed; `stop_link` lets the person out again; `signal_kept` says that a browser's privacy
    signal is on record for them.
    """

    state: State
    address: str
    channel: str
    sender: str
    purposes: tuple[str, ...]
    title: str
    language: str
    time_zone: str
    at: datetime | None
    reference: int
    stop_link: str
    signal_kept: bool


def show_request(gate: Gate, token: str) -> ConfirmView:
    """Show what a link is about. Changes nothing.

    Raises:
        BadLink: no such link of this house, or its person is no longer here.
    """
    with gate.house.unit() as connection:
        request, facts = _opened(gate, connection, token)
        return _view(gate, connection, request, facts, _state(gate, request))


def confirm(gate: Gate, token: str, network: str, *, signal: bool = False) -> ConfirmView:
    """Record a person's yes. Once or often: the same.

    Args:
        gate: the gateway.
        token: of the link.
        network: the reader's network address; kept as a keyed mark only.
        signal: the browser sends `Sec-GPC: 1`: kept as a refusal of sale, sharing and profiled advertising; a consent
            that contradicts it is not recorded.

    Raises:
        BadLink: no such link of this house, or its person is no longer here; nothing is recorded.
    """
    with gate.house.unit() as connection:
        request, facts = _opened(gate, connection, token, lock=True)  # 1
        consents.lock(connection, [request.person_no])
        if signal:
            heed_person(gate, connection, Subject(facts.no, facts.uid, request.kind, request.index), _ACTOR)
        state = _state(gate, request)  # 2
        if state is State.OPEN and signal and against_signal(gate, connection, request.purpose):
            state = State.AGAINST_SIGNAL
        if state is State.OPEN:
            request = _record(gate, connection, request, facts, network)
            state = State.CONFIRMED
        # True once this commits: it is on record and in force. A crash before kept nothing; the link still works.
        return _view(gate, connection, request, facts, state)


def request_of_link(gate: Gate, connection: Connection, token: str) -> Request:
    """Give the confirmed request behind a link, for its record.

    Raises:
        BadLink: no such link, or nothing was confirmed.
    """
    request, _ = _opened(gate, connection, token)
    if request.confirmed_at is None:
        raise BadLink
    return request


def _opened(gate: Gate, connection: Connection, token: str, *, lock: bool = False) -> tuple[Request, Facts]:
    link = gate.links.open(token)
    request = lasting.request_of(connection, link.person_uid, lock=lock) if link.kind == KIND else None
    facts = facts_of(connection, request.person_no) if request else None
    if request is None or facts is None:
        raise BadLink
    return request, facts


def _state(gate: Gate, request: Request) -> State:
    if request.confirmed_at is not None:
        return State.CONFIRMED
    return State.OPEN if gate.clock() < request.expires_at else State.LAPSED


def _record(gate: Gate, connection: Connection, request: Request, facts: Facts, network: str) -> Request:
    if not lasting.has_identifier(connection, request.person_no, request.kind, request.index):
        raise BadLink
    tree = gate.house.bundle(connection).purposes
    at = gate.clock()
    proof = proofs.add(
        connection,
        HouseSeal(gate.keyring, Purpose.EVIDENCE),
        "double_opt_in_record",
        _record_of(gate, request, at, network),
    )  # 3
    event = Event(
        request.person_no, request.kind, request.index, ConsentState.GIVEN, request.purpose, request.channel,
        request.sender_no, "double_opt_in", _ACTOR, at, request.conditions | Condition.DOUBLE_OPT_IN, request.wording,
        request.language, evidence_no=proof.no,
    )  # fmt: skip
    numbers = consents.append(connection, [event])  # 4
    lines = consents.standing(connection, request.person_no)
    about = About(request.purpose, request.channel, request.sender_no)
    stands = standing_of(lines, tree, about, request.index) or ConsentState.WITHDRAWN
    enter(gate, connection, Entered(event, numbers, [facts.uid], stands, proof))  # 5
    lasting.confirm(connection, request.no, at, numbers[0])
    return replace(request, confirmed_at=at, event_no=numbers[0])


def _record_of(gate: Gate, request: Request, at: datetime, network: str) -> bytes:
    return orjson.dumps(
        {
            "request": request.uid.hex(),
            "mail_sha256": request.mail_digest.hex(),
            "wording": request.wording,
            "language": request.language,
            "requested_by": request.actor,
            "requested_at": request.requested_at.astimezone(UTC),
            "confirmed_at": at.astimezone(UTC),
            "network_mark": _mark(gate, network),
        },
        option=orjson.OPT_SORT_KEYS,
    )


def _mark(gate: Gate, network: str) -> str:
    """Give a keyed mark of a network address: two confirmations from one network can be told, nobody's address can."""
    digest = hashlib.sha256(b"confirmation network\x00" + network.encode()).digest()
    return gate.lookup.suppression_digest(IdentifierKind.EXTERNAL, digest)[0].value.hex()


def _view(gate: Gate, connection: Connection, request: Request, facts: Facts, state: State) -> ConfirmView:
    tree = gate.house.bundle(connection).purposes
    node = tree.nodes.get(request.purpose)
    stop = link_for(gate, facts.uid, request.kind, request.sender_no, request.purpose, request.channel)
    return ConfirmView(
        state=state, address=masked_email(address_of(gate, connection, facts)), channel=request.channel,
        sender=parties.party_by_no(connection, request.sender_no).name, purposes=chain(tree, request.purpose),
        title=node.title if node else "", language=request.language, time_zone=facts.time_zone,
        at=request.confirmed_at, reference=request.event_no,
        stop_link=stop.removeprefix(gate.origin) if state is State.CONFIRMED else "",
        signal_kept=refuses_sale(gate, connection, facts.no),
    )  # fmt: skip
