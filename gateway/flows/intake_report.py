"""What an import says at the end: the verdict with its reasons, and what became of every row.

Must never hold a cell: titles, words, codes and counts.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from gateway.lists.calendars import UNSAID
from gateway.store.batches import Batch
from policies.terms import Verdict

_ROWS = ("row.new", "row.joined", "row.merged_in_list", "row.quarantined", "row.held")


@dataclass(frozen=True, slots=True)
class Reason:
    """Why the verdict is what it is: a stable code, the rule and its citation, and a sentence."""

    code: str
    rule: str
    cite: str
    words: str


@dataclass(frozen=True, slots=True)
class Report:
    """The report of one import.

    Attributes:
        batch: the batch's uid, 32 hexadecimal digits; "" in a dry run.
        source: name of the source.
        digest: SHA-256 of the file, hex.
        state: as of a batch (`gateway.store.batches.Batch`), or `dry_run`.
        verdict: accept, quarantine or refuse.
        reasons: of the verdict, the gravest last.
        encoding, delimiter: how the file was read.
        columns: what each column was taken for; "" is a column that nobody declared.
        found: personal data in columns that nobody declared, not taken in: counts by column and kind.
        counts: flat counts: `row.read` and what became of each row, `dropped.<code>` of single values,
            `suppressed.marked`, `consent.given`, `consent.withdrawn`, `consent.ignored.<reason>`.
        chunks: how many are stored.
        cure_until: until when a quarantined batch can be cured (RFC 3339), or "".
        repeated: the same file came from the same source before; nothing was done again.
        seconds: how long this call took.
        actor: who brought the list.
        rows: how many rows are staged.
        treated: what the scan led to: column, kind, treatment, rule, citation, words, rows.
        profile: what a sample says each column holds.
    """

    batch: str
    source: str
    digest: str
    state: str
    verdict: Verdict
    reasons: tuple[Reason, ...]
    encoding: str
    delimiter: str
    columns: Mapping[str, str]
    found: Mapping[str, Mapping[str, int]]
    counts: Mapping[str, int]
    chunks: int
    cure_until: str
    repeated: bool
    seconds: float
    actor: str = ""
    rows: int = 0
    treated: Sequence[Mapping[str, Any]] = ()
    profile: Mapping[str, Any] = field(default_factory=dict)

    @property
    def read(self) -> int:
        """Rows that the file holds, as far as it was read."""
        return self.counts.get("row.read", 0)

    @property
    def refused(self) -> Mapping[str, int]:
        """Rows refused, by reason."""
        return self._under("row.refused.")

    @property
    def dropped(self) -> Mapping[str, int]:
        """Single values left out, by code."""
        return self._under("dropped.")

    @property
    def unsaid(self) -> Mapping[str, int]:
        """Dates left out because nobody said that they are of another calendar, by that calendar."""
        dropped = self.dropped
        return {calendar: dropped[code] for code, calendar in UNSAID.items() if code in dropped}

    @property
    def ignored(self) -> Mapping[str, int]:
        """Claimed consents that do not count, by reason."""
        return self._under("consent.ignored.")

    @property
    def accounted(self) -> int:
        """Rows whose fate is known; equals `read`, or a row was lost."""
        return sum(self.counts.get(name, 0) for name in _ROWS) + sum(self.refused.values())

    def to_json(self) -> dict[str, Any]:
        """Give the report as plain values for JSON."""
        return {
            "batch": self.batch,
            "source": self.source,
            "digest": self.digest,
            "state": self.state,
            "verdict": self.verdict.value,
            "reasons": [
                {"code": each.code, "rule": each.rule, "cite": each.cite, "words": each.words} for each in self.reasons
            ],
            "encoding": self.encoding,
            "delimiter": self.delimiter,
            "columns": {"declared": dict(self.columns), "found": {name: dict(of) for name, of in self.found.items()}},
            "rows": {
                "read": self.read,
                **{name.removeprefix("row."): self.counts.get(name, 0) for name in _ROWS},
                "refused": dict(self.refused),
            },
            "values_dropped": dict(self.dropped),
            "suppressed": {"marked": self.counts.get("suppressed.marked", 0)},
            "consents": {
                "given": self.counts.get("consent.given", 0),
                "withdrawn": self.counts.get("consent.withdrawn", 0),
                "ignored": dict(self.ignored),
            },
            "treated": [dict(each) for each in self.treated],
            "chunks": self.chunks,
            "cure_until": self.cure_until,
            "repeated": self.repeated,
            "seconds": round(self.seconds, 3),
        }

    def _under(self, prefix: str) -> Mapping[str, int]:
        return {
            name.removeprefix(prefix): count for name, count in sorted(self.counts.items()) if name.startswith(prefix)
        }


def of_batch(batch: Batch, source: str, seconds: float, *, repeated: bool = False) -> Report:
    """Make the report of a batch from what is kept of it."""
    return Report(
        batch=batch.uid.hex(),
        source=source,
        digest=batch.digest.hex(),
        state="paused" if batch.paused_at and batch.state in {"scanning", "storing"} else batch.state,
        verdict=Verdict(batch.verdict),
        reasons=tuple(Reason(**reason) for reason in batch.reasons),
        encoding=str(batch.reading.get("encoding", "")),
        delimiter=str(batch.reading.get("delimiter", "")),
        columns=batch.mapping,
        found=batch.columns,
        counts=batch.counts,
        chunks=batch.next_chunk,
        actor=batch.actor,
        rows=batch.rows,
        treated=batch.treated,
        profile=batch.profile,
        cure_until=batch.cure_until.isoformat() if batch.cure_until else "",
        repeated=repeated,
        seconds=seconds,
    )


def plain(reasons: Sequence[Reason]) -> list[dict[str, str]]:
    """Give reasons as they are kept."""
    return [{"code": each.code, "rule": each.rule, "cite": each.cite, "words": each.words} for each in reasons]
