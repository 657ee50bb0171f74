"""What a list's columns would be taken for before it comes in; no import takes a proposal by content up by itself."""

from collections.abc import Sequence
from pathlib import Path
from random import Random
from typing import Any

import pytest

from gateway.flows.intake_origin import mapping_of
from gateway.flows.typed_columns import SENTENCES, Note, TypedColumn, look_at, typed_list
from gateway.lists import MappingRefused, PartUnsure, open_list
from gateway.samples import numbers

ASSETS = Path(__file__).parents[1] / "lists" / "assets"


def told(columns: Sequence[TypedColumn]) -> list[tuple[Any, ...]]:
    return [(each.title, each.field, each.by, each.note.value) for each in columns]


def test_titles_that_say_nothing_are_filled_in_from_the_cells() -> None:
    look = look_at(ASSETS / "titles_that_say_nothing.csv")
    assert told(look.columns) == [
        ("col7", "email", "content", "looks"),
        ("Unnamed: 3", "phone", "content", "checked"),
        ("_4", "", "", ""),
        ("_5", "", "", "rival"),
    ]
    phone = look.columns[1]
    assert (phone.rate, phone.chance) == (1.0, 0.108)
    said = SENTENCES[phone.note].format(**phone.told)
    assert said == "By its cells: 100 % pass the check, 11 % would by chance."
    assert look.columns[3].rival == "col7"
    assert "example.org" not in str(look.to_json())


def test_no_import_takes_them_up_unless_somebody_says_so() -> None:
    listed = open_list(ASSETS / "titles_that_say_nothing.csv")
    with pytest.raises(MappingRefused, match="no_identifier"):
        mapping_of(listed, {})
    assert mapping_of(listed, {"col7": "email"}).fields == {"col7": "email", "Unnamed: 3": None, "_4": None, "_5": None}


def test_a_title_that_its_cells_contradict_stands_and_is_marked() -> None:
    columns = typed_list(open_list(ASSETS / "title_contradicts_cells.csv"))
    assert told(columns) == [("email", "email", "title", "differs"), ("phone", "phone", "title", "differs")]
    assert [(each.found, each.agreement) for each in columns] == [("phone", "differs"), ("email", "differs")]


def test_identity_numbers_are_proposed_with_a_warning_and_dates_are_left_to_people(tmp_path: Path) -> None:
    rng = Random(3)  # noqa: S311  the same every time, and not secret
    rows = [f"{numbers.ir_code(rng)},{1950 + at}-03-{at % 28 + 1:02},{10_000 + at},1" for at in range(40)]
    path = tmp_path / "list.csv"
    path.write_text("\n".join(["Tunnus,Syntymä,Tilaus,Kunde 20301", *rows, ""]), encoding="utf-8")
    columns = look_at(path, "utf-8").columns
    assert told(columns)[:3] == [
        ("Tunnus", "national_id", "content", "identity"),
        ("Syntymä", "", "", "dates"),
        ("Tilaus", "", "", ""),
    ]
    assert "20301" not in columns[3].title


def test_dates_of_another_calendar_ask_for_it_and_are_not_guessed(tmp_path: Path) -> None:
    path = tmp_path / "list.csv"
    rows = [f"a{at}@post.example,۱۳۶۶/۰۷/{at + 10},1404/05/{at + 10} 10:30,2024-05-{at + 10}" for at in range(9)]
    path.write_text("\n".join(["email,birth date,consent date,purchase date", *rows, ""]), encoding="utf-8")
    columns = look_at(path).columns
    assert [(each.note.value, each.calendar) for each in columns[1:]] == [
        ("calendar", "persian"), ("calendar", "persian"), ("", ""),
    ]  # fmt: skip


def test_every_note_has_its_sentence() -> None:
    assert set(SENTENCES) == set(Note) - {Note.NOTHING}


def test_several_files_are_offered_by_name_and_a_name_that_looks_like_data_is_not_shown() -> None:
    with pytest.raises(PartUnsure) as unsure:
        look_at(ASSETS / "two_lists.zip")
    assert list(unsure.value.parts) == ["", "b.csv"]
    assert unsure.value.context == {}, "names of files leave in no machine-readable answer"
    assert "The archive holds 2 files" in unsure.value.message
    assert [each.title for each in look_at(ASSETS / "two_lists.zip", sheet="2").columns] == ["email", "name"]
