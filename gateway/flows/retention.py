"""Delete people whose data nothing justifies keeping; shown first, and then exactly what was shown.

Plan (`ostiary retention plan`):
  1 look     people        -> holds      by number, a batch in a transaction; as of the beginning of the day (UTC)
  2 judge    holds         -> reasons    `gateway.domain.retention`
  3 digest   reasons       -> plan       over everybody named, with the reason
  4 enter    plan          -> leaf       `retention.planned`: counts and the digest
Run (`ostiary retention run --plan DIGEST`):
  5 compare  digest        -> numbers    planned anew; another digest is another plan, and nothing is deleted
  6 lock     some of them  -> holds      suppressions first, then the people's rows, as everywhere
  7 judge    holds         -> reasons    whoever came alive since is spared
  8 delete   people        -> nothing    what they stopped becomes suppressions, then the key, then all the rest
  9 enter    counts        -> leaf       `retention.deleted`, in the batch's transaction

Must never delete anybody who was not in the plan, and never name one in the ledger.
"""

import hashlib
from collections import Counter
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from audit.leaf import Entry, Json
from gateway.domain.errors import Conflict
from gateway.domain.retention import Hold, Unjustified, as_of, unjustified
from gateway.flows.gate import Gate
from gateway.store import grades, retention
from gateway.store.people_lookup import Connection
from gateway.store.retention import Numbers

LOOK: Final = 10_000
BATCH: Final = 1_000
_ONE_AT_A_TIME: Final = b"ostireta"


@dataclass(frozen=True, slots=True)
class Plan:
    """Who would be deleted: how many for each reason, as of a day, and the digest that names exactly them."""

    day: datetime
    by_reason: dict[str, int]
    digest: str


@dataclass(frozen=True, slots=True)
class Deleted:
    """What a run did: how many were deleted for each reason, spared since the plan, and suppressions kept of them."""

    by_reason: dict[str, int]
    spared: int
    suppressions: int


def plan(gate: Gate, actor: str) -> Plan:
    """Say who would be deleted today."""
    made, _ = _planned(gate)  # 1, 2, 3
    body: dict[str, Json] = {"day": f"{made.day:%Y-%m-%d}", "reasons": dict(made.by_reason), "digest": made.digest}
    with gate.house.unit() as connection:
        gate.house.enter(connection, [Entry("retention.planned", actor, body)])  # 4
    return made


def run(gate: Gate, actor: str, digest: str) -> Deleted:
    """Delete exactly those whom a plan named; a batch is one transaction.

    Args:
        gate: the gateway.
        actor: who asks for it.
        digest: of the plan that was shown.

    Raises:
        Conflict: `plan_changed`: somebody came or went, or another day began; `retention_running`.
    """
    with gate.house.alone(_ONE_AT_A_TIME) as ours:
        if not ours:
            raise Conflict("retention_running", "A retention run is under way. Plan again when it has ended.")
        made, numbers = _planned(gate)  # 5
        if made.digest != digest.strip().lower():
            raise Conflict("plan_changed", "That plan is not of today, or people changed since. Plan again, and look.")
        done, kept, after = Counter[str](), 0, 0
        while some := numbers.some(after, BATCH):
            after = some[-1]
            with gate.house.unit() as connection:
                reasons, stops = _delete(gate, connection, actor, made, some)
            # True now: these people's data opens with nothing and is in no answer. A crash before the commit deleted
            # nobody of this batch; those of the batches before are gone, and a new plan shows who is left.
            done, kept = done + reasons, kept + stops
    return Deleted(_told(done), len(numbers) - done.total(), kept)


def _planned(gate: Gate) -> tuple[Plan, Numbers]:
    day, after, counted, numbers = as_of(gate.clock()), 0, Counter[str](), Numbers()
    digest = hashlib.sha256(f"retention {day:%Y-%m-%d}\n".encode())
    while True:
        with gate.house.unit() as connection:
            upto = grades.top(connection, after, LOOK)
            found = retention.holds(connection, after, upto, day)
        if not upto:
            return Plan(day, _told(counted), digest.hexdigest()), numbers
        named = [(uid, hold.no, reason) for uid, hold in found if (reason := unjustified(hold, day))]
        for uid, _, reason in named:
            digest.update(f"{uid.hex()} {reason}\n".encode())
        counted.update(reason.value for _, _, reason in named)
        numbers.add([no for _, no, _ in named])
        after = upto


def _delete(gate: Gate, connection: Connection, actor: str, made: Plan, people: list[int]) -> tuple[Counter[str], int]:
    found = retention.locked(connection, people, made.day)  # 6
    named = [(hold.no, reason) for _, hold in found if (reason := _still(hold, made))]  # 7
    reasons = Counter(reason.value for _, reason in named)
    stops = retention.delete(connection, [no for no, _ in named], actor)  # 8
    body: dict[str, Json] = {
        "plan": made.digest, "deleted": _json(reasons), "spared": len(people) - len(named), "suppressions": stops,
    }  # fmt: skip
    gate.house.enter(connection, [Entry("retention.deleted", actor, body)])  # 9
    return reasons, stops


def _still(hold: Hold, made: Plan) -> Unjustified | None:
    return unjustified(hold, made.day)


def _told(counted: Counter[str]) -> dict[str, int]:
    return {reason.value: counted[reason.value] for reason in Unjustified}


def _json(counted: Counter[str]) -> dict[str, Json]:
    return dict(_told(counted))
