"""Pages in Persian as they are served: nothing of the house's own is left in English."""

import re
from typing import Any

from gateway.flows import desk_acts, officers, sources
from tests.console.test_console_quarantine import WHY, Ward, ward

Office = Any  # of conftest, which tests cannot import

__all__ = ["ward"]
FOREIGN = '<span lang="en"'


def test_desk_report_wizard_and_proposals_are_persian_to_the_last_word(ward: Ward) -> None:
    second = officers.create_officer(ward.gate, "cara", "officer", ward.office.password)
    made = desk_acts.accept_rows(ward.gate, second, bytes.fromhex(ward.rows), "name", "card", WHY)
    wish = sources.SourceWish("leads", "broker_list", "Sender", "GB", evidence=("names_us",))
    sources.register_source(ward.gate, "test", wish, draft=True)
    client = ward.office.signed_in()
    client.cookies.set("ostiary-language", "fa")
    proposal = f"/proposals/{made.uid.hex()}"
    paths = ("/quarantine", f"/quarantine/{ward.list}", f"/quarantine/{ward.rows}", f"/imports/{ward.list}",
             f"/imports/{ward.rows}", "/sources/new", "/sources/new/who?kind=order", "/sources/leads/evidence",
             "/sources/leads/review", "/sources/form", "/proposals", proposal, "/likeness")  # fmt: skip
    for path in paths:
        page = client.get(f"/console{path}")
        assert page.status_code == 200, path
        assert '<html lang="fa" dir="rtl">' in page.text
        assert '<main id="content" tabindex="-1">' in page.text, f"{path} is offered in Persian"
        assert FOREIGN not in page.text, path
    shown = client.get(f"/console{proposal}").text
    assert "<h1>پذیرش ردیف‌های معلق؟</h1>" in shown
    assert re.search("<dt>نوع</dt><dd>شمارهٔ کارت بانکی</dd>", shown)
    assert f'<bdi dir="auto">{WHY}</bdi>' in shown, "what an officer wrote stays as it was written"
    token = ward.office.token_of(shown)
    refused = client.post(f"/console{proposal}/confirm", data={"csrf": token, "digest": "0" * 64})
    assert refused.status_code == 409
    assert FOREIGN not in refused.text
    assert "چکیده از آنِ این پیشنهاد نیست" in refused.text
    client.post(f"/console{proposal}/refuse", data={"csrf": token})
    assert "ردشده به دست" in re.sub("[\u2068\u2069]", "", client.get(f"/console{proposal}").text)
