"""Let people out: opt-out links, what they show, and the stop that they carry out.

A link alone can stop and shows a masked address; it can do nothing else. Must never widen, never show an
address in clear, never change anything by being looked at, and never keep somebody from leaving because
something is missing: a purpose that the policies no longer know, a blob that does not open, a consent
recorded by a faster clock.

Steps of a stop, in one transaction:
  1 open     token          -> Link       sealed by us; anything else is no link of this house
  2 lock     Link           -> person     nobody changes this person's standing meanwhile
  3 compare  standing       -> missing    what is stopped already stays as it is: a second click changes nothing
  4 append   missing        -> events     for the whole person, whatever identifier the message went to
  5 enter    events         -> leaf       `consent.recorded`; then commit, then the page that says so
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Final

import orjson

from gateway.domain.errors import Unavailable
from gateway.domain.masking import masked_email, masked_phone
from gateway.flows.consent import Entered, enter
from gateway.flows.gate import Gate
from gateway.flows.stopping import About, chain, now_or_later, stopped_by
from gateway.identity.links import BadLink, Link
from gateway.store import addressees, consents, parties
from gateway.store.addressees import Addressee
from gateway.store.consents import EVERY_CHANNEL, EVERY_SENDER, Event, Line
from gateway.store.people_lookup import Connection
from gateway.vault.seal import Opener
from policies.packs import PurposeTree
from policies.terms import ConsentState, FieldClass, IdentifierKind

MARKETING: Final = "marketing"
"""What an objection to everything is an objection to; `service` is left alone (GDPR 21(2), (3))."""

_ACTOR: Final = "opt-out link"
_SHOWN: Final = {
    IdentifierKind.EMAIL.value: (FieldClass.EMAIL.value, masked_email),
    IdentifierKind.PHONE.value: (FieldClass.PHONE.value, masked_phone),
}
"""Kinds of identifiers that are shown: the class that holds them (its field has the same name) and their mask."""


@dataclass(frozen=True, slots=True)
class Stopped:
    """A stop that is in force.

    Attributes:
        at: since when (UTC).
        purpose, channel, sender_no: what is stopped; "*" and 0 are all.
        reference: what the person can quote: the number of the event on record, 0 if there is none.
    """

    at: datetime
    purpose: str
    channel: str
    sender_no: int
    reference: int


@dataclass(frozen=True, slots=True)
class OptOutView:
    """What the holder of a link may see.

    Attributes:
        address: masked, "" if there is none to show.
        channel: the channel of the link, or "*".
        sender: name of the sender, "" for all of this house.
        purposes: the purpose of the link and its ancestors, nearest first.
        title: the purpose's title in the policies, in English.
        language: the person's language (BCP 47) or "".
        time_zone: the person's zone (IANA) or "".
        these: the stop of what the link is about, if there is one.
        everything: the stop of all marketing of this house, if there is one.
    """

    address: str
    channel: str
    sender: str
    purposes: tuple[str, ...]
    title: str
    language: str
    time_zone: str
    these: Stopped | None
    everything: Stopped | None


def link_for(gate: Gate, person_uid: bytes, kind: str, sender_no: int, purpose: str, channel: str) -> str:
    """Give the opt-out link for one message, the same for the same facts; it works for ever.

    Args:
        gate: the gateway.
        person_uid: 16 bytes.
        kind: kind of the identifier that the message goes to.
        sender_no: the sending party, 0 for all.
        purpose: what a stop will stop, with all below it.
        channel: the channel, or "*" for all.
    """
    token = gate.links.seal(Link(person_uid, str(kind), sender_no, purpose, str(channel)))
    return f"{gate.origin}/o/{token}"


def show(gate: Gate, token: str) -> OptOutView:
    """Show what a link is about. Changes nothing.

    Raises:
        BadLink: no link of this house, or the person is no longer here.
    """
    link = gate.links.open(token)
    cls = _SHOWN[link.kind][0] if link.kind in _SHOWN else ""
    with gate.house.unit() as connection:
        found = addressees.addressee(connection, link.person_uid, cls)
        if found is None:
            raise BadLink
        tree = gate.house.bundle(connection).purposes
        sender = parties.party_by_no(connection, link.sender_no).name if link.sender_no else ""
        lines = consents.standing(connection, found.no)
        these, everything = (
            _stopped(connection, found.no, stopped_by(lines, tree, about)) for about in (_about(link), _ALL_MARKETING)
        )
    node = tree.nodes.get(link.scope)
    return OptOutView(
        address=_masked(gate, link, found), channel=link.channel or EVERY_CHANNEL, sender=sender,
        purposes=chain(tree, link.scope), title=node.title if node else "", language=found.language,
        time_zone=found.time_zone, these=these, everything=everything,
    )  # fmt: skip


def stop(gate: Gate, token: str, everything: bool, method: str) -> Stopped:
    """Stop what a link is about, or all marketing of this house. Once or often: the same.

    Args:
        gate: the gateway.
        token: of the link.
        everything: object to all marketing on every channel by every sender, not only to what the link is
        about.
        method: how it was said: `opt_out_page`, `one_click`.

    Returns:
        What is in force now; of an older stop, that one.

    Raises:
        BadLink: no link of this house, or the person is no longer here; nothing is recorded.
    """
    link = gate.links.open(token)  # 1
    with gate.house.unit() as connection:
        found = addressees.addressee(connection, link.person_uid, "")
        if found is None:
            raise BadLink
        consents.lock(connection, [found.no])  # 2
        tree = gate.house.bundle(connection).purposes
        for about in _scopes(link, tree, everything):
            _ensure(gate, connection, found.no, link, about, method)
        about = _ALL_MARKETING if everything else _about(link)
        in_force = _stopped(connection, found.no, stopped_by(consents.standing(connection, found.no), tree, about))
    # True now: every decision whose snapshot begins after this denies. A crash before the commit stopped
    # nothing and said nothing; the person's second click does it.
    if in_force is None:
        raise RuntimeError("a stop was appended and does not stand")
    return in_force


def _ensure(gate: Gate, connection: Connection, person_no: int, link: Link, about: About, method: str) -> None:
    """Write a stop unless it stands."""
    lines = consents.standing(connection, person_no)
    tree = gate.house.bundle(connection).purposes
    if stopped_by(lines, tree, about):  # 3
        return
    event = Event(
        person_no=person_no, kind=link.kind, index=b"",
        state=ConsentState.OBJECTED if about == _ALL_MARKETING else ConsentState.WITHDRAWN,
        purpose=about.purpose, channel=about.channel, sender_no=about.sender_no, method=method, actor=_ACTOR,
        at=now_or_later(gate.clock(), lines, tree, about),
    )  # fmt: skip
    numbers = consents.append(connection, [event])  # 4
    enter(gate, connection, Entered(event, numbers, [link.person_uid], event.state))  # 5


def _scopes(link: Link, tree: PurposeTree, everything: bool) -> list[About]:
    """Give what to stop: a link about something other than marketing stops that too when everything shall stop."""
    if not everything:
        return [_about(link)]
    if MARKETING in chain(tree, link.scope):
        return [_ALL_MARKETING]
    return [_about(link), _ALL_MARKETING]


_ALL_MARKETING: Final = About(MARKETING, EVERY_CHANNEL, EVERY_SENDER)


def _about(link: Link) -> About:
    return About(link.scope, link.channel or EVERY_CHANNEL, link.sender_no)


def _stopped(connection: Connection, person_no: int, line: Line | None) -> Stopped | None:
    if line is None:
        return None
    number = consents.event_behind(connection, person_no, line)
    return Stopped(line.since, line.purpose, line.channel, line.sender_no, number)


def _masked(gate: Gate, link: Link, found: Addressee) -> str:
    """Open the one class of the link's identifier and mask it; what does not open is not shown."""
    if link.kind not in _SHOWN or not found.blob or not found.wrapped:
        return ""
    cls, mask = _SHOWN[link.kind]
    try:
        blobs = [(cls, found.source_no, found.blob)]
        (fragment,) = Opener(gate.keyring, [cls]).open(link.person_uid, found.wrapped, blobs)
    except Unavailable:  # damaged, or its key is gone: no reason to keep somebody in
        return ""
    return mask(str(orjson.loads(b"{" + fragment + b"}").get(cls, "")))
