"""What the crash test kills: a process that imports, releases or records consents, and says aloud what it was told."""

from collections.abc import Iterator
from multiprocessing.connection import Connection
from pathlib import Path

from gateway.domain.requests import Selector, Wish
from gateway.flows.consent import ConsentWish, record
from gateway.flows.gate import Gate
from gateway.flows.intake import receive
from gateway.flows.release import open_release
from gateway.settings import Settings
from gateway.wiring import wired
from policies.terms import Act, Channel, ConsentState


def work(settings: Settings, url: str, job: str, given: str, heard: Path, ready: Connection) -> None:
    """Do one kind of job until killed or done; every line in `heard` is something that the outside may rely on."""
    with wired(settings, url) as house, heard.open("ab", buffering=0) as out:
        ready.send("ready")
        for said in {"import": _import, "release": _release, "consent": _consent}[job](house.gate, given):
            out.write(said.encode() + b"\n")


def _import(gate: Gate, path: str) -> Iterator[str]:
    yield receive(gate, "crash", "Form", Path(path)).state


def _release(gate: Gate, key: str) -> Iterator[str]:
    wish = Wish(Act.DISCLOSE, "marketing.own.newsletter", Channel.EMAIL, "", ("email",))
    for _ in range(20):
        for piece in open_release(gate, key, wish).lines():
            yield piece.decode()


def _consent(gate: Gate, prefix: str) -> Iterator[str]:
    for at in range(2000):
        email = f"p{at % 900}@example.com"
        wish = ConsentWish(
            Selector("email", email),
            ConsentState.WITHDRAWN,
            "marketing.own",
            "reply",
            "email",
            "Hanbit",
            idempotency_key=f"{prefix}-{at}",
        )
        yield f"{record(gate, 'crash', wish).events[0]}"
