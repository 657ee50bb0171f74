"""Put identifiers on the house's own stop list: keyed hashes with a scope, which beat every consent.

Anybody may be put on it, known or not. Must never lift anything, and never keep or echo the identifier itself.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from audit.leaf import Entry, Json
from gateway.domain.requests import Selector
from gateway.flows.gate import Gate
from gateway.flows.subject import named
from gateway.store import suppressions
from gateway.store.suppressions import Suppression
from policies.terms import Scope


@dataclass(frozen=True, slots=True)
class Stop:
    """One identifier and how far it stops: `channel` goes with that scope, `purpose` with that one."""

    selector: Selector
    scope: Scope
    channel: str = ""
    purpose: str = ""


def suppress(gate: Gate, actor: str, reason: str, stops: Iterable[Stop]) -> int:
    """Suppress identifiers, at once and in one transaction.

    Args:
        gate: the gateway.
        actor: who asks for it, as the ledger shall name him.
        reason: a word.
        stops: what to suppress.

    Returns:
        How many were new; what stood already stays as it is.

    Raises:
        Invalid: `identifier_malformed`, `scope_incomplete`; then nothing is suppressed.
    """
    wanted = [one for stop in stops for one in _rows(gate, actor, reason, stop)]
    with gate.house.unit() as connection:
        new = suppressions.add(connection, wanted)
        body: dict[str, Json] = {
            "reason": reason,
            "asked": len(wanted),
            "new": new,
            "scopes": sorted({one.scope.value for one in wanted}),
        }
        gate.house.enter(connection, [Entry("suppression.added", actor, body)])
    # True now: every decision whose snapshot begins after this obeys it. A crash before it suppressed nothing.
    return new


def _rows(gate: Gate, actor: str, reason: str, stop: Stop) -> Iterator[Suppression]:
    who = named(gate, stop.selector, None)
    for digest in who.suppress:
        yield Suppression(who.kind, digest, stop.scope, reason, actor, stop.channel, stop.purpose)
