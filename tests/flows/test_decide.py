"""Questions about single people: durable before answered, one poison alone, unknown means no."""

import hashlib
from collections.abc import Callable, Iterator
from datetime import datetime

import pytest
from sqlalchemy import text

from gateway.domain.errors import Invalid, NotFound, Ostiary, Unauthenticated, Unavailable
from gateway.domain.requests import PersonAsk, Selector
from gateway.flows import batcher
from gateway.flows.batcher import Batcher
from gateway.flows.decide import Answers, Request, decide_batch
from gateway.flows.explain import explain
from gateway.flows.gate import Gate
from policies.terms import Act, Channel, Outcome
from tests.flows.conftest import NEWSLETTER, Seoul, add_tool

Ago = Callable[[float], datetime]


def ask(kind: str, value: str, act: Act = Act.DISCLOSE, purpose: str = NEWSLETTER, source: str = "") -> PersonAsk:
    return PersonAsk(Selector(kind, value, source), act, purpose, Channel.EMAIL)


def outcomes(result: Answers | Ostiary) -> list[Outcome]:
    assert isinstance(result, Answers), result
    return [answer.outcome for answer in result.answers]


@pytest.fixture
def house(seoul: Seoul, days_ago: Ago) -> Seoul:
    seoul.bring([("yes@example.com", days_ago(10)), ("no@example.com", None)])
    return seoul


def test_a_person_is_found_by_every_selector(house: Seoul) -> None:
    token = next(
        line.split(b'"')[3].decode()
        for piece in house.release().lines()
        for line in piece.splitlines()
        if b"tk1." in line
    )
    digest = hashlib.sha256(b"yes@example.com").hexdigest()
    asks = [ask("email", " YES@Example.com "), ask("email_sha256", digest), ask("token", token)]
    (result,) = decide_batch(house.gate, [Request(house.key, asks)])
    assert outcomes(result) == [Outcome.ALLOW] * 3


def test_unknown_means_no(house: Seoul) -> None:
    (result,) = decide_batch(house.gate, [Request(house.key, [ask("email", "nobody@example.com")])])
    assert isinstance(result, Answers)
    assert (result.answers[0].outcome, result.answers[0].code) == (Outcome.DENY, "person_unknown")


def test_each_answer_is_on_record_with_its_cell(house: Seoul) -> None:
    asks = [ask("email", "yes@example.com"), ask("email", "no@example.com"), ask("email", "nobody@example.com")]
    (result,) = decide_batch(house.gate, [Request(house.key, asks)])
    assert isinstance(result, Answers)
    with house.gate.house.unit() as connection:
        page = connection.execute(text("SELECT people, cells, inbox_no FROM decision_page")).one()
        entry = connection.execute(
            text("SELECT convert_from(entry, 'UTF8') FROM ledger_inbox WHERE no = :no"), {"no": page.inbox_no}
        ).scalar_one()
    assert page.people == 2
    assert sorted(cell["outcome"] for cell in page.cells) == ["allow", "deny"]
    assert result.inbox_no == page.inbox_no
    assert '"unknown":1' in entry
    assert "example.com" not in entry


def test_a_withdrawal_is_obeyed_at_once(house: Seoul) -> None:
    asked = [Request(house.key, [ask("email", "yes@example.com")])]
    assert outcomes(decide_batch(house.gate, asked)[0]) == [Outcome.ALLOW]
    house.withdraw("yes@example.com")
    assert outcomes(decide_batch(house.gate, asked)[0]) == [Outcome.DENY]


def test_one_bad_request_fails_alone(house: Seoul) -> None:
    good = Request(house.key, [ask("email", "yes@example.com")])
    bad_key = Request(house.key[:-3] + "xyz", [ask("email", "yes@example.com")])
    bad_value = Request(house.key, [ask("email", "not an address")])
    bad_purpose = Request(house.key, [ask("email", "yes@example.com", purpose="mischief")])
    results = decide_batch(house.gate, [bad_key, good, bad_value, bad_purpose])
    assert isinstance(results[0], Unauthenticated)
    assert outcomes(results[1]) == [Outcome.ALLOW]
    assert isinstance(results[2], Invalid)
    assert "not an address" not in str(results[2])
    assert isinstance(results[3], Invalid)


def test_another_tools_token_is_refused(house: Seoul) -> None:
    token = next(
        line.split(b'"')[3].decode()
        for piece in house.release().lines()
        for line in piece.splitlines()
        if b"tk1." in line
    )
    (result,) = decide_batch(house.gate, [Request(house.other, [ask("token", token)])])
    assert isinstance(result, NotFound)
    assert result.code == "token_not_yours"


def test_a_tool_learns_nothing_of_people_outside_its_rows(house: Seoul) -> None:
    berlin = add_tool(house.gate, "berlin", jurisdictions=("DE",))
    (result,) = decide_batch(house.gate, [Request(berlin, [ask("email", "yes@example.com")])])
    assert isinstance(result, Answers)
    assert result.answers[0].code == "person_unknown"


def test_the_gate_and_the_release_agree(house: Seoul) -> None:
    given = b"".join(house.release().lines())
    for email in ("yes@example.com", "no@example.com"):
        (result,) = decide_batch(house.gate, [Request(house.key, [ask("email", email)])])
        assert (outcomes(result) == [Outcome.ALLOW]) == (email.encode() in given)


@pytest.fixture
def answering(house: Seoul) -> Iterator[Batcher]:
    made = Batcher(house.gate)
    yield made
    made.close()


def test_the_batcher_answers_everybody(house: Seoul, answering: Batcher) -> None:
    futures = [answering.submit(Request(house.key, [ask("email", "yes@example.com")])) for _ in range(200)]
    assert {future.result(timeout=30).answers[0].outcome for future in futures} == {Outcome.ALLOW}
    with house.gate.house.unit() as connection:
        people = connection.execute(text("SELECT sum(people) FROM decision_page")).scalar_one()
    assert people == 200


def test_a_full_queue_says_so(house: Seoul) -> None:
    made = Batcher(house.gate, queue=0)
    with pytest.raises(Unavailable) as full:
        made.submit(Request(house.key, [ask("email", "yes@example.com")]))
    assert full.value.code == "decisions_full"
    made.close()
    with pytest.raises(Unavailable) as stopping:
        made.submit(Request(house.key, [ask("email", "yes@example.com")]))
    assert stopping.value.code == "shutting_down"


def test_a_few_large_requests_cannot_fill_the_queue(house: Seoul, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(batcher, "ASKS", 5)
    made = Batcher(house.gate)
    with pytest.raises(Unavailable) as full:
        made.submit(Request(house.key, [ask("email", "yes@example.com")] * 6))
    assert full.value.code == "decisions_full"
    answered = made.submit(Request(house.key, [ask("email", "yes@example.com")] * 5)).result(30)
    assert len(answered.answers) == 5
    assert len(made.submit(Request(house.key, [ask("email", "yes@example.com")] * 5)).result(30).answers) == 5
    made.close()


def test_a_poison_question_fails_alone(house: Seoul, answering: Batcher, monkeypatch: pytest.MonkeyPatch) -> None:
    real = decide_batch

    def poisoned(gate: Gate, requests: list[Request]) -> object:
        if any(request.asks[0].selector.value == "poison@example.com" for request in requests):
            raise ZeroDivisionError
        return real(gate, requests)

    monkeypatch.setattr(batcher, "decide_batch", poisoned)
    emails = ["yes@example.com", "poison@example.com", "yes@example.com"]
    futures = [answering.submit(Request(house.key, [ask("email", email)])) for email in emails]
    assert futures[0].result(30).answers[0].outcome is Outcome.ALLOW
    assert futures[2].result(30).answers[0].outcome is Outcome.ALLOW
    with pytest.raises(ZeroDivisionError):
        futures[1].result(30)


def test_if_the_ledger_cannot_be_written_nobody_is_answered(house: Seoul, owner_engine: object) -> None:
    with owner_engine.begin() as connection:  # type: ignore[attr-defined]
        connection.execute(text("REVOKE INSERT ON ledger_inbox FROM ostiary_app"))
    with pytest.raises(Exception, match="permission denied"):
        decide_batch(house.gate, [Request(house.key, [ask("email", "yes@example.com")])])


def test_explain_is_what_the_gate_says_and_later_what_it_said(house: Seoul) -> None:
    (result,) = decide_batch(house.gate, [Request(house.key, [ask("email", "no@example.com")])])
    assert isinstance(result, Answers)
    told = explain(
        house.gate,
        "officer",
        Selector("email", "no@example.com"),
        "newsletter",
        NEWSLETTER,
        Channel.EMAIL,
        Act.DISCLOSE,
    )
    decision = result.answers[0].decision
    assert decision is not None
    assert (told.decision.outcome, told.decision.reasons) == (decision.outcome, decision.reasons)
    assert any(reason.cite for reason in told.decision.reasons)
    then = explain(
        house.gate,
        "officer",
        Selector("email", "no@example.com"),
        "newsletter",
        NEWSLETTER,
        Channel.EMAIL,
        Act.DISCLOSE,
        at=house.gate.clock(),
    )
    assert then.recorded
    assert then.decision.outcome is decision.outcome
    assert then.decision.steps == decision.steps
    assert then.decision.reasons == decision.reasons
    assert then.entry == result.inbox_no


def test_explain_of_a_past_release_is_its_recorded_cell(house: Seoul, clock: object) -> None:
    release = house.release()
    list(release.lines())
    was = house.gate.clock()
    house.withdraw("yes@example.com")
    then = explain(
        house.gate,
        "officer",
        Selector("email", "yes@example.com"),
        "newsletter",
        NEWSLETTER,
        Channel.EMAIL,
        Act.DISCLOSE,
        at=was,
    )
    now = explain(
        house.gate,
        "officer",
        Selector("email", "yes@example.com"),
        "newsletter",
        NEWSLETTER,
        Channel.EMAIL,
        Act.DISCLOSE,
    )
    assert (then.decision.outcome, now.decision.outcome) == (Outcome.ALLOW, Outcome.DENY)
    assert now.decision.remedy


def test_looking_for_nobody_is_on_record_too(house: Seoul) -> None:
    with pytest.raises(NotFound):
        explain(
            house.gate,
            "officer Kim",
            Selector("email", "nobody@example.com"),
            "newsletter",
            NEWSLETTER,
            Channel.EMAIL,
            Act.DISCLOSE,
        )
    with house.gate.house.unit() as connection:
        entries = connection.execute(text("SELECT convert_from(entry, 'UTF8') FROM ledger_inbox")).scalars().all()
    assert any('"kind":"decision.explained"' in entry and "person_unknown" in entry for entry in entries)


def test_explaining_is_itself_on_record(house: Seoul) -> None:
    explain(
        house.gate,
        "officer Kim",
        Selector("email", "yes@example.com"),
        "newsletter",
        NEWSLETTER,
        Channel.EMAIL,
        Act.DISCLOSE,
    )
    with house.gate.house.unit() as connection:
        entries = connection.execute(text("SELECT convert_from(entry, 'UTF8') FROM ledger_inbox")).scalars().all()
    assert any('"kind":"decision.explained"' in entry and "officer Kim" in entry for entry in entries)
    assert not any("example.com" in entry for entry in entries)
