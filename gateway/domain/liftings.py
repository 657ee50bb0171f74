"""The changes that may lawfully lift what speaks against an ask, by the code of the reason.

Must never undo what may not be undone: erased, deceased, a source that is forbidden or revoked and a register have no
change here. A new reason code needs a line in the table at the end, or nothing is offered for it.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import replace
from types import MappingProxyType
from typing import Any, Final

from gateway.domain.bands import year_limits
from gateway.domain.changes import WHOLE, Change, Situation, consenting, said_by, waiting
from gateway.domain.grant import Grant
from gateway.domain.grounds import rules_named
from gateway.domain.lawfulness import SourceFinding, source_lawful
from gateway.domain.people import Reach, Source
from gateway.domain.question import AGE_GATE
from gateway.domain.reasons import Decision, Reason
from policies.packs import SourceRule
from policies.terms import AudienceKind, Flag, LineType, Outcome, SourceStatus

_UNCURED: Final = frozenset({SourceStatus.APPROVED, SourceStatus.REVOKED})
_KINDS: Final = MappingProxyType(
    {
        AudienceKind.B2C: "as a consumer",
        AudienceKind.B2B: "for a company",
        AudienceKind.B2B_INDIVIDUAL: "as somebody in business alone",
    }
)


def candidates(situation: Situation, decision: Decision) -> list[Change]:
    """Give the changes that may lift the first of what speaks against it: whatever allows it holds one of them."""
    against = [reason for reason in decision.reasons if reason.outcome is not Outcome.ALLOW]
    first = [reason for reason in against if reason.step == min(each.step for each in against)]
    found = [waiting(situation, decision.not_before)] if decision.not_before is not None else []
    for reason in first if first and first[0].step == 2 else first[:1]:  # noqa: PLR2004  one lawful source is enough
        found += [change for make in _LIFTED_BY.get(reason.code, ()) for change in make(situation, reason)]
    return list(dict.fromkeys(found))


def _consent(situation: Situation, _: Reason) -> Iterator[Change]:
    yield consenting(situation, WHOLE)


def _granting(words: str, **changes: Callable[[Grant, Situation], Any]) -> Callable[..., Iterator[Change]]:
    """Change the tool's own grant."""

    def make(situation: Situation, _: Reason) -> Iterator[Change]:
        def made(before: Situation) -> Situation:
            grant = before.grant
            if grant is None:
                return before
            return replace(before, grant=replace(grant, **{name: of(grant, before) for name, of in changes.items()}))

        ask, person = situation.ask, situation.facts.person
        said = words.format(act=ask.act.value, purpose=ask.purpose, channel=ask.channel.value, home=person.jurisdiction)
        yield Change("grant", said, made)

    return make


def _elsewhere(situation: Situation, _: Reason) -> Iterator[Change]:
    """Keep the data in another country: the person's, the sender's, a source's."""
    ask, sources = situation.ask, situation.snapshot.sources
    origins = (sources[reach.source].country for reach in situation.facts.reaches if reach.source in sources)
    for country in dict.fromkeys((situation.facts.person.jurisdiction, ask.sender.country, *origins)):
        if country and country != ask.tool_country:
            yield Change("tool_country", f"a tool that keeps the data in {country}", _moved(country))


def _moved(country: str) -> Callable[[Situation], Situation]:
    def made(before: Situation) -> Situation:
        grant = before.grant
        there = replace(grant, caller=replace(grant.caller, country=country)) if grant else None
        return replace(before, ask=replace(before.ask, tool_country=country), grant=there)

    return made


def _sources(situation: Situation, _: Reason) -> Iterator[Change]:
    """Mend a source that leads to the person, or have the address from the person."""
    for reach in situation.facts.reaches:
        source = situation.snapshot.sources.get(reach.source)
        if source is not None:
            yield from _mended(situation, source)
    own = _own_source(situation)
    if own is not None:
        yield own


def _mended(situation: Situation, source: Source) -> Iterator[Change]:
    finding = _finding(situation, source)
    name = f"the source “{source.name}”"
    match finding.code:
        case "evidence_missing" if finding.missing:
            titles = ", ".join(situation.bundle.evidence.get(word, word) for word in finding.missing)
            yield Change("evidence", f"evidence for {name}: {titles}", _proving(source, finding.missing))
        case "source_not_approved" if source.status not in _UNCURED:
            approved = _with(source, lambda known: replace(known, status=SourceStatus.APPROVED))
            yield Change("approval", f"{name} is approved", approved)
        case "source_expired":
            renewed = _with(source, lambda known: replace(known, expires_at=None))
            yield Change("renewal", f"{name} is renewed by its supplier", renewed)
        case "source_from_the_future":
            dated = _with(source, lambda known: replace(known, collected_at=situation.at))
            yield Change("evidence", f"the day on which {name} was collected is put right", dated)
        case "sender_not_named":
            sender = situation.ask.sender
            naming = _with(source, lambda known: replace(known, named=known.named | {sender.no}))
            yield Change("evidence", f"proof that the notice of {name} named {sender.name}", naming)


def _finding(situation: Situation, source: Source) -> SourceFinding:
    person = situation.facts.person
    return source_lawful(situation.ask, source, situation.bundle, person.jurisdiction, situation.at, person.kind)


def _with(source: Source, change: Callable[[Source], Source]) -> Callable[[Situation], Situation]:
    """Change one source, as it is by then."""

    def made(before: Situation) -> Situation:
        known = before.snapshot.sources
        if source.no not in known:
            return before
        return replace(
            before, snapshot=replace(before.snapshot, sources={**known, source.no: change(known[source.no])})
        )

    return made


def _proving(source: Source, evidence: Iterable[str]) -> Callable[[Situation], Situation]:
    more = frozenset(evidence)
    return _with(source, lambda known: replace(known, evidence=known.evidence | more))


def _own_source(situation: Situation) -> Change | None:
    """Have the address from the person: by the first way of giving it oneself that is lawful for this ask."""
    for rule in sorted(situation.bundle.sources.values(), key=lambda each: each.id != "SRC-FORM"):
        source = _given(situation, rule) if rule.by_person and not rule.forbidden else None
        if source is not None and _finding(situation, source).lawful:
            words = said_by(situation, f"gives an address for {situation.ask.channel.value} ({rule.title.lower()})")
            return Change("address", words, _reached_by(source))
    return None


def _given(situation: Situation, rule: SourceRule) -> Source:
    evidence = frozenset((*rule.evidence, *(word for permit in rule.permits for word in permit.evidence)))
    country = situation.facts.person.jurisdiction or situation.ask.sender.country
    return Source(
        no=1 + max(situation.snapshot.sources, default=0), name=rule.title, kind=rule.kind,
        status=SourceStatus.APPROVED, collector=situation.ask.sender.no, country=country,
        audience=situation.facts.person.kind, collected_at=situation.at, expires_at=None, evidence=evidence,
        by_person=True,
    )  # fmt: skip


def _reached_by(source: Source) -> Callable[[Situation], Situation]:
    def made(before: Situation) -> Situation:
        snapshot = replace(before.snapshot, sources={**before.snapshot.sources, source.no: source})
        facts = replace(before.facts, reaches=(*before.facts.reaches, Reach(source.no)))
        return replace(before, snapshot=snapshot, facts=facts)

    return made


def _known(sort: str, words: str, **traits: Any) -> Change:
    """Know something of the person that is not known now."""

    def made(before: Situation) -> Situation:
        return replace(before, facts=replace(before.facts, person=replace(before.facts.person, **traits)))

    return Change(sort, words, made)


def _unrestricted(situation: Situation, _: Reason) -> Iterator[Change]:
    flags = situation.facts.person.flags & ~Flag.RESTRICTED
    words = "the restriction is lifted, of which the person is told before (GDPR Art. 18(3))"
    yield _known("restriction", words, flags=flags)


def _of_age(situation: Situation, _: Reason) -> Iterator[Change]:
    grown = year_limits(situation.bundle, situation.at)[1]
    words = "the year of birth is known, and the person is of age"
    if not situation.facts.person.flags & Flag.MINOR:
        yield _known("birth_year", words, birth_year=grown)
    for reach in situation.facts.reaches:
        source = situation.snapshot.sources.get(reach.source)
        if source is not None and AGE_GATE not in source.evidence:
            gated = _proving(source, (AGE_GATE,))
            yield Change("evidence", f"proof that the source “{source.name}” admits nobody under age", gated)


def _lifted(_: Situation, __: Reason) -> Iterator[Change]:
    def made(before: Situation) -> Situation:
        reaches = tuple(replace(reach, suppressed=None) for reach in before.facts.reaches)
        return replace(before, facts=replace(before.facts, reaches=reaches))

    words = "two officers lift the suppression, because the person wishes it of their own accord"
    yield Change("suppression", words, made)


def _fresh(situation: Situation, reason: Reason) -> Iterator[Change]:
    for rule in rules_named(situation.bundle, reason.rule)[:1]:
        if rule.register is not None:
            name = rule.register.name
            yield Change("register", f"the register {name} is taken anew, and the person is not on it", _taken(name))


def _taken(name: str) -> Callable[[Situation], Situation]:
    def made(before: Situation) -> Situation:
        registers = {**before.snapshot.registers, name: before.at}
        return replace(before, snapshot=replace(before.snapshot, registers=registers))

    return made


def _told(situation: Situation, _: Reason) -> Iterator[Change]:
    """Say more in the question itself: the line, the category, fewer fields."""
    ask = situation.ask
    for line in LineType:
        if ask.line is None or (ask.line is LineType.SERVICE and line is not ask.line):
            yield _asked("line", f"it goes out on {'an' if line == 'advertising' else 'a'} {line} line", line=line)
    if not ask.category:
        for category in sorted({dealing.category for dealing in situation.facts.dealings if dealing.category}):
            yield _asked("category", f"the question says that it advertises {category}", category=category)
    if ask.classes:
        named = ", ".join(sorted(ask.classes))
        yield _asked("classes", f"fields of these classes are not asked for: {named}", classes=frozenset())


def _asked(kind: str, words: str, **changes: Any) -> Change:
    def made(before: Situation) -> Situation:
        return replace(before, ask=replace(before.ask, **changes))

    return Change(kind, words, made)


def _placed(situation: Situation, _: Reason) -> Iterator[Change]:
    """Know in which capacity the person is addressed, and where they live."""
    person = situation.facts.person
    if person.kind is AudienceKind.UNKNOWN:
        for kind, how in _KINDS.items():
            yield _known("audience", f"it is known that the person is addressed {how} ({kind})", kind=kind)
    if not person.jurisdiction:
        home = situation.ask.sender.country
        yield _known("country", f"it is known that the person lives in {home}", jurisdiction=home)
    yield from _regions(situation)


def _regions(situation: Situation) -> Iterator[Change]:
    """Know the region, where some regions have a law of their own: one of the others, if there is one."""
    person, pack = situation.facts.person, situation.bundle.pack(situation.facts.person.jurisdiction)
    own = sorted({region for rule in pack.rules for region in rule.when.regions})
    other = next((region for region in sorted(pack.region_zones) if region not in own), "")
    if own and other and not person.region:
        yield _known("region", f"the region is known, and it is none of {', '.join(own)}", region=other)


def _zones(situation: Situation, _: Reason) -> Iterator[Change]:
    person = situation.facts.person
    pack = situation.bundle.pack(person.jurisdiction)
    zones = pack.region_zones.get(person.region, pack.time_zones)
    if not person.time_zone and len(zones) > 1:
        for zone in zones:
            yield _known("time_zone", f"the person's time zone is known, and it is {zone}", time_zone=zone)


def _signed(situation: Situation, reason: Reason) -> Iterator[Change]:
    for code, pack in sorted(situation.bundle.packs.items()):
        if any(rule.id == reason.rule for rule in pack.rules) and code not in situation.snapshot.signed:
            yield Change("sign_off", f"two officers sign the law of {pack.name} off", _signing(code))


def _signing(code: str) -> Callable[[Situation], Situation]:
    def made(before: Situation) -> Situation:
        return replace(before, snapshot=replace(before.snapshot, signed=before.snapshot.signed | {code}))

    return made


def _clock(situation: Situation, _: Reason) -> Iterator[Change]:
    latest = situation.snapshot.latest
    if latest is not None and latest > situation.at:
        yield replace(waiting(situation, latest), words="the clock of this machine is set right")


_LAW: Final = (_consent, _told, _placed)
_LIFTED_BY: Final[Mapping[str, tuple[Callable[[Situation, Reason], Iterator[Change]], ...]]] = MappingProxyType(
    {
        "tool_inactive": (
            _granting("the tool is switched on", caller=lambda grant, _: replace(grant.caller, active=True)),
        ),
        "grant_stale": (_granting("the tool asks anew", bundle=lambda _, at: at.bundle.digest),),
        "act_not_granted": (_granting("a role that may {act}", acts=lambda grant, at: grant.acts | {at.ask.act}),),
        "purpose_not_granted": (
            _granting("the tool is given {purpose}", purposes=lambda grant, at: grant.purposes | {at.ask.purpose}),
        ),
        "channel_not_granted": (
            _granting("the tool is given {channel}", channels=lambda grant, at: grant.channels | {at.ask.channel}),
        ),
        "rows_not_granted": (
            _granting(
                "the tool is given people in {home}",
                jurisdictions=lambda grant, at: grant.jurisdictions | {at.facts.person.jurisdiction},
            ),
        ),
        "country_not_allowed": (_elsewhere, _placed),
        **dict.fromkeys(
            (
                "no_identifier", "evidence_missing", "source_not_approved", "source_expired", "source_from_the_future",
                "source_not_for_this", "source_forbidden", "source_unknown", "sender_not_named", "source_too_old",
                "owner_must_send",
            ),
            (_sources,),
        ),
        "person_restricted": (_unrestricted,),
        "too_young": (_consent, _told),
        "age_unknown": (_of_age, _consent, _told, _placed),
        "suppressed": (_lifted,),
        "on_register": _LAW,
        "register_stale": (_fresh, *_LAW),
        "person_withdrawn": (_consent,),
        "person_objected": (_consent,),
        "not_signed_off": (_signed, *_LAW),
        "clock_backwards": (_clock,),
        "outside_hours": (_consent, _zones, _placed),
        **dict.fromkeys(
            ("no_rule", "forbidden", "no_consent", "consent_falls_short", "consent_lapsed", "consent_disregarded"), _LAW
        ),
    }
)  # fmt: skip
