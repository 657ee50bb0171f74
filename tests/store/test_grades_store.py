"""The statement that grades people says what the rule in the domain says; selections count releases, not pages."""

import secrets
from datetime import UTC, datetime, timedelta

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pyroaring import BitMap
from sqlalchemy import Connection, Engine, text

from gateway.domain.campaigns import ContactKind
from gateway.domain.grades import ANSWERS, GRADES, YEAR, Upkeep, grade, turn_of
from gateway.store import grades, reviews
from gateway.store.grades import Selections
from gateway.store.unit import unit

NOW = datetime(2026, 11, 20, 10, tzinfo=UTC)
ago = st.sampled_from([1, 200, 364, 365, 366, 500, 1500]).map(lambda days: NOW - timedelta(days=days))
people = st.fixed_dictionaries(
    {
        "created": ago,
        "kept": st.none() | ago,
        "dealt": st.lists(ago, max_size=2),
        "consents": st.lists(st.tuples(ago, st.sampled_from(["given", "withdrawn", "objected"])), max_size=2),
        "contacts": st.lists(st.tuples(ago, st.sampled_from(list(ContactKind))), max_size=3),
        "selected": st.integers(0, 5),
    }
)
Made = dict[str, object]


def expected(one: Made) -> int:
    kept = [one["created"], one["kept"], *one["dealt"]]  # type: ignore[misc]
    kept += [at for at, state in one["consents"] if state == "given"]  # type: ignore[attr-defined]
    kept += [at for at, kind in one["contacts"] if kind in ANSWERS]  # type: ignore[attr-defined]
    ordered = any(kind is ContactKind.ORDERED for _, kind in one["contacts"])  # type: ignore[attr-defined]
    latest = max(at for at in kept if isinstance(at, datetime))
    return grade(Upkeep(latest, int(one["selected"]), bool(one["dealt"]) or ordered), NOW)  # type: ignore[call-overload]


def put(connection: Connection, one: Made) -> int:
    values = {"uid": secrets.token_bytes(16), "created": one["created"], "kept": one["kept"]}
    no = int(connection.execute(_PERSON, values).scalar_one())
    for number, at in enumerate(one["dealt"]):  # type: ignore[arg-type, var-annotated]
        connection.execute(_DEALING, {"no": no, "category": str(number), "at": at})
    for at, state in one["consents"]:  # type: ignore[attr-defined]
        connection.execute(_EVENT, {"no": no, "state": state, "at": at})
    for at, kind in one["contacts"]:  # type: ignore[attr-defined]
        connection.execute(_CONTACT, {"no": no, "kind": kind.value, "at": at})
    return no


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(people, min_size=1, max_size=6))
def test_the_statement_grades_as_the_rule_does(app_engine: Engine, made: list[Made]) -> None:
    with app_engine.connect() as connection:  # rolled back
        numbers = [put(connection, one) for one in made]
        after, upto = numbers[0] - 1, numbers[-1]
        selections = Selections()
        for release in range(1, 6):
            chosen = [no for no, one in zip(numbers, made, strict=True) if release <= int(one["selected"])]  # type: ignore[call-overload]
            selections.add(release, [BitMap(chosen).serialize()])
        selections.close()
        times = selections.between(after, upto)
        seen, changed = grades.regrade(connection, after, upto, times, NOW)
        found = {row.no: row.grade for row in connection.execute(_GRADES, {"people": numbers})}
        wanted = {no: expected(one) for no, one in zip(numbers, made, strict=True)}
        assert found == wanted
        assert (seen, changed) == (len(made), sum(value != 4 for value in wanted.values()))
        assert grades.regrade(connection, after, upto, times, NOW) == (len(made), 0)
        assert list(grades.counts(connection)) == list(GRADES)


def test_pages_and_attempts_of_one_release_count_once_and_more_than_three_are_not_counted() -> None:
    selections = Selections()
    for release in range(1, 6):
        for attempt in ([1, 2], [2, 3]):
            selections.add(release, [BitMap(attempt).serialize(), BitMap([100 + release]).serialize()])
    selections.close()
    assert selections.between(0, 50) == {1: 3, 2: 3, 3: 3}
    assert selections.between(2, 101) == {3: 3, 101: 1}
    assert selections.between(1000, 2000) == {}


def test_the_statement_finds_each_person_in_exactly_one_turn(app_engine: Engine) -> None:
    with unit(app_engine) as connection:
        uids = [secrets.token_bytes(16) for _ in range(100)]
        for uid in uids:
            connection.execute(_PERSON, {"uid": uid, "created": NOW, "kept": None})
        upto = grades.top(connection, 0, 1000)
        found = {uid: turn for turn in range(12) for uid, _ in reviews.due(connection, turn, 0, upto, NOW - YEAR)}
    assert found == {uid: turn_of(uid) for uid in uids}


_PERSON = text("INSERT INTO person (uid, created_at, kept_at) VALUES (:uid, :created, :kept) RETURNING no")
_DEALING = text(
    "INSERT INTO dealing (person_no, party_no, kind, category, at, notice, source_no)"
    " VALUES (:no, 1, 'purchase', :category, :at, false, 1)"
)
_EVENT = text(
    "INSERT INTO consent_event (person_no, kind, index, state, purpose, channel, sender_no, method, actor, at,"
    " received_at) VALUES (:no, 'email', ''::bytea, :state, 'marketing', 'email', 1, 'form', 't', :at, :at)"
)
_CONTACT = text(
    "INSERT INTO contact_event (person_no, at, kind, channel, sender_no, tool_no, purpose)"
    " VALUES (:no, :at, :kind, 'email', 1, 1, 'marketing')"
)
_GRADES = text("SELECT no, grade FROM person WHERE no = ANY(CAST(:people AS bigint[]))")
