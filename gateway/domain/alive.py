"""Which of a person's consents carry under one law: not given in a way it does not accept, and not lapsed. Pure."""

from dataclasses import dataclass

from gateway.domain.bands import within
from gateway.domain.people import Consent
from gateway.domain.question import Question, holds
from gateway.domain.tables import Table
from policies.packs import Lapse, Rule
from policies.terms import Outcome


@dataclass(frozen=True, slots=True)
class Alive:
    """The consents that carry under one pack, and the rules by which others do not: too old, or given in a way."""

    consents: tuple[Consent, ...]
    lapsed_by: Rule | None
    disregarded_by: Rule | None


def alive_under(table: Table, question: Question) -> Alive:
    """Sort a person's consents by what a pack says of them."""
    counting, disregarded_by = _counting(table, question)
    alive, lapsing = counting, []
    for entry in table.lapses:
        lapse = entry.rule.lapse
        if lapse is None or (entry.changing and holds(entry.rule, question, counting) is False):
            continue
        kept = {line for line in counting if _lives(question, lapse, line)}
        lapsing += [entry.rule] if len(kept) < len(set(counting)) else []
        alive = tuple(line for line in alive if line in kept)
    return Alive(alive, min(lapsing, key=_softness, default=None), disregarded_by)


def _softness(rule: Rule) -> bool:
    """Of several rules under which a consent is too old, the one that ends it speaks before one that holds."""
    return rule.lapse is not None and rule.lapse.outcome is not Outcome.DENY


def _counting(table: Table, question: Question) -> tuple[tuple[Consent, ...], Rule | None]:
    """Leave out the consents that were given in a way that this law does not accept."""
    counting, by = question.consents, None
    for entry in table.disregards:
        if entry.changing and holds(entry.rule, question, counting) is False:
            continue
        kept = tuple(line for line in counting if not line.conditions & entry.rule.disregard)
        by = entry.rule if len(kept) < len(counting) and by is None else by
        counting = kept
    return counting, by


def _lives(question: Question, lapse: Lapse, line: Consent) -> bool:
    """Say whether a consent has not lapsed: given in time, renewed by a dealing in time, or not of the kind meant."""
    if lapse.claimed and line.source == 0:
        return True
    renewals = (dealing.band for dealing in question.facts.dealings if dealing.kind in lapse.renewed_by)
    return any(within(question.bundle, lapse.after, band) for band in (line.band, *renewals))
