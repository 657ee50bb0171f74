"""Delete people whose data nothing justifies keeping; shown first, and then exactly what was shown.

Plan (`ostiary retention plan`):
  1 read     bundle        -> rules      the law in force; one that says nothing of it deletes nobody
  2 look     people        -> holds      by number, a batch in a transaction; as of the beginning of the day (UTC)
  3 judge    holds         -> rules      `gateway.domain.retention`, by where each of them lives
  4 digest   rules         -> plan       over the bundle and everybody named, with the rule
  5 enter    plan          -> leaf       `retention.planned`: the bundle, counts by rule and the digest
Run (`ostiary retention run --plan DIGEST`):
  6 compare  digest        -> numbers    planned anew; another digest is another plan, and nothing is deleted
  7 lock     some of them  -> holds      suppressions first, then the people's rows, as everywhere
  8 judge    holds         -> rules      whoever came alive since is spared; under another bundle nobody is deleted
  9 delete   people        -> nothing    what they stopped becomes suppressions, then the key, then all the rest
 10 enter    counts        -> leaf       `retention.deleted`, in the batch's transaction

Must never delete anybody who was not in the plan, and never name one in the ledger.
"""

import hashlib
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from audit.leaf import Entry, Json
from gateway.domain.errors import Conflict
from gateway.domain.retention import as_of, unjustified
from gateway.flows.gate import Gate
from gateway.store import grades, retention
from gateway.store.people_lookup import Connection
from gateway.store.retention import Numbers
from policies.packs import Bundle
from policies.terms import Unjustified

LOOK: Final = 10_000
BATCH: Final = 1_000
_ONE_AT_A_TIME: Final = b"ostireta"


@dataclass(frozen=True, slots=True)
class Line:
    """A rule, its reason and citation, and how many people it names."""

    rule: str
    reason: str
    cite: str
    people: int


@dataclass(frozen=True, slots=True)
class Plan:
    """Who would be deleted: how many by each rule, as of a day, under a bundle; the digest names exactly all of it."""

    day: datetime
    bundle: str
    lines: Sequence[Line]
    digest: str

    @property
    def by_reason(self) -> dict[str, int]:
        """Count by reason."""
        return _by_reason(self.lines)


@dataclass(frozen=True, slots=True)
class Deleted:
    """What a run did: how many were deleted by each rule, spared since the plan, and suppressions kept of them."""

    lines: Sequence[Line]
    spared: int
    suppressions: int

    @property
    def by_reason(self) -> dict[str, int]:
        """Count by reason."""
        return _by_reason(self.lines)


def plan(gate: Gate, actor: str) -> Plan:
    """Say who would be deleted today.

    Raises:
        Conflict: `retention_unsaid`: the bundle in force does not say how long people are kept.
        Unavailable: `no_bundle_in_force`.
    """
    made, _ = _planned(gate)  # 1, 2, 3, 4
    body: dict[str, Json] = {
        "day": f"{made.day:%Y-%m-%d}", "bundle": made.bundle, "digest": made.digest,
        "rules": _told(made.lines),
    }  # fmt: skip
    with gate.house.unit() as connection:
        gate.house.enter(connection, [Entry("retention.planned", actor, body)])  # 5
    return made


def run(gate: Gate, actor: str, digest: str) -> Deleted:
    """Delete exactly those whom a plan named; a batch is one transaction.

    Args:
        gate: the gateway.
        actor: who asks for it.
        digest: of the plan that was shown.

    Raises:
        Conflict: `plan_changed`: somebody came or went, another day began, or another bundle came into force;
            `retention_running`; `retention_unsaid` as `plan`.
    """
    with gate.house.alone(_ONE_AT_A_TIME) as ours:
        if not ours:
            raise Conflict("retention_running", "A retention run is under way. Plan again when it has ended.")
        made, numbers = _planned(gate)  # 6
        if made.digest != digest.strip().lower():
            raise _changed()
        done, kept, after = Counter[str](), 0, 0
        while some := numbers.some(after, BATCH):
            after = some[-1]
            with gate.house.unit() as connection:
                by_rule, stops = _delete(gate, connection, actor, made, some)
            # True now: these people's data opens with nothing and is in no answer. A crash before the commit deleted
            # nobody of this batch; those of the batches before are gone, and a new plan shows who is left.
            done, kept = done + by_rule, kept + stops
    lines = [Line(line.rule, line.reason, line.cite, done[line.rule]) for line in made.lines]
    return Deleted(lines, len(numbers) - done.total(), kept)


def _planned(gate: Gate) -> tuple[Plan, Numbers]:
    day, after, counted, numbers = as_of(gate.clock()), 0, Counter[str](), Numbers()
    bundle = _law(gate)
    digest = hashlib.sha256(f"retention {day:%Y-%m-%d} {bundle.digest}\n".encode())
    while True:
        with gate.house.unit() as connection:
            upto = grades.top(connection, after, LOOK)
            found = retention.holds(connection, after, upto, day)
        if not upto:
            return Plan(day, bundle.digest, _lines(bundle, counted), digest.hexdigest()), numbers
        named = [(uid, hold.no, rule.id) for uid, hold in found if (rule := unjustified(bundle, hold, day))]
        for uid, _, by in named:
            digest.update(f"{uid.hex()} {by}\n".encode())
        counted.update(by for _, _, by in named)
        numbers.add([no for _, no, _ in named])
        after = upto


def _law(gate: Gate) -> Bundle:
    with gate.house.unit() as connection:
        bundle = gate.house.bundle(connection)
    if not bundle.retention:
        message = (
            "The bundle in force does not say how long people are kept, so nobody is deleted. Put one in force that has"
            " retention.yaml: `ostiary policy bundles`, `ostiary policy propose`."
        )
        raise Conflict("retention_unsaid", message)
    return bundle


def _delete(gate: Gate, connection: Connection, actor: str, made: Plan, people: list[int]) -> tuple[Counter[str], int]:
    found = retention.locked(connection, people, made.day)  # 7
    bundle = gate.house.bundle(connection)  # 8
    if bundle.digest != made.bundle:
        raise _changed()
    named = [(hold.no, rule.id) for _, hold in found if (rule := unjustified(bundle, hold, made.day))]
    stops = retention.delete(connection, [no for no, _ in named], actor)  # 9
    by_rule = Counter(rule for _, rule in named)
    body: dict[str, Json] = {
        "plan": made.digest, "deleted": _told(_lines(bundle, by_rule)), "spared": len(people) - len(named),
        "suppressions": stops,
    }  # fmt: skip
    gate.house.enter(connection, [Entry("retention.deleted", actor, body)])  # 10
    return by_rule, stops


def _changed() -> Conflict:
    return Conflict(
        "plan_changed", "That plan is not of today, or people or the law changed since. Plan again, and look."
    )


def _lines(bundle: Bundle, counted: Mapping[str, int]) -> list[Line]:
    return [Line(rule.id, rule.reason.value, rule.cite, counted.get(rule.id, 0)) for rule in bundle.retention]


def _by_reason(lines: Sequence[Line]) -> dict[str, int]:
    return {reason.value: sum(line.people for line in lines if line.reason == reason) for reason in Unjustified}


def _told(lines: Sequence[Line]) -> dict[str, Json]:
    return {line.rule: line.people for line in lines}
