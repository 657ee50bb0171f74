"""Parquet: every type as the one text it has, nothing nested, damaged floats told."""

import contextlib
import datetime as dt
from decimal import Decimal
from pathlib import Path
from typing import Any

import psutil  # type: ignore[import-untyped]
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from gateway.lists import CHUNK_ROWS, Format, ListRefused, RejectedRow, columnar, digest, open_list


def written(folder: Path, **columns: Any) -> Path:
    path = folder / "list.parquet"
    pq.write_table(pa.table(columns), path)
    return path


TEXTS: list[tuple[Any, list[str]]] = [
    (pa.array(["a", None, ""]), ["a", "", ""]),
    (pa.array(["a", "b", "a"]).dictionary_encode(), ["a", "b", "a"]),
    (pa.array(["가", None, "나"], pa.large_string()), ["가", "", "나"]),
    (pa.array([110105199003071234, None, -1], pa.int64()), ["110105199003071234", "", "-1"]),
    (pa.array([1.0, 0.1, None]), ["1", "0.1", ""]),
    (pa.array([float("nan"), 821012345678.0, -2.5]), ["", "821012345678", "-2.5"]),
    (pa.array([Decimal("1.50"), None, Decimal("-0.01")]), ["1.50", "", "-0.01"]),
    (pa.array([True, False, None]), ["TRUE", "FALSE", ""]),
    (pa.array([dt.date(2025, 3, 14), None, None]), ["2025-03-14", "", ""]),
    (pa.array([0, None, None], pa.timestamp("ms")), ["1970-01-01T00:00:00", "", ""]),
    (pa.array([0, None, None], pa.timestamp("ms", "Asia/Seoul")), ["1970-01-01T09:00:00+09:00", "", ""]),
    (pa.array([34_200, None, None], pa.time32("s")), ["09:30:00", "", ""]),
    (pa.nulls(3), ["", "", ""]),
]


def test_a_value_is_the_one_text_it_has(tmp_path: Path) -> None:
    path = written(tmp_path, **{f"k{at}": values for at, (values, _) in enumerate(TEXTS)})
    listed = open_list(path)
    assert listed.format is Format.PARQUET
    (chunk,) = listed.chunks()
    for at, (_, texts) in enumerate(TEXTS):
        assert [cells[at] for cells in chunk.rows] == texts


def test_a_file_that_ends_its_reader_is_damaged_and_we_live(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = written(tmp_path, email=["a@example.org"])
    monkeypatch.setattr(columnar, "_MOST_MEMORY", 1 << 20)
    with pytest.raises(ListRefused, match="parquet_corrupt"):
        open_list(path)


def test_the_reader_apart_knows_none_of_our_settings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OSTIARY_KEYRING", "secret")
    before = set(psutil.Process().children())
    with written(tmp_path, n=list(range(50_000))).open("rb") as file, columnar._apart("rows", file) as frames:
        next(frames)
        (child,) = set(psutil.Process().children()) - before
        assert not any(name.startswith("OSTIARY_") for name in child.environ())


@pytest.mark.parametrize(
    ("values", "code"),
    [
        (pa.array([["a"]]), "nested"),
        (pa.array([{"a": 1}]), "nested"),
        (pa.array([b"a"]), "column_binary"),
        (pa.array([], pa.string()), "header_only"),
        (pa.array(["a\0b"]), "nul_byte"),
        (pa.array(["x" * (2 << 20)]), "field_too_long"),
    ],
)
def test_a_column_that_is_no_text_is_refused_by_its_place(tmp_path: Path, values: Any, code: str) -> None:
    path = written(tmp_path, email=values)
    with pytest.raises(ListRefused) as refused:
        list(open_list(path).chunks())
    assert refused.value.code == code
    if code in {"nested", "column_binary"}:
        assert "Column 1" in refused.value.message


def test_a_float_that_lost_digits_is_damaged(tmp_path: Path) -> None:
    path = written(tmp_path, id=[110105199003071234.0, 2.0**53, 1.0])
    (chunk,) = open_list(path).chunks()
    assert chunk.rejected == [RejectedRow(1, "damaged_number"), RejectedRow(2, "damaged_number")]
    assert chunk.rows == [["1"]]


def test_large_row_groups_are_refused_before_they_are_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(columnar, "_MOST_GROUP", 1_000)
    with pytest.raises(ListRefused, match="row_group_too_large"):
        open_list(written(tmp_path, email=[f"p{at}@example.org" for at in range(1_000)]))


def test_titles_must_be_titles(tmp_path: Path) -> None:
    with pytest.raises(ListRefused, match="header_missing"):
        open_list(written(tmp_path, **{"ada@example.org": ["x"]}))


def test_chunks_are_stable_and_prove_the_file(tmp_path: Path) -> None:
    path = written(tmp_path, n=list(range(2 * CHUNK_ROWS + 3)))
    chunks = list(open_list(path).chunks())
    assert [len(each.rows) for each in chunks] == [CHUNK_ROWS, CHUNK_ROWS, 3]
    assert [each.digest for each in chunks] == [None, None, digest(path)]
    assert chunks[2].byte_offset_after == path.stat().st_size
    assert list(open_list(path).chunks(start=1)) == chunks[1:]


@settings(max_examples=8, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_a_file_with_any_byte_changed_is_read_or_refused(tmp_path: Path, data: st.DataObject) -> None:
    path = written(tmp_path, email=["ada@example.org", "bob@example.org"] * 20, n=list(range(40)))
    content = bytearray(path.read_bytes())
    for _ in range(data.draw(st.integers(1, 3))):
        content[data.draw(st.integers(0, len(content) - 1))] = data.draw(st.integers(0, 255))
    path.write_bytes(bytes(content))
    with contextlib.suppress(ListRefused):
        assert list(open_list(path).chunks())[-1].digest == digest(path)
