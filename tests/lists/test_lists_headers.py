"""Columns are proposed from their titles in six languages and confirmed by the sender."""

import pytest

from gateway.lists import Field, MappingRefused, confirm, propose
from gateway.lists.headers import _KNOWN, _key
from gateway.lists.titles import TITLES


@pytest.mark.parametrize(
    ("title", "field"),
    [
        ("E-Mail Address", "email"),
        (" e_mail ", "email"),
        ("Mobile Phone", "phone"),
        ("ZIP", "postal_code"),
        ("Opt-In Date", "consent_at"),
        ("이메일", "email"),
        ("휴대전화", "phone"),
        ("수신동의_문자", "consent_sms"),
        ("동의일시", "consent_at"),
        ("姓名", "name"),
        ("手机号码", "phone"),
        ("身份证号", "national_id"),
        ("電子信箱", "email"),
        ("接收對象", "named_recipient"),
        ("ایمیل", "email"),
        ("کد ملی", "national_id"),
        ("كد ملي", "national_id"),
        ("نام خانوادگی", "family_name"),
        ("یادداشت", "notes"),
        ("Straße", "postal_address"),
        ("STRASSE", "postal_address"),
        ("Letzter Kauf", "purchase_at"),
        ("PLZ", "postal_code"),
        ("password_hash", "password_hash"),
        ("ｅｍａｉｌ", "email"),
        ("Adresse e-mail", "email"),
        ("Courriel", "email"),
        ("Téléphone portable", "phone"),
        ("Prénom", "given_name"),
        ("Nom", "family_name"),
        ("N° client", "external_id"),
        ("Date de naissance", "birth_date"),
        ("Désabonné le", "withdrawn_at"),
        ("Mot de passe", "password_hash"),
        ("OPTIN_TIME", "consent_at"),
        ("UNSUB_TIME", "withdrawn_at"),
        ("Mobile Phone Number", "phone"),
        ("State/Region", "region"),
        ("Mailing Zip/Postal Code", "postal_code"),
        ("Accepts Email Marketing", "consent_email"),
        ("Record ID", "external_id"),
        ("이메일 수신 동의", "consent_email"),
        ("최근주문일", "purchase_at"),
        ("是否同意接收短信", "consent_sms"),
        ("居民身份证号", "national_id"),
        ("會員證號", "external_id"),
        ("電郵地址", "email"),
        ("شماره تماس", "phone"),
        ("تاریخ لغو عضویت", "withdrawn_at"),
        ("Geb.-Datum", "birth_date"),
    ],
)
def test_a_title_says_what_its_column_holds(title: str, field: str) -> None:
    (proposal,) = propose([title]).proposals
    assert proposal.field == field
    assert proposal.reason


def test_an_unknown_title_is_left_to_the_scan() -> None:
    mapping = propose(["email", "colour", "notes", "password"])
    assert mapping.fields["colour"] is None
    assert mapping.undeclared == ("colour", "notes", "password")
    assert (mapping.place("notes"), mapping.place("phone")) == (2, None)


def test_of_two_claimants_the_first_has_it_and_the_second_says_why() -> None:
    first, second = propose(["email", "E-Mail"]).proposals
    assert (first.field, second.field) == (Field.EMAIL, None)
    assert "email" in second.reason


def test_the_senders_word_wins_and_moves_a_field() -> None:
    mapping = confirm(propose(["email", "work mail", "colour"]), {"work mail": "email", "colour": "ignore"})
    assert mapping.fields == {"email": None, "work mail": Field.EMAIL, "colour": Field.IGNORE}


def test_several_columns_may_be_ignored_or_notes() -> None:
    mapping = confirm(propose(["email", "a", "b", "c"]), {"a": "notes", "b": "notes", "c": "ignore"})
    assert mapping.undeclared == ("a", "b", "c")


@pytest.mark.parametrize(
    ("columns", "overrides", "code"),
    [
        (["email", "name"], {"nmae": "name"}, "column_unknown"),
        (["email", "name"], {"name": "nickname"}, "field_unknown"),
        (["a", "b"], {"a": "email", "b": "email"}, "column_mapped_twice"),
        (["name", "city"], {}, "no_identifier"),
        (["email"], {"email": "ignore"}, "no_identifier"),
    ],
)
def test_a_wrong_mapping_is_refused(columns: list[str], overrides: dict[str, str], code: str) -> None:
    with pytest.raises(MappingRefused) as refused:
        confirm(propose(columns), overrides)
    assert refused.value.code == code


def test_no_title_stands_for_two_fields() -> None:
    seen: dict[str, str] = {}
    for field, titles in TITLES.items():
        for title in titles.split(";"):
            assert seen.setdefault(_key(title), field) == field, title
    assert set(TITLES) | {"ignore"} == set(Field)
    assert "" not in _KNOWN
