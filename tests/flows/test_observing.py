"""A tool under observation, end to end: who is let through, what is on record, what enforcing would change."""

from collections.abc import Callable
from datetime import datetime
from pathlib import Path

import orjson
import pytest
from sqlalchemy import text

from gateway.domain.errors import Conflict, Invalid, NotFound, Refused
from gateway.domain.requests import PersonAsk, Selector
from gateway.flows import activation, observing, widening
from gateway.flows.decide import Answers, Request, decide_batch
from gateway.flows.explain import explain
from gateway.flows.gate import Gate
from gateway.flows.officers import Officer, create_officer
from gateway.flows.release import count, manifest
from policies.terms import Act, Channel, Outcome
from tests.flows.conftest import NEWSLETTER, Seoul
from tests.flows.lawmaking import amended

Ago = Callable[[float], datetime]
SOFT = {
    "evidence: primary\n    title: Advertising by any electronic means":
    "evidence: unverified\n    title: Advertising by any electronic means"
}  # fmt: skip
"""Korea's need for a consent, as if nobody had read it in the law."""


@pytest.fixture
def officers(gate: Gate) -> tuple[Officer, Officer]:
    """Two officers."""
    first, second = (create_officer(gate, name, "officer", "twelve geese cross") for name in ("anna", "bela"))
    return first, second


@pytest.fixture
def house(seoul: Seoul, days_ago: Ago, officers: tuple[Officer, Officer], tmp_path: Path) -> Seoul:
    """Three people, of whom one consented and one withdrew, under a law whose need for a consent is unverified."""
    seoul.bring([("yes@example.com", days_ago(10)), ("no@example.com", None), ("gone@example.com", days_ago(20))])
    seoul.withdraw("gone@example.com")
    digest = activation.add_bundle(seoul.gate, "test", amended(tmp_path / "law", SOFT)).digest
    made = activation.propose_activation(seoul.gate, officers[0], digest)
    widening.confirm(seoul.gate, officers[1], made.uid.hex(), made.digest)
    return seoul


def observe(gate: Gate, officers: tuple[Officer, Officer]) -> None:
    made = observing.propose_observe(gate, officers[0], "newsletter")
    widening.confirm(gate, officers[1], made.uid.hex(), made.digest)


def released(house: Seoul) -> tuple[set[str], dict[str, object]]:
    lines = [orjson.loads(line) for piece in house.release().lines() for line in piece.splitlines()]
    return {line["email"] for line in lines if "email" in line}, lines[-1]["receipt"]


def asked(house: Seoul, *emails: str) -> list[tuple[Outcome, str, Outcome | None]]:
    asks = [PersonAsk(Selector("email", email), Act.DISCLOSE, NEWSLETTER, Channel.EMAIL) for email in emails]
    (result,) = decide_batch(house.gate, [Request(house.key, asks)])
    assert isinstance(result, Answers)
    return [(one.outcome, one.code, one.decision.would_have if one.decision else None) for one in result.answers]


def test_a_release_under_observation_is_marked_and_one_enforced_is_not(
    house: Seoul, officers: tuple[Officer, Officer]
) -> None:
    assert released(house)[0] == {"yes@example.com"}
    observe(house.gate, officers)
    people, receipt = released(house)
    assert people == {"yes@example.com", "no@example.com"}, "whoever withdrew is never let through"
    assert receipt["would_have_denied"] == {"no_permission": 1}
    assert receipt["people"] == 2
    pages = manifest(house.gate, house.key, str(receipt["release"]))["pages"]
    assert sorted(cell.get("would_have", "") for cell in pages[0]["cells"]) == ["", "", "deny"]
    head = orjson.loads(next(house.release().lines()).splitlines()[0])
    assert list(head["would_have"].values()) == [{"outcome": "deny", "code": "no_permission"}]
    dry = count(house.gate, house.key, house.wish(dry_run=True, fields=()))
    assert dry["would_have_denied"] == {"no_permission": 1}
    assert observing.enforce(house.gate, "test", "newsletter")
    assert not observing.enforce(house.gate, "test", "newsletter"), "twice is once"
    people, receipt = released(house)
    assert people == {"yes@example.com"}
    assert "would_have_denied" not in receipt


def test_it_is_on_record_in_cell_and_leaf_and_explained_as_recorded(
    house: Seoul, officers: tuple[Officer, Officer]
) -> None:
    observe(house.gate, officers)
    got = asked(house, "yes@example.com", "no@example.com", "gone@example.com")
    assert got == [
        (Outcome.ALLOW, "allowed", None),
        (Outcome.ALLOW, "allowed", Outcome.DENY),
        (Outcome.DENY, "not_available", None),
    ]
    with house.gate.house.unit() as connection:
        cells = connection.execute(text("SELECT cells FROM decision_page")).scalar_one()
        entry = connection.execute(
            text("SELECT convert_from(entry, 'UTF8')::jsonb FROM ledger_inbox ORDER BY no DESC LIMIT 1")
        ).scalar_one()
    (cell,) = [cell for cell in cells if cell.get("shadow")]
    assert (cell["outcome"], cell["would_have"], cell["available"]) == ("allow", "deny", True)
    assert [(why["code"], why["rule"]) for why in cell["overruled"]] == [("no_consent", "KR-50-1")]
    assert [line for line in entry["body"]["cells"] if "would_have" in line] == [
        {"act": "disclose", "purpose": NEWSLETTER, "channel": "email", "outcome": "allow", "code": "allowed",
         "would_have": "deny", "count": 1}
    ]  # fmt: skip
    about = (Selector("email", "no@example.com"), "newsletter", NEWSLETTER, Channel.EMAIL, Act.DISCLOSE)
    now, then = explain(house.gate, "anna", *about), explain(house.gate, "anna", *about, at=house.gate.clock())
    assert then.recorded
    assert then.decision.overruled == now.decision.overruled != ()
    assert then.decision.would_have is Outcome.DENY


def test_the_report_counts_by_rule(house: Seoul, officers: tuple[Officer, Officer]) -> None:
    observe(house.gate, officers)
    released(house)
    asked(house, "no@example.com", "yes@example.com")
    found = observing.shadow_report(house.gate, "newsletter", 7)
    assert (found.mode, found.answers, found.let_through, found.people) == ("observe", 5, 2, 1)
    (line,) = found.lines
    assert (line.would_have, line.code, line.rule, line.answers, line.people) == ("deny", "no_consent", "KR-50-1", 2, 1)
    assert observing.shadow_report(house.gate, "another", 7).lines == ()
    with pytest.raises(NotFound, match="tool_unknown"):
        observing.shadow_report(house.gate, "nobody", 7)
    for days in (0, 3661):
        with pytest.raises(Invalid, match="days_unfit"):
            observing.shadow_report(house.gate, "newsletter", days)


def test_to_observe_takes_two_and_to_enforce_takes_one(house: Seoul, officers: tuple[Officer, Officer]) -> None:
    made = observing.propose_observe(house.gate, officers[0], "newsletter")
    assert released(house)[0] == {"yes@example.com"}, "a proposal lets nobody through"
    with pytest.raises(Refused, match="second_officer_needed"):
        widening.confirm(house.gate, officers[0], made.uid.hex(), made.digest)
    otto = create_officer(house.gate, "otto", "auditor", "twelve geese cross")
    with pytest.raises(Refused, match="role_may_not"):
        observing.propose_observe(house.gate, otto, "another")
    widening.confirm(house.gate, officers[1], made.uid.hex(), made.digest)
    with pytest.raises(Conflict, match="observed_already"):
        observing.propose_observe(house.gate, officers[0], "newsletter")
    with house.gate.house.unit() as connection:
        kinds = connection.execute(text("SELECT convert_from(entry, 'UTF8')::jsonb ->> 'kind' FROM ledger_inbox"))
        assert list(kinds.scalars()).count("tool.mode_set") == 1


def test_a_stream_that_runs_obeys_enforcement_with_its_next_page(
    house: Seoul, officers: tuple[Officer, Officer]
) -> None:
    observe(house.gate, officers)
    release = house.release()
    observing.enforce(house.gate, "test", "newsletter")
    lines = [orjson.loads(line) for piece in release.lines() for line in piece.splitlines()]
    assert {line["email"] for line in lines if "email" in line} == {"yes@example.com"}
