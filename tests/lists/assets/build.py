"""Writes the lists with one defect each, named for it: `python tests/lists/assets/build.py`.

All people are invented. Must never write different bytes twice.
"""

from pathlib import Path

HERE = Path(__file__).parent

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
    "late_latin1.csv": b"email,name\n" + b"ada@example.org,Ada\n" * 15_000 + b"bob@example.org,B\xf6b\n",
    "cut_utf16.csv": b"\xff\xfe" + GOOD_ROWS.encode("utf-16-le")[:-1],
    "cyrillic_1251.csv": "email,имя\nada@example.org,Александра Иванова\n".encode("cp1251"),
}


def build(folder: Path = HERE) -> None:
    """Write every file."""
    for name, content in FILES.items():
        (folder / name).write_bytes(content)


if __name__ == "__main__":
    build()
