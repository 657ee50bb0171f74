"""What the demonstration says on the screen: the table of its lists, the logins, three commands to paste.

Must never write anything but to the screen, and never call a run good in which a list got another verdict.
"""

import shlex
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from gateway.cli.showing import number, spoken
from gateway.cli.speech import answer, console, say, table
from gateway.domain.errors import Conflict
from gateway.settings import Settings

if TYPE_CHECKING:
    from gateway.flows.demo import Hear, Shown, Taken
    from gateway.flows.gate import Gate

_FIELDS: Final = '["email","name"]'


def fill_house(settings: Settings, as_json: bool) -> None:
    """Install and fill a house, and serve nothing.

    Raises:
        Conflict: `demo_unexpected`.
    """
    from gateway import wiring

    with wiring.database(settings, say):  # kept over both steps: it need not start twice
        wiring.install(settings, say)
        with wiring.open_gate(settings, say) as gate:
            present(gate, settings, as_json)


def present(gate: "Gate", settings: Settings, as_json: bool) -> None:
    """Fill the house if it is not, and print what there is to try.

    Raises:
        Conflict: `demo_unexpected`: a list did not get the verdict that it must get.
    """
    from gateway.flows import demo

    with _bars() as hear:
        taken = demo.fill(gate, hear)
    shown = demo.show(gate)
    told = {"lists": [_told(each) for each in taken], "console": f"{settings.base}/console",
            "logins": dict(shown.passwords), "commands": _commands(shown, settings)}  # fmt: skip
    answer(told, as_json, lambda: _print(taken, shown, settings))
    sys.stdout.flush()
    if not all(each.expected for each in taken):
        raise Conflict("demo_unexpected", "A sample list did not get its verdict: see the lines marked UNEXPECTED.")


def _print(taken: "list[Taken]", shown: "Shown", settings: Settings) -> None:
    rows = [_row(each) for each in taken]
    table(("list", "verdict", "#rows", "#new", "#joined", "#refused", "#waiting"), rows, "")
    sys.stdout.write(f"\nConsole  {settings.base}/console\n")
    for name, password in shown.passwords.items():
        known = password or "(set when this house was made; its demo.json is gone)"
        sys.stdout.write(f"         {name} ({shown.roles[name]}), password {known}\n")
    audience, why, link = _commands(shown, settings).values()
    sys.stdout.write(
        f"\n1. An audience for {shown.tool}, five people, with its receipt in the last line:\n\n{audience}\n"
        f"\n2. Why one person is not in it, with the law:\n\n{why}\n"
        f"\n3. An opt-out link, as it stands in a message. Open it, press the button, then ask 1. again:\n\n{link}\n\n"
    )


def _row(each: "Taken") -> tuple[str, ...]:
    told, verdict = each.report, spoken(each.report.verdict.value)
    return (
        each.sample.file, verdict if each.expected else f"UNEXPECTED: {verdict}", number(told.read),
        number(told.counts.get("row.new", 0)), number(told.counts.get("row.joined", 0)),
        number(sum(told.refused.values())), number(told.counts.get("row.quarantined", 0)),
    )  # fmt: skip


def _told(each: "Taken") -> dict[str, Any]:
    return {"file": each.sample.file, "expected": each.expected, **each.report.to_json()}


def _commands(shown: "Shown", settings: Settings) -> dict[str, str]:
    """Give the three commands as they are to be pasted into a shell in this folder."""
    from gateway.flows.demo import CHANNEL, PURPOSE

    wish = f'{{"purpose":"{PURPOSE}","channel":"{CHANNEL}","fields":{_FIELDS},"limit":5}}'
    why = [*_program(settings), "explain", "--email", shown.refused, "--tool", shown.tool, "--purpose", PURPOSE,
           "--channel", CHANNEL, "--act", "disclose"]  # fmt: skip
    return {
        "audience": f"curl -sS {settings.base}/v1/releases -H 'Authorization: Bearer {shown.key}'"
        f" -H 'Content-Type: application/json' -d '{wish}'",
        "why": shlex.join(why),
        "link": shown.link,
    }


def _program(settings: Settings) -> list[str]:
    """Give the command as it is called here: from the virtual environment that runs now, on the same data folder."""
    program, here = Path(sys.argv[0]), Path.cwd()
    if program.name == "__main__.py":
        called = [sys.executable, "-m", "gateway"]
    elif program.is_absolute() and program.is_relative_to(here):
        called = [str(program.relative_to(here))]
    else:
        called = [str(program)]
    return ([] if settings.data == here / "data" else ["env", f"OSTIARY_DATA={settings.data}"]) + called


@contextmanager
def _bars() -> "Iterator[Hear]":
    """Show one bar for each list, where a person looks."""
    from rich.progress import BarColumn, Progress, TaskID, TaskProgressColumn, TextColumn, TimeElapsedColumn

    shown = console(errors=True)
    with Progress(
        TextColumn("{task.description:<20}"), BarColumn(), TaskProgressColumn(), TimeElapsedColumn(),
        console=shown, transient=True, disable=not shown.is_terminal,
    ) as bars:  # fmt: skip
        tasks: dict[str, TaskID] = {}

        def hear(name: str, done: int, total: int) -> None:
            if name not in tasks:
                tasks[name] = bars.add_task(name, total=total)
            bars.update(tasks[name], completed=done, total=total)

        yield hear
