"""The wizard for sources in a real browser, in English and in Persian: accessible, narrow, without JavaScript."""

from pathlib import Path
from typing import Any

import pytest

from gateway.flows.sources import SourceWish, register_source, source
from gateway.store import parties
from tests.console import test_console_browser as browser
from tests.console.test_console_browser import chromium, faults, open_page, overflow

Office = Any  # of conftest, which tests cannot import

__all__ = ["chromium", "open_page"]
pytestmark = browser.pytestmark
PAGES = ("new", "new/who?kind=order", "new/who?kind=leaked", "Leads/kind", "Leads/who", "Leads/evidence",
         "Leads/review", "Leads/revoke", "Leads", "Form", "Form/review", "Form/revoke")  # fmt: skip


@pytest.fixture
def stocked(office: Office) -> Office:
    """A house with two parties, a bought list as a draft and a form that was handed in."""
    with office.gate.house.unit() as connection:
        parties.add_party(connection, "Lindenhof", "DE")
        parties.add_party(connection, "Albion Leads", "GB")
    wish = SourceWish("Leads", "broker_list", "Lindenhof", "GB", supplier="Albion Leads", evidence=("names_us",))
    register_source(office.gate, "test", wish, draft=True)
    form = ("notice_version", "consent_wording", "consent_time")
    register_source(office.gate, "test", SourceWish("Form", "registration_form", "Lindenhof", "DE", evidence=form))
    office.settle()
    return office


def come_in(page: Any, office: Office, language: str) -> None:
    page.goto(f"{office.url}/console/sign-in")
    page.click("text=فارسی" if language == "fa" else "text=English")
    page.fill("#name", "anna")
    page.fill("#password", office.password)
    page.click("button.main")
    page.wait_for_url("**/console")


@pytest.mark.parametrize("language", ["en", "fa"])
@pytest.mark.parametrize(("width", "scheme"), [(1280, "light"), (1280, "dark"), (320, "light")])
def test_every_step_is_accessible_in_both_languages(
    stocked: Office, open_page: Any, width: int, scheme: str, language: str
) -> None:
    page = open_page(width, color_scheme=scheme)
    come_in(page, stocked, language)
    for path in PAGES:
        page.goto(f"{stocked.url}/console/sources/{path}")
        assert page.get_attribute("html", "dir") == ("rtl" if language == "fa" else "ltr")
        page.evaluate("document.querySelectorAll('details').forEach(one => { one.open = true; })")
        assert faults(page) == [], path
        assert overflow(page) == 0, path
        for target in page.locator("main button:not(.copy):visible, main .button, main label:has(> input)").all():
            assert target.bounding_box()["height"] >= 40, path


@pytest.mark.parametrize("language", ["en", "fa"])
def test_a_source_is_registered_without_javascript(
    stocked: Office, open_page: Any, language: str, tmp_path: Path
) -> None:
    page = open_page(390, java_script_enabled=False)
    come_in(page, stocked, language)
    page.goto(f"{stocked.url}/console/sources")
    page.click("text=Register a source" if language == "en" else "text=ثبت منبع")
    page.check("input[value=registration_form]")
    page.click("main button.main")
    page.fill("#name", "Winter")
    page.fill("#country", "de")
    page.fill("#collected", "2026-09-01")
    page.click("main button.main")
    proof = tmp_path / "wording.txt"
    proof.write_text("I agree", "utf-8")
    page.select_option("#word", "consent_wording")
    page.set_input_files("#file", str(proof))
    page.click("form[enctype] button")
    assert page.is_checked("input[value=consent_wording]"), "a file makes its word count"
    for word in ("notice_version", "consent_time"):
        page.check(f"input[value={word}]")
    page.click("main button.main")
    assert page.inner_text("h1") == ("Its lists would be accepted" if language == "en" else "فهرست‌هایش پذیرفته می‌شوند")
    page.click("main button.main")
    assert page.url.endswith("/sources/Winter")
    found = source(stocked.gate, "Winter").source
    assert (found.status.value, found.country) == ("submitted", "DE")
    assert found.evidence == {"notice_version", "consent_wording", "consent_time"}
    page.click("main button.main")  # propose its approval
    page.goto(f"{stocked.url}/console/sources/Winter/revoke")
    page.click("main button.main")
    assert source(stocked.gate, "Winter").source.status.value == "revoked"
