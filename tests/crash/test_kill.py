"""`kill -9` at fifty random moments: no acknowledged event is lost, nothing is made available unlogged."""

import multiprocessing
import random
import re
import signal
import time
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path

import pytest
from pyroaring import BitMap
from sqlalchemy import text

from audit.ledger import verify_database
from audit.note import verifier_key
from gateway.flows.intake import receive
from gateway.settings import Settings
from gateway.vault.tokens import token_key
from gateway.wiring import Wired, log_origin, put_policies_in_force, quiet, wired
from tests.crash.crash_worker import work
from tests.flows.conftest import Seoul, days_ago, seoul

__all__ = ["days_ago", "seoul"]

KILLS = 50
PEOPLE = 12_000


@dataclass
class House:
    """A house with people in it, and what the killed processes were told."""

    seoul: Seoul
    settings: Settings
    url: str
    folder: Path
    lists: list[Path] = field(default_factory=list)

    def list_of(self, name: str, people: int) -> Path:
        """Write a list of new people."""
        path = self.folder / f"{name}.csv"
        # Not all in one second: such a list is held, because people do not consent like that.
        days = [f"2026-10-{at % 28 + 1:02d}T{at % 24:02d}:{at % 60:02d}:{at % 59:02d}+09:00" for at in range(people)]
        rows = [f"{name}{at}@example.com,Y,{day},v1" for at, day in enumerate(days)]
        path.write_text("\n".join(["이메일,수신동의_이메일,동의일시,동의문구버전", *rows]) + "\n", encoding="utf-8")
        return path


@pytest.fixture
def house(seoul: Seoul, migrated_url: str, tmp_path: Path) -> House:
    settings = Settings(data=tmp_path / "data", keyring=tmp_path / "keys" / "keyring.json")
    made = House(seoul, settings, migrated_url, tmp_path)
    seoul.bring([(f"p{at}@example.com", seoul.gate.clock() - timedelta(minutes=at)) for at in range(900)])
    return made


def kill_one(house: House, context: multiprocessing.context.BaseContext, job: str, given: str, after: float) -> None:
    """Start a worker, let it work for a moment, kill it, and keep what it was told until then."""
    ours, theirs = context.Pipe(duplex=False)
    heard = house.folder / f"{job}.heard"
    arguments = (house.settings, house.url, job, given, heard, theirs)
    worker = context.Process(target=work, args=arguments, daemon=True)  # type: ignore[attr-defined]
    worker.start()
    theirs.close()
    assert ours.poll(60), "the worker never came up"
    time.sleep(after)
    worker.kill()
    worker.join(30)
    assert worker.exitcode in {0, -signal.SIGKILL}, "the worker failed by itself"
    if not heard.exists():
        heard.touch()


def whole_lines(house: House, job: str) -> list[str]:
    """Give what the killed processes were told, without lines that the kill cut in two."""
    told = (house.folder / f"{job}.heard").read_text(encoding="utf-8", errors="replace")
    return [line for line in told.split("\n") if line]


@pytest.mark.crash
@pytest.mark.timeout(600)
def test_fifty_kills(house: House) -> None:
    chance = random.Random(20261122)  # noqa: S311  the same fifty moments each time
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(["tests.crash.crash_worker"])
    for kill in range(KILLS):
        job = ("import", "release", "consent")[kill % 3]
        if job == "import":
            house.lists.append(house.list_of(f"l{kill}n", PEOPLE))
        given = {"import": str(house.lists[-1]), "release": house.seoul.key, "consent": f"k{kill}"}[job]
        kill_one(house, context, job, given, chance.uniform(0.0, 0.9))
    with wired(house.settings, house.url) as living:
        everything_heard_is_on_record(house, living)
        interrupted_imports_go_on(house, living)
        the_ledger_verifies(house, living)


def everything_heard_is_on_record(house: House, living: Wired) -> None:
    """Events told are kept; people told are in a recorded page, in a cell that was made available."""
    with living.gate.house.unit() as connection:
        kept = set(connection.execute(text("SELECT no FROM consent_event")).scalars())
        events = {int(line) for line in whole_lines(house, "consent") if line.isdecimal()}
        assert len(events & kept) > KILLS, "the test killed too early to prove anything"
        assert events <= kept
        pages = connection.execute(text("SELECT cells, bitmaps FROM release_page")).all()
        uids = {row.uid: row.no for row in connection.execute(text("SELECT uid, no FROM person"))}
        tool = connection.execute(text("SELECT uid FROM tool WHERE name = 'newsletter'")).scalar_one()
    recorded = BitMap()
    for page in pages:
        for cell, packed in zip(page.cells, page.bitmaps, strict=True):
            if cell["available"]:
                recorded |= BitMap.deserialize(packed)
    key = token_key(living.gate.keyring, tool)
    tokens = (re.match(r'\{"token":"(tk1\.[A-Za-z0-9_-]{43})"', line) for line in whole_lines(house, "release"))
    told = {uids[key.uid(found[1])] for found in tokens if found}
    assert told, "the test killed too early to prove anything"
    assert told <= set(recorded)


def interrupted_imports_go_on(house: House, living: Wired) -> None:
    """Importing the same file again finishes it; every row is there once."""
    for path in house.lists:
        report = receive(living.gate, "crash", "Form", path)
        assert report.state == "finished"
        counts = report.to_json()["rows"]
        assert counts["read"] == PEOPLE == counts["new"] + counts["joined"]
    with living.gate.house.unit() as connection:
        wanted = 900 + PEOPLE * len(house.lists)
        assert connection.execute(text("SELECT count(*) FROM person")).scalar_one() == wanted
        assert connection.execute(text("SELECT count(*) FROM identifier")).scalar_one() == wanted


def the_ledger_verifies(house: House, living: Wired) -> None:
    """The log holds, to the last entry."""
    while living.sequencer.run_once():
        pass
    origin = log_origin(house.settings, living.gate.keyring)
    with living.engine.connect() as connection:
        held = verify_database(connection, verifier_key(origin, living.gate.keyring.ledger_signer(origin).public_key))
    assert held.waiting == 0


def test_put_in_force_is_idempotent(seoul: Seoul) -> None:
    put_policies_in_force(seoul.gate, quiet)
    with seoul.gate.house.unit() as connection:
        assert connection.execute(text("SELECT count(*) FROM bundle")).scalar_one() == 1
