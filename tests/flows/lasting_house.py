"""What the tests of lasting consent share: crashes, a verified ledger, the letters that wait, all that is kept."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import orjson
import pytest
from sqlalchemy import Connection, text

from audit.ledger import verify_database
from gateway.flows.gate import Gate
from gateway.store import mail
from gateway.store.house import House
from gateway.store.ledger import vkey
from gateway.vault.keytext import Purpose
from gateway.vault.seal import HouseSeal
from tests.flows.conftest import Seoul

TABLES = (
    "consent_event", "consent", "consent_request", "notice", "mail_out", "receipt_seen", "suppression", "person",
    "identifier", "evidence", "ledger_inbox", "idempotency",
)  # fmt: skip


class BrokenError(Exception):
    """The injected crash."""


def crash(patched: pytest.MonkeyPatch, at: int, *, kept: bool) -> None:
    """Let the n-th transaction from here crash, before or after its commit."""
    patched.setattr(House, "unit", _crashing(at, kept=kept))


def _crashing(at: int, *, kept: bool) -> Callable[[House], Any]:
    usual = House.unit
    seen = iter(range(10_000))

    @contextmanager
    def unit(self: House) -> Iterator[Connection]:
        number = next(seen)
        with usual(self) as connection:
            yield connection
            if number == at and not kept:
                raise BrokenError
        if number == at:
            raise BrokenError

    return unit


def state(gate: Gate) -> dict[str, list[str]]:
    """Give everything that a visit must not change."""
    with gate.house.unit() as connection:
        return {
            table: list(connection.execute(text(f"SELECT t.*::text FROM {table} t ORDER BY 1")).scalars())
            for table in TABLES
        }


def one(gate: Gate, statement: str, **values: Any) -> Any:
    """Give one value."""
    with gate.house.unit() as connection:
        return connection.execute(text(statement), values).scalar_one()


def verify(gate: Gate) -> None:
    """Bring the ledger up to date, then check every row of it."""
    while gate.house.sequencer.run_once():
        pass
    origin = gate.house.sequencer._origin
    key = vkey(origin, gate.keyring.ledger_signer(origin).public_key)
    with gate.house.engine.connect() as connection:
        verify_database(connection, key)


def letters(gate: Gate) -> list[dict[str, str]]:
    """Open the letters that wait, oldest first."""
    seal = HouseSeal(gate.keyring, Purpose.DETAIL)
    with gate.house.unit() as connection:
        rows = connection.execute(text("SELECT uid, sealed FROM mail_out WHERE state = 'queued' ORDER BY no")).all()
    return [orjson.loads(seal.open(mail.place(row.uid), row.sealed)) for row in rows]


def token_in(letter: dict[str, str]) -> str:
    """Find the token of the link in a letter."""
    (line,) = [line for line in letter["text"].splitlines() if "/c/" in line or "/o/" in line]
    return line.rpartition("/")[2]


def uid_of(house: Seoul, number: int = 1) -> str:
    """Give the outside number of a person, by their inside one."""
    return str(one(house.gate, "SELECT encode(uid, 'hex') FROM person WHERE no = :no", no=number))
