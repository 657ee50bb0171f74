"""Evidence: sealed for its own record, told by a digest that gives nothing away, and found out when changed."""

import hashlib
from pathlib import Path

import pytest
from sqlalchemy import Engine, create_engine, text

from gateway.domain.errors import NotFound, Unavailable
from gateway.store import evidence
from gateway.store.unit import unit
from gateway.vault.keys import create_keyring
from gateway.vault.keytext import Purpose
from gateway.vault.seal import HouseSeal

CONTENT = b'{"address":"maria@example.com","at":"2026-11-20T10:00:00Z"}'


@pytest.fixture
def seal(tmp_path: Path) -> HouseSeal:
    """The seal for evidence of a fresh keyring."""
    folder = tmp_path / "keys"
    folder.mkdir(mode=0o700)
    return HouseSeal(create_keyring(folder / "keyring.json"), Purpose.EVIDENCE)


def test_what_was_kept_is_read_back_and_nothing_of_it_stands_in_clear(app_engine: Engine, seal: HouseSeal) -> None:
    with unit(app_engine) as connection:
        kept = evidence.add(connection, seal, "form", CONTENT)
        opened = evidence.read(connection, seal, kept.no)
        row = connection.execute(text("SELECT e.*::text FROM evidence e")).scalar_one()
    assert opened.record == kept
    assert opened.content == CONTENT
    assert CONTENT.hex() not in row
    assert b"maria".hex() not in row
    assert "maria" not in repr(opened)


def test_the_digest_is_salted_by_the_records_uid(app_engine: Engine, seal: HouseSeal) -> None:
    with unit(app_engine) as connection:
        first, second = (evidence.add(connection, seal, "form", CONTENT) for _ in range(2))
    assert first.digest != second.digest
    assert first.digest == hashlib.sha256(first.uid + CONTENT).digest()
    assert hashlib.sha256(CONTENT).digest() not in {first.digest, second.digest}


def test_unknown_evidence_is_not_found(app_engine: Engine, seal: HouseSeal) -> None:
    with unit(app_engine) as connection, pytest.raises(NotFound) as refusal:
        evidence.read(connection, seal, 7)
    assert refusal.value.code == "evidence_unknown"


@pytest.mark.parametrize(
    ("harm", "code"),
    [
        ("digest = sha256('another')", "evidence_changed"),
        ("sealed = set_byte(sealed, 20, get_byte(sealed, 20) # 1)", "seal_broken"),
        ("sealed = ''", "seal_broken"),
        ("uid = decode(repeat('00', 16), 'hex')", "seal_broken"),
    ],
)
def test_changed_evidence_is_found_out(
    app_engine: Engine, migrated_url: str, seal: HouseSeal, harm: str, code: str
) -> None:
    with unit(app_engine) as connection:
        kept = evidence.add(connection, seal, "form", CONTENT)
    superuser = create_engine(migrated_url)
    with superuser.begin() as connection:
        connection.execute(text("ALTER TABLE ostiary.evidence DISABLE TRIGGER ALL"))
        connection.execute(text(f"UPDATE ostiary.evidence SET {harm}"))
    superuser.dispose()
    with unit(app_engine) as connection, pytest.raises(Unavailable) as refusal:
        evidence.read(connection, seal, kept.no)
    assert refusal.value.code == code
