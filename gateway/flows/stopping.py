"""Where a person stands on something, read from the lines of the standing. Pure.

Must never answer milder than the decision would: a consent counts only if it is later than every withdrawal
and objection that touches it; at the same moment it does not.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from gateway.store.consents import EVERY_CHANNEL, EVERY_SENDER, WHOLE_PERSON, Line
from policies.packs import PurposeTree
from policies.terms import ConsentState

_MICROSECOND: Final = timedelta(microseconds=1)


@dataclass(frozen=True, slots=True)
class About:
    """What is spoken of: a purpose with all below it, a channel or all, a sender or all."""

    purpose: str
    channel: str = EVERY_CHANNEL
    sender_no: int = EVERY_SENDER


def stopped_by(lines: Iterable[Line], tree: PurposeTree, about: About) -> Line | None:
    """Give the line that stops all of this, or None if some of it may still come.

    Args:
        lines: a person's standing.
        tree: the purposes in force.
        about: what is spoken of.
    """
    lines = list(lines)
    stops = [line for line in lines if line.state is not ConsentState.GIVEN and _covers(line, tree, about)]
    last = max(stops, key=lambda line: line.since, default=None)
    if last is None:
        return None
    given = (line for line in lines if line.state is ConsentState.GIVEN and touches(line, tree, about))
    return None if any(line.since > last.since for line in given) else last


def standing_of(lines: Iterable[Line], tree: PurposeTree, about: About, index: bytes) -> ConsentState | None:
    """Give where a person stands on one purpose, channel and sender for one identifier; None if nothing was said."""
    said = [line for line in lines if _covers(line, tree, about) and line.index in {WHOLE_PERSON, index}]
    last = max(said, key=lambda line: (line.since, line.state is not ConsentState.GIVEN), default=None)
    return last.state if last else None


def now_or_later(now: datetime, lines: Iterable[Line], tree: PurposeTree, about: About) -> datetime:
    """Give the moment of a stop that is said now: never before what was said already, whatever the clocks say.

    Two machines' clocks differ; a consent that the faster one recorded a moment ago must not outlive the
    stop.
    """
    given = (line.since for line in lines if line.state is ConsentState.GIVEN and touches(line, tree, about))
    return max([now, *(since + _MICROSECOND for since in given)])


def touches(line: Line, tree: PurposeTree, about: About) -> bool:
    """Tell whether a line and what is spoken of have anything in common."""
    return (
        (line.purpose in chain(tree, about.purpose) or about.purpose in chain(tree, line.purpose))
        and (line.channel == about.channel or EVERY_CHANNEL in {line.channel, about.channel})
        and (line.sender_no == about.sender_no or EVERY_SENDER in {line.sender_no, about.sender_no})
    )


def chain(tree: PurposeTree, purpose: str) -> tuple[str, ...]:
    """Give a purpose and its ancestors; one that the tree no longer knows stands alone: its old links must work."""
    return tree.chain(purpose) or (purpose,)


def _covers(line: Line, tree: PurposeTree, about: About) -> bool:
    return (
        line.purpose in chain(tree, about.purpose)
        and line.channel in {EVERY_CHANNEL, about.channel}
        and line.sender_no in {EVERY_SENDER, about.sender_no}
    )
