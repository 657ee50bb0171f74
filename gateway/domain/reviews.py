"""What there is to mend about a person's data, for those who keep it up month by month. Pure.

Must never look at more than the facts below: no value of the person is needed to say that it should be looked at.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final

CONSENT_AGE: Final = timedelta(days=730)
"""The house's own figure. No law names one for all; packs say when a consent lapses, this only asks to look at it."""
SOURCE_ENDS_WITHIN: Final = timedelta(days=90)


class Mend(StrEnum):
    """Why a person's data should be looked at."""

    BOUNCES = "bounces"
    CONSENT_OLD = "consent_old"
    COUNTRY_MISSING = "country_missing"
    SOURCE_EXPIRES = "source_expires"


@dataclass(frozen=True, slots=True)
class Looked:
    """What a review looks at; times are UTC, None where there is nothing of that kind.

    Attributes:
        country: where the person lives, "" for unknown.
        bounced_at: when a message last came back.
        arrived_at: when one last arrived or was answered.
        consented_at: since when the oldest consent that stands has stood.
        source_ends_at: when the first of the person's sources expires, or expired.
    """

    country: str
    bounced_at: datetime | None
    arrived_at: datetime | None
    consented_at: datetime | None
    source_ends_at: datetime | None


def to_mend(looked: Looked, at: datetime) -> tuple[Mend, ...]:
    """Give what there is to mend at a moment (UTC), in the order of `Mend`."""
    bounced, arrived, consented, ends = (
        looked.bounced_at, looked.arrived_at, looked.consented_at, looked.source_ends_at,
    )  # fmt: skip
    found = {
        Mend.BOUNCES: bounced is not None and (arrived is None or arrived < bounced),
        Mend.CONSENT_OLD: consented is not None and consented < at - CONSENT_AGE,
        Mend.COUNTRY_MISSING: not looked.country,
        Mend.SOURCE_EXPIRES: ends is not None and ends < at + SOURCE_ENDS_WITHIN,
    }
    return tuple(mend for mend, holds in found.items() if holds)
