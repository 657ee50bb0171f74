"""Leak tells: each sign is seen in a list that has it and not in an honest one, whole or in pieces in any order."""

import json
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gateway.domain.leak_counts import GROUPS, Distinct, Numbered, hashed
from gateway.domain.leaks import Tell, Tells
from policies.load import load_bundle
from policies.terms import Verdict

NOW = datetime(2026, 11, 20, 10, tzinfo=UTC)
SALT = b"of this batch"
FIELDS = {"E-mail": "email", "Phone": "phone", "Consent at": "consent_at", "Notes": "notes", "Bought": "purchase_at"}
Columns = Mapping[str, Sequence[str]]


def honest(rows: int, seed: int = 1) -> dict[str, list[str]]:
    """Make a list as people make it: names with years of birth, numbers all over, consents over a year."""
    rng = Random(seed)  # noqa: S311  a list to look at, no secret
    names = ["anna", "minjun", "sara", "wei", "hans", "leila", "marie", "yuki"]
    seconds = [rng.randrange(31_000_000) for _ in range(rows)]
    return {
        "E-mail": [f"{rng.choice(names)}.{rng.choice(names)}{rng.randint(50, 2010)}@mail.kr" for _ in range(rows)],
        "Phone": [f"010-{rng.randint(2000, 9999)}-{rng.randint(0, 9999):04d}" for _ in range(rows)],
        "Consent at": [(NOW - timedelta(seconds=each)).isoformat() for each in seconds],
        "Notes": [rng.choice(["", "wants a catalogue", "water leak in the kitchen", "likes tea"]) for _ in range(rows)],
        "Bought": ["2026-03-0" + str(rng.randint(1, 9)) for _ in range(rows)],
    }  # fmt: skip


def tells_of(columns: Columns, fields: Mapping[str, str] = FIELDS, pieces: int = 1) -> tuple[Tell, ...]:
    """Feed a list in pieces, each to a collector of its own that is kept as JSON and merged."""
    rows = len(next(iter(columns.values())))
    size = -(-rows // pieces)
    whole = Tells()
    for start in range(0, rows, size):
        part = Tells(SALT, NOW)
        part.feed({title: cells[start : start + size] for title, cells in columns.items()}, fields)
        whole.merge(json.loads(json.dumps(part.to_json())))
    return whole.verdict()


def codes(columns: Columns, fields: Mapping[str, str] = FIELDS, pieces: int = 1) -> list[str]:
    return [tell.code for tell in tells_of(columns, fields, pieces)]


@pytest.mark.parametrize("rows", [1, 60, 3000])
@pytest.mark.parametrize("pieces", [1, 7])
def test_an_honest_list_tells_nothing(rows: int, pieces: int) -> None:
    assert codes(honest(rows), pieces=pieces) == []


def test_a_list_of_days_without_times_tells_nothing() -> None:
    columns = honest(500) | {"Consent at": ["2026-05-01"] * 500}
    assert codes(columns) == []
    assert codes(columns | {"Consent at": ["2026-05-01 00:00:00"] * 500}) == []
    assert codes(columns | {"Consent at": ["2026-05-01 10:00"] * 500}) == []


def changed(rows: int = 1000, **cells: Sequence[str]) -> dict[str, Sequence[str]]:
    names = {"email": "E-mail", "phone": "Phone", "consent": "Consent at", "notes": "Notes", "bought": "Bought"}
    return {**honest(rows), **{names[name]: each for name, each in cells.items()}}


RNG = Random(7)  # noqa: S311
SHUFFLED = RNG.sample(range(1, 1001), 1000)
SIGNS: dict[str, tuple[dict[str, Sequence[str]], str]] = {
    "one_second": (
        changed(consent=["2026-05-01T10:11:12Z"] * 250 + honest(1000)["Consent at"][250:]), "identical_consent_times"),
    "spelled_with_an_offset": (
        changed(consent=["2026-05-01 19:11:12+09:00", "2026-05-01T10:11:12Z"] * 200 + honest(1000)["Consent at"][400:]),
        "identical_consent_times"),
    "hurried": (
        changed(consent=[(NOW - timedelta(seconds=n % 150, days=9)).isoformat() for n in range(1000)]),
        "hurried_consents"),
    "to_come": (changed(bought=["2026-12-24"] * 990 + ["2026-12-24 10:00:00"] * 10), "times_in_the_future"),
    "counting_addresses": (changed(email=[f"user{n:05d}@firm.de" for n in range(1000)]), "sequential_addresses"),
    "counting_addresses_shuffled": (changed(email=[f"user{n}@firm.de" for n in SHUFFLED]), "sequential_addresses"),
    "counting_behind_a_word": (changed(email=[f"a{n}b@firm.de" for n in range(1000)]), "sequential_addresses"),
    "counting_numbers": (changed(phone=[f"+82 10-5555-{n:04d}" for n in range(1000)]), "sequential_addresses"),
    "counting_numbers_shuffled": (changed(phone=[f"0105555{n:04d}" for n in SHUFFLED]), "sequential_addresses"),
    "persian_digits": (
        changed(phone=[f"0912555{n:04d}".translate(str.maketrans("0123456789", "۰۱۲۳۴۵۶۷۸۹")) for n in range(1000)]),
        "sequential_addresses"),
    "padded": (changed(email=(honest(400)["E-mail"] * 3)[:1000], phone=(honest(400)["Phone"] * 3)[:1000]),
               "repeated_rows"),
    "talk_of_thieves": (changed(notes=["from raidforums, Collection #1"] * 5 + [""] * 995), "breach_marker"),
    "talk_of_thieves_in_chinese": (changed(notes=["社工库"] * 5 + [""] * 995), "breach_marker"),
    "combolist": (changed(notes=[f"{RNG.random()}@mail.ru:qwerty{n}" for n in range(1000)]), "combined_credentials"),
}  # fmt: skip


@pytest.mark.parametrize(("columns", "code"), SIGNS.values(), ids=SIGNS)
@pytest.mark.parametrize("pieces", [1, 5])
def test_each_sign_is_seen(columns: Columns, code: str, pieces: int) -> None:
    assert code in codes(columns, pieces=pieces)


@pytest.mark.parametrize(
    ("columns", "code"),
    [
        (changed(consent=["2026-05-01T10:11:12Z"] * 190 + honest(1000)["Consent at"][190:]), "identical_consent_times"),
        (changed(consent=[(NOW - timedelta(seconds=n % 250, days=9)).isoformat() for n in range(1000)]),
         "hurried_consents"),
        (changed(bought=["2026-11-21 09:00:00"] * 1000), "times_in_the_future"),
        (changed(bought=["2026-12-24 10:00:00"] * 4 + ["2026-01-01"] * 996), "times_in_the_future"),
        (changed(email=[f"user{n}@firm.de" for n in range(199)] + honest(801)["E-mail"]), "sequential_addresses"),
        (changed(email=[f"user{n}@example.com" for n in range(1000)]), "sequential_addresses"),
        (changed(email=[f"user{n * 3}@firm.de" for n in SHUFFLED]), "sequential_addresses"),
        (changed(email=honest(600)["E-mail"] + honest(600)["E-mail"][:400],
                 phone=honest(600)["Phone"] + honest(600)["Phone"][:400]), "repeated_rows"),
        (changed(notes=["was on pwned"] * 4 + [""] * 996), "breach_marker"),
        (changed(notes=["write to anna@mail.ru: urgent"] * 1000), "combined_credentials"),
    ],
)  # fmt: skip
def test_what_falls_short_of_a_sign_tells_nothing(columns: Columns, code: str) -> None:
    assert code not in codes(columns)


@pytest.mark.parametrize(
    "titles",
    [
        ["id", "email", "password", "salt", "ip"],
        ["uid", "username", "pwd_md5"],
        ["E-Mail", "Kennwort"],
        ["이메일", "비밀번호"],
        ["邮箱", "密码"],
        ["ایمیل", "رمز عبور"],
        ["user_login", "User Passwd"],
    ],
)
def test_passwords_beside_people_refuse(titles: list[str]) -> None:
    (tell, *_) = tells_of({title: ["x", ""] for title in titles}, {})
    assert (tell.code, tell.severity, tell.rule) == ("credentials_beside_identifiers", Verdict.REFUSE, "SRC-LEAKED")


def test_an_empty_password_column_and_passwords_of_nobody_do_not_refuse() -> None:
    assert codes({"email": ["a@b.kr"], "password": [" "]}, {"email": "email"}) == []
    assert codes({"door": ["x"], "password": ["y"]}, {}) == []
    assert codes({"email": ["a@b.kr"], "passport": ["y"], "salutation": ["Ms"]}, {"email": "email"}) == []


def test_a_declared_password_column_refuses_whatever_its_title() -> None:
    fields = {"email": "email", "k": "password_hash"}
    assert codes({"email": ["a@b.kr"], "k": ["$2b$12$"]}, fields) == ["credentials_beside_identifiers"]


def test_what_the_scanner_tells_by_itself_counts() -> None:
    tells = Tells(SALT, NOW)
    tells.heard(["credentials_beside_identifiers", "something_new"])
    assert [tell.code for tell in tells.verdict()] == ["credentials_beside_identifiers"]


@pytest.mark.parametrize(
    ("titles", "told"),
    [
        (["user_login", "user_email", "user_registered", "user_activation_key"], True),
        (["username", "email", "is_staff", "date_joined", "last_login"], True),
        (["memberid", "name", "email", "joined"], False),
        (["username", "email", "registerDate"], False),
        (["id", "email", "name", "city"], False),
    ],
)
def test_the_table_of_a_known_program_quarantines(titles: list[str], told: bool) -> None:
    found = tells_of({title: ["x"] for title in titles}, {})
    assert [tell.code for tell in found] == (["dump_shape"] if told else [])
    assert all(tell.severity is Verdict.QUARANTINE for tell in found)


@pytest.mark.parametrize("title", ["Leak source", "breach_date", "hacked from", "脱库来源", "해킹일자", "لو رفته"])
def test_a_title_that_names_a_leak_quarantines(title: str) -> None:
    assert codes({"email": ["a@b.kr"], title: ["x"]}, {"email": "email"}) == ["breach_marker"]


@pytest.mark.parametrize("title", ["Leakage class", "디비전", "هکتار", "유출입 구분", "dump truck", "Seite"])
def test_a_title_that_only_sounds_like_it_does_not(title: str) -> None:
    assert codes({"email": ["a@b.kr"], title: ["x"]}, {"email": "email"}) == []


def test_the_gravest_comes_first_and_each_names_a_rule_in_force() -> None:
    sources = {rule.id for rule in load_bundle().sources.values()}
    columns = {**SIGNS["one_second"][0], "password": ["x"] * 1000, "breach": [""] * 1000}
    found = tells_of(columns)
    assert [tell.severity for tell in found] == [Verdict.REFUSE, Verdict.QUARANTINE, Verdict.QUARANTINE]
    assert {tell.rule for tell in found} <= sources
    assert all(tell.cite and tell.words.endswith(".") for tell in found)


@settings(max_examples=25)
@given(order=st.permutations(range(8)), cuts=st.lists(st.integers(1, 999), min_size=7, max_size=7, unique=True))
def test_pieces_in_any_order_count_the_same(order: list[int], cuts: list[int]) -> None:
    columns = SIGNS["one_second"][0]
    edges = [0, *sorted(cuts), 1000]
    parts = []
    for start, end in pairwise(edges):
        part = Tells(SALT, NOW)
        part.feed({title: cells[start:end] for title, cells in columns.items()}, FIELDS)
        parts.append(part)
    one, other = Tells(SALT, NOW), Tells(SALT, NOW)
    for at in range(8):
        one.merge(parts[at])
        other.merge(parts[order[at]])
    assert one.to_json() == other.to_json()
    assert [tell.code for tell in one.verdict()] == ["identical_consent_times"]


def test_what_is_kept_holds_no_value_and_differs_by_salt() -> None:
    columns = honest(300)
    kept = []
    for salt in (b"one", b"two"):
        tells = Tells(salt, NOW)
        tells.feed(columns, FIELDS)
        kept.append(json.dumps(tells.to_json()))
    assert kept[0] != kept[1]
    assert "@" not in kept[0]
    assert not any(cell in kept[0] for title in ("E-mail", "Phone") for cell in columns[title])


def test_what_is_kept_stays_small() -> None:
    whole = Tells(SALT, NOW)
    for seed in range(20):
        part = Tells(SALT, NOW)
        part.feed(honest(2000, seed), FIELDS)
        whole.merge(part)
    assert len(json.dumps(whole.to_json())) < 120_000


ODD = (
    "9999-99-99 99:99:99", "2026-01-01T10:00:00+99:99", "x" * 100_000, "0001-01-01 00:00:01+23:00", "1" * 50_000 + "@",
    "\ud800@b.c:d", "a" * 50_000 + "@b.kr:x",
)  # fmt: skip


@pytest.mark.parametrize("cell", ODD, ids=range(len(ODD)))
def test_no_cell_makes_it_fail(cell: str) -> None:
    tells = Tells(SALT, NOW)
    tells.feed({title: [cell] for title in FIELDS} | {"other": [cell]}, FIELDS)
    assert tells.verdict() == ()


@given(st.sets(st.integers(), max_size=3000))
@settings(max_examples=20)
def test_the_sketch_tells_how_many_within_a_tenth(values: set[int]) -> None:
    sketch = Distinct()
    sketch.add(hashed(SALT, str(value)) for value in values)
    assert abs(sketch.estimate() - len(values)) <= 0.1 * len(values) + 3


def test_only_the_largest_groups_are_kept() -> None:
    numbered = Numbered()
    numbered.add((group, range(group + 1)) for group in range(GROUPS + 200))
    assert len(numbered.groups) == GROUPS
    assert min(numbered.groups) == 200
