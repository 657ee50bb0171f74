"""Packed lists: the same rows as unpacked, one member chosen by the sender, bombs refused long before they go off."""

import contextlib
import gzip
import io
import zipfile
import zlib
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from gateway.lists import ListRefused, contents, digest, open_list
from tests.lists.assets.build import PEOPLE, archive, workbook

ROWS = [["ada@example.org", "Ada"], ["bob@example.org", "Bob"]]


def _parquet() -> bytes:
    out = io.BytesIO()
    pq.write_table(pa.table({"email": [email for email, _ in ROWS], "name": [name for _, name in ROWS]}), out)
    return out.getvalue()


LISTS = {
    "list.csv": b"email;name\nada@example.org;Ada\nbob@example.org;Bob\n",
    "list.ndjson": b'{"email":"ada@example.org","name":"Ada"}\n{"email":"bob@example.org","name":"Bob"}\n',
    "list.xlsx": workbook({"People": PEOPLE}),
    "list.parquet": _parquet(),
}


def zipped(members: dict[str, bytes]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as packed:
        for name, content in members.items():
            packed.writestr(name, content)
    return out.getvalue()


def put(folder: Path, content: bytes) -> Path:
    path = folder / "anything.bin"  # a file is known by what stands in it
    path.write_bytes(content)
    return path


def read(path: Path, **said: str) -> list[list[str]]:
    chunks = list(open_list(path, **said).chunks())
    assert chunks[-1].digest == digest(path)
    assert chunks[-1].byte_offset_after == path.stat().st_size
    return [cells for chunk in chunks for cells in chunk.rows]


@pytest.mark.parametrize("name", LISTS)
@pytest.mark.parametrize("how", ["plain", "gzip", "two gzip members", "zip", "zip with dust"])
def test_a_packed_list_is_the_same_list(tmp_path: Path, name: str, how: str) -> None:
    content = LISTS[name]
    packed = {
        "plain": content,
        "gzip": gzip.compress(content),
        "two gzip members": gzip.compress(content[:30]) + gzip.compress(content[30:]),
        "zip": zipped({f"folder/{name}": content}),
        "zip with dust": zipped({"__MACOSX/._x": b"x", ".DS_Store": b"x", name: content}),
    }[how]
    path = put(tmp_path, packed)
    assert read(path) == ROWS
    listed = open_list(path)
    assert open_list(path, listed.encoding.name, listed.delimiter, listed.sheet) == listed


def test_of_several_files_the_sender_chooses_one(tmp_path: Path) -> None:
    other = workbook({"Kunden": PEOPLE.replace("Ada", "Eva"), "Archiv": PEOPLE})
    path = put(tmp_path, zipped({"a.csv": LISTS["list.csv"], "b.xlsx": other}))
    with pytest.raises(ListRefused, match="member_unsure"):
        open_list(path)
    with pytest.raises(ListRefused, match="member_unknown"):
        open_list(path, sheet="3")
    with pytest.raises(ListRefused, match="sheet_unsure"):
        open_list(path, sheet="2")
    with pytest.raises(ListRefused, match="sheet_unknown"):
        open_list(path, sheet="1!Kunden")
    assert read(path, sheet="a.csv") == ROWS
    assert read(path, sheet="2!Archiv") == ROWS
    assert read(path, sheet="b.xlsx!1")[0] == ["ada@example.org", "Eva"]
    listed = open_list(path, sheet="b.xlsx!1")
    assert listed.sheet == "2!Kunden"
    assert open_list(path, sheet=listed.sheet) == listed


def test_an_archive_beside_the_list_is_no_list_and_dust_is_no_choice(tmp_path: Path) -> None:
    path = Path(__file__).parent / "assets" / "nested_beside_list.zip"
    assert open_list(path, sheet="list.csv").columns == ("email", "name")
    with pytest.raises(ListRefused, match="archive_nested"):
        open_list(path, sheet="2")
    dust = {"a/": b"", "a/._list.csv": b"x", "a/.DS_Store": b"x", "__MACOSX/a/._list.csv": b"x", "Thumbs.db": b"x"}
    assert read(put(tmp_path, zipped({**dust, "a/list.csv": LISTS["list.csv"]}))) == ROWS


@pytest.mark.parametrize("how", ["gzip", "zip", "workbook", "shared texts"])
def test_a_bomb_is_refused_in_little_time(tmp_path: Path, how: str) -> None:
    row = b"a@example.org,b\n" if how in {"gzip", "zip"} else b"<row><c t='str'><v>a</v></c></row>"
    filler = row * ((20 << 20) // len(row))
    if how == "gzip":
        packed = gzip.compress(b"email,name\n" + filler, compresslevel=9)
    elif how == "zip":
        packed = zipped({"list.csv": b"email,name\n" + filler})
    elif how == "workbook":
        sheet = b"<worksheet><sheetData><row><c t='str'><v>email</v></c></row>" + filler
        packed = _rezipped(workbook({"People": PEOPLE}), {"xl/worksheets/sheet1.xml": sheet})
    else:
        texts = b"<sst>" + b"<si><t>aaaaaaaaaaaaaaaa</t></si>" * ((20 << 20) // 32)
        packed = _rezipped(workbook({"P": PEOPLE}, {"xl/sharedStrings.xml": "<sst/>"}), {"xl/sharedStrings.xml": texts})
    path = put(tmp_path, packed)
    with pytest.raises(ListRefused, match="archive_bomb"):
        list(open_list(path).chunks())


def _rezipped(content: bytes, parts: dict[str, bytes]) -> bytes:
    with zipfile.ZipFile(io.BytesIO(content)) as packed:
        return zipped({name: parts.get(name, packed.read(name)) for name in packed.namelist()})


def test_there_is_a_bound_for_what_is_unpacked_and_for_what_is_put_aside(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(contents, "MOST_SPOOLED", 100)
    with pytest.raises(ListRefused, match="archive_too_large"):
        open_list(put(tmp_path, gzip.compress(LISTS["list.parquet"])))
    stream = contents.Unpacked(io.BytesIO(bytes(11)), lambda: 11, most=10)
    assert stream.read(10) == bytes(10)
    with pytest.raises(ListRefused, match="archive_too_large"):
        stream.read(10)


def test_an_endless_directory_is_refused_before_it_is_read(tmp_path: Path) -> None:
    path = put(tmp_path, archive({f"{at}": b"" for at in range(10_001)}))
    with pytest.raises(ListRefused, match="archive_too_large"):
        open_list(path)
    long_names = archive({f"{at}" + "x" * 60_000: b"" for at in range(40)})
    with pytest.raises(ListRefused, match="archive_too_large"):
        open_list(put(tmp_path, long_names))


def test_nothing_with_a_name_is_left_behind(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    aside = tmp_path / "aside"
    aside.mkdir()
    monkeypatch.setattr("tempfile.tempdir", str(aside))
    path = put(tmp_path, gzip.compress(LISTS["list.xlsx"]))
    for _ in open_list(path).chunks():
        assert list(aside.iterdir()) == []


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_an_archive_with_any_byte_changed_is_read_or_refused(tmp_path: Path, data: st.DataObject) -> None:
    packer = data.draw(st.sampled_from([gzip.compress, lambda content: zipped({"list.csv": content}), zlib.compress]))
    content = bytearray(packer(LISTS["list.csv"] * 3))
    for _ in range(data.draw(st.integers(1, 3))):
        content[data.draw(st.integers(0, len(content) - 1))] = data.draw(st.integers(0, 255))
    path = put(tmp_path, bytes(content))
    with contextlib.suppress(ListRefused):
        assert list(open_list(path).chunks())[-1].digest == digest(path)
