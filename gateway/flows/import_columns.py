"""What an import's columns were declared as, what the scan found in them, and whether the two agree. Pure.

Must never give a cell, nor a title that looks like one: a list without a header line begins with a person.
"""

import re
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

from gateway.scan import MAY_HOLD
from gateway.scan.kinds import NATURES, Family
from gateway.store.batches import Batch

HIDDEN: Final = "(hidden: it looks like a value, not a title)"
_DIGITS: Final = 4
"""Digits that a title may hold: a year is no phone number."""


@dataclass(frozen=True, slots=True)
class Column:
    """One column of a list.

    Attributes:
        title: as in the file, or `HIDDEN`.
        declared: the field it was taken for; "" is nothing, and then it was not kept.
        found: the kind of personal data that its cells are, judged by a sample; "" is none.
        rate: share of that kind's candidates that pass their check, 0 to 1.
        agrees: whether both say the same; None where there was nothing to compare.
        counts: how often what was found in it that nobody declared, by kind.
    """

    title: str
    declared: str
    found: str
    rate: float
    agrees: bool | None
    counts: Mapping[str, int]

    def to_json(self) -> dict[str, Any]:
        """Give plain values for JSON."""
        return {
            "title": self.title, "declared": self.declared, "found": self.found, "rate": round(self.rate, 3),
            "agrees": self.agrees, "counts": dict(self.counts),
        }  # fmt: skip


def columns_of(batch: Batch) -> list[Column]:
    """Give the columns of a list in the file's order, then those that only the scan names."""
    titles = dict.fromkeys([*batch.mapping, *batch.columns])
    return [_column(batch, title) for title in titles]


def special_of(batch: Batch) -> dict[str, int]:
    """Count findings that tell of health, belief and the like (GDPR Art. 9, PIPL Art. 28), by kind."""
    return _sum(batch, {kind.value for kind, nature in NATURES.items() if nature.family is Family.SPECIAL})


def treated_of(batch: Batch) -> list[dict[str, Any]]:
    """Give what was done with what was found, by column and kind, each with the rule that decided."""
    return [{**one, "column": safe_title(str(one["column"]))} for one in batch.treated]


def safe_title(title: str) -> str:
    """Give a column's title, unless it looks like a value."""
    return HIDDEN if "@" in title or len(re.findall(r"\d", title)) > _DIGITS else title


def _column(batch: Batch, title: str) -> Column:
    declared = batch.mapping.get(title, "")
    said = batch.profile.get(title, {})
    found, rate = str(said.get("kind") or ""), float(said.get("pass_rate") or 0)
    counts = batch.columns.get(title, {})
    return Column(safe_title(title), declared, found, rate, _agrees(declared, found, bool(counts)), counts)


def _agrees(declared: str, found: str, strays: bool) -> bool | None:
    if found:
        return found in MAY_HOLD.get(declared, ())
    # A sample may hold too little to tell; only what nobody declared speaks against a column then.
    return False if strays and declared else None


def _sum(batch: Batch, kinds: set[str]) -> dict[str, int]:
    total = Counter[str]()
    for kind, count in _counts(batch):
        if kind in kinds:
            total[kind] += count
    return dict(total.most_common())


def _counts(batch: Batch) -> Iterator[tuple[str, int]]:
    for of in batch.columns.values():
        yield from of.items()
