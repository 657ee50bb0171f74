"""How fast the ledger is, as ratios: against a plain audit table, against many writers, against pymerkle.

`python -m bench.ledger postgresql+psycopg://...` measures in a schema of its own there and removes it.
Must never compare unlike things: every side stores the same bytes durably, and ours is timed until the last
entry is in a leaf, under a signed checkpoint.
"""

import json
import multiprocessing
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, LiteralString

import psycopg
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from pymerkle import SqliteTree
from sqlalchemy import Engine, create_engine, make_url

from audit.leaf import Entry, Json
from audit.ledger import Sequencer, enter_raw, verify_database
from audit.note import verifier_key
from audit.tables import APPEND_ONLY_SQL, metadata

BATCH = 256
BATCHES = 60
ROUNDS = 3
WRITERS = 8
SINGLES = 150
_ORIGIN = "bench.invalid/log"
_SEED = b"\x07" * 32

# A plain audit table, as one would write it: the same bytes, searchable by the same things.
_PLAIN = (
    """
    CREATE TABLE plain (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
                        at timestamptz NOT NULL DEFAULT now(), kind text NOT NULL,
                        actor text NOT NULL, body bytea NOT NULL)
    """,
    "CREATE INDEX ON plain (kind, id)",
    "CREATE INDEX ON plain (actor, id)",
    "CREATE INDEX ON plain (at, id)",
)
_INSERT: LiteralString = "INSERT INTO plain (kind, actor, body) VALUES ('bench.entry', 'tool:bench', %(entry)b)"
_BULK: LiteralString = """
INSERT INTO plain (kind, actor, body) SELECT 'bench.entry', 'tool:bench', unnest(%(entries)b::bytea[])
RETURNING id
"""

Write = Callable[["psycopg.Cursor[Any]", list[bytes]], object]


@dataclass(frozen=True)
class BenchSigner:
    """A log key for measuring; its seed is in this file."""

    name: str = _ORIGIN

    @property
    def public_key(self) -> bytes:
        """The 32 bytes of the public key."""
        return _KEY.public_key().public_bytes_raw()

    def sign(self, message: bytes) -> bytes:
        """Return the 64-byte signature."""
        return _KEY.sign(message)


_KEY = Ed25519PrivateKey.from_private_bytes(_SEED)


def measure(database_url: str) -> dict[str, Any]:
    """Measure everything in one run.

    Args:
        database_url: SQLAlchemy URL of a PostgreSQL where the user may create schemas.

    Returns:
        Rates in entries a second, and the ratios that count: `batch_ratio` (>= 0.7 wanted; against one
        INSERT a row), `bulk_ratio` (against one INSERT a batch), `writers_ratio` (>= 0.6 wanted; 8
        processes) and `pymerkle_ratio`.
    """
    with _schema(database_url) as url:
        batches = _measure_batches(url)
        writers = _measure_writers(url)
        _prove(url)
    merkle = _measure_pymerkle()
    return {
        "entry_bytes": len(_entry(0)),
        **batches,
        **writers,
        "pymerkle_per_s": merkle,
        "pymerkle_ratio": round(batches["ledger_per_s"] / merkle, 2),
    }


def _measure_batches(url: str) -> dict[str, float]:
    """256 entries a transaction from one writer; rounds in turn, so that noise falls on every side."""
    plain = bulk = ours = 0.0
    for _ in range(ROUNDS):
        plain += _time(url, _insert)
        bulk += _time(url, _insert_bulk)
        with _sequencing(url):
            ours += _time(url, enter_raw, settled=True)
    count = ROUNDS * BATCHES * BATCH
    return {
        "insert_per_s": round(count / plain),
        "bulk_insert_per_s": round(count / bulk),
        "ledger_per_s": round(count / ours),
        "batch_ratio": round(plain / ours, 2),
        "bulk_ratio": round(bulk / ours, 2),
    }


def _measure_writers(url: str) -> dict[str, float]:
    """8 processes, one entry a transaction: unordered into a plain table, and into the log."""
    plain = ours = 0.0
    for _ in range(ROUNDS):
        plain += _time_writers(url, "plain", settled=False)
        with _sequencing(url):
            ours += _time_writers(url, "ledger", settled=True)
    count = ROUNDS * WRITERS * SINGLES
    return {
        "writers_insert_per_s": round(count / plain),
        "writers_ledger_per_s": round(count / ours),
        "writers_ratio": round(plain / ours, 2),
    }


def _measure_pymerkle() -> float:
    """The same bytes into pymerkle's SQLite tree, its root computed after every batch."""
    with tempfile.TemporaryDirectory() as folder:
        tree = SqliteTree(str(Path(folder) / "tree.db"))
        begun = time.perf_counter()
        for batch in _batches():
            tree.append_entries(batch)
            tree.get_root()
        spent = time.perf_counter() - begun
        tree.close()
    return round(BATCHES * BATCH / spent)


def _time(url: str, write: Write, *, settled: bool = False) -> float:
    """Return the seconds that one writer needs for all batches; with `settled`, until the log holds them."""
    batches = list(_batches())
    with psycopg.connect(_plain_url(url)) as connection, connection.cursor() as cursor:
        begun = time.perf_counter()
        for batch in batches:
            write(cursor, batch)
            connection.commit()
        if settled:
            _wait_until_settled(connection)
        return time.perf_counter() - begun


def _time_writers(url: str, table: str, *, settled: bool) -> float:
    """Return the seconds from the common start of all writers to the last one's end."""
    context = multiprocessing.get_context("spawn")
    ready = context.Barrier(WRITERS + 1)
    writers = [context.Process(target=write_singles, args=(url, table, ready)) for _ in range(WRITERS)]
    for writer in writers:
        writer.start()
    ready.wait(60)
    begun = time.perf_counter()
    for writer in writers:
        writer.join()
    if any(writer.exitcode for writer in writers):
        raise RuntimeError("a writer failed")
    if settled:
        with psycopg.connect(_plain_url(url)) as connection:
            _wait_until_settled(connection)
    return time.perf_counter() - begun


def write_singles(url: str, table: str, ready: Any) -> None:
    """Write one entry a transaction; the body of one writing process."""
    write: Write = enter_raw if table == "ledger" else _insert_bulk
    with psycopg.connect(_plain_url(url)) as connection, connection.cursor() as cursor:
        ready.wait(60)
        for number in range(SINGLES):
            write(cursor, [_entry(number)])
            connection.commit()


def sequence(url: str, ready: Any, stop: Any) -> None:
    """Run the sequencer; the body of the gateway's worker process in this measurement."""
    sequencer = Sequencer(_engine(url), BenchSigner(), _ORIGIN, lambda: datetime.now(UTC))
    sequencer.run_once()
    ended = threading.Event()
    loop = threading.Thread(target=sequencer.run_forever, args=(ended,))
    loop.start()
    ready.set()
    stop.wait()
    ended.set()
    loop.join()


@contextmanager
def _sequencing(url: str) -> Iterator[None]:
    context = multiprocessing.get_context("spawn")
    ready, stop = context.Event(), context.Event()
    process = context.Process(target=sequence, args=(url, ready, stop))
    process.start()
    try:
        if not ready.wait(60):
            raise RuntimeError("the sequencer did not start")
        yield
    finally:
        stop.set()
        process.join(30)


@contextmanager
def _schema(url: str) -> Iterator[str]:
    """Make a schema with all tables and give the URL that leads there."""
    name = "bench_ledger"
    admin = create_engine(url)
    with admin.begin() as connection:
        connection.exec_driver_sql(f"DROP SCHEMA IF EXISTS {name} CASCADE")
        connection.exec_driver_sql(f"CREATE SCHEMA {name}")
    inside = make_url(url).update_query_dict({"options": f"-csearch_path={name}"})
    here = inside.render_as_string(hide_password=False)
    engine = _engine(here)
    with engine.begin() as connection:
        metadata.create_all(connection)
        for statement in (*APPEND_ONLY_SQL, *_PLAIN):
            connection.exec_driver_sql(statement)
    engine.dispose()
    try:
        yield here
    finally:
        with admin.begin() as connection:
            connection.exec_driver_sql(f"DROP SCHEMA {name} CASCADE")
        admin.dispose()


def _prove(url: str) -> None:
    """A ledger that is fast and wrong would be no result."""
    engine = _engine(url)
    with engine.connect() as connection:
        verified = verify_database(connection, verifier_key(_ORIGIN, BenchSigner().public_key))
    engine.dispose()
    if verified.size != ROUNDS * (BATCHES * BATCH + WRITERS * SINGLES) or verified.waiting:
        raise RuntimeError("the log does not hold exactly what was entered")


def _wait_until_settled(connection: "psycopg.Connection[Any]") -> None:
    connection.autocommit = True
    behind = "SELECT (SELECT max(no) FROM ledger_inbox) > (SELECT max(inbox_no) FROM ledger_leaf)"
    count = "SELECT (SELECT count(*) FROM ledger_inbox) = (SELECT count(*) FROM ledger_leaf)"
    while connection.execute(behind).fetchone() != (False,) or connection.execute(count).fetchone() != (True,):
        time.sleep(0.001)


def _insert(cursor: "psycopg.Cursor[Any]", entries: list[bytes]) -> None:
    """One INSERT a row, in one pipeline: what is meant by a raw INSERT."""
    cursor.executemany(_INSERT, [{"entry": entry} for entry in entries])


def _insert_bulk(cursor: "psycopg.Cursor[Any]", entries: list[bytes]) -> None:
    """One INSERT for all rows, the way the ledger enters: the fastest that SQL has beside COPY."""
    cursor.execute(_BULK, {"entries": entries}).fetchall()


def _batches() -> Iterator[list[bytes]]:
    for batch in range(BATCHES):
        yield [_entry(batch * BATCH + number) for number in range(BATCH)]


def _entry(number: int) -> bytes:
    """An entry of the size of a decision's: about 400 bytes, so that a leaf has about 444."""
    body: dict[str, Json] = {
        "bundle": "7f3a" * 16,
        "campaign": "autumn",
        "cells": [{"count": 1, "outcome": "deny", "reasons": ["KR-50-1", "KR-62-3"]}],
        "channel": "email",
        "number": number,
        "purpose": "marketing.own.newsletter",
        "sender": "example",
        "subject": "c0ffee" * 8,
        "fields": ["email", "profile.language"],
    }
    return Entry("bench.entry", "tool:bench", body).encode()


def _engine(url: str) -> Engine:
    return create_engine(url)


def _plain_url(url: str) -> str:
    return make_url(url).set(drivername="postgresql").render_as_string(hide_password=False)


if __name__ == "__main__":
    print(json.dumps(measure(sys.argv[1]), indent=2))
