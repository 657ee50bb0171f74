"""Tells a stolen list: people's addresses beside their stored passwords.

Must never name a column or a cell: a tell is a word.
"""

from collections.abc import Mapping

from gateway.scan.findings import ColumnVerdict
from gateway.scan.kinds import CREDENTIAL_TITLES, Kind, names

CREDENTIALS_BESIDE_IDENTIFIERS = "credentials_beside_identifiers"
_IDENTIFYING = frozenset({Kind.EMAIL, Kind.PHONE})


def tells(
    verdicts: Mapping[str, ColumnVerdict], carried: Mapping[str, frozenset[Kind]], identifiers_declared: bool
) -> tuple[str, ...]:
    """Look for signs of a stolen list.

    Args:
        verdicts: by column.
        carried: by column, the kinds that most of its filled cells carry; a dump has `address:hash` in one cell.
        identifiers_declared: whether the list has people's addresses in columns that are not given here.
    """
    people = identifiers_declared or any(_IDENTIFYING & kinds for kinds in carried.values())
    secrets = any(_is_secret(title, verdict, carried[title]) for title, verdict in verdicts.items())
    return (CREDENTIALS_BESIDE_IDENTIFIERS,) if people and secrets else ()


def _is_secret(title: str, verdict: ColumnVerdict, carried: frozenset[Kind]) -> bool:
    """Whether a column holds stored passwords, by what stands in it or by its title."""
    if not verdict.cells:
        return False
    return (
        Kind.PASSWORD_HASH in carried
        or (Kind.HEX_DIGEST in carried and names(title, Kind.HEX_DIGEST))
        or _titled_password(title)
    )


def _titled_password(title: str) -> bool:
    """Whether a title speaks of passwords, hashed or not."""
    plain = "".join(title.casefold().split())
    return any(word in plain for word in CREDENTIAL_TITLES)
