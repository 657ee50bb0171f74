"""Fills a house with invented people, fast, in exactly the shape that intake leaves: what releases are measured on.

Must never be used on a house that holds anybody real: it writes past the intake flow.
"""

import random
import secrets
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

from sqlalchemy import text

from gateway.flows.gate import Gate
from gateway.store import parties
from gateway.store.parties import ToolRecord
from gateway.store.snapshots import cursor
from gateway.vault.disclose import fragment
from gateway.vault.seal import seal_many

CHUNK = 10_000
FIELDS = (
    "email",
    "name",
    "salutation",
    "given_name",
    "family_name",
    "birth_date",
)  # whole classes: nothing has to be masked


def house(gate: Gate) -> int:
    """Register a sender, a source and a tool; give the source's number."""
    with gate.house.unit() as connection:
        party = parties.add_party(connection, "Bench Seoul", "KR")
        parties.add_tool(
            connection,
            ToolRecord("bench", "marketing", party.name, "KR", ("marketing.own.newsletter",), ("email",), FIELDS),
        )
        return int(
            connection.execute(
                text(
                    "INSERT INTO source"
                    " (uid, name, kind, status, collector_no, country, audience, collected_at, evidence) VALUES"
                    " (:uid, 'bench form', 'registration_form', 'approved', :party, 'KR', 'b2c', now(), :evidence)"
                    " RETURNING no"
                ),
                {"uid": secrets.token_bytes(16), "party": party.no, "evidence": _evidence(gate)},
            ).scalar_one()
        )


def _evidence(gate: Gate) -> list[str]:
    with gate.house.unit() as connection:
        rule = gate.house.bundle(connection).sources["registration_form"]
    return sorted({*rule.evidence, *rule.essential})


def fill(gate: Gate, people: int, source: int, party: int = 1) -> None:
    """Add people: two in three have a consent that counts, the others none, an old one, or a withdrawal."""
    for first in range(0, people, CHUNK):
        _chunk(gate, first, min(CHUNK, people - first), source, party)


def _chunk(gate: Gate, first: int, count: int, source: int, party: int) -> None:
    random.seed(first)
    emails = [f"person{first + at}@example.com" for at in range(count)]
    uids = [secrets.token_bytes(16) for _ in range(count)]
    keys = gate.keyring.new_data_keys(uids)
    ((version, indexes),) = gate.lookup.index_many("email", emails).items()
    ((_, hashes),) = gate.lookup.suppression_many("email", emails).items()
    rows = [row for at in range(count) for row in _fragments(keys[at].key, uids[at], source, emails[at], first + at)]
    blobs = seal_many(rows)
    with gate.house.unit() as connection:
        at = cursor(connection)
        numbers = [
            row[0]
            for row in at.execute(
                "SELECT nextval(pg_get_serial_sequence('person', 'no')) FROM generate_series(1, %s)", [count]
            )
        ]
        _copy(
            at,
            "person (no, uid, jurisdiction, language, time_zone, kind, birth_year)",
            ((no, uid, "KR", "ko", "Asia/Seoul", "b2c", 1985) for no, uid in zip(numbers, uids, strict=True)),
        )
        _copy(at, "person_key", ((no, key.wrapped) for no, key in zip(numbers, keys, strict=True)))
        _copy(
            at,
            "sealed (person_no, class, source_no, blob)",
            ((numbers[n // 2], rows[n][2], source, blob) for n, blob in enumerate(blobs)),
        )
        _copy(
            at,
            "identifier (person_no, kind, index, source_no, index_version, suppress, bits)",
            (
                (no, "email", index, source, version, hash_, 0)
                for no, index, hash_ in zip(numbers, indexes, hashes, strict=True)
            ),
        )
        _copy(
            at,
            "consent (person_no, index, purpose, channel, sender_no, state, since, conditions, wording, source_no)",
            _consents(numbers, indexes, source, party),
        )


def _fragments(
    key: bytes, uid: bytes, source: int, email: str, no: int
) -> Iterator[tuple[bytes, bytes, str, int, bytes]]:
    yield key, uid, "email", source, fragment({"email": email})
    yield (
        key,
        uid,
        "identity",
        source,
        fragment({"given_name": f"Given{no % 977}", "family_name": f"Family{no % 499}"}),
    )


def _consents(numbers: list[int], indexes: list[bytes], source: int, party: int) -> Iterator[tuple[object, ...]]:
    now = datetime.now(UTC)
    for no, index in zip(numbers, indexes, strict=True):
        chance = random.random()
        since = now - timedelta(days=random.uniform(1, 600))
        if chance < 0.68:
            yield no, index, "marketing.own", "email", party, "given", since, 0, "newsletter-3/ko", source
        elif chance < 0.85:
            yield no, b"", "marketing.own", "email", party, "withdrawn", since, 0, "", source


def _copy(cursor_: object, target: str, rows: Iterator[tuple[object, ...]]) -> None:
    with cursor_.copy(f"COPY {target} FROM STDIN") as copy:  # type: ignore[attr-defined]
        for row in rows:
            copy.write_row(row)
