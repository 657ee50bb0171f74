"""Caps on record: counted over all tools, one last slot for one of two, reservations, collisions, both or nothing."""

import json
import threading
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import Engine, text

from audit.ledger import verify_database
from audit.note import verifier_key
from gateway.domain.campaigns import CampaignState, OwnCap
from gateway.domain.errors import Ostiary, Unavailable
from gateway.domain.requests import PersonAsk, Selector
from gateway.flows import capping
from gateway.flows.campaigns import CampaignWish, put, register_campaign
from gateway.flows.capping import repeated
from gateway.flows.decide import Answer, Answers, Request, decide_batch
from gateway.flows.explain import explain
from gateway.flows.gate import Gate
from gateway.flows.release import count
from gateway.store import bundles
from gateway.store.reservations import Overtaken
from policies.load import archive, load_bundle, restore
from policies.terms import Act, Channel, Outcome
from tests.conftest import Clock
from tests.flows.conftest import NEWSLETTER, Seoul

Ago = Callable[[float], datetime]
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
ONE_A_DAY = "caps:\n  - {id: HOUSE-TEST, title: One e-mail a day, channel: [email], contacts: 1, days: 1}\n"


def put_caps(gate: Gate, caps: str) -> None:
    """Put a law in force that has these house caps."""
    files = {**load_bundle().files, "caps.yaml": caps}
    content = json.dumps(files, sort_keys=True, ensure_ascii=False, separators=(",", ":")).encode()
    made = restore(content)
    with gate.house.unit() as connection:
        bundles.add(connection, made.digest, archive(made))
        bundles.activate(connection, made.digest, "test", gate.clock())


@dataclass(frozen=True, slots=True)
class Capped:
    """A house with one e-mail a day, two tools of one sender, and its people."""

    seoul: Seoul
    clock: Clock

    @property
    def gate(self) -> Gate:
        return self.seoul.gate

    def decide(self, key: str, *asks: PersonAsk) -> list[Answer]:
        (result,) = decide_batch(self.gate, [Request(key, asks)])
        assert isinstance(result, Answers), result
        return list(result.answers)

    def contact(self, key: str, email: str = "a@example.com", **changes: Any) -> Answer:
        return self.decide(key, ask(email, **changes))[0]

    def campaign(self, name: str, priority: int, tool: str = "newsletter", **changes: Any) -> None:
        now = self.clock()
        wish = CampaignWish(
            name, "Hanbit", "marketing.own", ["email"], [tool], now - DAY, now + 60 * DAY, priority, **changes
        )
        register_campaign(self.gate, "officer", wish)
        put(self.gate, "officer", name, CampaignState.RUNNING)

    def release(self, key: str, **changes: Any) -> list[dict[str, Any]]:
        from gateway.flows.release import open_release

        pieces = open_release(self.gate, key, self.seoul.wish(**changes)).lines()
        return [json.loads(line) for piece in pieces for line in piece.splitlines()]

    def rows(self, statement: str) -> list[tuple[Any, ...]]:
        with self.gate.house.unit() as connection:
            return [tuple(row) for row in connection.execute(text(statement))]

    def entries(self, kind: str) -> list[dict[str, Any]]:
        rows = self.rows("SELECT convert_from(entry, 'UTF8') FROM ledger_inbox ORDER BY no")
        read = [json.loads(row[0]) for row in rows]
        return [entry for entry in read if entry["kind"] == kind]

    def verify(self) -> None:
        house = self.gate.house
        while house.sequencer.run_once():
            pass
        origin = house.sequencer._origin
        with house.engine.connect() as connection:
            verify_database(connection, verifier_key(origin, self.gate.keyring.ledger_signer(origin).public_key))


def ask(email: str = "a@example.com", act: Act = Act.CONTACT, **changes: Any) -> PersonAsk:
    return PersonAsk(Selector("email", email), act, NEWSLETTER, Channel.EMAIL, **changes)


@pytest.fixture
def capped(seoul: Seoul, clock: Clock, days_ago: Ago) -> Capped:
    seoul.bring([(f"{name}@example.com", days_ago(10)) for name in "abc"])
    put_caps(seoul.gate, ONE_A_DAY)
    return Capped(seoul, clock)


def test_a_person_is_counted_over_all_tools(capped: Capped) -> None:
    assert capped.contact(capped.seoul.key).outcome is Outcome.ALLOW
    held = capped.contact(capped.seoul.other)
    assert (held.outcome, held.code) == (Outcome.HOLD, "not_now")
    assert held.decision is not None
    assert held.decision.not_before == capped.clock() + DAY
    assert held.decision.deciding is not None
    assert (held.decision.deciding.step, held.decision.deciding.rule) == (8, "HOUSE-TEST")
    capped.clock.at += DAY
    assert capped.contact(capped.seoul.other).outcome is Outcome.ALLOW


def test_a_contact_is_on_record_with_the_entry_that_allowed_it(capped: Capped) -> None:
    (answers,) = decide_batch(capped.gate, [Request(capped.seoul.key, [ask(category="books")])])
    assert isinstance(answers, Answers)
    statement = "SELECT kind, channel, purpose, category, campaign_no, inbox_no, at FROM contact_event"
    wanted = ("sent", "email", NEWSLETTER, "books", 0, answers.inbox_no, capped.clock())
    assert capped.rows(statement) == [wanted]
    capped.contact(capped.seoul.key)  # held: no contact
    capped.contact(capped.seoul.key, "nobody@example.com")
    assert capped.rows(statement) == [wanted]
    capped.verify()


def test_who_is_not_allowed_takes_no_slot(capped: Capped) -> None:
    capped.seoul.withdraw("a@example.com")
    assert capped.contact(capped.seoul.key).outcome is Outcome.DENY
    assert capped.rows("SELECT * FROM contact_event") == []
    assert capped.rows("SELECT * FROM contact_turn") == []


def test_of_two_in_one_batch_one_gets_the_last_slot(capped: Capped) -> None:
    requests = [Request(capped.seoul.key, [ask(), ask()]), Request(capped.seoul.other, [ask()])]
    results = [result for result in decide_batch(capped.gate, requests) if isinstance(result, Answers)]
    outcomes = [answer.outcome for result in results for answer in result.answers]
    assert outcomes == [Outcome.ALLOW, Outcome.HOLD, Outcome.HOLD]
    assert len(capped.rows("SELECT * FROM contact_event")) == 1


def test_of_two_at_once_exactly_one_gets_the_last_slot(capped: Capped, monkeypatch: pytest.MonkeyPatch) -> None:
    everybody_read = threading.Barrier(6)
    waited = threading.local()
    real = capping.Slots.turns

    def meeting(slots: capping.Slots, connection: Any) -> None:
        if not hasattr(waited, "once"):  # all of them have their snapshot before anybody takes a turn
            waited.once = True
            everybody_read.wait(timeout=20)
        real(slots, connection)

    monkeypatch.setattr(capping.Slots, "turns", meeting)
    outcomes: list[Outcome] = []
    keys = [capped.seoul.key, capped.seoul.other] * 3
    threads = [threading.Thread(target=lambda key=key: outcomes.append(capped.contact(key).outcome)) for key in keys]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=60)
    assert sorted(outcomes) == [Outcome.ALLOW, *[Outcome.HOLD] * 5]
    assert len(capped.rows("SELECT * FROM contact_event")) == 1
    capped.verify()


def test_whoever_is_overtaken_again_and_again_at_last_goes_alone() -> None:
    told: list[bool] = []

    def work(alone: bool) -> str:
        told.append(alone)
        if not alone:
            raise Overtaken("overtaken", "again")
        return "done"

    assert repeated(work) == "done"
    assert told == [False, False, True]

    def never(_: bool) -> str:
        raise Overtaken("overtaken", "again")

    with pytest.raises(Unavailable) as refused:
        repeated(never)
    assert refused.value.code == "overtaken"


def test_alone_means_that_nobody_takes_a_turn_meanwhile(capped: Capped) -> None:
    done = threading.Event()

    def other() -> None:
        capped.contact(capped.seoul.other)
        done.set()

    with capped.gate.house.snapshot() as connection:
        from gateway.store import reservations

        reservations.alone(connection)
        thread = threading.Thread(target=other)
        thread.start()
        assert not done.wait(0.5)
    thread.join(timeout=20)
    assert done.is_set()


@settings(
    max_examples=12,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(
    asks=st.lists(
        st.tuples(st.integers(0, 15), st.booleans(), st.sampled_from([Act.CONTACT, Act.CONTACT, Act.DISCLOSE])),
        max_size=12,
    ),
    contacts=st.integers(1, 3),
)
def test_in_whatever_order_tools_ask_no_window_holds_more_than_the_cap(
    capped: Capped, asks: list[tuple[int, bool, Act]], contacts: int
) -> None:
    caps = f"caps:\n  - {{id: HOUSE-TEST, title: A test, channel: [email], contacts: {contacts}, hours: 20}}\n"
    put_caps(capped.gate, caps)
    capped.clock.at += 3 * DAY  # what examples before this one did lies behind
    made: list[datetime] = []
    for hours, other, act in asks:
        capped.clock.at += hours * HOUR
        answer = capped.contact(capped.seoul.other if other else capped.seoul.key, act=act)
        made += [capped.clock()] if act is Act.CONTACT and answer.outcome is Outcome.ALLOW else []
    for begin in made:
        assert sum(begin <= each < begin + 20 * HOUR for each in made) <= contacts


def test_a_disclosure_holds_a_slot_until_its_end(capped: Capped) -> None:
    given = capped.release(capped.seoul.key)
    assert {line["email"] for line in given if "email" in line} == {f"{name}@example.com" for name in "abc"}
    assert len(capped.rows("SELECT * FROM reservation")) == 3
    held = capped.contact(capped.seoul.other)
    assert held.outcome is Outcome.HOLD
    assert capped.contact(capped.seoul.key).outcome is Outcome.ALLOW, "it is the holder's own"
    assert len(capped.rows("SELECT * FROM reservation")) == 2, "what was sent is held no more"
    capped.clock.at += DAY + HOUR
    assert capped.contact(capped.seoul.other, "b@example.com").outcome is Outcome.ALLOW, "it is over by itself"
    capped.verify()


def test_a_disclosure_holds_nothing_where_no_slot_is_free(capped: Capped) -> None:
    capped.contact(capped.seoul.other)
    capped.release(capped.seoul.key)
    assert len(capped.rows("SELECT * FROM reservation")) == 2
    assert capped.contact(capped.seoul.key).outcome is Outcome.HOLD


def test_a_release_asked_for_again_holds_each_slot_once(capped: Capped) -> None:
    capped.release(capped.seoul.key)
    capped.clock.at += HOUR
    capped.release(capped.seoul.key)
    assert len(capped.rows("SELECT * FROM reservation")) == 3
    assert capped.rows("SELECT DISTINCT at FROM reservation") == [(capped.clock(),)]


def test_a_release_of_contacts_obeys_the_cap_and_makes_contacts(capped: Capped) -> None:
    capped.contact(capped.seoul.other)
    assert count(capped.gate, capped.seoul.key, capped.seoul.wish(act=Act.CONTACT))["people"] == 2
    given = capped.release(capped.seoul.key, act=Act.CONTACT)
    assert {line["email"] for line in given if "email" in line} == {"b@example.com", "c@example.com"}
    assert given[-1]["receipt"]["denied"] == {"not_now": 1}
    assert len(capped.rows("SELECT * FROM contact_event")) == 3
    again = capped.release(capped.seoul.other, act=Act.CONTACT)
    assert again[-1]["receipt"]["people"] == 0


def test_without_a_cap_nothing_is_held_or_counted_but_the_contact(capped: Capped) -> None:
    put_caps(capped.gate, "caps: []\n")
    capped.release(capped.seoul.key)
    assert capped.contact(capped.seoul.key).outcome is Outcome.ALLOW
    assert capped.contact(capped.seoul.key).outcome is Outcome.ALLOW
    assert capped.rows("SELECT * FROM reservation") == []
    assert capped.rows("SELECT * FROM contact_turn") == []
    assert len(capped.rows("SELECT * FROM contact_event")) == 2
    put_caps(capped.gate, ONE_A_DAY)
    assert capped.contact(capped.seoul.key).outcome is Outcome.HOLD, "what was made before counts"


def test_a_campaign_that_goes_before_takes_the_slot_of_one_that_has_not_sent(capped: Capped) -> None:
    capped.campaign("Leaflet", 8)
    capped.campaign("Recall", 1, "another")
    capped.release(capped.seoul.key, campaign="Leaflet")
    assert capped.contact(capped.seoul.other).outcome is Outcome.HOLD, "no campaign goes before one"
    assert capped.contact(capped.seoul.other, campaign="Recall").outcome is Outcome.ALLOW
    lost = capped.contact(capped.seoul.key, campaign="Leaflet")
    assert (lost.outcome, lost.code) == (Outcome.HOLD, "not_now")
    assert lost.decision is not None
    assert lost.decision.not_before == capped.clock() + DAY
    (entry,) = capped.entries("reservation.cancelled")
    assert entry["body"] == {"campaign": "Recall", "from": "Leaflet", "channel": "email", "people": 1}
    assert capped.rows("SELECT people, channel FROM collision") == [(1, "email")]
    capped.verify()


def test_what_was_sent_is_not_taken_back(capped: Capped) -> None:
    capped.campaign("Leaflet", 8)
    capped.campaign("Recall", 1, "another")
    assert capped.contact(capped.seoul.key, campaign="Leaflet").outcome is Outcome.ALLOW
    assert capped.contact(capped.seoul.other, campaign="Recall").outcome is Outcome.HOLD
    assert capped.entries("reservation.cancelled") == []


def test_a_release_takes_over_too_and_the_other_learns_who_goes_before(capped: Capped) -> None:
    capped.campaign("Leaflet", 8)
    capped.campaign("Recall", 1, "another")
    capped.release(capped.seoul.key, campaign="Leaflet")
    capped.release(capped.seoul.other, campaign="Recall")
    (entry,) = capped.entries("reservation.cancelled")
    assert entry["body"]["people"] == 3
    assert len(capped.rows("SELECT * FROM reservation")) == 3
    lost = capped.contact(capped.seoul.key, campaign="Leaflet")
    assert lost.decision is not None
    assert lost.decision.deciding is not None
    assert (lost.decision.deciding.code, lost.decision.deciding.rule) == ("reserved", "reserved:Recall")
    put(capped.gate, "officer", "Recall", CampaignState.PAUSED)
    again = capped.contact(capped.seoul.key, campaign="Leaflet")
    assert again.outcome is Outcome.ALLOW, "a campaign that rests holds nothing"
    capped.verify()


def test_a_campaigns_own_cap_counts_it_alone(capped: Capped) -> None:
    put_caps(capped.gate, "caps: []\n")
    capped.campaign("Once", 5, cap=OwnCap(1, 30 * DAY))
    assert capped.contact(capped.seoul.key, campaign="Once").outcome is Outcome.ALLOW
    assert capped.contact(capped.seoul.key, campaign="Once").outcome is Outcome.HOLD
    assert capped.contact(capped.seoul.key).outcome is Outcome.ALLOW


def test_an_officer_sees_the_cap_that_the_tool_would_meet(capped: Capped) -> None:
    capped.contact(capped.seoul.key)
    told = explain(
        capped.gate, "officer", Selector("email", "a@example.com"), "another", NEWSLETTER, Channel.EMAIL, Act.CONTACT
    )
    assert told.decision.outcome is Outcome.HOLD
    assert any(reason.rule == "HOUSE-TEST" for reason in told.decision.reasons)
    assert len(capped.rows("SELECT * FROM contact_event")) == 1, "looking takes no slot"


def test_people_whose_waits_end_about_together_share_a_cell(capped: Capped) -> None:
    for name in "abc":
        capped.clock.at += timedelta(minutes=2)
        capped.contact(capped.seoul.key, f"{name}@example.com")
    capped.release(capped.seoul.other, act=Act.CONTACT)
    ((cells,),) = capped.rows("SELECT cells FROM release_page")
    assert [cell["count"] for cell in cells] == [3]


@pytest.mark.parametrize("table", ["contact_event", "contact_turn", "reservation", "collision"])
def test_what_cannot_be_kept_is_not_answered(capped: Capped, owner_engine: Engine, table: str) -> None:
    capped.campaign("Leaflet", 8)
    capped.campaign("Recall", 1, "another")
    capped.release(capped.seoul.key, campaign="Leaflet")
    tables = ("contact_event", "contact_turn", "reservation", "collision", "decision_page")
    before = {name: capped.rows(f"SELECT * FROM {name}") for name in tables}
    with owner_engine.begin() as connection:
        connection.execute(text(f"REVOKE INSERT, DELETE ON {table} FROM ostiary_app"))
    with pytest.raises(Exception, match="permission denied"):
        capped.contact(capped.seoul.other, campaign="Recall")
    assert {name: capped.rows(f"SELECT * FROM {name}") for name in tables} == before
    assert capped.entries("reservation.cancelled") == []
    capped.verify()


def test_an_answer_is_kept_even_if_nobody_heard_it(capped: Capped, monkeypatch: pytest.MonkeyPatch) -> None:
    from gateway.flows import decide

    def gone(*_: object) -> None:
        raise ConnectionError

    monkeypatch.setattr(decide, "_answers", gone)
    with pytest.raises(ConnectionError):
        capped.contact(capped.seoul.key)
    monkeypatch.undo()
    assert len(capped.rows("SELECT * FROM contact_event")) == 1
    assert capped.contact(capped.seoul.key).outcome is Outcome.HOLD
    capped.verify()


def test_a_page_that_is_overtaken_is_made_anew_and_counted_once(
    capped: Capped, monkeypatch: pytest.MonkeyPatch
) -> None:
    real, tries = capping.Slots.turns, list[int]()

    def overtaken_once(slots: capping.Slots, connection: Any) -> None:
        tries.append(1)
        if len(tries) == 1:
            raise Overtaken("overtaken", "again")
        real(slots, connection)

    monkeypatch.setattr(capping.Slots, "turns", overtaken_once)
    given = capped.release(capped.seoul.key)
    assert len(tries) == 2
    assert given[-1]["receipt"]["people"] == 3
    assert given[-1]["receipt"]["pages"] == 1
    assert len(capped.entries("release.page")) == 1


def test_refusals_name_no_campaign(capped: Capped) -> None:
    (refused,) = decide_batch(capped.gate, [Request(capped.seoul.key, [ask(campaign="No such")])])
    assert isinstance(refused, Ostiary)
    assert refused.code == "campaign_unknown"
    assert "No such" not in refused.message
