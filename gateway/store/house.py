"""The database as the flows hold it: units of work, snapshots, the bundle in force, entry into the ledger.

Must never decide, and never keep an answer that decides: bundles are kept by digest, the digest in force is read anew.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from threading import Lock

from sqlalchemy import Connection, Engine, text

from audit.errors import NotSettled
from audit.leaf import Entry
from audit.ledger import Lag, Sequencer, enter, receipt
from gateway.domain.errors import Unavailable
from gateway.store.engine import translated
from gateway.store.unit import unit
from policies.load import restore
from policies.packs import Bundle


class House:
    """The rooms' way to the database.

    Args:
        engine: as role ostiary_app.
        sequencer: integrates the inbox; shared by all flows of this process.
    """

    def __init__(self, engine: Engine, sequencer: Sequencer) -> None:
        self.engine = engine
        self.sequencer = sequencer
        self._bundles: dict[str, Bundle] = {}
        self._lock = Lock()

    @contextmanager
    def unit(self) -> Iterator[Connection]:
        """Open one transaction: committed at the end, rolled back on any error."""
        with unit(self.engine) as connection:
            yield connection

    @contextmanager
    def snapshot(self) -> Iterator[Connection]:
        """Open one REPEATABLE READ transaction: everything read in it is of one moment; writes commit at the end."""
        with unit(self.engine, "repeatable_read") as connection:
            yield connection

    @contextmanager
    def beside(self, connection: Connection) -> Iterator[Connection]:
        """Open a second transaction on the snapshot of one that has written nothing yet: two read, of one moment."""
        snapshot = connection.execute(_EXPORT).scalar_one()
        with unit(self.engine, "repeatable_read") as other:
            other.exec_driver_sql(f"SET TRANSACTION SNAPSHOT '{snapshot}'")  # takes no parameter; the server named it
            yield other

    @contextmanager
    def alone(self, name: bytes) -> Iterator[bool]:
        """Hold a name for this process as long as the block lasts, outside of any transaction; a crash lets go of it.

        Args:
            name: 8 bytes or more; what is held is its first eight.

        Yields:
            Whether it is ours; False while another process holds it.
        """
        key = {"key": int.from_bytes(name[:8], "big", signed=True)}
        with translated(), self.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            held = bool(connection.execute(_TRY, key).scalar_one())
            try:
                yield held
            finally:
                if held:
                    connection.execute(_LET_GO, key)

    def bundle(self, connection: Connection) -> Bundle:
        """Give the bundle in force, as this transaction sees it.

        Raises:
            Unavailable: `no_bundle_in_force`.
        """
        digest = connection.execute(_IN_FORCE).scalar_one_or_none()
        if digest is None:
            raise Unavailable("no_bundle_in_force", "No policy bundle is in force. Run `ostiary init` to install one.")
        return self.bundle_by_digest(connection, digest)

    def bundle_by_digest(self, connection: Connection, digest: str) -> Bundle:
        """Give a bundle by its digest, past ones too; compiled once and kept by digest."""
        with self._lock:
            known = self._bundles.get(digest)
        if known is None:
            known = restore(connection.execute(_TEXT, {"digest": digest}).scalar_one())
            with self._lock:
                self._bundles[digest] = known
        return known

    def enter(self, connection: Connection, entries: Sequence[Entry]) -> list[int]:
        """Put entries into the ledger's inbox, in the caller's transaction: durable when that commits."""
        return enter(connection, entries)

    def keep_detail(self, connection: Connection, inbox_no: int, sealed: bytes) -> None:
        """Keep the sealed, prunable detail of an entry."""
        connection.execute(_DETAIL, {"no": inbox_no, "sealed": sealed})

    def receipt(self, inbox_no: int, timeout: float = 30.0) -> tuple[int, bytes]:
        """Wait until an entry is in the tree, then give its index and its C2SP tlog-proof.

        Raises:
            Unavailable: `ledger_behind` when it was not integrated in time; it is durable all the same.
        """
        try:
            index = self.sequencer.settle(inbox_no, timeout)
        except NotSettled as error:
            raise Unavailable(
                "ledger_behind", "The ledger is behind; the entry is safe in its inbox. Ask again."
            ) from error
        with self.unit() as connection:
            return index, receipt(connection, index)

    def lag(self) -> Lag:
        """Say how many entries wait for the tree, and for how long the oldest has waited (seconds)."""
        return self.sequencer.lag()


_TRY = text("SELECT pg_try_advisory_lock(:key)")
_LET_GO = text("SELECT pg_advisory_unlock(:key)")
_DETAIL = text("INSERT INTO ledger_detail (inbox_no, ciphertext) VALUES (:no, :sealed)")
_EXPORT = text("SELECT pg_export_snapshot()")
_IN_FORCE = text("SELECT digest FROM bundle WHERE in_force_from IS NOT NULL AND in_force_to IS NULL")
_TEXT = text("SELECT text FROM bundle WHERE digest = :digest")
