"""The law's room: who may read it, what it says, and how it looks in a real browser."""

import shutil
from datetime import UTC, datetime
from typing import Any

import pytest

from gateway.store import signoffs

CHROMIUM = shutil.which("chromium")
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
PAGES = ("/law", "/law/KR", "/law/US", "/law/EU?day=2026-01-01")


def test_the_packs_are_listed_with_how_they_stand(office: Any) -> None:
    page = office.signed_in().get("/console/law").text
    assert "No pack is signed off" in page
    assert "Republic of Korea" in page
    assert "Countries under European Union" in page


def test_a_jurisdiction_is_a_table_of_channels_and_every_rule(office: Any) -> None:
    page = office.signed_in("otto").get("/console/law/KR").text
    for word in ("KR-50-3", "closed 21:00 to 08:00", "(광고)", "Every rule", 'href="#KR-50-1"', 'id="KR-50-1"'):
        assert word in page
    assert "<script>" not in page
    assert "style=" not in page


def test_another_day_shows_another_law(office: Any) -> None:
    client = office.signed_in()
    before = client.get("/console/law/KR", params={"day": "2026-09-30"}).text
    assert "not yet in force" in before
    assert client.get("/console/law/KR", params={"day": "soon"}).status_code == 400


def test_a_country_without_a_pack_is_shown_under_its_union(office: Any) -> None:
    page = office.signed_in().get("/console/law/MT").text
    assert "MT, under European Union" in page
    assert "MT has no pack of its own" in page


@pytest.mark.parametrize("path", ["/law/XX", "/law/kr", "/law/%3Cb%3E"])
def test_what_nobody_knows_is_refused(office: Any, path: str) -> None:
    answer = office.signed_in().get(f"/console{path}")
    assert answer.status_code == 404
    assert "<b>" not in answer.text


def test_only_who_may_read_policies_comes_in(office: Any) -> None:
    clerk = office.signed_in("ines")
    assert clerk.get("/console/law").status_code == 403
    assert clerk.get("/console/law/KR").status_code == 403
    assert "/console/law" not in clerk.get("/console").text
    assert office.client().get("/console/law").status_code == 303


def test_reading_changes_nothing(office: Any) -> None:
    client = office.signed_in()
    before = office.kinds()
    for path in PAGES:
        assert client.get(f"/console{path}").status_code == 200
    assert office.kinds() == before


def test_a_sign_off_is_told_until_the_text_changes(office: Any) -> None:
    gate = office.gate
    with gate.house.unit() as connection:
        digest = gate.house.bundle(connection).packs["KR"].digest
        _sign(connection, "KR", digest)
        _sign(connection, "JP", "00" * 32)  # an older text
    client = office.signed_in()
    assert "Signed off" in client.get("/console/law/KR").text
    assert "Not signed off" in client.get("/console/law/JP").text


def _sign(connection: Any, code: str, digest: str) -> None:
    now = datetime(2026, 11, 20, tzinfo=UTC)
    no = propose(connection, code, digest, now)
    signoffs.sign(connection, code, digest, no, ("anna", "berta"), now)


def propose(connection: Any, code: str, digest: str, now: datetime) -> int:
    row = connection.exec_driver_sql(
        "INSERT INTO proposal (uid, kind, about, digest, payload, proposed_by, proposed_at, not_before, expires_at)"
        " VALUES (decode(md5(%s), 'hex'), 'policy.sign', %s, %s, '{}', 'anna', %s, %s, %s) RETURNING no",
        (code, code, digest, now, now, now),
    )
    return int(row.scalar_one())


@pytest.fixture(scope="module")
def chromium(browser: Any) -> Any:
    """The browser of the run."""
    return browser


@pytest.mark.browser
@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [1280, 390])
def test_the_room_is_accessible_and_fits(office: Any, chromium: Any, width: int, scheme: str) -> None:
    from axe_playwright_python.sync_playwright import Axe

    context = chromium.new_context(
        viewport={"width": width, "height": 800}, color_scheme=scheme, reduced_motion="reduce"
    )
    page = context.new_page()
    refused: list[str] = []
    page.on("console", lambda message: refused.append(message.text) if "Security Policy" in message.text else None)
    page.goto(f"{office.url}/console/sign-in")
    page.fill("#name", "anna")
    page.fill("#password", office.password)
    page.click("text=Sign in >> nth=-1")
    page.wait_for_url("**/console")
    for path in PAGES:
        page.goto(f"{office.url}/console{path}")
        found = Axe().run(page, options={"runOnly": RULES}).response["violations"]
        assert [f"{one['id']}: {one['nodes'][0]['html'][:120]}" for one in found] == [], path
        assert page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth") == 0, path
    assert refused == []
    context.close()
