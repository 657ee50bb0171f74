"""Global Privacy Control: a signal of the reader's browser, or one that a tool reports, kept as a refusal.

What it refuses is sale and sharing (`marketing.partner`) and profiled advertising (`profiling.advertising`), on every
channel and to every sender: Cal. Civ. Code § 1798.135(e), 11 CCR § 7025; elsewhere it is an objection by automated
means (GDPR Art. 21(5)). Must never widen, never act on a GET, never keep a second refusal where one stands.

Steps for the person of a link, in one transaction (a tool's report goes the way of any objection):
  1 lock     person         -> lines       nobody changes this standing meanwhile
  2 compare  lines          -> missing     what is refused already stays as it is
  3 append   missing        -> events      for the whole person, now
  4 enter    events         -> leaf        `consent.recorded`, method `gpc`
"""

import hashlib
from dataclasses import replace
from datetime import datetime
from typing import Final

from gateway.domain.errors import Invalid
from gateway.domain.requests import Selector
from gateway.flows.consent import ConsentReceipt, Entered, enter, record
from gateway.flows.gate import Gate
from gateway.flows.identify import identify
from gateway.flows.said import ConsentWish
from gateway.flows.stopping import About, chain, now_or_later, stopped_by
from gateway.identity.links import BadLink
from gateway.store import addressees, consents
from gateway.store.consents import EVERY_CHANNEL, EVERY_SENDER, Event
from gateway.store.people_lookup import Connection, Subject
from policies.terms import ConsentState

METHOD: Final = "gpc"
REFUSED_BY_IT: Final = ("marketing.partner", "profiling.advertising")
"""What the signal is a refusal of."""
SIGNALS: Final = frozenset({METHOD})


def heed(gate: Gate, token: str, actor: str) -> int:
    """Keep a browser's signal for the person of an opt-out link; gives how many refusals were new.

    Raises:
        BadLink: no link of this house, or the person is no longer here.
    """
    link = gate.links.open(token)
    with gate.house.unit() as connection:
        found = addressees.addressee(connection, link.person_uid, "")
        if found is None:
            raise BadLink
        consents.lock(connection, [found.no])  # 1
        return heed_person(gate, connection, Subject(found.no, link.person_uid, link.kind, b""), actor)


def heed_person(gate: Gate, connection: Connection, person: Subject, actor: str) -> int:
    """Keep a signal for a person whose row is locked; gives how many refusals were new."""
    tree = gate.house.bundle(connection).purposes
    new = 0
    for purpose in REFUSED_BY_IT:
        about = About(purpose, EVERY_CHANNEL, EVERY_SENDER)
        lines = consents.standing(connection, person.no)
        if stopped_by(lines, tree, about):  # 2
            continue
        event = Event(
            person.no, person.kind, b"", ConsentState.OBJECTED, purpose, EVERY_CHANNEL, EVERY_SENDER, METHOD, actor,
            now_or_later(gate.clock(), lines, tree, about),
        )  # fmt: skip
        numbers = consents.append(connection, [event])  # 3
        enter(gate, connection, Entered(event, numbers, [person.uid], event.state))  # 4
        new += 1
    return new


def kept(gate: Gate, token: str) -> bool:
    """Say whether what the signal refuses is refused by the person of an opt-out link. Changes nothing.

    Raises:
        BadLink: no link of this house, or the person is no longer here.
    """
    link = gate.links.open(token)
    with gate.house.unit() as connection:
        found = addressees.addressee(connection, link.person_uid, "")
        if found is None:
            raise BadLink
        return refuses_sale(gate, connection, found.no)


def refuses_sale(gate: Gate, connection: Connection, person_no: int) -> bool:
    """Say whether a person refuses all that the signal refuses."""
    tree = gate.house.bundle(connection).purposes
    lines = consents.standing(connection, person_no)
    return all(stopped_by(lines, tree, About(purpose)) for purpose in REFUSED_BY_IT)


def against_signal(gate: Gate, connection: Connection, purpose: str) -> bool:
    """Say whether a consent to a purpose would contradict the signal."""
    return bool(set(chain(gate.house.bundle(connection).purposes, purpose)) & set(REFUSED_BY_IT))


def report_signal(
    gate: Gate, credential: str, selector: Selector, signal: str, at: datetime | None, key: str | None
) -> list[ConsentReceipt]:
    """Record a signal that a tool saw for a person; anybody may narrow, whoever the person is known to.

    Args:
        gate: the gateway.
        credential: the tool's API key.
        selector: the person.
        signal: `gpc`.
        at: when it was seen (aware); None is now.
        key: the request's Idempotency-Key, or None.

    Returns:
        One receipt for each thing refused; sent twice with one key, the same.

    Raises:
        Unauthenticated. Invalid: `signal_unknown`, or as `gateway.flows.consent.record`.
    """
    if signal not in SIGNALS:
        raise Invalid("signal_unknown", f"Signals are: {', '.join(sorted(SIGNALS))}.")
    with gate.house.unit() as connection:
        caller = identify(gate, connection, credential)
    wish = ConsentWish(selector, ConsentState.OBJECTED, "", METHOD, at=at, evidence_kind="")
    # Two acts: a crash between them leaves the first in force, and the tool's repeated report does the second.
    return [
        record(gate, caller.name, replace(wish, purpose=purpose, idempotency_key=_key(key, purpose)), caller)
        for purpose in REFUSED_BY_IT
    ]


def _key(key: str | None, purpose: str) -> str | None:
    return hashlib.sha256(f"{key}\x00{purpose}".encode()).hexdigest() if key is not None else None
