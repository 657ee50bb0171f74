"""Load a national opt-out register: a dated list of numbers or addresses that must not be written to without consent.

The list is read once, hashed at once, and never kept. A register is swapped whole: until the last step decisions rest
on the one before.

Steps:
  1 check    a register that a law in force names; a date that is not in the future nor before the one on file
  2 read     a line each, normalised as identifiers are; a line that is none refuses the list before anything changes
  3 load     hashes, in chunks, into a snapshot that nobody sees
  4 swap     in one transaction: the snapshot becomes the register, identifiers are marked, the ledger is told
  5 forget   the entries of the one before
"""

import hashlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import islice
from pathlib import Path
from typing import Final

from audit.leaf import Entry, Json
from gateway.domain.errors import Conflict, Invalid
from gateway.flows.gate import Gate
from gateway.flows.stop_hashes import stop_columns
from gateway.lists.errors import BadValue
from gateway.lists.normal import email, phone
from gateway.store import registers
from gateway.store.registers import Register
from policies.packs import Bundle
from policies.terms import IdentifierKind

CHUNK: Final = 20_000
_MOST_LINE: Final = 400  # characters
_NOTED: Final = 5


@dataclass(frozen=True, slots=True)
class Loaded:
    """A register after its load: when it was taken (UTC), lines read, entries in it, inbox number in the ledger."""

    name: str
    taken_at: datetime
    lines: int
    entries: int
    inbox_no: int


@dataclass(frozen=True, slots=True)
class Standing:
    """A register that a law in force names: what is on file of it, if anything, and the rules that look into it."""

    name: str
    rules: tuple[str, ...]
    on_file: Register | None


def load_register(
    gate: Gate,
    actor: str,
    name: str,
    path: Path,
    taken_at: datetime,
    country: str = "",
    heard: Callable[[int, int], None] | None = None,
) -> Loaded:
    """Load a register.

    Args:
        gate: the gateway.
        actor: who loads it, as the ledger shall name it.
        name: as the packs name it, such as US-DNC.
        path: a text file, one number or e-mail address a line; the first column of a CSV counts; blank lines do not.
        taken_at: when the list was drawn from the register, with its offset.
        country: ISO 3166-1 alpha-2, for numbers without a country code.
        heard: hears (bytes done, bytes in all).

    Raises:
        Invalid: `register_unknown`, `taken_at_without_zone`, `taken_in_future`, `register_line` (with the line's
            number), `register_empty`, `file_unreadable`.
        Conflict: `register_older`.
    """
    at = _checked(gate, name, taken_at)  # 1
    digest, lines = _survey(path, country, heard)  # 2
    with gate.house.unit() as connection:
        no = registers.begin(connection, name, at, digest, actor)
    # True now: an empty snapshot that nobody sees. A crash from here on leaves one, and the next load forgets it.
    values = _values(path, country)
    while chunk := tuple(islice(values, CHUNK)):  # 3
        with gate.house.unit() as connection:
            registers.put(connection, no, _hashes(gate, chunk))
    with gate.house.unit() as connection:  # 4
        entries = registers.swap(connection, name, no)
        body: dict[str, Json] = {
            "register": name,
            "taken_at": at.isoformat(),
            "entries": entries,
            "digest": digest.hex(),
        }
        (inbox_no,) = gate.house.enter(connection, [Entry("register.loaded", actor, body)])
    # True now: every decision whose snapshot begins after this looks into the new list.
    with gate.house.unit() as connection:  # 5
        registers.forget_past(connection, name)
    return Loaded(name, at, lines, entries, inbox_no)


def standing_registers(gate: Gate) -> list[Standing]:
    """Give the registers that the bundle in force names, by name, with what is on file of each."""
    with gate.house.snapshot() as connection:
        named = _named(gate.house.bundle(connection))
        on_file = {each.name: each for each in registers.standing(connection)}
    return [Standing(name, tuple(rules), on_file.get(name)) for name, rules in sorted(named.items())]


def _named(bundle: Bundle) -> dict[str, list[str]]:
    """Give the registers of all packs, with the rules that look into each."""
    named: dict[str, list[str]] = {}
    for pack in bundle.packs.values():
        for rule in pack.rules:
            if rule.register is not None and rule.id not in named.setdefault(rule.register.name, []):
                named[rule.register.name].append(rule.id)
    return named


def _checked(gate: Gate, name: str, taken_at: datetime) -> datetime:
    if taken_at.tzinfo is None:
        raise Invalid("taken_at_without_zone", "Say when it was taken with an offset: 2026-11-20T09:00:00+09:00.")
    if taken_at > gate.clock():
        raise Invalid("taken_in_future", "The list cannot have been taken later than now. Check the date.")
    with gate.house.snapshot() as connection:
        known = _named(gate.house.bundle(connection))
        before = registers.taken(connection).get(name)
    if name not in known:
        there = ", ".join(sorted(known))
        raise Invalid("register_unknown", f"No law in force names that register. There are: {there}.")
    if before is not None and taken_at < before:
        raise Conflict("register_older", f"The one on file was taken later ({before.isoformat()}). Bring a newer list.")
    return taken_at.astimezone(UTC)


def _survey(path: Path, country: str, heard: Callable[[int, int], None] | None) -> tuple[bytes, int]:
    """Read the whole list once before anything changes: its digest, its lines, and that each of them is sound."""
    digest, lines = hashlib.sha256(), 0
    for line in _lines(path, heard):
        digest.update(line.encode() + b"\n")
    for _ in _values(path, country):
        lines += 1
    if not lines:
        raise Invalid("register_empty", "The list is empty. A register that nobody is on is not believed.")
    return digest.digest(), lines


def _values(path: Path, country: str) -> Iterator[tuple[IdentifierKind, str]]:
    """Give each line's kind and normalised value."""
    for number, line in enumerate(_lines(path), 1):
        value = line.split(",", 1)[0].strip().strip('"').strip()
        if not value or (number == 1 and not any(each.isdigit() or each == "@" for each in value)):
            continue  # a blank line, or a heading
        try:
            yield _normalised(value, country)
        except BadValue as error:
            message = f"Line {number} is no number and no address. Mend the line, or name the --country of the numbers."
            raise Invalid("register_line", message) from error


def _normalised(value: str, country: str) -> tuple[IdentifierKind, str]:
    return (IdentifierKind.EMAIL, email(value)) if "@" in value else (IdentifierKind.PHONE, phone(value, country))


def _lines(path: Path, heard: Callable[[int, int], None] | None = None) -> Iterator[str]:
    try:
        total, done = path.stat().st_size, 0
        with path.open(encoding="utf-8-sig") as file:
            for line in file:
                if len(line) > _MOST_LINE:
                    raise Invalid("register_line", "A line is too long for a number. Is it the right file?")
                done += len(line.encode())
                if heard is not None:
                    heard(done, total)
                yield line.rstrip("\n")
    except (OSError, UnicodeDecodeError) as error:
        raise Invalid("file_unreadable", "The list cannot be read. Give UTF-8 text, one number a line.") from error


def _hashes(gate: Gate, chunk: tuple[tuple[IdentifierKind, str], ...]) -> list[bytes]:
    """Hash values as suppressions are hashed, under every live key version."""
    found: list[bytes] = []
    for kind in (IdentifierKind.EMAIL, IdentifierKind.PHONE):
        values = [value for each, value in chunk if each is kind]
        if values:
            found += stop_columns(gate.lookup, kind, values)
    return found
