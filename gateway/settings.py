"""What an operator may set, all from the environment; a half-set or misspelt option stops the start.

Must never hold a secret's default: the embedded database's password and the keyring are made on the machine.
"""

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from gateway.domain.errors import Invalid

_KNOWN: Final = {
    "OSTIARY_DATA": "folder of this gateway's own files (default: ./data)",
    "OSTIARY_DATABASE_URL": "postgresql+psycopg://… of a PostgreSQL 15 or newer (default: the embedded one)",
    "OSTIARY_KEYRING": "the keyring file (default: keyring.json in the data folder)",
    "OSTIARY_ORIGIN": "public base URL for links, https://… (default: http://127.0.0.1:<port>)",
    "OSTIARY_LOG_ORIGIN": "name of the ledger, such as example.com/log (default: made from the keyring's name)",
    "OSTIARY_HOST": "address to serve on (default: 127.0.0.1)",
    "OSTIARY_PORT": "port to serve on (default: 8080)",
}


@dataclass(frozen=True, slots=True)
class Settings:
    """One gateway's settings.

    `database_url` "" means the embedded PostgreSQL; `log_origin` "" is made from the keyring.
    """

    data: Path
    keyring: Path
    database_url: str = ""
    origin: str = ""
    log_origin: str = ""
    host: str = "127.0.0.1"
    port: int = 8080

    @property
    def base(self) -> str:
        """Give the public base URL, without a trailing slash."""
        return self.origin or f"http://{self.host}:{self.port}"


def from_environment(environ: Mapping[str, str] = os.environ) -> Settings:
    """Read the settings.

    Raises:
        Invalid: `setting_unknown` for a misspelt OSTIARY_ name, `setting_wrong` for a value that cannot be.
    """
    unknown = sorted(name for name in environ if name.startswith("OSTIARY_") and name not in _KNOWN)
    unknown = [name for name in unknown if not name.startswith("OSTIARY_TEST_")]
    if unknown:
        raise Invalid("setting_unknown", f"{unknown[0]} is not a setting. Known: {', '.join(_KNOWN)}.")
    data = Path(environ.get("OSTIARY_DATA", "data")).absolute()
    return Settings(
        data=data,
        keyring=Path(environ.get("OSTIARY_KEYRING", data / "keyring.json")).absolute(),
        database_url=_database_url(environ.get("OSTIARY_DATABASE_URL", "")),
        origin=_origin(environ.get("OSTIARY_ORIGIN", "")),
        log_origin=environ.get("OSTIARY_LOG_ORIGIN", ""),
        host=environ.get("OSTIARY_HOST", "127.0.0.1"),
        port=_port(environ.get("OSTIARY_PORT", "8080")),
    )


def _database_url(value: str) -> str:
    if value.startswith("postgresql://"):
        value = value.replace("postgresql://", "postgresql+psycopg://", 1)
    if value and not value.startswith("postgresql+psycopg://"):
        raise Invalid("setting_wrong", "OSTIARY_DATABASE_URL begins with postgresql://. Other databases are not used.")
    return value


def _origin(value: str) -> str:
    local = value.startswith(("http://127.0.0.1", "http://localhost", "http://[::1]"))
    if value and not value.startswith("https://") and not local:
        raise Invalid("setting_wrong", "OSTIARY_ORIGIN begins with https:// (http:// only on this machine).")
    return value.rstrip("/")


def _port(value: str) -> int:
    if not value.isdecimal() or not 0 < int(value) < 65536:  # noqa: PLR2004  TCP
        raise Invalid("setting_wrong", "OSTIARY_PORT is a number from 1 to 65535.")
    return int(value)
