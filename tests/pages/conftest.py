"""A real HTTP server with the customer pages, and a person with a link, for every test here."""

import contextlib
import secrets
import socket
import ssl
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from typing import Any

import httpx
import pytest
import uvicorn
from fastapi import FastAPI
from sqlalchemy import text

from gateway.flows.gate import Gate
from gateway.flows.preferences import link_for
from gateway.pages import router
from gateway.store import consents, parties
from gateway.store.consents import Event
from gateway.vault.disclose import fragment
from gateway.vault.seal import seal
from policies.terms import ConsentState


@dataclass(frozen=True, slots=True)
class Household:
    """A gateway behind a real server, with one person who gets a newsletter by e-mail."""

    gate: Gate
    origin: str
    no: int
    uid: bytes
    sender: int

    def link(self, kind: str = "email", channel: str = "email", purpose: str = "marketing.own.newsletter") -> str:
        """Give the person's opt-out link on the running server."""
        gate = replace(self.gate, origin=self.origin)
        return link_for(gate, self.uid, kind, self.sender, purpose, channel)

    def state(self) -> dict[str, Any]:
        """Give everything that a visit must not change."""
        tables = (
            "consent_event", "consent", "suppression", "person", "identifier", "ledger_inbox", "idempotency", "session",
        )  # fmt: skip
        with self.gate.house.unit() as connection:
            return {
                table: connection.execute(text(f"SELECT t.*::text FROM {table} t ORDER BY 1")).scalars().all()
                for table in tables
            }

    def speaks(self, language: str) -> None:
        """Let the person have this language."""
        with self.gate.house.unit() as connection:
            connection.execute(text("UPDATE person SET language = :language"), {"language": language})


Serve = Callable[[Gate, str], contextlib.AbstractContextManager[str]]


@contextlib.contextmanager
def served(gate: Gate, prefix: str = "") -> Iterator[str]:
    """Serve the pages on a free port of this machine, as behind a proxy that takes `prefix` off the path."""
    app = FastAPI(openapi_url=None)
    app.include_router(router(gate))
    with socket.create_server(("127.0.0.1", 0)) as listener:
        server = uvicorn.Server(uvicorn.Config(app, root_path=prefix, log_level="error", lifespan="off"))
        thread = threading.Thread(target=server.run, args=([listener],))
        thread.start()
        try:
            while not server.started:
                time.sleep(0.01)
            yield f"http://127.0.0.1:{listener.getsockname()[1]}"
        finally:
            server.should_exit = True
            thread.join()


@pytest.fixture
def serve() -> Serve:
    """Call it with a gateway and a path prefix for one more server."""
    return served


@pytest.fixture
def household(gate: Gate) -> Iterator[Household]:
    """The person, the link, the server."""
    uid = secrets.token_bytes(16)
    ((key, wrapped),) = gate.keyring.new_data_keys([uid])
    with gate.house.unit() as connection:
        sender = parties.add_party(connection, "Nordlicht <Books> & Söhne", "DE").no
        source = connection.execute(
            text(
                "INSERT INTO source (uid, name, kind, status, collector_no, country, audience) VALUES"
                " (:uid, 'Form', 'registration_form', 'approved', :sender, 'DE', 'b2c') RETURNING no"
            ),
            {"uid": secrets.token_bytes(16), "sender": sender},
        ).scalar_one()
        no = connection.execute(
            text("INSERT INTO person (uid, jurisdiction, time_zone) VALUES (:uid, 'KR', 'Asia/Seoul') RETURNING no"),
            {"uid": uid},
        ).scalar_one()
        connection.execute(text("INSERT INTO person_key VALUES (:no, :wrapped)"), {"no": no, "wrapped": wrapped})
        blob = seal(key, uid, "email", source, fragment({"email": "maria@example.com"}))
        connection.execute(
            text("INSERT INTO sealed VALUES (:no, 'email', :source, :blob)"),
            {"no": no, "source": source, "blob": blob},
        )
        given = Event(
            no, "email", b"i" * 16, ConsentState.GIVEN, "marketing.own.newsletter", "email", sender, "web_form", "test",
            gate.clock().replace(year=2025),
        )  # fmt: skip
        consents.append(connection, [given])
    with served(gate) as origin:
        yield Household(gate, origin, no, uid, sender)


@pytest.fixture
def client() -> Iterator[httpx.Client]:
    """A client that follows nothing by itself."""
    nobody = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)  # whom to trust is not read from the disk for each test
    with httpx.Client(timeout=10, verify=nobody) as one:
        yield one
