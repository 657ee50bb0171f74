"""Grades, reviews and retention as pure rules: what each says at its borders, and what it can never say."""

import secrets
from collections import Counter
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.domain.grades import TURNS, YEAR, Upkeep, grade, turn_in, turn_of
from gateway.domain.retention import Hold, Unjustified, as_of, kept_since, unjustified
from gateway.domain.reviews import CONSENT_AGE, SOURCE_ENDS_WITHIN, Looked, Mend, to_mend

NOW = datetime(2026, 11, 20, 10, tzinfo=UTC)
DAY = timedelta(days=1)
moments = st.integers(0, 3000).map(lambda days: NOW - days * DAY)


@pytest.mark.parametrize(
    ("kept", "selected", "dealt", "wanted"),
    [
        (True, 3, False, 1), (True, 2, True, 2), (True, 0, False, 2), (False, 3, True, 2), (False, 1, False, 2),
        (False, 0, True, 3), (False, 0, False, 4),
    ],
)  # fmt: skip
def test_a_grade_is_upkeep_and_use(kept: bool, selected: int, dealt: bool, wanted: int) -> None:
    at = NOW - YEAR + (DAY if kept else timedelta(0))
    assert grade(Upkeep(at, selected, dealt), NOW) == wanted


def test_everybody_has_one_month_a_year_and_a_month_has_a_twelfth() -> None:
    assert sorted(turn_in(month) for month in range(1, 13)) == list(range(TURNS))
    found = Counter(turn_of(secrets.token_bytes(16)) for _ in range(24_000))
    assert set(found) == set(range(TURNS))
    assert all(1_600 < count < 2_400 for count in found.values())


def test_what_there_is_to_mend() -> None:
    fine = Looked("KR", None, None, NOW - CONSENT_AGE + DAY, NOW + SOURCE_ENDS_WITHIN + DAY)
    assert to_mend(fine, NOW) == ()
    assert to_mend(replace(fine, bounced_at=NOW - DAY), NOW) == (Mend.BOUNCES,)
    assert to_mend(replace(fine, bounced_at=NOW - DAY, arrived_at=NOW), NOW) == ()
    assert to_mend(replace(fine, consented_at=NOW - CONSENT_AGE - DAY, country=""), NOW) == (
        Mend.CONSENT_OLD, Mend.COUNTRY_MISSING,
    )  # fmt: skip
    assert to_mend(replace(fine, source_ends_at=NOW - 400 * DAY), NOW) == (Mend.SOURCE_EXPIRES,)


def test_a_plan_is_of_a_day_and_three_years_end_on_the_same_date() -> None:
    assert as_of(NOW) == as_of(NOW + timedelta(hours=13)) == datetime(2026, 11, 20, tzinfo=UTC)
    assert kept_since(datetime(2028, 2, 29, tzinfo=UTC)) == datetime(2025, 2, 28, tzinfo=UTC)
    assert kept_since(datetime(2026, 11, 20, tzinfo=UTC)) == datetime(2023, 11, 20, tzinfo=UTC)


OLD = Hold(1, 1, True, False, False, datetime(2020, 1, 1, tzinfo=UTC), None)


@pytest.mark.parametrize(
    ("hold", "wanted"),
    [
        (OLD, Unjustified.UNUSED),
        (replace(OLD, came_at=NOW), None),
        (replace(OLD, used_at=NOW - 1000 * DAY), None),
        (replace(OLD, used_at=NOW - 1200 * DAY), Unjustified.UNUSED),
        (replace(OLD, consented=True), None),
        (replace(OLD, under_way=True), None),
        (replace(OLD, identifiers=0), Unjustified.NO_IDENTIFIER),
        (replace(OLD, sourced=False, came_at=NOW), Unjustified.SOURCES_GONE),
        (replace(OLD, sourced=False, used_at=NOW - DAY), None),
    ],
)
def test_what_is_kept_and_what_is_not(hold: Hold, wanted: Unjustified | None) -> None:
    assert unjustified(hold, as_of(NOW)) is wanted


holds = st.builds(
    Hold, st.just(1), st.integers(0, 3), st.booleans(), st.booleans(), st.booleans(), moments, st.none() | moments
)


@given(holds)
def test_nobody_in_use_is_ever_named(hold: Hold) -> None:
    day = as_of(NOW)
    if unjustified(hold, day) is not None:
        assert not hold.consented
        assert not hold.under_way
        assert hold.used_at is None or hold.used_at < kept_since(day)
    for reason in ({"consented": True}, {"under_way": True}, {"used_at": day}):
        assert unjustified(replace(hold, **reason), day) is None
