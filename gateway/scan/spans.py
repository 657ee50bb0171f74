"""Remembers which stretches of a text are settled, and answers fast whether another touches them.

Must never cost more than a look-up per question: a hostile cell holds ten thousand candidates.
"""

from bisect import bisect_left, insort


class Taken:
    """Stretches that are settled, kept in order; they do not overlap each other."""

    def __init__(self) -> None:
        """Start with none."""
        self._spans: list[tuple[int, int]] = []

    def touches(self, start: int, end: int) -> bool:
        """Whether a stretch shares a letter with a settled one."""
        at = bisect_left(self._spans, (start, end))
        before = at > 0 and self._spans[at - 1][1] > start
        return before or (at < len(self._spans) and self._spans[at][0] < end)

    def take(self, start: int, end: int) -> None:
        """Settle a stretch."""
        insort(self._spans, (start, end))

    def takes(self, start: int, end: int) -> bool:
        """Settle a stretch if it touches none; say whether it did."""
        free = not self.touches(start, end)
        if free:
            self.take(start, end)
        return free
