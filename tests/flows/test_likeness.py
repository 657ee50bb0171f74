"""People who share a phone under other names: linked, never joined, and nothing that is said travels over the link."""

from collections.abc import Callable
from datetime import datetime

import pytest
from sqlalchemy import text

from gateway.domain.errors import NotFound, Refused
from gateway.domain.requests import PersonAsk, Selector
from gateway.flows.decide import Answers, Request, decide_batch
from gateway.flows.intake import receive
from gateway.flows.likeness import alike, links_of, undo_link
from gateway.store.officers import Officer
from policies.terms import Act, Channel, Outcome
from tests.flows.conftest import NEWSLETTER, Seoul

Ago = Callable[[float], datetime]
OFFICER, CLERK = Officer(1, "olga", "officer"), Officer(2, "ines", "intake")
ANNA, BERT, CARL = (Selector("email", f"{name}@firma.de") for name in ("anna", "bert", "carl"))


def bring(seoul: Seoul, name: str, *rows: str) -> None:
    path = seoul.folder / f"{name}.csv"
    header = "email,phone,name,consent email,consent at,consent wording"
    path.write_text("\n".join((header, *rows)) + "\n", encoding="utf-8")
    receive(seoul.gate, "intake", "Form", path)


def row(name: str, consent: str = "no", phone: str = "010-2345-6789", spelled: str = "") -> str:
    return f"{name}@firma.de,{phone},{spelled or name.title() + ' Kim'},{consent},2026-11-01 10:00,v1"


def outcome(seoul: Seoul, who: Selector) -> Outcome:
    ask = PersonAsk(who, Act.DISCLOSE, NEWSLETTER, Channel.EMAIL)
    (result,) = decide_batch(seoul.gate, [Request(seoul.key, [ask])])
    assert isinstance(result, Answers)
    return result.answers[0].outcome


def links(seoul: Seoul) -> int:
    with seoul.gate.house.unit() as connection:
        return int(connection.execute(text("SELECT count(*) FROM person_link")).scalar_one())


def entries(seoul: Seoul, kind: str) -> int:
    statement = text("SELECT count(*) FROM ledger_inbox WHERE convert_from(entry, 'UTF8') LIKE :kind")
    with seoul.gate.house.unit() as connection:
        return int(connection.execute(statement, {"kind": f'%"{kind}"%'}).scalar_one())


def test_a_shared_phone_links_and_no_consent_travels(seoul: Seoul) -> None:
    bring(seoul, "first", row("anna", "yes"), row("bert"))
    bring(seoul, "second", row("carl"))
    (first, *_) = links_of(seoul.gate, ANNA)
    assert (first.reason, first.undone_at) == ("same_phone", None)
    assert len(links_of(seoul.gate, CARL)) == 2
    assert [outcome(seoul, who) for who in (ANNA, BERT, CARL)] == [Outcome.ALLOW, Outcome.DENY, Outcome.DENY]
    seoul.withdraw("bert@firma.de")
    assert outcome(seoul, ANNA) is Outcome.ALLOW


def test_the_same_name_joins_and_another_phone_is_nobody_like_her(seoul: Seoul) -> None:
    bring(seoul, "first", row("anna"))
    bring(seoul, "second", row("a.kim", spelled="Kim Anna"), row("bert", phone="010-9876-5432"))
    assert links(seoul) == 0


def test_a_switchboard_links_few(seoul: Seoul) -> None:
    bring(seoul, "first", *(row(f"p{n}", spelled=f"P{n} Kim") for n in range(30)))
    assert links(seoul) <= 3 * 30


def test_an_undone_link_stays_undone(seoul: Seoul) -> None:
    bring(seoul, "first", row("anna"), row("bert"))
    (link,) = links_of(seoul.gate, ANNA)
    undo_link(seoul.gate, OFFICER, link.other, link.one)
    bring(seoul, "again", row("anna"), row("bert"))
    (link,) = links_of(seoul.gate, BERT)
    assert link.undone_at == seoul.gate.clock()
    undo_link(seoul.gate, OFFICER, link.one, link.other)
    assert entries(seoul, "link.undone") == 1, "said twice, it is on record once"
    with pytest.raises(NotFound, match="link_unknown"):
        undo_link(seoul.gate, OFFICER, link.one, bytes(16))


def test_an_undoing_that_fails_leaves_the_link(seoul: Seoul, monkeypatch: pytest.MonkeyPatch) -> None:
    bring(seoul, "first", row("anna"), row("bert"))
    (link,) = links_of(seoul.gate, ANNA)

    def lost(*_: object) -> None:
        raise RuntimeError("power is gone")

    monkeypatch.setattr(type(seoul.gate.house), "enter", lost)
    with pytest.raises(RuntimeError):
        undo_link(seoul.gate, OFFICER, link.one, link.other)
    assert links_of(seoul.gate, ANNA)[0].undone_at is None


def test_pairs_are_shown_veiled_and_that_somebody_looked_is_on_record(seoul: Seoul) -> None:
    assert alike(seoul.gate, OFFICER).pairs == []
    assert entries(seoul, "likeness.viewed") == 0, "nobody was shown"
    bring(seoul, "first", row("anna"), row("bert"))
    page = alike(seoul.gate, OFFICER, 9)
    (pair,) = page.pairs
    assert (page.page, page.pages, page.standing, page.undone) == (1, 1, 1, 0)
    assert pair.why == ["same_phone", "name_part"], "both are called Kim"
    assert {each.name for each in (pair.one, pair.other)} == {"Axxx xxx", "Bxxx xxx"}
    assert {each.phone for each in (pair.one, pair.other)} == {"+000000000000"}
    assert {each.email[0] for each in (pair.one, pair.other)} == {"a", "b"}
    assert "firma" not in str(page)
    assert pair.source == "Form"
    assert entries(seoul, "likeness.viewed") == 1


def test_only_an_officer_sees_pairs_and_says_that_they_are_two(seoul: Seoul) -> None:
    bring(seoul, "first", row("anna"), row("bert"))
    (link,) = links_of(seoul.gate, ANNA)
    with pytest.raises(Refused, match="role_may_not"):
        alike(seoul.gate, CLERK)
    with pytest.raises(Refused, match="role_may_not"):
        undo_link(seoul.gate, CLERK, link.one, link.other)
    assert alike(seoul.gate, OFFICER).standing == 1
    undo_link(seoul.gate, OFFICER, link.one, link.other)
    after = alike(seoul.gate, OFFICER)
    assert (after.pairs, after.standing, after.undone) == ([], 0, 1)


def test_duplicates_in_the_list_and_against_the_base_are_counted(seoul: Seoul) -> None:
    bring(seoul, "first", row("anna"), row("anna"), row("bert", phone="010-9876-5432"))
    bring(seoul, "second", row("anna"))
    with seoul.gate.house.unit() as connection:
        found = connection.execute(text("SELECT counts FROM batch ORDER BY no")).scalars().all()
    first, second = found
    assert (first["row.new"], first["row.merged_in_list"]) == (2, 1)
    assert (second["row.joined"], second.get("row.new", 0)) == (1, 0)
