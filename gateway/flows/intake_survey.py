"""Reads a whole list once before anything of it is kept: is it readable to its end, and what do its columns hold?

Columns that nobody declared are scanned, in a first chunk and then all of them; what is found there is counted and not
taken in. A credential beside identifiers tells of a leak and ends the survey at once. Must never keep a cell.
"""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from gateway.domain.errors import Conflict
from gateway.flows import intake_values as values
from gateway.flows.intake_report import Reason
from gateway.flows.intake_values import Bad
from gateway.lists import headers
from gateway.lists.headers import Field
from gateway.lists.reader import ListFile
from gateway.scan import Kind, Scanner

LEAK: Final = Reason(
    "leak_tell_credentials",
    "SRC-LEAKED",
    "Criminal Law (CN) Art. 253-1; PIPA (KR) Art. 70-71; GDPR Art. 5(1)(a)",
    "Stored passwords stand beside people's identifiers: this is how leaked lists look. Nothing of it is kept.",
)
_GUARDED: Final = (Field.NATIONAL_ID, Field.PASSWORD_HASH)
_CREDENTIALS: Final = (Kind.PASSWORD_HASH, Kind.HEX_DIGEST)


@dataclass(frozen=True, slots=True)
class Survey:
    """What a list is like.

    Attributes:
        rows: how many were read, the rejected ones included.
        found: what stands in columns that nobody declared: counts by column and kind.
        leaked: whether it tells of a leak; then it was read no further.
        countries: where its people live, as far as its rows say; "" is unknown.
    """

    rows: int
    found: dict[str, dict[str, int]]
    leaked: bool
    countries: frozenset[str]


def mapping_of(listed: ListFile, overrides: Mapping[str, str]) -> headers.Mapping:
    """Say what each column means: as proposed from its title, and as the sender says.

    National ids and credentials are taken for what they are only if the sender says so: a title alone declares
    neither.

    Raises:
        MappingRefused: `column_unknown`, `field_unknown`, `column_mapped_twice`, `no_identifier`.
    """
    proposed = headers.propose(listed.columns)
    guarded = {
        each.column: Field.IGNORE.value
        for each in proposed.proposals
        if each.field in _GUARDED and each.column not in overrides
    }
    return headers.confirm(proposed, {**guarded, **overrides})


def survey(
    listed: ListFile, mapping: headers.Mapping, default_country: str, digest: str, read_to: Callable[[int], None]
) -> Survey:
    """Read a list to its end.

    Args:
        listed: the list.
        mapping: what its columns mean.
        default_country: where people live whose row names no country.
        digest: SHA-256 of the file, hex, as it was when it was received.
        read_to: hears the bytes read.

    Raises:
        ListRefused: the file cannot be read to its end; see `gateway.lists.reader`.
        Conflict: `file_changed`.
    """
    looking = _Looking(listed.columns, mapping, default_country)
    for chunk in listed.chunks():
        looking.rows += len(chunk.rows) + len(chunk.rejected)
        looking.look(chunk.rows)
        read_to(chunk.byte_offset_after)
        if looking.leaked:
            break
        if chunk.digest is not None and chunk.digest != digest:
            raise file_changed()
    return Survey(looking.rows, looking.found, looking.leaked, frozenset(looking.countries))


def file_changed() -> Conflict:
    """Make the refusal of a file that changed while it was read."""
    return Conflict("file_changed", "The file changed while it was read. Put it in place as a whole, then import it.")


class _Looking:
    """Looks at one chunk after another."""

    def __init__(self, columns: Sequence[str], mapping: headers.Mapping, default_country: str) -> None:
        credential = mapping.place(Field.PASSWORD_HASH)
        # A title that speaks of passwords in any language, over cells that are digests, needs nobody's word.
        self._suspect = {
            each.column for each in headers.propose(columns).proposals if each.field is Field.PASSWORD_HASH
        }
        watched = {*mapping.undeclared, *((columns[credential],) if credential is not None else ())}
        self._watched = [(at, title) for at, title in enumerate(columns) if title in watched]
        self._country = mapping.place(Field.COUNTRY)
        self._default = default_country
        self._read_country = values.remembered(values.country)
        self._scanner = Scanner()
        self.leaked = credential is not None
        self.rows = 0
        self.found: dict[str, dict[str, int]] = {}
        self.countries = set[str]() if self._country is not None else {default_country}

    def look(self, rows: Sequence[Sequence[str]]) -> None:
        """Scan the watched columns of these rows, and note the countries."""
        if self._country is not None:
            self.countries |= {self._where(row[self._country]) for row in rows}
        if not self._watched or not rows:
            return
        # The list has identifiers: a mapping without one is refused before.
        columns = {title: [row[at] for row in rows] for at, title in self._watched}
        findings = self._scanner.scan(columns, identifiers_declared=True)
        secret = any(findings.columns[title].kind in _CREDENTIALS for title in self._suspect & columns.keys())
        self.leaked = self.leaked or secret or bool(findings.tells)
        for title, kinds in findings.counts().items():
            counted = Counter(self.found.get(title, {}))
            counted.update(kinds)
            self.found[title] = dict(counted)

    def _where(self, cell: str) -> str:
        if not cell.strip():
            return self._default
        read = self._read_country(cell)
        return "" if isinstance(read, Bad) else read
