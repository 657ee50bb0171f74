"""How a command gets a gateway, and how it names people, moments and keys. Must never construct: wiring does."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Final

import typer

from gateway.cli.speech import say
from gateway.domain.errors import Invalid
from gateway.domain.requests import Selector
from gateway.settings import Settings, from_environment

if TYPE_CHECKING:
    from gateway.flows.gate import Gate

ACTOR: Final = "command line"
"""How the ledger names whoever works on the house's own machine."""

_HIDDEN: Final = " `-` reads it from standard input, which no process list shows."

Email = Annotated[str, typer.Option("--email", help=f"The person's e-mail address.{_HIDDEN}")]
Phone = Annotated[str, typer.Option("--phone", help=f"The person's phone number, +<country><number>.{_HIDDEN}")]
EmailDigest = Annotated[str, typer.Option("--email-sha256", help="SHA-256 (hex) of the normalised e-mail address.")]
PhoneDigest = Annotated[str, typer.Option("--phone-sha256", help="SHA-256 (hex) of the number in E.164.")]
Token = Annotated[str, typer.Option("--token", help="The token that the tool knows the person by.")]
ExternalId = Annotated[str, typer.Option("--external-id", help="The person's number at a source; needs --source.")]
OfSource = Annotated[str, typer.Option("--source", help="Name of the source of that number.")]
KeyFile = Annotated[
    str, typer.Option("--key-file", help="File that holds the tool's API key; `-` reads it from standard input.")
]


@contextmanager
def opened() -> "Iterator[Gate]":
    """Give the gateway of this folder.

    Raises:
        Invalid: a setting. Unavailable: keyring or database; the message says how to mend it.
    """
    settings = from_environment()
    from gateway import wiring

    wiring.keyring_facts(settings)  # before a database is made for a house that was never installed
    with wiring.open_gate(settings, say) as gate:
        yield gate


def settings_with(host: str, port: int) -> Settings:
    """Give the settings, with what the command line says of host and port ("" and 0 say nothing).

    Raises:
        Invalid: `setting_wrong`.
    """
    from dataclasses import replace

    found = from_environment()
    if not 0 <= port <= 65535:  # noqa: PLR2004  TCP
        raise Invalid("setting_wrong", "A port is a number from 1 to 65535.")
    return replace(found, host=host or found.host, port=port or found.port)


def selector(source: str = "", **given: str) -> Selector:
    """Name a person in exactly one way.

    Raises:
        Invalid: `selector_count`.
    """
    named = [(kind, value) for kind, value in given.items() if value]
    if len(named) != 1:
        ways = ", ".join(f"--{kind.replace('_', '-')}" for kind in given)
        raise Invalid("selector_count", f"Name the person in exactly one way: {ways}.")
    kind, value = named[0]
    return Selector(kind, sys.stdin.readline().strip() if value == "-" else value, source)


def moment(text: str) -> datetime | None:
    """Read a moment with its offset; "" is None.

    Raises:
        Invalid: `moment_unfit`, `time_without_zone`.
    """
    if not text:
        return None
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        raise Invalid("moment_unfit", "Write moments as 2026-05-03T10:00:00+02:00.") from None
    if found.tzinfo is None:
        raise Invalid("time_without_zone", "Give the moment with its offset, as in 2026-05-03T10:00:00+02:00.")
    return found


def read_key(key_file: str) -> str:
    """Read an API key from a file or from standard input: an argument would stand in every process list.

    Raises:
        Invalid: `file_unreadable`.
    """
    if key_file == "-":
        return sys.stdin.readline().strip()
    return read_file(Path(key_file)).decode("utf-8", "replace").strip()


def read_file(path: Path) -> bytes:
    """Read a file that the command names.

    Raises:
        Invalid: `file_unreadable`.
    """
    try:
        return path.read_bytes()
    except OSError as error:
        raise Invalid("file_unreadable", f"That file cannot be read: {error.strerror}. Check its path.") from None


def there(path: Path) -> Path:
    """Let a path to a readable file pass.

    Raises:
        Invalid: `file_unreadable`.
    """
    try:
        with path.open("rb"):
            return path
    except OSError as error:
        raise Invalid("file_unreadable", f"That file cannot be read: {error.strerror}. Check its path.") from None
