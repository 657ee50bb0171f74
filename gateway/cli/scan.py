"""`ostiary scan`: say what a list holds without importing it. Needs no house. Must never print a cell."""

import shlex
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Final

import typer

from gateway.cli.house import there
from gateway.cli.showing import number, short, spoken
from gateway.cli.speech import HELD, REFUSED, Json, answer, progress, table
from policies.terms import Verdict

if TYPE_CHECKING:
    from gateway.flows.scanning import Scanned, ScannedColumn

_ENDS: Final = {Verdict.ACCEPT: 0, Verdict.QUARANTINE: HELD, Verdict.REFUSE: REFUSED}
_MEANING: Final = {
    Verdict.ACCEPT: "by what stands in it; its source is judged when it is imported",
    Verdict.QUARANTINE: "an import would hold rows of it, or all of it, until somebody has looked",
    Verdict.REFUSE: "an import would keep nothing of it",
}


def add(app: typer.Typer) -> None:
    """Put the command on the program."""
    app.command(epilog="Example: ostiary scan bought-list.csv --json")(scan)


def scan(
    file: Annotated[Path, typer.Argument(help="Any file that `ostiary import` can read.")],
    encoding: Annotated[str, typer.Option("--encoding", help="How the file is written, if it cannot be told.")] = "",
    delimiter: Annotated[
        str, typer.Option("--delimiter", help="What stands between cells, if it cannot be told.")
    ] = "",
    sheet: Annotated[str, typer.Option("--sheet", help="Which sheet of a workbook, or file of an archive.")] = "",
    names: Annotated[
        bool, typer.Option("--names", help="Look for names in free text too, by the models that are installed. Slow.")
    ] = False,
    as_json: Json = False,
) -> None:
    """Say what personal data a list holds, and import nothing. Exit code 3: rows would be held, 4: it would be refused.

    Every cell of every column is looked at. Nothing is kept and nothing is recorded; no database or key is needed.
    """
    there(file)
    with progress(file.name) as heard:
        from gateway.flows.scanning import scan_file

        separator = delimiter.replace("\\t", "\t") or None
        told = scan_file(file, encoding or None, separator, heard, sheet=sheet or None, names=names)
    answer(told.to_json(), as_json, lambda: _print(told))
    raise typer.Exit(_ENDS[told.verdict])


def _print(told: "Scanned") -> None:
    """Print verdict, columns and counts."""
    sys.stdout.write(f"{told.verdict.value.upper()}  {_MEANING[told.verdict]}\n")
    sys.stdout.writelines(f"  {spoken(tell).capitalize()}: this is how stolen lists look.\n" for tell in told.tells)
    sys.stdout.write("\n")
    names = ("column", "declared", "found", "", "#filled", "as expected", "found beside that")
    table(names, [_row(each) for each in told.columns], "")
    _propose(told)
    if told.special:
        sys.stdout.write(f"\nSpecial categories: {_counts(told.special)}\n")
    if told.treatments:
        sys.stdout.write(f"\nThe policy would: {_counts(told.treatments)}\n")
    covered = ", ".join(f"{spoken(what)}: {how}" for what, how in told.coverage.items())
    speed = number(round(told.rows / told.seconds)) if told.seconds else "0"
    unfit = f" ({number(told.rejected)} do not fit the header)" if told.rejected else ""
    sys.stdout.write(f"\nLooked at: {covered}\n{number(told.rows)} rows{unfit}, file {short(told.digest)}, ")
    sys.stdout.write(f"{told.seconds:.1f} s, {speed} rows a second\n")


def _propose(told: "Scanned") -> None:
    """Print what columns could be whose titles say nothing, and how to say so."""
    from gateway.flows.typed_columns import SENTENCES, Note

    could = [each for column in told.columns if (each := column.proposed) is not None]
    rows = [
        (each.title, spoken(each.field or each.found), SENTENCES[each.note].format(**each.told),
         f"--map {shlex.quote(f'{each.title}={each.field}')}" if each.field else "")
        for each in could
        if each.by == "content" or each.note is Note.RIVAL
    ]  # fmt: skip
    if rows:
        sys.stdout.write("\nTitles that say nothing; an import takes nothing of this up unless you say so:\n")
        table(("column", "could be", "why", "say so"), rows, "")
    for each in could:
        if each.calendar:
            sys.stdout.write(f"\n{each.title}: {SENTENCES[each.note].format(**each.told)} --calendar {each.calendar}\n")


def _row(column: "ScannedColumn") -> tuple[str, ...]:
    beside = "; ".join(f"{spoken(kind)}: {_counts(tiers)}" for kind, tiers in column.beside.items())
    return (
        column.title, spoken(column.declared), spoken(column.found), column.agreement, number(column.filled),
        _counts(column.expected), beside,
    )  # fmt: skip


def _counts(counted: Mapping[str, int]) -> str:
    return ", ".join(f"{number(count)} {spoken(name)}" for name, count in counted.items())
