"""Moving in on a real database: stops before people, nothing widened, nothing twice, whatever dies on the way."""

import json
import tempfile
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import text

from gateway.domain.errors import Conflict, Invalid, NotFound, Refused
from gateway.domain.requests import Selector
from gateway.flows import moving
from gateway.flows.consent import ConsentWish, record
from gateway.flows.gate import Gate
from gateway.flows.intake import receive
from gateway.flows.moving_report import compare
from gateway.flows.sources import SourceWish, approve_source, register_source, revoke_source
from gateway.lists import reader
from gateway.lists.errors import ListRefused
from gateway.store import parties
from policies.terms import ConsentState
from tests.flows.lasting_house import BrokenError, crash, one, verify

CRM = Path(__file__).parents[1] / "lists" / "assets" / "crm"
MAILCHIMP = [CRM / f"mailchimp_{part}.csv" for part in ("subscribed", "unsubscribed", "cleaned")]
EVIDENCE = (
    "notice_version",
    "consent_wording",
    "consent_time",
    "withdrawal_notice_shown",
    "double_opt_in_record",
    "age_gate",
)
TABLES = (
    "person", "identifier", "consent", "consent_event", "suppression", "contact_event", "dealing", "batch", "moving",
    "moving_crowd", "ledger_inbox",
)  # fmt: skip
GENERAL = (
    "email,phone,stopped,stopped_at,bounced,consent_email,consent_sms,consent_at,last_click_at,last_open_at,"
    "last_order_at"
)


@pytest.fixture
def house(gate: Gate) -> Gate:
    """A gateway with one sender in Germany and its old newsletter as an approved source."""
    with gate.house.unit() as connection:
        parties.add_party(connection, "Erfunden GmbH", "DE")
    make_source(gate, "Old newsletter")
    return gate


def make_source(
    gate: Gate, name: str, kind: str = "registration_form", evidence: tuple[str, ...] = EVIDENCE, **defaults: Any
) -> None:
    shared = {
        "country": "DE", "time_zone": "Europe/Berlin", "purpose": "marketing.own", "wording": "newsletter-1/de",
        "conditions": ["double_opt_in", "night"], **defaults,
    }  # fmt: skip
    wish = SourceWish(name, kind, "Erfunden GmbH", "DE", evidence=evidence, defaults=shared)
    register_source(gate, "officer", wish)


def approved(gate: Gate, name: str = "Old newsletter") -> Gate:
    approve_source(gate, "officer", name)
    return gate


def counts(gate: Gate) -> dict[str, int]:
    with gate.house.unit() as connection:
        return {table: int(connection.execute(text(f"SELECT count(*) FROM {table}")).scalar_one()) for table in TABLES}


def general(folder: Path, *rows: str, name: str = "people.csv") -> Path:
    path = folder / name
    path.write_text("\n".join([GENERAL, *rows]) + "\n", encoding="utf-8")
    return path


def kinds(gate: Gate) -> list[str]:
    with gate.house.unit() as connection:
        found = connection.execute(text("SELECT convert_from(entry, 'UTF8') FROM ledger_inbox ORDER BY no")).scalars()
        return [json.loads(entry)["kind"] for entry in found]


def adds_up(told: dict[str, Any]) -> None:
    for groups in told["channels"].values():
        for group in groups.values():
            assert sum(group["now"].values()) == group["people"]
            assert group["people"] <= group["rows"] - group["not_here"]
            assert sum(why["people"] for why in group["why_not"]) == group["now"]["deny"] + group["now"]["hold"]


# What comes of an export


def test_an_audience_moves_in_with_all_that_narrows_before_anybody(house: Gate) -> None:
    approved(house)
    told = moving.move_in(house, "officer", "Old newsletter", MAILCHIMP)
    assert (told.step, told.waits, told.repeated) == ("done", "", False)
    assert told.counts["said"]["rows"] == 8
    assert {name: told.counts["stops"][name] for name in ("stopped", "bounced")} == {"stopped": 3, "bounced": 1}
    assert told.counts["people"]["row.new"] == 8
    assert told.counts["people"]["consent.given"] == 4  # of those who are written to; one has no date, one address died
    order = kinds(house)
    first = order.index("import.begun")
    assert order.index("moving.begun") < order.index("moving.stops") < order.index("moving.stopped") < first
    assert order[-1] == "moving.finished"
    verify(house)


def test_a_plan_keeps_nothing(house: Gate) -> None:
    before = counts(house)
    told = moving.plan(house, "Old newsletter", MAILCHIMP)
    assert counts(house) == before
    assert [each["dialect"] for each in told.files] == ["mailchimp"] * 3
    assert (told.counts["stops"], told.counts["bounces"], told.counts["rows"]) == (3, 1, 8)
    assert told.counts["consents.with_address_of_origin"] == 6
    assert not {"anna", "example"} & set(json.dumps(told.to_json()).replace("@", " ").split())


def test_legacy_consents_carry_no_condition_but_a_shown_confirmation(house: Gate) -> None:
    approved(house)
    moving.move_in(house, "officer", "Old newsletter", MAILCHIMP)
    with house.house.unit() as connection:
        found = connection.execute(
            text(
                "SELECT method, conditions, count(*) FROM consent_event WHERE state = 'given' GROUP BY 1, 2 ORDER BY 1"
            )
        ).all()
    assert [tuple(row) for row in found] == [("legacy", 0, 2), ("legacy_confirmed", 16, 2)]


def test_what_the_kind_of_source_demands_is_demanded_of_an_export(house: Gate) -> None:
    make_source(house, "Poor", evidence=("notice_version",))
    told = moving.move_in(house, "officer", "Poor", MAILCHIMP)
    assert told.step == "people"
    assert "officer" in told.waits
    assert counts(house)["person"] == 0
    assert one(house, "SELECT count(*) FROM suppression") == 4
    assert one(house, "SELECT count(*) FROM consent_event") == 0


def test_stops_are_in_force_even_where_the_source_may_not_be_imported_from(house: Gate) -> None:
    with pytest.raises(Refused) as refused:
        moving.move_in(house, "officer", "Old newsletter", MAILCHIMP)  # a draft
    assert refused.value.code == "source_not_approved"
    assert (counts(house)["suppression"], counts(house)["person"]) == (4, 0)
    approved(house)
    assert moving.move_in(house, "officer", "Old newsletter", MAILCHIMP).step == "done"
    revoke_source(house, "officer", "Old newsletter")
    report = compare(house, moving.moves(house)[0]["moving"]).to_json()
    assert report["channels"]["email"]["subscribed"]["now"]["allow"] == 0
    adds_up(report)


def test_the_same_files_again_change_nothing(house: Gate) -> None:
    approved(house)
    first = moving.move_in(house, "officer", "Old newsletter", MAILCHIMP)
    before = counts(house)
    again = moving.move_in(house, "officer", "Old newsletter", MAILCHIMP[::-1])
    assert again.repeated
    assert again.moving == first.moving
    assert counts(house) == before


def test_who_is_known_here_already_is_stopped_as_a_person(house: Gate, tmp_path: Path) -> None:
    approved(house)
    path = tmp_path / "own.csv"
    path.write_text(
        "email,phone,consent email,consent sms,consent at,consent wording\n"
        "dora@example.com,+4915112345678,yes,yes,2026-05-01 10:00,form-1\n",
        encoding="utf-8",
    )
    receive(house, "officer", "Old newsletter", path)
    moving.move_in(house, "officer", "Old newsletter", MAILCHIMP)
    stops = one(
        house, "SELECT count(*) FROM consent WHERE state = 'withdrawn' AND purpose = 'marketing' AND channel = '*'"
    )
    assert stops == 3  # known before, and the two who came with the export


def test_results_are_kept_once_with_their_days_and_an_open_counts_nowhere(house: Gate, tmp_path: Path) -> None:
    approved(house)
    path = general(
        tmp_path,
        "a@example.com,,no,,no,yes,,2026-05-01,2026-06-01,2026-07-01,2026-04-01",
        "b@example.com,,no,,no,yes,,2026-05-01,,2026-07-01,",
        "c@example.com,,no,,no,yes,,2026-05-01,2027-07-01,,",  # later than now: it did not happen
    )
    told = moving.move_in(house, "officer", "Old newsletter", [path])
    assert {name: n for name, n in told.counts["results"].items() if name.startswith("event.")} == {
        "event.clicked": 1, "event.opened": 2, "event.ordered": 1,
    }  # fmt: skip
    with house.house.unit() as connection:
        dealings = connection.execute(text("SELECT kind, at::date::text FROM dealing ORDER BY 1")).all()
        sent = connection.execute(text("SELECT count(*) FROM contact_event WHERE kind = 'sent'")).scalar_one()
    assert [tuple(row) for row in dealings] == [("activity", "2026-05-31"), ("purchase", "2026-03-31")]
    assert sent == 0
    other = general(tmp_path, "a@example.com,,no,,no,yes,,2026-05-01,2026-06-01,2026-07-01,2026-04-01", name="two.csv")
    moving.move_in(house, "officer", "Old newsletter", [path, other])
    assert counts(house)["contact_event"] == 4


def test_cells_that_are_formulas_are_text(house: Gate, tmp_path: Path) -> None:
    approved(house)
    path = general(
        tmp_path,
        '"=HYPERLINK(""http://example.com"")",,"=1+1",,no,yes,,2026-05-01,,,',
        '"=cmd|x",,no,"@SUM(1)",no,"=TRUE()",,"+2026-05-01",-1,,',
        "sane@example.com,,no,,no,yes,,2026-05-01,,,",
    )
    told = moving.move_in(house, "officer", "Old newsletter", [path])
    assert told.step == "done"
    assert counts(house)["person"] == 1
    assert "HYPERLINK" not in json.dumps(told.to_json())
    with house.house.unit() as connection:
        leaves = b"".join(connection.execute(text("SELECT entry FROM ledger_inbox")).scalars())
    assert not any(word in leaves for word in (b"HYPERLINK", b"cmd|", b"sane@", b"SUM("))


def test_files_that_cannot_be_read_change_nothing(house: Gate, tmp_path: Path) -> None:
    before = counts(house)
    other = tmp_path / "other.csv"
    other.write_text("email,name\na@example.com,A\n", encoding="utf-8")
    for paths, error, code in (
        ([*MAILCHIMP, other], ListRefused, "dialect_unknown"),
        ([], Invalid, "files_missing"),
        ([MAILCHIMP[0], MAILCHIMP[0]], Invalid, "file_twice"),
    ):
        with pytest.raises(error) as refused:
            moving.move_in(house, "officer", "Old newsletter", paths)
        assert refused.value.code == code
    with pytest.raises(NotFound):
        compare(house, "no number")
    assert counts(house) == before


# The comparison


def test_the_comparison_says_who_why_and_what_would_mend_it(house: Gate) -> None:
    approved(house)
    told = moving.move_in(house, "officer", "Old newsletter", MAILCHIMP)
    before = counts(house)
    report = compare(house, told.moving).to_json()
    assert counts(house) == before
    adds_up(report)
    email = report["channels"]["email"]
    assert {said: group["people"] for said, group in email.items()} == {
        "subscribed": 4, "stopped": 3, "bounced": 1, "silent": 0,
    }  # fmt: skip
    assert email["subscribed"]["now"]["allow"] == 1  # the one whose confirmation is shown: Germany asks for it
    assert email["stopped"]["now"]["allow"] == email["bounced"]["now"]["allow"] == 0
    assert email["bounced"]["law_alone_would_allow"] == 1
    assert all(why["words"] and why["remedy"] for why in email["subscribed"]["why_not"])
    assert any(why["cite"] for why in email["subscribed"]["why_not"])
    assert "example.com" not in json.dumps(report)


def test_customers_who_said_stop_stay_stopped_where_law_would_let_them_be_written_to(
    house: Gate, tmp_path: Path
) -> None:
    evidence = ("notice_version", "order_record", "refusal_offered", "age_gate")
    make_source(house, "Shop", kind="order", evidence=evidence, country="GB", notice=True, category="books")
    approved(house, "Shop")
    path = general(tmp_path, "x@example.com,,yes,,no,,,,,,2026-10-01", "y@example.com,,no,,no,yes,,,,,2026-10-01")
    told = moving.move_in(house, "officer", "Shop", [path])
    assert told.step == "done"
    report = compare(house, told.moving, "marketing.own", "books").to_json()
    adds_up(report)
    assert report["channels"]["email"]["stopped"]["law_alone_would_allow"] == 1
    assert report["channels"]["email"]["subscribed"]["now"]["allow"] == 1
    assert report["channels"]["email"]["stopped"]["now"] == {"allow": 0, "deny": 1, "hold": 0}


def test_a_move_that_waits_has_no_comparison_yet(house: Gate) -> None:
    make_source(house, "Poor", evidence=("notice_version",))
    told = moving.move_in(house, "officer", "Poor", MAILCHIMP)
    with pytest.raises(Conflict) as waiting:
        compare(house, told.moving)
    assert waiting.value.code == "moving_not_done"


# Nothing is widened


_CELLS = st.fixed_dictionaries({
    "who": st.integers(0, 5),
    "stopped": st.sampled_from(["", "no", "yes", "perhaps", "=1", "0", "1"]),
    "bounced": st.sampled_from(["", "no", "yes"]),
    "email": st.sampled_from(["", "yes", "no"]),
    "sms": st.sampled_from(["", "yes"]),
    "phone": st.sampled_from(["", "+4915112345670", "+4915112345671"]),
    "confirmed": st.sampled_from(["", "2026-05-02"]),
})  # fmt: skip


@given(files=st.lists(st.lists(_CELLS, min_size=1, max_size=6), min_size=1, max_size=2), known=st.booleans())
@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_nobody_who_said_stop_there_can_be_written_to_here(
    house: Gate, files: list[list[dict[str, Any]]], known: bool
) -> None:
    number = one(house, "SELECT count(*) FROM source")
    make_source(house, f"Source {number}")
    approved(house, f"Source {number}")
    folder = Path(tempfile.mkdtemp())
    header = "email,phone,stopped,bounced,consent_email,consent_sms,consent_at,consent_confirmed_at,last_click_at"
    paths, stopped = [], set()
    for at, rows in enumerate(files):
        path = folder / f"{at}.csv"
        lines = [
            f"p{number}x{row['who']}@example.com,{row['phone']},{row['stopped']},{row['bounced']},{row['email']},"
            f"{row['sms']},2026-05-01,{row['confirmed']},2026-05-0{at + 1}"
            for row in rows
        ]
        path.write_text("\n".join([header, *lines]) + "\n", encoding="utf-8")
        paths.append(path)
        stopped |= {row["who"] for row in rows if row["stopped"] not in {"", "no", "0"}}
    if known:
        before = folder / "before.csv"
        everybody = [f"p{number}x{who}@example.com,yes,2026-05-01 10:00" for who in range(6)]
        before.write_text("\n".join(["email,consent email,consent at", *everybody]) + "\n", encoding="utf-8")
        receive(house, "officer", f"Source {number}", before)
    told = moving.move_in(house, "officer", f"Source {number}", paths)
    assert told.step == "done"
    report = compare(house, told.moving).to_json()
    adds_up(report)
    for groups in report["channels"].values():
        assert groups["stopped"]["now"]["allow"] == groups["stopped"]["now"]["hold"] == 0
        assert groups["stopped"]["people"] == len(stopped)
    assert report["channels"]["email"]["bounced"]["now"]["allow"] == 0


def test_a_consent_given_here_since_outlives_the_same_files(house: Gate) -> None:
    approved(house)
    moving.move_in(house, "officer", "Old newsletter", MAILCHIMP)
    before = counts(house)["consent_event"]
    wish = ConsentWish(Selector("email", "anna@example.com"), ConsentState.WITHDRAWN, "marketing", "reply", "*", "")
    record(house, "officer", wish)
    moving.move_in(house, "officer", "Old newsletter", MAILCHIMP)
    assert counts(house)["consent_event"] == before + 1


# Crashes


@pytest.mark.parametrize("kept", [False, True], ids=["lost", "kept"])
@pytest.mark.parametrize("at", [2, 4, 5, 6, 7, 9, 13, 17, 20, 24, 27, 30, 33, 36, 38, 40])
def test_a_move_that_crashed_anywhere_goes_on(
    house: Gate, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, at: int, kept: bool
) -> None:
    monkeypatch.setattr(reader, "CHUNK_ROWS", 2)
    approved(house)
    paths = [
        general(
            tmp_path,
            "a@example.com,,no,,no,yes,,2026-05-01,2026-06-01,,",
            "b@example.com,,yes,2026-01-01,no,yes,,2026-05-01,2026-06-02,,",
            "c@example.com,,no,,yes,yes,,2026-05-01,,,2026-06-01",
        ),
        general(tmp_path, "a@example.com,,yes,,no,,,,,,", "d@example.com,,no,,no,,,,,2026-06-01,", name="two.csv"),
    ]
    crashed = False
    with monkeypatch.context() as patched:
        crash(patched, at, kept=kept)
        try:
            moving.move_in(house, "officer", "Old newsletter", paths)
        except BrokenError:
            crashed = True
    assert crashed
    stops = one(house, "SELECT count(*) FROM suppression")
    assert stops == 3 or counts(house)["person"] == 0
    told = moving.move_in(house, "officer", "Old newsletter", paths)
    assert told.step == "done"
    left = counts(house)
    assert {name: left[name] for name in ("person", "suppression", "contact_event", "moving", "batch")} == {
        "person": 4, "suppression": 3, "contact_event": 4, "moving": 1, "batch": 2,
    }  # fmt: skip
    report = compare(house, told.moving).to_json()
    adds_up(report)
    people = {said: group["people"] for said, group in report["channels"]["email"].items()}
    assert people == {"subscribed": 0, "stopped": 2, "bounced": 1, "silent": 1}
    verify(house)
