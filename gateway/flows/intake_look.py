"""Looks at every cell of one chunk and says what becomes of each finding, by the policy in force.

Steps:
    1 scan     cells                -> Findings   (every column, declared or not)
    2 treat    finding, its column  -> Treated    (policies/fields.yaml; the bundle says it, not this file)
    3 apply    rows                 -> rows kept, rows held, cells masked or emptied
    4 sum up   what the verdict on the whole list needs: counts, countries, tells; never a value
What a column holds that nobody declared is counted and goes no further. Must never keep a cell that was to be dropped,
nor let a row through that was to be held.
"""

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final

from gateway.domain.leaks import Tells
from gateway.domain.treatment import BESIDE, Treated, allowed, of_column, treat
from gateway.flows import intake_values as values
from gateway.flows.intake_sealed import Row
from gateway.flows.intake_values import Bad
from gateway.lists.headers import Field, propose
from gateway.lists.headers import Mapping as Columns
from gateway.scan import ColumnVerdict, Finding, Findings, Kind, Scanner
from gateway.scan.kinds import NATURES, Family
from policies.packs import Bundle
from policies.terms import Treatment

MASK: Final = "█"
_LISTED: Final = 200  # findings of one chunk, column and kind whose place is kept; all of them are counted
_GUARDED: Final = frozenset({Treatment.HOLD_ROW, Treatment.MASK, Treatment.DROP_CELL})


@dataclass(frozen=True, slots=True)
class Placed:
    """A finding with what becomes of it: number of its row in the file, the value it stands on, the treatment."""

    row_no: int
    finding: Finding
    value: str = field(repr=False)
    treated: Treated


@dataclass(frozen=True, slots=True)
class Looked:
    """What one chunk looked like.

    Attributes:
        rows: those that go on, with the cells of declared columns.
        held: those that wait, each with its reasons.
        placed: findings whose place is kept.
        counts: `row.held` and `dropped.<treatment>.<kind>`.
        summary: for the verdict on the whole list, as JSON.
    """

    rows: list[Row]
    held: list[tuple[Row, list[dict[str, Any]]]]
    placed: list[Placed]
    counts: Counter[str]
    summary: dict[str, Any]


class Looking:
    """Looks at chunks of one list.

    Args:
        mapping: what the columns mean, all of them, in order.
        bundle: the policy in force.
        evidence: words of evidence of the list's source.
        country: where people live whose row names no country.
        now: what a row tells of cannot be later (UTC).
        salt: secret bytes of this batch, under which the tells count.
        profile: what a sample of the list says of each column; {} for none.
    """

    def __init__(
        self,
        mapping: Columns,
        bundle: Bundle,
        evidence: frozenset[str],
        country: str,
        now: datetime,
        salt: bytes,
        profile: Mapping[str, Any],
    ) -> None:
        self._titles = [each.column for each in mapping.proposals]
        self._fields = {each.column: str(each.field or "") for each in mapping.proposals}
        self._undeclared = frozenset(mapping.undeclared)
        self._declared = [at for at, title in enumerate(self._titles) if title not in self._undeclared]
        self._expected = {
            title: frozenset(map(Kind, allowed(bundle, each))) for title, each in self._fields.items() if each
        }
        self._columns = {
            title: said
            for title, each in self._fields.items()
            if title not in self._undeclared
            and (said := of_column(bundle, each, evidence)).treatment is Treatment.DROP_COLUMN
        }
        self._suspect = {each.column for each in propose(self._titles).proposals if each.field is Field.PASSWORD_HASH}
        self._country_at = mapping.place(Field.COUNTRY)
        self._default = country
        self._where = values.remembered(self._read_country)
        # Every list has identifiers: a mapping without one is refused before.
        self._bundle, self._evidence = bundle, evidence | {BESIDE}
        self._now, self._salt = now, salt
        self.learn(profile)
        self._scanner = Scanner()
        self._known: dict[tuple[Kind, str, float], Treated] = {}

    def emails(self, rows: Sequence[Row]) -> list[str]:
        """Give the cells of the e-mail column, for what has to be looked up among addresses."""
        at = next((at for at, title in enumerate(self._titles) if self._fields[title] == Field.EMAIL), None)
        return [] if at is None else [cells[at] for _, cells in rows if cells[at]]

    @property
    def kept(self) -> list[str]:
        """Titles of the columns whose cells go on."""
        return [self._titles[at] for at in self._declared]

    def profile(self, rows: Sequence[Row]) -> dict[str, Any]:
        """Say what each column holds, from a sample."""
        return {title: verdict.to_json() for title, verdict in self._scan(rows, {}).columns.items()}

    def learn(self, profile: Mapping[str, Any]) -> None:
        """Take over what a sample says of each column."""
        self._priors = {title: ColumnVerdict.from_json(said) for title, said in profile.items()}

    def look(self, rows: Sequence[Row], *, sampled: bool) -> Looked:
        """Look at one chunk of rows with the cells of all columns.

        Args:
            rows: of the chunk.
            sampled: whether the profile was made of this very chunk: what it proves must not count twice.
        """
        found = self._scan(rows, {} if sampled else self._priors)  # 1
        by_row: dict[int, list[tuple[Finding, Treated]]] = defaultdict(list)
        treated: Counter[tuple[str, str, Treated]] = Counter()
        for finding in found.found:
            said = self._treated(finding)  # 2
            treated[finding.column, finding.kind.value, said] += 1
            by_row[finding.row].append((finding, said))
        kept, held, counts = self._applied(rows, by_row)  # 3
        return Looked(kept, held, self._placed(rows, by_row), counts, self._summary(rows, found, treated))  # 4

    def _scan(self, rows: Sequence[Row], priors: Mapping[str, ColumnVerdict]) -> Findings:
        columns = {title: [cells[at] for _, cells in rows] for at, title in enumerate(self._titles)}
        return self._scanner.scan(columns, expected=self._expected, priors=priors, identifiers_declared=True)

    def _treated(self, finding: Finding) -> Treated:
        key = finding.kind, finding.column, round(finding.score, 2)
        if (known := self._known.get(key)) is None:
            family = NATURES[finding.kind].family.value
            field_ = self._fields[finding.column]
            known = self._known[key] = treat(
                self._bundle, finding.kind.value, family, field_, finding.score, self._evidence
            )
        return known

    def _applied(
        self, rows: Sequence[Row], by_row: Mapping[int, list[tuple[Finding, Treated]]]
    ) -> tuple[list[Row], list[tuple[Row, list[dict[str, Any]]]], Counter[str]]:
        kept: list[Row] = []
        held: list[tuple[Row, list[dict[str, Any]]]] = []
        counts: Counter[str] = Counter()
        for at, (no, cells) in enumerate(rows):
            own = [(finding, said) for finding, said in by_row.get(at, ()) if self._goes_on(finding)]
            row = (no, self._cells(cells, own, counts))
            reasons = [_reason(finding, said) for finding, said in own if said.treatment is Treatment.HOLD_ROW]
            if reasons:
                counts["row.held"] += 1
                held.append((row, reasons))
            else:
                kept.append(row)
        return kept, held, counts

    def _goes_on(self, finding: Finding) -> bool:
        return finding.column not in self._undeclared

    def _cells(
        self, cells: Sequence[str], findings: Sequence[tuple[Finding, Treated]], counts: Counter[str]
    ) -> list[str]:
        """Give the declared cells of a row, those that the policy says masked or emptied."""
        if not findings:
            return [cells[at] for at in self._declared]
        changed = list(cells)
        for finding, said in findings:
            at = self._titles.index(finding.column)
            if said.treatment is Treatment.MASK:
                covered = MASK * (finding.end - finding.start)
                changed[at] = changed[at][: finding.start] + covered + changed[at][finding.end :]
            elif said.treatment is Treatment.DROP_CELL:
                changed[at] = ""
            else:
                continue
            counts[f"dropped.{said.treatment}.{finding.kind}"] += 1
        return [changed[at] for at in self._declared]

    def _placed(self, rows: Sequence[Row], by_row: Mapping[int, list[tuple[Finding, Treated]]]) -> list[Placed]:
        place = {title: at for at, title in enumerate(self._titles)}
        seen: Counter[tuple[str, str]] = Counter()
        placed = []
        for at in sorted(by_row):
            no, cells = rows[at]
            for finding, said in by_row[at]:
                seen[finding.column, finding.kind.value] += 1
                if seen[finding.column, finding.kind.value] <= _LISTED or said.treatment in _GUARDED:
                    value = cells[place[finding.column]][finding.start : finding.end]
                    placed.append(Placed(no, finding, value, said))
        return placed

    def _summary(
        self, rows: Sequence[Row], found: Findings, treated: Mapping[tuple[str, str, Treated], int]
    ) -> dict[str, Any]:
        cells = {title: [row[at] for _, row in rows] for at, title in enumerate(self._titles)}
        tells = Tells(self._salt, self._now)
        tells.feed(cells, self._fields)
        tells.heard(found.tells)
        return {
            "found": found.counts(),
            "expected": {title: {kind.value: n for kind, n in of.items()} for title, of in found.expected.items()},
            "treated": [
                {"column": column, "kind": kind, "treatment": said.treatment.value, "rule": said.rule,
                 "cite": said.cite, "words": said.words, "rows": count}
                for (column, kind, said), count in (
                    *treated.items(), *(((column, "", said), 0) for column, said in self._columns.items())
                )
            ],
            "countries": sorted(self._countries(rows)),
            "leaked": self._leaked(found),
            "tells": tells.to_json(),
        }  # fmt: skip

    def _leaked(self, found: Findings) -> bool:
        """Whether credentials stand here: beside identifiers, which every list has, that is how leaks look."""
        secret = any(
            NATURES[kind].family is Family.CREDENTIAL
            for title in self._suspect
            if title in found.columns and (kind := found.columns[title].kind) is not None
        )
        return secret or bool(found.tells) or Field.PASSWORD_HASH in self._fields.values()

    def _countries(self, rows: Sequence[Row]) -> set[str]:
        at = self._country_at
        return {self._default} if at is None else {self._where(cells[at]) for _, cells in rows}

    def _read_country(self, cell: str) -> str:
        if not cell.strip():
            return self._default
        read = values.country(cell)
        return "" if isinstance(read, Bad) else read


def _reason(finding: Finding, said: Treated) -> dict[str, Any]:
    return {
        "column": finding.column, "kind": finding.kind.value, "score": round(finding.score, 2), "rule": said.rule,
        "cite": said.cite, "words": said.words, "start": finding.start, "end": finding.end,
    }  # fmt: skip
