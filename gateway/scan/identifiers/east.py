"""The arithmetic of Iranian, Chinese, Taiwanese, Hong Kong, Macau, Korean and Japanese numbers.

`python-stdnum` lacks Iran, Taiwan's and Hong Kong's people, and refuses numbers that are issued (Korean ones
since October 2020, Chinese ones of former counties), so all of it is written here. Every function takes bare
ASCII digits and upper-case letters of the form that the table gives. Must never raise.
"""

from gateway.scan.identifiers.arithmetic import born, born_on, varied, weighed

_TW_LETTERS = {letter: 10 + at for at, letter in enumerate("ABCDEFGHJKLMNPQRSTUVXYWZIO")}
_CN_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
_CN_PROVINCES = frozenset(
    str(code)
    for codes in ((11, 16), (21, 24), (31, 38), (41, 47), (50, 55), (61, 66), (71, 72), (81, 84))
    for code in range(*codes)
)
_USCC = {letter: value for value, letter in enumerate("0123456789ABCDEFGHJKLMNPQRTUWXY")}
_USCC_WEIGHTS = tuple(pow(3, place, 31) for place in range(17))
_IR_LEGAL = (29, 27, 23, 19, 17, 29, 27, 23, 19, 17)
_KR_CENTURIES = {**dict.fromkeys("1256", 1900), **dict.fromkeys("3478", 2000)}
_KR_BUSINESS = (1, 3, 7, 1, 3, 7, 1, 3)
_KR_POLICE = frozenset(str(code) for code in (*range(11, 27), 28))


def ir_code(digits: str) -> bool:
    """Iranian national code: ten digits, not all the same, mod 11."""
    rest = weighed(digits[:9], range(10, 1, -1)) % 11
    return int(digits[9]) == (rest if rest < 2 else 11 - rest) and varied(digits)  # noqa: PLR2004


def ir_code_stripped(digits: str) -> bool:
    """The same of which a spreadsheet has eaten one or two leading zeros."""
    return ir_code(digits.zfill(10))


def ir_legal(digits: str) -> bool:
    """Iranian legal person's identifier (shenase melli): eleven digits, mod 11 with the tens' offset."""
    offset = int(digits[9]) + 2
    total = sum((int(digit) + offset) * weight for digit, weight in zip(digits, _IR_LEGAL, strict=False))
    return total % 11 % 10 == int(digits[10]) and varied(digits)


def ir_postal(digits: str) -> bool:
    """Iranian postal code: no 0 or 2 in the first four, the fifth not 5 (Iran Post); no check digit."""
    return not set(digits[:4]) & {"0", "2"} and digits[4] != "5" and varied(digits)


def cn_resident(text: str) -> bool:
    """Chinese resident number (GB 11643): province, date of birth, mod 11-2. County codes come and go."""
    if text[:2] not in _CN_PROVINCES or not born_on(text[6:14]):
        return False
    return text[17] == "10X98765432"[weighed(text[:17], _CN_WEIGHTS) % 11]


def cn_resident_old(digits: str) -> bool:
    """The number of fifteen digits that was given until 1999: province and date, no check digit."""
    return digits[:2] in _CN_PROVINCES and born_on("19" + digits[6:12])


def cn_credit(text: str) -> bool:
    """Unified social credit code (GB 32100): mod 31."""
    total = sum(_USCC[letter] * weight for letter, weight in zip(text, _USCC_WEIGHTS, strict=False))
    return -total % 31 == _USCC[text[17]]


def tw_national(text: str) -> bool:
    """Taiwanese national or resident number: letter of the place, weights 1 9 8 ... 1 1."""
    place, second = _TW_LETTERS[text[0]], text[1]
    total = place // 10 + place % 10 * 9
    # before 2021 a resident's second sign was a letter, of which only the units count
    total += 8 * (int(second) if second.isdigit() else _TW_LETTERS[second] % 10)
    return (total + weighed(text[2:], (7, 6, 5, 4, 3, 2, 1, 1))) % 10 == 0


def tw_business(digits: str) -> bool:
    """Taiwanese unified business number: digit sums mod 5 (mod 10 until 2023), a seventh digit 7 counts twice."""
    products = (int(digit) * weight for digit, weight in zip(digits, (1, 2, 1, 2, 1, 2, 4, 1), strict=True))
    total = sum(value // 10 + value % 10 for value in products)
    return total % 5 == 0 or (digits[6] == "7" and (total + 1) % 5 == 0)


def hk_identity(text: str) -> bool:
    """Hong Kong identity card: one or two letters, six digits, check digit or A; no letter counts 36."""
    values = [36] * (9 - len(text)) + [int(letter, 36) for letter in text[:-1]]
    check = 10 if text[-1] == "A" else int(text[-1])
    return (sum(value * weight for value, weight in zip(values, range(9, 1, -1), strict=True)) + check) % 11 == 0


def kr_registration(digits: str) -> bool:
    """Korean resident or foreigner registration number by form: birth and century; new ones have no check digit."""
    century = _KR_CENTURIES.get(digits[6])
    return century is not None and born(century + int(digits[:2]), int(digits[2:4]), int(digits[4:6]))


def kr_registration_old(digits: str) -> bool:
    """The same with the check digit that numbers given until October 2020 have."""
    offset = 13 if digits[6] in "5678" else 11
    check = (offset - weighed(digits[:12], (2, 3, 4, 5, 6, 7, 8, 9, 2, 3, 4, 5)) % 11) % 10
    return check == int(digits[12]) and kr_registration(digits)


def kr_business(digits: str) -> bool:
    """Korean business registration number: weights 1 3 7, the ninth digit times five counted with its tens."""
    if digits[:3] < "101":
        return False
    ninth = int(digits[8]) * 5
    return -(weighed(digits[:8], _KR_BUSINESS) + ninth // 10 + ninth) % 10 == int(digits[9])


def kr_licence(digits: str) -> bool:
    """Korean driving licence: the code of the police that gave it; the check digit's rule is not published."""
    return digits[:2] in _KR_POLICE


def jp_individual(digits: str) -> bool:
    """Japanese My Number: eleven digits and a check digit, mod 11 (ordinance 85 of 2014)."""
    rest = weighed(digits[:11], (6, 5, 4, 3, 2, 7, 6, 5, 4, 3, 2)) % 11
    return int(digits[11]) == (0 if rest <= 1 else 11 - rest) and varied(digits)
