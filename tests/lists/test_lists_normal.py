"""Values come into one form, and that form does not change again."""

import unicodedata

import phonenumbers
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from gateway.lists import BadValue, normal
from gateway.lists.letters import fold
from gateway.lists.phones import _short_way

REGIONS = ("DE", "KR", "IR", "TW", "CN", "US", "GB", "FR", "IT", "AR", "MX", "BR", "RU", "CA", "HK", "AT")
PERSIAN = {ord(str(value)): 0x06F0 + value for value in range(10)}
ARABIC = {ord(str(value)): 0x0660 + value for value in range(10)}
FULL = {ord(str(value)): 0xFF10 + value for value in range(10)}


def by_library(value: str, region: str) -> str | None:
    try:
        number = phonenumbers.parse(fold(value).strip(), region)
    except phonenumbers.NumberParseException:
        return None
    if not phonenumbers.is_valid_number(number):
        return None
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)


def by_us(value: str, region: str) -> str | None:
    try:
        return normal.phone(value, region)
    except BadValue:
        return None


@st.composite
def phone_like(draw: st.DrawFn) -> tuple[str, str]:
    """Numbers of a region, true and mutilated, with prefixes that people write."""
    region = draw(st.sampled_from(REGIONS))
    kind = draw(st.sampled_from([0, 1, 2, 3, 4, 6]))
    example_number = phonenumbers.example_number_for_type(region, kind) or phonenumbers.example_number(region)
    assert example_number is not None
    national = phonenumbers.national_significant_number(example_number)
    tail = draw(st.text("0123456789", min_size=0, max_size=6))
    national = national[: max(0, len(national) - len(tail) + draw(st.integers(-1, 1)))] + tail
    code = str(example_number.country_code)
    prefix = draw(
        st.sampled_from(["", "0", "1", "8", "9", "00", "011", "+", code, f"+{code}", f"00{code}", f"+{code}0"])
    )
    written = prefix + national
    for _ in range(draw(st.integers(0, 4))):
        place = draw(st.integers(0, len(written)))
        written = written[:place] + draw(st.sampled_from([" ", "-", ".", "(", ")", "/"])) + written[place:]
    return written, draw(st.sampled_from([region, region, region, "DE", "US", "KR"]))


@settings(max_examples=1500, deadline=None)
@given(phone_like())
@example(("010-1234-5678", "KR"))
@example(("+49 (0) 30 23125123", "DE"))
@example(("0011 1 202 555 0100", "AU"))
@example(("+39 06 6982 0000", "US"))
@example(("9 11 2345 6789", "AR"))
def test_a_phone_is_what_the_library_says(written: tuple[str, str]) -> None:
    value, region = written
    if len(value) <= 40:
        assert by_us(value, region) == by_library(value, region)


@settings(max_examples=300, deadline=None)
@given(st.text("0123456789+-() ./x#*,;ext", max_size=24), st.sampled_from(REGIONS))
def test_any_text_in_a_phone_column_is_what_the_library_says(value: str, region: str) -> None:
    assert by_us(value, region) == by_library(value, region)


@pytest.mark.parametrize("region", ["DE", "KR", "IR", "TW", "CN", "US", "GB", "FR"])
def test_a_plain_mobile_takes_the_short_way(region: str) -> None:
    example_number = phonenumbers.example_number_for_type(region, phonenumbers.PhoneNumberType.MOBILE)
    assert example_number is not None
    for form in (phonenumbers.PhoneNumberFormat.NATIONAL, phonenumbers.PhoneNumberFormat.E164):
        written = phonenumbers.format_number(example_number, form)
        bare = written.translate({ord(mark): None for mark in " -()"})
        assert _short_way(bare, region) is not None


@pytest.mark.parametrize("digits", [PERSIAN, ARABIC, FULL])
def test_digits_of_other_scripts_and_unseen_marks(digits: dict[int, int]) -> None:
    written = "0912\u200e345\u200b6789".translate(digits)
    assert normal.phone(f"\u202a{written}\u202c", "IR") == "+989123456789"
    assert normal.phone("\uff0b" + "49 30 23125123".translate(digits), "KR") == "+493023125123"


@pytest.mark.parametrize(
    ("value", "region", "code"),
    [
        ("", "KR", "phone_empty"),
        (" \u200b", "KR", "phone_empty"),
        ("1" * 41, "KR", "phone_too_long"),
        ("12", "KR", "phone_invalid"),
        ("not a number", "DE", "phone_invalid"),
        ("0912 345 678", "IR", "phone_invalid"),
        ("030 23125123", "XX", "region_unknown"),
    ],
)
def test_a_bad_phone_is_refused_without_being_repeated(value: str, region: str, code: str) -> None:
    with pytest.raises(BadValue) as bad:
        normal.phone(value, region)
    assert bad.value.code == code
    assert len(value) < 3 or value not in bad.value.message


@pytest.mark.parametrize(
    ("value", "form"),
    [
        ("Ada.Lovelace@Example.COM", "ada.lovelace@example.com"),
        ("  a+b@example.org\t", "a+b@example.org"),
        ("ａｄａ@ｅｘａｍｐｌｅ．ｃｏｍ", "ada@example.com"),
        ("a\u200bda@example.com\u200f", "ada@example.com"),
        ("x@münchen.example", "x@xn--mnchen-3ya.example"),
        ("x@MÜNCHEN.example", "x@xn--mnchen-3ya.example"),
        ("x@xn--mnchen-3ya.example", "x@xn--mnchen-3ya.example"),
        ("김@한국.example", "김@xn--3e0b707e.example"),
        ("kunde۱@example.com", "kunde1@example.com"),
        ("a@b-c.example", "a@b-c.example"),
    ],
)
def test_an_email_comes_into_one_form(value: str, form: str) -> None:
    assert normal.email(value) == form


@pytest.mark.parametrize(
    ("value", "code"),
    [
        ("", "email_empty"),
        ("ada", "email_shape"),
        ("a@b@example.com", "email_shape"),
        ("@example.com", "email_shape"),
        ("a@", "email_domain"),
        ("a@localhost", "email_domain"),
        ("a@example..com", "email_domain"),
        ("a@.example.com", "email_domain"),
        ("a@-x.example", "email_domain"),
        ("a@example.com.", "email_domain"),
        ("a@127.0.0.1", "email_domain"),
        ("a@xn--a.example", "email_domain"),
        (".a@example.com", "email_shape"),
        ("a..b@example.com", "email_shape"),
        ("a b@example.com", "email_shape"),
        ('"a b"@example.com', "email_shape"),
        ("a@example.com, b@example.com", "email_shape"),
        (f"{'a' * 65}@example.com", "email_shape"),
        (f"a@{'b' * 250}.com", "email_too_long"),
        (f"a@{'b' * 64}.com", "email_domain"),
    ],
)
def test_a_bad_email_is_refused_without_being_repeated(value: str, code: str) -> None:
    with pytest.raises(BadValue) as bad:
        normal.email(value)
    assert bad.value.code == code
    assert len(value) < 4 or value not in bad.value.message


LABEL = st.from_regex(r"[a-zA-Z0-9]([a-zA-Z0-9-]{0,10}[a-zA-Z0-9])?", fullmatch=True)
LOCAL = st.text(st.characters(exclude_categories=("Cs", "Cc", "Zs", "Zl", "Zp")), min_size=1, max_size=20)


@settings(max_examples=500, deadline=None)
@given(
    LOCAL,
    st.lists(LABEL, min_size=1, max_size=3),
    st.sampled_from(["com", "Example", "한국", "ORG", "co.uk"]),
)
def test_the_form_of_an_email_is_stable(local: str, labels: list[str], top: str) -> None:
    try:
        form = normal.email(f"{local}@{'.'.join(labels)}.{top}")
    except BadValue:
        return
    assert normal.email(form) == form
    assert normal.email(f" {form.upper()} ") in {form, normal.email(form.upper())}
    assert form.count("@") == 1
    assert form.partition("@")[2].isascii()
    assert unicodedata.is_normalized("NFKC", form)


@settings(max_examples=300, deadline=None)
@given(st.from_regex(r"[a-z0-9._+-]{1,12}@[a-z0-9.-]{1,15}\.[a-z]{1,4}", fullmatch=True))
def test_the_short_way_of_an_email_agrees_with_the_careful_one(value: str) -> None:
    from gateway.lists.emails import _PLAIN, _careful

    if _PLAIN.fullmatch(value):
        assert _careful(value) == value


def test_names_and_addresses_compare_across_spellings() -> None:
    assert normal.name("  Jörg   MÜLLER ") == normal.name("jörg müller")
    assert normal.name("علي كريمي") == normal.name("علی کریمی")
    assert normal.postal("Große Str. 5", "80331", "München", "DE") == normal.postal(
        "GROSSE STR 5", "80 331", "münchen", "DE"
    )
    assert normal.postal("Hauptstr. 5", "80331", "", "DE") != normal.postal("Hauptstr. 51", "80331", "", "DE")
    for address, code, city, country, wrong in (
        (" ", "1234", "x", "DE", "postal_empty"),
        ("Weg 1", "", "", "DE", "postal_place_missing"),
        ("Weg 1", "12345", "", "Germany", "country_unknown"),
        ("Weg 1", "!!", "", "DE", "postal_code_shape"),
    ):
        with pytest.raises(BadValue, match=wrong):
            normal.postal(address, code, city, country)


@given(st.text(max_size=30))
def test_the_comparable_form_is_stable(text: str) -> None:
    assert normal.name(normal.name(text)) == normal.name(text)


def test_external_ids_keep_their_case() -> None:
    assert normal.external_id(" Ab-۱۲ ") == "Ab-12"
    for value, code in (("", "external_id_empty"), ("x" * 201, "external_id_too_long")):
        with pytest.raises(BadValue, match=code):
            normal.external_id(value)


ANSWERS = {
    "Y": True,
    "예": True,
    "بله": True,
    "是": True,
    "1": True,
    "N": False,
    "": False,
    "nein": False,
    "خیر": False,
}


@pytest.mark.parametrize("value", ANSWERS)
def test_answers(value: str) -> None:
    assert normal.yes(value) is ANSWERS[value]


def test_an_unknown_answer_is_not_a_consent() -> None:
    with pytest.raises(BadValue, match="answer_unknown"):
        normal.yes("maybe")
