"""Many processes, commits in any order, failing twice, processes killed: one history, nothing skipped."""

import contextlib
import random
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Literal

import pytest
from sqlalchemy import Connection, event

from audit.errors import Tampered
from audit.leaf import Entry
from audit.ledger import enter, leaf, size, verify_database

TOP = Path(__file__).parents[2]

WRITER = """
import random, sys
from sqlalchemy import create_engine
from audit.leaf import Entry
from audit.ledger import enter
url, name = sys.argv[1:]
dice = random.Random(name)
engine = create_engine(url)
for turn in range(60):
    with engine.connect() as connection:
        transaction = connection.begin()
        entries = [Entry("test.write", name, {"n": n, "turn": turn}) for n in range(dice.randint(1, 3))]
        numbers = enter(connection, entries)
        if dice.random() < 0.2:
            transaction.rollback()
        else:
            transaction.commit()
            print(*numbers, flush=True)
"""

SEQUENCER = """
import sys, time
from datetime import UTC, datetime
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from sqlalchemy import create_engine
from audit.ledger import Sequencer
url, batch = sys.argv[1:]
class Key:
    name = "example.com/log"
    key = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))
    public_key = key.public_key().public_bytes_raw()
    def sign(self, message):
        return self.key.sign(message)
sequencer = Sequencer(create_engine(url), Key(), Key.name, lambda: datetime.now(UTC))
while True:
    count = sequencer.run_once(int(batch))
    print(count, flush=True) if count else time.sleep(0.001)
"""


@contextlib.contextmanager
def running(script: str, *arguments: str) -> "Iterator[subprocess.Popen[str]]":
    """A process of ours; killed at the end if it has not ended."""
    process = subprocess.Popen(
        [sys.executable, "-c", script, *arguments],
        cwd=TOP,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    try:
        yield process
    finally:
        process.kill()
        process.communicate()


def verified(log: Any) -> int:
    with log.engine.connect() as connection:
        found = verify_database(connection, log.signer.vkey)
    assert found.waiting == 0
    return found.size


def drain(log: Any) -> None:
    sequencer = log.sequencer()
    while sequencer.run_once():
        pass


def test_many_writers_and_many_sequencers_make_one_history(log: Any) -> None:
    with contextlib.ExitStack() as stack:
        sequencers = [stack.enter_context(running(SEQUENCER, log.url, batch)) for batch in ("5", "40", "4096")]
        writers = [stack.enter_context(running(WRITER, log.url, f"writer:{n}")) for n in range(6)]
        written = [writer.communicate(timeout=120) for writer in writers]
        assert [error for _, error in written] == [""] * 6
        committed = sorted(int(number) for out, _ in written for number in out.split())
        log.sequencer().settle(committed[-1], 30)
        assert [sequencer.poll() for sequencer in sequencers] == [None] * 3
    drain(log)
    with log.engine.connect() as connection:
        in_log = connection.exec_driver_sql("SELECT inbox_no FROM ledger_leaf ORDER BY inbox_no").scalars().all()
    assert in_log == committed
    assert verified(log) == len(committed) > 300


def test_a_number_committed_late_is_not_skipped(log: Any) -> None:
    sequencer = log.sequencer()
    entry = Entry("test.late", "tool:1", {})
    with log.engine.connect() as late, late.begin():
        (first,) = enter(late, [entry])
        second = log.enter(1)[0]
        assert first < second
        for _ in range(5):
            sequencer.run_once()
            log.enter(1)
        assert sequencer.settle(second) == 0
    assert sequencer.settle(first) == 5
    drain(log)
    assert verified(log) == 7


def test_a_gap_closes_once_nobody_can_fill_it(log: Any) -> None:
    sequencer = log.sequencer()
    for _ in range(4):
        with log.engine.connect() as connection, connection.begin() as transaction:
            enter(connection, [Entry("test.gone", "tool:1", {})])
            transaction.rollback()
        log.enter(1)
        sequencer.run_once()
    log.enter(1)
    sequencer.run_once()
    assert sequencer._head is not None
    assert (sequencer._head.waterline.low, sequencer._head.waterline.ahead) == (9, set())
    assert verified(log) == 5


def test_a_long_transaction_elsewhere_stops_nothing(log: Any) -> None:
    sequencer = log.sequencer()
    with log.engine.begin() as elsewhere:
        elsewhere.exec_driver_sql("CREATE TABLE something_long (n int)")
        with log.engine.connect() as connection, connection.begin() as transaction:
            enter(connection, [Entry("test.gone", "tool:1", {})])
            transaction.rollback()
        for index in range(5):
            assert sequencer.settle(log.enter(1)[0]) == index
        assert sequencer._head is not None
        assert sequencer._head.waterline.low == 0
    for index in range(5, 8):
        assert sequencer.settle(log.enter(1)[0]) == index
    assert sequencer._head.waterline.low == 9
    assert verified(log) == 8


@contextlib.contextmanager
def failing_commit(engine: Any, how: Literal["lost", "done"]) -> Iterator[None]:
    """Break the connection at the next commit: before it is sent, or when it is done and not yet known."""

    def fail(connection: Connection) -> None:
        driver: Any = connection.connection.driver_connection
        if how == "done":
            driver.commit()
        driver.close()

    event.listen(engine, "commit", fail, once=True)
    try:
        yield
    finally:
        with contextlib.suppress(Exception):
            event.remove(engine, "commit", fail)


@pytest.mark.parametrize("second", ["lost", "done"])
@pytest.mark.parametrize("first", ["lost", "done"])
def test_an_integration_that_fails_twice_leaves_one_history(
    log: Any, first: Literal["lost", "done"], second: Literal["lost", "done"]
) -> None:
    log.fill(250)
    sequencer = log.sequencer()
    log.enter(30)
    for how in (first, second):
        with failing_commit(log.engine, how), pytest.raises(Exception, match="connection"):
            sequencer.run_once(10)
    expected = 250 + 10 * (first == "done") + 10 * (second == "done")
    with log.engine.connect() as connection:
        assert size(connection) == expected
    while sequencer.run_once(10):
        pass
    assert verified(log) == 280


@pytest.mark.parametrize("how", ["lost", "done"])
def test_entering_that_fails_twice_enters_all_or_nothing(log: Any, how: Literal["lost", "done"]) -> None:
    sequencer = log.sequencer()
    for _ in range(2):
        with failing_commit(log.engine, how), pytest.raises(Exception, match="connection"):
            log.enter(3)
    assert log.enter(3)[0] == 7
    drain(log)
    sequencer.run_once()
    assert verified(log) == (9 if how == "done" else 3)


@pytest.mark.crash
def test_killed_sequencers_leave_one_history(log: Any) -> None:
    dice = random.Random(7)  # noqa: S311 - moments to kill at, not secrets
    for start in range(0, 3000, 500):
        log.enter(500, start=start)
    for _ in range(6):
        with running(SEQUENCER, log.url, "25") as process:
            assert process.stdout is not None
            assert process.stdout.readline()
            time.sleep(dice.random() * 0.05)
            process.send_signal(signal.SIGKILL)
            process.wait(10)
    with log.engine.connect() as connection:
        assert size(connection) > 0
    drain(log)
    assert verified(log) == 3000
    with log.engine.connect() as connection:
        numbers = [f'"number":{n}}}'.encode() in leaf(connection, n).leaf for n in range(0, 3000, 100)]
    assert all(numbers)


@pytest.mark.crash
def test_a_killed_writer_loses_nothing_that_was_acknowledged(log: Any) -> None:
    acknowledged: list[int] = []
    for number in range(3):
        with running(WRITER, log.url, f"writer:{number}") as process:
            assert process.stdout is not None
            acknowledged += [int(word) for _ in range(10) for word in process.stdout.readline().split()]
            process.send_signal(signal.SIGKILL)
            process.wait(10)
    drain(log)
    with log.engine.connect() as connection:
        in_log = set(connection.exec_driver_sql("SELECT inbox_no FROM ledger_leaf").scalars())
    assert set(acknowledged) <= in_log
    assert verified(log) == len(in_log)


def test_a_second_history_is_refused_by_the_table(log: Any) -> None:
    log.fill(3, 3)
    with log.engine.begin() as connection, pytest.raises(Exception, match="ledger_checkpoint_previous_key"):
        connection.exec_driver_sql(
            "INSERT INTO ledger_checkpoint SELECT 9, 3, note, mark FROM ledger_checkpoint LIMIT 1"
        )


def test_a_sequencer_follows_what_another_one_wrote(log: Any) -> None:
    one, other = log.sequencer(), log.sequencer()
    for turn in range(6):
        log.enter(100)
        assert (one, other)[turn % 2].run_once() == 100
    assert verified(log) == 600


def test_a_sequencer_stops_for_good_when_the_log_is_forged(log: Any) -> None:
    sequencer = log.sequencer()
    log.enter(1)
    sequencer.run_once()
    with log.engine.begin() as connection:
        connection.exec_driver_sql("ALTER TABLE ledger_checkpoint DISABLE TRIGGER ALL")
        connection.exec_driver_sql("UPDATE ledger_checkpoint SET note = mark WHERE size = 1")
        connection.exec_driver_sql("ALTER TABLE ledger_checkpoint ENABLE ALWAYS TRIGGER append_only")
    log.enter(1)
    for _ in range(2):
        with pytest.raises(Tampered):
            sequencer.run_once()
