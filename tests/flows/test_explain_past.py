"""Past moments: what is explained is what was recorded, equal to what the tool got, over two changes of the law."""

import random
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine, text

from gateway.domain.errors import NotFound
from gateway.domain.requests import PersonAsk, Selector
from gateway.flows import activation
from gateway.flows.decide import Answer, Answers, Request, decide_batch
from gateway.flows.explain import GONE, KEPT, Explanation, explain
from gateway.flows.gate import Gate
from gateway.store import bundles
from policies.terms import Act, Channel, FieldClass, LineType, Outcome
from tests.flows.conftest import NEWSLETTER, Seoul, days_ago
from tests.flows.lawmaking import BAN, FREE, amended

__all__ = ["days_ago"]
PURPOSES = [NEWSLETTER, "marketing.own", "marketing.own.offers", "marketing.partner", "service"]
CHANNELS = [Channel.EMAIL, Channel.EMAIL, Channel.SMS]


@dataclass(frozen=True, slots=True)
class Got:
    """One answer as a tool got it."""

    at: datetime
    tool: str
    ask: PersonAsk
    answer: Answer
    bundle: str
    inbox: int


def in_force(gate: Gate, folder: Path, **changes: Any) -> str:
    """Put a changed law in force, and give its digest."""
    digest = activation.add_bundle(gate, "test", amended(folder, **changes)).digest
    with gate.house.unit() as connection:
        bundles.activate(connection, digest, "test", gate.clock())
    return digest


def told(house: Seoul, tool: str, ask: PersonAsk, at: datetime | None) -> Explanation:
    return explain(
        house.gate, "officer", ask.selector, tool, ask.purpose, ask.channel, ask.act, at, ask.category, ask.line
    )


def ask_some(house: Seoul, chance: random.Random, people: list[str]) -> list[Got]:
    """Let one of the tools ask about some people at once, each in its own way."""
    tool, key = chance.choice([("newsletter", house.key), ("another", house.other)])
    asks = [
        PersonAsk(
            Selector("email", email), chance.choice(list(Act)), chance.choice(PURPOSES), chance.choice(CHANNELS),
            chance.choice([None, None, *LineType]), chance.choice(["", "books"]),
        )
        for email in chance.sample(people, chance.randint(1, 6))
    ]  # fmt: skip
    (result,) = decide_batch(house.gate, [Request(key, asks)])
    assert isinstance(result, Answers), result
    now = house.gate.clock()
    return [
        Got(now, tool, ask, answer, result.bundle, result.inbox_no)
        for ask, answer in zip(asks, result.answers, strict=True)
    ]


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_what_is_explained_is_what_the_tool_got(seoul: Seoul, clock: Any, tmp_path: Path, seed: int) -> None:
    chance, begun = random.Random(seed), clock.at  # noqa: S311
    people = [f"p{no}@example.com" for no in range(24)]
    seoul.bring([(each, begun - timedelta(days=chance.randint(1, 1000)) if no % 4 else None)
                 for no, each in enumerate(people)])  # fmt: skip
    laws: list[dict[str, Any]] = [{"changes": FREE}, {"more": BAN, "want": "deny"}]
    got: list[Got] = []
    for turn in range(45):
        clock.at += timedelta(minutes=chance.randint(2, 90))
        if turn in (15, 30):
            in_force(seoul.gate, tmp_path / f"law{turn}", **laws.pop(0))
        if chance.random() < 0.2:
            seoul.withdraw(chance.choice(people))
        got += ask_some(seoul, chance, people)
    assert len({one.bundle for one in got}) == 3
    assert {Outcome.ALLOW, Outcome.DENY} <= {one.answer.outcome for one in got}
    for one in got:
        later = told(seoul, one.tool, one.ask, one.at + timedelta(seconds=chance.choice([0, 59])))
        decision = one.answer.decision
        assert decision is not None
        assert later.recorded
        assert (later.decision.outcome, later.code) == (one.answer.outcome, one.answer.code)
        assert later.decision.obligations == dict(decision.obligations)
        assert (later.decision.not_before, later.decision.valid_until) == (decision.not_before, decision.valid_until)
        assert (later.decision.reasons, later.decision.steps) == (decision.reasons, decision.steps)
        assert (later.bundle, later.entry, later.at) == (one.bundle, one.inbox, one.at)
        assert [ground.no for ground in later.grounds] == [step.no for step in decision.steps]
        assert later.note == KEPT


def test_a_release_is_explained_by_its_page(seoul: Seoul, clock: Any, tmp_path: Path) -> None:
    seoul.bring([(f"p{no}@example.com", clock.at - timedelta(days=no + 1) if no % 2 else None) for no in range(8)])
    given: list[tuple[datetime, bytes, str]] = []
    for law in ({}, {"changes": FREE}, {"more": BAN, "want": "deny"}):
        if law:
            in_force(seoul.gate, tmp_path / str(len(given)), **law)
        release = seoul.release()
        given.append((clock.at, b"".join(release.lines()), release.row.bundle))
        clock.at += timedelta(hours=1)
    assert len({bundle for _, _, bundle in given}) == 3
    for at, lines, bundle in given:
        for no in range(8):
            email = f"p{no}@example.com"
            ask = PersonAsk(Selector("email", email), Act.DISCLOSE, NEWSLETTER, Channel.EMAIL)
            then = told(seoul, "newsletter", ask, at)
            assert (then.decision.outcome is Outcome.ALLOW) == (email.encode() in lines)
            assert then.bundle == bundle
            assert then.recorded


def test_the_line_that_was_said_is_told_apart(seoul: Seoul, clock: Any) -> None:
    seoul.bring([("p@example.com", clock.at - timedelta(days=3))])
    plain = PersonAsk(Selector("email", "p@example.com"), Act.DISCLOSE, NEWSLETTER, Channel.EMAIL)
    lined = PersonAsk(plain.selector, plain.act, plain.purpose, plain.channel, LineType.ADVERTISING, "books")
    for ask in (plain, lined):
        decide_batch(seoul.gate, [Request(seoul.key, [ask])])
        clock.at += timedelta(minutes=1)
    one, other = (told(seoul, "newsletter", ask, clock.at) for ask in (plain, lined))
    assert one.at + timedelta(minutes=1) == other.at
    assert "advertising line, advertising books" in other.grounds[0].facts[0]
    with pytest.raises(NotFound, match="nothing_recorded"):
        told(seoul, "newsletter", PersonAsk(plain.selector, plain.act, plain.purpose, plain.channel, None, "shoes"),
             clock.at)  # fmt: skip


def test_erased_facts_are_said_to_be_gone(seoul: Seoul, clock: Any, owner_engine: Engine) -> None:
    seoul.bring([("p@example.com", clock.at - timedelta(days=3))])
    ask = PersonAsk(Selector("email", "p@example.com"), Act.DISCLOSE, NEWSLETTER, Channel.EMAIL)
    decide_batch(seoul.gate, [Request(seoul.key, [ask])])
    with owner_engine.begin() as connection:
        connection.execute(text("UPDATE person SET flags = 8"))
    then, now = told(seoul, "newsletter", ask, clock.at), told(seoul, "newsletter", ask, None)
    assert (then.decision.outcome, now.decision.outcome) == (Outcome.ALLOW, Outcome.DENY)
    assert then.note == GONE
    assert now.remedy is not None
    assert now.remedy_words == "nothing that may lawfully be done"
    nobody = PersonAsk(Selector("email", "q@example.com"), Act.DISCLOSE, NEWSLETTER, Channel.EMAIL)
    with pytest.raises(NotFound, match="If they were erased, so were the facts"):
        told(seoul, "newsletter", nobody, clock.at)


def test_every_step_tells_its_facts_and_its_law(seoul: Seoul, clock: Any) -> None:
    seoul.bring([("p@example.com", clock.at - timedelta(days=30))])
    ask = PersonAsk(Selector("email", "p@example.com"), Act.CONTACT, NEWSLETTER, Channel.EMAIL)
    now = told(seoul, "newsletter", ask, None)
    facts = {ground.no: " | ".join(ground.facts) for ground in now.grounds}
    laws = {law.id: law for ground in now.grounds for law in ground.laws}
    assert now.zone == "Asia/Seoul"
    assert "role marketing" in facts[1]
    assert "the source “Form”: registration form of KR, collected 2024-01-01, approved" in facts[2]
    assert "lives in KR" in facts[3]
    assert "consent given 2026-10-21 (within P" in facts[6]
    assert "wording v1" in facts[6]
    assert "Fri 20 Nov 2026, 19:00 in Asia/Seoul (10:00 UTC)" in facts[7]
    assert laws["KR-50-1"].cite == "Network Act Art. 50(1)"
    assert laws["KR-50-1"].title
    assert not any("example.com" in fact for fact in facts.values())
    decide_batch(seoul.gate, [Request(seoul.key, [ask])])
    then = {ground.no: " | ".join(ground.facts) for ground in told(seoul, "newsletter", ask, clock.at).grounds}
    assert "consent given within P" in then[6]
    assert "2026-10-21" not in then[6]


def test_a_class_that_is_not_granted_is_refused_before_anything_else(seoul: Seoul, clock: Any) -> None:
    seoul.bring([("p@example.com", clock.at - timedelta(days=30))])
    found = explain(
        seoul.gate, "officer", Selector("email", "p@example.com"), "newsletter", NEWSLETTER, Channel.EMAIL,
        Act.DISCLOSE, classes=frozenset({FieldClass.SENSITIVE}),
    )  # fmt: skip
    assert found.decision.deciding is not None
    assert (found.decision.outcome, found.decision.deciding.code) == (Outcome.DENY, "field_not_granted")
    assert found.decision.coarse == "not_granted"


def test_the_remedy_is_for_now_and_waits_as_the_persons_facts_will_be(seoul: Seoul, clock: Any) -> None:
    seoul.bring([("p@example.com", None)])
    ask = PersonAsk(Selector("email", "p@example.com"), Act.CONTACT, NEWSLETTER, Channel.EMAIL)
    found = told(seoul, "newsletter", ask, None)
    assert found.remedy is not None
    assert next(change.kind for way in found.remedy.ways for change in way.changes) == "consent"
    seoul.withdraw("p@example.com")
    assert "of their own accord" in told(seoul, "newsletter", ask, None).remedy_words


def test_an_answer_behind_hundreds_of_newer_ones_is_still_found(seoul: Seoul) -> None:
    seoul.bring([("first@example.com", None), ("midst@example.com", None), ("last@example.com", None)])

    def asked(*emails: str) -> Answers:
        asks = [PersonAsk(Selector("email", email), Act.DISCLOSE, NEWSLETTER, Channel.EMAIL) for email in emails]
        (result,) = decide_batch(seoul.gate, [Request(seoul.key, asks)])
        assert isinstance(result, Answers)
        return result

    got = asked("midst@example.com")
    for _ in range(130):  # pages whose people stand on both sides of this one
        asked("first@example.com", "last@example.com")
    ask = PersonAsk(Selector("email", "midst@example.com"), Act.DISCLOSE, NEWSLETTER, Channel.EMAIL)
    found = told(seoul, "newsletter", ask, seoul.gate.clock())
    assert (found.recorded, found.entry) == (True, got.inbox_no)
