"""Opt-out registers: swapped whole, looked into by every decision, and never kept in clear."""

import itertools
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import Connection, text

from gateway.domain.errors import Conflict, Invalid
from gateway.domain.requests import PersonAsk, Selector
from gateway.flows.decide import Answers, Request, decide_batch
from gateway.flows.intake import receive
from gateway.flows.registers import load_register, standing_registers
from gateway.store import registers as kept
from policies.terms import Act, Channel, Outcome
from tests.flows.conftest import NEWSLETTER, Seoul, add_tool

Ago = Callable[[float], datetime]
_numbers = itertools.count()
LISTED, FREE = "+821012345678", "+821087654321"


def bring(house: Seoul, *numbers: str) -> None:
    path = house.folder / f"phones-{len(list(house.folder.iterdir()))}.csv"
    rows = [f"{number},N,," for number in numbers]
    path.write_text("\n".join(["휴대전화,수신동의_문자,동의일시,동의문구버전", *rows]) + "\n", encoding="utf-8")
    receive(house.gate, "intake", "Form", path)


def told(house: Seoul, number: str) -> tuple[Outcome, str]:
    ask = PersonAsk(Selector("phone", number), Act.CONTACT, NEWSLETTER, Channel.VOICE_LIVE)
    key = add_tool(house.gate, f"caller-{next(_numbers)}", channels=(Channel.VOICE_LIVE,))
    (result,) = decide_batch(house.gate, [Request(key, [ask])])
    assert isinstance(result, Answers), result
    (answer,) = result.answers
    assert answer.decision is not None, answer
    deciding = answer.decision.deciding
    return answer.outcome, deciding.code if deciding else ""


@pytest.fixture
def dnc(tmp_path: Path) -> Callable[..., Path]:
    def written(*lines: str) -> Path:
        path = tmp_path / "register.txt"
        path.write_text("\n".join(lines) + "\n", encoding="utf-8")
        return path

    return written


def test_a_call_waits_for_the_register_and_then_obeys_it(seoul: Seoul, days_ago: Ago, dnc: Callable[..., Path]) -> None:
    bring(seoul, LISTED, FREE)
    assert told(seoul, FREE) == (Outcome.HOLD, "register_stale")
    loaded = load_register(seoul.gate, "officer", "KR-DNC", dnc("number", LISTED, "", LISTED), days_ago(1))
    assert (loaded.lines, loaded.entries) == (2, 1)
    assert told(seoul, FREE)[0] is Outcome.ALLOW
    assert told(seoul, LISTED) == (Outcome.DENY, "on_register")
    # Whoever comes later is looked up too, and the next list replaces this one whole.
    bring(seoul, "+821055556666")
    load_register(seoul.gate, "officer", "KR-DNC", dnc(FREE, "+821077778888"), days_ago(0.5))
    assert told(seoul, LISTED)[0] is Outcome.ALLOW
    assert told(seoul, FREE) == (Outcome.DENY, "on_register")
    bring(seoul, "+821077778888")
    assert told(seoul, "+821077778888") == (Outcome.DENY, "on_register")


def test_an_old_list_is_no_list(seoul: Seoul, days_ago: Ago, dnc: Callable[..., Path]) -> None:
    bring(seoul, FREE)
    load_register(seoul.gate, "officer", "KR-DNC", dnc(LISTED), days_ago(32))
    assert told(seoul, FREE) == (Outcome.HOLD, "register_stale")


def test_national_numbers_need_their_country(seoul: Seoul, days_ago: Ago, dnc: Callable[..., Path]) -> None:
    bring(seoul, LISTED)
    with pytest.raises(Invalid) as refused:
        load_register(seoul.gate, "officer", "KR-DNC", dnc("010-1234-5678"), days_ago(1))
    assert refused.value.code == "register_line"
    load_register(seoul.gate, "officer", "KR-DNC", dnc("010-1234-5678"), days_ago(1), "KR")
    assert told(seoul, LISTED) == (Outcome.DENY, "on_register")


def test_what_is_no_register_is_refused_and_nothing_changes(
    seoul: Seoul, days_ago: Ago, dnc: Callable[..., Path], tmp_path: Path
) -> None:
    load_register(seoul.gate, "officer", "KR-DNC", dnc(LISTED), days_ago(2))
    load, gate = load_register, seoul.gate
    wrong: list[tuple[str, str, Path, datetime]] = [
        ("register_unknown", "KR-DNX", dnc(LISTED), days_ago(1)),
        ("taken_in_future", "KR-DNC", dnc(LISTED), days_ago(-1)),
        ("file_unreadable", "KR-DNC", tmp_path / "nowhere", days_ago(1)),
    ]
    for code, name, path, taken in wrong:
        with pytest.raises(Invalid) as refused:
            load(gate, "officer", name, path, taken)
        assert refused.value.code == code
    for code, lines in (
        ("register_line", [LISTED, "secret 12"]),
        ("register_line", ["1" * 500]),
        ("register_empty", ["number"]),
    ):
        with pytest.raises(Invalid) as refused:
            load(gate, "officer", "KR-DNC", dnc(*lines), days_ago(1))
        assert refused.value.code == code
        assert "secret" not in refused.value.message
    with pytest.raises(Conflict):
        load(gate, "officer", "KR-DNC", dnc(FREE), days_ago(3))
    (standing,) = [one for one in standing_registers(gate) if one.name == "KR-DNC"]
    assert standing.on_file is not None
    assert standing.on_file.taken_at == days_ago(2)
    assert "KR-DNC" in standing.rules


def test_a_load_that_dies_leaves_the_register_as_it_was(
    seoul: Seoul, days_ago: Ago, dnc: Callable[..., Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    bring(seoul, LISTED, FREE)
    load_register(seoul.gate, "officer", "KR-DNC", dnc(LISTED), days_ago(2))
    monkeypatch.setattr("gateway.flows.registers.CHUNK", 1)
    put, calls = kept.put, itertools.count()

    def dies(connection: Connection, no: int, hashes: Sequence[bytes]) -> int:
        if next(calls):
            raise RuntimeError("the power is gone")
        return put(connection, no, hashes)

    with monkeypatch.context() as patched:
        patched.setattr(kept, "put", dies)
        with pytest.raises(RuntimeError):
            load_register(seoul.gate, "officer", "KR-DNC", dnc(FREE, "+821011112222"), days_ago(1))
    assert told(seoul, LISTED) == (Outcome.DENY, "on_register")
    assert told(seoul, FREE)[0] is Outcome.ALLOW
    load_register(seoul.gate, "officer", "KR-DNC", dnc(FREE), days_ago(1))
    assert told(seoul, FREE) == (Outcome.DENY, "on_register")
    with seoul.gate.house.unit() as connection:
        states = connection.scalars(text("SELECT state FROM register_snapshot ORDER BY no")).all()
        entries = connection.scalar(text("SELECT count(*) FROM register_entry"))
    assert (states, entries) == (["past", "past", "current"], 1)


def test_the_load_is_in_the_ledger_and_no_number_is(seoul: Seoul, days_ago: Ago, dnc: Callable[..., Path]) -> None:
    loaded = load_register(seoul.gate, "officer", "KR-DNC", dnc(LISTED, FREE), days_ago(1))
    index, _ = seoul.gate.house.receipt(loaded.inbox_no)
    with seoul.gate.house.unit() as connection:
        leaf = connection.scalar(text("SELECT leaf FROM ledger_leaf WHERE idx = :at"), {"at": index})
    assert b"register.loaded" in leaf
    assert LISTED.encode() not in leaf
    assert timedelta(0) <= seoul.gate.clock() - loaded.taken_at <= timedelta(days=1)
