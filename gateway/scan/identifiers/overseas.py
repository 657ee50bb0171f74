"""The arithmetic of British, American, Canadian, Australian, Brazilian, Indian and Turkish numbers.

Every function takes bare ASCII digits and upper-case letters of the form that the table gives. Must never
raise.
"""

import re

from gateway.scan.identifiers.arithmetic import luhn, varied, verhoeff, weighed

_NINO = re.compile(r"(?!BG|GB|NK|KN|TN|NT|ZZ)[A-CEGHJ-PR-TW-Z][A-CEGHJ-NPR-TW-Z]\d{6}[A-D]", re.ASCII)


def always(_: str) -> bool:
    """No check: the form is all there is."""
    return True


def us_social(digits: str) -> bool:
    """US social security number: area not 000, 666 or 9xx, no empty group (SSA randomisation, 2011)."""
    area, group, serial = digits[:3], digits[3:5], digits[5:]
    return area not in {"000", "666"} and area[0] != "9" and group != "00" and serial != "0000"


def us_taxpayer(digits: str) -> bool:
    """US taxpayer number of those without a social security number: 9xx, groups 50-65, 70-88, 90-92, 94-99."""
    group = int(digits[3:5])
    return 50 <= group <= 65 or 70 <= group <= 88 or (group >= 90 and group != 93)  # noqa: PLR2004


def gb_insurance(text: str) -> bool:
    """UK national insurance number: allowed prefixes, suffix A to D (HMRC NIM39110)."""
    return _NINO.fullmatch(text) is not None


def gb_health(digits: str) -> bool:
    """NHS number: weights 10 to 2, mod 11."""
    check = -weighed(digits[:9], range(10, 1, -1)) % 11
    return check == int(digits[9]) and varied(digits)


def gb_taxpayer(digits: str) -> bool:
    """UK unique taxpayer reference: the first digit checks the other nine."""
    return "21987654321"[weighed(digits[1:], (6, 7, 8, 9, 10, 5, 4, 3, 2)) % 11] == digits[0]


def au_tax(digits: str) -> bool:
    """Australian tax file number, nine digits: weights, mod 11."""
    return weighed(digits, (1, 4, 3, 7, 5, 8, 6, 9, 10)) % 11 == 0 and varied(digits)


def au_medicare(digits: str) -> bool:
    """Australian Medicare card: first digit 2 to 6, weights 1 3 7 9, mod 10, then the issue."""
    return weighed(digits[:8], (1, 3, 7, 9, 1, 3, 7, 9)) % 10 == int(digits[8])


def au_business(digits: str) -> bool:
    """Australian business number: one less in front, weights, mod 89."""
    return (weighed(digits, (10, 1, 3, 5, 7, 9, 11, 13, 15, 17, 19)) - 10) % 89 == 0


def br_person(digits: str) -> bool:
    """Brazilian CPF: two check digits, mod 11."""
    return (
        weighed(digits[:9], range(10, 1, -1)) * 10 % 11 % 10 == int(digits[9])
        and weighed(digits[:10], range(11, 1, -1)) * 10 % 11 % 10 == int(digits[10])
        and varied(digits)
    )


def br_firm(digits: str) -> bool:
    """Brazilian CNPJ: two check digits, mod 11."""
    weights = (6, 5, 4, 3, 2, 9, 8, 7, 6, 5, 4, 3, 2)
    return (
        weighed(digits[:12], weights[1:]) * 10 % 11 % 10 == int(digits[12])
        and weighed(digits[:13], weights) * 10 % 11 % 10 == int(digits[13])
        and varied(digits)
    )


def in_resident(digits: str) -> bool:
    """Indian Aadhaar: Verhoeff, no palindrome."""
    return verhoeff(digits) and digits != digits[::-1]


def in_taxpayer(text: str) -> bool:
    """Indian PAN: the fourth letter says what kind of person holds it."""
    return text[3] in "ABCFGHJLPT"


def tr_citizen(digits: str) -> bool:
    """Turkish identity number: two check digits."""
    odd, even = sum(map(int, digits[0:9:2])), sum(map(int, digits[1:8:2]))
    return (odd * 7 - even) % 10 == int(digits[9]) and sum(map(int, digits[:10])) % 10 == int(digits[10])


ca_social = luhn
