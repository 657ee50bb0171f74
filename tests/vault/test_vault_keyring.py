"""The keyring file: made once, kept private, each defect refused by its name, silent about its keys."""

import base64
import copy
import errno
import hashlib
import json
import os
import pickle
import stat
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from gateway.domain.errors import Ostiary
from gateway.vault.errors import KeyringBusy, KeyringExists, KeyringRefused
from gateway.vault.keys import Keyring, create_keyring, open_keyring, read_checked
from gateway.vault.keytext import Purpose
from gateway.vault.tokens import token_key

PERSON = bytes(range(16))


@pytest.fixture
def own(tmp_path: Path) -> Path:
    path = tmp_path / "keys" / "keyring.json"
    create_keyring(path)
    return path


def _edit(path: Path, change: Callable[[dict[str, Any]], object], *, sign: bool = True) -> None:
    body = json.loads(path.read_text())
    del body["sha256"]
    change(body)
    canonical = json.dumps(body, sort_keys=True, separators=(",", ":")).encode()
    path.write_text(json.dumps({**body, "sha256": hashlib.sha256(canonical).hexdigest() if sign else "0" * 64}))


def _code(path: Path) -> str:
    with pytest.raises(KeyringRefused) as refused:
        open_keyring(path)
    assert type(refused.value) is not KeyringRefused
    assert str(path.parent) in str(refused.value)
    return refused.value.code


def _materials(path: Path) -> list[bytes]:
    return [base64.b64decode(key["key"]) for key in json.loads(path.read_text())["keys"]]


def test_a_new_keyring_is_private_and_leaves_nothing_beside_it(own: Path) -> None:
    assert stat.S_IMODE(own.stat().st_mode) == 0o600
    assert stat.S_IMODE(own.parent.stat().st_mode) == 0o700
    assert [entry.name for entry in own.parent.iterdir()] == ["keyring.json"]


def test_it_is_private_whatever_the_umask(tmp_path: Path) -> None:
    before = os.umask(0)
    try:
        create_keyring(tmp_path / "deep" / "er" / "ring.json")
    finally:
        os.umask(before)
    assert stat.S_IMODE((tmp_path / "deep" / "er" / "ring.json").stat().st_mode) == 0o600
    assert stat.S_IMODE((tmp_path / "deep" / "er").stat().st_mode) == 0o700


def test_a_keyring_is_never_overwritten(own: Path) -> None:
    before = own.read_bytes()
    with pytest.raises(KeyringExists):
        create_keyring(own)
    assert own.read_bytes() == before


def test_a_dangling_link_is_not_followed_when_creating(tmp_path: Path) -> None:
    (tmp_path / "ring.json").symlink_to(tmp_path / "elsewhere.json")
    with pytest.raises(KeyringExists):
        create_keyring(tmp_path / "ring.json")
    assert not (tmp_path / "elsewhere.json").exists()


def test_of_many_who_create_at_once_one_wins(tmp_path: Path) -> None:
    path = tmp_path / "ring.json"

    def attempt(_: int) -> str:
        try:
            return create_keyring(path).name
        except (KeyringExists, KeyringBusy):
            return ""

    with ThreadPoolExecutor(8) as pool:
        won = [name for name in pool.map(attempt, range(16)) if name]
    assert won == [open_keyring(path).name]


def test_what_a_crash_left_beside_is_cleared_and_never_used(tmp_path: Path) -> None:
    (tmp_path / "ring.json.new").write_text('{"half": ')
    create_keyring(tmp_path / "ring.json")
    assert not (tmp_path / "ring.json.new").exists()


def test_a_full_disk_leaves_no_keyring_and_no_traces(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    sync = os.fsync

    def full(fd: int) -> None:
        if stat.S_ISREG(os.fstat(fd).st_mode):
            raise OSError(errno.ENOSPC, "No space left on device")
        sync(fd)

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(KeyringRefused) as refused:
        create_keyring(tmp_path / "ring.json")
    assert refused.value.code == "keyring_unreadable"
    assert list(tmp_path.iterdir()) == []


def test_every_purpose_and_kind_has_a_key_of_its_own(own: Path) -> None:
    materials = _materials(own)
    assert len(materials) == len(set(materials)) == 8 + 2 * 5
    assert len({key["id"] for key in json.loads(own.read_text())["keys"]}) == len(materials)


def test_two_keyrings_share_nothing(own: Path, tmp_path: Path) -> None:
    create_keyring(tmp_path / "other.json")
    assert not set(_materials(own)) & set(_materials(tmp_path / "other.json"))


def test_missing(tmp_path: Path) -> None:
    assert _code(tmp_path / "none.json") == "keyring_missing"


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o660, 0o610, 0o666])
def test_open_to_others(own: Path, mode: int) -> None:
    own.chmod(mode)
    assert _code(own) == "keyring_open_to_others"


@pytest.mark.parametrize("mode", [0o770, 0o707, 0o777])
def test_a_folder_where_others_may_replace_it(own: Path, mode: int) -> None:
    own.parent.chmod(mode)
    assert _code(own) == "keyring_open_to_others"


def test_symlink(own: Path) -> None:
    link = own.with_name("link.json")
    link.symlink_to(own)
    assert _code(link) == "keyring_symlink"


def test_neither_a_folder_nor_a_pipe_is_a_keyring(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe", 0o600)
    assert _code(tmp_path / "pipe") == "keyring_unreadable"
    (tmp_path / "folder").mkdir()
    assert _code(tmp_path / "folder") == "keyring_unreadable"


def test_half_written_at_every_length_is_damaged(own: Path) -> None:
    whole = own.read_bytes()
    for length in range(0, len(whole) - 2, 97):
        own.write_bytes(whole[:length])
        assert _code(own) == "keyring_damaged"


def test_every_flipped_byte_is_refused(own: Path) -> None:
    whole = own.read_bytes()
    for at in range(0, len(whole) - 1, 31):
        own.write_bytes(whole[:at] + bytes([whole[at] ^ 1]) + whole[at + 1 :])
        assert _code(own).startswith("keyring_")


@pytest.mark.parametrize("text", ["", "null", "[]", "7", '{"a":1,"a":2}', "[" * 100_000, "\x00", "{}"])
def test_other_text_is_damaged(own: Path, text: str) -> None:
    own.write_text(text)
    assert _code(own) == "keyring_damaged"


def test_far_too_large_is_damaged(own: Path) -> None:
    own.write_bytes(b" " * (2 << 20))
    assert _code(own) == "keyring_damaged"


def test_changed_without_its_checksum(own: Path) -> None:
    _edit(own, lambda body: body.update(generation=9), sign=False)
    assert _code(own) == "keyring_checksum_wrong"


def test_unknown_version(own: Path) -> None:
    _edit(own, lambda body: body.update(version=2))
    assert _code(own) == "keyring_version_unknown"


def test_repeated_key_id(own: Path) -> None:
    _edit(own, lambda body: body["keys"][1].update(id=body["keys"][0]["id"]))
    assert _code(own) == "keyring_key_ids_repeat"


@pytest.mark.parametrize("key", [b"", bytes(range(31)), bytes(range(16)), bytes(32), b"\xff" * 32, b"changeme" * 4])
def test_short_and_known_keys(own: Path, key: bytes) -> None:
    _edit(own, lambda body: body["keys"][0].update(key=base64.b64encode(key).decode()))
    assert _code(own) == "keyring_key_weak"


def test_one_key_for_two_purposes(own: Path) -> None:
    _edit(own, lambda body: body["keys"][1].update(key=body["keys"][0]["key"]))
    assert _code(own) == "keyring_key_weak"


@pytest.mark.parametrize("purpose", [purpose.value for purpose in Purpose])
def test_a_purpose_without_an_active_key(own: Path, purpose: str) -> None:
    _edit(own, lambda body: [k.update(active=False) for k in body["keys"] if k["purpose"] == purpose])
    assert _code(own) == "keyring_incomplete"


@pytest.mark.parametrize(
    "change",
    [
        {"id": 0},
        {"id": 1 << 32},
        {"id": True},
        {"purpose": "all"},
        {"active": 1},
        {"key": "§"},
        {"more": 1},
        {"kind": 1},
    ],
)
def test_a_key_that_is_not_spelled_as_one(own: Path, change: dict[str, Any]) -> None:
    _edit(own, lambda body: body["keys"][0].update(change))
    assert _code(own) == "keyring_damaged"


def _leaks(path: Path, text: str) -> bool:
    spellings = (f(m) for m in _materials(path) for f in (bytes.hex, repr, lambda m: base64.b64encode(m).decode()))
    return any(spelling in text for spelling in spellings)


def test_no_refusal_and_no_repr_shows_a_key(own: Path) -> None:
    ring = open_keyring(own)
    content = read_checked(own)
    handles = [
        ring,
        ring.ledger_signer("a/b"),
        ring.wrappers(),
        ring.new_data_keys([PERSON]),
        content,
        content.keys,
    ]
    for handle in handles:
        assert not _leaks(own, f"{handle!r} {handle!s}")
    _edit(own, lambda body: body["keys"][3].update(id=0))
    with pytest.raises(Ostiary) as refused:
        open_keyring(own)
    assert not _leaks(own, repr(refused.value) + str(refused.value))


def test_neither_keyring_nor_key_nor_handle_is_pickled_or_copied(keyring: Keyring, kept: Path) -> None:
    held = [
        keyring,
        keyring.ledger_signer("a/b"),
        keyring.of(Purpose.INDEX, "email")[0],
        token_key(keyring, b"t"),
    ]
    for secret in held:
        with pytest.raises(TypeError):
            pickle.dumps(secret)
        with pytest.raises(TypeError):
            copy.deepcopy(secret)
    assert not hasattr(keyring, "__dict__")


def test_the_ledger_signer_signs_and_is_the_same_after_reopening(keyring: Keyring, kept: Path) -> None:
    signer, again = (
        keyring.ledger_signer("example.com/log"),
        open_keyring(kept).ledger_signer("example.com/log"),
    )
    Ed25519PublicKey.from_public_bytes(signer.public_key).verify(signer.sign(b"text\n"), b"text\n")
    assert (signer.name, signer.public_key) == (again.name, again.public_key)


def test_handles_for_identity_have_their_lengths(keyring: Keyring) -> None:
    assert len(keyring.session_key()) == 32
    assert [len(key) for key in keyring.link_keys().values()] == [64]
