"""One candidate in one cell: what every detector gives and the scanner weighs.

A named tuple and no dataclass, because a million rows make millions of them. Must never hold the value itself, only its
place.
"""

from typing import NamedTuple

from gateway.scan.kinds import Kind


class Trial(NamedTuple):
    """One candidate in one cell.

    Attributes:
        kind: what it could be.
        start, end: its place in the flat text.
        passed: whether the check holds.
        certain: whether the form alone is proof (`$2b$...`, `name@host`), so that no statistics are needed.
        needs_name: whether it counts only where title or cell names the kind (`kinds.names`): a short or checkless
            form. Always so where `NATURES[kind].needs_context`.
        score: what the detector itself thinks, 0.0 to 1.0; 0.0 lets the column's statistics say.
    """

    kind: Kind
    start: int
    end: int
    passed: bool
    certain: bool = False
    score: float = 0.0
    needs_name: bool = False
