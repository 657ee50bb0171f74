"""Officers read the ledger, and every reading is an entry of its own: the audit of the audit.

Must never show an entry without recording who looked, and never copy into the ledger what an officer typed to search
for: that is where personal data would slip in.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from audit.leaf import Entry
from gateway.domain.errors import Invalid, Unavailable
from gateway.flows.gate import Gate
from gateway.flows.officers import Officer, require
from gateway.store import ledger
from gateway.store.ledger import BROKEN, CHECKED, LeafRow, Wanted

PAGE: Final = 50
_LONGEST: Final = 200
_MOST: Final = 1000


@dataclass(frozen=True, slots=True)
class LedgerQuery:
    """What an officer looks for; see `Wanted`. Times are aware, `until` is excluded."""

    kind: str = ""
    actor: str = ""
    since: datetime | None = None
    until: datetime | None = None
    contains: str = ""
    before: int | None = None
    limit: int = PAGE


@dataclass(frozen=True, slots=True)
class LedgerEntry:
    """One entry as it is read: its place, when the log took it in (UTC), who did what, the facts."""

    index: int
    at: datetime
    kind: str
    actor: str
    body: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class LedgerPage:
    """A page of entries, newest first; `before` leads to the next one, None at the end."""

    entries: tuple[LedgerEntry, ...]
    before: int | None
    size: int


@dataclass(frozen=True, slots=True)
class LedgerRecord:
    """One entry with its exact bytes and the proof that it stands in the log (C2SP tlog-proof)."""

    entry: LedgerEntry
    leaf: bytes
    receipt: bytes


@dataclass(frozen=True, slots=True)
class LastCheck:
    """The newest check of the whole log: when (UTC), by whom, over how many entries; `broken` says what differed."""

    at: datetime
    actor: str
    size: int
    broken: str


@dataclass(frozen=True, slots=True)
class LedgerState:
    """Where the log stands.

    `at` is the time of the newest entry (UTC); `waiting` entries are durable but not in the log yet, the oldest for
    `behind` seconds; `check` is the newest check of the whole log, None if there was none.
    """

    name: str
    size: int
    at: datetime | None
    waiting: int
    behind: float
    check: LastCheck | None


def search(gate: Gate, officer: Officer, query: LedgerQuery) -> LedgerPage:
    """Give a page of entries, and record the search.

    Raises:
        Refused: `role_may_not`. Invalid: `search_unfit`.
    """
    if max(map(len, (query.kind, query.actor, query.contains))) > _LONGEST or not 1 <= query.limit <= _MOST:
        raise Invalid("search_unfit", "Search for 200 characters at most, 1000 entries a page.")
    wanted = Wanted(query.kind, query.actor, query.since, query.until, query.contains, query.before, query.limit)
    with gate.house.unit() as connection:
        require(gate, connection, officer, "ledger.read")
        found = tuple(_read(row) for row in ledger.search(connection, wanted))
        size = ledger.size(connection)
        gate.house.enter(connection, [Entry("ledger.searched", officer.actor, _asked(query, found))])
    full = len(found) == query.limit and found[-1].index > 0
    return LedgerPage(found, found[-1].index if full else None, size)


def entry(gate: Gate, officer: Officer, index: int) -> LedgerRecord:
    """Give one entry with its proof, and record that it was looked at.

    Raises:
        Refused: `role_may_not`. NotFound: `entry_unknown`.
    """
    with gate.house.unit() as connection:
        require(gate, connection, officer, "ledger.read")
        row = ledger.leaf(connection, index)
        record = LedgerRecord(_read(row), row.leaf, ledger.receipt(connection, index))
        gate.house.enter(connection, [Entry("ledger.viewed", officer.actor, {"entry": index})])
    return record


def place_of(gate: Gate, inbox_no: int) -> int | None:
    """Give the index in the log of an entry that a flow made, None while it is on its way in."""
    with gate.house.unit() as connection:
        return ledger.place_of(connection, inbox_no)


def verify_state(gate: Gate) -> LedgerState:
    """Say where the log stands and how the newest check of it came out. Reads numbers only."""
    waiting, behind = ledger.lag(gate.house.sequencer)
    with gate.house.snapshot() as connection:
        found = ledger.last_check(connection)
        check = _check(Entry.decode(found)) if found else None
        name, size, at = ledger.origin(connection), ledger.size(connection), ledger.last_at(connection)
    return LedgerState(name, size, at, waiting, behind, check)


def verify(gate: Gate, officer: Officer) -> LedgerState:
    """Check every row of the log against what was signed, record how it came out, and give the new state.

    Reads the whole log: seconds for a hundred thousand entries.

    Raises:
        Refused: `role_may_not`. Unavailable: `ledger_empty`.
    """
    with gate.house.unit() as connection:
        require(gate, connection, officer, "ledger.verify")
        name = ledger.origin(connection)
    if not name:
        raise Unavailable("ledger_empty", "The log has no entry yet. The sequencer writes the first within a second.")
    check = ledger.verify(gate.house.engine, name, gate.keyring.ledger_signer(name).public_key)
    if check.broken:
        kind, body = BROKEN, {"table": check.table, "entry": check.entry, "what": check.broken}
    else:
        kind, body = CHECKED, {"size": check.size, "root": check.root.hex(), "checkpoints": check.checkpoints}
    with gate.house.unit() as connection:
        gate.house.enter(connection, [Entry(kind, officer.actor, {"at": gate.clock().isoformat(), **body})])
    # True now: the outcome is durable. A broken log may refuse to grow; the outcome is read from the inbox then.
    return verify_state(gate)


def _read(row: LeafRow) -> LedgerEntry:
    return LedgerEntry(row.idx, row.at, row.kind, row.actor, json.loads(row.leaf)["entry"]["body"])


def _check(entry: Entry) -> LastCheck:
    body: Mapping[str, Any] = entry.body
    size = int(body["size"]) if entry.kind == CHECKED else 0
    return LastCheck(datetime.fromisoformat(body["at"]), entry.actor, size, str(body.get("what", "")))


def _asked(query: LedgerQuery, found: tuple[LedgerEntry, ...]) -> dict[str, Any]:
    """Say what was asked. A kind or an actor is repeated only if the log knew it already; a text never is."""
    known = bool(found)
    return {
        "kind": query.kind if known or not query.kind else "no such",
        "actor": query.actor if known or not query.actor else "no such",
        "since": query.since.isoformat() if query.since else "",
        "until": query.until.isoformat() if query.until else "",
        "text": bool(query.contains),
        "before": query.before,
        "found": len(found),
    }
