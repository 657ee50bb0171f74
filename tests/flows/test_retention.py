"""Retention: shown first, then exactly what was shown; stops survive, pages stay explainable, the ledger verifies."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import Engine, text

from gateway.domain.errors import Conflict
from gateway.domain.requests import PersonAsk, Selector
from gateway.flows import retention
from gateway.flows.consent import ConsentWish, record
from gateway.flows.decide import Answers, Request, decide_batch
from gateway.flows.gate import Gate
from gateway.flows.retention import plan, run
from gateway.flows.sources import revoke_source
from gateway.flows.subject import find, require
from gateway.store import bundles
from policies.load import archive, load_bundle, restore
from policies.terms import Act, Channel, ConsentState, Flag
from tests.conftest import Clock
from tests.flows.conftest import NEWSLETTER, Seoul
from tests.flows.test_grading import entries
from tests.flows.test_release import emails, verify

Ago = Callable[[float], datetime]
LONG_AGO = datetime(2020, 1, 1, tzinfo=UTC)
BUNDLE = load_bundle()
ONLY_UNUSED = {rule.id: 2 if rule.id == "KEEP-UNUSED" else 0 for rule in BUNDLE.retention}
PERSONAL = ("person_key", "sealed", "identifier", "dealing", "consent")


def count(gate: Gate, statement: str) -> int:
    with gate.house.unit() as connection:
        return int(connection.execute(text(statement)).scalar_one())


def rows(gate: Gate) -> dict[str, int]:
    return {table: count(gate, f"SELECT count(*) FROM {table}") for table in PERSONAL}


def number(seoul: Seoul, email: str) -> int:
    with seoul.gate.house.unit() as connection:
        return require(seoul.gate, connection, Selector("email", email), None).no


def known(seoul: Seoul, email: str) -> bool:
    with seoul.gate.house.unit() as connection:
        return find(seoul.gate, connection, Selector("email", email), None) is not None


def say(seoul: Seoul, statement: str, email: str, **values: object) -> None:
    no = number(seoul, email)
    with seoul.gate.house.unit() as connection:
        connection.execute(text(statement), {"no": no, **values})


@pytest.fixture
def aged(seoul: Seoul, days_ago: Ago) -> Seoul:
    """Three who were brought long ago: one who consents, two who never did."""
    seoul.bring([("yes@example.com", days_ago(5)), ("a@example.com", None), ("b@example.com", None)])
    with seoul.gate.house.unit() as connection:
        connection.execute(text("UPDATE person SET created_at = :at"), {"at": LONG_AGO})
    return seoul


@contextmanager
def without_ledger(owner_engine: Engine) -> Iterator[None]:
    with owner_engine.begin() as connection:
        connection.execute(text("REVOKE INSERT ON ledger_inbox FROM ostiary_app"))
    yield
    with owner_engine.begin() as connection:
        connection.execute(text("GRANT INSERT ON ledger_inbox TO ostiary_app"))


def test_the_unused_are_shown_then_deleted_and_those_in_use_stay(aged: Seoul) -> None:
    made = plan(aged.gate, "officer")
    assert made.by_reason == {"no_identifier": 0, "sources_gone": 0, "unused": 2}
    assert plan(aged.gate, "officer").digest == made.digest
    before = rows(aged.gate)
    done = run(aged.gate, "officer", made.digest)
    assert (done.by_reason["unused"], done.spared) == (2, 0)
    assert [known(aged, each) for each in ("yes@example.com", "a@example.com", "b@example.com")] == [True, False, False]
    after = rows(aged.gate)
    assert (before["person_key"], after["person_key"]) == (3, 1)
    assert all(after[table] <= before[table] for table in PERSONAL)
    assert (after["sealed"], after["identifier"]) == (before["sealed"] // 3, 1)
    assert plan(aged.gate, "officer").by_reason["unused"] == 0
    assert emails(aged.release()) == {"yes@example.com"}
    assert entries(aged.gate, "retention.deleted") == [
        {
            "plan": made.digest, "deleted": ONLY_UNUSED, "spared": 0, "suppressions": 0,
        }
    ]  # fmt: skip
    (planned, *_) = entries(aged.gate, "retention.planned")
    assert planned == {
        "day": "2026-11-20", "bundle": BUNDLE.digest, "digest": made.digest, "rules": ONLY_UNUSED,
    }  # fmt: skip
    assert [(line.rule, line.cite) for line in made.lines] == [(rule.id, rule.cite) for rule in BUNDLE.retention]
    verify(aged)


def test_the_row_stays_empty_and_marked_and_pages_stay_whole(aged: Seoul) -> None:
    b"".join(aged.release().lines())
    no = number(aged, "a@example.com")
    run(aged.gate, "officer", plan(aged.gate, "officer").digest)
    with aged.gate.house.unit() as connection:
        row = connection.execute(text("SELECT * FROM person WHERE no = :no"), {"no": no}).one()
        recorded = connection.execute(
            text("SELECT sum((c->>'count')::int) FROM release_page, jsonb_array_elements(cells) c")
        )
        assert recorded.scalar_one() == 3
    assert row.flags == Flag.ERASED
    assert (row.jurisdiction, row.region, row.language, row.time_zone, row.birth_year) == ("", "", "", "", 0)


def test_another_plan_deletes_nobody(aged: Seoul, clock: Clock) -> None:
    digest = plan(aged.gate, "officer").digest
    say(aged, "UPDATE person SET flags = 1 WHERE no = :no", "a@example.com")
    with pytest.raises(Conflict, match="plan_changed"):
        run(aged.gate, "officer", digest)
    say(aged, "UPDATE person SET flags = 0 WHERE no = :no", "a@example.com")
    assert plan(aged.gate, "officer").digest == digest, "the same people on the same day are the same plan"
    clock.at += timedelta(days=1)
    with pytest.raises(Conflict, match="plan_changed"):
        run(aged.gate, "officer", digest)
    with pytest.raises(Conflict, match="plan_changed"):
        run(aged.gate, "officer", "")
    assert rows(aged.gate)["person_key"] == 3


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE person SET flags = 1 WHERE no = :no",  # restricted
        "UPDATE person SET flags = 4 WHERE no = :no",  # deceased
        "UPDATE person SET created_at = :lately WHERE no = :no",
        (
            "INSERT INTO dealing (person_no, party_no, kind, category, at, notice, source_no)"
            " VALUES (:no, 1, 'purchase', 'hats', :lately, false, 1)"
        ),
        (
            "INSERT INTO contact_event (person_no, at, kind, channel, sender_no, tool_no, purpose)"
            " VALUES (:no, :lately, 'clicked', 'email', 1, 1, 'marketing')"
        ),
        (
            "INSERT INTO mail_out (uid, kind, person_no, state, sealed, next_at)"
            " VALUES (decode(md5('x'), 'hex'), 'confirm', :no, 'queued', '', :lately)"
        ),
        "INSERT INTO notice (event_no, kind, person_no, rule, due_at) VALUES (1, 'x', :no, 'r', :lately)",
        (
            "INSERT INTO reservation (person_no, channel, tool_no, campaign_no, sender_no, at, until)"
            " VALUES (:no, 'email', 1, 0, 1, :lately, :later)"
        ),
    ],
)
def test_whatever_justifies_keeping_keeps(aged: Seoul, days_ago: Ago, clock: Clock, statement: str) -> None:
    values = {"lately": days_ago(30), "later": clock.at + timedelta(days=2)}
    say(aged, statement, "a@example.com", **{name: at for name, at in values.items() if f":{name}" in statement})
    run(aged.gate, "officer", plan(aged.gate, "officer").digest)
    with aged.gate.house.unit() as connection:
        left = connection.execute(text("SELECT person_no FROM person_key")).scalars().all()
    assert len(left) == 2
    assert number(aged, "a@example.com") in left


@pytest.mark.parametrize(
    "statement",
    [
        (
            "INSERT INTO contact_event (person_no, at, kind, channel, sender_no, tool_no, purpose)"
            " VALUES (:no, :lately, 'opened', 'email', 1, 1, 'marketing')"
        ),
        (
            "INSERT INTO dealing (person_no, party_no, kind, category, at, notice, source_no)"
            " VALUES (:no, 1, 'purchase', 'hats', '2021-01-01Z', false, 1)"
        ),
        "UPDATE person SET kept_at = :lately WHERE no = :no",
    ],
)
def test_an_opening_an_old_order_and_a_list_brought_again_do_not(aged: Seoul, days_ago: Ago, statement: str) -> None:
    values = {"lately": days_ago(30)} if ":lately" in statement else {}
    say(aged, statement, "a@example.com", **values)
    assert plan(aged.gate, "officer").by_reason["unused"] == 2


def test_who_comes_alive_between_plan_and_batch_is_spared(aged: Seoul, monkeypatch: pytest.MonkeyPatch) -> None:
    digest, no = plan(aged.gate, "officer").digest, number(aged, "a@example.com")
    planned = retention._planned

    def meanwhile(gate: Gate) -> object:
        made = planned(gate)
        with gate.house.unit() as connection:
            connection.execute(text("UPDATE person SET flags = 1 WHERE no = :no"), {"no": no})
        return made

    monkeypatch.setattr(retention, "_planned", meanwhile)
    done = run(aged.gate, "officer", digest)
    assert (done.by_reason["unused"], done.spared) == (1, 1)
    assert known(aged, "a@example.com")


def test_who_withdrew_is_deleted_and_the_withdrawal_obeyed_when_a_list_brings_them_again(
    seoul: Seoul, days_ago: Ago
) -> None:
    seoul.bring([("gone@example.com", days_ago(1200)), ("stays@example.com", days_ago(5))])
    with seoul.gate.house.unit() as connection:
        connection.execute(text("UPDATE person SET created_at = :at"), {"at": LONG_AGO})
    assert plan(seoul.gate, "officer").by_reason["unused"] == 0, "a consent stands"
    seoul.withdraw("gone@example.com")
    made = plan(seoul.gate, "officer")
    assert made.by_reason["unused"] == 1
    done = run(seoul.gate, "officer", made.digest)
    assert done.suppressions == 1
    assert not known(seoul, "gone@example.com")
    seoul.bring([("gone@example.com", days_ago(2))])
    assert known(seoul, "gone@example.com")
    assert outcome(seoul, "gone@example.com") == "deny"
    assert emails(seoul.release()) == {"stays@example.com"}
    verify(seoul)


def outcome(seoul: Seoul, email: str) -> str:
    ask = PersonAsk(Selector("email", email), Act.DISCLOSE, NEWSLETTER, Channel.EMAIL)
    (result,) = decide_batch(seoul.gate, [Request(seoul.key, [ask])])
    assert isinstance(result, Answers)
    return result.answers[0].outcome.value


def test_data_of_a_revoked_source_goes_at_once_and_what_the_person_said_to_us_keeps(
    seoul: Seoul, days_ago: Ago
) -> None:
    seoul.bring([("listed@example.com", days_ago(5)), ("told@example.com", None)])
    given = ConsentWish(
        Selector("email", "told@example.com"), ConsentState.GIVEN, NEWSLETTER, "web_form", "email", "Hanbit",
        evidence_kind="form", evidence=b"{}", wording="v1",
    )  # fmt: skip
    record(seoul.gate, "newsletter", given)
    assert sum(plan(seoul.gate, "officer").by_reason.values()) == 0
    revoke_source(seoul.gate, "officer", "Form")
    made = plan(seoul.gate, "officer")
    assert made.by_reason == {"no_identifier": 0, "sources_gone": 1, "unused": 0}
    run(seoul.gate, "officer", made.digest)
    assert [known(seoul, each) for each in ("listed@example.com", "told@example.com")] == [False, True]


def test_an_expired_source_is_waited_for(seoul: Seoul, clock: Clock) -> None:
    seoul.bring([("a@example.com", None)])
    for days, wanted in ((179, 0), (181, 1)):
        with seoul.gate.house.unit() as connection:
            connection.execute(text("UPDATE source SET expires_at = :at"), {"at": clock.at - timedelta(days=days)})
        assert plan(seoul.gate, "officer").by_reason["sources_gone"] == wanted


def test_whom_no_identifier_leads_to_is_named(seoul: Seoul) -> None:
    seoul.bring([("a@example.com", None)])
    with seoul.gate.house.unit() as connection:
        connection.execute(text("DELETE FROM identifier"))
    made = plan(seoul.gate, "officer")
    assert made.by_reason["no_identifier"] == 1
    assert run(seoul.gate, "officer", made.digest).by_reason["no_identifier"] == 1


def test_a_batch_whose_entry_fails_deletes_nobody_and_a_new_plan_goes_on(
    aged: Seoul, owner_engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    digest, before = plan(aged.gate, "officer").digest, rows(aged.gate)
    with without_ledger(owner_engine), pytest.raises(Exception, match="permission denied"):
        run(aged.gate, "officer", digest)
    assert rows(aged.gate) == before
    assert count(aged.gate, "SELECT count(*) FROM person WHERE flags <> 0") == 0

    monkeypatch.setattr(retention, "BATCH", 1)
    enter, calls = type(aged.gate.house).enter, iter([False, True])

    def lost(house: object, *given: object) -> object:
        numbers = enter(house, *given)  # type: ignore[arg-type]
        if next(calls):
            raise RuntimeError("power is gone")
        return numbers

    with monkeypatch.context() as patched:
        patched.setattr(type(aged.gate.house), "enter", lost)
        with pytest.raises(RuntimeError):
            run(aged.gate, "officer", digest)
    assert rows(aged.gate)["person_key"] == 2, "the first batch is deleted, the second is not"
    with pytest.raises(Conflict, match="plan_changed"):
        run(aged.gate, "officer", digest)
    rest = plan(aged.gate, "officer")
    assert run(aged.gate, "officer", rest.digest).by_reason["unused"] == 1
    assert len(entries(aged.gate, "retention.deleted")) == 2
    verify(aged)


def test_what_is_sealed_opens_with_nothing_and_the_events_stay(aged: Seoul) -> None:
    events = count(aged.gate, "SELECT count(*) FROM consent_event")
    run(aged.gate, "officer", plan(aged.gate, "officer").digest)
    orphans = (
        "SELECT count(*) FROM sealed s WHERE NOT EXISTS (SELECT FROM person_key k WHERE k.person_no = s.person_no)"
    )
    assert count(aged.gate, orphans) == 0
    assert count(aged.gate, "SELECT count(*) FROM consent_event") == events


def in_force(gate: Gate, text_of_rules: str | None) -> str:
    """Put the packaged law in force with another retention.yaml, or with none as before there was one."""
    files = {name: content for name, content in BUNDLE.files.items() if name != "retention.yaml"}
    if text_of_rules is not None:
        files["retention.yaml"] = text_of_rules
    made = restore(archive(replace(BUNDLE, files=files)))
    with gate.house.unit() as connection:
        bundles.add(connection, made.digest, archive(made))
        bundles.activate(connection, made.digest, "test", gate.clock())
    return made.digest


def test_a_changed_law_is_another_plan_also_if_it_names_the_same_people(aged: Seoul) -> None:
    digest = plan(aged.gate, "officer").digest
    changed = in_force(aged.gate, BUNDLE.files["retention.yaml"] + "\n# read again\n")
    with pytest.raises(Conflict, match="plan_changed"):
        run(aged.gate, "officer", digest)
    made = plan(aged.gate, "officer")
    assert (made.bundle, made.by_reason["unused"], made.digest == digest) == (changed, 2, False)


def test_a_law_that_changes_between_plan_and_batch_stops_the_run(aged: Seoul, monkeypatch: pytest.MonkeyPatch) -> None:
    digest, planned, before = plan(aged.gate, "officer").digest, retention._planned, rows(aged.gate)

    def meanwhile(gate: Gate) -> object:
        made = planned(gate)
        in_force(gate, BUNDLE.files["retention.yaml"].replace("P3Y", "P9Y"))
        return made

    monkeypatch.setattr(retention, "_planned", meanwhile)
    with pytest.raises(Conflict, match="plan_changed"):
        run(aged.gate, "officer", digest)
    assert rows(aged.gate) == before
    assert entries(aged.gate, "retention.deleted") == []
    verify(aged)


def test_a_bundle_that_does_not_say_it_deletes_nobody(aged: Seoul) -> None:
    digest = plan(aged.gate, "officer").digest
    in_force(aged.gate, None)
    for asked in (lambda: plan(aged.gate, "officer"), lambda: run(aged.gate, "officer", digest)):
        with pytest.raises(Conflict, match="retention_unsaid"):
            asked()
    assert len(entries(aged.gate, "retention.planned")) == 1
    assert rows(aged.gate)["person_key"] == 3


def test_each_is_judged_by_the_period_of_the_place_and_nobody_is_passed_over(aged: Seoul, clock: Clock) -> None:
    """Six months in China, sixty days for a source there; elsewhere three years and half a year."""
    rules = BUNDLE.files["retention.yaml"].replace(
        "where: CN\n    unused: {after: P3Y}", "where: CN\n    unused: {after: P6M}"
    )
    own = "id: KEEP-SOURCES-CN, title: t, cite: c, evidence: primary, where: CN, sources_gone: {expired_for: P60D}"
    in_force(aged.gate, f"{rules}\n  - {{{own}}}\n")
    half, days = clock.at - timedelta(days=200), clock.at - timedelta(days=90)
    say(aged, "UPDATE person SET created_at = :half, jurisdiction = 'CN' WHERE no = :no", "a@example.com", half=half)
    say(aged, "UPDATE person SET created_at = :half WHERE no = :no", "b@example.com", half=half)
    found = {line.rule: line.people for line in plan(aged.gate, "officer").lines if line.people}
    assert found == {"KEEP-UNUSED-CN": 1}
    with aged.gate.house.unit() as connection:
        connection.execute(text("UPDATE source SET expires_at = :days"), {"days": days})
    made = plan(aged.gate, "officer")
    assert {line.rule: line.people for line in made.lines if line.people} == {"KEEP-SOURCES-CN": 1}
    say(aged, "UPDATE person SET jurisdiction = '' WHERE no = :no", "b@example.com")
    made = plan(aged.gate, "officer")
    assert {line.rule: line.people for line in made.lines if line.people} == {"KEEP-SOURCES-CN": 2}
    assert run(aged.gate, "officer", made.digest).by_reason["sources_gone"] == 2
    assert [known(aged, each) for each in ("yes@example.com", "a@example.com", "b@example.com")] == [True, False, False]
