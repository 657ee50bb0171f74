"""The law as frozen values: what a policy file becomes once it has been read and found sound.

Must never read a file, know a country by name, or decide: `load` makes these, the gateway's domain asks them.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from types import MappingProxyType
from typing import Any

from policies.terms import (
    Across,
    Act,
    AudienceKind,
    Capacity,
    Channel,
    Condition,
    Day,
    DealingKind,
    Evidence,
    FieldClass,
    Likeness,
    LineType,
    Model,
    Outcome,
    Place,
    SourceGroup,
    Treatment,
    Unjustified,
    Verdict,
)


@dataclass(frozen=True, slots=True)
class Period:
    """A stretch of calendar time: whole months, then days. `P2Y` due the day before is 24 months less 1 day.

    Two spellings of the same stretch (P2Y, P24M) are one period.
    """

    months: int
    days: int
    text: str = field(compare=False)

    def longest(self) -> float:
        """Give an upper bound in days, for putting periods in order."""
        return self.months * 30.436875 + (3 if self.months else 0) + self.days

    def shortest(self) -> float:
        """Give a lower bound in days."""
        return self.months * 30.436875 - (3 if self.months else 0) + self.days


@dataclass(frozen=True, slots=True)
class Dealt:
    """A condition on a past dealing; every part must hold of the same dealing."""

    kinds: frozenset[DealingKind]
    likeness: Likeness
    within: Period | None
    notice: bool


@dataclass(frozen=True, slots=True)
class When:
    """When a rule applies. An empty set or None means: this part does not matter."""

    acts: frozenset[Act] = frozenset()
    purposes: frozenset[str] = frozenset()
    channels: frozenset[Channel] = frozenset()
    lines: frozenset[LineType] = frozenset()
    kinds: frozenset[AudienceKind] = frozenset()
    regions: frozenset[str] = frozenset()
    countries: frozenset[str] = frozenset()
    classes: frozenset[FieldClass] = frozenset()
    capacities: frozenset[Capacity] = frozenset()
    tool_in: frozenset[str] = frozenset()
    tool_outside: frozenset[str] = frozenset()
    age_under: int | None = None
    dealing: Dealt | None = None
    consent: Model | None = None
    source_kinds: frozenset[str] = frozenset()
    source_evidence: frozenset[str] = frozenset()
    hours: tuple[int, int] | None = None
    days: frozenset[Day] = frozenset()

    @property
    def changing(self) -> bool:
        """Whether the rule looks at anything but the ask itself and the kind of person."""
        looked_at = (self.source_kinds, self.source_evidence, self.dealing, self.consent, self.age_under)
        return any(looked_at) or self.placed

    @property
    def placed(self) -> bool:
        """Whether the rule looks at where in the pack's land the person lives."""
        return bool(self.regions or self.countries)

    @property
    def timed(self) -> bool:
        """Whether the rule looks at the recipient's clock or calendar."""
        return self.hours is not None or bool(self.days)


@dataclass(frozen=True, slots=True)
class Register:
    """A duty to look into an opt-out register that is not older than `at_most`."""

    name: str
    at_most: Period


@dataclass(frozen=True, slots=True)
class Lapse:
    """How long a consent carries; `outcome` is what is said afterwards.

    A dealing of a kind in `renewed_by` within the period keeps it alive. `claimed`: only consents that a source claims.
    """

    after: Period
    outcome: Outcome
    renewed_by: frozenset[DealingKind] = frozenset()
    claimed: bool = False


@dataclass(frozen=True, slots=True)
class Cap:
    """At most `contacts` with one person within `window`, by any of `channels`.

    `across` says whose contacts are counted together; `same_category` counts only those about the same products.
    `id` is a rule's or a house cap's.
    """

    id: str
    title: str
    cite: str
    contacts: int
    window: timedelta
    channels: frozenset[Channel]
    across: Across
    same_category: bool


@dataclass(frozen=True, slots=True, eq=False)
class Rule:
    """One rule of one law, with exactly the effects that it states; see docs/decisions/0004-rule-language.md.

    `notice` is how long after the collection the person must have been told where the data came from.

    Two rules are never equal, so that they may stand in a set.

    `valid_from` and `valid_to` are days, both inclusive, in the pack's first time zone.
    """

    id: str
    cite: str
    evidence: Evidence
    title: str
    file: str
    line: int
    valid_from: date
    valid_to: date
    when: When
    need: Model | None = None
    otherwise: Outcome = Outcome.DENY
    relax: tuple[str, ...] = ()
    register: Register | None = None
    lapse: Lapse | None = None
    cap: Cap | None = None
    disregard: Condition = Condition.NONE
    pending: bool = False
    notice: Period | None = None
    oblige: Mapping[str, Any] = field(default_factory=lambda: MappingProxyType({}))

    def holds_on(self, day: date) -> bool:
        """Say whether the rule is law on a day; a bill is not."""
        return not self.pending and self.valid_from <= day <= self.valid_to

    @property
    def unsigned(self) -> bool:
        """Whether the rule is unverified and would widen: it then waits until an officer has signed its pack off."""
        return self.evidence is Evidence.UNVERIFIED and (
            bool(self.relax) or self.need in (Model.NOTHING, Model.OPT_OUT)
        )


@dataclass(frozen=True, slots=True)
class Pack:
    """The rules of one jurisdiction, those it inherits first.

    `digest` (hex) names its text, its parts' and that of those it inherits from; a sign-off is bound to it. `calendar`
    names its public holidays. `members` are countries that this pack also speaks for; `region_zones` gives the time
    zones of a region.
    """

    code: str
    name: str
    extends: str
    members: frozenset[str]
    time_zones: tuple[str, ...]
    region_zones: Mapping[str, tuple[str, ...]]
    rules: tuple[Rule, ...]
    digest: str
    calendar: str


@dataclass(frozen=True, slots=True)
class Calendar:
    """Public holidays of a country: everywhere, and in single regions (ISO 3166-2 without the country)."""

    national: frozenset[date]
    regions: Mapping[str, frozenset[date]]

    def days(self, region: str) -> frozenset[date]:
        """Give the holidays of a region; where it is not known, those of any region count."""
        if region:
            return self.national | self.regions.get(region, frozenset())
        return self.national.union(*self.regions.values())


@dataclass(frozen=True, slots=True)
class Holidays:
    """The calendars by code, and the first and last day that they cover; any day outside counts as a holiday."""

    first: date
    last: date
    calendars: Mapping[str, Calendar]


@dataclass(frozen=True, slots=True)
class Permit:
    """What a satisfied source may be used for. An empty set means: any.

    `named` asks that the notice named the sender as recipient; `owner` that the sender collected the data itself;
    `within` how old the collection may be. `acts` are those that it allows.
    """

    purposes: frozenset[str]
    channels: frozenset[Channel]
    kinds: frozenset[AudienceKind]
    jurisdictions: frozenset[str]
    except_in: frozenset[str]
    evidence: frozenset[str]
    named: bool
    within: Period | None
    cite: str
    acts: frozenset[Act] = frozenset()
    owner: bool = False


@dataclass(frozen=True, slots=True)
class Question:
    """What is asked of whoever hands a list over; without `answers` the answer is a short text.

    `sets` are the sets of questions that it belongs to. An answer of `against` stands in the way of the source.
    """

    id: str
    ask: str
    cite: str
    sets: frozenset[str]
    answers: tuple[str, ...]
    against: frozenset[str]


@dataclass(frozen=True, slots=True)
class SourceRule:
    """What makes one kind of source lawful.

    `evidence` missing gives `missing` (with `cure_days` to mend it); `essential` missing gives a refusal.
    A `forbidden` kind is refused whatever it brings. `kinds` are the kind itself and what it counts as in the packs;
    `diligence` names its set of questions, "" for none; `tied` says that its consents were the price of something.
    """

    id: str
    kind: str
    title: str
    cite: str
    tag: Evidence
    file: str
    line: int
    by_person: bool
    forbidden: bool
    evidence: tuple[str, ...]
    essential: tuple[str, ...]
    missing: Verdict
    cure_days: int
    permits: tuple[Permit, ...]
    group: SourceGroup = SourceGroup.FROM_OTHERS
    diligence: str = ""
    tied: bool = False
    kinds: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Purpose:
    """One node of the purpose tree. `chain` is the purpose itself, then its ancestors, nearest first."""

    id: str
    title: str
    iri: str
    chain: tuple[str, ...]
    below: frozenset[str]


@dataclass(frozen=True, slots=True)
class PurposeTree:
    """All purposes by id. `below` of a node includes the node."""

    nodes: Mapping[str, Purpose]

    def chain(self, purpose: str) -> tuple[str, ...]:
        """Give a purpose and its ancestors, nearest first; empty if it is unknown."""
        node = self.nodes.get(purpose)
        return node.chain if node else ()

    def below(self, purpose: str) -> frozenset[str]:
        """Give a purpose and all that lie under it; empty if it is unknown."""
        node = self.nodes.get(purpose)
        return node.below if node else frozenset()


@dataclass(frozen=True, slots=True)
class Field:
    """A field that a tool may see or filter by."""

    name: str
    cls: FieldClass
    type: str
    filterable: bool
    title: str


@dataclass(frozen=True, slots=True)
class TreatmentRow:
    """What becomes of personal data found in a list. An empty set means: this part does not matter.

    `kinds` are exact kinds of the scan. The score lies from `least` to below `below`; the source brings all words of
    `given` and none of `unless`.
    """

    id: str
    title: str
    cite: str
    tag: Evidence
    file: str
    line: int
    kinds: frozenset[str]
    places: frozenset[Place]
    least: float
    below: float
    given: frozenset[str]
    unless: frozenset[str]
    do: Treatment


@dataclass(frozen=True, slots=True)
class TreatmentTable:
    """What is done with what the scan finds: of all rows that match the strictest holds.

    `kinds` gives the family of each kind, `holds` the kinds that a column declared as a field may hold.
    """

    kinds: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))
    holds: Mapping[str, frozenset[str]] = field(default_factory=lambda: MappingProxyType({}))
    rows: tuple[TreatmentRow, ...] = ()


@dataclass(frozen=True, slots=True)
class RetentionRule:
    """After what time a person's data is not kept for one reason. An empty `where` means: everywhere.

    `where` are codes of jurisdictions or packs; `after` is empty where the reason waits for nothing.
    """

    id: str
    title: str
    cite: str
    tag: Evidence
    file: str
    line: int
    reason: Unjustified
    where: frozenset[str]
    after: Period


@dataclass(frozen=True, slots=True)
class FixedText:
    """How a fixed text of a pack may be written in a message, and how it may not (regular expressions)."""

    accept: tuple[str, ...]
    never: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Messages:
    """How what a message must show is recognised in its text.

    `words` holds, by topic (refusal, free, source, advertisement, promotion) and language (BCP 47), words in lower
    case; `mixed` is id, citation and words of the rule that service with promotion is marketing; `postal` regular
    expressions by country, "*" for any other; `texts` fixed texts by duty and text.
    """

    words: Mapping[str, Mapping[str, tuple[str, ...]]]
    mixed: tuple[str, str, str]
    postal: Mapping[str, tuple[str, ...]]
    texts: Mapping[tuple[str, str], FixedText]


@dataclass(frozen=True, slots=True, eq=False)
class Bundle:
    """All policy files of one version. Two bundles are the same if their digest is; equality is identity.

    `files` is the text of every file by name; `digest` is the SHA-256 (hex) of `load.archive(bundle)`.
    `caps` are those of all packs and of the house. `periods` are all that a consent or a dealing is measured by,
    shortest first.
    `valid_days` is how long a tool may act on a disclosure before it asks again. `retention` is how long people are
    kept; a bundle that says nothing of it has none.
    """

    digest: str
    files: Mapping[str, str]
    purposes: PurposeTree
    fields: Mapping[str, Field]
    treatment: TreatmentTable
    sources: Mapping[str, SourceRule]
    evidence: Mapping[str, str]
    packs: Mapping[str, Pack]
    speaks_for: Mapping[str, str]
    holidays: Holidays
    messages: Messages
    caps: tuple[Cap, ...]
    periods: tuple[Period, ...]
    valid_days: int
    questions: Mapping[str, Question] = field(default_factory=lambda: MappingProxyType({}))
    retention: tuple[RetentionRule, ...] = ()

    def pack(self, jurisdiction: str) -> Pack:
        """Give the pack that speaks for a country; an unknown one gets the strictest."""
        return self.packs[self.speaks_for.get(jurisdiction, STRICTEST)]


STRICTEST = "strictest"
"""The pack for whoever is not known to live anywhere else."""


@dataclass(frozen=True, slots=True)
class Case:
    """A golden case: facts as plain values, and the decision that is wanted. `file` and `line` say where it stands."""

    name: str
    file: str
    line: int
    facts: Mapping[str, Any]
    at: datetime
    want: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class FindingCase:
    """A finding in a list and what must become of it: `rule` decides, `without` has no part; `score` is 0 to 1."""

    name: str
    file: str
    line: int
    kind: str
    field: str
    score: float
    evidence: frozenset[str]
    want: Treatment
    rule: str
    without: frozenset[str]
