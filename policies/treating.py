"""From the section `treatment` of fields.yaml to what becomes of personal data that the scan finds in a list.

Of all rows that match a finding the strictest holds, so that a row may be added without reading the others: it can
only narrow. Must never seal what was not declared, and never name a kind that the section's own list does not know.
"""

from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType

from policies.packs import FindingCase, TreatmentRow, TreatmentTable
from policies.reading import Document, each_once, read, shape
from policies.rules import many
from policies.schema import FieldsFile, FindingFile, TiersFile, TreatmentFile, TreatmentsFile
from policies.terms import Place, Treatment

FOLDER = "treatment"
"""The folder of these cases under `cases/`; they look at findings, not at people."""

_ROWS = "$.treatment.rows"
_NEVER_ABOVE = 2.0  # no score reaches it


def treatments(document: Document, evidence: Mapping[str, str]) -> TreatmentTable:
    """Make the treatment table; a bundle from before there was one has an empty table, under which all is held.

    Args:
        document: fields.yaml.
        evidence: the words of evidence of sources.yaml.

    Raises:
        PolicyRefused: `repeated_kind`, `tiers_disordered`, `unknown_kind`, `unknown_evidence`, `repeated_row`,
            `seals_undeclared`, `empty_span`.
    """
    raw = shape(document, FieldsFile).treatment
    if raw is None:
        return TreatmentTable()
    kinds = _kinds(document, raw.families)
    _check_tiers(document, raw.tiers)
    holds = {
        field: _expanded(document, f"$.treatment.holds.{field}", frozenset(words), kinds)
        for field, words in raw.holds.items()
    }
    rows = _rows(document, raw, kinds, evidence.keys() | raw.beside.keys())
    return TreatmentTable(MappingProxyType(kinds), MappingProxyType(holds), rows)


def load_findings(folder: Path) -> tuple[FindingCase, ...]:
    """Read the cases of a policies folder's `cases/treatment`, in the order of their files.

    Raises:
        PolicyRefused: `unknown_key`, `wrong_value`, `repeated_case`.
    """
    return tuple(
        case
        for path in sorted((folder / "cases" / FOLDER).glob("*.yaml"))
        for case in _cases(read(path.relative_to(folder).as_posix(), path.read_text(encoding="utf-8")))
    )


def _cases(document: Document) -> list[FindingCase]:
    out = []
    for path, raw in each_once(document, shape(document, list[FindingFile])):
        out.append(FindingCase(
            raw.name, document.file, document.line(path), raw.found, raw.column, raw.score / 100,
            frozenset(raw.evidence), raw.want, raw.rule or "", frozenset(raw.without),
        ))  # fmt: skip
    return out


def _kinds(document: Document, families: Mapping[str, list[str]]) -> dict[str, str]:
    """Give the family of each kind."""
    kinds: dict[str, str] = {}
    for family, members in families.items():
        for at, kind in enumerate(members):
            if kind in kinds or kind in families:
                path = f"$.treatment.families.{family}[{at}]"
                raise document.refuse("repeated_kind", path, f"{kind} stands twice. A kind has one family.")
            kinds[kind] = family
    return kinds


def _check_tiers(document: Document, tiers: TiersFile) -> None:
    if not tiers.review < tiers.quarantine < tiers.block:
        message = "Scores rise: review is below quarantine, quarantine below block."
        raise document.refuse("tiers_disordered", "$.treatment.tiers", message)


def _expanded(document: Document, path: str, words: frozenset[str], kinds: Mapping[str, str]) -> frozenset[str]:
    """Give the exact kinds that kinds and families name."""
    families = frozenset(kinds.values())
    for word in sorted(words - kinds.keys() - families):
        raise document.refuse("unknown_kind", path, f"“{word}” is no kind and no family of the list above.")
    return frozenset(kind for kind, family in kinds.items() if kind in words or family in words)


def _rows(
    document: Document, raw: TreatmentsFile, kinds: Mapping[str, str], words: frozenset[str] | set[str]
) -> tuple[TreatmentRow, ...]:
    rows: dict[str, TreatmentRow] = {}
    for at, each in enumerate(raw.rows):
        path = f"{_ROWS}[{at}]"
        if each.id in rows:
            raise document.refuse("repeated_row", f"{path}.id", f"{each.id} is said twice. Rename one of them.")
        for word in sorted((many(each.given) | many(each.unless)) - words):
            message = f"“{word}” is no word of evidence in sources.yaml and not among `beside`."
            raise document.refuse("unknown_evidence", path, message)
        rows[each.id] = _row(document, path, each, raw.tiers, kinds)
    return tuple(rows.values())


def _row(document: Document, path: str, raw: TreatmentFile, tiers: TiersFile, kinds: Mapping[str, str]) -> TreatmentRow:
    places = many(raw.where)
    if raw.do is Treatment.SEAL and places != {Place.DECLARED}:
        message = "Only what stands in a column declared for it is sealed. Write where: declared."
        raise document.refuse("seals_undeclared", path, message)
    least = getattr(tiers, raw.least) / 100 if raw.least else 0.0
    below = getattr(tiers, raw.below) / 100 if raw.below else _NEVER_ABOVE
    meant = _expanded(document, f"{path}.kinds", many(raw.kinds), kinds)
    meant -= _expanded(document, f"{path}.but", many(raw.but), kinds)
    if least >= below or not meant:
        raise document.refuse("empty_span", path, f"Nothing can ever match {raw.id}. Mend its kinds or its scores.")
    return TreatmentRow(
        id=raw.id, title=raw.title, cite=raw.cite, tag=raw.evidence, file=document.file, line=document.line(path),
        kinds=meant, places=places, least=least, below=below, given=many(raw.given), unless=many(raw.unless),
        do=raw.do,
    )  # fmt: skip
