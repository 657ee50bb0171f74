"""`ostiary source template`: how the lists of a source are read, kept for the next list with the same titles."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from gateway.cli.house import ACTOR, opened, there
from gateway.cli.lists import overrides_of
from gateway.cli.showing import moment
from gateway.cli.speech import Json, answer, pairs, table

if TYPE_CHECKING:
    from gateway.flows.templates import Template

Source = Annotated[str, typer.Argument(help="Name of the source.")]
Name = Annotated[str, typer.Argument(help="Name of the template.")]


def add(group: typer.Typer) -> None:
    """Put the commands into the group of sources."""
    templates = typer.Typer(no_args_is_help=True, help="How the lists of a source are read, kept for the next one.")
    templates.command(
        "save", epilog="Example: ostiary source template save 'Autumn form' weekly signups.csv --map 이메일=email"
    )(save)
    templates.command("list", epilog="Example: ostiary source template list 'Autumn form'")(list_templates)
    templates.command("show", epilog="Example: ostiary source template show 'Autumn form' weekly --json")(show)
    templates.command("delete", epilog="Example: ostiary source template delete 'Autumn form' weekly")(delete)
    group.add_typer(templates, name="template")


def save(
    source: Source,
    name: Name,
    file: Annotated[Path, typer.Argument(help="A list with the titles; no row of it is kept.")],
    mapping: Annotated[
        list[str] | None,
        typer.Option("--map", metavar="COLUMN=FIELD", help="What a column means, where the proposal is wrong."),
    ] = None,
    encoding: Annotated[str, typer.Option("--encoding", help="How such lists are written, if it cannot be told.")] = "",
    delimiter: Annotated[
        str, typer.Option("--delimiter", help="What stands between cells, if it cannot be told.")
    ] = "",
    sheet: Annotated[str, typer.Option("--sheet", help="Which sheet of a workbook, or file of an archive.")] = "",
    as_json: Json = False,
) -> None:
    """Keep what the columns of a list mean. Saving under a name again replaces it."""
    overrides = overrides_of(mapping or [])
    there(file)
    with opened() as gate:
        from gateway.flows.templates import save_template_of

        made = save_template_of(
            gate, ACTOR, source, name, file, overrides, encoding, delimiter.replace("\\t", "\t"), sheet
        )
    _tell(made, as_json)


def list_templates(source: Source, as_json: Json = False) -> None:
    """List the templates of a source, the newest first."""
    with opened() as gate:
        from gateway.flows.templates import list_templates as listed

        found = listed(gate, source)
    rows = [(each.name, str(each.version), str(len(each.fields)), each.made_by, moment(each.made_at)) for each in found]
    columns = ("name", "#version", "#columns", "by", "when")
    answer([told(each) for each in found], as_json, lambda: table(columns, rows, "No template yet."))


def show(source: Source, name: Name, as_json: Json = False) -> None:
    """Show what a template says of each column."""
    with opened() as gate:
        from gateway.flows.templates import template

        found = template(gate, source, name)
    _tell(found, as_json)


def delete(source: Source, name: Name, as_json: Json = False) -> None:
    """Put a template out of use. Lists that it read stay as they are."""
    with opened() as gate:
        from gateway.flows.templates import delete_template

        gone = delete_template(gate, ACTOR, source, name)
    facts = {"name": gone.name, "version": gone.version, "deleted": True}
    answer(facts, as_json, lambda: pairs(facts))


def told(found: "Template") -> dict[str, Any]:
    """Give a template as plain values."""
    return {
        "name": found.name, "version": found.version, "fields": dict(sorted(found.fields.items())),
        "encoding": found.encoding, "delimiter": found.delimiter, "sheet": found.sheet, "made_by": found.made_by,
        "made_at": found.made_at.isoformat(),
    }  # fmt: skip


def _tell(found: "Template", as_json: bool) -> None:
    facts = told(found)

    def readable() -> None:
        pairs({key: value for key, value in facts.items() if key != "fields"})
        rows = [(column, field or "not stored") for column, field in facts["fields"].items()]
        table(("\ncolumn", "field"), rows, "")

    answer(facts, as_json, readable)
