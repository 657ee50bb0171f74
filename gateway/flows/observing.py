"""Tools under observation: the gate's word is noted and, where no law forbids it outright, not yet enforced.

To observe widens, so two officers decide it; to enforce narrows and is done at once. What may be let through is said in
`gateway.domain.shadow`, nowhere else. Must never show a person: the report counts.
"""

from collections import Counter
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from audit.leaf import Entry, Json
from gateway.domain.errors import Conflict, Invalid
from gateway.domain.grant import Mode
from gateway.flows.gate import Gate
from gateway.flows.officers import Officer
from gateway.flows.proposals import Kind, Proposal, propose
from gateway.store import parties, replay
from gateway.store.people_lookup import Connection
from gateway.store.replay import Crowd

_MOST_DAYS: Final = 3660


@dataclass(frozen=True, slots=True)
class ShadowLine:
    """One reason that was only noted: the rule and its citation, how often, and for how many people."""

    would_have: str
    code: str
    rule: str
    cite: str
    answers: int
    people: int


@dataclass(frozen=True, slots=True)
class ShadowReport:
    """What enforcing would have changed for a tool since a moment (UTC): all its answers, and those let through."""

    tool: str
    mode: str
    since: datetime
    answers: int
    let_through: int
    people: int
    lines: tuple[ShadowLine, ...]


def propose_observe(gate: Gate, officer: Officer, tool: str) -> Proposal:
    """Propose to put a tool under observation.

    Raises:
        NotFound: `tool_unknown`. Conflict: `observed_already`. Refused: `role_may_not`.
    """
    with gate.house.unit() as connection:
        caller = parties.tool(connection, tool)
    if caller.mode is Mode.OBSERVE:
        raise Conflict("observed_already", "That tool is under observation already.")
    payload: dict[str, Json] = {"tool": caller.uid.hex(), "name": caller.name, "mode": Mode.OBSERVE.value}
    return propose(gate, officer, OBSERVE, caller.name, payload)


def enforce(gate: Gate, actor: str, tool: str) -> bool:
    """Let the gate's word hold for a tool from now on; say whether that is new.

    Raises:
        NotFound: `tool_unknown`.
    """
    with gate.house.unit() as connection:
        # Once this is committed, the next page and the next answer obey it.
        return _set(gate, connection, tool, Mode.ENFORCE, actor, {})


def shadow_report(gate: Gate, tool: str, days: int) -> ShadowReport:
    """Tell, by rule, what enforcing would have changed for a tool in the last days.

    Args:
        gate: the gateway.
        tool: its name.
        days: 1 to 3660, from now backwards.

    Raises:
        NotFound: `tool_unknown`. Invalid: `days_unfit`.
    """
    since = since_days(gate, days)
    answers, through, crowd = 0, 0, Crowd()
    told: dict[tuple[str, str, str, str], Crowd] = {}
    counts: Counter[tuple[str, str, str, str]] = Counter()
    with gate.house.snapshot() as connection:
        caller = parties.tool(connection, tool)
        for page in replay.pages(connection, since, caller.no):
            for cell, packed in zip(page.cells, page.bitmaps, strict=True):
                answers += cell["count"]
                if not cell.get("shadow"):
                    continue
                through += cell["count"]
                crowd.add(packed)
                key = _why(cell)
                counts[key] += cell["count"]
                told.setdefault(key, Crowd()).add(packed)
    lines = tuple(ShadowLine(*key, counts[key], len(people)) for key, people in told.items())
    ordered = tuple(sorted(lines, key=lambda line: (-line.people, line.rule, line.code)))
    return ShadowReport(tool, caller.mode.value, since, answers, through, len(crowd), ordered)


def since_days(gate: Gate, days: int) -> datetime:
    """Give the moment so many days ago.

    Raises:
        Invalid: `days_unfit`.
    """
    if not 1 <= days <= _MOST_DAYS:
        raise Invalid("days_unfit", f"Look back over 1 to {_MOST_DAYS} days.")
    return gate.clock() - timedelta(days=days)


def _why(cell: dict[str, Any]) -> tuple[str, str, str, str]:
    """Name what would have decided: the first of the reasons noted that says as much."""
    word = cell["would_have"]
    first = next(why for why in cell["overruled"] if why["outcome"] == word)
    return word, first["code"], first["rule"], first["cite"]


def _set(gate: Gate, connection: Connection, tool: str, mode: Mode, actor: str, more: dict[str, Json]) -> bool:
    caller = parties.tool(connection, tool)
    changed = parties.set_mode(connection, caller.no, mode)
    if changed:
        body: dict[str, Json] = {"tool": caller.uid.hex(), "name": caller.name, "mode": mode.value, **more}
        gate.house.enter(connection, [Entry("tool.mode_set", actor, body)])
    return changed


def _observe(gate: Gate, connection: Connection, proposal: Proposal) -> None:
    by: dict[str, Json] = {
        "proposal": proposal.uid.hex(),
        "proposed_by": proposal.proposed_by,
        "confirmed_by": proposal.settled_by,
        "single_officer": proposal.alone,
    }
    _set(gate, connection, proposal.about, Mode.OBSERVE, proposal.settled_by, by)


OBSERVE: Final = Kind(
    "tool.observe", "Put a tool under observation", ("proposal.make", "tool.observe"), "proposal.confirm", _observe
)
