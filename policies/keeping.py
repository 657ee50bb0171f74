"""A golden case of retention.yaml as a frozen value. Must never read a file: `retaining` does that."""

from dataclasses import dataclass
from datetime import datetime

from policies.terms import Unjustified


@dataclass(frozen=True, slots=True)
class KeepingCase:
    """What of a person justifies keeping at a moment, and what must follow: kept if `want` is None.

    `ends` says when each source that was not revoked ends, None for never. `rule` decides, `without` had no part.
    """

    name: str
    file: str
    line: int
    at: datetime
    jurisdiction: str
    came_at: datetime
    used_at: datetime | None
    identifiers: int
    ends: tuple[datetime | None, ...]
    consent: bool
    under_way: bool
    want: Unjustified | None
    rule: str
    without: frozenset[str]
