"""From retention.yaml to the rules that say how long people are kept, and its golden cases.

Must never let a rule through that nobody read the text of, for what is deleted does not come back; and never leave a
country without a rule for one of the reasons.
"""

from collections.abc import Mapping
from pathlib import Path
from typing import Final

from policies.keeping import KeepingCase
from policies.packs import Period, RetentionRule
from policies.periods import period
from policies.reading import Document, each_once, read, shape
from policies.rules import many
from policies.schema import KeepingFile, RetentionFile, RetentionRuleFile
from policies.terms import Evidence, Unjustified

FILE: Final = "retention.yaml"
FOLDER: Final = "retention"
"""The folder of these cases under `cases/`; they ask how long somebody is kept, not what may be done."""

_AT_ONCE: Final = Period(0, 0, "at_once")


def retention(files: Mapping[str, str], jurisdictions: frozenset[str]) -> tuple[RetentionRule, ...]:
    """Make the rules, in the order of the file; a bundle from before there were any has none, and nobody is deleted.

    Args:
        files: text by name.
        jurisdictions: every code that a pack has or speaks for.

    Raises:
        PolicyRefused: `repeated_rule`, `no_reason`, `bad_period`, `unknown_jurisdiction`, `unverified_deletes`,
            `no_rule_everywhere`.
    """
    return rules(read(FILE, files[FILE]), jurisdictions) if FILE in files else ()


def rules(document: Document, jurisdictions: frozenset[str]) -> tuple[RetentionRule, ...]:
    """Make the rules of the file that was read; see `retention`."""
    made: dict[str, RetentionRule] = {}
    for at, raw in enumerate(shape(document, RetentionFile).rules):
        path = f"$.rules[{at}]"
        if raw.id in made:
            raise document.refuse("repeated_rule", f"{path}.id", f"{raw.id} is said twice. Rename one of them.")
        made[raw.id] = _rule(document, path, raw, jurisdictions)
    everywhere = {each.reason for each in made.values() if not each.where}
    for reason in Unjustified:
        if reason not in everywhere:
            message = f"No rule on {reason} holds everywhere. Write one without `where`."
            raise document.refuse("no_rule_everywhere", "$.rules", message)
    return tuple(made.values())


def load_keeping(folder: Path) -> tuple[KeepingCase, ...]:
    """Read the cases of a policies folder's `cases/retention`, in the order of their files.

    Raises:
        PolicyRefused: `unknown_key`, `wrong_value`, `repeated_case`, `rule_unsaid`.
    """
    return tuple(
        case
        for path in sorted((folder / "cases" / FOLDER).glob("*.yaml"))
        for case in _cases(read(path.relative_to(folder).as_posix(), path.read_text(encoding="utf-8")))
    )


def _rule(document: Document, path: str, raw: RetentionRuleFile, jurisdictions: frozenset[str]) -> RetentionRule:
    reason, after = _reason(document, path, raw)
    if raw.evidence is Evidence.UNVERIFIED:
        message = f"{raw.id} is unverified, and what is deleted does not come back. Find its text."
        raise document.refuse("unverified_deletes", f"{path}.evidence", message)
    for code in sorted(many(raw.where) - jurisdictions):
        raise document.refuse("unknown_jurisdiction", f"{path}.where", f"“{code}” has no pack and is no member of one.")
    return RetentionRule(
        id=raw.id, title=raw.title, cite=raw.cite, tag=raw.evidence, file=document.file, line=document.line(path),
        reason=reason, where=many(raw.where), after=after,
    )  # fmt: skip


def _reason(document: Document, path: str, raw: RetentionRuleFile) -> tuple[Unjustified, Period]:
    """Give the one reason of a rule, and how long it waits."""
    said: list[tuple[Unjustified, str, str]] = []
    if raw.no_identifier is not None:
        said.append((Unjustified.NO_IDENTIFIER, "no_identifier", ""))
    if raw.sources_gone is not None:
        said.append((Unjustified.SOURCES_GONE, "sources_gone.expired_for", raw.sources_gone.expired_for))
    if raw.unused is not None:
        said.append((Unjustified.UNUSED, "unused.after", raw.unused.after))
    if len(said) != 1:
        message = f"{raw.id} needs one reason: {', '.join(Unjustified)}."
        raise document.refuse("no_reason", path, message)
    ((reason, key, text),) = said
    return reason, _period(document, f"{path}.{key}", text) if text else _AT_ONCE


def _period(document: Document, path: str, text: str) -> Period:
    try:
        found = period(text)
    except ValueError as error:
        raise document.refuse("bad_period", path, str(error)) from error
    if not found.months and found.days < 1:
        raise document.refuse("bad_period", path, "People are kept for a day at least. Write P1D or more.")
    return found


def _cases(document: Document) -> list[KeepingCase]:
    out = []
    for path, raw in each_once(document, shape(document, list[KeepingFile])):
        want = None if raw.want == "kept" else Unjustified(raw.want)
        if (want is None) != (raw.rule is None):
            raise document.refuse("rule_unsaid", path, "Say the rule that deletes, and none where somebody is kept.")
        ends = tuple(each.expires_at for each in raw.sources if not each.revoked)
        out.append(KeepingCase(
            raw.name, document.file, document.line(path), raw.at, raw.jurisdiction, raw.came_at, raw.used_at,
            raw.identifiers, ends, raw.consent, raw.under_way, want, raw.rule or "", frozenset(raw.without),
        ))  # fmt: skip
    return out
