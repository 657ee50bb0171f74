"""What is known of a person when a question is asked: facts, never names or addresses.

Two people with equal facts get the same answer; that is what makes a cell. Times reach the decision
as bands (between which of the law's periods they lie), so that people who signed up on different days share a cell.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from policies.terms import AudienceKind, Condition, ConsentState, DealingKind, Flag, Scope, SourceStatus


@dataclass(frozen=True, slots=True)
class Person:
    """Attributes of a person that a law may look at.

    `jurisdiction` ISO 3166-1 alpha-2, `region` ISO 3166-2 without the country; "" is unknown.
    `time_zone` IANA name or "". `birth_year` 0 is unknown; see `bands.told_year`.
    """

    jurisdiction: str
    region: str = ""
    time_zone: str = ""
    kind: AudienceKind = AudienceKind.UNKNOWN
    birth_year: int = 0
    flags: Flag = Flag.NONE


@dataclass(frozen=True, slots=True)
class Reach:
    """An identifier for the channel asked about, as one source asserts it.

    `suppressed` is the widest suppression scope that stands in the way of this ask, or None;
    `registers` names the national opt-out lists that the identifier is on.
    """

    source: int
    suppressed: Scope | None = None
    registers: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Consent:
    """One line of a person's standing that touches the ask (purpose or an ancestor, channel or all, sender or all).

    `band` counts how many of the jurisdiction's periods have passed since `given`/`withdrawn` (see `Bands`);
    `rank` orders the lines of one person by time: a consent counts only if its rank is above every withdrawal's.
    """

    state: ConsentState
    purpose: str
    band: int = 0
    rank: int = 0
    conditions: Condition = Condition.NONE
    wording: str = ""
    source: int = 0


@dataclass(frozen=True, slots=True)
class Dealing:
    """A past dealing between the person and the sender, with its age band and whether refusal was offered then.

    `source` is the one that tells of it, 0 for what we saw ourselves.
    """

    kind: DealingKind
    category: str = ""
    band: int = 0
    notice: bool = False
    source: int = 0


@dataclass(frozen=True, slots=True)
class UsedCap:
    """A frequency cap, or a slot that another campaign holds, that is used up for this ask until a moment (UTC).

    `cap` is the id of a rule or of a house cap, or `reserved:` and the campaign that goes before. `until` is rounded
    up, so that people whose caps end about together share a cell.
    """

    cap: str
    until: datetime


@dataclass(frozen=True, slots=True)
class Facts:
    """Everything about one person that the decision depends on; hashable: equal facts are one cell."""

    person: Person
    reaches: tuple[Reach, ...] = ()
    consents: tuple[Consent, ...] = ()
    dealings: tuple[Dealing, ...] = ()
    caps: tuple[UsedCap, ...] = ()


@dataclass(frozen=True, slots=True)
class Source:
    """A registered source as the decision sees it, read in the same snapshot as the facts.

    Times are UTC. `evidence` holds the kinds of evidence on file (words of policies/sources.yaml).
    `named` holds the numbers of the parties that the notice named as recipients.
    """

    no: int
    name: str
    kind: str
    status: SourceStatus
    collector: int
    country: str
    audience: AudienceKind
    collected_at: datetime | None
    expires_at: datetime | None
    evidence: frozenset[str] = frozenset()
    named: frozenset[int] = frozenset()
    by_person: bool = False


@dataclass(frozen=True, slots=True)
class Snapshot:
    """What a whole page shares: sources by number, and when each opt-out register was last taken (UTC).

    `signed` holds the codes of the packs that an officer has signed off as they stand; `latest` is the newest time
    that the ledger knows (UTC): a clock that stands behind it is not believed.
    """

    sources: Mapping[int, Source]
    registers: Mapping[str, datetime]
    signed: frozenset[str] = frozenset()
    latest: datetime | None = None
