"""`ostiary tool`: marketing programs, what they may ask for, and their keys. A key is shown once."""

from typing import TYPE_CHECKING, Annotated, Any

import typer

from gateway.cli import bundles
from gateway.cli.house import ACTOR, moment, opened
from gateway.cli.speech import Json, answer, pairs, say, table

if TYPE_CHECKING:
    from gateway.domain.grant import Caller

Words = list[str] | None


def add(app: typer.Typer) -> None:
    """Put the commands on the program."""
    group = typer.Typer(no_args_is_help=True, help="Marketing programs.")
    group.command(
        "add",
        epilog="Example: ostiary tool add newsletter --role marketing --sender 'Example Ltd' --country KR"
        " --purpose marketing.own --channel email --field email --field name",
    )(add_tool)
    group.command("list", epilog="Example: ostiary tool list --json")(list_tools)
    group.command("key", epilog="Example: ostiary tool key newsletter --expires 2027-01-01T00:00:00Z > key")(key)
    bundles.add_to_tools(group)
    app.add_typer(group, name="tool")


def add_tool(
    name: Annotated[str, typer.Argument(help="Its name: letters, digits, dots, hyphens.")],
    sender: Annotated[str, typer.Option("--sender", help="Party that it sends for.")],
    country: Annotated[str, typer.Option("--country", help="Where it keeps data, ISO 3166 alpha-2.")],
    role: Annotated[str, typer.Option("--role", help="marketing, branch or analytics.")] = "marketing",
    purpose: Annotated[Words, typer.Option("--purpose", help="A purpose it may ask for, with all below it.")] = None,
    channel: Annotated[Words, typer.Option("--channel", help="A channel it may use.")] = None,
    field: Annotated[Words, typer.Option("--field", help="A field it may see or filter by.")] = None,
    jurisdiction: Annotated[Words, typer.Option("--jurisdiction", help="Only people of this country.")] = None,
    branch: Annotated[Words, typer.Option("--branch", help="Only people of this branch.")] = None,
    as_json: Json = False,
) -> None:
    """Register a tool. `ostiary tool key` gives it a key."""
    with opened() as gate:
        from gateway.flows.tools import ToolRecord, register_tool

        made = register_tool(gate, ACTOR, ToolRecord(
            name, role, sender, country, purpose or [], channel or [], field or [], jurisdiction or [], branch or [],
        ))  # fmt: skip
    answer(told(made), as_json, lambda: pairs(told(made)))


def list_tools(as_json: Json = False) -> None:
    """List all tools."""
    with opened() as gate:
        from gateway.flows.tools import list_tools as listed

        rows = [told(tool) for tool in listed(gate)]
    names = ("name", "role", "country", "purposes", "channels", "active")
    answer(rows, as_json, lambda: table(names, [[str(row[name]) for name in names] for row in rows], "No tool yet."))


def key(
    tool: Annotated[str, typer.Argument(help="Name of the tool.")],
    expires: Annotated[str, typer.Option("--expires", help="Until when, as 2027-01-01T00:00:00Z.")] = "",
    as_json: Json = False,
) -> None:
    """Issue an API key and print it. It is shown this once; the house keeps only its digest."""
    until = moment(expires)
    with opened() as gate:
        from gateway.flows.tools import issue_key

        plain = issue_key(gate, ACTOR, tool, until)
    say("This key is shown once. Keep it where only the tool can read it.")
    answer({"tool": tool, "key": plain}, as_json, lambda: typer.echo(plain))


def told(tool: "Caller") -> dict[str, Any]:
    """Give a tool as plain values."""
    lists = {"purposes": tool.purposes, "channels": tool.channels, "fields": tool.fields,
             "jurisdictions": tool.jurisdictions, "branches": tool.branches}  # fmt: skip
    return {
        "name": tool.name, "role": tool.role, "country": tool.country,
        **{name: ", ".join(sorted(words)) for name, words in lists.items()}, "active": "yes" if tool.active else "no",
        "mode": tool.mode.value,
    }  # fmt: skip
