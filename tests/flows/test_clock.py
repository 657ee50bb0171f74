"""A clock that steps back is not believed: every age, hour and lapse would be wrong in the widening direction."""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from gateway.domain.requests import PersonAsk, Selector
from gateway.flows.decide import Answers, Request, decide_batch
from gateway.flows.release import open_release
from policies.terms import Act, Channel, Outcome
from tests.flows.conftest import NEWSLETTER, Seoul

Ago = Callable[[float], datetime]
ASK = PersonAsk(Selector("email", "yes@example.com"), Act.DISCLOSE, NEWSLETTER, Channel.EMAIL)


def told(house: Seoul, back: timedelta) -> tuple[Outcome, str]:
    """Ask on a machine whose clock stands so far back."""
    now = house.gate.clock() - back
    (result,) = decide_batch(replace(house.gate, clock=lambda: now), [Request(house.key, [ASK])])
    assert isinstance(result, Answers), result
    (answer,) = result.answers
    assert answer.decision is not None
    deciding = answer.decision.deciding
    return answer.outcome, deciding.code if deciding else ""


@pytest.mark.parametrize(
    ("back", "outcome"),
    [
        (timedelta(0), Outcome.ALLOW),
        (timedelta(seconds=5), Outcome.ALLOW),
        (timedelta(seconds=6), Outcome.HOLD),
        (timedelta(days=400), Outcome.HOLD),
    ],
)
def test_a_clock_behind_the_ledger_holds(seoul: Seoul, days_ago: Ago, back: timedelta, outcome: Outcome) -> None:
    seoul.bring([("yes@example.com", days_ago(3))])
    (first,) = decide_batch(seoul.gate, [Request(seoul.key, [ASK])])
    assert isinstance(first, Answers)
    seoul.gate.house.receipt(first.inbox_no)  # now the ledger knows the time
    said = told(seoul, back)
    assert said[0] is outcome
    assert (said[1] == "clock_backwards") == (outcome is Outcome.HOLD)


def test_a_release_on_such_a_machine_gives_nobody_out(seoul: Seoul, days_ago: Ago) -> None:
    seoul.bring([("yes@example.com", days_ago(3))])
    (first,) = decide_batch(seoul.gate, [Request(seoul.key, [ASK])])
    assert isinstance(first, Answers)
    seoul.gate.house.receipt(first.inbox_no)
    behind = seoul.gate.clock() - timedelta(minutes=5)
    release = open_release(replace(seoul.gate, clock=lambda: behind), seoul.key, seoul.wish(), None)
    lines = b"".join(release.lines())
    assert b"yes@example.com" not in lines
    assert b'"people":0' in lines
