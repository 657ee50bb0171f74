"""Turns an e-mail address into the one form under which it is looked up.

The form is public (a tool may ask by SHA-256 of it) and versioned by `NORMALISATION_VERSION`. Must never
merge two mailboxes that a provider may keep apart: dots and `+tags` stay. `wide` merges them, and serves nothing but
stopping.
"""

import re
import unicodedata

import idna

from gateway.lists.errors import BadValue
from gateway.lists.letters import fold

_LONGEST = 254  # RFC 5321 4.5.3.1.3: a path of 256 octets without its angle brackets
_LONGEST_LOCAL = 64  # RFC 5321 4.5.3.1.1
_ATOM = r"[a-z0-9!#$%&'*+/=?^_`{|}~-]+"
_PLAIN = re.compile(
    rf"(?=.{{3,{_LONGEST}}}$)(?=[^@]{{1,{_LONGEST_LOCAL}}}@)"
    rf"{_ATOM}(?:\.{_ATOM})*@"
    r"(?:(?!..--)[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z](?:[a-z0-9-]{0,61}[a-z0-9])(?<!-)",
)
_LOCAL = re.compile(r"[^\s\x00-\x20\x7f\"(),:;<>@\[\\\]]+")


def email(value: str) -> str:
    """Normalise one address.

    Args:
        value: a cell, in any script.

    Returns:
        NFKC, blanks and unseen marks stripped, lower case, the domain as IDNA A-labels.

    Raises:
        BadValue: `email_empty`, `email_too_long`, `email_shape`, `email_domain`.
    """
    plain = value.strip().lower()
    if _PLAIN.fullmatch(plain):
        return plain
    return _careful(value)


_SAME_HOST = {"googlemail.com": "gmail.com"}
_DOTLESS = frozenset({"gmail.com"})
_RESPELLED = ("@gmail.com", "@googlemail.com")


def wide(address: str) -> str:
    """Give the form under which all spellings of one mailbox meet, for suppression only: who says stop means the box.

    A consent never follows it: it covers the address that it was given for.

    Args:
        address: as `email` gives it.

    Returns:
        The address without its `+tag`; where the host does not read dots in a name, without them, under the host's
        first name.
    """
    if "+" not in address and not address.endswith(_RESPELLED):
        return address
    local, _, domain = address.rpartition("@")
    host = _SAME_HOST.get(domain, domain)
    name = local.partition("+")[0] or local
    return f"{name.replace('.', '') if host in _DOTLESS else name}@{host}"


def _careful(value: str) -> str:
    """Take an address that is not plain ASCII, or say what is wrong with it."""
    text = unicodedata.normalize("NFKC", fold(value)).strip().lower()
    text = unicodedata.normalize("NFKC", text)  # lower-casing can undo the composition
    if not text:
        raise BadValue("email_empty", "The e-mail address is empty.")
    if len(text) > _LONGEST:
        raise BadValue("email_too_long", f"An e-mail address has at most {_LONGEST} characters.")
    local, at, domain = text.partition("@")
    if not at or "@" in domain or not _local_is_sound(local):
        raise BadValue("email_shape", "An e-mail address is one name, one @ and one domain, unquoted.")
    address = f"{local}@{_a_labels(domain)}"
    if len(address.encode()) > _LONGEST:
        raise BadValue("email_too_long", f"An e-mail address has at most {_LONGEST} octets.")
    return address


def _local_is_sound(local: str) -> bool:
    """Accept dot-separated atoms of any script (RFC 6531), never a quoted or empty one."""
    return bool(_LOCAL.fullmatch(local)) and len(local.encode()) <= _LONGEST_LOCAL and all(local.split("."))


def _a_labels(domain: str) -> str:
    """Encode a domain as RFC 5891 A-labels; one without a dot or with a numeric end takes no mail."""
    try:
        encoded = idna.encode(domain, uts46=True, std3_rules=True).decode("ascii").lower()
        idna.decode(encoded)
    except (idna.IDNAError, UnicodeError, ValueError, IndexError):
        raise BadValue("email_domain", "The domain of the e-mail address is not one that can exist.") from None
    last = encoded.rpartition(".")[2]
    if "." not in encoded or encoded.endswith(".") or not last[:1].isalpha() or len(last) < 2:  # noqa: PLR2004
        raise BadValue("email_domain", "The domain of the e-mail address is not one that can exist.")
    return encoded
