"""What each of the nine steps rested on, in words: the facts, and every rule with its title and citation.

Must never hold a value of a person: places, days, kinds and ages in the law's own periods. What a record does not hold
is not said: where only the band of a moment is known, its band is told.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final
from zoneinfo import ZoneInfo

from gateway.domain.bands import year_limits
from gateway.domain.grant import Caller
from gateway.domain.hours import calendar_of, zones_of
from gateway.domain.people import Consent, Dealing, Facts, Person, Snapshot
from gateway.domain.reasons import Decision
from gateway.domain.requests import Ask
from policies.packs import Bundle, Rule
from policies.terms import AudienceKind, Condition, ConsentState, Flag

_HOW: Final = {
    Condition.NIGHT: "naming the night",
    Condition.WRITTEN: "in writing",
    Condition.SEPARATE: "given apart from any other",
    Condition.NAMED_RECIPIENT: "naming the recipient",
    Condition.DOUBLE_OPT_IN: "double opt-in",
    Condition.TIED: "made a condition of a gift or service",
    Condition.GUARDIAN: "given by the parent or guardian",
    Condition.EXPLICIT: "explicit about special categories",
}
_ADDRESSED: Final = {
    AudienceKind.B2C: "addressed as a consumer",
    AudienceKind.B2B: "addressed for a company",
    AudienceKind.B2B_INDIVIDUAL: "addressed as somebody in business alone",
    AudienceKind.UNKNOWN: "in which capacity is not known",
}
_FLAGS: Final = {
    Flag.ERASED: "erased",
    Flag.DECEASED: "deceased",
    Flag.RESTRICTED: "processing restricted",
    Flag.MINOR: "a minor",
}


@dataclass(frozen=True, slots=True)
class Law:
    """A rule that had a part: its id, its title in words, its citation."""

    id: str
    title: str
    cite: str


@dataclass(frozen=True, slots=True)
class Ground:
    """What one step rested on."""

    no: int
    facts: tuple[str, ...]
    laws: tuple[Law, ...]


@dataclass(frozen=True, slots=True)
class Known:
    """What a decision was taken from, as far as it is known.

    `caller` and `snapshot` are None where a record is told: it holds neither. `names` gives the sources' names by
    number, `since` the day of a consent where the house still knows it.
    """

    ask: Ask
    facts: Facts
    bundle: Bundle
    at: datetime
    caller: Caller | None
    snapshot: Snapshot | None
    names: Mapping[int, str]
    since: Mapping[Consent, datetime]


def grounds(known: Known, decision: Decision) -> tuple[Ground, ...]:
    """Tell what the steps of a decision rested on; a step that was not reached is left out."""
    tellers = (_caller, _sources, _person, _lists, _stops, _consents, _clock, _caps, _duties)
    return tuple(
        Ground(step.no, tuple(tellers[step.no - 1](known, decision)), _laws(known.bundle, step.rule))
        for step in decision.steps
    )


def zone_of(bundle: Bundle, person: Person) -> ZoneInfo:
    """Give the zone in which times are told to or about a person: their own, or the first of where they live."""
    return zones_of(bundle.pack(person.jurisdiction), person.region, person.time_zone)[0]


def at_place(moment: datetime, zone: ZoneInfo) -> str:
    """Write a moment by the clock of a place, UTC beside it: `Sat 21 Nov 2026, 08:00 in Asia/Seoul (Fri 23:00 UTC)`."""
    local, utc = moment.astimezone(zone), moment.astimezone(UTC)
    here = f"{local:%a} {local.day} {local:%b %Y}, {local:%H:%M}"
    if local.utcoffset() == utc.utcoffset():
        return f"{here} UTC"
    beside = f"{utc:%H:%M}" if local.date() == utc.date() else f"{utc:%a %H:%M}"
    return f"{here} in {zone.key} ({beside} UTC)"


def condition_words(conditions: Condition) -> str:
    """Say how a consent was given; "" for a plain one."""
    return ", ".join(words for condition, words in _HOW.items() if condition in conditions)


def age_words(bundle: Bundle, band: int) -> str:
    """Say how old a thing is by the law's periods: `within P2Y`, the shortest period that has not passed."""
    if band < len(bundle.periods):
        return f"within {bundle.periods[band].text}"
    return f"longer ago than {bundle.periods[-1].text}" if bundle.periods else "at some time"


def rules_named(bundle: Bundle, id_: str) -> list[Rule]:
    """Give the rules of an id, in whichever packs they stand; an id may return with other dates."""
    return [rule for pack in bundle.packs.values() for rule in pack.rules if rule.id == id_] if id_ else []


def _laws(bundle: Bundle, ids: str) -> tuple[Law, ...]:
    return tuple(law for id_ in ids.split(", ") if id_ for law in _law(bundle, id_))


def _law(bundle: Bundle, id_: str) -> Iterator[Law]:
    """Give a rule of a pack, of the sources, or a cap of the house, by its id."""
    for rule in rules_named(bundle, id_)[:1]:
        yield Law(rule.id, rule.title, rule.cite)
        return
    for source in bundle.sources.values():
        if source.id == id_:
            yield Law(source.id, source.title, source.cite)
            return
    for cap in bundle.caps:
        if cap.id == id_:
            yield Law(cap.id, cap.title, cap.cite or "a rule of the house")
            return


def _caller(known: Known, _: Decision) -> Iterator[str]:
    ask, caller = known.ask, known.caller
    more = [f"{ask.line} line" if ask.line else "", f"advertising {ask.category}" if ask.category else ""]
    more.append(f"fields: {', '.join(sorted(ask.classes))}" if ask.classes else "")
    yield ", ".join((f"asked to {ask.act} by {ask.channel} for {ask.purpose}", *filter(None, more)))
    yield f"sender {ask.sender.name}" + (f" ({ask.sender.country})" if ask.sender.country else "")
    if caller is not None:
        yield f"tool in {caller.country or 'an unknown country'}, role {caller.role}, {_switched(caller)}"
        if caller.jurisdictions:
            yield f"for people in {', '.join(sorted(caller.jurisdictions))}"


def _switched(caller: Caller) -> str:
    return f"{'on' if caller.active else 'switched off'}, mode {caller.mode}"


def _sources(known: Known, _: Decision) -> Iterator[str]:
    if not known.facts.reaches:
        yield f"no address for {known.ask.channel} is known"
    for no in dict.fromkeys(reach.source for reach in known.facts.reaches):
        yield f"an address from {_source(known, no)}"


def _source(known: Known, no: int) -> str:
    name = f"the source “{known.names[no]}”" if no in known.names else f"source {no}"
    source = known.snapshot.sources.get(no) if known.snapshot else None
    if source is None:
        return name
    collected = f"collected {source.collected_at:%Y-%m-%d}" if source.collected_at else "collected on an unknown day"
    held = ", ".join(known.bundle.evidence.get(word, word) for word in sorted(source.evidence))
    proof = f"evidence: {held}" if held else "no evidence"
    kind = source.kind.replace("_", " ")
    return f"{name}: {kind} of {source.country or 'an unknown country'}, {collected}, {source.status}, {proof}"


def _person(known: Known, _: Decision) -> Iterator[str]:
    person = known.facts.person
    region = f", region {person.region}" if person.region else ", region not known"
    yield f"lives in {person.jurisdiction}{region}" if person.jurisdiction else "where they live is not known"
    yield _ADDRESSED[person.kind]
    yield _age(known)
    yield from (words for flag, words in _FLAGS.items() if flag in person.flags)


def _age(known: Known) -> str:
    earliest, grown = year_limits(known.bundle, known.at)
    year = known.facts.person.birth_year
    if not earliest <= year <= known.at.year:
        return "year of birth not known"
    return "of age: no age limit of the law applies" if year <= grown else "young enough for an age limit of the law"


def _lists(known: Known, _: Decision) -> Iterator[str]:
    reaches = known.facts.reaches
    for scope in sorted({reach.suppressed for reach in reaches if reach.suppressed is not None}):
        yield f"on the house's stop list ({scope})"
    for name in sorted({name for reach in reaches for name in reach.registers}):
        yield f"on the register {name}{_of_day(known, name)}"
    if not any(reach.suppressed or reach.registers for reach in reaches):
        yield "on no stop list and no register that is on file"


def _of_day(known: Known, name: str) -> str:
    taken = known.snapshot.registers.get(name) if known.snapshot else None
    return f", taken {taken:%Y-%m-%d}" if taken else ""


def _stops(known: Known, _: Decision) -> Iterator[str]:
    stops = [line for line in known.facts.consents if line.state is not ConsentState.GIVEN]
    yield from (_line(known, line) for line in reversed(stops))
    if not stops:
        yield "no withdrawal and no objection"


def _consents(known: Known, _: Decision) -> Iterator[str]:
    given = [line for line in known.facts.consents if line.state is ConsentState.GIVEN]
    last = max((line.rank for line in known.facts.consents if line.state is not ConsentState.GIVEN), default=-1)
    for line in reversed(given):
        yield _line(known, line) + ("; overtaken by what was said later" if line.rank < last else "")
    if not given:
        yield "no consent"
    yield from (_dealing(known, dealing) for dealing in known.facts.dealings)


def _line(known: Known, line: Consent) -> str:
    """Spell one line: `consent given 2026-05-03 (within P1Y) for marketing.own, double opt-in; wording v3`."""
    said = "consent given" if line.state is ConsentState.GIVEN else f"consent {line.state}"
    said = "objection" if line.state is ConsentState.OBJECTED else said
    day, age = known.since.get(line), age_words(known.bundle, line.band)
    when = f"{day.astimezone(zone_of(known.bundle, known.facts.person)):%Y-%m-%d} ({age})" if day else age
    how = condition_words(line.conditions)
    parts = [f"{said} {when} for {line.purpose}{f', {how}' if how else ''}"]
    parts += [f"wording {line.wording}"] if line.wording else []
    parts += [f"claimed by {_named(known, line.source)}"] if line.source else []
    return "; ".join(parts)


def _named(known: Known, no: int) -> str:
    return f"the source “{known.names[no]}”" if no in known.names else f"source {no}"


def _dealing(known: Known, dealing: Dealing) -> str:
    about = f" of {dealing.category}" if dealing.category else ""
    offered = "refusal was offered then" if dealing.notice else "no refusal was offered then"
    told = f"; told by {_named(known, dealing.source)}" if dealing.source else ""
    return f"{dealing.kind}{about} {age_words(known.bundle, dealing.band)}, {offered}{told}"


def _clock(known: Known, _: Decision) -> Sequence[str]:
    person, bundle = known.facts.person, known.bundle
    zones = zones_of(bundle.pack(person.jurisdiction), person.region, person.time_zone)
    calendar = calendar_of(bundle, person.jurisdiction, person.region)
    first = at_place(known.at, zones[0])
    own = "" if len(zones) == 1 else f"; the zone is not known, so each of {len(zones)} must be open"
    holiday = any(known.at.astimezone(zone).date() in calendar for zone in zones)
    return (first + own, *(("a public holiday there, or it may be one",) if holiday else ()))


def _caps(known: Known, decision: Decision) -> Iterator[str]:
    """Tell of the caps that speak of this person; what another country's law counts on the channel is not theirs."""
    zone = zone_of(known.bundle, known.facts.person)
    of_laws = {cap.id for cap in known.bundle.caps if cap.cite}
    speaking = {reason.rule for reason in decision.reasons}
    used_up = [used for used in known.facts.caps if used.cap in speaking or used.cap not in of_laws]
    for used in used_up:
        yield f"{used.cap} is used up until {at_place(used.until, zone)}"
    if not used_up:
        yield "no cap is used up"


def _duties(_: Known, decision: Decision) -> Iterator[str]:
    yield from (name.replace("_", " ") for name in decision.obligations)
    if not decision.obligations:
        yield "none, for nothing is allowed" if decision.outcome != "allow" else "none"
