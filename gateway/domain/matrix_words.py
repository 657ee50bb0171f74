"""What a rule says, in words that a lawyer reads beside the statute. Pure.

Must never leave a condition out: a word that is not known here is still told, as it is written.
"""

from collections.abc import Collection, Iterator, Mapping
from datetime import timedelta
from typing import Any, Final

from policies.packs import Cap, Dealt, Lapse, Period, PurposeTree, Register, RetentionRule, Rule, When
from policies.periods import period
from policies.terms import AudienceKind, Capacity, Condition, Day, Duty, Evidence, Model, Outcome, Unjustified

_NEEDS: Final[Mapping[Model, str]] = {
    Model.NOTHING: "no consent",
    Model.OPT_OUT: "no consent, until the person objects",
    Model.OPT_IN: "prior consent",
    Model.OPT_IN_NIGHT: "a consent of its own for these hours",
    Model.OPT_IN_DOUBLE: "prior consent by double opt-in",
    Model.OPT_IN_SEPARATE: "a separate consent",
    Model.OPT_IN_NAMED: "consent that names the recipient",
    Model.OPT_IN_SEPARATE_NAMED: "a separate consent that names the recipient",
    Model.OPT_IN_WRITTEN: "written consent",
    Model.OPT_IN_WRITTEN_NAMED: "written consent that names the recipient",
    Model.OPT_IN_EXPLICIT: "explicit consent",
    Model.OPT_IN_GUARDIAN: "the guardian's consent",
    Model.BAN: "never",
}
_CONDITIONS: Final[Mapping[Condition, str]] = {
    Condition.NIGHT: "for the night",
    Condition.WRITTEN: "in writing",
    Condition.SEPARATE: "given apart",
    Condition.NAMED_RECIPIENT: "naming the recipient",
    Condition.DOUBLE_OPT_IN: "confirmed twice",
    Condition.TIED: "made a condition of a gift or a service",
    Condition.GUARDIAN: "given by a guardian",
    Condition.EXPLICIT: "explicit",
}
KINDS: Final[Mapping[AudienceKind, str]] = {
    AudienceKind.B2C: "consumer",
    AudienceKind.B2B: "business",
    AudienceKind.B2B_INDIVIDUAL: "sole trader",
    AudienceKind.UNKNOWN: "unknown",
}
_CAPACITIES: Final[Mapping[Capacity, str]] = {
    Capacity.RECIPIENT: "as the law of the person's country",
    Capacity.SENDER: "as the law of the sender's country",
    Capacity.ORIGIN: "as the law of the country that the data came from",
}
_COUNTED: Final[Mapping[Duty, str]] = {
    Duty.PROOF_YEARS: "proof is kept {} years",
    Duty.STOP_WITHIN_DAYS: "stops within {} days",
    Duty.STOP_WITHIN_WORKING_DAYS: "stops within {} working days",
    Duty.RESULT_NOTICE_DAYS: "the result is told within {} days",
    Duty.REFUSAL_OPEN_DAYS: "the way to refuse stays open {} days",
    Duty.SENDER_VALID_DAYS: "the sender's address stays valid {} days",
    Duty.CONFIRM_ORAL_DAYS: "an oral consent is confirmed within {} days",
    Duty.CONFIRM_TEXT_MINUTES: "one confirmation of the refusal within {} minutes",
    Duty.CALLS_PER_DAY: "at most {} calls a day",
}
_months_a_year = 12


def spoken(word: str) -> str:
    """Give a word of ours as people read it: `voice_live` becomes `voice live`."""
    return word.replace("_", " ")


def together(words: Collection[str], last: str = "and") -> str:
    """Give words as a list in a sentence: one, two and three."""
    listed = list(words)
    return listed[0] if len(listed) == 1 else f"{', '.join(listed[:-1])} {last} {listed[-1]}" if listed else ""


def lasting(period: Period) -> str:
    """Give a period in years, months and days; one that ends a day earlier says so."""
    years, months = divmod(period.months, _months_a_year)
    if months:
        years, months = 0, period.months  # 18 months, as statutes have it
    counts = ((years, "year"), (months, "month"), (max(period.days, 0), "day"))
    said = together([_counted(count, unit) for count, unit in counts if count])
    return said if period.days >= 0 or not said else f"{said} less {_counted(-period.days, 'day')}"


def _counted(count: int, unit: str) -> str:
    return f"{count} {unit}" if count == 1 else f"{count} {unit}s"


def clock(minutes: int) -> str:
    """Give minutes since midnight as a time of day."""
    return f"{minutes // 60:02d}:{minutes % 60:02d}"


def needed(model: Model, otherwise: Outcome) -> str:
    """Say what a need asks for."""
    held = (
        " (else held, not denied)" if otherwise is Outcome.HOLD and model not in (Model.NOTHING, Model.OPT_OUT) else ""
    )
    return _NEEDS[model] + held


def hours(when: When) -> str:
    """Say which hours and days a timed rule closes."""
    days = [spoken(day.value).capitalize() for day in Day if day in when.days]
    span = f"{clock(when.hours[0])} to {clock(when.hours[1])}" if when.hours else ""
    return " ".join(part for part in (together(days), span) if part)


def closed(rule: Rule) -> str:
    """Say which hours a rule closes, and what opens them."""
    but = (
        f", but for {needed(rule.need, rule.otherwise)}" if rule.need is not None and rule.need is not Model.BAN else ""
    )
    return f"closed {hours(rule.when)}{but}"


def effect(rule: Rule) -> str:
    """Say what a rule does, without its duties."""
    return "; ".join(_effects(rule)) or "obliges"


def _effects(rule: Rule) -> Iterator[str]:
    if rule.need is not None:
        yield closed(rule) if rule.when.timed else needed(rule.need, rule.otherwise)
    if rule.relax:
        yield f"lifts {together(rule.relax)}"
    if rule.register is not None:
        yield registered(rule.register)
    if rule.lapse is not None:
        yield lapses(rule.lapse)
    if rule.cap is not None:
        yield capped(rule.cap)
    if rule.disregard:
        yield f"a consent {disregarded(rule.disregard)} counts for nothing"


def kept(rule: RetentionRule) -> str:
    """Say whose data is deleted by a rule of retention, and after what time."""
    if rule.reason is Unjustified.NO_IDENTIFIER:
        return "whoever no identifier leads to any more is deleted"
    if rule.reason is Unjustified.SOURCES_GONE:
        return f"whoever has only sources that were revoked, or expired more than {lasting(rule.after)} ago, is deleted"
    return f"whoever was not heard of for {lasting(rule.after)} is deleted"


def registered(register: Register) -> str:
    """Say which register is looked into, and how old its list may be."""
    return f"not on {register.name}, taken within {lasting(register.at_most)}"


def lapses(lapse: Lapse) -> str:
    """Say how long a consent carries, and what keeps it alive."""
    verb = "a consent is confirmed anew every" if lapse.outcome is Outcome.HOLD else "a consent ends after"
    only = "claimed by a source, " if lapse.claimed else ""
    renewed = (
        f", renewed by {together([kind.value for kind in sorted(lapse.renewed_by)], 'or')}" if lapse.renewed_by else ""
    )
    return f"{only}{verb} {lasting(lapse.after)}{renewed}"


def capped(cap: Cap) -> str:
    """Say how many contacts are allowed within which time."""
    hours_long = cap.window < timedelta(days=2) and cap.window % timedelta(days=1)
    span = (
        _counted(round(cap.window / timedelta(hours=1)), "hour")
        if hours_long or cap.window == timedelta(days=1)
        else (_counted(cap.window.days, "day"))
    )
    same = " about the same kind of product" if cap.same_category else ""
    return f"at most {_counted(cap.contacts, 'contact')} in {span}{same}"


def disregarded(conditions: Condition) -> str:
    """Name the conditions that make a consent worthless."""
    return together(
        [_CONDITIONS.get(each, str(each.name).lower()) for each in Condition if each and each in conditions], "or"
    )


def duties(oblige: Mapping[str, Any]) -> tuple[str, ...]:
    """Give each duty in words with its value."""
    return tuple(_duty(name, value) for name, value in oblige.items())


def _duty(name: str, value: Any) -> str:
    if value is True:
        return spoken(name)
    if name == Duty.NOTICE_WITHIN:
        return f"notice within {lasting(period(value))}"
    if name in _COUNTED:
        return _COUNTED[Duty(name)].format(value)
    return f"{spoken(name)}: {_value(value)}"


def _value(value: Any) -> str:
    if isinstance(value, Mapping):
        return together([f"“{each}”" for each in value.get("any_of", ())], "or")
    if isinstance(value, (list, tuple)):
        return ", ".join(map(str, value))
    return f"“{value}”" if isinstance(value, str) else str(value)


def conditions(rule: Rule, tree: PurposeTree, *, of: frozenset[str] = frozenset(), all_said: bool = False) -> str:
    """Say when a rule applies, beyond what the place where it stands says already.

    Args:
        rule: the rule.
        tree: the purposes.
        of: the purpose of the place and those above it; other purposes are named.
        all_said: name purposes, channels and kinds too.
    """
    when = rule.when
    parts = [*_ask(when, of, all_said), *_place(when, all_said), *_person(when), *_dealt(when.dealing), *_source(when)]
    if rule.need is None and when.timed:
        parts.append(f"on {hours(when)}")
    if all_said and when.purposes:
        parts.insert(
            0,
            "for "
            + together(
                [tree.nodes[each].title.lower() if each in tree.nodes else each for each in sorted(when.purposes)], "or"
            ),
        )
    return ", ".join(parts)


def _ask(when: When, of: frozenset[str], all_said: bool) -> Iterator[str]:
    if not all_said and when.purposes and not when.purposes & of:
        yield f"for {together([spoken(each.rpartition('.')[2]) for each in sorted(when.purposes)], 'or')} only"
    if all_said and when.channels:
        yield f"by {together([spoken(each) for each in sorted(when.channels)], 'or')}"
    if all_said and when.kinds:
        yield f"to a {together([KINDS[each] for each in sorted(when.kinds)], 'or')}"
    if len(when.acts) == 1 and not when.timed:
        yield "when data is handed to a tool" if "disclose" in when.acts else "when a message goes out"
    if when.lines:
        yield f"on {together([spoken(each) for each in sorted(when.lines)], 'or')} lines"
    if when.classes:
        yield f"for {together([spoken(each) for each in sorted(when.classes)], 'or')} fields"


def _place(when: When, all_said: bool) -> Iterator[str]:
    """Say where; that the law of the person's own country holds is said by the whole table."""
    if when.regions:
        yield f"in {together(sorted(when.regions), 'or')}"
    if when.countries:
        yield f"in {together(sorted(when.countries), 'or')} alone"
    if when.capacities and (all_said or Capacity.RECIPIENT not in when.capacities):
        yield together([_CAPACITIES[each] for each in Capacity if each in when.capacities], "or")
    if when.tool_in:
        yield f"with a tool in {_countries(when.tool_in)}"
    if when.tool_outside:
        yield f"with a tool outside {_countries(when.tool_outside)}"


def _countries(codes: frozenset[str]) -> str:
    return together(sorted(codes), "or")


def _person(when: When) -> Iterator[str]:
    if when.age_under is not None:
        yield f"under {when.age_under}"
    if when.consent is not None:
        yield f"with {_NEEDS[when.consent]}"


def _dealt(dealt: Dealt | None) -> Iterator[str]:
    if dealt is None:
        return
    kinds = together([kind.value for kind in sorted(dealt.kinds)], "or")
    alike = {"same": " of the same goods", "similar": " of similar goods"}.get(dealt.likeness.value, "")
    within = f" within {lasting(dealt.within)}" if dealt.within else ""
    article = "an" if kinds[0] in "aeiou" else "a"
    yield f"after {article} {kinds}{alike}{within}" + (" at which refusal was offered" if dealt.notice else "")


def _source(when: When) -> Iterator[str]:
    if when.source_kinds:
        yield f"source: {together([spoken(each) for each in sorted(when.source_kinds)], 'or')}"
    if when.source_evidence:
        yield f"with {together([spoken(each) for each in sorted(when.source_evidence)])} on file"


def marks(rule: Rule) -> tuple[str, ...]:
    """Say what a reader must know of a rule before relying on it."""
    said = ["unverified"] if rule.evidence is Evidence.UNVERIFIED else []
    return (*said, "widens only once signed off") if rule.unsigned else tuple(said)
