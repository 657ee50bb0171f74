"""Proposes what each column of a list means, and takes the sender's word where he gives it.

A proposal is made from the title alone, in English, Korean, Chinese, Persian, German and French; it is shown
and confirmed before any row is stored. Must never map one field from two columns: which of two e-mail addresses
is the person's is not ours to choose.
"""

import unicodedata
from collections.abc import Mapping as MappingOf
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from gateway.lists.errors import MappingRefused
from gateway.lists.letters import fold
from gateway.lists.titles import TITLES


class Field(StrEnum):
    """What a column can mean to us."""

    EMAIL = "email"
    PHONE = "phone"
    NAME = "name"
    GIVEN_NAME = "given_name"
    FAMILY_NAME = "family_name"
    POSTAL_ADDRESS = "postal_address"
    POSTAL_CODE = "postal_code"
    CITY = "city"
    REGION = "region"
    COUNTRY = "country"
    BIRTH_DATE = "birth_date"
    BIRTH_YEAR = "birth_year"
    LANGUAGE = "language"
    EXTERNAL_ID = "external_id"
    NATIONAL_ID = "national_id"
    CONSENT_EMAIL = "consent_email"
    CONSENT_SMS = "consent_sms"
    CONSENT_POST = "consent_post"
    CONSENT_VOICE = "consent_voice"
    CONSENT_AT = "consent_at"
    CONSENT_WORDING = "consent_wording"
    CONSENT_METHOD = "consent_method"
    WITHDRAWN_AT = "withdrawn_at"
    PURCHASE_AT = "purchase_at"
    INQUIRY_AT = "inquiry_at"
    PRODUCT_CATEGORY = "product_category"
    NOTES = "notes"
    PASSWORD_HASH = "password_hash"  # noqa: S105  the name of a field
    NAMED_RECIPIENT = "named_recipient"
    IGNORE = "ignore"


IDENTIFIERS = frozenset({Field.EMAIL, Field.PHONE, Field.POSTAL_ADDRESS, Field.EXTERNAL_ID})
_UNANSWERED = frozenset({None, Field.IGNORE, Field.NOTES, Field.PASSWORD_HASH})
_REPEATABLE = frozenset({Field.IGNORE, Field.NOTES})


@dataclass(frozen=True, slots=True)
class Proposal:
    """What one column is taken for.

    Attributes:
        column: its title.
        field: what it means, or None if we cannot tell: then it is scanned and not stored.
        reason: why, in a few words, for the sender to read.
    """

    column: str
    field: Field | None
    reason: str


@dataclass(frozen=True, slots=True)
class Mapping:
    """The meaning of every column, in the order of the columns."""

    proposals: tuple[Proposal, ...]

    def place(self, field: Field | str) -> int | None:
        """Give the index of the column that holds a field, or None."""
        return next((at for at, each in enumerate(self.proposals) if each.field == field), None)

    @property
    def fields(self) -> dict[str, Field | None]:
        """What each column means, by title."""
        return {each.column: each.field for each in self.proposals}

    @property
    def undeclared(self) -> tuple[str, ...]:
        """Columns to scan: unmapped, ignored, free text, and passwords, which nobody may declare."""
        return tuple(each.column for each in self.proposals if each.field in _UNANSWERED)


def propose(columns: Sequence[str]) -> Mapping:
    """Take each column for what its title says.

    Args:
        columns: titles, each once.

    Returns:
        A mapping in which no field stands twice (notes aside): of two claimants the first has it.
    """
    taken: set[Field] = set()
    proposals = []
    for column in columns:
        proposal = _proposal(column, taken)
        if proposal.field is not None and proposal.field not in _REPEATABLE:
            taken.add(proposal.field)
        proposals.append(proposal)
    return Mapping(tuple(proposals))


def said_by(title: str) -> Field | None:
    """Give what a title says, whatever other columns are; None if it is not known."""
    return _KNOWN.get(_key(title))


def confirm(proposed: Mapping, overrides: MappingOf[str, str]) -> Mapping:
    """Put the sender's word over the proposal and check the whole.

    Args:
        proposed: from `propose`.
        overrides: column title to field name.

    Returns:
        The mapping to import by.

    Raises:
        MappingRefused: `column_unknown`, `field_unknown`, `column_mapped_twice`, `no_identifier`.
    """
    named = _named_fields(proposed, overrides)
    mapping = Mapping(tuple(_with_word(proposal, named) for proposal in proposed.proposals))
    _refuse_twice(mapping)
    if not any(proposal.field in IDENTIFIERS for proposal in mapping.proposals):
        raise MappingRefused(
            "no_identifier",
            "No column holds an e-mail address, phone number, postal address or external id. Name one with "
            "--map COLUMN=FIELD.",
        )
    return mapping


def _proposal(column: str, taken: set[Field]) -> Proposal:
    """Judge one title."""
    field = said_by(column)
    if field is None:
        return Proposal(column, None, "the title is not known; it is scanned and not stored")
    if field in taken:
        return Proposal(column, None, f"an earlier column is {field} already; name the right one")
    return Proposal(column, field, "the title says so")


def _named_fields(proposed: Mapping, overrides: MappingOf[str, str]) -> dict[str, Field]:
    """Check the sender's words one by one."""
    known = {proposal.column for proposal in proposed.proposals}
    named = {}
    for column, field in overrides.items():
        if column not in known:
            raise MappingRefused("column_unknown", f"The list has these columns: {', '.join(sorted(known))}.")
        if field not in set(Field):
            raise MappingRefused("field_unknown", f"A column can be one of: {', '.join(Field)}.")
        named[column] = Field(field)
    return named


def _with_word(proposal: Proposal, named: dict[str, Field]) -> Proposal:
    """Let the sender's word win; a proposal gives way where the sender gave its field to another column."""
    if proposal.column in named:
        return Proposal(proposal.column, named[proposal.column], "the sender says so")
    if proposal.field in named.values() and proposal.field not in _REPEATABLE:
        return Proposal(proposal.column, None, "the sender named another column for this")
    return proposal


def _refuse_twice(mapping: Mapping) -> None:
    """Refuse one field from two columns."""
    seen: dict[Field, str] = {}
    for proposal in mapping.proposals:
        if proposal.field is None or proposal.field in _REPEATABLE:
            continue
        if proposal.field in seen:
            raise MappingRefused(
                "column_mapped_twice",
                f'"{seen[proposal.field]}" and "{proposal.column}" are both {proposal.field}. Map one to ignore.',
            )
        seen[proposal.field] = proposal.column


def _key(title: str) -> str:
    """Give the form in which titles are compared: letters and digits only, case-folded."""
    text = unicodedata.normalize("NFKC", fold(title)).casefold().replace("ي", "ی").replace("ك", "ک")
    return "".join(letter for letter in text if letter.isalnum())


_KNOWN = {
    **{_key(title): Field(field) for field, titles in TITLES.items() for title in titles.split(";")},
    **{_key(field): field for field in Field},
}
