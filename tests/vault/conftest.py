"""A keyring in a folder of its own, for all tests of the vault."""

from pathlib import Path

import pytest

from gateway.vault.keys import Keyring, create_keyring, open_keyring


@pytest.fixture(scope="session")
def kept(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("vault") / "keys" / "keyring.json"
    create_keyring(path)
    return path


@pytest.fixture(scope="session")
def keyring(kept: Path) -> Keyring:
    return open_keyring(kept)
