"""A release may ask for data grades and take the best first: resumable, nobody twice, and a withdrawal is obeyed."""

import json
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import datetime
from typing import Any

import pytest
from sqlalchemy import text

from gateway.domain.errors import Invalid, Ostiary, Refused
from gateway.domain.requests import Selector
from gateway.flows.release import Release, acknowledge, count, open_release
from gateway.flows.subject import require
from tests.flows.conftest import Seoul, add_tool
from tests.flows.test_release import verify

Ago = Callable[[float], datetime]
GRADES = (4, 3, 2, 1)  # of p0, p1, p2, p3, and again


def email(at: int) -> str:
    return f"p{at}@example.com"


def of_grade(grade: int) -> list[str]:
    return [email(at) for at in range(12) if GRADES[at % 4] == grade]


@pytest.fixture
def graded(seoul: Seoul, days_ago: Ago) -> Seoul:
    """Twelve people who consented, three of each grade, and a tool that may filter by grade."""
    seoul.bring([(email(at), days_ago(5)) for at in range(12)])
    for at in range(12):
        put(seoul, at, GRADES[at % 4])
    return replace(seoul, key=add_tool(seoul.gate, "chooser", fields=("email", "grade")))


def put(seoul: Seoul, at: int, grade: int) -> None:
    with seoul.gate.house.unit() as connection:
        no = require(seoul.gate, connection, Selector("email", email(at)), None).no
        connection.execute(text("UPDATE person SET grade = :grade WHERE no = :no"), {"grade": grade, "no": no})


def opened(seoul: Seoul, page: int, key: str | None = None, **changes: Any) -> Release:
    release = open_release(seoul.gate, seoul.key, seoul.wish(**changes), key)
    object.__setattr__(release, "plan", replace(release.plan, page=page))
    return release


def people(pieces: Iterator[bytes] | list[bytes]) -> list[str]:
    lines = [json.loads(line) for piece in pieces for line in piece.splitlines()]
    return [line["email"] for line in lines if "email" in line]


def test_only_the_grades_asked_for_are_given(graded: Seoul) -> None:
    assert people(opened(graded, 5, grades=(1, 3)).lines()) == sorted(
        of_grade(1) + of_grade(3), key=lambda each: int(each[1:-12])
    )
    assert people(opened(graded, 5, grades=(2,), limit=2).lines()) == of_grade(2)[:2]


@pytest.mark.parametrize("page", [1, 2, 100])
def test_with_a_limit_the_best_come_first(graded: Seoul, page: int) -> None:
    given = people(opened(graded, page, limit=5, best_first=True).lines())
    assert given == of_grade(1) + of_grade(2)[:2]
    assert (
        people(opened(graded, page, limit=4, best_first=True, grades=(4, 2)).lines()) == of_grade(2) + of_grade(4)[:1]
    )
    assert len(people(opened(graded, page, limit=100, best_first=True).lines())) == 12
    verify(graded)


def test_a_withdrawal_is_obeyed_by_the_next_page_of_any_pass(graded: Seoul) -> None:
    stream = opened(graded, 2, limit=6, best_first=True).lines()
    first = [next(stream)]
    for gone in (of_grade(1)[2], of_grade(2)[0]):
        graded.withdraw(gone)
    assert people(first) == of_grade(1)[:2]
    assert people(list(stream)) == of_grade(2)[1:] + of_grade(3)[:2]
    verify(graded)


@pytest.mark.parametrize("heard", [1, 2, 3, 4])
def test_a_repeated_call_goes_on_in_the_pass_where_it_was(graded: Seoul, heard: int) -> None:
    first = opened(graded, 2, "key", limit=8, best_first=True)
    stream = first.lines()
    pieces = [next(stream) for _ in range(heard)]
    acknowledge(graded.gate, graded.key, first.uid, heard)
    rest = list(opened(graded, 2, "key", limit=8, best_first=True).lines())
    assert people(pieces) + people(rest) == of_grade(1) + of_grade(2) + of_grade(3)[:2]
    verify(graded)


@pytest.mark.parametrize("again", [False, True])
def test_whoever_falls_while_it_runs_is_not_given_twice(graded: Seoul, again: bool) -> None:
    first = opened(graded, 2, "key", limit=12, best_first=True)
    stream = first.lines()
    pieces = [next(stream), next(stream)]
    put(graded, 3, 2)  # was the first of grade 1
    put(graded, 0, 3)  # is decided in the pass of grade 3 now
    if again:
        acknowledge(graded.gate, graded.key, first.uid, 2)
        stream = opened(graded, 2, "key", limit=12, best_first=True).lines()
    given = people(pieces) + people(list(stream))
    assert sorted(given) == sorted(email(at) for at in range(12))


def test_a_count_is_of_the_same_people(graded: Seoul) -> None:
    counted = count(graded.gate, graded.key, graded.wish(limit=5, best_first=True, dry_run=True))
    assert (counted["people"], counted["denied"]) == (5, {"over_limit": 7})
    assert count(graded.gate, graded.key, graded.wish(grades=(1,), dry_run=True))["people"] == 3


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"grades": (0,)}, "grade_unknown"),
        ({"grades": (5,)}, "grade_unknown"),
        ({"grades": (1, 1)}, "grade_unknown"),
        ({"best_first": True}, "best_first_without_limit"),
    ],
)
def test_grades_that_make_no_sense_are_refused(graded: Seoul, changes: dict[str, Any], code: str) -> None:
    with pytest.raises(Invalid) as refused:
        open_release(graded.gate, graded.key, graded.wish(**changes))
    assert refused.value.code == code


@pytest.mark.parametrize("changes", [{"grades": (1,)}, {"best_first": True, "limit": 5}])
def test_asking_for_grades_is_a_read_that_must_be_granted(seoul: Seoul, changes: dict[str, Any]) -> None:
    with pytest.raises(Refused) as refused:
        seoul.release(**changes)
    assert refused.value.code == "predicate_not_granted"
    assert isinstance(refused.value, Ostiary)


def test_a_wish_without_grades_is_recorded_as_before_and_one_with_them_says_so(graded: Seoul) -> None:
    b"".join(opened(graded, 5, limit=5).lines())
    b"".join(opened(graded, 5, limit=5, grades=(2, 1), best_first=True).lines())
    with graded.gate.house.unit() as connection:
        plain, asking = connection.execute(text("SELECT wish FROM release ORDER BY no")).scalars().all()
        passes = connection.execute(text("SELECT grade FROM release_page ORDER BY release_no, page")).scalars().all()
    assert not {"grades", "best_first"} & set(plain)
    assert (asking["grades"], asking["best_first"]) == ([1, 2], True)
    assert passes == [0, 1, 2]
