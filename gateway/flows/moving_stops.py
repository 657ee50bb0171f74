"""Carries over who said stop in another system, before anybody is stored: keyed hashes, whether known here or not.

A stop there was for some list of that system; here it is for marketing altogether and by every channel, because
nobody can be shown to have meant less. A dead address is closed for e-mail only. Must never lift anything, nor keep
an identifier.
"""

from collections import Counter
from collections.abc import Iterator, Sequence
from typing import Final

from audit.leaf import Entry, Json
from gateway.flows.gate import Gate
from gateway.flows.intake_origin import Origin
from gateway.flows.intake_standing import follow_stops
from gateway.flows.moving_files import File, Line, Read
from gateway.store import suppressions
from gateway.store.suppressions import Suppression
from policies.terms import Channel, IdentifierKind, Scope

STOPPED, COMPLAINED, BOUNCED = "moved_in_stop", "moved_in_complaint", "moved_in_bounce"
"""The reasons that stand with these suppressions."""
_MARKETING: Final = "marketing"


def stop(gate: Gate, actor: str, moving: bytes, origin: Origin, file: File, number: int) -> Counter[str]:
    """Carry over the stops and dead addresses of one file, chunk by chunk, each in a transaction of its own.

    Args:
        gate: the gateway.
        actor: who moves in.
        moving: uid of the move.
        origin: the source.
        file: one of its files.
        number: its place among them, from 0.

    Returns:
        How many stops and dead addresses the file names, and how many suppressions were new.
    """
    total: Counter[str] = Counter()
    for read in file.chunks(gate, origin):
        wanted = [one for line in read.lines for one in _of(line, actor)]
        counts = _counts(read)
        if wanted:
            counts["new"] = _kept(gate, actor, moving, origin, number, read, wanted)
        total.update(counts)
    return total


def _of(line: Line, actor: str) -> Iterator[Suppression]:
    told, stopped_by = line.told, line.stopped_by()
    if told.stopped and stopped_by is not None:
        reason = COMPLAINED if told.complained else STOPPED
        for digest in stopped_by.suppress:
            yield Suppression(stopped_by.kind, digest, Scope.PURPOSE, reason, actor, purpose=_MARKETING)
    address = line.claim.marks.get(IdentifierKind.EMAIL.value)
    if told.bounced and address is not None:
        for digest in address.suppress:
            yield Suppression(address.kind, digest, Scope.CHANNEL, BOUNCED, actor, channel=Channel.EMAIL.value)


def _counts(read: Read) -> Counter[str]:
    named = [line for line in read.lines if line.claim.marks]
    return Counter({
        "stopped": sum(line.told.stopped for line in named),
        "bounced": sum(line.told.bounced and IdentifierKind.EMAIL.value in line.claim.marks for line in named),
        "unread": read.unread + sum(line.told.stopped and not line.claim.marks for line in read.lines),
    })  # fmt: skip


def _kept(
    gate: Gate, actor: str, moving: bytes, origin: Origin, number: int, read: Read, wanted: Sequence[Suppression]
) -> int:
    with gate.house.unit() as connection:
        new = suppressions.add(connection, wanted)
        # Who is known here already is stopped as a person, not only at that address.
        hashes = [one.hash for one in wanted if one.scope is Scope.PURPOSE]
        known = len({one.person_no for one in suppressions.stops_of(connection, hashes)})
        follow_stops(connection, origin.shared, actor, hashes, gate.clock())
        if new or known:
            body: dict[str, Json] = {
                "moving": moving.hex(), "file": number, "chunk": read.number, "asked": len(wanted), "new": new,
                "people": known,
            }  # fmt: skip
            gate.house.enter(connection, [Entry("moving.stops", actor, body)])
    # True now: every decision whose snapshot begins after this obeys these stops. A crash before it kept none of them.
    return new
