"""Draw up the month's review: a twelfth of the base, each person once a year, with what there is to mend.

  1 month    2026-12   -> turn       the turn of a person is a remainder of the uid, the same for ever
  2 look     people    -> reasons    by number, a batch in a transaction
  3 write    reasons   -> lines      uid and words of ours; nothing that reaches or names anybody
  4 enter    counts    -> leaf       `review.drawn_up`, with the digest of the list

Must never name a person but by uid, and never leave out whose turn it is: nothing to mend is an answer too.
"""

import hashlib
import re
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Final

from audit.leaf import Entry, Json
from gateway.domain.errors import Invalid
from gateway.domain.exported import safe_cell
from gateway.domain.grades import YEAR, turn_in
from gateway.domain.reviews import Mend, to_mend
from gateway.flows.gate import Gate
from gateway.store import grades, reviews

BATCH: Final = 20_000
HEADER: Final = "person,reasons\r\n"
_MONTH: Final = re.compile(r"20[0-9]{2}-(0[1-9]|1[0-2])")


@dataclass(frozen=True, slots=True)
class Review:
    """A review that was drawn up.

    Attributes:
        month: as YYYY-MM.
        people: how many it is about.
        to_mend: how many of them have something to mend.
        by_reason: how many for each reason; one person may have several.
        digest: SHA-256 (hex) of the list as written.
    """

    month: str
    people: int
    to_mend: int
    by_reason: dict[str, int]
    digest: str


def draw_up(gate: Gate, actor: str, month: str, write: Callable[[str], object]) -> Review:
    """Draw up a month's review.

    Args:
        gate: the gateway.
        actor: who asks for it.
        month: as YYYY-MM; "" is this month (UTC).
        write: takes the list as CSV, a line at a time, the header first.

    Raises:
        Invalid: `month_unfit`.
    """
    month = month or f"{gate.clock():%Y-%m}"
    if not _MONTH.fullmatch(month):
        raise Invalid("month_unfit", "Write the month as 2026-12.")
    digest, counted, people, some = hashlib.sha256(HEADER.encode()), Counter[str](), 0, 0
    write(HEADER)
    for uid, reasons in _looked(gate, turn_in(int(month[-2:]))):  # 1, 2
        line = f"{uid.hex()},{safe_cell(' '.join(reasons))}\r\n"
        write(line)  # 3
        digest.update(line.encode())
        counted.update(reasons)
        people, some = people + 1, some + bool(reasons)
    made = Review(month, people, some, {mend.value: counted[mend] for mend in Mend}, digest.hexdigest())
    with gate.house.unit() as connection:
        gate.house.enter(connection, [Entry("review.drawn_up", actor, _body(made))])  # 4
    # True now: that this list was drawn up is on record. Who keeps it does so after this.
    return made


def _looked(gate: Gate, turn: int) -> Iterator[tuple[bytes, tuple[Mend, ...]]]:
    at, after = gate.clock(), 0
    while True:
        with gate.house.unit() as connection:
            upto = grades.top(connection, after, BATCH)
            found = reviews.due(connection, turn, after, upto, at - YEAR)
        if not upto:
            return
        for uid, looked in found:
            yield uid, to_mend(looked, at)
        after = upto


def _body(made: Review) -> dict[str, Json]:
    return {
        "month": made.month,
        "people": made.people,
        "to_mend": made.to_mend,
        "reasons": {reason: count for reason, count in made.by_reason.items()},  # noqa: C416  a dict of another kind
        "digest": made.digest,
    }
