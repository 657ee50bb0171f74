"""The scan finds what is hidden, leaves order numbers alone, and never says what it found."""

import random
import socket
import string
import subprocess
import sys
from collections.abc import Callable
from time import perf_counter

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gateway.samples import numbers
from gateway.scan import Finding, Kind, Scanner
from gateway.scan.chance import by_accident
from gateway.scan.letters import flat


def seeded(seed: int) -> random.Random:
    return random.Random(seed)  # noqa: S311  the same every time, and not secret


PERSIAN = {ord(str(value)): 0x06F0 + value for value in range(10)}
FULL = {ord(str(value)): 0xFF10 + value for value in range(10)}
ROWS = 400


def kinds(text: str) -> set[Kind]:
    return {finding.kind for finding in Scanner().analyse(text)}


def places(text: str, kind: Kind) -> list[str]:
    return [text[found.start : found.end] for found in Scanner().analyse(text) if found.kind is kind]


@pytest.mark.parametrize(
    ("text", "kind", "value"),
    [
        ("银行卡6222021234567890128已绑定", Kind.CARD, "6222021234567890128"),
        ("카드 4111111111111111등록", Kind.CARD, "4111111111111111"),
        ("karte 4111 1111 1111 1111.", Kind.CARD, "4111 1111 1111 1111"),
        ("보조메일a.b@example.com로", Kind.EMAIL, "a.b@example.com"),
        ("mail：ａ@example.com", Kind.EMAIL, "ａ@example.com"),
        ("شبا IR062960000000100324200001", Kind.IBAN, "IR062960000000100324200001"),
        ("IBAN DE89 3704 0044 0532 0130 00 please", Kind.IBAN, "DE89 3704 0044 0532 0130 00"),
        ("کد ملی ۰۴۹۹۳۷۰۸۹۹ است", Kind.NATIONAL_ID_IR, "۰۴۹۹۳۷۰۸۹۹"),
        ("کد ۰۴۹\u200e۹۳۷۰۸\u200b۹۹", Kind.NATIONAL_ID_IR, "۰۴۹\u200e۹۳۷۰۸\u200b۹۹"),
        ("身份证11010519491231002X号", Kind.NATIONAL_ID_CN, "11010519491231002X"),
        ("身分證A123456789", Kind.NATIONAL_ID_TW, "A123456789"),
        ("HKID A123456(3)", Kind.NATIONAL_ID_HK, "A123456(3)"),
        ("주민 960121-1234567 확인", Kind.NATIONAL_ID_KR, "960121-1234567"),
        ("SSN 078-05-1120", Kind.NATIONAL_ID_US, "078-05-1120"),
        ("NI AB 12 34 56 C", Kind.NATIONAL_ID_GB, "AB 12 34 56 C"),
        ("IdNr 36 574 261 809", Kind.NATIONAL_ID_DE, "36 574 261 809"),
        ("n° 2 95 10 99 126 111 93", Kind.NATIONAL_ID_FR, "2 95 10 99 126 111 93"),
        ("010-1234-5678로 연락", Kind.PHONE, "010-1234-5678"),
        ("Tel. +49 30 23125123,", Kind.PHONE, "+49 30 23125123"),
        ("手机１３８１２３４５６７８", Kind.PHONE, "１３８１２３４５６７８"),
        ("۰۹۱۲۳۴۵۶۷۸۹", Kind.PHONE, "۰۹۱۲۳۴۵۶۷۸۹"),
        ("call (202) 555-0123", Kind.PHONE, "(202) 555-0123"),
        ("$2b$12$" + "a" * 53, Kind.PASSWORD_HASH, "$2b$12$" + "a" * 53),
        (
            "$argon2id$v=19$m=65536,t=3,p=4$c29tZXNhbHQ$RdescudvJCsgt3ub",
            Kind.PASSWORD_HASH,
            "$argon2id$v=19$m=65536,t=3,p=4$c29tZXNhbHQ$RdescudvJCsgt3ub",
        ),
        ("5f4dcc3b5aa765d61d8327deb882cf99", Kind.HEX_DIGEST, "5f4dcc3b5aa765d61d8327deb882cf99"),
    ],
)
def test_a_value_is_found_where_it_stands(text: str, kind: Kind, value: str) -> None:
    assert places(text, kind)[:1] == [value]


def test_two_accounts_next_to_each_other_are_both_found() -> None:
    text = "IR062960000000100324200001 IR062960000000100324200001"
    assert len(places(text, Kind.IBAN)) == 2


def test_a_card_after_a_phone_is_found() -> None:
    found = kinds("0912 345 6789 4111 1111 1111 1111")
    assert Kind.CARD in found


@pytest.mark.parametrize(
    "text",
    [
        "",
        "Hans Müller",
        "2024-01-02 10:15",
        "12.50 EUR",
        "version 1.2.3.4",
        "user at example",
        "12345678901234567890123456789012",
        "+49",
        "x@y",
        "product AB-12",
    ],
)
def test_harmless_text_is_left_alone(text: str) -> None:
    assert kinds(text) == set()


def column(make: Callable[[random.Random], str], seed: int = 3) -> list[str]:
    rng = seeded(seed)
    return [make(rng) for _ in range(ROWS)]


@pytest.mark.parametrize(
    ("make", "kind"),
    [
        (numbers.ir_code, Kind.NATIONAL_ID_IR),
        (lambda rng: numbers.ir_code(rng).translate(PERSIAN), Kind.NATIONAL_ID_IR),
        (numbers.cn_resident, Kind.NATIONAL_ID_CN),
        (lambda rng: numbers.cn_resident(rng).translate(FULL), Kind.NATIONAL_ID_CN),
        (numbers.sheba, Kind.IBAN),
        (numbers.card, Kind.CARD),
        (numbers.phone_kr, Kind.PHONE),
        (numbers.phone_gb, Kind.PHONE),
        (numbers.phone_cn, Kind.PHONE),
        (lambda rng: f"p{numbers.digits(rng, 6)}@example.org", Kind.EMAIL),
    ],
)
def test_a_column_of_one_kind_is_recognised_whole(make: Callable[[random.Random], str], kind: Kind) -> None:
    cells = column(make)
    findings = Scanner().scan({"x": cells})
    verdict = findings.columns["x"]
    assert (verdict.kind, verdict.cells) == (kind, ROWS)
    assert verdict.pass_rate == 1.0
    assert sum(found.kind is kind for found in findings.found) == ROWS


@pytest.mark.parametrize(
    "make",
    [
        lambda rng: numbers.digits(rng, 10),
        lambda rng: numbers.digits(rng, 11),
        lambda rng: numbers.digits(rng, 13),
        lambda rng: "4" + numbers.digits(rng, 15),
        lambda rng: "A1" + numbers.digits(rng, 8),
        lambda rng: "20" + numbers.digits(rng, 8),
        lambda rng: f"ORD-{numbers.digits(rng, 8)}",
    ],
)
def test_order_numbers_do_not_become_identity_numbers(make: Callable[[random.Random], str]) -> None:
    findings = Scanner().scan({"order_id": column(make)})
    assert findings.columns["order_id"].kind is None
    assert len(findings.found) <= ROWS * 0.02


def test_numbers_that_count_upwards_are_no_phones() -> None:
    findings = Scanner().scan({"order_id": [str(13_800_000_000 + 7 * number) for number in range(ROWS)]})
    assert findings.columns["order_id"].kind is None
    assert findings.found == ()


def test_precision_and_recall_on_notes() -> None:
    """One note in five hides a number under its name; the others hold order numbers of the same length."""
    rng = seeded(13)
    cells, truth = [], set()
    for row in range(2_000):
        if row % 5 == 0:
            word, make = rng.choice((("کد ملی ", numbers.ir_code), ("شبا ", numbers.sheba), ("کارت ", numbers.card)))
            value = make(rng)
            written = value.translate(PERSIAN) if make is not numbers.sheba else value
            cells.append(f"{word}{written}")
            truth.add(row)
        else:
            cells.append(rng.choice((f"سفارش {numbers.digits(rng, 10)}", "مشتری خوب", "تماس ساعت 10:30", "")))
    found = {finding.row for finding in Scanner().scan({"notes": cells}).found}
    assert truth <= found
    assert len(found - truth) <= 0.01 * len(cells)


def test_a_single_account_in_a_long_column_is_found() -> None:
    cells = ["nothing here"] * 5_000
    cells[4_321] = "refund to DE89370400440532013000"
    (finding,) = Scanner().scan({"notes": cells}).found
    assert (finding.row, finding.kind) == (4_321, Kind.IBAN)
    assert cells[4_321][finding.start : finding.end] == "DE89370400440532013000"


def test_passwords_beside_people_tell_of_a_leak() -> None:
    rng = seeded(1)
    mails = [f"p{number}@example.org" for number in range(50)]
    crypts = ["$2b$10$" + "".join(rng.choice(string.ascii_letters) for _ in range(53)) for _ in mails]
    digests = [f"{rng.getrandbits(128):032x}" for _ in mails]
    scanner = Scanner()
    told = ("credentials_beside_identifiers",)
    assert scanner.scan({"a": mails, "b": crypts}).tells == told
    assert scanner.scan({"b": crypts}, identifiers_declared=True).tells == told
    assert scanner.scan({"a": mails, "passwd_md5": digests}).tells == told
    assert scanner.scan({"a": mails, "비밀번호": ["secret"] * 50}).tells == told
    assert scanner.scan({"b": crypts}).tells == ()
    assert scanner.scan({"a": mails, "etag": digests}).tells == ()


def test_findings_never_hold_a_value() -> None:
    findings = Scanner().scan({"notes": ["DE89370400440532013000", "ada@example.org", "4111111111111111"]})
    text = repr(findings) + repr(findings.counts())
    assert findings.counts() == {"notes": {"email": 1, "iban": 1, "card": 1}}
    assert not any(value in text for value in ("DE8937", "ada", "411111"))


def test_the_scan_opens_no_socket(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise AssertionError("a socket was opened")

    monkeypatch.setattr(socket, "socket", refuse)
    monkeypatch.setattr(socket, "create_connection", refuse)
    monkeypatch.setattr(socket, "getaddrinfo", refuse)
    assert kinds("ada@example.org +49 30 23125123 4111111111111111") == {Kind.EMAIL, Kind.PHONE, Kind.CARD}
    assert Scanner().scan({"x": ["ada@example.org"]}).found


def test_importing_the_room_does_not_import_presidio() -> None:
    code = "import sys, gateway.scan; gateway.scan.Scanner(); sys.exit('presidio_analyzer' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


@settings(max_examples=300, deadline=None)
@given(st.text(max_size=60))
def test_a_flat_text_keeps_its_places(cell: str) -> None:
    shape = flat(cell)
    for start in range(len(shape.text)):
        first, after = shape.span(start, start + 1)
        assert flat(cell[first:after]).text == shape.text[start]


@settings(max_examples=200, deadline=None)
@given(st.text("0123456789 +-().@$abAB\u06f1\uff12\u200e", max_size=80))
def test_any_cell_is_looked_at_without_an_error(cell: str) -> None:
    for finding in Scanner(report_from=0.0).scan({"x": [cell] * 3}).found:
        assert isinstance(finding, Finding)
        assert 0 <= finding.start < finding.end <= len(cell)


HOSTILE = (
    "1 ",
    "1-",
    "a@",
    "a.",
    "A",
    "$2b$",
    "DE12 ",
    "AB 12 34 56 C ",
    "4111111111111111 ",
    "a@b.example ",
    "f",
)


@pytest.mark.parametrize("piece", HOSTILE)
def test_a_hostile_cell_does_not_stall_the_scan(piece: str) -> None:
    cell = piece * (100_000 // len(piece))
    start = perf_counter()
    Scanner().scan({"x": [cell]})
    assert perf_counter() - start < 10  # some two seconds on a slow machine; a pattern gone wild takes hours


@given(st.integers(1, 500), st.integers(1, 500), st.floats(0.001, 0.9))
def test_the_bound_is_a_probability(passed: int, tried: int, chance: float) -> None:
    bound = by_accident(min(passed, tried), tried, chance)
    assert 0 <= bound <= 1
