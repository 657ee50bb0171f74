"""Fill a new house with the demonstration: parties, tools, officers, suppressions, eight lists, withdrawals.

Every step looks at what is there already, so it may be run again, or after a crash: nothing is made twice. Must never
write an identifier of a sample's people anywhere but through the flows that seal it: `demo.json` holds passwords and
keys of the demonstration, and nobody's address.

Steps:
  1 parties, officers, tools    with secrets that are made here and kept in the notebook
  2 sources                     registered, each with its own evidence or without; approved where questions are answered
  3 suppressions                before any list, as a real house has them
  4 lists                       each gets a verdict, compared with the one expected
  5 withdrawals                 each exactly once
"""

import csv
import json
import os
import secrets
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from gateway.domain.errors import Conflict
from gateway.domain.requests import Selector
from gateway.flows.consent import ConsentWish, record
from gateway.flows.demo_house import ACTOR, NEWSLETTER, OFFICERS, PARTIES, TOOLS, source_wish
from gateway.flows.gate import Gate
from gateway.flows.intake import Report, receive
from gateway.flows.linking import make_link
from gateway.flows.officers import create_officer
from gateway.flows.parties import list_parties, register_party
from gateway.flows.sources import approve_source, list_sources, register_source
from gateway.flows.suppress import Stop, suppress
from gateway.flows.tools import issue_key, list_tools, register_tool
from gateway.samples.catalogue import SAMPLES, SUPPRESSIONS, WITHDRAWALS, Sample, sample
from policies.terms import ConsentState, Scope, Verdict

Hear = Callable[[str, int, int], None]
"""Hears what is under way, and how much of how much is done."""

PURPOSE: Final = "marketing.own.newsletter"
CHANNEL: Final = "email"
_NOTEBOOK: Final = "demo.json"


@dataclass(frozen=True, slots=True)
class Taken:
    """One sample list and what became of it."""

    sample: Sample
    report: Report

    @property
    def expected(self) -> bool:
        """Tell whether the verdict is the one that the catalogue expects and every row is accounted for."""
        return self.report.verdict is self.sample.verdict and self.report.accounted == self.report.read


@dataclass(frozen=True, slots=True)
class Shown:
    """What a visitor needs to try the house.

    `refused` is an address of the sample lists whose owner withdrew; it goes to the screen and nowhere else.
    """

    passwords: Mapping[str, str]
    roles: Mapping[str, str]
    tool: str
    key: str
    refused: str
    link: str


class Notebook:
    """The demonstration's own secrets, in a 0600 file of the data folder: a second start prints them again."""

    def __init__(self, folder: Path) -> None:
        self._path = folder / _NOTEBOOK
        self._kept: dict[str, dict[str, str]] = {"passwords": {}, "officers": {}, "keys": {}, "done": {}}
        if self._path.exists():
            self._kept |= json.loads(self._path.read_text(encoding="utf-8"))

    def get(self, page: str, name: str) -> str:
        """Give a secret, "" if there is none."""
        return self._kept[page].get(name, "")

    def keep(self, page: str, name: str, secret: str) -> str:
        """Write a secret down, and give it."""
        self._kept[page][name] = secret
        unfinished = self._path.with_suffix(".unfinished")
        unfinished.unlink(missing_ok=True)
        handle = os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            json.dump(self._kept, file, indent=2)
        unfinished.replace(self._path)
        return secret


def fill(gate: Gate, hear: Hear) -> list[Taken]:
    """Fill the house, or bring a half-filled one to the end.

    Args:
        gate: an installed gateway.
        hear: is told how it goes.

    Returns:
        Every sample list with its report, in the catalogue's order.
    """
    notebook = Notebook(gate.data)
    _people_of_the_house(gate, notebook)  # 1
    _sources(gate)  # 2
    if not notebook.get("done", "suppressions"):
        suppress(gate, ACTOR, "demo", _stops())  # 3
        notebook.keep("done", "suppressions", "yes")
    taken = list(_lists(gate, hear))  # 4
    _withdrawals(gate, hear)  # 5
    return taken


def show(gate: Gate) -> Shown:
    """Give what a visitor needs: logins, a key, a refused person, an opt-out link."""
    notebook = Notebook(gate.data)
    address = next(iter(_subscribers()))
    return Shown(
        passwords={name: notebook.get("passwords", name) for name, _ in OFFICERS},
        roles=dict(OFFICERS),
        tool=NEWSLETTER,
        key=notebook.get("keys", NEWSLETTER),
        refused=_withdrawn(),
        link=make_link(gate, ACTOR, Selector("email", address), PURPOSE, CHANNEL, TOOLS[0].sender),
    )


# Step 1


def _people_of_the_house(gate: Gate, notebook: Notebook) -> None:
    known = {party.name for party in list_parties(gate)}
    for name, country in PARTIES.items():
        if name not in known:
            register_party(gate, ACTOR, name, country)
    for name, role in OFFICERS:
        _officer(gate, notebook, name, role)
    tools = {tool.name for tool in list_tools(gate)}
    for tool in TOOLS:
        if tool.name not in tools:
            register_tool(gate, ACTOR, tool)
        if not notebook.get("keys", tool.name):
            notebook.keep("keys", tool.name, issue_key(gate, ACTOR, tool.name))


def _officer(gate: Gate, notebook: Notebook, name: str, role: str) -> None:
    if notebook.get("officers", name):
        return
    # Written down before the account exists: a crash in between leaves a password to nothing, never the reverse.
    before = notebook.get("passwords", name)
    password = before or notebook.keep("passwords", name, _password())
    try:
        create_officer(gate, name, role, password, ACTOR)
    except Conflict:  # made before; if the notebook was lost since, nobody knows its password
        if not before:
            notebook.keep("passwords", name, "")
    notebook.keep("officers", name, role)


def _password() -> str:
    return "-".join(secrets.token_hex(2) for _ in range(4))


# Step 2


def _sources(gate: Gate) -> None:
    known = {row.source.name for row in list_sources(gate)}
    for each in SAMPLES:
        if each.source not in known:
            register_source(gate, ACTOR, source_wish(each))
            if each.verdict is not Verdict.REFUSE or each.evidence:  # nobody could answer for the others
                approve_source(gate, ACTOR, each.source)


# Steps 3 and 4


def _lists(gate: Gate, hear: Hear) -> Iterator[Taken]:
    for each in SAMPLES:
        hear(each.file, 0, 1)
        report = receive(gate, ACTOR, each.source, each.path, each.mapping, progress=_heard(hear, each.file))
        hear(each.file, 1, 1)
        yield Taken(each, report)


def _heard(hear: Hear, name: str) -> Callable[[int, int], None]:
    return lambda done, total: hear(name, done, total)


def _stops() -> Iterator[Stop]:
    for row in _rows(SUPPRESSIONS):
        selector = Selector(row["identifier_kind"], row["identifier"])
        yield Stop(selector, Scope(row["scope"]), row["channel"])


# Step 5


def _withdrawals(gate: Gate, hear: Hear) -> None:
    rows = list(_rows(WITHDRAWALS))
    for number, row in enumerate(rows, 1):
        hear(WITHDRAWALS.name, number, len(rows))
        wish = ConsentWish(
            selector=Selector(row["identifier_kind"], row["identifier"]),
            state=ConsentState.WITHDRAWN,
            purpose=row["purpose"],
            channel=row["channel"] or "*",
            method="demo",
            idempotency_key=f"demo-withdrawal-{number}",
        )
        record(gate, ACTOR, wish)


# What is shown


def _withdrawn() -> str:
    """Give the first e-mail address of the Korean list whose owner withdrew from everything that is asked about."""
    known = {row["이메일"] for row in _rows(_KOREAN.path, _KOREAN.encoding)}
    return next(
        row["identifier"]
        for row in _rows(WITHDRAWALS)
        if row["identifier"] in known and PURPOSE.startswith(row["purpose"]) and row["channel"] in {"", CHANNEL}
    )


def _subscribers() -> Iterator[str]:
    """Give addresses of the Korean list whose owners agreed and neither withdrew nor are suppressed."""
    gone = {row["identifier"] for file in (SUPPRESSIONS, WITHDRAWALS) for row in _rows(file)}
    for row in _rows(_KOREAN.path, _KOREAN.encoding):
        if row["수신동의_이메일"] == "Y" and row["이메일"] and row["이메일"] not in gone:
            yield row["이메일"]


def _rows(path: Path, encoding: str = "utf-8") -> Iterator[dict[str, str]]:
    with path.open(encoding=encoding, newline="") as file:
        yield from csv.DictReader(file)


_KOREAN: Final = sample("kr_newsletter.csv")
