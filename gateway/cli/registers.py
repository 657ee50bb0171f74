"""`ostiary register`: national opt-out registers, which laws make us look into before a call or a text."""

from datetime import datetime
from pathlib import Path
from typing import Annotated

import typer

from gateway.cli import showing
from gateway.cli.house import ACTOR, moment, opened
from gateway.cli.speech import Json, answer, pairs, progress, table
from gateway.domain.errors import Invalid


def add(app: typer.Typer) -> None:
    """Put the commands on the program."""
    group = typer.Typer(no_args_is_help=True, help="National opt-out registers.")
    group.command(
        "load", epilog="Example: ostiary register load US-DNC dnc.txt --taken 2026-11-20T00:00:00-05:00 --country US"
    )(load)
    group.command("list", epilog="Example: ostiary register list --json")(list_registers)
    app.add_typer(group, name="register")


def load(
    name: Annotated[str, typer.Argument(help="The register, as the packs name it; `ostiary register list`.")],
    file: Annotated[Path, typer.Argument(help="One number or address a line; the first column of a CSV counts.")],
    taken: Annotated[str, typer.Option("--taken", help="When the list was drawn, with an offset.")],
    country: Annotated[str, typer.Option("--country", help="Country of numbers that do not name theirs.")] = "",
    as_json: Json = False,
) -> None:
    """Load a register whole. Decisions look into the old one until this is done, and into the new one from then on."""
    at: datetime | None = moment(taken)
    if at is None:
        raise Invalid("taken_missing", "Say when the list was drawn, such as 2026-11-20T00:00:00-05:00.")
    with opened() as gate, progress(f"reading {name}") as heard:
        from gateway.flows.registers import load_register

        told = load_register(gate, ACTOR, name, file, at, country, heard)
    facts = {
        "register": told.name, "taken": told.taken_at.isoformat(), "lines": told.lines, "entries": told.entries,
        "inbox": told.inbox_no,
    }  # fmt: skip
    answer(facts, as_json, lambda: pairs(facts))


def list_registers(as_json: Json = False) -> None:
    """List the registers that the laws in force name, and what is on file of each."""
    with opened() as gate:
        from gateway.flows.registers import standing_registers

        found = standing_registers(gate)
    told = [
        {"name": one.name, "rules": list(one.rules), "taken": one.on_file.taken_at.isoformat() if one.on_file else None,
         "entries": one.on_file.entries if one.on_file else None}
        for one in found
    ]  # fmt: skip
    rows = [
        (
            one.name,
            showing.moment(one.on_file.taken_at) if one.on_file else "never: what needs it is held",
            showing.number(one.on_file.entries) if one.on_file else "",
            ", ".join(one.rules),
        )
        for one in found
    ]
    answer(told, as_json, lambda: table(("register", "taken", "#entries", "rules"), rows, "No law names a register."))
