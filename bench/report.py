"""What the figures of a run mean: the goals, met or not, and the table for people. Must never measure."""

from dataclasses import dataclass
from typing import Any

from rich.table import Table


@dataclass(frozen=True, slots=True)
class Goal:
    """A bound on one figure of one part; `most` turns it round. `always`: told without a bound being set."""

    part: str
    figure: str
    words: str
    bound: float
    most: bool = False

    def judged(self, value: float) -> dict[str, Any]:
        """Say whether a value meets this goal."""
        met = value <= self.bound if self.most else value >= self.bound
        sign = "≤" if self.most else "≥"
        return {"part": self.part, "what": self.words, "goal": f"{sign} {self.bound:g}", "value": value, "met": met}


GOALS = (
    Goal("release", "to_naive", "release, times the naive build", 100),
    Goal("release", "to_floor", "release, share of the floor", 0.5),
    Goal("release", "rss_peak_mb", "release, peak memory in MB", 150, most=True),
    Goal("decide", "us_person", "decide, µs a person inside a release page", 3, most=True),
    Goal("decide", "grown_ratio", "decide, times as long with four times the packs", 1.25, most=True),
    Goal("decisions", "to_naive", "durable decisions over HTTP, times the naive build", 6),
    Goal("decisions", "p99_ms", "durable decisions, p99 in ms at 32 connections", 40, most=True),
    Goal("many", "disclose_ms", "10,000 decisions by hash in one POST, ms", 150, most=True),
    Goal("authzen", "to_decisions", "AuthZEN single evaluation, times /v1/decisions (runs differ by 5 %)", 1.0),
    Goal("imports", "new_rows_per_second", "import, every cell scanned, rows a second end to end", 5_000),
    Goal("workers", "two_to_one", "import by two workers, times one", 1.6),
    Goal("workers", "rows_per_cpu_second", "import, rows a second of a core, staging included", 5_000),
    Goal("workers", "rss_long_mb", "import, memory of a worker in MB", 400, most=True),
    Goal("scan", "to_stock", "scan of every cell, times stock Presidio without a model", 100),
    Goal("scan", "rows_per_second", "scan of every cell from CSV bytes, rows a second a core", 8_000),
    Goal("ledger", "batch_ratio", "ledger, share of raw INSERT at 256 a batch", 0.7),
    Goal("ledger", "writers_ratio", "ledger, share of unordered INSERT by 8 processes", 0.6),
    Goal("accuracy", "cells_below_goal", "scan, kinds a language found < 0.98 or right < 0.97", 0, most=True),
    Goal("accuracy", "harmless_columns_typed", "scan, harmless columns taken for identifiers", 0, most=True),
)


def goals(parts: dict[str, dict[str, Any]]) -> list[dict[str, Any]]:
    """Judge the goals of the parts that ran."""
    return [goal.judged(parts[goal.part][goal.figure]) for goal in GOALS if goal.part in parts]


def table(result: dict[str, Any]) -> Table:
    """Give the table: first the goals, then every figure by part."""
    machine = result["machine"]
    made = Table(
        title=f"{result['command']}\n{machine['cpu']}, {machine['cores']} cores, Python {machine['python']},"
        f" PostgreSQL {machine['postgresql']}, {machine['fdatasync_per_s']:,} fdatasync/s"
    )
    for column, justify in (("measured", "left"), ("value", "right"), ("goal", "right"), ("", "left")):
        made.add_column(column, justify=justify)  # type: ignore[arg-type]
    for goal in result["goals"]:
        met = "[green]met[/]" if goal["met"] else "[bold red]missed[/]"
        made.add_row(goal["what"], f"{goal['value']:,}", goal["goal"], met)
    for part, figures in result["parts"].items():
        made.add_section()
        for name, value in figures.items():
            if isinstance(value, (int, float)):
                made.add_row(f"{part}: {name.replace('_', ' ')}", f"{value:,}")
    return made
