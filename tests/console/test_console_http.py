"""The console over HTTP: who gets in, what every answer carries, what a form needs, what a GET leaves alone."""

import re
from datetime import timedelta
from typing import Any

import httpx
import pytest
from sqlalchemy import Engine, text

from audit.note import verifier_key
from audit.verify import verify_receipt
from gateway.console.door import after_sign_in, secure_for
from gateway.flows.import_columns import safe_title
from gateway.flows.sources import SourceWish, register_source
from gateway.store import batches, parties
from gateway.store.batches import BatchRecord

Office = Any  # of conftest, which tests cannot import

PAGES = ("", "/sources", "/sources/Autumn%20sign-up", "/imports", "/ledger", "/ledger/0", "/ask")
"""Every page but those whose address holds a number."""
FORMS = ("/sign-out", "/ledger/verify", "/ask", "/language")


@pytest.fixture
def stocked(office: Office) -> Office:
    """A house with a party, a source, a tool and a quarantined list."""
    gate = office.gate
    with gate.house.unit() as connection:
        parties.add_party(connection, "Lindenhof", "DE")
        record = parties.ToolRecord(
            "newsletter", "marketing", "Lindenhof", "DE", ["marketing.own"], ["email"], ["email"]
        )
        parties.add_tool(connection, record)
    row = register_source(gate, "anna", SourceWish("Autumn sign-up", "registration_form", "Lindenhof", "KR"))
    with gate.house.unit() as connection:
        batches.begin(
            connection,
            bytes(15) + b"\x01",
            BatchRecord(
                row.source.no, bytes(32), "quarantined", "quarantine", {"E-Mail": "email", "kim@example.kr": ""},
                {"encoding": "cp949", "rows": 2000},
                [{"code": "evidence_missing", "rule": "SRC-FORM", "cite": "GDPR Art. 7(1)", "words": "no wording"}],
                {"row.read": 2000, "row.quarantined": 2000}, {}, gate.clock() + timedelta(days=30),
            ),
            None,
            gate.clock(),
        )  # fmt: skip
    office.settle()
    return office


IMPORT = f"/imports/{(bytes(15) + bytes([1])).hex()}"


def test_every_page_asks_for_a_session_and_comes_back_to_it(stocked: Office) -> None:
    client = stocked.client()
    for path in (*PAGES, IMPORT, "/ledger/0/receipt", "/ledger/0/leaf", "/no/such/page"):
        answer = client.get(f"/console{path}")
        assert answer.status_code == 303, path
        assert answer.headers["location"].startswith("/console/sign-in")
        assert "Autumn" not in answer.text
    answer = client.get("/console/imports?verdict=quarantine")
    answer = stocked.sign_in(client, "anna", next=re.sub(".*next=", "", answer.headers["location"]))
    assert answer.headers["location"] == "/console", "an encoded path is not a path"
    answer = stocked.sign_in(client, "anna", next="/console/imports?verdict=quarantine")
    assert answer.headers["location"] == "/console/imports?verdict=quarantine"


def test_every_page_opens_for_an_officer_and_loads_nothing_from_elsewhere(stocked: Office) -> None:
    client = stocked.signed_in()
    for path in (*PAGES, IMPORT):
        answer = client.get(f"/console{path}")
        assert answer.status_code == 200, path
        assert not re.search(r'(?:src|href|action|url)\s*[=(]\s*["\']?(?:https?:)?//', answer.text), path
        assert " style=" not in answer.text, path
        assert not re.search(r"\son[a-z]+=", answer.text), path
        assert "<script>" not in answer.text, path
        assert '<html lang="en" dir="ltr">' in answer.text
        assert "kim@example.kr" not in answer.text
    for name in ("console.css", "copy.js", "mark.svg"):
        asset = client.get(f"/console/assets/{name}")
        assert asset.status_code == 200
        assert not re.search(r"url\(|@import|//[a-z]", asset.text.replace("http://www.w3.org/2000/svg", "")), name


def test_every_answer_carries_the_headers_of_the_console(stocked: Office) -> None:
    client, stranger = stocked.signed_in(), stocked.client()
    answers = [client.get(f"/console{path}") for path in (*PAGES, "/nothing", "/ledger/0/receipt")]
    answers += [stranger.get("/console"), stranger.get("/console/sign-in"), client.post("/console/ask", data={})]
    for answer in answers:
        policy = answer.headers["content-security-policy"]
        assert policy.startswith("default-src 'self';")
        assert "frame-ancestors 'none'" in policy
        assert "unsafe" not in policy
        assert answer.headers["x-frame-options"] == "DENY"
        assert answer.headers["x-content-type-options"] == "nosniff"
        assert answer.headers["referrer-policy"] == "no-referrer"
        assert answer.headers["cache-control"] == "no-store"


@pytest.mark.parametrize("path", FORMS)
def test_a_form_without_its_token_is_refused(stocked: Office, path: str) -> None:
    client = stocked.signed_in()
    before = stocked.kinds()
    other = stocked.token_of(stocked.signed_in("otto").get("/console").text)
    for token in ({}, {"csrf": ""}, {"csrf": "0" * 64}, {"csrf": other}):
        answer = client.post(f"/console{path}", data=token)
        assert answer.status_code == 403
        assert "csrf_wrong" in answer.text
    assert client.get("/console").status_code == 200, "still signed in"
    assert stocked.kinds() == [*before, "officer.signed_in"]


def test_the_sign_in_form_is_tied_to_its_browser(office: Office) -> None:
    token = office.token_of(office.client().get("/console/sign-in").text)
    stranger = office.client()
    answer = stranger.post("/console/sign-in", data={"name": "anna", "password": office.password, "csrf": token})
    assert answer.status_code == 403
    assert "set-cookie" not in answer.headers


def test_the_cookie_is_for_the_server_alone(office: Office) -> None:
    answer = office.sign_in(office.client(), "anna")
    cookie = next(line for line in answer.headers.get_list("set-cookie") if line.startswith("ostiary="))
    assert "HttpOnly" in cookie
    assert "SameSite=strict" in cookie
    assert "Path=/" in cookie
    assert "Domain" not in cookie
    assert "Secure" not in cookie, "plain http on this very machine; see gateway.console.door"


def test_off_this_machine_the_cookie_is_secure_and_bound_to_its_host(office: Office, abroad: str) -> None:
    with httpx.Client(base_url=abroad) as client:
        form = client.get("/console/sign-in")
        visit = re.search("__Host-ostiary-visit=([^;]+)", form.headers["set-cookie"])
        assert visit
        data = {"name": "anna", "password": office.password, "csrf": office.token_of(form.text)}
        answer = client.post("/console/sign-in", data=data, headers={"Cookie": visit[0]})
        cookies = answer.headers.get_list("set-cookie")
        session = next(line for line in cookies if line.startswith("__Host-ostiary="))
        assert all("Secure" in line and "HttpOnly" in line and "Domain" not in line for line in cookies)
        assert client.get("/console", headers={"Cookie": session.partition(";")[0]}).status_code == 200


@pytest.mark.parametrize(
    ("origin", "secure"),
    [
        ("https://gate.example", True), ("https://127.0.0.1", True), ("http://gate.example", True),
        ("http://127.0.0.1.example", True), ("http://192.168.0.4:8080", True), ("", True),
        ("http://127.0.0.1:8080", False), ("http://localhost:8080", False), ("http://[::1]:8080", False),
    ],
)  # fmt: skip
def test_only_plain_http_on_this_very_machine_goes_without_secure(origin: str, secure: bool) -> None:
    assert secure_for(origin) is secure


@pytest.mark.parametrize(
    "wanted",
    [
        "//evil.example", "https://evil.example", "/\\evil.example", "/console//evil", "javascript:alert(1)",
        "/consolexyz", "/elsewhere", "/console/sign-out", "/console/\nSet-Cookie: a=b", "", "/console\\x",
    ],
)  # fmt: skip
def test_after_sign_in_nobody_is_sent_elsewhere(wanted: str) -> None:
    assert after_sign_in(wanted) == "/console"


def test_a_wrong_sign_in_says_one_thing_and_repeats_nothing(office: Office) -> None:
    client = office.client()
    texts = []
    for name, password in (("anna", "wrong-but-long-enough"), ("nobody-at-all", office.password)):
        answer = office.sign_in(client, name, password)
        assert answer.status_code == 401
        assert name not in answer.text
        assert password not in answer.text
        texts.append(re.sub("[0-9a-f]{64}", "", answer.text))
    assert texts[0] == texts[1]


def test_after_five_failures_the_door_stays_shut_for_a_while(office: Office) -> None:
    client = office.client()
    codes = [office.sign_in(client, "anna", "wrong-but-long-enough").status_code for _ in range(5)]
    answer = office.sign_in(client, "anna")
    assert codes == [401] * 5
    assert answer.status_code == 429
    assert int(answer.headers["retry-after"]) == 900
    assert "too_many_attempts" in answer.text
    office.clock.at += timedelta(minutes=16)
    assert office.sign_in(client, "anna").status_code == 303


def test_a_session_ends_when_it_is_left_alone_and_when_it_is_signed_out(office: Office) -> None:
    client = office.signed_in()
    office.clock.at += timedelta(minutes=29)
    assert client.get("/console").status_code == 200
    office.clock.at += timedelta(minutes=31)
    assert client.get("/console").status_code == 303
    client = office.signed_in()
    stolen = client.cookies["ostiary"]
    token = office.token_of(client.get("/console").text)
    assert client.post("/console/sign-out", data={"csrf": token}).status_code == 303
    thief = office.client()
    thief.cookies.set("ostiary", stolen)
    assert thief.get("/console").status_code == 303


def test_a_session_counts_only_from_its_cookie(office: Office) -> None:
    session = office.signed_in().cookies["ostiary"]
    stranger = office.client()
    for headers, params in (({"Authorization": f"Bearer {session}"}, {}), ({}, {"ostiary": session})):
        assert stranger.get("/console", headers=headers, params=params).status_code == 303


def _state(engine: Engine) -> dict[str, Any]:
    """Everything that a GET must leave alone: all tables but the log, its checkpoints and the last use of a session."""
    left_out = ("ledger_", "session", "alembic")
    with engine.connect() as connection:
        tables = connection.execute(text("SELECT tablename FROM pg_tables WHERE schemaname = 'ostiary'")).scalars()
        names = sorted(name for name in tables if not name.startswith(left_out))
        return {name: connection.execute(text(f"SELECT md5(coalesce(string_agg(t::text, '|' ORDER BY t::text), ''))"
                                              f" FROM {name} t")).scalar_one() for name in names}  # fmt: skip


def test_reading_changes_nothing_but_the_audit(stocked: Office, owner_engine: Engine) -> None:
    client = stocked.signed_in()
    before, entries = _state(owner_engine), len(stocked.kinds())
    assert len(before) > 15
    for path in (*PAGES, IMPORT, "/ledger/0/receipt", "/ledger?kind=officer.&text=x", "/imports?sort=rows"):
        assert client.get(f"/console{path}").status_code == 200
    for path in FORMS[:2]:
        assert client.get(f"/console{path}").status_code in {400, 404}
    assert _state(owner_engine) == before
    assert stocked.kinds()[entries:] == ["ledger.searched", "ledger.viewed", "ledger.viewed", "ledger.searched"]


def test_looking_into_the_ledger_is_an_entry_without_what_was_looked_for(stocked: Office) -> None:
    client = stocked.signed_in()
    client.get("/console/ledger", params={"text": "kim@example.kr", "actor": "kim@example.kr", "kind": "kim"})
    client.get("/console/ledger/0")
    stocked.settle()
    with stocked.gate.house.unit() as connection:
        leaves = connection.exec_driver_sql("SELECT convert_from(leaf, 'UTF8') FROM ledger_leaf ORDER BY idx").scalars()
        said = list(leaves)[-2:]
    assert '"kind":"ledger.searched"' in said[0]
    assert '"actor":"officer:anna"' in said[0]
    assert '"text":true' in said[0]
    assert "kim" not in said[0]
    assert '{"entry":0}' in said[1]


def test_a_search_finds_by_kind_actor_day_and_text_and_goes_on(stocked: Office) -> None:
    client = stocked.signed_in()
    stocked.settle()

    def found(**asked: str) -> list[str]:
        page = client.get("/console/ledger", params=asked)
        assert page.status_code == 200, page.text
        return re.findall(r"<td[^>]*><span><code>([a-z._]+)</code>", page.text)

    assert found(kind="source.registered") == ["source.registered"]
    assert found(kind="source.") == ["source.registered"]
    assert set(found(actor="officer:anna")) == {"officer.signed_in"}
    assert found(text="Autumn sign-up") == ["source.registered"]
    assert found(since="2026-11-21") == []
    assert "policy.activated" in found(since="2026-11-20", until="2026-11-20")
    assert found(before="1") == ["policy.activated"]
    for asked in ({"since": "yesterday"}, {"before": "-1"}, {"text": "x" * 300}):
        answer = client.get("/console/ledger", params=asked)
        assert answer.status_code == 400
        assert "yesterday" not in answer.text


def test_a_receipt_that_was_downloaded_holds_without_the_house(stocked: Office) -> None:
    client = stocked.signed_in()
    receipt, leaf = (client.get(f"/console/ledger/1/{what}") for what in ("receipt", "leaf"))
    assert receipt.headers["content-disposition"] == 'attachment; filename="entry-1.tlog-proof"'
    gate = stocked.gate
    origin = receipt.content.decode().split("\n\n")[1].partition("\n")[0]
    signer = gate.keyring.ledger_signer(origin)
    verify_receipt(receipt.content, leaf.content, verifier_key(origin, signer.public_key))
    assert client.get("/console/ledger/999999").status_code == 404


def test_an_auditor_verifies_the_log_and_a_broken_one_is_named(
    stocked: Office, migrated_url: str, owner_engine: Engine
) -> None:
    client = stocked.signed_in("otto")
    page = client.get("/console/ledger").text
    assert "Not checked yet" in page
    token = re.findall(r'name="csrf" value="([0-9a-f]{64})"', page)[-1]
    assert client.post("/console/ledger/verify", data={"csrf": token}).status_code == 303
    stocked.settle()
    assert "Verified" in client.get("/console/ledger").text
    stocked.settle()
    engine = owner_engine.engine
    with engine.begin() as connection:
        connection.execute(text("ALTER TABLE ledger_leaf DISABLE TRIGGER USER"))
        connection.execute(text("UPDATE ledger_leaf SET actor = 'somebody else' WHERE idx = 2"))
    client.post("/console/ledger/verify", data={"csrf": token})
    page = client.get("/console/ledger").text
    assert "The ledger is not what was signed" in page
    assert "Broken" in page
    assert "The ledger is not what was signed" in client.get("/console").text


def test_a_role_enters_only_its_rooms(stocked: Office) -> None:
    client = stocked.signed_in("ines")
    home = client.get("/console")
    assert home.status_code == 200
    rooms = re.findall(r'<li><a href="(/console[a-z/]*)"', home.text)
    assert rooms == ["/console", "/console/sources", "/console/imports", "/console/quarantine"]
    for path in ("/ledger", "/ledger/0", "/ledger/0/receipt", "/ask"):
        answer = client.get(f"/console{path}")
        assert answer.status_code == 403
        assert "role_may_not" in answer.text
    token = stocked.token_of(home.text)
    before = stocked.kinds()
    form = {"csrf": token, "kind": "email", "value": "kim@example.kr", "tool": "newsletter", "purpose": "marketing.own",
            "channel": "email", "act": "contact"}  # fmt: skip
    assert client.post("/console/ask", data=form).status_code == 403
    assert client.post("/console/ledger/verify", data={"csrf": token}).status_code == 403
    assert stocked.kinds() == before
    assert "Verify every entry" not in stocked.signed_in("anna").get("/console/ledger").text


def test_a_question_about_a_person_never_repeats_the_address(stocked: Office) -> None:
    client = stocked.signed_in()
    form = {"csrf": stocked.token_of(client.get("/console/ask").text), "kind": "email", "value": "kim@example.kr",
            "tool": "newsletter", "purpose": "marketing.own", "channel": "email", "act": "contact"}  # fmt: skip
    answer = client.post("/console/ask", data=form)
    assert answer.status_code == 404
    assert "person_unknown" in answer.text
    bad = {"value": "no address"}, {"channel": "pigeon"}, {"act": "shout"}, {"at": "noon"}, {"purpose": "fun"}
    for wrong in bad:
        answer = client.post("/console/ask", data={**form, **wrong})
        assert answer.status_code == 400, wrong
        assert not any(value in answer.text for value in ("kim@example.kr", "pigeon", "shout", "no address"))
    with stocked.gate.house.unit() as connection:
        entries = connection.exec_driver_sql("SELECT convert_from(entry, 'UTF8') FROM ledger_inbox").scalars().all()
    assert not any("kim" in entry for entry in entries)


def test_an_import_shows_its_verdict_reasons_and_funnel(stocked: Office) -> None:
    page = stocked.signed_in().get(f"/console{IMPORT}").text
    assert "<h1>Autumn sign-up: 2\u202f000 rows quarantined</h1>" in page
    for word in ("SRC-FORM", "GDPR Art. 7(1)", "no wording", "sealed, waiting", "Sun 20 Dec 2026", "cp949"):
        assert word in page, word
    assert page.count("<svg") == 2
    assert page.count("<title id=") == 2
    assert "looks like a value" in page
    for path in ("/imports/xyz", f"/imports/{'00' * 16}", "/sources/none"):
        assert stocked.signed_in().get(f"/console{path}").status_code == 404


def test_the_first_page_says_what_is_true(stocked: Office) -> None:
    client = stocked.signed_in()
    assert "<h1>1 list waits for somebody</h1>" in client.get("/console").text
    with stocked.gate.house.unit() as connection:
        connection.exec_driver_sql("UPDATE batch SET state = 'finished', verdict = 'accept'")
    assert "<h1>Nothing waits for you</h1>" in client.get("/console").text


def test_an_oversized_form_and_one_without_length_are_refused_before_they_are_read(office: Office) -> None:
    client = office.client()
    answer = client.post("/console/sign-in", data={"name": "a" * 70_000})
    assert answer.status_code == 413
    answer = client.post("/console/sign-in", content=iter([b"name=a"]))
    assert answer.status_code == 411


def test_titles_that_look_like_values_are_hidden() -> None:
    assert safe_title("E-Mail") == "E-Mail"
    assert safe_title("Umsatz 2025") == "Umsatz 2025"
    for value in ("kim@example.kr", "+82 10 1234 5678", "880101-1234567"):
        assert value not in safe_title(value)
