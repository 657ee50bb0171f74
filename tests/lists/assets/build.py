"""Writes the lists with one defect each, named for it: `python tests/lists/assets/build.py`.

All people are invented. Must never write different bytes twice.
"""

import gzip
import io
import struct
import zipfile
from collections.abc import Mapping
from pathlib import Path

HERE = Path(__file__).parent
_TIME = (2026, 1, 1, 0, 0, 0)
_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_RELATED = "http://schemas.openxmlformats.org/package/2006/relationships"
_LAUGHS = (
    '<!DOCTYPE sst [<!ENTITY a "ha">'
    + "".join(
        "<!ENTITY %s '%s'>" % (name, f"&{of};" * 10)  # noqa: UP031  braces and quotes enough
        for name, of in zip("bcdefghi", "abcdefgh", strict=True)
    )
    + f']><sst xmlns="{_MAIN}"><si><t>&i;</t></si></sst>'
)


def archive(members: Mapping[str, bytes]) -> bytes:
    """Pack without squeezing, so that the bytes are the same everywhere."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as packed:
        for name, content in members.items():
            packed.writestr(zipfile.ZipInfo(name, _TIME), content)
    return out.getvalue()


def squeezed(content: bytes) -> bytes:
    """Make a gzip file, the same everywhere."""
    out = io.BytesIO()
    with gzip.GzipFile(filename="", mode="wb", fileobj=out, compresslevel=0, mtime=0) as packed:
        packed.write(content)
    return out.getvalue()


def cell(text: str) -> str:
    """Write a cell that holds a text."""
    return f'<c t="inlineStr"><is><t>{text}</t></is></c>'


def row(*cells: str) -> str:
    """Write a row of cells."""
    return f"<row>{''.join(cells)}</row>"


def workbook(sheets: Mapping[str, str], parts: Mapping[str, str | bytes] | None = None, date1904: str = "0") -> bytes:
    """Write a workbook: rows by title of their sheet, and parts that are put in or replaced; one hidden if so named."""
    numbered = list(enumerate(sheets.items(), 1))
    tags = "".join(
        f'<sheet name="{title}" sheetId="{at}" r:id="rId{at}" state="{_state(title)}"/>' for at, (title, _) in numbered
    )
    related = "".join(
        f'<Relationship Id="rId{at}" Type="{_OFFICE}/worksheet" Target="worksheets/sheet{at}.xml"/>'
        for at, _ in numbered
    ) + "".join(
        f'<Relationship Id="{name}" Type="{_OFFICE}/{name}" Target="/xl/{name}.xml"/>'
        for name in ("sharedStrings", "styles")
        if f"xl/{name}.xml" in (parts or {})
    )
    members: dict[str, str | bytes] = {
        "[Content_Types].xml": "<Types/>",
        "xl/workbook.xml": f'<workbook xmlns="{_MAIN}" xmlns:r="{_OFFICE}"><workbookPr date1904="{date1904}"/>'
        f"<sheets>{tags}</sheets></workbook>",
        "xl/_rels/workbook.xml.rels": f'<Relationships xmlns="{_RELATED}">{related}</Relationships>',
        **{
            f"xl/worksheets/sheet{at}.xml": f'<worksheet xmlns="{_MAIN}"><sheetData>{rows}</sheetData></worksheet>'
            for at, (_, rows) in numbered
        },
        **(parts or {}),
    }
    return archive({name: text.encode() if isinstance(text, str) else text for name, text in members.items() if text})


def _state(title: str) -> str:
    return "hidden" if "hidden" in title else "visible"


HEADER = row(cell("email"), cell("name"))
PEOPLE = HEADER + row(cell("ada@example.org"), cell("Ada")) + row(cell("bob@example.org"), cell("Bob"))
BOOK = workbook({"People": PEOPLE})


def _ole(entry: str) -> bytes:
    """Write the head of an OLE container and the first entry of its directory."""
    head = bytearray(_OLE + bytes(504))
    struct.pack_into("<H", head, 30, 9)
    struct.pack_into("<I", head, 48, 1)
    return bytes(head) + bytes(512) + entry.encode("utf-16-le").ljust(512, b"\0")


def _flagged(content: bytes, at: int, value: int) -> bytes:
    """Change a field of both headers of the only member: 6 is its flags, 8 its method."""
    changed = bytearray(content)
    struct.pack_into("<H", changed, at, value)
    struct.pack_into("<H", changed, content.index(b"PK\x01\x02") + at + 2, value)
    return bytes(changed)


GOOD_ROWS = "email,name\nada@example.org,Ada\nbob@example.org,Bob\n"
FILES: dict[str, bytes] = {
    "empty.csv": b"",
    "only_blank_lines.csv": b"\n \n\r\n",
    "only_a_byte_order_mark.csv": b"\xef\xbb\xbf",
    "header_only.csv": b"email,name\n",
    "no_header.csv": b"ada@example.org,Ada\nbob@example.org,Bob\n",
    "duplicate_header.csv": b"email,name,email\nada@example.org,Ada,x@example.org\n",
    "ragged.csv": b"email,name\nada@example.org,Ada\nbob@example.org\ncy@example.org,Cy,extra\ndi@example.org,Di,\n",
    "nul_byte.csv": b"email,name\nada@example.org,A\x00da\n",
    "workbook.csv": b"PK\x03\x04\x14\x00\x06\x00" + bytes(range(256)) * 4,
    "program.csv": bytes(range(1, 256)) * 20,
    "open_quote.csv": b'email,name\nada@example.org,"Ada\n' + b"bob@example.org,Bob\n" * 20,
    "stray_quote.csv": b'email,name\nada@example.org,"Ada"Lovelace\n',
    "title_contradicts_cells.csv": b"email,phone\n"
    + b"".join(b"+49 30 2093%04d,p%d@example.org\n" % (at * 37, at) for at in range(30)),
    "titles_that_say_nothing.csv": b"col7,Unnamed: 3,_4,_5\n"
    + b"".join(
        b"p%d@example.org,+49 30 2093%04d,%d,q%d@example.org\n" % (at, at * 37, at * at, at) for at in range(30)
    ),
    "late_latin1.csv": b"email,name\n" + b"ada@example.org,Ada\n" * 15_000 + b"bob@example.org,B\xf6b\n",
    "cut_utf16.csv": b"\xff\xfe" + GOOD_ROWS.encode("utf-16-le")[:-1],
    "mixed_encodings.csv": "email,이름\n".encode()
    + "ada@example.org,홍길동\n".encode() * 20
    + "bob@example.org,김민수\n".encode("cp949") * 20,
    "encrypted.xlsx": _ole("EncryptedPackage"),
    "old.xls": _ole("Workbook"),
    "macros.xlsm": workbook({"People": PEOPLE}, {"xl/vbaProject.bin": b"\0"}),
    "old_macros.xlsm": workbook({"People": PEOPLE}, {"xl/macrosheets/sheet1.xml": "<a/>"}),
    "binary.xlsb": archive({"[Content_Types].xml": b"<Types/>", "xl/workbook.bin": b"\0"}),
    "letter.docx": archive({"[Content_Types].xml": b"<Types/>", "word/document.xml": b"<a/>"}),
    "billion_laughs.xlsx": workbook({"People": PEOPLE}, {"xl/sharedStrings.xml": _LAUGHS}),
    "outside_entity.xlsx": workbook(
        {"People": PEOPLE}, {"xl/sharedStrings.xml": '<!DOCTYPE a SYSTEM "file:///etc/passwd"><sst/>'}
    ),
    "broken_xml.xlsx": workbook({"People": PEOPLE + "<row><c>"}),
    "no_sheet_part.xlsx": workbook({"People": PEOPLE}, {"xl/worksheets/sheet1.xml": ""}),
    "wrong_shared_text.xlsx": workbook({"People": HEADER + row('<c t="s"><v>7</v></c>')}),
    "wrong_place.xlsx": workbook({"People": HEADER + row('<c r="ZZZZ2" t="b"><v>1</v></c>')}),
    "cut_off.xlsx": BOOK[:-40],
    "two_sheets.xlsx": workbook({"Kunden": PEOPLE, "ada@example.org": PEOPLE}),
    "formula_header.xlsx": workbook({"People": row(cell("email"), "<c><f>1+1</f><v>2</v></c>") + HEADER}),
    "blank.xlsx": workbook({"People": "", "Other": row("<c/>")}),
    "header_only.xlsx": workbook({"People": HEADER}),
    "no_header.xlsx": workbook({"People": PEOPLE.removeprefix(HEADER)}),
    "duplicate_header.xlsx": workbook({"People": row(cell("email"), cell("email")) + HEADER}),
    "nested.zip": archive({"list.zip": archive({"list.csv": GOOD_ROWS.encode()})}),
    "nested.gz": squeezed(squeezed(GOOD_ROWS.encode())),
    "nested_zip.gz": squeezed(archive({"list.csv": GOOD_ROWS.encode()})),
    "nested_tar.gz": squeezed(b"list.csv".ljust(257, b"\0") + b"ustar".ljust(255, b"\0")),
    "plain.tar": b"list.csv".ljust(257, b"\0") + b"ustar".ljust(255, b"\0"),
    "plain.bz2": b"BZh91AY&SY",
    "two_lists.zip": archive({"ada@example.org.csv": GOOD_ROWS.encode(), "b.csv": GOOD_ROWS.encode()}),
    "nested_beside_list.zip": archive(
        {"list.csv": GOOD_ROWS.encode(), "more.zip": archive({"list.csv": GOOD_ROWS.encode()})}
    ),
    "no_list.zip": archive({"__MACOSX/._list.csv": b"x", "folder/": b""}),
    "encrypted.zip": _flagged(archive({"list.csv": GOOD_ROWS.encode()}), 6, 1),
    "unusual.zip": _flagged(archive({"list.csv": GOOD_ROWS.encode()}), 8, 12),
    "wrong_sum.zip": archive({"list.csv": GOOD_ROWS.encode()}).replace(b"Bob", b"Rob", 1),
    "cut_off.csv.gz": squeezed(GOOD_ROWS.encode())[:-12],
    "document.json": b'[\n  {"email": "ada@example.org"}\n]\n',
    "one_line.json": b'[{"email": "ada@example.org"}]\n',
    "broken.ndjson": b'{"email": "ada@example.org"\n{"email": bob@example.org}\n',
    "keyed_by_person.ndjson": b'{"ada@example.org": "Ada"}\n',
    "cut_off.parquet": b"PAR1" + bytes(100),
    "encrypted.parquet": b"PARE" + bytes(100) + b"PARE",
    "cyrillic_1251.csv": "email,имя\nada@example.org,Александра Иванова\n".encode("cp1251"),
}


def build(folder: Path = HERE) -> None:
    """Write every file."""
    for name, content in FILES.items():
        (folder / name).write_bytes(content)


if __name__ == "__main__":
    build()
