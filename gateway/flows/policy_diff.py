"""What another bundle would change: every recorded cell asked again, under the law in force and under the new one.

The moment, the facts and the question are those on record; sources, registers, sign-offs and the tool's own limits are
those of now, for both bundles, so that nothing differs but the law. Must never write, show a person, or guess: what the
record cannot tell is counted as such. People are counted once for each line, however often they were asked about; what
is held in memory is one bitmap a line, never the record.
"""

from collections.abc import Callable, Mapping
from contextlib import closing
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Final

from audit.leaf import Json
from gateway.domain.errors import Ostiary
from gateway.domain.grant import Caller
from gateway.domain.people import Snapshot
from gateway.domain.plan import classes_of
from gateway.domain.replay import Change, Replayed, Under, counted, facts_of, replay
from gateway.domain.requests import Ask, Party
from gateway.flows.gate import Gate
from gateway.flows.observing import since_days
from gateway.roles.enforcer import compile_grant
from gateway.store import parties, snapshots
from gateway.store import replay as recorded
from gateway.store.people_lookup import Connection
from gateway.store.replay import Crowd, RecordedPage
from policies.packs import Bundle
from policies.refusal import PolicyRefused
from policies.terms import Act, Channel, LineType

Heard = Callable[[int, int], None]
DIMENSIONS: Final = ("tool", "purpose", "channel", "jurisdiction", "rule")
_CHANGES: Final = (Change.GAIN, Change.LOSE, Change.CANNOT_TELL)


@dataclass(frozen=True, slots=True)
class Line:
    """One line of the table: how many people gain contact, lose it, or cannot be told.

    `dimension` is one of `DIMENSIONS`; for a rule `value` is its id, or the code where no rule decided, under the new
    bundle, with its citation.
    """

    dimension: str
    value: str
    cite: str
    gain: int
    lose: int
    cannot_tell: int


@dataclass(frozen=True, slots=True)
class Difference:
    """What a bundle would have changed since a moment.

    Attributes:
        old: digest of the bundle in force.
        new: digest of the other.
        since: how far back (UTC).
        pages: pages read.
        cells: cells asked again; `whole` says whether those were all.
        people: everybody on them, counted once.
        gain: people who would have been reached at least once where they were not.
        lose: people who would not have been, at least once where they were.
        both: people of whom both is true.
        cannot_tell: people of whom the record cannot say it, at least once.
        lines: the same by tool, purpose, channel, jurisdiction and rule, most people first.
        unmeasured: caps of the new bundle that nobody counted in that time: whom they would stop is not known.
    """

    old: str
    new: str
    since: datetime
    pages: int
    cells: int
    whole: bool
    people: int
    gain: int
    lose: int
    both: int
    cannot_tell: int
    lines: tuple[Line, ...]
    unmeasured: tuple[str, ...]

    def figures(self) -> dict[str, Json]:
        """Give the figures that a proposal is bound to: whole numbers and words only."""
        return {
            "since": self.since.isoformat(), "cells": self.cells, "whole": self.whole, "people": self.people,
            "gain": self.gain, "lose": self.lose, "cannot_tell": self.cannot_tell,
        }  # fmt: skip


def difference(gate: Gate, new: Bundle, days: int = 90, limit: int = 0, heard: Heard | None = None) -> Difference:
    """Ask the recorded cells of the last days again.

    Args:
        gate: the gateway.
        new: the bundle to look at; need not be kept.
        days: 1 to 3660, from now backwards.
        limit: the most cells to ask, newest first; 0 is all.
        heard: hears how many pages are done, and of how many.

    Raises:
        Invalid: `days_unfit`. Unavailable: `no_bundle_in_force`.
    """
    since = since_days(gate, days)
    with gate.house.snapshot() as connection:
        again = _Again(gate, connection, new, limit)
        total = recorded.count(connection, since)
        with closing(recorded.pages(connection, since)) as pages:
            for number, page in enumerate(pages, 1):
                again.take(page)
                if heard is not None:
                    heard(number, total)
                if again.full:
                    break
        return again.told(since)


class _Again:
    """Asks cells again and counts; holds one crowd a line told."""

    def __init__(self, gate: Gate, connection: Connection, new: Bundle, limit: int) -> None:
        self._gate, self._connection, self._limit = gate, connection, limit
        self.bundles = gate.house.bundle(connection), new
        self._snapshots = tuple(_timeless(connection, bundle) for bundle in self.bundles)
        self._tools = {tool.no: tool for tool in parties.tools(connection)}
        self._senders = {party.no: party for party in parties.parties(connection)}
        self._past: dict[str, Bundle | None] = {}
        self._asked: dict[tuple[Any, ...], tuple[Under, Under]] = {}
        self._crowds: dict[tuple[str, str, str], dict[Change, Crowd]] = {}
        self._all = {change: Crowd() for change in _CHANGES}
        self._everybody = Crowd()
        self.pages = self.cells = 0
        self.full = False

    def take(self, page: RecordedPage) -> None:
        """Ask every cell of a page again."""
        self.pages += 1
        for cell, packed in zip(page.cells, page.bitmaps, strict=True):
            if self._limit and self.cells >= self._limit:
                self.full = True
                return
            self.cells += 1
            self._everybody.add(packed)
            self._count(page, cell, packed)

    def _count(self, page: RecordedPage, cell: Mapping[str, Any], packed: bytes) -> None:
        asked = cell.get("ask") or page.wish or {}
        tool = self._tools[page.tool_no]
        old, new = self._under(tool, asked)
        facts = facts_of(cell["facts"])
        result = replay(facts, page.snapshot_at, self._past_bundle(page.bundle), old, new)
        if result.change is Change.SAME:
            return
        self._all[result.change].add(packed)
        for key in _keys(tool, asked, facts.person.jurisdiction, result):
            crowds = self._crowds.get(key)
            if crowds is None:
                crowds = self._crowds[key] = {change: Crowd() for change in _CHANGES}
            crowds[result.change].add(packed)

    def _under(self, tool: Caller, asked: Mapping[str, Any]) -> tuple[Under, Under]:
        """Give the question as each bundle hears it; the same question is spelled once."""
        fields = tuple(asked.get("fields", ()))
        key = (tool.no, *(asked.get(name) for name in _ASKED), fields)
        if key not in self._asked:
            sender = self._senders[tool.sender]
            first, second = (
                Under(bundle, _ask(asked, fields, tool, sender, bundle), compile_grant(tool, bundle), snapshot)
                for bundle, snapshot in zip(self.bundles, self._snapshots, strict=True)
            )
            self._asked[key] = first, second
        return self._asked[key]

    def _past_bundle(self, digest: str) -> Bundle | None:
        """Give the bundle in whose periods a page was told, None if this program cannot read it any more."""
        if digest not in self._past:
            try:
                self._past[digest] = self._gate.house.bundle_by_digest(self._connection, digest)
            except (PolicyRefused, Ostiary):
                self._past[digest] = None
        return self._past[digest]

    def told(self, since: datetime) -> Difference:
        """Give the figures."""
        old, new = self.bundles
        gain, lose, unsure = (self._all[change] for change in _CHANGES)
        lines = [
            Line(*key, *(len(crowds[change]) for change in _CHANGES)) for key, crowds in self._crowds.items()
        ]  # fmt: skip
        lines.sort(key=lambda line: (DIMENSIONS.index(line.dimension), -line.gain - line.lose, line.value))
        before = counted(old)
        return Difference(
            old.digest, new.digest, since, self.pages, self.cells, not self.full, len(self._everybody),
            len(gain), len(lose), gain.shared(lose), len(unsure), tuple(lines),
            tuple(sorted(cap for cap, counts in counted(new).items() if before.get(cap) != counts)),
        )  # fmt: skip


_ASKED: Final = ("act", "purpose", "channel", "line", "category")


def _timeless(connection: Connection, bundle: Bundle) -> Snapshot:
    """Give the snapshot of now without the newest time on record: a moment of the past is no clock behind it."""
    return replace(snapshots.snapshot(connection, bundle), latest=None)


def _ask(asked: Mapping[str, Any], fields: tuple[str, ...], tool: Caller, sender: Party, bundle: Bundle) -> Ask:
    known = tuple(name for name in fields if name in bundle.fields)
    line = asked.get("line")
    return Ask(
        Act(asked["act"]),
        asked["purpose"],
        Channel(asked["channel"]),
        sender,
        tool.country,
        LineType(line) if line else None,
        asked.get("category") or "",
        frozenset(classes_of(known, bundle)),
    )


def _keys(tool: Caller, asked: Mapping[str, Any], home: str, result: Replayed) -> list[tuple[str, str, str]]:
    why = result.deciding
    rule = (why.rule or why.code, why.cite) if why else ("nothing", "")
    return [
        ("tool", tool.name, ""),
        ("purpose", asked["purpose"], ""),
        ("channel", asked["channel"], ""),
        ("jurisdiction", home or "unknown", ""),
        ("rule", *rule),
    ]
