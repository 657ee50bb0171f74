"""`ostiary source canary`: invented addresses, planted with partners to see where lists leak."""

from typing import TYPE_CHECKING, Annotated, Any

import typer

from gateway.cli.house import ACTOR, opened
from gateway.cli.showing import moment
from gateway.cli.speech import Json, answer, say, table

if TYPE_CHECKING:
    from gateway.flows.canaries import Known

Where = Annotated[str, typer.Option("--in", help="In what: a list, a form, a release. A few words, no address.")]


def add(sources: typer.Typer) -> None:
    """Put the commands under `ostiary source`."""
    group = typer.Typer(no_args_is_help=True, help="Invented addresses that show where lists leak.")
    group.command(
        "add",
        epilog="Example: ostiary source canary add 'Partner X' --domain post.example.com --count 3 --in 'May list'",
    )(add_canaries)
    group.command(
        "plant", epilog="Example: ostiary source canary plant 0f3c…e1 --given-to 'Partner Y' --in 'June list'"
    )(plant)
    group.command("list", epilog="Example: ostiary source canary list --json")(list_canaries)
    sources.add_typer(group, name="canary")


def add_canaries(
    party: Annotated[str, typer.Argument(help="Party that gets them; `ostiary party list` lists all.")],
    domain: Annotated[str, typer.Option("--domain", help="A mail domain that the house owns.")],
    count: Annotated[int, typer.Option("--count", help="How many, 1 to 100.")] = 1,
    planted_in: Where = "",
    as_json: Json = False,
) -> None:
    """Invent addresses for one party. They are shown once; a list that brings one back is quarantined."""
    with opened() as gate:
        from gateway.flows.canaries import make

        made = make(gate, ACTOR, party, domain, count, planted_in)
    facts = [{"canary": each.uid, "address": each.address, "given_to": party} for each in made]
    if not as_json:
        say("These addresses are shown once and kept nowhere. Plant them now.")
    rows = [(each.address, each.uid) for each in made]
    answer(facts, as_json, lambda: table(("address", "canary"), rows, ""))


def plant(
    canary: Annotated[str, typer.Argument(help="The canary, as `ostiary source canary list` shows it.")],
    given_to: Annotated[str, typer.Option("--given-to", help="Party that gets it too.")],
    planted_in: Where = "",
    as_json: Json = False,
) -> None:
    """Note that a canary was given to one more party."""
    with opened() as gate:
        from gateway.flows.canaries import plant as planted

        planted(gate, ACTOR, canary, given_to, planted_in)
    answer({"canary": canary, "given_to": given_to}, as_json, lambda: say("Noted."))


def list_canaries(as_json: Json = False) -> None:
    """List all canaries: where they were planted, and which lists brought them back."""
    with opened() as gate:
        from gateway.flows.canaries import listed

        found = listed(gate)
    names = ("canary", "planted with", "brought back by")
    rows = [(each.uid, _planted(each), _met(each)) for each in found]
    answer([_told(each) for each in found], as_json, lambda: table(names, rows, "No canary yet."))


def _planted(canary: "Known") -> str:
    return "; ".join(f"{one.party}, {moment(one.at)}{f', {one.planted_in}' if one.planted_in else ''}"
                     for one in canary.planted)  # fmt: skip


def _met(canary: "Known") -> str:
    return "; ".join(f"{one.source}, {moment(one.at)}" for one in canary.met) or "nobody"


def _told(canary: "Known") -> dict[str, Any]:
    return {
        "canary": canary.uid,
        "made_at": canary.made_at.isoformat(),
        "planted": [{"party": one.party, "in": one.planted_in, "at": one.at.isoformat()} for one in canary.planted],
        "met": [{"source": one.source, "batch": one.met_in.hex(), "at": one.at.isoformat()} for one in canary.met],
    }
