"""`serve`, `demo`, `init`, `doctor`, `keys`: bring a house up and look after it. Must never run a server itself."""

import sys
from collections.abc import Callable
from typing import TYPE_CHECKING, Annotated

import typer

from gateway.cli import showing
from gateway.cli.house import settings_with
from gateway.cli.speech import UNAVAILABLE, Json, answer, pairs, say, table
from gateway.settings import Settings, from_environment

if TYPE_CHECKING:
    from gateway.flows.gate import Gate

Prepare = Callable[["Gate"], None]
Serve = Callable[[Settings, Prepare], None]
"""Takes the port, opens the gateway, lets `Prepare` do what comes before the first request, serves until stopped."""

Host = Annotated[str, typer.Option("--host", help="Address to serve on (default: OSTIARY_HOST, or 127.0.0.1).")]
Port = Annotated[int, typer.Option("--port", help="Port to serve on (default: OSTIARY_PORT, or 8080).")]


def add(app: typer.Typer, serve: Serve) -> None:
    """Put the commands on the program."""
    _add_serving(app, serve)
    app.command(epilog="Example: ostiary init")(init)
    app.command(epilog="Example: ostiary doctor --json")(doctor)
    keys = typer.Typer(no_args_is_help=True, help="The keyring.")
    keys.command("show", epilog="Example: ostiary keys show")(keys_show)
    app.add_typer(keys, name="keys")


def _add_serving(app: typer.Typer, serve: Serve) -> None:
    @app.command("serve", epilog="Example: ostiary serve --port 8081")
    def serve_command(host: Host = "", port: Port = 0, as_json: Json = False) -> None:
        """Serve this house: API, console, opt-out pages, public log. Installs what is missing; ^C stops it."""
        settings = settings_with(host, port)
        serve(settings, lambda _: answer({"serving": settings.base}, as_json, lambda: showing.served(settings)))

    @app.command(epilog="Example: ostiary demo --port 8081")
    def demo(
        host: Host = "",
        port: Port = 0,
        fill_only: Annotated[
            bool, typer.Option("--fill-only", help="Fill the house and end, serving nothing.")
        ] = False,
        as_json: Json = False,
    ) -> None:
        """Fill a house with sample lists of invented people, serve it, and print what to try. Keeps its data."""
        from gateway.cli import demonstration

        settings = settings_with(host, port)
        if fill_only:
            demonstration.fill_house(settings, as_json)
        else:
            serve(settings, lambda gate: demonstration.present(gate, settings, as_json))


def init(as_json: Json = False) -> None:
    """Install a house: keyring, database, policies. Run twice, it changes nothing."""
    from gateway import wiring

    settings = from_environment()
    wiring.install(settings, say)
    facts = wiring.keyring_facts(settings)
    answer(facts, as_json, lambda: pairs(facts))


def doctor(as_json: Json = False) -> None:
    """Say what is missing and how to mend it. Exit code 5 if anything is."""
    from gateway import wiring

    found = wiring.examine(from_environment())
    told = [{"name": one.name, "ok": one.ok, "detail": one.detail, "mend": "" if one.ok else one.mend} for one in found]
    rows = [("ok" if one.ok else "MEND", one.name, one.detail, "" if one.ok else one.mend) for one in found]
    answer(told, as_json, lambda: table(("", "what", "found", "how to mend it"), rows, ""))
    if not all(one.ok for one in found):
        raise typer.Exit(UNAVAILABLE)


def keys_show(as_json: Json = False) -> None:
    """Show the keyring's name, generation and active key id. No key is ever shown."""
    from gateway import wiring

    facts = wiring.keyring_facts(from_environment())
    answer(facts, as_json, lambda: pairs(facts))
    sys.stdout.flush()
