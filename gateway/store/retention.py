"""What justifies keeping people, and the deletion of those whom nothing does. Must never decide who that is.

Periods differ by where people live, so nobody is sorted out by time here: moments are read, the domain judges them.

A deleted person's key goes first: what backups and dead rows hold of the sealed data then opens with nothing. What
stays: suppressions, the ledger, pages (numbers), consent events, contacts and evidence (append-only: keyed hashes,
numbers and sealed proof), and the person's row without attributes, so that pages stay explainable.
"""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any, Final

from pyroaring import BitMap
from sqlalchemy import Connection, text

from gateway.domain.grades import ANSWERS
from gateway.domain.retention import ENDLESS, Hold
from gateway.store.suppressions import LOCK_KEY, Suppression, add
from policies.terms import Flag, Scope

_GONE: Final = ("person_key", "sealed", "identifier", "dealing", "consent", "consent_request", "notice", "mail_out",
                "reservation")  # fmt: skip
_REASON: Final = "retention"


class Numbers:
    """Numbers of people, packed; ten million take a few megabytes."""

    def __init__(self) -> None:
        self._numbers: Any = BitMap()

    def add(self, numbers: Collection[int]) -> None:
        """Add numbers below 2^32."""
        self._numbers.update(numbers)

    def some(self, after: int, most: int) -> list[int]:
        """Give the next so many numbers above one."""
        found: list[int] = []
        for no in self._numbers.iter_equal_or_larger(after + 1):
            found.append(no)
            if len(found) == most:
                break
        return found

    def __len__(self) -> int:
        """Count them."""
        return len(self._numbers)


def holds(connection: Connection, after: int, upto: int, day: datetime) -> list[tuple[bytes, Hold]]:
    """Give uid and hold of the people with numbers above one and up to another, by number.

    The erased, the restricted and the deceased are left out: a restriction forbids erasing too (GDPR Art. 18), and the
    flag of a deceased is all that keeps letters from the family.

    Args:
        connection: any transaction.
        after: the number that they lie above.
        upto: the last number.
        day: `retention.as_of`.
    """
    return _holds(connection, _BETWEEN, {"after": after, "upto": upto}, day)


def locked(connection: Connection, people: Sequence[int], day: datetime) -> list[tuple[bytes, Hold]]:
    """Lock people, keep everybody from suppressing until the transaction ends, then read as `holds` does."""
    connection.execute(_SUPPRESSING, {"key": LOCK_KEY})
    connection.execute(_LOCK, {"people": list(people)})
    return _holds(connection, _NAMED, {"people": list(people)}, day)


def delete(connection: Connection, people: Sequence[int], actor: str) -> int:
    """Delete people who are locked by this transaction; their key first, their row stays, empty and marked.

    What they withdrew or objected to is kept as suppressions of their identifiers first: whoever brings them again
    must obey it.

    Returns:
        How many suppressions were added.
    """
    stops = [
        Suppression(kind, bytes(hash_), Scope.PURPOSE, _REASON, actor, channel, purpose, sender)
        for kind, hash_, channel, purpose, sender in connection.execute(_STOPS, {"people": list(people)})
    ]
    added = add(connection, stops)
    for table in _GONE:
        connection.execute(_DELETE[table], {"people": list(people)})
    connection.execute(_UNLINK, {"people": list(people)})
    connection.execute(_MARK, {"people": list(people), "erased": int(Flag.ERASED)})
    return added


def _holds(connection: Connection, which: str, values: dict[str, object], day: datetime) -> list[tuple[bytes, Hold]]:
    spared = int(Flag.ERASED | Flag.RESTRICTED | Flag.DECEASED)
    bound = {"day": day, "endless": ENDLESS, "spared": spared, "answers": [kind.value for kind in ANSWERS]}
    return [(bytes(row.uid), Hold(*row[1:])) for row in connection.execute(_HOLDS[which], values | bound)]


_BETWEEN = "p.no > :after AND p.no <= :upto"
_NAMED = "p.no = ANY(CAST(:people AS bigint[]))"
_HOLD = """
WITH revoked AS MATERIALIZED (SELECT no FROM source WHERE status = 'revoked')
SELECT p.uid, p.no, p.jurisdiction, i.identifiers, i.until, c.consented, b.under_way, p.created_at,
  greatest(d.at, e.at, t.at)
FROM person p
LEFT JOIN LATERAL (
  SELECT count(*) AS identifiers, max(coalesce(s.expires_at, :endless)) FILTER (WHERE s.no IS NOT NULL) AS until
  FROM identifier i LEFT JOIN source s ON s.no = i.source_no AND s.status <> 'revoked' WHERE i.person_no = p.no
) i ON true
LEFT JOIN LATERAL (
  SELECT count(*) > 0 AS consented FROM consent c
  WHERE c.person_no = p.no AND c.state = 'given' AND c.source_no NOT IN (SELECT no FROM revoked) AND NOT EXISTS (
    SELECT FROM consent w WHERE w.person_no = p.no AND w.state <> 'given' AND w.since >= c.since
      AND (w.purpose = c.purpose OR starts_with(c.purpose, w.purpose || '.'))
      AND w.channel IN ('*', c.channel) AND w.sender_no IN (0, c.sender_no))
) c ON true
LEFT JOIN LATERAL (
  SELECT max(d.at) AS at FROM dealing d WHERE d.person_no = p.no AND d.source_no NOT IN (SELECT no FROM revoked)
) d ON true
LEFT JOIN LATERAL (
  SELECT max(e.at) AS at FROM consent_event e
  WHERE e.person_no = p.no AND e.state = 'given' AND e.source_no NOT IN (SELECT no FROM revoked)
) e ON true
LEFT JOIN LATERAL (
  SELECT max(t.at) AS at FROM contact_event t WHERE t.person_no = p.no AND t.kind = ANY(CAST(:answers AS text[]))
) t ON true
LEFT JOIN LATERAL (SELECT
  EXISTS (SELECT FROM consent_request r
    WHERE r.person_no = p.no AND r.confirmed_at IS NULL AND r.expires_at >= :day)
  OR EXISTS (SELECT FROM mail_out m WHERE m.person_no = p.no AND m.state = 'queued')
  OR EXISTS (SELECT FROM notice n WHERE n.person_no = p.no AND n.sent_at IS NULL)
  OR EXISTS (SELECT FROM reservation v WHERE v.person_no = p.no AND v.until >= :day) AS under_way
) b ON true
WHERE {which} AND p.flags & :spared = 0 ORDER BY p.no
"""
_HOLDS = {which: text(_HOLD.format(which=which)) for which in (_BETWEEN, _NAMED)}
_SUPPRESSING = text("SELECT pg_advisory_xact_lock(:key)")
_LOCK = text("SELECT no FROM person WHERE no = ANY(CAST(:people AS bigint[])) ORDER BY no FOR UPDATE")
_STOPS = text("""
SELECT DISTINCT i.kind, i.suppress, coalesce(nullif(c.channel, '*'), '') AS channel, c.purpose, c.sender_no
FROM consent c JOIN identifier i ON i.person_no = c.person_no
WHERE c.person_no = ANY(CAST(:people AS bigint[])) AND c.state <> 'given'
""")
_DELETE = {table: text(f"DELETE FROM {table} WHERE person_no = ANY(CAST(:people AS bigint[]))") for table in _GONE}
_UNLINK = text(
    "DELETE FROM person_link WHERE person_no = ANY(CAST(:people AS bigint[]))"
    " OR other_no = ANY(CAST(:people AS bigint[]))"
)
_MARK = text(
    "UPDATE person SET flags = flags | :erased, jurisdiction = '', region = '', branch = '', language = '',"
    " time_zone = '', kind = 'unknown', birth_year = 0, grade = 4, kept_at = NULL"
    " WHERE no = ANY(CAST(:people AS bigint[]))"
)
