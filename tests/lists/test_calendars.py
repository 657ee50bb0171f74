"""Persian and Minguo dates are read where the list says its calendar, as the official calendars have them."""

from datetime import UTC, date, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st
from persiantools.jdatetime import JalaliDate

from gateway.domain.calendars import persian
from gateway.lists import BadValue, ListRefused, confirm, normal, open_list, propose
from gateway.lists.calendars import Calendar, calendar_of
from gateway.lists.dates import NO_SUCH_DAY, Order, gregorian
from gateway.lists.gregorian import in_gregorian

PERSIAN_DIGITS = str.maketrans("0123456789", "۰۱۲۳۴۵۶۷۸۹")
FIRST, LAST = JalaliDate(1290, 1, 1).to_gregorian(), JalaliDate(1449, 12, 29).to_gregorian()


@pytest.mark.parametrize(
    ("value", "calendar", "form"),
    [
        ("1403/01/01", "persian", date(2024, 3, 20)),  # Nowruz, as the calendar of the University of Tehran has it
        ("1400-1-1", "persian", date(2021, 3, 21)),
        ("1399/12/30", "persian", date(2021, 3, 20)),  # the leap day
        ("1403/12/30", "persian", date(2025, 3, 20)),  # which a cycle of 2820 years puts a year later
        ("13570101", "persian", date(1978, 3, 21)),
        ("۱۳۶۶/۰۴/۱۵", "persian", date(1987, 7, 6)),
        ("15.04.1366", "persian", date(1987, 7, 6)),
        ("2024-03-20", "persian", date(2024, 3, 20)),
        ("113/02/29", "roc", date(2024, 2, 29)),
        ("113年2月29日", "roc", date(2024, 2, 29)),
        ("1130229", "roc", date(2024, 2, 29)),
        ("078/05/02", "roc", date(1989, 5, 2)),
        ("78.5.2", "roc", date(1989, 5, 2)),
        ("民國78年5月2日", "roc", date(1989, 5, 2)),
        ("2024/02/29", "roc", date(2024, 2, 29)),
        ("29.02.2024", "roc", date(2024, 2, 29)),
    ],
)
def test_a_date_of_a_calendar_that_was_said(value: str, calendar: Calendar, form: date) -> None:
    assert normal.day(value, None, calendar) == form
    zone = ZoneInfo("Asia/Tehran")
    local = datetime(form.year, form.month, form.day, 17, 5, tzinfo=zone)
    assert normal.moment(f"{value} 17:05", zone, None, calendar) == local.astimezone(UTC)


@pytest.mark.parametrize(
    ("value", "calendar", "code"),
    [
        ("1402/12/30", "persian", "date_impossible"),
        ("1402/07/31", "persian", "date_impossible"),
        ("1402/13/01", "persian", "date_impossible"),
        ("03/04/1402", "persian", "date_ambiguous"),
        ("12 مرداد 1402", "persian", "date_shape"),
        ("113/05/02", "persian", "date_minguo"),
        ("114/02/29", "roc", "date_impossible"),
        ("000/01/01", "roc", "date_impossible"),
        ("12/05/02", "roc", "date_shape"),  # the twelfth year, or the twelfth day?
        ("1402/05/12", "roc", "date_jalali"),
        ("1402/05/12", "gregorian", "date_jalali"),
        ("113/05/02", "gregorian", "date_minguo"),
        ("78/05/02", "gregorian", "date_shape"),
    ],
)
def test_what_is_no_date_in_it_or_was_not_said_is_refused(value: str, calendar: Calendar, code: str) -> None:
    with pytest.raises(BadValue) as bad:
        normal.day(value, None, calendar)
    assert bad.value.code == code
    assert value not in bad.value.message
    if code in {"date_jalali", "date_minguo"}:
        assert "--calendar" in bad.value.message


@given(st.dates(FIRST, LAST), st.sampled_from("-/."), st.booleans(), st.sampled_from(["ymd", "dmy", "mdy"]))
def test_every_persian_day_comes_back_from_the_library(day: date, mark: str, folded: bool, order: Order) -> None:
    there = JalaliDate.to_jalali(day)
    parts = [f"{there.year:04}", f"{there.month:02}", f"{there.day:02}"]
    if order != "ymd":
        parts = [parts[1], parts[2], parts[0]] if order == "mdy" and mark != "." else [parts[2], parts[1], parts[0]]
    written = mark.join(parts)
    written = written.translate(PERSIAN_DIGITS) if folded else written
    assert normal.day(written, order, "persian") == day
    assert gregorian(written, order, "persian") == day.isoformat()
    assert persian(day) == (there.year, there.month, there.day), "and is shown as it was written"


@given(st.dates(date(1912, 1, 1), date(2199, 12, 31)))
def test_every_minguo_day_is_the_same_day(day: date) -> None:
    written = f"{day.year - 1911:03}/{day.month}/{day.day}"
    assert normal.day(written, None, "roc") == day
    assert gregorian(written, None, "roc") == day.isoformat()


@given(st.dates(date(1912, 1, 1), date(2199, 12, 31)), st.sampled_from(["persian", "roc"]))
def test_gregorian_days_stay_what_they_are(day: date, calendar: Calendar) -> None:
    for written in (f"{day:%Y-%m-%d}", f"{day:%Y%m%d}", f"{day:%d.%m.%Y}", f"{day:%Y-%m-%d}T08:00:00+03:30"):
        assert gregorian(written, None, calendar) == written


def test_birth_years() -> None:
    told = [("1366", "persian", 1988), ("1987", "persian", 1987), ("۱۳۷۷", "persian", 1999), ("78", "roc", 1989),
            ("078", "roc", 1989), ("民國78年", "gregorian", 1989), ("1989", "roc", 1989)]  # fmt: skip
    for value, calendar, year in told:
        assert normal.birth_year(value, calendar_of(calendar)) == year
    for value, code in (("113", "date_minguo"), ("78", "date_shape"), ("1366", "date_jalali")):
        with pytest.raises(BadValue, match=code):
            normal.birth_year(value)


def test_only_declared_dates_of_a_list_are_rewritten(tmp_path: Path) -> None:
    path = tmp_path / "list.csv"
    head = "email,birth date,birth year,consent at,city"
    rows = ["a@example.ir,1366/04/15,1366,۱۴۰۳/۰۱/۰۱ ۱۰:۳۰:۰۰,1402/05/12", "b@example.ir,1402/12/30,,2024-05-02,", "c"]
    path.write_text("\n".join([head, *rows, ""]), encoding="utf-8")
    listed = open_list(path)
    mapping = confirm(propose(listed.columns), {})
    (chunk,) = in_gregorian(listed, mapping, "persian", None).chunks()
    assert chunk.rows == [
        ["a@example.ir", "1987-07-06", "1988", "2024-03-20 10:30:00", "1402/05/12"],
        ["b@example.ir", NO_SUCH_DAY, "", "2024-05-02", ""],
    ]
    assert [each.reason for each in chunk.rejected] == ["ragged"]
    (plain,) = listed.chunks()
    assert chunk.digest == plain.digest
    assert in_gregorian(listed, mapping, "gregorian", None) is listed
    with pytest.raises(BadValue, match="date_impossible"):
        normal.day(NO_SUCH_DAY)
    with pytest.raises(ListRefused, match="calendar_unknown"):
        calendar_of("solar")
