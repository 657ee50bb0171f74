"""Tokens: RFC 5297 by the book, one spelling each, readable by the house for the one tool that got them."""

import os
from base64 import urlsafe_b64encode

import pytest
from cryptography.hazmat.primitives.ciphers import Cipher
from cryptography.hazmat.primitives.ciphers.algorithms import AES
from cryptography.hazmat.primitives.ciphers.modes import CTR
from cryptography.hazmat.primitives.cmac import CMAC
from hypothesis import given
from hypothesis import strategies as st

from gateway.vault.errors import ForeignToken, Unfit
from gateway.vault.keys import Keyring
from gateway.vault.keytext import Content, Key, Purpose
from gateway.vault.tokens import TOKEN_LENGTH, TokenKey, token_key

PERSON = bytes(range(16))
HOUSE = Keyring(
    Content(
        "golden",
        1,
        (
            Key(1, Purpose.PERSON_KEY, "", 1, active=True, material=bytes(range(32))),
            Key(2, Purpose.TOKEN, "", 1, active=True, material=bytes(range(32, 64))),
        ),
    )
)
# HKDF-SHA-256 (RFC 5869) of the root above, worked out with plain HMAC; info is the bound name and tool.
DERIVED = bytes.fromhex(
    "8d32956db501f25935482f9e651b8269e8047d44158cb1ef1b69290c31ae2b58"
    "fb37349aa3c2f17e144e1d9ba0a60ada4594e1f2f8f912567f24fe43eafd6689"
)
TOOL = b"newsletter-tool!"


def _cmac(key: bytes, text: bytes) -> bytes:
    mac = CMAC(AES(key))
    mac.update(text)
    return mac.finalize()


def _siv(key: bytes, text: bytes) -> bytes:
    """RFC 5297, 2.4 and 2.6, for one 16-byte string and no associated data."""
    mixed = int.from_bytes(_cmac(key[:32], bytes(16)), "big") ^ int.from_bytes(text, "big")
    iv = _cmac(key[:32], mixed.to_bytes(16, "big"))
    counter = int.from_bytes(iv, "big") & 0xFFFFFFFFFFFFFFFF7FFFFFFF7FFFFFFF
    return iv + Cipher(AES(key[32:]), CTR(counter.to_bytes(16, "big"))).encryptor().update(text)


def test_golden_by_an_independent_siv_and_hkdf() -> None:
    wanted = "tk1." + urlsafe_b64encode(_siv(DERIVED, PERSON)).rstrip(b"=").decode()
    assert token_key(HOUSE, TOOL).token(PERSON) == TokenKey(DERIVED).token(PERSON) == wanted


@given(st.binary(min_size=16, max_size=16))
def test_a_token_comes_back_and_is_the_same_every_time(person: bytes) -> None:
    key = token_key(HOUSE, TOOL)
    token = key.token(person)
    assert key.uid(token) == person
    assert key.token(person) == token
    assert len(token) == TOKEN_LENGTH
    assert all(letter.isalnum() or letter in "-_." for letter in token)


def test_another_tool_gets_another_token_and_reads_neither(keyring: Keyring) -> None:
    one, two = token_key(keyring, b"one"), token_key(keyring, b"two")
    assert one.token(PERSON) != two.token(PERSON)
    with pytest.raises(ForeignToken) as refused:
        two.uid(one.token(PERSON))
    assert refused.value.code == "token_not_yours"
    with pytest.raises(ForeignToken):
        token_key(HOUSE, b"one").uid(one.token(PERSON))


def test_every_other_spelling_is_foreign() -> None:
    key = token_key(HOUSE, TOOL)
    token = key.token(PERSON)
    letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
    others = {token[:at] + letter + token[at + 1 :] for at in range(len(token)) for letter in letters} - {token}
    more = {
        "",
        token + "=",
        token + "\n",
        " " + token,
        token[4:],
        token.upper(),
        token[:-1] + "é",
        "tk1." + "é" * 43,
    }
    for other in others | more | {token[:at] for at in range(len(token))}:
        with pytest.raises(ForeignToken) as refused:
            key.uid(other)
        assert len(other) < TOKEN_LENGTH or other not in str(refused.value)


@pytest.mark.parametrize("length", [0, 15, 17, 32])
def test_only_a_uid_gets_a_token(length: int) -> None:
    with pytest.raises(Unfit):
        token_key(HOUSE, TOOL).token(bytes(length))


def test_a_tool_without_a_uid_gets_no_key() -> None:
    with pytest.raises(Unfit):
        token_key(HOUSE, b"")


def test_tokens_of_many_people_are_distinct() -> None:
    key = token_key(HOUSE, TOOL)
    assert len({key.token(os.urandom(16)) for _ in range(5000)}) == 5000
