"""Console pages in Persian and the way of a list, in a real browser: accessible, at phone width, without JavaScript."""

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from gateway.flows import intake_control
from gateway.flows.intake_work import work_on
from gateway.flows.officers import Officer
from gateway.store import batches
from gateway.store.batches import BatchRecord
from tests.console import test_console_browser as browser
from tests.console import test_console_imports as imports
from tests.console.test_console_browser import chromium, come_in, faults, open_page, overflow
from tests.console.test_console_imports import ready
from tests.lists.assets.build import archive

Office = Any  # of conftest, which tests cannot import

__all__ = ["chromium", "open_page", "ready"]
pytestmark = browser.pytestmark
WAITING = bytes(16)


@pytest.fixture
def busy(ready: Office) -> tuple[Office, str]:
    """A house where one list waits in quarantine and another is being scanned; its address."""
    gate = ready.gate
    with gate.house.unit() as connection:
        no = connection.exec_driver_sql("SELECT no FROM source WHERE name = 'Waiting'").scalar_one()
        record = BatchRecord(
            no, bytes(32), "quarantined", "quarantine", {"E-Mail": "email", "메모": "", "kim@example.kr": ""},
            {"encoding": "cp949", "delimiter": ",", "rows": 48213},
            [{"code": "evidence_missing", "rule": "SRC-FORM", "cite": "GDPR Art. 7(1)", "words": "no wording"}],
            {"row.read": 48213, "row.quarantined": 48000, "row.refused.no_identifier": 213,
             "dropped.phone_malformed": 3, "suppressed.marked": 12},
            {"메모": {"national_id_kr": 12, "health": 4}}, gate.clock() + timedelta(days=30),
        )  # fmt: skip
        batches.begin(connection, WAITING, record, None, gate.clock())
    uid = imports.staged(ready, ready.signed_in("ines"))
    ready.settle()
    return ready, f"/imports/{uid.hex()}"


def paths(live: str) -> tuple[str, ...]:
    return (
        "",
        "/sources",
        "/sources/Form",
        "/imports",
        f"/imports/{WAITING.hex()}",
        live,
        "/imports/new",
        "/ask",
        "/no",
    )


@pytest.mark.parametrize("language", ["en", "fa"])
@pytest.mark.parametrize(("width", "scheme"), [(1280, "light"), (1280, "dark"), (320, "light")])
def test_pages_are_accessible_in_both_languages(
    busy: tuple[Office, str], open_page: Any, width: int, scheme: str, language: str
) -> None:
    office, live = busy
    page = open_page(width, color_scheme=scheme)
    page.goto(f"{office.url}/console/sign-in")
    page.click("text=فارسی" if language == "fa" else "text=English")
    assert page.get_attribute("html", "dir") == ("rtl" if language == "fa" else "ltr")
    assert faults(page) == []
    assert overflow(page) == 0
    come_in_again(page, office)
    for path in paths(live):
        page.goto(f"{office.url}/console{path}")
        page.evaluate("document.querySelectorAll('details').forEach(one => { one.open = true; })")
        assert faults(page) == [], path
        assert overflow(page) == 0, path


def come_in_again(page: Any, office: Office) -> None:
    page.fill("#name", "anna")
    page.fill("#password", office.password)
    page.click("button.main")
    page.wait_for_url("**/console")


def test_a_list_comes_in_without_javascript_in_persian(ready: Office, open_page: Any, tmp_path: Path) -> None:
    file = tmp_path / "list.csv"
    file.write_bytes(imports.listed())
    page = open_page(390, java_script_enabled=False, locale="fa-IR")
    page.goto(f"{ready.url}/console/sign-in")
    come_in_again(page, ready)
    page.goto(f"{ready.url}/console/imports")
    page.click("text=وارد کردن فهرست")
    page.set_input_files("#file", str(file))
    page.select_option("#calendar", label="هجری شمسی")
    page.click("button.main")
    assert page.locator("select[name=field]").count() == 4
    assert overflow_without_script(page)
    page.click("button.main")
    assert "در حال بررسی است" in page.inner_text("h1")
    page.click("text=توقف موقت")
    assert "متوقف" in page.inner_text("h1")
    page.click("text=ادامه")
    page.click("text=ثابت بماند")
    assert page.locator("text=تازه شود").is_visible()


@pytest.mark.parametrize(("width", "language"), [(1280, "en"), (320, "fa")])
def test_columns_and_files_to_choose_are_accessible(
    ready: Office, open_page: Any, tmp_path: Path, width: int, language: str
) -> None:
    rows = "".join(f"p{at}@example.org,+49 30 2093{at * 37:04},q{at}@example.org\n" for at in range(30))
    file = tmp_path / "list.zip"
    file.write_bytes(archive({"a.csv": f"col7,name,col9\n{rows}".encode(), "b.csv": imports.listed()}))
    page = open_page(width)
    page.goto(f"{ready.url}/console/sign-in")
    page.click("text=فارسی" if language == "fa" else "text=English")
    come_in_again(page, ready)
    page.goto(f"{ready.url}/console/imports/new")
    page.set_input_files("#file", str(file))
    page.click("button.main")
    assert page.locator("input[type=radio]").count() == 2
    assert (faults(page), overflow(page)) == ([], 0)
    page.check("input[value='1']")
    page.click("button.main")
    assert page.locator("select[name=field]").count() == 3
    assert (faults(page), overflow(page)) == ([], 0)


def overflow_without_script(page: Any) -> bool:
    """Whether the page is no wider than its window, asked of the layout where no script runs."""
    box = page.locator("main").bounding_box()
    return bool(box["x"] >= 0 and box["x"] + box["width"] <= 390)


def test_the_numbers_of_a_list_on_its_way_move_by_themselves(busy: tuple[Office, str], open_page: Any) -> None:
    office, live = busy
    page = open_page(1280)
    come_in(page, office)
    page.goto(f"{office.url}/console{live}")
    assert "0 of 25 rows" in page.inner_text("#numbers")
    uid = bytes.fromhex(live.rpartition("/")[2])
    intake_control.pause(office.gate, Officer(1, "anna", "officer"), uid)
    page.wait_for_selector("text=Form: paused", timeout=8000)
    intake_control.resume(office.gate, Officer(1, "anna", "officer"), uid)
    work_on(office.gate, uid)
    page.wait_for_selector("text=25 rows accepted", timeout=8000)


def test_a_report_prints_whole_and_plain(busy: tuple[Office, str], open_page: Any) -> None:
    office, _ = busy
    page = open_page(1280)
    come_in(page, office)
    page.goto(f"{office.url}/console/imports/{WAITING.hex()}")
    for size in ("A4", "Letter"):
        assert page.pdf(format=size).count(b"/Type /Page\n") >= 1
    page.emulate_media(media="print")
    assert not page.locator("nav").is_visible()
    assert not page.locator("text=Sign out").is_visible()
    assert page.locator("table.brief >> nth=0").is_visible(), "the numbers, although they are closed on the screen"
    assert page.locator("footer.foot").is_visible()
    assert page.evaluate("getComputedStyle(document.querySelector('.verdict')).color") == "rgb(0, 0, 0)"
