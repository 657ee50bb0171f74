"""The quarantine desk from the command line: an officer signs in, sees rows veiled, and decides."""

from typing import Any

import pytest

HEADER = "email,phone,name\n"
ROWS = "".join(
    f"p{no}@example.com,010-2000-000{no},Person {no}{' card 4111 1111 1111 1111' if no in {3, 7} else ''}\n"
    for no in range(9)
)


@pytest.fixture(scope="module")
def desk(house: Any) -> Any:
    (house.folder / "password").write_text("twelve geese cross")
    for name in ("anna", "bela"):
        house.done("officer", "add", name, "--role", "officer", "--password-file", "password")
    (house.folder / "held.csv").write_text(HEADER + ROWS)
    return house


def by(name: str) -> tuple[str, ...]:
    return "--officer", name, "--password-file", "password"


def test_rows_wait_are_shown_veiled_and_are_decided(desk: Any) -> None:
    assert desk.done("quarantine", "list", *by("anna")).strip() == "Nothing waits in quarantine."
    number = desk.told("import", "held.csv", "--source", "Form")["batch"]
    [waiting] = desk.told("quarantine", "list", *by("anna"))
    assert (waiting["list"], waiting["waits"], waiting["rows"], waiting["why"]) == (number, "rows", 2, "card")
    shown = desk.told("quarantine", "show", number, *by("anna"))
    assert [(each["column"], each["kind"], each["rows"]) for each in shown["groups"]] == [("name", "card", 2)]
    printed = desk.done("quarantine", "show", number, *by("anna"))
    assert "[card]" in printed
    assert "4111" not in printed + str(shown)
    assert "example.com" not in printed + str(shown)
    what = ("--column", "name", "--kind", "card")
    made = desk.told("quarantine", "accept", number, *what, "--why", "The sender proved it to us", *by("anna"))
    assert (made["kind"], made["payload"]["rows"]) == ("quarantine.accept_rows", 2)
    whole = desk("quarantine", "refuse", number, "--yes", *by("anna"))
    assert (whole.returncode, "[list_taken_in]" in whole.stderr) == (2, True)
    half = desk("quarantine", "accept", number, "--column", "name", "--why", "The sender proved it", *by("anna"))
    assert (half.returncode, "[rows_unclear]" in half.stderr) == (2, True)
    unsure = desk("quarantine", "drop", number, *what, *by("anna"), stdin="n\n")
    assert unsure.returncode != 0
    dropped = desk.told("quarantine", "drop", number, *what, "--yes", *by("bela"))
    assert dropped == {"list": number, "rows_dropped": 2}
    gone = desk("quarantine", "show", number, *by("anna"))
    assert (gone.returncode, "[nothing_waits]" in gone.stderr) == (2, True)


def test_nobody_decides_without_signing_in(desk: Any) -> None:
    for command in ("list", "show", "refuse"):
        rest = () if command == "list" else ("00" * 16,)
        ended = desk("quarantine", command, *rest, *(("--yes",) if command == "refuse" else ()))
        assert (ended.returncode, "[officer_missing]" in ended.stderr) == (2, True), command
