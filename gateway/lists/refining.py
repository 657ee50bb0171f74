"""Compares what the columns of a list were declared to hold with what was found in them.

What was found comes as words of the scan; this room knows no scan. Where a title says nothing and the cells speak for
themselves, e-mail addresses and phone numbers are proposed. Must never overrule a title or a sender, only say that the
cells differ.
"""

from collections.abc import Collection
from collections.abc import Mapping as MappingOf
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from gateway.lists.headers import Field, Mapping, Proposal

_PROPOSED: Final = {"email": Field.EMAIL, "phone": Field.PHONE}
_REASON: Final = {Field.EMAIL: "its cells are e-mail addresses", Field.PHONE: "its cells are phone numbers"}
_UNTOLD: Final = frozenset({None, Field.IGNORE, Field.NOTES})
# A kind in such a column is what it should be; a kind ending in * stands for all that begin so.
_MAY_HOLD: Final[dict[Field, tuple[str, ...]]] = {
    Field.EMAIL: ("email",),
    Field.PHONE: ("phone",),
    Field.NAME: ("name",),
    Field.GIVEN_NAME: ("name",),
    Field.FAMILY_NAME: ("name",),
    Field.POSTAL_ADDRESS: ("postal_address",),
    Field.CITY: ("postal_address",),
    Field.BIRTH_DATE: ("birth_date",),
    Field.NATIONAL_ID: ("national_id*",),
    Field.PASSWORD_HASH: ("password_hash", "hex_digest"),
}
_MUST_SHOW: Final = frozenset({Field.EMAIL, Field.PHONE})


class Agreement(StrEnum):
    """How what was declared stands to what was found."""

    AGREES = "agrees"
    DIFFERS = "differs"
    UNSURE = "unsure"
    EMPTY = "empty"


@dataclass(frozen=True, slots=True)
class Comparison:
    """One column.

    Attributes:
        column: its title.
        declared: the field it was taken for; "" if nobody said.
        found: the kind of data that the scan found it to hold; "" if none in particular.
        word: `differs`: it holds another kind than declared, or one that nobody declared. `unsure`: declared as
            addresses or numbers, which nobody found. `empty`: no cell is filled.
    """

    column: str
    declared: str
    found: str
    word: Agreement


@dataclass(frozen=True, slots=True)
class Refined:
    """A mapping after a look at the cells, and the comparison of every column, in their order."""

    mapping: Mapping
    comparisons: tuple[Comparison, ...]


def refine(
    mapping: Mapping, found: MappingOf[str, str], empty: Collection[str] = (), told: Collection[str] = ()
) -> Refined:
    """Compare, and propose a field where only the cells tell.

    Args:
        mapping: from the titles, or confirmed.
        found: title to the scan's word for what the whole column holds (`email`, `national_id_kr`, ...); columns that
            hold nothing in particular may be missing.
        empty: titles of columns without a filled cell.
        told: titles of columns that the sender spoke of himself; nothing is proposed for them.

    Returns:
        The mapping, with proposals for columns of unknown title whose field no other column has, and the comparisons.
    """
    taken = {each.field for each in mapping.proposals}
    proposals: list[Proposal] = []
    for each in mapping.proposals:
        field = _PROPOSED.get(found.get(each.column, ""))
        if each.field is None and field is not None and field not in taken and each.column not in told:
            taken.add(field)
            proposals.append(Proposal(each.column, field, _REASON[field]))
        else:
            proposals.append(each)
    compared = tuple(_compared(each, found.get(each.column, ""), each.column in empty) for each in proposals)
    return Refined(Mapping(tuple(proposals)), compared)


def _compared(proposal: Proposal, found: str, empty: bool) -> Comparison:
    field = proposal.field
    word = Agreement.AGREES
    if empty:
        word = Agreement.EMPTY
    elif found and not _may_hold(field, found):
        word = Agreement.DIFFERS
    elif not found and field in _MUST_SHOW:
        word = Agreement.UNSURE
    return Comparison(proposal.column, field or "", found, word)


def _may_hold(field: Field | None, found: str) -> bool:
    if field is None or field in _UNTOLD:
        return False
    return any(
        found == kind or (kind.endswith("*") and found.startswith(kind[:-1])) for kind in _MAY_HOLD.get(field, ())
    )
