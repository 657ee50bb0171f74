"""Days, moments and years are read as written, or refused by name."""

from datetime import UTC, date, datetime, timedelta, timezone
from typing import Literal
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.lists import BadValue, normal


@pytest.mark.parametrize(
    ("value", "order", "form"),
    [
        ("2025-03-14", None, date(2025, 3, 14)),
        ("20250314", None, date(2025, 3, 14)),
        ("2025/3/4", None, date(2025, 3, 4)),
        ("2025. 3. 14.", None, date(2025, 3, 14)),
        ("2025년 3월 14일", None, date(2025, 3, 14)),
        ("2025年3月14日", None, date(2025, 3, 14)),
        ("民國114年3月14日", None, date(2025, 3, 14)),
        ("۲۰۲۵/۰۳/۱۴", None, date(2025, 3, 14)),
        ("14.03.2025", None, date(2025, 3, 14)),
        ("4.3.2025", None, date(2025, 3, 4)),
        ("03/04/2025", "mdy", date(2025, 3, 4)),
        ("03/04/2025", "dmy", date(2025, 4, 3)),
        ("14/03/2025", None, date(2025, 3, 14)),
        ("03/14/2025", None, date(2025, 3, 14)),
        ("04/04/2025", None, date(2025, 4, 4)),
        ("29.02.2024", None, date(2024, 2, 29)),
    ],
)
def test_a_day_is_the_day_that_was_written(value: str, order: Literal["dmy", "mdy"] | None, form: date) -> None:
    assert normal.day(value, order) == form


@pytest.mark.parametrize(
    ("value", "code"),
    [
        ("", "date_empty"),
        ("soon", "date_shape"),
        ("03/04/2025", "date_ambiguous"),
        ("1404/01/15", "date_jalali"),
        ("۱۴۰۴/۰۱/۱۵", "date_jalali"),
        ("2025-02-29", "date_impossible"),
        ("2025-13-01", "date_impossible"),
        ("0001-01-01", "date_impossible"),
        ("31/31/2025", "date_impossible"),
        ("12.03-2025", "date_shape"),
        ("45123", "date_shape"),
    ],
)
def test_a_bad_date_is_refused(value: str, code: str) -> None:
    with pytest.raises(BadValue) as bad:
        normal.day(value)
    assert bad.value.code == code


@given(st.dates(date(1900, 1, 1), date(2199, 12, 31)), st.sampled_from("-/."))
def test_every_day_survives_writing_and_reading(day: date, mark: str) -> None:
    assert normal.day(f"{day:%Y}{mark}{day:%m}{mark}{day:%d}") == day
    assert normal.day(f"{day:%d}{mark}{day:%m}{mark}{day:%Y}", "dmy") == day


def test_a_moment_is_read_in_the_zone_of_the_list() -> None:
    seoul = ZoneInfo("Asia/Seoul")
    assert normal.moment("2025-03-14 09:12:33", seoul) == datetime(2025, 3, 14, 0, 12, 33, tzinfo=UTC)
    assert normal.moment("2025-03-14", seoul) == datetime(2025, 3, 13, 15, tzinfo=UTC)
    assert normal.moment("2025-03-14T09:12:33Z", seoul) == datetime(2025, 3, 14, 9, 12, 33, tzinfo=UTC)
    assert normal.moment("2025-03-14 09:12 +0330", seoul) == datetime(2025, 3, 14, 5, 42, tzinfo=UTC)
    assert normal.moment("14.03.2025 9:05", seoul) == datetime(2025, 3, 14, 0, 5, tzinfo=UTC)
    with pytest.raises(BadValue, match="time_impossible"):
        normal.moment("2025-03-14 25:00", seoul)


@given(st.datetimes(datetime(1900, 1, 2), datetime(2199, 12, 30)), st.integers(-14 * 60, 14 * 60))  # noqa: DTZ001
def test_a_moment_with_an_offset_is_exact(when: datetime, minutes: int) -> None:
    aware = when.replace(microsecond=0, tzinfo=timezone(timedelta(minutes=minutes)))
    assert normal.moment(aware.isoformat(), ZoneInfo("Asia/Tehran")) == aware


def test_birth_years() -> None:
    assert normal.birth_year("۱۹۸۷") == 1987
    assert normal.birth_year("1987년") == 1987
    for value, code in (("1366", "date_jalali"), ("87", "date_shape"), ("", "date_empty")):
        with pytest.raises(BadValue, match=code):
            normal.birth_year(value)
