"""From a rule as it is written to a rule as it is asked.

Must never let a rule through that says less than it seems to: no effect, two effects, an unverified rule that widens.
"""

import json
from collections.abc import Iterable, Mapping
from datetime import timedelta
from types import MappingProxyType
from typing import Any, TypeVar

import msgspec

from policies.packs import Cap, Dealt, Lapse, Period, Register, Rule, When
from policies.periods import clock, period
from policies.reading import Document
from policies.refusal import PolicyRefused
from policies.schema import CapFile, DealingFile, ExpireFile, HouseCapFile, RuleFile, WhenFile
from policies.terms import Across, Channel, Condition, Duty, Outcome

Item = TypeVar("Item")

_texts = frozenset(
    {
        Duty.PREFIX,
        Duty.ENDING,
        Duty.REPLY_TO_STOP,
        Duty.NOTICE_OF_SOURCE,
        Duty.SIGNATURE,
        Duty.NUMBER_SERIES,
        Duty.HEADER_SUFFIX,
    }
)
_lists = frozenset({Duty.HEADERS, Duty.STATEMENT_LANGUAGES})
_counts = frozenset(
    {
        Duty.PROOF_YEARS,
        Duty.STOP_WITHIN_DAYS,
        Duty.STOP_WITHIN_WORKING_DAYS,
        Duty.SENDER_VALID_DAYS,
        Duty.CONFIRM_ORAL_DAYS,
        Duty.CONFIRM_TEXT_MINUTES,
        Duty.RESULT_NOTICE_DAYS,
        Duty.REFUSAL_OPEN_DAYS,
        Duty.CALLS_PER_DAY,
    }
)
_computed = frozenset(
    {Duty.SEND_BETWEEN, Duty.VALID_UNTIL, Duty.RECHECK, Duty.RECONFIRM_EVERY, Duty.NOTICE_OF_SOURCE_BY}
)
_hours_a_day = 24


def many(value: Item | list[Item]) -> frozenset[Item]:
    """Read one word or several as a set."""
    return frozenset(value) if isinstance(value, list) else frozenset((value,))


def rule(document: Document, path: str, raw: RuleFile, members: Mapping[str, frozenset[str]]) -> Rule:
    """Make one rule.

    Args:
        document: where it stands.
        path: its path there, `$.rules[3]`.
        raw: as written.
        members: countries that a jurisdiction code speaks for, for `tool_country`.

    Raises:
        PolicyRefused: `backwards_dates`, `no_effect`, `two_effects`, `impossible_hour`, `bad_period`, `wrong_duty`,
            `wrong_value`, `unknown_condition`, `cap_without_window`.
    """
    if raw.valid_to < raw.valid_from:
        raise document.refuse("backwards_dates", f"{path}.valid_to", f"{raw.id} ends before it begins. Mend its dates.")
    _check_effects(document, path, raw)
    return Rule(
        id=raw.id,
        cite=raw.cite,
        evidence=raw.evidence,
        title=raw.title,
        file=document.file,
        line=document.line(path),
        valid_from=raw.valid_from,
        valid_to=raw.valid_to,
        when=_when(document, f"{path}.when", raw.when, members),
        need=raw.need,
        otherwise=Outcome(raw.otherwise),
        relax=tuple(raw.relax) if isinstance(raw.relax, list) else (raw.relax,),
        register=_register(document, path, raw),
        lapse=_lapse(document, path, raw),
        cap=_law_cap(document, path, raw),
        disregard=_disregarded(document, path, raw),
        pending=raw.pending,
        notice=_notice(document, path, raw),
        oblige=_oblige(document, f"{path}.oblige", raw.oblige),
    )


def _check_effects(document: Document, path: str, raw: RuleFile) -> None:
    effects = [raw.need, raw.relax, raw.register, raw.reconfirm, raw.expire, raw.cap, raw.disregard]
    stated = sum(effect is not None and effect != [] for effect in effects)
    if stated == 0 and not raw.oblige:
        raise document.refuse("no_effect", path, f"{raw.id} says when, but not what. Give it need, relax or oblige.")
    if stated > 1:
        raise document.refuse("two_effects", path, f"{raw.id} has several effects. Write one rule for each.")


def _when(document: Document, path: str, raw: WhenFile, members: Mapping[str, frozenset[str]]) -> When:
    tool = raw.tool_country
    return When(
        acts=many(raw.act),
        purposes=many(raw.purpose),
        channels=many(raw.channel),
        lines=many(raw.line),
        kinds=many(raw.kind),
        regions=many(raw.region),
        countries=many(raw.country),
        classes=many(raw.field_class),
        capacities=many(raw.law_of),
        tool_in=_countries(tool.among, members) if tool else frozenset(),
        tool_outside=_countries(tool.outside, members) if tool else frozenset(),
        age_under=raw.age_under,
        dealing=_dealt(document, f"{path}.dealing", raw.dealing) if raw.dealing else None,
        consent=raw.consent,
        source_kinds=many(raw.source_kind),
        source_evidence=many(raw.source_evidence),
        hours=_hours(document, f"{path}.local_hours", raw.local_hours),
        days=many(raw.local_days),
    )


def _countries(codes: Iterable[str], members: Mapping[str, frozenset[str]]) -> frozenset[str]:
    return frozenset(country for code in codes for country in members.get(code, frozenset((code,))))


def _dealt(document: Document, path: str, raw: DealingFile) -> Dealt:
    within = _period(document, f"{path}.within", raw.within) if raw.within else None
    return Dealt(many(raw.kind), raw.category, within, raw.notice)


def _hours(document: Document, path: str, raw: list[str] | None) -> tuple[int, int] | None:
    if raw is None:
        return None
    try:
        begin, end = clock(raw[0]), clock(raw[1])
    except ValueError as error:
        raise document.refuse("impossible_hour", path, str(error)) from error
    if begin == end:
        raise document.refuse("impossible_hour", path, "The hours begin when they end. Leave them out, or mend one.")
    return begin, end


def _period(document: Document, path: str, text: str, *, less_days: int = 0) -> Period:
    try:
        return period(text, less_days=less_days)
    except ValueError as error:
        raise document.refuse("bad_period", path, str(error)) from error


def _register(document: Document, path: str, raw: RuleFile) -> Register | None:
    if raw.register is None:
        return None
    return Register(raw.register.name, _period(document, f"{path}.register.at_most", raw.register.at_most))


def _lapse(document: Document, path: str, raw: RuleFile) -> Lapse | None:
    if raw.reconfirm is not None:
        less = 1 if raw.reconfirm.due == "the_day_before" else 0
        return Lapse(_period(document, f"{path}.reconfirm.every", raw.reconfirm.every, less_days=less), Outcome.HOLD)
    if raw.expire is None:
        return None
    expire = _expire(document, f"{path}.expire", raw.expire)
    after = _period(document, f"{path}.expire", expire.after)
    return Lapse(after, Outcome.DENY, many(expire.renewed_by), expire.only is not None)


def _expire(document: Document, path: str, raw: object) -> ExpireFile:
    """Read how long a consent carries: a period alone, or with what renews it."""
    try:
        return ExpireFile(raw) if isinstance(raw, str) else msgspec.convert(raw, ExpireFile, strict=True)
    except msgspec.ValidationError as error:
        message = "Write a period, as in P3Y, or {after: P3Y, renewed_by: [purchase], only: claimed}."
        raise document.refuse("wrong_value", path, message) from error


def _law_cap(document: Document, path: str, raw: RuleFile) -> Cap | None:
    if raw.cap is None:
        return None
    window = _window(document, f"{path}.cap", raw.cap)
    channels = many(raw.when.channel) or frozenset(Channel)
    same = raw.cap.same is not None
    return Cap(raw.id, raw.title, raw.cite, raw.cap.contacts, window, channels, Across.SENDER, same)


def house_cap(document: Document, path: str, raw: HouseCapFile) -> Cap:
    """Make a cap that the house asks of itself; it cites no law.

    Raises:
        PolicyRefused: `cap_without_window`.
    """
    window = _window(document, path, raw)
    channels = many(raw.channel) or frozenset(Channel)
    return Cap(raw.id, raw.title, "", raw.contacts, window, channels, raw.across, raw.same is not None)


def _window(document: Document, path: str, raw: CapFile | HouseCapFile) -> timedelta:
    if (raw.days is None) == (raw.hours is None):
        raise document.refuse("cap_without_window", path, "Say within how many days or hours: one of the two.")
    return timedelta(hours=raw.hours or _hours_a_day * (raw.days or 0))


def _disregarded(document: Document, path: str, raw: RuleFile) -> Condition:
    mask = Condition.NONE
    for word in raw.disregard:
        if word.upper() not in Condition.__members__ or word == "none":
            known = ", ".join(str(each.name).lower() for each in Condition)
            raise document.refuse("unknown_condition", f"{path}.disregard", f"A condition is one of: {known}.")
        mask |= Condition[word.upper()]
    return mask


def _notice(document: Document, path: str, raw: RuleFile) -> Period | None:
    text = raw.oblige.get(Duty.NOTICE_WITHIN)
    return _period(document, f"{path}.oblige.{Duty.NOTICE_WITHIN}", text) if isinstance(text, str) else None


def _oblige(document: Document, path: str, raw: Mapping[Duty, Any]) -> Mapping[str, Any]:
    for duty, value in raw.items():
        if duty in _computed:
            raise document.refuse("wrong_duty", f"{path}.{duty}", f"{duty} is worked out, not written. Leave it out.")
        if not _fits(duty, value):
            wanted = _wanted(duty)
            raise document.refuse("wrong_duty", f"{path}.{duty}", f"{duty} takes {wanted}. Mend its value.")
    told = {str(duty): _any_of(duty, raw[duty]) for duty in sorted(raw)}
    return MappingProxyType(json.loads(json.dumps(told)))


def _fits(duty: Duty, value: object) -> bool:
    if duty is Duty.NOTICE_WITHIN:
        return isinstance(value, str)
    if duty in _lists or (duty in _texts and isinstance(value, list)):
        return isinstance(value, list) and bool(value) and all(isinstance(each, str) for each in value)
    if duty in _texts:
        return isinstance(value, str)
    return type(value) is int if duty in _counts else value is True


def _wanted(duty: Duty) -> str:
    if duty is Duty.NOTICE_WITHIN:
        return "a period, as in P1M"
    if duty in _lists:
        return "a list of texts"
    if duty in _texts:
        return "a text, or a list of texts of which any one will do"
    return "a whole number" if duty in _counts else "true"


def _any_of(duty: Duty, value: Any) -> Any:
    """Of several texts any one will do, the usual one first; of two laws' texts both must be there."""
    return {"any_of": list(value)} if duty in _texts and isinstance(value, list) else value


def check_references(document: Document, rules: tuple[Rule, ...], own: Iterable[tuple[str, Rule]]) -> None:
    """Check a pack as a whole: dates of one id do not overlap, and `relax` names a need or a register of this pack.

    Args:
        document: the pack's file.
        rules: all rules of the pack, inherited ones too.
        own: the pack's own rules with their paths.

    Raises:
        PolicyRefused: `overlapping_dates`, `unknown_rule`, `foreign_rule`.
    """
    bendable = {each.id for each in rules if each.need is not None or each.register is not None}
    for path, each in own:
        for other in rules:
            if other is not each and other.id == each.id and _overlap(other, each):
                raise document.refuse(
                    "overlapping_dates", path, f"{each.id} is in force twice at once. Mend its dates."
                )
        for target in each.relax:
            if target not in bendable:
                message = f"{each.id} relaxes {target}, which is no need or register here. Check the id."
                raise document.refuse("unknown_rule", f"{path}.relax", message)


def _overlap(one: Rule, two: Rule) -> bool:
    return one.valid_from <= two.valid_to and two.valid_from <= one.valid_to


__all__ = ["PolicyRefused", "check_references", "many", "rule"]
