"""From sources.yaml to what makes a kind of source lawful.

Must never permit anything for a forbidden kind, and never name evidence that nobody can look up.
"""

from collections.abc import Mapping
from types import MappingProxyType

from policies.packs import Period, Permit, PurposeTree, SourceRule
from policies.periods import period
from policies.reading import Document, shape
from policies.rules import many
from policies.schema import PermitFile, SourceFile, SourcesFile
from policies.terms import Evidence, Verdict


def sources(
    document: Document, purposes: PurposeTree, jurisdictions: frozenset[str]
) -> tuple[Mapping[str, SourceRule], Mapping[str, str]]:
    """Make the source rules by kind, and the words of evidence with what they mean.

    Raises:
        PolicyRefused: `repeated_source`, `no_unknown_source`, `forbidden_permits`, `unknown_evidence`,
            `unknown_purpose`, `unknown_jurisdiction`, `unverified_widens`, `bad_period`.
    """
    raw = shape(document, SourcesFile)
    rules: dict[str, SourceRule] = {}
    for at, each in enumerate(raw.sources):
        path = f"$.sources[{at}]"
        if each.kind in rules:
            raise document.refuse("repeated_source", f"{path}.kind", f"{each.kind} is said twice. Keep one of them.")
        _check(document, path, each, raw.evidence, purposes, jurisdictions)
        rules[each.kind] = _rule(document, path, each)
    if "unknown" not in rules:
        raise document.refuse("no_unknown_source", "$.sources", "Say what holds for a source of unknown kind.")
    return MappingProxyType(rules), MappingProxyType(dict(raw.evidence))


def _check(
    document: Document,
    path: str,
    raw: SourceFile,
    evidence: Mapping[str, str],
    purposes: PurposeTree,
    jurisdictions: frozenset[str],
) -> None:
    if raw.forbidden and (raw.permits or raw.missing is not Verdict.REFUSE):
        raise document.refuse("forbidden_permits", path, f"{raw.kind} is forbidden: it permits nothing and is refused.")
    if raw.permits and raw.evidence is Evidence.UNVERIFIED:
        raise document.refuse("unverified_widens", path, f"{raw.kind} is unverified and permits. Find its text.")
    needed = [(f"{path}.requires", word) for word in (*raw.requires, *raw.essential)]
    for at, permit in enumerate(raw.permits):
        where = f"{path}.permits[{at}]"
        needed += [(f"{where}.evidence", word) for word in sorted(many(permit.evidence))]
        for purpose in sorted(many(permit.purpose) - purposes.nodes.keys()):
            raise document.refuse("unknown_purpose", f"{where}.purpose", f"“{purpose}” is no purpose.")
        for code in sorted((many(permit.jurisdiction) | many(permit.except_in)) - jurisdictions):
            raise document.refuse("unknown_jurisdiction", where, f"“{code}” has no pack and is no member of one.")
    for where, word in needed:
        if word not in evidence:
            raise document.refuse("unknown_evidence", where, f"“{word}” is not among the words of evidence above.")


def _rule(document: Document, path: str, raw: SourceFile) -> SourceRule:
    permits = tuple(_permit(document, f"{path}.permits[{at}]", each) for at, each in enumerate(raw.permits))
    cure = _period(document, f"{path}.cure", raw.cure)
    if cure.months:
        raise document.refuse("bad_period", f"{path}.cure", "A cure is counted in days, as in P30D.")
    return SourceRule(
        id=raw.id,
        kind=raw.kind,
        title=raw.title,
        cite=raw.cite,
        tag=raw.evidence,
        file=document.file,
        line=document.line(path),
        by_person=raw.by_person,
        forbidden=raw.forbidden,
        evidence=tuple(dict.fromkeys((*raw.essential, *raw.requires))),
        essential=tuple(raw.essential),
        missing=raw.missing,
        cure_days=cure.days,
        permits=permits,
    )


def _permit(document: Document, path: str, raw: PermitFile) -> Permit:
    return Permit(
        purposes=many(raw.purpose),
        channels=many(raw.channel),
        kinds=many(raw.kind),
        jurisdictions=many(raw.jurisdiction),
        except_in=many(raw.except_in),
        evidence=many(raw.evidence),
        named=raw.names_the_sender,
        within=_period(document, f"{path}.within", raw.within) if raw.within else None,
        cite=raw.cite,
    )


def _period(document: Document, path: str, text: str) -> Period:
    try:
        return period(text)
    except ValueError as error:
        raise document.refuse("bad_period", path, str(error)) from error
