"""What officers see first: how the house stands, its sources, its imports with their reports. Reads only.

Must never show a value of a list or of a person: counts, words, digests and column titles.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from gateway.domain.errors import NotFound
from gateway.domain.lawfulness import verdict_on
from gateway.flows.gate import Gate
from gateway.flows.inspect import LedgerState, verify_state
from gateway.flows.officers import Officer, require
from gateway.store import batches, overview, parties, sources
from gateway.store.batches import Batch
from gateway.store.overview import Refusal, Release
from gateway.store.sources import SourceRow
from policies.terms import Verdict

__all__ = [
    "Batch",
    "Choices",
    "Import",
    "Overview",
    "Refusal",
    "Release",
    "SourceLine",
    "SourceRow",
    "SourceView",
    "choices_of",
    "import_of",
    "imports_of",
    "overview_of",
    "source_of",
    "sources_of",
]

WEEK: Final = timedelta(days=7)
IMPORTS: Final = 500
"""Imports listed at most; the newest ones."""


@dataclass(frozen=True, slots=True)
class Import:
    """One intake of one list, with the name of its source; `waits` says that it stands until somebody acts."""

    source: str
    batch: Batch
    waits: bool


@dataclass(frozen=True, slots=True)
class Overview:
    """How the house stands. `since` bounds the week that releases and refusals are of (UTC).

    `waiting` are lists that wait whole; `held` counts the lists that are stored but for rows that wait.
    """

    people: int
    sources: Mapping[str, int]
    imports: Mapping[str, int]
    waiting: Sequence[Import]
    held: int
    releases: Sequence[Release]
    refusals: Sequence[Refusal]
    withdrawals_today: int
    since: datetime
    ledger: LedgerState


@dataclass(frozen=True, slots=True)
class SourceView:
    """A source with what its rule asks, what happened to it (oldest first) and its imports.

    `title` and `cite` are those of its kind in the policies; `lacks` names the evidence that is not on file.
    """

    row: SourceRow
    title: str
    cite: str
    lacks: Sequence[str]
    named: Sequence[str]
    history: Sequence[tuple[datetime, str, str]]
    imports: Sequence[Import]


@dataclass(frozen=True, slots=True)
class SourceLine:
    """A source in the list: an officer's approval is one thing, the verdict of the law another."""

    row: SourceRow
    verdict: Verdict


@dataclass(frozen=True, slots=True)
class Choices:
    """What the "may I?" form offers: tools with their senders, purposes with their titles, channels, sources."""

    tools: Sequence[str]
    purposes: Sequence[tuple[str, str]]
    sources: Sequence[str]


def overview_of(gate: Gate, officer: Officer) -> Overview:
    """Give the first page.

    Raises:
        Refused: `role_may_not`.
    """
    now = gate.clock()
    today = now.replace(hour=0, minute=0, second=0, microsecond=0)
    ledger = verify_state(gate)
    with gate.house.snapshot() as connection:
        require(gate, connection, officer, "import.read")
        recent = _imports(batches.latest(connection, IMPORTS))
        return Overview(
            people=overview.people(connection),
            sources=overview.sources_by_status(connection),
            imports=overview.batches_by_verdict(connection),
            waiting=[one for one in recent if one.waits],
            held=sum(batch.state == "finished" for _, batch in batches.on_the_desk(connection)),
            releases=overview.releases_since(connection, now - WEEK),
            refusals=overview.refusals_since(connection, now - WEEK),
            withdrawals_today=overview.withdrawals_since(connection, today),
            since=now - WEEK,
            ledger=ledger,
        )


def sources_of(gate: Gate, officer: Officer) -> Sequence[SourceLine]:
    """List the registered sources by name, each with what the law in force says of it where its lists are from.

    Raises:
        Refused: `role_may_not`.
    """
    with gate.house.unit() as connection:
        require(gate, connection, officer, "source.read")
        bundle = gate.house.bundle(connection)
        return [
            SourceLine(row, verdict_on(row.source, bundle, [row.source.country]).verdict)
            for row in sources.sources(connection)
        ]


def source_of(gate: Gate, officer: Officer, name: str) -> SourceView:
    """Give one source.

    Raises:
        Refused: `role_may_not`. NotFound: `source_unknown`.
    """
    with gate.house.snapshot() as connection:
        require(gate, connection, officer, "source.read")
        row = sources.source(connection, name)
        rule = gate.house.bundle(connection).sources.get(row.source.kind)
        known = {party.no: party.name for party in parties.parties(connection)}
        lists = [one for one in _imports(batches.latest(connection, IMPORTS)) if one.source == name]
        return SourceView(
            row=row,
            title=rule.title if rule else "",
            cite=rule.cite if rule else "",
            lacks=[kind for kind in rule.evidence if kind not in row.source.evidence] if rule else [],
            named=sorted(known[no] for no in row.source.named if no in known),
            history=sources.history(connection, row.source.no),
            imports=lists,
        )


def imports_of(gate: Gate, officer: Officer) -> Sequence[Import]:
    """List the newest imports, newest first.

    Raises:
        Refused: `role_may_not`.
    """
    with gate.house.unit() as connection:
        require(gate, connection, officer, "import.read")
        return _imports(batches.latest(connection, IMPORTS))


def import_of(gate: Gate, officer: Officer, uid: bytes) -> Import:
    """Give one import.

    Raises:
        Refused: `role_may_not`. NotFound: `import_unknown`.
    """
    with gate.house.unit() as connection:
        require(gate, connection, officer, "import.read")
        batch = batches.by_uid(connection, uid)
        if batch is None:
            raise NotFound("import_unknown", "No import has that number. The imports page lists them.")
        name = next(row.source.name for row in sources.sources(connection) if row.source.no == batch.source_no)
    return Import(name, batch, overview.waits(batch))


def choices_of(gate: Gate, officer: Officer) -> Choices:
    """Give what a question about one person may name.

    Raises:
        Refused: `role_may_not`.
    """
    with gate.house.snapshot() as connection:
        require(gate, connection, officer, "decision.explain")
        nodes = gate.house.bundle(connection).purposes.nodes
        return Choices(
            tools=[tool.name for tool in parties.tools(connection)],
            purposes=[(purpose.id, purpose.title) for purpose in nodes.values()],
            sources=[row.source.name for row in sources.sources(connection)],
        )


def _imports(rows: Sequence[tuple[str, Batch]]) -> list[Import]:
    return [Import(name, batch, overview.waits(batch)) for name, batch in rows]
