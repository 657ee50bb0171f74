"""A byte search of everything on disk finds no address and no number, in any usual spelling."""

import base64
import random
import re
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

ZEROES = re.compile(rb"\0{32,}")


def spellings(value: str) -> Iterator[bytes]:
    """Give the ways in which a value may lie on a disk: UTF-8, UTF-16, hex, and base64 at its three alignments."""
    plain = value.encode()
    yield plain
    yield value.encode("utf-16-le")
    yield value.encode("utf-16-be")
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


def bytes_on_disk(*folders: Path) -> bytes:
    """Read every file below the folders; long runs of zeroes are shortened, they hold nothing."""
    files = [path for folder in folders for path in folder.rglob("*") if path.is_file() and not path.is_symlink()]
    return b"\n".join(ZEROES.sub(b"\0", path.read_bytes()) for path in files)


@pytest.mark.crash
@pytest.mark.timeout(300)
def test_nothing_on_disk_names_anybody(private_folder: Path) -> None:
    settings = Settings(data=private_folder, keyring=private_folder / "keyring.json")
    newsletter = sample("kr_newsletter.csv")
    with ensure_running(private_folder / "postgres", quiet) as server:
        install(Settings(settings.data, settings.keyring, database_url=server.url))
        with wired(settings, server.url) as house:
            with house.gate.house.unit() as connection:
                parties.add_party(connection, HOUSE, "KR")
                parties.add_party(connection, "Hanbit", "KR")
            register_source(house.gate, "test", SourceWish(
                "Form", newsletter.kind, HOUSE, "KR", evidence=newsletter.evidence,
                defaults={"country": "KR", "time_zone": "Asia/Seoul", "purpose": "marketing.own", "phone_region": "KR"},
            ))
            approve_source(house.gate, "test", "Form")
            report = receive(house.gate, "test", "Form", newsletter.path)
            assert report.counts["row.new"] > 1000
            add_tool(house.gate, "newsletter")
        plain = make_url(server.url).set(drivername="postgresql").render_as_string(hide_password=False)
        with psycopg.connect(plain, autocommit=True) as connection:
            connection.execute("CHECKPOINT")
        disk = bytes_on_disk(private_folder, server.home)
    values = sampled(newsletter.path, 60)
    assert len(values) > 100
    assert b"Asia/Seoul" in disk, "the search looked in the wrong place"
    found = [value for value in values if any(way in disk for way in spellings(value))]
    assert not found, f"{len(found)} of {len(values)} values lie on the disk in clear"
