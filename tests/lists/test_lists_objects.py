"""NDJSON: numbers keep their digits, rows that are no flat object of the known keys are refused and counted."""

import contextlib
import json
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from gateway.lists import CHUNK_ROWS, Format, ListRefused, RejectedRow, digest, open_list


def written(folder: Path, *lines: str, encoding: str = "utf-8") -> Path:
    path = folder / "list.ndjson"
    path.write_bytes(("\n".join(lines) + "\n").encode(encoding))
    return path


def read(path: Path) -> list[list[str]]:
    return [cells for chunk in open_list(path).chunks() for cells in chunk.rows]


def test_values_are_text_and_numbers_keep_their_digits(tmp_path: Path) -> None:
    path = written(
        tmp_path,
        '{"email": "a@example.org", "id": 110105199003071234567890, "price": 1.10, "ok": true, "none": null}',
        '{"id": -0.5e3, "email": "b@example.org", "ok": false}',
    )
    listed = open_list(path)
    assert (listed.format, listed.columns) == (Format.NDJSON, ("email", "id", "price", "ok", "none"))
    assert read(path) == [
        ["a@example.org", "110105199003071234567890", "1.10", "TRUE", ""],
        ["b@example.org", "-0.5e3", "", "FALSE", ""],
    ]


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        ('{"email": {"work": "c@example.org"}}', "nested"),
        ('{"email": ["c@example.org"]}', "nested"),
        ('{"email": ' + "[" * 100_000, "nested"),
        ('{"email": "c@example.org", "email": "d@example.org"}', "key_twice"),
        ('{"email": "c@example.org"', "json_broken"),
        ('{"email": NaN}', "json_broken"),
        ('["c@example.org"]', "json_broken"),
        ('"c@example.org"', "json_broken"),
        ('{"email": "c\\u0000"}', "text_broken"),
        ('{"email": "c\\ud800"}', "text_broken"),
        ('{"email": 1.10105199003071E+17}', "damaged_number"),
    ],
)
def test_a_row_that_is_no_flat_object_is_refused_and_the_others_read(tmp_path: Path, line: str, reason: str) -> None:
    path = written(tmp_path, '{"email": "a@example.org"}', line, '{"email": "b@example.org"}')
    (chunk,) = open_list(path).chunks()
    assert chunk.rows == [["a@example.org"], ["b@example.org"]]
    assert chunk.rejected == [RejectedRow(2, reason)]


def test_a_key_that_appears_late_refuses_its_row(tmp_path: Path) -> None:
    lines = ['{"email": "a@example.org"}'] * 1_001 + ['{"email": "b@example.org", "late": 1}']
    (chunk,) = open_list(written(tmp_path, *lines)).chunks()
    assert chunk.rejected == [RejectedRow(1_002, "unknown_key")]


def test_keys_of_the_first_objects_are_the_columns_whatever_their_order(tmp_path: Path) -> None:
    path = written(tmp_path, '{"b": 1}', "", '{"a": 2, "b": 3}')
    assert open_list(path).columns == ("b", "a")
    assert read(path) == [["1", ""], ["3", "2"]]


@pytest.mark.parametrize("keys", [["x@example.org"], ["a", " a"], ["0123456"], [""], ["a\nb"]])
def test_keys_that_are_no_titles_are_refused(tmp_path: Path, keys: list[str]) -> None:
    with pytest.raises(ListRefused, match="header_missing"):
        open_list(written(tmp_path, json.dumps(dict.fromkeys(keys, "x"))))


def test_too_many_keys_are_refused(tmp_path: Path) -> None:
    with pytest.raises(ListRefused, match="too_many_columns"):
        open_list(written(tmp_path, json.dumps({f"k{at}": 1 for at in range(501)})))


def test_other_encodings_and_marks_are_read(tmp_path: Path) -> None:
    for encoding in ("utf-8-sig", "utf-16", "utf-16-be"):
        assert read(written(tmp_path, '{"이름": "김"}', '{"이름": "이"}', encoding=encoding)) == [["김"], ["이"]]


def test_chunks_are_stable_and_prove_the_file(tmp_path: Path) -> None:
    path = written(tmp_path, *(f'{{"n": {at}}}' for at in range(CHUNK_ROWS + 2)))
    chunks = list(open_list(path).chunks())
    assert [len(each.rows) for each in chunks] == [CHUNK_ROWS, 2]
    assert chunks[-1].digest == digest(path)
    assert chunks[0].byte_offset_after == len(b"".join(b'{"n": %d}\n' % at for at in range(CHUNK_ROWS)))
    assert list(open_list(path).chunks(start=1)) == chunks[1:]


VALUES = st.none() | st.booleans() | st.integers() | st.text(st.characters(exclude_categories=("Cs", "Cc")))


@settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(rows=st.lists(st.fixed_dictionaries({"first": VALUES, "second": VALUES}), min_size=1), ascii_=st.booleans())
def test_what_was_written_is_read(tmp_path: Path, rows: list[dict[str, object]], ascii_: bool) -> None:
    path = written(tmp_path, *(json.dumps(each, ensure_ascii=ascii_) for each in rows))
    said = {None: "", True: "TRUE", False: "FALSE"}
    spelled = [
        {key: said[value] if value is None or isinstance(value, bool) else str(value) for key, value in each.items()}
        for each in rows
    ]
    columns = open_list(path).columns
    assert read(path) == [[each[column] for column in columns] for each in spelled]


@settings(max_examples=200, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(lines=st.lists(st.text(st.sampled_from('{}[]":,\\u0de1. \n'), max_size=40)))
def test_any_lines_are_read_or_refused(tmp_path: Path, lines: list[str]) -> None:
    path = written(tmp_path, '{"a": 1}', *lines)
    with contextlib.suppress(ListRefused):
        assert list(open_list(path).chunks())[-1].digest == digest(path)
