"""Moments as identity takes them: always with their time zone.

Must never guess a zone: a naive time could keep an expired key or session alive for hours.
"""

from datetime import datetime

from gateway.domain.errors import Invalid


def aware(at: datetime) -> datetime:
    """Give `at` back if it carries a time zone.

    Raises:
        Invalid: `time_without_zone`.
    """
    if at.utcoffset() is None:
        raise Invalid("time_without_zone", "A moment needs its time zone.")
    return at
