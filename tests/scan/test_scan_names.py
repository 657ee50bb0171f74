"""Names are found in free text, by a model or by lists, without a word to the network."""

import subprocess
import sys

import pytest
from faker import Faker

from gateway.scan import Scanner
from gateway.scan.lexicon import LANGUAGES
from gateway.scan.names import Names
from gateway.scan.tongues import language_of

FRAMES = {
    "en": ("en_US", "Please ask {} about the late delivery", 0.8),
    "de": ("de_DE", "Bitte {} wegen der Lieferung anrufen", 0.3),
    "fr": ("fr_FR", "Merci de rappeler {} au sujet de la livraison", 0.8),
    "fa": ("fa_IR", "لطفا با {} دربارهٔ سفارش تماس بگیرید", 0.2),
    "zh-Hans": ("zh_CN", "请联系{}确认送货时间", 0.9),
    "zh-Hant": ("zh_TW", "請聯絡{}確認送貨時間", 0.9),
    "ko": ("ko_KR", "배송 관련하여 {} 고객님께 전화 바랍니다", 0.9),
}
HARMLESS = {
    "en": ["The Blue Mountain mug arrived broken", "Black Friday voucher for the Oxford Street store"],
    "de": ["Rosa Kleid in Größe 38 nicht lieferbar", "Bestellung kam mit kaputter Tasse in der Filiale an"],
    "fr": ["La Robe Marine ne va pas, merci de l'échanger", "Commande livrée au magasin de la rue Haute"],
    "fa": ["لطفاً سفارش را پیش از عید بفرستید", "ستاره دریایی تزئینی شکسته رسید"],
    "zh-Hans": ["请把订单送到门口，谢谢大家", "杯子在运输途中破损了"],
    "zh-Hant": ["請把訂單送到門口，謝謝大家", "杯子在運送途中破損了"],
    "ko": ["정수기 필터 교체 주기를 문의하심", "이벤트 쿠폰이 적용되지 않음"],
}
names = Names()


def recall(language: str, finder: Names) -> float:
    locale, frame, _ = FRAMES[language]
    faker = Faker(locale)
    faker.seed_instance(11)
    people = [
        f"{faker.first_name()} {faker.last_name()}" if language in {"en", "de", "fr", "fa"} else faker.name()
        for _ in range(60)
    ]
    found = finder.find([frame.format(person) for person in people], "")
    start = frame.index("{}")
    hits = [
        any(trial.start < start + len(person) and trial.end > start for trial in trials)
        for person, trials in zip(people, found, strict=True)
    ]
    return sum(hits) / len(hits)


@pytest.mark.parametrize("language", LANGUAGES)
def test_names_are_found_as_well_as_the_page_says(language: str) -> None:
    assert recall(language, names) >= FRAMES[language][2]


@pytest.mark.parametrize("language", LANGUAGES)
def test_harmless_notes_name_nobody(language: str) -> None:
    found = names.find(HARMLESS[language], language)
    assert [trial for trials in found for trial in trials] == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_language_of_a_note_is_told(language: str) -> None:
    assert language_of(FRAMES[language][1].format("")) == language


def test_coverage_says_what_is_there() -> None:
    covered = names.coverage()
    assert set(covered) == set(LANGUAGES)
    assert {covered[language] for language in ("ko", "fa", "de")} == {"rules"}
    assert set(Names(models=False).coverage().values()) == {"rules"}


def test_without_models_the_lists_still_find_some() -> None:
    bare = Names(models=False)
    assert recall("en", bare) >= 0.3
    assert recall("ko", bare) >= 0.9


def test_places_point_into_the_text() -> None:
    text = "수령인: 김민준, 문 앞에 두세요"
    ((found,),) = names.find([text], "ko")
    assert text[found.start : found.end] == "김민준"
    assert found.score >= 0.65


def test_no_texts_is_no_work() -> None:
    assert names.find([], "en") == []
    assert names.find(["", " "], "zh") == [[], []]


def test_no_model_opens_a_socket() -> None:
    program = """
import socket
def refuse(*args, **kwargs):
    raise SystemExit("a socket was opened")
socket.socket.connect = socket.create_connection = socket.getaddrinfo = refuse
from gateway.scan.names import Names
texts = ["Please ask John Miller about it", "Merci de rappeler Sophie Martin", "请联系王小明确认", "请聯絡陳怡君確認"]
found = Names().find(texts, "en")
assert all(found), found
"""
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, timeout=120, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


def test_short_notes_are_sentences_too() -> None:
    notes = ["邻居王凤英代签", "張郁婷已自取", "김준영님이 수령", "上午联系", "下午五點後聯絡", "오전에 연락"]
    found = Scanner(names=names).scan({"text": notes}).found
    assert [(each.row, notes[each.row][each.start : each.end]) for each in found if each.kind == "name"] == [
        (0, "王凤英"), (1, "張郁婷"), (2, "김준영"),
    ]  # fmt: skip
