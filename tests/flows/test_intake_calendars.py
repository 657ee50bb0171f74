"""Lists in calendars of their own: what is stored is the Gregorian day that was meant, in the zone of the list."""

import gzip
import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import text

from gateway.flows import moving
from gateway.flows.gate import Gate
from gateway.flows.intake import Wish, bring, receive_as
from gateway.flows.intake_report import Report
from gateway.flows.intake_work import work_on
from gateway.lists.errors import ListRefused
from gateway.store import batches
from gateway.vault.seal import open_blob
from tests.flows.test_intake import chunks_of_ten, counts, house, listed, make_source, one

__all__ = ["chunks_of_ten", "house"]

TEHRAN = ZoneInfo("Asia/Tehran")
HEADER = "ایمیل,تاریخ تولد,رضایت پیامک,شماره همراه,تاریخ رضایت,نسخه متن رضایت"
ROWS = (
    "a@example.ir,۱۳۶۶/۰۴/۱۵,بله,۰۹۹۹۰۰۰۰۰۰۱,۱۴۰۳/۰۱/۰۱ ۱۰:۳۰:۰۰,club-1/fa",
    "b@example.ir,۱۳۹۹/۱۲/۳۰,بله,۰۹۹۹۰۰۰۰۰۰۲,۱۴۰۴/۱۲/۲۹,club-1/fa",
    "c@example.ir,۱۴۰۲/۱۲/۳۰,بله,۰۹۹۹۰۰۰۰۰۰۳,2025-03-20,club-1/fa",
)
SINCE = [
    datetime(2024, 3, 20, 10, 30, tzinfo=TEHRAN),
    datetime(2026, 3, 20, tzinfo=TEHRAN),
    datetime(2025, 3, 20, tzinfo=TEHRAN),
]


@pytest.fixture
def iran(house: Gate) -> Gate:
    """A gateway with the club of a house in Iran, whose registration says no calendar."""
    make_source(house, "club", country="IR", time_zone="Asia/Tehran")
    return house


def born(gate: Gate) -> list[str]:
    """Give the dates of birth as they are sealed."""
    statement = (
        "SELECT p.uid, k.wrapped, s.class, s.source_no, s.blob FROM sealed s"
        " JOIN person p ON p.no = s.person_no JOIN person_key k ON k.person_no = p.no ORDER BY p.no"
    )
    with gate.house.unit() as connection:
        rows = connection.execute(text(statement)).all()
    opened = [
        json.loads(b"{" + open_blob(gate.keyring.unwrap(wrapped, uid), uid, cls, source, blob) + b"}")
        for uid, wrapped, cls, source, blob in rows
    ]
    return [str(each["birth_date"]) for each in opened if "birth_date" in each]


def since(gate: Gate) -> list[datetime]:
    with gate.house.unit() as connection:
        found = connection.execute(text("SELECT since FROM consent ORDER BY person_no")).scalars().all()
    return list(found)


def club(gate: Gate, folder: Path, calendar: str, **more: Any) -> Report:
    path = listed(folder, *ROWS, header=HEADER, name=f"{calendar or 'none'}.csv")
    return receive_as(gate, "test", "club", path, Wish({}, calendar=calendar), **more)


def test_a_persian_list_is_stored_in_gregorian_days(iran: Gate, tmp_path: Path) -> None:
    report = club(iran, tmp_path, "persian")
    assert (report.counts["row.new"], report.counts["consent.given"]) == (3, 3)
    assert dict(report.dropped) == {"date_impossible": 1}  # 30 Esfand 1402
    assert since(iran) == [each.astimezone(UTC) for each in SINCE]
    assert born(iran) == ["1987-07-06", "2021-03-20"]
    years = "SELECT string_agg(birth_year::text, ',' ORDER BY no) FROM person"
    assert one(iran, years) == "1987,2021,0"
    assert one(iran, "SELECT reading ->> 'calendar' FROM batch") == "persian"


def test_where_nobody_says_the_calendar_nothing_is_guessed(iran: Gate, tmp_path: Path) -> None:
    before = counts(iran)
    assert club(iran, tmp_path, "persian", dry_run=True).counts["consent.given"] == 3
    with pytest.raises(ListRefused, match="calendar_unknown"):
        club(iran, tmp_path, "jalali")
    assert counts(iran) == before
    report = club(iran, tmp_path, "")
    assert report.counts["consent.given"] == 1
    assert report.dropped["date_jalali"] == 5
    assert (born(iran), one(iran, "SELECT reading ? 'calendar' FROM batch")) == ([], False)


def test_the_source_says_it_for_all_its_lists_and_a_list_may_say_another(iran: Gate, tmp_path: Path) -> None:
    make_source(iran, "taiwan", country="TW", time_zone="Asia/Taipei", calendar="roc")
    header = "email,birth date,consent email,consent at,consent wording"
    rows = ("t@example.tw,78/05/02,yes,113/02/29,form-1/zh", "u@example.tw,1989-05-02,yes,1130229,form-1/zh")
    report = receive_as(iran, "test", "taiwan", listed(tmp_path, *rows, header=header), Wish({}))
    assert (report.counts["consent.given"], dict(report.dropped)) == (2, {})
    assert since(iran) == [datetime(2024, 2, 28, 16, tzinfo=UTC)] * 2
    assert born(iran) == ["1989-05-02"] * 2
    packed = tmp_path / "again.csv.gz"
    packed.write_bytes(gzip.compress((tmp_path / "list.csv").read_bytes()))
    plain = receive_as(iran, "test", "taiwan", packed, Wish({}, calendar="gregorian"), dry_run=True)
    assert plain.dropped == {"date_minguo": 1, "date_shape": 2}


def test_a_list_that_crashed_is_staged_again_in_the_calendar_it_began_with(
    iran: Gate, tmp_path: Path, chunks_of_ten: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    rows = [f"p{number}@example.ir,1366/04/{1 + number},,,," for number in range(25)]
    path = listed(tmp_path, *rows, header=HEADER)

    def broken(*_: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr("gateway.flows.intake_stage.counts_of", broken)
        with pytest.raises(KeyboardInterrupt):
            bring(iran, "test", "club", path, Wish({}, calendar="persian"))
    assert one(iran, "SELECT state FROM batch") == "staging"
    uid = bytes.fromhex(bring(iran, "test", "club", path, Wish({})).batch)
    done = work_on(iran, uid)
    assert (done.state, done.counts["row.new"]) == ("finished", 25)
    assert born(iran)[::24] == ["1987-06-22", "1987-07-16"]
    with iran.house.unit() as connection:
        kept = batches.by_uid(connection, uid)
    assert kept is not None
    assert kept.reading["calendar"] == "persian"


def test_an_export_moves_in_with_the_calendar_of_its_source(iran: Gate, tmp_path: Path) -> None:
    make_source(iran, "old system", country="IR", time_zone="Asia/Tehran", calendar="persian", wording="club-1/fa")
    header = "email,phone,stopped,stopped_at,bounced,consent_email,consent_at,last_click_at,birth_date"
    rows = ("a@example.ir,,no,,,yes,1403/01/01 10:30,1403/02/01,1366/04/15", "b@example.ir,,yes,1402/05/12,,,,,")
    told = moving.move_in(iran, "test", "old system", [listed(tmp_path, *rows, header=header)])
    assert told.step == "done"
    assert since(iran)[0] == SINCE[0].astimezone(UTC)
    assert born(iran) == ["1987-07-06"]
    assert one(iran, "SELECT min(at) FROM contact_event") == datetime(2024, 4, 20, tzinfo=TEHRAN).astimezone(UTC)
