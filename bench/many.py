"""Measures one POST of 10,000 questions by hash, durable before it is answered: the project, a naive build, a floor.

The project answers over HTTP on 127.0.0.1. The naive build asks the database once and adds one row for each question,
in this process and in one transaction, which is to its advantage. The floor is what no design can leave out: one
statement that finds 10,000 hashes by index, one INSERT, one commit on disk. Must never count an answer that is not 200.
"""

import http.client
import os
import random
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from typing import Any

import orjson
import psycopg
from pyroaring import BitMap
from sqlalchemy.orm import Session

from bench import naive_release
from bench.naive_release import Audit, Consent, Customer
from bench.place import Place, server_cpu
from bench.serving import serving

MANY = 10_000
ROUNDS = 25
NAIVE = 1_000
PURPOSE = "marketing.own.newsletter"


def measure(place: Place) -> dict[str, Any]:
    """Measure all three.

    Returns:
        Milliseconds of 10,000 questions, best and median, by act; ratios to the naive build and to the floor.
    """
    naive_release.prepare(place.url, NAIVE, lambda email: sha256(email.encode()).digest())
    rng = random.Random(3)
    emails = [f"person{rng.randrange(place.people)}@example.com" for _ in range(MANY)]
    hashes = [sha256(email.encode()).hexdigest() for email in emails]
    told: dict[str, Any] = {"people": place.people, "questions": MANY}
    with serving("gateway", place) as port:
        for act in ("disclose", "contact"):
            told |= _posted(place, port, act, hashes)
    told |= _spread("floor", _floor(place, emails))
    told["naive_ms"] = round(min(_naive(place) for _ in range(2)) / NAIVE * MANY * 1000, 1)
    told["to_naive"] = round(told["naive_ms"] / told["disclose_ms"], 1)
    told["to_floor"] = round(told["floor_ms"] / told["disclose_ms"], 2)
    return told


def _posted(place: Place, port: int, act: str, hashes: list[str]) -> dict[str, Any]:
    """Send the same body again and again over one connection; the first answer warms up and is not counted."""
    asks = [{"person": {"email_sha256": each}, "purpose": PURPOSE, "channel": "email", "act": act} for each in hashes]
    body = orjson.dumps({"asks": asks})
    headers = {"Authorization": f"Bearer {place.key}", "Content-Type": "application/json"}
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)

    def post() -> None:
        connection.request("POST", "/v1/decisions", body, headers)
        answer = connection.getresponse()
        said = answer.read()
        if answer.status != http.client.OK or said.count(b'"outcome"') != MANY:
            raise RuntimeError(f"answered {answer.status}: {said[:300]!r}")

    post()
    before = server_cpu(place.url)
    took = _timed(post)
    spent = (server_cpu(place.url) - before) / ROUNDS
    connection.close()
    return _spread(act, took) | {f"{act}_server_cpu_ms": round(spent * 1000, 1)}


def _timed(work: Callable[[], None]) -> list[float]:
    took = []
    for _ in range(ROUNDS):
        began = time.perf_counter()
        work()
        took.append(time.perf_counter() - began)
    return sorted(took)


def _spread(name: str, took: list[float]) -> dict[str, Any]:
    return {f"{name}_ms": round(took[0] * 1000, 1), f"{name}_median_ms": round(took[len(took) // 2] * 1000, 1)}


def _floor(place: Place, emails: list[str]) -> list[float]:
    """Find who is meant and what they consented to, in one statement; write one row; commit."""
    ((_, indexes),) = place.gate.lookup.index_many("email", emails).items()
    with psycopg.connect(place.plain_url) as connection, connection.cursor(binary=True) as cursor:
        cursor.execute("SET search_path TO ostiary")
        cursor.execute("CREATE TABLE IF NOT EXISTS bench_floor_page (people bytea, root bytea)")

        def once() -> None:
            found = cursor.execute(_FIND, [indexes]).fetchall()
            row = [BitMap(no for no, _, _ in found).serialize(), os.urandom(32)]
            cursor.execute("INSERT INTO bench_floor_page VALUES (%b, %b)", row)
            connection.commit()

        once()
        return _timed(once)


_FIND = """
SELECT x.person_no, c.state, c.since FROM unnest(%b::bytea[]) AS q (index)
JOIN identifier x ON x.index = q.index
LEFT JOIN consent c ON c.person_no = x.person_no AND c.index IN (''::bytea, x.index)
"""


def _naive(place: Place) -> float:
    """Answer one question after another on the naive tables: a query, a judgement, a row; one commit at the end."""
    digests = [sha256(f"person{number}@example.com".encode()).digest() for number in range(NAIVE)]
    engine = naive_release.open_engine(place.url)
    with Session(engine) as session:
        began = time.perf_counter()
        for digest in digests:
            session.add(_answered(session, digest))
            session.flush()
        session.commit()
        took = time.perf_counter() - began
    engine.dispose()
    return took


def _answered(session: Session, digest: bytes) -> Audit:
    row = (
        session.query(Customer, Consent)
        .outerjoin(Consent, Consent.customer_id == Customer.id)
        .filter(Customer.digest == digest)
        .order_by(Consent.since.desc())
        .first()
    )
    now = datetime.now(UTC)
    consent: Consent | None = row[1] if row else None
    since = consent.since.replace(tzinfo=UTC) if consent and consent.state == "given" else None
    fresh = since is not None and since > now - timedelta(days=730)
    return Audit(
        at=now, actor="newsletter-tool", action="decide", customer_id=row[0].id if row else None, detail=str(fresh)
    )
