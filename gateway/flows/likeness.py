"""People who may be one: an import links them where a phone is shared and the name differs; officers may undo it.

A link is a hint to people. Must never join anybody, and no consent, standing or suppression travels over it: what is
said by one of the two counts for that one only.
"""

from audit.leaf import Entry, Json
from gateway.domain.errors import NotFound
from gateway.domain.requests import Selector
from gateway.flows.gate import Gate
from gateway.flows.subject import require
from gateway.store import likeness
from gateway.store.likeness import Link

SAME_PHONE = "same_phone"


def links_of(gate: Gate, selector: Selector) -> list[Link]:
    """Give whom a person is like, the oldest link first, undone ones too.

    Raises:
        NotFound: `person_unknown`. Invalid: as `gateway.flows.subject`.
    """
    with gate.house.unit() as connection:
        return likeness.of(connection, require(gate, connection, selector, None).no)


def undo_link(gate: Gate, actor: str, one: bytes, other: bytes) -> None:
    """Say that two people are two; no later list links them again.

    Args:
        gate: the gateway.
        actor: who says so.
        one: uid of one of them.
        other: uid of the other.

    Raises:
        NotFound: `link_unknown`.
    """
    with gate.house.unit() as connection:
        undone = likeness.undo(connection, one, other, actor, gate.clock())
        if not undone:
            raise NotFound("link_unknown", "Nothing links these two, or it was undone already.")
        body: dict[str, Json] = {"people": sorted([one.hex(), other.hex()])}
        gate.house.enter(connection, [Entry("link.undone", actor, body)])
    # True now: they are two. A crash before this left the link.
