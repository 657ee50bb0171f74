"""Every kind of number is found, hidden or glued to any script, where it stands; and nothing raises or stalls."""

import string
from time import perf_counter

import pyarrow as pa
import pyarrow.compute as pc
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gateway.scan.kinds import NATURES, Kind, names
from gateway.scan.letters import flat
from gateway.scan.trials import WORTH_A_LOOK, trials
from tests.scan.identifier_draws import FORMS, NAMED, seeded, tried, valid

PERSIAN = {ord(str(value)): 0x06F0 + value for value in range(10)}
ARABIC = {ord(str(value)): 0x0660 + value for value in range(10)}
FULL = {code: code + 0xFEE0 for code in range(0x21, 0x7F)}
WAYS = ("plain", "persian", "arabic", "full-width", "zero-width", "bidi")
GLUE = (("身份证", "号"), ("번호는", "입니다"), ("کد", "است"), ("番号", "です"), ("(", ")"), (" ", "."), ("：", "，"))


def hidden(text: str, way: str) -> str:
    """Write a number in a way that hides it from a pattern."""
    if way == "zero-width":
        return "\u200b".join(text)
    if way == "bidi":
        return f"\u202a{text[:4]}\u200e\u2066{text[4:]}\u2069"
    return text.translate({"persian": PERSIAN, "arabic": ARABIC, "full-width": FULL}.get(way, {}))


def found(cell: str, kind: Kind) -> list[str]:
    """The stretches of the cell in which a kind passes."""
    shape = flat(cell)
    spans = [shape.span(trial.start, trial.end) for trial in trials(shape.text) if trial.kind is kind and trial.passed]
    return [cell[start:end] for start, end in spans]


def worth(cells: list[str]) -> list[bool]:
    answer: list[bool] = pc.match_substring_regex(pa.array(cells), "|".join(WORTH_A_LOOK)).to_pylist()
    return answer


@pytest.mark.parametrize("kind", [*FORMS, *NAMED])
def test_every_kind_is_found_hidden_and_glued(kind: Kind) -> None:
    rng = seeded(sum(map(ord, kind)))
    cells = []
    for way in WAYS:
        for before, after in GLUE:
            value = hidden(valid(kind, rng), way)
            cell = f"{before}{value}{after}"
            assert value.strip("\u202a\u2069") in found(cell, kind), cell
            cells.append(cell)
    assert all(worth(cells)), [cell for cell, is_worth in zip(cells, worth(cells), strict=True) if not is_worth]


EVENLY = [
    (kind, sign, size)
    for kind in (Kind.NATIONAL_ID_IR, Kind.NATIONAL_ID_CN, Kind.CARD, Kind.NATIONAL_ID_TW, Kind.IBAN)
    for sign in (" ", "-", ".")
    for size in (1, 2, 3, 4)
    if (kind, sign, size) != (Kind.NATIONAL_ID_IR, ".", 3)  # that is how addresses of machines are written
]


@pytest.mark.parametrize(("kind", "sign", "size"), EVENLY)
def test_evenly_grouped_numbers_are_found(kind: Kind, sign: str, size: int) -> None:
    rng = seeded(size)
    for _ in range(20):
        bare = valid(kind, rng)
        written = sign.join(bare[at : at + size] for at in range(0, len(bare), size))
        cell = f"번호 {written} 확인"
        assert written in found(cell, kind), cell
        assert worth([cell]) == [True]


NUMBERS = [
    ("a.b@example.com", Kind.EMAIL, "보조메일a.b@example.com로"),
    ("info@müller.example", Kind.EMAIL, "an info@müller.example."),
    ("用户@例子.公司", Kind.EMAIL, "邮箱：用户@例子.公司，"),
    ("a.b＠example．com", Kind.EMAIL, "a.b＠example．com"),
    ("name (at) example.org", Kind.EMAIL, "write to name (at) example.org"),
    ("name[at]example[dot]org", Kind.EMAIL, "name[at]example[dot]org"),
    ("name at example dot org", Kind.EMAIL, "name at example dot org"),
    ("203.0.113.57", Kind.IP_ADDRESS, "来自203.0.113.57的"),
    ("2001:db8::ff00:42:8329", Kind.IP_ADDRESS, "ip 2001:db8::ff00:42:8329"),
    ("00:1b:44:11:3a:b7", Kind.MAC_ADDRESS, "mac 00:1b:44:11:3a:b7"),
    ("00-1B-44-11-3A-B7", Kind.MAC_ADDRESS, "00-1B-44-11-3A-B7"),
    ("$2b$12$" + "a" * 53, Kind.PASSWORD_HASH, "pw $2b$12$" + "a" * 53),
    ("$6$salt$" + "b" * 86, Kind.PASSWORD_HASH, "$6$salt$" + "b" * 86),
    ("$P$B" + "c" * 30, Kind.PASSWORD_HASH, "$P$B" + "c" * 30),
    ("{SSHA}" + "D" * 32, Kind.PASSWORD_HASH, "{SSHA}" + "D" * 32),
    ("pbkdf2_sha256$600000$salt$" + "e" * 43, Kind.PASSWORD_HASH, "pbkdf2_sha256$600000$salt$" + "e" * 43),
    ("scrypt:32768:8:1$salt$" + "f" * 64, Kind.PASSWORD_HASH, "scrypt:32768:8:1$salt$" + "f" * 64),
    ("AKIA" + "Q" * 16, Kind.API_KEY, "키AKIA" + "Q" * 16 + "입니다"),
    ("ghp_" + "a" * 36, Kind.API_KEY, "ghp_" + "a" * 36),
    ("xoxb-" + "1" * 12, Kind.API_KEY, "xoxb-" + "1" * 12),
    ("AIza" + "b" * 35, Kind.API_KEY, "key=AIza" + "b" * 35),
    ("sk_live_" + "c" * 24, Kind.API_KEY, "sk_live_" + "c" * 24),
    (f"eyJ{'a' * 20}.eyJ{'b' * 20}.{'c' * 30}", Kind.API_KEY, f"token eyJ{'a' * 20}.eyJ{'b' * 20}.{'c' * 30}"),
    ("-----BEGIN OPENSSH PRIVATE KEY-----", Kind.PRIVATE_KEY, "-----BEGIN OPENSSH PRIVATE KEY-----\nb3Blbn"),
    ("d41d8cd98f00b204e9800998ecf8427e", Kind.HEX_DIGEST, "md5 d41d8cd98f00b204e9800998ecf8427e"),
    ("京A12345", Kind.PLATE_CN, "车牌京A12345"),
    ("12가 3456", Kind.PLATE_KR, "차량 12가 3456"),
    ("۱۲ب۳۴۵-۶۷", Kind.PLATE_IR, "پلاک ۱۲ب۳۴۵-۶۷"),
    ("+49 30 23125123", Kind.PHONE, "Tel. +49 30 23125123,"),
    ("+49 (0)30 23125123", Kind.PHONE, "+49 (0)30 23125123"),
    ("0049 30 23125123", Kind.PHONE, "0049 30 23125123"),
    ("+82 10-0123-4567", Kind.PHONE, "+82 10-0123-4567"),
    ("010-1234-5678", Kind.PHONE, "전화010-1234-5678로"),
    ("06 12 34 56 78", Kind.PHONE, "tél 06 12 34 56 78"),
    ("01 23 45 67 89", Kind.PHONE, "01 23 45 67 89"),
    ("612 34 56 78", Kind.PHONE, "612 34 56 78"),
    ("(202) 555-0123", Kind.PHONE, "call (202) 555-0123 now"),
    ("(11) 91234-5678", Kind.PHONE, "(11) 91234-5678"),
    ("090-1234-5678", Kind.PHONE, "携帯090-1234-5678"),
    ("138 1234 5678", Kind.PHONE, "138 1234 5678"),
    ("0532 123 45 67", Kind.PHONE, "0532 123 45 67"),
]  # fmt: skip


@pytest.mark.parametrize(("value", "kind", "cell"), NUMBERS)
def test_addresses_phones_and_credentials_are_found(value: str, kind: Kind, cell: str) -> None:
    assert found(cell, kind)[:1] == [value]
    assert worth([cell]) == [True]


def test_a_number_without_its_zeros_or_hyphens_needs_a_name() -> None:
    for text, kind in (("499370899", Kind.NATIONAL_ID_IR), ("9601211234567", Kind.NATIONAL_ID_KR),
                       ("110105491231002", Kind.NATIONAL_ID_CN), ("2025550123", Kind.PHONE)):  # fmt: skip
        assert [trial.needs_name for trial in tried(text, kind) if trial.passed] == [True]


@pytest.mark.parametrize("kind", [kind for kind, nature in NATURES.items() if nature.needs_context])
def test_what_needs_a_name_says_so(kind: Kind) -> None:
    rng = seeded(3)
    if kind in NAMED:
        assert all(trial.needs_name for trial in tried(valid(kind, rng), kind))


@pytest.mark.parametrize(
    "text",
    ["", "2026-01-31", "31.01.2026 10:15", "10:15:30", "12.50 EUR", "1 234.50", "v1.2.3.4", "x@y", "SKU AB-12",
     "550e8400-e29b-41d4-a716-446655440000", "2026-01-31T10:15:30Z", "3.14159265358979", "192.168.1.1/24x", "1/2/3"],
)  # fmt: skip
def test_harmless_text_passes_nothing_without_a_name(text: str) -> None:
    said = {trial.kind for trial in trials(text) if trial.passed and not trial.needs_name}
    assert said <= ({Kind.IP_ADDRESS} if "192" in text else set())


def test_device_numbers_and_article_numbers_are_no_cards() -> None:
    rng = seeded(5)
    for _ in range(300):
        device = "35" + "".join(rng.choice(string.digits) for _ in range(13))
        assert not any(trial.kind is Kind.CARD for trial in trials(device))
        article = "40" + "".join(rng.choice(string.digits) for _ in range(11))
        assert not any(trial.kind is Kind.CARD and not trial.needs_name for trial in trials(article))


@pytest.mark.parametrize(
    ("title", "kind", "named"),
    [("userSSN", Kind.NATIONAL_ID_US, True), ("marketing", Kind.NATIONAL_ID_DE, False), ("hotel", Kind.PHONE, False),
     ("Telefon_privat", Kind.PHONE, True), ("کد\u200cملي", Kind.NATIONAL_ID_IR, True),
     ("ip地址", Kind.IP_ADDRESS, True),
     ("description", Kind.IP_ADDRESS, False), ("national-code", Kind.NATIONAL_ID_IR, True)],
)  # fmt: skip
def test_titles_name_kinds(title: str, kind: Kind, named: bool) -> None:
    assert names(title, kind) is named


LOOKALIKE = "0123456789 +-/().@:$*{}abDEX=xoAIzaKIghp_\u06f1\uff12\u200e\u200b가京"


@settings(max_examples=400, deadline=None)
@given(st.one_of(st.text(max_size=80), st.text(LOOKALIKE, max_size=80)))
def test_no_text_raises_and_whatever_passes_was_worth_a_look(cell: str) -> None:
    shape = flat(cell)
    given_back = trials(shape.text)
    for trial in given_back:
        start, end = shape.span(trial.start, trial.end)
        assert 0 <= start < end <= len(cell)
    if any(trial.passed for trial in given_back) and "\ud800" not in cell:
        assert worth([cell]) == [True]


@pytest.mark.parametrize(
    "piece",
    ["1 ", "1-", "12 ", "123 ", "a@", "a.", "A1 ", "AB ", "a:", "1:", "1.", "$2b$", "DE12 ", "eyJ", "(1", "+1 ", "f",
     "AB 12 34 56 C ", "4111 1111 ", "京A", "@", "1/", "a at b dot ", "::", "00-"],
)  # fmt: skip
def test_a_hostile_cell_does_not_stall(piece: str) -> None:
    cell = piece * (30_000 // len(piece))
    start = perf_counter()
    trials(cell)
    assert perf_counter() - start < 5
