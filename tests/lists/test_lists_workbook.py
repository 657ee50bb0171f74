"""Workbooks: every cell as the sheet shows it, one sheet chosen by the sender, formulas refused, nothing invented."""

import contextlib
import datetime as dt
import io
import zipfile
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from gateway.lists import CHUNK_ROWS, Format, ListRefused, RejectedRow, digest, open_list
from gateway.lists.shown import Shown
from tests.lists.assets.build import HEADER, PEOPLE, cell, row, workbook


def written(folder: Path, rows: list[list[Any]], formats: dict[str, str] | None = None) -> Path:
    """Let openpyxl write a workbook; formats by cell."""
    book = openpyxl.Workbook()
    sheet = book.active
    for each in rows:
        sheet.append(each)
    for place, code in (formats or {}).items():
        sheet[place].number_format = code
    path = folder / "list.xlsx"
    book.save(path)
    return path


def built(folder: Path, content: bytes) -> Path:
    path = folder / "list.xlsx"
    path.write_bytes(content)
    return path


def read(path: Path, **said: str) -> list[list[str]]:
    return [cells for chunk in open_list(path, **said).chunks() for cells in chunk.rows]


def rejected(path: Path) -> list[RejectedRow]:
    return [each for chunk in open_list(path).chunks() for each in chunk.rejected]


@pytest.mark.parametrize(
    ("value", "code", "shown"),
    [
        ("+821012345678", "General", "+821012345678"),
        ("0049123", "General", "0049123"),
        (821012345678, "General", "821012345678"),
        (42.0, "General", "42"),
        (0.1, "General", "0.1"),
        (12.5, "0.00", "12.5"),
        (-3, "General", "-3"),
        (1067, "00000", "01067"),
        (True, "General", "TRUE"),
        (False, "General", "FALSE"),
        (dt.date(2025, 3, 14), "yyyy-mm-dd", "2025-03-14"),
        (dt.date(2025, 3, 14), "dd.mm.yyyy;@", "2025-03-14"),
        (dt.date(2025, 3, 14), 'yyyy"년" m"월" d"일"', "2025-03-14"),
        (dt.datetime(2025, 3, 14, 9, 30), "yyyy-mm-dd hh:mm", "2025-03-14T09:30:00"),  # noqa: DTZ001  sheets have no zone
        (dt.time(9, 30), "hh:mm", "09:30:00"),
        (45730, '0 "Stück im Monat"', "45730"),
        (1.5, "[h]:mm", "1.5"),
        ("a\nb", "General", "a\nb"),
        ("=SUM(A1)", "@", "=SUM(A1)"),
        ("_x0041_", "General", "A"),
        ("#N/A", "General", "#N/A"),
    ],
)
def test_a_cell_is_what_the_sheet_shows(tmp_path: Path, value: object, code: str, shown: str) -> None:
    path = written(tmp_path, [["email", "value"], ["a@example.org", value]], {"B2": code})
    if value == "=SUM(A1)":
        book = openpyxl.load_workbook(path)
        book.active["B2"].data_type = "s"
        book.save(path)
    assert read(path) == [["a@example.org", shown]]


def test_days_counted_from_1904_and_built_in_asian_dates() -> None:
    styles = [0, 14, 31]
    assert Shown(styles, {}, mac=True).text("44268", 1) == "2025-03-14"
    assert Shown(styles, {}, mac=False).text("45730", 2) == "2025-03-14"
    assert Shown(styles, {}, mac=False).text("-1", 1) == "-1"
    assert Shown(styles, {}, mac=False).text("9e999", 1) == "9e999"


@pytest.mark.parametrize("number", ["1.10105199003071E+17", "110105199003071000", "6222021234567890123", "1e15"])
def test_a_number_too_long_for_a_sheet_is_damaged(tmp_path: Path, number: str) -> None:
    rows = HEADER + row(cell("a@example.org"), f"<c><v>{number}</v></c>") + row(cell("b@example.org"), cell("B"))
    path = built(tmp_path, workbook({"People": rows}))
    assert rejected(path) == [RejectedRow(1, "damaged_number")]
    assert read(path) == [["b@example.org", "B"]]


@pytest.mark.parametrize("text", ["1.10105E+17", "8,21012E+11", " 1E+15 ", "1.1e+17"])
def test_a_number_that_a_spreadsheet_cut_is_damaged_in_a_csv_too(tmp_path: Path, text: str) -> None:
    path = tmp_path / "list.csv"
    path.write_text(f"email;id\na@example.org;{text}\nb@example.org;E+17\n", encoding="utf-8")
    assert rejected(path) == [RejectedRow(1, "damaged_number")]
    assert read(path) == [["b@example.org", "E+17"]]


def test_rows_with_formulas_are_refused_and_none_is_computed(tmp_path: Path) -> None:
    formula = '<c t="str"><f>HYPERLINK("http://example.org?"&amp;A2)</f><v>Ada</v></c>'
    spill = '<c><f t="array" ref="B3:B4">A3:A4</f><v>1</v></c>'
    rows = (
        HEADER
        + f'<row r="2">{cell("a@example.org")}{formula}</row>'
        + f'<row r="3">{cell("b@example.org")}{spill}</row>'
        + f'<row r="4">{cell("c@example.org")}<c><v>2</v></c></row>'
        + f'<row r="5">{cell("d@example.org")}{cell("D")}</row>'
    )
    path = built(tmp_path, workbook({"People": rows}))
    assert rejected(path) == [RejectedRow(at, "formula") for at in (1, 2, 3)]
    assert read(path) == [["d@example.org", "D"]]


def test_shared_texts_rich_texts_and_reading_aids(tmp_path: Path) -> None:
    shared = (
        '<sst xmlns="x"><si><r><t>Ada </t></r><r><t>Lovelace</t></r></si>'
        "<si><t>東京</t><rPh sb='0' eb='2'><t>トウキョウ</t></rPh></si></sst>"
    )
    rows = HEADER + row('<c t="s"><v>0</v></c>', '<c t="s"><v>1</v></c>')
    assert read(built(tmp_path, workbook({"People": rows}, {"xl/sharedStrings.xml": shared}))) == [
        ["Ada Lovelace", "東京"]
    ]


def test_cells_find_their_columns_and_blank_rows_are_no_rows(tmp_path: Path) -> None:
    rows = (
        row()
        + '<row r="3"><c r="A3" t="str"><v>email</v></c><c r="B3"/><c r="C3" t="str"><v>name</v></c><c r="D3"/></row>'
        + '<row r="5"><c r="C5" t="str"><v>Ada</v></c></row>'
        + '<row r="6"><c r="A6" t="str"><v>b@example.org</v></c></row>'
        + '<row r="7"><c r="A7" t="str"><v>c@example.org</v></c><c r="D7" t="str"><v>extra</v></c></row>'
    )
    path = built(tmp_path, workbook({"People": rows}))
    assert open_list(path).columns == ("email", "column 2", "name")
    assert read(path) == [["", "", "Ada"], ["b@example.org", "", ""]]
    assert rejected(path) == [RejectedRow(3, "ragged")]


def test_the_sender_chooses_the_sheet(tmp_path: Path) -> None:
    other = HEADER + row(cell("z@example.org"), cell("Z"))
    path = built(tmp_path, workbook({"Kunden": PEOPLE, "Archiv": other, "leer": ""}))
    with pytest.raises(ListRefused) as refused:
        open_list(path)
    assert (refused.value.code, "1 Kunden, 2 Archiv" in refused.value.message) == ("sheet_unsure", True)
    for said in ("Archiv", "2"):
        assert open_list(path, sheet=said).sheet == "Archiv"
        assert read(path, sheet=said) == [["z@example.org", "Z"]]
    for said in ("Nirgends", "0", "4", "9" * 50):
        with pytest.raises(ListRefused, match="sheet_unknown"):
            open_list(path, sheet=said)
    with pytest.raises(ListRefused, match="empty_file"):
        open_list(path, sheet="leer")


def test_one_filled_sheet_needs_no_choice_and_hidden_ones_do_not_count(tmp_path: Path) -> None:
    path = built(tmp_path, workbook({"leer": "", "hidden codes": HEADER, "Kunden": PEOPLE}))
    listed = open_list(path)
    assert (listed.format, listed.sheet, listed.encoding.name, listed.delimiter) == (
        Format.XLSX, "Kunden", "utf-8", "",
    )  # fmt: skip
    assert open_list(path, "utf-8", "", listed.sheet) == listed
    only_hidden = built(tmp_path, workbook({"hidden": PEOPLE}))
    assert len(read(only_hidden)) == 2


def test_a_csv_has_no_sheets(tmp_path: Path) -> None:
    path = tmp_path / "list.csv"
    path.write_text("email\na@example.org\n", encoding="utf-8")
    with pytest.raises(ListRefused, match="sheet_unknown"):
        open_list(path, sheet="1")
    assert open_list(path, sheet="").sheet == ""


def test_chunks_are_stable_and_prove_the_file(tmp_path: Path) -> None:
    path = written(tmp_path, [["email", "n"], *([f"p{at}@example.org", at] for at in range(2 * CHUNK_ROWS + 3))])
    listed = open_list(path)
    chunks = list(listed.chunks())
    assert [(each.number, each.first_row_no, len(each.rows)) for each in chunks] == [
        (0, 1, CHUNK_ROWS), (1, CHUNK_ROWS + 1, CHUNK_ROWS), (2, 2 * CHUNK_ROWS + 1, 3),
    ]  # fmt: skip
    assert [each.digest for each in chunks] == [None, None, digest(path)]
    assert list(listed.chunks(start=2)) == chunks[2:]
    offsets = [each.byte_offset_after for each in chunks]
    assert offsets == sorted(offsets)
    assert offsets[-1] == listed.size


def test_many_shared_texts_lie_in_a_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from gateway.lists import sheets

    monkeypatch.setattr(sheets, "_IN_MEMORY", 100)
    rows = [["email", "name"], *([f"p{at}@example.org", f"이름 {at} ü"] for at in range(500))]
    assert read(written(tmp_path, rows)) == rows[1:]


LETTERS = st.characters(exclude_categories=("Cs", "Cc"), exclude_characters="￾￿", include_characters="\n\t")
CELLS = st.text(LETTERS, max_size=12).filter(lambda text: not text.startswith("=") and "_x" not in text)


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(rows=st.lists(st.tuples(CELLS, CELLS).filter(any), min_size=1, max_size=6))
def test_what_another_program_wrote_is_read(tmp_path: Path, rows: list[tuple[str, str]]) -> None:
    path = written(tmp_path, [["first", "second"], *map(list, rows)])
    assert read(path) == [list(each) for each in rows]


@settings(max_examples=80, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_a_workbook_with_any_byte_changed_is_read_or_refused(tmp_path: Path, data: st.DataObject) -> None:
    content = bytearray(workbook({"People": PEOPLE}))
    for _ in range(data.draw(st.integers(1, 4))):
        content[data.draw(st.integers(0, len(content) - 1))] = data.draw(st.integers(0, 255))
    path = built(tmp_path, bytes(content))
    with contextlib.suppress(ListRefused):
        assert list(open_list(path).chunks())[-1].digest == digest(path)


@settings(max_examples=120, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_a_sheet_with_any_letter_changed_is_read_or_refused(tmp_path: Path, data: st.DataObject) -> None:
    part = bytearray(zipfile.ZipFile(io.BytesIO(workbook({"People": PEOPLE}))).read("xl/worksheets/sheet1.xml"))
    at = data.draw(st.integers(0, len(part) - 1))
    part[at : at + data.draw(st.integers(0, 3))] = data.draw(st.binary(max_size=3))
    path = built(tmp_path, workbook({"People": ""}, {"xl/worksheets/sheet1.xml": bytes(part)}))
    with contextlib.suppress(ListRefused):
        assert list(open_list(path).chunks())[-1].digest == digest(path)
