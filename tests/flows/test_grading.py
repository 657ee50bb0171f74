"""Grades follow what the house stores, night by night; the monthly review lists a twelfth and names nobody."""

import csv
import io
import json
from collections.abc import Callable
from datetime import datetime, timedelta

import pytest
from sqlalchemy import text

from gateway.domain.errors import Conflict, Invalid
from gateway.flows import chores, grading, reviewing
from gateway.flows.gate import Gate
from gateway.flows.grading import grade_all, shown
from gateway.flows.reviewing import draw_up
from tests.conftest import Clock
from tests.flows.conftest import Seoul
from tests.flows.test_release import verify

Ago = Callable[[float], datetime]
YEAR = timedelta(days=365)


def born(gate: Gate, at: datetime) -> None:
    """Let everybody's data be brought at a moment; the database's own clock is not the test's."""
    with gate.house.unit() as connection:
        connection.execute(text("UPDATE person SET created_at = :at"), {"at": at})


def grades(gate: Gate) -> list[int]:
    with gate.house.unit() as connection:
        return list(connection.execute(text("SELECT grade FROM person ORDER BY no")).scalars())


def entries(gate: Gate, kind: str) -> list[dict[str, object]]:
    while gate.house.sequencer.run_once():
        pass
    with gate.house.unit() as connection:
        found = connection.execute(text("SELECT leaf FROM ledger_leaf WHERE kind = :kind ORDER BY idx"), {"kind": kind})
        return [json.loads(bytes(each))["entry"]["body"] for each in found.scalars()]


def test_selection_and_upkeep_make_the_grade(seoul: Seoul, days_ago: Ago, clock: Clock) -> None:
    seoul.bring([("yes@example.com", days_ago(5)), ("no@example.com", None)])
    born(seoul.gate, clock.at)
    assert grade_all(seoul.gate, "officer").by_grade == {1: 0, 2: 2, 3: 0, 4: 0}
    for _ in range(3):
        b"".join(seoul.release().lines())
    made = grade_all(seoul.gate, "officer")
    assert (made.people, made.changed, grades(seoul.gate)) == (2, 1, [1, 2])
    assert grade_all(seoul.gate, "officer").changed == 0
    assert shown(seoul.gate) == {1: 1, 2: 1, 3: 0, 4: 0}
    assert entries(seoul.gate, "grades.run")[-1] == {
        "people": 2, "changed": 0, "grades": {"1": 1, "2": 1, "3": 0, "4": 0},
    }  # fmt: skip
    verify(seoul)


def test_a_list_that_brings_a_person_again_keeps_them_up(seoul: Seoul, days_ago: Ago, clock: Clock) -> None:
    seoul.bring([("a@example.com", None), ("b@example.com", None)])
    born(seoul.gate, clock.at - 2 * YEAR)
    grade_all(seoul.gate, "officer")
    assert grades(seoul.gate) == [4, 4]
    seoul.bring([("b@example.com", None), ("c@example.com", None)])
    grade_all(seoul.gate, "officer")
    assert grades(seoul.gate)[:2] == [4, 2]
    clock.at += YEAR
    grade_all(seoul.gate, "officer")
    assert grades(seoul.gate)[:2] == [4, 4]


def test_the_night_grades_and_a_run_beside_another_is_refused(seoul: Seoul, clock: Clock) -> None:
    seoul.bring([("a@example.com", None)])
    born(seoul.gate, clock.at)
    with seoul.gate.house.alone(grading._ONE_AT_A_TIME) as ours:
        assert ours
        with pytest.raises(Conflict, match="grades_running"):
            grade_all(seoul.gate, "officer")
        chores.nightly(seoul.gate)
    assert grades(seoul.gate) == [4]
    chores.nightly(seoul.gate)
    assert grades(seoul.gate) == [2]


def test_batches_and_pages_come_together(seoul: Seoul, days_ago: Ago, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(grading, "BATCH", 3)
    monkeypatch.setattr("gateway.store.grades._PAGES", 2)
    seoul.bring([(f"p{at}@example.com", days_ago(5)) for at in range(10)])
    for _ in range(3):
        b"".join(seoul.release().lines())
    assert grade_all(seoul.gate, "officer").by_grade[1] == 10


def test_a_run_whose_entry_fails_is_made_good_by_the_next(seoul: Seoul, owner_engine: object, clock: Clock) -> None:
    seoul.bring([("a@example.com", None)])
    born(seoul.gate, clock.at)
    with owner_engine.begin() as connection:  # type: ignore[attr-defined]
        connection.execute(text("REVOKE INSERT ON ledger_inbox FROM ostiary_app"))
    with pytest.raises(Exception, match="permission denied"):
        grade_all(seoul.gate, "officer")
    with owner_engine.begin() as connection:  # type: ignore[attr-defined]
        connection.execute(text("GRANT INSERT ON ledger_inbox TO ostiary_app"))
    assert grade_all(seoul.gate, "officer").by_grade[2] == 1
    verify(seoul)


def drawn(gate: Gate, month: str) -> tuple[reviewing.Review, list[dict[str, str]]]:
    out = io.StringIO()
    made = draw_up(gate, "officer", month, out.write)
    return made, list(csv.DictReader(io.StringIO(out.getvalue())))


def test_in_twelve_months_everybody_is_reviewed_once(
    seoul: Seoul, days_ago: Ago, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reviewing, "BATCH", 7)
    seoul.bring([(f"p{at}@example.com", days_ago(5)) for at in range(60)])
    listed = [row["person"] for month in range(1, 13) for row in drawn(seoul.gate, f"2026-{month:02}")[1]]
    with seoul.gate.house.unit() as connection:
        everybody = [uid.hex() for uid in connection.execute(text("SELECT uid FROM person")).scalars()]
    assert sorted(listed) == sorted(everybody)
    assert drawn(seoul.gate, "2026-03")[1] == drawn(seoul.gate, "2027-03")[1]
    verify(seoul)


def test_the_review_says_what_to_mend_and_the_ledger_that_it_was_drawn_up(
    seoul: Seoul, days_ago: Ago, clock: Clock
) -> None:
    seoul.bring([("old@example.com", days_ago(730.5)), ("new@example.com", days_ago(5)), ("back@example.com", None)])
    with seoul.gate.house.unit() as connection:
        connection.execute(text("UPDATE person SET uid = decode(md5(no::text), 'hex')"))
        connection.execute(text("UPDATE person SET uid = overlay(uid placing '\\x00000000'::bytea from 1 for 4)"))
        connection.execute(text("UPDATE person SET jurisdiction = '' WHERE no = (SELECT min(no) FROM person)"))
        connection.execute(_BOUNCED, {"at": days_ago(3)})
    assert drawn(seoul.gate, "2026-11")[0].people == 0
    made, rows = drawn(seoul.gate, "2026-12")
    assert [row["reasons"] for row in rows] == ["consent_old country_missing", "", "bounces"]
    assert (made.people, made.to_mend) == (3, 2)
    assert made.by_reason == {"bounces": 1, "consent_old": 1, "country_missing": 1, "source_expires": 0}
    body = entries(seoul.gate, "review.drawn_up")[-1]
    assert (body["month"], body["people"], body["digest"]) == ("2026-12", 3, made.digest)
    with seoul.gate.house.unit() as connection:
        connection.execute(text("UPDATE source SET expires_at = :at"), {"at": clock.at + timedelta(days=80)})
    assert drawn(seoul.gate, "2026-12")[0].by_reason["source_expires"] == 3


@pytest.mark.parametrize("month", ["2026-13", "december", "2026-1", "1026-01"])
def test_a_month_is_a_month(seoul: Seoul, month: str) -> None:
    with pytest.raises(Invalid) as refused:
        draw_up(seoul.gate, "officer", month, lambda _: None)
    assert refused.value.code == "month_unfit"


_BOUNCED = text(
    "INSERT INTO contact_event (person_no, at, kind, channel, sender_no, tool_no, purpose)"
    " SELECT max(no), :at, 'bounced', 'email', 1, 1, 'marketing' FROM person"
)
