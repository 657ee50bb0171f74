"""Settles what the columns of a list are proposed to be: by their titles, and where these say nothing, by their cells.

What the cells tell comes as claims; this room knows no scan. Must never let a claim change what a title says, nor give
one field to two columns: of two claimants the surer one has it, and the other is said to be a doubt.
"""

from collections.abc import Mapping as MappingOf
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from gateway.lists.headers import Field, propose, said_by


class By(StrEnum):
    """What speaks for a proposal."""

    TITLE = "title"
    CONTENT = "content"
    NOTHING = ""


@dataclass(frozen=True, slots=True)
class Claim:
    """What the cells of a column say.

    Attributes:
        field: what they are.
        share: part of the filled cells that are, 0 to 1.
        chance: part that would be by accident; None where there is no check.
    """

    field: Field
    share: float
    chance: float | None


@dataclass(frozen=True, slots=True)
class Settled:
    """What one column is proposed to be.

    Attributes:
        column: its title.
        field: what it is taken for; None if nothing tells.
        by: what speaks for it.
        rival: the column that has what this one's cells claim; "" for none.
    """

    column: str
    field: Field | None
    by: By
    rival: str = ""


def settle(columns: Sequence[str], claims: MappingOf[str, Claim]) -> tuple[Settled, ...]:
    """Settle all columns.

    Args:
        columns: titles, each once.
        claims: by title; those of columns whose title is known are not heard.

    Returns:
        One for each column, in their order; no field stands twice (notes aside, which nothing but a title gives).
    """
    proposed = {each.column: each.field for each in propose(columns).proposals}
    holders = {field: column for column, field in proposed.items() if field is not None}
    heard = [column for column in columns if column in claims and said_by(column) is None]
    for column in sorted(heard, key=lambda each: _surest_first(claims[each])):
        holders.setdefault(claims[column].field, column)
    return tuple(_settled(column, proposed[column], claims.get(column), holders) for column in columns)


def _settled(column: str, title_says: Field | None, claim: Claim | None, holders: MappingOf[Field, str]) -> Settled:
    if title_says is not None:
        return Settled(column, title_says, By.TITLE)
    if claim is None or said_by(column) is not None:
        return Settled(column, None, By.NOTHING)
    holder = holders[claim.field]
    if holder == column:
        return Settled(column, claim.field, By.CONTENT)
    return Settled(column, None, By.NOTHING, holder)


def _surest_first(claim: Claim) -> tuple[float, float]:
    return -claim.share, claim.chance or 0.0
