"""Counters for lists of any length that add up over chunks, workers and machines, in bounded memory. Pure.

Whatever the order in which chunks are counted and merged, they come out the same, but for groups that are too small to
matter. Must never keep a value: a value is a place in a table of counters, found by a salted hash.
"""

import base64
from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from hashlib import blake2b
from math import log
from typing import Any, Final

_BUCKET_BITS: Final = 12
_SPREAD: Final = 2654435761  # Knuth's: seconds that follow each other fall far apart
GROUPS: Final = 512
"""Groups of numbered addresses that are kept: the largest. A list that was made up has few and large ones."""

_REGISTERS: Final = 1024
_ALPHA: Final = 0.7213 / (1 + 1.079 / _REGISTERS)
_SPARSE: Final = 2.5  # below so many a register, empty registers tell more than ranks
_RANK_BITS: Final = 54


def hashed(salt: bytes, value: str) -> int:
    """Give 64 bits of a value that nobody can compute or compare without the salt (up to 64 bytes)."""
    return int.from_bytes(blake2b(value.encode("utf-8", "replace"), digest_size=8, key=salt).digest(), "big")


def bucket(second: int) -> int:
    """Give one of 4,096 places for a second; two seconds seldom share one, and never often enough to matter."""
    return (second * _SPREAD & 0xFFFFFFFF) >> (32 - _BUCKET_BITS)


class Distinct:
    """Estimates how many different values there were (HyperLogLog, 1,024 registers: about 3 % off)."""

    def __init__(self, registers: bytes = b"") -> None:
        self.registers = bytearray(registers or bytes(_REGISTERS))

    def add(self, hashes: Iterable[int]) -> None:
        """Count hashes of 64 bits."""
        registers = self.registers
        for each in hashes:
            place = each & (_REGISTERS - 1)
            registers[place] = max(registers[place], _RANK_BITS - (each >> 10).bit_length() + 1)

    def merge(self, other: "Distinct") -> None:
        """Take over what another one has seen."""
        self.registers = bytearray(map(max, self.registers, other.registers))

    def estimate(self) -> float:
        """Give the number of different values."""
        raw = _ALPHA * _REGISTERS**2 / sum(2.0**-each for each in self.registers)
        empty = self.registers.count(0)
        return _REGISTERS * log(_REGISTERS / empty) if raw <= _SPARSE * _REGISTERS and empty else raw


class Numbered:
    """Groups of addresses that differ by a number only: how many, the lowest, the highest."""

    def __init__(self, groups: Mapping[int, Sequence[int]] | None = None) -> None:
        self.groups = {group: tuple(each) for group, each in (groups or {}).items()}

    def add(self, groups: Iterable[tuple[int, Collection[int]]]) -> None:
        """Count the different numbers of groups."""
        self._put((group, len(numbers), min(numbers), max(numbers)) for group, numbers in groups)

    def merge(self, other: "Numbered") -> None:
        """Take over the groups of another one."""
        self._put((group, *each) for group, each in other.groups.items())

    def dense(self, fewest: int, density: float) -> int:
        """Give how many addresses stand in groups of `fewest` and more that fill their span to `density`."""
        return sum(
            count
            for count, low, high in self.groups.values()
            if count >= fewest and count >= density * (high - low + 1)
        )

    def _put(self, groups: Iterable[tuple[int, ...]]) -> None:
        for group, count, low, high in groups:
            many, least, most = self.groups.get(group, (0, low, high))
            self.groups[group] = (many + count, min(least, low), max(most, high))
        if len(self.groups) > GROUPS:
            largest = sorted(self.groups.items(), key=lambda item: (-item[1][0], item[0]))
            self.groups = dict(largest[:GROUPS])


@dataclass(slots=True)
class Counts:
    """All that is counted of a list.

    Attributes:
        sums: counts that add up.
        tops: counts of which the largest of any chunk stands.
        moments: consents by bucket of their second.
        span: the first and the last second of a consent (POSIX), or nothing.
        people: how many different people are named.
        numbered: groups of numbered addresses by kind.
    """

    sums: Counter[str] = field(default_factory=Counter)
    tops: dict[str, int] = field(default_factory=dict)
    moments: Counter[int] = field(default_factory=Counter)
    span: tuple[int, ...] = ()
    people: Distinct = field(default_factory=Distinct)
    numbered: dict[str, Numbered] = field(default_factory=lambda: {"email": Numbered(), "phone": Numbered()})

    def top(self, name: str, count: int) -> None:
        """Note a count of which the largest stands."""
        self.tops[name] = max(self.tops.get(name, 0), count)

    def stretch(self, *seconds: int) -> None:
        """Widen the span to hold these seconds."""
        both = (*self.span, *seconds)
        self.span = (min(both), max(both)) if both else ()

    def merge(self, other: "Counts") -> None:
        """Add what was counted of other chunks."""
        self.sums.update(other.sums)
        for name, count in other.tops.items():
            self.top(name, count)
        self.moments.update(other.moments)
        self.stretch(*other.span)
        self.people.merge(other.people)
        for kind, numbered in self.numbered.items():
            numbered.merge(other.numbered[kind])

    def to_json(self) -> dict[str, Any]:
        """Give it as plain values."""
        return {
            "sums": dict(sorted(self.sums.items())),
            "tops": dict(sorted(self.tops.items())),
            "moments": {str(bucket): count for bucket, count in sorted(self.moments.items())},
            "span": list(self.span),
            "people": base64.b64encode(bytes(self.people.registers)).decode(),
            "numbered": {
                kind: {str(group): list(each) for group, each in sorted(numbered.groups.items())}
                for kind, numbered in self.numbered.items()
            },
        }


def counts_of(kept: Mapping[str, Any]) -> Counts:
    """Read what `Counts.to_json` gave."""
    return Counts(
        Counter(kept["sums"]),
        dict(kept["tops"]),
        Counter({int(bucket): count for bucket, count in kept["moments"].items()}),
        tuple(kept["span"]),
        Distinct(base64.b64decode(kept["people"])),
        {
            kind: Numbered({int(group): each for group, each in groups.items()})
            for kind, groups in kept["numbered"].items()
        },
    )
