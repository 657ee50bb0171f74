"""The program `ostiary`: the command line with a web server behind `serve` and `demo`.

The one place that knows both doors. Must never serve before the port is taken, and never let an access log see a query
string: a link's token or a customer's address may stand in it.
"""

import logging
import os
import signal
import socket
import sys
import traceback
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from types import FrameType
from typing import TYPE_CHECKING, Any, Never

from gateway.cli import program
from gateway.cli.running import Prepare
from gateway.cli.speech import say
from gateway.domain.errors import Unavailable
from gateway.settings import Settings

if TYPE_CHECKING:
    from starlette.types import ASGIApp

_BACKLOG = 1024
_GRACE = 10  # seconds that open requests get when the program is stopped


class _Stop(BaseException):
    """Somebody asked the program to stop; unwinds everything that was opened, and is no error."""


def main() -> Never:
    """Run the program and end the process with its exit code."""
    sys.exit(program.run(program.build(serve), sys.argv[1:]))


def serve(settings: Settings, prepare: Prepare) -> None:
    """Serve a house until SIGINT or SIGTERM.

    Args:
        settings: as the operator set them.
        prepare: called on the opened gateway before the first request is answered.

    Raises:
        Unavailable: `port_taken` before anything was started; database, keyring or policies as wiring says.
    """
    with _stoppable(), closing(_listen(settings)) as listener:
        from gateway import wiring

        _log_as_json()
        with wiring.database(settings, say):  # kept over both steps: it need not start twice
            wiring.install(settings, say)
            with wiring.open_gate(settings, say, sequence=True) as gate:
                from gateway.app import build

                prepare(gate)
                _run(build(gate), listener)


def _run(app: "ASGIApp", listener: socket.socket) -> None:
    """Run one process of the web server; it ends by itself when a signal comes, open requests first."""
    import uvicorn

    config = uvicorn.Config(
        app, access_log=False, log_config=None, server_header=False, timeout_graceful_shutdown=_GRACE, workers=1,
    )  # fmt: skip
    uvicorn.Server(config).run(sockets=[listener])


def _listen(settings: Settings) -> socket.socket:
    family = socket.AF_INET6 if ":" in settings.host else socket.AF_INET
    # Named as TCP: asyncio turns Nagle's waiting off only for a socket that says so.
    listener = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    try:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind((settings.host, settings.port))
        listener.listen(_BACKLOG)
    except OSError as error:
        listener.close()
        raise Unavailable(
            "port_taken",
            f"Port {settings.port} on {settings.host} cannot be had ({os.strerror(error.errno or 0)})."
            " Choose another: `make run PORT=8081`, or `--port 8081`.",
        ) from None
    return listener


@contextmanager
def _stoppable() -> Iterator[None]:
    """Turn the first SIGINT or SIGTERM into an orderly end; while things are put away, further ones are unheard."""
    before = {each: signal.signal(each, _stop) for each in (signal.SIGINT, signal.SIGTERM)}
    try:
        with suppress(_Stop):
            yield
    finally:
        for each, handler in before.items():
            signal.signal(each, handler)


def _stop(_number: int, _frame: FrameType | None) -> Never:
    for each in (signal.SIGINT, signal.SIGTERM):
        signal.signal(each, signal.SIG_IGN)
    raise _Stop


def _log_as_json() -> None:
    """Let structlog and the standard library write the same: one JSON object a line, to standard error."""
    import structlog

    shared: list[Any] = [
        structlog.stdlib.add_logger_name,
        structlog.stdlib.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
    ]
    last: list[Any] = [
        _without_text,
        structlog.stdlib.ProcessorFormatter.remove_processors_meta,
        structlog.processors.JSONRenderer(),
    ]
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(structlog.stdlib.ProcessorFormatter(processors=last, foreign_pre_chain=shared))
    logging.basicConfig(handlers=[handler], level=logging.WARNING, force=True)
    structlog.configure(
        processors=[*shared, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=True,
    )


def _without_text(_logger: object, _method: str, event: dict[str, Any]) -> dict[str, Any]:
    """Keep of an exception its types and places: its text may repeat what somebody sent."""
    told = event.pop("exc_info", None)
    error = told[1] if isinstance(told, tuple) else told if isinstance(told, BaseException) else sys.exc_info()[1]
    if told and error is not None:
        event["exception"], event["at"] = _types(error), _places(error)
    return event


def _types(error: BaseException) -> str:
    inner = ", ".join(map(_types, error.exceptions)) if isinstance(error, BaseExceptionGroup) else ""
    return f"{type(error).__name__}({inner})" if inner else type(error).__name__


def _places(error: BaseException) -> list[str]:
    """Name module and line of every frame that the error passed, those of the innermost error last."""
    inmost = error
    while isinstance(inmost, BaseExceptionGroup):
        inmost = inmost.exceptions[0]
    frames = traceback.walk_tb(inmost.__traceback__)
    return [f"{frame.f_globals.get('__name__', '?')}:{line}" for frame, line in frames]


if __name__ == "__main__":
    main()
