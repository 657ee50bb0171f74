"""Serves one application in a process of its own, by uvicorn on a free port of 127.0.0.1, while it is measured.

All sides get the same server with the same settings. Must never listen on another address.
"""

import json
import os
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import uvicorn
from starlette.types import ASGIApp, Receive, Scope, Send

from bench.place import Place, settings

STOP_WITHIN = 20


@contextmanager
def serving(name: str, place: Place, **more: str) -> Iterator[int]:
    """Serve `gateway`, `naive` or `bare`; gives the port.

    Raises:
        RuntimeError: it did not start.
    """
    given = {"folder": str(place.folder), "url": place.url, **more}
    process = subprocess.Popen(
        [sys.executable, "-m", "bench.serving", name], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    )
    assert process.stdin is not None
    assert process.stdout is not None
    try:
        process.stdin.write(json.dumps(given).encode() + b"\n")
        process.stdin.flush()
        told = process.stdout.readline()
        if not told.strip().isdigit():
            raise RuntimeError(f"the {name} server did not start")
        yield int(told)
    finally:
        process.stdin.close()  # the server stops when nobody holds its input any more
        try:
            process.wait(STOP_WITHIN)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
        process.stdout.close()


def _main(name: str) -> None:
    given = json.loads(sys.stdin.readline())
    {"gateway": _gateway, "naive": _naive, "bare": _bare}[name](given)


def _gateway(given: dict[str, Any]) -> None:
    from gateway import app, wiring

    with wiring.open_gate(settings(Path(given["folder"])), sequence=True) as gate:
        _serve(app.build(gate))


def _naive(given: dict[str, Any]) -> None:
    from bench import naive_decisions

    _serve(naive_decisions.build(given["url"]))


def _bare(_: dict[str, Any]) -> None:
    _serve(bare)


async def bare(scope: Scope, receive: Receive, send: Send) -> None:
    """Answer every question with the same bytes: what the server and the network cost by themselves."""
    if scope["type"] != "http":
        await receive()  # lifespan: nothing to start, nothing to stop
        return
    while (await receive()).get("more_body"):
        pass
    body = b'{"decisions":[{"outcome":"allow","code":"allowed"}],"bundle":"","inbox":1}'
    headers = [(b"content-type", b"application/json"), (b"content-length", b"%d" % len(body))]
    await send({"type": "http.response.start", "status": 200, "headers": headers})
    await send({"type": "http.response.body", "body": body})


def _serve(app: ASGIApp) -> None:
    import threading

    # With the protocol named: asyncio turns Nagle off only for sockets that say they are TCP, and else an answer in
    # two writes waits 40 ms for a delayed acknowledgement.
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP) as listening:
        listening.bind(("127.0.0.1", 0))
        listening.listen(256)
        server = uvicorn.Server(uvicorn.Config(app, log_level="warning", access_log=False, lifespan="auto"))
        print(listening.getsockname()[1], flush=True)

        def stop_at_end() -> None:
            while os.read(0, 1024):
                pass
            server.should_exit = True

        threading.Thread(target=stop_at_end, daemon=True).start()
        server.run([listening])


if __name__ == "__main__":
    _main(sys.argv[1])
