"""Blind indexes: the documented formula, apart for each kind, purpose and house; no national ids."""

import hmac
from hashlib import sha256
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.vault.errors import Unfit
from gateway.vault.keys import Keyring, create_keyring
from gateway.vault.keytext import Content, Key, Purpose
from gateway.vault.lookup import BlindIndex, Lookup
from policies.terms import IdentifierKind

TEXT = st.text(st.characters(codec="utf-8"), min_size=1, max_size=60)


def _house() -> Keyring:
    kek = Key(1, Purpose.PERSON_KEY, "", 1, active=True, material=bytes(range(32)))
    old = Key(2, Purpose.INDEX, "email", 1, active=False, material=bytes(range(1, 33)))
    new = Key(3, Purpose.INDEX, "email", 2, active=True, material=bytes(range(2, 34)))
    gone = Key(4, Purpose.SUPPRESSION, "email", 1, active=True, material=bytes(range(3, 35)))
    return Keyring(Content("house", 1, (kek, old, new, gone)))


def test_golden() -> None:
    found = Lookup(_house()).index("email", "a@b.c")
    assert found == [
        BlindIndex(2, hmac.digest(bytes(range(2, 34)), sha256(b"a@b.c").digest(), "sha256")[:16]),
        BlindIndex(1, hmac.digest(bytes(range(1, 33)), sha256(b"a@b.c").digest(), "sha256")[:16]),
    ]
    # Frozen bytes: a change of the formula would lose every suppression ever stored.
    assert found[0].value.hex() == "6bccb5c19fac9770bbe5dd8291713b2e"
    assert Lookup(_house()).suppression_index("email", "a@b.c")[0].value.hex() == "2a7de0f4f6287ff74a9e44393a8f63f2"


@given(TEXT)
def test_a_tool_may_ask_by_digest(value: str) -> None:
    lookup, digest = Lookup(_house()), sha256(value.encode()).digest()
    assert lookup.index_digest("email", digest) == lookup.index("email", value)
    assert lookup.suppression_digest("email", digest) == lookup.suppression_index("email", value)


@given(st.lists(TEXT, max_size=20))
def test_columns_hold_what_single_lookups_give(values: list[str]) -> None:
    lookup = Lookup(_house())
    columns = lookup.index_many("email", values)
    assert list(columns) == [2, 1]
    for at, value in enumerate(values):
        assert [BlindIndex(version, column[at]) for version, column in columns.items()] == lookup.index("email", value)
    hushed = lookup.suppression_many("email", values)
    assert hushed == {1: [lookup.suppression_index("email", value)[0].value for value in values]}


def test_kinds_purposes_and_houses_never_join(keyring: Keyring, tmp_path: Path) -> None:
    values = set()
    for ring in (keyring, create_keyring(tmp_path / "other.json")):
        lookup = Lookup(ring)
        for kind in IdentifierKind:
            values |= {
                lookup.index(kind, "4915112345678")[0],
                lookup.suppression_index(kind, "4915112345678")[0],
            }
    assert len({found.value for found in values}) == 2 * 2 * 5
    assert {len(found.value) for found in values} == {16}


@pytest.mark.parametrize("kind", ["national_id", "government", "rrn", "", "EMAIL"])
def test_national_ids_and_unknown_kinds_are_never_indexed(keyring: Keyring, kind: str) -> None:
    lookup = Lookup(keyring)
    for ask in (lookup.index, lookup.suppression_index):
        with pytest.raises(Unfit) as refused:
            ask(kind, "900101-1234567")
        assert refused.value.code == "kind_not_indexed"
        assert "900101" not in repr(refused.value)


@pytest.mark.parametrize("value", ["", "x" * 4097, "half\ud800pair"])
def test_a_value_that_is_no_identifier_is_refused_and_not_echoed(keyring: Keyring, value: str) -> None:
    with pytest.raises(Unfit) as refused:
        Lookup(keyring).index("email", value)
    assert refused.value.code == "value_unfit"
    assert refused.value.__cause__ is None
    assert "half" not in str(refused.value)


@pytest.mark.parametrize("length", [0, 16, 31, 33, 64])
def test_a_digest_of_another_length_is_refused(keyring: Keyring, length: int) -> None:
    with pytest.raises(Unfit):
        Lookup(keyring).index_digest("email", bytes(length))
    with pytest.raises(Unfit):
        Lookup(keyring).suppression_digest("email", bytes(length))


@given(st.lists(TEXT, max_size=20))
def test_both_columns_are_what_the_two_alone_give(values: list[str]) -> None:
    lookup = Lookup(_house())
    both = lookup.both_many("email", values)
    assert both == (lookup.index_many("email", values), lookup.suppression_many("email", values))
