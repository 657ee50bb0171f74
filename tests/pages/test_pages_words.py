"""The words of the customer pages: all languages say the same, and a moment is written as people write it."""

from datetime import UTC, datetime

import pytest

from gateway.pages.languages import accepted, choose, languages
from gateway.pages.moments import written
from policies.load import load_bundle
from policies.terms import Channel

AT = datetime(2026, 11, 20, 10, 0, tzinfo=UTC)


def test_every_channel_and_every_marketing_purpose_has_words() -> None:
    tree = load_bundle().purposes
    for code, words in languages().items():
        assert set(words["channels"]) == {*(channel.value for channel in Channel), "*"}, code
        for purpose in tree.nodes:
            assert set(tree.chain(purpose)) & set(words["purposes"]), (code, purpose)
        assert set(words["purposes"]) <= set(tree.nodes), code


@pytest.mark.parametrize(
    ("language", "zone", "text"),
    [
        ("en", "Asia/Seoul", "Friday, 20 November 2026 at 19:00 (UTC+9)"),
        ("en", "", "Friday, 20 November 2026 at 10:00 (UTC)"),
        ("en", "America/St_Johns", "Friday, 20 November 2026 at 06:30 (UTC−3:30)"),
        ("en", "Nowhere/Else", "Friday, 20 November 2026 at 10:00 (UTC)"),
        ("en", "../../etc/passwd", "Friday, 20 November 2026 at 10:00 (UTC)"),
        ("de", "Europe/Berlin", "Freitag, 20. November 2026, 11:00 Uhr (UTC+1)"),
        ("ko", "Asia/Seoul", "2026년 11월 20일 금요일 19:00 (UTC+9)"),
        ("zh-Hans", "Asia/Shanghai", "2026年11月20日星期五 18:00（UTC+8）"),
        ("zh-Hant", "Asia/Taipei", "2026年11月20日星期五 18:00（UTC+8）"),
        ("fa", "Asia/Tehran", "جمعه ۲۹ آبان ۱۴۰۵، ساعت ۱۳:۳۰ (UTC+۳:۳۰)"),
    ],
)
def test_a_moment_is_written_as_people_write_it(language: str, zone: str, text: str) -> None:
    assert written(AT, zone, languages()[language]) == text


@pytest.mark.parametrize(
    ("header", "tags"),
    [
        ("", [""]),
        ("ko", ["ko"]),
        ("en;q=0.2, de, fa;q=0.5", ["de", "fa", "en"]),
        ("en;q=0", []),
        ("en;q=nonsense, de;level=1, ko", ["ko"]),
        (",".join(["xx"] * 500 + ["ko"]), ["xx"] * 20),
    ],
)
def test_accepted_languages_come_best_first(header: str, tags: list[str]) -> None:
    assert accepted(header) == tags


@pytest.mark.parametrize(
    ("wish", "code"),
    [
        ("zh", "zh-Hans"), ("zh-CN", "zh-Hans"), ("zh-SG", "zh-Hans"), ("zh-Hant", "zh-Hant"), ("zh_TW", "zh-Hant"),
        ("zh-Hant-HK", "zh-Hant"), ("EN-gb", "en"), ("fa-IR", "fa"), ("fr", "en"), ("", "en"), ("-", "en"),
    ],
)  # fmt: skip
def test_a_tag_finds_its_language(wish: str, code: str) -> None:
    assert choose(wish) == code
