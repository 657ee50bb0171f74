"""`kill -9` of workers in the middle of chunks: the house ends as it would have with one worker that nobody killed."""

import multiprocessing
import random
import signal
import time
from collections.abc import Callable
from contextlib import AbstractContextManager
from hashlib import sha256
from multiprocessing.connection import Connection
from pathlib import Path

import pytest
from sqlalchemy import text

from audit.ledger import verify_database
from audit.note import verifier_key
from gateway import worker
from gateway.flows.gate import Gate
from gateway.flows.intake import Wish, bring
from gateway.flows.intake_control import report_of
from gateway.flows.sources import SourceWish, approve_source, register_source
from gateway.lists import reader
from gateway.settings import Settings
from gateway.store import parties
from gateway.store.engine import migrate, prepare
from gateway.store.jobs import connector
from gateway.vault.keys import create_keyring
from gateway.wiring import Wired, log_origin, put_policies_in_force, quiet, wired

KILLS = 8
ROWS = 12_000
CHUNK = 500
FORM = ("notice_version", "consent_wording", "consent_time", "withdrawal_notice_shown")
STATE = """
SELECT md5(string_agg(line, E'\\n' ORDER BY line)) FROM (
  SELECT i.kind || encode(i.index, 'hex') || p.jurisdiction || coalesce(c.state || c.since || c.wording, '') AS line
  FROM identifier i JOIN person p ON p.no = i.person_no
  LEFT JOIN consent c ON c.person_no = i.person_no AND c.index = i.index) AS lines
"""
COUNTS = """
SELECT (SELECT count(*) FROM person), (SELECT count(*) FROM sealed), (SELECT count(*) FROM consent_event),
       (SELECT count(*) FROM person_key)
"""


def labour(settings: Settings, url: str, ready: Connection) -> None:
    """Be a worker until killed or until no job is left."""
    with wired(settings, url) as house:
        app = worker.build(house.gate, connector(url))
        ready.send("ready")
        worker.run(app, wait=False)


def start(settings: Settings, url: str) -> multiprocessing.process.BaseProcess:
    context = multiprocessing.get_context("forkserver")
    ours, theirs = context.Pipe(duplex=False)
    process = context.Process(target=labour, args=(settings, url, theirs), daemon=True)
    process.start()
    theirs.close()
    assert ours.poll(60), "the worker never came up"
    return process


def furnish(gate: Gate) -> None:
    put_policies_in_force(gate, quiet)
    with gate.house.unit() as connection:
        parties.add_party(connection, "Sender", "KR")
    shared = {"country": "KR", "time_zone": "Asia/Seoul", "purpose": "marketing.own"}
    register_source(gate, "t", SourceWish("Form", "registration_form", "Sender", "KR", evidence=FORM, defaults=shared))
    approve_source(gate, "t", "Form")


def written(path: Path) -> Path:
    """Write a list in which people repeat across chunks, with different words: order matters."""
    lines = ["email,phone,name,consent email,consent at,consent wording"]
    for at in range(ROWS):
        who, chance = at % 9_000, random.Random(at)  # noqa: S311
        mail = sha256(str(who).encode()).hexdigest()[:12]
        phone = f"010-{int(mail[:4], 16) % 9000 + 1000}-{int(mail[4:8], 16) % 9000 + 1000}"
        given = f"2026-05-{chance.randrange(1, 29):02d} {chance.randrange(24):02d}:{chance.randrange(60):02d}"
        lines.append(f"{mail}@example.com,{phone},Person {mail},yes,{given}:{chance.randrange(60):02d},v{at % 5}")
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return path


def told(house: Wired, batch: str) -> dict[str, object]:
    report = report_of(house.gate, bytes.fromhex(batch)).to_json()
    for name in ("batch", "seconds", "cure_until"):  # a name, and clocks
        report.pop(name)
    return report


@pytest.mark.crash
@pytest.mark.timeout(600)
def test_killed_workers_leave_what_one_unharmed_worker_leaves(
    new_database: Callable[[], AbstractContextManager[str]], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reader, "CHUNK_ROWS", CHUNK)
    settings = Settings(data=tmp_path, keyring=tmp_path / "keyring.json")
    create_keyring(settings.keyring)
    path = written(tmp_path / "list.csv")
    ends = []
    for kills in (0, KILLS):
        with new_database() as url:
            prepare(url)
            migrate(url)
            with wired(settings, url) as house:
                furnish(house.gate)
                batch = bring(house.gate, "t", "Form", path, Wish({})).batch
                assert kill(settings, url, kills) == kills
                process = start(settings, url)
                process.join(240)
                assert process.exitcode == 0
                with house.gate.house.unit() as connection:
                    ends.append((
                        told(house, batch), connection.execute(text(STATE)).scalar_one(),
                        tuple(connection.execute(text(COUNTS)).one()),
                    ))  # fmt: skip
                verifies(house, settings)
    undisturbed, killed = ends
    assert undisturbed[0]["state"] == "finished"
    assert killed[0] == undisturbed[0]
    assert killed[1:] == undisturbed[1:]


def kill(settings: Settings, url: str, times: int) -> int:
    """Start workers and kill each in the middle of its work; count those that were still working."""
    chance = random.Random(20261122)  # noqa: S311  the same moments each time
    killed = 0
    for _ in range(times):
        process = start(settings, url)
        time.sleep(chance.uniform(0.05, 0.9))
        process.kill()
        process.join(30)
        killed += process.exitcode == -signal.SIGKILL
    return killed


def verifies(house: Wired, settings: Settings) -> None:
    while house.sequencer.run_once():
        pass
    origin = log_origin(settings, house.gate.keyring)
    with house.engine.connect() as connection:
        key = verifier_key(origin, house.gate.keyring.ledger_signer(origin).public_key)
        assert verify_database(connection, key).waiting == 0
