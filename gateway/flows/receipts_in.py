"""Take in consent records of other systems.

One that was withdrawn there denies here; one that was given there is a claim of the source that tells of it.

Must never widen but as an import of that source could: approved, lawful, with the evidence of wording and time, for the
purpose and the sender that its registration named; never over a stop that stands, whatever date the record has. Must
never lose what narrows, because the rest of a record is poor.

Steps:
  1 read     content        -> Claimed     the whole file, before anything is written
  2 source   name           -> Standing    what its records may claim; a suspended one may still narrow
  3 narrow   Claimed        -> events      each record as any withdrawal: a transaction and a key of its own
  4 widen    Claimed        -> events      each in one transaction: person locked, stops looked at, event, leaf
  5 enter    counts         -> leaf        `receipts.imported`
A crash leaves the records before it done; the same file again does the rest, and nothing twice.
"""

import hashlib
import re
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Final

from audit.leaf import Entry, Json
from gateway.domain.errors import Invalid, Refused
from gateway.domain.grant import Caller
from gateway.domain.receipts import flags, purposes_meant
from gateway.flows.consent import Entered, enter, record
from gateway.flows.gate import Gate
from gateway.flows.identify import identify
from gateway.flows.intake_origin import Origin, judge, origin_of
from gateway.flows.receipts_read import Claimed, read_records
from gateway.flows.said import ConsentWish, Said, check
from gateway.flows.stopping import About, standing_of, touches
from gateway.flows.subject import Named, named
from gateway.store import consents, parties, receipts, sources
from gateway.store import evidence as proofs
from gateway.store.consents import EVERY_CHANNEL
from gateway.store.people_lookup import Connection, Subject
from gateway.vault.keytext import Purpose
from gateway.vault.seal import HouseSeal
from policies.packs import PurposeTree
from policies.terms import REACHED_BY, Channel, Condition, ConsentState, IdentifierKind, SourceStatus, Verdict

_DEMANDED: Final = frozenset({"consent_wording", "consent_time"})
_DEMANDS: Final = {Condition.DOUBLE_OPT_IN: "double_opt_in_record", Condition.NAMED_RECIPIENT: "names_us"}
_ROOTS: Final = ("marketing", "profiling")
"""What a refusal of a purpose that nobody here knows is a refusal of."""
_METHOD: Final = "receipt"
_KIND: Final = "consent_record"
_WORDING: Final = re.compile(r"[A-Za-z0-9._/:+-]{1,100}")
_LANGUAGE: Final = re.compile(r"(?:[A-Za-z]{2,3}(?:-[A-Za-z0-9]{1,8}){0,4})?")


@dataclass(frozen=True, slots=True)
class Imported:
    """What became of a file. `counts`: given, withdrawn, suppressed, repeated, ignored.<reason>."""

    records: int
    counts: Mapping[str, int]
    leaf: int


@dataclass(frozen=True, slots=True)
class _Teller:
    """A source as the teller of records. `origin` is None, and `fault` says why, if nothing it says may widen."""

    name: str
    no: int
    uid: bytes
    origin: Origin | None
    fault: str


def import_receipts(gate: Gate, actor: str, source: str, content: bytes, caller: Caller | None = None) -> Imported:
    """Take in a file of consent records.

    Args:
        gate: the gateway.
        actor: who brings it.
        source: name of the registered source that tells.
        content: JSON-LD.
        caller: the tool, if it is one; it may widen for its own sender, purposes and channels only.

    Raises:
        Invalid: as `gateway.flows.receipts_read`, or `identifier_malformed` naming the record.
        NotFound: `source_unknown`.
    """
    claims = read_records(content, source)  # 1
    teller = _teller(gate, source)  # 2
    _check_people(gate, claims)
    tally: Counter[str] = Counter()
    for claim in claims:
        if claim.state is None:
            tally["ignored.says_nothing"] += 1
        elif claim.state is ConsentState.GIVEN:
            tally[_widen(gate, actor, teller, claim, caller)] += 1  # 4
        else:
            tally.update(_narrow(gate, actor, claim))  # 3
    body: dict[str, Json] = {
        "source": teller.uid.hex(), "records": len(claims), "counts": dict(sorted(tally.items())),
        "file": _keyed(gate, content)[0].hex(),
    }  # fmt: skip
    with gate.house.unit() as connection:
        leaf = gate.house.enter(connection, [Entry("receipts.imported", actor, body)])[0]  # 5
    # True now: everything above is in force, and that the file came in is on record.
    return Imported(len(claims), dict(sorted(tally.items())), leaf)


def import_by_tool(gate: Gate, credential: str, source: str, content: bytes) -> Imported:
    """Take in records that a tool sends.

    Raises:
        Unauthenticated, and as `import_receipts`.
    """
    with gate.house.unit() as connection:
        caller = identify(gate, connection, credential)
    return import_receipts(gate, caller.name, source, content, caller)


# Step 2


def _teller(gate: Gate, name: str) -> _Teller:
    with gate.house.unit() as connection:
        row = sources.source(connection, name)
        try:
            origin = origin_of(gate, connection, name)
        except Refused as refusal:
            return _Teller(name, row.source.no, row.uid, None, refusal.code)
    if row.source.status is not SourceStatus.APPROVED:
        return _Teller(name, row.source.no, row.uid, None, "source_not_approved")
    if judge(origin, frozenset()).verdict is not Verdict.ACCEPT:
        return _Teller(name, row.source.no, row.uid, None, "source_not_lawful")
    if not origin.shared.evidence >= _DEMANDED:
        return _Teller(name, row.source.no, row.uid, None, "evidence_missing")
    return _Teller(name, row.source.no, row.uid, origin, "")


def _check_people(gate: Gate, claims: list[Claimed]) -> None:
    """Refuse a file that names somebody by what is no address or number, before anything of it is done."""
    for place, claim in enumerate(claims):
        try:
            named(gate, claim.selector, None)
        except Invalid as error:
            raise Invalid(error.code, f"Record {place + 1}: {error.message}") from None


# Step 3


def _narrow(gate: Gate, actor: str, claim: Claimed) -> Counter[str]:
    """Record what a record refuses: all of it where its purpose, channel or controller is none that we know."""
    with gate.house.unit() as connection:
        tree = gate.house.bundle(connection).purposes
        known = {party.name for party in parties.parties(connection)}
    sender = claim.controller if claim.controller in known else ""
    channel = claim.channel if claim.channel in set(Channel) else EVERY_CHANNEL
    told: Counter[str] = Counter()
    for purpose in purposes_meant(tree, claim.iris, claim.purpose) or [one for one in _ROOTS if one in tree.nodes]:
        wish = ConsentWish(
            claim.selector, claim.state or ConsentState.WITHDRAWN, purpose, _METHOD, channel, sender,
            at=claim.at if claim.at <= gate.clock() else None, evidence=claim.raw, evidence_kind=_KIND,
            idempotency_key=f"receipt:{_keyed(gate, claim.raw + purpose.encode())[0].hex()}",
        )  # fmt: skip
        receipt = record(gate, actor, wish)
        told["withdrawn" if receipt.events else "suppressed"] += 1
    return told


# Step 4


def _widen(gate: Gate, actor: str, teller: _Teller, claim: Claimed, caller: Caller | None) -> str:
    """Enter a claimed consent, or say why it does not count."""
    if teller.origin is None:
        return f"ignored.{teller.fault}"
    with gate.house.unit() as connection:
        if receipts.seen(connection, teller.no, _keyed(gate, claim.raw)):
            return "repeated"
        tree = gate.house.bundle(connection).purposes
        fault, purpose = _fault(gate, tree, teller.origin, claim)
        if fault:
            return f"ignored.{fault}"
        said = _said(gate, connection, actor, teller.origin, claim, purpose, caller)
        subject = _one(gate, connection, claim, said) if said else None
        if said is None or subject is None:
            return "ignored.person_not_told" if said else "ignored.not_granted"
        if _stopped(connection, said, subject):
            return "ignored.withdrawn"
        event = _append(gate, connection, said, subject, teller.no, claim)
        receipts.see(connection, teller.no, _keyed(gate, claim.raw)[0], event)
    return "given"


def _stopped(connection: Connection, said: Said, subject: Subject) -> bool:
    """Lock the person, then say whether any stop touches the claim, whatever its date: a record is not the person."""
    consents.lock(connection, [subject.no])
    lines = consents.standing(connection, subject.no)
    return any(line.state is not ConsentState.GIVEN and touches(line, said.tree, said.about) for line in lines)


def _fault(gate: Gate, tree: PurposeTree, origin: Origin, claim: Claimed) -> tuple[str, str]:
    """Say what a claimed consent lacks ("" for nothing), and the purpose that it is for."""
    meant = purposes_meant(tree, claim.iris, claim.purpose)
    registered = origin.shared.defaults.purpose
    purpose = next((one for one in meant if registered in tree.chain(one)), "")
    faults = {
        "purpose_not_registered": not registered or not purpose,
        "channel_missing": claim.channel not in set(Channel),
        "controller_not_sender": claim.controller != origin.shared.sender_name,
        "wording_missing": not _WORDING.fullmatch(claim.wording),
        "language_unfit": not _LANGUAGE.fullmatch(claim.language),
        "time_in_the_future": claim.at > gate.clock(),
    }
    return next((name for name, wrong in faults.items() if wrong), ""), purpose


def _said(
    gate: Gate, connection: Connection, actor: str, origin: Origin, claim: Claimed, purpose: str, caller: Caller | None
) -> Said | None:
    wish = ConsentWish(
        claim.selector, ConsentState.GIVEN, purpose, _METHOD, claim.channel, origin.shared.sender_name,
        _conditions(origin, claim), claim.wording, claim.language, claim.at, claim.raw, _KIND,
    )  # fmt: skip
    try:
        return check(gate, connection, actor, wish, caller)
    except Refused:
        return None


def _conditions(origin: Origin, claim: Claimed) -> Condition:
    """Give the conditions that registration and evidence of the source carry; one that counts against it stays."""
    told = flags(claim.conditions)
    found = told & origin.shared.conditions
    for condition, word in _DEMANDS.items():
        if word not in origin.shared.evidence:
            found &= ~condition
    return found | (told & Condition.TIED)


def _one(gate: Gate, connection: Connection, claim: Claimed, said: Said) -> Subject | None:
    """Give the one person on file whom a record names by the identifier that the channel reaches."""
    who: Named = named(gate, claim.selector, None)
    if who.kind != REACHED_BY[Channel(said.event.channel)]:
        return None
    everybody = consents.everybody_with(connection, who.kind, [key.value for key in who.keys])
    return everybody[0] if len(everybody) == 1 else None


def _append(gate: Gate, connection: Connection, said: Said, subject: Subject, source_no: int, claim: Claimed) -> int:
    proof = proofs.add(connection, HouseSeal(gate.keyring, Purpose.EVIDENCE), _KIND, claim.raw)
    event = replace(
        said.event, person_no=subject.no, kind=subject.kind, index=subject.index, source_no=source_no,
        evidence_no=proof.no,
    )  # fmt: skip
    numbers = consents.append(connection, [event])
    lines = consents.standing(connection, subject.no)
    about = About(event.purpose, event.channel, event.sender_no)
    stands = standing_of(lines, said.tree, about, subject.index) or ConsentState.WITHDRAWN
    enter(gate, connection, Entered(event, numbers, [subject.uid], stands, proof))
    return numbers[0]


def _keyed(gate: Gate, content: bytes) -> list[bytes]:
    """Give keyed digests of a record, the active key's first: a plain one of an address could be tried out."""
    digest = hashlib.sha256(b"receipt\x00" + content).digest()
    return [one.value for one in gate.lookup.suppression_digest(IdentifierKind.EXTERNAL, digest)]
