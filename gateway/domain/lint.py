"""Reads a message before it goes out: what the laws of its readers want in it, and what of that is missing.

Pure, and knows no country: which duty holds is asked of the packs, how it is recognised of policies/messages.yaml.
Must never pass over a duty in silence: what no text can show is named as not looked at.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from gateway.domain.bands import local_day
from gateway.domain.lint_looks import BEYOND, Look, looked
from gateway.domain.message import Message
from gateway.domain.question import laws_of
from gateway.domain.requests import Ask, Party
from gateway.domain.tables import Entry, Table, table_of
from policies.packs import Bundle, Pack, Rule
from policies.terms import Act, AudienceKind, Capacity, Duty, Model

MARKETING = "marketing"


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing missing or malformed: for readers of which country, by which rule, and how to mend it."""

    code: str
    country: str
    duty: str
    rule: str
    cite: str
    words: str
    remedy: str


@dataclass(frozen=True, slots=True)
class Report:
    """What was found, and the duties that lie beyond the text: (country, duty, rule, citation)."""

    findings: tuple[Finding, ...]
    beyond: tuple[tuple[str, str, str, str], ...]


def lint(message: Message, bundle: Bundle, at: datetime) -> Report:
    """Read a message.

    Args:
        message: as it would go out.
        bundle: the law in force.
        at: when it would go out, with its offset.

    Returns:
        Findings in the order of the countries, each duty once a country; empty if nothing is missing.
    """
    mixed = _mixed(message, bundle)
    if mixed is not None:  # it is judged as what it is
        message = replace(message, purpose="marketing.own")
    findings = [mixed] if mixed else []
    beyond: list[tuple[str, str, str, str]] = []
    for country in dict.fromkeys(message.countries):
        for table in _tables(message, country, bundle, at):
            findings += _forbidden(table, country)
            for rule, duty, value in _duties(message, table):
                if duty in BEYOND:
                    beyond.append((country, duty.value, rule.id, rule.cite))
                else:
                    findings += _looked(message, bundle, country, rule, duty, value)
    return Report(tuple(_once(findings)), tuple(dict.fromkeys(beyond)))


def _mixed(message: Message, bundle: Bundle) -> Finding | None:
    """Say so if a message that is sent as service has words of an offer."""
    if message.purpose.split(".", 1)[0] == MARKETING:
        return None
    look = Look(message, bundle.messages, "")
    if not look.says("promotion"):
        return None
    rule, cite, title = bundle.messages.mixed
    words = f"{title}; this one has words of an offer"
    return Finding("mixed_is_marketing", "", "", rule, cite, words, "leave the offer out, or send it as marketing")


def _tables(message: Message, country: str, bundle: Bundle, at: datetime) -> Iterator[Table]:
    sender = Party(0, message.sender_name, message.sender_country)
    ask = Ask(Act.CONTACT, message.purpose, message.channel, sender, message.sender_country, message.line)
    for pack, capacities in laws_of(bundle, country, message.sender_country, None):
        yield _table(bundle, pack, capacities, ask, message.kind, at)


def _table(
    bundle: Bundle, pack: Pack, capacities: frozenset[Capacity], ask: Ask, kind: AudienceKind, at: datetime
) -> Table:
    return table_of(bundle, pack.code, capacities, ask, kind, local_day(bundle, pack.code, at))


def _forbidden(table: Table, country: str) -> Iterator[Finding]:
    """What no consent allows on this channel or line; what may be forbidden if the line is the wrong one."""
    for entry in table.needs:
        rule = entry.rule
        if rule.need is not Model.BAN or entry.changing:
            continue
        code, remedy = (
            ("forbidden", "another channel or line") if entry.sure else ("line_not_said", "say the line type")
        )
        yield Finding(code, country, "", rule.id, rule.cite, rule.title, remedy)


def _duties(message: Message, table: Table) -> Iterator[tuple[Rule, Duty, Any]]:
    """Give the duties that hold for anybody, and at a first contact those that hang on where the data came from."""
    entries: tuple[Entry, ...] = (*table.duties, *(entry for entry in table.needs if entry.rule.oblige))
    for entry in entries:
        when = entry.rule.when
        of_source = bool(when.source_kinds or when.source_evidence)
        if of_source and not message.first_contact:
            continue
        for name, value in entry.rule.oblige.items():
            yield entry.rule, Duty(name), value


def _looked(message: Message, bundle: Bundle, country: str, rule: Rule, duty: Duty, value: Any) -> Iterator[Finding]:
    missing = looked(Look(message, bundle.messages, country), duty, value)
    if missing is not None:
        yield Finding(missing.code, country, duty.value, rule.id, rule.cite, missing.words, missing.remedy)


def _once(findings: list[Finding]) -> Iterator[Finding]:
    """Tell each country's missing thing once, by the first rule that asks for it."""
    told: set[tuple[str, str, str]] = set()
    for each in findings:
        key = (each.country, each.duty or each.rule, each.remedy)
        if key not in told:
            told.add(key)
            yield each
