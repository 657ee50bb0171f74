"""A release as a first version usually does it, on tables of its own in the same database.

ORM rows by `.all()`, Fernet for each field, `casbin.Enforcer.enforce` for each row, a consent query for each row, an
audit row inserted and committed for each person. Kinder than the default in one thing: a commit does not make every
loaded row stale. Must never be made slower than somebody would write it in good faith.
"""

import json
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import casbin
from cryptography.fernet import Fernet
from sqlalchemy import Engine, ForeignKey, MetaData, create_engine, text
from sqlalchemy.orm import DeclarativeBase, Mapped, Session, mapped_column

SCHEMA = "bench_naive"
_MODEL = """
[request_definition]
r = sub, obj, act
[policy_definition]
p = sub, obj, act
[role_definition]
g = _, _
[policy_effect]
e = some(where (p.eft == allow))
[matchers]
m = g(r.sub, p.sub) && r.obj == p.obj && r.act == p.act
"""
_POLICY = """
p, marketing, customer, read
p, marketing, customer, export
p, marketing, campaign, read
p, marketing, campaign, write
p, analytics, customer, count
p, officer, audit, read
p, officer, consent, read
p, branch, customer, read
g, newsletter-tool, marketing
g, dashboard, analytics
"""


class Base(DeclarativeBase):
    """The naive build's tables."""

    metadata = MetaData(schema=SCHEMA)


class Customer(Base):
    """A customer; every field encrypted by itself, found by a digest."""

    __tablename__ = "customer"

    id: Mapped[int] = mapped_column(primary_key=True)
    digest: Mapped[bytes] = mapped_column(index=True)
    country: Mapped[str]
    email: Mapped[bytes]
    given_name: Mapped[bytes]
    family_name: Mapped[bytes]


class Consent(Base):
    """What a customer agreed to."""

    __tablename__ = "consent"

    id: Mapped[int] = mapped_column(primary_key=True)
    customer_id: Mapped[int] = mapped_column(ForeignKey(Customer.id), index=True)
    purpose: Mapped[str]
    channel: Mapped[str]
    state: Mapped[str]
    since: Mapped[datetime]


class Audit(Base):
    """Who was given out, one row a person."""

    __tablename__ = "audit"

    id: Mapped[int] = mapped_column(primary_key=True)
    at: Mapped[datetime]
    actor: Mapped[str] = mapped_column(index=True)
    action: Mapped[str]
    customer_id: Mapped[int | None] = mapped_column(index=True)
    detail: Mapped[str]


def enforcer() -> casbin.Enforcer:
    """Give Casbin with ten lines of policy."""
    model = casbin.Model()
    model.load_model_from_text(_MODEL)
    made = casbin.Enforcer(model)
    for line in filter(None, _POLICY.splitlines()):
        kind, *rest = line.split(", ")
        (made.add_grouping_policy if kind == "g" else made.add_policy)(*rest)
    return made


def open_engine(url: str) -> Engine:
    """Give an engine as the tutorial makes it, with connections enough for the measurement."""
    return create_engine(url, pool_size=20, max_overflow=20, connect_args={"options": "-ctimezone=UTC"})


def prepare(url: str, people: int, digest: Any) -> str:
    """Make the tables and fill in people, in the same shares as the house; give the Fernet key.

    Args:
        url: SQLAlchemy URL.
        people: how many.
        digest: gives the bytes by which an e-mail address is found.
    """
    key = Fernet.generate_key()
    fernet, engine = Fernet(key), create_engine(url)
    now = datetime.now(UTC)
    with engine.begin() as connection:
        connection.execute(text(f"DROP SCHEMA IF EXISTS {SCHEMA} CASCADE"))
        connection.execute(text(f"CREATE SCHEMA {SCHEMA}"))
        Base.metadata.create_all(connection)
        with Session(connection) as session:
            session.add_all(
                Customer(id=no, digest=digest(email), country="KR", **_sealed(fernet, email, no))
                for no in range(people)
                if (email := f"person{no}@example.com")
            )
            session.flush()
            session.add_all(_said(no, now) for no in range(people) if no % 100 < 85)
            session.commit()
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        for table in Base.metadata.sorted_tables:
            connection.execute(text(f"VACUUM (ANALYZE) {table.fullname}"))
    engine.dispose()
    return key.decode()


def _said(no: int, now: datetime) -> Consent:
    state = "given" if no % 100 < 68 else "withdrawn"
    since = now - timedelta(days=1 + no % 600)
    return Consent(customer_id=no, purpose="marketing.own", channel="email", state=state, since=since)


def _sealed(fernet: Fernet, email: str, no: int) -> dict[str, bytes]:
    return {
        "email": fernet.encrypt(email.encode()),
        "given_name": fernet.encrypt(f"Given{no % 977}".encode()),
        "family_name": fernet.encrypt(f"Family{no % 499}".encode()),
    }


def once(url: str, key: str) -> dict[str, Any]:
    """Export everybody who may be written to, and say how long one of them took."""
    engine, fernet, policy = open_engine(url), Fernet(key), enforcer()
    with Session(engine, expire_on_commit=False) as session, Path("/dev/null").open("w", encoding="utf-8") as sink:
        wall, cpu = time.perf_counter(), time.process_time()
        given = _export(session, fernet, policy, sink)
        wall, cpu = time.perf_counter() - wall, time.process_time() - cpu
    return {"people": given, "us": wall / given * 1e6, "cpu_us": cpu / given * 1e6}


def _export(session: Session, fernet: Fernet, policy: casbin.Enforcer, sink: Any) -> int:
    given = 0
    for customer in session.query(Customer).order_by(Customer.id).all():
        if not policy.enforce("newsletter-tool", "customer", "export"):
            continue
        consent = (
            session.query(Consent)
            .filter_by(customer_id=customer.id, channel="email")
            .order_by(Consent.since.desc())
            .first()
        )
        if consent is None or consent.state != "given" or _old(consent.since):
            continue
        fields = {
            name: fernet.decrypt(getattr(customer, name)).decode() for name in ("email", "given_name", "family_name")
        }
        session.add(
            Audit(at=datetime.now(UTC), actor="newsletter-tool", action="export", customer_id=customer.id,
                  detail=json.dumps({"fields": list(fields), "purpose": "marketing.own.newsletter"}))
        )  # fmt: skip
        session.commit()
        sink.write(json.dumps({"id": customer.id, **fields}) + "\n")
        given += 1
    return given


def _old(since: datetime) -> bool:
    return since.replace(tzinfo=UTC) < datetime.now(UTC) - timedelta(days=730)
