"""A superuser who switches the guards off and changes one thing, anywhere: `verify` finds it and says where."""

import base64
from typing import Any

import pytest

from audit.checkpoint import Checkpoint, Mark, numbers_digest
from audit.errors import NoteRefused, NotInTransaction, Tampered
from audit.ledger import checkpoint, verify_database
from audit.merkle import EMPTY_ROOT
from audit.note import sign_note

# Checkpoints at 0, 100, 600, 612; full tiles 0 and 1 of level 0.
BATCHES = (100, 500, 12)
FLIP = "set_byte({0}, 60 % octet_length({0}), 255 - get_byte({0}, 60 % octet_length({0})))"
SWAP_LEAF = "leaf = replace(convert_from(leaf, 'UTF8'), 'test.entry', 'best.entry')::bytea"

# (statement, table that is named, entry that is named)
CHANGES = {
    "inbox entry": (f"UPDATE ledger_inbox SET entry = {FLIP.format('entry')} WHERE no = 8", "ledger_inbox", 7),
    "inbox entry to another valid one": (
        "UPDATE ledger_inbox SET entry = replace(convert_from(entry, 'UTF8'), 'tool:1', 'tool:2')::bytea WHERE no = 8",
        "ledger_inbox",
        7,
    ),
    "inbox row removed": ("DELETE FROM ledger_inbox WHERE no = 300", "ledger_inbox", 299),
    "last inbox row removed": ("DELETE FROM ledger_inbox WHERE no = 612", "ledger_inbox", 611),
    "inbox row renumbered": (
        "UPDATE ledger_inbox SET no = 9000 WHERE no = 8",
        "ledger_inbox",
        7,
    ),
    "inbox row slipped in": (
        "INSERT INTO ledger_inbox (no, entry) OVERRIDING SYSTEM VALUE SELECT -5, entry FROM ledger_inbox WHERE no = 1",
        "ledger_inbox",
        None,
    ),
    "leaf bytes": (f"UPDATE ledger_leaf SET leaf = {FLIP.format('leaf')} WHERE idx = 300", "ledger_leaf", 300),
    "leaf bytes and hash": (
        f"UPDATE ledger_leaf SET {SWAP_LEAF}, kind = 'best.entry' WHERE idx = 300;"
        " UPDATE ledger_leaf SET leaf_hash = sha256('\\x00'::bytea || leaf) WHERE idx = 300",
        "ledger_inbox",
        300,
    ),
    "leaf, hash and inbox, under a full tile": (
        f"UPDATE ledger_leaf SET {SWAP_LEAF}, kind = 'best.entry' WHERE idx = 300;"
        " UPDATE ledger_leaf SET leaf_hash = sha256('\\x00'::bytea || leaf) WHERE idx = 300;"
        " UPDATE ledger_inbox SET entry = replace(convert_from(entry, 'UTF8'), 'test.', 'best.')::bytea WHERE no = 301",
        "ledger_tile",
        300,
    ),
    "leaf, hash and inbox, under no tile": (
        f"UPDATE ledger_leaf SET {SWAP_LEAF}, kind = 'best.entry' WHERE idx = 605;"
        " UPDATE ledger_leaf SET leaf_hash = sha256('\\x00'::bytea || leaf) WHERE idx = 605;"
        " UPDATE ledger_inbox SET entry = replace(convert_from(entry, 'UTF8'), 'test.', 'best.')::bytea WHERE no = 606",
        "ledger_leaf",
        600,
    ),
    "leaf hash": (f"UPDATE ledger_leaf SET leaf_hash = {FLIP.format('leaf_hash')} WHERE idx = 611", "ledger_leaf", 611),
    "leaf kind": ("UPDATE ledger_leaf SET kind = 'other' WHERE idx = 0", "ledger_leaf", 0),
    "leaf actor": ("UPDATE ledger_leaf SET actor = 'tool:7' WHERE idx = 1", "ledger_leaf", 1),
    "leaf time": ("UPDATE ledger_leaf SET at = at + interval '1 us' WHERE idx = 2", "ledger_leaf", 2),
    "leaf inbox number": ("UPDATE ledger_leaf SET inbox_no = 9000 WHERE idx = 4", "ledger_inbox", 4),
    "leaf inbox numbers of equal entries swapped": (
        "UPDATE ledger_inbox SET entry = (SELECT entry FROM ledger_inbox WHERE no = 601) WHERE no = 602;"
        " UPDATE ledger_leaf SET inbox_no = -1 WHERE idx = 600; UPDATE ledger_leaf SET inbox_no = 601 WHERE idx = 601;"
        " UPDATE ledger_leaf SET inbox_no = 602 WHERE idx = 600",
        "ledger_inbox",
        601,
    ),
    "leaf removed": ("DELETE FROM ledger_leaf WHERE idx = 300", "ledger_leaf", 300),
    "last leaf removed": ("DELETE FROM ledger_leaf WHERE idx = 611", "ledger_leaf", 611),
    "first leaf removed": ("DELETE FROM ledger_leaf WHERE idx = 0", "ledger_leaf", 0),
    "leaves reordered": (
        "UPDATE ledger_leaf SET idx = -1 WHERE idx = 5; UPDATE ledger_leaf SET idx = 5 WHERE idx = 6;"
        " UPDATE ledger_leaf SET idx = 6 WHERE idx = -1",
        "ledger_leaf",
        0,
    ),
    "leaf appended without a checkpoint": (
        "INSERT INTO ledger_leaf SELECT 612, 613, at, kind, actor, leaf, leaf_hash FROM ledger_leaf WHERE idx = 611",
        "ledger_leaf",
        612,
    ),
    "tile hashes": (
        "UPDATE ledger_tile SET hashes = set_byte(hashes, 32 * 44, 255 - get_byte(hashes, 32 * 44)) WHERE idx = 1",
        "ledger_tile",
        300,
    ),
    "tile root": (f"UPDATE ledger_tile SET root = {FLIP.format('root')} WHERE idx = 1", "ledger_tile", 256),
    "tile removed": ("DELETE FROM ledger_tile WHERE idx = 0", "ledger_tile", 0),
    "tile moved": ("UPDATE ledger_tile SET idx = 7 WHERE idx = 1", "ledger_tile", 256),
    "tile raised": ("UPDATE ledger_tile SET level = 3 WHERE idx = 1", "ledger_tile", 256),
    "tile added": ("INSERT INTO ledger_tile SELECT 1, 0, hashes, root FROM ledger_tile LIMIT 1", "ledger_tile", None),
    "checkpoint note": (f"UPDATE ledger_checkpoint SET note = {FLIP.format('note')} WHERE size = 100", "ledger_checkpoint", 99),
    "checkpoint mark": (f"UPDATE ledger_checkpoint SET mark = {FLIP.format('mark')} WHERE size = 600", "ledger_checkpoint", 599),
    "first checkpoint's note": (
        f"UPDATE ledger_checkpoint SET note = {FLIP.format('note')} WHERE size = 0",
        "ledger_checkpoint",
        None,
    ),
    "checkpoint size": ("UPDATE ledger_checkpoint SET size = 611 WHERE size = 612", "ledger_checkpoint", 610),
    "checkpoint previous": ("UPDATE ledger_checkpoint SET previous = 99 WHERE size = 600", "ledger_checkpoint", 599),
    "note of another checkpoint": (
        "UPDATE ledger_checkpoint SET note = (SELECT note FROM ledger_checkpoint WHERE size = 100) WHERE size = 600",
        "ledger_checkpoint",
        599,
    ),
    "mark of another checkpoint": (
        "UPDATE ledger_checkpoint SET mark = (SELECT mark FROM ledger_checkpoint WHERE size = 100) WHERE size = 600",
        "ledger_checkpoint",
        599,
    ),
    "checkpoint in the middle removed": ("DELETE FROM ledger_checkpoint WHERE size = 600", "ledger_checkpoint", 611),
    "first checkpoint removed": ("DELETE FROM ledger_checkpoint WHERE size = 0", "ledger_checkpoint", 99),
    "last checkpoint removed": ("DELETE FROM ledger_checkpoint WHERE size = 612", "ledger_leaf", 600),
    "all checkpoints removed": ("DELETE FROM ledger_checkpoint", "ledger_checkpoint", None),
    "checkpoint added": (
        "INSERT INTO ledger_checkpoint SELECT 50, 0, note, mark FROM ledger_checkpoint WHERE size = 100",
        "ledger_checkpoint",
        49,
    ),
}
TABLES = ("ledger_inbox", "ledger_leaf", "ledger_tile", "ledger_checkpoint")


def tamper(connection: Any, statements: str) -> None:
    """Do what a superuser can: switch off guards, keys and limits, then change what is wanted."""
    for table in TABLES:
        connection.exec_driver_sql(f"ALTER TABLE {table} DISABLE TRIGGER ALL")
    checks = "SELECT conrelid::regclass, conname FROM pg_constraint WHERE contype = 'c' AND conrelid::regclass::text = ANY(%s)"
    for table, name in connection.exec_driver_sql(checks, (list(TABLES),)).all():
        connection.exec_driver_sql(f"ALTER TABLE {table} DROP CONSTRAINT {name}")
    connection.exec_driver_sql("ALTER TABLE ledger_inbox ALTER COLUMN no SET GENERATED BY DEFAULT")
    for statement in statements.split(";"):
        assert connection.exec_driver_sql(statement).rowcount > 0


@pytest.mark.parametrize("name", CHANGES)
def test_a_change_is_found_and_named(log: Any, name: str) -> None:
    statements, table, entry = CHANGES[name]
    log.fill(*BATCHES)
    with log.engine.connect() as connection:
        assert verify_database(connection, log.signer.vkey).size == 612
    with log.engine.begin() as connection:
        tamper(connection, statements)
    with log.engine.connect() as connection, pytest.raises(Tampered) as found:
        verify_database(connection, log.signer.vkey)
    assert (found.value.table, found.value.entry) == (table, entry), str(found.value)


def test_a_mark_moved_by_somebody_with_the_key_still_cannot_hide_an_entry(log: Any) -> None:
    log.fill(5)
    log.enter(1)
    moved = Mark(log.signer.name, 5, 6, numbers_digest([1, 2, 3, 4, 5])).sign(log.signer)
    with log.engine.begin() as connection:
        tamper(connection, f"UPDATE ledger_checkpoint SET mark = '\\x{moved.hex()}' WHERE size = 5")
    with log.engine.connect() as connection, pytest.raises(Tampered, match="inbox row 6 is not in the log"):
        verify_database(connection, log.signer.vkey)


def test_a_root_signed_for_other_entries_is_found(log: Any) -> None:
    log.fill(5)
    other = Checkpoint(log.signer.name, 5, EMPTY_ROOT).sign(log.signer)
    with log.engine.begin() as connection:
        tamper(connection, f"UPDATE ledger_checkpoint SET note = '\\x{other.hex()}' WHERE size = 5")
    with log.engine.connect() as connection, pytest.raises(Tampered) as found:
        verify_database(connection, log.signer.vkey)
    assert found.value.entry == 0


def test_another_key_holds_nothing(log: Any) -> None:
    log.fill(5)
    other = type(log.signer)(b"\x09" * 32)
    with log.engine.connect() as connection, pytest.raises(Tampered):
        verify_database(connection, other.vkey)
    with log.engine.connect() as connection, pytest.raises(NoteRefused):
        verify_database(connection, "nonsense")


def test_a_log_set_back_is_found_with_an_older_checkpoint_and_not_built_on(log: Any) -> None:
    sequencer = log.sequencer()
    for count in (5, 7):
        log.enter(count)
        sequencer.run_once()
    with log.engine.connect() as connection:
        kept = checkpoint(connection)
    cut = ("leaf WHERE idx >= 5", "checkpoint WHERE size > 5", "inbox WHERE no > 5")
    with log.engine.begin() as connection:
        tamper(connection, ";".join(f"DELETE FROM ledger_{rows}" for rows in cut))
    with log.engine.connect() as connection:
        assert verify_database(connection, log.signer.vkey).size == 5
    with log.engine.connect() as connection, pytest.raises(Tampered, match="older checkpoint signs 12"):
        verify_database(connection, log.signer.vkey, kept)
    with log.engine.begin() as connection:
        for table in TABLES:
            connection.exec_driver_sql(f"ALTER TABLE {table} ENABLE ALWAYS TRIGGER append_only")
        connection.exec_driver_sql("ALTER TABLE ledger_inbox ENABLE ALWAYS TRIGGER entering")
    with pytest.raises(Tampered, match="set back"):
        sequencer.run_once()


def test_a_log_rewritten_with_its_own_key_is_found_with_an_older_checkpoint(log: Any, new_log: Any) -> None:
    log.fill(5, 7)
    with log.engine.connect() as connection:
        kept = checkpoint(connection)
    other = new_log()
    other.enter(5, "another.history")
    other.sequencer().run_once()
    other.enter(20)
    other.sequencer().run_once()
    with other.engine.connect() as connection:
        assert verify_database(connection, log.signer.vkey).size == 25
    with other.engine.connect() as connection, pytest.raises(Tampered, match="first 12 entries"):
        verify_database(connection, log.signer.vkey, kept)


@pytest.mark.parametrize(
    "statements",
    [
        f"UPDATE ledger_leaf SET leaf = {FLIP.format('leaf')} WHERE idx = 611",
        "DELETE FROM ledger_leaf WHERE idx = 530",
        "UPDATE ledger_tile SET hashes = set_byte(hashes, 9, 255 - get_byte(hashes, 9)) WHERE idx = 1",
        "DELETE FROM ledger_tile WHERE idx = 0",
        f"UPDATE ledger_checkpoint SET note = {FLIP.format('note')} WHERE size = 612",
        f"UPDATE ledger_checkpoint SET mark = {FLIP.format('mark')} WHERE size = 612",
        "DELETE FROM ledger_checkpoint WHERE size = 612",
        "DELETE FROM ledger_checkpoint",
    ],
)
def test_nothing_is_built_on_a_forged_edge(log: Any, statements: str) -> None:
    log.fill(*BATCHES)
    log.enter(1)
    with log.engine.begin() as connection:
        tamper(connection, statements)
        for table in TABLES:
            connection.exec_driver_sql(f"ALTER TABLE {table} ENABLE ALWAYS TRIGGER append_only")
        connection.exec_driver_sql("ALTER TABLE ledger_inbox ENABLE ALWAYS TRIGGER entering")
    with pytest.raises(Tampered):
        log.sequencer().run_once()


def test_back_dating_with_the_key_is_found(log: Any) -> None:
    """The holder of the key re-signs a tree whose last entry claims an earlier time: the time itself gives it away."""
    log.fill(1)
    log.clock.now = log.clock.now.replace(year=2025)
    log.enter(1)
    sequencer = log.sequencer()
    sequencer.run_once()
    earlier = "replace(convert_from(leaf, 'UTF8'), '2026-', '2025-')::bytea"
    with log.engine.begin() as connection:
        tamper(connection, f"UPDATE ledger_leaf SET leaf = {earlier}, at = at - interval '1 year' WHERE idx = 1")
    with log.engine.connect() as connection, pytest.raises(Tampered, match="before that of the entry before") as found:
        verify_database(connection, log.signer.vkey)
    assert found.value.entry == 1


def test_verifying_reads_one_moment_and_says_how_far_it_is(log: Any) -> None:
    log.fill(1200, 300)
    log.enter(3)
    seen: list[tuple[int, int]] = []
    with log.engine.connect() as connection:
        verified = verify_database(connection, log.signer.vkey, None, lambda done, total: seen.append((done, total)))
        assert (verified.size, verified.checkpoints, verified.waiting) == (1500, 3, 3)
        assert seen == [(1000, 1500), (1500, 1500)]
        with connection.begin(), pytest.raises(NotInTransaction):
            verify_database(connection, log.signer.vkey)


def test_an_untouched_ledger_verifies(log: Any) -> None:
    log.enter(2)
    with log.engine.connect() as connection:
        assert (verify_database(connection, log.signer.vkey).size, base64.b64encode(EMPTY_ROOT)[:4]) == (0, b"47DE")
    text = "example.com/log\n4\n" + base64.b64encode(b"\x01" * 32).decode() + "\n"
    with log.engine.connect() as connection, pytest.raises(Tampered):
        verify_database(connection, log.signer.vkey, sign_note(text, log.signer))
