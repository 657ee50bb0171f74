"""`ostiary officer`: accounts for the people who work in the console. A password is never an argument."""

import secrets
from pathlib import Path
from typing import Annotated

import typer

from gateway.cli.house import ACTOR, opened, read_file
from gateway.cli.speech import Json, answer, pairs, say
from gateway.domain.errors import Invalid


def add(app: typer.Typer) -> None:
    """Put the commands on the program."""
    group = typer.Typer(no_args_is_help=True, help="People who work in the console.")
    group.command("add", epilog="Example: ostiary officer add anna --role officer --generate")(add_officer)
    app.add_typer(group, name="officer")


def add_officer(
    name: Annotated[str, typer.Argument(help="The officer's name, as the ledger will show it.")],
    role: Annotated[str, typer.Option("--role", help="officer, auditor, administrator or intake.")] = "officer",
    generate: Annotated[bool, typer.Option("--generate", help="Make a password and print it once.")] = False,
    password_file: Annotated[Path | None, typer.Option("--password-file", help="File that holds the password.")] = None,
    as_json: Json = False,
) -> None:
    """Make an account. Without --generate or --password-file the password is asked for."""
    if role not in {"officer", "auditor", "administrator", "intake"}:
        raise Invalid("role_unknown", "An officer's role is officer, auditor, administrator or intake.")
    password = _password(password_file, generate)
    with opened() as gate:
        from gateway.flows.officers import create_officer

        made = create_officer(gate, name, role, password, ACTOR)
    facts = {"name": made.name, "role": made.role} | ({"password": password} if generate else {})
    if generate:
        say("This password is shown once.")
    answer(facts, as_json, lambda: pairs(facts))


def _password(file: Path | None, generate: bool) -> str:
    if generate:
        return "-".join(secrets.token_hex(2) for _ in range(4))
    if file is not None:
        return read_file(file).decode("utf-8", "replace").rstrip("\r\n")
    return str(typer.prompt("Password", hide_input=True, confirmation_prompt=True, err=True))
