"""What an operator may set, all from the environment; a half-set or misspelt option stops the start.

Must never hold a secret's default: the embedded database's password and the keyring are made on the machine.
"""

import os
from collections.abc import Mapping
from dataclasses import dataclass, field
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
    "OSTIARY_SMTP_HOST": "mail server that letters go out by (default: none, and nothing is sent)",
    "OSTIARY_SMTP_PORT": "its port (default: 587 with starttls, 465 with tls, 25 with none)",
    "OSTIARY_SMTP_FROM": "the address that letters come from; needed with a host",
    "OSTIARY_SMTP_USER": "account there, with OSTIARY_SMTP_PASSWORD (default: none)",
    "OSTIARY_SMTP_PASSWORD": "its password",
    "OSTIARY_SMTP_TLS": "starttls, tls, or none on this machine only (default: starttls)",
}


@dataclass(frozen=True, slots=True)
class MailServer:
    """The operator's mail server. `tls` is `starttls`, `tls` or `none`."""

    host: str
    port: int
    sender: str
    user: str
    password: str = field(repr=False)
    tls: str


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
    mail: MailServer | None = None

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
        mail=_mail(environ),
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


def _port(value: str, name: str = "OSTIARY_PORT") -> int:
    if not value.isdecimal() or not 0 < int(value) < 65536:  # noqa: PLR2004  TCP
        raise Invalid("setting_wrong", f"{name} is a number from 1 to 65535.")
    return int(value)


_SMTP_PORTS: Final = {"starttls": 587, "tls": 465, "none": 25}
_THIS_MACHINE: Final = ("127.0.0.1", "::1", "localhost")


def _mail(environ: Mapping[str, str]) -> MailServer | None:
    """Read the mail server; half of it stops the start, because letters would wait for ever and nobody would know."""
    said = {
        name: environ.get(f"OSTIARY_SMTP_{name}", "") for name in ("HOST", "PORT", "FROM", "USER", "PASSWORD", "TLS")
    }
    if not said["HOST"]:
        if any(said.values()):
            raise Invalid("setting_half", "OSTIARY_SMTP_HOST is missing: name the mail server, or unset the others.")
        return None
    if not said["FROM"].isprintable() or "@" not in said["FROM"]:
        raise Invalid("setting_half", "OSTIARY_SMTP_FROM is the address that letters come from: name@your-domain.")
    if bool(said["USER"]) != bool(said["PASSWORD"]):
        raise Invalid("setting_half", "OSTIARY_SMTP_USER and OSTIARY_SMTP_PASSWORD go together.")
    tls = said["TLS"] or "starttls"
    if tls not in _SMTP_PORTS:
        raise Invalid("setting_wrong", f"OSTIARY_SMTP_TLS is one of {', '.join(_SMTP_PORTS)}.")
    if tls == "none" and said["HOST"] not in _THIS_MACHINE:
        raise Invalid("setting_wrong", "OSTIARY_SMTP_TLS=none is for a mail server on this machine only.")
    port = _port(said["PORT"], "OSTIARY_SMTP_PORT") if said["PORT"] else _SMTP_PORTS[tls]
    return MailServer(said["HOST"], port, said["FROM"], said["USER"], said["PASSWORD"], tls)
