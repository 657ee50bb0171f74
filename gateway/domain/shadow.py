"""Observe mode: what the gate would have said is noted, and let pass only where no law forbids it outright. Pure.

Must never let through what steps 1 to 5 refuse, what a rule read in the law itself demands, or what is banned. What
may be overruled is data: the table below, and the evidence tag of each rule. What is not named stays refused.

It takes two keys, and both must turn:
  1 every reason against is one that the table names, of a rule that is unverified or of the house's own
  2 asked again with those rules eased, the same decision allows it, with its duties and its lawful sources
"""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from functools import lru_cache
from types import MappingProxyType
from typing import Final

from gateway.domain.decision import RESERVED, decide
from gateway.domain.grant import Grant, Mode
from gateway.domain.people import Facts, Snapshot
from gateway.domain.reasons import Decision, Reason
from gateway.domain.requests import Ask
from policies.packs import Bundle, Pack, Rule
from policies.terms import Condition, Evidence, Model, Outcome

LEAVES_ROOM: Final[Mapping[int, frozenset[str]]] = MappingProxyType(
    {
        6: frozenset({"no_consent", "consent_falls_short", "consent_lapsed", "not_signed_off"}),
        7: frozenset({"outside_hours"}),
        8: frozenset({"cap_used_up", "reserved"}),
    }
)
"""Codes by step that may be overruled, if the rule behind them is unverified or the house's own. All else is law."""


def observed(ask: Ask, grant: Grant | None, facts: Facts, snapshot: Snapshot, bundle: Bundle, at: datetime) -> Decision:
    """Decide as the gate does; for a tool under observation let through what law leaves open, and say so.

    It is asked as `gateway.domain.decision.decide` is.

    Returns:
        The decision. One that was let through allows, and holds in `overruled` the reasons that spoke against it.
    """
    word = decide(ask, grant, facts, snapshot, bundle, at)
    if grant is None or grant.caller.mode is not Mode.OBSERVE or word.outcome is Outcome.ALLOW:
        return word
    if not word.reasons or not all(leaves_room(reason, bundle) for reason in word.reasons):  # 1
        return word
    again = decide(ask, grant, _without_own_caps(facts, bundle), snapshot, eased(bundle), at)  # 2
    return replace(again, overruled=word.reasons) if again.outcome is Outcome.ALLOW else word


def leaves_room(reason: Reason, bundle: Bundle) -> bool:
    """Say whether a reason is none that law states: an unverified rule, or a cap or campaign of the house."""
    if reason.code not in LEAVES_ROOM.get(reason.step, ()):
        return False
    rules = _by_id(bundle).get(reason.rule, ())
    if rules:
        return all(rule.evidence is Evidence.UNVERIFIED and rule.need is not Model.BAN for rule in rules)
    return _of_the_house(reason.rule, bundle)


@lru_cache(maxsize=4)
def eased(bundle: Bundle) -> Bundle:
    """Give the bundle as it were if its unverified rules demanded nothing; what is banned or unspoken stays so.

    It keeps its digest, because a grant is bound to that; it is never stored and never in force.
    """
    packs = {code: _eased_pack(pack) for code, pack in bundle.packs.items()}
    return replace(bundle, packs=MappingProxyType(packs))


def _eased_pack(pack: Pack) -> Pack:
    return replace(pack, rules=tuple(kept for rule in pack.rules if (kept := _eased_rule(rule)) is not None))


def _eased_rule(rule: Rule) -> Rule | None:
    """Ease one rule: an unverified one that closes hours or lifts another is left out, its need becomes none.

    Bans, ages and registers stay: nothing of steps 1 to 5 is ever eased.
    """
    untouched = rule.need is Model.BAN or rule.when.age_under is not None or rule.register is not None
    if rule.evidence is not Evidence.UNVERIFIED or untouched:
        return rule
    if rule.relax or rule.when.timed:
        return None
    need = None if rule.need is None else Model.NOTHING
    return replace(
        rule, evidence=Evidence.SECONDARY, need=need, lapse=None, cap=None, disregard=Condition.NONE
    )  # fmt: skip


def _without_own_caps(facts: Facts, bundle: Bundle) -> Facts:
    lawful = {id_ for id_, rules in _by_id(bundle).items() if any(r.evidence is not Evidence.UNVERIFIED for r in rules)}
    return replace(facts, caps=tuple(used for used in facts.caps if used.cap in lawful))


def _of_the_house(rule: str, bundle: Bundle) -> bool:
    return rule.startswith(RESERVED) or any(cap.id == rule and not cap.cite for cap in bundle.caps)


@lru_cache(maxsize=8)
def _by_id(bundle: Bundle) -> Mapping[str, tuple[Rule, ...]]:
    """Give all rules of an id: an id may return with other dates, and packs inherit."""
    found: dict[str, tuple[Rule, ...]] = {}
    for pack in bundle.packs.values():
        for rule in pack.rules:
            found[rule.id] = (*found.get(rule.id, ()), rule)
    return MappingProxyType(found)
