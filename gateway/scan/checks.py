"""The arithmetic of cards, accounts and national numbers.

Where `python-stdnum` has a check that fits, it is used; what it lacks (Iran, Taiwan, Hong Kong, Sheba) or
refuses although it is issued (Korean numbers since October 2020, Chinese numbers of former counties) is
written here. Every function takes bare ASCII digits and upper-case letters. Must never raise: what does not
fit is False.
"""

import re
from datetime import date

from stdnum import luhn
from stdnum.de import idnr
from stdnum.fr import nir
from stdnum.iso7064 import mod_97_10

_TW_LETTERS = {letter: 10 + at for at, letter in enumerate("ABCDEFGHJKLMNPQRSTUVXYWZIO")}
_CN_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
_CN_PROVINCES = frozenset(
    str(code)
    for codes in ((11, 16), (21, 24), (31, 38), (41, 47), (50, 55), (61, 66), (71, 72), (81, 84))
    for code in range(*codes)
)
_IBAN_LENGTHS = {
    "AD": 24, "AE": 23, "AT": 20, "BE": 16, "BG": 22, "CH": 21, "CY": 28, "CZ": 24, "DE": 22, "DK": 18,
    "EE": 20, "ES": 24, "FI": 18, "FR": 27, "GB": 22, "GR": 27, "HR": 21, "HU": 28, "IE": 22, "IL": 23,
    "IR": 26, "IS": 26, "IT": 27, "KW": 30, "LI": 21, "LT": 20, "LU": 20, "LV": 21, "MC": 27, "MT": 31,
    "NL": 18, "NO": 15, "PL": 28, "PT": 25, "QA": 29, "RO": 24, "SA": 24, "SE": 24, "SI": 19, "SK": 24,
    "SM": 27, "TR": 26, "UA": 29,
}  # fmt: skip
_CARD_STARTS = re.compile(
    r"(?:4|5[1-5]|2(?:22[1-9]|2[3-9]|[3-6]|7[01]|720)|3[47]|3[0689]|35|6(?:011|4[4-9]|5)|62|9409|"
    r"(?:502229|502806|502908|502938|504172|504706|505416|505785|505801|507677|581874|585983|589210|589463|"
    r"603769|603770|603799|606256|606373|610433|621986|622106|627353|627381|627412|627488|627648|627760|"
    r"627961|628023|636214|636949|639194|639346|639599|639607))"
)
_NINO = re.compile(r"(?!BG|GB|NK|KN|TN|NT|ZZ)[A-CEGHJ-PR-TW-Z][A-CEGHJ-NPR-TW-Z]\d{6}[A-D]")


def card_shaped(digits: str) -> bool:
    """Whether a number starts as a payment card does (ISO/IEC 7812; Iran's and Korea's own too)."""
    return 13 <= len(digits) <= 19 and bool(_CARD_STARTS.match(digits))  # noqa: PLR2004


def card(digits: str) -> bool:
    """ISO/IEC 7812 check digit over 13 to 19 digits."""
    return len(set(digits)) > 1 and bool(luhn.is_valid(digits))


def iban_length(country: str) -> int | None:
    """How long an account number of a country is; None where the country has none."""
    return _IBAN_LENGTHS.get(country)


def iban(text: str) -> bool:
    """ISO 13616: the country's length and mod 97. Iran's Sheba is one."""
    return len(text) == _IBAN_LENGTHS.get(text[:2]) and bool(mod_97_10.is_valid(text[4:] + text[:4]))


def ir_code(digits: str) -> bool:
    """Iranian national code: ten digits, not all the same, mod 11."""
    if len(digits) != 10 or len(set(digits)) == 1:  # noqa: PLR2004
        return False
    rest = sum(int(digit) * weight for digit, weight in zip(digits, range(10, 1, -1), strict=False)) % 11
    return int(digits[9]) == (rest if rest < 2 else 11 - rest)  # noqa: PLR2004


def cn_resident(text: str) -> bool:
    """Chinese resident number (GB 11643): province, date of birth, mod 11-2. County codes come and go."""
    if len(text) != 18 or text[:2] not in _CN_PROVINCES or not _is_date(text[6:14]):  # noqa: PLR2004
        return False
    rest = sum(int(digit) * weight for digit, weight in zip(text, _CN_WEIGHTS, strict=False)) % 11
    return text[17] == "10X98765432"[rest]


def tw_national(text: str) -> bool:
    """Taiwanese national or (since 2021) resident number: letter of the place, weights 1 9 8 ... 1 1."""
    if not re.fullmatch(r"[A-Z][1289]\d{8}", text):
        return False
    place = _TW_LETTERS[text[0]]
    total = place // 10 + place % 10 * 9
    total += sum(int(digit) * weight for digit, weight in zip(text[1:], (8, 7, 6, 5, 4, 3, 2, 1, 1), strict=True))
    return total % 10 == 0


def hk_identity(text: str) -> bool:
    """Hong Kong identity card: one or two letters, six digits, check digit or A; no letter counts 36."""
    if not re.fullmatch(r"[A-Z]{1,2}\d{6}[\dA]", text):
        return False
    values = [36] * (9 - len(text)) + [int(letter, 36) for letter in text[:-1]]
    check = 10 if text[-1] == "A" else int(text[-1])
    return (sum(value * weight for value, weight in zip(values, range(9, 1, -1), strict=True)) + check) % 11 == 0


def kr_registration(digits: str) -> bool:
    """Korean resident registration number by form: date of birth, century digit; new ones lack a check."""
    if len(digits) != 13 or digits[6] not in "12345678":  # noqa: PLR2004
        return False
    century = "20" if digits[6] in "3478" else "19"
    return _is_date(century + digits[:6])


def us_social(digits: str) -> bool:
    """US social security number: area not 000, 666 or 9xx, no empty group (SSA randomisation, 2011)."""
    area, group, serial = digits[:3], digits[3:5], digits[5:]
    return area not in {"000", "666"} and area[0] != "9" and group != "00" and serial != "0000"


def gb_insurance(text: str) -> bool:
    """UK national insurance number: allowed prefixes, suffix A to D (HMRC NIM39110)."""
    return bool(_NINO.fullmatch(text))


def de_tax(digits: str) -> bool:
    """German tax identification number, by python-stdnum."""
    return bool(idnr.is_valid(digits))


def fr_social(digits: str) -> bool:
    """French NIR with its key, by python-stdnum."""
    return bool(nir.is_valid(digits))


def _is_date(text: str) -> bool:
    """Whether YYYYMMDD is a day on which somebody alive may be born."""
    try:
        return date(int(text[:4]), int(text[4:6]), int(text[6:])).year >= 1900  # noqa: PLR2004
    except ValueError:
        return False
