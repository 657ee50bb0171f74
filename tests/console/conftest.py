"""A console that runs: a whole gateway, its console on a real HTTP server, officers who can sign in."""

import re
import socket
import ssl
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from typing import Any

import httpx
import pytest
import uvicorn
from argon2 import PasswordHasher
from fastapi import FastAPI

from gateway.console import router
from gateway.flows import officers
from gateway.flows.gate import Gate
from gateway.identity.credentials import Passwords

PASSWORD = "twelve geese cross"


@dataclass
class Office:
    """A running console: its address, its gateway, its clock, and the officers' password."""

    url: str
    gate: Gate
    clock: Any
    password: str = PASSWORD
    clients: list[httpx.Client] = field(default_factory=list)

    def client(self) -> httpx.Client:
        """Give a browser without cookies that follows no redirect."""
        nobody = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)  # whom to trust is not read from the disk for each test
        made = httpx.Client(base_url=self.url, timeout=20, verify=nobody)
        self.clients.append(made)
        return made

    def signed_in(self, name: str = "anna") -> httpx.Client:
        """Give a browser whose officer is in."""
        client = self.client()
        answer = self.sign_in(client, name)
        assert answer.status_code == 303, answer.text
        return client

    def settle(self) -> None:
        """Bring every entry into the log."""
        while self.gate.house.sequencer.run_once():
            pass

    def kinds(self) -> list[str]:
        """Give the kinds of all entries, oldest first."""
        self.settle()
        with self.gate.house.unit() as connection:
            rows = connection.exec_driver_sql("SELECT kind FROM ledger_leaf ORDER BY idx")
            return [row.kind for row in rows]

    @staticmethod
    def token_of(page: str) -> str:
        """Give the CSRF token of a page's first form."""
        found = re.search(r'name="csrf" value="([0-9a-f]{64})"', page)
        assert found, "the page has no form"
        return found[1]

    def sign_in(
        self,
        client: httpx.Client,
        name: str,
        password: str = PASSWORD,
        next: str = "",  # noqa: A002
    ) -> httpx.Response:
        """Fill in the sign-in form and send it."""
        token = self.token_of(client.get("/console/sign-in").text)
        form = {"name": name, "password": password, "csrf": token, "next": next}
        return client.post("/console/sign-in", data=form)


@contextmanager
def serving(gate: Gate) -> Iterator[str]:
    """Serve a console on a free port of this machine and give its address."""
    app = FastAPI(docs_url=None, openapi_url=None)
    app.include_router(router(gate))
    with socket.socket() as bound:
        bound.bind(("127.0.0.1", 0))
        server = uvicorn.Server(uvicorn.Config(app, log_level="warning", lifespan="off"))
        thread = threading.Thread(target=server.run, args=([bound],))
        thread.start()
        try:
            while not server.started:
                time.sleep(0.01)
            yield f"http://127.0.0.1:{bound.getsockname()[1]}"
        finally:
            server.should_exit = True
            thread.join(timeout=10)


@pytest.fixture
def quick(gate: Gate) -> Gate:
    """The gateway with passwords that cost little, so that a test may try many."""
    return replace(gate, passwords=Passwords(PasswordHasher(time_cost=1, memory_cost=1024, parallelism=1)))


@pytest.fixture
def office(quick: Gate, clock: Any) -> Iterator[Office]:
    """The console on a real server, with an officer `anna`, an auditor `otto` and an intake clerk `ines`."""
    for name, role in (("anna", "officer"), ("otto", "auditor"), ("ines", "intake")):
        officers.create_officer(quick, name, role, PASSWORD)
    with serving(quick) as url:
        made = Office(url, quick, clock)
        yield made
        for client in made.clients:
            client.close()


@pytest.fixture
def abroad(office: Office) -> Iterator[str]:
    """The same console as it runs under a public https address, behind a proxy that ends the encryption."""
    with serving(replace(office.gate, origin="https://gate.example")) as url:
        yield url
