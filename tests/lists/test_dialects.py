"""Other systems' exports: known by their titles, read for what they say, and never for more."""

from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.lists.dialects import (
    LEGACY,
    LEGACY_CONFIRMED,
    Dialect,
    Reading,
    Said,
    Told,
    recognised,
)
from gateway.lists.dialects_known import DIALECTS, GENERAL, HUBSPOT, LISTMONK, MAILCHIMP, TEMPLATE
from gateway.lists.errors import ListRefused
from gateway.lists.headers import Field, confirm, propose
from gateway.lists.reader import open_list
from gateway.lists.translated import overrides, translated

ASSETS = Path(__file__).parent / "assets" / "crm"
EMAIL = Field.CONSENT_EMAIL


def told(name: str) -> tuple[Dialect, dict[str, Told]]:
    listed = open_list(ASSETS / name)
    dialect = recognised(listed.columns, DIALECTS)
    reading = Reading(dialect, listed.columns)
    at = [title.lower() for title in listed.columns].index(
        "email address" if "Email Address" in listed.columns else "email"
    )
    return dialect, {cells[at].split("@")[0]: reading.told(cells) for chunk in listed.chunks() for cells in chunk.rows}


@pytest.mark.parametrize(
    ("name", "dialect", "said"),
    [
        ("mailchimp_subscribed.csv", MAILCHIMP, dict.fromkeys(["anna", "bert", "carla", "nodate"], Said.SUBSCRIBED)),
        ("mailchimp_unsubscribed.csv", MAILCHIMP, dict.fromkeys(["dora", "emil", "fritz"], Said.STOPPED)),
        ("mailchimp_cleaned.csv", MAILCHIMP, {"gone": Said.BOUNCED}),
        (
            "hubspot.csv",
            HUBSPOT,
            {"hana": Said.SUBSCRIBED, "ines": Said.STOPPED, "jana": Said.STOPPED, "karl": Said.BOUNCED,
             "lena": Said.SILENT, "mark": Said.STOPPED},
        ),
        (
            "listmonk.csv",
            LISTMONK,
            {"nora": Said.SUBSCRIBED, "olaf": Said.SUBSCRIBED, "paul": Said.STOPPED, "rosa": Said.STOPPED,
             "sven": Said.STOPPED},
        ),
    ],
)  # fmt: skip
def test_each_export_is_known_and_each_row_is_what_it_was_there(
    name: str, dialect: Dialect, said: dict[str, Said]
) -> None:
    found, rows = told(name)
    assert found is dialect
    assert {who: row.said(EMAIL) for who, row in rows.items()} == said


def test_a_confirmation_counts_only_if_it_came_after_the_sign_up() -> None:
    _, rows = told("mailchimp_subscribed.csv")
    methods = {who: row.method for who, row in rows.items()}
    assert methods == {"anna": LEGACY_CONFIRMED, "bert": LEGACY, "carla": LEGACY, "nodate": LEGACY}
    assert rows["anna"].agreed == "2026-02-01T08:05:10+00:00"
    assert (rows["nodate"].agreed, rows["anna"].shown, rows["nodate"].shown) == ("", True, False)


def test_the_day_a_record_was_made_is_no_consent() -> None:
    _, rows = told("hubspot.csv")
    assert {row.agreed for row in rows.values()} == {""}
    assert rows["hana"].clicked is not None
    assert rows["hana"].opened is not None
    _, subscribers = told("listmonk.csv")
    assert {who for who, row in subscribers.items() if row.agreed} == {"nora", "rosa", "sven"}


def test_complaints_are_stops() -> None:
    _, rows = told("mailchimp_unsubscribed.csv")
    assert {who for who, row in rows.items() if row.complained} == {"emil"}
    reading = Reading(GENERAL, ["email", "stopped", "stopped_why", "bounced", "last_click_at"])
    assert reading.told(["a@example.com", "no", "complaint", "", ""]).stopped


def test_titles_that_are_no_export_are_told_so() -> None:
    with pytest.raises(ListRefused) as refused:
        recognised(["email", "name"], DIALECTS)
    assert refused.value.code == "dialect_unknown"


def test_the_template_is_in_the_dialect_it_is_a_template_of(tmp_path: Path) -> None:
    path = tmp_path / "template.csv"
    path.write_text(TEMPLATE, encoding="utf-8")
    listed = open_list(path)
    assert recognised(listed.columns, DIALECTS) is GENERAL
    whole = translated(listed, Reading(GENERAL, listed.columns))
    mapping = confirm(propose(whole.columns), overrides(GENERAL, listed.columns))
    fields = {each.column: each.field for each in mapping.proposals}
    assert (fields["email"], fields["stopped"], fields["consent_at"]) == (Field.EMAIL, None, Field.IGNORE)
    (chunk,) = whole.chunks()
    assert (len(chunk.rows), chunk.rejected) == (3, [])
    row = dict(zip(whole.columns, chunk.rows[0], strict=True))
    assert row["moving in: consent_method"] == "web"
    assert row["moving in: consent_sms"] == "yes"
    stopped = dict(zip(whole.columns, chunk.rows[1], strict=True))
    assert (stopped["moving in: consent_email"], stopped["moving in: consent_method"]) == ("", "")
    assert stopped["moving in: withdrawn_at"] == "2025-01-31T00:00:00+00:00"


def test_every_dialect_can_be_mapped() -> None:
    for name in ("mailchimp_subscribed.csv", "mailchimp_unsubscribed.csv", "hubspot.csv", "listmonk.csv"):
        listed = open_list(ASSETS / name)
        dialect = recognised(listed.columns, DIALECTS)
        whole = translated(listed, Reading(dialect, listed.columns))
        fields = confirm(propose(whole.columns), overrides(dialect, listed.columns)).fields
        assert Field.EMAIL in fields.values()
        assert {fields.get(title) for title in ("CC", "REGION", "Create Date", "created_at")} <= {None, Field.IGNORE}
        assert whole.body.columns == whole.columns


def test_ragged_rows_do_not_pass_for_whole_ones(tmp_path: Path) -> None:
    header = "email,stopped,bounced,last_click_at"
    path = tmp_path / "ragged.csv"
    path.write_text(
        f"{header}\na@example.com,no\nb@example.com,no,,{',x' * 9}\nc@example.com,no,,,,\n", encoding="utf-8"
    )
    listed = open_list(path)
    (chunk,) = translated(listed, Reading(GENERAL, listed.columns)).chunks()
    assert [each.reason for each in chunk.rejected] == ["ragged", "ragged"]
    assert chunk.row_nos == [3]


@given(st.text(), st.sampled_from([HUBSPOT, LISTMONK, GENERAL]))
def test_what_is_not_known_is_never_a_yes(cell: str, dialect: Dialect) -> None:
    column: dict[Any, str] = {
        HUBSPOT.name: "Unsubscribed from all email",
        LISTMONK.name: "status",
        GENERAL.name: "stopped",
    }
    row = Reading(dialect, [column[dialect.name]]).told([cell])
    known = {"", "no", "n", "false", "0"} if dialect is not LISTMONK else {"enabled"}
    assert row.stopped or " ".join(cell.casefold().split()) in known or row.subscribed == ()
    if cell.isascii() and cell.strip().lower() not in known:
        assert row.stopped
