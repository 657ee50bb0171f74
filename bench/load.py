"""Puts a load of POST requests on one address over kept connections and times each, as lean as asyncio allows.

Bounded in connections and in time. Must never count an answer that was not 200, nor a request that was cut off.
"""

import asyncio
import time
from functools import partial
from typing import Any

_END = b"\r\n\r\n"
_LENGTH = b"content-length:"


def once(
    port: int, path: str, headers: dict[str, str], bodies: list[str], connections: int, seconds: float
) -> dict[str, Any]:
    """Ask as fast as answers come, one question at a time on each connection.

    Returns:
        `per_s`, and the median, 99th and largest latency in milliseconds.

    Raises:
        RuntimeError: an answer was not 200, or a connection was closed.
    """
    sent = [_request(port, path, headers, body.encode()) for body in bodies]
    return asyncio.run(_load(port, sent, connections, seconds))


def _request(port: int, path: str, headers: dict[str, str], body: bytes) -> bytes:
    named = {
        "Host": f"127.0.0.1:{port}",
        "Content-Type": "application/json",
        "Content-Length": str(len(body)),
        **headers,
    }
    lines = [f"POST {path} HTTP/1.1", *(f"{name}: {value}" for name, value in named.items())]
    return "\r\n".join(lines).encode() + _END + body


class _Asker(asyncio.Protocol):
    """One connection: sends the next question when an answer is whole."""

    def __init__(self, requests: list[bytes], at: int, until: float, took: list[float]) -> None:
        self._requests, self._at, self._until, self._took = requests, at, until, took
        self._got = b""
        self._transport: asyncio.Transport | None = None
        self._began = 0.0
        self.ended: asyncio.Future[None] = asyncio.get_running_loop().create_future()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Begin."""
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport
        self._ask()

    def data_received(self, data: bytes) -> None:
        """Take a piece of an answer; when it is whole, note the time and ask again."""
        self._got += data
        head = self._got.find(_END)
        if head < 0 or len(self._got) < head + len(_END) + _length(self._got[:head]):
            return
        now = time.perf_counter()
        if not self._got.startswith(b"HTTP/1.1 200 "):
            self._end(RuntimeError(f"answered {self._got[:300]!r}"))
        else:
            self._took.append(now - self._began)
            self._got = b""
            self._ask() if now < self._until else self._end(None)

    def connection_lost(self, error: Exception | None) -> None:
        """Note a connection that ended too early."""
        self._end(error or RuntimeError("the server closed a connection"))

    def _ask(self) -> None:
        assert self._transport is not None
        self._at = (self._at + 1) % len(self._requests)
        self._began = time.perf_counter()
        self._transport.write(self._requests[self._at])

    def _end(self, error: Exception | None) -> None:
        if self.ended.done():
            return
        if error is None:
            self.ended.set_result(None)
        else:
            self.ended.set_exception(error)
        if self._transport is not None:
            self._transport.close()


def _length(head: bytes) -> int:
    lowered = head.lower()
    at = lowered.find(_LENGTH)
    if at < 0:
        raise RuntimeError("an answer without a length")
    return int(lowered[at + len(_LENGTH) :].partition(b"\r\n")[0])


async def _load(port: int, requests: list[bytes], connections: int, seconds: float) -> dict[str, Any]:
    took: list[float] = []
    loop = asyncio.get_running_loop()
    began, cpu = time.perf_counter(), time.process_time()
    step = max(1, len(requests) // connections)
    made = [
        await loop.create_connection(partial(_Asker, requests, number * step, began + seconds, took), "127.0.0.1", port)
        for number in range(connections)
    ]
    await asyncio.wait_for(asyncio.gather(*(asker.ended for _, asker in made)), seconds + 30)
    spent = time.perf_counter() - began
    took.sort()
    return {
        "per_s": len(took) / spent,
        "p50_ms": took[len(took) // 2] * 1000,
        "p99_ms": took[len(took) * 99 // 100] * 1000,
        "max_ms": took[-1] * 1000,
        "client_cpu_us": (time.process_time() - cpu) / len(took) * 1e6,
    }
