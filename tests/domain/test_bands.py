"""Periods turn at local midnight, leap days included, exact to the microsecond."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.domain.bands import OLDEST, band, cutoffs, first_zone, has_passed, last_day, told_year, within, year_limits
from policies.load import load_bundle
from policies.periods import clock, in_order, period

BUNDLE = load_bundle()
moments = st.datetimes(datetime(1990, 1, 1), datetime(2060, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001


@pytest.mark.parametrize(
    ("begun", "text", "last"),
    [
        (date(2024, 2, 29), "P1Y", date(2025, 2, 28)),
        (date(2024, 2, 29), "P4Y", date(2028, 2, 29)),
        (date(2025, 8, 31), "P6M", date(2026, 2, 28)),
        (date(2026, 10, 20), "P31D", date(2026, 11, 20)),
        (date(2026, 12, 31), "P2W", date(2027, 1, 14)),
    ],
)
def test_a_period_ends_with_the_day_of_the_same_number(begun: date, text: str, last: date) -> None:
    assert last_day(begun, period(text)) == last


def test_due_the_day_before_is_a_day_less() -> None:
    assert last_day(date(2026, 1, 10), period("P2Y", less_days=1)) == date(2028, 1, 9)


@given(moments, moments, st.sampled_from(["KR", "DE", "US", "IR", "GB", ""]))
def test_a_band_counts_the_periods_that_have_passed(moment: datetime, at: datetime, jurisdiction: str) -> None:
    zone = first_zone(BUNDLE, jurisdiction)
    ago = cutoffs(BUNDLE, jurisdiction, at)
    assert list(ago) == sorted(ago)
    passed = [has_passed(each, moment, at, zone) for each in BUNDLE.periods]
    assert band(ago, moment) == sum(passed)
    assert [within(BUNDLE, each, band(ago, moment)) for each in BUNDLE.periods] == [not each for each in passed]


@given(moments, st.sampled_from(["KR", "DE", "US"]))
def test_a_band_turns_on_the_microsecond(at: datetime, jurisdiction: str) -> None:
    ago = cutoffs(BUNDLE, jurisdiction, at)
    zone = ZoneInfo(BUNDLE.pack(jurisdiction).time_zones[0])
    for moment in ago:
        later = sum(other > moment for other in ago)  # two periods may end together, as on a leap day
        assert moment.astimezone(zone).time().isoformat() == "00:00:00"
        assert band(ago, moment) == later
        assert band(ago, moment - timedelta(microseconds=1)) == later + ago.count(moment)


def test_an_unknown_moment_is_the_oldest() -> None:
    assert band(cutoffs(BUNDLE, "KR", datetime(2026, 11, 20, tzinfo=UTC)), None) == len(BUNDLE.periods)


@pytest.mark.parametrize("text", ["", "P", "2Y", "PT1H", "P-1D", "P1.5Y", "p1d"])
def test_what_is_no_period_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="no period"):
        period(text)


@pytest.mark.parametrize("text", ["24:01", "12:60", "9:00", "noon", "", "-1:00"])
def test_what_is_no_hour_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="no time of day"):
        clock(text)


def test_periods_that_change_places_with_the_calendar_are_refused() -> None:
    with pytest.raises(ValueError, match="change places"):
        in_order(frozenset({period("P1M"), period("P31D")}))
    assert [each.text for each in in_order(frozenset({period("P2Y"), period("P2Y", less_days=1), period("P6M")}))] == [
        "P6M",
        "P2Y less 1 day",
        "P2Y",
    ]


@given(st.integers(1, 2026), st.integers(1, 40))
def test_people_told_the_same_year_are_under_the_same_limits(year: int, age: int) -> None:
    bundle, at = BUNDLE, datetime(2026, 11, 20, 10, tzinfo=UTC)
    limits = year_limits(bundle, at)
    highest = max(rule.when.age_under or 0 for pack in bundle.packs.values() for rule in pack.rules)
    told = told_year(year, limits)
    believed = at.year - OLDEST <= year
    assert believed == (at.year - OLDEST <= told)
    if believed and age <= highest:
        assert (at.year - year - 1 < age) == (at.year - told - 1 < age)
