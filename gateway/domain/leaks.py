"""Leak tells: signs that a list was stolen or made up, read from counters and never from kept values. Pure.

For an import, in every worker:
    tells = Tells(salt, now)               one salt a batch (any secret bytes, up to 64), now in UTC
    tells.feed(columns, fields)            each chunk: cells by title, declared meaning by title ("" for none)
    tells.heard(findings.tells)            what the scanner tells by itself
    kept = tells.to_json()                 plain values, kept with the chunk, so that a repeated chunk counts once
and where the chunks come together:
    tells.merge(kept)                      what `to_json` gave, or other tells
    tells.verdict()                        signs, the gravest first; each `refuse` or `quarantine`

Chunks may come in any order and from any worker. Memory is bounded: some 5,000 counters and 1 KB of sketch, however
long the list is. What is kept holds counts, hashes under the batch's salt and the span of numbers cut out of addresses,
no address; it goes with the batch.

Suspicion quarantines with its evidence; only stored passwords beside identifiers refuse, because nothing explains them.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import pairwise
from typing import Any, Final

from gateway.domain import leak_shapes as shapes
from gateway.domain.leak_cells import email_number, moment, phone_number
from gateway.domain.leak_counts import Counts, bucket, counts_of, hashed
from policies.terms import Verdict

FEWEST: Final = 50
"""Fewer consents, or twice as many rows, prove nothing."""
MANY: Final = 200
"""Fewer numbered addresses, or hurried consents, prove nothing."""
SAME_MOMENT: Final = 0.2
"""Share of consents that were given in one and the same second."""
A_SECOND: Final = 5
"""Consents a second over a whole list; the form of a large shop sees one in busy minutes."""
DENSE: Final = 0.5
"""Share of the numbers between the lowest and the highest of a group that are there."""
SEQUENTIAL: Final = 0.05
"""Share of rows that stand in such groups."""
STEPS: Final = 0.3
"""Share of numbered rows whose number follows the row before."""
REPEATED: Final = 0.5
"""Share of rows that name somebody again."""
COMBINED: Final = 0.5
"""Share of rows in which an address and a password stand in one cell."""
LATER: Final = 0.01
"""Share of dates that lie in the future."""
_FEW: Final = 5
_GROUP: Final = 3  # numbers of one group in a chunk; a list that was made up has more, and others need no hash
_TOLERANCE: Final = timedelta(days=1)  # time zones and wrong clocks

_MOMENTS: Final = ("consent_at", "withdrawn_at", "purchase_at", "inquiry_at")
_IDENTIFIERS: Final = ("email", "phone", "external_id", "postal_address")
_LOOKED_INTO: Final = frozenset({"", "ignore", "notes", "password_hash", "email"})
_NUMBERS: Final[Mapping[str, Callable[[str], tuple[str, int] | None]]] = {"email": email_number, "phone": phone_number}


@dataclass(frozen=True, slots=True)
class Tell:
    """One sign: its code, the rule and law it falls under, words for an officer, how grave, and the figures."""

    code: str
    rule: str
    cite: str
    words: str
    severity: Verdict
    evidence: Mapping[str, int] = field(default_factory=dict)


_LEAKED: Final = ("SRC-LEAKED", "Criminal Law (CN) Art. 253-1; PIPA (KR) Art. 70-71; GDPR Art. 5(1)(a)")
_MADE_UP: Final = (
    "SRC-HARVESTED", "15 USC 7704(b)(1); Network Act (KR) Art. 50(5); Internet E-mail Measures (CN) Art. 12(2)",
)  # fmt: skip
_UNPROVEN: Final = ("SRC-LEGACY", "GDPR Art. 5(2), 7(1)")
_KNOWN: Final[Mapping[str, tuple[tuple[str, str], Verdict, str]]] = {
    "credentials_beside_identifiers": (
        _LEAKED, Verdict.REFUSE, "Stored passwords stand beside people's identifiers: this is how leaked lists look."),
    "combined_credentials": (
        _LEAKED, Verdict.REFUSE, "Cells hold an address and a password in one: this is how lists for break-ins look."),
    "dump_shape": (
        _LEAKED, Verdict.QUARANTINE, "The columns are those of a program's user table, copied out of its database."),
    "breach_marker": (
        _LEAKED, Verdict.QUARANTINE, "A title or cells speak of a leak, a dump or a break-in."),
    "identical_consent_times": (
        _UNPROVEN, Verdict.QUARANTINE, "Many people consented in one second. People do not; programs do."),
    "hurried_consents": (
        _UNPROVEN, Verdict.QUARANTINE, "More people consented in a second than a form can take."),
    "times_in_the_future": (
        _UNPROVEN, Verdict.QUARANTINE, "Consents or dealings are dated later than today: the dates were invented."),
    "sequential_addresses": (
        _MADE_UP, Verdict.QUARANTINE, "Addresses or numbers count upwards beyond chance: they were generated."),
    "repeated_rows": (
        _UNPROVEN, Verdict.QUARANTINE, "Most rows name people whom the list named before: it was padded."),
}  # fmt: skip


class Tells:
    """Collects signs over the chunks of one list; see the module for its use.

    Args:
        salt: of this batch, secret: without it nothing that is kept can be compared with another list, or guessed. Not
            needed where nothing is fed any more, or nothing is kept.
        now: the present, UTC; without it dates to come are not looked for.
    """

    def __init__(self, salt: bytes = b"", now: datetime | None = None) -> None:
        self.counts = Counts()
        self._salt = salt
        self._latest = now + _TOLERANCE if now is not None else None

    def feed(self, columns: Mapping[str, Sequence[str]], fields: Mapping[str, str]) -> None:
        """Look at one chunk.

        Args:
            columns: cells by title, all of one length.
            fields: declared meaning by title; a title that is missing or "" is undeclared.
        """
        meaning = {title: fields.get(title) or "" for title in columns}
        declared = {meaning[title]: cells for title, cells in columns.items()}
        self._titles(columns, meaning)
        for title, cells in columns.items():
            if meaning[title] in _LOOKED_INTO:
                self._words(cells)
        self._people([declared[name] for name in _IDENTIFIERS if name in declared])
        for name in _MOMENTS:
            self._moments(declared.get(name, ()), consents=name == "consent_at")
        for kind in _NUMBERS:
            self._count_up(kind, declared.get(kind, ()))

    def heard(self, codes: Iterable[str]) -> None:
        """Take over what the scanner tells by itself, by its codes; a code that is none of ours is left out."""
        self.counts.sums.update(f"heard.{code}" for code in codes if code in _KNOWN)

    def verdict(self) -> tuple[Tell, ...]:
        """Give the signs so far, the gravest first. None is a good sign, and no proof."""
        told = [_tell(code, evidence) for code, evidence in _signs(self.counts)]
        return tuple(sorted(told, key=lambda tell: tell.severity is not Verdict.REFUSE))

    def to_json(self) -> dict[str, Any]:
        """Give all counters as plain values."""
        return self.counts.to_json()

    def merge(self, other: "Tells | Mapping[str, Any]") -> None:
        """Add what was counted of other chunks of the same list, under the same salt; as tells or as `to_json` gave."""
        self.counts.merge(other.counts if isinstance(other, Tells) else counts_of(other))

    def _titles(self, columns: Mapping[str, Sequence[str]], meaning: Mapping[str, str]) -> None:
        """Read the titles, and count what stands under those that speak of passwords."""
        of_people = any(shapes.is_of_people(title, meaning[title]) for title in columns)
        for title, cells in columns.items():
            if of_people and (meaning[title] == "password_hash" or shapes.is_secret(title)):
                self.counts.sums["secrets"] += sum(1 for cell in cells if cell and not cell.isspace())
        self.counts.top("shape", shapes.shape_of(columns)[1])
        self.counts.top("marked", sum(1 for title in columns if shapes.MARKED.search(shapes.plain(title))))

    def _words(self, cells: Sequence[str]) -> None:
        """Look for words of thieves and for passwords behind addresses, each distinct cell once."""
        often = Counter(cells)
        together = "\n".join(often)
        if shapes.may_speak(together):
            self.counts.sums["spoken"] += sum(many for cell, many in often.items() if shapes.SPOKEN.search(cell))
        if "@" in together:
            self.counts.sums["combined"] += sum(many for cell, many in often.items() if shapes.is_combined(cell))

    def _people(self, columns: Sequence[Sequence[str]]) -> None:
        """Count rows that name somebody, and how many different people they name."""
        rows = ["\x1f".join(cells).casefold() for cells in zip(*columns, strict=True)]
        named = [row for row in rows if row.strip("\x1f \t")]
        self.counts.sums["rows"] += len(named)
        self.counts.people.add(hashed(self._salt, row) for row in set(named))

    def _moments(self, cells: Sequence[str], *, consents: bool) -> None:
        """Count dates and those to come; of consents the seconds too, for a day without a time proves nothing."""
        sums = self.counts.sums
        for cell, often in Counter(cells).items():
            read = moment(cell)
            if read is None:
                continue
            at, to_the_second = read
            sums["dated"] += often
            sums["later"] += often * (self._latest is not None and at > self._latest)
            if consents and to_the_second:
                sums["timed"] += often
                second = int(at.timestamp())
                self.counts.moments[bucket(second)] += often
                self.counts.stretch(second)

    def _count_up(self, kind: str, cells: Sequence[str]) -> None:
        """Count addresses with a number, and those whose number follows the row before."""
        found = [each for each in map(_NUMBERS[kind], cells) if each is not None]
        steps = sum(after[1] - before[1] == 1 and before[0] == after[0] for before, after in pairwise(found))
        self.counts.sums[f"{kind}.numbered"] += len(found)
        self.counts.sums[f"{kind}.steps"] += steps
        groups: dict[str, set[int]] = {}
        for stem, number in found:
            groups.setdefault(stem, set()).add(number)
        self.counts.numbered[kind].add(
            (hashed(self._salt, stem), numbers) for stem, numbers in groups.items() if len(numbers) >= _GROUP
        )


def _signs(counts: Counts) -> Iterator[tuple[str, dict[str, int]]]:
    yield from _stolen(counts.sums, counts.tops)
    yield from _untimely(counts)
    yield from _made_up(counts)


def _stolen(sums: Mapping[str, int], tops: Mapping[str, int]) -> Iterator[tuple[str, dict[str, int]]]:
    secrets, combined, spoken = (sums.get(name, 0) for name in ("secrets", "combined", "spoken"))
    shape, marked = tops.get("shape", 0), tops.get("marked", 0)
    if secrets or sums.get("heard.credentials_beside_identifiers", 0):
        yield "credentials_beside_identifiers", {"cells": secrets}
    if combined >= max(_FEW, COMBINED * sums.get("rows", 0)):
        yield "combined_credentials", {"cells": combined}
    if shape:
        yield "dump_shape", {"titles": shape}
    if marked or spoken >= _FEW:
        yield "breach_marker", {"titles": marked, "cells": spoken}


def _untimely(counts: Counts) -> Iterator[tuple[str, dict[str, int]]]:
    timed, most = counts.sums["timed"], max(counts.moments.values(), default=0)
    if timed >= FEWEST and most >= SAME_MOMENT * timed:
        yield "identical_consent_times", {"same": most, "of": timed}
    seconds = counts.span[1] - counts.span[0] + 1 if counts.span else 0
    if timed >= MANY and timed >= A_SECOND * seconds:
        yield "hurried_consents", {"consents": timed, "seconds": seconds}
    later, dated = counts.sums["later"], counts.sums["dated"]
    if later >= max(_FEW, LATER * dated):
        yield "times_in_the_future", {"later": later, "of": dated}


def _made_up(counts: Counts) -> Iterator[tuple[str, dict[str, int]]]:
    rows, people = counts.sums["rows"], round(counts.people.estimate())
    for kind, numbered in counts.numbered.items():
        of, steps = counts.sums[f"{kind}.numbered"], counts.sums[f"{kind}.steps"]
        dense = min(numbered.dense(MANY, DENSE), of)
        if dense >= max(MANY, SEQUENTIAL * rows) or steps >= max(MANY, STEPS * of):
            yield "sequential_addresses", {f"{kind}.dense": dense, f"{kind}.steps": steps, f"{kind}.numbered": of}
    if rows >= 2 * FEWEST and rows - people >= REPEATED * rows:
        yield "repeated_rows", {"rows": rows, "people": people}


def _tell(code: str, evidence: Mapping[str, int]) -> Tell:
    (rule, cite), severity, words = _KNOWN[code]
    return Tell(code, rule, cite, words, severity, evidence)
