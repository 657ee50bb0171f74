"""The private PostgreSQL: one server for all commands on one data folder, started by the first.

It is for one host and for trying out. Must never leave a command without a database because another one
ended, and never open the database to anybody but the account that runs Ostiary.
"""

import atexit
import os
import secrets
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Final, Self
from urllib.parse import quote

from gateway.store import embedded_cluster as cluster
from gateway.store import embedded_server as server
from gateway.store.embedded_locks import Use, exclusive
from gateway.store.embedded_place import Place, settle
from gateway.store.errors import DatabaseUnavailable

_NO_SOCKETS: Final = sys.platform == "win32"


class EmbeddedServer:
    """A running private database that this process uses until `release`.

    Attributes:
        url: `postgresql+psycopg://` with the secret in it: never print it.
        home: the folder of the cluster and its log.
    """

    def __init__(self, place: Place, address: server.Address, secret: str, use: Use) -> None:
        self.url = _url(address, secret)
        self.home = place.home
        self._place = place
        self._use: Use | None = use
        self._process = os.getpid()
        atexit.register(self.release)

    def __repr__(self) -> str:
        return f"EmbeddedServer(home={str(self.home)!r})"

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.release()

    def release(self) -> None:
        """Stop using the database; the last one out stops the server. Safe to call twice.

        A child made by fork shares its parent's lock, so only the process that took the lock gives it back.
        """
        if self._use is None or os.getpid() != self._process:
            return
        use, self._use = self._use, None
        atexit.unregister(self.release)
        try:
            with exclusive(self._place.control / "start.lock", _unheard):
                if use.is_last():
                    server.stop(self._place)
                use.end()  # not before the server is down: whoever waits for the start lock must find it so
        except FileNotFoundError:
            use.end()  # the data folder was removed; the server notices by itself and ends
        except BaseException:
            use.end()  # a server left running is adopted; a lock left held would keep it for ever
            raise


def ensure_running(data_folder: Path, say: Callable[[str], None], *, tcp: bool = _NO_SOCKETS) -> EmbeddedServer:
    """Give the private database of a data folder, made and started if need be.

    Args:
        data_folder: where Ostiary keeps its data; made with 0700 if missing.
        say: told, a sentence at a time, what takes long or touches the system outside the data folder.
        tcp: listen on 127.0.0.1 instead of a socket; only where there are no sockets.

    Returns:
        The server; call `release` when done (done at exit in any case).

    Raises:
        DatabaseUnavailable: with a code and how to mend it; nothing is left locked.
    """
    place = settle(data_folder, say)
    with exclusive(place.control / "start.lock", say):
        secret = _secret(place)
        if not place.cluster.exists():
            say("Making the private database; this takes a second or two, once.")
            cluster.initialise(place, secret)
        use = Use(place.control / "users.lock")
        place.give_back()
        try:
            address = _running(place, secret, say, tcp=tcp)
        except BaseException:
            use.end()
            raise
    # True now: the server runs and our shared lock keeps it. A crash from here on leaves it running, to be
    # adopted.
    return EmbeddedServer(place, address, secret, use)


def _running(place: Place, secret: str, say: Callable[[str], None], *, tcp: bool) -> server.Address:
    address = server.find(place, secret, say)
    if address is None:
        server.start(place, tcp=tcp)
        address = server.find(place, secret, say)
    if address is None:
        raise DatabaseUnavailable(
            "database_unavailable", f"The private database ended at once. Its log is {place.log}."
        )
    server.make_database(address, secret)
    return address


def _secret(place: Place) -> str:
    """Give the login's password; made before the cluster is, so that no cluster is ever without one."""
    path = place.control / "secret"
    if not path.exists():
        if place.cluster.exists():
            message = f"{path} is missing; nothing else opens {place.cluster}. Restore it, or remove that folder."
            raise DatabaseUnavailable("database_secret", message)
        path.with_suffix(".new").unlink(missing_ok=True)
        cluster.write_private(path.with_suffix(".new"), secrets.token_urlsafe(32))
        path.with_suffix(".new").replace(path)
    if not _NO_SOCKETS and path.stat().st_mode & 0o077:
        message = f"{path} can be read by other accounts. Run `chmod 600 {path}`."
        raise DatabaseUnavailable("database_secret", message)
    return path.read_text().strip()


def _url(address: server.Address, secret: str) -> str:
    query = f"host={quote(address.host, safe='')}&port={address.port}"
    return f"postgresql+psycopg://{cluster.LOGIN}:{quote(secret, safe='')}@/{cluster.DATABASE}?{query}"


def _unheard(sentence: str) -> None:
    """Take what would be said while leaving: the command has finished speaking."""
    del sentence
