"""The standing: whatever the order in which events arrive, one answer; nothing widens after a stop but a later yes."""

import secrets
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import Connection, Engine, text
from sqlalchemy.exc import ProgrammingError

from gateway.domain.errors import NotFound
from gateway.domain.standing import ranked
from gateway.flows.stopping import About, now_or_later, standing_of, stopped_by
from gateway.store import consents
from gateway.store.consents import EVERY_CHANNEL, Event, Line
from gateway.store.unit import unit
from policies.load import load_bundle
from policies.terms import Condition, ConsentState

TREE = load_bundle().purposes
NEWSLETTER = "marketing.own.newsletter"
START = datetime(2026, 1, 1, tzinfo=UTC)
SLOW = settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


def event(draw_state: ConsentState, day: int, **others: object) -> Event:
    """Make an event of person 0 on a day."""
    plain = Event(
        0,
        "email",
        b"a" * 16,
        draw_state,
        NEWSLETTER,
        "email",
        1,
        "web_form",
        "test",
        START + timedelta(days=day),
    )
    return replace(plain, **others)  # type: ignore[arg-type]


@st.composite
def said(draw: st.DrawFn) -> Event:
    """Anything that one person may say: few words and few days, so that keys and moments meet."""
    state = draw(st.sampled_from(ConsentState))
    narrow = state is not ConsentState.GIVEN
    return event(
        state,
        draw(st.integers(0, 4)),
        index=draw(st.sampled_from([b"a" * 16, b"b" * 16])),
        purpose=draw(st.sampled_from([NEWSLETTER, "marketing.own", "marketing", "service.order"])),
        channel=draw(st.sampled_from(["email", "sms", *([EVERY_CHANNEL] if narrow else [])])),
        sender_no=draw(st.sampled_from([1, 2, *([0] if narrow else [])])),
        conditions=Condition(draw(st.integers(0, 7))),
        wording=draw(st.sampled_from(["w/1", "w/2"])),
        source_no=draw(st.integers(1, 2)),
    )


def newcomer(connection: Connection) -> int:
    """Add a person of whom nothing is known."""
    uid = {"uid": secrets.token_bytes(16)}
    return int(connection.execute(text("INSERT INTO person (uid) VALUES (:uid) RETURNING no"), uid).scalar_one())


def arrive(engine: Engine, batches: Sequence[Sequence[Event]]) -> list[Line]:
    """Let events arrive for a newcomer, batch after batch, and give the standing."""
    with unit(engine) as connection:
        no = newcomer(connection)
        for batch in batches:
            consents.append(connection, [replace(one, person_no=no) for one in batch])
        return consents.standing(connection, no)


@SLOW
@given(st.data())
def test_any_order_and_any_batching_gives_the_same_standing(app_engine: Engine, data: st.DataObject) -> None:
    events = data.draw(st.lists(said(), min_size=1, max_size=7))
    shuffled = data.draw(st.permutations(events))
    cuts = sorted(data.draw(st.sets(st.integers(1, len(events)), max_size=3)) | {0, len(events)})
    batches = [shuffled[low:high] for low, high in pairwise(cuts)]
    assert arrive(app_engine, [events]) == arrive(app_engine, batches) == arrive(app_engine, [*batches, events])


@SLOW
@given(st.lists(said(), max_size=6), st.integers(0, 4), st.sampled_from(["withdrawn", "objected"]))
def test_nothing_widens_after_a_stop_but_a_later_consent(
    app_engine: Engine, events: list[Event], day: int, state: str
) -> None:
    stop = event(ConsentState(state), day)
    about = About(NEWSLETTER, "email", 1)
    before = arrive(app_engine, [[stop], [one for one in events if one.at <= stop.at]])
    assert stopped_by(before, TREE, about)
    assert standing_of(before, TREE, about, b"a" * 16) is not ConsentState.GIVEN
    after = arrive(app_engine, [[stop], events])
    if stopped_by(after, TREE, about) is None:
        assert any(one.state is ConsentState.GIVEN and one.at > stop.at for one in events)


@SLOW
@given(st.lists(said(), min_size=1, max_size=7))
def test_the_standing_never_says_given_where_a_stop_is_as_late(app_engine: Engine, events: list[Event]) -> None:
    about = About(NEWSLETTER, "email", 1)
    lines = arrive(app_engine, [[one] for one in events])
    for index in (b"a" * 16, b"b" * 16):
        if standing_of(lines, TREE, about, index) is ConsentState.GIVEN:
            touching = [
                one for one in events
                if one.purpose in TREE.chain(NEWSLETTER)
                and one.channel in {"*", "email"} and one.sender_no in {0, 1}
            ]  # fmt: skip
            stops = [one.at for one in touching if one.state is not ConsentState.GIVEN]
            yes = [one.at for one in touching if one.state is ConsentState.GIVEN and one.index == index]
            assert max(yes) > max(stops, default=START - timedelta(days=1))


@SLOW
@given(st.lists(said(), min_size=1, max_size=7))
def test_a_receipt_says_what_the_decision_will_see(app_engine: Engine, events: list[Event]) -> None:
    """The lines that the decision ranks, chosen as its own statement chooses them, end where the receipt says."""
    about = About(NEWSLETTER, "email", 1)
    lines = arrive(app_engine, [events])
    for index in (b"a" * 16, b"b" * 16):
        seen = ranked(
            (line.state, line.purpose, line.since.timestamp(), 0, line.conditions, line.wording, line.source_no)
            for line in lines
            if line.index in {b"", index}
            and line.purpose in TREE.chain(NEWSLETTER)
            and line.channel in {"*", "email"}
            and line.sender_no in {0, 1}
        )
        said_given = standing_of(lines, TREE, about, index) is ConsentState.GIVEN
        assert said_given == (bool(seen) and seen[-1].state is ConsentState.GIVEN)


def test_a_stop_moves_the_whole_person_and_keeps_by_what_it_was_said(app_engine: Engine) -> None:
    (line,) = arrive(app_engine, [[event(ConsentState.WITHDRAWN, 1)]])
    assert line.index == b""
    with unit(app_engine) as connection:
        assert connection.execute(text("SELECT index FROM consent_event")).scalar_one() == b"a" * 16


@pytest.mark.parametrize("low", [ConsentState.GIVEN, ConsentState.WITHDRAWN])
@pytest.mark.parametrize("high", [ConsentState.WITHDRAWN, ConsentState.OBJECTED])
def test_of_one_moment_under_one_key_what_narrows_more_stands(
    app_engine: Engine, low: ConsentState, high: ConsentState
) -> None:
    weak = event(low, 1, index=b"", source_no=1)
    strong = event(high, 1, index=b"", source_no=2)
    for order in ([[weak, strong]], [[strong, weak]], [[weak], [strong]], [[strong], [weak]]):
        (line,) = arrive(app_engine, order)
        assert line.state is high


def test_two_consents_of_one_moment_carry_only_what_both_carry(app_engine: Engine) -> None:
    first = event(ConsentState.GIVEN, 1, conditions=Condition.NIGHT | Condition.WRITTEN, source_no=9, wording="w/9")
    second = event(ConsentState.GIVEN, 1, conditions=Condition.NIGHT | Condition.SEPARATE, source_no=3, wording="w/3")
    for order in ([[first, second]], [[second], [first]], [[first], [second], [first]]):
        (line,) = arrive(app_engine, order)
        assert (line.conditions, line.source_no, line.wording) == (Condition.NIGHT, 3, "w/3")


def test_events_are_numbered_in_the_order_given(app_engine: Engine) -> None:
    with unit(app_engine) as connection:
        no = newcomer(connection)
        events = [event(ConsentState.GIVEN, day, person_no=no, wording=f"w/{day}") for day in (3, 1, 4, 0, 2)]
        numbers = consents.append(connection, events)
        kept = connection.execute(text("SELECT no, wording FROM consent_event ORDER BY no")).all()
    assert numbers == [row.no for row in kept]
    assert [row.wording for row in kept] == ["w/3", "w/1", "w/4", "w/0", "w/2"]


def test_an_event_of_nobody_keeps_nothing_of_its_batch(app_engine: Engine) -> None:
    with unit(app_engine) as connection:
        no = newcomer(connection)
        both = [event(ConsentState.GIVEN, 1, person_no=no), event(ConsentState.GIVEN, 1, person_no=no + 7)]
        with pytest.raises(NotFound) as refusal:
            consents.append(connection, both)
        assert connection.execute(text("SELECT count(*) FROM consent_event")).scalar_one() == 0
    assert refusal.value.code == "person_unknown"


def test_nothing_to_append_is_nothing_done(app_engine: Engine) -> None:
    with unit(app_engine) as connection:
        assert consents.append(connection, []) == []


def test_a_thousand_events_of_many_people_go_in_one_call(app_engine: Engine) -> None:
    with unit(app_engine) as connection:
        people = [newcomer(connection) for _ in range(50)]
        events = [
            event(ConsentState.GIVEN, turn, person_no=no, index=no.to_bytes(16, "big"))
            for turn in range(20)
            for no in people
        ]
        assert len(set(consents.append(connection, events))) == 1000
        rows = connection.execute(text("SELECT count(*), min(since), max(since) FROM consent")).one()
    assert tuple(rows) == (50, START + timedelta(days=19), START + timedelta(days=19))


def test_a_stop_of_now_is_never_before_what_was_said(app_engine: Engine) -> None:
    lines = arrive(app_engine, [[event(ConsentState.GIVEN, 3)]])
    about = About("marketing")
    assert now_or_later(START, lines, TREE, about) == START + timedelta(days=3, microseconds=1)
    assert now_or_later(START + timedelta(days=5), lines, TREE, about) == START + timedelta(days=5)
    assert now_or_later(START, lines, TREE, About("service")) == START


def test_the_app_cannot_change_or_remove_an_event_or_evidence(app_engine: Engine) -> None:
    for statement in (
        "UPDATE consent_event SET state = 'given'", "DELETE FROM consent_event", "TRUNCATE consent_event",
        "UPDATE evidence SET kind = 'x'", "DELETE FROM evidence",
    ):  # fmt: skip
        with app_engine.connect() as connection, pytest.raises(ProgrammingError, match="permission denied"):
            connection.execute(text(statement))
