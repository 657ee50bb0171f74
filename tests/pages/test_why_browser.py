"""The page that says who may write to its reader, in a browser: accessible in every language, wide and narrow."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Browser

from gateway.pages.languages import languages
from tests.pages.conftest import Household
from tests.pages.test_opt_out_browser import faults, opened, overflow
from tests.pages.test_why import asking

__all__ = ["asking"]
pytestmark = pytest.mark.browser


@pytest.mark.parametrize("language", languages())
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_it_is_accessible_in_every_language(
    browser: Browser, household: Household, asking: Callable[..., str], language: str, scheme: str
) -> None:
    asking()
    asking("stationery", channels=("email", "sms", "post", "voice_live"))
    address = f"{household.link()}/why?lang={language}"
    for width in (1280, 320, 160):
        size = {"width": width, "height": 800}
        with opened(browser, address, color_scheme=scheme, viewport=size, java_script_enabled=True) as page:
            assert faults(page) == []
            assert overflow(page) <= 0
            assert page.get_attribute("html", "dir") == languages()[language]["direction"]


def test_it_leads_back_to_the_way_out_without_scripts(
    browser: Browser, household: Household, asking: Callable[..., str]
) -> None:
    asking()
    words = languages()["en"]
    with opened(browser, f"{household.link()}?lang=en", java_script_enabled=False) as page:
        page.get_by_role("link", name=words["why_link"]).click()
        page.wait_for_url("**/why*")
        assert page.get_by_role("heading", level=1).inner_text() == words["why_title"]
        page.get_by_role("button", name=words["why_stop"]).click()
        page.wait_for_url("**?lang=en")
        assert page.get_by_role("button", name=words["stop_these"]).is_visible()
