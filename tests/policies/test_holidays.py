"""The file of public holidays is what the library says, day by day, and nothing reads the library at run time."""

from datetime import date, timedelta
from pathlib import Path

import pytest
from holidays import PUBLIC, country_holidays

from policies.holidays import COUNTRIES, PATH, text_of
from policies.reading import read, shape
from policies.schema import CalendarFile, HolidaysFile

APART = {("FR", code) for code in ("NC", "PF", "TF", "WF")}
"""Regions of a country that are countries of their own."""


@pytest.fixture(scope="module")
def written() -> HolidaysFile:
    return shape(read("holidays.yaml", PATH.read_text(encoding="utf-8")), HolidaysFile)


def _span(written: HolidaysFile) -> list[date]:
    return [written.first + timedelta(days=at) for at in range((written.last - written.first).days + 1)]


def test_the_span_is_whole_years(written: HolidaysFile) -> None:
    assert (written.first, written.last) == (date(2025, 1, 1), date(2029, 12, 31))
    assert tuple(written.calendars) == COUNTRIES
    assert written.made_with.startswith("holidays 0.")


@pytest.mark.parametrize("country", COUNTRIES)
def test_every_national_day_is_the_library_s(written: HolidaysFile, country: str) -> None:
    told = country_holidays(country, categories=(PUBLIC,))
    national = set(written.calendars[country].national)
    assert [day for day in _span(written) if (day in national) != (day in told)] == []


@pytest.mark.parametrize("country", COUNTRIES)
def test_every_region_s_day_is_the_library_s(written: HolidaysFile, country: str) -> None:
    calendar = written.calendars[country]
    known = [code for code in country_holidays(country).subdivisions if code.isalnum() and code.isascii()]
    for region in (code for code in known if len(code) <= 3 and (country, code) not in APART):
        told = country_holidays(country, subdiv=region, categories=(PUBLIC,))
        days = set(calendar.regions[region])
        assert not days & set(calendar.national), region
        wanted = {day for day in _span(written) if day in told} - set(calendar.national)
        assert days == wanted, f"{country}-{region}"


def test_a_region_has_its_other_names(written: HolidaysFile) -> None:
    france = written.calendars["FR"].regions
    assert france["MQ"] == france["972"] != []
    assert date(2026, 5, 22) in france["MQ"]  # the abolition of slavery, in Martinique only
    assert date(2026, 12, 26) in france["57"]  # Saint Stephen, in Moselle


def test_what_is_a_country_of_its_own_closes_no_day(written: HolidaysFile) -> None:
    assert APART.isdisjoint({("FR", code) for code in written.calendars["FR"].regions})
    assert not any(date(2026, 11, 20) in days for days in written.calendars["FR"].regions.values())  # Tahiti's


def test_days_stand_once_and_in_order(written: HolidaysFile) -> None:
    for calendar in written.calendars.values():
        for days in (calendar.national, *calendar.regions.values()):
            assert days == sorted(set(days))


def test_the_same_library_writes_the_same_bytes() -> None:
    assert text_of(2025, 2029) == PATH.read_text(encoding="utf-8")


def test_nothing_else_knows_the_library() -> None:
    root = Path(__file__).parents[2]
    rooms = (path for room in ("policies", "gateway", "audit") for path in (root / room).rglob("*.py"))
    knowing = [
        path.name
        for path in rooms
        if any(line.strip().startswith(("from holidays ", "import holidays")) for line in path.read_text().splitlines())
    ]
    assert knowing == ["holidays.py"]


def test_a_calendar_without_regions_is_empty(written: HolidaysFile) -> None:
    assert isinstance(written.calendars["KR"], CalendarFile)
    assert written.calendars["KR"].regions == {}
