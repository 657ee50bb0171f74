"""Four eyes: a second officer, the same digest, in time; one officer alone waits; each write is kept whole or not."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from argon2 import PasswordHasher
from sqlalchemy import text

from gateway.domain.errors import Conflict, NotFound, Refused
from gateway.flows import activation, signing, widening
from gateway.flows.gate import Gate
from gateway.flows.officers import Officer, create_officer
from gateway.flows.proposals import OPEN_FOR, Proposal, digest_of
from gateway.identity.credentials import Passwords
from gateway.store.house import House
from gateway.store.people_lookup import Connection
from policies.load import archive, load_bundle
from policies.packs import Bundle


@pytest.fixture
def house(gate: Gate) -> Gate:
    """A gateway whose officers' passwords cost little."""
    return replace(gate, passwords=Passwords(PasswordHasher(time_cost=1, memory_cost=1024, parallelism=1)))


@pytest.fixture
def anna(house: Gate) -> Officer:
    return create_officer(house, "anna", "officer", "twelve geese cross")


@pytest.fixture
def bela(house: Gate) -> Officer:
    return create_officer(house, "bela", "officer", "twelve geese cross")


@pytest.fixture
def other(house: Gate) -> Bundle:
    """Another bundle, kept and not in force: the packaged one with one more comment."""
    from gateway.store import bundles
    from policies.load import restore

    packaged = load_bundle()
    files = dict(packaged.files) | {"purposes.yaml": packaged.files["purposes.yaml"] + "# another\n"}
    made = restore(archive(replace(packaged, files=files)))
    with house.house.unit() as connection:
        bundles.add(connection, made.digest, archive(made))
    return made


def in_force(house: Gate) -> str:
    with house.house.unit() as connection:
        return house.house.bundle(connection).digest


def entries(house: Gate) -> list[str]:
    """Give the kinds of all entries of proposals and what came of them, oldest first; the log verifies."""
    while house.house.sequencer.run_once():
        pass
    with house.house.unit() as connection:
        rows = connection.execute(text("SELECT kind FROM ledger_leaf ORDER BY idx")).scalars()
        return [kind for kind in rows if kind.split(".")[0] in {"proposal", "bundle", "pack", "tool"}]


def states(house: Gate) -> list[tuple[str, str]]:
    with house.house.unit() as connection:
        return [tuple(row) for row in connection.execute(text("SELECT kind, state FROM proposal ORDER BY no"))]


def crashing(at: int, *, kept: bool) -> Callable[[House], Any]:
    """Make a `House.unit` that crashes in its n-th transaction, before or after the commit."""
    usual, seen = House.unit, iter(range(1000))

    @contextmanager
    def unit(self: House) -> Iterator[Connection]:
        number = next(seen)
        with usual(self) as connection:
            yield connection
            if number == at and not kept:
                raise ConnectionError
        if number == at:
            raise ConnectionError

    return unit


def test_a_second_officer_confirms_and_the_bundle_is_in_force(
    house: Gate, anna: Officer, bela: Officer, other: Bundle
) -> None:
    before = in_force(house)
    made = activation.propose_activation(house, anna, other.digest[:10], {"gain": 3})
    assert (made.state, made.alone, made.about, made.payload["previous"]) == ("open", False, other.digest, before)
    assert made.digest == digest_of("policy.activate", other.digest, made.payload)
    assert in_force(house) == before, "a proposal changes nothing"
    done = widening.confirm(house, bela, made.uid.hex(), made.digest)
    assert (done.state, done.settled_by) == ("confirmed", "officer:bela")
    assert in_force(house) == other.digest
    assert entries(house) == ["proposal.made", "proposal.confirmed", "bundle.activated"]
    with house.house.unit() as connection:
        body = connection.execute(
            text("SELECT convert_from(entry, 'UTF8')::jsonb -> 'body' FROM ledger_inbox ORDER BY no DESC LIMIT 1")
        ).scalar_one()
    assert body["previous"] == before
    assert (body["proposed_by"], body["confirmed_by"]) == ("officer:anna", "officer:bela")


def test_who_proposed_cannot_confirm_while_there_is_another(
    house: Gate, anna: Officer, bela: Officer, other: Bundle
) -> None:
    made = activation.propose_activation(house, anna, other.digest)
    with pytest.raises(Refused, match="second_officer_needed"):
        widening.confirm(house, anna, made.uid.hex(), made.digest)
    assert widening.shown(house, anna, made.uid.hex()).against is not None
    assert widening.shown(house, bela, made.uid.hex()).against is None
    assert entries(house) == ["proposal.made"]


def test_another_digest_confirms_nothing(house: Gate, anna: Officer, bela: Officer, other: Bundle) -> None:
    made = activation.propose_activation(house, anna, other.digest)
    for digest in ("", "0" * 64, made.digest.upper()):
        with pytest.raises(Conflict, match="proposal_differs"):
            widening.confirm(house, bela, made.uid.hex(), digest)
    assert states(house) == [("policy.activate", "open")]


def test_after_seven_days_it_expires_and_says_so_in_the_ledger(
    house: Gate, clock: Any, anna: Officer, bela: Officer, other: Bundle
) -> None:
    made = activation.propose_activation(house, anna, other.digest)
    clock.at += OPEN_FOR - timedelta(microseconds=1)
    assert widening.listed(house, bela)[0].state == "open"
    clock.at += timedelta(microseconds=1)
    assert widening.listed(house, bela)[0].state == "expired"
    with pytest.raises(Conflict, match="proposal_expired"):
        widening.confirm(house, bela, made.uid.hex(), made.digest)
    assert states(house) == [("policy.activate", "expired")]
    assert entries(house) == ["proposal.made", "proposal.expired"]
    with pytest.raises(Conflict, match="proposal_settled"):
        widening.confirm(house, bela, made.uid.hex(), made.digest)
    again = activation.propose_activation(house, anna, other.digest)
    assert again.no != made.no


def test_an_overdue_proposal_makes_room_for_the_next(
    house: Gate, clock: Any, anna: Officer, bela: Officer, other: Bundle
) -> None:
    activation.propose_activation(house, anna, other.digest)
    clock.at += OPEN_FOR
    activation.propose_activation(house, bela, other.digest)
    assert [state for _, state in states(house)] == ["expired", "open"]


def test_one_officer_alone_waits_a_day(house: Gate, clock: Any, anna: Officer, other: Bundle) -> None:
    create_officer(house, "otto", "auditor", "twelve geese cross")
    made = activation.propose_activation(house, anna, other.digest)
    assert made.alone
    assert made.not_before == clock.at + timedelta(hours=24)
    clock.at += timedelta(hours=24) - timedelta(microseconds=1)
    with pytest.raises(Conflict, match="proposal_too_early"):
        widening.confirm(house, anna, made.uid.hex(), made.digest)
    clock.at += timedelta(microseconds=1)
    assert widening.confirm(house, anna, made.uid.hex(), made.digest).state == "confirmed"
    assert in_force(house) == other.digest
    with house.house.unit() as connection:
        said = connection.execute(
            text("SELECT convert_from(entry, 'UTF8')::jsonb #>> '{body,single_officer}' FROM ledger_inbox"
                 " WHERE convert_from(entry, 'UTF8')::jsonb ->> 'kind' IN ('proposal.made', 'bundle.activated')")
        ).scalars()  # fmt: skip
        assert list(said) == ["true", "true"]


def test_the_delay_helps_nobody_once_there_is_a_second_officer(
    house: Gate, clock: Any, anna: Officer, other: Bundle
) -> None:
    made = activation.propose_activation(house, anna, other.digest)
    create_officer(house, "bela", "officer", "twelve geese cross")
    clock.at += timedelta(hours=30)
    with pytest.raises(Refused, match="second_officer_needed"):
        widening.confirm(house, anna, made.uid.hex(), made.digest)


def test_a_second_officer_who_leaves_does_not_make_the_first_one_two(
    house: Gate, clock: Any, anna: Officer, bela: Officer, other: Bundle
) -> None:
    made = activation.propose_activation(house, anna, other.digest)
    with house.house.unit() as connection:
        connection.execute(text("UPDATE officer SET active = false WHERE name = 'bela'"))
    clock.at += timedelta(days=2)
    with pytest.raises(Refused, match="second_officer_needed"):
        widening.confirm(house, anna, made.uid.hex(), made.digest)
    assert bela.name == "bela"


def test_roles_are_asked(house: Gate, anna: Officer, other: Bundle) -> None:
    otto = create_officer(house, "otto", "auditor", "twelve geese cross")
    adam = create_officer(house, "adam", "administrator", "twelve geese cross")
    with pytest.raises(Refused, match="role_may_not"):
        activation.propose_activation(house, otto, other.digest)
    made = activation.propose_activation(house, adam, other.digest)
    assert not made.alone, "whoever runs the house proposes, an officer confirms"
    for wrong in (otto, adam):
        with pytest.raises(Refused, match="role_may_not"):
            widening.confirm(house, wrong, made.uid.hex(), made.digest)
        with pytest.raises(Refused, match="role_may_not"):
            widening.refuse(house, wrong, made.uid.hex())
    assert widening.shown(house, otto, made.uid.hex()).against is not None
    assert widening.confirm(house, anna, made.uid.hex(), made.digest).state == "confirmed"


def test_refused_or_withdrawn_it_stays_so(house: Gate, anna: Officer, bela: Officer, other: Bundle) -> None:
    made = activation.propose_activation(house, anna, other.digest)
    with pytest.raises(Refused, match="not_your_proposal"):
        widening.withdraw(house, bela, made.uid.hex())
    assert widening.refuse(house, bela, made.uid.hex()).state == "refused"
    assert widening.refuse(house, bela, made.uid.hex()).state == "refused", "twice is once"
    with pytest.raises(Conflict, match="proposal_settled"):
        widening.confirm(house, bela, made.uid.hex(), made.digest)
    next_one = activation.propose_activation(house, anna, other.digest)
    assert widening.withdraw(house, anna, next_one.uid.hex()).state == "withdrawn"
    assert entries(house) == ["proposal.made", "proposal.refused", "proposal.made", "proposal.withdrawn"]
    with pytest.raises(NotFound, match="proposal_unknown"):
        widening.confirm(house, bela, "00" * 16, made.digest)
    with pytest.raises(NotFound, match="proposal_unknown"):
        widening.confirm(house, bela, "not hexadecimal", made.digest)


def test_the_same_proposal_again_is_the_one_that_is_open(
    house: Gate, anna: Officer, bela: Officer, other: Bundle
) -> None:
    made = activation.propose_activation(house, anna, other.digest)
    assert activation.propose_activation(house, anna, other.digest).no == made.no
    assert activation.propose_activation(house, bela, other.digest, {"gain": 1}).digest == made.digest
    assert entries(house) == ["proposal.made"]


def test_confirmed_twice_is_confirmed_once(house: Gate, anna: Officer, bela: Officer, other: Bundle) -> None:
    made = activation.propose_activation(house, anna, other.digest)
    first = widening.confirm(house, bela, made.uid.hex(), made.digest)
    assert widening.confirm(house, bela, made.uid.hex(), made.digest) == first
    assert entries(house).count("bundle.activated") == 1


def _propose(house: Gate, anna: Officer, bela: Officer, other: Bundle) -> Proposal:
    return signing.propose_sign_off(house, anna, "KR")


def _confirm(house: Gate, anna: Officer, bela: Officer, other: Bundle) -> Proposal:
    made = activation.propose_activation(house, anna, other.digest)
    return widening.confirm(house, bela, made.uid.hex(), made.digest)


@pytest.mark.parametrize("kept", [False, True], ids=["lost", "kept"])
@pytest.mark.parametrize(("act", "at", "done"), [
    (_propose, 1, ["proposal.made"]),
    (_confirm, 2, ["proposal.made", "proposal.confirmed", "bundle.activated"]),
], ids=["propose", "confirm"])  # fmt: skip
def test_state_and_entry_are_kept_together_or_not_at_all(
    house: Gate, anna: Officer, bela: Officer, other: Bundle, monkeypatch: pytest.MonkeyPatch,
    act: Callable[..., Proposal], at: int, done: list[str], kept: bool,
) -> None:  # fmt: skip
    before = in_force(house)
    with monkeypatch.context() as patched:
        patched.setattr(House, "unit", crashing(at, kept=kept))
        with pytest.raises(ConnectionError):
            act(house, anna, bela, other)
    assert entries(house) == (done if kept else done[: 1 if at > 1 else 0])
    assert in_force(house) == (other.digest if kept and at > 1 else before)
    assert act(house, anna, bela, other).state in {"open", "confirmed"} if at == 1 or not kept else True


def test_a_payload_or_a_digest_never_changes(house: Gate, anna: Officer, other: Bundle) -> None:
    activation.propose_activation(house, anna, other.digest)
    for change in ("payload = '{}'", "digest = 'x'", "not_before = now()", "proposed_by = 'x'"):
        with pytest.raises(Exception, match="permission denied"), house.house.unit() as connection:
            connection.execute(text(f"UPDATE proposal SET {change}"))
    with pytest.raises(Exception, match=r"permission denied|append-only"), house.house.unit() as connection:
        connection.execute(text("DELETE FROM bundle_activation"))
