"""Officers come in and go out: one message for every wrong sign-in, few guesses, sessions with a sure end."""

import json
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from argon2 import PasswordHasher

from gateway.domain.errors import Conflict, Invalid, Refused, Unauthenticated
from gateway.flows import officers
from gateway.flows.gate import Gate
from gateway.identity.credentials import Passwords

PASSWORD = "twelve geese cross"
HERE = "192.0.2.7"


class Counting(Passwords):
    """Counts how often a password was looked at."""

    looked = 0

    def check(self, kept: str | None, password: str) -> str | None:
        """Count, then check."""
        self.looked += 1
        return super().check(kept, password)


@pytest.fixture
def house(gate: Gate) -> Gate:
    """A gateway with an officer `anna` and passwords that cost little."""
    made = replace(gate, passwords=Counting(PasswordHasher(time_cost=1, memory_cost=1024, parallelism=1)))
    officers.create_officer(made, "anna", "officer", PASSWORD)
    return made


def entries(gate: Gate) -> list[dict[str, Any]]:
    with gate.house.unit() as connection:
        rows = connection.exec_driver_sql("SELECT entry FROM ledger_inbox ORDER BY no").scalars().all()
    return [json.loads(row) for row in rows]


def fail(gate: Gate, name: str = "anna", address: str = HERE, password: str = "not the password") -> str:
    """Sign in wrongly and give the code."""
    with pytest.raises((Unauthenticated, Refused)) as caught:
        officers.sign_in(gate, name, password, address)
    return str(caught.value.code)


def test_a_right_password_opens_a_session_of_that_officer(house: Gate) -> None:
    signed_in = officers.sign_in(house, "anna", PASSWORD, HERE)
    assert officers.officer_of(house, signed_in.session) == signed_in.officer
    assert (signed_in.officer.name, signed_in.officer.role) == ("anna", "officer")


def test_an_unknown_name_and_a_wrong_password_cannot_be_told_apart(house: Gate) -> None:
    with pytest.raises(Unauthenticated) as unknown:
        officers.sign_in(house, "nobody", PASSWORD, HERE)
    with pytest.raises(Unauthenticated) as wrong:
        officers.sign_in(house, "anna", "not the password", HERE)
    assert unknown.value.args == wrong.value.args
    assert isinstance(house.passwords, Counting)
    assert house.passwords.looked == 2, "an unknown name costs the same work"


def test_the_sixth_guess_at_a_name_is_not_even_looked_at(house: Gate) -> None:
    codes = [fail(house, address=f"192.0.2.{at}") for at in range(8)]
    assert codes == ["sign_in_wrong"] * 5 + ["too_many_attempts"] * 3
    assert isinstance(house.passwords, Counting)
    assert house.passwords.looked == 5


def test_the_sixth_guess_from_an_address_is_refused_whatever_the_name(house: Gate) -> None:
    for at in range(5):
        fail(house, name=f"guess{at}")
    with pytest.raises(Refused) as caught:
        officers.sign_in(house, "anna", PASSWORD, HERE)
    assert caught.value.code == "too_many_attempts"
    assert officers.sign_in(house, "anna", PASSWORD, "192.0.2.99").officer.name == "anna"


def test_all_addresses_of_one_ipv6_network_are_one(house: Gate) -> None:
    codes = [fail(house, name=f"guess{at}", address=f"2001:db8:0:7::{at}") for at in range(6)]
    assert codes == ["sign_in_wrong"] * 5 + ["too_many_attempts"]
    assert fail(house, name="other", address="2001:db8:0:8::1") == "sign_in_wrong"


def test_guesses_made_at_the_same_moment_are_counted_one_by_one(house: Gate) -> None:
    with ThreadPoolExecutor(8) as pool:
        codes = list(pool.map(lambda at: fail(house, address=f"192.0.2.{at}"), range(12)))
    assert sorted(codes) == ["sign_in_wrong"] * 5 + ["too_many_attempts"] * 7


def test_after_fifteen_minutes_an_officer_may_try_again(house: Gate, clock: Any) -> None:
    for _ in range(6):
        fail(house)
    clock.at += timedelta(minutes=14, seconds=59)
    assert fail(house, password=PASSWORD) == "too_many_attempts"
    clock.at += timedelta(minutes=15)
    assert officers.sign_in(house, "anna", PASSWORD, HERE).officer.name == "anna"


def test_right_passwords_are_no_failures(house: Gate) -> None:
    for _ in range(8):
        officers.sign_in(house, "anna", PASSWORD, HERE)


def test_a_session_ends_after_half_an_hour_without_use(house: Gate, clock: Any) -> None:
    session = officers.sign_in(house, "anna", PASSWORD, HERE).session
    for _ in range(3):
        clock.at += timedelta(minutes=29)
        officers.officer_of(house, session)
    clock.at += timedelta(minutes=30)
    with pytest.raises(Unauthenticated) as caught:
        officers.officer_of(house, session)
    assert caught.value.code == "session_over"


def test_a_session_in_use_ends_after_half_a_day_at_the_latest(house: Gate, clock: Any) -> None:
    session = officers.sign_in(house, "anna", PASSWORD, HERE).session
    lasted = 0
    for minutes in range(20, 13 * 60, 20):
        clock.at += timedelta(minutes=20)
        with suppress(Unauthenticated):
            officers.officer_of(house, session)
            lasted = minutes
    assert 7 * 60 <= lasted < 12 * 60


def test_signing_out_ends_the_session_at_once_and_twice_does_no_harm(house: Gate) -> None:
    session = officers.sign_in(house, "anna", PASSWORD, HERE).session
    officers.sign_out(house, session)
    officers.sign_out(house, session)
    with pytest.raises(Unauthenticated):
        officers.officer_of(house, session)
    assert [entry["kind"] for entry in entries(house)].count("officer.signed_out") == 1


def test_an_account_that_is_closed_neither_signs_in_nor_keeps_its_session(house: Gate) -> None:
    session = officers.sign_in(house, "anna", PASSWORD, HERE).session
    with house.house.unit() as connection:
        connection.exec_driver_sql("UPDATE officer SET active = false WHERE name = 'anna'")
    with pytest.raises(Unauthenticated):
        officers.officer_of(house, session)
    assert fail(house, password=PASSWORD) == "sign_in_wrong"


def test_coming_and_going_is_in_the_ledger_without_what_a_stranger_typed(house: Gate) -> None:
    session = officers.sign_in(house, "anna", PASSWORD, HERE).session
    officers.sign_out(house, session)
    fail(house, name="my secret password", address="198.51.100.23")
    said = [entry for entry in entries(house) if entry["kind"].startswith("officer.")]
    assert [entry["kind"] for entry in said] == [
        "officer.created", "officer.signed_in", "officer.signed_out", "officer.sign_in_refused",
    ]  # fmt: skip
    assert said[-1]["actor"] == "unknown"
    text = json.dumps(said)
    assert not any(word in text for word in ("my secret password", "198.51.100.23", HERE, session, PASSWORD))


def test_a_flood_from_outside_does_not_fill_the_ledger(house: Gate) -> None:
    for _ in range(30):
        fail(house)
    refused = [entry for entry in entries(house) if entry["kind"] == "officer.sign_in_refused"]
    assert [entry["body"]["reason"] for entry in refused] == ["wrong"] * 5 + ["too_many_attempts"]


def test_nothing_that_signs_in_is_kept_in_clear(house: Gate) -> None:
    session = officers.sign_in(house, "anna", PASSWORD, HERE).session
    fail(house)
    with house.house.unit() as connection:
        kept = [
            str(connection.exec_driver_sql(f"SELECT coalesce(json_agg(t)::text, '') FROM {table} t").scalar_one())
            for table in ("officer", "session", "sign_in_failure")
        ]
    spelled = [secret.encode().hex() for secret in (PASSWORD, session, HERE)]
    assert not any(secret in text for text in kept for secret in (PASSWORD, session, HERE, *spelled))


@pytest.mark.parametrize("name", ["", " anna", "anna ", "a" * 61, 'an"na', "an\nna", "-", "anna<b>"])
def test_a_name_that_cannot_stand_in_a_log_is_refused(house: Gate, name: str) -> None:
    with pytest.raises(Invalid) as caught:
        officers.create_officer(house, name, "officer", PASSWORD)
    assert caught.value.code == "officer_name_unfit"


@pytest.mark.parametrize("name", ["이지원", "مریم رضایی", "O. Meier-Groß", "王芳", "b"])
def test_a_name_may_be_of_any_script(house: Gate, name: str) -> None:
    officers.create_officer(house, name, "officer", PASSWORD)
    assert officers.sign_in(house, name, PASSWORD, HERE).officer.name == name


def test_two_officers_cannot_share_a_name_and_a_short_password_is_refused(house: Gate) -> None:
    with pytest.raises(Conflict) as taken:
        officers.create_officer(house, "anna", "auditor", PASSWORD)
    assert taken.value.code == "officer_exists"
    with pytest.raises(Invalid) as short:
        officers.create_officer(house, "berta", "auditor", "elevenchars")
    assert short.value.code == "password_unfit"


def test_a_role_may_do_what_the_policy_says_and_nothing_else(house: Gate) -> None:
    officer = officers.sign_in(house, "anna", PASSWORD, HERE).officer
    with house.house.unit() as connection:
        officers.require(house, connection, officer, "ledger.read")
        with pytest.raises(Refused) as caught:
            officers.require(house, connection, officer, "keys.rotate")
    assert caught.value.code == "role_may_not"
    assert officers.allowed(house, officer, ["ledger.read", "keys.rotate"]) == {"ledger.read"}
