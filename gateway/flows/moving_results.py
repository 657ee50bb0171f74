"""Carries over what people answered in another system: clicks, orders, dead addresses, each with its day.

A click is an active contact, as some laws count it (CNIL: three years from the last one); an opened letter is kept as
an event and is no contact at all, because programs open letters. Must never keep an event twice, and never guess whose
it is: of two people with one identifier neither has it.
"""

from collections import Counter
from collections.abc import Sequence
from datetime import datetime

from audit.leaf import Entry, Json
from gateway.domain.campaigns import ContactKind
from gateway.flows.gate import Gate
from gateway.flows.intake_origin import Origin
from gateway.flows.moving_files import CHANNELS, File, Line, Read
from gateway.lists.dialects import Told
from gateway.store import intake, moving, people
from gateway.store.intake import DealingRow
from gateway.store.moving import Crowd, Event, Moving
from gateway.store.people_lookup import Connection
from policies.terms import Channel, DealingKind

Crowds = dict[tuple[str, str], Crowd]


def results(
    gate: Gate, actor: str, move: Moving, origin: Origin, file: File, number: int, crowds: Crowds
) -> Counter[str]:
    """Carry over the results of one file, and note who was what there.

    Args:
        gate: the gateway.
        actor: who moves in.
        move: the move.
        origin: the source.
        file: one of its files.
        number: its place among them, from 0.
        crowds: takes in who was what, by channel and word.

    Returns:
        `here.*` and `not_here.*` by channel and word, and events by kind, those that stood already included.
    """
    total: Counter[str] = Counter()
    for read in file.chunks(gate, origin):
        with gate.house.unit() as connection:
            persons = _persons(connection, origin, read.lines)
            total.update(_noted(file, read, persons, crowds))
            found = [(no, line.told) for no, line in zip(persons, read.lines, strict=True) if no]
            events = [event for no, told in found for event in _events(no, told, gate.clock())]
            total.update(f"event.{event.kind}" for event in dict.fromkeys(events))
            _keep(gate, connection, actor, move, origin, number, read, events)
        # True now: the events of this chunk are kept. A crash before this line kept none of them.
    return total


def _persons(connection: Connection, origin: Origin, lines: Sequence[Line]) -> list[int]:
    """Give whose row each is, 0 where nobody or more than one is found."""
    marks = [line.found_by() for line in lines]
    by_kind: dict[str, set[bytes]] = {}
    for mark in marks:
        if mark is not None:
            by_kind.setdefault(mark.kind, set()).update(mark.indexes)
    holders: dict[tuple[str, bytes], set[int]] = {}
    for kind, indexes in by_kind.items():
        for match in people.matches(connection, kind, indexes):
            if match.source_no == origin.source.no:
                holders.setdefault((kind, match.blind_index), set()).add(match.person_no)
    found = []
    for mark in marks:
        owners = {no for index in mark.indexes for no in holders.get((mark.kind, index), ())} if mark else set()
        found.append(owners.pop() if len(owners) == 1 else 0)
    return found


def _noted(file: File, read: Read, persons: Sequence[int], crowds: Crowds) -> Counter[str]:
    counts: Counter[str] = Counter()
    for no, line in zip(persons, read.lines, strict=True):
        for column in file.channels:
            channel, said = CHANNELS[column].value, line.told.said(column).value
            counts[f"{'here' if no else 'not_here'}.{channel}.{said}"] += 1
            if no:
                crowds[channel, said].add(no)
    return counts


def _events(no: int, told: Told, now: datetime) -> list[Event]:
    """Give the events of a row; what is dated later than now did not happen."""
    dated = (
        (told.clicked, ContactKind.CLICKED), (told.opened, ContactKind.OPENED), (told.ordered, ContactKind.ORDERED),
        (told.bounced_at if told.bounced else None, ContactKind.BOUNCED),
        (told.stopped_at if told.complained else None, ContactKind.COMPLAINED),
    )  # fmt: skip
    return [Event(no, at, kind.value, Channel.EMAIL.value) for at, kind in dated if at is not None and at <= now]


def _keep(
    gate: Gate, connection: Connection, actor: str, move: Moving, origin: Origin, number: int, read: Read,
    events: Sequence[Event],
) -> None:  # fmt: skip
    moving.held(connection, move.no)
    shared = origin.shared
    new = moving.new_events(connection, events, shared.sender_no)
    if not new:
        return
    kinds = Counter(event.kind for event in new)
    body: dict[str, Json] = {
        "moving": move.uid.hex(),
        "file": number,
        "chunk": read.number,
        "events": dict(sorted(kinds.items())),
    }
    (inbox_no,) = gate.house.enter(connection, [Entry("moving.results", actor, body)])
    moving.keep_events(connection, new, shared.sender_no, shared.defaults.purpose or "marketing", inbox_no)
    people.one_import_at_a_time(connection)
    people.hold(connection, {event.person_no for event in new}, shared.source_no)
    intake.put_dealings(connection, shared.source_no, _active(origin, new))


def _active(origin: Origin, events: Sequence[Event]) -> list[DealingRow]:
    """Give the last click of each person as an active contact."""
    latest: dict[int, datetime] = {}
    for event in events:
        if event.kind == ContactKind.CLICKED:
            latest[event.person_no] = max(event.at, latest.get(event.person_no, event.at))
    sender = origin.shared.sender_no
    return [DealingRow(no, sender, DealingKind.ACTIVITY.value, "", at, False) for no, at in sorted(latest.items())]
