"""One question in the course of being decided, and whether a rule's `when` holds of it.

A condition is true, false, or unknown (None) where a fact is missing. Unknown never helps: what narrows then applies,
what widens does not. Must never know a country by name.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import TypeAlias

from gateway.domain.bands import OLDEST, within
from gateway.domain.people import Consent, Dealing, Facts, Reach, Snapshot, Source
from gateway.domain.requests import Ask
from policies.packs import Bundle, Dealt, Pack, Rule
from policies.terms import CARRIES, Capacity, Flag, Likeness, Model

AGE_GATE = "age_gate"
"""The word of evidence that a source admits nobody under the age of consent."""


Laws: TypeAlias = tuple[tuple[Pack, frozenset[Capacity]], ...]
"""The packs that speak, each with the capacities it speaks in."""


@dataclass(frozen=True, slots=True)
class Question:
    """What is asked, of whom, under which law, and by way of which source.

    `source` is the one whose identifier would be used, None if there is none; `consents` are the lines that count;
    `laws` are the packs that speak, each with the capacities it speaks in.
    """

    ask: Ask
    facts: Facts
    snapshot: Snapshot
    bundle: Bundle
    at: datetime
    source: Source | None
    reach: Reach | None
    consents: tuple[Consent, ...]
    laws: Laws


@lru_cache(maxsize=4096)
def laws_of(bundle: Bundle, recipient: str, sender: str, origin: str | None) -> Laws:
    """Name the packs that speak: where the person lives, where the sender sits, where the data came from.

    Args:
        bundle: the law in force.
        recipient: country of the person, "" if unknown.
        sender: country of the sender.
        origin: country of the source, "" if unknown, None if there is no source.
    """
    spoken: dict[str, set[Capacity]] = {}
    for country, capacity in ((recipient, Capacity.RECIPIENT), (sender, Capacity.SENDER), (origin, Capacity.ORIGIN)):
        if country is not None:
            spoken.setdefault(bundle.pack(country).code, set()).add(capacity)
    return tuple((bundle.packs[code], frozenset(capacities)) for code, capacities in spoken.items())


def holds(rule: Rule, question: Question, alive: tuple[Consent, ...]) -> bool | None:
    """Say whether the changing part of a rule's `when` holds: region, country, age, dealing, consent, source.

    Args:
        rule: its unchanging part (purpose, channel, kind …) held already.
        question: the question.
        alive: the consents that have not lapsed under the rule's pack.
    """
    when, source, facts = rule.when, question.source, question.facts
    parts: tuple[bool | None, ...] = (
        _lives_in(when.regions, facts.person.region),
        _lives_in(when.countries, facts.person.jurisdiction),
        not when.source_kinds or (source is not None and _counts_as(when.source_kinds, source.kind, question)),
        not when.source_evidence or (source is not None and when.source_evidence <= source.evidence),
        when.dealing is None or any(_dealt(when.dealing, each, question) for each in facts.dealings),
        when.consent is None or carried(when.consent, alive),
        when.age_under is None or is_under(when.age_under, question),
    )
    if False in parts:
        return False
    return None if None in parts else True


def _counts_as(wanted: frozenset[str], kind: str, question: Question) -> bool:
    """Say whether a rule for some kinds of source holds for one: for itself, or for what it counts as."""
    rule = question.bundle.sources.get(kind)
    return kind in wanted or (rule is not None and not wanted.isdisjoint(rule.kinds))


def _lives_in(wanted: frozenset[str], place: str) -> bool | None:
    if not wanted:
        return True
    return place in wanted if place else None


def carried(model: Model, alive: Iterable[Consent]) -> bool:
    """Say whether somebody's consents satisfy a model: one line must carry all that it asks."""
    if model in CARRIES:
        wanted = CARRIES[model]
        return any(line.conditions & wanted == wanted for line in alive)
    return model is not Model.BAN


def is_under(age: int, question: Question) -> bool | None:
    """Say whether a person is under an age; only the birth year is known, so the birthday counts as not yet had."""
    person = question.facts.person
    this_year = question.at.year
    if this_year - OLDEST <= person.birth_year <= this_year:
        return this_year - person.birth_year - 1 < age
    if Flag.MINOR in person.flags:
        return True
    gated = question.source is not None and AGE_GATE in question.source.evidence
    return False if gated else None


def _dealt(wanted: Dealt, had: Dealing, question: Question) -> bool:
    return (
        had.kind in wanted.kinds
        and (had.notice or not wanted.notice)
        and (wanted.within is None or within(question.bundle, wanted.within, had.band))
        and _alike(wanted.likeness, had.category, question.ask.category)
    )


def _alike(likeness: Likeness, had: str, offered: str) -> bool:
    if likeness is Likeness.ANY:
        return True
    if not had or not offered:
        return False
    if likeness is Likeness.SAME:
        return had == offered
    return had.split(".", 1)[0] == offered.split(".", 1)[0]
