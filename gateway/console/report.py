"""An import's report in words and stages: every row is accounted for, by what became of it. Pure."""

from typing import Final

from gateway.console.funnel import Stage
from gateway.console.words import number, spoken
from gateway.flows.overview import Batch, Import

_VERDICTS: Final = {"accept": "accepted", "quarantine": "quarantined", "refuse": "refused"}


def summary_of(one: Import) -> str:
    """Say in one sentence what became of a list."""
    rows = number(int(one.batch.reading.get("rows", 0)))
    said = _VERDICTS.get(one.batch.verdict, one.batch.verdict)
    if one.batch.state == "open":
        return f"{one.source}: {said}, still coming in"
    return f"{one.source}: {rows} rows {said}" if rows != "0" else f"{one.source}: {said}"


def stages_of(batch: Batch) -> list[Stage]:
    """Give the stages of the funnel: the rows that were read, then every count of the report."""
    stages = [Stage("rows read", int(batch.reading.get("rows", 0)))]
    return stages + [Stage(spoken(name), int(count), _kind(name)) for name, count in batch.counts.items()]


def _kind(name: str) -> str:
    if any(word in name for word in ("refused", "suppressed", "malformed", "failed")):
        return "deny"
    if any(word in name for word in ("quarantined", "held", "skipped")):
        return "hold"
    return "allow" if any(word in name for word in ("stored", "joined", "people", "accepted", "new")) else ""
