"""A byte search of everything on disk finds no address and no number, in any usual spelling."""

import base64
import os
import random
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
from sqlalchemy import make_url

from gateway.flows.intake import receive
from gateway.flows.sources import SourceWish, approve_source, register_source
from gateway.lists.errors import BadValue
from gateway.lists.headers import Field, propose
from gateway.lists.normal import email, phone
from gateway.lists.reader import open_list
from gateway.samples.catalogue import HOUSE, sample
from gateway.settings import Settings
from gateway.store import parties
from gateway.store.embedded import ensure_running
from gateway.wiring import install, quiet, wired
from tests.flows.conftest import add_tool


def spellings(value: str) -> Iterator[bytes]:
    """Give the ways in which a value may lie on a disk: UTF-8, hex, and base64 at its three alignments.

    UTF-16 is UTF-8 once the zero bytes are taken out, which `on_disk` does.
    """
    plain = value.encode()
    yield plain
    yield plain.hex().encode()
    yield plain.hex().upper().encode()
    for lead in range(3):
        encoded = base64.b64encode(b"\0" * lead + plain)
        yield encoded[4 if lead else 0 : -4].rstrip(b"=")


def sampled(path: Path, count: int) -> list[str]:
    """Give some of a list's addresses and numbers, as written and as normalised."""
    listed = open_list(path)
    mapping = propose(listed.columns)
    rows = [row for chunk in listed.chunks() for row in chunk.rows]
    random.seed(7)
    values = set()
    for row in random.sample(rows, count):
        for field, normalise in (("email", email), ("phone", lambda raw: phone(raw, "KR"))):
            raw = row[mapping.place(Field(field)) or 0]
            try:
                values |= {raw, normalise(raw), normalise(raw).lstrip("+")}
            except BadValue:
                continue
    return sorted(value for value in values if len(value) >= 9)


def on_disk(kept: Path, *folders: Path) -> Path:
    """Write every file below the folders into one, as it is and without its zero bytes."""
    files = [path for folder in folders for path in folder.rglob("*") if path.is_file() and not path.is_symlink()]
    with kept.open("wb") as out:
        for path in files:
            content = path.read_bytes()
            out.write(content + b"\n" + content.replace(b"\0", b"") + b"\n")
    return kept


def holds(kept: Path, wanted: list[bytes]) -> bool:
    """Tell whether any of the byte strings stands in the file; grep looks for all of them in one pass."""
    patterns = Path(tempfile.mkdtemp()) / "patterns"
    patterns.write_bytes(b"\n".join(wanted) + b"\n")
    done = subprocess.run(
        ["grep", "-aqFf", patterns, kept], env={"LC_ALL": "C", "PATH": os.environ["PATH"]}, check=False
    )
    assert done.returncode in {0, 1}, "grep failed"
    return done.returncode == 0


@pytest.mark.crash
@pytest.mark.timeout(300)
def test_nothing_on_disk_names_anybody(private_folder: Path, tmp_path: Path) -> None:
    settings = Settings(data=private_folder, keyring=private_folder / "keyring.json")
    newsletter = sample("kr_newsletter.csv")
    with ensure_running(private_folder / "postgres", quiet) as server:
        install(Settings(settings.data, settings.keyring, database_url=server.url))
        with wired(settings, server.url) as house:
            with house.gate.house.unit() as connection:
                parties.add_party(connection, HOUSE, "KR")
                parties.add_party(connection, "Hanbit", "KR")
            register_source(
                house.gate,
                "test",
                SourceWish(
                    "Form",
                    newsletter.kind,
                    HOUSE,
                    "KR",
                    evidence=newsletter.evidence,
                    defaults={
                        "country": "KR",
                        "time_zone": "Asia/Seoul",
                        "purpose": "marketing.own",
                        "phone_region": "KR",
                    },
                ),
            )
            approve_source(house.gate, "test", "Form")
            report = receive(house.gate, "test", "Form", newsletter.path)
            assert report.counts["row.new"] > 1000
            add_tool(house.gate, "newsletter")
        plain = make_url(server.url).set(drivername="postgresql").render_as_string(hide_password=False)
        with psycopg.connect(plain, autocommit=True) as connection:
            connection.execute("CHECKPOINT")
        disk = on_disk(tmp_path / "disk", private_folder, server.home)
    values = sampled(newsletter.path, 50)
    assert len(values) >= 100
    assert holds(disk, [b"Asia/Seoul"]), "the search looked in the wrong place"
    ways = [way for value in values for way in spellings(value)]
    assert holds(newsletter.path, [value.encode("cp949") for value in values]), "the search finds what is there"
    assert not holds(disk, ways)
