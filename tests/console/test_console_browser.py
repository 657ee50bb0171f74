"""The console in a real browser: accessible at desk and phone width, usable without JavaScript and by keyboard."""

import shutil
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest

from gateway.flows.sources import SourceWish, register_source
from gateway.store import batches, parties
from gateway.store.batches import BatchRecord

CHROMIUM = shutil.which("chromium")
pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(CHROMIUM is None, reason="no Chromium: apt-get install chromium"),
]

RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
PAGES = ("", "/sources", "/sources/Autumn%20sign-up", "/imports", "/ledger", "/ledger/0", "/ask", "/nothing")


@pytest.fixture(scope="module")
def chromium(browser: Any) -> Any:
    """The browser of the run."""
    return browser


@pytest.fixture
def stocked(office: Any) -> Any:
    """A house with a source whose list waits."""
    with office.gate.house.unit() as connection:
        parties.add_party(connection, "Lindenhof", "DE")
        parties.add_tool(
            connection,
            parties.ToolRecord("newsletter", "marketing", "Lindenhof", "DE", ["marketing.own"], ["email"], []),
        )
    row = register_source(office.gate, "anna", SourceWish("Autumn sign-up", "registration_form", "Lindenhof", "KR"))
    record = BatchRecord(
        row.source.no, bytes(32), "quarantined", "quarantine", {"E-Mail": "email", "메모": ""},
        {"encoding": "cp949", "rows": 2000},
        [{"code": "evidence_missing", "rule": "SRC-FORM", "cite": "GDPR Art. 7(1)", "words": "no wording"}],
        {"row.read": 2000, "row.quarantined": 2000, "dropped.phone_malformed": 3}, {"메모": {"iban": 12}},
        office.gate.clock() + timedelta(days=30),
    )  # fmt: skip
    with office.gate.house.unit() as connection:
        batches.begin(connection, bytes(16), record, None, office.gate.clock())
    office.settle()
    return office


@pytest.fixture
def open_page(chromium: Any) -> Iterator[Any]:
    """Call it with a width to get a page; whatever it asks of another host fails the test."""
    contexts, strayed = [], []

    def opened(width: int, **options: Any) -> Any:
        context = chromium.new_context(viewport={"width": width, "height": 800}, reduced_motion="reduce", **options)
        contexts.append(context)
        page = context.new_page()
        page.on("request", lambda request: strayed.append(request.url) if "//127.0.0.1:" not in request.url else None)
        page.on("console", lambda message: strayed.append(message.text) if "Security Policy" in message.text else None)
        return page

    yield opened
    for context in contexts:
        context.close()
    assert strayed == []


def come_in(page: Any, office: Any) -> None:
    page.goto(f"{office.url}/console/sign-in")
    page.fill("#name", "anna")
    page.fill("#password", office.password)
    page.click("text=Sign in >> nth=-1")
    page.wait_for_url("**/console")


def faults(page: Any) -> list[str]:
    from axe_playwright_python.sync_playwright import Axe

    found = Axe().run(page, options={"runOnly": RULES}).response["violations"]
    return [f"{one['id']}: {one['nodes'][0]['html'][:120]}" for one in found]


def overflow(page: Any) -> int:
    return int(page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth"))


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [1280, 390, 320])
def test_every_page_is_accessible_and_fits(stocked: Any, open_page: Any, width: int, scheme: str) -> None:
    page = open_page(width, color_scheme=scheme)
    page.goto(f"{stocked.url}/console/sign-in")
    assert faults(page) == []
    come_in(page, stocked)
    for path in (*PAGES, f"/imports/{bytes(16).hex()}"):
        page.goto(f"{stocked.url}/console{path}")
        page.evaluate("document.querySelectorAll('details').forEach(one => { one.open = true; })")
        assert faults(page) == [], path
        assert overflow(page) == 0, path


def test_the_checker_sees_a_planted_fault(stocked: Any, open_page: Any) -> None:
    page = open_page(1280)
    come_in(page, stocked)
    page.evaluate("document.querySelector('main').append(document.createElement('img'))")
    page.evaluate("document.querySelector('h1').style.color = '#ccc'")
    assert {fault.partition(":")[0] for fault in faults(page)} >= {"image-alt", "color-contrast"}


def test_everything_works_without_javascript(stocked: Any, open_page: Any) -> None:
    page = open_page(390, java_script_enabled=False)
    come_in(page, stocked)
    page.click("a.row >> nth=0")
    assert "quarantined" in page.inner_text("h1")
    page.click("summary >> nth=0")
    assert page.locator("table.brief >> nth=0").is_visible()
    page.click("nav >> text=May I?")
    page.fill("#value", "kim@example.kr")
    page.click("text=Ask the gate")
    assert "person_unknown" in page.inner_text("main")
    page.click("text=Sign out")
    assert "/sign-in" in page.url


def test_the_whole_row_is_the_link_and_touch_targets_are_large(stocked: Any, open_page: Any) -> None:
    page = open_page(390)
    come_in(page, stocked)
    page.goto(f"{stocked.url}/console/imports")
    row = page.locator("tr.link").first.bounding_box()
    assert row["height"] >= 44
    for target in page.locator("nav a, button:visible, .button").all():
        assert target.bounding_box()["height"] >= 40
    page.mouse.click(row["x"] + row["width"] - 4, row["y"] + row["height"] - 4)
    page.wait_for_url("**/imports/*")


def test_the_keyboard_reaches_the_content_first_and_shows_where_it_is(stocked: Any, open_page: Any) -> None:
    page = open_page(1280)
    come_in(page, stocked)
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.textContent") == "Skip to the content"
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.closest('main') !== null")
    assert page.evaluate("getComputedStyle(document.activeElement).outlineWidth") == "2px"


def test_a_digest_is_copied_whole(stocked: Any, open_page: Any) -> None:
    page = open_page(1280, permissions=["clipboard-read", "clipboard-write"])
    come_in(page, stocked)
    page.goto(f"{stocked.url}/console/imports/{bytes(16).hex()}")
    page.click("button.copy >> nth=0")
    page.wait_for_selector("text=Copied")
    assert page.evaluate("navigator.clipboard.readText()") == "00" * 32


def test_head_of_a_long_table_stays_in_sight(stocked: Any, open_page: Any) -> None:
    client = stocked.signed_in()
    for _ in range(40):
        client.get("/console/ledger")
    stocked.settle()
    page = open_page(1280)
    come_in(page, stocked)
    page.goto(f"{stocked.url}/console/ledger")
    page.evaluate("window.scrollTo(0, document.body.scrollHeight)")
    assert page.locator("thead th").first.bounding_box()["y"] >= 0


def test_chromium_keeps_a_secure_cookie_on_loopback(abroad: str, office: Any, open_page: Any) -> None:
    """Why only Safari needs the exception that `gateway.console.door` makes."""
    page = open_page(390)
    page.goto(f"{abroad}/console/sign-in")
    assert [cookie["name"] for cookie in page.context.cookies()] == ["__Host-ostiary-visit"]
