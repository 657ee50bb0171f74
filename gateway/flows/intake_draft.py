"""Makes ready, before a chunk's turn comes, what its people get if they are new: uid, data key, sealed fragments.

Chunks are stored one after another, so whatever can be done before the turn is done by the workers side by side. It is
a guess, taken only for a row that turns out to be all that the list says of somebody new; a wrong one costs time and
nothing else, for a key that was never stored opens nothing. Must never seal what two rows say together.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from os import urandom
from typing import Final

from gateway.flows.gate import Gate
from gateway.flows.intake_claims import Claim
from gateway.vault.seal import seal_many

UID_BYTES: Final = 16


@dataclass(frozen=True, slots=True)
class Draft:
    """What a new person would get: uid, wrapped data key, and one blob of each class."""

    uid: bytes
    wrapped: bytes
    blobs: tuple[tuple[str, bytes], ...]

    def __repr__(self) -> str:
        """Show nothing of it."""
        return "<Draft>"


def drafts(gate: Gate, source_no: int, claims: Sequence[Claim]) -> dict[int, Draft]:
    """Draw up what each row's person would get.

    Args:
        gate: the gateway.
        source_no: whose word the fragments are.
        claims: of one chunk; rows without an identifier become nobody.

    Returns:
        By number of the row.
    """
    found = [claim for claim in claims if claim.marks]
    people = uids(len(found))
    made = gate.keyring.new_data_keys(people)
    blobs = iter(seal_many([
        (key.key, uid, cls, source_no, fragment)
        for claim, uid, key in zip(found, people, made, strict=True)
        for cls, fragment in claim.fragments.items()
    ]))  # fmt: skip
    return {
        claim.row_no: Draft(uid, key.wrapped, tuple((cls, next(blobs)) for cls in claim.fragments))
        for claim, uid, key in zip(found, people, made, strict=True)
    }


def uids(count: int) -> list[bytes]:
    """Draw so many uids at once."""
    drawn = urandom(UID_BYTES * count)
    return [drawn[at : at + UID_BYTES] for at in range(0, len(drawn), UID_BYTES)]
