"""One decision, four doors: the console's form, the API, AuthZEN and the command line say the same of 1,000 asks.

The house is real and stands at one clock. Questions to contact somebody count as contacts, which stay for ever: they
are put first, one a person at most, so that no door uses a cap up for the next; the slots that disclosures hold are
cleared between the doors. Some people's caps are used up before the first one.
"""

import json
import random
import re
import socket
import threading
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, TypeAlias

import httpx
import pytest
import uvicorn
from argon2 import PasswordHasher
from sqlalchemy import Engine, text

from gateway.app import build
from gateway.cli import program
from gateway.domain.requests import PersonAsk, Selector
from gateway.flows import officers
from gateway.flows.consent import ConsentWish, record
from gateway.flows.decide import Answers, Request, decide_batch
from gateway.flows.gate import Gate
from gateway.flows.intake import receive
from gateway.flows.sources import SourceWish, approve_source, register_source
from gateway.flows.suppress import Stop, suppress
from gateway.identity.credentials import Passwords
from gateway.store import contacts, parties
from gateway.store.contacts import Contact
from policies.terms import Act, Channel, Condition, ConsentState, LineType, Scope
from tests.conftest import Clock
from tests.console.conftest import Office
from tests.flows.conftest import add_tool

ASKS = 1_000
COMMANDS = 10
PASSWORD = "twelve geese cross"
HOMES = {
    "KR": ("+82102345{:04d}", "Asia/Seoul"), "DE": ("+491512345{:04d}", "Europe/Berlin"),
    "FR": ("+3361234{:04d}", "Europe/Paris"), "US": ("+1202456{:04d}", "America/New_York"),
    "GB": ("+44740012{:04d}", "Europe/London"), "CN": ("+861381234{:04d}", "Asia/Shanghai"),
    "TW": ("+88691234{:04d}", "Asia/Taipei"), "IR": ("+98912345{:04d}", "Asia/Tehran"),
}  # fmt: skip
TOOLS: dict[str, dict[str, Any]] = {
    "newsletter": {},
    "berlin": {"sender": "Nordlicht", "country": "DE", "jurisdictions": ("DE", "FR", "GB"), "channels": tuple(Channel)},
    "boston": {"sender": "Acme", "country": "US", "channels": ("email", "sms", "voice_live", "post")},
    "service": {"role": "branch", "purposes": ("marketing.own", "service"), "channels": ("email", "sms")},
    "analytics": {"role": "analytics", "country": "DE", "purposes": ("profiling.segments", "measurement")},
}  # fmt: skip
PURPOSES = (
    *["marketing.own.newsletter", "marketing.own", "marketing.own.offers"] * 3,
    "marketing.partner", "service.order", "profiling.segments", "measurement", "marketing.own.consent_request",
)  # fmt: skip
CHANNELS = (*[Channel.EMAIL, Channel.SMS] * 4, Channel.VOICE_LIVE, Channel.MSGAPP, Channel.VOICE_AUTO, Channel.ADS)
Said: TypeAlias = tuple[str, str]
"""Outcome and coarse code."""


@dataclass(frozen=True, slots=True)
class Put:
    """One ask in one tool's name."""

    tool: str
    ask: PersonAsk


@pytest.fixture
def clock() -> Clock:
    """Now, standing still: the command line has only the clock of the machine."""
    return Clock(datetime.now(UTC).replace(microsecond=0))


class House:
    """People of eight countries, five sources a country, five tools, and everything that somebody may have said."""

    def __init__(self, gate: Gate, folder: Path, owner: Engine, chance: random.Random) -> None:
        self.gate, self.owner, self.chance = gate, owner, chance
        self.people: list[tuple[str, str]] = []
        with gate.house.unit() as connection:
            for name, country in (("Hanbit", "KR"), ("Nordlicht", "DE"), ("Acme", "US")):
                parties.add_party(connection, name, country)
        self.keys = {name: add_tool(gate, name, **changes) for name, changes in TOOLS.items()}
        for country in HOMES:
            for kind in ("registration_form", "order", "inquiry"):
                self._source(folder, country, kind)
        self._traits()
        self._say()
        self._stops()
        self._used_up()

    def _source(self, folder: Path, country: str, kind: str) -> None:
        name, chance = f"{kind} {country}", self.chance
        evidence = (
            "notice_version", "consent_wording", "consent_time", "order_record", "inquiry_record",
            *(["refusal_offered"] if chance.random() < 0.7 else []), *(["age_gate"] if chance.random() < 0.8 else []),
        )  # fmt: skip
        wish = SourceWish(
            name, kind, chance.choice(["Hanbit", "Nordlicht", "Acme"]), country,
            collected_at=self.gate.clock() - timedelta(days=chance.randint(5, 900)), evidence=evidence,
            named=("Hanbit", "Nordlicht", "Acme") if chance.random() < 0.6 else (),
            defaults={"country": country, "time_zone": HOMES[country][1], "purpose": "marketing.own"},
        )  # fmt: skip
        register_source(self.gate, "officer", wish)
        approve_source(self.gate, "officer", name)
        mine = []
        for _ in range(6):
            no = len(self.people)
            self.people.append((f"p{no}@example.com", HOMES[country][0].format(1000 + no)))
            mine.append(f"{self.people[-1][0]},{self.people[-1][1]}")
        path = folder / f"{name}.csv"
        path.write_text("\n".join(["이메일,휴대전화", *mine]) + "\n", encoding="utf-8")
        receive(self.gate, "intake", name, path)

    def _traits(self) -> None:
        """Let people differ in what a law looks at, and some sources be suspended."""
        chance = self.chance
        with self.owner.begin() as connection:
            numbers = connection.execute(text("SELECT no FROM person ORDER BY no")).scalars().all()
            for no in numbers:
                values = {
                    "no": no, "kind": chance.choice(["b2c", "b2c", "b2b", "b2b_individual", "unknown"]),
                    "year": chance.choice([0, 1980, 1990, 2012]), "flags": chance.choice([0] * 12 + [1, 2, 4]),
                    "region": chance.choice(["", "", "FL", "CA"]),
                }  # fmt: skip
                connection.execute(
                    text("UPDATE person SET kind = :kind, birth_year = :year, flags = :flags, region = :region"
                         " WHERE no = :no"), values,
                )  # fmt: skip
                dealt = {
                    "no": no, "party": chance.randint(1, 3), "kind": chance.choice(["purchase", "inquiry"]),
                    "category": chance.choice(["books", "shoes", ""]), "notice": chance.random() < 0.7,
                    "at": self.gate.clock() - timedelta(days=chance.randint(1, 900)),
                }  # fmt: skip
                connection.execute(
                    text("INSERT INTO dealing VALUES (:no, :party, :kind, :category, :at, :notice, 0)"), dealt
                )
            connection.execute(text("UPDATE source SET status = 'suspended' WHERE name = 'inquiry GB'"))

    def _say(self) -> None:
        """Let most people consent to something, and some take it back."""
        chance = self.chance
        for email, phone in self.people:
            for kind, value, channel in (("email", email, "email"), ("phone", phone, chance.choice(["sms", "msgapp"]))):
                if chance.random() < 0.7:
                    self._given(kind, value, channel)
            if chance.random() < 0.15:
                state = chance.choice([ConsentState.WITHDRAWN, ConsentState.OBJECTED])
                what = chance.choice(["marketing", "marketing.own.offers"])
                record(self.gate, "newsletter", ConsentWish(Selector("email", email), state, what, "reply"))

    def _given(self, kind: str, value: str, channel: str) -> None:
        chance = self.chance
        conditions = Condition.NONE
        for condition in Condition:
            conditions |= condition if chance.random() < 0.3 else Condition.NONE
        wish = ConsentWish(
            Selector(kind, value), ConsentState.GIVEN, chance.choice(["marketing.own", "marketing.own.newsletter"]),
            "web_form", channel, chance.choice(["Hanbit", "Nordlicht", "Acme"]), conditions, "v3", "en",
            self.gate.clock() - timedelta(days=chance.randint(1, 900)), evidence=b"form",
        )  # fmt: skip
        record(self.gate, "newsletter", wish)

    def _stops(self) -> None:
        stops = [
            Stop(Selector("email", email), scope, "email" if scope is Scope.CHANNEL else "")
            for email, _ in self.chance.sample(self.people, 12)
            for scope in [self.chance.choice([Scope.ALL, Scope.STORAGE, Scope.CHANNEL])]
        ]
        suppress(self.gate, "officer", "complaint", stops)

    def fresh(self) -> None:
        """Clear the slots that the answers of one door hold."""
        with self.owner.begin() as connection:
            connection.execute(text("DELETE FROM reservation"))

    def _used_up(self) -> None:
        """Use up some people's caps."""
        used = [Contact(no, Channel.SMS, 1, 1, 0, "marketing.own", "") for no in range(1, 40, 3) for _ in range(7)]
        with self.gate.house.unit() as connection:
            contacts.record(connection, used, self.gate.clock() - timedelta(days=1), 1)

    def asks(self) -> list[Put]:
        """Make the asks: those that contact somebody first, one a person."""
        chance = self.chance
        drawn = [Put(chance.choice(list(TOOLS)), self._ask(Act.CONTACT, person)) for person in self.people]
        while len(drawn) < ASKS:
            person = chance.choice(self.people) if chance.random() < 0.97 else ("nobody@example.com", "+82101")
            drawn.append(Put(chance.choice(list(TOOLS)), self._ask(Act.DISCLOSE, person)))
        return drawn

    def _ask(self, act: Act, person: tuple[str, str]) -> PersonAsk:
        chance = self.chance
        by_phone = chance.random() < 0.3 and person[1] != "+82101"
        who = Selector("phone", person[1]) if by_phone else Selector("email", person[0])
        return PersonAsk(
            who, act, chance.choice(PURPOSES), chance.choice(CHANNELS), chance.choice([None, None, *LineType]),
            chance.choice(["", "books", "shoes"]),
        )  # fmt: skip

    def by_tool(self, asks: Sequence[Put]) -> Iterator[tuple[str, list[int]]]:
        """Give the places of each tool's asks: first all that contact, then all that disclose."""
        for act in (Act.CONTACT, Act.DISCLOSE):
            for tool in TOOLS:
                yield tool, [at for at, put in enumerate(asks) if (put.tool, put.ask.act) == (tool, act)]


@pytest.fixture
def house(gate: Gate, tmp_path: Path, owner_engine: Engine) -> House:
    """The house, on one seed."""
    quick = replace(gate, passwords=Passwords(PasswordHasher(time_cost=1, memory_cost=1024, parallelism=1)))
    return House(quick, tmp_path, owner_engine, random.Random(20261120))  # noqa: S311


def by_api(house: House, client: httpx.Client, asks: Sequence[Put]) -> list[Said]:
    said: list[Said] = [("", "")] * len(asks)
    house.fresh()
    for tool, places in house.by_tool(asks):
        body = {"asks": [_body(asks[at].ask) for at in places]}
        told = client.post("/v1/decisions", json=body, headers={"Authorization": f"Bearer {house.keys[tool]}"})
        assert told.status_code == 200, told.text
        for at, one in zip(places, told.json()["decisions"], strict=True):
            said[at] = (one["outcome"], one["code"])
    return said


def _body(ask: PersonAsk) -> dict[str, Any]:
    body = {
        "person": {ask.selector.kind: ask.selector.value}, "purpose": ask.purpose, "channel": ask.channel,
        "act": ask.act, "category": ask.category,
    }  # fmt: skip
    return body | ({"line": ask.line} if ask.line else {})


def by_authzen(house: House, client: httpx.Client, asks: Sequence[Put]) -> list[Said]:
    said: list[Said] = [("", "")] * len(asks)
    house.fresh()
    for tool, places in house.by_tool(asks):
        subject = {"type": "tool", "id": tool}
        body = {"subject": subject, "evaluations": [_evaluation(asks[at].ask) for at in places]}
        headers = {"Authorization": f"Bearer {house.keys[tool]}"}
        told = client.post("/access/v1/evaluations", json=body, headers=headers)
        assert told.status_code == 200, told.text
        for at, one in zip(places, told.json()["evaluations"], strict=True):
            outcome = one["context"]["outcome"]
            said[at] = (outcome, one["context"]["code"])
            assert one["decision"] == (outcome == "allow")
        if asks[places[-1]].ask.act is Act.DISCLOSE:
            body = {"subject": subject, **_evaluation(asks[places[-1]].ask)}
            first = client.post("/access/v1/evaluation", json=body, headers=headers).json()
            assert (first["context"]["outcome"], first["context"]["code"]) == said[places[-1]]
    return said


def _evaluation(ask: PersonAsk) -> dict[str, Any]:
    properties = {"purpose": ask.purpose, "channel": ask.channel, "category": ask.category}
    return {
        "action": {"name": ask.act, "properties": properties | ({"line": ask.line} if ask.line else {})},
        "resource": {"type": "person", "id": ask.selector.value, "properties": {"by": ask.selector.kind}},
    }


_ANSWER = re.compile(r"The tool is told: (\w+), <code>(\w+)</code>")


def by_console(house: House, url: str, asks: Sequence[Put]) -> list[Said]:
    officers.create_officer(house.gate, "anna", "officer", PASSWORD)
    office = Office(url, house.gate, None)
    house.fresh()
    client = office.signed_in()
    token = office.token_of(client.get("/console/ask").text)
    said = []
    for put in asks:
        ask = put.ask
        form = {
            "csrf": token, "tool": put.tool, "kind": ask.selector.kind, "value": ask.selector.value, "act": ask.act,
            "purpose": ask.purpose, "channel": ask.channel, "category": ask.category, "line": ask.line or "",
        }  # fmt: skip
        page = client.post("/console/ask", data=form)
        found = _ANSWER.search(page.text)
        if page.status_code == 404:
            assert "person_unknown" in page.text
        else:
            assert (page.status_code, found is not None) == (200, True), page.text
        said.append((found[1], found[2]) if found else ("deny", "person_unknown"))
    client.close()
    return said


def by_command(house: House, asks: Sequence[Put]) -> list[Said]:
    """Call what `ostiary decide` calls, an ask at a time in its own request."""
    said: list[Said] = [("", "")] * len(asks)
    house.fresh()
    for tool, places in house.by_tool(asks):
        requests = [Request(house.keys[tool], [asks[at].ask]) for at in places]
        for at, told in zip(places, decide_batch(house.gate, requests), strict=True):
            assert isinstance(told, Answers), told
            said[at] = (told.answers[0].outcome.value, told.answers[0].code)
    return said


def command(arguments: Sequence[str], capsys: pytest.CaptureFixture[str]) -> dict[str, Any]:
    """Run the program in this process, and give its JSON."""
    capsys.readouterr()
    program.run(program.build(lambda *_: None), arguments)
    found: dict[str, Any] = json.loads(capsys.readouterr().out)
    return found


@contextmanager
def serving(gate: Gate) -> Iterator[str]:
    """Serve the whole application on a free port."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        server = uvicorn.Server(uvicorn.Config(build(gate), log_level="warning", lifespan="on"))
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]})
        thread.start()
        try:
            while not server.started:
                time.sleep(0.01)
            yield f"http://127.0.0.1:{listener.getsockname()[1]}"
        finally:
            server.should_exit = True
            thread.join(timeout=20)


def test_all_doors_say_the_same(
    house: House, tmp_path: Path, migrated_url: str, monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:  # fmt: skip
    asks = house.asks()
    with serving(house.gate) as url, httpx.Client(base_url=url, timeout=60) as client:
        api = by_api(house, client, asks)
        authzen = by_authzen(house, client, asks)
        console = by_console(house, url, asks)
    commands = by_command(house, asks)
    assert len(asks) == ASKS
    kinds = Counter(api)
    assert {outcome for outcome, _ in kinds} == {"allow", "hold", "deny"}
    assert {code for _, code in kinds} == {
        "allowed", "not_granted", "not_available", "no_permission", "not_now", "person_unknown",
    }  # fmt: skip
    for said in (authzen, console, commands):
        assert [(put, one, other) for put, one, other in zip(asks, api, said, strict=True) if one != other] == []
    monkeypatch.setenv("OSTIARY_DATA", str(tmp_path / "data"))
    monkeypatch.setenv("OSTIARY_KEYRING", str(tmp_path / "keys" / "keyring.json"))
    monkeypatch.setenv("OSTIARY_DATABASE_URL", migrated_url)
    chosen = [at for at, put in enumerate(asks) if put.ask.act is Act.DISCLOSE][-COMMANDS:]
    for at in chosen:
        put, key = asks[at], tmp_path / "key"
        key.write_text(house.keys[put.tool])
        who = (f"--{put.ask.selector.kind}", put.ask.selector.value, "--purpose", put.ask.purpose, "--channel",
               put.ask.channel.value, "--act", put.ask.act.value, "--category", put.ask.category)  # fmt: skip
        line = ("--line", put.ask.line.value) if put.ask.line else ()
        told = command(("decide", "--key-file", str(key), *who, *line, "--json"), capsys)
        assert (told["outcome"], told["code"]) == api[at]
        if told["code"] != "person_unknown":
            told = command(("explain", "--tool", put.tool, *who, *line, "--json"), capsys)
            assert (told["outcome"], told["code"]) == api[at]
