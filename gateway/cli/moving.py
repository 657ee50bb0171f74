"""`ostiary move`: in from another system, with its consents, stops and results. Must never print a cell."""

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Final

import typer

from gateway.cli.house import ACTOR, opened, there
from gateway.cli.speech import HELD, REFUSED, Json, answer, pairs, progress, say, table
from policies.terms import Verdict

if TYPE_CHECKING:
    from gateway.flows.moving_report import Comparison

Files = Annotated[list[Path], typer.Argument(help="All files of the export, unpacked.")]
Source = Annotated[str, typer.Option("--source", help="A registered source: where that system had its people from.")]
Encoding = Annotated[str, typer.Option("--encoding", help="How the files are written, if it cannot be told.")]
_WORDS: Final = {
    "subscribed": "written to before", "stopped": "had said stop", "bounced": "address was dead", "silent": "neither",
}  # fmt: skip


def add(app: typer.Typer) -> None:
    """Put the commands on the program."""
    group = typer.Typer(no_args_is_help=True, help="Move in from another system.")
    files, number = "subscribed.csv unsubscribed.csv cleaned.csv", "0f3c9a52b7e14d6c8a90d1e2f3a4b5c6"
    group.command("template", epilog="Example: ostiary move template > people.csv")(template)
    group.command("plan", epilog=f"Example: ostiary move plan {files} --source 'Old newsletter'")(plan)
    group.command("in", epilog=f"Example: ostiary move in {files} --source 'Old newsletter'")(move_in)
    group.command("list", epilog="Example: ostiary move list --json")(list_moves)
    group.command("report", epilog=f"Example: ostiary move report {number}")(report)
    app.add_typer(group, name="move")


def template(as_json: Json = False) -> None:
    """Print the general template: the columns, and three invented people."""
    from gateway.flows.moving_files import template_csv

    text = template_csv()
    answer({"csv": text}, as_json, lambda: _write(text))


def _write(text: str) -> None:
    sys.stdout.write(text)


def plan(files: Files, source: Source, encoding: Encoding = "", as_json: Json = False) -> None:
    """Count what an export says. Keeps nothing."""
    for file in files:
        there(file)
    with opened() as gate:
        from gateway.flows import moving

        told = moving.plan(gate, source, files, encoding)
    rows = [(str(at), each["dialect"], str(each["counts"].get("rows", 0))) for at, each in enumerate(told.files, 1)]
    answer(told.to_json(), as_json, lambda: _planned(rows, told.counts))


def _planned(files: list[tuple[str, str, str]], counts: dict[str, int]) -> None:
    table(("#file", "dialect", "#rows"), files, "")
    sys.stdout.write("\n")
    pairs(counts)


def move_in(files: Files, source: Source, encoding: Encoding = "", as_json: Json = False) -> None:
    """Move in: first who said stop, then the people, then what they answered. The same files again go on or do nothing.

    Exit code 3: an officer must look at a list first; 4: a list was refused. The stops are in force already.
    """
    for file in files:
        there(file)
    with opened() as gate, progress("moving in") as heard:
        from gateway.flows import moving

        told = moving.move_in(gate, ACTOR, source, files, encoding, lambda _, done, total: heard(done, total))
    shown: dict[str, Any] = {"move": told.moving, "step": told.step, "done before": told.repeated}
    for part in ("stops", "people", "results"):
        shown |= {f"{part}.{name}": n for name, n in told.counts.get(part, {}).items()}
    answer(told.to_json(), as_json, lambda: pairs(shown))
    if any(each.verdict is Verdict.REFUSE for each in told.lists):
        say("A list was refused; `ostiary imports show` says why. The stops are in force, its people are not here.")
        raise typer.Exit(REFUSED)
    if told.waits:
        say(told.waits)
        raise typer.Exit(HELD)


def list_moves(as_json: Json = False) -> None:
    """List the newest moves."""
    with opened() as gate:
        from gateway.flows.moving import moves

        found = moves(gate)
    rows = [(each["moving"], each["step"], str(each["files"]), each["began"]) for each in found]
    answer(found, as_json, lambda: table(("move", "step", "#files", "began"), rows, "Nothing was moved in yet."))


def report(
    number: Annotated[str, typer.Argument(help="Number of the move; `ostiary move list` shows all.")],
    purpose: Annotated[str, typer.Option("--purpose", help="For what; else what the source's consents are for.")] = "",
    category: Annotated[str, typer.Option("--category", help="The product category that would be advertised.")] = "",
    as_json: Json = False,
) -> None:
    """Compare who could be written to there with who can be here, and say why not. Names nobody."""
    with opened() as gate:
        from gateway.flows.moving_report import compare

        told = compare(gate, number, purpose, category)
    answer(told.to_json(), as_json, lambda: _compared(told))


def _compared(told: "Comparison") -> None:
    pairs({"move": told.moving, "source": told.source, "for": told.purpose, "sender": told.sender, "at": told.at})
    plain = told.to_json()["channels"]
    sys.stdout.write("\n")
    names = ("channel", "there", "#rows", "#not here", "#people", "#can be", "#not now", "#cannot", "#law alone would")
    table(names, [_row(channel, said, of) for channel, groups in plain.items() for said, of in groups.items()], "")
    reasons = [
        (channel, _WORDS[said], str(why["people"]), why["words"], why["cite"], why["remedy"])
        for channel, groups in plain.items()
        for said, of in groups.items()
        for why in of["why_not"]
    ]
    sys.stdout.write("\n")
    table(("channel", "there", "#people", "why not", "law", "smallest remedy of most"), reasons, "Nobody is kept out.")


def _row(channel: str, said: str, of: dict[str, Any]) -> tuple[str, ...]:
    now = of["now"]
    figures = (of["rows"], of["not_here"], of["people"], now["allow"], now["hold"], now["deny"])
    return (channel, _WORDS[said], *map(str, figures), str(of.get("law_alone_would_allow", "")))
