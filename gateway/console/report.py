"""An import's report in words and stages: every row is accounted for, by what became of it. Pure."""

from collections.abc import Iterator
from typing import Final

from gateway.console.funnel import Stage
from gateway.console.languages import Language
from gateway.flows.overview import Batch, Import

ON_ITS_WAY: Final = frozenset({"open", "staging", "scanning", "storing"})
"""States in which a list still moves, or would if it were not paused."""
_SAID: Final = {
    "accept": "{source}: {rows} rows accepted",
    "quarantine": "{source}: {rows} rows quarantined",
    "refuse": "{source}: {rows} rows refused",
    "cancelled": "{source}: cancelled",
    "purged": "{source}: purged",
}
_UNREAD: Final = {
    "accept": "{source}: accepted",
    "quarantine": "{source}: quarantined",
    "refuse": "{source}: refused",
}
_MOVING: Final = {
    "open": "{source}: coming in",
    "staging": "{source}: being read",
    "scanning": "{source}: being scanned",
    "storing": "{source}: being stored",
}
_ROWS: Final = {
    "row.new": ("new people", "allow"),
    "row.joined": ("joined to people known before", "allow"),
    "row.merged_in_list": ("merged within the list", ""),
    "row.held": ("held, waiting for a decision", "hold"),
    "row.quarantined": ("sealed, waiting", "hold"),
}
"""What becomes of rows, in the order of the picture; `row.refused.<reason>` and `row.held.<reason>` follow."""
_REFUSED: Final = "row.refused."
_READ: Final = "row.read"
_KINDS: Final = {"refused": "deny", "held": "hold"}


def summary_of(one: Import, language: Language) -> str:
    """Say in one sentence what became of a list."""
    batch, rows = one.batch, rows_of(one.batch)
    if batch.state in ON_ITS_WAY:
        paused = "{source}: paused" if batch.paused_at else _MOVING[batch.state]
        return language.t(paused, source=one.source)
    word = batch.state if batch.state in _SAID else batch.verdict
    form = (_SAID if rows else _UNREAD).get(word) or _SAID.get(word) or "{source}: {word}"
    return language.t(form, source=one.source, rows=rows, word=language.word(word))


def stages_of(batch: Batch, language: Language) -> list[Stage]:
    """Give the bars of the funnel: the rows that were read, then what became of them."""
    counts = {name: count for name, count in batch.counts.items() if name.startswith("row.") and count}
    known = [Stage(language.t(label), counts[name], kind) for name, (label, kind) in _ROWS.items() if name in counts]
    others = [name for name in counts if name not in {_READ, *_ROWS}]
    others.sort(key=lambda name: (name.startswith(_REFUSED), name))
    more = [Stage(_said(name.removeprefix("row."), language), counts[name], _kind(name)) for name in others]
    return [Stage(language.t("rows in the file"), rows_of(batch)), *known, *more]


def values_of(batch: Batch, language: Language) -> Iterator[tuple[str, int]]:
    """Give the counts that are not of rows: values left out, consents taken or ignored, identifiers marked."""
    for name, count in batch.counts.items():
        if not name.startswith("row.") and count:
            yield _said(name, language), count


def scanned(batch: Batch) -> bool:
    """Say whether every cell was looked at, so that a page may say what is not in a list."""
    unread = not rows_of(batch) or batch.state in {"staging", "scanning"}
    return not unread and (batch.state != "cancelled" or bool(batch.counts))


def suppressed_of(batch: Batch) -> int:
    """Count identifiers of the list that an earlier refusal or objection marks."""
    return sum(count for name, count in batch.counts.items() if name.startswith("suppressed."))


def rows_of(batch: Batch) -> int:
    """Count the rows of a list, as far as it was read."""
    return max(int(batch.reading.get("rows", 0)), int(batch.counts.get(_READ, 0)), batch.rows)


def _kind(name: str) -> str:
    return _KINDS.get(name.split(".")[1], "")


def _said(name: str, language: Language) -> str:
    """Say the name of a count: `refused.row_too_long` becomes `refused: row too long`."""
    return ": ".join(map(language.word, name.split(".")))
