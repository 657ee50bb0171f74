"""Numbers that are judged together are judged as each alone would be."""

from collections.abc import Iterator
from random import Random

import numpy as np
import phonenumbers
import pyarrow as pa
import pyarrow.compute as pc
import pytest

from bench.planted.lists import planted
from gateway.samples import numbers as samples
from gateway.scan import Kind
from gateway.scan.gates import gates
from gateway.scan.identifiers import phones
from gateway.scan.identifiers.necessary import RULES
from gateway.scan.identifiers.numbers import RUN, digits, unbracketed
from gateway.scan.identifiers.row import Row
from gateway.scan.identifiers.table_digits import ROWS
from gateway.scan.identifiers.table_letters import SHELVES
from gateway.scan.identifiers.together import together
from gateway.scan.identifiers.tokens import LONGEST, tokens
from gateway.scan.letters import flat
from gateway.scan.looks import looks
from gateway.scan.recogniser import look
from gateway.scan.spans import Taken
from gateway.scan.wording import WORTH_A_LOOK, trials

DRAWN = 3_000
SIGNS = (" ", "-", ".", "/", ") ", "", "")


def seeded(seed: int) -> Random:
    return Random(seed)  # noqa: S311  the same every time, and not secret


def dated(rng: Random, length: int) -> str:
    """Draw digits; half of them hold a date somewhere, as many identity numbers do."""
    drawn = "".join(rng.choices("0123456789", k=length))
    if rng.random() < 0.5:
        year, month, day = f"{rng.randrange(100):02d}", f"{rng.randrange(1, 13):02d}", f"{rng.randrange(1, 32):02d}"
        at, date = rng.choice((0, 0, 1, 2, 4, 6)), rng.choice((year + month + day, day + month + year))
        drawn = (drawn[:at] + date + drawn[at + 6 :])[:length]
    return drawn


def of_form(rng: Random, row: Row, length: int) -> Iterator[str]:
    for _ in range(DRAWN):
        drawn = dated(rng, length)
        if row.shaped(drawn):
            yield drawn


@pytest.mark.parametrize("row", [row for row in ROWS if row.check in RULES], ids=lambda row: row.kind.value)
def test_what_has_to_hold_before_a_check_holds_of_all_that_pass_it(row: Row) -> None:
    rng = seeded(1)
    for length in row.lengths:
        right = [drawn for drawn in of_form(rng, row, length) if row.check(drawn)]
        if right:
            matrix = np.array([list(map(int, drawn)) for drawn in right], np.int64)
            assert RULES[row.check](matrix).all()


def written(rng: Random) -> str:
    """Draw a number of any length, bare or with signs in it, grouped as a house groups it or anyhow."""
    drawn = dated(rng, rng.randrange(7, 20))
    if rng.random() < 0.4:
        return drawn
    if rng.random() < 0.5:
        size, sign = rng.randrange(1, 6), rng.choice(" -.")
        return sign.join(drawn[at : at + size] for at in range(0, len(drawn), size))
    cuts = sorted(rng.sample(range(1, len(drawn)), rng.randrange(1, 4)))
    parts = [drawn[start:end] for start, end in zip([0, *cuts], [*cuts, len(drawn)], strict=True)]
    return rng.choice(("", "", "+", "00", "(")) + "".join(part + rng.choice(SIGNS) for part in parts[:-1]) + parts[-1]


ISSUED = (
    samples.ir_code, samples.cn_resident, samples.card, samples.phone_kr, samples.phone_us,
    lambda rng: "960121-" + dated(rng, 7), lambda rng: "{}-{}-{}".format(*(dated(rng, size) for size in (3, 2, 4))),
    lambda rng: f"756.{dated(rng, 4)}.{dated(rng, 4)}.{dated(rng, 2)}", lambda rng: "9" + dated(rng, 8),
    lambda rng: f"0{dated(rng, 2)} {dated(rng, 3)} {dated(rng, 5)}",
    lambda rng: f"9{dated(rng, 2)}-{dated(rng, 2)}-{dated(rng, 4)}",
    lambda rng: f"+49 {dated(rng, 3)} {dated(rng, 7)}", lambda rng: f"+82 10-{dated(rng, 4)}-{dated(rng, 4)}",
    lambda rng: f"0049{dated(rng, 10)}", lambda rng: f"+1{dated(rng, 10)}",
)  # fmt: skip


def test_runs_judged_together_are_judged_as_each_alone() -> None:
    rng = seeded(2)
    drawn = [written(rng) for _ in range(12_000)] + [rng.choice(ISSUED)(rng) for _ in range(6_000)]
    runs = [
        text for text in drawn if (match := RUN.fullmatch(text)) and unbracketed(*match.span(), text) == match.span()
    ]
    known = together(runs)
    assert len(known) > 10_000
    for text, judged in known.items():
        alone = [trial for trial in digits(text, Taken(), {}) if (trial.start, trial.end) == (0, len(text))]
        assert [(each.kind, each.passed, each.needs_name) for each in alone] == list(judged.tried)


STARTS = ("A1", "JK", "C", "DE", "ATU", "M", "X", "PAN", "", "E", "HZ", "12", "B")


def coded(rng: Random, length: int) -> str:
    """Draw a word of letters and digits, as passports and tax numbers have them."""
    start = rng.choice((*STARTS, rng.choice("ABCDEFGHJKLMNPQRSTUVWXYZ")))
    end = rng.choice(("", "", rng.choice("ABCDEFGHIJKLMNOPQRSTUVWXYZ")))
    drawn = (start + dated(rng, max(1, length - len(start) - len(end))) + end)[:length]
    return drawn.lower() if rng.random() < 0.1 else drawn


@pytest.mark.parametrize("title", ["x", "phone", "national_id", "national_code", "주민번호"])
def test_cells_looked_at_together_are_looked_at_as_each_alone(title: str) -> None:
    rng = seeded(3)
    drawn = [written(rng) for _ in range(1_500)] + [rng.choice(ISSUED)(rng) for _ in range(1_500)]
    full = {code: code + 0xFEE0 for code in range(0x21, 0x7F)}
    cells = [*drawn, *(f"call {text} please" for text in drawn[:300]), *(text.translate(full) for text in drawn[:300])]
    cells += [f"{text[:3]}\u200b{text[3:]}" for text in drawn[:300]] + ["192.168.10.200", "12-34-56-78-90-12"]
    shapes = [flat(cell) for cell in dict.fromkeys(cells)]
    for expected in (frozenset[Kind](), frozenset({Kind.PHONE})):
        opened = gates(pa.array([shape.text for shape in shapes])).tolist()
        looked = looks(shapes, title, expected, opened, [0] * len(shapes))
        alone = [look(shape, title, expected, words=0) for shape in shapes]
        assert [looked.of(at) for at in range(len(shapes))] == alone


@pytest.mark.parametrize("title", ["x", "passport", "national_id"])
def test_words_of_letters_and_digits_judged_together_are_judged_as_each_alone(title: str) -> None:
    rng = seeded(5)
    lengths = [length for length in SHELVES if length <= LONGEST]
    drawn = [coded(rng, rng.choice(lengths)) for _ in range(6_000)]
    shapes = [flat(cell) for cell in dict.fromkeys(drawn)]
    assert len(tokens(drawn)) > 4_000
    looked = looks(shapes, title, (), gates(pa.array([shape.text for shape in shapes])).tolist(), [0] * len(shapes))
    alone = [look(shape, title, words=0) for shape in shapes]
    assert sum(map(bool, alone)) > 500
    assert [looked.of(at) for at in range(len(shapes))] == alone


def test_numbers_abroad_that_are_plainly_right_are_right() -> None:
    rng = seeded(4)
    codes = [code for code in phonenumbers.COUNTRY_CODE_TO_REGION_CODE if code < 800]
    plainly = 0
    for _ in range(8_000):
        code = rng.choice((*codes, 1, 49, 82, 86, 886, 98, 44, 7))
        example = phonenumbers.example_number(phonenumbers.region_code_for_country_code(code))
        told = phonenumbers.national_significant_number(example) if example else "123456789"
        kept = rng.randrange(len(told))
        number = f"{code}{rng.choice(('', '', '', '0', '1'))}{told[:kept]}" + "".join(
            rng.choices("0123456789", k=len(told) - kept)
        )
        if any(phones._plainly(number[:size]).fullmatch(number, size) for size in (1, 2, 3)):
            plainly += 1
            assert phonenumbers.is_valid_number(phonenumbers.parse(f"+{number}"))
    assert plainly > 1_000


def test_no_country_has_a_code_with_a_zero_before() -> None:
    assert not any(phones._plainly(code).fullmatch(code + "2025550123", len(code)) for code in ("0", "01", "001"))


@pytest.mark.parametrize("locale", ["en", "de", "fr", "fa", "zh-Hans", "zh-Hant", "ko"])
def test_what_the_patterns_say_to_look_for_is_all_there_is_to_find(locale: str) -> None:
    made = planted(locale, 400, 6)
    cells = list(dict.fromkeys(cell for column in made.columns.values() for cell in column))
    wanted = np.zeros(len(cells), np.uint8)
    for pattern, parts in WORTH_A_LOOK.items():
        wanted |= pc.match_substring_regex(pa.array(cells), pattern).to_numpy(zero_copy_only=False) * np.uint8(parts)
    for title in ("", "notes", "address", "diagnosis", "name", "birthday"):
        for cell, parts in zip(cells, wanted.tolist(), strict=True):
            text = flat(cell).text
            assert trials(text, title, parts) == trials(text, title)
