"""Hands mail to the one server that the operator named, by SMTP.

Must never speak to another host, never without TLS but on this machine, never log or repeat an address or a text.
"""

import smtplib
import ssl
from dataclasses import dataclass, field
from datetime import datetime
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime
from typing import Final

_TIMEOUT: Final = 30.0
_PERMANENT: Final = 500
LOCAL: Final = frozenset({"127.0.0.1", "::1", "localhost"})


@dataclass(frozen=True, slots=True)
class Server:
    """The operator's mail server. `tls` is `starttls`, `tls` (from the first byte) or `none` (this machine only)."""

    host: str
    port: int
    sender: str
    user: str = ""
    password: str = field(default="", repr=False)
    tls: str = "starttls"


@dataclass(frozen=True, slots=True)
class Mail:
    """One mail on its way. `reference` makes its Message-ID: the same mail sent twice is seen to be the same."""

    to: str = field(repr=False)
    subject: str = field(repr=False)
    text: str = field(repr=False)
    language: str
    reference: str
    at: datetime


class NotTaken(Exception):  # noqa: N818  named for what happened
    """The server did not take a mail. `lasting`: it never will. `fault` is a word without personal data."""

    def __init__(self, fault: str, *, lasting: bool) -> None:
        super().__init__(fault)
        self.fault = fault
        self.lasting = lasting


class Post:
    """The way out. Each mail has a connection of its own: there are few, and none waits for another's fault."""

    def __init__(self, server: Server) -> None:
        self._server = server

    def send(self, mail: Mail) -> None:
        """Hand one mail over; the server has it when this returns.

        Raises:
            NotTaken: with the server's code, never its words: they repeat the address.
        """
        message = written(mail, self._server.sender)
        try:
            with self._connected() as connection:
                connection.send_message(message)
        except smtplib.SMTPRecipientsRefused as error:
            code = max((code for code, _ in error.recipients.values()), default=0)
            raise NotTaken(f"recipient_{code}", lasting=code >= _PERMANENT) from None
        except smtplib.SMTPAuthenticationError as error:
            # The operator mends this: the mail waits.
            raise NotTaken(f"login_{error.smtp_code}", lasting=False) from None
        except smtplib.SMTPResponseException as error:
            raise NotTaken(f"smtp_{error.smtp_code}", lasting=error.smtp_code >= _PERMANENT) from None
        except (smtplib.SMTPException, ssl.SSLError):
            raise NotTaken("conversation", lasting=False) from None
        except OSError:
            raise NotTaken("unreachable", lasting=False) from None

    def _connected(self) -> smtplib.SMTP:
        server, safe = self._server, ssl.create_default_context()
        if server.tls == "tls":
            connection: smtplib.SMTP = smtplib.SMTP_SSL(server.host, server.port, timeout=_TIMEOUT, context=safe)
        else:
            connection = smtplib.SMTP(server.host, server.port, timeout=_TIMEOUT)
        try:
            if server.tls == "starttls":
                connection.starttls(context=safe)
            if server.user:
                connection.login(server.user, server.password)
        except BaseException:
            connection.close()
            raise
        return connection


def written(mail: Mail, sender: str) -> EmailMessage:
    """Write the message: plain text, marked as sent by a machine so that no other machine answers."""
    message = EmailMessage(policy=SMTP)
    message["From"] = sender
    message["To"] = mail.to
    message["Subject"] = mail.subject
    message["Date"] = format_datetime(mail.at)
    message["Message-ID"] = f"<{mail.reference}@{sender.rpartition('@')[2].rstrip('>')}>"
    message["Auto-Submitted"] = "auto-generated"
    message.set_content(mail.text, cte="base64")
    message["Content-Language"] = mail.language  # set_content takes away every header of its kind
    return message
