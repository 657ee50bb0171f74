"""The doctor names each fault, says how to mend it, and changes nothing."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path

import psycopg
import pytest
from sqlalchemy import Engine, text

from gateway.store import doctor, embedded_place
from gateway.store.doctor import Finding, examine
from gateway.store.engine import prepare
from gateway.store.unit import unit


def _named(findings: list[Finding]) -> dict[str, Finding]:
    return {finding.name: finding for finding in findings}


def test_a_migrated_database_is_well(migrated_url: str, private_folder: Path) -> None:
    findings = _named(examine(private_folder, migrated_url))
    expected = [
        "python",
        "embedded postgresql",
        "data folder",
        "disk",
        "database",
        "version",
        "roles",
        "migrations",
        "durability",
        "locale",
        "policies",
        "notices",
    ]
    assert list(findings) == expected
    assert [name for name, finding in findings.items() if not finding.ok and name != "durability"] == []
    assert not private_folder.exists()


def test_durability_tells_the_truth(migrated_url: str, private_folder: Path) -> None:
    with psycopg.connect(migrated_url.replace("+psycopg", "")) as connection:
        row = connection.execute("SHOW fsync").fetchone()
    finding = _named(examine(private_folder, migrated_url))["durability"]
    assert row is not None
    assert finding.ok == (row[0] == "on")
    assert ("fsync" in finding.mend) == (row[0] == "off")


def test_an_empty_database_lacks_the_schema(
    new_database: Callable[[], AbstractContextManager[str]], private_folder: Path
) -> None:
    with new_database() as url:
        findings = _named(examine(private_folder, url))
        assert not findings["roles"].ok
        assert "CREATE SCHEMA ostiary" in findings["roles"].mend
        assert "migrations" not in findings
        prepare(url)
        findings = _named(examine(private_folder, url))
        assert findings["roles"].ok
        assert not findings["migrations"].ok
        assert "at nothing" in findings["migrations"].detail


def test_an_older_schema_is_named(owner_engine: Engine, migrated_url: str, private_folder: Path) -> None:
    with unit(owner_engine) as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '0000'"))
    finding = _named(examine(private_folder, migrated_url))["migrations"]
    assert not finding.ok
    assert "at 0000" in finding.detail
    assert finding.mend


def test_an_old_server_is_named(migrated_url: str, private_folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(doctor, "OLDEST", 99)
    findings = _named(examine(private_folder, migrated_url))
    assert findings["version"].mend == "Use PostgreSQL 99 or later."
    assert "roles" not in findings


def test_no_server_is_named_and_its_password_is_not(tmp_path: Path) -> None:
    findings = _named(examine(tmp_path / "data", f"postgresql://me:hush@/x?host={tmp_path}"))
    assert not findings["database"].ok
    assert "hush" not in repr(findings)
    assert not _named(examine(tmp_path / "data", None))["database"].ok


def test_an_open_data_folder_is_named(tmp_path: Path) -> None:
    tmp_path.chmod(0o755)
    assert _named(examine(tmp_path, None))["data folder"].mend == f"Run `chmod 700 {tmp_path}`."


def test_missing_binaries_are_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(embedded_place, "_WHEEL", "there_is_no_such_wheel")
    assert "pip install" in _named(examine(tmp_path, None))["embedded postgresql"].mend


def test_a_full_disk_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(doctor, "_ROOM", 2**62)
    assert not _named(examine(tmp_path, None))["disk"].ok
