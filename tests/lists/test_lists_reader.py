"""Lists are read whole and in chunks, and each bad file is refused for its own defect."""

import contextlib
import csv
import hashlib
import io
import os
import tracemalloc
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from gateway.lists import CHUNK_ROWS, ListRefused, RejectedRow, digest, open_list

ASSETS = Path(__file__).parent / "assets"
PERSONAL = ("ada", "bob", "example.org")


def write(folder: Path, text: str, encoding: str = "utf-8") -> Path:
    path = folder / "list.csv"
    path.write_bytes(text.encode(encoding))
    return path


@pytest.mark.parametrize(
    ("name", "code", "place"),
    [
        ("empty.csv", "empty_file", ""),
        ("only_blank_lines.csv", "empty_file", ""),
        ("only_a_byte_order_mark.csv", "empty_file", ""),
        ("header_only.csv", "header_only", ""),
        ("no_header.csv", "header_missing", ""),
        ("duplicate_header.csv", "header_duplicate", "Column 3"),
        ("nul_byte.csv", "nul_byte", "Line 2"),
        ("workbook.csv", "archive_corrupt", ""),
        ("program.csv", "binary_file", ""),
        ("open_quote.csv", "quoting_broken", ""),
        ("stray_quote.csv", "quoting_broken", "Line 2"),
        ("late_latin1.csv", "undecodable", "Line 15002, byte 300028"),
        ("cut_utf16.csv", "undecodable", ""),
        ("cyrillic_1251.csv", "encoding_unsure", "--encoding"),
        ("mixed_encodings.csv", "encoding_unsure", "--encoding"),
        ("encrypted.xlsx", "workbook_encrypted", "password"),
        ("old.xls", "workbook_old", ".xlsx"),
        ("macros.xlsm", "workbook_macros", ".xlsx"),
        ("old_macros.xlsm", "workbook_macros", ".xlsx"),
        ("binary.xlsb", "workbook_binary", ".xlsx"),
        ("letter.docx", "workbook_other", "CSV"),
        ("billion_laughs.xlsx", "workbook_unsafe", "entities"),
        ("outside_entity.xlsx", "workbook_unsafe", "entities"),
        ("broken_xml.xlsx", "workbook_corrupt", ""),
        ("no_sheet_part.xlsx", "archive_corrupt", ""),
        ("wrong_shared_text.xlsx", "workbook_corrupt", ""),
        ("wrong_place.xlsx", "workbook_corrupt", ""),
        ("cut_off.xlsx", "archive_corrupt", ""),
        ("two_sheets.xlsx", "sheet_unsure", "1 Kunden, 2 (a name not shown)"),
        ("formula_header.xlsx", "header_formula", ""),
        ("blank.xlsx", "empty_file", ""),
        ("header_only.xlsx", "header_only", ""),
        ("no_header.xlsx", "header_missing", ""),
        ("duplicate_header.xlsx", "header_duplicate", "Column 2"),
        ("nested.zip", "archive_nested", "once"),
        ("nested.gz", "archive_nested", "once"),
        ("nested_zip.gz", "archive_nested", "once"),
        ("nested_tar.gz", "archive_nested", "once"),
        ("plain.tar", "archive_unknown", "gzip"),
        ("plain.bz2", "archive_unknown", "gzip"),
        ("two_lists.zip", "member_unsure", "1 (a name not shown), 2 b.csv"),
        ("no_list.zip", "archive_empty", ""),
        ("encrypted.zip", "archive_encrypted", ""),
        ("unusual.zip", "archive_method", ""),
        ("wrong_sum.zip", "archive_corrupt", ""),
        ("cut_off.csv.gz", "archive_corrupt", ""),
        ("document.json", "json_document", "NDJSON"),
        ("one_line.json", "json_document", "NDJSON"),
        ("broken.ndjson", "json_broken", "one object a line"),
        ("keyed_by_person.ndjson", "header_missing", ""),
        ("cut_off.parquet", "parquet_corrupt", ""),
        ("encrypted.parquet", "parquet_encrypted", ""),
    ],
)
def test_a_bad_file_is_refused_for_its_defect(name: str, code: str, place: str) -> None:
    with pytest.raises(ListRefused) as refused:
        list(open_list(ASSETS / name).chunks())
    assert refused.value.code == code
    assert place in refused.value.message
    assert not any(word in refused.value.message.lower() for word in PERSONAL)


def test_a_missing_file_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ListRefused, match="file_missing"):
        open_list(tmp_path / "nowhere.csv")


@pytest.mark.parametrize("name", ["nul_byte.csv", "late_latin1.csv"])
def test_naming_the_encoding_does_not_let_bad_bytes_through(name: str) -> None:
    with pytest.raises(ListRefused):
        list(open_list(ASSETS / name, encoding="utf-8").chunks())


def test_ragged_rows_are_told_and_the_others_read() -> None:
    (chunk,) = open_list(ASSETS / "ragged.csv").chunks()
    assert chunk.rows == [["ada@example.org", "Ada"], ["di@example.org", "Di"]]
    assert chunk.row_nos == [1, 4]
    assert chunk.rejected == [RejectedRow(2, "ragged"), RejectedRow(3, "ragged")]


@pytest.mark.parametrize("quoted", [b"", b'"'])
def test_a_line_of_two_gigabytes_is_refused_in_little_memory(tmp_path: Path, quoted: bytes) -> None:
    path = tmp_path / "endless.csv"
    path.write_bytes(b"email,name\n" + quoted + b"x" * 3_000_000)
    os.truncate(path, 2 << 30)  # the rest is a hole in the file: two gigabytes to a reader
    tracemalloc.start()
    with pytest.raises(ListRefused) as refused:
        list(open_list(path).chunks())
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert refused.value.code == "line_too_long"
    assert "Line 2" in refused.value.message
    assert peak < 16 << 20


def test_a_record_that_spans_lines_without_end_is_refused(tmp_path: Path) -> None:
    path = write(tmp_path, "email,name\n" + '"a\n",' * 400_000)
    with pytest.raises(ListRefused) as refused:
        list(open_list(path, delimiter=",").chunks())
    assert refused.value.code == "line_too_long"


def test_a_cell_without_end_is_refused(tmp_path: Path) -> None:
    path = write(tmp_path, 'email,name\na@example.org,"' + "x\n" * 200_000 + '"\n')
    with pytest.raises(ListRefused) as refused:
        list(open_list(path).chunks())
    assert refused.value.code == "field_too_long"


def test_a_large_list_is_read_in_little_memory(tmp_path: Path) -> None:
    path = tmp_path / "large.csv"
    with path.open("w") as out:
        out.write("email,name\n")
        out.writelines(f"person{number}@example.org,Name {number}\n" for number in range(300_000))
    tracemalloc.start()
    counted = sum(len(chunk.rows) for chunk in open_list(path).chunks())
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert counted == 300_000
    assert peak < 12 << 20


@pytest.mark.parametrize(
    ("encoding", "columns"),
    [
        ("utf-8", "이름"),
        ("utf-8-sig", "이름"),
        ("utf-16", "이름"),
        ("utf-16-be", "이름"),
        ("cp949", "이름"),
        ("gb18030", "姓名"),
        ("cp950", "姓名"),
        ("cp1256", "الاسم"),
        ("cp1252", "Größe"),
    ],
)
def test_chunks_are_stable_and_offsets_exact(tmp_path: Path, encoding: str, columns: str) -> None:
    rows = [[f"{columns}{number}", f"p{number}@example.org"] for number in range(2 * CHUNK_ROWS + 7)]
    text = f"{columns},email\r\n" + "".join(f"{name},{email}\r\n" for name, email in rows)
    path = write(tmp_path, text, encoding)
    named = "utf-16-le" if encoding == "utf-16" else encoding.removesuffix("-sig")
    listed = open_list(path, encoding=named)
    chunks = list(listed.chunks())
    assert [chunk.number for chunk in chunks] == [0, 1, 2]
    assert [chunk.first_row_no for chunk in chunks] == [1, CHUNK_ROWS + 1, 2 * CHUNK_ROWS + 1]
    assert [row for chunk in chunks for row in chunk.rows] == rows
    assert [chunk.digest for chunk in chunks] == [None, None, digest(path)]
    assert list(listed.chunks(start=1)) == chunks[1:]
    codec = "utf-8" if encoding == "utf-8-sig" else named
    for chunk in chunks:
        tail = path.read_bytes()[chunk.byte_offset_after :].decode(codec)
        assert tail.count("\r\n") == len(rows) - chunk.first_row_no + 1 - len(chunk.rows)


def test_a_full_last_chunk_is_followed_by_an_empty_one_with_the_digest(tmp_path: Path) -> None:
    path = write(tmp_path, "email\n" + "a@example.org\n" * CHUNK_ROWS)
    full, last = open_list(path).chunks()
    assert (len(full.rows), full.digest, last.rows) == (CHUNK_ROWS, None, [])
    assert last.digest == hashlib.sha256(path.read_bytes()).hexdigest()


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
def test_the_separator_is_found_although_cells_hold_others(tmp_path: Path, delimiter: str) -> None:
    out = io.StringIO(newline="")
    writer = csv.writer(out, delimiter=delimiter)
    writer.writerow(["name", "city", "email"])
    writer.writerows([["Lovelace, Ada; Countess", "Ulm | Donau", "ada@example.org"]] * 5)
    listed = open_list(write(tmp_path, out.getvalue()))
    assert (listed.delimiter, listed.columns) == (delimiter, ("name", "city", "email"))
    (chunk,) = listed.chunks()
    assert chunk.rows == [["Lovelace, Ada; Countess", "Ulm | Donau", "ada@example.org"]] * 5


def test_one_column_needs_no_separator(tmp_path: Path) -> None:
    listed = open_list(write(tmp_path, "email\nada@example.org\nbob@example.org\n"))
    assert listed.columns == ("email",)


def test_the_separator_that_a_spreadsheet_declares_is_used(tmp_path: Path) -> None:
    listed = open_list(write(tmp_path, "sep=;\r\nname;email\r\nAda;ada@example.org\r\n"))
    assert (listed.delimiter, listed.columns) == (";", ("name", "email"))
    (chunk,) = listed.chunks()
    assert (chunk.row_nos, chunk.rows) == ([1], [["Ada", "ada@example.org"]])


def test_old_line_ends_blank_lines_and_unnamed_columns(tmp_path: Path) -> None:
    listed = open_list(write(tmp_path, "name,,email\rAda,x,a@example.org\r\rBob,y,b@example.org"))
    assert listed.columns == ("name", "column 2", "email")
    (chunk,) = listed.chunks()
    assert [row[0] for row in chunk.rows] == ["Ada", "Bob"]


def test_a_wrong_separator_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ListRefused, match="delimiter_unknown"):
        open_list(write(tmp_path, "a,b\n1,2\n"), delimiter=",,")


CELLS = st.text(st.characters(exclude_categories=("Cs", "Cc"), include_characters="\n\r\t"), max_size=20)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    rows=st.lists(st.tuples(CELLS, CELLS).filter(any), min_size=1, max_size=8),
    codec=st.sampled_from(["utf-8", "utf-8-sig", "utf-16-le", "utf-16-be", "gb18030"]),
    delimiter=st.sampled_from(",;\t|"),
)
def test_what_was_written_is_read(tmp_path: Path, rows: list[tuple[str, str]], codec: str, delimiter: str) -> None:
    out = io.StringIO(newline="")
    writer = csv.writer(out, delimiter=delimiter, quoting=csv.QUOTE_ALL)
    writer.writerow(["first", "second"])
    writer.writerows(rows)
    path = write(tmp_path, out.getvalue(), codec)
    listed = open_list(path, encoding=codec.removesuffix("-sig"), delimiter=delimiter)
    read = [row for chunk in listed.chunks() for row in chunk.rows]
    assert read == [list(row) for row in rows]


@settings(max_examples=200, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(content=st.binary(max_size=400))
def test_any_bytes_are_read_or_refused(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "any.csv"
    path.write_bytes(content)
    with contextlib.suppress(ListRefused):
        assert list(open_list(path).chunks())[-1].digest == digest(path)
