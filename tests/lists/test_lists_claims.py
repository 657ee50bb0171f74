"""What the cells claim fills in where titles say nothing, and nowhere else."""

from hypothesis import given
from hypothesis import strategies as st

from gateway.lists import By, Claim, Field, propose, settle
from gateway.lists.headers import said_by

TITLES = st.sampled_from(
    ("email", "E-Mail", "이메일", "phone", "Telefon", "notes", "کد ملی", "col7", "Unnamed: 3", "_4", "Sähköposti", "x")
)
CLAIMS = st.builds(
    Claim,
    st.sampled_from((Field.EMAIL, Field.PHONE, Field.NATIONAL_ID, Field.NAME)),
    st.floats(0.5, 1),
    st.none() | st.floats(0.001, 0.2),
)


@given(st.lists(TITLES, unique=True, min_size=1), st.dictionaries(TITLES, CLAIMS))
def test_whatever_the_cells_say_a_title_stands_and_no_field_is_given_twice(
    columns: list[str], claims: dict[str, Claim]
) -> None:
    by_title = {each.column: each.field for each in propose(columns).proposals}
    settled = settle(columns, claims)
    assert [each.column for each in settled] == columns
    for each in settled:
        if by_title[each.column] is not None:
            assert (each.field, each.by) == (by_title[each.column], By.TITLE)
        if each.by is By.CONTENT:
            assert said_by(each.column) is None
            assert each.field is claims[each.column].field
        assert (each.field is None) is (each.by is By.NOTHING)
    given_ = [each.field for each in settled if each.field not in {None, Field.NOTES}]
    assert len(given_) == len(set(given_))


def test_of_two_the_surer_has_the_field_and_the_other_says_whose_it_is() -> None:
    claims = {"a": Claim(Field.PHONE, 0.9, 0.1), "b": Claim(Field.PHONE, 0.98, 0.1), "c": Claim(Field.EMAIL, 1.0, None)}
    settled = settle(("a", "b", "c", "E-mail"), claims)
    assert [(each.field, each.by, each.rival) for each in settled] == [
        (None, By.NOTHING, "b"),
        (Field.PHONE, By.CONTENT, ""),
        (None, By.NOTHING, "E-mail"),
        (Field.EMAIL, By.TITLE, ""),
    ]
