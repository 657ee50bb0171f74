"""Slots of one transaction: read with the facts, taken with the answers, kept with the record.

A person may be contacted so often, counted over all tools and departments. Must never let two answers take the same
last slot: within a transaction the slots taken so far are counted too, between transactions the person's turn makes
the second one begin again. Where no cap concerns an ask, nothing here costs anything.

Steps, in the transaction that answers:
  1 claim   ask, campaign    -> what it would take of a person, or None: no cap concerns it
  2 read    people           -> slots taken until now (one statement, the same snapshot as the facts)
  3 known   facts            -> facts with the caps that are used up
  4 take    an allowed one   -> noted; reservations of campaigns that come after give way
  5 turns   everybody taken  -> theirs alone until the commit, or Overtaken: begin again
  6 keep    what was noted   -> contacts, reservations, collisions with their ledger entries
"""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import NamedTuple, TypeVar

from audit.leaf import Entry
from gateway.domain.campaigns import Campaign
from gateway.domain.capping import Claim, Slot, claim_of, displaced, holds, used
from gateway.domain.decision import Decision
from gateway.domain.grant import Caller
from gateway.domain.people import Facts, UsedCap
from gateway.domain.requests import Ask
from gateway.flows.gate import Gate
from gateway.store import contacts, reservations
from gateway.store.contacts import EVERYBODY_OF, Contact, People
from gateway.store.facts import Row
from gateway.store.people_lookup import Connection
from gateway.store.reservations import Held, Key, Overtaken
from gateway.store.snapshots import Cursor
from policies.packs import Bundle
from policies.terms import Act, Channel

T = TypeVar("T")


def repeated(work: Callable[[bool], T]) -> T:
    """Do work that takes slots; if it is overtaken, anew, and the last time with everybody else kept out.

    Args:
        work: one whole transaction; it is told whether to begin with `reservations.alone`.

    Raises:
        Unavailable: `overtaken`, and whatever the work raises.
    """
    for last in (False, False, True):
        try:
            return work(last)
        except Overtaken:
            if last:
                raise
    raise AssertionError  # the last round returns or raises


@dataclass(frozen=True, slots=True)
class Taker:
    """Who asks what in which campaign's name, and what that would take of a person; None if no cap concerns it."""

    ask: Ask
    caller: Caller
    campaign: Campaign | None
    claim: Claim | None

    @classmethod
    def of(cls, bundle: Bundle, ask: Ask, caller: Caller, campaign: Campaign | None) -> "Taker":
        """Say what an ask would take under this law (1)."""
        return cls(ask, caller, campaign, claim_of(bundle, ask, caller.no, campaign))

    @property
    def takes(self) -> bool:
        """Whether an allowed answer leaves a trace: a contact, or a slot that is held."""
        return self.claim is not None or self.ask.act is Act.CONTACT


class _Lost(NamedTuple):
    """Which campaign took a slot over from which, by number and name (0 and "" are none)."""

    winner: int
    by: str
    loser: int
    of: str
    channel: Channel


class Slots:
    """The slots of the people of one transaction.

    Args:
        at: the transaction's moment (UTC).
    """

    def __init__(self, at: datetime) -> None:
        self._at = at
        self._taken: dict[int, list[Slot]] = {}
        self._capped: dict[tuple[int, tuple[UsedCap, ...]], tuple[Facts, Facts]] = {}
        self._turns: set[int] = set()
        self._made: dict[int, list[Contact]] = {}
        self._held: dict[Key, Held] = {}
        self._dropped: set[Key] = set()
        self._lost: dict[int, Counter[_Lost]] = {}

    def read(self, cursor: Cursor, claims: Iterable[Claim], people: Iterable[int]) -> None:
        """Read all slots of these people that the claims could count (2)."""
        values = {"people": sorted(set(people))}
        self._read(cursor, list(claims), EVERYBODY_OF, values, fewest=1)

    def read_page(self, cursor: Cursor, claim: Claim, people: People, values: Mapping[str, object]) -> None:
        """Read the slots of a page's people, of those who have enough of them to matter (2)."""
        self._read(cursor, [claim], people, values, claim.fewest)

    def _read(
        self, cursor: Cursor, claims: list[Claim], people: People, values: Mapping[str, object], fewest: int
    ) -> None:
        channels = frozenset(channel for claim in claims for channel in claim.channels)
        since = self._at - max(claim.window for claim in claims)
        for person, slot in contacts.taken(cursor, people, values, contacts.Reach(since, self._at, channels, fewest)):
            self._taken.setdefault(person, []).append(slot)

    def known(self, person: int, facts: Facts, claim: Claim | None) -> Facts:
        """Give a person's facts with the caps that are used up for a claim; equal ones are the same object (3)."""
        slots = self._taken.get(person)
        if claim is None or not slots or not (caps := used(claim, slots, self._at)):
            return facts
        # The facts themselves are kept with them, so that their id stays theirs.
        return self._capped.setdefault((id(facts), caps), (facts, replace(facts, caps=caps)))[1]

    def rows(self, rows: Iterator[Row], claim: Claim | None) -> Iterator[Row]:
        """Give the rows of a page with their caps (3); if nobody has any, the rows as they are."""
        return self._rows(rows, claim) if self._taken else rows

    def _rows(self, rows: Iterator[Row], claim: Claim | None) -> Iterator[Row]:
        for row in rows:
            yield row._replace(facts=self.known(row.no, row.facts, claim)) if row.no in self._taken else row

    def take(self, person: int, taker: Taker, facts: Facts, decision: Decision) -> None:
        """Note what an allowed answer takes (4): a contact is made, or a slot held until the answer's end.

        Where no slot is free nothing is held: the tool asks again before it sends, as it must. What was allowed only
        because the tool is under observation takes no slot from anybody.
        """
        claim = taker.claim if decision.would_have is None else None
        if taker.ask.act is Act.CONTACT:
            self._made.setdefault(taker.caller.no, []).append(_contact(person, taker))
            if claim is not None:
                self._take(person, claim, None)
        elif claim is not None and not facts.caps:
            self._take(person, claim, decision.valid_until)

    def _take(self, person: int, claim: Claim, until: datetime | None) -> None:
        slots = self._taken.get(person)
        if slots is None:  # most people: nobody has anything of them
            slots = self._taken[person] = []
        else:
            self._make_room(person, claim, slots)
        slots.append(_slot(claim, self._at, until))
        self._turns.add(person)
        key = Key(person, claim.channel, claim.tool, claim.campaign)
        if until is None:
            self._drop(key)
        else:
            self._held[key] = Held(key, claim.sender, claim.category, until)

    def _make_room(self, person: int, claim: Claim, slots: list[Slot]) -> None:
        """Drop what gives way to a claim, and the claim's own reservation, which it takes up."""
        gone = displaced(claim, slots, self._at)
        lost = [_Lost(claim.campaign, claim.name, slot.campaign, slot.name, slot.channel) for slot in gone]
        self._lost.setdefault(claim.tool, Counter()).update(lost)
        for slot in (*gone, *(slot for slot in slots if holds(claim, slot))):
            slots.remove(slot)
            self._drop(Key(person, slot.channel, slot.tool, slot.campaign))

    def _drop(self, key: Key) -> None:
        self._held.pop(key, None)
        self._dropped.add(key)

    def turns(self, connection: Connection) -> None:
        """Take the turns of everybody a slot was taken of (5).

        Raises:
            Overtaken: the transaction must be begun again.
        """
        if self._turns:
            reservations.take_turns(connection, self._turns)

    def keep(self, gate: Gate, connection: Connection, answered: Iterable[tuple[Caller, int]]) -> None:
        """Keep what the answers of these callers took, each with its number in the ledger's inbox (6)."""
        for caller, inbox_no in answered:
            if made := self._made.get(caller.no):
                contacts.record(connection, made, self._at, inbox_no)
            self._keep_collisions(gate, connection, caller)
        if self._dropped:
            reservations.drop(connection, self._dropped)
        if self._turns:
            reservations.drop_over(connection, self._turns, self._at)
        if self._held:
            reservations.hold(connection, self._held.values(), self._at)

    def _keep_collisions(self, gate: Gate, connection: Connection, caller: Caller) -> None:
        lost = self._lost.get(caller.no)
        if not lost:
            return
        entries = [Entry("reservation.cancelled", caller.name, _said(each, people)) for each, people in lost.items()]
        inboxes = gate.house.enter(connection, entries)
        rows = [
            (each.winner, each.loser, each.channel, people, inbox)
            for (each, people), inbox in zip(lost.items(), inboxes, strict=True)
        ]
        reservations.collide(connection, rows, self._at)


def _contact(person: int, taker: Taker) -> Contact:
    ask, campaign = taker.ask, taker.campaign.no if taker.campaign else 0
    return Contact(person, ask.channel, ask.sender.no, taker.caller.no, campaign, ask.purpose, ask.category)


def _slot(claim: Claim, at: datetime, until: datetime | None) -> Slot:
    return Slot(
        at, until, claim.sender, claim.tool, claim.channel, claim.category, claim.campaign, claim.priority, claim.name
    )


def _said(lost: _Lost, people: int) -> dict[str, str | int]:
    """Say in the ledger which campaign took slots from which ("" is none): a count, no person."""
    return {"campaign": lost.by, "from": lost.of, "channel": lost.channel.value, "people": people}
