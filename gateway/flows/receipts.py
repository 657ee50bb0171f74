"""Give a person's consents as records that other systems read: ISO/IEC TS 27560 in the words of W3C DPV.

Must never put a name or an address into a record, and never give one without its being on record itself.
"""

from typing import Any

from audit.leaf import Entry, Json
from gateway.domain import receipts as shape
from gateway.domain.receipts import Spoken
from gateway.domain.requests import Selector
from gateway.flows.confirming import request_of_link
from gateway.flows.gate import Gate
from gateway.flows.subject import require
from gateway.identity.links import BadLink
from gateway.store import lasting, ledger, receipts
from gateway.store.people_lookup import Connection
from gateway.store.receipts import Said


def export_receipt(gate: Gate, actor: str, selector: Selector) -> dict[str, Any]:
    """Give one receipt with a record of everything that a person said.

    Args:
        gate: the gateway.
        actor: who asks, as the ledger shall name him.
        selector: the person.

    Raises:
        NotFound: `person_unknown`. Invalid: as `gateway.flows.subject`.
    """
    with gate.house.unit() as connection:
        subject = require(gate, connection, selector, None)
        said = receipts.said(connection, subject.no)
        body: dict[str, Json] = {"people": [subject.uid.hex()], "events": len(said)}
        gate.house.enter(connection, [Entry("receipts.exported", actor, body)])
        # True once this commits: that it was given is on record. A crash before gave nothing.
        return receipt_of(gate, connection, subject.uid, said)


def receipt_of(gate: Gate, connection: Connection, uid: bytes, said: list[Said]) -> dict[str, Any]:
    """Build the receipt of a person's events, named by the person's uid."""
    tree = gate.house.bundle(connection).purposes
    spoken = [spoken_of(connection, one) for one in said]
    return shape.receipt(uid.hex(), ledger.origin(connection), gate.clock(), spoken, tree)


def receipt_of_link(gate: Gate, token: str) -> dict[str, Any]:
    """Give the record of the one consent that a confirming link gave, to whoever holds the link.

    Raises:
        BadLink: no such link of this house, or nothing was confirmed by it.
    """
    with gate.house.unit() as connection:
        request = request_of_link(gate, connection, token)
        facts = lasting.facts(connection, request.person_no)
        said = [one for one in receipts.said(connection, request.person_no) if one.no == request.event_no]
        if facts is None or not said:
            raise BadLink
        return receipt_of(gate, connection, facts.uid, said)


def spoken_of(connection: Connection, one: Said) -> Spoken:
    """Turn an event on record into what a record shows of it."""
    digest = receipts.evidence_of(connection, one.evidence_no)[0].hex() if one.evidence_no else ""
    return Spoken(
        one.no, one.state, one.purpose, one.channel, one.sender, one.country, one.conditions, one.wording,
        one.language, one.method, one.source, digest, one.at,
    )  # fmt: skip
