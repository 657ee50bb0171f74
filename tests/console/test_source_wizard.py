"""The wizard for sources over HTTP: a draft is written in steps, handed in, approved by two, revoked with numbers."""

import re
from typing import Any

import httpx
import pytest

from gateway.flows import officers
from gateway.flows.sources import SourceWish, register_source, source
from gateway.flows.sources_change import answer_question
from gateway.flows.sources_view import questions_of
from gateway.store import parties, sources

Office = Any  # of conftest, which tests cannot import
NAME = "Herbst"
WHO = {"kind": "registration_form", "called": NAME, "collector": "Lindenhof", "country": "de", "audience": "b2c"}
GOOD = {"yes": "yes", "no": "no"}


@pytest.fixture
def stocked(office: Office) -> Office:
    """A house with two parties and a second officer, `bela`."""
    with office.gate.house.unit() as connection:
        parties.add_party(connection, "Lindenhof", "DE")
        parties.add_party(connection, "Seller", "GB")
    officers.create_officer(office.gate, "bela", "officer", office.password)
    return office


def sent(office: Office, client: httpx.Client, path: str, **data: Any) -> httpx.Response:
    """Send a form as a browser does that has the page open."""
    token = office.token_of(client.get("/console/sources").text)
    return client.post(f"/console{path}", data={"csrf": token, **data})


def status(office: Office, name: str = NAME) -> str:
    return source(office.gate, name).source.status.value


def test_a_source_is_written_in_four_steps_and_handed_in(stocked: Office) -> None:
    ines = stocked.signed_in("ines")
    before = stocked.kinds()
    kinds = ines.get("/console/sources/new").text
    assert kinds.count('type="radio"') == len(set(re.findall(r'name="kind" value="(\w+)"', kinds))) > 40
    assert "Own form that the person filled in" in ines.get("/console/sources/new/who?kind=registration_form").text
    assert ines.get("/console/sources/new/who").headers["location"] == "/console/sources/new"
    assert stocked.kinds() == before, "questions keep nothing"
    made = sent(stocked, ines, "/sources/new/who", **WHO)
    assert (made.status_code, made.headers["location"]) == (303, f"/console/sources/{NAME}/evidence")
    assert status(stocked) == "draft"
    kept = sent(stocked, ines, f"/sources/{NAME}/evidence", evidence=["notice_version", "consent_wording"])
    assert kept.headers["location"] == f"/console/sources/{NAME}/review"
    review = ines.get(f"/console/sources/{NAME}/review").text
    assert "Its lists would wait in quarantine" in review
    assert "GDPR Art. 7(1)" in review
    sent(stocked, ines, f"/sources/{NAME}/evidence", evidence=["notice_version", "consent_wording", "consent_time"])
    assert "Its lists would be accepted" in ines.get(f"/console/sources/{NAME}/review").text
    assert sent(stocked, ines, f"/sources/{NAME}/submit").headers["location"] == f"/console/sources/{NAME}"
    assert status(stocked) == "submitted"
    assert "source.submitted" in stocked.kinds()


def test_two_officers_approve_and_one_revokes_who_has_seen_the_numbers(stocked: Office) -> None:
    register_source(stocked.gate, "test", SourceWish(NAME, "registration_form", "Lindenhof", "DE"))
    anna, bela = stocked.signed_in("anna"), stocked.signed_in("bela")
    proposal = sent(stocked, anna, f"/sources/{NAME}/propose").headers["location"]
    assert "/console/proposals/" in proposal
    page = bela.get(proposal).text
    digest = re.search(r'name="digest" value="([0-9a-f]{64})"', page)
    assert digest is not None
    bela.post(f"{proposal}/confirm", data={"csrf": stocked.token_of(page), "digest": digest[1]})
    assert status(stocked) == "approved"
    assert "Suspend it" in anna.get(f"/console/sources/{NAME}").text
    before = stocked.kinds()
    assert "people whom no other lawful source reaches" in anna.get(f"/console/sources/{NAME}/revoke").text
    assert stocked.kinds() == before
    assert sent(stocked, anna, f"/sources/{NAME}/suspend").status_code == 303
    assert status(stocked) == "suspended"
    assert sent(stocked, anna, f"/sources/{NAME}/revoke").status_code == 303
    assert status(stocked) == "revoked"
    assert "It is revoked already" in anna.get(f"/console/sources/{NAME}/revoke").text


def test_what_is_wrong_is_said_beside_what_was_typed(stocked: Office) -> None:
    ines = stocked.signed_in("ines")
    for change, code in (
        ({"country": "Germany"}, "country_unfit"),
        ({"collector": "Nobody"}, "party_unknown"),
        ({"collected": "yesterday"}, "day_unfit"),
        ({"audience": "x"}, "form_unreadable"),
        ({"contract": "kim@example.kr"}, "version_unfit"),
        ({"called": ""}, "source_name_unfit"),
        ({"purpose": "fun"}, "purpose_unknown"),
    ):
        answer = sent(stocked, ines, "/sources/new/who", **{**WHO, **change})
        assert 400 <= answer.status_code < 500, change
        assert f'<code dir="ltr">{code}</code>' in answer.text, change
        assert 'value="Herbst"' in answer.text or change.get("called") == "", "what was typed is still there"
    assert "source.drafted" not in stocked.kinds()
    sent(stocked, ines, "/sources/new/who", **WHO)
    assert "source_exists" in sent(stocked, ines, "/sources/new/who", **WHO).text
    assert sent(stocked, ines, "/sources/new/who", **{**WHO, "kind": "x"}).status_code == 400


def test_a_bought_list_is_not_handed_in_before_its_questions_are_answered(stocked: Office) -> None:
    ines = stocked.signed_in("ines")
    sent(stocked, ines, "/sources/new/who", **{**WHO, "kind": "broker_list", "supplier": "Seller"})
    assert "Who compiled the list?" in ines.get(f"/console/sources/{NAME}/evidence").text
    assert sent(stocked, ines, f"/sources/{NAME}/submit").status_code == 409
    review = ines.get(f"/console/sources/{NAME}/review").text
    assert "What stands in the way" in review
    assert "/submit" not in review
    wanted = [one.id for one, _ in questions_of(stocked.gate, NAME)]
    answers = [
        next((a for a in one.answers if a not in one.against), "our words")
        for one, _ in questions_of(stocked.gate, NAME)
    ]
    assert sent(stocked, ines, f"/sources/{NAME}/evidence", question=wanted, answer=answers).status_code == 303
    assert all(said for _, said in questions_of(stocked.gate, NAME))
    assert sent(stocked, ines, f"/sources/{NAME}/submit").status_code == 303
    wrong = sent(stocked, ines, f"/sources/{NAME}/evidence", question=["who_compiled"], answer=["kim@example.kr"])
    assert (wrong.status_code, "answer_unfit" in wrong.text, "kim@" in wrong.text) == (400, True, False)
    answer_question(stocked.gate, "test", NAME, "partners_hidden", "yes")
    assert "speaks against it" in ines.get(f"/console/sources/{NAME}/review").text


def test_a_file_is_sealed_and_its_word_counts(stocked: Office) -> None:
    ines = stocked.signed_in("ines")
    sent(stocked, ines, "/sources/new/who", **WHO)
    token = stocked.token_of(ines.get(f"/console/sources/{NAME}/evidence").text)
    large = b"a wording\n" * 20_000  # more than a form of the console may have
    for given in (large, large):
        answer = ines.post(
            f"/console/sources/{NAME}/file",
            data={"csrf": token, "word": "consent_wording"},
            files={"file": ("wording.txt", given, "text/plain")},
        )
        assert answer.status_code == 303
    assert source(stocked.gate, NAME).source.evidence == {"consent_wording"}
    assert "2 files" in ines.get(f"/console/sources/{NAME}/evidence").text
    with stocked.gate.house.unit() as connection:
        assert len(sources.proofs(connection, source(stocked.gate, NAME).source.no)) == 2
    for data in ({"csrf": "0" * 64, "word": "consent_wording"}, {"word": "consent_wording"}):
        refused = ines.post(f"/console/sources/{NAME}/file", data=data, files={"file": ("x", b"x")})
        assert refused.status_code == 403
    empty = ines.post(f"/console/sources/{NAME}/file", data={"csrf": token, "word": "consent_wording"})
    assert empty.status_code == 400


def test_a_kind_may_be_corrected_and_a_forbidden_one_goes_nowhere(stocked: Office) -> None:
    ines = stocked.signed_in("ines")
    sent(stocked, ines, "/sources/new/who", **WHO)
    assert sent(stocked, ines, f"/sources/{NAME}/kind", kind="leaked").headers["location"].endswith("/who")
    assert "may never be used" in ines.get(f"/console/sources/{NAME}/who").text
    assert "/submit" not in ines.get(f"/console/sources/{NAME}/review").text
    assert sent(stocked, ines, f"/sources/{NAME}/submit").status_code == 403
    sent(stocked, ines, f"/sources/{NAME}/who", **{**WHO, "expires": "2027-01-31", "collected": "2026-02-01"})
    found = source(stocked.gate, NAME).source
    assert (found.expires_at, found.collected_at) != (None, None)


def test_roles_and_tokens_are_asked_and_reading_changes_nothing(stocked: Office) -> None:
    register_source(stocked.gate, "test", SourceWish(NAME, "registration_form", "Lindenhof", "DE"))
    ines, otto = stocked.signed_in("ines"), stocked.signed_in("otto")
    before = stocked.kinds()
    for path in (
        "new",
        "new/who?kind=order",
        f"{NAME}/kind",
        f"{NAME}/who",
        f"{NAME}/evidence",
        f"{NAME}/review",
        f"{NAME}/revoke",
    ):
        answer = ines.get(f"/console/sources/{path}")
        assert answer.status_code == 200, path
        assert " style=" not in answer.text, path
        assert not re.search(r'(?:src|href|action|url)\s*[=(]\s*["\']?(?:https?:)?//', answer.text), path
    assert otto.get("/console/sources/new").status_code == 403
    assert otto.get(f"/console/sources/{NAME}/review").status_code == 200
    for path in (
        "new/who",
        f"{NAME}/who",
        f"{NAME}/evidence",
        f"{NAME}/kind",
        f"{NAME}/submit",
        f"{NAME}/propose",
        f"{NAME}/revoke",
        f"{NAME}/suspend",
    ):
        assert ines.post(f"/console/sources/{path}", data={**WHO, "csrf": "0" * 64}).status_code == 403, path
        assert sent(stocked, otto, f"/sources/{path}", **WHO).status_code in {400, 403}, path
    for path in (f"{NAME}/suspend", f"{NAME}/revoke"):
        assert sent(stocked, ines, f"/sources/{path}").status_code == 403, path
    assert stocked.kinds() == before
