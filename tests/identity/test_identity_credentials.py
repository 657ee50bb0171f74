"""API keys and passwords: the right one passes, the expired one is told so, every other gets one answer."""

from datetime import UTC, datetime, timedelta, timezone
from hashlib import sha256

import pytest
from argon2 import PasswordHasher
from hypothesis import given
from hypothesis import strategies as st

from gateway.domain.errors import Invalid
from gateway.identity.credentials import (
    CredentialExpired,
    CredentialWrong,
    Passwords,
    api_key_id,
    check_api_key,
    new_api_key,
)

NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)
CHEAP = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
PASSWORDS = Passwords(CHEAP)


def test_a_new_key_passes_and_only_its_digest_is_kept() -> None:
    plain, record = new_api_key()
    check_api_key(plain, record, NOW)
    prefix, key_id, secret = plain.split("_", 2)
    assert (prefix, key_id) == ("ost", record.key_id == api_key_id(plain) and record.key_id)
    assert len(secret) >= 43
    assert record.digest == sha256(plain.encode()).digest()
    assert secret not in repr(record)
    assert record.digest.hex() not in repr(record)


def test_keys_never_repeat() -> None:
    assert len({new_api_key()[0] for _ in range(2000)}) == 2000


def test_every_changed_letter_is_wrong() -> None:
    plain, record = new_api_key()
    for at in range(len(plain)):
        changed = plain[:at] + ("A" if plain[at] != "A" else "B") + plain[at + 1 :]
        with pytest.raises(CredentialWrong):
            check_api_key(changed, record, NOW)


@given(st.text(max_size=80))
def test_whatever_is_presented_gets_the_same_refusal(presented: str) -> None:
    _, record = new_api_key()
    for found in (record, None):
        with pytest.raises(CredentialWrong) as refused:
            check_api_key(presented, found, NOW)
        assert refused.value.code == "credential_wrong"
        assert len(presented) < 5 or presented not in str(refused.value)


def test_an_unknown_key_is_refused_like_a_false_one() -> None:
    plain, record = new_api_key()
    with pytest.raises(CredentialWrong) as unknown:
        check_api_key(plain, None, NOW)
    with pytest.raises(CredentialWrong) as false:
        check_api_key(new_api_key()[0], record, NOW)
    assert str(unknown.value) == str(false.value)


def test_a_record_of_zeros_lets_nobody_in() -> None:
    with pytest.raises(CredentialWrong):
        check_api_key("", None, NOW)


def test_an_expired_key_is_told_so_to_its_holder_only() -> None:
    plain, record = new_api_key(expires_at=NOW)
    check_api_key(plain, record, NOW - timedelta(microseconds=1))
    with pytest.raises(CredentialExpired) as refused:
        check_api_key(plain, record, NOW)
    assert refused.value.code == "credential_expired"
    with pytest.raises(CredentialExpired):
        check_api_key(plain, record, NOW.astimezone(timezone(timedelta(hours=9))))
    with pytest.raises(CredentialWrong):
        check_api_key(plain + "x", record, NOW)


def test_a_moment_without_zone_is_refused() -> None:
    naive = NOW.replace(tzinfo=None)
    with pytest.raises(Invalid):
        new_api_key(expires_at=naive)
    plain, record = new_api_key(expires_at=NOW)
    with pytest.raises(Invalid):
        check_api_key(plain, record, naive)


@pytest.mark.parametrize(
    "presented",
    ["", "ost_", "ost_0123abcd_short", "ost_0123ABCD_" + "a" * 43, "x" * 10**6, "ost_0123abcd_" + "é" * 43],
)
def test_what_is_not_shaped_like_a_key_has_no_id(presented: str) -> None:
    with pytest.raises(CredentialWrong):
        api_key_id(presented)


def test_a_password_passes_and_its_hash_is_argon2id() -> None:
    kept = PASSWORDS.hash("correct horse battery")
    assert kept.startswith("$argon2id$")
    assert kept != PASSWORDS.hash("correct horse battery")
    assert PASSWORDS.check(kept, "correct horse battery") is None


def test_two_spellings_of_one_password_are_one() -> None:
    assert PASSWORDS.check(PASSWORDS.hash("Schlu\u0308ssel zum Haus"), "Schl\u00fcssel zum Haus") is None


@pytest.mark.parametrize("typed", ["", "correct horse batterY", "correct horse battery\0", "x" * 5000, "\ud800" * 20])
def test_a_wrong_password_and_an_unknown_officer_get_one_answer(typed: str) -> None:
    kept = PASSWORDS.hash("correct horse battery")
    said = set()
    for found in (kept, None, "no hash at all"):
        with pytest.raises(CredentialWrong) as refused:
            PASSWORDS.check(found, typed)
        said.add(str(refused.value))
    assert len(said) == 1


def test_an_unknown_officer_costs_a_verification() -> None:
    counted: list[str | bytes] = []

    class Counting(PasswordHasher):
        def verify(self, hash: str | bytes, password: str | bytes) -> bool:  # type: ignore[override]  # noqa: A002
            counted.append(hash)
            return super().verify(hash, password)

    passwords = Passwords(Counting(time_cost=1, memory_cost=8, parallelism=1))
    with pytest.raises(CredentialWrong):
        passwords.check(None, "whatever it is")
    assert len(counted) == 1


def test_an_unknown_officer_stays_out_even_with_the_dummys_password() -> None:
    passwords = Passwords(CHEAP)
    passwords._dummy = CHEAP.hash("correct horse battery")
    with pytest.raises(CredentialWrong):
        passwords.check(None, "correct horse battery")


def test_a_hash_of_yesterdays_cost_is_renewed() -> None:
    dearer = Passwords(PasswordHasher(time_cost=2, memory_cost=16, parallelism=1))
    renewed = dearer.check(PASSWORDS.hash("correct horse battery"), "correct horse battery")
    assert renewed is not None
    assert dearer.check(renewed, "correct horse battery") is None


@pytest.mark.parametrize("password", ["", "eleven char", "x" * 1025, "\ud800" * 20])
def test_an_unfit_password_is_not_hashed_nor_echoed(password: str) -> None:
    with pytest.raises(Invalid) as refused:
        PASSWORDS.hash(password)
    assert refused.value.code == "password_unfit"
    assert refused.value.__cause__ is None


def test_the_default_cost_is_the_second_of_rfc_9106() -> None:
    kept = Passwords().hash("correct horse battery")
    assert "$m=65536,t=3,p=4$" in kept
