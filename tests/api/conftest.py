"""The whole application on a real HTTP server, over the small house of tests/flows."""

import socket
import ssl
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass

import httpx
import pytest
import uvicorn

from gateway.app import build
from tests.flows.conftest import Seoul, days_ago, seoul

__all__ = ["days_ago", "seoul"]


@dataclass(frozen=True, slots=True)
class Served:
    """A running gateway and a client that carries the newsletter tool's key."""

    house: Seoul
    url: str
    client: httpx.Client


@pytest.fixture
def served(seoul: Seoul) -> Iterator[Served]:
    """Serve the house on a free loopback port."""
    listener = socket.socket()
    listener.bind(("127.0.0.1", 0))
    server = uvicorn.Server(uvicorn.Config(build(seoul.gate), log_level="warning", lifespan="on"))
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]}, daemon=True)
    thread.start()
    while not server.started:
        time.sleep(0.01)
    url = f"http://127.0.0.1:{listener.getsockname()[1]}"
    nobody = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)  # whom to trust is not read from the disk for each test
    keyed = {"Authorization": f"Bearer {seoul.key}"}
    with httpx.Client(base_url=url, timeout=30, headers=keyed, verify=nobody) as client:
        yield Served(seoul, url, client)
    server.should_exit = True
    thread.join(timeout=20)
    listener.close()
