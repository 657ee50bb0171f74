"""Disclosure: lines are exact, masks keep only what is granted, a spreadsheet runs nothing."""

import csv
import io
import json
from functools import partial

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.vault.disclose import FieldValue, csv_header, csv_line, fragment, fragments_many, line, masked
from gateway.vault.errors import Unfit

TOKEN = "tk1.I-2bFAO0D9zD7C89LYhfcyeKrTpIw-gBk1BY7eXyIoA"
NAMES = st.text(st.characters(codec="utf-8"), min_size=1, max_size=12).filter(lambda name: name != "token")
TEXTS = st.text(st.characters(codec="utf-8"), max_size=40)
FIELDS = st.dictionaries(NAMES, TEXTS | st.integers(-(2**63), 2**63 - 1) | st.booleans() | st.lists(TEXTS, max_size=3))


def test_golden_line() -> None:
    email = fragment({"email_domain": "b.c", "email": "a@b.c"})
    assert email == b'"email":"a@b.c","email_domain":"b.c"'
    assert line("tk1.x", [email, b"", b'"phone":"+491"']) == (
        b'{"token":"tk1.x","email":"a@b.c","email_domain":"b.c","phone":"+491"}\n'
    )
    assert line("tk1.x", []) == line("tk1.x", [b"", b""]) == b'{"token":"tk1.x"}\n'


@given(FIELDS)
def test_a_line_is_one_line_and_says_what_was_sealed(fields: dict[str, FieldValue]) -> None:
    spoken = line(TOKEN, [fragment(fields)])
    assert spoken.count(b"\n") == 1
    assert b"\r" not in spoken
    assert json.loads(spoken) == {"token": TOKEN, **fields}


@given(FIELDS, st.sets(NAMES, max_size=3))
def test_a_mask_keeps_granted_fields_only(fields: dict[str, FieldValue], more: set[str]) -> None:
    keep = set(list(fields)[::2]) | more
    kept = json.loads(b"{" + masked([fragment(fields)], keep) + b"}")
    assert kept == {name: value for name, value in fields.items() if name in keep}


def test_a_mask_of_nothing_is_an_empty_fragment() -> None:
    assert masked([fragment({"email": "a@b.c"})], ()) == b""
    assert masked([b"", b""], {"email"}) == b""


@pytest.mark.parametrize(
    "fields",
    [
        {"token": "x"},
        {"": "x"},
        {"a": float("nan")},
        {"a": float("inf")},
        {"a": 1 << 70},
        {"a": "h\ud800f"},
        {"h\ud800f": 1},
    ],
)
def test_what_json_cannot_say_is_refused_without_echo(fields: dict[str, FieldValue]) -> None:
    with pytest.raises(Unfit) as refused:
        fragment(fields)
    assert refused.value.code == "field_unfit"
    assert refused.value.__cause__ is None


@pytest.mark.parametrize("value", [None, b"bytes", {"a": 1}, [1], object()])
def test_a_value_of_another_type_is_refused(value: object) -> None:
    with pytest.raises(Unfit):
        fragment({"email": value})  # type: ignore[dict-item]


@pytest.mark.parametrize("broken", [b"secret@example.com", b'"a":', b'"a":1}{', b"\xff"])
def test_a_broken_fragment_is_refused_without_echo(broken: bytes) -> None:
    for speak in (partial(masked, [broken], {"a"}), partial(csv_line, TOKEN, [broken], ["a"])):
        with pytest.raises(Unfit) as refused:
            speak()
        assert refused.value.code == "fragment_broken"
        assert "secret" not in repr(refused.value)
        assert refused.value.__cause__ is None


def test_golden_csv() -> None:
    assert csv_header(["email", "phone"]) == b"token,email,phone\r\n"
    mixed = fragment({"name": 'Kim "K", 김', "tags": ["a", "b"], "age": 7, "adult": True, "hidden": "no"})
    assert csv_line("tk1.x", [mixed], ["name", "tags", "age", "adult", "absent"]) == (
        'tk1.x,"Kim ""K"", 김",a;b,7,true,\r\n'.encode()
    )


@pytest.mark.parametrize(
    "text", ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", '=HYPERLINK("x")', "-2+cmd|' /C calc'!A0"]
)
def test_a_formula_is_defused(text: str) -> None:
    row = next(csv.reader(io.StringIO(csv_line(TOKEN, [fragment({"note": text})], ["note"]).decode(), newline="")))
    assert row == [TOKEN, "'" + text]


@pytest.mark.parametrize(
    ("text", "wanted"),
    [("+4915112345678", "+4915112345678"), ("+1+cmd", "'+1+cmd"), ("+١", "'+١"), ("=1", "'=1")],
)
def test_a_phone_column_keeps_its_plus_and_nothing_else(text: str, wanted: str) -> None:
    spoken = csv_line(TOKEN, [fragment({"phone": text})], ["phone"], dialled={"phone"})
    assert spoken == f"{TOKEN},{wanted}\r\n".encode()


@given(FIELDS)
def test_every_csv_line_is_read_back_as_one_row(fields: dict[str, FieldValue]) -> None:
    columns = sorted(fields)
    rows = list(csv.reader(io.StringIO(csv_line(TOKEN, [fragment(fields)], columns).decode(), newline="")))
    assert len(rows) == 1
    assert len(rows[0]) == 1 + len(columns)
    assert not any(cell.startswith(("=", "@", "\t", "\r", "+")) for cell in rows[0])


@given(st.lists(NAMES, unique=True, max_size=4), st.data())
def test_many_fragments_are_what_each_alone_would_be(names: list[str], data: st.DataObject) -> None:
    count = data.draw(st.integers(0, 6))
    cells: list[st.SearchStrategy[FieldValue]] = [TEXTS, st.integers(-(2**63), 2**63 - 1)]
    columns: dict[str, list[FieldValue]] = {
        name: data.draw(st.lists(data.draw(st.sampled_from(cells)), min_size=count, max_size=count)) for name in names
    }
    rows = [{name: columns[name][at] for name in names if columns[name][at]} for at in range(count if names else 0)]
    assert fragments_many(columns) == [fragment(row) for row in rows]
