"""What the command line says when it will not: one line, a stable code, the right exit code, nothing that was typed."""

import json
import socket
from pathlib import Path
from typing import Any

import pytest

from gateway.cli import program as program_of

SECRET = "hana.kim@example.kr"
ABOUT = ("--purpose", "marketing.own", "--channel", "email")


def _never(*_: object) -> None:
    raise AssertionError("a wrong command serves nothing")


@pytest.fixture
def here(house: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """Run in this process as if in the house's folder: a second saved for each of many cases."""
    monkeypatch.chdir(house.folder)
    for name in ("OSTIARY_DATA", "OSTIARY_DATABASE_URL"):
        monkeypatch.setenv(name, house.environment[name])


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        (("explain", SECRET), "usage"),
        (("explain", "--emial", SECRET), "usage"),
        (("explain", "--tool", "t", "--purpose", "p", "--channel", SECRET), "usage"),
        (("import", SECRET, "--source", "Form"), "file_unreadable"),
        (("import", "list.csv", "--source", SECRET), "source_unknown"),
        (("import", "list.csv", "--source", "Form", "--map", SECRET), "map_unfit"),
        (("import", "list.csv", "--source", "Form", "--map", "a=email", "--map", "a=phone"), "column_mapped_twice"),
        (("import", "list.csv", "--source", "Form", "--map", f"{SECRET}=email", "--dry-run"), "column_unknown"),
        (("explain", "--phone", SECRET, "--tool", "newsletter", *ABOUT), "identifier_malformed"),
        (("explain", "--email", SECRET, "--tool", "newsletter", *ABOUT), "person_unknown"),
        (("explain", "--email", SECRET, "--phone", "+821012345678", "--tool", "newsletter", *ABOUT), "selector_count"),
        (("explain", "--email", SECRET, "--tool", "newsletter", *ABOUT, "--at", SECRET), "moment_unfit"),
        (
            ("explain", "--email", SECRET, "--tool", "newsletter", "--purpose", "x", "--channel", "sms"),
            "purpose_unknown",
        ),
        (("link", "--email", SECRET, *ABOUT), "person_unknown"),
        (("release", "--key-file", "key", *ABOUT, "--field", SECRET), "field_unknown"),
        (("release", "--key-file", "key", *ABOUT, "--field", "email", "--where", SECRET), "filter_unfit"),
        (("party", "add", "Lindenhof", "--country", "IE"), "party_exists"),
        (("party", "add", "Kim", "--country", SECRET), "country_unfit"),
        (("tool", "key", SECRET), "tool_unknown"),
        (("audit", "verify", "--key", SECRET), "key_needed"),
        ((SECRET,), "usage"),
    ],
)
def test_a_wrong_command_is_two_and_repeats_nothing(
    here: None, capsys: pytest.CaptureFixture[str], arguments: tuple[str, ...], code: str
) -> None:
    ended = program_of.run(program_of.build(_never), arguments)
    said = capsys.readouterr()
    assert (ended, said.out) == (2, "")
    assert said.err.strip().endswith(f"[{code}]")
    assert said.err.count("\n") == 1
    assert SECRET.partition("@")[0] not in said.err


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        (("release", "--key-file", "false", *ABOUT, "--field", "email"), "credential_wrong"),
        (("release", "--key-file", "key", *ABOUT, "--field", "phone"), "field_not_granted"),
        (("release", "--key-file", "key", "--purpose", "marketing.own", "--channel", "sms", "--field", "email"),
         "channel_not_granted"),
        (("decide", "--key-file", "false", "--email", SECRET, *ABOUT), "credential_wrong"),
    ],
)  # fmt: skip
def test_who_may_not_is_told_so_with_four(house: Any, arguments: tuple[str, ...], code: str) -> None:
    (house.folder / "false").write_text(f"ost_00000000_{'x' * 43}")
    ended = house(*arguments, "--json")
    assert (ended.returncode, ended.stdout) == (4, "")
    assert json.loads(ended.stderr)["code"] == code
    assert SECRET not in ended.stderr


def test_a_house_that_was_never_installed_is_five_and_gets_nothing_made(program: Any, tmp_path: Path) -> None:
    ended = type(program)(tmp_path, "")("source", "list")
    assert (ended.returncode, "[keyring_missing]" in ended.stderr) == (5, True)
    assert "ostiary init" in ended.stderr
    assert not (tmp_path / "data").exists()


def test_a_database_that_is_away_is_five(house: Any) -> None:
    away = type(house)(house.folder, "postgresql://nobody:secret-word@127.0.0.1:1/nothing?connect_timeout=2")
    ended = away("source", "list")
    assert (ended.returncode, ended.stderr.count("\n")) == (5, 1)
    assert "secret-word" not in ended.stderr


@pytest.mark.parametrize(("name", "value"), [("OSTIARY_DATABSE_URL", "x"), ("OSTIARY_PORT", "many")])
def test_a_misspelt_setting_stops_the_start(program: Any, tmp_path: Path, name: str, value: str) -> None:
    ended = type(program)(tmp_path, "", {name: value})("source", "list")
    assert (ended.returncode, name in ended.stderr) == (2, True)


def test_a_taken_port_is_refused_before_anything_is_made(program: Any, tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        for command in ("serve", "demo"):
            ended = type(program)(tmp_path, "")(command, "--port", port)
            assert (ended.returncode, "[port_taken]" in ended.stderr) == (5, True)
            assert "make run PORT=8081" in ended.stderr
    assert not (tmp_path / "data").exists()


def test_a_release_to_a_place_that_cannot_be_written_leaves_no_file(house: Any) -> None:
    ended = house("release", "--key-file", "key", *ABOUT, "--field", "email", "--out", "no/such/folder/out")
    assert (ended.returncode, "[file_unwritable]" in ended.stderr) == (2, True)


def test_a_policy_file_that_is_wrong_is_named_by_line(program: Any, tmp_path: Path) -> None:
    (tmp_path / "purposes.yaml").write_text("purposes: 3\n")
    ended = program("policy", "check", str(tmp_path))
    assert ended.returncode == 2
    assert ".yaml:" in ended.stderr
    assert program("policy", "check").returncode == 0


def test_the_packaged_law_passes_its_own_cases(program: Any) -> None:
    ended = program("policy", "test")
    assert ended.returncode == 0, ended.stdout
    assert "cases hold" in ended.stdout
