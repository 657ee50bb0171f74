"""The sequencer: takes what waits in the inbox into the log, one at a time over all processes.

Any process may run it; a lock in the database lets one do so at a time. There is no recovery code: whatever a
crash left, the next `run_once` reads the stored head, checks it, and goes on. Must never skip a committed
entry, never sign two histories, never build on a head that it has not checked.

A batch is one transaction:
  1 lock    advisory, ends with the transaction or the process
  2 head    the last checkpoint, checked; kept in memory while nobody else writes
  3 leaves  read, framed, hashed and stored by one statement; only hashes cross the wire
  4 tree    tiles that became full, the new root, one signature for all
  5 commit  leaves, tiles and checkpoint become visible together, durably
"""

import logging
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, Engine
from sqlalchemy.exc import DBAPIError

from audit.checkpoint import Checkpoint, Mark, numbers_digest
from audit.errors import NotReady, NotSettled
from audit.leaf import leaf_head
from audit.ledger.head import Head, Seen, read_head
from audit.ledger.reading import leaf_of
from audit.ledger.waterline import Waterline
from audit.note import Signer, Verifier
from audit.tiles import Tile, split_hashes

_LOG = logging.getLogger(__name__)

# The second key is the table's own id, so that two logs in one database do not wait for each other.
# A plan made for any waterline would be a plan for a third of the table; each batch gets one for its own.
_LOCK = """
SELECT pg_try_advisory_xact_lock(1330860108, 'ledger_checkpoint'::regclass::oid::int),
       set_config('synchronous_commit', 'on', true), set_config('plan_cache_mode', 'force_custom_plan', true)
"""
_GUARDS = """
SELECT (SELECT count(*) FROM pg_trigger
         WHERE tgrelid IN ('ledger_inbox'::regclass, 'ledger_leaf'::regclass, 'ledger_tile'::regclass,
                           'ledger_checkpoint'::regclass)
           AND tgname IN ('append_only', 'entering') AND tgenabled = 'A') = 5
   AND (SELECT seqcache = 1 FROM pg_sequence
         WHERE seqrelid = pg_get_serial_sequence('ledger_inbox', 'no')::regclass)
"""

# Looks at every entry above the waterline that is not in the log, wherever its number lies. Time, kind and
# actor are cut out of the canonical bytes: the actor is their first string, the kind the third quoted word
# from the end.
_INTEGRATE = """
WITH framed AS (
  SELECT %(size)s - 1 + row_number() OVER (ORDER BY i.no) AS idx, i.no, i.entry,
         %(head)b::bytea || i.entry || '\\x7d'::bytea AS leaf
    FROM ledger_inbox i
   WHERE i.no > %(low)s
     AND NOT EXISTS (SELECT FROM ledger_leaf l WHERE l.inbox_no = i.no AND l.inbox_no > %(low)s)
   ORDER BY i.no LIMIT %(limit)s
), stored AS (
  INSERT INTO ledger_leaf (idx, inbox_no, at, kind, actor, leaf, leaf_hash)
  SELECT idx, no, %(at)s::timestamptz,
         split_part(convert_from(substring(leaf FROM greatest(1, octet_length(leaf)-90)), 'LATIN1'), '"', -4),
         convert_from(substring(entry FROM 11 FOR position('\\x22'::bytea IN substring(entry FROM 11)) - 1),
         'UTF8'), leaf, sha256('\\x00'::bytea || leaf)
    FROM framed
  RETURNING idx, inbox_no, leaf_hash
)
SELECT coalesce(array_agg(inbox_no ORDER BY idx), '{}'), coalesce(string_agg(leaf_hash, '' ORDER BY idx), '')
  FROM stored
"""

_ADD_TILES = """
INSERT INTO ledger_tile (level, idx, hashes, root)
SELECT * FROM unnest(%(levels)s::smallint[], %(indexes)s::bigint[], %(hashes)b::bytea[], %(roots)b::bytea[])
"""
_ADD_CHECKPOINT = """
INSERT INTO ledger_checkpoint (size, previous, note, mark) VALUES (%(size)s, %(previous)s, %(note)b, %(mark)b)
"""
_WAITING = """
SELECT count(*), min(i.no) FROM ledger_inbox i
 WHERE i.no > %(low)s AND NOT EXISTS (SELECT FROM ledger_leaf l WHERE l.inbox_no = i.no AND l.inbox_no >
 %(low)s)
"""
_OWN_ID = "SELECT pg_current_xact_id()::text"
_OLDEST_RUNNING = "SELECT pg_snapshot_xmin(pg_current_snapshot())::text"
_LATEST_MARK = "SELECT mark FROM ledger_checkpoint ORDER BY size DESC LIMIT 1"

_PAUSE = 0.002
_LONGEST_PAUSE = 0.05
_TROUBLE_PAUSE = 1.0


@dataclass(frozen=True, slots=True)
class Lag:
    """How far the log is behind the inbox.

    Attributes:
        waiting: entries that are durable but not in the log yet.
        oldest_seconds: how long this process has watched the oldest of them wait.
    """

    waiting: int
    oldest_seconds: float


@dataclass(frozen=True, slots=True)
class _Batch:
    """What one batch added: inbox numbers, leaf hashes in the same order, and its one moment."""

    numbers: list[int]
    hashes: list[bytes]
    at: datetime


class Sequencer:
    """Integrates the inbox into the log. Any number of them may exist; each is for one thread at a time."""

    def __init__(self, engine: Engine, signer: Signer, origin: str, clock: Callable[[], datetime]) -> None:
        """Prepare; nothing is read yet.

        Args:
            engine: a database whose `search_path` holds the ledger's tables.
            signer: the log's key; its name is the origin.
            origin: the log's name, such as `example.com/log`.
            clock: gives aware datetimes. It may step back; the log's time does not.

        Raises:
            NotReady: the signer's name is not the origin.
        """
        if signer.name != origin:
            raise NotReady("the log's key must bear the log's origin as its name")
        self._engine = engine.execution_options(isolation_level="READ COMMITTED")
        self._signer = signer
        self._origin = origin
        self._clock = clock
        self._head: Head | None = None
        self._seen: Seen | None = None
        self._guarded = False
        self._woken = threading.Event()
        self._turn = threading.Lock()
        self._watched: tuple[int, float] | None = None

    def run_once(self, max_batch: int = 4096) -> int:
        """Integrate what waits, at most `max_batch` entries, in one transaction.

        Returns:
            How many entries were added; 0 also where another sequencer is at work.

        Raises:
            NotReady: the database lacks the guards that the order rests on.
            Tampered: the stored head is not what was signed; nothing was built on it.
            sqlalchemy.exc.DBAPIError: the database failed. Call again: whether or not the commit arrived, the
            next
                call goes on from what is stored.
        """
        with self._turn:
            known, self._head = self._head, None
            with self._engine.begin() as connection:
                if not connection.exec_driver_sql(_LOCK).scalar_one():
                    self._head = known
                    return 0
                self._check_guards(connection)
                head = read_head(connection, self._signer, self._origin, known, self._seen)
                batch = self._take(connection, head, max_batch)
                grown = self._grow(connection, head, batch) if batch.numbers else head
            # True now: the batch is durable and visible. A crash before this line left it so or left nothing;
            # as `_head` is unset until here, the next call reads from the database which of the two it was.
            self._head, self._seen = grown, Seen(grown.size, grown.note)
            return len(batch.numbers)

    def run_forever(self, stop: threading.Event, max_batch: int = 4096) -> None:
        """Integrate until `stop` is set; poll every 2 ms while busy, and 20 times a second when idle.

        A notification from each writer would be prompter, but PostgreSQL commits notifying transactions one
        by one. Failures of the database are logged and tried again; `Tampered` ends it, for somebody must
        look.

        Args:
            stop: ends the loop after the batch at hand; call `wake` to make it look at once.
            max_batch: as for `run_once`.
        """
        pause = _PAUSE
        while not stop.is_set():
            try:
                pause = _PAUSE if self.run_once(max_batch) else min(pause * 2, _LONGEST_PAUSE)
            except DBAPIError as error:
                _LOG.warning("the ledger's sequencer lost its database: %s", type(error.orig).__name__)
                pause = _TROUBLE_PAUSE
            self._woken.wait(pause)
            self._woken.clear()

    def wake(self) -> None:
        """Make `run_forever` look now: something was entered in this process, or it shall stop."""
        self._woken.set()

    def settle(self, inbox_no: int, timeout: float = 5.0) -> int:
        """Wait until a committed entry is in the log, working on it if nobody else does.

        Args:
            inbox_no: what `enter` returned; its transaction must have committed.
            timeout: seconds.

        Returns:
            The entry's index in the log.

        Raises:
            NotSettled: it is not there after `timeout`.
        """
        deadline = time.monotonic() + timeout
        while True:
            with self._engine.connect() as connection:
                index = leaf_of(connection, inbox_no)
            if index is not None:
                return index
            if time.monotonic() >= deadline:
                raise NotSettled(f"inbox entry {inbox_no} is not in the log after {timeout} s; it is safe, ask again")
            if not self.run_once():
                time.sleep(_PAUSE)

    def lag(self) -> Lag:
        """Say how far the log is behind. Poll it: the age counts from when this process first saw it wait."""
        with self._engine.connect() as connection:
            count, oldest = connection.exec_driver_sql(_WAITING, {"low": self._low(connection)}).one()
        if oldest is None:
            self._watched = None
            return Lag(0, 0.0)
        if self._watched is None or self._watched[0] != oldest:
            self._watched = oldest, time.monotonic()
        return Lag(count, time.monotonic() - self._watched[1])

    def _low(self, connection: Connection) -> int:
        head = self._head
        if head is not None:
            return head.waterline.low
        mark = connection.exec_driver_sql(_LATEST_MARK).scalar_one_or_none()
        return 0 if mark is None else Mark.open(mark, Verifier(self._origin, self._signer.public_key)).low

    def _check_guards(self, connection: Connection) -> None:
        if not self._guarded and not connection.exec_driver_sql(_GUARDS).scalar_one():
            raise NotReady("a trigger of the ledger's tables is missing or disabled; run the migrations")
        self._guarded = True

    def _take(self, connection: Connection, head: Head, max_batch: int) -> _Batch:
        """Move what waits into the log's leaves, and let the waterline rise over it."""
        water = head.waterline
        passed = self._passed(connection, water)
        at = max(self._clock(), head.at)
        place = {"low": water.low, "limit": max_batch, "size": head.size, "at": at, "head": leaf_head(at)}
        numbers, hashes = connection.exec_driver_sql(_INTEGRATE, place).one()
        water.integrated(numbers)
        if passed is not None:
            # A full batch may have left some behind; then only what it reached is settled.
            water.settle(passed if len(numbers) < max_batch else min(passed, numbers[-1]))
        return _Batch(numbers, split_hashes(hashes, len(numbers)), at)

    def _passed(self, connection: Connection, water: Waterline) -> int | None:
        """Where there is a gap, ask who could still fill it (see `waterline`)."""
        if not water.ahead:
            return None
        if water.fence is None:
            water.raise_fence(int(connection.exec_driver_sql(_OWN_ID).scalar_one()))
        return water.passed(int(connection.exec_driver_sql(_OLDEST_RUNNING).scalar_one()))

    def _grow(self, connection: Connection, head: Head, batch: _Batch) -> Head:
        """Build the tree over the batch, sign its root once, store tiles and checkpoint."""
        edge = head.edge
        tiles = [tile for hashed in batch.hashes for tile in edge.append(hashed)]
        note = Checkpoint(self._origin, edge.size, edge.root()).sign(self._signer)
        mark = Mark(self._origin, edge.size, head.waterline.low, numbers_digest(batch.numbers)).sign(self._signer)
        _add_tiles(connection, tiles)
        # A second history would need a second checkpoint after `previous`, which the table refuses whoever
        # asks.
        row = {"size": edge.size, "previous": head.size, "note": note, "mark": mark}
        connection.exec_driver_sql(_ADD_CHECKPOINT, row)
        return Head(edge.size, note, batch.at, edge, head.waterline)


def _add_tiles(connection: Connection, tiles: list[Tile]) -> None:
    if not tiles:
        return
    columns = {
        "levels": [tile.level for tile in tiles],
        "indexes": [tile.index for tile in tiles],
        "hashes": [tile.hashes for tile in tiles],
        "roots": [tile.root for tile in tiles],
    }
    connection.exec_driver_sql(_ADD_TILES, columns)
