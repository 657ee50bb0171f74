"""What a caller reports that a person said, and what must be true of it before it counts.

Must never let free text through: these words stand in the ledger for ever.
"""

import re
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final

from gateway.domain.errors import Invalid, Refused
from gateway.domain.grant import Caller, Grant
from gateway.domain.requests import Selector
from gateway.flows.gate import Gate
from gateway.flows.stopping import About
from gateway.roles.enforcer import compile_grant
from gateway.store import parties
from gateway.store.consents import EVERY_CHANNEL, EVERY_SENDER, Event
from gateway.store.people_lookup import Connection
from policies.packs import PurposeTree
from policies.terms import Channel, Condition, ConsentState

LONGEST_EVIDENCE: Final = 10 << 20
LONGEST_KEY: Final = 200
_CHANNELS: Final = frozenset(channel.value for channel in Channel)
# These words stand in the ledger for ever and travel in the statement of facts: no free text, no separators.
_WORDING: Final = re.compile(r"[A-Za-z0-9._/:+-]{0,100}")
_LANGUAGE: Final = re.compile(r"(?:[A-Za-z]{2,3}(?:-[A-Za-z0-9]{1,8}){0,4})?")
_WORD: Final = re.compile(r"[a-z][a-z0-9_]{0,49}")


@dataclass(frozen=True, slots=True)
class ConsentWish:
    """What a caller reports that a person said.

    Attributes:
        selector: who; for a consent the identifier that the channel reaches (the phone number for `sms`).
        state: given, withdrawn or objected.
        purpose: a node of the purpose tree; a withdrawal reaches all below it.
        method: how it was said: a word such as `web_form`, `call`, `reply`.
        channel: a channel, or "*" for all (only withdrawn, objected).
        sender: name of the party it was said to, or "" for all (only withdrawn, objected).
        conditions: under which conditions it was given.
        wording: version of the text that was agreed to, such as `newsletter-3/ko`.
        language: BCP 47 tag of that text.
        at: when it was said (aware); None is now.
        evidence: what proves it; a consent needs it.
        evidence_kind: a word for it, such as `form`.
        idempotency_key: 1 to 200 printable ASCII characters of the caller's choice, or None.
    """

    selector: Selector
    state: ConsentState
    purpose: str
    method: str
    channel: str = EVERY_CHANNEL
    sender: str = ""
    conditions: Condition = Condition.NONE
    wording: str = ""
    language: str = ""
    at: datetime | None = None
    evidence: bytes | None = field(default=None, repr=False)
    evidence_kind: str = "form"
    idempotency_key: str | None = None


@dataclass(frozen=True, slots=True)
class Said:
    """A checked wish in the store's words: an event that still lacks its person, and what it is about."""

    event: Event
    about: About
    tree: PurposeTree


def check(gate: Gate, connection: Connection, actor: str, wish: ConsentWish, caller: Caller | None) -> Said:
    """Check a wish against the policy in force, the parties and the clock.

    Raises:
        Invalid, Refused, NotFound: as `gateway.flows.consent.record` lists them.
    """
    bundle = gate.house.bundle(connection)
    tree = bundle.purposes
    if wish.purpose not in tree.nodes:
        raise Invalid("purpose_unknown", "No such purpose in the policies in force; `ostiary policy` lists them.")
    if wish.channel not in _CHANNELS | {EVERY_CHANNEL}:
        raise Invalid("channel_unknown", f"`channel` is one of {', '.join(Channel)}, or * to stop all.")
    _check_words(wish)
    if wish.state is ConsentState.GIVEN:
        _check_widening(wish)
    sender_no = parties.party(connection, wish.sender).no if wish.sender else EVERY_SENDER
    if wish.state is ConsentState.GIVEN and caller is not None:
        _check_tool(caller, sender_no, wish, compile_grant(caller, bundle))
    event = Event(
        person_no=0, kind="", index=b"", state=wish.state, purpose=wish.purpose, channel=wish.channel,
        sender_no=sender_no, method=wish.method, actor=actor, at=_moment(gate.clock(), wish),
        conditions=wish.conditions, wording=wish.wording, language=wish.language,
    )  # fmt: skip
    return Said(event, About(wish.purpose, wish.channel, sender_no), tree)


def _check_tool(caller: Caller, sender_no: int, wish: ConsentWish, grant: Grant) -> None:
    """A tool widens only what it could ask for itself; anybody may narrow anything."""
    if caller.sender != sender_no:
        raise Refused("sender_not_yours", "A tool records consents for its own sender only.")
    if not caller.active:
        raise Refused("tool_inactive", "This tool is switched off. Ask an administrator to switch it on.")
    if wish.purpose not in grant.purposes:
        raise Refused("purpose_not_granted", "A tool records consents only for purposes that it was given.")
    if wish.channel not in grant.channels:
        raise Refused("channel_not_granted", "A tool records consents only for channels that it was given.")


def _check_words(wish: ConsentWish) -> None:
    fits = {
        "method": _WORD.fullmatch(wish.method),
        "evidence_kind": wish.evidence is None or _WORD.fullmatch(wish.evidence_kind),
        "wording": _WORDING.fullmatch(wish.wording),
        "language": _LANGUAGE.fullmatch(wish.language),
    }
    for name, fit in fits.items():
        if not fit:
            raise Invalid("word_unfit", f"`{name}` is a short word of ours (`web_form`, `newsletter-3/ko`, `ko`).")
    if wish.evidence is not None and not 0 < len(wish.evidence) <= LONGEST_EVIDENCE:
        raise Invalid("evidence_unfit", "Evidence is not empty and at most 10 MiB.")
    key = wish.idempotency_key
    if key is not None and not (0 < len(key) <= LONGEST_KEY and key.isascii() and key.isprintable()):
        raise Invalid("key_unfit", "An Idempotency-Key is 1 to 200 printable ASCII characters.")


def _check_widening(wish: ConsentWish) -> None:
    if wish.evidence is None:
        raise Refused("evidence_required", "A consent is recorded only with what proves it. Send the evidence along.")
    if wish.channel == EVERY_CHANNEL:
        raise Invalid("channel_needed", "A consent names one channel; * is only for stopping.")
    if not wish.sender:
        raise Invalid("sender_needed", "A consent names the sender it was given to.")


def _moment(now: datetime, wish: ConsentWish) -> datetime:
    if wish.at is None:
        return now
    if wish.at.tzinfo is None:
        raise Invalid("at_without_zone", "`at` needs its offset from UTC, such as 2026-01-31T09:00:00+09:00.")
    # No grace for clocks that run ahead: a consent of the future would outlive a withdrawal of today.
    if wish.at > now:
        raise Invalid("at_in_future", "`at` lies in the future. Check the clock of the machine that recorded it.")
    return wish.at
