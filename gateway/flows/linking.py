"""Make an opt-out link for a person whom an officer names, to put into a letter or to answer a call.

Must never make a link for somebody who is not known, and never write into the ledger for whom it was.
"""

from audit.leaf import Entry, Json
from gateway.domain.errors import Invalid
from gateway.domain.requests import Selector
from gateway.flows.gate import Gate
from gateway.flows.preferences import link_for
from gateway.flows.subject import require
from gateway.store import parties
from gateway.store.consents import EVERY_CHANNEL, EVERY_SENDER
from policies.terms import Channel


def make_link(gate: Gate, actor: str, selector: Selector, purpose: str, channel: str, sender: str = "") -> str:
    """Give the opt-out link of one person.

    Args:
        gate: the gateway.
        actor: who asks for it, as the ledger shall name him.
        selector: the person.
        purpose: what a stop will stop, with all below it.
        channel: a channel, or "*" for all.
        sender: name of the sending party, "" for all.

    Raises:
        NotFound: `person_unknown`, `party_unknown`. Invalid: `purpose_unknown`, `channel_unknown`, or as
            `gateway.flows.subject`.
    """
    if channel != EVERY_CHANNEL and channel not in set(Channel):
        raise Invalid("channel_unknown", f"`channel` is one of {', '.join(Channel)}, or * for all.")
    with gate.house.unit() as connection:
        if purpose not in gate.house.bundle(connection).purposes.nodes:
            raise Invalid("purpose_unknown", "There is no such purpose. `ostiary policy purposes` lists them.")
        subject = require(gate, connection, selector, None)
        sender_no = parties.party(connection, sender).no if sender else EVERY_SENDER
        body: dict[str, Json] = {"purpose": purpose, "channel": channel, "sender": sender_no}
        gate.house.enter(connection, [Entry("link.made", actor, body)])
    # True now: that a link was made is on record. A crash here made none that anybody holds.
    return link_for(gate, subject.uid, subject.kind, sender_no, purpose, channel)
