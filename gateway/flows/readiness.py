"""Whether this gateway can answer safely now. Must never say yes when the ledger cannot be written or lags too far."""

from dataclasses import dataclass
from typing import Final

from gateway.domain.errors import Ostiary
from gateway.flows.gate import Gate

LONGEST_LAG: Final = 30.0
"""Seconds that the oldest entry may wait for the tree before releases stop."""


@dataclass(frozen=True, slots=True)
class Readiness:
    """`code` and `words` say what is wrong when not ready; `waiting` counts entries not yet in the tree."""

    ready: bool
    code: str
    words: str
    waiting: int


def check(gate: Gate) -> Readiness:
    """Ask the database for the policies in force and the ledger for its lag."""
    try:
        with gate.house.unit() as connection:
            gate.house.bundle(connection)
        lag = gate.house.lag()
    except Ostiary as error:
        return Readiness(False, error.code, error.message, 0)
    if lag.oldest_seconds > LONGEST_LAG:
        return Readiness(
            False, "ledger_behind", "The ledger's sequencer lags; look at its log and its disk.", lag.waiting
        )
    return Readiness(True, "", "", lag.waiting)
