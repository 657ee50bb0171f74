"""What officers see first is what is recorded: counts by the reason that decided, each page of a release once."""

import json
from datetime import timedelta
from typing import Any

import pytest

from gateway.domain.errors import NotFound, Refused
from gateway.flows import inspect, overview
from gateway.flows.gate import Gate
from gateway.flows.inspect import LedgerQuery
from gateway.flows.officers import Officer, create_officer
from gateway.flows.sources import SourceWish, approve_source, register_source
from gateway.store import parties
from policies.terms import SourceStatus, Verdict
from tests.flows.answering import answers_for

PASSWORD = "twelve geese cross"


@pytest.fixture
def anna(gate: Gate) -> Officer:
    return create_officer(gate, "anna", "officer", PASSWORD)


def cell(outcome: str, code: str, step: int, rule: str, count: int) -> dict[str, Any]:
    """A recorded cell with a hold at step 2 that did not decide, unless the outcome is hold."""
    return {
        "outcome": outcome,
        "code": "coarse",
        "count": count,
        "reasons": [
            {"code": "weaker", "step": 1, "rule": "X", "cite": "X"},
            {"code": code, "step": step, "rule": rule, "cite": f"Art. {rule}"},
        ],
        "steps": [{"no": 1, "outcome": "allow"}, {"no": step, "outcome": outcome}],
    }


def release(gate: Gate, pages: list[tuple[int, int, list[dict[str, Any]]]]) -> None:
    """Record a release with (page, attempt, cells)."""
    with gate.house.unit() as connection:
        parties.add_party(connection, "Lindenhof", "DE")
        record = parties.ToolRecord("newsletter", "marketing", "Lindenhof", "DE", ["marketing"], ["email"], [])
        tool = parties.add_tool(connection, record)
        no = connection.exec_driver_sql(
            "INSERT INTO release (uid, tool_no, wish, wish_digest, bundle, state, seed, people, pages, created_at)"
            " VALUES (%s, %s, %s, 'x', 'b', 'sent', 's', 7, 1, %s) RETURNING no",
            (bytes(16), tool.no, json.dumps({"purpose": "marketing.own", "channel": "email"}), gate.clock()),
        ).scalar_one()
        for page, attempt, cells in pages:
            connection.exec_driver_sql(
                "INSERT INTO release_page (release_no, page, attempt, created_at, snapshot_at, bundle, low, high,"
                " people, cells, bitmaps, people_root, inbox_no)"
                " VALUES (%s, %s, %s, %s, %s, 'b', 1, 9, 9, %s, '{}', 'r', 1)",
                (no, page, attempt, gate.clock(), gate.clock(), json.dumps(cells)),
            )


def test_refusals_are_counted_by_the_reason_that_decided(gate: Gate, anna: Officer) -> None:
    cells = [
        cell("deny", "no_opt_in", 6, "KR-50-1", 40),
        cell("deny", "no_opt_in", 6, "KR-50-1", 2),
        cell("hold", "night", 7, "KR-50-3", 5),
        cell("allow", "basis", 6, "KR-50-1", 900),
    ]
    release(gate, [(1, 1, cells)])
    now = overview.overview_of(gate, anna)
    assert [(one.outcome, one.code, one.rule, one.cite, one.people) for one in now.refusals] == [
        ("deny", "no_opt_in", "KR-50-1", "Art. KR-50-1", 42),
        ("hold", "night", "KR-50-3", "Art. KR-50-3", 5),
    ]
    assert [(one.tool, one.purpose, one.people) for one in now.releases] == [("newsletter", "marketing.own", 7)]


def test_a_page_that_was_decided_again_counts_once(gate: Gate, anna: Officer) -> None:
    old, new = cell("deny", "no_opt_in", 6, "KR-50-1", 40), cell("deny", "no_opt_in", 6, "KR-50-1", 41)
    release(gate, [(1, 1, [old]), (2, 1, [old]), (2, 2, [new])])
    assert sum(one.people for one in overview.overview_of(gate, anna).refusals) == 81


def test_a_week_is_seven_days_and_today_begins_at_midnight(gate: Gate, anna: Officer, clock: Any) -> None:
    release(gate, [(1, 1, [cell("deny", "no_opt_in", 6, "KR-50-1", 40)])])
    with gate.house.unit() as connection:
        for at in (clock.at, clock.at.replace(hour=0), clock.at - timedelta(hours=11)):
            connection.exec_driver_sql(
                "INSERT INTO consent_event (person_no, kind, index, state, purpose, channel, sender_no, method,"
                " actor, at, received_at) VALUES (1, '', '', 'withdrawn', 'marketing', '*', 0, 'link', 'page', %s, %s)",
                (at, at),
            )
    assert overview.overview_of(gate, anna).withdrawals_today == 2
    clock.at += timedelta(days=6, hours=23)
    assert overview.overview_of(gate, anna).refusals
    clock.at += timedelta(hours=2)
    now = overview.overview_of(gate, anna)
    assert (list(now.refusals), list(now.releases), now.withdrawals_today) == ([], [], 0)


def test_a_role_without_the_right_reads_nothing(gate: Gate) -> None:
    clerk = create_officer(gate, "clerk", "marketing", PASSWORD)
    for read in (overview.overview_of, overview.sources_of, overview.imports_of, overview.choices_of):
        with pytest.raises(Refused):
            read(gate, clerk)
    with pytest.raises(Refused):
        inspect.search(gate, clerk, LedgerQuery())
    with pytest.raises(Refused):
        inspect.entry(gate, clerk, 0)
    with pytest.raises(Refused):
        inspect.verify(gate, clerk)


def test_pages_of_a_search_follow_each_other_without_gap(gate: Gate, anna: Officer) -> None:
    for at in range(5):
        create_officer(gate, f"officer {at}", "auditor", PASSWORD)
    while gate.house.sequencer.run_once():
        pass
    seen, before = [], None
    while True:
        page = inspect.search(gate, anna, LedgerQuery(before=before, limit=2))
        seen += [entry.index for entry in page.entries]
        before = page.before
        if before is None:
            break
    assert seen == list(range(page.size))[::-1]


def test_an_entry_that_is_not_in_the_log_yet_is_not_shown(gate: Gate, anna: Officer) -> None:
    with pytest.raises(NotFound) as caught:
        inspect.entry(gate, anna, 0)
    assert caught.value.code == "entry_unknown"
    state = inspect.verify_state(gate)
    assert (state.size, state.at, state.check) == (0, None, None)
    assert state.waiting >= 2


def test_an_approval_does_not_hide_what_the_law_says_of_a_source(gate: Gate, anna: Officer) -> None:
    with gate.house.unit() as connection:
        parties.add_party(connection, "Unnamed seller", "CN")
    answers = answers_for("bought_list")
    register_source(gate, "anna", SourceWish("Bought list", "bought_list", "Unnamed seller", "CN", answers=answers))
    approve_source(gate, "anna", "Bought list")
    (line,) = overview.sources_of(gate, anna)
    assert line.row.source.status is SourceStatus.APPROVED
    assert line.verdict is Verdict.REFUSE
