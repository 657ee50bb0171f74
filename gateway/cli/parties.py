"""`ostiary party`: the legal entities and brands that collect, send and supply."""

from typing import Annotated

import typer

from gateway.cli.house import ACTOR, opened
from gateway.cli.speech import Json, answer, pairs, table


def add(app: typer.Typer) -> None:
    """Put the commands on the program."""
    group = typer.Typer(no_args_is_help=True, help="Legal entities and brands.")
    group.command("add", epilog="Example: ostiary party add 'Example Ltd' --country IE")(add_party)
    group.command("list", epilog="Example: ostiary party list --json")(list_parties)
    app.add_typer(group, name="party")


def add_party(
    name: Annotated[str, typer.Argument(help="Its name.")],
    country: Annotated[str, typer.Option("--country", help="Where it is established, ISO 3166 alpha-2.")],
    as_json: Json = False,
) -> None:
    """Register a party."""
    with opened() as gate:
        from gateway.flows.parties import register_party

        party = register_party(gate, ACTOR, name, country)
    facts = {"name": party.name, "country": party.country}
    answer(facts, as_json, lambda: pairs(facts))


def list_parties(as_json: Json = False) -> None:
    """List all parties."""
    with opened() as gate:
        from gateway.flows.parties import list_parties as listed

        rows = [{"name": party.name, "country": party.country} for party in listed(gate)]
    shown = [(row["name"], row["country"]) for row in rows]
    answer(rows, as_json, lambda: table(("name", "country"), shown, "No party yet."))
