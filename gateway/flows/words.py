"""What the policies in force say, for people who must write their words: purposes, fields, jurisdictions.

Reads only. Must never judge: that is the decision's business.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from gateway.flows.gate import Gate


@dataclass(frozen=True, slots=True)
class FieldWord:
    """A field: its name, permission class, type (text, int, date, country, language), whether a filter may use it."""

    name: str
    cls: str
    type: str
    filterable: bool
    title: str


@dataclass(frozen=True, slots=True)
class PurposeWord:
    """A purpose: its id in the tree, its title, its term in the W3C Data Privacy Vocabulary."""

    id: str
    title: str
    iri: str


@dataclass(frozen=True, slots=True)
class SourceWord:
    """A kind of source: whether it may ever be used, and its evidence; what is `essential` of it cannot be cured."""

    kind: str
    title: str
    cite: str
    forbidden: bool
    evidence: Sequence[str]
    essential: Sequence[str]


@dataclass(frozen=True, slots=True)
class Words:
    """The vocabulary of one bundle, named by its digest."""

    bundle: str
    purposes: Sequence[PurposeWord]
    fields: Sequence[FieldWord]
    sources: Sequence[SourceWord]


def words_in_force(gate: Gate) -> Words:
    """Give the vocabulary of the bundle in force.

    Raises:
        Unavailable: `no_bundle_in_force`.
    """
    with gate.house.unit() as connection:
        bundle = gate.house.bundle(connection)
    return Words(
        bundle=bundle.digest,
        purposes=[PurposeWord(one.id, one.title, one.iri) for one in bundle.purposes.nodes.values()],
        fields=[
            FieldWord(one.name, one.cls.value, one.type, one.filterable, one.title) for one in bundle.fields.values()
        ],
        sources=[
            SourceWord(one.kind, one.title, one.cite, one.forbidden, one.evidence, one.essential)
            for one in bundle.sources.values()
        ],
    )
