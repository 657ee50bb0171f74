"""People who may be one, in the console: veiled, paged, said to be two by a form that may be sent twice."""

import re
from pathlib import Path
from typing import Any

import pytest

from gateway.flows import likeness
from gateway.flows.intake import receive
from gateway.store import parties
from tests.console import test_console_browser as browser
from tests.console.test_console_browser import chromium, faults, open_page, overflow
from tests.console.test_source_wizard_browser import come_in
from tests.flows.test_intake import listed, make_source

Office = Any  # of conftest, which tests cannot import

__all__ = ["chromium", "open_page"]
FORM = re.compile('name="one" value="([0-9a-f]{32})">\\s*<input type="hidden" name="other" value="([0-9a-f]{32})"')
SECRETS = ("example.com", "2345", "Anna", "Berta", "Kim", "Lee")


@pytest.fixture
def alike(office: Office, tmp_path: Path) -> Office:
    """A house in which two pairs share a phone."""
    with office.gate.house.unit() as connection:
        parties.add_party(connection, "Sender", "KR")
    make_source(office.gate, "form")
    rows = [
        f"{name.lower()}@example.com,010-2345-{phone},{name} Kim,no,2026-05-01 10:00,form-1/ko"
        for name, phone in (("Anna", 6789), ("Berta", 6789), ("Cora", 1234), ("Dora", 1234))
    ]
    receive(office.gate, "test", "form", listed(tmp_path, *rows))
    office.settle()
    return office


def test_the_pairs_are_veiled_and_one_is_said_to_be_two(alike: Office) -> None:
    client = alike.signed_in()
    assert "/console/likeness" in client.get("/console/quarantine").text
    page = client.get("/console/likeness")
    assert "<h1>2 pairs of people may be one</h1>" in page.text
    for word in ("Axxx xxx", "axxx@xxxxxxx.xxx", "same phone", "same word in the name"):
        assert word in page.text, word
    assert not any(secret in page.text for secret in SECRETS)
    assert alike.kinds()[-1] == "likeness.viewed"
    one, other = FORM.findall(page.text)[0]
    form = {"csrf": alike.token_of(page.text), "one": one, "other": other}
    assert client.post("/console/likeness/apart", data={**form, "csrf": "0" * 64}).status_code == 403
    for _ in range(2):
        answer = client.post("/console/likeness/apart", data=form)
        assert (answer.status_code, answer.headers["location"]) == (303, "/console/likeness?page=1&done=apart")
    after = client.get(answer.headers["location"]).text
    assert "<h1>1 pair of people may be one</h1>" in after
    assert "They are two. No later list" in after
    assert "1 pair was said to be two people" in after
    assert alike.kinds().count("link.undone") == 1
    for unfit in ({**form, "one": "zz"}, {**form, "one": "00" * 16}, {**form, "one": f" {one[1:]}"}):
        assert client.post("/console/likeness/apart", data=unfit).status_code == 404


def test_pages_follow_each_other_and_a_form_keeps_its_page(alike: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(likeness, "PAGE", 1)
    client = alike.signed_in()
    first, second, last = (client.get(f"/console/likeness?page={no}").text for no in (1, 2, 99))
    assert FORM.findall(first) != FORM.findall(second) == FORM.findall(last)
    assert "page=2" in first
    assert "Page 2 of 2" in last
    assert 'name="page" value="2"' in second
    assert client.get("/console/likeness?page=x").status_code == 400


def test_nobody_but_an_officer_sees_who_is_alike(alike: Office) -> None:
    for name in ("otto", "ines"):
        client = alike.signed_in(name)
        assert client.get("/console/likeness").status_code == 403
        assert "/console/likeness" not in client.get("/console/quarantine").text
    assert alike.client().get("/console/likeness").status_code == 303


@pytest.mark.browser
@pytest.mark.skipif(browser.CHROMIUM is None, reason="no Chromium: apt-get install chromium")
@pytest.mark.parametrize("language", ["en", "fa"])
def test_the_page_is_accessible_and_works_without_javascript(alike: Office, open_page: Any, language: str) -> None:
    for width, scheme in ((1280, "light"), (320, "dark")):
        page = open_page(width, color_scheme=scheme)
        come_in(page, alike, language)
        page.goto(f"{alike.url}/console/likeness")
        assert faults(page) == []
        assert overflow(page) == 0
    plain = open_page(320, java_script_enabled=False)
    come_in(plain, alike, language)
    plain.goto(f"{alike.url}/console/likeness")
    for _ in range(2):
        plain.click("main form button >> nth=0")
    assert plain.inner_text("h1") == ("No two people look alike" if language == "en" else "هیچ دو نفری همانند نیستند")
    assert plain.locator("[role=status]").count() == 1
