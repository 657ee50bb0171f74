"""From the cells of one chunk to claims: what each row says of one person, normalised, indexed, ready to be sealed.

Works column by column, because a function that is called on a whole column is found once and not for each cell. Must
never keep a value outside a claim, never count under a code that holds one, and never let a claim leave this process.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from datetime import datetime
from itertools import repeat
from typing import Any, Final

from gateway.flows import intake_values as values
from gateway.flows.intake_claims import Attributes, Claim, Dealt, Mark
from gateway.flows.intake_consents import Speaking
from gateway.flows.intake_defaults import Shared
from gateway.flows.intake_values import Bad, Dates, Day, or_nothing
from gateway.flows.stop_hashes import widened
from gateway.flows.subject import external
from gateway.lists.errors import BadValue
from gateway.lists.headers import Mapping
from gateway.lists.normal import email, external_id, phone, postal
from gateway.vault.disclose import fragments_many
from gateway.vault.lookup import Lookup
from policies.packs import Bundle
from policies.terms import DealingKind, IdentifierKind

_TEXTS: Final = ("name", "given_name", "family_name", "postal_address", "postal_code", "city", "national_id")


class Rows:
    """Reads rows of one list.

    Args:
        mapping: what each column means, confirmed.
        shared: what the rows have in common.
        bundle: says which class each field belongs to.
        lookup: makes blind indexes and suppression hashes.
        now: nothing that a row tells of can be later (UTC).
    """

    def __init__(self, mapping: Mapping, shared: Shared, bundle: Bundle, lookup: Lookup, now: datetime) -> None:
        self._places = {str(one.field): at for at, one in enumerate(mapping.proposals) if one.field is not None}
        self._shared = shared
        self._classes = {name: str(each.cls) for name, each in bundle.fields.items()}
        self._lookup = lookup
        self._now = now
        self._dates = Dates(shared.defaults.time_zone, shared.defaults.order)
        self._country = values.remembered(values.country)
        self._language = values.remembered(values.language)
        self._region = values.remembered(values.region)
        self._category = values.remembered(values.category)
        self._speaking = Speaking(shared, now)

    def claims(self, row_nos: Sequence[int], rows: Sequence[Sequence[str]], tally: Counter[str]) -> list[Claim]:
        """Read rows; bad single values are left out and counted.

        Args:
            row_nos: number of each row in the file.
            rows: cells in the order of the columns.
            tally: counts `dropped.<code>` and `consent.ignored.<reason>`.

        Returns:
            One claim for each row, in order; a claim without marks cannot be stored.
        """
        if not rows:
            return []
        columns = list(zip(*rows, strict=True))
        cells: dict[str, Sequence[str]] = {name: columns[at] for name, at in self._places.items()}
        said = self._fields(cells, len(rows), tally)
        marks = self._marks(said, len(rows), tally)
        attributes = self._attributes(said, len(rows))
        fragments = self._fragments(said, len(rows))
        names = map(_full_name, _or_empty(said, "name"), _or_empty(said, "given_name"), _or_empty(said, "family_name"))
        claims = [Claim(*parts) for parts in zip(row_nos, marks, names, fragments, attributes, strict=False)]
        self._speaking.claims(claims, cells, said, tally)
        self._dealings(claims, said)
        return claims

    def _fields(self, cells: dict[str, Sequence[str]], count: int, tally: Counter[str]) -> dict[str, list[Any]]:
        """Normalise every column that has a meaning; "" is nothing."""
        said: dict[str, list[Any]] = {
            name: _read(cells[name], values.text, "", tally) for name in _TEXTS if name in cells
        }
        reads: dict[str, Callable[[str], Any]] = {
            "country": self._country, "language": self._language, "region": self._region,
            "product_category": self._category, "birth_year": values.year, "birth_date": self._dates.birth,
            "purchase_at": self._dates, "inquiry_at": self._dates, "consent_at": self._dates,
            "withdrawn_at": self._dates,
        }  # fmt: skip
        said |= {name: _read(cells[name], read, "", tally) for name, read in reads.items() if name in cells}
        said["jurisdiction"] = self._jurisdictions(cells, said, count)
        if "email" in cells:
            said["email"] = _normalised(cells["email"], email, tally)
        if "phone" in cells:
            said["phone"] = self._phones(cells["phone"], said["jurisdiction"], tally)
        if "external_id" in cells:
            said["external_id"] = _normalised(cells["external_id"], external_id, tally)
        return said

    def _jurisdictions(self, cells: dict[str, Sequence[str]], said: dict[str, list[Any]], count: int) -> list[str]:
        """Give where each person lives: an empty cell takes the default, an unknown country stays unknown."""
        default = self._shared.defaults.country
        if "country" not in cells:
            return [default] * count
        return [
            read or ("" if cell.strip() else default)
            for read, cell in zip(said["country"], cells["country"], strict=True)
        ]

    def _phones(self, cells: Sequence[str], countries: Sequence[str], tally: Counter[str]) -> list[str]:
        fixed = self._shared.defaults.phone_region
        regions = repeat(fixed) if fixed else countries
        found = []
        for cell, region in zip(cells, regions, strict=False):
            try:
                found.append(phone(cell, region) if cell and not cell.isspace() else "")
            except BadValue as error:
                tally[f"dropped.{error.code}"] += 1
                found.append("")
        return found

    def _marks(self, said: dict[str, list[Any]], count: int, tally: Counter[str]) -> list[dict[str, Mark]]:
        marks: list[dict[str, Mark]] = [{} for _ in range(count)]
        for kind in (IdentifierKind.EMAIL, IdentifierKind.PHONE):
            self._mark(kind.value, said.get(kind.value, ()), marks)
        own = [external(self._shared.source_name, each) if each else "" for each in said.get("external_id", ())]
        self._mark(IdentifierKind.EXTERNAL.value, own, marks)
        if "postal_address" in said:
            self._mark(IdentifierKind.POSTAL.value, self._postal(said, tally), marks)
        return marks

    def _mark(self, kind: str, spelled: Sequence[str], marks: list[dict[str, Mark]]) -> None:
        """Index a column and put each mark to its row; the plaintext goes no further."""
        places = [at for at, value in enumerate(spelled) if value]
        present = [spelled[at] for at in places]
        if not present:
            return
        by_version, suppressed = self._lookup.both_many(kind, present)
        version = next(iter(by_version))
        indexes = zip(*by_version.values(), strict=True)
        suppress = widened(self._lookup, kind, present, list(zip(*suppressed.values(), strict=True)))
        for at, index, hashes in zip(places, indexes, suppress, strict=True):
            marks[at][kind] = Mark(kind, version, index, hashes)

    def _postal(self, said: dict[str, list[Any]], tally: Counter[str]) -> list[str]:
        found = []
        parts = zip(said["postal_address"], _or_empty(said, "postal_code"), _or_empty(said, "city"),
                    said["jurisdiction"], strict=False)  # fmt: skip
        for address, code, city, country in parts:
            try:
                found.append(postal(address, code, city, country) if address else "")
            except BadValue as error:
                tally[f"dropped.{error.code}"] += 1
                found.append("")
        return found

    def _attributes(self, said: dict[str, list[Any]], count: int) -> list[Attributes]:
        """Give the facts in clear. Region and time zone of the defaults are those of the default country only."""
        shared, defaults = self._shared, self._shared.defaults
        regions, languages = said.get("region", [""] * count), said.get("language", [""] * count)
        years = said.get("birth_year") or [
            int(each[:4]) if each else 0 for each in said.get("birth_date", [""] * count)
        ]
        return [
            (
                country, region or (defaults.region if country == defaults.country else ""), defaults.branch,
                tongue or defaults.language, defaults.time_zone if country == defaults.country else "",
                shared.kind.value, born or 0,
            )
            for country, region, tongue, born in zip(said["jurisdiction"], regions, languages, years, strict=True)
        ]  # fmt: skip

    def _fragments(self, said: dict[str, list[Any]], count: int) -> list[dict[str, bytes]]:
        """Spell each class of each row, as it will be sealed."""
        spoken = {**said, "last_purchase_at": _days(said, "purchase_at"), "last_inquiry_at": _days(said, "inquiry_at")}
        by_class: dict[str, list[str]] = {}
        for name, column in spoken.items():
            if name in self._classes and any(column):
                by_class.setdefault(self._classes[name], []).append(name)
        fragments: list[dict[str, bytes]] = [{} for _ in range(count)]
        for cls, names in by_class.items():
            for row, spelled in zip(fragments, fragments_many({name: spoken[name] for name in names}), strict=True):
                if spelled:
                    row[cls] = spelled
        return fragments

    def _dealings(self, claims: list[Claim], said: dict[str, list[Any]]) -> None:
        categories = said.get("product_category", [""] * len(claims))
        for name, kind in (("purchase_at", DealingKind.PURCHASE), ("inquiry_at", DealingKind.INQUIRY)):
            for claim, when, category in zip(claims, said.get(name, ()), categories, strict=False):
                if isinstance(when, Day) and when.at <= self._now:
                    claim.dealings.append(Dealt(kind, category or self._shared.defaults.category, when.at))


def _read(cells: Iterable[str], read: Callable[[str], Any], nothing: Any, tally: Counter[str]) -> list[Any]:
    """Read a column; what repeats is read once."""
    known = {cell: read(cell) if cell and not cell.isspace() else nothing for cell in set(cells)}
    if any(isinstance(value, Bad) for value in known.values()):
        return [or_nothing(known[cell], nothing, tally) for cell in cells]
    return list(map(known.__getitem__, cells))


def _normalised(cells: Iterable[str], normalise: Callable[[str], str], tally: Counter[str]) -> list[str]:
    found = []
    for cell in cells:
        try:
            found.append(normalise(cell) if cell and not cell.isspace() else "")
        except BadValue as error:
            tally[f"dropped.{error.code}"] += 1
            found.append("")
    return found


def _or_empty(said: dict[str, list[Any]], name: str) -> Iterable[str]:
    return said.get(name) or repeat("")


def _days(said: dict[str, list[Any]], name: str) -> list[str]:
    return [when.day if when else "" for when in said.get(name, ())]


def _full_name(name: str, given: str, family: str) -> str:
    return name or f"{given} {family}".strip()
