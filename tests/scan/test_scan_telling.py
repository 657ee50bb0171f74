"""What columns without a title tell by their cells; made-up digits never tell of an identity number."""

from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bench.planted import benign
from gateway.samples import numbers
from gateway.samples.numbers import digits
from gateway.scan import Kind, Scanner, Told, is_identity, told_of

FORMS = ((3, 2, 4), (6, 7), (6, 4), (8, 4), (3, 3, 3), (4, 4, 4), (9,), (10,), (11,), (13,), (16,), (18,))
DATED = ("%y%m%d", "%d%m%y", "%Y%m%d", "%m%d%y")


def tell(cells: list[str], title: str = "col7") -> Told | None:
    columns = {title: cells}
    return told_of(columns, Scanner().scan(columns)).get(title)


def seeded(seed: int) -> Random:
    return Random(seed)  # noqa: S311  the same every time, and not secret


@settings(max_examples=60, deadline=None)
@given(
    seed=st.integers(0, 10**9),
    form=st.sampled_from(FORMS) | st.lists(st.integers(1, 9), min_size=1, max_size=4),
    between=st.sampled_from(("", "-", " ", ".", "/")),
    dated=st.sampled_from(("", *DATED)),
    head=st.sampled_from(("", "0", "09", "1", "20", "8", "756")),
    rows=st.integers(1, 250),
)
def test_random_digits_and_order_numbers_are_never_told_to_be_identity_numbers(
    seed: int, form: tuple[int, ...], between: str, dated: str, head: str, rows: int
) -> None:
    rng = seeded(seed)
    day = f"{{:{dated}}}" if dated else ""
    cells = [
        head + between.join([*([day.format(benign.moment(rng))] if dated else []), *(digits(rng, n) for n in form)])
        for _ in range(rows)
    ]
    told = tell(cells)
    assert told is None or not is_identity(told.kind), (told, cells[:3])


def test_columns_of_a_shop_are_no_identity_numbers_with_a_title_or_without() -> None:
    rng = seeded(11)
    for title, make in benign.COLUMNS.items():
        cells = [make(rng, row) for row in range(150)]
        for told in (tell(cells), tell(cells, title)):
            assert told is None or not is_identity(told.kind), (title, told)


def test_books_are_no_iranians() -> None:
    rng = seeded(5)
    books = [head + _check_of_a_book(head) for head in (digits(rng, 9) for _ in range(200))]
    assert tell(books) is None
    assert Scanner().scan({"col7": books}).columns["col7"].kind is Kind.NATIONAL_ID_IR, "the check is the same"


def test_made_up_digits_in_the_form_of_a_social_security_number_pass_as_often_as_said() -> None:
    rng = seeded(6)
    cells = [f"{digits(rng, 3)}-{digits(rng, 2)}-{digits(rng, 4)}" for _ in range(2000)]
    verdict = Scanner().scan({"col7": cells}).columns["col7"]
    passed, tried = verdict.tried[Kind.NATIONAL_ID_US]
    assert passed / tried < 0.93
    assert tell(cells) is None


@pytest.mark.parametrize(
    ("make", "kind"),
    [
        (numbers.ir_code, Kind.NATIONAL_ID_IR),
        (numbers.cn_resident, Kind.NATIONAL_ID_CN),
        (numbers.phone_kr, Kind.PHONE),
        (numbers.phone_ir, Kind.PHONE),
    ],
)
def test_what_stands_in_a_column_is_told_with_how_sure(make: object, kind: Kind) -> None:
    rng = seeded(7)
    assert callable(make)
    told = tell([make(rng) for _ in range(60)])
    assert told is not None
    assert (told.kind, told.share) == (kind, 1.0)
    assert told.chance is not None
    assert 0 < told.chance < 0.2
    few = tell([make(rng) for _ in range(5)])
    assert few is None, "five numbers may pass by accident"


def test_numbers_without_a_check_digit_are_told_by_years_in_which_people_are_born() -> None:
    rng = seeded(8)

    def dated(first: int, last: int) -> list[str]:
        return [
            f"{rng.randrange(first, last)}{rng.randrange(1, 13):02}{rng.randrange(1, 29):02}-1{digits(rng, 6)}"
            for _ in range(80)
        ]

    people = tell(dated(40, 100))
    assert people is not None
    assert people.kind is Kind.NATIONAL_ID_KR
    orders = dated(21, 27)
    assert tell(orders) is None
    assert Scanner().scan({"col7": orders}).columns["col7"].kind is Kind.NATIONAL_ID_KR, "the form is the same"


def _check_of_a_book(head: str) -> str:
    check = -sum((10 - at) * int(digit) for at, digit in enumerate(head)) % 11
    return "X" if check == 10 else str(check)
