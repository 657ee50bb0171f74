"""Data grades: who was selected, who gets which grade, how many have each. Statements in, plain values out.

`regrade` says in SQL what `gateway.domain.grades.grade` says in Python; a test holds one against the other. People are
taken by number, a batch in a transaction, and are locked in that order like everywhere.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from itertools import takewhile
from typing import Any, Final

from pyroaring import BitMap
from sqlalchemy import Connection, text

from gateway.domain.grades import ANSWERS, GRADES, OFTEN, YEAR
from policies.terms import Flag

_PAGES: Final = 200


@dataclass(slots=True)
class Selections:
    """In how many releases people were made available, counted up to three.

    One bitmap of person numbers a count: ten million people take a few megabytes, however many releases there were.
    """

    _by_count: list[Any] = field(default_factory=lambda: [BitMap() for _ in range(OFTEN)])
    _release: int = 0
    _people: Any = field(default_factory=BitMap)

    def add(self, release_no: int, people: Sequence[bytes]) -> None:
        """Add the packed bitmaps of a page; pages of one release come together."""
        if release_no != self._release:
            self.close()
            self._release = release_no
        for packed in people:
            self._people |= BitMap.deserialize(packed)

    def close(self) -> None:
        """Count the release whose pages came last."""
        for count in reversed(range(1, OFTEN)):
            self._by_count[count] |= self._by_count[count - 1] & self._people
        self._by_count[0] |= self._people
        self._people = BitMap()

    def between(self, after: int, top: int) -> dict[int, int]:
        """Give the counts of the people with numbers above one and up to another; who was never selected is absent."""
        found: dict[int, int] = {}
        for people in self._by_count:
            for no in takewhile(lambda no: no <= top, people.iter_equal_or_larger(after + 1)):
                found[no] = found.get(no, 0) + 1
        return found


def selected(connection: Connection, since: datetime, behind: tuple[int, ...]) -> Iterator[tuple[tuple[int, ...], Any]]:
    """Give some pages of releases decided after a moment (UTC), in the order of their releases.

    Args:
        connection: any transaction; call again in another with the last key until nothing comes.
        since: the moment.
        behind: key of the page to go on behind: release, page, attempt.

    Yields:
        The page's key and the packed bitmaps of those made available.
    """
    values = {"since": since, "release": behind[0], "page": behind[1], "attempt": behind[2], "most": _PAGES}
    for row in connection.execute(_SELECTED, values):
        made = [packed for packed, cell in zip(row.bitmaps, row.available, strict=True) if cell]
        yield (row.release_no, row.page, row.attempt), made


def top(connection: Connection, after: int, most: int) -> int:
    """Give the number of the last of the next so many people, 0 if there are none."""
    return int(connection.execute(_TOP, {"after": after, "most": most}).scalar_one())


def regrade(connection: Connection, after: int, upto: int, times: dict[int, int], at: datetime) -> tuple[int, int]:
    """Give the people with numbers above one and up to another their grade.

    Args:
        connection: a transaction; the people whose grade changes are locked in it.
        after: the number that they lie above.
        upto: the last number.
        times: how often each was selected (`Selections.between`).
        at: now (UTC).

    Returns:
        How many were looked at, how many grades changed.
    """
    row = connection.execute(
        _REGRADE,
        {
            "after": after, "upto": upto, "since": at - YEAR, "often": OFTEN, "erased": int(Flag.ERASED),
            "people": list(times), "times": list(times.values()),
            "answers": [kind.value for kind in ANSWERS], "ordered": ANSWERS[-1].value,
        },
    ).one()  # fmt: skip
    return int(row.people), int(row.changed)


def counts(connection: Connection) -> dict[int, int]:
    """Give how many people have each grade; the erased are not counted."""
    found = {row.grade: int(row.people) for row in connection.execute(_COUNTS, {"erased": int(Flag.ERASED)})}
    return {grade: found.get(grade, 0) for grade in GRADES}


_SELECTED = text("""
SELECT p.release_no, p.page, p.attempt, p.bitmaps,
       array(SELECT (c->>'available')::boolean FROM jsonb_array_elements(p.cells) WITH ORDINALITY AS e (c, at)
             ORDER BY e.at) AS available
FROM release_page p
WHERE p.snapshot_at > :since AND (p.release_no, p.page, p.attempt) > (:release, :page, :attempt)
ORDER BY p.release_no, p.page, p.attempt LIMIT :most
""")
_TOP = text("SELECT coalesce(max(no), 0) FROM (SELECT no FROM person WHERE no > :after ORDER BY no LIMIT :most) x")
_REGRADE = text("""
WITH known AS MATERIALIZED (
  SELECT p.no, p.grade,
    greatest(p.created_at, p.kept_at, d.at, e.at, c.at) > :since AS kept,
    coalesce(s.times, 0) AS selected,
    d.person_no IS NOT NULL OR coalesce(c.ordered, false) AS dealt
  FROM person p
  LEFT JOIN (SELECT person_no, max(at) AS at FROM dealing
             WHERE person_no > :after AND person_no <= :upto GROUP BY 1) d ON d.person_no = p.no
  LEFT JOIN (SELECT person_no, max(received_at) AS at FROM consent_event
             WHERE person_no > :after AND person_no <= :upto AND state = 'given' GROUP BY 1) e ON e.person_no = p.no
  LEFT JOIN (SELECT person_no, max(at) AS at, bool_or(kind = :ordered) AS ordered FROM contact_event
             WHERE person_no > :after AND person_no <= :upto AND kind = ANY(CAST(:answers AS text[])) GROUP BY 1
            ) c ON c.person_no = p.no
  LEFT JOIN unnest(CAST(:people AS bigint[]), CAST(:times AS int[])) AS s (no, times) ON s.no = p.no
  WHERE p.no > :after AND p.no <= :upto AND p.flags & :erased = 0
), graded AS (
  SELECT no, grade AS before,
    CASE WHEN kept AND selected >= :often THEN 1 WHEN kept OR selected > 0 THEN 2 WHEN dealt THEN 3 ELSE 4 END AS grade
  FROM known
), held AS MATERIALIZED (
  SELECT p.no FROM person p WHERE p.no IN (SELECT no FROM graded WHERE grade <> before) ORDER BY p.no FOR UPDATE
), changed AS (
  UPDATE person p SET grade = g.grade FROM graded g JOIN held h ON h.no = g.no WHERE p.no = g.no RETURNING p.no
)
SELECT (SELECT count(*) FROM known) AS people, (SELECT count(*) FROM changed) AS changed
""")
_COUNTS = text("SELECT grade, count(*) AS people FROM person WHERE flags & :erased = 0 GROUP BY grade")
