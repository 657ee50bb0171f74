"""Which consents fall due under the law of the people who gave them, and the confirmation that keeps one alive.

A list tells when, under which rule, and what confirms it; whom it is about is told by the person's number only. Must
never show an address, never take silence for a confirmation, never confirm what was withdrawn.

Steps of a confirmation:
  1 find     selector       -> Line        the consent that stands, for the identifier named
  2 repeat   Line           -> ConsentWish under the conditions and the wording it was given under
  3 record   ConsentWish    -> event       as any consent: with new evidence from the person
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime

from audit.leaf import Entry, Json
from gateway.domain import lasting as law
from gateway.domain.bands import local_day
from gateway.domain.errors import Invalid, NotFound, Refused
from gateway.domain.lasting import Given
from gateway.domain.requests import Selector
from gateway.flows.consent import ConsentReceipt, record
from gateway.flows.gate import Gate
from gateway.flows.said import ConsentWish
from gateway.flows.stopping import About, stopped_by
from gateway.flows.subject import require
from gateway.store import consents, lasting, parties
from gateway.store.consents import Line
from gateway.store.lasting import Standing
from policies.packs import Bundle
from policies.terms import REACHED_BY, AudienceKind, Channel, ConsentState, Outcome

MOST_DAYS = 3660


@dataclass(frozen=True, slots=True)
class Due:
    """One consent whose last day is near or past.

    Attributes:
        person: the person's number outside, 32 hexadecimal digits.
        jurisdiction: where they live.
        sender: name of the party that it was given to.
        since: when it was given or last confirmed (UTC).
        last: its last day, by the calendar of the person's pack.
        lapsed: whether that day is over.
        after: what is said then: hold, until it is confirmed; deny, it is none.
        rule, cite, title: the law.
        confirmed_by: what keeps it alive, in words.
        conditions: how it was given, our words.
    """

    person: str
    jurisdiction: str
    purpose: str
    channel: str
    sender: str
    since: datetime
    last: date
    lapsed: bool
    after: Outcome
    rule: str
    cite: str
    title: str
    confirmed_by: str
    conditions: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Again:
    """A confirmation that somebody reports; see `ConsentWish` for the words. `evidence` is the person's own word."""

    selector: Selector
    purpose: str
    channel: str
    sender: str
    evidence: bytes
    method: str = "reconfirmed"
    evidence_kind: str = "form"
    at: datetime | None = None
    idempotency_key: str | None = None


def due_consents(gate: Gate, actor: str, jurisdiction: str, days: int) -> list[Due]:
    """List the consents that lapse within so many days, and those that have, the nearest first.

    Args:
        gate: the gateway.
        actor: who asks, as the ledger shall name him.
        jurisdiction: a pack or country, "" for all.
        days: how far to look ahead, by each pack's own calendar.

    Raises:
        Invalid: `jurisdiction_unknown`, `period_unfit`.
    """
    if not 0 <= days <= MOST_DAYS:
        raise Invalid("period_unfit", f"Look at most {MOST_DAYS} days ahead.")
    with gate.house.snapshot() as connection:
        bundle = gate.house.bundle(connection)
        if jurisdiction and jurisdiction not in bundle.packs and jurisdiction not in bundle.speaks_for:
            raise Invalid("jurisdiction_unknown", f"Packs are: {', '.join(sorted(bundle.packs))}.")
        senders = {party.no: party.name for party in parties.parties(connection)}
        places = law.lapsing_jurisdictions(bundle, jurisdiction)
        found = [
            due
            for person in lasting.standings(connection, places)
            for due in _of_person(bundle, person, senders, gate.clock(), days)
        ]
        body: dict[str, Json] = {"jurisdiction": jurisdiction, "days": days, "consents": len(found)}
        gate.house.enter(connection, [Entry("consent.due_listed", actor, body)])
    return sorted(found, key=lambda due: (due.last, due.person, due.purpose, due.channel))


def reconfirm(gate: Gate, actor: str, again: Again) -> ConsentReceipt:
    """Record that a person confirmed a consent.

    Args:
        gate: the gateway.
        actor: who reports it.
        again: what was confirmed, with its evidence.

    Raises:
        NotFound: `person_unknown`, `party_unknown`, `nothing_to_confirm`. Refused: `consent_stopped`,
            `evidence_required`. Invalid, Conflict: as `gateway.flows.consent.record`.
    """
    if not again.evidence:
        raise Refused("evidence_required", "A confirmation is recorded only with what proves it. Send the evidence.")
    line = _standing(gate, again)  # 1
    return record(gate, actor, ConsentWish(  # 2, 3
        again.selector, ConsentState.GIVEN, again.purpose, again.method, again.channel, again.sender, line.conditions,
        line.wording, "", again.at, again.evidence, again.evidence_kind, again.idempotency_key,
    ))  # fmt: skip


def _standing(gate: Gate, again: Again) -> Line:
    with gate.house.unit() as connection:
        tree = gate.house.bundle(connection).purposes
        subject = require(gate, connection, again.selector, None)
        sender = parties.party(connection, again.sender).no
        lines = consents.standing(connection, subject.no)
        if again.channel not in set(Channel):
            raise Invalid("channel_unknown", f"`channel` is one of {', '.join(Channel)}.")
        index = subject.index if subject.kind == REACHED_BY[Channel(again.channel)] else None
    said = [
        line for line in lines
        if (line.state, line.purpose, line.channel, line.sender_no)
        == (ConsentState.GIVEN, again.purpose, again.channel, sender) and index in {None, line.index}
    ]  # fmt: skip
    if len(said) != 1:
        raise NotFound("nothing_to_confirm", "No single consent like that is on record. A new one is recorded as such.")
    if stopped_by(lines, tree, About(again.purpose, again.channel, sender)):
        raise Refused("consent_stopped", "It was withdrawn since. Only a new consent of the person undoes that.")
    return said[0]


def _of_person(bundle: Bundle, person: Standing, senders: dict[int, str], at: datetime, days: int) -> Iterator[Due]:
    today = local_day(bundle, person.jurisdiction, at)
    for line in person.lines:
        if line.state is not ConsentState.GIVEN or line.channel not in set(Channel):
            continue
        dealings = tuple((kind, when) for party, kind, when in person.dealings if party == line.sender_no)
        given = Given(line.purpose, Channel(line.channel), line.since, bool(line.source_no), dealings)
        fall = law.falling(bundle, person.jurisdiction, AudienceKind(person.kind), given, at)
        if fall is None or (fall.last - today).days > days:
            continue
        if stopped_by(person.lines, bundle.purposes, About(line.purpose, line.channel, line.sender_no)):
            continue
        yield Due(
            person.uid.hex(), person.jurisdiction, line.purpose, line.channel, senders.get(line.sender_no, ""),
            line.since, fall.last, fall.last < today, fall.after, fall.rule.id, fall.rule.cite, fall.rule.title,
            _confirmed_by(fall), tuple(one.name.lower() for one in line.conditions if one.name),
        )  # fmt: skip


def _confirmed_by(fall: law.Falling) -> str:
    """Say in words what keeps a consent alive."""
    own = "the person's confirmation" if fall.after is Outcome.HOLD else "a new consent of the person"
    return " or ".join([own, *(f"a dealing ({kind}) before that day" for kind in fall.renewed_by)])
