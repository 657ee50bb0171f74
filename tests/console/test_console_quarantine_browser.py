"""The quarantine desk in a real browser: accessible in both languages, at phone width, without JavaScript."""

from typing import Any

import pytest

from gateway.flows import desk_acts
from gateway.flows.officers import create_officer
from tests.console import test_console_browser as browser
from tests.console.test_console_browser import chromium, come_in, faults, open_page, overflow
from tests.console.test_console_imports_browser import come_in_again
from tests.console.test_console_quarantine import WHY, Ward, ward

__all__ = ["chromium", "open_page", "ward"]
pytestmark = browser.pytestmark


def paths(ward: Ward) -> tuple[str, ...]:
    of = "column=2&kind=card"
    rows, whole = f"/quarantine/{ward.rows}", f"/quarantine/{ward.list}"
    return (
        "", "/quarantine", "/quarantine?done=drop", whole, rows, f"{whole}/refuse", f"{whole}/accept",
        f"{rows}/empty?{of}", f"{rows}/drop?{of}", f"{rows}/take?{of}",
    )  # fmt: skip


@pytest.mark.parametrize("language", ["en", "fa"])
@pytest.mark.parametrize(("width", "scheme"), [(1280, "light"), (1280, "dark"), (320, "light")])
def test_the_desk_is_accessible_in_both_languages(
    ward: Ward, open_page: Any, width: int, scheme: str, language: str
) -> None:
    second = create_officer(ward.gate, "cara", "officer", ward.office.password)
    made = desk_acts.accept_rows(ward.gate, second, bytes.fromhex(ward.rows), "name", "card", WHY)
    page = open_page(width, color_scheme=scheme)
    page.goto(f"{ward.office.url}/console/sign-in")
    page.click("text=فارسی" if language == "fa" else "text=English")
    come_in_again(page, ward.office)
    for path in (*paths(ward), "/proposals", f"/proposals/{made.uid.hex()}"):
        page.goto(f"{ward.office.url}/console{path}")
        assert faults(page) == [], path
        assert overflow(page) == 0, path


def test_rows_are_decided_without_javascript_by_touch(ward: Ward, open_page: Any) -> None:
    page = open_page(390, java_script_enabled=False)
    come_in(page, ward.office)
    page.click("text=Decide at the quarantine desk")
    assert "1 list and 2 rows wait" in page.inner_text("h1")
    page.click(f"a.row[href$='{ward.rows}']")
    for target in page.locator("main .button").all():
        assert target.bounding_box()["height"] >= 44
    page.click("text=Propose to take them in as they are")
    page.fill("#why", "too short")
    page.locator("form.sheet").evaluate("form => { form.noValidate = true; }")  # as a browser without that check
    page.click("button.main")
    assert "Say why in 10 to 500 characters" in page.inner_text("main")
    assert page.input_value("#why") == "too short"
    page.fill("#why", WHY)
    page.click("button.main")
    assert "Take held rows in" in page.inner_text("h1")
    page.goto(f"{ward.office.url}/console/quarantine/{ward.rows}")
    page.click("text=Drop these rows")
    page.click("text=Drop the rows for good")
    assert "Those rows are dropped" in page.inner_text("[role=status]")
    assert "1 list waits" in page.inner_text("h1")
