"""Everything that proves what one person said, in one file: for a court, a supervisor, or the person.

Must never leave an event out, never give evidence that is not what its digest says, and never be given unseen: the
export is itself in the ledger.

Steps:
  1 gather   selector       -> events      in one transaction, with `consent.proof_exported` in the ledger
  2 settle   leaf           -> tree        so that every entry that speaks of the person has its proof
  3 prove    entries        -> receipts    each entry with its leaf and tlog-proof
  4 pack     all of it      -> ZIP         the same facts give the same files, in a fixed order
"""

import csv
import hashlib
import io
import zipfile
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

import orjson

from audit.leaf import Entry, Json, Leaf
from gateway.domain.errors import Invalid
from gateway.domain.exported import safe_cell
from gateway.domain.receipts import conditions, moment
from gateway.domain.requests import Selector
from gateway.flows.gate import Gate
from gateway.flows.officers import Officer
from gateway.flows.officers import require as allowed
from gateway.flows.receipts import receipt_of
from gateway.flows.subject import require
from gateway.store import evidence, ledger, parties, receipts
from gateway.store.ledger import LeafRow, Wanted
from gateway.store.people_lookup import Connection, Subject
from gateway.store.receipts import Said
from gateway.vault.keytext import Purpose
from gateway.vault.seal import HouseSeal

_KINDS: Final = ("consent", "receipts", "link")
_PAGE: Final = 1000
_HEAD: Final = (
    "event", "state", "purpose", "channel", "sender", "conditions", "wording", "language", "method", "asserted_by",
    "reported_by", "said_at", "received_at", "evidence_file", "evidence_sha256", "ledger_entry",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Proof:
    """A packed proof: `content` is a ZIP, and personal data."""

    content: bytes
    person: str
    events: int
    entries: int
    missing: int


@dataclass(frozen=True, slots=True)
class _Piece:
    """One file of evidence: its name in the ZIP, its kind, its digest and what it is made of."""

    name: str
    digest: str
    uid: str
    content: bytes


def export_proof(gate: Gate, actor: str, selector: Selector, officer: Officer | None = None, tool: str = "") -> Proof:
    """Pack the proof of one person's consents.

    Args:
        gate: the gateway.
        actor: who asks, as the ledger shall name him.
        selector: the person.
        officer: the officer who asks, if it is one: the role must allow `consent.read`.
        tool: name of the tool whose token the selector is, "" for none.

    Raises:
        Refused: `role_may_not`. NotFound: `person_unknown`. Invalid: as `gateway.flows.subject`.
        Unavailable: `evidence_changed`, `ledger_behind`.
    """
    with gate.house.unit() as connection:
        if officer is not None:
            allowed(gate, connection, officer, "consent.read")
        subject = require(gate, connection, selector, parties.tool(connection, tool) if tool else None)
        said = receipts.said(connection, subject.no)
        pieces = _pieces(gate, connection, said)
        record = receipt_of(gate, connection, subject.uid, said)
        body: dict[str, Json] = {"people": [subject.uid.hex()], "events": len(said), "evidence": len(pieces)}
        inbox = gate.house.enter(connection, [Entry("consent.proof_exported", actor, body)])[0]  # 1
    gate.house.receipt(inbox)  # 2
    with gate.house.unit() as connection:
        rows = _rows(connection, subject)
        proofs = [(row, ledger.receipt(connection, row.idx)) for row in rows]  # 3
    events = _events(rows)
    files = _files(gate, subject, said, pieces, record, proofs, events)
    missing = sum(one.no not in events and not one.source for one in said)
    return Proof(_zip(files, gate.clock()), subject.uid.hex(), len(said), len(proofs), missing)


def write_proof(proof: Proof, path: Path) -> None:
    """Write a proof to a new file that only its owner can read.

    Raises:
        Invalid: `file_exists`, `file_unwritable`.
    """
    try:
        path.touch(mode=0o600, exist_ok=False)
        path.write_bytes(proof.content)
    except FileExistsError:
        raise Invalid("file_exists", "That file exists already. Choose another name.") from None
    except OSError as error:
        raise Invalid("file_unwritable", f"That file cannot be written: {error.strerror}.") from None


def _pieces(gate: Gate, connection: Connection, said: list[Said]) -> dict[int, _Piece]:
    """Open every piece of evidence once, checked against its digest."""
    seal = HouseSeal(gate.keyring, Purpose.EVIDENCE)
    found: dict[int, _Piece] = {}
    for number in dict.fromkeys(one.evidence_no for one in said if one.evidence_no):
        opened = evidence.read(connection, seal, number)
        name = f"evidence/{number}-{opened.record.kind}.bin"
        found[number] = _Piece(name, opened.record.digest.hex(), opened.record.uid.hex(), opened.content)
    return found


def _rows(connection: Connection, subject: Subject) -> list[LeafRow]:
    """Give every ledger entry about consent that names the person, oldest first."""
    found: list[LeafRow] = []
    for kind in _KINDS:
        before: int | None = None
        while True:
            page = ledger.search(
                connection, Wanted(kind=f"{kind}.", contains=subject.uid.hex(), before=before, limit=_PAGE)
            )
            found += page
            if len(page) < _PAGE:
                break
            before = page[-1].idx
    return sorted(found, key=lambda row: row.idx)


def _events(rows: list[LeafRow]) -> dict[int, int]:
    """Give for each event the index of the entry that recorded it."""
    found: dict[int, int] = {}
    for row in rows:
        if row.kind == "consent.recorded":
            body = Entry.decode(Leaf.decode(row.leaf).entry).body
            numbers = body.get("events")
            for number in numbers if isinstance(numbers, list) else ():
                found.setdefault(number, row.idx)
    return found


def _files(
    gate: Gate,
    subject: Subject,
    said: list[Said],
    pieces: dict[int, _Piece],
    record: dict[str, object],
    proofs: list[tuple[LeafRow, bytes]],
    events: dict[int, int],
) -> dict[str, bytes]:
    files = {
        "events.csv": _table(said, pieces, events),
        "consents.jsonld": orjson.dumps(record, option=orjson.OPT_INDENT_2),
        **{piece.name: piece.content for piece in pieces.values()},
        **{f"ledger/{row.idx}.leaf.json": row.leaf for row, _ in proofs},
        **{f"ledger/{row.idx}.tlog-proof": proof for row, proof in proofs},
    }
    origin = proofs[0][1].decode("utf-8", "replace") if proofs else ""
    uids = "".join(f"  {piece.name}: uid {piece.uid}, digest {piece.digest}\n" for piece in pieces.values())
    facts = {
        "person": subject.uid.hex(), "made": moment(gate.clock()), "events": len(said), "entries": len(proofs),
        "pieces": uids or "  none\n", "log": _log_name(origin),
    }  # fmt: skip
    files = {"README.txt": _README.format(**facts).encode(), **files}
    sums = "".join(f"{hashlib.sha256(content).hexdigest()}  {name}\n" for name, content in files.items())
    return {**files, "SHA256SUMS": sums.encode()}


def _log_name(proof: str) -> str:
    """Find the log's name in a proof: the first line of the checkpoint, which stands after the empty line."""
    _, _, checkpoint = proof.partition("\n\n")
    return checkpoint.partition("\n")[0] or "this house's log"


def _table(said: list[Said], pieces: dict[int, _Piece], events: dict[int, int]) -> bytes:
    text = io.StringIO()
    table = csv.writer(text)
    table.writerow(_HEAD)
    for one in said:
        piece = pieces.get(one.evidence_no)
        entry = str(events[one.no]) if one.no in events else f"with the import from {one.source}" if one.source else ""
        row = [
            one.no, one.state.value, one.purpose, one.channel, one.sender or "*", " ".join(conditions(one.conditions)),
            one.wording, one.language, one.method, one.source or "the person", one.actor, moment(one.at),
            moment(one.received_at), piece.name if piece else "", piece.digest if piece else "", entry,
        ]  # fmt: skip
        table.writerow([safe_cell(str(cell)) for cell in row])
    return text.getvalue().encode()


def _zip(files: dict[str, bytes], at: datetime) -> bytes:
    packed = io.BytesIO()
    stamp = at.astimezone(UTC).timetuple()[:6]
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            entry = zipfile.ZipInfo(name, stamp)
            entry.compress_type = zipfile.ZIP_DEFLATED
            entry.external_attr = 0o600 << 16
            archive.writestr(entry, content)
    return packed.getvalue()


_README: Final = """Proof of what one person said about being contacted
Person (number in this house): {person}
Made: {made}
Events: {events}. Ledger entries that name the person: {entries}.

WHAT IS IN HERE
  events.csv          everything the person said, in the order in which it came in: what for, to whom, by which way,
                      under which version of the text, how and when, who reported it, and what proves it
  evidence/           what proves it, as it was received
  ledger/N.leaf.json  entry N of the log, byte for byte
  ledger/N.tlog-proof the proof that this entry is in the log (C2SP tlog-proof)
  consents.jsonld     the same events as consent records (ISO/IEC TS 27560:2023 in W3C DPV)
  SHA256SUMS          digests of all files

HOW TO CHECK IT
  1 `sha256sum -c SHA256SUMS` says whether a file was changed since.
  2 The digest of a piece of evidence, as events.csv and the ledger have it, is SHA-256 over its uid (16 bytes) and its
    content:
{pieces}
  3 The log is {log}. Its key is what `ostiary audit key` printed, kept apart from this file. Each proof holds a signed
    checkpoint; any C2SP client checks it, as does `python -m audit`.
  4 An event that a list claims has no entry of its own: the import of that list has one, with the list's digest.

This file holds personal data. Keep it as long as the claim that it proves, and no longer.
"""
