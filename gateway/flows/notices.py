"""Notices of the result: where a law asks it, everybody who consented, withdrew or objected is told what became of it.

What people said to the house itself counts; what a list claims was said to somebody else, who owed the notice. Must
never call a notice given that was only meant to be, and never write to somebody who may not be written to.

Steps of noting, in one transaction:
  1 look     events         -> Unnoted     said to the house, in a country whose law asks, with no notice yet
  2 owe      Unnoted        -> notice      due at the end of the law's last day, by the calendar of the person's pack
Steps of sending, for each notice:
  1 take     notice         -> Notice      locked
  2 write    Notice         -> mail        into the outbox, in the person's language, with a sealed way out
  3 route    Notice         -> notice      `mail`, or `other` where no address is known: then somebody tells them
A notice is given once a mail server has its mail, or somebody says how else it was given; until then it is owed.
"""

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from threading import Event
from typing import Final

from audit.leaf import Entry, Json
from gateway.domain import lasting as law
from gateway.domain.errors import Invalid, Unavailable
from gateway.flows.addressing import address_of, facts_of
from gateway.flows.gate import Gate
from gateway.flows.outbox import queue
from gateway.flows.preferences import link_for
from gateway.flows.stopping import chain
from gateway.notify import letters
from gateway.store import lasting
from gateway.store.consents import EVERY_SENDER
from gateway.store.lasting import Notice
from gateway.store.people_lookup import Connection
from policies.packs import PurposeTree
from policies.terms import ConsentState, IdentifierKind

LOOK_BACK: Final = timedelta(days=60)
"""How old an event may be that is noted for the first time: longer than any law gives."""
OTHER: Final = "other"
MAIL: Final = "mail"
_CHUNK: Final = 200


@dataclass(frozen=True, slots=True)
class NoticeLine:
    """A notice that is owed, as a list shows it; the person by number. Times are UTC, `due_at` is the last moment."""

    event: int
    person: str
    jurisdiction: str
    rule: str
    state: str
    purpose: str
    channel: str
    sender: str
    said_at: datetime
    due_at: datetime
    overdue: bool
    way: str


@dataclass(frozen=True, slots=True)
class Sent:
    """What became of a round: notices put into the outbox, and marked for another channel."""

    by_mail: int
    other: int


@dataclass(frozen=True, slots=True)
class Owing:
    """How many notices are owed, and how many of them are overdue."""

    owed: int
    overdue: int


def note_notices(gate: Gate) -> int:
    """Note what is owed since the last look; gives how many were new. Once or often: the same."""
    with gate.house.unit() as connection:
        bundle = gate.house.bundle(connection)
        lasting.settle(connection)
        events = lasting.unnoted(connection, law.notifying(bundle), gate.clock() - LOOK_BACK)  # 1
        new = 0
        for event in events:
            owed = law.result_owed(bundle, event.jurisdiction, event.purpose, event.channel, event.at)
            if owed is not None:
                lasting.owe(connection, event.no, event.person_no, owed.rule.id, owed.due_at)  # 2
                new += 1
    return new


def note_forever(gate: Gate, stop: Event, every: float) -> None:
    """Note what is owed, then wait, until told to stop: so that what nobody asked about is seen to be overdue.

    Args:
        gate: the gateway.
        stop: set it to end.
        every: seconds between looks.
    """
    while not stop.wait(every):
        with suppress(Unavailable):
            note_notices(gate)


def due_notices(gate: Gate, limit: int = 1000) -> list[NoticeLine]:
    """List the notices that are owed, the most pressing first."""
    note_notices(gate)
    now = gate.clock()
    with gate.house.unit() as connection:
        return [_line(one, now) for one in lasting.owed(connection, limit)]


def owing(gate: Gate) -> Owing:
    """Count what is owed and what is overdue."""
    note_notices(gate)
    with gate.house.unit() as connection:
        return Owing(*lasting.overdue(connection, gate.clock()))


def send_notices(gate: Gate, actor: str) -> Sent:
    """Put every notice that is owed into the outbox, or mark it for another channel.

    Args:
        gate: the gateway.
        actor: who has it done, as the ledger shall name him.
    """
    note_notices(gate)
    by_mail = other = 0
    while True:
        with gate.house.unit() as connection:
            taken = lasting.unsent(connection, _CHUNK)  # 1
            if not taken:
                return Sent(by_mail, other)
            ways = [_send(gate, connection, one) for one in taken]
            mails = ways.count(MAIL)
            body: dict[str, Json] = {
                "events": [one.event_no for one in taken],
                "mail": mails,
                "other": len(ways) - mails,
            }
            gate.house.enter(connection, [Entry("notices.sent", actor, body)])
        # True now: these are in the outbox or marked. A crash here leaves the rest owed.
        by_mail, other = by_mail + mails, other + len(ways) - mails


def give_otherwise(gate: Gate, actor: str, events: Sequence[int], way: str) -> int:
    """Note that notices were given in another way, by letter or by phone; gives how many.

    A letter that still waits in the outbox for it is not sent any more.

    Raises:
        Invalid: `way_unfit`.
    """
    if not way.isascii() or not way.isidentifier() or not way.islower():
        raise Invalid("way_unfit", "Say in one lower-case word how they were told: letter, phone, text.")
    with gate.house.unit() as connection:
        given = [event for event in events if lasting.give(connection, event, gate.clock(), way)]
        if given:
            gate.house.enter(connection, [Entry("notices.given", actor, {"events": given, "way": way})])
    return len(given)


def _send(gate: Gate, connection: Connection, notice: Notice) -> str:
    now = gate.clock()
    facts = facts_of(connection, notice.person_no)
    address = address_of(gate, connection, facts) if facts else ""
    if facts is None or not address:
        lasting.route(connection, notice.event_no, OTHER, None)
        return OTHER
    letter = _letter(gate, notice, facts.language, gate.house.bundle(connection).purposes)  # 2
    number = queue(gate, connection, "result", notice.person_no, address, letter, now)
    lasting.route(connection, notice.event_no, MAIL, number)  # 3
    return MAIL


def _letter(gate: Gate, notice: Notice, language: str, tree: PurposeTree) -> letters.Letter:
    node = tree.nodes.get(notice.purpose)
    kind = notice.kind or IdentifierKind.EMAIL.value
    link = link_for(
        gate, notice.person_uid, kind, notice.sender_no or EVERY_SENDER, notice.purpose, notice.channel
    )  # fmt: skip
    return letters.compose("given" if notice.state is ConsentState.GIVEN else "stopped", language, letters.About(
        notice.sender, chain(tree, notice.purpose), node.title if node else notice.purpose, notice.channel,
        f"{notice.at:%Y-%m-%d}", link, reference=notice.event_no,
    ))  # fmt: skip


def _line(one: Notice, now: datetime) -> NoticeLine:
    return NoticeLine(
        one.event_no, one.person_uid.hex(), one.jurisdiction, one.rule, one.state.value, one.purpose, one.channel,
        one.sender, one.at, one.due_at, one.due_at < now, one.way,
    )  # fmt: skip
