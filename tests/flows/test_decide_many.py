"""A long list is answered as its questions would be one by one, whatever they name people by, from one snapshot."""

import hashlib
import random
from collections.abc import Callable
from datetime import datetime
from typing import Any

import pytest
from sqlalchemy import text

from gateway.domain.requests import PersonAsk, Selector
from gateway.flows import decide
from gateway.flows.decide import Answers, Request, decide_batch
from gateway.flows.gate import Gate
from gateway.vault.tokens import token_key
from policies.terms import Act, Channel
from tests.flows.conftest import NEWSLETTER, Seoul

Ago = Callable[[float], datetime]
PEOPLE = 40


@pytest.fixture
def house(seoul: Seoul, days_ago: Ago) -> Seoul:
    seoul.bring([(f"p{no}@example.com", days_ago(no) if no % 3 else None) for no in range(1, PEOPLE)])
    seoul.withdraw("p4@example.com")
    return seoul


def questions(gate: Gate, chance: random.Random, count: int) -> list[PersonAsk]:
    """Ask about known and unknown people by all that may name them, for several things, some of them again."""
    with gate.house.unit() as connection:
        uids = list(connection.execute(text("SELECT uid FROM person ORDER BY no")).scalars())
        tool = connection.execute(text("SELECT uid FROM tool WHERE name = 'newsletter'")).scalar_one()
    tokens = token_key(gate.keyring, tool)
    asks = []
    for _ in range(count):
        email = f"p{chance.randrange(PEOPLE + 10)}@example.com"
        selector = chance.choice([
            Selector("email_sha256", hashlib.sha256(email.encode()).hexdigest()),
            Selector("email", email),
            Selector("token", tokens.token(chance.choice(uids))),
            Selector("phone", "+821020000001"),
        ])  # fmt: skip
        what: tuple[Any, ...] = (chance.choice(list(Act)), chance.choice([NEWSLETTER, "marketing.own"]), Channel.EMAIL)
        asks.append(PersonAsk(selector, *what))
    return asks


def told(gate: Gate, key: str, asks: list[PersonAsk]) -> list[tuple[Any, ...]]:
    (result,) = decide_batch(gate, [Request(key, asks)])
    assert isinstance(result, Answers), result
    return [
        (answer.outcome, answer.code, answer.decision and (answer.decision.reasons, answer.decision.obligations))
        for answer in result.answers
    ]


def test_a_long_list_is_answered_as_each_question_alone(house: Seoul, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(decide, "MANY", 300)  # the longer list is read by two connections
    asks = questions(house.gate, random.Random(11), 700)  # noqa: S311  chosen, not secret
    together = told(house.gate, house.key, asks)
    assert len({each[1] for each in together}) > 2
    assert together == [each for at in range(0, 700, 50) for each in told(house.gate, house.key, asks[at : at + 50])]


def test_two_connections_read_of_one_moment(house: Seoul) -> None:
    count = text("SELECT count(*) FROM person")
    with house.gate.house.snapshot() as connection:
        before = connection.execute(count).scalar_one()
        house.bring([("later@example.com", None)])
        with house.gate.house.beside(connection) as other:
            assert other.execute(count).scalar_one() == before
    with house.gate.house.unit() as connection:
        assert connection.execute(count).scalar_one() == before + 1
