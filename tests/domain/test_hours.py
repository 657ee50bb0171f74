"""The recipient's clock: open, shut, until when; summer time and several zones included."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.domain.duties import together
from gateway.domain.hours import Calendar, blocking, closes_at, opens_at, windows, zones_of
from policies.load import load_bundle
from policies.packs import Rule

BUNDLE = load_bundle()
NO_HOLIDAYS = Calendar(date.min, date.max, frozenset())


def _rules(*ids: str) -> tuple[Rule, ...]:
    every = {rule.id: rule for pack in BUNDLE.packs.values() for rule in pack.rules}
    return tuple(every[name] for name in ids)


SEOUL, NEW_YORK, CHICAGO = ZoneInfo("Asia/Seoul"), ZoneInfo("America/New_York"), ZoneInfo("America/Chicago")
moments = st.datetimes(datetime(2024, 1, 1), datetime(2030, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001
zones = st.lists(st.sampled_from([SEOUL, NEW_YORK, CHICAGO, ZoneInfo("Pacific/Kiritimati")]), min_size=1, max_size=2)
rules = st.sampled_from([_rules("KR-50-3"), _rules("EU-HOURS", "EU-SUNDAY"), _rules("ST-HOURS", "ST-WEEKEND"), ()])


@given(rules, zones, moments)
def test_what_is_shut_opens_and_the_moment_before_is_shut(
    shut: tuple[Rule, ...], where: list[ZoneInfo], at: datetime
) -> None:
    if blocking(shut, where, NO_HOLIDAYS, at) is None:
        end = closes_at(shut, where, NO_HOLIDAYS, at)
        assert (end is None) == (not shut)
        if end:
            assert blocking(shut, where, NO_HOLIDAYS, end)
            assert blocking(shut, where, NO_HOLIDAYS, end - timedelta(microseconds=1)) is None
    elif opening := opens_at(shut, where, NO_HOLIDAYS, at):
        assert opening > at
        assert blocking(shut, where, NO_HOLIDAYS, opening) is None
        assert blocking(shut, where, NO_HOLIDAYS, opening - timedelta(microseconds=1))


@given(rules, moments)
def test_windows_say_what_the_clock_does(shut: tuple[Rule, ...], at: datetime) -> None:
    local = at.astimezone(SEOUL)
    now = f"{local:%H:%M}"
    day = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")[local.weekday()]
    inside = any(day in row["days"] and row["from"] <= now < row["to"] for row in windows(shut))
    assert inside == (blocking(shut, (SEOUL,), NO_HOLIDAYS, at) is None)


@pytest.mark.parametrize(
    ("at", "opening"),
    [
        ("2026-11-01T05:30:00+00:00", "2026-11-01T13:00:00+00:00"),
        ("2026-11-01T06:30:00+00:00", "2026-11-01T13:00:00+00:00"),
        ("2026-03-08T06:59:00+00:00", "2026-03-08T12:00:00+00:00"),
        ("2026-03-08T07:01:00+00:00", "2026-03-08T12:00:00+00:00"),
    ],
)
def test_the_night_of_the_change_of_time(at: str, opening: str) -> None:
    found = opens_at(_rules("US-1200-C1"), (NEW_YORK,), NO_HOLIDAYS, datetime.fromisoformat(at))
    assert found == datetime.fromisoformat(opening)


def test_the_zone_of_a_person_goes_before_the_region_and_that_before_the_country() -> None:
    pack = BUNDLE.packs["US"]
    assert zones_of(pack, "FL", "America/Chicago") == (CHICAGO,)
    assert zones_of(pack, "FL", "Mars/Olympus") == (NEW_YORK, CHICAGO)
    assert len(zones_of(pack, "ZZ", "")) == len(pack.time_zones)
    assert zones_of(pack, "NY", "../../etc/passwd") == (NEW_YORK,)


def test_windows_of_every_day_are_one_row_and_sunday_is_left_out() -> None:
    assert windows(_rules("EU-HOURS", "EU-SUNDAY")) == [
        {"days": ["mon", "tue", "wed", "thu", "fri", "sat"], "from": "08:00", "to": "20:00"}
    ]


def test_of_two_duties_the_stricter_holds() -> None:
    one = {"proof_years": 5, "stop_within_days": 10, "prefix": "(광고)", "sender": True}
    two = {"proof_years": 3, "stop_within_days": 2, "prefix": "广告"}
    assert together([one, two]) == {
        "prefix": ["(광고)", "广告"],
        "proof_years": 5,
        "sender": True,
        "stop_within_days": 2,
    }
    assert together([one, two]) == together([two, one, two])
