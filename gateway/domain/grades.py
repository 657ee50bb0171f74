"""The data grade of a person, 1 (best) to 4, and which people are reviewed in a month. Pure.

    1  kept up within a year, and selected three times or more in it
    2  kept up, or selected, within a year
    3  neither, but dealt with in the past
    4  the rest

Kept up: a list brought the person anew or again, the person consented, bought, asked or was active, or answered a
message by a click, a reply or an order. A withdrawal keeps nothing up: it confirms no data. Selected: made available
to a tool in a release; several pages or attempts of one release count once. Must never be read as a permission: a
grade orders people whom the law allows.

The year, the three selections and the twelve turns define what a grade and a review are. No law sets them and no
country differs in them, so they stand here; how long people are kept is law (`policies/retention.yaml`).
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from gateway.domain.campaigns import ContactKind

GRADES: Final = (1, 2, 3, 4)
YEAR: Final = timedelta(days=365)
OFTEN: Final = 3
"""So many selections in a year make the difference between grade 1 and 2; more are not counted."""

ANSWERS: Final = (ContactKind.CLICKED, ContactKind.REPLIED, ContactKind.ORDERED)
"""What a person does with a message that shows somebody is there; an opening does not (machines open mail)."""

TURNS: Final = 12


@dataclass(frozen=True, slots=True)
class Upkeep:
    """What a grade depends on.

    Attributes:
        kept_at: when the data was last kept up (aware).
        selected: in how many releases of the past year; counted up to `OFTEN`.
        dealt: whether there ever was a purchase, an inquiry, an activity or an order.
    """

    kept_at: datetime
    selected: int
    dealt: bool


def grade(upkeep: Upkeep, at: datetime) -> int:
    """Give the grade at a moment (aware)."""
    kept = upkeep.kept_at > at - YEAR
    if kept and upkeep.selected >= OFTEN:
        return 1
    if kept or upkeep.selected:
        return 2
    return 3 if upkeep.dealt else 4


def turn_of(uid: bytes) -> int:
    """Give a person's turn for review, 0 to 11: the same for ever. Uids are random, so each turn is a twelfth."""
    return int.from_bytes(uid[:4], "big") % TURNS


def turn_in(month: int) -> int:
    """Give the turn that a month of the year (1 to 12) reviews: everybody has one month a year."""
    return month % TURNS
