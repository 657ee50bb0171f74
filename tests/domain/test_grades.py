"""Grades and reviews as pure rules: what each says at its borders."""

import secrets
from collections import Counter
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from gateway.domain.grades import TURNS, YEAR, Upkeep, grade, turn_in, turn_of
from gateway.domain.reviews import CONSENT_AGE, SOURCE_ENDS_WITHIN, Looked, Mend, to_mend

NOW = datetime(2026, 11, 20, 10, tzinfo=UTC)
DAY = timedelta(days=1)


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
