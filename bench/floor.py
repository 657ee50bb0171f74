"""The floor of a release: what no program in this language with this library can go below.

COPY of the same people's wrapped keys and ciphertexts, and for each of them one unwrap, one key set-up and the same
number of decryptions. The two are timed apart and added up. No law, no facts, no record, no output. The COPY is done
twice: from one flat table made for it (the floor), and from the house's own tables, where keys and classes lie apart
because they are erased and revoked apart (the stored floor).
Must never hold more than one block of people at a time in what it times.
"""

import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any, LiteralString

import psycopg
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from bench.place import settings
from gateway.vault.binding import BODY_AT, HEADER_BYTES, bind, header
from gateway.vault.keys import open_keyring
from gateway.vault.seal import SCHEMA

SAMPLE = 50_000
_FLAT = "SELECT uid, wrapped, email, identity FROM bench_floor.disclosed"
_STORED = (
    "SELECT p.uid, k.wrapped, e.blob AS email, i.blob AS identity FROM bench_floor.chosen"
    " JOIN ostiary.person p USING (no) JOIN ostiary.person_key k ON k.person_no = p.no"
    " JOIN ostiary.sealed e ON e.person_no = p.no AND e.class = 'email'"
    " JOIN ostiary.sealed i ON i.person_no = p.no AND i.class = 'identity' ORDER BY p.no"
)
_TAKE = "SELECT uid, wrapped, email, identity, source_no FROM bench_floor.disclosed LIMIT %s"


def prepare(url: str, numbers: list[int]) -> None:
    """Lay the ciphertexts of these people out flat, in a schema of their own, before anything is timed."""
    with psycopg.connect(url) as connection, connection.cursor() as cursor:
        cursor.execute("DROP SCHEMA IF EXISTS bench_floor CASCADE")
        cursor.execute("CREATE SCHEMA bench_floor")
        cursor.execute("CREATE TABLE bench_floor.chosen (no bigint PRIMARY KEY)")
        with cursor.copy("COPY bench_floor.chosen FROM STDIN") as copy:
            for number in numbers:
                copy.write_row((number,))
        source = "(SELECT min(source_no) FROM ostiary.sealed) AS source_no"
        cursor.execute(f"CREATE TABLE bench_floor.disclosed AS SELECT stored.*, {source} FROM ({_STORED}) stored")
        connection.commit()
        connection.autocommit = True
        cursor.execute("VACUUM (ANALYZE) bench_floor.disclosed, bench_floor.chosen")


def once(folder: str, url: str) -> dict[str, Any]:
    """Measure the floor: seconds a person of COPY, of crypto, and their sum; wall and this process's CPU."""
    with psycopg.connect(url) as connection:
        _copied(connection, _FLAT)  # once for the cache
        copied = _timed(lambda: _copied(connection, _FLAT))
        stored = _timed(lambda: _copied(connection, _STORED))
        rows: list[tuple[Any, ...]] = connection.cursor(binary=True).execute(_TAKE, [SAMPLE]).fetchall()
    keyring = open_keyring(settings(Path(folder)).keyring)
    opened = _timed(lambda: _opened(rows, keyring.wrappers()))
    return {
        "people": copied[0],
        "stored_us": stored[1] / stored[0] * 1e6 + opened[1] / opened[0] * 1e6,
        "copy_us": copied[1] / copied[0] * 1e6,
        "crypto_us": opened[1] / opened[0] * 1e6,
        "us": copied[1] / copied[0] * 1e6 + opened[1] / opened[0] * 1e6,
        "cpu_us": copied[2] / copied[0] * 1e6 + opened[2] / opened[0] * 1e6,
    }


def _timed(work: Any) -> tuple[int, float, float]:
    wall, cpu = time.perf_counter(), time.process_time()
    count = work()
    return count, time.perf_counter() - wall, time.process_time() - cpu


def _copied(connection: psycopg.Connection[Any], query: LiteralString) -> int:
    return sum(1 for _ in _blocks(connection, query)) - 1  # the last row is the trailer


def _blocks(connection: psycopg.Connection[Any], query: LiteralString) -> Iterator[object]:
    with connection.cursor() as cursor, cursor.copy(f"COPY ({query}) TO STDOUT (FORMAT BINARY)") as copy:
        yield from copy


def _opened(rows: list[tuple[Any, ...]], wrappers: dict[bytes, Any]) -> int:
    email, identity = (_bound(cls, rows[0][4]) for cls in ("email", "identity"))
    ready = {head: (wrapper.aead.decrypt, wrapper.prefix) for head, wrapper in wrappers.items()}
    for uid, wrapped, first, second, _ in rows:
        unwrap, prefix = ready[wrapped[:HEADER_BYTES]]
        decrypt = AESGCM(unwrap(wrapped[HEADER_BYTES:BODY_AT], wrapped[BODY_AT:], prefix + uid)).decrypt
        decrypt(first[HEADER_BYTES:BODY_AT], first[BODY_AT:], email + uid)
        decrypt(second[HEADER_BYTES:BODY_AT], second[BODY_AT:], identity + uid)
    return len(rows)


def _bound(cls: str, source: int) -> bytes:
    parts = bind(b"ostiary/1/seal", cls.encode(), source.to_bytes(8, "big"), SCHEMA.to_bytes(2, "big"), header(1))
    return parts + (16).to_bytes(2, "big")
