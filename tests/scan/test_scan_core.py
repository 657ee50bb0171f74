"""The core of the scan: nothing worth a look is dropped, nothing expected is listed, nothing hostile stalls it."""

import json
import resource
import subprocess
import sys
from random import Random
from time import perf_counter

import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gateway.samples import numbers
from gateway.scan import MAY_HOLD, ColumnVerdict, Family, Kind, Scanner, compare, prefilter
from gateway.scan.columns import Form
from gateway.scan.kinds import NATURES
from gateway.scan.letters import flat
from gateway.scan.names import Names
from gateway.scan.recogniser import look

PERSIAN = {ord(str(value)): 0x06F0 + value for value in range(10)}
FULL = {code: code + 0xFEE0 for code in range(0x21, 0x7F)}
MARKS = "\u200b\u200e\u202a\u2066\ufeff\u00ad"


def seeded(seed: int) -> Random:
    return Random(seed)  # noqa: S311  the same every time, and not secret


def mails(count: int) -> list[str]:
    return [f"p{number}@example.org" for number in range(count)]


@settings(max_examples=300, deadline=None)
@given(st.from_regex(prefilter._ONE_EMAIL.replace(r"\z", r"\Z"), fullmatch=True))
def test_a_cell_that_is_one_address_holds_nothing_else(cell: str) -> None:
    passed = [each for each in look(flat(cell), "") if each.passed]
    assert [(each.kind, each.start, each.end) for each in passed] == [(Kind.EMAIL, 0, len(cell))]


@settings(max_examples=300, deadline=None)
@given(st.from_regex(prefilter._ONE_PHONE.replace(r"\z", r"\Z"), fullmatch=True))
def test_a_cell_that_is_one_phone_number_hides_no_identity_number(cell: str) -> None:
    told = {each.kind for each in look(flat(cell), "") if each.passed and not NATURES[each.kind].needs_context}
    assert not any(NATURES[kind].family in {Family.GOVERNMENT, Family.CREDENTIAL} for kind in told)


VALUES = (
    numbers.ir_code,
    numbers.cn_resident,
    numbers.sheba,
    numbers.card,
    numbers.phone_kr,
    numbers.phone_us,
    lambda rng: f"p{numbers.digits(rng, 6)}@example.org",
    lambda _: "A123456789",
    lambda _: "960121-1234567",
    lambda _: "$2b$12$" + "a" * 53,
)


@settings(max_examples=300, deadline=None)
@given(st.data())
def test_whatever_a_detector_finds_is_worth_a_look(data: st.DataObject) -> None:
    value = data.draw(st.sampled_from(VALUES))(seeded(data.draw(st.integers(0, 10_000))))
    text = value.translate(data.draw(st.sampled_from(({}, PERSIAN, FULL))))
    for _ in range(data.draw(st.integers(0, 4))):
        at = data.draw(st.integers(0, len(text)))
        text = text[:at] + data.draw(st.sampled_from(MARKS)) + text[at:]
    cell = data.draw(st.sampled_from(("", "call ", "메모", "کد"))) + text + data.draw(st.sampled_from(("", " x", "로")))
    if any(each.passed for each in look(flat(cell), "", words=False)):
        (sifted,) = prefilter.sift({"x": [cell]}, {}).values()
        assert any(sifted.numbers) or sifted.cleared


def test_what_is_expected_is_counted_and_all_else_is_listed() -> None:
    rng = seeded(1)
    columns = {
        "email": [*mails(50), "ada@example.org 4111111111111111", ""],
        "phone": [*(numbers.phone_kr(rng) for _ in range(51)), "주민 960121-1234567"],
    }
    expected = {"email": MAY_HOLD["email"], "phone": MAY_HOLD["phone"]}
    findings = Scanner().scan(columns, expected=expected)
    assert findings.expected == {"email": {Kind.EMAIL: 51}, "phone": {Kind.PHONE: 51}}
    assert {(each.column, each.row, each.kind) for each in findings.found} == {
        ("email", 50, Kind.CARD),
        ("phone", 51, Kind.NATIONAL_ID_KR),
    }
    assert findings.columns["email"].kind is Kind.EMAIL
    assert findings.columns["phone"].kind is Kind.PHONE


def test_a_phone_column_of_identity_numbers_is_called_what_it_is() -> None:
    rng = seeded(2)
    cells = [numbers.ir_code(rng) for _ in range(200)]
    findings = Scanner().scan({"phone": cells}, expected={"phone": MAY_HOLD["phone"]})
    assert findings.columns["phone"].kind is Kind.NATIONAL_ID_IR
    assert len(findings.found) == len(cells)
    assert compare("phone", findings.columns["phone"]) == "differs"


def test_arrow_arrays_are_scanned_as_lists_are() -> None:
    cells = [*mails(20), "DE89370400440532013000", "", "۰۴۹۹۳۷۰۸۹۹"]
    told = Scanner().scan({"x": cells})
    assert Scanner().scan({"x": pa.array(cells)}) == told
    assert Scanner().scan({"x": pa.chunked_array([cells[:7], cells[7:]])}) == told


@pytest.mark.parametrize("cells", [[], [""], ["  "], ["\ud800 ada@example.org"], ["\x00"]])
def test_odd_columns_are_no_error(cells: list[str]) -> None:
    findings = Scanner().scan({"x": cells, "y": list(cells)}, identifiers_declared=True)
    assert findings.tells == ()
    for found in findings.found:
        assert cells[found.row][found.start : found.end] == "ada@example.org"


def test_no_columns_at_all() -> None:
    assert Scanner().scan({}).found == ()


def test_a_short_last_chunk_is_judged_as_the_whole_list_was() -> None:
    rng = seeded(3)
    codes = [numbers.ir_code(rng) for _ in range(300)]
    priors = Scanner().scan({"code": codes[:299]}).columns
    (found,) = Scanner().scan({"code": codes[299:]}, priors=priors).found
    assert (found.kind, found.score) == (Kind.NATIONAL_ID_IR, 0.95)


def test_a_lucky_order_number_in_a_short_last_chunk_stays_an_order_number() -> None:
    rng = seeded(4)
    orders = [numbers.digits(rng, 10) for _ in range(300)]
    priors = Scanner().scan({"order": orders}).columns
    kept = json.loads(json.dumps({title: verdict.to_json() for title, verdict in priors.items()}))
    read = {title: ColumnVerdict.from_json(said) for title, said in kept.items()}
    assert read == priors
    lucky = numbers.ir_code(seeded(5))
    assert Scanner().scan({"order": [lucky]}).found
    assert Scanner().scan({"order": [lucky]}, priors=read).found == ()


def test_a_number_in_clean_notes_is_found_although_the_sample_had_none() -> None:
    priors = Scanner().scan({"notes": ["prefers post"] * 300}).columns
    (found,) = Scanner().scan({"notes": ["gave 0499370899 by letter"]}, priors=priors).found
    assert found.kind is Kind.NATIONAL_ID_IR


def test_a_title_makes_a_word_of_a_number_but_not_against_the_whole_column() -> None:
    rng = seeded(6)
    code = numbers.ir_code(rng)
    (named,) = Scanner().scan({"national_code": [code]}).found
    (unnamed,) = Scanner().scan({"x": [code]}).found
    assert named.score > unnamed.score
    random = [numbers.digits(rng, 10) for _ in range(400)]
    assert all(found.score <= 0.5 for found in Scanner().scan({"national_code": random}).found)


def test_a_dump_in_one_column_tells_of_a_leak() -> None:
    rng = seeded(7)
    cells = [f"{mail}:$2b$10${''.join(rng.choice('abcdef') for _ in range(53))}" for mail in mails(40)]
    assert Scanner().scan({"x": cells}).tells == ("credentials_beside_identifiers",)


VERDICTS = [
    ("email", ColumnVerdict(Kind.EMAIL, 1.0, 9), "agrees"),
    ("email", ColumnVerdict(None, 0.0, 9, Form.WORDS), "differs"),
    ("phone", ColumnVerdict(Kind.NATIONAL_ID_IR, 1.0, 9), "differs"),
    ("phone", ColumnVerdict(None, 0.0, 9, Form.NUMBER), "unsure"),
    ("name", ColumnVerdict(None, 0.0, 9, Form.WORDS), "agrees"),
    ("name", ColumnVerdict(None, 0.0, 9, Form.NUMBER), "differs"),
    ("consent_at", ColumnVerdict(None, 0.0, 9, Form.DATE), "agrees"),
    ("notes", ColumnVerdict(None, 0.0, 9, Form.TEXT), "agrees"),
    ("notes", ColumnVerdict(Kind.CARD, 1.0, 9), "differs"),
    ("", ColumnVerdict(None, 0.0, 9, Form.WORDS), "unsure"),
    ("", ColumnVerdict(Kind.CARD, 1.0, 9), "differs"),
    ("name", ColumnVerdict(None, 0.0, 0, Form.EMPTY), "empty"),
]


@pytest.mark.parametrize(("declared", "verdict", "word"), VERDICTS)
def test_declared_and_found_are_compared(declared: str, verdict: ColumnVerdict, word: str) -> None:
    assert compare(declared, verdict) == word


@pytest.mark.parametrize(
    ("cells", "form"),
    [
        (["2026-05-01", "1999/1/2 10:15", "۱۳۷۰/۰۱/۱۵", "2020年1月2日"], Form.DATE),
        (["12", "۳۴۵", "1.250,50", "+49 30 23"], Form.NUMBER),
        (["AB-12", "x9", "SKU/77a"], Form.CODE),
        (["Anna Berg", "Köln", "이지우", "محمد رضایی"], Form.WORDS),
        (["she asked for a catalogue", "请发送新的目录给我谢谢", "wants 2 of them by post"], Form.TEXT),
        (["", " "], Form.EMPTY),
    ],
)
def test_the_form_of_a_column_is_told(cells: list[str], form: Form) -> None:
    assert Scanner().scan({"x": cells}).columns["x"].form == form


def test_names_in_free_text_are_looked_for_where_a_house_wants_it_and_the_coverage_says_so() -> None:
    notes = [
        "담당자 홍길동 고객님과 통화했습니다",
        "wants the catalogue by post",
        "담당자 홍길동 고객님과 통화했습니다",
    ] * 5
    without = Scanner().scan({"notes": notes})
    assert Kind.NAME not in {each.kind for each in without.found}
    assert without.coverage["names"] == "titles"
    told = Scanner(names=Names(models=False)).scan({"notes": notes, "phone": ["010-1234-5678"] * 15})
    named = [each for each in told.found if each.kind is Kind.NAME]
    assert {each.row for each in named} == {row for row in range(15) if row % 3 != 1}
    assert {notes[each.row][each.start : each.end] for each in named} == {"홍길동"}
    assert told.coverage["names.ko"] == "rules"


HOSTILE = (
    "7" * 1_000_000,
    "ada@example.org " * 10_000,
    "4111111111111111 " * 10_000,
    "0499370899\u200b " * 10_000,
    "+49 30 23125123 " * 10_000,
    "کد ملی ۰۴۹۹۳۷۰۸۹۹ " * 10_000,
    "cancer " * 10_000,
    "a" * 1_000_000,
    "ㅤ" * 1_000_000,
)


@pytest.mark.parametrize("cell", HOSTILE, ids=range(len(HOSTILE)))
def test_a_hostile_cell_does_not_stall_the_scan(cell: str) -> None:
    start = perf_counter()
    Scanner().scan({"x": [cell, "", cell]})
    assert perf_counter() - start < 20  # some two seconds on a slow machine; a pattern gone wild takes hours


def test_ten_thousand_columns_are_scanned() -> None:
    start = perf_counter()
    findings = Scanner().scan({f"c{number}": [""] for number in range(10_000)})
    assert len(findings.columns) == 10_000
    assert perf_counter() - start < 60


NO_SOCKETS = """
import sys
import presidio_analyzer  # a library that it loads tries, when loaded, whether the machine has IPv6
from gateway.scan import Scanner
def watch(event, arguments):
    if event.startswith("socket."):
        raise SystemExit("a socket: " + event)
sys.addaudithook(watch)
cells = ["ada@example.org", "call +49 30 23125123", "کد ملی ۰۴۹۹۳۷۰۸۹۹", "she has diabetes since 1999", "http://example.org/x"]
scanner = Scanner()
assert scanner.scan({"notes": cells * 30}).found
assert sum(len(scanner.analyse(cell)) for cell in cells) >= 3
print("none")
"""


def test_neither_scan_nor_engine_opens_a_socket() -> None:
    ended = subprocess.run([sys.executable, "-c", NO_SOCKETS], capture_output=True, text=True, check=False, timeout=120)
    assert (ended.stdout, ended.returncode) == ("none\n", 0), ended.stderr


NEEDLES = {
    123_456: ("gave her number 0499370899 by letter", Kind.NATIONAL_ID_IR),
    654_321: ("메모960121-1234567확인", Kind.NATIONAL_ID_KR),
    999_999: ("身份证１１０１０５１９４９１２３１００２Ｘ已核对", Kind.NATIONAL_ID_CN),
}
CHUNK = 10_000


def note(row: int) -> str:
    """One note in twenty holds a date or a price; all are different."""
    if row % 20 == 0:
        return f"order {row} of 2026-05-{row % 28 + 1:02d}, paid 49.90"
    return f"asked for {row % 1000} of them and {row // 1000} by post"


def test_a_national_id_hidden_once_in_a_million_notes_is_found() -> None:
    scanner, rows = Scanner(), 1_000_000
    found: list[tuple[int, Kind]] = []
    began, before = perf_counter(), resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    priors: dict[str, ColumnVerdict] = {}
    for start in range(0, rows, CHUNK):
        cells = [NEEDLES[row][0] if row in NEEDLES else note(row) for row in range(start, start + CHUNK)]
        findings = scanner.scan({"notes": cells}, priors=priors)
        priors = priors or findings.columns
        found.extend((start + each.row, each.kind) for each in findings.found)
    assert found == [(row, kind) for row, (_, kind) in NEEDLES.items()]
    assert perf_counter() - began < 60
    assert (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) < 200 * 1024  # KiB on Linux
