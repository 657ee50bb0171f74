"""`ostiary grades` and `ostiary retention`: how well data is kept up, what there is to mend, what may not be kept.

Must never print more of a person than the uid.
"""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path
from typing import Annotated, TextIO

import typer

from gateway.cli.house import ACTOR, opened
from gateway.cli.showing import number, spoken
from gateway.cli.speech import Json, answer, say, table
from gateway.domain.errors import Invalid

_GRADES = {
    1: "kept up, and selected three times or more, within a year",
    2: "kept up, or selected, within a year",
    3: "neither, but dealt with in the past",
    4: "the rest",
}
Csv = Annotated[Path | None, typer.Option("--csv", help="Write the list to this new file: person and reasons.")]


def add(app: typer.Typer) -> None:
    """Put the commands on the program."""
    group = typer.Typer(no_args_is_help=True, help="Data grades, 1 (best) to 4, and the monthly review.")
    group.command("run", epilog="Example: ostiary grades run")(run)
    group.command("show", epilog="Example: ostiary grades show --json")(show)
    group.command("review", epilog="Example: ostiary grades review --month 2026-12 --csv december.csv")(review)
    app.add_typer(group, name="grades")
    keeping = typer.Typer(no_args_is_help=True, help="Delete people whose data nothing justifies keeping.")
    keeping.command("plan", epilog="Example: ostiary retention plan --json")(plan)
    keeping.command("run", epilog="Example: ostiary retention run --plan 4f0c…9a")(run_plan)
    app.add_typer(keeping, name="retention")


def run(as_json: Json = False) -> None:
    """Give everybody the grade of now. `ostiary worker` does it every night."""
    with opened() as gate:
        from gateway.flows.grading import grade_all

        made = grade_all(gate, ACTOR)
    if not as_json:
        say(f"{number(made.people)} people looked at, {number(made.changed)} grades changed.")
    answer(asdict(made), as_json, lambda: _grades(made.by_grade))


def show(as_json: Json = False) -> None:
    """Show how many people have each grade."""
    with opened() as gate:
        from gateway.flows.grading import shown

        found = shown(gate)
    answer(found, as_json, lambda: _grades(found))


def review(
    month: Annotated[str, typer.Option("--month", help="As 2026-12; without it, this month.")] = "",
    file: Csv = None,
    as_json: Json = False,
) -> None:
    """Draw up the month's review: a twelfth of all people, and what there is to mend about their data."""
    with opened() as gate, _new(file) as out:
        from gateway.flows.reviewing import draw_up

        made = draw_up(gate, ACTOR, month, out.write if out else lambda _: None)
    if not as_json:
        say(f"{made.month}: {number(made.people)} people, {number(made.to_mend)} with something to mend.")
    rows = [(number(count), spoken(reason)) for reason, count in made.by_reason.items()]
    answer(asdict(made), as_json, lambda: table(("#people", "to mend"), rows, ""))


def plan(as_json: Json = False) -> None:
    """Show how many would be deleted, by which rule; nobody is. The digest names exactly these, today, by this law."""
    with opened() as gate:
        from gateway.flows.retention import plan as planned

        made = planned(gate, ACTOR)
    facts = {
        "day": f"{made.day:%Y-%m-%d}", "bundle": made.bundle, "reasons": made.by_reason,
        "rules": [asdict(line) for line in made.lines], "digest": made.digest,
    }  # fmt: skip
    rows = [(number(line.people), spoken(line.reason), line.rule, line.cite) for line in made.lines]
    answer(facts, as_json, lambda: table(("#people", "why", "rule", "basis"), rows, ""))
    if not as_json and any(made.by_reason.values()):
        say(f"Delete exactly these, today: ostiary retention run --plan {made.digest}")


def run_plan(
    digest: Annotated[str, typer.Option("--plan", help="The digest that `ostiary retention plan` showed today.")],
    as_json: Json = False,
) -> None:
    """Delete exactly those whom the plan named. What they stopped stays stopped; the ledger stays whole."""
    with opened() as gate:
        from gateway.flows.retention import run as deleted

        made = deleted(gate, ACTOR, digest)
    if not as_json and made.spared:
        say(f"{number(made.spared)} were spared: something about them changed since.")
    rows = [(number(line.people), spoken(line.reason), line.rule) for line in made.lines]
    facts = {"by_reason": made.by_reason, "rules": [asdict(line) for line in made.lines]}
    told = facts | {"spared": made.spared, "suppressions": made.suppressions}
    answer(told, as_json, lambda: table(("#deleted", "why", "rule"), rows, ""))


def _grades(found: dict[int, int]) -> None:
    rows = [(str(grade), number(count), _GRADES[grade]) for grade, count in found.items()]
    table(("#grade", "#people", ""), rows, "")


@contextmanager
def _new(file: Path | None) -> Iterator[TextIO | None]:
    """Give a new file that only its owner can read; it gets its name when it is whole and on record."""
    if file is None:
        yield None
        return
    if file.exists():
        raise Invalid("file_exists", "That file exists already. Choose another name.")
    unfinished = file.with_name(f"{file.name}.unfinished")
    with _private(unfinished) as out:
        yield out
    unfinished.replace(file)


def _private(path: Path) -> TextIO:
    try:
        path.unlink(missing_ok=True)
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except OSError as error:
        raise Invalid("file_unwritable", f"That file cannot be written: {error.strerror}. Check its path.") from None
    return os.fdopen(descriptor, "w", encoding="utf-8", newline="")
