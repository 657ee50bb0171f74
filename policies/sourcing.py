"""From sources.yaml to what makes a kind of source lawful.

Must never permit anything for a forbidden kind, and never name evidence, a kind or a set of questions that nobody can
look up.
"""

from collections.abc import Mapping
from types import MappingProxyType

from policies.packs import Period, Permit, PurposeTree, Question, SourceRule
from policies.periods import period
from policies.reading import Document, shape
from policies.rules import many
from policies.schema import PermitFile, QuestionFile, SourceFile, SourcesFile
from policies.terms import Evidence, Verdict


def sources(
    document: Document, purposes: PurposeTree, jurisdictions: frozenset[str]
) -> tuple[Mapping[str, SourceRule], Mapping[str, str], Mapping[str, Question]]:
    """Make the source rules by kind, the words of evidence with what they mean, and the questions in their order.

    Raises:
        PolicyRefused: `repeated_source`, `no_unknown_source`, `forbidden_permits`, `unknown_evidence`,
            `unknown_purpose`, `unknown_jurisdiction`, `unverified_widens`, `bad_period`, `unknown_source_kind`,
            `unknown_questions`, `unknown_answer`.
    """
    raw = shape(document, SourcesFile)
    rules: dict[str, SourceRule] = {}
    sets = frozenset(name for each in raw.questions.values() for name in each.of)
    known = frozenset(each.kind for each in raw.sources if not each.forbidden)
    for at, each in enumerate(raw.sources):
        path = f"$.sources[{at}]"
        if each.kind in rules:
            raise document.refuse("repeated_source", f"{path}.kind", f"{each.kind} is said twice. Keep one of them.")
        _check(document, path, each, raw.evidence, purposes, jurisdictions)
        _check_names(document, path, each, sets, known)
        rules[each.kind] = _rule(document, path, each)
    if "unknown" not in rules:
        raise document.refuse("no_unknown_source", "$.sources", "Say what holds for a source of unknown kind.")
    questions = {word: _question(document, word, each) for word, each in raw.questions.items()}
    return MappingProxyType(rules), MappingProxyType(dict(raw.evidence)), MappingProxyType(questions)


def _question(document: Document, word: str, raw: QuestionFile) -> Question:
    if odd := sorted(set(raw.against) - set(raw.answers)):
        message = f"“{odd[0]}” is no answer to this question. Put it among the answers."
        raise document.refuse("unknown_answer", f"$.questions.{word}.against", message)
    return Question(word, raw.ask, raw.cite, frozenset(raw.of), tuple(raw.answers), frozenset(raw.against))


def _check_names(document: Document, path: str, raw: SourceFile, sets: frozenset[str], known: frozenset[str]) -> None:
    if raw.diligence is not None and raw.diligence not in sets:
        message = f"No question belongs to the set “{raw.diligence}”. Write it into its `of`."
        raise document.refuse("unknown_questions", f"{path}.diligence", message)
    if raw.counts_as is not None and raw.counts_as not in known:
        message = f"“{raw.counts_as}” is no kind that may be used. Name one of those below."
        raise document.refuse("unknown_source_kind", f"{path}.counts_as", message)


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
        group=raw.group,
        diligence=raw.diligence or "",
        tied=raw.tied,
        kinds=frozenset((raw.kind, raw.counts_as or raw.kind)),
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
        acts=many(raw.act),
        owner=raw.owner_sends,
    )


def _period(document: Document, path: str, text: str) -> Period:
    try:
        return period(text)
    except ValueError as error:
        raise document.refuse("bad_period", path, str(error)) from error
