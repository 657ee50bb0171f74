"""Constructs everything, and is the only place that does. Must never serve a request or take a decision itself."""

import os
import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from procrastinate import BaseConnector
from sqlalchemy import Engine

from audit.ledger import Sequencer
from gateway.domain.errors import Ostiary
from gateway.flows.activation import installed
from gateway.flows.gate import Gate
from gateway.identity.credentials import Passwords
from gateway.identity.links import LinkKey
from gateway.identity.sessions import Sessions
from gateway.notify.post import Post, Server
from gateway.settings import Settings
from gateway.store import doctor
from gateway.store.doctor import Finding
from gateway.store.embedded import ensure_running
from gateway.store.engine import Limits, migrate, open_engine, prepare
from gateway.store.house import House
from gateway.store.jobs import connector
from gateway.vault.keys import Keyring, create_keyring, open_keyring
from gateway.vault.lookup import Lookup

Say = Callable[[str], None]


_NIGHT = 600_000  # milliseconds


def now() -> datetime:
    """Give the present, in UTC."""
    return datetime.now(UTC)


def quiet(_: str) -> None:
    """Say nothing."""


@dataclass(frozen=True, slots=True)
class Wired:
    """A gateway with the pieces that doors other than flows need: the engine to stop, the sequencer to run."""

    gate: Gate
    engine: Engine
    sequencer: Sequencer


@contextmanager
def database(settings: Settings, say: Say = quiet) -> Iterator[str]:
    """Give the URL of a database that is up: the operator's, or the embedded one for as long as this lasts."""
    if settings.database_url:
        yield settings.database_url
        return
    _make_folder(settings)
    server = ensure_running(settings.data / "postgres", say)
    try:
        yield server.url
    finally:
        server.release()


def install(settings: Settings, say: Say = quiet) -> None:
    """Make what a new house needs, and nothing twice: keyring, roles, schema, the packaged policies in force.

    Raises:
        Unavailable: the database, or a keyring that cannot be trusted.
    """
    _make_folder(settings)
    if not settings.keyring.exists():
        create_keyring(settings.keyring)
        say(f"made the keyring {settings.keyring}: back it up apart from the database")
    with database(settings, say) as url:
        prepare(url)
        migrate(url)
        with wired(settings, url) as house:
            put_policies_in_force(house.gate, say)


def _make_folder(settings: Settings) -> None:
    """Make the data folder, closed to others; as root they may walk through it, because the database is one of them."""
    root = hasattr(os, "geteuid") and os.geteuid() == 0
    settings.data.mkdir(parents=True, exist_ok=True, mode=0o711 if root else 0o700)


@contextmanager
def open_gate(settings: Settings, say: Say = quiet, *, sequence: bool = False) -> Iterator[Gate]:
    """Give a gateway ready for work.

    Args:
        settings: as the operator set them.
        say: hears what the start does, for people.
        sequence: run the ledger's sequencer in a thread; a server does, a short command integrates as it needs.

    Raises:
        Unavailable: the database, the keyring or the policies are not there; the message says how to mend it.
    """
    with ExitStack() as stack:
        url = stack.enter_context(database(settings, say))
        house = stack.enter_context(wired(settings, url))
        if sequence:
            stack.enter_context(_sequencing(house.sequencer))
            stack.enter_context(_lasting(house.gate, post_of(settings)))
            if not settings.database_url:
                stack.enter_context(_working(house.gate))
        yield house.gate


@contextmanager
def open_worker(settings: Settings, say: Say = quiet) -> Iterator[tuple[Gate, BaseConnector]]:
    """Give a gateway and the job queue's way to the same database.

    Raises:
        Unavailable: as `open_gate`.
    """
    with ExitStack() as stack:
        url = stack.enter_context(database(settings, say))
        # The night's work reads the whole base; nobody waits for its answer.
        house = stack.enter_context(wired(settings, url, limits=Limits(statement=_NIGHT, lock=_NIGHT)))
        yield house.gate, connector(url)


@contextmanager
def wired(
    settings: Settings, url: str, clock: Callable[[], datetime] = now, limits: Limits | None = None
) -> Iterator[Wired]:
    """Put a gateway together on a database that is up and migrated; `limits` are those of a server if not given."""
    keyring = open_keyring(settings.keyring)
    engine = open_engine(url, "app", limits)
    try:
        sequencer = _sequencer(settings, keyring, engine, clock)
        yield Wired(_gate(settings, keyring, House(engine, sequencer), clock), engine, sequencer)
    finally:
        engine.dispose()


def examine(settings: Settings) -> list[Finding]:
    """Look at everything a gateway stands on, and change nothing but start the embedded database if it is there.

    Returns:
        Findings in the order in which to mend them.
    """
    with ExitStack() as stack:
        url: str | None = settings.database_url or None
        unwell: list[Finding] = []
        if url is None and (settings.data / "postgres").exists():
            try:
                url = stack.enter_context(database(settings))
            except Ostiary as refusal:
                unwell.append(Finding("embedded database", False, refusal.code, refusal.message))
        return [_keyring_finding(settings), *unwell, *doctor.examine(settings.data, url)]


def keyring_facts(settings: Settings) -> dict[str, str | int]:
    """Give what may be told of the keyring: its name, generation and active key id; never a key.

    Raises:
        Unavailable: as `open_keyring`.
    """
    ring = open_keyring(settings.keyring)
    return {
        "file": str(settings.keyring), "name": ring.name, "generation": ring.generation,
        "active_key_id": ring.active_key_id, "wrappers": len(ring.wrappers()), "log": log_origin(settings, ring),
    }  # fmt: skip


def _keyring_finding(settings: Settings) -> Finding:
    try:
        ring = open_keyring(settings.keyring)
    except Ostiary as refusal:
        return Finding("keyring", False, refusal.code, refusal.message)
    return Finding("keyring", True, f"{ring.name}, generation {ring.generation}, whole and private")


def log_origin(settings: Settings, keyring: Keyring) -> str:
    """Give the ledger's name: the operator's, or one made from the keyring, which is as lasting as the key."""
    return settings.log_origin or f"ostiary-{keyring.name}/log"


def post_of(settings: Settings) -> Post | None:
    """Give the way to the operator's mail server, None if none is named: then nothing is ever sent."""
    mail = settings.mail
    if mail is None:
        return None
    return Post(Server(mail.host, mail.port, mail.sender, mail.user, mail.password, mail.tls))


def _sequencer(settings: Settings, keyring: Keyring, engine: Engine, clock: Callable[[], datetime]) -> Sequencer:
    origin = log_origin(settings, keyring)
    return Sequencer(engine, keyring.ledger_signer(origin), origin, clock)


def _gate(settings: Settings, keyring: Keyring, house: House, clock: Callable[[], datetime]) -> Gate:
    return Gate(
        house=house,
        keyring=keyring,
        lookup=Lookup(keyring),
        links=LinkKey(keyring.link_keys()),
        sessions=Sessions(keyring.session_key(), absolute=timedelta(hours=12)),
        passwords=Passwords(),
        clock=clock,
        data=settings.data,
        origin=settings.base,
    )


def put_policies_in_force(gate: Gate, say: Say) -> None:
    """Put the packaged policies in force on a new house. A house that has a law keeps it, and hears of another one."""
    packaged, before = installed(gate, "init")
    short = packaged.digest[:12]
    if before is None:
        say(f"put the packaged policies in force: bundle {short}")
    elif before != packaged.digest:
        say(f"the package brings bundle {short}, which is not in force: see `ostiary policy diff {short}`")


@contextmanager
def _sequencing(sequencer: Sequencer) -> Iterator[None]:
    stop = threading.Event()
    thread = threading.Thread(target=sequencer.run_forever, args=(stop,), name="sequencer", daemon=True)
    thread.start()
    try:
        yield
    finally:
        stop.set()
        sequencer.wake()
        thread.join(timeout=10)


_POST_EVERY, _NOTE_EVERY, _WORK_EVERY = 30.0, 600.0, 1.0  # seconds


@contextmanager
def _working(gate: Gate) -> Iterator[None]:
    """Go on with lists that are on their way: a house on one machine needs no worker beside its server."""
    from gateway.flows.intake_work import work_forever

    stop = threading.Event()
    thread = threading.Thread(target=work_forever, args=(gate, stop, _WORK_EVERY), name="lists", daemon=True)
    thread.start()
    try:
        yield
    finally:
        stop.set()
        thread.join(timeout=40)


@contextmanager
def _lasting(gate: Gate, post: Post | None) -> Iterator[None]:
    """Note what notices are owed, and send what waits in the outbox where there is a way, in threads of their own."""
    from gateway.flows.notices import note_forever
    from gateway.flows.outbox import send_forever

    stop = threading.Event()
    threads = [threading.Thread(target=note_forever, args=(gate, stop, _NOTE_EVERY), name="notices", daemon=True)]
    if post is not None:
        sending = (gate, post, stop, _POST_EVERY)
        threads.append(threading.Thread(target=send_forever, args=sending, name="post", daemon=True))
    for thread in threads:
        thread.start()
    try:
        yield
    finally:
        stop.set()
        for thread in threads:
            thread.join(timeout=40)
