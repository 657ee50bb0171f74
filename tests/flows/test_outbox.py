"""The outbox: letters go out once each, wait when nobody takes them, and leave nothing behind."""

import threading
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from sqlalchemy import text

from gateway.flows.gate import Gate
from gateway.flows.outbox import Round, outbox, queue, send_forever, send_waiting
from gateway.notify.letters import Letter
from gateway.notify.post import Mail, NotTaken
from tests.flows.lasting_house import BrokenError, crash, one


class Way:
    """Takes letters, or raises what it is told."""

    def __init__(self, fault: Callable[[Mail], NotTaken | None] = lambda _: None) -> None:
        self.fault = fault
        self.taken: list[Mail] = []

    def send(self, mail: Mail) -> None:
        """Take one."""
        if (fault := self.fault(mail)) is not None:
            raise fault
        self.taken.append(mail)


def write(gate: Gate, *people: str) -> None:
    with gate.house.unit() as connection:
        for number, to in enumerate(people):
            queue(gate, connection, "confirm", number, to, Letter("Hello", "Text", "en"), gate.clock())


def test_letters_go_out_once_and_leave_nothing(gate: Gate) -> None:
    write(gate, "a@example.com", "b@example.com")
    way = Way()
    assert send_waiting(gate, way) == Round(sent=2)
    assert [mail.to for mail in way.taken] == ["a@example.com", "b@example.com"]
    assert send_waiting(gate, way) == Round()
    assert one(gate, "SELECT count(*) FROM mail_out WHERE state = 'sent' AND sealed = ''::bytea") == 2


def test_a_letter_that_nobody_takes_waits_longer_each_time_then_is_given_up(gate: Gate) -> None:
    write(gate, "a@example.com")
    way, waits = Way(lambda _: NotTaken("smtp_451", lasting=False)), []
    while one(gate, "SELECT state FROM mail_out") == "queued":
        assert send_waiting(gate, way).sent == 0
        next_at = one(gate, "SELECT next_at FROM mail_out")
        waits.append(next_at - gate.clock())
        assert send_waiting(gate, way) == Round(), "not before its time"
        gate.clock.at = max(next_at, gate.clock())  # type: ignore[attr-defined]
    assert waits[:-1] == sorted(waits[:-1])
    assert sum(waits[:-1], timedelta()) > timedelta(hours=41)
    assert one(gate, "SELECT (state, fault, sealed)::text FROM mail_out") == '(failed,smtp_451,"\\\\x")'


def test_a_lasting_refusal_is_final(gate: Gate) -> None:
    write(gate, "a@example.com", "b@example.com")
    way = Way(lambda mail: NotTaken("recipient_550", lasting=True) if mail.to[0] == "a" else None)
    assert send_waiting(gate, way) == Round(sent=1, given_up=1)
    assert dict(outbox(gate).counts) == {"failed": 1, "sent": 1}


def test_a_server_that_is_away_ends_the_round(gate: Gate) -> None:
    write(gate, "a@example.com", "b@example.com")
    assert send_waiting(gate, Way(lambda _: NotTaken("unreachable", lasting=False))) == Round(put_off=1)
    assert dict(outbox(gate).counts) == {"queued": 2}


def test_what_does_not_open_is_given_up_and_blocks_nobody(gate: Gate) -> None:
    write(gate, "a@example.com", "b@example.com")
    with gate.house.unit() as connection:
        connection.execute(text("UPDATE mail_out SET sealed = '\\x00' WHERE no = 1"))
    assert send_waiting(gate, Way()) == Round(sent=1, given_up=1)


def test_several_processes_share_the_work(gate: Gate) -> None:
    write(gate, *(f"p{number}@example.com" for number in range(30)))
    way = Way()
    with ThreadPoolExecutor(4) as pool:
        rounds = list(pool.map(lambda _: send_waiting(gate, way), range(4)))
    assert sum(each.sent for each in rounds) == 30
    assert set(Counter(mail.to for mail in way.taken).values()) == {1}


@pytest.mark.parametrize("kept", [False, True], ids=["lost", "kept"])
def test_a_crash_after_the_server_took_it_repeats_it_under_the_same_name(
    gate: Gate, monkeypatch: pytest.MonkeyPatch, kept: bool
) -> None:
    write(gate, "a@example.com")
    way = Way()
    with monkeypatch.context() as patched:
        crash(patched, 1, kept=kept)
        with pytest.raises(BrokenError):
            send_waiting(gate, way)
    assert send_waiting(gate, way) == Round(), "for five minutes it is somebody else's"
    gate.clock.at += timedelta(minutes=5)  # type: ignore[attr-defined]
    assert send_waiting(gate, way) == Round(sent=0 if kept else 1)
    assert len({mail.reference for mail in way.taken}) == 1


def test_the_loop_sends_and_ends(gate: Gate) -> None:
    write(gate, "a@example.com")
    way, stop = Way(), threading.Event()
    thread = threading.Thread(target=send_forever, args=(gate, way, stop, 0.01))
    thread.start()
    while not way.taken:
        pass
    stop.set()
    thread.join(10)
    assert not thread.is_alive()


def test_the_list_names_nobody(gate: Gate) -> None:
    write(gate, "a@example.com")
    assert "example.com" not in repr(outbox(gate))
