"""What the gateway says when it will not: refusals with a stable code.

A message says how to mend it and never echoes what came in.
Only the doors turn a refusal into a status or an exit code.
"""

from typing import Any


class Ostiary(Exception):  # noqa: N818  the family name; each member is named for what went wrong
    """The root of everything the gateway says no with.

    Args:
        code: stable, lower_case_with_underscores, part of the contract with callers.
        message: one or two plain sentences: what is wrong and how to mend it. No personal data.
        context: machine-readable details that are safe to hand out (numbers, names of our own words).
    """

    def __init__(self, code: str, message: str, **context: Any) -> None:
        super().__init__(code, message)
        self.code = code
        self.message = message
        self.context = context

    def __str__(self) -> str:
        """Give the message with its code, as a person reads it."""
        return f"{self.message} [{self.code}]"


class Invalid(Ostiary):
    """The request itself is wrong: the caller can mend it (HTTP 400 or 404, exit 2)."""


class Unauthenticated(Ostiary):
    """The caller is not known: no, false or expired credential (HTTP 401)."""


class Refused(Ostiary):
    """The caller is known and may not (HTTP 403, exit 4)."""


class NotFound(Ostiary):
    """What was named does not exist, or not for this caller (HTTP 404, exit 2)."""


class Conflict(Ostiary):
    """It was done already, or something else stands in the way (HTTP 409, exit 2)."""


class Quarantined(Ostiary):
    """Kept sealed until somebody cures it (HTTP 202, exit 3)."""


class Unavailable(Ostiary):
    """The house cannot answer safely now, so it does not (HTTP 503, exit 5)."""
