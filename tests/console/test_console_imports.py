"""A list from the console's form to its report: who may, what is shown on the way, and that no cell ever is."""

import os
import re
from pathlib import Path
from random import Random
from typing import Any

import httpx
import pytest
from sqlalchemy import text

from gateway.console.languages import languages
from gateway.flows import uploading
from gateway.flows.intake_work import work_on
from gateway.flows.sources import SourceWish, approve_source, register_source
from gateway.flows.typed_columns import SENTENCES
from gateway.lists import reader
from gateway.samples import numbers
from gateway.samples.catalogue import SAMPLES
from gateway.store import batches, parties
from tests.lists.assets.build import PEOPLE, archive, workbook

Office = Any  # of conftest, which tests cannot import

SECRET = "kim.minji"
HEADER = "이메일,이름,메모,Zeichen 4711"


def listed(rows: int = 25) -> bytes:
    lines = [f"{SECRET}{number}@example.kr,김민지,hello {number},x" for number in range(rows)]
    return "\n".join([HEADER, *lines, ""]).encode()


@pytest.fixture
def ready(office: Office, monkeypatch: pytest.MonkeyPatch) -> Office:
    """A house with an approved form; lists come in ten rows a chunk."""
    monkeypatch.setattr(reader, "CHUNK_ROWS", 10)
    with office.gate.house.unit() as connection:
        parties.add_party(connection, "Hanbit", "KR")
    shared = {"country": "KR", "time_zone": "Asia/Seoul", "language": "ko", "purpose": "marketing.own"}
    wish = SourceWish("Form", "registration_form", "Hanbit", "KR", evidence=SAMPLES[0].evidence, defaults=shared)
    register_source(office.gate, "anna", wish)
    register_source(office.gate, "anna", SourceWish("Waiting", "registration_form", "Hanbit", "KR"))
    approve_source(office.gate, "otto", "Form")
    return office


def folder(office: Office) -> Path:
    return Path(office.gate.data / "incoming" / "console")


def upload(office: Office, client: httpx.Client, content: bytes, name: str = "list.csv") -> httpx.Response:
    token = office.token_of(client.get("/console/imports/new").text)
    return client.post("/console/imports/new", data={"csrf": token, "source": "Form"}, files={"file": (name, content)})


def brought(office: Office, client: httpx.Client, content: bytes | None = None, **fields: str) -> httpx.Response:
    """Go through both steps and give the answer to the second."""
    shown = upload(office, client, listed() if content is None else content).text
    number = re.search('name="number" value="([0-9a-f]{32})"', shown)
    assert number, shown
    proposed = re.findall(r'<option value="([a-z_]*)" selected>|(<select name="field")', shown)
    said: list[str] = []
    for chosen, begins in proposed:
        if begins:
            said.append("")
        else:
            said[-1] = chosen
    data = {"csrf": office.token_of(shown), "number": number[1], "source": "Form", "field": said, **fields}
    return client.post("/console/imports/begin", data=data)


def staged(office: Office, client: httpx.Client) -> bytes:
    answer = brought(office, client)
    assert answer.status_code == 303, answer.text
    return bytes.fromhex(answer.headers["location"].rpartition("/")[2])


def test_a_list_comes_in_by_form_and_its_report_accounts_for_every_row(ready: Office) -> None:
    client = ready.signed_in("ines")
    shown = upload(ready, client, listed()).text
    assert "2 of 4 columns have a known title" in shown or "3 of 4 columns have a known title" in shown
    assert '<option value="email" selected>' in shown
    assert "hidden" not in re.sub('type="hidden"', "", shown)
    uid = staged(ready, client)
    assert [place.name for place in folder(ready).iterdir() if place.stat().st_size] == [
        place.name for place in folder(ready).iterdir()
    ]
    done = work_on(ready.gate, uid)
    assert done.state == "finished"
    page = client.get(f"/console/imports/{uid.hex()}").text
    assert "<h1>Form: 25 rows accepted</h1>" in page
    for said in ("new people", "Looks like", "Special categories", "Earlier refusals met", "entries in the signed log"):
        assert said in page, said
    told = client.get(f"/console/imports/{uid.hex()}.json").json()
    assert told["rows"]["read"] == 25
    assert told["rows"]["new"] == 25
    assert [column["title"] for column in told["columns"]][:2] == ["이메일", "이름"]
    ready.settle()
    with ready.gate.house.unit() as connection:
        leaves = connection.execute(text("SELECT string_agg(convert_from(leaf, 'UTF8'), ' ') FROM ledger_leaf"))
        everything = page + shown + str(told) + str(leaves.scalar_one())
    assert SECRET not in everything
    assert "김민지" not in everything


def test_while_it_is_on_its_way_it_is_paused_and_goes_on(ready: Office) -> None:
    client = ready.signed_in("ines")
    uid = staged(ready, client)
    address = f"/console/imports/{uid.hex()}"
    page = client.get(address).text
    assert "<h1>Form: being scanned</h1>" in page
    assert '<progress max="25" value="0"' in page
    assert "No cell tells of health" not in page, "nobody has looked at every cell yet"
    assert '<dd class="num">0 of 3</dd>' in page
    assert '<noscript><meta http-equiv="refresh" content="10"></noscript>' in page
    still = client.get(f"{address}?still=1").text
    assert "http-equiv" not in still
    assert "live.js" not in still
    token = ready.token_of(page)
    before = ready.kinds()
    for _ in range(2):  # pressed twice is pressed once
        assert client.post(f"{address}/pause", data={"csrf": token}).headers["location"] == address
    assert ready.kinds() == [*before, "import.paused"]
    assert '<span class="soft">paused</span>' in client.get("/console/imports").text
    page = client.get(address).text
    assert "<h1>Form: paused</h1>" in page
    assert 'data-state="scanning paused"' in page
    assert work_on(ready.gate, uid).state == "scanning"
    assert client.post(f"{address}/resume", data={"csrf": token}).status_code == 303
    assert work_on(ready.gate, uid).state == "finished"
    assert 'id="live"' not in client.get(address).text
    late = client.post(f"{address}/pause", data={"csrf": token})
    assert late.status_code == 409
    assert "import_ended" in late.text


def test_a_cancelled_list_says_so(ready: Office) -> None:
    client = ready.signed_in()
    uid = staged(ready, client)
    address = f"/console/imports/{uid.hex()}"
    token = ready.token_of(client.get(address).text)
    assert client.post(f"{address}/cancel", data={"csrf": token}).status_code == 303
    page = client.get(address).text
    assert "<h1>Form: cancelled</h1>" in page
    assert "Somebody cancelled it" in page
    assert ready.kinds()[-1] == "import.cancelled"


def test_the_same_file_twice_is_one_import(ready: Office) -> None:
    client = ready.signed_in("ines")
    assert staged(ready, client) == staged(ready, client)


def test_who_may_not_import_brings_nothing_and_stops_nothing(ready: Office) -> None:
    uid = staged(ready, ready.signed_in("ines"))
    auditor = ready.signed_in("otto")
    page = auditor.get(f"/console/imports/{uid.hex()}").text
    assert "being scanned" in page
    assert "/pause" not in page
    token = ready.token_of(page)
    before = ready.kinds()
    for path in ("pause", "resume", "cancel"):
        answer = auditor.post(f"/console/imports/{uid.hex()}/{path}", data={"csrf": token})
        assert answer.status_code == 403, path
    assert auditor.get("/console/imports/new").status_code == 403
    files = {"file": ("list.csv", listed())}
    assert auditor.post("/console/imports/new", data={"csrf": token}, files=files).status_code == 403
    stranger = ready.client().post("/console/imports/new", files=files)
    assert stranger.status_code == 303
    assert ready.kinds() == before
    assert list(folder(ready).iterdir()) == []


def test_forms_without_their_token_change_nothing(ready: Office) -> None:
    client = ready.signed_in("ines")
    uid = staged(ready, client)
    before = ready.kinds()
    for path in (f"{uid.hex()}/pause", f"{uid.hex()}/resume", f"{uid.hex()}/cancel", "begin"):
        assert client.post(f"/console/imports/{path}", data={"csrf": "0" * 64}).status_code == 403, path
    answer = client.post("/console/imports/new", data={"csrf": "0" * 64}, files={"file": ("x.csv", listed())})
    assert answer.status_code == 403
    assert list(folder(ready).iterdir()) == []
    assert ready.kinds() == before


@pytest.mark.parametrize(
    ("content", "code"), [(b"", "empty_file"), (b"\x00\x01\x02" * 400, "binary_file"), (b"PK\x03\x04broken", "")]
)
def test_a_file_that_cannot_be_read_leaves_nothing(ready: Office, content: bytes, code: str) -> None:
    answer = upload(ready, ready.signed_in("ines"), content)
    assert answer.status_code == 400
    assert code in answer.text
    assert list(folder(ready).iterdir()) == []


def test_a_mapping_without_an_identifier_is_refused_and_may_be_mended(ready: Office) -> None:
    client = ready.signed_in("ines")
    answer = brought(ready, client, field="notes")
    assert answer.status_code == 400
    assert "no_identifier" in answer.text
    assert len(list(folder(ready).iterdir())) == 1
    wrong = brought(ready, client, number="../../../etc/passwd")
    assert wrong.status_code == 404
    assert "upload_unknown" in wrong.text


def test_a_title_that_looks_like_a_person_is_hidden(ready: Office) -> None:
    client = ready.signed_in("ines")
    shown = upload(ready, client, "이메일,Kunde 20301\na@example.kr,x\n".encode()).text
    assert "20301" not in shown
    assert "it looks like a value, not a title" in shown


def test_what_only_the_cells_say_is_proposed_with_how_sure_and_a_contradiction_is_marked(ready: Office) -> None:
    client = ready.signed_in("ines")
    rows = "".join(f"p{at}@example.org,+49 30 2093{at * 37:04},q{at}@example.org\n" for at in range(30))
    shown = upload(ready, client, f"col7,name,col9\n{rows}".encode()).text
    assert "<h1>1 of 3 columns have a known title</h1>" in shown
    assert "1 column is proposed by its cells" in shown
    assert shown.count(" selected>") == 2
    assert '<option value="email" selected>' in shown
    assert "By its cells: 100 % look like it." in shown
    assert "its cells look like this: phone. Look again." in shown
    assert "Its cells say the same as those of “col7”" in shown
    assert "example.org" not in shown
    assert set(SENTENCES.values()) <= languages()["fa"].sentences.keys()
    client.cookies.set("ostiary-language", "fa")
    assert "از روی خانه‌ها: 100 درصد چنین‌اند." in upload(ready, client, f"col7,name,col9\n{rows}".encode()).text


def test_an_identity_number_is_told_and_never_chosen_beforehand(ready: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reader, "CHUNK_ROWS", 50)
    rng = Random(3)  # noqa: S311  the same every time, and not secret
    rows = "".join(f"p{at}@example.org,{numbers.ir_code(rng)}\n" for at in range(40))
    shown = upload(ready, ready.signed_in("ines"), f"email,Tunnus\n{rows}".encode()).text
    assert "pass the check, 11 % would by chance. Kept only if you say so." in shown
    assert '<option value="national_id" selected>' not in shown


def test_of_several_files_one_is_chosen_and_sent_once(ready: Office) -> None:
    client = ready.signed_in("ines")
    packed = archive({"mai.csv": listed(), "juni.xlsx": workbook({"Kunden": PEOPLE, "Archiv": PEOPLE})})
    before = ready.kinds()
    page = upload(ready, client, packed, "all.zip").text
    assert "<h1>The archive holds 2 files</h1>" in page
    assert "mai.csv" in page
    number = re.search('name="number" value="([0-9a-f]{32})"', page)
    assert number, page
    said = {"csrf": ready.token_of(page), "number": number[1], "source": "Form"}
    assert client.post("/console/imports/look", data={**said, "csrf": "0" * 64}).status_code == 403
    sheets = client.post("/console/imports/look", data={**said, "sheet": "2"}).text
    assert "<h1>The workbook has 2 sheets</h1>" in sheets
    assert 'value="2!1"' in sheets
    chosen = client.post("/console/imports/look", data={**said, "sheet": "2!1"}).text
    assert "read as xlsx" in chosen
    assert 'name="sheet" value="2!1"' in chosen
    assert ready.kinds() == before, "looking leaves nothing in the ledger"
    begun = client.post("/console/imports/begin", data={**said, "sheet": "1", "field": ["email", "name", "", ""]})
    assert begun.status_code == 303, begun.text
    assert list(folder(ready).iterdir()) == []
    ready.settle()
    with ready.gate.house.unit() as connection:
        leaves = connection.execute(text("SELECT string_agg(convert_from(leaf, 'UTF8'), ' ') FROM ledger_leaf"))
        assert "mai.csv" not in leaves.scalar_one()


def test_what_nobody_confirms_is_deleted_after_an_hour(ready: Office) -> None:
    client = ready.signed_in("ines")
    upload(ready, client, listed())
    (place,) = folder(ready).iterdir()
    assert place.stat().st_mode & 0o077 == 0
    now = ready.gate.clock().timestamp()
    os.utime(place, (now, now - 3500))
    uploading.sweep(ready.gate)
    assert place.exists()
    os.utime(place, (now, now - 3700))
    uploading.sweep(ready.gate)
    assert not place.exists()


def test_only_approved_sources_are_offered(ready: Office) -> None:
    shown = ready.signed_in("ines").get("/console/imports/new").text
    assert '<option dir="auto">Form</option>' in shown
    assert "Waiting" not in shown


def test_a_report_in_persian(ready: Office) -> None:
    client = ready.signed_in("ines")
    client.cookies.set("ostiary-language", "fa")
    uid = staged(ready, client)
    page = client.get(f"/console/imports/{uid.hex()}").text
    assert "در حال بررسی است" in page
    work_on(ready.gate, uid)
    page = client.get(f"/console/imports/{uid.hex()}").text
    assert "25 ردیف پذیرفته شد" in page
    assert 'direction="rtl"' in page
    assert SECRET not in page


def test_a_list_says_its_calendar_in_the_form(ready: Office) -> None:
    client = ready.signed_in("ines")
    client.cookies.set("ostiary-language", "fa")
    form = client.get("/console/imports/new").text
    assert '<option value="persian">هجری شمسی</option>' in form
    files = {"file": ("list.csv", "ایمیل,تاریخ تولد\na@example.ir,۱۳۶۶/۰۴/۱۵\n".encode())}
    data = {"csrf": ready.token_of(form), "source": "Form", "calendar": "persian"}
    shown = client.post("/console/imports/new", data=data, files=files).text
    said: dict[str, Any] = dict(re.findall('type="hidden" name="([a-z]+)" value="([^"]*)"', shown))
    assert "calendar" not in said
    assert '<option value="persian" selected>' in shown, "such dates ask for their calendar; what was said stays said"
    said |= {"field": ["email", "birth_date"]}
    wrong = client.post("/console/imports/begin", data={**said, "calendar": "solar"})
    assert "تقویم‌ها این‌ها هستند" in wrong.text
    answer = client.post("/console/imports/begin", data={**said, "calendar": "persian"})
    page = client.get(answer.headers["location"]).text
    assert "<dt>تقویم</dt><dd><bdi>persian</bdi></dd>" in page
    done = work_on(ready.gate, bytes.fromhex(answer.headers["location"].rpartition("/")[2]))
    with ready.gate.house.unit() as connection:
        assert connection.execute(text("SELECT birth_year FROM person")).scalar_one() == 1987
    assert (done.state, dict(done.reading)["calendar"]) == ("finished", "persian")


def test_looking_at_a_report_is_no_act(ready: Office) -> None:
    client = ready.signed_in("ines")
    uid = staged(ready, client)
    before = ready.kinds()
    for path in ("", ".json", "?still=1"):
        assert client.get(f"/console/imports/{uid.hex()}{path}").status_code == 200
    assert client.get("/console/imports/zz.json").status_code == 404
    assert ready.kinds() == before
    with ready.gate.house.unit() as connection:
        found = batches.by_uid(connection, uid)
    assert found is not None
    assert found.state == "scanning"
