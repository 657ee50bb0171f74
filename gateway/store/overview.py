"""Counts for the officers' first page. Must never read a sealed value, nor name a person."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, text

from gateway.store.batches import Batch


@dataclass(frozen=True, slots=True)
class Release:
    """A release as the first page shows it; `people` were made available, in `pages` pages."""

    uid: bytes
    tool: str
    purpose: str
    channel: str
    state: str
    people: int
    pages: int
    created_at: datetime


@dataclass(frozen=True, slots=True)
class Refusal:
    """How many people were not made available for one reason: outcome, code, rule and its citation."""

    outcome: str
    code: str
    rule: str
    cite: str
    people: int


def people(connection: Connection) -> int:
    """Count the people whom the house knows; an erased one is not known."""
    return int(connection.execute(_PEOPLE).scalar_one())


def sources_by_status(connection: Connection) -> dict[str, int]:
    """Count sources by status."""
    return {row.status: row.n for row in connection.execute(_SOURCES)}


def batches_by_verdict(connection: Connection) -> dict[str, int]:
    """Count imports by verdict."""
    return {row.verdict: row.n for row in connection.execute(_BATCHES)}


def releases_since(connection: Connection, since: datetime) -> list[Release]:
    """List the releases that began since a moment (UTC), newest first."""
    return [Release(*row) for row in connection.execute(_RELEASES, {"since": since})]


def refusals_since(connection: Connection, since: datetime) -> list[Refusal]:
    """Add up who was not made available since a moment (UTC), by the reason that decided, most people first.

    A release that was taken up again has a page of the same number twice: the newer one counts.
    """
    return [Refusal(*row) for row in connection.execute(_REFUSALS, {"since": since})]


def withdrawals_since(connection: Connection, since: datetime) -> int:
    """Count withdrawals and objections that came in since a moment (UTC)."""
    return int(connection.execute(_WITHDRAWALS, {"since": since}).scalar_one())


def waits(batch: Batch) -> bool:
    """Say whether an import waits for somebody: it is kept sealed until its evidence comes."""
    return batch.state == "quarantined"


_PEOPLE = text("SELECT count(*) FROM person WHERE flags & 8 = 0")
_SOURCES = text("SELECT status, count(*) AS n FROM source GROUP BY status ORDER BY status")
_BATCHES = text("SELECT verdict, count(*) AS n FROM batch GROUP BY verdict ORDER BY verdict")
_RELEASES = text(
    "SELECT r.uid, t.name, r.wish ->> 'purpose', r.wish ->> 'channel', r.state, r.people, r.pages, r.created_at"
    " FROM release r JOIN tool t ON t.no = r.tool_no WHERE r.created_at >= :since ORDER BY r.no DESC"
)
_REFUSALS = text("""
WITH page AS (
  (SELECT DISTINCT ON (release_no, page) cells FROM release_page WHERE created_at >= :since
    ORDER BY release_no, page, attempt DESC)
  UNION ALL SELECT cells FROM decision_page WHERE created_at >= :since
), cell AS (
  SELECT c, jsonb_path_query_first(c -> 'steps', '$[*] ? (@.outcome == $o)', jsonb_build_object('o', c -> 'outcome'))
    AS step FROM page, jsonb_array_elements(cells) c WHERE c ->> 'outcome' <> 'allow'
), told AS (
  SELECT c, jsonb_path_query_first(c -> 'reasons', '$[*] ? (@.step == $n)', jsonb_build_object('n', step -> 'no'))
    AS reason FROM cell
)
SELECT c ->> 'outcome', coalesce(reason ->> 'code', c ->> 'code'), coalesce(reason ->> 'rule', ''),
  coalesce(reason ->> 'cite', ''), sum((c ->> 'count')::bigint)::bigint AS people
FROM told GROUP BY 1, 2, 3, 4 ORDER BY people DESC, 2, 3
""")
_WITHDRAWALS = text(
    "SELECT count(*) FROM consent_event WHERE state IN ('withdrawn', 'objected') AND received_at >= :since"
)
