"""Release an audience to a marketing tool.

The one place where customer data leaves the house in bulk. Must never: send a byte whose page is not committed in
the ledger's inbox; hold a database connection while a slow reader reads; let SQL decide what `decide` must.

Steps, in order; each takes only what the step before returned:
  eager, while a refusal still has a status code
    1 identify    credential        -> Caller
    2 authorise   Caller, wish      -> Grant
    3 plan        wish, Grant       -> Plan
    4 open        Plan              -> Release    (recorded; the same Idempotency-Key continues, deciding anew)
  lazy, one transaction a page (gateway.flows.release_pages)
    5 facts       Release, after    -> rows       (one snapshot: people, standing, sources, bundle, tool version)
    6 decide      rows              -> cells      (once per distinct combination of facts)
    7 disclose    cells             -> Page       (the only plaintext; classes in the grant, nothing else)
    8 record      Page              -> Committed  (page row and inbox entry, then commit)
    9 speak       Committed         -> bytes
  last
   10 finish      Release           -> receipt    (a stream without it was cut short)
"""

import hashlib
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, replace
from typing import Any

import orjson

from audit.leaf import Entry, Json
from gateway.domain.errors import Conflict, NotFound, Ostiary, Unavailable
from gateway.domain.grant import Caller
from gateway.domain.plan import Plan, plan_release
from gateway.domain.requests import Party, Wish
from gateway.flows.campaigns import entered
from gateway.flows.gate import Gate
from gateway.flows.identify import identify
from gateway.flows.release_pages import Tally, count_pages, pages
from gateway.roles.enforcer import authorise
from gateway.store import audience, parties, releases
from gateway.store.people_lookup import Connection
from gateway.store.releases import Place, ReleaseRow
from policies.packs import Bundle


@dataclass(frozen=True, slots=True)
class Release:
    """A release that may speak: its plan and its record.

    `place` is where to go on, `given` how many people the tool has acknowledged already.
    """

    gate: Gate
    plan: Plan
    row: ReleaseRow
    place: Place
    given: int

    @property
    def uid(self) -> str:
        """The release's public number, 32 hexadecimal digits."""
        return self.row.uid.hex()

    def lines(self) -> Iterator[bytes]:
        """Speak the pages, then the receipt. Each piece is whole lines; nothing is spoken before it is committed.

        Raises:
            Unavailable: the database or the ledger went away: the stream ends without a receipt.
        """
        tally = Tally(self.row.acknowledged, self.given)
        for committed in pages(self.gate, self.plan, self.row, self.place, tally):
            yield committed.speak()  # 9
        yield _finish(self, tally)  # 10


def open_release(gate: Gate, credential: str, wish: Wish, key: str | None = None) -> Release:
    """Begin a release, or go on with the one that this key began.

    Args:
        gate: the gateway.
        credential: the tool's API key.
        wish: the audience wished for.
        key: an Idempotency-Key of up to 200 characters; with it a repeated call continues after the last
            acknowledged page, deciding anew.

    Raises:
        Unauthenticated, Refused, Invalid: before anything left; recorded in the ledger.
        Conflict: `idempotency_key_reused`.
    """
    caller = _caller(gate, credential)  # 1
    with _refusals_noted(gate, caller, wish), gate.house.unit() as connection:
        plan = _plan(gate, connection, caller, wish)  # 2, 3
        # After the commit that ends this block the release is on record and nothing has left. A crash then leaves a
        # release without pages; asked again with its key, it goes on.
        return _open(gate, connection, plan, key)  # 4


def count(gate: Gate, credential: str, wish: Wish) -> dict[str, Any]:
    """Give the numbers that a release of this wish would have now, by reason; no person and no field leaves.

    Raises:
        As `open_release`.
    """
    caller = _caller(gate, credential)
    with _refusals_noted(gate, caller, wish), gate.house.unit() as connection:
        plan = _plan(gate, connection, caller, wish)
        gate.house.enter(connection, [Entry("release.dry_run", caller.name, _wished(wish))])
    return count_pages(gate, plan)


def acknowledge(gate: Gate, credential: str, uid: str, page: int) -> ReleaseRow:
    """Note that the tool has a page and all before it.

    Raises:
        NotFound: `release_unknown`. Conflict: `page_not_sent`, when no such page was recorded.
    """
    with gate.house.unit() as connection:
        caller = identify(gate, connection, credential)
        row = _own(connection, caller, uid)
        if not 0 < page <= max((sent.page for sent in releases.pages(connection, row.no)), default=0):
            raise Conflict("page_not_sent", "That page was never sent; acknowledge the last one you received whole.")
        releases.acknowledge(connection, row.no, page)
        return releases.by_uid(connection, caller.no, row.uid)


def manifest(gate: Gate, credential: str, uid: str) -> dict[str, Any]:
    """Give what is recorded of a tool's own release: wish, state, pages with their cells and obligations.

    Raises:
        NotFound: `release_unknown`, also for another tool's.
    """
    with gate.house.unit() as connection:
        caller = identify(gate, connection, credential)
        row = _own(connection, caller, uid)
        return {
            "release": row.uid.hex(),
            "state": row.state,
            "wish": row.wish,
            "bundle": row.bundle,
            "people": row.people,
            "acknowledged": row.acknowledged,
            "pages": [
                {
                    "page": page.page,
                    "attempt": page.attempt,
                    "snapshot_at": page.snapshot_at.isoformat(),
                    "people": page.people,
                    "cells": [_told(cell) for cell in page.cells],
                }
                for page in releases.pages(connection, row.no)
            ],
        }


def _caller(gate: Gate, credential: str) -> Caller:
    with gate.house.unit() as connection:
        return identify(gate, connection, credential)


@contextmanager
def _refusals_noted(gate: Gate, caller: Caller, wish: Wish) -> Iterator[None]:
    """Put a refusal on record, in a transaction of its own, before the caller hears of it."""
    try:
        yield
    except Unavailable:
        raise
    except Ostiary as refusal:
        with gate.house.unit() as connection:
            body = {"code": refusal.code, **_heard(wish, gate.house.bundle(connection))}
            gate.house.enter(connection, [Entry("release.refused", caller.name, body)])
        raise


def _own(connection: Connection, caller: Caller, uid: str) -> ReleaseRow:
    try:
        raw = bytes.fromhex(uid)
    except ValueError:
        raise NotFound("release_unknown", "You have no release of that number.") from None
    return releases.by_uid(connection, caller.no, raw)


def _told(cell: dict[str, Any]) -> dict[str, Any]:
    """Give what a tool may know of a cell: counts and coarse codes, no facts."""
    names = ("cell", "count", "outcome", "code", "available", "obligations", "would_have")
    return {name: cell[name] for name in names if name in cell}


def _plan(gate: Gate, connection: Connection, caller: Caller, wish: Wish) -> Plan:
    bundle = gate.house.bundle(connection)
    grant = authorise(caller, wish, bundle)
    sender = _sender(connection, caller, wish)
    plan = plan_release(wish, grant, sender, bundle, wish.seed or secrets.token_hex(8))
    ask = plan.ask
    entered(connection, wish.campaign, caller, ask.purpose, ask.channel, bundle, gate.clock())
    audience.people(plan, 0)  # a filter that cannot be asked is refused while a refusal still has a status code
    return plan


def _sender(connection: Connection, caller: Caller, wish: Wish) -> Party:
    sender = parties.party_by_no(connection, caller.sender)
    if wish.sender and wish.sender != sender.name:
        raise NotFound("sender_not_yours", "This tool sends for another party. Leave `sender` out, or name its own.")
    return sender


def _open(gate: Gate, connection: Connection, plan: Plan, key: str | None) -> Release:
    wish = _wished(plan.wish)
    digest = hashlib.sha256(orjson.dumps(wish, option=orjson.OPT_SORT_KEYS)).digest()
    row = (
        None
        if _known(connection, plan, key)
        else releases.begin(
            connection,
            {
                "uid": secrets.token_bytes(16),
                "tool": plan.grant.caller.no,
                "wish": orjson.dumps(wish).decode(),
                "digest": digest,
                "bundle": plan.grant.bundle,
                "key": key,
                "seed": plan.seed,
            },
        )
    )
    if row is None:  # begun before, or a moment ago by a twin of this call
        return _go_on(gate, connection, plan, _known(connection, plan, key), digest)
    entry = Entry("release.begun", plan.grant.caller.name, {"release": row.uid.hex(), "bundle": row.bundle, **wish})
    gate.house.enter(connection, [entry])
    return Release(gate, plan, row, Place(0, 0), 0)


def _known(connection: Connection, plan: Plan, key: str | None) -> ReleaseRow | None:
    return releases.by_key(connection, plan.grant.caller.no, key) if key else None


def _go_on(gate: Gate, connection: Connection, plan: Plan, row: ReleaseRow | None, digest: bytes) -> Release:
    if row is None or row.wish_digest != digest:
        raise Conflict("idempotency_key_reused", "This Idempotency-Key began another release. Use a new key.")
    attempt = releases.take_over(connection, row.no)
    body: dict[str, Json] = {"release": row.uid.hex(), "attempt": attempt, "after_page": row.acknowledged}
    gate.house.enter(connection, [Entry("release.continued", plan.grant.caller.name, body)])
    place, given = releases.acknowledged_so_far(connection, row.no, row.acknowledged)
    return Release(gate, replace(plan, seed=row.seed), replace(row, attempt=attempt), place, given)


def _finish(release: Release, tally: Tally) -> bytes:
    gate, row = release.gate, release.row
    body: dict[str, Json] = {
        "release": row.uid.hex(),
        "attempt": row.attempt,
        "pages": tally.page,
        "people": tally.people,
        "denied": dict(sorted(tally.denied.items())),
        **tally.noted(),
    }
    with gate.house.unit() as connection:
        releases.hold_attempt(connection, row.no, row.attempt)
        releases.finish(connection, row.no, tally.people, tally.page, gate.clock())
        (inbox_no,) = gate.house.enter(connection, [Entry("release.finished", release.plan.grant.caller.name, body)])
    # True now: every page and the end of the release are durable. A crash here leaves a release without a receipt;
    # asked again with its key, it goes on after the last acknowledged page.
    index, proof = gate.house.receipt(inbox_no)
    receipt = {"receipt": {**body, "bundle": row.bundle, "entry": index, "proof": proof.decode()}}
    line = orjson.dumps(receipt)
    return b"#" + line + b"\n" if release.plan.wish.form == "csv" else line + b"\n"


def _heard(wish: Wish, bundle: Bundle) -> dict[str, Any]:
    """Spell a wish that was refused: only words of ours, because whatever else it holds was never looked at."""
    return {
        "act": wish.act.value,
        "channel": wish.channel.value,
        "purpose": wish.purpose if wish.purpose in bundle.purposes.nodes else "",
        "fields": sorted(bundle.fields.keys() & set(wish.fields)),
        "where": sorted(bundle.fields.keys() & {predicate.field for predicate in wish.filters}),
        "dry_run": wish.dry_run,
    }


def _wished(wish: Wish) -> dict[str, Any]:
    """Spell a wish for the record: words and numbers only, shares as text because a ledger entry has no floats."""
    spelled = asdict(wish)
    spelled["sample"], spelled["holdout"] = str(wish.sample), str(wish.holdout)
    spelled["fields"] = list(wish.fields)
    spelled["where"] = [
        {"field": item.field, "op": item.op, "values": [str(value) for value in item.values]} for item in wish.where
    ]
    spelled["grades"] = sorted(wish.grades)
    for name in ("grades", "best_first"):  # a wish without them reads as it did before there were grades
        if not spelled[name]:
            del spelled[name]
    return {
        name: str(value) if name in {"act", "channel", "line"} and value else value for name, value in spelled.items()
    }
