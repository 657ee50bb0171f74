"""The law in force as people read it: the packs with how they stand, and the table of one jurisdiction.

Reads only. Must never show another text than the bundle in force, nor a sign-off that was given for another text.

  1 require   the officer may read policies
  2 read      the bundle in force, and which of its packs are signed off, as one transaction sees them
  3 tell      counts of every pack, or one jurisdiction's table on a day
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from gateway.domain.errors import NotFound
from gateway.domain.matrix import Counts, Matrix, counts_of, matrix, today_in
from gateway.flows.gate import Gate
from gateway.flows.officers import Officer, require
from gateway.store.signoffs import signed
from policies.packs import Bundle

READ = "policy.read"


@dataclass(frozen=True, slots=True)
class PackLine:
    """A pack as it stands: its counts, the countries that it speaks for besides its own, whether it is signed off."""

    counts: Counts
    members: Sequence[str]
    signed: bool


@dataclass(frozen=True, slots=True)
class Law:
    """The packs of the bundle in force, by code."""

    bundle: str
    packs: Sequence[PackLine]


@dataclass(frozen=True, slots=True)
class LawOf:
    """One jurisdiction's table and how its pack stands; `today` is the day there."""

    matrix: Matrix
    pack: PackLine
    today: date


def law_in_force(gate: Gate, officer: Officer) -> Law:
    """Give the packs in force.

    Raises:
        Refused: `role_may_not`. Unavailable: `no_bundle_in_force`.
    """
    bundle, signatures = _read(gate, officer)
    return Law(bundle.digest, [_line(gate, bundle, code, signatures) for code in sorted(bundle.packs)])


def law_of(gate: Gate, officer: Officer, jurisdiction: str, day: date | None = None) -> LawOf:
    """Give the table of a jurisdiction.

    Args:
        gate: the instruments.
        officer: who reads.
        jurisdiction: a country that some pack speaks for, or the code of a pack.
        day: by the pack's own calendar; today if it is None.

    Raises:
        Refused: `role_may_not`. NotFound: `jurisdiction_unknown`. Unavailable: `no_bundle_in_force`.
    """
    bundle, signatures = _read(gate, officer)
    if jurisdiction not in bundle.packs and jurisdiction not in bundle.speaks_for:
        raise NotFound("jurisdiction_unknown", "No pack speaks for that. Choose one from the list of packs.")
    today = today_in(bundle, jurisdiction, gate.clock())
    found = matrix(bundle, jurisdiction, day or today)
    return LawOf(found, _line(gate, bundle, found.pack, signatures), today)


def _read(gate: Gate, officer: Officer) -> tuple[Bundle, frozenset[str]]:
    """Steps 1 and 2."""
    with gate.house.unit() as connection:
        require(gate, connection, officer, READ)
        bundle = gate.house.bundle(connection)
        return bundle, signed(connection, bundle)


def _line(gate: Gate, bundle: Bundle, code: str, signatures: frozenset[str]) -> PackLine:
    """Step 3, of one pack."""
    counts = counts_of(bundle, code, gate.clock())
    spoken_for = sorted(country for country in bundle.packs[code].members if bundle.speaks_for.get(country) == code)
    return PackLine(counts, spoken_for, code in signatures)
