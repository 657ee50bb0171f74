"""`ostiary lint` and `ostiary register`, run as they are typed."""

import json
from typing import Any

import pytest

GOOD = "(광고) Hanbit 신간 안내 02-123-4567 출처: 주문 무료수신거부 080-123-4567"
MAIL = """From: Hanbit <news@hanbit.example>
Subject: (광고) New titles
List-Unsubscribe: <https://hanbit.example/u>
List-Unsubscribe-Post: List-Unsubscribe=One-Click
Content-Type: text/plain; charset=utf-8

Hanbit 02-123-4567 출처: 주문 https://hanbit.example/u 무료수신거부 080-123-4567
"""


@pytest.fixture(scope="module")
def house(program: Any) -> Any:
    program.done("init")
    program.done("party", "add", "Hanbit", "--country", "KR")
    return program


def test_a_message_is_looked_at_from_a_pipe_and_from_a_mail(house: Any) -> None:
    about = ("--country", "KR", "--sender", "Hanbit")
    assert "Nothing is missing" in house.done("lint", "-", "--channel", "sms", *about, stdin=GOOD)
    path = house.folder / "letter.eml"
    path.write_text(MAIL, encoding="utf-8")
    told = house.told("lint", str(path), "--channel", "email", *about)
    assert told["clean"] is True, told
    bad = house("lint", "-", "--channel", "sms", *about, "--json", stdin="secret@example.com")
    assert bad.returncode == 4
    assert {each["duty"] for each in json.loads(bad.stdout)["findings"]} >= {"prefix", "ending", "sender"}
    assert "secret" not in bad.stdout


def test_what_cannot_be_looked_at_says_why(house: Any) -> None:
    for arguments, code in (
        (("nowhere.txt", "--channel", "sms", "--country", "KR", "--sender", "Hanbit"), "file_unreadable"),
        (("-", "--channel", "sms", "--country", "KR", "--sender", "Nobody"), "party_unknown"),
        (("-", "--channel", "sms", "--country", "Korea", "--sender", "Hanbit"), "country_unfit"),
    ):
        ended = house("lint", *arguments, stdin=GOOD)
        assert ended.returncode != 0
        assert code in ended.stderr, ended.stderr


def test_a_register_is_loaded_and_listed(house: Any) -> None:
    (before,) = [one for one in house.told("register", "list") if one["name"] == "KR-DNC"]
    assert before["taken"] is None
    (house.folder / "dnc.txt").write_text("010-1234-5678\n010-9999-0000\n", encoding="utf-8")
    told = house.told(
        "register", "load", "KR-DNC", "dnc.txt", "--taken", "2026-11-19T00:00:00+09:00", "--country", "KR"
    )
    assert (told["lines"], told["entries"]) == (2, 2)
    (after,) = [one for one in house.told("register", "list") if one["name"] == "KR-DNC"]
    assert (after["entries"], after["taken"]) == (2, "2026-11-18T15:00:00+00:00")
    assert "KR-DNC" in house.done("register", "list")
    refused = house("register", "load", "KR-DNC", "dnc.txt", "--taken", "2026-11-20T00:00:00+09:00")
    assert (refused.returncode, "register_line" in refused.stderr) == (2, True)
    assert "010-1234" not in refused.stderr
