"""How the command line speaks: answers to standard output, everything else to standard error.

Must never print a traceback for a refusal, and never a value that somebody typed: an argument may be personal data.
"""

import json
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Annotated, Any, Final

import typer

from gateway.domain.errors import Ostiary, Quarantined, Refused, Unauthenticated, Unavailable

if TYPE_CHECKING:
    from rich.console import Console

DONE, USAGE, HELD, REFUSED, UNAVAILABLE = 0, 2, 3, 4, 5
FAULT: Final = 1
"""A fault of ours, not of whoever called: the only exit code outside the contract."""

_WIDE: Final = 1000

Json = Annotated[bool, typer.Option("--json", help="Answer in JSON.")]


def console(*, errors: bool = False) -> "Console":
    """Give a console; it shows no colours where nobody looks (a pipe, NO_COLOR)."""
    from rich.console import Console

    made = Console(stderr=errors, highlight=False)
    if not made.is_terminal:
        made.width = _WIDE  # a file or a pipe has no edge to break lines at
    return made


def say(sentence: str) -> None:
    """Tell a person what is going on; a program that reads the answer does not see it."""
    sys.stderr.write(f"{sentence}\n")


def answer(value: Any, as_json: bool, readable: Callable[[], None]) -> None:
    """Give the answer of a command: as JSON, or in the way that `readable` prints it."""
    if as_json:
        sys.stdout.write(json.dumps(value, ensure_ascii=False, indent=2) + "\n")
    else:
        readable()


def table(columns: Sequence[str], rows: Sequence[Sequence[str]], nothing: str) -> None:
    """Print rows under their headings, or say that there are none.

    Args:
        columns: headings; one that begins with # is of numbers, set to the right.
        rows: cells, as text.
        nothing: what to say when there is no row.
    """
    from rich.table import Table
    from rich.text import Text

    if not rows:
        sys.stdout.write(f"{nothing}\n")
        return
    made = Table(box=None, pad_edge=False, header_style="bold", padding=(0, 2, 0, 0))
    for name in columns:
        made.add_column(name.removeprefix("#"), overflow="fold", justify="right" if name.startswith("#") else "left")
    for row in rows:
        made.add_row(*(Text(cell) for cell in row))
    shown = console()
    with shown.capture() as drawn:
        shown.print(made)
    sys.stdout.write("".join(f"{line.rstrip()}\n" for line in drawn.get().splitlines()))


def pairs(facts: Mapping[str, Any]) -> None:
    """Print facts, one a line."""
    wide = max(map(len, facts), default=0)
    for name, value in facts.items():
        sys.stdout.write(f"{name:<{wide}}  {plain(value)}\n")


def plain(value: Any) -> str:
    """Spell a value as people read it: several texts of which any will do, lists, and facts within facts."""
    if isinstance(value, Mapping):
        if set(value) == {"any_of"}:
            return " or ".join(map(plain, value["any_of"]))
        return "; ".join(f"{name.replace('_', ' ')} {plain(each)}" for name, each in value.items())
    if isinstance(value, (list, tuple)):
        return ", ".join(map(plain, value))
    return "yes" if value is True else "" if value is None else str(value)


@contextmanager
def progress(title: str) -> Iterator[Callable[[int, int], None]]:
    """Show a progress bar while the block runs, where a person looks; gives what hears (done, total)."""
    from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn, TimeRemainingColumn

    shown = console(errors=True)
    with Progress(
        TextColumn("{task.description}"), BarColumn(), TaskProgressColumn(), TimeRemainingColumn(),
        console=shown, transient=True, disable=not shown.is_terminal,
    ) as bar:  # fmt: skip
        task = bar.add_task(title, total=None)
        yield lambda done, total: bar.update(task, completed=done, total=total)


def refusal(error: Ostiary, as_json: bool) -> int:
    """Say why not, in one line to standard error; give the exit code."""
    return _complain(error.code, error.message, as_json, exit_code(error))


def complaint(code: str, message: str, as_json: bool, status: int) -> int:
    """Say what is wrong where no refusal of ours was raised; give the status back."""
    return _complain(code, message, as_json, status)


def exit_code(error: Ostiary) -> int:
    """Give the exit code of a refusal: the one place where the command line knows them."""
    if isinstance(error, Quarantined):
        return HELD
    if isinstance(error, (Refused, Unauthenticated)):
        return REFUSED
    return UNAVAILABLE if isinstance(error, Unavailable) else USAGE


def _complain(code: str, message: str, as_json: bool, status: int) -> int:
    told = json.dumps({"code": code, "message": message}, ensure_ascii=False) if as_json else f"{message} [{code}]"
    sys.stderr.write(told.replace("\n", " ") + "\n")
    return status
