"""What one row of a list says of one person, once it is read: values that live from reading to sealing and no longer.

Must never show in a log or an error what a row says: a claim prints as its row's number.
"""

from dataclasses import dataclass, field
from datetime import datetime
from typing import NamedTuple

from policies.terms import Channel, Condition, DealingKind

Attributes = tuple[str, str, str, str, str, str, int]
"""Jurisdiction, region, branch, language, time zone, kind, birth year."""


class ConsentClaim(NamedTuple):
    """One consent that a row claims: for one channel, given at a moment (UTC) to a version of a text."""

    channel: Channel
    at: datetime
    wording: str
    method: str
    conditions: Condition


class Mark(NamedTuple):
    """An identifier as it may be stored: blind indexes of all live versions (the active first), suppression hashes.

    The first suppression hash is the one that is stored with it: of the wide form (`gateway.flows.stop_hashes`).
    """

    kind: str
    version: int
    indexes: tuple[bytes, ...]
    suppress: tuple[bytes, ...]


class Dealt(NamedTuple):
    """A dealing that a row tells of; `at` is UTC."""

    kind: DealingKind
    category: str
    at: datetime


@dataclass(slots=True)
class Claim:
    """What one row says of one person.

    Attributes:
        row_no: number of the row in the file.
        marks: identifiers by kind.
        name: full name as written, for comparing only.
        fragments: plaintext JSON fragments by class; sealed, then forgotten.
        attributes: facts in clear.
        consents: what the row claims and the source may claim.
        withdrawn_at: when the person withdrew, as the row says (UTC).
        dealings: purchases and inquiries.
    """

    row_no: int
    marks: dict[str, Mark]
    name: str
    fragments: dict[str, bytes]
    attributes: Attributes
    consents: list[ConsentClaim] = field(default_factory=list)
    withdrawn_at: datetime | None = None
    dealings: list[Dealt] = field(default_factory=list)

    def __repr__(self) -> str:
        """Name the row and show nothing that it says."""
        return f"<Claim of row {self.row_no}>"
