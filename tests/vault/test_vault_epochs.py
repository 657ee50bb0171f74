"""Key epochs: the living move to the new wrapper, the dead stay under the old one and end with it."""

from pathlib import Path

import pytest

from gateway.vault.epochs import begin_epoch, destroy_wrapper
from gateway.vault.errors import KeyNotRetired, KeyringBusy, KeyUnknown
from gateway.vault.keyfile import write_over
from gateway.vault.keys import create_keyring, open_keyring, read_checked
from gateway.vault.keytext import Purpose

PERSON = bytes(range(16))


@pytest.fixture
def own(tmp_path: Path) -> Path:
    path = tmp_path / "keys" / "keyring.json"
    create_keyring(path)
    return path


def test_an_epoch_rewraps_the_living_and_ends_the_dead(own: Path) -> None:
    first = open_keyring(own)
    living, dead = first.new_data_keys([PERSON, PERSON])
    second = begin_epoch(own)
    assert second.generation == first.generation + 1
    assert second.unwrap(living.wrapped, PERSON) == living.key
    moved = second.rewrap(living.wrapped, PERSON)
    assert moved is not None
    assert second.rewrap(moved, PERSON) is None
    third = destroy_wrapper(own, first.active_key_id)
    assert third.unwrap(moved, PERSON) == living.key
    with pytest.raises(KeyUnknown):
        third.unwrap(dead.wrapped, PERSON)


def test_an_active_or_foreign_key_is_not_destroyed(own: Path) -> None:
    ring = open_keyring(own)
    for key_id in (ring.active_key_id, ring.of(Purpose.LEDGER)[0].id, 1):
        with pytest.raises(KeyNotRetired):
            destroy_wrapper(own, key_id)
    assert open_keyring(own).generation == 1


def test_two_changes_from_the_same_state_cannot_both_win(own: Path) -> None:
    before = read_checked(own)
    begin_epoch(own)
    with pytest.raises(KeyringBusy):
        write_over(own, type(before)(before.name, before.generation + 1, before.keys))
    assert open_keyring(own).generation == 2
