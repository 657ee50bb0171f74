"""The part of a pack that can matter to an ask, sorted by what it does; worked out once and kept.

Must never leave out a rule whose `when` might hold: a missing fact keeps a rule in, marked as unsure.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from types import MappingProxyType

from gateway.domain.requests import Ask
from policies.packs import Bundle, Rule, When
from policies.terms import Act, AudienceKind, Capacity, Channel, FieldClass, LineType, Model

_kinds = frozenset({AudienceKind.B2C, AudienceKind.B2B, AudienceKind.B2B_INDIVIDUAL})


@dataclass(frozen=True, slots=True)
class Entry:
    """A rule that may matter. `sure` is False if only a missing fact of the ask or the kind of person keeps it in.

    `changing` says whether its `when` still looks at facts that differ from person to person.
    """

    rule: Rule
    sure: bool
    changing: bool


@dataclass(frozen=True, slots=True)
class Table:
    """A pack's rules for one ask. `covered` says whether a need speaks for every kind the person may be of."""

    covered: bool
    exports: tuple[Entry, ...]
    ages: tuple[Entry, ...]
    registers: tuple[Entry, ...]
    needs: tuple[Entry, ...]
    lapses: tuple[Entry, ...]
    disregards: tuple[Entry, ...]
    caps: tuple[Entry, ...]
    timed: tuple[Entry, ...]
    duties: tuple[Entry, ...]
    relaxers: Mapping[str, tuple[Rule, ...]]


def table_of(
    bundle: Bundle, code: str, capacities: frozenset[Capacity], ask: Ask, kind: AudienceKind, day: date
) -> Table:
    """Give the table of a pack for an ask, a kind of person, on a day of the pack's own calendar."""
    return _table(
        bundle, code, capacities, ask.act, ask.purpose, ask.channel, ask.line, ask.tool_country, ask.classes, kind, day
    )


@lru_cache(maxsize=8192)
def _table(
    bundle: Bundle,
    code: str,
    capacities: frozenset[Capacity],
    act: Act,
    purpose: str,
    channel: Channel,
    line: LineType | None,
    tool_country: str,
    classes: frozenset[FieldClass],
    kind: AudienceKind,
    day: date,
) -> Table:
    chain = frozenset(bundle.purposes.chain(purpose))
    kept: list[Entry] = []
    for rule in bundle.packs[code].rules:
        when = rule.when
        here = rule.holds_on(day) and _concerns(when, capacities, act, chain, channel) and _reads(when, classes)
        sure = here and _fits(when, line, tool_country, kind)
        if here and sure is not False:
            kept.append(Entry(rule, sure is True, when.changing))
    return _sorted(kept, kind)


def _concerns(when: When, capacities: frozenset[Capacity], act: Act, chain: frozenset[str], channel: Channel) -> bool:
    """Check what is always known. A timed rule stays in for a disclosure: there it becomes an obligation."""
    return (
        (not when.acts or act in when.acts or when.timed)
        and (not when.purposes or bool(when.purposes & chain))
        and (not when.channels or channel in when.channels)
        and (not when.capacities or bool(when.capacities & capacities))
        and (not when.placed or Capacity.RECIPIENT in capacities)
    )


def _reads(when: When, classes: frozenset[FieldClass]) -> bool:
    """Check whether fields of a class that the rule looks at are asked for."""
    return not when.classes or bool(when.classes & classes)


def _fits(when: When, line: LineType | None, tool_country: str, kind: AudienceKind) -> bool | None:
    """Check what may be unknown: line type, audience kind, the tool's country."""
    unknown = False
    if when.lines:
        if line is not None and line not in when.lines:
            return False
        unknown = line is None
    if when.kinds:
        if kind is not AudienceKind.UNKNOWN and kind not in when.kinds:
            return False
        unknown = unknown or (kind is AudienceKind.UNKNOWN and not _kinds <= when.kinds)
    if when.tool_in:
        if tool_country and tool_country not in when.tool_in:
            return False
        unknown = unknown or not tool_country
    if when.tool_outside and tool_country in when.tool_outside:
        return False
    return None if unknown else True


def _sorted(kept: list[Entry], kind: AudienceKind) -> Table:
    plain = [entry for entry in kept if entry.rule.need is not None and not entry.rule.when.timed]
    banned_abroad = [e for e in plain if e.rule.need is Model.BAN and _abroad(e.rule.when)]
    ages = [e for e in plain if e.rule.when.age_under is not None]
    needs = [e for e in plain if e not in banned_abroad and e not in ages]
    relaxers: dict[str, tuple[Rule, ...]] = {}
    for entry in kept:
        for target in entry.rule.relax if entry.sure else ():
            relaxers[target] = (*relaxers.get(target, ()), entry.rule)
    return Table(
        covered=_covers(needs, kind),
        exports=tuple(banned_abroad),
        ages=tuple(ages),
        registers=tuple(e for e in kept if e.rule.register),
        needs=tuple(needs),
        lapses=tuple(e for e in kept if e.rule.lapse),
        disregards=tuple(e for e in kept if e.rule.disregard),
        caps=tuple(e for e in kept if e.rule.cap),
        timed=tuple(e for e in kept if e.rule.need is not None and e.rule.when.timed),
        duties=tuple(e for e in kept if e.rule.oblige and not e.rule.relax and not e.rule.when.timed),
        relaxers=MappingProxyType(relaxers),
    )


def _abroad(when: When) -> bool:
    return bool(when.tool_in or when.tool_outside)


def _covers(needs: list[Entry], kind: AudienceKind) -> bool:
    """What no rule speaks of is not allowed. A rule with a condition that may fail speaks for nobody."""
    spoken: frozenset[AudienceKind] = frozenset()
    for entry in needs:
        when = entry.rule.when
        if not (when.lines or when.changing or when.classes or _abroad(when)):
            spoken |= when.kinds or _kinds
    return (_kinds if kind is AudienceKind.UNKNOWN else frozenset((kind,))) <= spoken
