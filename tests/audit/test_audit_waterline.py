"""The waterline never rises over a number that may still be committed, whatever the order of commits."""

from hypothesis import given
from hypothesis import strategies as st

from audit.ledger.waterline import Waterline


def test_it_rises_over_numbers_without_a_gap() -> None:
    water = Waterline(0)
    water.integrated([2, 1, 3, 5])
    assert (water.low, water.ahead) == (3, {5})
    water.integrated([4])
    assert (water.low, water.ahead) == (5, set())


def test_it_waits_for_whoever_could_still_fill_a_gap() -> None:
    water = Waterline(0)
    water.raise_fence(70)
    assert water == Waterline(0)
    water.integrated([1, 3])
    water.raise_fence(70)
    water.integrated([4, 6])
    water.raise_fence(90)
    assert water.fence == (3, 70)
    assert water.passed(69) is None
    assert water.passed(70) == 3
    water.settle(3)
    assert water == Waterline(4, {6})


@given(st.data())
def test_no_committed_number_is_ever_left_below_it(data: st.DataObject) -> None:
    """Play writers and a sequencer in any order: id before number, as the trigger makes it."""
    water, ids, numbers = Waterline(0), 0, 0
    running: dict[int, int] = {}  # transaction id -> its number, or 0 before it drew one
    visible: set[int] = set()
    log: list[int] = []
    for _ in range(data.draw(st.integers(1, 60))):
        act = data.draw(st.sampled_from(["begin", "draw", "commit", "roll back", "sequence"]))
        if act == "begin":
            ids += 1
            running[ids] = 0
        elif act == "sequence":
            ids += 1
            passed = None
            if water.ahead:
                water.raise_fence(ids)
                passed = water.passed(min(running, default=ids))
            limit = data.draw(st.integers(1, 4))
            batch = sorted(number for number in visible if number > water.low and number not in log)[:limit]
            water.integrated(batch)
            log += batch
            if passed is not None:
                water.settle(passed if len(batch) < limit else min(passed, batch[-1]))
        elif running:
            transaction = data.draw(st.sampled_from(sorted(running)))
            if act == "draw" and not running[transaction]:
                numbers += 1
                running[transaction] = numbers
            elif act == "commit" and running[transaction]:
                visible.add(running.pop(transaction))
            elif act == "roll back":
                del running[transaction]
        assert all(number in log for number in visible if number <= water.low)
        assert all(number > water.low for number in running.values() if number)
    assert len(set(log)) == len(log)
