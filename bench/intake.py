"""Measures an import end to end beside a naive build, in one run on one database.

The list is a newsletter: name, e-mail, phone, address, birth year, two consents with their time and wording. The
naive build does what a first version usually does: `csv.DictReader`, `phonenumbers`, Fernet for each field, one ORM
object, one lookup and one commit a row; it takes fewer people and is given as rows a second. Its table is
a temporary one, because the gateway's role may make no other: its commits wait for no disk, which flatters it.
"""

import csv
import secrets
import tempfile
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path
from random import Random
from typing import Any

import phonenumbers
from cryptography.fernet import Fernet
from sqlalchemy import LargeBinary, MetaData, select
from sqlalchemy.orm import DeclarativeBase, Mapped, Session, mapped_column

from gateway.flows.gate import Gate
from gateway.flows.intake import receive
from gateway.flows.sources import SourceWish, approve_source, register_source
from gateway.store import parties

NAIVE = 2_000
_GIVEN = ("Anna", "Jonas", "Mia", "Felix", "Lena", "Paul", "Clara", "Emil", "Ida", "Karl")
_FAMILY = ("Winter", "Sommer", "Berg", "Vogel", "Lang", "Stein", "Brandt", "Keller", "Roth", "Ernst")
_HEADER = (
    "Customer number", "Given name", "Family name", "Email", "Phone", "Address", "ZIP", "City", "Birth year",
    "Email consent", "SMS consent", "Consent date", "Consent version",
)  # fmt: skip


def measure(gate: Gate, people: int, naive: int = NAIVE) -> dict[str, Any]:
    """Import a new list of so many people, then a second one in which all are known, then the naive build.

    Args:
        gate: a gateway on a database that may be written to.
        people: rows of the list.
        naive: rows given to the naive build.

    Returns:
        Rows a second of each, and how many times faster the project is than the naive build.
    """
    name = f"bench {secrets.token_hex(4)}"
    register(gate, name)
    with tempfile.TemporaryDirectory(prefix="ostiary-bench-") as folder:
        first = written(Path(folder, "first.csv"), people, name, "newsletter-1")
        again = written(Path(folder, "again.csv"), people, name, "newsletter-2")
        few = written(Path(folder, "few.csv"), naive, name, "newsletter-1")
        new = people / _timed(lambda: _import(gate, name, first))
        known = people / _timed(lambda: _import(gate, name, again))
        slow = naive / _timed(lambda: _naive(gate, few))
    return {
        "people": people,
        "new_rows_per_second": round(new),
        "known_rows_per_second": round(known),
        "naive_rows_per_second": round(slow),
        "new_to_naive": round(new / slow, 1),
    }


def register(gate: Gate, name: str) -> None:
    """Register a party and an approved source of one name."""
    with gate.house.unit() as connection:
        parties.add_party(connection, name, "DE")
    evidence = ("notice_version", "consent_wording", "consent_time")
    defaults = {"country": "DE", "time_zone": "Europe/Berlin", "purpose": "marketing.own", "language": "de"}
    register_source(
        gate, "bench", SourceWish(name, "registration_form", name, "DE", evidence=evidence, defaults=defaults)
    )
    approve_source(gate, "bench", name)


def written(path: Path, people: int, name: str, wording: str) -> Path:
    """Write a list; the same name gives the same people."""
    with path.open("w", encoding="utf-8", newline="") as file:
        out = csv.writer(file)
        out.writerow(_HEADER)
        out.writerows(_people(people, name, wording))
    return path


def _people(people: int, name: str, wording: str) -> Iterator[tuple[str, ...]]:
    rng = Random(name)
    mark = sha256(name.encode()).hexdigest()[:6]
    for number in range(people):
        given, family = rng.choice(_GIVEN), rng.choice(_FAMILY)
        yield (
            f"C{number:07d}", given, family, f"{given}.{family}.{mark}.{number}@example.com".lower(),
            f"0151 {rng.randrange(10_000_000, 100_000_000)}", f"Ahornweg {rng.randrange(1, 200)}",
            f"{rng.randrange(10_000, 99_999)}", "Berlin", str(rng.randrange(1940, 2006)), "yes",
            rng.choice(("yes", "no")), f"2026-0{rng.randrange(1, 9)}-1{rng.randrange(10)} 10:{rng.randrange(60):02d}",
            wording,
        )  # fmt: skip


def _import(gate: Gate, name: str, path: Path) -> None:
    report = receive(gate, "bench", name, path)
    assert report.accounted == report.read
    assert report.state == "finished"


def _timed(work: Callable[[], None]) -> float:
    began = time.perf_counter()
    work()
    return time.perf_counter() - began


class _Base(DeclarativeBase):
    metadata = MetaData(schema="pg_temp")


class _Customer(_Base):
    """The naive build's one table: every field encrypted by itself, found by a plain digest."""

    __tablename__ = "naive_customer"

    no: Mapped[int] = mapped_column(primary_key=True)
    digest: Mapped[bytes] = mapped_column(LargeBinary, index=True)
    given_name: Mapped[bytes] = mapped_column(LargeBinary)
    family_name: Mapped[bytes] = mapped_column(LargeBinary)
    email: Mapped[bytes] = mapped_column(LargeBinary)
    phone: Mapped[bytes] = mapped_column(LargeBinary)
    address: Mapped[bytes] = mapped_column(LargeBinary)
    city: Mapped[bytes] = mapped_column(LargeBinary)
    consented_at: Mapped[datetime]


def _naive(gate: Gate, path: Path) -> None:
    fernet = Fernet(Fernet.generate_key())
    with gate.house.engine.connect() as connection, path.open(encoding="utf-8", newline="") as file:
        _Base.metadata.create_all(connection)
        connection.commit()
        with Session(connection) as session:
            for row in csv.DictReader(file):
                _naive_row(session, fernet, row)


def _naive_row(session: Session, fernet: Fernet, row: dict[str, str]) -> None:
    number = phonenumbers.parse(row["Phone"], "DE")
    assert phonenumbers.is_valid_number(number)
    phone = phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)
    email = row["Email"].strip().lower()
    digest = sha256(email.encode()).digest()
    person = session.execute(select(_Customer).where(_Customer.digest == digest)).scalar_one_or_none()
    if person is None:
        person = _Customer(digest=digest)
        session.add(person)
    person.given_name = fernet.encrypt(row["Given name"].encode())
    person.family_name = fernet.encrypt(row["Family name"].encode())
    person.email = fernet.encrypt(email.encode())
    person.phone = fernet.encrypt(phone.encode())
    person.address = fernet.encrypt(row["Address"].encode())
    person.city = fernet.encrypt(row["City"].encode())
    person.consented_at = datetime.fromisoformat(row["Consent date"]).replace(tzinfo=UTC)
    session.commit()
