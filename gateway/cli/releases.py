"""`ostiary release`: an audience for a tool, from this machine. The same flow as over HTTP, with the tool's own key.

Must never leave a half-written file under its final name: a stream without its receipt was cut short.
"""

import json
import os
import re
import sys
from collections.abc import Iterator, Mapping
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, BinaryIO, Final

import typer

from gateway.cli.house import KeyFile, opened, read_key
from gateway.cli.showing import number, spoken
from gateway.cli.speech import Json, answer, console, say, table
from gateway.domain.errors import Invalid
from policies.terms import Act, Channel

if TYPE_CHECKING:
    from gateway.domain.requests import Predicate
    from gateway.flows.gate import Gate
    from gateway.flows.release import Release

_FILTER: Final = re.compile(r"([a-z_]+)(<=|>=|=|<|>)(.*)", re.DOTALL)
_OPS: Final = {"=": "eq", "<": "lt", "<=": "le", ">": "gt", ">=": "ge"}


def add(app: typer.Typer) -> None:
    """Put the command on the program."""
    app.command(
        epilog="Example: ostiary release --key-file key --purpose marketing.own.newsletter --channel email"
        " --field email --field name --where birth_year<1990 --out audience.ndjson"
    )(release)


def release(
    key_file: KeyFile,
    purpose: Annotated[str, typer.Option("--purpose", help="Why; `ostiary policy purposes` lists them.")],
    channel: Annotated[Channel, typer.Option("--channel", help="How they will be reached.")],
    field: Annotated[list[str] | None, typer.Option("--field", help="A field wanted.")] = None,
    where: Annotated[
        list[str] | None,
        typer.Option("--where", metavar="FIELD=VALUE", help="A filter: =, <, <=, >, >=; a comma means any of these."),
    ] = None,
    category: Annotated[str, typer.Option("--category", help="Product category advertised (soft opt-in).")] = "",
    act: Annotated[
        Act, typer.Option("--act", help="disclose: data leaves; contact: a message goes out now.")
    ] = Act.DISCLOSE,
    limit: Annotated[int, typer.Option("--limit", help="At most so many people; 0 is everybody.")] = 0,
    grade: Annotated[list[int] | None, typer.Option("--grade", help="A data grade wanted, 1 (best) to 4.")] = None,
    best_first: Annotated[bool, typer.Option("--best-first", help="With --limit: grade 1 first, then 2 …")] = False,
    sample: Annotated[float, typer.Option("--sample", help="Share of them, reproducible by --seed.")] = 1.0,
    holdout: Annotated[float, typer.Option("--holdout", help="Share held back, reproducible by --seed.")] = 0.0,
    seed: Annotated[str, typer.Option("--seed", help="Names a sample.")] = "",
    form: Annotated[str, typer.Option("--format", help="ndjson or csv.")] = "ndjson",
    campaign: Annotated[str, typer.Option("--campaign", help="One of the tool's running campaigns.")] = "",
    out: Annotated[Path | None, typer.Option("--out", help="File to write (0600); standard output without it.")] = None,
    again: Annotated[
        str, typer.Option("--idempotency-key", help="Repeats go on after the last acknowledged page.")
    ] = "",
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Count by reason; nobody's data leaves.")] = False,
    as_json: Json = False,
) -> None:
    """Release an audience to a tool. The last line is the receipt; a file without it was cut short."""
    if form not in {"ndjson", "csv"}:
        raise Invalid("format_unknown", "The format is ndjson or csv.")
    key = read_key(key_file)
    with opened() as gate:
        from gateway.domain.requests import Wish

        wish = Wish(
            act, purpose, channel, "", tuple(field or ()), filters_of(where or [], _types(gate)), category=category,
            limit=limit, sample=sample, holdout=holdout, seed=seed, form=form, dry_run=dry_run, campaign=campaign,
            grades=tuple(grade or ()), best_first=best_first,
        )  # fmt: skip
        from gateway.flows.release import count, open_release

        if dry_run:
            counted = count(gate, key, wish)
            answer(counted, as_json, lambda: _counted(counted))
        else:
            _write(open_release(gate, key, wish, again or None), out, as_json)


def filters_of(given: list[str], types: Mapping[str, str]) -> "tuple[Predicate, ...]":
    """Read filters: `field=value`, `birth_year<1990`, `region=BE,BY`.

    Args:
        given: as typed.
        types: the type of every field that may be filtered by.

    Raises:
        Invalid: `filter_unfit`, `field_unknown`, `predicate_value`.
    """
    from gateway.domain.requests import Predicate

    made = []
    for each in given:
        found = _FILTER.fullmatch(each)
        if found is None:
            raise Invalid("filter_unfit", "Write each --where as field=value, field<value or field=value,value.")
        name, op, raw = found.groups()
        if name not in types:
            raise Invalid("field_unknown", "No such field can be filtered by. `ostiary policy fields` lists them.")
        values = tuple(_typed(value, types[name]) for value in raw.split(","))
        made.append(Predicate(name, "in" if len(values) > 1 and op == "=" else _OPS[op], values))
    return tuple(made)


def _typed(value: str, kind: str) -> str | int | date:
    try:
        return int(value) if kind == "int" else date.fromisoformat(value) if kind == "date" else value
    except ValueError:
        raise Invalid("predicate_value", f"A filter on such a field needs a {kind}.") from None


def _types(gate: "Gate") -> dict[str, str]:
    from gateway.flows.words import words_in_force

    return {field.name: field.type for field in words_in_force(gate).fields if field.filterable}


def _counted(counted: dict[str, Any]) -> None:
    rows = [(number(counted["people"]), "would be released")]
    rows += [(number(count), f"not: {spoken(code)}") for code, count in counted["denied"].items()]
    table(("#people", ""), rows, "")


def _write(release: "Release", out: Path | None, as_json: bool) -> None:
    if out is None:
        for piece in release.lines():
            sys.stdout.buffer.write(piece)
            sys.stdout.buffer.flush()
        return
    unfinished = out.with_name(f"{out.name}.unfinished")
    with _private(unfinished) as file:
        last = _copy(release.lines(), file)
    # True now: the receipt is in the file. A crash before this line leaves only what is named unfinished.
    unfinished.replace(out)
    receipt = json.loads(last.lstrip(b"#"))["receipt"]
    told = {"release": release.uid, "file": str(out), "people": receipt["people"], "pages": receipt["pages"],
            "denied": receipt["denied"], "entry": receipt["entry"]}  # fmt: skip
    answer(told, as_json, lambda: _done(told))


def _copy(pieces: Iterator[bytes], file: BinaryIO) -> bytes:
    """Write the pieces, counting lines for whoever looks; give the last one, which is the receipt."""
    last, lines = b"", 0
    with console(errors=True).status("releasing") as status:
        for piece in pieces:
            file.write(piece)
            last, lines = piece, lines + piece.count(b"\n")
            status.update(f"releasing: {number(lines)} lines")
    return last


def _private(path: Path) -> BinaryIO:
    try:
        path.unlink(missing_ok=True)
        return os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb")
    except OSError as error:
        raise Invalid("file_unwritable", f"That file cannot be written: {error.strerror}. Check its path.") from None


def _done(told: dict[str, Any]) -> None:
    say(f"{number(told['people'])} people on {told['pages']} pages, receipt at entry {number(told['entry'])}.")
    _counted({"people": told["people"], "denied": told["denied"]})
