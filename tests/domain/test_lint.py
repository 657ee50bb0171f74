"""What a message lacks: each law's own words, and no word of the message in what is said of it."""

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gateway.domain.lint import Report, lint
from gateway.domain.message import Message
from policies.load import load_bundle
from policies.terms import Channel, LineType

BUNDLE = load_bundle()
AT = datetime(2026, 11, 20, 10, tzinfo=UTC)
KOREAN = Message(
    text="(광고) 한빛 신간 안내 02-123-4567 출처: 주문 https://hanbit.example 무료수신거부 080-123-4567",
    channel=Channel.SMS,
    purpose="marketing.own.offers",
    countries=("KR",),
    sender_name="한빛",
    sender_country="KR",
)
MAIL = Message(
    text=(
        "Hanbit Books: our new titles. This is an advertisement. Unsubscribe free of charge: https://hanbit.example/u\n"
        "Hanbit Books, 1 Main Street, Springfield, IL 62701"
    ),
    channel=Channel.EMAIL,
    purpose="marketing.own.newsletter",
    countries=("US",),
    sender_name="Hanbit Books",
    sender_country="US",
    subject="New titles",
    headers={
        "List-Unsubscribe": "<https://hanbit.example/u>",
        "List-Unsubscribe-Post": "List-Unsubscribe=One-Click",
    },
)


def codes(report: Report) -> dict[str, str]:
    return {each.duty: each.code for each in report.findings}


def linted(message: Message, **changes: Any) -> dict[str, str]:
    return codes(lint(replace(message, **changes), BUNDLE, AT))


@pytest.mark.parametrize("message", [KOREAN, MAIL], ids=["kr", "us"])
def test_a_message_that_has_all_is_clean(message: Message) -> None:
    report = lint(message, BUNDLE, AT)
    assert report.findings == ()


@pytest.mark.parametrize("label", ["(광 고)", "[광고]", "(광/고)", "( 광고 )", "【광고】"])
def test_a_label_that_looks_like_the_label_does_not_count(label: str) -> None:
    found = linted(KOREAN, text=KOREAN.text.replace("(광고)", label))
    assert found["prefix"] == "malformed"


def test_the_label_stands_first() -> None:
    assert linted(KOREAN, text="한빛 " + KOREAN.text)["prefix"] == "malformed"
    assert linted(KOREAN, text=KOREAN.text.removeprefix("(광고) "))["prefix"] == "missing"
    assert "prefix" not in linted(KOREAN)


@pytest.mark.parametrize("ending", ["무료수신거부 080-123-4567", "무료 수신거부 080-123-4567", "무료거부 080-123-4567"])
def test_the_free_refusal_may_be_written_several_ways(ending: str) -> None:
    text = KOREAN.text.replace("무료수신거부 080-123-4567", ending)
    assert "ending" not in linted(KOREAN, text=text)


def test_the_free_refusal_stands_at_the_end() -> None:
    assert linted(KOREAN, text=KOREAN.text + " 신간" * 100)["ending"] == "missing"


def test_an_american_mail_needs_its_address_its_refusal_and_its_headers() -> None:
    assert linted(MAIL, text=MAIL.text.replace("Springfield, IL 62701", ""))["postal_address"] == "missing"
    assert linted(MAIL, sender_address="2 Other Street")["postal_address"] == "missing"
    assert "postal_address" not in linted(MAIL, sender_address="1 Main Street, Springfield, IL 62701")
    assert linted(MAIL, headers={})["headers"] == "missing"
    assert linted(MAIL, headers={**MAIL.headers, "List-Unsubscribe": "<mailto:u@x.example>"})["headers"] == "malformed"
    assert linted(MAIL, headers={**MAIL.headers, "List-Unsubscribe-Post": "yes"})["headers"] == "malformed"


def test_a_persian_service_line_carries_no_marketing() -> None:
    message = replace(KOREAN, countries=("IR",), sender_country="IR", line=LineType.SERVICE, text="تخفیف لغو۱۱")
    report = lint(message, BUNDLE, AT)
    assert any(each.code == "forbidden" and each.rule.startswith("IR-") for each in report.findings)
    unsaid = lint(replace(message, line=None), BUNDLE, AT)
    assert any(each.code == "line_not_said" for each in unsaid.findings)


@pytest.mark.parametrize("suffix", ["لغو11", "لغو ۱۱", "لغو۱۱", "لغو 11"])
def test_the_persian_ending_may_have_either_digits(suffix: str) -> None:
    message = replace(
        KOREAN, countries=("IR",), sender_country="IR", line=LineType.SERVICE, purpose="service.order",
        text=f"سفارش شما ارسال شد. هانبیت {suffix}",
    )  # fmt: skip
    assert "ending" not in codes(lint(message, BUNDLE, AT))
    assert codes(lint(replace(message, text="سفارش شما ارسال شد."), BUNDLE, AT))["ending"] == "missing"


def test_a_chinese_text_is_signed_and_says_how_to_refuse() -> None:
    message = replace(
        KOREAN, countries=("CN",), sender_country="CN", sender_name="韩光", text="【韩光】新书 拒收请回复R"
    )
    assert not {"signature", "reply_to_stop"} & linted(message).keys()
    assert linted(message, text="韩光新书")["signature"] == "missing"
    assert linted(message, text="【韩光】新书")["reply_to_stop"] == "missing"


def test_taiwan_wants_a_free_refusal_offered_at_the_first_contact() -> None:
    message = replace(KOREAN, countries=("TW",), sender_country="TW", sender_name="漢光", text="漢光新書")
    assert linted(message, first_contact=True)["refusal_at_first_contact"] == "missing"
    assert "refusal_at_first_contact" not in linted(message)
    offered = linted(message, text="漢光新書，回覆取消訂閱，免費", first_contact=True)
    assert "refusal_at_first_contact" not in offered


def test_an_offer_in_a_service_message_is_marketing() -> None:
    report = lint(replace(KOREAN, purpose="service.order", text="주문이 발송되었습니다. 지금 20% 할인!"), BUNDLE, AT)
    assert report.findings[0].code == "mixed_is_marketing"
    assert "prefix" in codes(report)
    plain = lint(replace(KOREAN, purpose="service.order", text="주문이 발송되었습니다."), BUNDLE, AT)
    assert plain.findings == ()


def test_readers_of_several_countries_are_told_apart_and_what_no_text_shows_is_named() -> None:
    report = lint(replace(KOREAN, text="hello", countries=("KR", "US")), BUNDLE, AT)
    assert {each.country for each in report.findings} == {"KR", "US"}
    assert all(each.rule and each.cite and each.remedy for each in report.findings)
    assert any(duty == "result_notice_days" for _, duty, _, _ in report.beyond)


@settings(max_examples=200, deadline=None)
@given(
    st.text(min_size=12, max_size=60),
    st.sampled_from([*BUNDLE.speaks_for, ""]),
    st.sampled_from(list(Channel)),
    st.booleans(),
)
def test_no_word_of_the_message_is_repeated(text: str, country: str, channel: Channel, first: bool) -> None:
    secret = "zqxv" + text.replace(" ", "") + "vxqz"
    message = replace(KOREAN, text=secret, subject=secret, countries=(country,), channel=channel, first_contact=first)
    for each in lint(message, BUNDLE, AT).findings:
        assert "zqxv" not in f"{each}"
        assert each.cite
