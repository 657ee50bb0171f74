"""A private house for measuring: its own folder, its own embedded PostgreSQL with fsync on, removed at the end.

Must never be opened on a house that anybody uses.
"""

import shutil
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import psutil  # type: ignore[import-untyped]
import psycopg
from sqlalchemy import make_url

from bench.people import fill, house
from gateway import wiring
from gateway.flows.gate import Gate
from gateway.identity.credentials import new_api_key
from gateway.settings import Settings
from gateway.store import parties
from gateway.store.embedded_place import recall


@dataclass(frozen=True, slots=True)
class Place:
    """A house with people in it.

    Attributes:
        folder: its data folder; another process opens the same house with `settings(folder)`.
        url: SQLAlchemy URL of the database, as superuser.
        key: API key of the tool that asks.
        people: how many were filled in.
        fill_seconds: how long that took.
    """

    folder: Path
    url: str
    gate: Gate
    key: str
    people: int
    fill_seconds: float

    @property
    def plain_url(self) -> str:
        """The URL as libpq reads it."""
        return plain(self.url)


def settings(folder: Path) -> Settings:
    """Give the settings of the house in a folder."""
    return Settings(data=folder, keyring=folder / "keyring.json")


def plain(url: str) -> str:
    """Give a SQLAlchemy URL as libpq reads it."""
    return make_url(url).set(drivername="postgresql").render_as_string(hide_password=False)


@contextmanager
def place(people: int, say: Callable[[str], None]) -> Iterator[Place]:
    """Make a house, fill it with so many people, and leave nothing of it behind."""
    top = Path(tempfile.mkdtemp(prefix="ostiary-bench-"))
    top.chmod(0o711)  # as root the database server is another account, which has to walk through
    chosen = settings(top / "data")
    try:
        with wiring.database(chosen) as url:
            wiring.install(chosen)
            with wiring.wired(chosen, url) as wired:
                yield _filled(wired.gate, chosen.data, url, people, say)
    finally:
        for written in top.rglob("database/place.json"):  # as root the database lies in its own account's home
            shutil.rmtree(recall(written.parent)["home"], ignore_errors=True)
        shutil.rmtree(top, ignore_errors=True)


def _filled(gate: Gate, folder: Path, url: str, people: int, say: Callable[[str], None]) -> Place:
    source = house(gate)
    plain_key, record = new_api_key()
    with gate.house.unit() as connection:
        tool = parties.tool(connection, "bench")
        parties.add_credential(connection, tool.no, record.key_id, record.digest, None)
    began = time.perf_counter()
    fill(gate, people, source, tool.sender)
    took = time.perf_counter() - began
    with psycopg.connect(plain(url), autocommit=True) as admin:
        admin.execute("VACUUM (ANALYZE)")  # what autovacuum does within minutes; here nobody waits for it
    say(f"filled in {people:,} people in {took:.0f} s")
    return Place(folder, url, gate, plain_key, people, took)


def server_cpu(url: str) -> float:
    """Give the CPU seconds that the whole database server has used so far, ended backends included.

    Only for a server on this machine.
    """
    with psycopg.connect(plain(url)) as connection:
        postmaster = psutil.Process(connection.info.backend_pid).parent()
        own = postmaster.cpu_times()
        spent = own.user + own.system + own.children_user + own.children_system
        for process in postmaster.children():
            try:
                times = process.cpu_times()
            except psutil.NoSuchProcess:
                continue  # ended meanwhile; the postmaster's own count has it next time
            spent += times.user + times.system
        return float(spent)
