"""`ostiary import`: bring a list of a registered source. Must never print a cell of it."""

from pathlib import Path
from typing import Annotated

import typer

from gateway.cli import showing
from gateway.cli.house import ACTOR, opened, there
from gateway.cli.speech import HELD, REFUSED, Json, answer, progress
from gateway.domain.errors import Invalid
from policies.terms import Verdict

_ENDS = {Verdict.ACCEPT: 0, Verdict.QUARANTINE: HELD, Verdict.REFUSE: REFUSED}


def add(app: typer.Typer) -> None:
    """Put the command on the program."""
    app.command("import", epilog="Example: ostiary import signups.csv --source 'Autumn form' --map 이메일=email")(bring)


def bring(
    file: Annotated[Path, typer.Argument(help="A CSV file; its encoding and separator are found out.")],
    source: Annotated[str, typer.Option("--source", help="Name of a registered source.")],
    mapping: Annotated[
        list[str] | None,
        typer.Option("--map", metavar="COLUMN=FIELD", help="What a column means, where the proposal is wrong."),
    ] = None,
    encoding: Annotated[str, typer.Option("--encoding", help="How the file is written, if it cannot be told.")] = "",
    delimiter: Annotated[
        str, typer.Option("--delimiter", help="What stands between cells, if it cannot be told.")
    ] = "",
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Judge and count; keep nothing.")] = False,
    as_json: Json = False,
) -> None:
    """Import a list. Exit code 3: quarantined, 4: refused; the report says why, with the law."""
    overrides = overrides_of(mapping or [])
    there(file)
    with opened() as gate, progress(file.name) as heard:
        from gateway.flows.intake import receive

        told = receive(
            gate, ACTOR, source, file, overrides, encoding or None, delimiter.replace("\\t", "\t") or None,
            progress=heard, dry_run=dry_run,
        )  # fmt: skip
    answer(told.to_json(), as_json, lambda: showing.report(told))
    raise typer.Exit(_ENDS[told.verdict])


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
