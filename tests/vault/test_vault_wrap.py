"""Wrapped data keys: Tink's wire format, for one person, under one key id."""

import os

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.vault.binding import bind
from gateway.vault.errors import Damaged, KeyUnknown, Unfit
from gateway.vault.keys import WRAPPED_BYTES, Keyring
from gateway.vault.keytext import Content, Key, Purpose

KEK = Keyring(
    Content("golden", 1, (Key(0x1A2B3C4D, Purpose.PERSON_KEY, "", 1, active=True, material=bytes(range(32))),))
)
PERSON = bytes(range(16))
DATA_KEY = bytes(range(100, 132))

# Made by tink-py, AES256_GCM with output prefix TINK, over the associated data that `keys` documents.
FROM_TINK = bytes.fromhex(
    "011a2b3c4dec0a768a2a9fffee4609b3405ce05bfa4160c31b15a008b3003e60fc58fb9297f55896936587ef5fe9a7e7f1df774c"
    "dec4933fb2ffdc8b8b5cfaa557"
)


def test_what_tink_wrapped_opens_here() -> None:
    assert KEK.unwrap(FROM_TINK, PERSON) == DATA_KEY


def test_the_header_is_tinks_prefix() -> None:
    wrapped = KEK.wrap(DATA_KEY, PERSON)
    assert wrapped[:5] == b"\x01\x1a\x2b\x3c\x4d"
    assert len(wrapped) == WRAPPED_BYTES == 65


@given(st.lists(st.binary(max_size=40), max_size=6), st.lists(st.binary(max_size=40), max_size=6))
def test_different_tuples_are_spelled_differently(one: list[bytes], other: list[bytes]) -> None:
    assert (bind(*one) == bind(*other)) == (one == other)


@given(st.binary(max_size=8), st.binary(min_size=1, max_size=8), st.binary(max_size=8))
def test_moving_a_boundary_changes_the_spelling(a: bytes, b: bytes, c: bytes) -> None:
    assert bind(a + b, c) != bind(a, b + c)
    assert bind(a, b"") != bind(a)


def test_a_wrapped_key_opens_for_nobody_else(keyring: Keyring) -> None:
    mine, other = os.urandom(16), os.urandom(16)
    wrapped = keyring.wrap(DATA_KEY, mine)
    with pytest.raises(Damaged) as refused:
        keyring.unwrap(wrapped, other)
    assert refused.value.code == "key_broken"
    with pytest.raises(KeyUnknown):
        KEK.unwrap(wrapped, mine)


def test_the_key_id_cannot_be_changed_to_another_live_one() -> None:
    same = bytes(range(32))
    two = Keyring(
        Content(
            "two",
            1,
            (
                Key(5, Purpose.PERSON_KEY, "", 2, active=True, material=same),
                Key(6, Purpose.PERSON_KEY, "", 1, active=False, material=same),
            ),
        )
    )
    wrapped = two.wrap(DATA_KEY, PERSON)
    with pytest.raises(Damaged):
        two.unwrap(wrapped[:4] + b"\x06" + wrapped[5:], PERSON)


def test_every_flip_and_every_cut_is_refused(keyring: Keyring) -> None:
    wrapped = keyring.wrap(DATA_KEY, PERSON)
    for at in range(len(wrapped)):
        for changed in (wrapped[:at] + bytes([wrapped[at] ^ 0x80]) + wrapped[at + 1 :], wrapped[:at]):
            with pytest.raises((Damaged, KeyUnknown)):
                keyring.unwrap(changed, PERSON)
    with pytest.raises(Damaged):
        keyring.unwrap(wrapped + b"\0", PERSON)


@pytest.mark.parametrize("length", [0, 15, 17, 32])
def test_a_uid_of_another_length_is_refused(keyring: Keyring, length: int) -> None:
    with pytest.raises(Unfit):
        keyring.wrap(DATA_KEY, bytes(length))
    with pytest.raises(Unfit):
        keyring.new_data_keys([bytes(length)])


@pytest.mark.parametrize("length", [0, 16, 24, 31, 33])
def test_a_data_key_of_another_length_is_refused(keyring: Keyring, length: int) -> None:
    with pytest.raises(Unfit):
        keyring.wrap(bytes(length), PERSON)


def test_new_keys_and_nonces_never_repeat(keyring: Keyring) -> None:
    made = keyring.new_data_keys([PERSON] * 5000) + keyring.new_data_keys([PERSON] * 5000)
    assert len({new.key for new in made}) == 10_000
    assert len({new.wrapped[5:17] for new in made}) == 10_000
    assert all(keyring.unwrap(new.wrapped, PERSON) == new.key for new in made[::500])
    assert keyring.new_data_keys([]) == []


def test_a_forked_process_draws_other_keys(keyring: Keyring) -> None:
    keyring.new_data_keys([PERSON])
    reader, writer = os.pipe()
    if (child := os.fork()) == 0:
        os.write(writer, keyring.new_data_keys([PERSON])[0].wrapped)
        os._exit(0)
    os.close(writer)
    theirs = os.read(reader, 100)
    os.close(reader)
    os.waitpid(child, 0)
    ours = keyring.new_data_keys([PERSON])[0].wrapped
    assert len(theirs) == len(ours)
    assert theirs[5:17] != ours[5:17]
    assert keyring.unwrap(theirs, PERSON) != keyring.unwrap(ours, PERSON)
