"""Put identifiers on the house's own stop list: keyed hashes with a scope, which beat every consent.

Anybody may be put on it, known or not. Must never lift anything, and never keep or echo the identifier itself.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Final

from audit.leaf import Entry, Json
from gateway.domain.errors import Invalid
from gateway.domain.requests import Selector
from gateway.flows.gate import Gate
from gateway.flows.subject import Named, named
from gateway.store import suppressions
from gateway.store.people_lookup import Connection
from gateway.store.suppressions import Suppression
from policies.terms import Scope

_WORD: Final = re.compile(r"[a-z][a-z0-9_]{0,49}")


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
        reason: a word of ours, such as `complaint`; it stands in the ledger for ever.
        stops: what to suppress.

    Returns:
        How many were new; what stood already stays as it is.

    Raises:
        Invalid: `word_unfit`, `identifier_malformed`, `scope_incomplete`; then nothing is suppressed.
    """
    if not _WORD.fullmatch(reason):
        raise Invalid("word_unfit", "The reason is a short word, such as `complaint` or `moved_away`.")
    asked = [(stop, named(gate, stop.selector, None)) for stop in stops]
    with gate.house.unit() as connection:
        wanted = [one for stop, who in asked for one in _rows(connection, actor, reason, stop, who)]
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


def _rows(connection: Connection, actor: str, reason: str, stop: Stop, who: Named) -> Iterator[Suppression]:
    """Give the rows of one stop: the hashes of what was named, and those that are stored with it where it is known."""
    stored = suppressions.stored_with(connection, who.kind, [key.value for key in who.keys])
    for digest in dict.fromkeys((*who.suppress, *stored)):
        yield Suppression(who.kind, digest, stop.scope, reason, actor, stop.channel, stop.purpose)
