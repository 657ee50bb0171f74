"""`ostiary worker`: do the work that lists and nights bring, on this machine. Must never serve anybody."""

from typing import Annotated

import typer

from gateway.cli.speech import Json, answer, say
from gateway.settings import from_environment


def add(app: typer.Typer) -> None:
    """Put the command on the program."""
    app.command(epilog="Example: ostiary worker --once")(worker)


def worker(
    once: Annotated[bool, typer.Option("--once", help="End when nothing waits, instead of waiting for more.")] = False,
    nightly: Annotated[bool, typer.Option("--nightly", help="Do the night's work now, once, and end.")] = False,
    as_json: Json = False,
) -> None:
    """Take lists that are staged, chunk by chunk, and do the nightly work. Run as many as you like; ^C stops one."""
    from gateway import wiring, worker
    from gateway.flows import chores

    with wiring.open_worker(from_environment(), say) as (gate, connector):
        if nightly:
            chores.nightly(gate)
        else:
            say("working; ^C ends after the chunk in hand")
            worker.run(worker.build(gate, connector), wait=not once)
    told = {"worker": "done"}
    answer(told, as_json, lambda: say("nothing waits any more" if once or nightly else "stopped"))
