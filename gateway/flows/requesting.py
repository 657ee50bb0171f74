"""Ask a person by mail whether they want what somebody asked for in their name: the first half of double opt-in.

Must never count a request as a consent, never write to somebody who is stopped altogether, never write to somebody who
said no unless something shows that they asked anew, and never put marketing into the letter.

Steps, in one transaction:
  1 check    wish           -> Said        as if it were a consent; only its proof is still to come
  2 find     selector       -> Facts       exactly one person, whom a mail may reach
  3 look     requests       -> open one    the same request again sends no second mail; five a day are the most
  4 write    Letter         -> mail        what was asked for, by whom, on which day, and the link; sealed
  5 keep     Request, entry -> leaf        `consent.requested`; then commit, then the answer
"""

import hashlib
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Final

from audit.leaf import Entry, Json
from gateway.domain.errors import Invalid, Refused
from gateway.domain.grant import Caller
from gateway.domain.requests import Selector
from gateway.flows.addressing import address_of, facts_of
from gateway.flows.gate import Gate
from gateway.flows.identify import identify
from gateway.flows.outbox import queue
from gateway.flows.said import ConsentWish, Said, check
from gateway.flows.stopping import stopped_by
from gateway.flows.subject import named, require
from gateway.identity.links import Link
from gateway.notify import letters
from gateway.notify.letters import Letter
from gateway.store import consents, lasting, parties
from gateway.store import evidence as proofs
from gateway.store.lasting import Facts, Request
from gateway.store.people_lookup import Connection, Subject
from gateway.vault.keytext import Purpose
from gateway.vault.seal import HouseSeal
from policies.terms import REACHED_BY, Channel, Condition, ConsentState, IdentifierKind

KIND: Final = "confirm"
"""The kind that a confirming link names: no message goes to such an identifier, so no opt-out link is one."""
KEPT_OPEN: Final = timedelta(days=7)
MOST_A_DAY: Final = 5
_SCOPE: Final = "consent.request"
_TO_COME: Final = b"the confirmation"


@dataclass(frozen=True, slots=True)
class RequestWish:
    """What a tool or officer asks a person to confirm; see `ConsentWish` for the words.

    `evidence` shows that the person asked for it (a form); it is needed where they had said no before.
    """

    selector: Selector
    purpose: str
    sender: str
    channel: str = Channel.EMAIL.value
    conditions: Condition = Condition.NONE
    wording: str = ""
    language: str = ""
    evidence: bytes | None = None
    evidence_kind: str = "form"


@dataclass(frozen=True, slots=True)
class Requested:
    """A request that waits for its person. `again`: it stood already, and no second mail goes out."""

    uid: bytes
    expires_at: datetime
    again: bool
    link: str


def ask_to_confirm(gate: Gate, actor: str, wish: RequestWish, caller: Caller | None = None) -> Requested:
    """Ask a person by mail to confirm a consent.

    Args:
        gate: the gateway.
        actor: name of the tool or officer who asks.
        wish: what for.
        caller: the tool, if it is one.

    Raises:
        Invalid: `channel_not_by_mail`, or as `gateway.flows.consent.record`.
        Refused: `not_reachable`, `request_needs_evidence`, `requests_used_up`, or as there.
        NotFound: `person_unknown`, `party_unknown`.
    """
    with gate.house.unit() as connection:
        said = check(gate, connection, actor, _as_consent(wish), caller)  # 1
        subject, facts, address = _reachable(gate, connection, wish, caller)  # 2
        consents.lock(connection, [subject.no])
        if (standing := _standing(gate, connection, said, subject)) is not None:  # 3
            return replace(_answered(gate, standing), again=True)
        request, letter = _written(gate, connection, said, subject, facts)  # 4
        request = replace(request, evidence_no=_shown(gate, connection, wish, said, facts))
        queue(gate, connection, KIND, subject.no, address, letter, said.event.at)
        lasting.ask(connection, request)  # 5
        gate.house.enter(connection, [Entry("consent.requested", actor, _body(request, subject))])
    # True now: the mail waits in the outbox. A crash before the commit wrote to nobody.
    return _answered(gate, request)


def request_by_tool(gate: Gate, credential: str, wish: RequestWish) -> Requested:
    """Ask on behalf of a tool; it does not get the link, which belongs to the person.

    Raises:
        Unauthenticated, and as `ask_to_confirm`.
    """
    with gate.house.unit() as connection:
        caller = identify(gate, connection, credential)
    return replace(ask_to_confirm(gate, caller.name, wish, caller), link="")


def _as_consent(wish: RequestWish) -> ConsentWish:
    """Spell a request as the consent that it is to become: all but the proof must be sound now."""
    if wish.channel in set(Channel) and REACHED_BY[Channel(wish.channel)] is not IdentifierKind.EMAIL:
        raise Invalid("channel_not_by_mail", "A mail proves nothing about a phone number: confirm that on the phone.")
    return ConsentWish(
        wish.selector, ConsentState.GIVEN, wish.purpose, "double_opt_in", wish.channel, wish.sender,
        wish.conditions | Condition.DOUBLE_OPT_IN, wish.wording, wish.language, None, wish.evidence or _TO_COME,
        wish.evidence_kind,
    )  # fmt: skip


def _reachable(
    gate: Gate, connection: Connection, wish: RequestWish, caller: Caller | None
) -> tuple[Subject, Facts, str]:
    """Give the person, the identifier that a consent would cover, and the address that proves to be theirs."""
    subject = require(gate, connection, wish.selector, caller)
    who = named(gate, wish.selector, caller)
    if who.kind and len(consents.everybody_with(connection, who.kind, [key.value for key in who.keys])) > 1:
        raise Invalid("identifier_shared", "Several people are known by that. Name the one who asked another way.")
    facts = facts_of(connection, subject.no)
    address = address_of(gate, connection, facts) if facts else ""
    if not facts or not address:
        raise Refused("not_reachable", "No mail may go to this person. Ask them in another way.")
    mine = {key.value for key in gate.lookup.index(IdentifierKind.EMAIL, address)}
    if subject.kind == IdentifierKind.EMAIL and subject.index not in mine:
        raise Refused("not_reachable", "That address is not the one on file. Name the person by the newest one.")
    index = next((one for one in mine if lasting.has_identifier(connection, subject.no, "email", one)), None)
    if index is None:
        raise Refused("not_reachable", "No mail may go to this person. Ask them in another way.")
    return Subject(subject.no, subject.uid, IdentifierKind.EMAIL.value, index), facts, address


def _standing(gate: Gate, connection: Connection, said: Said, subject: Subject) -> Request | None:
    """Give the same request if it is still open.

    Raises:
        Refused: `requests_used_up`.
    """
    now = gate.clock()
    recent = lasting.open_requests(connection, subject.no, now - KEPT_OPEN)
    event = said.event
    same = (
        one for one in recent
        if (one.index, one.purpose, one.channel, one.sender_no)
        == (subject.index, event.purpose, event.channel, event.sender_no)
        and one.confirmed_at is None and one.expires_at > now
    )  # fmt: skip
    found = next(same, None)
    if found is None and sum(one.requested_at > now - timedelta(days=1) for one in recent) >= MOST_A_DAY:
        raise Refused("requests_used_up", f"At most {MOST_A_DAY} requests a day go to one person. Ask tomorrow.")
    return found


def _shown(gate: Gate, connection: Connection, wish: RequestWish, said: Said, facts: Facts) -> int | None:
    """Keep what shows that the person asked; somebody who said no is written to with that only."""
    if wish.evidence is not None:
        seal = HouseSeal(gate.keyring, Purpose.EVIDENCE)
        return proofs.add(connection, seal, wish.evidence_kind, wish.evidence).no
    if stopped_by(consents.standing(connection, facts.no), said.tree, said.about) is not None:
        raise Refused("request_needs_evidence", "They said no to this. Send along what shows that they asked anew.")
    return None


def _written(gate: Gate, connection: Connection, said: Said, subject: Subject, facts: Facts) -> tuple[Request, Letter]:
    event, uid, now = said.event, lasting.new_uid(), gate.clock()
    node = said.tree.nodes[event.purpose]
    letter = letters.compose(KIND, event.language or facts.language, letters.About(
        parties.party_by_no(connection, event.sender_no).name, node.chain, node.title, event.channel,
        f"{now:%Y-%m-%d}", link_of(gate, uid), KEPT_OPEN.days,
    ))  # fmt: skip
    digest = hashlib.sha256(f"{letter.subject}\n\n{letter.text}".encode()).digest()
    return Request(
        0, uid, subject.no, subject.kind, subject.index, event.purpose, event.channel, event.sender_no,
        event.conditions, event.wording, event.language or letter.language, event.actor, digest, None, now,
        now + KEPT_OPEN,
    ), letter  # fmt: skip


def _body(request: Request, subject: Subject) -> dict[str, Json]:
    return {
        "request": request.uid.hex(), "people": [subject.uid.hex()], "purpose": request.purpose,
        "channel": request.channel, "sender": request.sender_no, "wording": request.wording,
        "mail": request.mail_digest.hex(), "expires": request.expires_at.isoformat(),
    }  # fmt: skip


def _answered(gate: Gate, request: Request) -> Requested:
    return Requested(request.uid, request.expires_at, again=False, link=link_of(gate, request.uid))


def link_of(gate: Gate, uid: bytes) -> str:
    """Give the link of a request. No opt-out link is one: its kind is none that a message can go to."""
    return f"{gate.origin}/c/{gate.links.seal(Link(uid, KIND, 0, _SCOPE, ''))}"
