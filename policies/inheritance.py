"""From the files of jurisdictions/ to packs: regions join their country, countries inherit from their union.

Must never let a rule be lost on the way: what a pack leaves out of what it inherits, it names.
"""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from msgspec.structs import replace

from policies.packs import STRICTEST, Pack, Rule
from policies.reading import Document, read, shape
from policies.rules import check_references, rule
from policies.schema import PackFile, RuleFile
from policies.terms import Capacity


@dataclass(frozen=True, slots=True)
class _Written:
    """One file as written, and the files of its regions."""

    document: Document
    text: str
    pack: PackFile
    parts: tuple["_Written", ...]


def packs(files: Mapping[str, str]) -> tuple[Mapping[str, Pack], Mapping[str, str]]:
    """Read all packs.

    Args:
        files: text by name; those of jurisdictions/ are read.

    Returns:
        Packs by code, and the code of the pack that speaks for each country.

    Raises:
        PolicyRefused: `wrong_file_name`, `unknown_jurisdiction`, `circular_extends`, `two_unions`, `unknown_time_zone`,
            `no_time_zone`, `part_says_too_much`, `unknown_rule`, or as `policies.rules.rule`.
    """
    written = _written(files)
    members = {code: frozenset(each.pack.members) for code, each in written.items() if each.pack.members}
    made: dict[str, Pack] = {}
    for code in written:
        _inherit(code, written, members, made, ())
    return MappingProxyType(made), _speaks_for(written)


def _written(files: Mapping[str, str]) -> dict[str, _Written]:
    """Read the files, and put each region's with its country's."""
    alone = {each.pack.jurisdiction: each for name, text in sorted(files.items()) if (each := _one(name, text))}
    for each in alone.values():
        if each.pack.part_of is not None:
            _check_part(each, alone)
    return {
        code: _Written(each.document, each.text, each.pack, _parts(code, alone))
        for code, each in alone.items()
        if each.pack.part_of is None
    }


def _parts(code: str, alone: Mapping[str, _Written]) -> tuple[_Written, ...]:
    return tuple(part for _, part in sorted(alone.items()) if part.pack.part_of == code)


def _one(name: str, text: str) -> _Written | None:
    if not name.startswith("jurisdictions/"):
        return None
    document = read(name, text)
    pack = shape(document, PackFile)
    if name != f"jurisdictions/{pack.jurisdiction.lower()}.yaml":
        message = f"{pack.jurisdiction} belongs into jurisdictions/{pack.jurisdiction.lower()}.yaml."
        raise document.refuse("wrong_file_name", "$.jurisdiction", message)
    return _Written(document, text, pack, ())


def _check_part(each: _Written, alone: Mapping[str, _Written]) -> None:
    pack, whole = each.pack, each.pack.part_of or ""
    if whole not in alone or alone[whole].pack.part_of is not None:
        raise each.document.refuse("unknown_jurisdiction", "$.part_of", f"There is no pack {whole}. Check the code.")
    if not pack.jurisdiction.startswith(f"{whole}-"):
        message = f"A part of {whole} is called {whole}- and the region, as in ISO 3166-2."
        raise each.document.refuse("wrong_file_name", "$.jurisdiction", message)
    if pack.time_zones or pack.extends or pack.without or pack.members or pack.region_zones or pack.holidays:
        message = f"A part has a name and rules; all else stands with {whole}. Move it there."
        raise each.document.refuse("part_says_too_much", "$", message)


def _speaks_for(written: Mapping[str, _Written]) -> Mapping[str, str]:
    """Say which pack a country gets: its own before the one that counts it as a member."""
    out: dict[str, str] = {}
    for code, each in sorted(written.items()):
        for country in each.pack.members:
            if country in out:
                message = f"{country} is a member of {out[country]} already."
                raise each.document.refuse("two_unions", "$.members", message)
            out[country] = code
    out.update({code: code for code in written if code != STRICTEST})
    return MappingProxyType(out)


def _inherit(
    code: str,
    written: Mapping[str, _Written],
    members: Mapping[str, frozenset[str]],
    made: dict[str, Pack],
    children: tuple[str, ...],
) -> Pack:
    """Make a pack after the one it extends, so that a rule may relax an inherited one."""
    if code in made:
        return made[code]
    each = written[code]
    parent = _parent(each, written, members, made, (*children, code))
    inherited = _kept(each, parent)
    _check_zones(each.document, each.pack)
    own = _own(each, members)
    rules = (*inherited, *(one for _, _, one in own))
    for document in {document.file: document for document, _, _ in own}.values():
        check_references(document, rules, [(path, one) for at, path, one in own if at is document])
    made[code] = _pack(each, parent, rules)
    return made[code]


def _parent(
    each: _Written,
    written: Mapping[str, _Written],
    members: Mapping[str, frozenset[str]],
    made: dict[str, Pack],
    below: tuple[str, ...],
) -> Pack | None:
    extends = each.pack.extends
    if extends is None:
        return None
    if extends not in written:
        raise each.document.refuse("unknown_jurisdiction", "$.extends", f"There is no pack {extends}. Check the code.")
    if extends in below:
        circle = " > ".join((*below, extends))
        raise each.document.refuse("circular_extends", "$.extends", f"The packs inherit in a circle: {circle}.")
    return _inherit(extends, written, members, made, below)


def _kept(each: _Written, parent: Pack | None) -> tuple[Rule, ...]:
    """Leave out what national law replaces."""
    known = {one.id for one in parent.rules} if parent else set()
    for at, left_out in enumerate(each.pack.without):
        if left_out not in known:
            message = f"{left_out} is not inherited here. Check the id."
            raise each.document.refuse("unknown_rule", f"$.without[{at}]", message)
    return tuple(one for one in parent.rules if one.id not in each.pack.without) if parent else ()


def _own(each: _Written, members: Mapping[str, frozenset[str]]) -> list[tuple[Document, str, Rule]]:
    """Make the rules of a file and of its regions' files, each with its document and path; a region's go first."""
    return [
        (here.document, path, rule(here.document, path, raw, members))
        for here in (*each.parts, each)
        for path, raw in ((f"$.rules[{at}]", _placed(one, here.pack)) for at, one in enumerate(here.pack.rules))
    ]


def _placed(raw: RuleFile, pack: PackFile) -> RuleFile:
    """A region's rule holds for those who live there, if it says nothing else."""
    if pack.part_of is None:
        return raw
    region = pack.jurisdiction.removeprefix(f"{pack.part_of}-")
    when = replace(raw.when, region=raw.when.region or region, law_of=raw.when.law_of or Capacity.RECIPIENT)
    return replace(raw, when=when)


def _pack(each: _Written, parent: Pack | None, rules: tuple[Rule, ...]) -> Pack:
    pack = each.pack
    texts = [parent.digest if parent else "", each.text, *(part.text for part in each.parts)]
    return Pack(
        code=pack.jurisdiction,
        name=pack.name,
        extends=pack.extends or "",
        members=frozenset(pack.members),
        time_zones=tuple(pack.time_zones),
        region_zones=MappingProxyType({region: tuple(zones) for region, zones in pack.region_zones.items()}),
        rules=rules,
        digest=hashlib.sha256("\0".join(texts).encode()).hexdigest(),
        calendar=pack.holidays or pack.jurisdiction,
    )


def _check_zones(document: Document, pack: PackFile) -> None:
    if not pack.time_zones:
        raise document.refuse("no_time_zone", "$", f"{pack.jurisdiction} has no time zone. Name one, as in Asia/Seoul.")
    named = [(f"$.time_zones[{at}]", zone) for at, zone in enumerate(pack.time_zones)]
    for region, zones in pack.region_zones.items():
        named += [(f"$.region_zones.{region}[{at}]", zone) for at, zone in enumerate(zones)]
    for path, zone in named:
        try:
            ZoneInfo(zone)
        except (ZoneInfoNotFoundError, ValueError, OSError) as error:
            message = f"“{zone}” is no time zone. Use an IANA name, as in Asia/Seoul."
            raise document.refuse("unknown_time_zone", path, message) from error
