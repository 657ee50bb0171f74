"""`ostiary audit`: check the ledger, write it out for auditors, name its key."""

from base64 import b64encode
from pathlib import Path
from typing import Annotated

import typer

from gateway.cli.house import ACTOR, opened, read_file
from gateway.cli.showing import number
from gateway.cli.speech import REFUSED, Json, answer, pairs, progress, say
from gateway.domain.errors import Invalid


def add(app: typer.Typer) -> None:
    """Put the commands on the program."""
    group = typer.Typer(no_args_is_help=True, help="The log that nobody can rewrite.")
    group.command(
        "verify", epilog="Example: ostiary audit verify --directory ./log --key 'example.com/log+1a2b3c4d+AZ…'"
    )(verify)
    group.command("export", epilog="Example: ostiary audit export ./log")(export)
    group.command("key", epilog="Example: ostiary audit key > log.vkey")(key)
    app.add_typer(group, name="audit")


def verify(
    directory: Annotated[
        Path | None, typer.Option("--directory", help="Check an exported log instead, offline.")
    ] = None,
    key: Annotated[str, typer.Option("--key", help="The exported log's verifier key, from a trusted place.")] = "",
    checkpoint: Annotated[
        Path | None, typer.Option("--checkpoint", help="A checkpoint that was kept elsewhere.")
    ] = None,
    as_json: Json = False,
) -> None:
    """Check every entry of the ledger against what was signed. Exit code 4 if it does not hold."""
    older = read_file(checkpoint) if checkpoint else None
    if (directory is None) != (not key):
        raise Invalid("key_needed", "Give --directory and --key together: a key from the directory proves nothing.")
    facts = _database(older) if directory is None else _directory(directory, key, older)
    answer(facts, as_json, lambda: _print(facts))
    if older is None:
        say("Without an older checkpoint (--checkpoint), a rewrite by the log's own key would not show.")
    if facts["verdict"] != "holds":
        raise typer.Exit(REFUSED)


def export(
    folder: Annotated[Path, typer.Argument(help="Folder to write; made if missing.")], as_json: Json = False
) -> None:
    """Write the log as static files (C2SP tlog-tiles), for an auditor or a mirror."""
    with opened() as gate:
        from gateway.flows.proving import export_log

        try:
            count = export_log(gate, ACTOR, folder)
        except OSError as error:
            raise Invalid("file_unwritable", f"That folder cannot be written: {error.strerror}.") from None
    answer(
        {"entries": count, "folder": str(folder)}, as_json, lambda: typer.echo(f"{number(count)} entries in {folder}")
    )


def key(as_json: Json = False) -> None:
    """Print the log's verifier key. Keep it apart from the database: with it anybody can check an export."""
    with opened() as gate:
        from gateway.flows.proving import log_key

        found = log_key(gate)
    answer({"name": found.name, "vkey": found.vkey}, as_json, lambda: typer.echo(found.vkey))


def _database(older: bytes | None) -> dict[str, str | int]:
    with opened() as gate, progress("checking the ledger") as heard:
        from gateway.flows.proving import verify_log

        check = verify_log(gate, ACTOR, older, heard)
    if check.broken:
        entry = {} if check.entry is None else {"entry": check.entry}
        return {"verdict": "BROKEN", "table": check.table, **entry, "what": check.broken}
    return {"verdict": "holds", "entries": check.size, "root": b64encode(check.root).decode(),
            "checkpoints": check.checkpoints, "waiting": check.waiting}  # fmt: skip


def _directory(directory: Path, key: str, older: bytes | None) -> dict[str, str | int]:
    from audit.errors import Tampered
    from audit.verify import verify_directory

    try:
        with progress("checking the log") as heard:
            held = verify_directory(directory, key, older, heard)
    except Tampered as found:
        entry = {} if found.entry is None else {"entry": found.entry}
        return {"verdict": "BROKEN", "table": found.table, **entry, "what": found.what}
    return {"verdict": "holds", "log": held.origin, "entries": held.size, "root": b64encode(held.root).decode()}


def _print(facts: dict[str, str | int]) -> None:
    typer.echo(str(facts["verdict"]).upper())
    pairs({name: value for name, value in facts.items() if name != "verdict"})
