"""How long a consent lasts, by the law where its person lives, to the day; and what must be told of it, by when."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gateway.domain.bands import has_passed
from gateway.domain.lasting import Given, falling, lapsing_jurisdictions, notifying, result_owed
from policies.load import load_bundle
from policies.terms import AudienceKind, Channel, Outcome

BUNDLE = load_bundle()
NOW = datetime(2026, 11, 20, 10, tzinfo=UTC)
SEOUL = ZoneInfo("Asia/Seoul")


def fall(given_at: datetime, jurisdiction: str = "KR", **changes: object) -> object:
    plain = {"purpose": "marketing.own.newsletter", "channel": Channel.EMAIL, "since": given_at, "claimed": False}
    return falling(BUNDLE, jurisdiction, AudienceKind.B2C, Given(**{**plain, **changes}), NOW)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("given_at", "last"),
    [
        (datetime(2024, 11, 20, 10, tzinfo=UTC), date(2026, 11, 19)),
        (datetime(2024, 11, 20, 14, 59, tzinfo=UTC), date(2026, 11, 19)),
        (datetime(2024, 11, 20, 15, tzinfo=UTC), date(2026, 11, 20)),  # midnight in Seoul
        (datetime(2024, 2, 29, 3, tzinfo=UTC), date(2026, 2, 27)),
    ],
)
def test_korea_asks_again_before_the_same_day_of_the_second_year(given_at: datetime, last: date) -> None:
    found = fall(given_at)
    assert (found.rule.id, found.last, found.after) == ("KR-62-3", last, Outcome.HOLD)  # type: ignore[attr-defined]


@settings(max_examples=200)
@given(st.datetimes(datetime(2020, 1, 1), datetime(2030, 1, 1)), st.integers(-3, 3))  # noqa: DTZ001
def test_the_last_day_is_the_one_that_the_gate_goes_by(at: datetime, days: int) -> None:
    since = at.replace(tzinfo=SEOUL)
    found = fall(since)
    asked = datetime.combine(found.last, datetime.min.time(), SEOUL) + timedelta(days=days)  # type: ignore[attr-defined]
    assert has_passed(found.rule.lapse.after, since, asked, SEOUL) == (days > 0)  # type: ignore[attr-defined]


def test_a_country_without_a_clock_says_nothing() -> None:
    assert fall(NOW - timedelta(days=9000), "KR", purpose="service.care") is None


def test_packs_speak_for_their_countries() -> None:
    assert lapsing_jurisdictions(BUNDLE, "") is None
    assert lapsing_jurisdictions(BUNDLE, "KR") == ("KR",)
    assert "KR" in notifying(BUNDLE)


def test_korea_wants_the_result_told_within_fourteen_days() -> None:
    owed = result_owed(BUNDLE, "KR", "marketing", "*", datetime(2026, 11, 20, 16, tzinfo=UTC))
    assert owed is not None
    assert (owed.rule.id, owed.due_at) == ("KR-50-7", datetime(2026, 12, 6, tzinfo=SEOUL))
    assert result_owed(BUNDLE, "KR", "service", "email", NOW) is None
    assert result_owed(BUNDLE, "US", "marketing", "*", NOW) is None
