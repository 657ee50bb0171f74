"""Every encoding that lists come in is found, and where it is not clear the sender is asked."""

import pytest

from gateway.lists import ENCODINGS, EncodingUnsure, ListRefused, detect
from gateway.lists.encoding import SAMPLE_BYTES

KOREAN = (
    "이름,이메일\n우리 회사는 고객의 동의를 받아 소식을 보냅니다,a@example.com\n"
    "받는 사람은 언제든지 거부할 수 있습니다,b@example.com\n"
)
SIMPLIFIED = "姓名,邮箱\n我们会在每个月的第一天发送新的产品信息,a@example.com\n如果您不想收到请告诉我们,b@example.com\n"
TRADITIONAL = (
    "姓名,信箱\n我們會在每個月的第一天寄送新的產品資訊,a@example.com\n如果您不想收到請告訴我們,b@example.com\n"
)
ARABIC = "الاسم,البريد\nنرسل لكم الاخبار كل شهر,a@example.com\nمحمد علي حسن,b@example.com\n"
GERMAN = "Name;Straße\nJörg Müller;Große Gärtnerstraße 5\nFrançois Küster;Am Hügel 2\n"
TEXTS = {
    "utf-8": KOREAN,
    "utf-16-le": KOREAN,
    "utf-16-be": TRADITIONAL,
    "gb18030": SIMPLIFIED,
    "cp950": TRADITIONAL,
    "cp949": KOREAN,
    "cp1256": ARABIC,
    "cp1252": GERMAN,
}


@pytest.mark.parametrize("name", TEXTS)
@pytest.mark.parametrize("times", [1, 500])
def test_an_encoding_without_a_mark_is_found(name: str, times: int) -> None:
    found = detect((TEXTS[name] * times).encode(name))
    assert (found.name, found.mark) == (name, 0)
    assert found.confidence >= 0.4


@pytest.mark.parametrize(
    ("codec", "name", "mark"),
    [("utf-8-sig", "utf-8", 3), ("utf-16-le", "utf-16-le", 2), ("utf-16-be", "utf-16-be", 2)],
)
def test_a_byte_order_mark_is_proof(codec: str, name: str, mark: int) -> None:
    content = KOREAN.encode(codec) if codec == "utf-8-sig" else f"\ufeff{KOREAN}".encode(codec)
    found = detect(content)
    assert (found.name, found.mark, found.confidence) == (name, mark, 1.0)


def test_a_letter_cut_at_the_end_of_the_sample_does_not_hide_utf8() -> None:
    sample = ("a" + "é" * 200_000).encode()[:SAMPLE_BYTES]
    assert sample[-1:] == b"\xc3"
    assert detect(sample).name == "utf-8"


def test_hong_kong_letters_are_read_where_big5_has_none() -> None:
    text = TRADITIONAL + "陳𠝹強,c@example.com\n"
    assert detect(text.encode("big5hkscs")).name == "big5hkscs"


@pytest.mark.parametrize("content", [b"x,\x81y\n", b"\xd0\xcf,\xb1\n", b"ab\xff\xff\xff\xff\xff\n"])
def test_too_little_to_judge_is_not_guessed(content: bytes) -> None:
    with pytest.raises(EncodingUnsure):
        detect(content)


def test_an_encoding_that_we_do_not_know_is_asked_for() -> None:
    with pytest.raises(EncodingUnsure) as unsure:
        detect(("имя;адрес\n" + "Александра Иванова;Москва\n" * 20).encode("cp1251"))
    assert unsure.value.code == "encoding_unsure"
    assert all(name in unsure.value.message for name in ENCODINGS)
    assert "Иванова" not in unsure.value.message


@pytest.mark.parametrize(
    ("said", "name"),
    [
        ("EUC-KR", "cp949"),
        ("Big5", "cp950"),
        ("GBK", "gb18030"),
        ("Latin-1", "latin-1"),
        ("windows-1256", "cp1256"),
        ("UTF_8", "utf-8"),
        ("UTF-16", "utf-16-le"),
        ("utf-16be", "utf-16-be"),
        ("cp1252", "cp1252"),
        ("iso-8859-1", "latin-1"),
    ],
)
def test_the_senders_word_wins(said: str, name: str) -> None:
    assert detect(b"name,city\nAda,Ulm\n", said).name == name


@pytest.mark.parametrize(
    ("codec", "text"),
    [
        (
            "shift_jis",
            "名前,住所\n山田太郎,東京都千代田区丸の内\n鈴木花子,大阪府大阪市北区梅田\nお知らせをメールで受け取ります\n",
        ),
        (
            "euc_jp",
            "名前,住所\n山田太郎,東京都千代田区丸の内\n鈴木花子,大阪府大阪市北区梅田\nお知らせをメールで受け取ります\n",
        ),
        (
            "cp1250",
            "Imię,Miasto\nZażółć gęślą jaźń Wałęsa,Łódź\nŻaneta Śliwińska,Kraków\nMichał Wójcik,Gdańsk\n",
        ),
        ("cp1250", "Jméno,Město\nJiří Dvořák,Plzeň\nTomáš Růžička,České Budějovice\nBožena Němcová,Ústí\n"),
        ("cp1250", "Név,Város\nErdős Győző,Győr\nSzűcs Ernő,Szolnok\nKovács Jenő,Hódmezővásárhely\n"),
        (
            "cp1250",
            "Nume,Oraș\nŞtefan Ţepeş,Bucureşti\nIoană Rădulescu,Piteşti\nMihăiţă,Constanţa\n".replace("ș", "ş"),
        ),
        ("cp1251", "Имя,Город\nАлександр Иванов,Москва\nНаталья Петрова,Казань\nЮрий Сидоров,Пермь\n"),
        ("koi8_r", "Имя,Город\nАлександр Иванов,Москва\nНаталья Петрова,Казань\nЮрий Сидоров,Пермь\n"),
        ("cp1253", "Όνομα,Πόλη\nΓιώργος Παπαδόπουλος,Αθήνα\nΜαρία Νικολάου,Θεσσαλονίκη\n"),
        ("cp1254", "Ad,Şehir\nAyşe Yılmaz,İstanbul\nÇağrı Öztürk,Eskişehir\nIşık Doğan,Diyarbakır\n"),
        ("cp1255", "שם,עיר\nדוד כהן,ירושלים\nשרה לוי,תל אביב\nיוסף מזרחי,חיפה\n"),
        ("cp874", "ชื่อ,เมือง\nสมชาย ใจดี,กรุงเทพ\nสมหญิง รักไทย,เชียงใหม่\n"),
    ],
)
@pytest.mark.parametrize("times", [1, 40])
def test_an_encoding_outside_ours_is_never_taken_for_one_of_ours(codec: str, text: str, times: int) -> None:
    with pytest.raises(EncodingUnsure):
        detect((text * times).encode(codec))


def test_a_second_opinion_settles_what_is_nearly_clear() -> None:
    rare = "풀잎 뜨락 꽃샘 햇볕 낱말 밝은 웃음 꿈결 숲길 별빛 맑은 샘물 넓은 들판 깊은 산골 " * 20
    found = detect(rare.encode("cp949"))
    assert (found.name, found.confidence) == ("cp949", 0.5)


def test_an_unknown_name_is_refused() -> None:
    with pytest.raises(ListRefused) as refused:
        detect(b"a,b\n1,2\n", "klingon")
    assert refused.value.code == "encoding_unknown"
