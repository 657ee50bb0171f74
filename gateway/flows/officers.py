"""Officers come in and go out: accounts, sign-in, sessions, and the proof that a form is their own.

Must never tell an unknown name from a wrong password, by words or by work; never let more than a few guesses
through; never put into the ledger what somebody typed at the door unless it is the name of an officer.

A sign-in, in order:
  1 reserve  the attempt is counted against the name and the address before the password is looked at, so that
             guesses made at the same moment cannot outrun the count
  2 check    argon2id, as long for an unknown name as for a known one
  3 open     the attempt is taken back, the session kept, the entry made: one transaction
"""

import re
from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import timedelta
from ipaddress import IPv6Address, IPv6Network
from threading import BoundedSemaphore
from typing import Final, Never

from audit.leaf import Entry
from gateway.domain.errors import Invalid, Refused, Unauthenticated, Unavailable
from gateway.flows.gate import Gate
from gateway.identity.sessions import SessionOver, SessionRecord, session_digest
from gateway.roles.enforcer import allows, officer_may
from gateway.store import officers as kept
from gateway.store.officers import KeptOfficer, Officer
from gateway.store.people_lookup import Connection

__all__ = [
    "Officer",
    "SignedIn",
    "allowed",
    "check_form",
    "create_officer",
    "form_token",
    "officer_of",
    "require",
    "require_now",
    "sign_in",
    "sign_out",
]

ATTEMPTS: Final = 5
"""Failures that a name or an address may have within `WINDOW`."""
WINDOW: Final = timedelta(minutes=15)
LONGEST_SESSION: Final = timedelta(hours=12)
_CHECKING: Final = BoundedSemaphore(2)
"""Passwords looked at in one moment by this process: each takes 64 MiB, and strangers choose how many come."""
_PATIENCE: Final = 10.0
_TOUCH: Final = timedelta(seconds=20)
_NAME: Final = re.compile(r"[^\W_][\w.\- ]{0,58}[^\W_]|[^\W_]")


@dataclass(frozen=True, slots=True)
class SignedIn:
    """A session that has begun. `session` is the secret for the cookie; it is shown here once and never kept."""

    session: str = field(repr=False)
    officer: Officer


@dataclass(frozen=True, slots=True)
class _Attempt:
    """One guess at the door, counted already: the marks it stands against and the rows that count it."""

    marks: tuple[bytes, bytes]
    rows: tuple[int, ...]
    known: KeptOfficer | None


def create_officer(gate: Gate, name: str, role: str, password: str, actor: str = "command line") -> Officer:
    """Make an account.

    Args:
        gate: the instruments.
        name: 1 to 60 letters, digits, spaces, dots and hyphens of any script; unique.
        role: a word of the role policy.
        password: 12 to 1024 characters.
        actor: who makes it.

    Raises:
        Invalid: `officer_name_unfit`, `password_unfit`. Conflict: `officer_exists`.
    """
    if not _NAME.fullmatch(name):
        raise Invalid("officer_name_unfit", "An officer's name has 1 to 60 letters, digits, spaces, dots or hyphens.")
    secret = gate.passwords.hash(password)
    with gate.house.unit() as connection:
        officer = kept.add_officer(connection, name, role, secret)
        gate.house.enter(connection, [Entry("officer.created", actor, {"officer": name, "role": role})])
    return officer


def sign_in(gate: Gate, name: str, password: str, address: str) -> SignedIn:
    """Let an officer in.

    Args:
        gate: the instruments.
        name: as typed.
        password: as typed.
        address: where the request came from, as the server saw it; kept as a keyed mark only.

    Raises:
        Unauthenticated: `sign_in_wrong`, the same for an unknown name, a wrong password, a closed account.
        Refused: `too_many_attempts`. Unavailable: `door_busy`.
    """
    attempt = _reserve(gate, name, address)
    # True now: this guess counts. A crash from here on leaves it counted, which errs on the safe side.
    try:
        better = _check(gate, attempt.known, password)
    except Unauthenticated:
        _enter_refusal(gate, attempt, "wrong")
        raise _wrong() from None
    if attempt.known is None:
        raise _wrong()
    return _open(gate, attempt, attempt.known.officer, better)


def sign_out(gate: Gate, session: str) -> None:
    """End a session; a session that is over already changes nothing."""
    digest = session_digest(session)
    with gate.house.unit() as connection:
        found = kept.session(connection, digest)
        if found and kept.close_session(connection, digest):
            gate.house.enter(connection, [Entry("officer.signed_out", found.officer.actor, {})])


def officer_of(gate: Gate, session: str) -> Officer:
    """Give the officer whose session this is, and note that it is in use.

    Raises:
        Unauthenticated: `session_over`: unknown, idle for half an hour, or too old.
    """
    now, digest = gate.clock(), session_digest(session)
    with gate.house.unit() as connection:
        found = kept.session(connection, digest)
        record = SessionRecord(found.digest, found.opened_at, found.seen_at) if found else None
        going_on = gate.sessions.check(session, record, now)
        if found is None or not found.active or now >= found.expires_at:
            raise SessionOver
        # The last use is noted to the nearest few seconds: a page with ten pictures is one use.
        if going_on.seen_at - found.seen_at >= _TOUCH:
            kept.seen(connection, digest, going_on.seen_at)
    return found.officer


def require(gate: Gate, connection: Connection, officer: Officer, action: str) -> None:
    """Let an officer's act pass, or raise; asked of the role policy in force, in the transaction of the act.

    Raises:
        Refused: `role_may_not`.
    """
    officer_may(officer.role, action, gate.house.bundle(connection))


def require_now(gate: Gate, officer: Officer, action: str) -> None:
    """Let an officer see a page, or raise; for what is read only, outside any act's transaction.

    Raises:
        Refused: `role_may_not`.
    """
    with gate.house.unit() as connection:
        require(gate, connection, officer, action)


def allowed(gate: Gate, officer: Officer, actions: Collection[str]) -> frozenset[str]:
    """Give those of `actions` that an officer may do now, so that a page offers nothing that would be refused."""
    with gate.house.unit() as connection:
        bundle = gate.house.bundle(connection)
    return frozenset(action for action in actions if allows(officer.role, f"office:{action}", "do", bundle))


def form_token(gate: Gate, session: str) -> str:
    """Give the token that every form of a session carries."""
    return gate.sessions.csrf(session)


def check_form(gate: Gate, session: str, given: str) -> None:
    """Let a form pass, or raise.

    Raises:
        Refused: `csrf_wrong`.
    """
    gate.sessions.check_csrf(session, given)


def _reserve(gate: Gate, name: str, address: str) -> _Attempt:
    now = gate.clock()
    marks = (_mark(gate, "name", name), _mark(gate, "address", _network(address)))
    with gate.house.unit() as connection:
        counted = kept.count_attempts(connection, marks, now - WINDOW)
        known = kept.officer_named(connection, name)
        # The attempt that meets the limit is kept and recorded too; those after it leave no trace, so that
        # nobody fills the ledger from outside.
        rows = kept.add_attempt(connection, marks, now, now - WINDOW) if counted <= ATTEMPTS else ()
    attempt = _Attempt(marks, rows, known)
    if counted >= ATTEMPTS:
        _refuse_many(gate, attempt)
    return attempt


def _refuse_many(gate: Gate, attempt: _Attempt) -> Never:
    if attempt.rows:
        _enter_refusal(gate, attempt, "too_many_attempts")
    seconds = int(WINDOW.total_seconds())
    message = f"Too many failed sign-ins. Wait {seconds // 60} minutes, then try again."
    raise Refused("too_many_attempts", message, retry_after=seconds)


def _check(gate: Gate, known: KeptOfficer | None, password: str) -> str | None:
    if not _CHECKING.acquire(timeout=_PATIENCE):
        raise Unavailable("door_busy", "Too many people sign in at this moment. Try again in a minute.")
    try:
        return gate.passwords.check(_secret(known), password)
    finally:
        _CHECKING.release()


def _open(gate: Gate, attempt: _Attempt, officer: Officer, better: str | None) -> SignedIn:
    now = gate.clock()
    session, record = gate.sessions.open(now)
    with gate.house.unit() as connection:
        kept.forgive(connection, attempt.rows)
        if better:
            kept.keep_password(connection, officer, better)
        kept.open_session(connection, record.digest, officer, now, now + LONGEST_SESSION)
        body = {"role": officer.role, "client": attempt.marks[1].hex()}
        gate.house.enter(connection, [Entry("officer.signed_in", officer.actor, body)])
    return SignedIn(session, officer)


def _enter_refusal(gate: Gate, attempt: _Attempt, reason: str) -> None:
    # A name that is no officer's may be anything, a password among them: it is not repeated.
    actor = attempt.known.officer.actor if attempt.known else "unknown"
    body = {"reason": reason, "client": attempt.marks[1].hex()}
    with gate.house.unit() as connection:
        gate.house.enter(connection, [Entry("officer.sign_in_refused", actor, body)])


def _secret(known: KeptOfficer | None) -> str | None:
    return known.password if known and known.active else None


def _network(address: str) -> str:
    """Give what one household is known by: of IPv6 the first 64 bits, since it may use all addresses below them."""
    try:
        known = IPv6Address(address)
    except ValueError:
        return address
    return str(known.ipv4_mapped or IPv6Network((int(known), 64), strict=False))


def _mark(gate: Gate, what: str, value: str) -> bytes:
    # Keyed, because a plain hash of an address can be guessed back; the session key is the door's own.
    return bytes.fromhex(gate.sessions.csrf(f"attempt {what} {value}"))[:16]


def _wrong() -> Unauthenticated:
    return Unauthenticated("sign_in_wrong", "The name or the password is wrong.")
