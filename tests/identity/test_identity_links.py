"""Opt-out links: they say what was sealed, for ever, in one spelling, and nothing else opens."""

import pickle
from base64 import urlsafe_b64encode

import pytest
from cryptography.hazmat.primitives.ciphers import Cipher
from cryptography.hazmat.primitives.ciphers.algorithms import AES
from cryptography.hazmat.primitives.ciphers.modes import CTR
from cryptography.hazmat.primitives.cmac import CMAC
from hypothesis import given
from hypothesis import strategies as st

from gateway.domain.errors import Invalid
from gateway.identity.links import BadLink, Link, LinkKey

LINK = Link(bytes(range(16)), "email", 7, "marketing.own.newsletter", "email")
OLD, NEW = bytes(range(64)), bytes(range(1, 65))
KEY = LinkKey({0x1A2B3C4D: OLD})
GOLDEN = "ARorPE3lu3KivudegO-haTSxEpyEUWR1kRSUDpcA5ny0WmkrNp5-_3KUlsut3GTIXRhWNiShJGvSVELUL32eSBBIqeluBT-nVnzFzeE"

WORDS = st.text("abcdefghijklmnopqrstuvwxyz0123456789_.*-", max_size=30)
LINKS = st.builds(Link, st.binary(min_size=16, max_size=16), WORDS, st.integers(0, 2**32 - 1), WORDS, WORDS)


def _cmac(key: bytes, text: bytes) -> int:
    mac = CMAC(AES(key))
    mac.update(text)
    return int.from_bytes(mac.finalize(), "big")


def _double(block: int) -> int:
    return ((block << 1) & (1 << 128) - 1) ^ (0x87 if block >> 127 else 0)


def _siv(key: bytes, bound: bytes, text: bytes) -> bytes:
    """RFC 5297, 2.4 and 2.6, for one bound string and a text of 16 bytes or more."""
    mixed = _double(_cmac(key[:32], bytes(16))) ^ _cmac(key[:32], bound)
    end = (int.from_bytes(text[-16:], "big") ^ mixed).to_bytes(16, "big")
    iv = _cmac(key[:32], text[:-16] + end)
    counter = (iv & 0xFFFFFFFFFFFFFFFF7FFFFFFF7FFFFFFF).to_bytes(16, "big")
    return iv.to_bytes(16, "big") + Cipher(AES(key[32:]), CTR(counter)).encryptor().update(text)


def test_golden_by_an_independent_siv() -> None:
    head = b"\x01\x1a\x2b\x3c\x4d"
    note = bytes(range(16)) + b"\0\0\0\x07" + b"email marketing.own.newsletter email"
    assert urlsafe_b64encode(head + _siv(OLD, head, note)).rstrip(b"=").decode() == GOLDEN


def test_golden_link_opens_for_ever() -> None:
    assert KEY.open(GOLDEN) == LINK
    assert KEY.seal(LINK) == GOLDEN


@given(LINKS)
def test_a_link_says_what_was_sealed(link: Link) -> None:
    token = KEY.seal(link)
    assert KEY.open(token) == link
    assert all(letter.isalnum() or letter in "-_" for letter in token)


@given(LINKS, LINKS)
def test_links_differ_exactly_when_they_say_something_else(one: Link, other: Link) -> None:
    assert (KEY.seal(one) == KEY.seal(other)) == (one == other)


def test_it_is_short_and_shows_nothing() -> None:
    assert len(GOLDEN) <= 110
    assert LINK.person_uid.hex() not in GOLDEN
    assert "news" not in GOLDEN


def test_a_link_of_an_old_key_opens_and_the_new_key_seals() -> None:
    rotated = LinkKey({5: NEW, 0x1A2B3C4D: OLD})
    assert rotated.open(GOLDEN) == LINK
    assert rotated.seal(LINK) != GOLDEN
    with pytest.raises(BadLink):
        KEY.open(rotated.seal(LINK))


def test_every_other_spelling_is_bad() -> None:
    letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
    others = {GOLDEN[:at] + letter + GOLDEN[at + 1 :] for at in range(len(GOLDEN)) for letter in letters} - {GOLDEN}
    cuts = {GOLDEN[:at] for at in range(len(GOLDEN))}
    more = {
        GOLDEN + "A",
        GOLDEN + "=",
        GOLDEN + "\n",
        " " + GOLDEN,
        "é" * 40,
        "A" * 10**6,
        "_" * 100,
        "AQAAAAE",
    }
    for other in others | cuts | more:
        with pytest.raises(BadLink) as refused:
            KEY.open(other)
        assert refused.value.code == "link_bad"
        assert len(other) < 20 or other not in str(refused.value)


def test_the_key_id_is_bound() -> None:
    one, two = LinkKey({1: OLD}), LinkKey({2: OLD})
    sealed = one.seal(LINK)
    moved = sealed[:6] + two.seal(LINK)[6:7] + sealed[7:]
    assert moved != sealed
    with pytest.raises(BadLink):
        two.open(moved)


@pytest.mark.parametrize(
    "link",
    [
        Link(bytes(15), "email", 7, "marketing", "email"),
        Link(bytes(16), "email", -1, "marketing", "email"),
        Link(bytes(16), "email", 1 << 32, "marketing", "email"),
        Link(bytes(16), "a@b.c", 7, "marketing", "email"),
        Link(bytes(16), "email", 7, "two words", "email"),
        Link(bytes(16), "email", 7, "marketing", "x" * 65),
    ],
)
def test_what_no_policy_says_is_not_sealed(link: Link) -> None:
    with pytest.raises(Invalid) as refused:
        KEY.seal(link)
    assert refused.value.code == "link_unfit"
    assert "a@b.c" not in str(refused.value)


@pytest.mark.parametrize("keys", [{}, {1: bytes(32)}, {1: OLD, 2: b""}])
def test_short_or_missing_keys_are_refused(keys: dict[int, bytes]) -> None:
    with pytest.raises(Invalid):
        LinkKey(keys)


def test_a_link_key_is_neither_shown_nor_pickled() -> None:
    assert repr(KEY) == "<LinkKey>"
    with pytest.raises(TypeError):
        pickle.dumps(KEY)
