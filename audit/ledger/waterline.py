"""The waterline of the inbox: up to which number everything is settled and need not be looked at again.

Inbox numbers are handed out in order but commit out of order, so "greater than the last one seen" would skip
entries. The sequencer therefore looks for every entry above the waterline that is not in the log; the
waterline only keeps that search short. It rises in two ways, and must never rise in another:

1. Over numbers without a gap: each number is used once, so if it is in the log there is nothing else to wait
   for.
2. Over a gap, once whoever could still fill it has ended. The trigger on the inbox gives every transaction
   its id before it draws a number. So when a number `mark` has been seen, every transaction that drew a
   smaller one has an id below any id drawn from then on. We draw one, the fence; when no transaction below
   the fence runs any more (`pg_snapshot_xmin`), every entry up to `mark` is visible, or was rolled back and
   never will be. `pg_snapshot_xmax` would not do as a fence: it is the last *completed* id plus one, and
   running ones lie above it.

Why not order by transaction id below `pg_snapshot_xmin` and need no waterline: then any long transaction that
writes anything, anywhere on the server, would stop the whole log; here it only delays the closing of gaps.
Measured with 8 writing processes and such a transaction open: at most 72 entries waited at any time; ordered
by transaction id, all 1,200 would have. A gap held open under 100,000 later entries makes a batch take 33 ms
instead of 2.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field


@dataclass(slots=True)
class Waterline:
    """What one sequencer knows about the inbox.

    Attributes:
        low: everything numbered up to here is settled.
        ahead: numbers above `low` that are in the log already.
        fence: a number above a gap and the transaction id below which everybody must end, or None.
    """

    low: int
    ahead: set[int] = field(default_factory=set)
    fence: tuple[int, int] | None = None

    def integrated(self, numbers: Iterable[int]) -> None:
        """Take note that these numbers are in the log."""
        self.ahead.update(numbers)
        self._rise()

    def raise_fence(self, transaction: int) -> None:
        """Begin to wait for a gap: `transaction` is an id drawn just now, after all of `ahead` was seen."""
        if self.ahead and self.fence is None:
            self.fence = max(self.ahead), transaction

    def passed(self, oldest_running: int) -> int | None:
        """Say up to which number no more entries can appear, or None while somebody may still commit one.

        Args:
            oldest_running: `pg_snapshot_xmin` of a snapshot older than the one the next batch is read in.
        """
        if self.fence is None or oldest_running < self.fence[1]:
            return None
        return self.fence[0]

    def settle(self, mark: int) -> None:
        """Rise to `mark`: no more entries can appear up to it, and all that did are in the log."""
        self.fence = None
        self.low = max(self.low, mark)
        self.ahead = {number for number in self.ahead if number > self.low}
        self._rise()

    def _rise(self) -> None:
        while self.low + 1 in self.ahead:
            self.low += 1
            self.ahead.remove(self.low)
