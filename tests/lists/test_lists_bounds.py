"""Large and hostile lists are read or refused in bounded memory, each in a process of its own."""

import gzip
import json
import subprocess
import sys
import zipfile
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from gateway.lists.table import MOST_COLUMNS
from tests.lists.assets.build import HEADER, PEOPLE, cell, row, workbook

READ = """
import json, resource, sys
from pathlib import Path
from gateway.lists import ListRefused, open_list
import gateway.lists.columnar, gateway.lists.workbook, openpyxl, pyarrow.parquet
def most(): return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
before, rows, code = most(), 0, ""
try:
    for chunk in open_list(Path(sys.argv[1])).chunks(): rows += len(chunk.rows)
except ListRefused as refused: code = refused.code
print(json.dumps([rows, code, most() - before]))
"""


def read_apart(path: Path) -> tuple[int, str, int]:
    """Read a list in another process: rows, code of the refusal, MiB of memory that the reading took."""
    ended = subprocess.run(
        [sys.executable, "-c", READ, str(path)], capture_output=True, text=True, check=True, timeout=120
    )
    rows, code, took = json.loads(ended.stdout)
    return rows, code, took


def people(count: int) -> list[str]:
    return [f"person{number * 7919 % 1_000_003:07}@example.org" for number in range(count)]


@pytest.mark.parametrize("packing", ["plain", "gzip"])
def test_a_large_csv(tmp_path: Path, packing: str) -> None:
    path = tmp_path / "large"
    emails = people(50_000)
    with path.open("wb") if packing == "plain" else gzip.open(path, "wb", 1) as out:
        out.write(b"email,name,notes\n")
        for _ in range(20):
            out.write("".join(f"{email},Name,{'note ' * 10}\n" for email in emails).encode())
    rows, code, took = read_apart(path)
    assert (rows, code) == (1_000_000, "")
    assert took < 40


def test_a_large_ndjson(tmp_path: Path) -> None:
    path = tmp_path / "large"
    emails = people(50_000)
    with path.open("w") as out:
        for _ in range(8):
            out.writelines(f'{{"email":"{email}","name":"Name","notes":"{"note " * 20}"}}\n' for email in emails)
    rows, code, took = read_apart(path)
    assert (rows, code) == (400_000, "")
    assert took < 40


def test_a_large_parquet(tmp_path: Path) -> None:
    path = tmp_path / "large"
    table = pa.table({"email": people(100_000), "notes": ["note " * 20] * 100_000})
    with pq.ParquetWriter(path, table.schema, use_dictionary=False, compression="none") as writer:
        for _ in range(6):
            writer.write_table(table)
    rows, code, took = read_apart(path)
    assert (path.stat().st_size > 70 << 20, rows, code) == (True, 600_000, "")
    assert took < 60  # the other process holds the row group


def test_a_large_workbook_with_many_shared_texts(tmp_path: Path) -> None:
    count = 60_000
    texts = "".join(f"<si><t>{email}{'x' * 500}</t></si>" for email in people(count))
    rows = HEADER + "".join(f'<row><c t="s"><v>{at}</v></c></row>' for at in range(count))
    path = tmp_path / "large"
    path.write_bytes(workbook({"People": rows}, {"xl/sharedStrings.xml": f"<sst>{texts}</sst>"}))
    read, code, took = read_apart(path)
    assert (path.stat().st_size > 30 << 20, read, code) == (True, count, "")
    assert took < 90  # the first texts, and a chunk of rows


def endless(out: object, head: bytes, tail: bytes = b"") -> None:
    """Write a gigabyte without an end of line."""
    out.write(head)  # type: ignore[attr-defined]
    block = b"x" * (1 << 20)
    for _ in range(1 << 10):
        out.write(block)  # type: ignore[attr-defined]
    out.write(tail)  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    ("name", "head", "code"),
    [
        ("csv", b"email,name\na@example.org,", "line_too_long"),
        ("quoted csv", b'email,name\na@example.org,"', "line_too_long"),
        ("ndjson", b'{"email":"a@example.org"}\n{"email":"', "line_too_long"),
    ],
)
def test_a_cell_of_a_gigabyte_in_a_packed_text(tmp_path: Path, name: str, head: bytes, code: str) -> None:
    path = tmp_path / "endless"
    with gzip.open(path, "wb", 1) as out:
        endless(out, head)
    rows, said, took = read_apart(path)
    assert (rows, said, took < 40) == (0, code, True)


@pytest.mark.parametrize("place", ["cell", "shared text", "tag", "comment"])
def test_a_cell_of_a_gigabyte_in_a_workbook(tmp_path: Path, place: str) -> None:
    head, part = {
        "cell": (PEOPLE + '<row><c t="str"><v>', "xl/worksheets/sheet1.xml"),
        "shared text": ("<sst><si><t>", "xl/sharedStrings.xml"),
        "tag": (PEOPLE + '<row><c t="', "xl/worksheets/sheet1.xml"),
        "comment": (PEOPLE + "<!--", "xl/worksheets/sheet1.xml"),
    }[place]
    begun = head if part.endswith("sharedStrings.xml") else f"<worksheet><sheetData>{head}"
    path = tmp_path / "endless"
    path.write_bytes(workbook({"People": PEOPLE}, {"xl/sharedStrings.xml": "<sst/>"}))
    apart = tmp_path / "packed"
    with zipfile.ZipFile(path) as old, zipfile.ZipFile(apart, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as new:
        for name in old.namelist():
            if name != part:
                new.writestr(name, old.read(name))
        with new.open(part, "w", force_zip64=True) as out:
            endless(out, begun.encode())
    rows, said, took = read_apart(apart)
    assert (rows, took < 60) == (0, True)
    assert said in {"line_too_long", "field_too_long"}


@pytest.mark.parametrize("form", ["csv", "ndjson", "xlsx", "parquet"])
def test_a_hundred_thousand_columns(tmp_path: Path, form: str) -> None:
    names = [f"k{at}" for at in range(100_000)]
    path = tmp_path / "wide"
    if form == "csv":
        path.write_text(",".join(names) + "\n" + ",".join("1" * len(names)) + "\n", encoding="utf-8")
    elif form == "ndjson":
        path.write_text("".join(f'{{"{name}": 1}}\n' for name in names), encoding="utf-8")
    elif form == "xlsx":
        path.write_bytes(workbook({"People": row(*map(cell, names))}))
    else:
        pq.write_table(pa.table({name: [1] for name in names[:20_000]}), path, write_statistics=False)
    rows, code, took = read_apart(path)
    assert rows == 0
    assert code in {"too_many_columns", "workbook_corrupt"}  # a sheet has 16,384 columns
    assert took < 150
    assert MOST_COLUMNS < 1_000


def test_very_long_rows_make_smaller_chunks(tmp_path: Path) -> None:
    path = tmp_path / "long.csv"
    note = "x" * 100_000
    with path.open("w", encoding="utf-8") as out:
        out.write("email,notes\n")
        out.writelines(f"p{at}@example.org,{note}\n" for at in range(1_000))
    rows, code, took = read_apart(path)
    assert (rows, code) == (1_000, "")
    assert took < 120
