"""Put a letter into the outbox, and take waiting ones out of it to the operator's mail server.

A letter is sealed in the transaction of the act that it tells of, and goes out later, by whoever runs this. Must never
send while a transaction is open, never send one letter twice at the same moment, never log to whom.

Steps of sending, for each letter:
  1 take     now            -> Waiting     its attempt is counted, and it is ours for five minutes; committed
  2 send     Waiting        -> taken       by SMTP; nothing of ours is locked meanwhile
  3 note     outcome        -> state       sent, again later, or given up: then its content is gone
A crash between 2 and 3 sends it again after five minutes, under the same Message-ID.
"""

from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from threading import Event
from typing import Final, Protocol

import orjson

from gateway.domain.errors import Unavailable
from gateway.flows.gate import Gate
from gateway.notify.letters import Letter
from gateway.notify.post import Mail, NotTaken
from gateway.store import mail
from gateway.store.mail import MailLine, Waiting
from gateway.store.people_lookup import Connection
from gateway.vault.keytext import Purpose
from gateway.vault.seal import HouseSeal

_OURS: Final = timedelta(minutes=5)
_PAUSES: Final = tuple(timedelta(minutes=minutes) for minutes in (1, 5, 15, 60, 4 * 60, 12 * 60, 24 * 60))
"""How long a letter waits after each attempt; after the last it is given up, two days on."""


class Way(Protocol):
    """Takes a mail to its server; `gateway.notify.post.Post` is one."""

    def send(self, mail: Mail) -> None:
        """Hand one mail over, or raise `NotTaken`."""


@dataclass(frozen=True, slots=True)
class Round:
    """What became of one round: letters sent, put off, given up."""

    sent: int = 0
    put_off: int = 0
    given_up: int = 0


@dataclass(frozen=True, slots=True)
class Outbox:
    """How the outbox stands: letters by state, and the newest of them."""

    counts: Mapping[str, int]
    newest: list[MailLine]


def queue(gate: Gate, connection: Connection, kind: str, person_no: int, to: str, letter: Letter, at: datetime) -> int:
    """Seal a letter into the outbox, in the caller's transaction; gives its number."""
    content = orjson.dumps({"to": to, "subject": letter.subject, "text": letter.text, "language": letter.language})
    return mail.add(connection, _seal(gate), kind, person_no, content, at)


def send_waiting(gate: Gate, way: Way, most: int = 1000, stop: Event | None = None) -> Round:
    """Send what is due, one letter after another.

    Args:
        gate: the gateway.
        way: to the operator's mail server.
        most: letters at most; a server that cannot be reached ends the round.
        stop: set, it ends the round after the letter under way.
    """
    sent = put_off = given_up = 0
    while sent + put_off + given_up < most and not (stop and stop.is_set()):
        taken = _take(gate)  # 1
        if taken is None:
            break
        try:
            way.send(_mail(gate, taken))  # 2
        except NotTaken as fault:
            again = None if fault.lasting or taken.attempts > len(_PAUSES) else _again(gate, taken)
            with gate.house.unit() as connection:
                mail.failed(connection, taken.no, fault.fault, again)  # 3
            put_off, given_up = put_off + (again is not None), given_up + (again is None)
            if fault.fault == "unreachable":
                break
            continue
        with gate.house.unit() as connection:
            mail.sent(connection, taken.no, gate.clock())  # 3
        sent += 1
    return Round(sent, put_off, given_up)


def send_forever(gate: Gate, way: Way, stop: Event, every: float) -> None:
    """Send what is due, then wait, until told to stop. A database that is away is tried again like everything else.

    Args:
        gate: the gateway.
        way: to the operator's mail server.
        stop: set it to end after the letter under way.
        every: seconds between rounds.
    """
    while not stop.wait(every):
        with suppress(Unavailable):
            send_waiting(gate, way, stop=stop)


def outbox(gate: Gate, limit: int = 50) -> Outbox:
    """Show how the outbox stands; nothing of whom a letter is to."""
    with gate.house.unit() as connection:
        return Outbox(mail.counts(connection), mail.latest(connection, limit))


def _take(gate: Gate) -> Waiting | None:
    """Take the next letter. One that does not open any more is given up at once, so that it never blocks the others."""
    now = gate.clock()
    with gate.house.unit() as connection:
        return mail.take(connection, _Opening(_seal(gate)), now, now + _OURS)


@dataclass(frozen=True, slots=True)
class _Opening:
    """A seal that gives nothing for what does not open."""

    seal_: HouseSeal

    def seal(self, place: bytes, content: bytes) -> bytes:
        return self.seal_.seal(place, content)

    def open(self, place: bytes, blob: bytes) -> bytes:
        try:
            return self.seal_.open(place, blob)
        except Unavailable:
            return b""


def _mail(gate: Gate, taken: Waiting) -> Mail:
    if not taken.content:
        raise NotTaken("unreadable", lasting=True)
    said = orjson.loads(taken.content)
    return Mail(said["to"], said["subject"], said["text"], said["language"], taken.uid.hex(), gate.clock())


def _again(gate: Gate, taken: Waiting) -> datetime:
    return gate.clock() + _PAUSES[taken.attempts - 1]


def _seal(gate: Gate) -> HouseSeal:
    return HouseSeal(gate.keyring, Purpose.DETAIL)
