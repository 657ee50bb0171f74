"""What a flow needs, in one frozen value. Only `gateway.wiring` makes one; a flow never reaches past it.

Must never hold a cache that decides: the bundle in force and the tool's version are read with the facts.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from gateway.identity.credentials import Passwords
from gateway.identity.links import LinkKey
from gateway.identity.sessions import Sessions
from gateway.store.house import House
from gateway.vault.keys import Keyring
from gateway.vault.lookup import Lookup


@dataclass(frozen=True, slots=True)
class Gate:
    """The instruments of one running gateway.

    Args:
        house: the database: units of work, snapshots, the ledger's entry and proof.
        keyring: wraps and unwraps data keys, derives tool tokens.
        lookup: blind indexes and suppression hashes.
        links: seals and opens opt-out links.
        sessions: officers' sessions and CSRF tokens.
        passwords: argon2id.
        clock: the present, in UTC; tests give their own.
        data: the folder of this gateway's own files.
        origin: public base URL, for links (no trailing slash).
    """

    house: House
    keyring: Keyring
    lookup: Lookup
    links: LinkKey
    sessions: Sessions
    passwords: Passwords
    clock: Callable[[], datetime]
    data: Path
    origin: str
