"""The opt-out page as people meet it: in a browser, in each language, with and without scripts, small, by keyboard."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page

from gateway.domain.calendars import persian
from gateway.flows.preferences import show, stop
from gateway.pages.languages import languages

if TYPE_CHECKING:
    from tests.pages.conftest import Household

pytestmark = pytest.mark.browser
RULES = {
    "runOnly": {
        "type": "tag",
        "values": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"],
    }
}


@contextmanager
def opened(browser: Browser, address: str, **options: Any) -> Iterator[Page]:
    """Open an address in a fresh, unknown browser; scripts run unless told."""
    context = browser.new_context(**options)
    complaints: list[str] = []
    try:
        page = context.new_page()
        page.on("console", lambda message: complaints.append(message.text))
        page.goto(address)
        yield page
    finally:
        context.close()
    assert [one for one in complaints if "404" not in one] == []


def faults(page: Page) -> list[str]:
    """Give what axe finds, by rule and element."""
    found = Axe().run(page, options=RULES).response["violations"]
    return [f"{one['id']}: {node['html'][:100]}" for one in found for node in one["nodes"]]


def overflow(page: Page) -> int:
    """Give by how many pixels the page is wider than its window."""
    return int(page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth"))


def test_a_browser_that_runs_everything_changes_nothing(browser: Browser, household: "Household") -> None:
    before = household.state()
    with opened(browser, household.link()) as page:
        page.wait_for_load_state("networkidle")
        page.evaluate("() => { window.scrollTo(0, 99999); document.querySelectorAll('a').forEach(a => a.focus()) }")
        page.wait_for_timeout(300)
    assert household.state() == before


@pytest.mark.parametrize("language", languages())
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_every_page_is_accessible_in_every_language(
    browser: Browser, household: "Household", language: str, scheme: str, tmp_path: Path
) -> None:
    token = household.link().rpartition("/")[2]
    query = f"?lang={language}"
    seen: list[str] = []
    with opened(
        browser, household.link() + query, color_scheme=scheme, viewport={"width": 1280, "height": 800}
    ) as page:
        for step in ("ask", "done", "everything", "unknown"):
            if step in {"done", "everything"}:
                stop(household.gate, token, everything=step == "everything", method="opt_out_page")
            page.goto((household.link() if step != "unknown" else household.origin + "/o/x") + query)
            seen += [f"{step}: {fault}" for fault in faults(page)]
            assert page.get_attribute("html", "lang") == language
    assert seen == []


@pytest.mark.parametrize("language", languages())
def test_it_works_without_scripts_on_the_smallest_phone(
    browser: Browser, household: "Household", language: str
) -> None:
    words = languages()[language]
    small = {"width": 320, "height": 568}
    with opened(browser, f"{household.link()}?lang={language}", java_script_enabled=False, viewport=small) as page:
        box = page.get_by_role("button", name=words["stop_these"]).bounding_box()
        assert box is not None
        assert box["height"] >= 44
        assert box["x"] >= 0
        assert box["x"] + box["width"] <= 320
        assert box["y"] + box["height"] <= 568, "the way out lies below the fold"
        page.get_by_role("button", name=words["stop_these"]).click()
        assert page.get_by_role("heading", level=1).inner_text().endswith(words["done_these"])
    assert show(household.gate, household.link().rpartition("/")[2]).these is not None


@pytest.mark.parametrize("language", languages())
@pytest.mark.parametrize("width", [320, 160])
def test_nothing_is_wider_than_the_window(browser: Browser, household: "Household", language: str, width: int) -> None:
    """160 CSS pixels are a 320 pixel phone at 200 % zoom."""
    token = household.link().rpartition("/")[2]
    with opened(browser, f"{household.link()}?lang={language}", viewport={"width": width, "height": 568}) as page:
        assert overflow(page) <= 0
        stop(household.gate, token, everything=False, method="opt_out_page")
        page.reload()
        assert overflow(page) <= 0


def test_both_ways_out_look_alike(browser: Browser, household: "Household") -> None:
    look = (
        "b => { const s = getComputedStyle(b); return [s.color, s.backgroundColor, s.fontSize, s.fontWeight, s.width] }"
    )
    with opened(browser, household.link()) as page:
        first, second = (page.locator("button").nth(place).evaluate(look) for place in (0, 1))
        height = [page.locator("button").nth(place).bounding_box() for place in (0, 1)]
    assert first == second
    assert height[0] is not None
    assert height[1] is not None
    assert height[0]["height"] == height[1]["height"]


def test_the_keyboard_alone_gets_people_out(browser: Browser, household: "Household") -> None:
    with opened(browser, household.link()) as page:
        page.keyboard.press("Tab")
        assert page.evaluate("document.activeElement.value") == "these"
        outline = page.evaluate("getComputedStyle(document.activeElement).outlineWidth")
        page.keyboard.press("Enter")
        page.wait_for_url("**/done")
    assert outline == "2px"
    assert show(household.gate, household.link().rpartition("/")[2]).these is not None


def test_going_back_and_reloading_sends_nothing_again(browser: Browser, household: "Household") -> None:
    with opened(browser, household.link()) as page:
        page.get_by_role("button", name="Stop all marketing").click()
        page.wait_for_url("**/done")
        once = household.state()
        page.reload()
        page.go_back()
        page.reload()
    assert household.state() == once


def test_an_address_does_not_turn_around_in_persian(browser: Browser, household: "Household") -> None:
    with opened(browser, f"{household.link()}?lang=fa") as page:
        assert page.evaluate("getComputedStyle(document.body).direction") == "rtl"
        assert page.locator("dd bdi[dir=ltr]").inner_text() == "m…@e….com"
        mark = page.locator("svg.mark").bounding_box()
        assert mark is not None
        assert mark["x"] > 600, "the mark stands at the start of the line"


def test_the_persian_calendar_agrees_with_icu(browser: Browser, household: "Household") -> None:
    days = [date(1950, 1, 1) + timedelta(days=17 * step) for step in range(2900)]
    script = """days => { const f = new Intl.DateTimeFormat('en-u-ca-persian-nu-latn',
        {timeZone: 'UTC', year: 'numeric', month: 'numeric', day: 'numeric'});
        return days.map(day => { const p = {}; f.formatToParts(new Date(day)).forEach(x => p[x.type] = x.value);
            return [parseInt(p.year), parseInt(p.month), parseInt(p.day)] }) }"""
    with opened(browser, household.link()) as page:
        icu = page.evaluate(script, [day.isoformat() for day in days])
    assert [list(persian(day)) for day in days] == icu
