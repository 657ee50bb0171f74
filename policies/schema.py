"""How each policy file is written: its keys, and the words that may stand there.

Must never check what needs two files (an id that another file defines): `load` does that.
"""

from datetime import date, datetime
from typing import Annotated, Any

from msgspec import Meta, Struct, field

from policies.terms import (
    Across,
    Act,
    AudienceKind,
    Capacity,
    Channel,
    Day,
    DealingKind,
    Duty,
    Evidence,
    FieldClass,
    Likeness,
    LineType,
    Model,
    Place,
    SourceGroup,
    Treatment,
    Verdict,
)

Text = Annotated[str, Meta(min_length=1)]
Country = Annotated[str, Meta(pattern="^[A-Z]{2}$")]
Word = Annotated[str, Meta(pattern="^[a-z0-9_]+$")]
PurposeId = Annotated[str, Meta(pattern=r"^[a-z_]+(\.[a-z_]+)*$")]
RuleId = Annotated[str, Meta(pattern=r"^[A-Za-z0-9]+(-[A-Za-z0-9]+)+$")]


class _Strict(Struct, frozen=True, forbid_unknown_fields=True):
    """A mapping in which every key means something."""


class DealingFile(_Strict, frozen=True):
    """`dealing:` of a rule."""

    kind: DealingKind | list[DealingKind]
    category: Likeness = Likeness.ANY
    within: str | None = None
    notice: bool = False


class ToolFile(_Strict, frozen=True):
    """`tool_country:` of a rule: a jurisdiction code stands for its members too."""

    among: list[Text] = []
    outside: list[Text] = []


class WhenFile(_Strict, frozen=True):
    """`when:` of a rule. A single word may stand without brackets."""

    act: Act | list[Act] = []
    purpose: str | list[str] = []
    channel: Channel | list[Channel] = []
    line: LineType | list[LineType] = []
    kind: AudienceKind | list[AudienceKind] = []
    region: str | list[str] = []
    country: Country | list[Country] = []
    field_class: FieldClass | list[FieldClass] = []
    law_of: Capacity | list[Capacity] = []
    tool_country: ToolFile | None = None
    age_under: Annotated[int, Meta(ge=1, le=120)] | None = None
    dealing: DealingFile | None = None
    consent: Model | None = None
    source_kind: str | list[str] = []
    source_evidence: str | list[str] = []
    local_hours: Annotated[list[str], Meta(min_length=2, max_length=2)] | None = None
    local_days: Day | list[Day] = []


class RegisterFile(_Strict, frozen=True):
    """`register:` of a rule."""

    name: Annotated[str, Meta(pattern="^[A-Z]{2}-[A-Z0-9]+$")]
    at_most: Text


class ReconfirmFile(_Strict, frozen=True):
    """`reconfirm:` of a rule."""

    every: Text
    due: Annotated[str, Meta(pattern="^(the_day_before|the_same_day)$")] = "the_same_day"


class ExpireFile(_Strict, frozen=True):
    """`expire:` of a rule, where more is to be said than how long."""

    after: Text
    renewed_by: DealingKind | list[DealingKind] = []
    only: Annotated[str, Meta(pattern="^claimed$")] | None = None


class CapFile(_Strict, frozen=True):
    """`cap:` of a rule: within `days` or within `hours`."""

    contacts: Annotated[int, Meta(ge=1, le=1000)]
    days: Annotated[int, Meta(ge=1, le=366)] | None = None
    hours: Annotated[int, Meta(ge=1, le=8784)] | None = None
    same: Annotated[str, Meta(pattern="^category$")] | None = None


class RuleFile(_Strict, frozen=True):
    """One entry of `rules:`."""

    id: RuleId
    cite: Text
    evidence: Evidence
    title: Text
    valid_from: date = date.min
    valid_to: date = date.max
    when: WhenFile = WhenFile()
    need: Model | None = None
    otherwise: Annotated[str, Meta(pattern="^(hold|deny)$")] = "deny"
    relax: str | list[str] = []
    register: RegisterFile | None = None
    reconfirm: ReconfirmFile | None = None
    expire: Any = None  # a period, or an ExpireFile: msgspec's union of a pattern and a struct is not to be trusted
    cap: CapFile | None = None
    disregard: list[str] = []
    pending: bool = False
    oblige: dict[Duty, Any] = {}


class PackFile(_Strict, frozen=True):
    """jurisdictions/*.yaml."""

    jurisdiction: Text
    name: Text
    time_zones: list[str] = []
    extends: Text | None = None
    without: list[RuleId] = []
    part_of: Text | None = None
    holidays: Text | None = None
    members: list[Country] = []
    region_zones: dict[str, list[str]] = {}
    rules: list[RuleFile] = []


class PermitFile(_Strict, frozen=True):
    """One entry of `permits:` of a source kind."""

    cite: Text
    act: Act | list[Act] = []
    purpose: str | list[str] = []
    channel: Channel | list[Channel] = []
    kind: AudienceKind | list[AudienceKind] = []
    jurisdiction: str | list[str] = []
    except_in: str | list[str] = []
    evidence: str | list[str] = []
    names_the_sender: bool = False
    owner_sends: bool = False
    within: Text | None = None


class SourceFile(_Strict, frozen=True):
    """One entry of `sources:`."""

    id: RuleId
    kind: Word
    title: Text
    cite: Text
    evidence: Evidence
    group: SourceGroup = SourceGroup.FROM_OTHERS
    diligence: Word | None = None
    counts_as: Word | None = None
    by_person: bool = False
    tied: bool = False
    forbidden: bool = False
    requires: list[Word] = []
    essential: list[Word] = []
    missing: Verdict = Verdict.QUARANTINE
    cure: Text = "P30D"
    permits: list[PermitFile] = []


class QuestionFile(_Strict, frozen=True):
    """One entry of `questions:`: what is asked of whoever hands a list over."""

    ask: Text
    cite: Text
    of: Annotated[list[Word], Meta(min_length=1)]
    answers: list[Word] = []
    against: list[Word] = []


class SourcesFile(_Strict, frozen=True):
    """sources.yaml: the words of evidence with what they mean, the questions, and the kinds of source."""

    evidence: dict[Word, Text]
    sources: list[SourceFile]
    questions: dict[Word, QuestionFile] = {}


class PurposeFile(_Strict, frozen=True):
    """One entry of `purposes:`; the tree follows the dots."""

    id: PurposeId
    title: Text
    iri: Annotated[str, Meta(pattern=r"^https://w3id\.org/dpv#[A-Za-z]+$")]


class PurposesFile(_Strict, frozen=True):
    """purposes.yaml."""

    valid_days: Annotated[int, Meta(ge=1, le=31)]
    purposes: Annotated[list[PurposeFile], Meta(min_length=1)]


class FieldFile(_Strict, frozen=True):
    """One entry of fields.yaml."""

    title: Text
    cls: FieldClass = field(name="class")
    type: Annotated[str, Meta(pattern="^(text|date|int|country|language)$")] = "text"
    filterable: bool = False


class TiersFile(_Strict, frozen=True):
    """`tiers:` of fields.yaml: scores in hundredths from which a finding counts as much."""

    review: Annotated[int, Meta(ge=1, le=100)]
    quarantine: Annotated[int, Meta(ge=1, le=100)]
    block: Annotated[int, Meta(ge=1, le=100)]


class TreatmentFile(_Strict, frozen=True):
    """One entry of `rows:` of fields.yaml. `kinds` and `but` are kinds or families.

    They are plain text: a union of a pattern with a list of it makes msgspec crash when memory is collected.
    """

    id: RuleId
    title: Text
    cite: Text
    evidence: Evidence
    kinds: str | list[str]
    do: Treatment
    but: str | list[str] = []
    where: Place | list[Place] = []
    least: Annotated[str, Meta(pattern="^(review|quarantine|block)$")] | None = None
    below: Annotated[str, Meta(pattern="^(review|quarantine|block)$")] | None = None
    given: str | list[str] = []
    unless: str | list[str] = []


class TreatmentsFile(_Strict, frozen=True):
    """`treatment:` of fields.yaml. `beside` are words that the scan adds to a source's words of evidence."""

    families: Annotated[dict[Word, list[Word]], Meta(min_length=1)]
    tiers: TiersFile
    beside: dict[Word, Text]
    holds: dict[Word, list[Word]]
    rows: Annotated[list[TreatmentFile], Meta(min_length=1)]


class FieldsFile(_Strict, frozen=True):
    """fields.yaml. Without `treatment` whatever is found is held."""

    fields: Annotated[dict[Word, FieldFile], Meta(min_length=1)]
    treatment: TreatmentsFile | None = None


class FindingFile(_Strict, frozen=True):
    """One entry of cases/treatment/*.yaml: a finding and what must become of it. `score` is in hundredths."""

    name: Text
    found: Word
    column: str
    want: Treatment
    score: Annotated[int, Meta(ge=0, le=100)] = 95
    evidence: list[Word] = []
    rule: RuleId | None = None
    without: list[RuleId] = []


class ExpiredFile(_Strict, frozen=True):
    """`sources_gone:` of a retention rule."""

    expired_for: Text


class UnusedFile(_Strict, frozen=True):
    """`unused:` of a retention rule."""

    after: Text


class RetentionRuleFile(_Strict, frozen=True):
    """One entry of retention.yaml, with one of its three reasons."""

    id: RuleId
    title: Text
    cite: Text
    evidence: Evidence
    where: str | list[str] = []
    no_identifier: Annotated[str, Meta(pattern="^at_once$")] | None = None
    sources_gone: ExpiredFile | None = None
    unused: UnusedFile | None = None


class RetentionFile(_Strict, frozen=True):
    """retention.yaml."""

    rules: Annotated[list[RetentionRuleFile], Meta(min_length=1)]


class HeldSourceFile(_Strict, frozen=True):
    """One of `sources:` of a retention case; one that says nothing stands without end."""

    revoked: bool = False
    expires_at: datetime | None = None


class KeepingFile(_Strict, frozen=True):
    """One entry of cases/retention/*.yaml: what of a person justifies keeping, and whether it is kept."""

    name: Text
    at: datetime
    came_at: datetime
    want: Annotated[str, Meta(pattern="^(kept|no_identifier|sources_gone|unused)$")]
    jurisdiction: str = ""
    used_at: datetime | None = None
    identifiers: Annotated[int, Meta(ge=0, le=1000)] = 1
    sources: list[HeldSourceFile] = field(default_factory=lambda: [HeldSourceFile()])
    consent: bool = False
    under_way: bool = False
    rule: RuleId | None = None
    without: list[RuleId] = []


class CalendarFile(_Strict, frozen=True):
    """One entry of `calendars:`."""

    national: list[date] = []
    regions: dict[str, list[date]] = {}


class HolidaysFile(_Strict, frozen=True):
    """holidays.yaml, written by `python -m policies.holidays`."""

    made_with: Text
    first: date
    last: date
    calendars: dict[str, CalendarFile]


class TextFile(_Strict, frozen=True):
    """One entry of `texts:`: how a fixed text may be written, and how it may not (regular expressions)."""

    duty: Duty
    text: Text
    accept: list[Text] = []
    never: list[Text] = []


class MixedFile(_Strict, frozen=True):
    """`mixed:` of messages.yaml."""

    id: RuleId
    cite: Text
    title: Text


class MessagesFile(_Strict, frozen=True):
    """messages.yaml: words by language (BCP 47), shapes of postal addresses by country, fixed texts."""

    refusal: dict[str, list[Text]]
    free: dict[str, list[Text]]
    source: dict[str, list[Text]]
    advertisement: dict[str, list[Text]]
    promotion: dict[str, list[Text]]
    mixed: MixedFile
    postal_address: dict[str, list[Text]]
    texts: list[TextFile] = []


class HouseCapFile(_Strict, frozen=True):
    """One entry of caps.yaml: what the house asks of itself, beyond the law."""

    id: RuleId
    title: Text
    contacts: Annotated[int, Meta(ge=1, le=1000)]
    channel: Channel | list[Channel] = []
    days: Annotated[int, Meta(ge=1, le=366)] | None = None
    hours: Annotated[int, Meta(ge=1, le=8784)] | None = None
    across: Across = Across.HOUSE
    same: Annotated[str, Meta(pattern="^category$")] | None = None


class CapsFile(_Strict, frozen=True):
    """caps.yaml."""

    caps: list[HouseCapFile] = []


class CaseFile(_Strict, frozen=True):
    """One entry of cases/**: facts, ask and wanted decision. `like` names an earlier case of the same file."""

    name: Text
    like: str | None = None
    person: dict[str, Any] | None = None
    consent: list[dict[str, Any]] | None = None
    dealing: list[dict[str, Any]] | None = None
    source: dict[str, Any] | None = None
    reach: dict[str, Any] | None = None
    registers: dict[str, datetime] | None = None
    caps: list[dict[str, Any]] | None = None
    contact: list[dict[str, Any]] | None = None
    signed: list[str] | None = None
    latest: datetime | None = None
    ask: dict[str, Any] = {}
    want: dict[str, Any] = {}
