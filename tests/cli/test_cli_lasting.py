"""Lasting consent from the command line, on a real mail server: ask, confirm, list, notify, prove, exchange."""

import json
import zipfile
from pathlib import Path

import pytest

from tests.cli.conftest import Program
from tests.notify.test_notify_post import Catcher, Mailbox

ASSETS = Path(__file__).parents[1] / "flows" / "assets" / "receipts"
MINSU = ("--email", "-")
WHAT = ("--purpose", "marketing.own", "--sender", "Lindenhof")


def test_without_a_mail_server_nothing_is_sent_and_the_way_is_told(house: Program) -> None:
    made = house.told("consent", "request", *MINSU, *WHAT, "--show-link", stdin="jiwoo@example.kr\n")
    assert made["link"].startswith("http://127.0.0.1:8080/c/")
    sent = house("mail", "send", "--json")
    assert json.loads(sent.stdout) == {"sent": 0, "put_off": 0, "given_up": 0, "waiting": 1}
    assert "OSTIARY_SMTP_HOST" in sent.stderr
    listed = house.told("mail", "list")
    assert (listed["counts"], listed["server"]) == ({"queued": 1}, False)


def test_with_one_the_letter_goes_out(house: Program) -> None:
    catcher = Catcher()
    controller = Mailbox(catcher)
    controller.start()
    settings = {
        "OSTIARY_SMTP_HOST": "127.0.0.1", "OSTIARY_SMTP_PORT": str(controller.port), "OSTIARY_SMTP_TLS": "none",
        "OSTIARY_SMTP_FROM": "mail@house.example",
    }  # fmt: skip
    house.settings.update(settings)
    try:
        assert house.told("mail", "send")["sent"] == 1
    finally:
        controller.stop()
        for name in settings:
            del house.settings[name]
    ((to, message),) = catcher.taken
    assert to == ["jiwoo@example.kr"]
    assert "/c/" in message.get_content()


@pytest.mark.parametrize(
    ("settings", "code"),
    [
        ({"OSTIARY_SMTP_FROM": "a@b.c"}, "setting_half"),
        ({"OSTIARY_SMTP_HOST": "mail.example"}, "setting_half"),
        ({"OSTIARY_SMTP_HOST": "m.example", "OSTIARY_SMTP_FROM": "a@b.c", "OSTIARY_SMTP_USER": "u"}, "setting_half"),
        ({"OSTIARY_SMTP_HOST": "m.example", "OSTIARY_SMTP_FROM": "a@b.c", "OSTIARY_SMTP_TLS": "none"}, "setting_wrong"),
        ({"OSTIARY_SMTP_HOST": "m.example", "OSTIARY_SMTP_FROM": "a@b.c", "OSTIARY_SMTP_TLS": "ssl"}, "setting_wrong"),
        ({"OSTIARY_SMTP_HOST": "m.example", "OSTIARY_SMTP_FROM": "a@b.c", "OSTIARY_SMTP_PORT": "x"}, "setting_wrong"),
    ],
)
def test_a_half_set_mail_server_stops_every_command(house: Program, settings: dict[str, str], code: str) -> None:
    ended = Program(house.folder, house.url, settings)("mail", "list")
    assert ended.returncode == 2
    assert code in ended.stderr


def test_what_falls_due_is_listed_and_written(house: Program) -> None:
    path = house.folder / "due.csv"
    found = house.told("consent", "due", "--jurisdiction", "KR", "--within", "P3000D", "--csv", str(path))
    assert {line["rule"] for line in found} == {"KR-62-3"}
    assert len(path.read_text().splitlines()) == len(found) + 1
    assert "minsu" not in path.read_text()
    assert house("consent", "due", "--within", "soon").returncode == 2
    assert house("consent", "due", "--csv", str(path)).returncode == 2


def test_a_confirmation_and_its_notice(house: Program) -> None:
    (house.folder / "reply.txt").write_text("yes, please go on")
    told = house.told(
        "consent", "reconfirm", *MINSU, *WHAT, "--channel", "email", "--evidence", str(house.folder / "reply.txt"),
        stdin="minsu@example.kr\n",
    )  # fmt: skip
    assert told["effective"] == "given"
    (notice,) = house.told("notices", "due")
    assert (notice["rule"], notice["overdue"]) == ("KR-50-7", False)
    assert house.told("notices", "send") == {"by_mail": 1, "other": 0}
    assert house.told("notices", "given", str(notice["event"]), "--way", "phone") == {"given": 1}
    assert house.told("notices", "due") == []


def test_the_proof_is_a_file_of_its_own(house: Program) -> None:
    path = house.folder / "proof.zip"
    told = house.told("consent", "proof", *MINSU, "--out", str(path), stdin="minsu@example.kr\n")
    assert told["events"] == 2
    with zipfile.ZipFile(path) as packed:
        assert {"README.txt", "events.csv", "consents.jsonld", "SHA256SUMS"} <= set(packed.namelist())
    assert house("consent", "proof", *MINSU, "--out", str(path), stdin="minsu@example.kr\n").returncode == 2


def test_records_go_out_and_come_in(house: Program) -> None:
    made = json.loads(house.done("receipts", "export", *MINSU, stdin="minsu@example.kr\n"))
    assert made["@type"] == "dpv:ConsentReceipt"
    told = house.told("receipts", "import", str(ASSETS / "withdrawn.jsonld"), "--source", "Form")
    assert told["counts"] == {"withdrawn": 1}
    bad = house("receipts", "import", str(ASSETS / "receipt_status_unknown.jsonld"), "--source", "Form")
    assert bad.returncode == 2
    assert "Record 1" in bad.stderr
