"""Recorded cells asked again: facts as they were put on record, under two bundles, at the moment of then. Pure.

Must never guess. What the record says only roughly (an age in the periods of the bundle of that day, a year of birth
above every limit) is tried at every point where either bundle would tell people apart; where the answers differ, the
answer is that nobody can tell.
"""

import itertools
from bisect import bisect_right
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from enum import StrEnum
from functools import lru_cache
from typing import Any, Final, TypeAlias

from gateway.domain.bands import OLDEST, cutoffs, told_year, year_limits
from gateway.domain.decision import RESERVED, decide
from gateway.domain.grant import Grant
from gateway.domain.people import Consent, Dealing, Facts, Person, Reach, Snapshot, UsedCap
from gateway.domain.reasons import Decision, Reason
from gateway.domain.requests import Ask
from policies.packs import Bundle, Cap
from policies.terms import AudienceKind, Condition, ConsentState, DealingKind, Flag, Outcome, Scope

MOST_WAYS: Final = 64
"""In so many ways at most a rough fact is tried; beyond that nobody can tell."""
_LONG_AGO: Final = datetime.min.replace(tzinfo=UTC)
_SOME_DAY: Final = datetime.max.replace(tzinfo=UTC)

Moments: TypeAlias = Sequence[datetime]


class Change(StrEnum):
    """What becomes of a cell: contact gained, contact lost, as before, or not to be told from the record."""

    GAIN = "gain"
    LOSE = "lose"
    SAME = "same"
    CANNOT_TELL = "cannot_tell"


@dataclass(frozen=True, slots=True)
class Under:
    """One of the two bundles, with what is asked and granted under it, and the packs signed off of it."""

    bundle: Bundle
    ask: Ask
    grant: Grant
    snapshot: Snapshot


@dataclass(frozen=True, slots=True)
class Replayed:
    """What becomes of one cell; `deciding` is the reason under the new bundle, `before` the one under the old."""

    change: Change
    deciding: Reason | None
    before: Reason | None


def replay(facts: Facts, at: datetime, recorded_under: Bundle | None, old: Under, new: Under) -> Replayed:
    """Ask one recorded cell again.

    Args:
        facts: as recorded; see `facts_of`.
        at: when they were decided (aware).
        recorded_under: the bundle in whose periods their ages were told; None if it cannot be read any more.
        old: the law in force.
        new: the law that is proposed.
    """
    seen: dict[Change, Replayed] = {}
    for ways, (ours, theirs) in enumerate(_ways(facts, at, recorded_under, old.bundle, new.bundle), 1):
        one = _compared(_decided(old, ours, at), _decided(new, theirs, at))
        seen.setdefault(one.change, one)
        if len(seen) > 1 or ways > MOST_WAYS:
            told = next((each for each in seen.values() if each.change is not Change.SAME), one)
            return replace(told, change=Change.CANNOT_TELL)
    return next(iter(seen.values()))


def _decided(under: Under, facts: Facts, at: datetime) -> Decision:
    return decide(under.ask, under.grant, facts, under.snapshot, under.bundle, at)


def _compared(old: Decision, new: Decision) -> Replayed:
    had, has = old.outcome is Outcome.ALLOW, new.outcome is Outcome.ALLOW
    change = Change.SAME if had == has else Change.GAIN if has else Change.LOSE
    return Replayed(change, new.deciding, old.deciding)


def facts_of(told: Mapping[str, Any]) -> Facts:
    """Build facts again from their plain values on record."""
    person = told["person"]
    return Facts(
        Person(
            person["jurisdiction"], person["region"], person["time_zone"], AudienceKind(person["kind"]),
            int(person["birth_year"]), Flag(int(person["flags"])),
        ),
        tuple(_reach(each) for each in told["reaches"]),
        tuple(_consent(each) for each in told["consents"]),
        tuple(_dealing(each) for each in told["dealings"]),
        tuple(_used(each) for each in told["caps"]),
    )  # fmt: skip


def _reach(told: Mapping[str, Any]) -> Reach:
    scope = told["suppressed"]
    return Reach(int(told["source"]), Scope(scope) if scope else None, tuple(told["registers"]))


def _consent(told: Mapping[str, Any]) -> Consent:
    return Consent(
        ConsentState(told["state"]), told["purpose"], int(told["band"]), int(told["rank"]),
        Condition(int(told["conditions"])), told["wording"], int(told["source"]),
    )  # fmt: skip


def _dealing(told: Mapping[str, Any]) -> Dealing:
    return Dealing(
        DealingKind(told["kind"]), told["category"], int(told["band"]), bool(told["notice"]), int(told["source"])
    )


def _used(told: Any) -> UsedCap:
    until = told["until"]
    return UsedCap(told["cap"], until if isinstance(until, datetime) else datetime.fromisoformat(until))


_Pair: TypeAlias = tuple[int, int]
"""A band under the old bundle and one under the new."""


def _ways(facts: Facts, at: datetime, was: Bundle | None, old: Bundle, new: Bundle) -> Iterator[tuple[Facts, Facts]]:
    """Give the facts under both bundles in every way that the record leaves open."""
    said = len(facts.consents)
    for years, caps, *bands in itertools.product(*_choices(facts, at, was, old, new)):
        yield _told(facts, years, caps, bands, said, 0), _told(facts, years, caps, bands, said, 1)


def _told(
    facts: Facts, years: _Pair, caps: "tuple[_Caps, _Caps]", bands: Sequence[_Pair], said: int, side: int
) -> Facts:
    """Give the facts as one of the two bundles would tell them."""
    return Facts(
        replace(facts.person, birth_year=years[side]),
        facts.reaches,
        tuple(replace(line, band=pair[side]) for line, pair in zip(facts.consents, bands[:said], strict=True)),
        tuple(replace(one, band=pair[side]) for one, pair in zip(facts.dealings, bands[said:], strict=True)),
        caps[side],
    )


def _choices(facts: Facts, at: datetime, was: Bundle | None, old: Bundle, new: Bundle) -> list[Sequence[Any]]:
    """Give, for the year of birth, the caps and each dated line, what it may be under (old, new)."""
    home = facts.person.jurisdiction
    aged = [each.band for each in facts.consents] + [each.band for each in facts.dealings]
    before = cutoffs(was, home, at) if was else None
    ours, theirs = cutoffs(old, home, at), cutoffs(new, home, at)
    return [
        _years(facts.person.birth_year, at, was, old, new),
        _caps(facts.caps, was, old, new),
        *(bands_of(band, before, ours, theirs) for band in aged),
    ]


def bands_of(band: int, was: Moments | None, old: Moments, new: Moments) -> Sequence[_Pair]:
    """Give the bands under two bundles that a band under a third may be.

    Args:
        band: how many periods had passed.
        was: the cutoffs of the bundle that counted them, oldest first; None if nobody knows them any more.
        old: the cutoffs of the bundle in force.
        new: the cutoffs of the other bundle.

    Returns:
        (old, new) at every moment where either of them tells ages apart, within what the band says.
    """
    low, high = _span(band, was)
    turns = {low, *(cut for cut in (*old, *new) if low < cut < high)}
    return list(dict.fromkeys((_band(old, turn), _band(new, turn)) for turn in sorted(turns)))


def _span(band: int, was: Moments | None) -> tuple[datetime, datetime]:
    """Give the earliest moment that a band may mean, and the one before which it must lie."""
    if was is None or not 0 <= band <= len(was):
        return _LONG_AGO, _SOME_DAY
    place = len(was) - band
    return was[place - 1] if place else _LONG_AGO, was[place] if place < len(was) else _SOME_DAY


def _band(cuts: Moments, moment: datetime) -> int:
    return len(cuts) - bisect_right(cuts, moment)


def _years(year: int, at: datetime, was: Bundle | None, old: Bundle, new: Bundle) -> Sequence[_Pair]:
    """Give the years of birth under both bundles; the earliest believed year stands for everybody who is grown."""
    limits = _limits(old, at.year), _limits(new, at.year)
    earliest = at.year - OLDEST
    grown = _limits(was, at.year)[1] if was else at.year + 1
    years: Iterable[int] = (year,)
    if year == earliest:
        years = (year, *range(max(earliest + 1, min(limits[0][1], limits[1][1])), grown))
    return list(dict.fromkeys((told_year(each, limits[0]), told_year(each, limits[1])) for each in years))


@lru_cache(maxsize=64)
def _limits(bundle: Bundle, year: int) -> tuple[int, int]:
    """Give the bundle's limits of birth years in a year: they look at nothing else of a moment."""
    return year_limits(bundle, datetime(year, 7, 1, tzinfo=UTC))


_Caps: TypeAlias = tuple[UsedCap, ...]


def _caps(used: _Caps, was: Bundle | None, old: Bundle, new: Bundle) -> Sequence[tuple[_Caps, _Caps]]:
    """Give the used-up caps under both bundles: one that counts otherwise today may be used up or not."""
    each = [_cap(one, was, old, new) for one in used]
    return [
        (tuple(one for one, here in zip(used, ways, strict=True) if here[0]),
         tuple(one for one, here in zip(used, ways, strict=True) if here[1]))
        for ways in itertools.product(*each)
    ]  # fmt: skip


def _cap(used: UsedCap, was: Bundle | None, old: Bundle, new: Bundle) -> Sequence[tuple[bool, bool]]:
    if used.cap.startswith(RESERVED):
        return [(True, True)]
    then, *now = (counted(bundle).get(used.cap) if bundle else None for bundle in (was, old, new))
    options = [[True] if each == then and each else [True, False] if each else [False] for each in now]
    if now[0] == now[1]:
        return [(here, here) for here in options[0]]
    return [(ours, theirs) for ours in options[0] for theirs in options[1]]


def counted(bundle: Bundle) -> Mapping[str, tuple[object, ...]]:
    """Give what each cap of a bundle counts, without its words: two caps that count alike are the same cap."""
    return {cap.id: _counts(cap) for cap in bundle.caps}


def _counts(cap: Cap) -> tuple[object, ...]:
    return cap.contacts, cap.window, cap.channels, cap.across, cap.same_category
