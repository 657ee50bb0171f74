"""A gate is never closed to a detector that would find something."""

import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bench.planted.lists import planted
from gateway.scan.gates import EVERYTHING, gates
from gateway.scan.letters import flat
from gateway.scan.trials import trials
from tests.scan.identifier_draws import FORMS, NAMED, seeded, valid

SIGNS = " -./():+@$*{}[]_,;\n"
PIECES = (
    "ada@example.org", "ada (at) example.org", "ada at example dot org", "ada골뱅이example.org", "ада@пример.рф",
    "$2b$12$" + "a" * 53, "$6$salt$" + "b" * 86, "{SSHA}" + "c" * 28, "*" + "A1" * 20,
    "pbkdf2_sha256:1000:salt:" + "d" * 44,
    "scrypt:32768:8:1$" + "e" * 24, "md5$salt$" + "0f" * 16, "AKIA" + "Z9" * 8, "ghp_" + "x" * 36, "glpat-" + "y" * 20,
    "xoxb-" + "1" * 12, "ya29." + "q" * 24, "sk_live_" + "k" * 12,
    "SG." + "s" * 20 + "." + "t" * 40, "key-" + "0a" * 16,
    "0a" * 16, "0A" * 20, "0a" * 16 + "-us1",
    "1234567890:AA" + "h" * 33, "eyJ" + "a" * 9 + ".eyJ" + "b" * 9 + "." + "c" * 20,
    "-----BEGIN RSA PRIVATE KEY-----", "PuTTY-User-Key-File-2", "AGE-SECRET-KEY-1" + "Q" * 58,
    "192.168.10.200", "2001:db8::ff00:42:8329", "00:1a:2b:3c:4d:5e", "00-1A-2B-3C-4D-5E", "001a.2b3c.4d5e",
    "123e4567-e89b-12d3-a456-426614174000", "京A12345", "粤B·D12345", "12가 3456", "12 الف 345-67", "12ب345ایران67",
    "DE89 3704 0044 0532 0130 00", "DE-89-37-04-00-44-05-32-01-30-00", "IR062960000000100324200001",
    "NL.91.ABNA.0417.1643.00",
    "A1 23 45 67 89", "A-1-2-3-4-5-6-7-8-9", "AB12 CD34 EF5", "11010519491231002X",
    "+49 (0) 30 23125123", "(02) 7413-0104",
)  # fmt: skip


def differing(texts: list[str]) -> list[str]:
    """Give the texts in which less is found behind the gates than without them."""
    opened = gates(pa.array(texts, pa.large_string())).tolist()
    return [text for text, wanted in zip(texts, opened, strict=True) if trials(text, {}, wanted) != trials(text)]


@pytest.mark.parametrize("locale", ["en", "de", "fr", "fa", "zh-Hans", "zh-Hant", "ko"])
def test_nothing_planted_is_behind_a_closed_gate(locale: str) -> None:
    made = planted(locale, 300, 8)
    assert differing(list(dict.fromkeys(flat(cell).text for column in made.columns.values() for cell in column))) == []


def test_every_kind_of_number_opens_its_gate_however_it_is_cut() -> None:
    rng, texts = seeded(6), list[str]()
    for kind in [*FORMS, *NAMED]:
        for _ in range(25):
            bare = valid(kind, rng)
            size, sign = rng.randrange(1, 6), rng.choice(" -.")
            cut = sign.join(bare[at : at + size] for at in range(0, len(bare), size))
            texts += [bare, cut, bare.lower(), f"号{cut}입니다", f"({bare})", f"no {bare} x1", f"{bare}{sign}{cut}"]
    assert differing(texts) == []


@settings(max_examples=400, deadline=None)
@given(
    st.lists(st.one_of(st.sampled_from(PIECES), st.text("019aAxXé号가ب" + SIGNS, max_size=9)), max_size=5), st.data()
)
def test_whatever_is_found_without_gates_is_found_behind_them(pieces: list[str], data: st.DataObject) -> None:
    text = "".join(pieces)
    for _ in range(data.draw(st.integers(0, 3))):
        at = data.draw(st.integers(0, len(text)))
        text = text[:at] + data.draw(st.sampled_from(SIGNS + "1aA")) + text[at + data.draw(st.integers(0, 1)) :]
    assert differing([text, flat(text).text, text.upper(), text.lower()]) == []


@pytest.mark.parametrize("text", ["", "Hans Müller", "12.50 EUR", "3 of 12-05", "was late by 13 days"])
def test_gates_are_closed_where_there_is_nothing(text: str) -> None:
    assert gates(pa.array([text])).tolist() == [0]
    assert trials(text, {}, EVERYTHING) == []
