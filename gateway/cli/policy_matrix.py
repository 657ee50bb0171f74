"""`ostiary policy matrix`: the law of one jurisdiction on one day as a table, to read, to print or for a program."""

import json
import sys
from collections.abc import Iterator
from datetime import date, datetime
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from gateway.cli.speech import Json, say
from gateway.domain.errors import Invalid

if TYPE_CHECKING:
    from gateway.domain.matrix import Matrix, RuleLine
    from gateway.domain.matrix_cells import Line, Row

_LEADS = {"needs": "needs", "unless": "unless", "registers": "register", "lasts": "consent", "hours": "hours",
          "caps": "limit", "carries": "carries", "stopping": "stopping", "also": "also"}  # fmt: skip


class Form(StrEnum):
    """How the table is given."""

    TEXT = "text"
    HTML = "html"
    JSON = "json"


Where = Annotated[str, typer.Option("--jurisdiction", help="A country (KR, FR) or a pack (EU, strictest).")]
Day = Annotated[str, typer.Option("--date", help="A day, as 2026-11-22; without it, today where the law holds.")]
As = Annotated[Form, typer.Option("--format", help="HTML is one page without scripts, made for A4 landscape.")]
Out = Annotated[Path | None, typer.Option("--out", help="The file to write; without it, standard output.")]
Folder = Annotated[Path | None, typer.Option("--folder", help="A policies folder; without it, the one in the package.")]


_LETTERS = 2


def matrix(
    jurisdiction: Where,
    day: Day = "",
    form: As = Form.TEXT,
    out: Out = None,
    folder: Folder = None,
    as_json: Json = False,
) -> None:
    """Show the law of a jurisdiction on a day: what each channel needs, and every rule that says so."""
    from policies.load import PACKAGED, load_bundle

    bundle = load_bundle(folder or PACKAGED)
    code = _code(jurisdiction)
    if code not in bundle.packs and code not in bundle.speaks_for:
        if len(code) != _LETTERS:
            packs = ", ".join(sorted(bundle.packs))
            raise Invalid("jurisdiction_unknown", f"Name a country by two letters, or a pack: {packs}.")
        say(f"{code} has no pack, and no union speaks for it: the strictest holds there.")
    from gateway.domain.matrix import matrix as made
    from gateway.domain.matrix import today_in

    found = made(bundle, code, _day(day) or today_in(bundle, code, datetime.now().astimezone()))
    _write(_formed(found, Form.JSON if as_json else form), out)


def _code(written: str) -> str:
    code = written.strip()
    code = code.upper() if len(code) == _LETTERS else code  # `strictest` stays as it is
    if not (code.isascii() and code.isalpha()):
        raise Invalid("jurisdiction_unfit", "Name a country by two letters, such as KR, or a pack, such as EU.")
    return code


def _day(written: str) -> date | None:
    try:
        return date.fromisoformat(written) if written else None
    except ValueError as error:
        raise Invalid("day_unfit", "Write a day as 2026-11-22.") from error


def _formed(found: "Matrix", form: Form) -> str:
    if form is Form.HTML:
        from gateway.domain.matrix_html import whole_page

        return whole_page(found)
    if form is Form.JSON:
        from dataclasses import asdict

        return json.dumps(asdict(found), ensure_ascii=False, indent=2, default=str) + "\n"
    return "".join(f"{line}\n" for line in _text(found))


def _write(text: str, out: Path | None) -> None:
    if out is None:
        sys.stdout.write(text)
        return
    try:
        out.write_text(text, encoding="utf-8")
    except OSError as error:
        raise Invalid("file_unwritable", "The file cannot be written. Name another place with --out.") from error
    say("The table is written.")


def _text(found: "Matrix") -> Iterator[str]:
    yield f"{found.name} ({found.jurisdiction}, rules of {found.pack}) on {found.day}"
    for section in found.sections:
        yield ""
        yield section.title.upper()
        for row in section.rows:
            yield from _row(row)
        for line in section.told:
            yield f"  {_line(line)}"
        if not section.rows and not section.told:
            yield "  no rule in force speaks of this"
    yield ""
    yield "EVERY RULE"
    for rule in found.rules:
        yield from _rule(rule)


def _row(row: "Row") -> Iterator[str]:
    yield f"  {', '.join(row.channels)}  to: {', '.join(row.kinds)}"
    for name, lead in _LEADS.items():
        for line in row.cells[name]:
            yield f"    {lead:<9} {_line(line)}"


def _line(line: "Line") -> str:
    return f"{line.words}" + (f"  [{', '.join((line.rule, *line.marks))}]" if line.rule else "")


def _rule(rule: "RuleLine") -> Iterator[str]:
    dates = " ".join(f"{word} {day}" for word, day in (("from", rule.first), ("to", rule.last)) if day)
    origin = f"inherited from {rule.inherited_from}" if rule.inherited_from else ""
    marks: list[Any] = [rule.evidence, rule.state.replace("_", " "), dates, origin, rule.region and f"in {rule.region}"]
    yield f"  {rule.id}  {rule.title}"
    yield f"    {rule.cite} ({', '.join(each for each in marks if each)})"
    yield f"    {'; '.join((rule.effect, *rule.duties))}" + (f"; when {rule.when}" if rule.when else "")
