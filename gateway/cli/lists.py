"""`ostiary import`: bring a list of a registered source. Must never print a cell of it."""

from pathlib import Path
from typing import Annotated

import typer

from gateway.cli import showing
from gateway.cli.house import ACTOR, opened, there
from gateway.cli.speech import HELD, REFUSED, Json, answer, pairs, progress, table
from gateway.domain.errors import Invalid
from policies.terms import Verdict

Number = Annotated[str, typer.Argument(help="Number of the import, 32 hexadecimal digits.")]
_ENDS = {Verdict.ACCEPT: 0, Verdict.QUARANTINE: HELD, Verdict.REFUSE: REFUSED}


def add(app: typer.Typer) -> None:
    """Put the command on the program."""
    app.command("import", epilog="Example: ostiary import signups.csv --source 'Autumn form' --map 이메일=email")(bring)
    group = typer.Typer(no_args_is_help=True, help="Lists that came in or are on their way.")
    number = "0f3c9a52b7e14d6c8a90d1e2f3a4b5c6"
    group.command("list", epilog="Example: ostiary imports list --json")(list_imports)
    group.command("show", epilog=f"Example: ostiary imports show {number}")(show)
    group.command("pause", epilog=f"Example: ostiary imports pause {number}")(pause)
    group.command("resume", epilog=f"Example: ostiary imports resume {number}")(go_on)
    group.command("cancel", epilog=f"Example: ostiary imports cancel {number}")(cancel)
    app.add_typer(group, name="imports")


def bring(
    file: Annotated[
        Path,
        typer.Argument(help="CSV, XLSX, NDJSON or Parquet, also in gzip or zip."),
    ],
    source: Annotated[str, typer.Option("--source", help="Name of a registered source.")],
    mapping: Annotated[
        list[str] | None,
        typer.Option("--map", metavar="COLUMN=FIELD", help="What a column means, where the proposal is wrong."),
    ] = None,
    encoding: Annotated[str, typer.Option("--encoding", help="How the file is written, if it cannot be told.")] = "",
    delimiter: Annotated[
        str, typer.Option("--delimiter", help="What stands between cells, if it cannot be told.")
    ] = "",
    sheet: Annotated[str, typer.Option("--sheet", help="Which sheet of a workbook, or file of an archive.")] = "",
    calendar: Annotated[
        str,
        typer.Option("--calendar", help="In which dates are written: gregorian, persian, roc; empty: the source's."),
    ] = "",
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Judge and count; keep nothing.")] = False,
    stage: Annotated[bool, typer.Option("--stage", help="Only stage it; `ostiary worker` does the rest.")] = False,
    as_json: Json = False,
) -> None:
    """Import a list. Exit code 3: quarantined, 4: refused; the report says why, with the law."""
    overrides = overrides_of(mapping or [])
    there(file)
    with opened() as gate, progress(file.name) as heard:
        from gateway.flows import intake

        wish = intake.Wish(overrides, encoding, delimiter.replace("\\t", "\t"), sheet, calendar=calendar)
        if stage and not dry_run:
            told = intake.bring(gate, ACTOR, source, file, wish, heard)
        else:
            told = intake.receive_as(gate, ACTOR, source, file, wish, heard, dry_run=dry_run)
    answer(told.to_json(), as_json, lambda: showing.report(told))
    raise typer.Exit(_ENDS[told.verdict])


def list_imports(as_json: Json = False) -> None:
    """List the newest imports and how far they are."""
    with opened() as gate:
        from gateway.flows.intake_control import latest

        rows = latest(gate)
    names = ("import", "source", "state", "verdict", "#rows", "#done", "began")
    shown = [[str(row[name.removeprefix("#")]) for name in names] for row in rows]
    answer(rows, as_json, lambda: table(names, shown, "No list has come in yet."))


def _hand(act: str, number: str, as_json: bool) -> None:
    with opened() as gate:
        from gateway.flows import intake_control

        told = getattr(intake_control, act)(gate, ACTOR, intake_control.uid_of(number))
    answer(told, as_json, lambda: pairs(told))


def pause(number: Number, as_json: Json = False) -> None:
    """Let nobody go on with a list; who works on a chunk of it ends that chunk."""
    _hand("pause_by", number, as_json)


def go_on(number: Number, as_json: Json = False) -> None:
    """Let a paused list go on."""
    _hand("resume_by", number, as_json)


def cancel(number: Number, as_json: Json = False) -> None:
    """End a list: what waits of it is deleted, what is stored stays."""
    _hand("cancel_by", number, as_json)


def show(number: Number, as_json: Json = False) -> None:
    """Show the report of an import, or how far it is."""
    with opened() as gate:
        from gateway.flows import intake_control

        told = intake_control.report_of(gate, intake_control.uid_of(number))
    answer(told.to_json(), as_json, lambda: showing.report(told))


def overrides_of(pairs: list[str]) -> dict[str, str]:
    """Read `column=field` pairs; a title may hold an equals sign, a field never does.

    Raises:
        Invalid: `map_unfit`, `column_mapped_twice`.
    """
    overrides: dict[str, str] = {}
    for pair in pairs:
        column, equals, field = pair.rpartition("=")
        if not equals or not column:
            raise Invalid("map_unfit", "Write each --map as column=field, such as 이메일=email.")
        if column in overrides:
            raise Invalid("column_mapped_twice", "A column is mapped twice. Give each column one field.")
        overrides[column] = field
    return overrides
