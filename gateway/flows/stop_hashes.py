"""The hashes under which an identifier is stopped: of its wide form first, then of its exact one where they differ.

A suppression matches wide: `A.Nna+shop@Googlemail.com` is stopped by a stop for `anna@gmail.com`, and the other way
round. What is stored with an identifier is the first hash; the others find what was stopped by digest, by an older
version of the key, or before there was a wide form. Must never serve to find a person or a consent.
"""

from collections.abc import Sequence
from itertools import chain

from gateway.lists.emails import wide
from gateway.vault.lookup import Lookup
from policies.terms import IdentifierKind


def stop_hashes(lookup: Lookup, kind: str, value: str) -> tuple[bytes, ...]:
    """Give the suppression hashes of one normalised value, in all live versions of the key."""
    return tuple(one.value for each in _forms(kind, value) for one in lookup.suppression_index(kind, each))


def stop_columns(lookup: Lookup, kind: str, values: Sequence[str]) -> list[bytes]:
    """Give the suppression hashes of many values, in no order; what a register is made of."""
    forms = list(chain.from_iterable(_forms(kind, value) for value in values))
    return [one for column in lookup.suppression_many(kind, forms).values() for one in column]


def widened(
    lookup: Lookup, kind: str, values: Sequence[str], exact: Sequence[tuple[bytes, ...]]
) -> list[tuple[bytes, ...]]:
    """Put the hashes of wide forms before those of exact ones, for the few values where they differ.

    Args:
        lookup: makes the hashes.
        kind: identifier kind.
        values: normalised.
        exact: the suppression hashes of each.
    """
    hashes = list(exact)
    differing = [at for at, value in enumerate(values) if len(_forms(kind, value)) > 1]
    if differing:
        columns = lookup.suppression_many(kind, [_forms(kind, values[at])[0] for at in differing])
        for at, wider in zip(differing, zip(*columns.values(), strict=True), strict=True):
            hashes[at] = (*wider, *hashes[at])
    return hashes


def _forms(kind: str, value: str) -> tuple[str, ...]:
    """Give the wide form, and the exact one where it is another."""
    wider = wide(value) if kind == IdentifierKind.EMAIL else value
    return (value,) if wider == value else (wider, value)
