"""Help: at once, and for every command with an example."""

import subprocess
import sys
from collections.abc import Iterator
from typing import Any

import pytest
import typer

from gateway.cli import program
from gateway.cli.speech import FAULT

HEAVY = (
    "sqlalchemy",
    "psycopg",
    "fastapi",
    "uvicorn",
    "gateway.wiring",
    "gateway.flows.gate",
    "rich.console",
    "casbin",
)
WANTED = {
    "serve", "demo", "init", "doctor", "import", "scan", "release", "decide", "explain", "link", "keys show",
    "worker", "imports list", "imports show", "imports pause", "imports resume", "imports cancel",
    "source canary add", "source canary plant", "source canary list",
    "move template", "move plan", "move in", "move list", "move report",
    "source add",
    "source list", "source show", "source approve", "source suspend", "source revoke",
    "source submit", "source change", "source answer", "source evidence",
    "source template save", "source template list", "source template show", "source template delete",
    "quarantine list", "quarantine show", "quarantine drop", "quarantine empty", "quarantine refuse",
    "quarantine accept",
    "tool add", "tool list", "tool key",
    "party add", "party list", "lint", "register load", "register list",
    "campaign add", "campaign list", "campaign show", "campaign pause", "campaign resume",
    "campaign end", "consent record", "consent due", "consent reconfirm",
    "consent request", "consent proof", "notices due", "notices send", "notices given", "mail list", "mail send",
    "receipts export", "receipts import", "officer add", "audit verify", "audit export", "audit key",
    "policy add", "policy bundles", "policy diff", "policy propose", "policy rollback", "policy confirm",
    "policy sign-off", "policy revoke-sign-off", "policy signed", "proposal list", "proposal show", "proposal confirm",
    "proposal refuse", "proposal withdraw", "tool observe", "tool enforce", "tool shadow",
    "grades run", "grades show", "grades review", "retention plan", "retention run",
    "policy check", "policy test", "policy matrix", "policy purposes", "policy fields", "policy sources",
}  # fmt: skip


def _never(*_: object) -> None:
    raise AssertionError("help serves nothing")


def _commands(group: Any, path: str = "") -> Iterator[tuple[str, Any]]:
    for name, command in group.commands.items():
        if hasattr(command, "commands"):
            yield from _commands(command, f"{path}{name} ")
        else:
            yield f"{path}{name}", command


COMMANDS = dict(_commands(typer.main.get_command(program.build(_never))))


def test_every_command_is_there() -> None:
    assert set(COMMANDS) == WANTED


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_has_an_example_and_answers_in_json(name: str) -> None:
    command = COMMANDS[name]
    assert command.epilog.startswith(f"Example: ostiary {name}")
    assert command.help
    assert any("--json" in parameter.opts for parameter in command.params)
    assert all(parameter.help for parameter in command.params if parameter.name != "help")


def test_help_loads_nothing_heavy() -> None:
    script = (
        "import sys; from gateway import __main__ as m; m.program.run(m.program.build(m.serve), ['import', '--help']);"
        f"print('HEAVY', [name for name in {HEAVY!r} if name in sys.modules])"
    )
    ended = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True, timeout=60)
    assert ended.stdout.splitlines()[-1] == "HEAVY []"


def test_the_version_is_told(capsys: pytest.CaptureFixture[str]) -> None:
    assert program.run(program.build(_never), ["--version"]) == 0
    assert capsys.readouterr().out.startswith("ostiary ")


def test_a_fault_of_our_own_shows_its_type_and_place_and_no_text(capsys: pytest.CaptureFixture[str]) -> None:
    def broken(_arguments: list[str], **_: object) -> None:
        raise ValueError("minsu@example.kr is not a number")

    assert program.run(broken, []) == FAULT
    said = capsys.readouterr().err
    assert "ValueError at" in said
    assert "minsu" not in said
