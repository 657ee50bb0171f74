"""The rooms of change over HTTP: who sees what, what the buttons send, and that reading changes nothing."""

import re
from pathlib import Path
from typing import Any

import httpx
import pytest

from gateway.flows import activation, officers
from policies.load import load_bundle
from tests.flows.lawmaking import FREE, amended

Office = Any  # of conftest, which tests cannot import


@pytest.fixture
def digest(office: Office, tmp_path: Path) -> str:
    """Another bundle, kept; and a second officer, `bela`."""
    officers.create_officer(office.gate, "bela", "officer", office.password)
    return activation.add_bundle(office.gate, "test", amended(tmp_path / "law", FREE)).digest


def sent(client: httpx.Client, page: str, action: str) -> httpx.Response:
    """Send the form of a page as a browser does."""
    text = client.get(page).text
    form = next(each for each in re.findall(r"<form.*?</form>", text, re.DOTALL) if f'action="{action}"' in each)
    fields = dict(re.findall(r'name="([a-z]+)" value="([^"]*)"', form))
    return client.post(action, data=fields)


def in_force(office: Office) -> str:
    return next(each.digest for each in activation.bundles_kept(office.gate) if each.in_force)


def test_one_officer_proposes_and_another_confirms(office: Office, digest: str) -> None:
    anna, bela = office.signed_in("anna"), office.signed_in("bela")
    page = f"/console/change/{digest}"
    assert f'href="{page}"' in anna.get("/console/change").text
    made = sent(anna, page, f"{page}/propose")
    assert made.status_code == 303
    proposal = made.headers["location"]
    assert in_force(office) == load_bundle().digest
    assert "Ask a second officer" in anna.get(proposal).text
    assert f"{proposal}/confirm" not in anna.get(page).text
    assert "1 proposal waits" in bela.get("/console/change").text
    assert sent(bela, page, f"{proposal}/confirm").headers["location"] == proposal
    assert in_force(office) == digest
    assert "Confirmed by" in bela.get(proposal).text
    assert office.kinds()[-1] == "bundle.activated" or "bundle.activated" in office.kinds()
    assert "This is the law in force" in anna.get(page).text


def test_a_confirmation_is_bound_to_what_was_shown(office: Office, digest: str) -> None:
    anna, bela = office.signed_in("anna"), office.signed_in("bela")
    proposal = sent(anna, f"/console/change/{digest}", f"/console/change/{digest}/propose").headers["location"]
    token = office.token_of(bela.get(proposal).text)
    answer = bela.post(f"{proposal}/confirm", data={"csrf": token, "digest": "0" * 64})
    assert (answer.status_code, "proposal_differs" in answer.text) == (409, True)
    assert bela.post(f"{proposal}/confirm", data={"digest": "0" * 64}).status_code == 403, "no token, no form"
    assert in_force(office) == load_bundle().digest
    assert sent(bela, proposal, f"{proposal}/refuse").status_code == 303
    assert "refused" in bela.get("/console/proposals").text
    again = sent(anna, f"/console/change/{digest}", f"/console/change/{digest}/propose").headers["location"]
    assert sent(anna, again, f"{again}/withdraw").status_code == 303
    assert "withdrawn" in anna.get("/console/proposals").text


def test_a_role_sees_what_it_may(office: Office, digest: str) -> None:
    otto, ines = office.signed_in("otto"), office.signed_in("ines")
    page = otto.get(f"/console/change/{digest}")
    assert page.status_code == 200
    assert '<form class="sheet"' not in page.text
    assert otto.get("/console/proposals").status_code == 200
    token = office.token_of(otto.get("/console/change").text)
    assert otto.post(f"/console/change/{digest}/propose", data={"csrf": token}).status_code == 403
    for path in ("/change", f"/change/{digest}", "/proposals", f"/proposals/{'00' * 16}"):
        assert ines.get(f"/console{path}").status_code == 403, path


def test_reading_changes_nothing_and_loads_nothing_from_elsewhere(office: Office, digest: str) -> None:
    anna = office.signed_in("anna")
    proposal = sent(anna, f"/console/change/{digest}", f"/console/change/{digest}/propose").headers["location"]
    before = office.kinds()
    for path in ("/console/change", f"/console/change/{digest}", "/console/proposals", proposal):
        answer = anna.get(path)
        assert answer.status_code == 200, path
        assert anna.head(path).status_code in {200, 405}
        assert not re.search(r'(?:src|href|action|url)\s*[=(]\s*["\']?(?:https?:)?//', answer.text), path
        assert " style=" not in answer.text, path
    assert office.kinds() == before
    for path in ("/console/change/00000000", "/console/proposals/zz", f"/console/proposals/{'00' * 16}"):
        assert anna.get(path).status_code == 404, path
    assert anna.get(f"/console/change/{digest}?days=x").status_code == 400
