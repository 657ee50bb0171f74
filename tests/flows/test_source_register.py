"""The source register: drafts, questions, evidence files, approval by two, and what a revocation would silence."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import Engine, text
from sqlalchemy.exc import DBAPIError

from gateway.domain.errors import Conflict, Invalid, NotFound, Ostiary, Refused
from gateway.flows import officers, widening
from gateway.flows.gate import Gate
from gateway.flows.officers import Officer
from gateway.flows.sources import (
    SourceWish,
    approve_source,
    register_source,
    revoke_source,
    source,
    source_history,
    submit_source,
    suspend_source,
)
from gateway.flows.sources_approval import propose_approval
from gateway.flows.sources_change import add_evidence, answer_question, change_source, evidence_file, wish_of
from gateway.flows.sources_effect import effect_of_revoking
from gateway.store import parties
from policies.load import load_bundle
from policies.terms import SourceStatus

BUNDLE = load_bundle()
FORM = SourceWish("Autumn form", "registration_form", "House", "KR", evidence=("notice_version", "consent_wording"))
BROKER = SourceWish("Leads", "broker_list", "House", "DE", evidence=("names_us",), supplier="Seller", contract="C-7/2")
PASSWORD = "twelve geese cross"
GOOD = {
    "who_compiled": "Seller Ltd", "collected_from": "the_people", "told_people": "notice 4 of 2026",
    "compiled_when": "May 2026", "consent_how": "own_form", "wording_seen": "yes", "wording_names_us": "yes",
    "partners_hidden": "no", "each_channel": "yes", "recent": "yes", "screened": "yes", "seller_known": "yes",
    "warranties": "yes", "sample_checked": "not_yet", "active_only": "yes", "notice_by": "us",
}  # fmt: skip


@pytest.fixture
def house(gate: Gate) -> Gate:
    with gate.house.unit() as connection:
        for name, country in (("House", "KR"), ("Seller", "DE"), ("Partner", "TW")):
            parties.add_party(connection, name, country)
    return gate


@pytest.fixture
def office(house: Gate) -> Callable[[str, str], Officer]:
    """Call it with a name and a role to get an officer."""

    def made(name: str, role: str = "officer") -> Officer:
        officers.create_officer(house, name, role, PASSWORD)
        return officers.sign_in(house, name, PASSWORD, "192.0.2.1").officer

    return made


def entries(gate: Gate) -> list[dict[str, Any]]:
    with gate.house.unit() as connection:
        rows = connection.execute(text("SELECT convert_from(entry, 'UTF8')::jsonb FROM ledger_inbox ORDER BY no"))
        return list(rows.scalars())


def kinds(gate: Gate) -> list[str]:
    return [str(entry["kind"]) for entry in entries(gate)]


def status(gate: Gate, name: str = FORM.name) -> SourceStatus:
    return source(gate, name).source.status


def test_a_draft_is_handed_in_and_then_waits(house: Gate) -> None:
    row = register_source(house, "a", FORM, draft=True)
    assert row.source.status is SourceStatus.DRAFT
    assert submit_source(house, "a", FORM.name).source.status is SourceStatus.SUBMITTED
    with pytest.raises(Conflict) as again:
        submit_source(house, "a", FORM.name)
    assert again.value.code == "source_status"
    assert [what for _, what, _ in source_history(house, FORM.name)] == ["drafted", "submitted"]
    assert kinds(house)[-2:] == ["source.drafted", "source.submitted"]


def test_the_register_keeps_supplier_versions_and_origin(house: Gate) -> None:
    row = register_source(house, "a", replace(BROKER, origin="CN", notice="privacy 3"))
    assert (row.supplier, row.contract, row.notice) == ("Seller", "C-7/2", "privacy 3")
    assert (row.collected_in, row.origin, row.source.country) == ("DE", "CN", "CN")
    assert wish_of(house, BROKER.name) == replace(BROKER, origin="CN", notice="privacy 3", defaults=row.defaults)


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"supplier": "Nobody"}, "party_unknown"),
        ({"contract": "call +49 170 1234567"}, "version_unfit"),
        ({"notice": "kim@example.kr"}, "version_unfit"),
        ({"origin": "China"}, "country_unfit"),
        ({"answers": {"colour": "red"}}, "question_unknown"),
        ({"answers": {"consent_how": "somehow"}}, "answer_unfit"),
        ({"answers": {"who_compiled": "kim@example.kr"}}, "answer_unfit"),
    ],
)
def test_what_is_wrong_is_said_and_nothing_is_kept(house: Gate, change: dict[str, Any], code: str) -> None:
    before = kinds(house)
    with pytest.raises(Ostiary) as refused:
        register_source(house, "a", replace(BROKER, **change))
    assert refused.value.code == code
    assert kinds(house) == before


@pytest.mark.parametrize("kind", sorted(rule.kind for rule in BUNDLE.sources.values() if rule.diligence))
def test_no_bought_partner_or_rented_list_goes_on_with_open_questions(house: Gate, kind: str) -> None:
    register_source(house, "a", replace(BROKER, kind=kind), draft=True)
    for go_on in (submit_source, approve_source):
        with pytest.raises(Conflict) as held:
            go_on(house, "a", BROKER.name)
        assert held.value.code == "questions_open"
        assert "who_compiled" in held.value.message
    assert status(house, BROKER.name) is SourceStatus.DRAFT


def test_answers_open_the_way_and_one_against_shuts_it(house: Gate) -> None:
    register_source(house, "a", replace(BROKER, answers=GOOD | {"partners_hidden": "yes"}), draft=True)
    with pytest.raises(Conflict) as against:
        submit_source(house, "a", BROKER.name)
    assert (against.value.code, "partners_hidden" in against.value.message) == ("answers_against", True)
    answer_question(house, "b", BROKER.name, "partners_hidden", "no")
    before = kinds(house)
    answer_question(house, "b", BROKER.name, "partners_hidden", "no")
    assert kinds(house) == before, "said twice is said once"
    assert submit_source(house, "a", BROKER.name).source.status is SourceStatus.SUBMITTED
    assert approve_source(house, "command line", BROKER.name).source.status is SourceStatus.APPROVED
    last = entries(house)[-1]
    assert (last["kind"], last["body"]["single_officer"]) == ("source.approved", True)


def test_evidence_is_sealed_digested_and_opened_again(house: Gate, owner_engine: Engine) -> None:
    register_source(house, "a", FORM)
    wording = "I want the newsletter. 소식을 받겠습니다.".encode()
    proof = add_evidence(house, "a", FORM.name, "consent_time", wording)
    assert "consent_time" in source(house, FORM.name).source.evidence
    assert evidence_file(house, "a", FORM.name, proof.digest.hex()) == wording
    with owner_engine.connect() as connection:
        sealed = connection.execute(text("SELECT sealed FROM ostiary.evidence")).scalar_one()
    assert wording not in sealed
    assert [entry["kind"] for entry in entries(house)][-3:] == [
        "source.evidence_added", "source.changed", "source.evidence_opened",
    ]  # fmt: skip
    assert proof.digest.hex() in str(entries(house))
    assert "newsletter." not in str(entries(house))
    for word, content, code in (("a_promise", b"x", "evidence_unknown"), ("consent_time", b"", "evidence_unfit")):
        with pytest.raises(Invalid) as unfit:
            add_evidence(house, "a", FORM.name, word, content)
        assert unfit.value.code == code
    with pytest.raises(NotFound):
        evidence_file(house, "a", FORM.name, "00" * 32)


def test_files_and_answers_cannot_be_changed_or_removed(house: Gate, app_engine: Engine, owner_engine: Engine) -> None:
    register_source(house, "a", replace(BROKER, answers={"who_compiled": "Seller Ltd"}))
    add_evidence(house, "a", BROKER.name, "names_us", b"proof")
    for engine in (app_engine, owner_engine):
        for statement in ("UPDATE source_answer SET answer = 'no'", "DELETE FROM source_evidence"):
            with pytest.raises(DBAPIError), engine.begin() as connection:
                connection.execute(text(statement))


def test_what_may_widen_goes_back_and_what_narrows_holds_at_once(house: Gate) -> None:
    register_source(house, "a", replace(FORM, named=("Partner",)))
    approve_source(house, "a", FORM.name)
    version = source(house, FORM.name).version
    change_source(house, "a", FORM.name, evidence=("notice_version",), named=())
    assert (status(house), source(house, FORM.name).version) == (SourceStatus.APPROVED, version + 1)
    change_source(house, "a", FORM.name, expires_at=house.clock() + timedelta(days=30))
    assert status(house) is SourceStatus.APPROVED
    add_evidence(house, "a", FORM.name, "notice_version", b"again")
    assert status(house) is SourceStatus.APPROVED, "another file for a word that counts already widens nothing"
    for widening_change in (
        {"expires_at": None}, {"evidence": ("notice_version", "consent_time")}, {"kind": "order"},
        {"collector": "Partner"}, {"named": ("House",)}, {"collected_at": datetime(2026, 5, 1, tzinfo=UTC)},
        {"origin": "CN"}, {"defaults": {"purpose": "marketing"}},
    ):  # fmt: skip
        change_source(house, "a", FORM.name, **widening_change)
        assert status(house) is SourceStatus.SUBMITTED, widening_change
        approve_source(house, "a", FORM.name)
    before = (source(house, FORM.name).version, kinds(house))
    change_source(house, "a", FORM.name, kind="order")
    assert (source(house, FORM.name).version, kinds(house)) == before, "nothing new is no change"
    revoke_source(house, "a", FORM.name)
    with pytest.raises(Conflict):
        change_source(house, "a", FORM.name, kind="order")


def test_two_officers_approve_exactly_what_was_seen(house: Gate, office: Callable[..., Officer]) -> None:
    anna, bela, ines = office("anna"), office("bela"), office("ines", "intake")
    register_source(house, ines, FORM, draft=True)
    with pytest.raises(Conflict):
        propose_approval(house, anna, FORM.name)
    submit_source(house, ines, FORM.name)
    first = propose_approval(house, anna, FORM.name)
    with pytest.raises(Refused) as alone:
        widening.confirm(house, anna, first.uid.hex(), first.digest)
    assert alone.value.code == "second_officer_needed"
    add_evidence(house, anna, FORM.name, "consent_time", b"log")
    assert widening.shown(house, bela, first.uid.hex()).state == "withdrawn", "what was proposed is no longer said"
    second = propose_approval(house, anna, FORM.name)
    assert second.payload["missing"] == []
    widening.confirm(house, bela, second.uid.hex(), second.digest)
    assert status(house) is SourceStatus.APPROVED
    last = entries(house)[-1]
    assert last["kind"] == "source.approved"
    assert last["body"]["proposed_by"] == anna.actor
    assert last["body"]["confirmed_by"] == bela.actor
    assert last["body"]["single_officer"] is False


def test_a_clerk_may_write_and_hand_in_but_not_approve_or_revoke(house: Gate, office: Callable[..., Officer]) -> None:
    ines, bela = office("ines", "intake"), office("bela")
    register_source(house, ines, FORM)
    proposal = propose_approval(house, ines, FORM.name)
    with pytest.raises(Refused):
        widening.confirm(house, ines, proposal.uid.hex(), proposal.digest)
    widening.confirm(house, bela, proposal.uid.hex(), proposal.digest)
    for act in (suspend_source, revoke_source):
        with pytest.raises(Refused) as refused:
            act(house, ines, FORM.name)
        assert refused.value.code == "role_may_not"
    assert status(house) is SourceStatus.APPROVED
    assert suspend_source(house, bela, FORM.name).source.status is SourceStatus.SUSPENDED


def test_a_house_with_one_officer_waits_a_day_and_says_so(
    house: Gate, office: Callable[..., Officer], clock: Any
) -> None:
    anna = office("anna")
    register_source(house, anna, FORM)
    made = propose_approval(house, anna, FORM.name)
    with pytest.raises(Conflict) as early:
        widening.confirm(house, anna, made.uid.hex(), made.digest)
    assert early.value.code == "proposal_too_early"
    clock.at += timedelta(hours=25)
    widening.confirm(house, anna, made.uid.hex(), made.digest)
    assert status(house) is SourceStatus.APPROVED
    assert entries(house)[-1]["body"]["single_officer"] is True


def test_a_gift_ties_every_consent_that_its_lists_claim(house: Gate) -> None:
    row = register_source(house, "a", replace(FORM, kind="gift_for_data", defaults={"conditions": ["written"]}))
    assert row.defaults["conditions"] == ["tied", "written"]
    assert "tied" not in register_source(house, "a", replace(FORM, name="x")).defaults["conditions"]


def test_the_effect_of_a_revocation_is_counted_before(seoul: Any) -> None:
    gate = seoul.gate
    register_source(gate, "a", replace(FORM, name="Other", collector="Hanbit", evidence=("notice_version",)))
    seoul.bring([(f"p{at}@example.kr", datetime(2026, 5, 1, tzinfo=UTC)) for at in range(5)])
    assert b"p0@example.kr" in b"".join(seoul.release().lines())
    before = kinds(gate)
    effect = effect_of_revoking(gate, "a", "Form")
    assert kinds(gate) == before, "counting changes nothing"
    assert (effect.carried.people, effect.carried.only, effect.carried.consents) == (5, 5, 5)
    assert effect.carried.identifiers == 5
    assert effect.carried.values >= 5
    assert effect.carried.lists == 1
    assert [(told.tool, told.releases, told.people) for told in effect.tools] == [("newsletter", 1, 5)]
    assert "example.kr" not in repr(effect)
    assert effect_of_revoking(gate, "a", "Other").carried.people == 0


def test_what_cannot_be_put_on_record_does_not_happen(house: Gate, monkeypatch: pytest.MonkeyPatch) -> None:
    register_source(house, "a", replace(BROKER, answers=GOOD))
    approve_source(house, "a", BROKER.name)

    def state() -> list[Any]:
        tables = ("source", "source_event", "source_answer", "source_evidence", "evidence", "ledger_inbox")
        with house.house.unit() as connection:
            return [connection.execute(text(f"SELECT count(*), max(t::text) FROM {name} t")).one() for name in tables]

    def broken(*_: object) -> None:
        raise RuntimeError("the ledger is away")

    before = state()
    acts: list[Callable[[], object]] = [
        lambda: register_source(house, "a", FORM),
        lambda: change_source(house, "a", BROKER.name, contract="C-8"),
        lambda: answer_question(house, "a", BROKER.name, "who_compiled", "somebody else"),
        lambda: suspend_source(house, "a", BROKER.name),
        lambda: add_evidence(house, "a", BROKER.name, "sample_audit", b"proof"),
        lambda: revoke_source(house, "a", BROKER.name),
    ]
    with monkeypatch.context() as patch:
        patch.setattr(type(house.house), "enter", broken)
        for act in acts:
            with pytest.raises(RuntimeError):
                act()
            assert state() == before
    for act in acts:
        act()
        assert state() != before
        before = state()
