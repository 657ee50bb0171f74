"""The law of one jurisdiction on one day as a table: what each channel needs, and every rule that says so. Pure.

Must never show a rule as law that is not in force that day, and never leave one out: what is pending, over, or of
another capacity or region stands there with its mark.
"""

from dataclasses import dataclass
from datetime import date, datetime
from zoneinfo import ZoneInfo

from gateway.domain import matrix_words as words
from gateway.domain.matrix_cells import Section, View
from gateway.domain.retention import holding
from policies.packs import Bundle, Pack, RetentionRule, Rule
from policies.terms import Evidence


@dataclass(frozen=True, slots=True)
class RuleLine:
    """One rule of the pack, whole. `state` is in_force, later, over or pending; dates are None where open."""

    id: str
    title: str
    cite: str
    evidence: str
    first: date | None
    last: date | None
    state: str
    inherited_from: str
    region: str
    effect: str
    when: str
    duties: tuple[str, ...]
    marks: tuple[str, ...]
    file: str
    line: int


@dataclass(frozen=True, slots=True)
class Matrix:
    """The law of a jurisdiction on a day.

    `pack` is whose rules they are: that of a union, or the strictest, where the jurisdiction has none of its own. Those
    on how long people are kept there come last.
    """

    jurisdiction: str
    pack: str
    name: str
    extends: str
    day: date
    digest: str
    bundle: str
    sections: tuple[Section, ...]
    rules: tuple[RuleLine, ...]


@dataclass(frozen=True, slots=True)
class Counts:
    """How a pack stands: rules of its own and inherited; of all these the unverified, pending and those in force."""

    code: str
    name: str
    digest: str
    own: int
    inherited: int
    unverified: int
    pending: int
    in_force: int


def counts_of(bundle: Bundle, code: str, at: datetime) -> Counts:
    """Count the rules of a pack.

    Args:
        bundle: the law.
        code: of a pack.
        at: the moment whose day, by the pack's first zone, is meant.
    """
    pack = bundle.packs[code]
    day = today_in(bundle, code, at)
    own = sum(not _inherited(pack, rule) for rule in pack.rules)
    return Counts(
        code=code,
        name=pack.name,
        digest=pack.digest,
        own=own,
        inherited=len(pack.rules) - own,
        unverified=sum(rule.evidence is Evidence.UNVERIFIED for rule in pack.rules),
        pending=sum(rule.pending for rule in pack.rules),
        in_force=sum(rule.holds_on(day) for rule in pack.rules),
    )


def today_in(bundle: Bundle, jurisdiction: str, at: datetime) -> date:
    """Give the day it is at a moment by the calendar of a jurisdiction's pack."""
    return at.astimezone(ZoneInfo(_pack(bundle, jurisdiction).time_zones[0])).date()


def _pack(bundle: Bundle, jurisdiction: str) -> Pack:
    return bundle.packs.get(jurisdiction) or bundle.pack(jurisdiction)


def matrix(bundle: Bundle, jurisdiction: str, day: date) -> Matrix:
    """Give the table of a jurisdiction.

    Args:
        bundle: the law.
        jurisdiction: a country (ISO 3166-1 alpha-2) or the code of a pack; one without a pack gets its union's, else
            the strictest.
        day: by the pack's own calendar.
    """
    pack = _pack(bundle, jurisdiction)
    spoken = frozenset((jurisdiction,)) if jurisdiction != pack.code else frozenset()
    view = View(bundle, pack, day, spoken)
    return Matrix(
        jurisdiction=jurisdiction,
        pack=pack.code,
        name=pack.name,
        extends=pack.extends,
        day=day,
        digest=pack.digest,
        bundle=bundle.digest,
        sections=tuple(view.sections()),
        rules=(
            *(_rule_line(pack, rule, bundle, day) for rule in pack.rules),
            *(_kept_line(pack, rule) for rule in holding(bundle, jurisdiction)),
        ),
    )


def _kept_line(pack: Pack, rule: RetentionRule) -> RuleLine:
    return RuleLine(
        id=rule.id, title=rule.title, cite=rule.cite, evidence=rule.tag.value, first=None, last=None, state="in_force",
        inherited_from="" if pack.code in rule.where else ", ".join(sorted(rule.where)) or "the rules for everywhere",
        region="", effect=words.kept(rule), when="", duties=(), marks=(), file=rule.file, line=rule.line,
    )  # fmt: skip


def _rule_line(pack: Pack, rule: Rule, bundle: Bundle, day: date) -> RuleLine:
    return RuleLine(
        id=rule.id,
        title=rule.title,
        cite=rule.cite,
        evidence=rule.evidence.value,
        first=None if rule.valid_from == date.min else rule.valid_from,
        last=None if rule.valid_to == date.max else rule.valid_to,
        state=_state(rule, day),
        inherited_from=_inherited(pack, rule),
        region=", ".join(sorted(rule.when.regions)),
        effect=words.effect(rule),
        when=words.conditions(rule, bundle.purposes, all_said=True),
        duties=words.duties(rule.oblige),
        marks=words.marks(rule),
        file=rule.file,
        line=rule.line,
    )


def _state(rule: Rule, day: date) -> str:
    if rule.pending:
        return "pending"
    if rule.holds_on(day):
        return "in_force"
    return "later" if day < rule.valid_from else "over"


def _inherited(pack: Pack, rule: Rule) -> str:
    """Name the pack that a rule is inherited from, "" if it is this pack's own or of one of its regions."""
    code = rule.file.rpartition("/")[2].removesuffix(".yaml")
    own = pack.code.lower()
    return "" if code == own or code.startswith(f"{own}-") else code.upper()
