"""Prove the ledger from the command line: check it in its database, write it out for auditors, name its key.

Each is an act of its own in the ledger. Must never say that the log holds without having read all of it.
"""

from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from audit.errors import Tampered
from audit.leaf import Entry
from gateway.domain.errors import Unavailable
from gateway.flows.gate import Gate
from gateway.store import ledger
from gateway.store.ledger import BROKEN, CHECKED, Check, Progress

_MOST_BATCHES = 1000


@dataclass(frozen=True, slots=True)
class LogKey:
    """The log's name and its verifier key (C2SP signed-note), to be kept apart from the database."""

    name: str
    vkey: str


def log_key(gate: Gate) -> LogKey:
    """Give the log's verifier key, made from this house's keyring.

    Raises:
        Unavailable: `ledger_empty`: the log has no name yet.
    """
    name = _named(gate)
    return LogKey(name, ledger.vkey(name, gate.keyring.ledger_signer(name).public_key))


def verify_log(gate: Gate, actor: str, older: bytes | None = None, progress: Progress | None = None) -> Check:
    """Check every row of the ledger against what was signed, and record how it came out.

    Args:
        gate: the gateway.
        actor: who checks, as the ledger shall name him.
        older: a checkpoint of this log that was kept elsewhere; finds a log that was set back or rewritten.
        progress: hears entries done and in all.

    Returns:
        How it came out; `broken` is "" if it holds.

    Raises:
        Unavailable: `ledger_empty`.
    """
    name = _named(gate)
    check = ledger.verify(gate.house.engine, name, gate.keyring.ledger_signer(name).public_key, older, progress)
    if check.broken:
        kind, body = BROKEN, {"table": check.table, "entry": check.entry, "what": check.broken}
    else:
        kind, body = CHECKED, {"size": check.size, "root": check.root.hex(), "checkpoints": check.checkpoints}
    _enter(gate, kind, actor, {"at": gate.clock().isoformat(), **body})
    # True now: the outcome is durable, whatever becomes of the log.
    return check


def export_log(gate: Gate, actor: str, folder: Path) -> int:
    """Write the log as the static files of C2SP tlog-tiles, for an auditor or a mirror.

    Args:
        gate: the gateway.
        actor: who takes it out.
        folder: made if missing; an earlier export of the same log is brought up to date.

    Returns:
        The number of entries.

    Raises:
        Unavailable: `ledger_empty`. OSError: the folder could not be written; its checkpoint was not touched.
    """
    _named(gate)
    count = ledger.export(gate.house.engine, folder)
    _enter(gate, "ledger.exported", actor, {"size": count})
    return count


def _named(gate: Gate) -> str:
    """Bring into the log what waits, then give its name."""
    with suppress(Tampered):  # the check itself names what is wrong, and where
        for _ in range(_MOST_BATCHES):
            if not gate.house.sequencer.run_once():
                break
    with gate.house.unit() as connection:
        name = ledger.origin(connection)
    if not name:
        raise Unavailable("ledger_empty", "The log has no entry yet. `ostiary init` writes the first.")
    return name


def _enter(gate: Gate, kind: str, actor: str, body: dict[str, Any]) -> None:
    with gate.house.unit() as connection:
        gate.house.enter(connection, [Entry(kind, actor, body)])
