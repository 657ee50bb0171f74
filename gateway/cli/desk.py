"""`ostiary quarantine`: what waits, why, and what an officer decides of it.

Whoever decides signs in as an officer, as at the console's desk. Must never print a cell but veiled.
"""

from typing import TYPE_CHECKING, Annotated, Any

import typer

from gateway.cli import bundles_shown
from gateway.cli.bundles import As, PasswordFile, acting
from gateway.cli.speech import Json, answer, pairs, table
from gateway.domain.errors import Invalid

if TYPE_CHECKING:
    from gateway.flows.desk import Desk, Waiting

Number = Annotated[str, typer.Argument(metavar="LIST", help="The import's number, 32 hexadecimal digits.")]
Column = Annotated[str, typer.Option("--column", help="Title of the column, as `ostiary quarantine show` prints it.")]
Kind = Annotated[str, typer.Option("--kind", help="What was found in it.")]
Yes = Annotated[bool, typer.Option("--yes", help="Do not ask; it cannot be undone.")]
_LISTED = ("list", "source", "waits", "rows", "why", "until")


def add(app: typer.Typer) -> None:
    """Put the commands on the program."""
    group = typer.Typer(no_args_is_help=True, help="Lists and rows that wait for an officer.")
    group.command("list", epilog="Example: ostiary quarantine list --officer anna")(list_waiting)
    group.command("show", epilog="Example: ostiary quarantine show 4f… --officer anna")(show)
    group.command("drop", epilog="Example: ostiary quarantine drop 4f… --column Notes --kind health --officer anna")(
        drop
    )
    group.command("empty", epilog="Example: ostiary quarantine empty 4f… --column Notes --kind card --officer anna")(
        empty
    )
    group.command("refuse", epilog="Example: ostiary quarantine refuse 4f… --officer anna")(refuse)
    group.command("accept", epilog="Example: ostiary quarantine accept 4f… --why 'It was proved' --officer anna")(
        accept
    )
    app.add_typer(group, name="quarantine")


def list_waiting(officer: As = "", password_file: PasswordFile = None, as_json: Json = False) -> None:
    """List what waits, the nearest deadline first."""
    with acting(officer, password_file) as (gate, who):
        from gateway.flows.desk import waiting

        told = [_waiting(each) for each in waiting(gate, who)]
    rows = [[str(each[name]) for name in _LISTED] for each in told]
    answer(told, as_json, lambda: table(_LISTED, rows, "Nothing waits in quarantine."))


def show(number: Number, officer: As = "", password_file: PasswordFile = None, as_json: Json = False) -> None:
    """Show one list: why it waits, what would cure it, its rows veiled. That you looked is an entry in the ledger."""
    with acting(officer, password_file) as (gate, who):
        from gateway.flows.desk import shown
        from gateway.flows.intake_control import uid_of

        found = shown(gate, who, uid_of(number))
    told = _desk(found)
    answer(told, as_json, lambda: _print(found, told))


def drop(
    number: Number,
    column: Column,
    kind: Kind,
    yes: Yes = False,
    officer: As = "",
    password_file: PasswordFile = None,
    as_json: Json = False,
) -> None:
    """Drop the held rows in which this was found in this column. Nothing of them is left but their count."""
    _sure(yes or as_json, "Drop these rows for good?")
    with acting(officer, password_file) as (gate, who):
        from gateway.flows.desk_acts import drop_rows
        from gateway.flows.intake_control import uid_of

        dropped = drop_rows(gate, who, uid_of(number), column, kind)
    _tell({"list": number, "rows_dropped": dropped}, as_json)


def empty(
    number: Number,
    column: Column,
    kind: Kind,
    yes: Yes = False,
    officer: As = "",
    password_file: PasswordFile = None,
    as_json: Json = False,
) -> None:
    """Store the held rows without the cell in which this was found; rows with another reason keep waiting."""
    _sure(yes or as_json, "Delete these cells for good, and store the rows?")
    with acting(officer, password_file) as (gate, who):
        from gateway.flows.desk_acts import empty_cells
        from gateway.flows.intake_control import uid_of

        freed = empty_cells(gate, who, uid_of(number), column, kind)
    _tell({"list": number, "rows_going_on": freed}, as_json)


def refuse(
    number: Number, yes: Yes = False, officer: As = "", password_file: PasswordFile = None, as_json: Json = False
) -> None:
    """Refuse a list: its rows open with nothing from now on; counts, reasons and digest stay."""
    _sure(yes or as_json, "Refuse this list for good?")
    with acting(officer, password_file) as (gate, who):
        from gateway.flows.desk_acts import refuse_list
        from gateway.flows.intake_control import uid_of

        refuse_list(gate, who, uid_of(number))
    _tell({"list": number, "state": "refused"}, as_json)


def accept(
    number: Number,
    why: Annotated[str, typer.Option("--why", help="10 to 500 characters, without anybody's name or address.")],
    column: Column = "",
    kind: Kind = "",
    officer: As = "",
    password_file: PasswordFile = None,
    as_json: Json = False,
) -> None:
    """Propose to take a list in or, with --column and --kind, held rows of it; a second officer confirms."""
    if bool(column) != bool(kind):
        raise Invalid("rows_unclear", "Name held rows by --column and --kind, or leave both out for the whole list.")
    with acting(officer, password_file) as (gate, who):
        from gateway.flows.desk_acts import accept_list, accept_rows
        from gateway.flows.intake_control import uid_of

        uid = uid_of(number)
        made = accept_rows(gate, who, uid, column, kind, why) if column else accept_list(gate, who, uid, why)
    _tell(bundles_shown.proposal(made), as_json)


def _sure(yes: bool, question: str) -> None:
    if not yes:
        typer.confirm(question, abort=True, err=True)


def _waiting(found: "Waiting") -> dict[str, Any]:
    return {
        "list": found.uid.hex(), "source": found.source, "waits": "whole" if found.whole else "rows",
        "rows": found.rows, "why": ", ".join(each.code for each in found.reasons),
        "until": found.until.isoformat() if found.until else "",
    }  # fmt: skip


def _desk(found: "Desk") -> dict[str, Any]:
    from gateway.flows.import_columns import safe_title

    reasons = [
        {"code": each.code, "rule": each.rule, "cite": each.cite, "words": each.words}
        for each in found.waiting.reasons
    ]  # fmt: skip
    groups = [
        {"column": safe_title(each.column), "kind": each.kind, "rows": each.rows, "rule": each.rule, "cite": each.cite,
         "words": each.words}
        for each in found.groups
    ]  # fmt: skip
    sample = [{"row": each.row_no, "found": list(each.kinds), "cells": list(each.cells)} for each in found.sample]
    return {
        **_waiting(found.waiting), "reasons": reasons, "cures": list(found.cures), "may_accept": found.may_accept,
        "groups": groups, "columns": list(map(safe_title, found.columns)), "sample": sample,
        "decided": dict(found.decided),
    }  # fmt: skip


def _print(found: "Desk", told: dict[str, Any]) -> None:
    pairs({name: told[name] for name in _LISTED})
    reasons = [(each["code"], each["words"], each["rule"], each["cite"]) for each in told["reasons"]]
    table(("\nreason", "words", "rule", "citation"), reasons, "")
    if found.waiting.whole:
        table(("\nwhat would cure it",), [(cure,) for cure in told["cures"]], "")
    groups = [(each["column"], each["kind"], str(each["rows"]), each["rule"]) for each in told["groups"]]
    table(("\ncolumn", "found", "#rows", "rule"), groups, "")
    rows = [(str(each["row"]), *each["cells"]) for each in told["sample"]]
    table(("\n#row", *told["columns"]), rows, "")


def _tell(facts: dict[str, Any], as_json: bool) -> None:
    answer(facts, as_json, lambda: pairs(facts))
