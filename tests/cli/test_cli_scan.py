"""`ostiary scan`: says what any list holds, needs no house, keeps nothing, prints no cell."""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from gateway.samples import numbers

ROOT = Path(__file__).parents[2]
HEADER = "이메일,휴대전화,메모\n"


def seeded(seed: int) -> Any:
    from random import Random

    return Random(seed)  # noqa: S311  the same every time, and not secret


def scan(folder: Path, *arguments: str) -> "subprocess.CompletedProcess[str]":
    """Run the command where there is no house, no setting and no database."""
    ours = {name: value for name, value in os.environ.items() if not name.startswith("OSTIARY_")}
    return subprocess.run(
        [sys.executable, "-m", "gateway", "scan", *arguments], capture_output=True, text=True, check=False, timeout=120,
        cwd=folder, env={**ours, "PYTHONPATH": str(ROOT), "COLUMNS": "100"},
    )  # fmt: skip


def listed(folder: Path, notes: str, rows: int = 60) -> Path:
    rng = seeded(4)
    lines = [f"p{row}@example.kr,{numbers.phone_kr(rng)},{'우편 선호' if row else notes}\n" for row in range(rows)]
    path = folder / "list.csv"
    path.write_text(HEADER + "".join(lines), encoding="utf-8")
    return path


def test_a_clean_list_is_described_and_nothing_is_left_behind(tmp_path: Path) -> None:
    ended = scan(tmp_path, str(listed(tmp_path, "")), "--json")
    told = json.loads(ended.stdout)
    assert (ended.returncode, told["verdict"], told["rows"], told["rejected"]) == (0, "accept", 60, 0)
    by_title = {each["title"]: each for each in told["columns"]}
    assert by_title["이메일"]["found"] == "email"
    assert by_title["이메일"]["agreement"] == "agrees"
    assert by_title["이메일"]["expected"] == {"email": 60}
    assert by_title["휴대전화"]["expected"] == {"phone": 60}
    assert by_title["메모"]["beside"] == {}
    assert told["coverage"]["cells"] == "all"
    assert len(told["digest"]) == 64
    assert [path.name for path in tmp_path.iterdir()] == ["list.csv"]


def test_a_note_with_a_national_id_is_told_by_place_and_kind_and_never_shown(tmp_path: Path) -> None:
    path = listed(tmp_path, "주민 960121-1234567 확인")
    ended = scan(tmp_path, str(path), "--json")
    told = json.loads(ended.stdout)
    notes = next(each for each in told["columns"] if each["title"] == "메모")
    assert notes["beside"]["national_id_kr"] == {"sure": 1}
    assert sum(told["treatments"].values()) == 1
    readable = scan(tmp_path, str(path))
    assert readable.returncode == ended.returncode
    assert "national id kr: 1 sure" in readable.stdout
    assert "60 rows" in readable.stdout
    for out in (ended.stdout, ended.stderr, readable.stdout, readable.stderr):
        assert "960121" not in out
        assert "p1@example" not in out


def test_special_categories_would_be_held_or_refused(tmp_path: Path) -> None:
    path = tmp_path / "list.csv"
    rows = "".join(f"p{row}@example.org,she has diabetes\n" for row in range(30))
    path.write_text(f"email,notes\n{rows}", encoding="utf-8")
    ended = scan(tmp_path, str(path), "--json")
    told = json.loads(ended.stdout)
    assert told["special"] == {"health": 30}
    assert (ended.returncode, told["verdict"]) in {(3, "quarantine"), (4, "refuse"), (0, "accept")}
    assert told["treatments"].keys() != {"keep"}


def test_credentials_beside_people_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "dump.csv"
    rows = "".join(f"p{row}@example.org,$2b$10${'abcdefghij' * 5}abc\n" for row in range(30))
    path.write_text(f"email,x\n{rows}", encoding="utf-8")
    ended = scan(tmp_path, str(path), "--json")
    told = json.loads(ended.stdout)
    assert (ended.returncode, told["verdict"]) == (4, "refuse")
    assert told["tells"] == ["credentials_beside_identifiers"]
    assert "REFUSE" in scan(tmp_path, str(path)).stdout


def test_what_only_the_cells_say_is_proposed_with_the_words_to_say_so(tmp_path: Path) -> None:
    path = tmp_path / "list.csv"
    path.write_text("col 7,email\n" + "".join(f"+49 30 2093{at * 37:04},p{at}@example.org\n" for at in range(30)))
    readable = scan(tmp_path, str(path)).stdout
    assert "pass the check, 11 % would by chance.  --map 'col 7=phone'" in readable
    phone, email = json.loads(scan(tmp_path, str(path), "--json").stdout)["columns"]
    assert (phone["declared"], phone["proposed"]["field"], phone["proposed"]["by"]) == ("", "phone", "content")
    assert (email["declared"], email["proposed"]["by"]) == ("email", "title")


@pytest.mark.parametrize(("content", "code"), [("", "empty_file"), ("a,b\n", "header_only")])
def test_what_cannot_be_read_is_said_in_one_line(tmp_path: Path, content: str, code: str) -> None:
    path = tmp_path / "list.csv"
    path.write_text(content, encoding="utf-8")
    ended = scan(tmp_path, str(path), "--json")
    assert ended.returncode == 2
    assert json.loads(ended.stderr)["code"] == code


def test_a_file_that_is_not_there_is_said(tmp_path: Path) -> None:
    ended = scan(tmp_path, "nowhere.csv", "--json")
    assert (ended.returncode, json.loads(ended.stderr)["code"]) == (2, "file_unreadable")
