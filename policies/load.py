"""Reads the policy files, checks them against each other, and names the whole by its digest.

Must never give out a bundle that is partly wrong, and never reads anything but the folder or the archive it is given.
"""

import hashlib
import json
import re
from collections.abc import Iterator, Mapping
from datetime import date
from functools import lru_cache
from pathlib import Path
from types import MappingProxyType

from policies import inheritance
from policies.packs import (
    STRICTEST,
    Bundle,
    Calendar,
    Cap,
    Field,
    FixedText,
    Holidays,
    Messages,
    Pack,
    Period,
    Purpose,
    PurposeTree,
    Rule,
    SourceRule,
)
from policies.periods import in_order
from policies.reading import Document, read, shape
from policies.refusal import PolicyRefused
from policies.retaining import retention
from policies.rules import house_cap
from policies.schema import CalendarFile, CapsFile, FieldsFile, HolidaysFile, MessagesFile, PurposesFile
from policies.sourcing import sources
from policies.terms import Day, Outcome
from policies.treating import treatments

PACKAGED = Path(__file__).parent
"""The policies that come with the program."""

_patterns = (
    "purposes.yaml",
    "fields.yaml",
    "sources.yaml",
    "holidays.yaml",
    "caps.yaml",
    "retention.yaml",
    "messages.yaml",
    "jurisdictions/*.yaml",
    "roles/model.conf",
    "roles/policy.csv",
)
_needed = ("purposes.yaml", "fields.yaml", "sources.yaml", f"jurisdictions/{STRICTEST}.yaml", *_patterns[-2:])


def load_bundle(folder: Path = PACKAGED) -> Bundle:
    """Read a policies folder.

    Args:
        folder: holds purposes.yaml, fields.yaml, sources.yaml, jurisdictions/ and roles/.

    Returns:
        The bundle, checked as a whole.

    Raises:
        PolicyRefused: with the file, the line and how to mend it.
    """
    files = {
        path.relative_to(folder).as_posix(): _text(path, folder)
        for pattern in _patterns
        for path in sorted(folder.glob(pattern))
    }
    return _bundle(files)


def archive(bundle: Bundle) -> bytes:
    """Give a bundle as the bytes that its digest is taken of: canonical JSON of all file texts by name."""
    return _canonical(bundle.files)


def restore(content: bytes) -> Bundle:
    """Load a bundle from its archive, whatever stands in the folder today.

    Raises:
        PolicyRefused: `not_an_archive` if these are not the exact bytes that `archive` gave; else as `load_bundle`.
    """
    try:
        files = json.loads(content)
    except ValueError as error:
        raise PolicyRefused("not_an_archive", "archive", 0, "This is no policy archive.") from error
    sound = isinstance(files, dict) and all(isinstance(text, str) for text in files.values())
    if not sound or _canonical(files) != content:
        raise PolicyRefused("not_an_archive", "archive", 0, "This is no policy archive, or it was rewritten.")
    return _bundle(files)


def _canonical(files: Mapping[str, str]) -> bytes:
    return json.dumps(dict(files), sort_keys=True, ensure_ascii=False, separators=(",", ":")).encode()


def _text(path: Path, folder: Path) -> str:
    try:
        return path.read_bytes().decode("utf-8-sig").replace("\r\n", "\n")
    except UnicodeDecodeError as error:
        name = path.relative_to(folder).as_posix()
        raise PolicyRefused("not_utf8", name, 0, "The file is not UTF-8. Save it as UTF-8.") from error


@lru_cache(maxsize=4)
def _cached(content: bytes) -> Bundle:
    files: Mapping[str, str] = MappingProxyType(json.loads(content))
    purposes, valid_days = _purposes(read("purposes.yaml", files["purposes.yaml"]))
    packs, speaks_for = inheritance.packs(files)
    known = frozenset(packs) | frozenset(speaks_for)
    kinds, evidence, questions = sources(read("sources.yaml", files["sources.yaml"]), purposes, known)
    fields = read("fields.yaml", files["fields.yaml"])
    _check_words(files, packs, purposes, kinds, evidence)
    return Bundle(
        digest=hashlib.sha256(content).hexdigest(),
        files=files,
        purposes=purposes,
        fields=_fields(fields),
        treatment=treatments(fields, evidence),
        sources=kinds,
        evidence=evidence,
        questions=questions,
        retention=retention(files, known),
        packs=packs,
        speaks_for=speaks_for,
        holidays=_holidays(files, packs),
        messages=_messages(files),
        caps=_caps(files, packs),
        periods=_periods(packs),
        valid_days=valid_days,
    )


def _bundle(files: Mapping[str, str]) -> Bundle:
    for name in _needed:
        if name not in files:
            raise PolicyRefused("missing_file", name, 0, f"{name} is missing. A bundle needs it.")
    return _cached(_canonical(files))


def _purposes(document: Document) -> tuple[PurposeTree, int]:
    raw = shape(document, PurposesFile)
    ids = [each.id for each in raw.purposes]
    nodes: dict[str, Purpose] = {}
    for at, each in enumerate(raw.purposes):
        path = f"$.purposes[{at}].id"
        if each.id in nodes:
            raise document.refuse("repeated_purpose", path, f"{each.id} is said twice. Keep one of them.")
        parent = each.id.rpartition(".")[0]
        if parent and parent not in nodes:
            raise document.refuse("orphan_purpose", path, f"{each.id} hangs on {parent}, which must stand before it.")
        chain = (each.id, *(nodes[parent].chain if parent else ()))
        below = frozenset(other for other in ids if other == each.id or other.startswith(f"{each.id}."))
        nodes[each.id] = Purpose(each.id, each.title, each.iri, chain, below)
    return PurposeTree(MappingProxyType(nodes)), raw.valid_days


def _fields(document: Document) -> Mapping[str, Field]:
    raw = shape(document, FieldsFile)
    return MappingProxyType(
        {name: Field(name, each.cls, each.type, each.filterable, each.title) for name, each in raw.fields.items()}
    )


def _check_words(
    files: Mapping[str, str],
    packs: Mapping[str, Pack],
    purposes: PurposeTree,
    kinds: Mapping[str, SourceRule],
    evidence: Mapping[str, str],
) -> None:
    """Check the words that one file says and another defines."""
    for pack in packs.values():
        for each in pack.rules:
            asked = (
                ("unknown_purpose", each.when.purposes, purposes.nodes),
                ("unknown_source_kind", each.when.source_kinds, kinds),
                ("unknown_evidence", each.when.source_evidence, evidence),
            )
            for code, words, known in asked:
                for word in sorted(words - known.keys()):
                    raise PolicyRefused(code, each.file, each.line, f"{each.id} names “{word}”, which nobody defines.")
    if not files["roles/policy.csv"].strip():
        raise PolicyRefused("empty_file", "roles/policy.csv", 1, "Nobody may do anything. Write the roles.")


def _holidays(files: Mapping[str, str], packs: Mapping[str, Pack]) -> Holidays:
    """Read the calendars. A bundle from before there were any has none: every day then counts as a holiday."""
    holidays = Holidays(date.max, date.min, MappingProxyType({}))
    if "holidays.yaml" in files:
        raw = shape(read("holidays.yaml", files["holidays.yaml"]), HolidaysFile)
        made = {code: _calendar(each) for code, each in raw.calendars.items()}
        holidays = Holidays(raw.first, raw.last, MappingProxyType(made))
    for pack in packs.values():
        for each in pack.rules:
            if Day.HOLIDAY in each.when.days and pack.calendar not in holidays.calendars and not pack.members:
                message = f"{each.id} looks at public holidays, and holidays.yaml has no calendar {pack.calendar}."
                raise PolicyRefused("no_calendar", each.file, each.line, message)
    return holidays


def _calendar(raw: CalendarFile) -> Calendar:
    regions = {region: frozenset(days) for region, days in raw.regions.items()}
    return Calendar(frozenset(raw.national), MappingProxyType(regions))


def _messages(files: Mapping[str, str]) -> Messages:
    """Read how messages are looked at. A bundle from before that has no words: whatever must be shown is missed."""
    if "messages.yaml" not in files:
        return Messages(MappingProxyType({}), ("", "", ""), MappingProxyType({}), MappingProxyType({}))
    document = read("messages.yaml", files["messages.yaml"])
    raw = shape(document, MessagesFile)
    _check_patterns(document, raw)
    topics = ("refusal", "free", "source", "advertisement", "promotion")
    words = {name: {lang: tuple(each) for lang, each in getattr(raw, name).items()} for name in topics}
    texts = {(each.duty.value, each.text): FixedText(tuple(each.accept), tuple(each.never)) for each in raw.texts}
    postal = {country: tuple(each) for country, each in raw.postal_address.items()}
    mixed = (raw.mixed.id, raw.mixed.cite, raw.mixed.title)
    return Messages(MappingProxyType(words), mixed, MappingProxyType(postal), MappingProxyType(texts))


def _check_patterns(document: Document, raw: MessagesFile) -> None:
    written = [(f"$.postal_address.{country}", each) for country, all_ in raw.postal_address.items() for each in all_]
    written += [(f"$.texts[{at}]", each) for at, one in enumerate(raw.texts) for each in (*one.accept, *one.never)]
    for path, pattern in written:
        try:
            re.compile(pattern)
        except re.error as error:
            message = f"This is no regular expression: {error.msg}. Mend it."
            raise document.refuse("bad_pattern", path, message) from error


def _caps(files: Mapping[str, str], packs: Mapping[str, Pack]) -> tuple[Cap, ...]:
    """Give the caps of all packs, each once, and those of the house."""
    found = {each.cap.id: each.cap for pack in packs.values() for each in pack.rules if each.cap is not None}
    if "caps.yaml" in files:
        document = read("caps.yaml", files["caps.yaml"])
        for at, raw in enumerate(shape(document, CapsFile).caps):
            if raw.id in found:
                raise document.refuse("repeated_cap", f"$.caps[{at}]", f"{raw.id} is said twice. Rename one of them.")
            found[raw.id] = house_cap(document, f"$.caps[{at}]", raw)
    return tuple(found.values())


def _periods(packs: Mapping[str, Pack]) -> tuple[Period, ...]:
    rules = [each for pack in packs.values() for each in pack.rules]
    try:
        return in_order(frozenset(_measured(rules)))
    except ValueError as error:
        raise PolicyRefused("ambiguous_periods", "jurisdictions", 0, str(error)) from error


def _measured(rules: list[Rule]) -> Iterator[Period]:
    for each in rules:
        if each.lapse is not None and each.lapse.outcome is not Outcome.ALLOW:
            yield each.lapse.after
        if each.when.dealing is not None and each.when.dealing.within is not None:
            yield each.when.dealing.within
