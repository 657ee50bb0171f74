"""A log of one's own for each test: the ledger's tables and guards in a fresh schema, a key, a clock."""

import itertools
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from sqlalchemy import Engine, create_engine, make_url

from audit.leaf import Entry
from audit.ledger import Sequencer, enter
from audit.note import verifier_key
from audit.tables import APPEND_ONLY_SQL, metadata

ORIGIN = "example.com/log"
_schemas = itertools.count(1)


@dataclass(frozen=True)
class SeedSigner:
    """An Ed25519 key made from a seed that everybody knows."""

    seed: bytes
    name: str = ORIGIN

    @property
    def _key(self) -> Ed25519PrivateKey:
        return Ed25519PrivateKey.from_private_bytes(self.seed)

    @property
    def public_key(self) -> bytes:
        return self._key.public_key().public_bytes_raw()

    @property
    def vkey(self) -> str:
        return verifier_key(self.name, self.public_key)

    def sign(self, message: bytes) -> bytes:
        return self._key.sign(message)


class SteppingClock:
    """A clock that moves one second a look, or where it is told."""

    def __init__(self) -> None:
        self.now = datetime(2026, 11, 21, 9, 30, tzinfo=UTC)

    def __call__(self) -> datetime:
        self.now += timedelta(seconds=1)
        return self.now


@dataclass(frozen=True)
class Log:
    """One log in one schema, as a superuser sees it."""

    url: str
    engine: Engine
    signer: SeedSigner
    clock: SteppingClock

    def sequencer(self) -> Sequencer:
        """A sequencer as a fresh process would have it."""
        return Sequencer(self.engine, self.signer, ORIGIN, self.clock)

    def enter(self, count: int, kind: str = "test.entry", start: int = 0) -> list[int]:
        """Commit entries in one transaction; return their inbox numbers."""
        entries = [Entry(kind, f"tool:{number % 3}", {"number": number}) for number in range(start, start + count)]
        with self.engine.begin() as connection:
            return enter(connection, entries)

    def fill(self, *batches: int) -> None:
        """Enter and integrate batches of these sizes, each under a checkpoint of its own."""
        sequencer = self.sequencer()
        for count in batches:
            self.enter(count)
            assert sequencer.run_once() == count


@pytest.fixture
def signer() -> SeedSigner:
    return SeedSigner(bytes(range(32)))


@pytest.fixture
def new_log(database_url: str, signer: SeedSigner) -> Iterator[Callable[[], Log]]:
    """Call it for one more empty log."""
    engines: list[Engine] = []

    def make() -> Log:
        name = f"log_{next(_schemas)}"
        admin = create_engine(database_url)
        with admin.begin() as connection:
            connection.exec_driver_sql(f"CREATE SCHEMA {name}")
        url = make_url(database_url).update_query_dict({"options": f"-csearch_path={name}"})
        engine = create_engine(url)
        with engine.begin() as connection:
            metadata.create_all(connection)
            for statement in APPEND_ONLY_SQL:
                connection.exec_driver_sql(statement)
        engines.extend((admin, engine))
        return Log(url.render_as_string(hide_password=False), engine, signer, SteppingClock())

    yield make
    for engine in engines:
        engine.dispose()


@pytest.fixture
def log(new_log: Callable[[], Log]) -> Log:
    return new_log()
