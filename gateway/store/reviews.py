"""The people whose turn for review it is, with what a review looks at. Must never give a value of a person."""

from datetime import datetime

from sqlalchemy import Connection, text

from gateway.domain.campaigns import ContactKind
from gateway.domain.grades import ANSWERS, TURNS
from gateway.domain.reviews import Looked
from policies.terms import Flag

_ARRIVED = (ContactKind.DELIVERED, *ANSWERS)


def due(connection: Connection, turn: int, after: int, upto: int, since: datetime) -> list[tuple[bytes, Looked]]:
    """Give the people of a turn (`grades.turn_of`) with numbers above one and up to another, by number.

    Args:
        connection: any transaction.
        turn: 0 to 11.
        after: the number that they lie above.
        upto: the last number.
        since: how far back messages count (UTC).
    """
    values = {
        "turn": turn, "turns": TURNS, "after": after, "upto": upto, "since": since, "erased": int(Flag.ERASED),
        "bounced": ContactKind.BOUNCED.value, "arrived": [kind.value for kind in _ARRIVED],
    }  # fmt: skip
    return [(bytes(row.uid), Looked(*row[1:])) for row in connection.execute(_DUE, values)]


_DUE = text("""
SELECT p.uid, p.jurisdiction, e.bounced, e.arrived, c.since, s.ends
FROM person p
LEFT JOIN LATERAL (
  SELECT max(e.at) FILTER (WHERE e.kind = :bounced) AS bounced,
         max(e.at) FILTER (WHERE e.kind = ANY(CAST(:arrived AS text[]))) AS arrived
  FROM contact_event e WHERE e.person_no = p.no AND e.at > :since
) e ON true
LEFT JOIN LATERAL (SELECT min(c.since) AS since FROM consent c WHERE c.person_no = p.no AND c.state = 'given') c ON true
LEFT JOIN LATERAL (
  SELECT min(s.expires_at) AS ends FROM identifier i JOIN source s ON s.no = i.source_no
  WHERE i.person_no = p.no AND s.status = 'approved'
) s ON true
WHERE p.no > :after AND p.no <= :upto AND p.flags & :erased = 0
  AND mod(('x' || encode(substr(p.uid, 1, 4), 'hex'))::bit(32)::bigint, :turns) = :turn
ORDER BY p.no
""")
