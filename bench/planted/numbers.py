"""Makes identifiers of many countries that pass their own checks: arithmetic apart from the scan's.

Sources: the standards named beside each function; python-stdnum where it can make a check digit. Must never import the
scan.
"""

from collections.abc import Sequence
from random import Random

from stdnum import iban as stdnum_iban
from stdnum import luhn
from stdnum.fr import nir
from stdnum.iso7064 import mod_11_2, mod_11_10
from stdnum.kr import rrn

from gateway.samples.numbers import digits

_NINO_FIRST, _NINO_SECOND = "ABCEGHJKLMNOPRSTWXYZ", "ABCEGHJKLMNPRSTWXYZ"
_NINO_NEVER = {"BG", "GB", "NK", "KN", "TN", "NT", "ZZ"}
_RVNR_WEIGHTS = (2, 1, 2, 5, 7, 1, 2, 1, 2, 1, 2, 1)
_TW_VALUES = {
    "A": 10, "B": 11, "C": 12, "D": 13, "E": 14, "F": 15, "G": 16, "H": 17, "I": 34, "J": 18, "K": 19, "L": 20,
    "M": 21, "N": 22, "O": 35, "P": 23, "Q": 24, "R": 25, "S": 26, "T": 27, "U": 28, "V": 29, "W": 32, "X": 30,
    "Y": 31, "Z": 33,
}  # fmt: skip
_CN_PROVINCES = (
    "11", "12", "13", "14", "15", "21", "22", "23", "31", "32", "33", "34", "35", "36", "37", "41", "42", "43", "44",
    "45", "46", "50", "51", "52", "53", "54", "61", "62", "63", "64", "65",
)  # fmt: skip
_CARDS: dict[str, Sequence[tuple[str, int]]] = {
    "en": (
        ("4", 16), ("4", 16), ("51", 16), ("54", 16), ("2221", 16), ("34", 15), ("37", 15), ("6011", 16), ("36", 14),
    ),
    "de": (("4", 16), ("52", 16), ("55", 16), ("2720", 16), ("37", 15)),
    "fr": (("4", 16), ("4970", 16), ("51", 16), ("53", 16), ("2301", 16)),
    "fa": tuple(
        (start, 16)
        for start in (
            "603799", "589210", "627648", "627961", "603770", "628023", "627760", "502908", "627412", "622106",
            "502229", "627488", "621986", "639346", "639607", "636214", "502806", "502938", "603769", "610433",
            "627353", "589463", "627381", "505785", "585983", "606373", "636949",
        )
    ),
    "zh-Hans": (("622202", 19), ("621700", 19), ("622848", 19), ("6225", 16), ("625", 16), ("4", 16), ("62", 17)),
    "zh-Hant": (("4", 16), ("5", 0), ("3530", 16), ("3567", 16), ("4563", 16)),
    "ko": (("9409", 16), ("4", 16), ("53", 16), ("5409", 16), ("3565", 16), ("37", 15)),
}  # fmt: skip
_BANKS = {
    "AE": "n19", "CH": "n17", "DE": "n18", "ES": "n20", "FR": "n10x11n2", "GB": "a4n14", "IR": "r22", "NL": "a4n10",
}  # fmt: skip
_ACCOUNTS = {
    "en": ("GB", "GB", "GB", "NL"),
    "de": ("DE", "DE", "DE", "CH"),
    "fr": ("FR", "FR", "FR", "ES"),
    "fa": ("IR",),
    "zh-Hans": ("DE", "AE", "GB"),
    "zh-Hant": ("NL", "DE", "GB"),
    "ko": ("DE", "FR", "ES"),
}
_IR_BANKS = ("010", "011", "012", "013", "014", "015", "016", "017", "018", "019", "021", "054", "055", "062")


def us_social(rng: Random) -> str:
    """SSN after the randomisation of 2011: no area 000, 666 or 9xx, no empty group or serial."""
    area = rng.choice([number for number in range(1, 900) if number != 666])
    return f"{area:03d}-{rng.randrange(1, 100):02d}-{rng.randrange(1, 10_000):04d}"


def gb_insurance(rng: Random) -> str:
    """NINO by HMRC's NIM39110."""
    while (prefix := rng.choice(_NINO_FIRST) + rng.choice(_NINO_SECOND)) in _NINO_NEVER:
        pass
    return f"{prefix}{digits(rng, 6)}{rng.choice('ABCD')}"


def de_tax(rng: Random) -> str:
    """IdNr: of the first ten digits one stands twice, or thrice but not in a row; ISO 7064 mod 11,10."""
    while True:
        kinds = rng.sample("0123456789", 9)
        head = [*kinds, kinds[0]] if rng.random() < 0.7 else [*kinds[:8], kinds[0], kinds[0]]
        rng.shuffle(head)
        body = "".join(head)
        if body[0] != "0" and kinds[0] * 3 not in body:
            return body + str(mod_11_10.calc_check_digit(body))


def de_pension(rng: Random) -> str:
    """Versicherungsnummer (section 147 SGB VI, VKVV section 2): area, DDMMYY, initial, serial, check digit."""
    area = rng.choice((2, 3, 4, 8, 9, 10, 12, 13, 15, 17, 18, 19, 20, 21, 23, 24, 25, 26, 28, 29, 38, 50, 53, 65, 80))
    letter = rng.choice("ABCDEFGHIJKLMNOPRSTUVWZ")
    head = f"{area:02d}{rng.randrange(1, 29):02d}{rng.randrange(1, 13):02d}{rng.randrange(40, 100):02d}"
    serial = f"{rng.randrange(100):02d}"
    return f"{head}{letter}{serial}{pension_check(head, letter, serial)}"


def pension_check(head: str, letter: str, serial: str) -> int:
    """Check digit of a Versicherungsnummer: weights 2 1 2 5 7 1 2 1 2 1 2 1, digits of the products added."""
    number = f"{head}{ord(letter) - 64:02d}{serial}"
    crossed = (int(digit) * weight for digit, weight in zip(number, _RVNR_WEIGHTS, strict=True))
    return sum(value // 10 + value % 10 for value in crossed) % 10


def fr_social(rng: Random) -> str:
    """NIR: sex, year, month, department (Corsica's letters too), commune, serial, key mod 97."""
    place = rng.choice(("2A", "2B")) if rng.random() < 0.03 else f"{rng.choice([*range(1, 20), *range(21, 96)]):02d}"
    born = f"{rng.choice('12')}{rng.randrange(40, 100):02d}{rng.randrange(1, 13):02d}"
    head = f"{born}{place}{rng.randrange(1, 600):03d}{rng.randrange(1, 1000):03d}"
    return head + str(nir.calc_check_digits(head))


def cn_resident(rng: Random) -> str:
    """GB 11643-1999; county codes at random, because they come and go; one in three X is written small."""
    century = f"{rng.randrange(1940, 2010)}"
    head = f"{_cn_county(rng)}{century}{_day(rng)}{rng.randrange(1, 1000):03d}"
    check = str(mod_11_2.calc_check_digit(head))
    return head + (check.lower() if rng.random() < 0.33 else check)


def cn_resident_15(rng: Random) -> str:
    """The form before 1999: no century, no check digit."""
    return f"{_cn_county(rng)}{rng.randrange(30, 96):02d}{_day(rng)}{rng.randrange(1, 1000):03d}"


def _cn_county(rng: Random) -> str:
    return f"{rng.choice(_CN_PROVINCES)}{rng.randrange(1, 10):02d}{rng.randrange(1, 30):02d}"


def _day(rng: Random) -> str:
    return f"{rng.randrange(1, 13):02d}{rng.randrange(1, 29):02d}"


def tw_national(rng: Random) -> str:
    """National identity number: letter of the place, sex, serial, check digit with weights 1 9 8 … 1 1."""
    return _tw(rng, rng.choice("12"))


def tw_resident(rng: Random) -> str:
    """Resident number: 8 or 9 in the second place since 2021, A to D before."""
    return _tw(rng, rng.choice("8989898989ABCD"))


def _tw(rng: Random, second: str) -> str:
    letter, body = rng.choice("ABCDEFGHIJKLMNOPQRSTUVWXYZ"), digits(rng, 7)
    return f"{letter}{second}{body}{taiwan_check(letter, second, body)}"


def taiwan_check(letter: str, second: str, body: str) -> str:
    """Check digit of a national or resident number: weights 1 9 8 … 1 1, a second letter by its last digit."""
    place = _TW_VALUES[letter]
    sex = _TW_VALUES[second] % 10 if second.isalpha() else int(second)
    total = place // 10 + place % 10 * 9 + sex * 8
    total += sum(int(digit) * weight for digit, weight in zip(body, range(7, 0, -1), strict=True))
    return str(-total % 10)


def hk_identity(rng: Random) -> str:
    """Hong Kong identity card."""
    letter, body = rng.choice("ABCDEFGHKMNPRSTVWYZ"), digits(rng, 6)
    return f"{letter}{body}({hong_kong_check(letter, body)})"


def hong_kong_check(letter: str, body: str) -> str:
    """Check digit mod 11 over two letters (a missing one counts 36) and six digits; A is ten."""
    values = [36, ord(letter) - 55, *map(int, body)]
    rest = -sum(value * weight for value, weight in zip(values, range(9, 1, -1), strict=True)) % 11
    return "A" if rest == 10 else str(rest)


def kr_resident(rng: Random) -> str:
    """Resident registration number; those given since October 2020 end in six random digits, without a check."""
    if rng.random() < 0.6:
        head = f"{rng.randrange(40, 100):02d}{_day(rng)}{rng.choice('12')}{digits(rng, 5)}"
        return _kr(head + str(rrn.calc_check_digit(head + "0")))
    return _kr(f"{rng.randrange(26):02d}{_day(rng)}{rng.choice('34')}{digits(rng, 6)}")


def kr_foreigner(rng: Random) -> str:
    """Foreigner's registration number: 5 to 8 tell the century and sex."""
    if rng.random() < 0.7:
        return _kr(f"{rng.randrange(50, 100):02d}{_day(rng)}{rng.choice('56')}{digits(rng, 6)}")
    return _kr(f"{rng.randrange(20):02d}{_day(rng)}{rng.choice('78')}{digits(rng, 6)}")


def _kr(bare: str) -> str:
    return f"{bare[:6]}-{bare[6:]}"


def kr_business(rng: Random) -> str:
    """Business registration number."""
    head = f"{rng.randrange(101, 900):03d}{rng.randrange(1, 90):02d}{digits(rng, 4)}"
    return f"{head[:3]}-{head[3:5]}-{head[5:]}{business_check(head)}"


def business_check(head: str) -> str:
    """Check digit: weights 1 3 7 1 3 7 1 3 5, the tens of the last product added."""
    total = sum(int(digit) * weight for digit, weight in zip(head, (1, 3, 7, 1, 3, 7, 1, 3, 5), strict=True))
    return str(-(total + int(head[8]) * 5 // 10) % 10)


def card(rng: Random, locale: str) -> str:
    """A payment card as the people of a locale hold them; 14 to 19 digits, Luhn."""
    start, length = rng.choice(_CARDS[locale])
    if not length:
        start, length = f"5{rng.randrange(1, 6)}", 16
    head = start + digits(rng, length - 1 - len(start))
    return head + str(luhn.calc_check_digit(head))


def account(rng: Random, locale: str) -> str:
    """An IBAN or Sheba; the account behind it is drawn at random."""
    country = rng.choice(_ACCOUNTS[locale])
    bare = _bank(rng, _BANKS[country])
    return f"{country}{stdnum_iban.calc_check_digits(f'{country}00{bare}')}{bare}"


def _bank(rng: Random, form: str) -> str:
    """Draw a national account number: n digits, a letters, x both, r Iran's bank and digits."""
    made, at = "", 0
    while at < len(form):
        end = at + 1
        while end < len(form) and form[end].isdigit():
            end += 1
        made += _part(rng, form[at], int(form[at + 1 : end]))
        at = end
    return made


def _part(rng: Random, kind: str, count: int) -> str:
    if kind == "r":
        return rng.choice(_IR_BANKS) + digits(rng, count - 3)
    letters = {"n": "0123456789", "a": "ABCDEFGHIJKLMNOPQRSTUVWXYZ", "x": "0123456789012345ABCXZ"}[kind]
    return "".join(rng.choice(letters) for _ in range(count))
