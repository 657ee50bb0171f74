"""The quarantine desk by its forms: who may, what is asked once more, what is gone after it; no value is shown."""

import re
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text

from gateway.console.quarantine import days_left, weighty
from gateway.flows import officers
from gateway.flows.intake import receive
from gateway.flows.intake_control import report_of
from gateway.flows.intake_report import Reason
from gateway.flows.intake_work import work_on
from gateway.flows.sources_change import change_source
from gateway.store import parties
from tests.flows.test_desk import hidden
from tests.flows.test_intake import listed, make_source, one, person

Office = Any  # of conftest, which tests cannot import

WHY = "The sender put this right by telephone"
SECRETS = ("4111", "example.com", "Person", "2000-00")


class Ward:
    """A house where two rows of one list wait and another list waits whole."""

    def __init__(self, office: Office, folder: Path) -> None:
        self.office, self.gate = office, office.gate
        rows = [hidden(number) if number in {3, 7} else person(number) for number in range(12)]
        self.rows = receive(office.gate, "test", "form", listed(folder, *rows, name="held.csv")).batch
        people = [person(number) for number in range(25)]
        self.list = receive(office.gate, "test", "late form", listed(folder, *people, name="whole.csv")).batch

    def path(self, uid: str, act: str = "") -> str:
        return f"/console/quarantine/{uid}" + (f"/{act}" if act else "")

    def post(self, client: Any, uid: str, act: str, **form: str) -> Any:
        token = self.office.token_of(client.get("/console").text)
        return client.post(self.path(uid, act), data={"csrf": token, **form})

    def counts(self, uid: str) -> Any:
        return report_of(self.gate, bytes.fromhex(uid)).counts


@pytest.fixture
def ward(office: Office, tmp_path: Path) -> Ward:
    with office.gate.house.unit() as connection:
        parties.add_party(connection, "Sender", "KR")
    make_source(office.gate, "form")
    make_source(office.gate, "late form", evidence=("notice_version",))
    officers.create_officer(office.gate, "bela", "officer", office.password)
    return Ward(office, tmp_path)


CELL = {"column": "2", "kind": "card"}


def bare(page: str) -> str:
    return " ".join(re.sub(r"<[^>]+>", " ", page).split())


def test_the_desk_says_what_waits_why_and_until_when(ward: Ward) -> None:
    client = ward.office.signed_in()
    page = client.get("/console/quarantine").text
    assert "<h1>1 list and 2 rows wait</h1>" in page
    said = bare(page)
    for word in (
        "the whole list",
        "25 rows",
        "2 rows",
        "the rest is stored",
        "30 days left",
        "Evidence missing",
        "Card",
    ):
        assert word in said, word
    assert 'aria-current="true">Quarantine' in page
    assert not any(secret in page for secret in SECRETS)


def test_nothing_waits_and_the_page_says_what_would(office: Office) -> None:
    page = office.signed_in().get("/console/quarantine").text
    assert "<h1>Nothing waits in quarantine</h1>" in page
    assert "would wait here" in page


def test_a_list_on_the_desk_shows_reason_cure_and_veiled_rows(ward: Ward) -> None:
    client = ward.office.signed_in()
    page = client.get(ward.path(ward.list)).text
    assert "<h1>late form: the whole list waits</h1>" in page
    said = bare(page)
    for word in (
        "consent wording",
        "consent time",
        "GDPR",
        "cannot be taken in as long as",
        "p0@xxxxxxx.xxx",
        "fxxx-0/xx",
    ):
        assert word in said, word
    assert "/sources/late%20form/evidence" in page
    assert "/accept" not in page
    assert not any(secret in page for secret in SECRETS)
    rows = client.get(ward.path(ward.rows)).text
    assert "<h1>form: 2 rows wait</h1>" in rows
    assert "Card in the column name" in rows
    assert "column=2&amp;kind=card" in rows
    assert "[card]" in rows
    assert not any(secret in rows for secret in SECRETS)
    assert ward.office.kinds()[-2:] == ["quarantine.viewed", "quarantine.viewed"]


def test_rows_are_dropped_after_one_more_question(ward: Ward) -> None:
    client = ward.office.signed_in()
    before = ward.office.kinds()
    page = client.get(ward.path(ward.rows, "drop?column=2&kind=card")).text
    assert "<h1>Drop 2 rows?</h1>" in page
    assert "This cannot be undone." in page
    assert ward.office.kinds() == before, "asking is no act"
    answer = ward.post(client, ward.rows, "drop", **CELL)
    assert (answer.status_code, answer.headers["location"]) == (303, "/console/quarantine?done=drop")
    assert "Those rows are dropped" in client.get(answer.headers["location"]).text
    assert ward.counts(ward.rows)["row.refused.dropped_by_officer"] == 2
    assert one(ward.gate, "SELECT count(*) FROM held_row WHERE sealed IS NOT NULL") == 0
    again = ward.post(client, ward.rows, "drop", **CELL)
    assert again.headers["location"] == f"/console/imports/{ward.rows}"
    assert "refused: dropped by officer 2" in bare(client.get(again.headers["location"]).text).lower()
    assert ward.office.kinds().count("quarantine.rows_dropped") == 1


def test_rows_are_stored_without_the_cell(ward: Ward) -> None:
    client = ward.office.signed_in()
    assert (
        "<h1>Store 2 rows without this cell?</h1>" in client.get(ward.path(ward.rows, "empty?column=2&kind=card")).text
    )
    assert ward.post(client, ward.rows, "empty", **CELL).headers["location"].endswith("/quarantine?done=empty")
    work_on(ward.gate, bytes.fromhex(ward.rows))
    assert ward.counts(ward.rows)["row.new"] == 12


def test_rows_are_taken_in_by_two(ward: Ward) -> None:
    anna, bela = ward.office.signed_in(), ward.office.signed_in("bela")
    short = ward.post(anna, ward.rows, "take", why="<b>no", **CELL)
    assert short.status_code == 400
    assert "Say why in 10 to 500 characters" in short.text
    assert ">&lt;b&gt;no</textarea>" in short.text, "what was typed stays"
    made = ward.post(anna, ward.rows, "take", why=WHY, **CELL)
    address = made.headers["location"]
    assert address.startswith("/console/proposals/")
    assert ward.post(anna, ward.rows, "take", why=WHY, **CELL).headers["location"] == address
    assert "Somebody else must confirm it." in anna.get(ward.path(ward.rows)).text
    desk = bela.get(ward.path(ward.rows)).text
    assert "You can confirm or refuse it." in desk
    assert f'href="{address}"' in desk
    shown = bela.get(address).text
    digest = re.search(r'name="digest" value="([0-9a-f]+)"', shown)
    assert digest
    form = {"csrf": ward.office.token_of(shown), "digest": digest[1]}
    assert bela.post(f"{address}/confirm", data=form).status_code == 303
    work_on(ward.gate, bytes.fromhex(ward.rows))
    assert ward.counts(ward.rows)["row.new"] == 12
    assert ward.office.kinds().count("quarantine.rows_accepted") == 1


def test_a_list_is_refused_after_one_more_question(ward: Ward) -> None:
    client = ward.office.signed_in()
    page = client.get(ward.path(ward.list, "refuse")).text
    assert "<h1>Refuse late form?</h1>" in page
    assert "can never be opened again" in page
    answer = ward.post(client, ward.list, "refuse")
    assert answer.headers["location"] == "/console/quarantine?done=refuse"
    assert "<h1>2 rows wait</h1>" in client.get(answer.headers["location"]).text
    assert report_of(ward.gate, bytes.fromhex(ward.list)).state == "refused"
    again = ward.post(client, ward.list, "refuse")
    assert again.headers["location"] == f"/console/imports/{ward.list}"
    assert client.get(again.headers["location"]).status_code == 200
    rest = ward.post(client, ward.rows, "refuse")
    assert rest.status_code == 409
    assert "Drop the rows instead" in rest.text


def test_a_list_that_is_not_cured_is_not_proposed_and_says_why(ward: Ward) -> None:
    client = ward.office.signed_in()
    answer = ward.post(client, ward.list, "accept", why=WHY)
    assert answer.status_code == 409
    assert "not on file yet" in answer.text
    assert f">{WHY}</textarea>" in answer.text
    wanted = ("notice_version", "consent_wording", "consent_time")
    change_source(ward.gate, "anna", "late form", evidence=wanted)
    page = client.get(ward.path(ward.list)).text
    assert "the source is not approved" in bare(page).replace("&#39;", "'")
    assert "/accept" not in page
    late = ward.post(client, ward.list, "accept", why=WHY)
    assert late.status_code == 403
    assert "must be approved" in late.text
    with ward.gate.house.unit() as connection:
        connection.execute(text("UPDATE source SET status = 'approved' WHERE name = 'late form'"))
    assert f"{ward.path(ward.list)}/accept" in client.get(ward.path(ward.list)).text
    assert ward.post(client, ward.list, "accept", why=WHY).headers["location"].startswith("/console/proposals/")


def test_who_may_only_look_is_offered_nothing_and_does_nothing(ward: Ward) -> None:
    otto = ward.office.signed_in("otto")
    for uid in (ward.rows, ward.list):
        page = otto.get(ward.path(uid)).text
        assert 'class="button" href="/console/quarantine' not in page
        assert "/drop" not in page
        assert "/refuse" not in page
    asked = otto.get(ward.path(ward.rows, "drop?column=2&kind=card")).text
    assert "Your role may look, and not decide." in asked
    before = ward.office.kinds()
    for act in ("refuse", "accept"):
        assert ward.post(otto, ward.list, act, why=WHY).status_code == 403, act
    for act in ("empty", "drop", "take"):
        assert ward.post(otto, ward.rows, act, why=WHY, **CELL).status_code == 403, act
    assert ward.office.kinds() == before


def test_who_may_not_look_sees_no_room(ward: Ward) -> None:
    officers.create_officer(ward.gate, "adam", "administrator", ward.office.password)
    adam = ward.office.signed_in("adam")
    assert adam.get("/console/quarantine").status_code == 403
    assert adam.get(ward.path(ward.rows)).status_code == 403
    assert "/console/quarantine" not in adam.get("/console").text


def test_forms_without_their_token_change_nothing(ward: Ward) -> None:
    client = ward.office.signed_in()
    before = ward.office.kinds()
    for uid, act in ((ward.list, "refuse"), (ward.list, "accept"), (ward.rows, "drop"), (ward.rows, "empty")):
        assert client.post(ward.path(uid, act), data={"csrf": "0" * 64, **CELL}).status_code == 403, act
    assert ward.office.kinds() == before


@pytest.mark.parametrize(
    "rest",
    ["zz", "00" * 16, "00" * 16 + "/drop?column=2&kind=card", "{}/sell", "{}/drop", "{}/drop?column=99&kind=card",
     "{}/drop?column=-1&kind=card", "{}/drop?column=2&kind=iban", "{}/drop?column=%D9%A2&kind=card"],
)  # fmt: skip
def test_what_is_not_on_the_desk_is_not_found(ward: Ward, rest: str) -> None:
    assert ward.office.signed_in().get(f"/console/quarantine/{rest.format(ward.rows)}").status_code == 404


def test_the_first_page_leads_to_the_desk(ward: Ward) -> None:
    client = ward.office.signed_in()
    page = client.get("/console").text
    assert "1 list waits for somebody" in page
    assert "Rows of 1 more list wait too." in page
    assert 'class="button" href="/console/quarantine"' in page
    ward.post(client, ward.list, "refuse")
    page = client.get("/console").text
    assert "<h1>Rows of 1 list wait for somebody</h1>" in page
    assert ward.path(ward.rows) in client.get(f"/console/imports/{ward.rows}").text


def test_the_desk_in_persian(ward: Ward) -> None:
    client = ward.office.signed_in()
    client.cookies.set("ostiary-language", "fa")
    page = client.get("/console/quarantine").text
    assert '<html lang="fa" dir="rtl">' in page
    assert "<h1>1 فهرست و 2 ردیف در انتظار است</h1>" in page
    shown = client.get(ward.path(ward.rows)).text
    assert "حذف این ردیف‌ها" in shown
    assert "شمارهٔ دولتی، کارت یا حساب" in shown
    refused = ward.post(client, ward.list, "accept", why=WHY)
    assert "کمبودهای منبع" in refused.text


def test_a_title_that_looks_like_a_person_is_hidden(office: Office, tmp_path: Path) -> None:
    with office.gate.house.unit() as connection:
        parties.add_party(connection, "Sender", "KR")
    make_source(office.gate, "form")
    header = "email,Kunde 20301"
    file = listed(tmp_path, "a@example.com,card 4111 1111 1111 1111", header=header)
    made = receive(office.gate, "test", "form", file, overrides={"Kunde 20301": "name"})
    client = office.signed_in()
    page = client.get(f"/console/quarantine/{made.batch}").text
    assert "it looks like a value, not a title" in page
    assert "20301" not in page + client.get(f"/console/quarantine/{made.batch}/drop?column=1&kind=card").text
    token = office.token_of(page)
    client.post(f"/console/quarantine/{made.batch}/drop", data={"csrf": token, "column": "1", "kind": "card"})
    office.settle()
    with office.gate.house.unit() as connection:
        leaves = connection.execute(text("SELECT string_agg(convert_from(leaf, 'UTF8'), ' ') FROM ledger_leaf"))
        assert "quarantine.rows_dropped" in (said := str(leaves.scalar_one()))
    assert "20301" not in said.partition("quarantine.rows_dropped")[2]


def test_days_are_counted_whole_and_never_below_none(office: Office) -> None:
    now = office.gate.clock()
    pairs = ((30, 30), (29.2, 30), (0.1, 1), (0, 0), (-3, 0))
    for days, said in pairs:
        assert days_left(now + timedelta(days=days), now) == said


def test_the_gravest_reason_comes_first_and_cures_are_no_reasons() -> None:
    made = [Reason(code, "R", "C", "w") for code in ("lawful", "evidence_wanted", "breach_marker", "dump_shape")]
    assert [each.code for each in weighty(made)] == ["dump_shape", "breach_marker"]
    assert weighty(made[:1]) == made[:1]
    assert weighty([]) == []
