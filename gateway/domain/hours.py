"""When a message may go out: the recipient's clock and week, in every time zone that may be theirs.

Must never use the sender's clock. Where the zone is not known, every zone of the region or country must be open.
"""

from bisect import bisect_right
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from policies.packs import Bundle, Pack, Rule
from policies.terms import WEEK, Day

_day_minutes = 24 * 60
_search_days = 16
_told_days = 31


@dataclass(frozen=True, slots=True)
class Calendar:
    """The public holidays where a person may live; any day before `first` or after `last` counts as one."""

    first: date
    last: date
    days: frozenset[date]

    def __contains__(self, day: date) -> bool:
        """Tell whether a day is a public holiday, or may be."""
        return day in self.days or not self.first <= day <= self.last


@lru_cache(maxsize=1024)
def calendar_of(bundle: Bundle, country: str, region: str) -> Calendar:
    """Give the holidays of a country's region; of all its regions if none is known; every day if it has no calendar."""
    held = bundle.holidays
    known = held.calendars.get(country) or held.calendars.get(bundle.pack(country).calendar)
    if known is None:
        return Calendar(date.max, date.min, frozenset())
    return Calendar(held.first, held.last, known.days(region))


def zones_of(pack: Pack, region: str, time_zone: str) -> tuple[ZoneInfo, ...]:
    """Give the zones a person may live in: their own if known, else their region's, else all of their country's."""
    own = _zone(time_zone) if time_zone else None
    if own:
        return (own,)
    return tuple(ZoneInfo(name) for name in pack.region_zones.get(region, pack.time_zones))


@lru_cache(maxsize=1024)
def _zone(name: str) -> ZoneInfo | None:
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):  # a name that nobody knows is no knowledge
        return None


def blocking(rules: Iterable[Rule], zones: Sequence[ZoneInfo], calendar: Calendar, at: datetime) -> Rule | None:
    """Give the first rule that closes a moment in any of the zones."""
    clocks = [at.astimezone(zone) for zone in zones]
    for rule in rules:
        if any(_closes(rule, clock, calendar) for clock in clocks):
            return rule
    return None


def opens_at(rules: Sequence[Rule], zones: Sequence[ZoneInfo], calendar: Calendar, at: datetime) -> datetime | None:
    """Give the next moment (UTC) at which no rule closes any zone, or None if there is none within sixteen days."""
    return next((each for each in _turns(rules, zones, at) if blocking(rules, zones, calendar, each) is None), None)


def closes_at(rules: Sequence[Rule], zones: Sequence[ZoneInfo], calendar: Calendar, at: datetime) -> datetime | None:
    """Give the next moment (UTC) at which a rule closes any zone, or None."""
    return next((each for each in _turns(rules, zones, at) if blocking(rules, zones, calendar, each) is not None), None)


def shut_days(rules: Sequence[Rule], calendar: Calendar, today: date) -> list[str]:
    """List the public holidays of the coming month on which a rule closes, for an obligation (ISO dates)."""
    if not any(Day.HOLIDAY in rule.when.days for rule in rules):
        return []
    coming = (today + timedelta(days=ahead) for ahead in range(_told_days))
    return [day.isoformat() for day in coming if day in calendar]


def windows(rules: Sequence[Rule]) -> list[dict[str, Any]]:
    """Say when sending is open by the recipient's own clock, for an obligation; holidays are told apart.

    Returns:
        Rows of `days` (mon … sun), `from` and `to` (HH:MM, 24:00 is the end of the day).
    """
    rows: list[dict[str, Any]] = []
    for day in WEEK:
        for begin, end in _open(rules, day):
            times = {"from": _clock(begin), "to": _clock(end)}
            same = next((row for row in rows if {"from": row["from"], "to": row["to"]} == times), None)
            if same:
                same["days"].append(day.value)
            else:
                rows.append({"days": [day.value], **times})
    return rows


def _closes(rule: Rule, clock: datetime, calendar: Calendar) -> bool:
    minute = clock.hour * 60 + clock.minute
    days = (WEEK[clock.weekday()], *((Day.HOLIDAY,) if clock.date() in calendar else ()))
    return any(begin <= minute < end for day in days for begin, end in _closed(rule, day))


def _closed(rule: Rule, day: Day) -> list[tuple[int, int]]:
    """Give the closed stretches of a day in minutes; hours that pass midnight close its two ends."""
    if rule.when.days and day not in rule.when.days:
        return []
    if rule.when.hours is None:
        return [(0, _day_minutes)]
    begin, end = rule.when.hours
    return [(begin, end)] if begin < end else [(0, end), (begin, _day_minutes)]


def _open(rules: Sequence[Rule], day: Day) -> list[tuple[int, int]]:
    """Take the closed stretches of all rules out of a day."""
    at, out = 0, []
    for begin, end in sorted(stretch for rule in rules for stretch in _closed(rule, day)):
        if begin > at:
            out.append((at, begin))
        at = max(at, end)
    return [*out, (at, _day_minutes)] if at < _day_minutes else out


def _turns(rules: Sequence[Rule], zones: Sequence[ZoneInfo], at: datetime) -> Sequence[datetime]:
    """List the moments after `at` at which any rule may change its mind, in order, in UTC."""
    turns = _all_turns(tuple(rules), tuple(zones), at.astimezone(UTC).date())
    return turns[bisect_right(turns, at) :]


@lru_cache(maxsize=1024)
def _all_turns(rules: tuple[Rule, ...], zones: tuple[ZoneInfo, ...], today: date) -> tuple[datetime, ...]:
    """List the turns from the day before (it may still be that day somewhere) to nine days on."""
    minutes = {0}
    for rule in rules:
        minutes.update(rule.when.hours or ())
    found = {
        _moment(today + timedelta(days=ahead), minute % _day_minutes, zone)
        for zone in zones
        for ahead in range(-1, _search_days)
        for minute in minutes
    }
    return tuple(sorted(found))


def _moment(day: date, minute: int, zone: ZoneInfo) -> datetime:
    """Turn a local clock time into UTC. A time that the change to summer time skips becomes the one after the skip."""
    return datetime.combine(day, time(minute // 60, minute % 60), zone).astimezone(UTC)


def _clock(minute: int) -> str:
    return f"{minute // 60:02}:{minute % 60:02}"
