"""A change to what a decision rests on, and how it is applied: to the facts, never to the law.

Must never word a change so that somebody who has said no is asked: then only the person moves.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Final, TypeAlias

from gateway.domain.decision import decide
from gateway.domain.grant import Grant
from gateway.domain.grounds import at_place, condition_words, zone_of
from gateway.domain.people import Consent, Facts, Snapshot
from gateway.domain.reasons import Decision
from gateway.domain.requests import Ask
from policies.packs import Bundle
from policies.terms import Condition, ConsentState, Outcome

WHOLE: Final = ~Condition.TIED & Condition(sum(Condition))
"""All that a consent may carry for it."""
CONSENT: Final = "consent"
WAIT: Final = "wait"
_ASKING: Final = "marketing.own.consent_request"
Later: TypeAlias = Callable[[datetime], Facts]


@dataclass(frozen=True, slots=True)
class Situation:
    """All that one decision rests on.

    `later` gives the person's facts as they will be at a moment, if that is known. `quiet`: the person has said no, or
    stands on a stop list, so nobody may ask them; that stays so whatever else changes.
    """

    ask: Ask
    grant: Grant | None
    facts: Facts
    snapshot: Snapshot
    bundle: Bundle
    at: datetime
    later: Later | None = None
    quiet: bool = False

    def decided(self) -> Decision:
        """Decide it, as the gate would."""
        return decide(self.ask, self.grant, self.facts, self.snapshot, self.bundle, self.at)


@dataclass(frozen=True, slots=True)
class Change:
    """One change: its kind, what would have to be so in words, and how it is applied to a situation.

    `conditions` are those of a consent, so that it may be made smaller.
    """

    kind: str
    words: str
    made: Callable[[Situation], Situation] = field(compare=False, repr=False)
    conditions: Condition = Condition.NONE


def applied(changes: Iterable[Change], situation: Situation) -> Situation:
    """Apply changes: time first, for the facts are read anew for it, then the others in their order."""
    for change in sorted(changes, key=lambda each: each.kind != WAIT):
        situation = change.made(situation)
    return situation


def waiting(situation: Situation, moment: datetime) -> Change:
    """Wait until a moment (UTC): hours open, caps end, the person's facts grow older."""

    def made(before: Situation) -> Situation:
        facts = before.later(moment) if before.later else before.facts
        left = tuple(used for used in before.facts.caps if used.until > moment)
        return replace(before, at=moment, facts=replace(facts, caps=left))

    zone = zone_of(situation.bundle, situation.facts.person)
    return Change(WAIT, f"wait until {at_place(moment, zone)}", made)


def consenting(situation: Situation, conditions: Condition) -> Change:
    """Have a consent of the person, just given, for exactly what is asked."""
    ask = situation.ask

    def made(before: Situation) -> Situation:
        rank = 1 + max((line.rank for line in before.facts.consents), default=0)
        line = Consent(ConsentState.GIVEN, before.ask.purpose, 0, rank, conditions)
        return replace(before, facts=replace(before.facts, consents=(*before.facts.consents, line)))

    how = condition_words(conditions)
    what = f"consents to {ask.purpose} by {ask.channel.value}{f', {how}' if how else ''}"
    return Change(CONSENT, said_by(situation, what), made, conditions)


def said_by(situation: Situation, what: str) -> str:
    """Say who moves: after a no the person alone; else they may be asked, but not by a message that is marketing."""
    if situation.quiet:
        return f"the person comes of their own accord and {what}; they may not be asked"
    channel = situation.ask.channel.value
    if _may_be_asked(situation):
        return f"the person {what}"
    return f"the person {what}; not asked by {channel}, for to ask is marketing itself"


def _may_be_asked(situation: Situation) -> bool:
    if _ASKING not in situation.bundle.purposes.nodes:
        return False
    asking = replace(situation, ask=replace(situation.ask, purpose=_ASKING), grant=None)
    return asking.decided().outcome is Outcome.ALLOW


def must_not_be_asked(ask: Ask, facts: Facts, bundle: Bundle) -> bool:
    """Tell whether the person has said no to this and nothing else since, or stands on a stop list of the house."""
    chain, tree = bundle.purposes.chain(ask.purpose), bundle.purposes
    said = [line for line in facts.consents if line.purpose in chain or line.purpose not in tree.nodes]
    last = max(said, key=lambda line: (line.rank, line.state is not ConsentState.GIVEN), default=None)
    if any(reach.suppressed is not None for reach in facts.reaches):
        return True
    return last is not None and last.state is not ConsentState.GIVEN
