"""What another bundle would change, asked of the record of a small house: gains, losses, and what nobody can tell."""

from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text

from gateway.domain.errors import Invalid
from gateway.domain.requests import PersonAsk, Selector
from gateway.flows.decide import Request, decide_batch
from gateway.flows.policy_diff import Difference, Line, difference
from policies.load import load_bundle
from policies.terms import Act, Channel
from tests.flows.conftest import NEWSLETTER, Seoul
from tests.flows.lawmaking import BAN, FREE, WEEK, amended

Ago = Callable[[float], datetime]


@pytest.fixture
def house(seoul: Seoul, days_ago: Ago) -> Seoul:
    """Four people asked about twice: two consented, one said nothing, one withdrew."""
    seoul.bring([
        ("old@example.com", days_ago(300)), ("new@example.com", days_ago(2)), ("no@example.com", None),
        ("gone@example.com", days_ago(20)),
    ])  # fmt: skip
    seoul.withdraw("gone@example.com")
    b"".join(seoul.release().lines())
    asks = [
        PersonAsk(Selector("email", f"{name}@example.com"), Act.DISCLOSE, NEWSLETTER, Channel.EMAIL)
        for name in ("old", "new", "no", "gone")
    ]
    decide_batch(seoul.gate, [Request(seoul.key, asks)])
    return seoul


def lines(found: Difference, dimension: str) -> list[Line]:
    return [line for line in found.lines if line.dimension == dimension]


def figures(found: Difference) -> tuple[int, int, int]:
    return found.gain, found.lose, found.cannot_tell


def test_the_law_in_force_changes_nothing(house: Seoul) -> None:
    found = difference(house.gate, load_bundle())
    assert (found.pages, found.people, found.whole, found.lines) == (2, 4, True, ())
    assert figures(found) == (0, 0, 0)


def test_who_gains_is_told_by_rule_and_counted_once(house: Seoul, tmp_path: Path) -> None:
    new = load_bundle(amended(tmp_path / "law", FREE))
    found = difference(house.gate, new)
    assert figures(found) == (1, 0, 0), "whoever withdrew gains nothing; twice asked is once counted"
    assert [(line.value, line.gain, line.lose) for line in lines(found, "rule")] == [("KR-50-1", 1, 0)]
    assert {line.dimension: line.value for line in found.lines} == {
        "tool": "newsletter", "purpose": NEWSLETTER, "channel": "email", "jurisdiction": "KR", "rule": "KR-50-1",
    }  # fmt: skip
    assert (found.old, found.new) == (load_bundle().digest, new.digest)


def test_who_loses_is_told_with_the_citation(house: Seoul, tmp_path: Path) -> None:
    found = difference(house.gate, load_bundle(amended(tmp_path / "law", more=BAN)))
    assert figures(found) == (0, 2, 0)
    assert [(line.value, line.cite, line.lose) for line in lines(found, "rule")] == [
        ("KR-TEST-BAN", "Test Act Art. 1", 2)
    ]


def test_what_the_record_tells_only_roughly_is_not_guessed(house: Seoul, tmp_path: Path) -> None:
    found = difference(house.gate, load_bundle(amended(tmp_path / "law", more=WEEK)))
    assert found.gain == 0
    assert found.lose + found.cannot_tell == 2
    assert found.cannot_tell >= 1, "two days old, but the record knows only the shortest period of then"


def test_the_days_and_the_limit_bound_what_is_asked(house: Seoul, clock: Any, tmp_path: Path) -> None:
    new = load_bundle(amended(tmp_path / "law", FREE))
    heard: list[tuple[int, int]] = []
    first = difference(house.gate, new, limit=1, heard=lambda *both: heard.append(both))
    assert (first.cells, first.whole) == (1, False)
    assert heard[-1][1] == 2
    clock.at += timedelta(days=30)
    assert difference(house.gate, new, days=29).pages == 0
    assert difference(house.gate, new, days=31).pages == 2
    for days in (0, -1, 3661):
        with pytest.raises(Invalid, match="days_unfit"):
            difference(house.gate, new, days=days)


def test_sources_are_those_of_now_for_both(house: Seoul, tmp_path: Path) -> None:
    from gateway.flows.sources import revoke_source

    revoke_source(house.gate, "officer", "Form")
    found = difference(house.gate, load_bundle(amended(tmp_path / "law", FREE)))
    assert figures(found) == (0, 0, 0), "nobody is reached through a source that was revoked, under either law"


def test_it_writes_nothing(house: Seoul, tmp_path: Path) -> None:
    def entries() -> int:
        with house.gate.house.unit() as connection:
            return int(connection.execute(text("SELECT count(*) FROM ledger_inbox")).scalar_one())

    before = entries()
    difference(house.gate, load_bundle(amended(tmp_path / "law", FREE)))
    assert entries() == before


def test_a_page_of_a_bundle_that_nobody_can_read_is_asked_again_all_the_same(house: Seoul, tmp_path: Path) -> None:
    new = load_bundle(amended(tmp_path / "law", FREE))
    with house.gate.house.unit() as connection:
        connection.execute(text("INSERT INTO bundle (digest, text) VALUES ('older', 'x')"))
        connection.execute(
            text("INSERT INTO decision_page (tool_no, snapshot_at, bundle, low, high, people, cells, bitmaps,"
                 " people_root, inbox_no) SELECT tool_no, snapshot_at, 'older', low, high, people, cells, bitmaps,"
                 " people_root, inbox_no FROM decision_page")
        )  # fmt: skip
    found = difference(house.gate, new)
    assert (found.pages, found.gain, found.lose) == (3, 1, 0)
