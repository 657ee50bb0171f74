"""What every answer shares: the moment it is given for, and how a cell is put on record.

Must never reuse a moment for another transaction: law, sources and tool are read with the facts they judge.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from typing import Any, Final, TypeVar

from gateway.domain.bands import cutoffs, year_limits
from gateway.domain.cells import Cell
from gateway.domain.grant import Grant
from gateway.domain.people import Snapshot
from gateway.domain.plan import Plan
from gateway.domain.reasons import Decision, Reason
from gateway.flows.gate import Gate
from gateway.roles.enforcer import authorise
from gateway.store import parties, snapshots
from gateway.store.people_lookup import Connection
from gateway.store.snapshots import Cursor
from policies.packs import Bundle
from policies.terms import Outcome

T = TypeVar("T")

UNBOUND: Final = 1 << 31
"""The bound of canonical JSON that is hashed or sent and never becomes a leaf: a page may have a thousand cells."""


class Cutoffs(dict[str, tuple[float, ...]]):
    """For each jurisdiction, how far back the law's periods reach from one moment; POSIX seconds, made on demand."""

    def __init__(self, bundle: Bundle, at: datetime) -> None:
        super().__init__()
        self._bundle, self._at = bundle, at

    def __missing__(self, jurisdiction: str) -> tuple[float, ...]:
        made = tuple(moment.timestamp() for moment in cutoffs(self._bundle, jurisdiction, self._at))
        self[jurisdiction] = made
        return made


@dataclass(frozen=True, slots=True)
class Moment:
    """One transaction's view: the law in force, the sources, the registers, and the time (UTC)."""

    at: datetime
    bundle: Bundle
    snapshot: Snapshot
    years: tuple[int, int]
    cutoffs: Mapping[str, tuple[float, ...]]

    @classmethod
    def of(cls, gate: Gate, connection: Connection, at: datetime | None = None) -> "Moment":
        """Read the moment. Its time is taken after the snapshot began, so no later withdrawal is missed by clock."""
        bundle = gate.house.bundle(connection)
        snapshot = snapshots.snapshot(connection, bundle)
        at = (at or gate.clock()).astimezone(UTC)
        return cls(at, bundle, snapshot, year_limits(bundle, at), Cutoffs(bundle, at))

    def renewed(self, connection: Connection, plan: Plan) -> Grant:
        """Give the plan's grant if tool and law are as they were, else authorise anew.

        Raises:
            Refused: the tool was switched off or may no longer ask for this: the stream ends.
        """
        caller = parties.tool_now(connection, plan.grant.caller.no)
        if caller.version == plan.grant.caller.version and self.bundle.digest == plan.grant.bundle:
            return plan.grant
        return authorise(caller, plan.wish, self.bundle)

    def cursor(self, connection: Connection) -> Cursor:
        """Give the driver's own cursor on this transaction, for COPY."""
        return snapshots.cursor(connection)


def strictest(told: Iterable[tuple[int, T]], outcome: Callable[[T], Outcome]) -> T | None:
    """Give, of each person, the best of what was decided for their identifiers; between several people, the strictest.

    Args:
        told: person number and what was decided, in the order of the numbers.
        outcome: of what was decided.
    """
    best: dict[int, T] = {}
    for no, one in told:
        if no not in best or _RANK[outcome(one)] < _RANK[outcome(best[no])]:
            best[no] = one
    return max(best.values(), key=lambda one: _RANK[outcome(one)], default=None)


_RANK: Final = {Outcome.ALLOW: 0, Outcome.HOLD: 1, Outcome.DENY: 2}


def recorded(cell: Cell) -> dict[str, Any]:
    """Spell a cell for the record: facts, outcome, reasons, obligations, count. No person, no identifier."""
    decision = cell.decision
    return {
        "cell": cell.no,
        "count": len(cell.people),
        "outcome": decision.outcome.value,
        "code": cell.withheld or decision.coarse,
        "available": cell.available,
        "reasons": [_reason(why) for why in decision.reasons],
        "steps": [
            {
                "no": step.no,
                "title": step.title,
                "words": step.words,
                "outcome": step.outcome.value,
                "rule": step.rule,
                "cite": step.cite,
            }
            for step in decision.steps
        ],
        "remedy": decision.remedy,
        "sources": list(decision.sources),
        "obligations": dict(decision.obligations),
        "not_before": decision.not_before.isoformat() if decision.not_before else "",
        "valid_until": decision.valid_until.isoformat(),
        "rules": list(decision.rules),
        "facts": _plain(asdict(cell.facts)),
    } | _noted(decision)


def _reason(why: Reason) -> dict[str, Any]:
    return {
        "code": why.code,
        "step": why.step,
        "rule": why.rule,
        "cite": why.cite,
        "words": why.words,
        "outcome": why.outcome.value,
        "remedy": why.remedy,
    }


def _noted(decision: Decision) -> dict[str, Any]:
    """Spell what was said but only noted of a tool under observation; nothing if the word held."""
    if decision.would_have is None:
        return {}
    overruled = [_reason(why) for why in decision.overruled]
    return {"shadow": True, "would_have": decision.would_have.value, "overruled": overruled}


def _plain(value: Any) -> Any:
    """Make tuples lists, words and moments plain text, so that the record is JSON as it stands."""
    if isinstance(value, Mapping):
        return {name: _plain(item) for name, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [_plain(item) for item in value]
    if isinstance(value, datetime):
        return value.isoformat()
    return (
        str(value) if isinstance(value, str) else int(value) if isinstance(value, int) and value is not True else value
    )
