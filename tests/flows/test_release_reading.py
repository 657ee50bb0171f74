"""The two ways to read a page, in a row and one by one, give the same rows: speed must not change what is decided."""

from collections.abc import Callable
from datetime import datetime

import pytest
from psycopg import sql

from gateway.flows.asking import Moment
from gateway.store import facts
from gateway.store.audience import PEOPLE
from gateway.store.facts import Facting, Question, Row, spans
from policies.terms import Channel
from tests.flows.conftest import Seoul

Ago = Callable[[float], datetime]
_PEOPLE = sql.SQL(f"SELECT {PEOPLE} FROM person p WHERE p.no > %(after)s ORDER BY p.no LIMIT 5000")


def rows(seoul: Seoul, *, everybody: bool, after: int = 0) -> list[Row]:
    with seoul.gate.house.snapshot() as connection:
        moment = Moment.of(seoul.gate, connection)
        chain = moment.bundle.purposes.chain("marketing.own.newsletter")
        question = Question(chain, Channel.EMAIL, 1, ("email", "identity"))
        facting = Facting(question, moment.cutoffs, moment.years)
        with moment.cursor(connection) as cursor:
            return list(facts.page(cursor, question, facting, _PEOPLE, everybody=everybody, after=after))


@pytest.mark.parametrize("skipped", [0, 7])
def test_a_row_reads_the_same_in_a_row_and_one_by_one(seoul: Seoul, days_ago: Ago, skipped: int) -> None:
    seoul.bring([(f"p{at}@example.com", days_ago(at * 40) if at % 3 else None) for at in range(20)])
    for at in (1, 2, 8):
        seoul.withdraw(f"p{at}@example.com")
    after = rows(seoul, everybody=False)[skipped].no - 1
    one_by_one = rows(seoul, everybody=False, after=after)
    assert len(one_by_one) == 20 - skipped
    assert rows(seoul, everybody=True, after=after) == one_by_one
    assert {consent.state for row in one_by_one for consent in row.facts.consents} == {"given", "withdrawn"}


def test_the_places_of_a_row_cover_its_blobs_exactly(seoul: Seoul, days_ago: Ago) -> None:
    seoul.bring([("one@example.com", days_ago(3))])
    (row,) = rows(seoul, everybody=True)
    found = spans(row.places)
    assert found
    assert found[-1][2].stop == len(row.blobs)
    assert b"".join(row.blobs[at] for _, _, at in found) == row.blobs
    assert all(row.blobs[at][:1] == b"\x01" for _, _, at in found), "each span begins with the seal's version"
