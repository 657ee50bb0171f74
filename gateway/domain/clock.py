"""Step 7: what the recipient's clock, week and holidays say of a contact now, and of a disclosure from now on.

Must never open an hour that one of the zones a person may live in has closed.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from gateway.domain.hours import blocking, closes_at, opens_at, shut_days, windows
from gateway.domain.law import Findings
from gateway.domain.question import Question
from gateway.domain.reasons import Reason
from policies.packs import Rule
from policies.terms import Act, Condition, Duty, Model


@dataclass(frozen=True, slots=True)
class Clock:
    """What the hours say: against a contact now, until when; or what a disclosure must keep to."""

    against: Reason | None
    not_before: datetime | None
    until: datetime | None
    duty: Mapping[str, Any]
    rules: tuple[Rule, ...]


def look_at_clock(question: Question, found: Findings) -> Clock:
    """Judge the hours: a contact is held until they open, a disclosure carries them along."""
    rules, zones, calendar, at = tuple(found.timed), found.zones, found.calendar, question.at
    if question.ask.act is Act.DISCLOSE:
        return Clock(None, None, None, _carried(question, found), rules)
    shut = blocking(rules, zones, calendar, at)
    if shut is None:
        return Clock(None, None, closes_at(rules, zones, calendar, at) if rules else None, {}, ())
    local = at.astimezone(zones[0])
    words = f"{local:%H:%M} in {local.tzinfo}; {shut.title}"
    opening = opens_at(rules, zones, calendar, at)
    against = Reason("outside_hours", 7, shut.id, shut.cite, words, shut.otherwise, _later(shut, opening))
    return Clock(against, opening, None, {}, (shut,))


def open_from(found: Findings, moment: datetime) -> datetime | None:
    """Give the first moment from `moment` on (UTC) at which nothing is closed; None if there is none in sight."""
    rules = tuple(found.timed)
    if blocking(rules, found.zones, found.calendar, moment) is None:
        return moment
    return opens_at(rules, found.zones, found.calendar, moment)


def _carried(question: Question, found: Findings) -> Mapping[str, Any]:
    """Spell the hours as an obligation: open windows a weekday, the zones, the holidays on which all is closed."""
    rules = tuple(found.timed)
    if not rules:
        return {}
    shut = shut_days(rules, found.calendar, question.at.astimezone(found.zones[0]).date())
    duty = {"windows": windows(rules), "zones": [zone.key for zone in found.zones]}
    return {Duty.SEND_BETWEEN.value: duty | ({"not_on": shut} if shut else {})}


def _later(shut: Rule, opening: datetime | None) -> str:
    wait = "send in the allowed hours" if opening else "learn the person's time zone"
    night = shut.need is Model.OPT_IN_NIGHT
    return f"{wait}, or a separate {Condition.NIGHT.name.lower()} consent" if night and Condition.NIGHT.name else wait
