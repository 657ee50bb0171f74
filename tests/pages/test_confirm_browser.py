"""The confirmation page in a browser: each language, light and dark, small, without scripts, by keyboard."""

from contextlib import closing
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Literal

import pytest
from playwright.sync_api import Browser

from gateway.pages.languages import languages
from tests.pages.asking import asked
from tests.pages.test_opt_out_browser import faults, opened, overflow

if TYPE_CHECKING:
    from tests.pages.conftest import Household

pytestmark = pytest.mark.browser


@pytest.mark.parametrize("language", languages())
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_every_page_is_accessible_in_every_language(
    browser: Browser, household: "Household", language: str, scheme: Literal["light", "dark"], tmp_path: Path
) -> None:
    link = asked(household)
    partner = asked(household, "marketing.partner")
    query, seen = f"?lang={language}", []
    context = browser.new_context(
        color_scheme=scheme, viewport={"width": 320, "height": 640}, extra_http_headers={"Sec-GPC": "1"}
    )
    with closing(context):
        page = context.new_page()
        for step in ("against", "ask", "confirmed", "unknown", "lapsed"):
            if step == "against":
                page.goto(partner + query)
                page.get_by_role("button").click()
            elif step == "confirmed":
                page.get_by_role("button").click()
            elif step == "lapsed":
                household.gate.clock.at += timedelta(days=8)  # type: ignore[attr-defined]
                page.goto(partner + query)
            else:
                page.goto((link if step == "ask" else f"{household.origin}/c/x") + query)
            seen += [f"{step}: {fault}" for fault in faults(page)]
            seen += [f"{step}: too wide"] * (overflow(page) > 0)
            assert page.get_attribute("html", "lang") == language
            page.screenshot(path=tmp_path / f"{step}.{language}.{scheme}.png", full_page=True)
    assert seen == []


def test_it_works_without_scripts_and_by_keyboard(browser: Browser, household: "Household") -> None:
    with opened(browser, asked(household), java_script_enabled=False) as page:
        page.keyboard.press("Tab")
        page.keyboard.press("Enter")
        page.wait_for_url("**/done")
        assert "You will get this" in page.content()


def test_a_browser_that_runs_everything_agrees_to_nothing(browser: Browser, household: "Household") -> None:
    link = asked(household)
    before = household.state()
    with opened(browser, link) as page:
        page.wait_for_load_state("networkidle")
        page.evaluate("() => { document.querySelectorAll('a, button').forEach(a => a.focus()) }")
        page.wait_for_timeout(300)
    assert household.state() == before
