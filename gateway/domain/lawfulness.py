"""Whether a source may be used: for one ask, and at all.

Must never let a forbidden kind, a source that is not approved, or missing evidence through; and never reads a row.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from functools import lru_cache
from types import MappingProxyType

from gateway.domain.bands import first_zone, has_passed
from gateway.domain.people import Source
from gateway.domain.requests import Ask
from policies.packs import Bundle, Permit, SourceRule
from policies.terms import Act, AudienceKind, Channel, SourceStatus, Verdict

_order = (Verdict.ACCEPT, Verdict.QUARANTINE, Verdict.REFUSE)
_CURABLE = frozenset({"evidence_missing", "source_from_the_future"})
_SAY_MORE = frozenset({"source_unknown", "nothing_permitted"})  # another kind of source would be judged otherwise


@dataclass(frozen=True, slots=True)
class SourceFinding:
    """Whether one source is lawful for one ask. `code` is "lawful" or says why not; `missing` are words of evidence."""

    lawful: bool
    code: str
    rule: str
    cite: str
    words: str
    missing: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class SourceVerdict:
    """What is said of a source before any row is read.

    `reasons` are (code, rule, cite, words); `by_jurisdiction` splits the verdict where countries differ.
    """

    verdict: Verdict
    reasons: tuple[tuple[str, str, str, str], ...]
    missing: tuple[str, ...]
    cure_days: int
    by_jurisdiction: Mapping[str, Verdict]


def source_rule(bundle: Bundle, source: Source) -> SourceRule:
    """Give the rule on a source's kind; a kind that nobody knows is of unknown origin."""
    return bundle.sources.get(source.kind, bundle.sources["unknown"])


def source_lawful(
    ask: Ask,
    source: Source,
    bundle: Bundle,
    jurisdiction: str,
    at: datetime,
    kind: AudienceKind = AudienceKind.UNKNOWN,
) -> SourceFinding:
    """Say whether a source may be used for an ask about somebody in a jurisdiction.

    Args:
        ask: purpose, channel and sender count.
        source: as it stands in the snapshot.
        bundle: the law in force.
        jurisdiction: where the person lives, ISO 3166-1 alpha-2 or "".
        at: now.
        kind: in which capacity the person is addressed; unknown is neither business nor consumer.
    """
    rule = source_rule(bundle, source)
    refusal = _refusal(rule, source, at)
    if refusal:
        return refusal
    permits = _permits(bundle, rule.kind, ask.act, ask.purpose, ask.channel, jurisdiction, kind)
    if not permits:
        words = f"{rule.title}: not for {ask.purpose} by {ask.channel} in {jurisdiction or 'an unknown country'}"
        return SourceFinding(False, "source_not_for_this", rule.id, rule.cite, words)
    failing = [_failing(permit, ask, source, bundle, jurisdiction, at) for permit in permits]
    if "" in failing:
        return SourceFinding(True, "lawful", rule.id, rule.cite, f"{rule.title}: lawful for this")
    permit, fault = permits[0], failing[0]
    missing = tuple(sorted(permit.evidence - source.evidence)) if fault == "evidence_missing" else ()
    return SourceFinding(False, fault, rule.id, permit.cite, f"{rule.title}: {_faults[fault]}", missing)


def verdict_for(
    ask: Ask,
    source: Source,
    bundle: Bundle,
    jurisdiction: str,
    at: datetime,
    kind: AudienceKind = AudienceKind.UNKNOWN,
) -> tuple[Verdict, SourceFinding]:
    """Judge one use of a source as if it were approved: this purpose, channel and sender, somebody in one country.

    Accepted is what `source_lawful` would let through. Refused is what no evidence can cure: this kind, this use, this
    sender or its age; so bringing evidence never makes a verdict worse. What evidence can cure waits in quarantine.
    """
    rule = source_rule(bundle, source)
    as_approved = replace(source, status=SourceStatus.APPROVED)
    found = source_lawful(ask, as_approved, bundle, jurisdiction, at, kind)
    if found.lawful:
        return Verdict.ACCEPT, found
    missing = tuple(word for word in rule.evidence if word not in source.evidence)
    whole, code, _ = _whole(rule, source, missing)
    if whole is Verdict.REFUSE or code in _SAY_MORE:
        return whole, found
    at_best = source_lawful(ask, _proven(as_approved, ask, bundle, rule), bundle, jurisdiction, at, kind)
    curable = at_best.lawful or at_best.code in _CURABLE
    return (Verdict.QUARANTINE, found) if curable else (Verdict.REFUSE, at_best)


def _proven(source: Source, ask: Ask, bundle: Bundle, rule: SourceRule) -> Source:
    """Give a source with all evidence brought; a proof of naming that counts and is to come may name the sender."""
    counts = {*rule.evidence, *(word for permit in rule.permits for word in permit.evidence)}
    may_name = "names_us" in counts - source.evidence
    named = source.named | {ask.sender.no} if may_name else source.named
    return replace(source, evidence=frozenset(bundle.evidence), named=named)


def source_stands(source: Source, bundle: Bundle, at: datetime) -> bool:
    """Say whether what a source tells of may be believed at all, whatever the purpose."""
    return _refusal(source_rule(bundle, source), source, at) is None


def _refusal(rule: SourceRule, source: Source, at: datetime) -> SourceFinding | None:
    """Say no to what no purpose can heal."""
    missing: tuple[str, ...] = ()
    if rule.forbidden:
        code, words = "source_forbidden", "may never be used, even with consent"
    elif source.status is not SourceStatus.APPROVED:
        code, words = "source_not_approved", f"is {source.status}, not approved"
    elif source.expires_at is not None and source.expires_at <= at:
        code, words = "source_expired", "has expired"
    elif source.collected_at is not None and source.collected_at > at:
        code, words = "source_from_the_future", "says it was collected later than now"
    else:
        missing = tuple(word for word in rule.evidence if word not in source.evidence)
        if not missing:
            return None
        code, words = "evidence_missing", "lacks evidence"
    return SourceFinding(False, code, rule.id, rule.cite, f"{rule.title}: {words}", missing)


_faults = {
    "evidence_missing": "lacks evidence for this",
    "sender_not_named": "was not collected by this sender and does not name it",
    "owner_must_send": "only its owner may send to it; nobody else gets a row",
    "source_too_old": "was collected too long ago, or nobody knows when",
}


def _failing(permit: Permit, ask: Ask, source: Source, bundle: Bundle, jurisdiction: str, at: datetime) -> str:
    """Say why a permit does not carry, or ""."""
    if not permit.evidence <= source.evidence:
        return "evidence_missing"
    if permit.owner and source.collector != ask.sender.no:
        return "owner_must_send"
    named = ask.sender.no in source.named
    if not named and (permit.named or source.collector != ask.sender.no):
        return "sender_not_named"
    if permit.within is not None:
        begun = source.collected_at
        if begun is None or has_passed(permit.within, begun, at, first_zone(bundle, jurisdiction)):
            return "source_too_old"
    return ""


@lru_cache(maxsize=4096)
def _permits(
    bundle: Bundle, source_kind: str, act: Act, purpose: str, channel: Channel, jurisdiction: str, kind: AudienceKind
) -> tuple[Permit, ...]:
    chain = frozenset(bundle.purposes.chain(purpose))
    here = speaks_here(bundle, jurisdiction)
    return tuple(
        permit
        for permit in bundle.sources[source_kind].permits
        if chain
        and (not permit.purposes or permit.purposes & chain)
        and (not permit.acts or act in permit.acts)
        and (not permit.channels or channel in permit.channels)
        and (not permit.kinds or kind in permit.kinds)
        and (not permit.jurisdictions or permit.jurisdictions & here)
        and not permit.except_in & here
    )


def speaks_here(bundle: Bundle, jurisdiction: str) -> frozenset[str]:
    """Give the codes that mean a country: itself, its pack, what that pack extends."""
    pack = bundle.pack(jurisdiction)
    return frozenset((jurisdiction, pack.code, pack.extends))


def verdict_on(source: Source, bundle: Bundle, jurisdictions: Iterable[str]) -> SourceVerdict:
    """Judge a source before any of its rows is read.

    Args:
        source: as it was registered; its approval does not matter here.
        bundle: the law in force.
        jurisdictions: where its people live; the strictest verdict is the verdict of the whole.

    Returns:
        The verdict, what is missing, and how many days there are to mend it (0 if there are none).
    """
    rule = source_rule(bundle, source)
    missing = tuple(word for word in rule.evidence if word not in source.evidence)
    whole, code, words = _whole(rule, source, missing)
    split = {code: _there(rule, bundle, code, whole) for code in sorted(set(jurisdictions))}
    verdict = max((whole, *split.values()), key=_order.index)
    reasons = [(code, rule.id, rule.cite, words)]
    reasons += [
        ("nothing_permitted_there", rule.id, rule.cite, f"{rule.title}: nothing is permitted in {place}")
        for place, there in split.items()
        if there is not whole
    ]
    cure = rule.cure_days if verdict is Verdict.QUARANTINE else 0
    return SourceVerdict(verdict, tuple(reasons), missing, cure, MappingProxyType(split))


def _whole(rule: SourceRule, source: Source, missing: tuple[str, ...]) -> tuple[Verdict, str, str]:
    if rule.forbidden:
        return Verdict.REFUSE, "source_forbidden", f"{rule.title}: may never be held or used"
    if source.kind != rule.kind or rule.kind == "unknown":
        return Verdict.QUARANTINE, "source_unknown", f"{rule.title}: say where the data came from"
    if any(word in rule.essential for word in missing):
        return Verdict.REFUSE, "essential_evidence_missing", f"{rule.title}: without this evidence nothing is kept"
    if missing:
        return rule.missing, "evidence_missing", f"{rule.title}: evidence is missing and may be brought"
    if not rule.permits:
        return Verdict.QUARANTINE, "nothing_permitted", f"{rule.title}: may not be used for anything"
    return Verdict.ACCEPT, "lawful", f"{rule.title}: the evidence is complete"


def _there(rule: SourceRule, bundle: Bundle, jurisdiction: str, whole: Verdict) -> Verdict:
    """Where no permit reaches, complete evidence is not enough."""
    if whole is not Verdict.ACCEPT:
        return whole
    here = speaks_here(bundle, jurisdiction)
    reaching = (p for p in rule.permits if (not p.jurisdictions or p.jurisdictions & here) and not p.except_in & here)
    return Verdict.ACCEPT if any(reaching) else Verdict.QUARANTINE
