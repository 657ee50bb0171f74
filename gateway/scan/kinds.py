"""What the scan can find, and how often chance alone would look like it.

A checksum passes random digits once in ten tries, so one passing cell proves little and a passing column
much. The rates are measured on random candidates of the right shape. Must never claim a rate of 0: the
statistics divide by it.
"""

from dataclasses import dataclass
from enum import StrEnum


class Kind(StrEnum):
    """A kind of personal data."""

    EMAIL = "email"
    PHONE = "phone"
    CARD = "card"
    IBAN = "iban"
    NATIONAL_ID_CN = "national_id_cn"
    NATIONAL_ID_DE = "national_id_de"
    NATIONAL_ID_FR = "national_id_fr"
    NATIONAL_ID_GB = "national_id_gb"
    NATIONAL_ID_HK = "national_id_hk"
    NATIONAL_ID_IR = "national_id_ir"
    NATIONAL_ID_KR = "national_id_kr"
    NATIONAL_ID_TW = "national_id_tw"
    NATIONAL_ID_US = "national_id_us"
    PASSWORD_HASH = "password_hash"  # noqa: S105  the name of a kind
    HEX_DIGEST = "hex_digest"


@dataclass(frozen=True, slots=True)
class Nature:
    """What speaks for a kind beside the value itself.

    Attributes:
        chance: share of random candidates of the same shape that pass by accident.
        keywords: words in a title or cell that name the kind; lower case, without blanks.
    """

    chance: float
    keywords: tuple[str, ...]


NATURES: dict[Kind, Nature] = {
    Kind.EMAIL: Nature(0.001, ("mail", "이메일", "메일", "邮箱", "信箱", "ایمیل")),
    Kind.PHONE: Nature(
        0.07,
        (
            "phone",
            "mobile",
            "tel",
            "handy",
            "휴대",
            "전화",
            "手机",
            "手機",
            "电话",
            "電話",
            "موبایل",
            "تلفن",
            "همراه",
        ),
    ),
    Kind.CARD: Nature(0.1, ("card", "karte", "카드", "卡号", "银行卡", "信用卡", "卡號", "کارت")),
    Kind.IBAN: Nature(0.0103, ("iban", "sheba", "konto", "계좌", "شبا")),
    Kind.NATIONAL_ID_CN: Nature(0.0012, ("身份证", "idcard")),
    Kind.NATIONAL_ID_DE: Nature(0.004, ("steuer", "idnr", "tin")),
    Kind.NATIONAL_ID_FR: Nature(0.0103, ("nir", "sécuritésociale", "securitesociale")),
    Kind.NATIONAL_ID_GB: Nature(0.09, ("nino", "nationalinsurance")),
    Kind.NATIONAL_ID_HK: Nature(0.091, ("hkid", "身份證", "身分證")),
    Kind.NATIONAL_ID_IR: Nature(0.109, ("کدملی", "شمارهملی", "nationalcode", "melli")),
    Kind.NATIONAL_ID_KR: Nature(0.03, ("주민", "rrn", "외국인등록")),
    Kind.NATIONAL_ID_TW: Nature(0.1, ("身分證", "身份證", "統一編號")),
    Kind.NATIONAL_ID_US: Nature(0.02, ("ssn", "socialsecurity")),
    Kind.PASSWORD_HASH: Nature(
        0.001,
        ("password", "passwd", "pwd", "passhash", "passwort", "kennwort", "비밀번호", "密码", "密碼", "رمز"),
    ),
    Kind.HEX_DIGEST: Nature(0.001, ("hash", "md5", "sha1", "sha256", "digest")),
}

CREDENTIAL_TITLES = (*NATURES[Kind.PASSWORD_HASH].keywords, "암호", "گذرواژه")
