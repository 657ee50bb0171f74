"""Finds e-mail, IP and hardware addresses in a flat text.

An e-mail address next to Hangul or Han text ends where the other script begins; one that is itself written in
another script has no Latin letter at its sign. Must never take a version or a time for an address of a machine.
"""

import re
from collections.abc import Iterator
from ipaddress import AddressValueError, IPv6Address

from gateway.scan.kinds import Kind
from gateway.scan.trial import Trial

_BEFORE, _AFTER = r"(?<![0-9A-Za-z])", r"(?![0-9A-Za-z])"
_LATIN = "0-9A-Za-zÀ-ÖØ-öø-ɏ\u0300-\u036f"
_DOT = r"[.\u3002\uff61]"
_LABELS = rf"(?:[{_LATIN}-]{{1,63}}{_DOT}){{1,8}}[A-Za-zÀ-ÖØ-öø-ɏ][{_LATIN}-]{{1,23}}"
# a domain of another script: letters only, as far as they go
_FOREIGN = rf"(?:[\w-]{{1,63}}{_DOT}){{1,8}}[^\W\d_]{{2,24}}"
_LOCAL = rf"[{_LATIN}_%+-][{_LATIN}._%+'&~-]{{0,63}}"
_EMAIL = re.compile(
    rf"(?<![{_LATIN}._%+-])(?:{_LOCAL})@(?:{_LABELS}(?![0-9A-Za-z])|{_FOREIGN})"
    rf"|(?<![\w.])[^\W\d_A-Za-z](?:[^\WA-Za-z]|\.){{0,31}}@(?:{_LABELS}(?![0-9A-Za-z])|{_FOREIGN})"
)
_SPELT_AT = r" ?(?:[(\[{<] ?(?:at|@|ät|골뱅이|艾特) ?[)\]}>]|골뱅이|\ufe6b) ?"
_SPELT_DOT = r"(?:\.| ?[(\[{<] ?(?:dot|punkt|point|punto|점|点|點) ?[)\]}>] ?)"
_SPELT = re.compile(
    rf"(?<![{_LATIN}._%+-]){_LOCAL}{_SPELT_AT}(?:[0-9A-Za-z-]{{1,63}}{_SPELT_DOT}){{1,8}}[A-Za-z]{{2,24}}{_AFTER}"
    rf"|(?<![{_LATIN}._%+-]){_LOCAL} at [0-9A-Za-z-]{{1,63}}(?: dot [0-9A-Za-z-]{{2,63}}){{1,8}}{_AFTER}",
    re.IGNORECASE,
)
_MAY_SPELL = re.compile(r"[(\[{<] ?(?:at|@|ät|골뱅이|艾特) ?[)\]}>]|골뱅이|\ufe6b| at .{1,63} dot ", re.IGNORECASE)
_IPV4 = re.compile(r"(?<![0-9A-Za-z.])(?:[0-9]{1,3}\.){3}[0-9]{1,3}(?![0-9A-Za-z]|\.[0-9])")
_IPV6 = re.compile(
    r"(?<![0-9A-Za-z:.])(?=[0-9A-Fa-f:]{2,39}(?![0-9A-Za-z]))[0-9A-Fa-f]{0,4}(?::[0-9A-Fa-f]{0,4}){2,7}(?![0-9A-Za-z:])"
)
_MAC = re.compile(_BEFORE + r"[0-9A-Fa-f]{2}([:-])(?:[0-9A-Fa-f]{2}\1){4}[0-9A-Fa-f]{2}(?![0-9A-Za-z:-])")
_CISCO = re.compile(_BEFORE + r"[0-9A-Fa-f]{4}\.[0-9A-Fa-f]{4}\.[0-9A-Fa-f]{4}(?![0-9A-Za-z.])")
_LONGEST_LOCAL = 64
_HIGHEST = 255
_FEWEST_DIGITS = 7  # 1.2.3.4 is a version; people's addresses are longer
_FEWEST_GROUPS = 3


def emails(text: str) -> Iterator[Trial]:
    """Find e-mail addresses, spelt-out ones too ("name (at) host.tld").

    Args:
        text: flat text.

    Yields:
        Candidates whose form is proof.
    """
    patterns = [_EMAIL] if "@" in text else []
    if _MAY_SPELL.search(text) is not None:
        patterns.append(_SPELT)
    for pattern in patterns:
        for match in pattern.finditer(text):
            yield Trial(Kind.EMAIL, *match.span(), passed=True, certain=True)


def machines(text: str) -> Iterator[Trial]:
    """Find IP and hardware addresses.

    Args:
        text: flat text.

    Yields:
        Candidates, failed ones included.
    """
    dots, colons = text.count("."), text.count(":")
    if dots >= 3:  # noqa: PLR2004
        for match in _IPV4.finditer(text):
            yield Trial(Kind.IP_ADDRESS, *match.span(), passed=_ipv4(match[0]))
    if colons >= 5 or text.count("-") >= 5:  # noqa: PLR2004
        for match in _MAC.finditer(text):
            yield Trial(Kind.MAC_ADDRESS, *match.span(), passed=_hardware(match[0]), certain=True)
    if dots >= 2:  # noqa: PLR2004  in Cisco's form of a hardware address
        for match in _CISCO.finditer(text):
            yield Trial(Kind.MAC_ADDRESS, *match.span(), passed=_hardware(match[0]), certain=True)
    if colons >= 2:  # noqa: PLR2004
        for match in _IPV6.finditer(text):
            yield from _ipv6(match)


def _ipv4(written: str) -> bool:
    """Four numbers up to 255 without leading zeros, long enough to be no version, and no mask or loop."""
    parts = written.split(".")
    if any(int(part) > _HIGHEST or (part[0] == "0" and part != "0") for part in parts):
        return False
    return len(written) - 3 >= _FEWEST_DIGITS and parts[0] not in {"0", "127", "255"}


def _ipv6(match: re.Match[str]) -> Iterator[Trial]:
    """Give an IPv6 address; a time has two colons as well, but is none."""
    try:
        address = IPv6Address(match[0])
    except (AddressValueError, ValueError):
        return
    groups = sum(map(bool, match[0].split(":")))
    if groups >= _FEWEST_GROUPS or (groups == 2 and address.is_link_local):  # noqa: PLR2004
        yield Trial(Kind.IP_ADDRESS, *match.span(), passed=True)


def _hardware(written: str) -> bool:
    """Six bytes that are not all digits of a date or a serial: a letter, or colons."""
    return ":" in written or any(letter.isalpha() for letter in written)
