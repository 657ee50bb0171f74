"""The command `ostiary`: its commands put together, and what becomes of a refusal.

Heavy rooms are imported by the commands that need them, so that `--help` is instant. Must never let an exception's
text out that may carry data: only our own refusals are shown in their words.
"""

import sys
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Annotated

import typer

from gateway import __version__
from gateway.cli import (
    bundles,
    campaigns,
    consents,
    desk,
    grades,
    lasting,
    ledger,
    lint,
    lists,
    moving,
    office,
    parties,
    policy,
    questions,
    receipts,
    registers,
    releases,
    running,
    scan,
    sources,
    tools,
    working,
)
from gateway.cli.speech import FAULT, REFUSED, USAGE, complaint, refusal
from gateway.domain.errors import Ostiary

if TYPE_CHECKING:
    from gateway.cli.running import Serve

_COMMANDS = (
    running,
    lists,
    desk,
    moving,
    scan,
    sources,
    tools,
    parties,
    campaigns,
    releases,
    questions,
    consents,
    office,
    ledger,
    policy,
    bundles,
    lint,
    lasting,
    receipts,
    registers,
    grades,
    working,
)
_INTERRUPTED = 130  # 128 + SIGINT, as shells have it


def build(serve: "Serve") -> typer.Typer:
    """Put the commands together.

    Args:
        serve: runs the web application on an installed house until it is stopped.
    """
    app = typer.Typer(
        name="ostiary", no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False,
        rich_markup_mode=None,  # plain help comes in a third of the time
        help="The only door to customer data: consent, lawful sources, field encryption and a log nobody can rewrite.",
        epilog="Example: ostiary demo. Exit codes: 0 done, 2 usage, 3 held or quarantined, 4 refused, 5 unavailable.",
    )  # fmt: skip

    @app.callback()
    def root(
        version: Annotated[
            bool, typer.Option("--version", is_eager=True, callback=_version, help="Print the version.")
        ] = False,
    ) -> None:
        """Ostiary: the only door to customer data."""

    running.add(app, serve)
    for room in _COMMANDS[1:]:
        room.add(app)
    return app


def run(app: Callable[..., object], arguments: Sequence[str]) -> int:
    """Run one command and give its exit code."""
    as_json = "--json" in arguments
    try:
        ended = app(list(arguments), prog_name="ostiary", standalone_mode=False)
    except Ostiary as error:
        return refusal(error, as_json)
    except typer.TyperException as error:
        return complaint("usage", _usage(error), as_json, USAGE)
    except (typer.Abort, KeyboardInterrupt):
        return complaint("interrupted", "Stopped. What was acknowledged before stands.", as_json, _INTERRUPTED)
    except BrokenPipeError:
        return _unheard()
    except Exception as error:  # noqa: BLE001  its text may hold what must not be shown
        return _other(error, as_json)
    return ended if isinstance(ended, int) else 0


def _version(wanted: bool) -> None:
    if wanted:
        sys.stdout.write(f"ostiary {__version__}\n")
        raise typer.Exit


def _usage(error: Exception) -> str:
    """Say what is wrong with a command without repeating what was typed, but for names of options."""
    context = getattr(error, "ctx", None)
    path = context.command_path if context else "ostiary"
    if type(error).__name__ in {"MissingParameter", "NoSuchOption"}:
        said = " ".join(str(getattr(error, "message", "") or error).split())
    elif isinstance(error, typer.BadParameter):
        said = _unfit(error)
    elif context and hasattr(context.command, "commands"):
        said = f"There is no such command. There are: {', '.join(context.command.commands)}."
    else:
        said = "That is not how the command is written. Put values with spaces in quotes."
    return f"{said} `{path} --help` shows how."


def _unfit(error: typer.BadParameter) -> str:
    parameter = getattr(error, "param", None)
    name = parameter.opts[0] if parameter is not None else "an option"
    choices = getattr(getattr(parameter, "type", None), "choices", None)
    return f"The value of {name} does not fit." + (f" It is one of: {', '.join(map(str, choices))}." if choices else "")


def _other(error: Exception, as_json: bool) -> int:
    """Tell refusals of the two rooms that know nothing of ours, and name a fault by its type and place only."""
    from audit.errors import LedgerError
    from policies.refusal import PolicyRefused

    if isinstance(error, LedgerError):
        return complaint(error.code, str(error), as_json, REFUSED)
    if isinstance(error, PolicyRefused):
        where = f"{error.file}:{error.line}: " if error.file else ""
        return complaint(error.code, f"{where}{error.message}", as_json, USAGE)
    place, trace = "", error.__traceback__
    while trace is not None:
        place, trace = f"{trace.tb_frame.f_globals.get('__name__', '?')}:{trace.tb_lineno}", trace.tb_next
    message = f"A fault of Ostiary's own: {type(error).__name__} at {place}. Please report it; nothing was half-done."
    return complaint("fault", message, as_json, FAULT)


def _unheard() -> int:
    """Whoever read our answer has left (as `head` does): end quietly."""
    import os

    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    return FAULT
