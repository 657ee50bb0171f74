"""The pages of a batch of questions about single people: their cells, and how they go on record, a leaf a tool.

Must never put a person into a leaf: counts and reasons stand there, and a root over salted rows.
"""

import hashlib
import os
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final, TypeAlias

from audit.leaf import Entry, canonical, merkle_root
from gateway.domain.campaigns import Campaign
from gateway.domain.cells import Cell, Cells
from gateway.domain.decision import Decision
from gateway.domain.grant import Caller, Grant
from gateway.domain.people import Facts
from gateway.domain.requests import Ask
from gateway.domain.shadow import observed
from gateway.flows.asking import UNBOUND, Moment, recorded
from gateway.flows.capping import Slots, Taker
from gateway.flows.gate import Gate
from gateway.store import decisions
from gateway.store.decisions import DecisionPage
from gateway.store.facts import Question
from gateway.store.people_lookup import Connection
from gateway.store.releases import bitmap

_MOST_LINES: Final = 200  # of an entry: a leaf has 64 KiB


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind of question of one caller: what of a person it looks at, what its answers would take, their cells."""

    question: Question
    taker: Taker
    cells: Cells


class Pages:
    """The cells of a batch: by caller, then by what is asked; and the slots that the batch takes."""

    def __init__(self, moment: Moment) -> None:
        self.moment = moment
        self.slots = Slots(moment.at)
        self.cells: dict[int, dict[tuple[Ask, int], Kind]] = {}
        self.unknown: dict[int, int] = {}
        self.uids: dict[int, list[tuple[bytes, int]]] = {}
        self.callers: dict[int, Caller] = {}

    def of(self, ask: Ask, grant: Grant, campaign: Campaign | None) -> Kind:
        """Give a kind of question of the caller whose grant this is, asked in a campaign's name or in none."""
        self.callers[grant.caller.no] = grant.caller
        mine = self.cells.setdefault(grant.caller.no, {})
        key = (ask, campaign.no if campaign else 0)
        kind = mine.get(key)
        if kind is None:
            taker = Taker.of(self.moment.bundle, ask, grant.caller, campaign)
            question = Question(self.moment.bundle.purposes.chain(ask.purpose), ask.channel, ask.sender.no, ())
            kind = mine[key] = Kind(question, taker, Cells(lambda known: self._judge(ask, grant, known)))
        return kind

    def _judge(self, ask: Ask, grant: Grant, known: Facts) -> Decision:
        return observed(ask, grant, known, self.moment.snapshot, self.moment.bundle, self.moment.at)


def record(gate: Gate, connection: Connection, pages: Pages) -> dict[int, int]:
    """Put the pages of a batch on record, with what their answers took; give the inbox number of each caller's entry.

    Raises:
        Unavailable: `overtaken`: somebody else took a slot of one of these people; begin again.
    """
    if not pages.callers:
        return {}
    pages.slots.turns(connection)
    drafts = [_draft(pages, caller) for caller in pages.callers.values()]
    entries = [Entry("decision.page", caller.name, body) for caller, body, _, _, _ in drafts]
    inboxes = gate.house.enter(connection, entries)
    made = [
        DecisionPage(
            caller.no,
            pages.moment.at,
            pages.moment.bundle.digest,
            min(people, default=0),
            max(people, default=0),
            len(people),
            spelled,
            [bitmap(cell.people) for cell in cells],
            bytes.fromhex(str(body["people_root"])),
            inbox_no,
        )
        for (caller, body, spelled, cells, people), inbox_no in zip(drafts, inboxes, strict=True)
    ]
    decisions.record(connection, made)
    pages.slots.keep(gate, connection, zip(pages.callers.values(), inboxes, strict=True))
    return {page.tool_no: page.inbox_no for page in made}


_Draft: TypeAlias = tuple[Caller, dict[str, Any], list[dict[str, Any]], list[Cell], list[int]]


def _draft(pages: Pages, caller: Caller) -> _Draft:
    kinds = pages.cells.get(caller.no, {}).values()
    asked = [(kind.taker, cell) for kind in kinds for cell in kind.cells.all if cell.people]
    spelled = [recorded(cell) | {"cell": at, "ask": _asked(taker)} for at, (taker, cell) in enumerate(asked)]
    people = [no for _, cell in asked for no in cell.people]
    body = {
        "tool": caller.uid.hex(),
        "bundle": pages.moment.bundle.digest,
        "snapshot_at": pages.moment.at.isoformat(),
        "people": len(people),
        "unknown": pages.unknown.get(caller.no, 0),
        "cells": _brief(spelled),
        "cells_digest": hashlib.sha256(canonical({"cells": spelled}, UNBOUND)).hexdigest(),
        "people_root": _root(pages.uids.get(caller.no, [])).hex(),
    }
    return caller, body, spelled, [cell for _, cell in asked], people


def _brief(spelled: list[dict[str, Any]]) -> list[dict[str, Any]]:
    merged: dict[tuple[str, ...], int] = {}
    for cell in spelled:
        ask = cell["ask"]
        key = (ask["act"], ask["purpose"], ask["channel"], cell.get("would_have", ""), cell["outcome"], cell["code"])
        merged[key] = merged.get(key, 0) + cell["count"]
    names = ("act", "purpose", "channel", "would_have", "outcome", "code")
    if len(merged) > _MOST_LINES:
        return _briefer(merged)
    lines = [dict(zip(names, key, strict=True)) | {"count": count} for key, count in sorted(merged.items())]
    return [{name: value for name, value in line.items() if name != "would_have" or value} for line in lines]


def _briefer(merged: dict[tuple[str, ...], int]) -> list[dict[str, Any]]:
    """Add up what would not fit a leaf by outcome and code; the digest of the cells binds the rest."""
    total: dict[tuple[str, ...], int] = {}
    for (*_, word, outcome, code), count in merged.items():
        total[outcome, code, word] = total.get((outcome, code, word), 0) + count
    return [
        {"outcome": outcome, "code": code, "count": count} | ({"would_have": word} if word else {})
        for (outcome, code, word), count in sorted(total.items())
    ]


def _asked(taker: Taker) -> dict[str, str]:
    ask = taker.ask
    return {
        "act": ask.act.value,
        "purpose": ask.purpose,
        "channel": ask.channel.value,
        "sender": ask.sender.name,
        "line": ask.line.value if ask.line else "",
        "category": ask.category,
        "campaign": taker.campaign.name if taker.campaign else "",
    }


def _root(uids: Sequence[tuple[bytes, int]]) -> bytes:
    salts = os.urandom(16 * len(uids))
    return merkle_root([salts[at * 16 : at * 16 + 16] + uid + b"%d" % cell for at, (uid, cell) in enumerate(uids)])
