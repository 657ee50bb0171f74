"""The arithmetic of the European Union's, Norway's and Switzerland's numbers.

Where a rule is longer than a line or two, `python-stdnum` does it; the short ones stand here, because one
number of eleven digits is tried by ten countries, and the tests compare them with `python-stdnum` number by
number. Every function takes bare ASCII digits and upper-case letters of the form that the table gives. Must
never raise.
"""

from stdnum.de import stnr
from stdnum.es import cif
from stdnum.eu import vat
from stdnum.it import codicefiscale

from gateway.scan.identifiers.arithmetic import (
    born,
    born_short,
    luhn,
    mod_11_10,
    varied,
    verhoeff,
    weighed,
)

_DNI = "TRWAGMYFPDXBNJZSQVHLCKE"
_FINNISH = "0123456789ABCDEFHJKLMNPRSTUVWXY"
_IRISH = "WABCDEFGHIJKLMNOPQRSTUV"
_CYPRIOT = (1, 0, 5, 7, 9, 13, 15, 17, 19, 21)
_BALTIC = ((1, 2, 3, 4, 5, 6, 7, 8, 9, 1), (3, 4, 5, 6, 7, 8, 9, 1, 2, 3))
_DE_REPEATS = {(9, 2), (8, 3)}  # different digits, how often the most frequent stands


def at_social(digits: str) -> bool:
    """Austrian insurance number: serial, check digit, date of birth (months 13 to 15 where days ran out)."""
    total = weighed(digits[:3] + digits[4:], (3, 7, 9, 5, 8, 4, 2, 1, 6))
    return total % 11 == int(digits[3]) and 1 <= int(digits[4:6]) <= 31 and 1 <= int(digits[6:8]) <= 15  # noqa: PLR2004


def be_register(digits: str) -> bool:
    """Belgian national register number: date, then mod 97; a 2 in front for those born since 2000."""
    head, check = digits[:9], int(digits[9:])
    return check in {97 - int(head) % 97, 97 - int("2" + head) % 97} and int(digits[2:4]) % 20 <= 12  # noqa: PLR2004


def bg_citizen(digits: str) -> bool:
    """Bulgarian EGN: date with the century in the month, weights, mod 11."""
    month = int(digits[2:4])
    year = int(digits[:2]) + (2000 if month > 40 else 1900)  # noqa: PLR2004
    right = weighed(digits[:9], (2, 4, 8, 5, 10, 9, 7, 3, 6)) % 11 % 10 == int(digits[9])
    return right and born(year, month % 20, int(digits[4:6]))


def ch_insured(digits: str) -> bool:
    """Swiss AHV number: 756 and the check digit of an article number."""
    return -weighed(digits[:12], (1, 3) * 6) % 10 == int(digits[12])


def cy_taxpayer(text: str) -> bool:
    """Cypriot tax number: eight digits, those at odd places translated, and a letter."""
    total = sum(_CYPRIOT[int(digit)] for digit in text[0:8:2]) + sum(map(int, text[1:8:2]))
    return chr(ord("A") + total % 26) == text[8] and text[:2] != "12"


def cz_birth(digits: str) -> bool:
    """Czech and Slovak birth number of ten digits: date with the sex in the month, mod 11."""
    year, month = int(digits[:2]), int(digits[2:4]) % 50
    month = month - 20 if month > 20 else month  # noqa: PLR2004  a month that ran out of numbers
    right = int(digits[:9]) % 11 % 10 == int(digits[9])
    return right and born(year + (1900 if year >= 54 else 2000), month, int(digits[4:6]))  # noqa: PLR2004


def cz_birth_old(digits: str) -> bool:
    """The one of nine digits, until 1953: no check digit."""
    return int(digits[:2]) < 54 and born(1900 + int(digits[:2]), int(digits[2:4]) % 50, int(digits[4:6]))  # noqa: PLR2004


def de_taxpayer(digits: str) -> bool:
    """German tax identification number: one digit of the first ten repeats (or thrice, not in a row); mod 11,10."""
    different = set(digits[:10])
    most = max(map(digits[:10].count, different))
    return (len(different), most) in _DE_REPEATS and mod_11_10(digits)


def de_insured(text: str) -> bool:
    """German pension insurance number: office, birth, letter, serial, check digit (VKVV, section 2)."""
    digits = f"{text[:8]}{ord(text[8]) - 64:02d}{text[9:11]}"
    products = map(int.__mul__, map(int, digits), (2, 1, 2, 5, 7, 1, 2, 1, 2, 1, 2, 1))
    right = sum(value // 10 + value % 10 for value in products) % 10 == int(text[11])
    # the day is raised by 50 where two would have the same number
    return right and born_short(text[6:8], text[4:6], f"{int(text[2:4]) % 50:02d}")


def de_card(text: str) -> bool:
    """German identity card or passport with its check digit: weights 7 3 1 (ICAO 9303)."""
    total = sum(int(letter, 36) * weight for letter, weight in zip(text, (7, 3, 1) * 3, strict=False))
    return total % 10 == int(text[9])


def de_tax_number(written: str) -> bool:
    """German tax number as a state's office gives it, by python-stdnum."""
    return bool(stnr.is_valid(written))


def dk_person(digits: str) -> bool:
    """Danish CPR number: a date; the check digit is no longer kept since 2007."""
    return born_short(digits[4:6], digits[2:4], digits[:2])


def ee_person(digits: str) -> bool:
    """Estonian and Lithuanian personal code: century and date, two rounds of weights, mod 11."""
    for weights in _BALTIC:
        check = weighed(digits[:10], weights) % 11
        if check < 10:  # noqa: PLR2004
            break
    century = 1800 + (int(digits[0]) - 1) // 2 * 100
    return check % 10 == int(digits[10]) and born(century + int(digits[1:3]), int(digits[3:5]), int(digits[5:7]))


def es_person(text: str) -> bool:
    """Spanish DNI or NIE: the letter is the number mod 23."""
    return _DNI[int(text[:-1].replace("X", "0").replace("Y", "1").replace("Z", "2")) % 23] == text[-1]


def es_firm(text: str) -> bool:
    """Spanish CIF, by python-stdnum."""
    return bool(cif.is_valid(text))


def eu_vat(text: str) -> bool:
    """A member state's value-added tax number with its prefix, by python-stdnum."""
    return bool(vat.is_valid(text))


def fi_person(text: str) -> bool:
    """Finnish HETU: date, century sign, serial, mod 31."""
    return _FINNISH[int(text[:6] + text[-4:-1]) % 31] == text[-1] and born_short(text[4:6], text[2:4], text[:2])


def fr_social(text: str) -> bool:
    """French NIR with its key; Corsica's 2A and 2B count as 19 and 18."""
    body = text[:13].replace("2A", "19").replace("2B", "18")
    return body.isdigit() and 97 - int(body) % 97 == int(text[13:])


def gr_social(digits: str) -> bool:
    """Greek AMKA: date and Luhn."""
    return luhn(digits) and born_short(digits[4:6], digits[2:4], digits[:2])


def hr_person(digits: str) -> bool:
    """Croatian OIB: mod 11,10; a German tax number always is one too, and is no OIB here."""
    return mod_11_10(digits) and varied(digits) and not de_taxpayer(digits)


def hu_person(digits: str) -> bool:
    """Hungarian personal number: sex and century, date, weights 1 to 10 (10 to 1 before 1997), mod 11."""
    last = int(digits[10])
    right = last in {weighed(digits[:10], range(1, 11)) % 11, weighed(digits[:10], range(10, 0, -1)) % 11}
    return right and born_short(digits[1:3], digits[3:5], digits[5:7])


def ie_person(text: str) -> bool:
    """Irish PPS number: weights, a second letter times nine, mod 23."""
    second = text[8:].strip("TW")
    total = weighed(text[:7], range(8, 1, -1)) + (9 * (ord(second) - 64) if second else 0)
    return _IRISH[total % 23] == text[7]


def it_person(text: str) -> bool:
    """Italian codice fiscale, by python-stdnum."""
    return bool(codicefiscale.is_valid(text))


def lu_person(digits: str) -> bool:
    """Luxembourg matricule: date, Luhn over the first twelve, Verhoeff over eleven and the last."""
    dated = born(int(digits[:4]), int(digits[4:6]), int(digits[6:8]))
    return dated and luhn(digits[:12]) and verhoeff(digits[:11] + digits[12])


def lv_person(digits: str) -> bool:
    """Latvian personas kods with a date in front; those since 2017 begin with 32 and have no rule."""
    if digits[:2] == "32":
        return True
    right = (1 + weighed(digits[:10], (10, 5, 8, 4, 2, 1, 6, 3, 7, 9))) % 11 % 10 == int(digits[10])
    return right and born_short(digits[4:6], digits[2:4], digits[:2])


def nl_citizen(digits: str) -> bool:
    """Dutch BSN: weights 9 to 2 and -1, mod 11."""
    return weighed(digits, (9, 8, 7, 6, 5, 4, 3, 2, -1)) % 11 == 0 and varied(digits)


def no_person(digits: str) -> bool:
    """Norwegian birth number (day or month raised for D and H numbers): two check digits, mod 11."""
    right = -weighed(digits[:9], (3, 7, 6, 1, 8, 9, 4, 5, 2)) % 11 == int(digits[9]) and -weighed(
        digits[:10], (5, 4, 3, 2, 7, 6, 5, 4, 3, 2)
    ) % 11 == int(digits[10])
    return right and born_short(digits[4:6], str(int(digits[2:4]) % 40), str(int(digits[:2]) % 40))


def pl_person(digits: str) -> bool:
    """Polish PESEL: date with the century in the month, weights 1 3 7 9, mod 10."""
    right = -weighed(digits[:10], (1, 3, 7, 9, 1, 3, 7, 9, 1, 3)) % 10 == int(digits[10])
    return right and born_short(digits[:2], str(int(digits[2:4]) % 20), digits[4:6])


def pl_taxpayer(digits: str) -> bool:
    """Polish NIP: weights, mod 11; a rest of ten is not given out."""
    return weighed(digits[:9], (6, 5, 7, 2, 3, 4, 5, 6, 7)) % 11 == int(digits[9]) and varied(digits)


def pt_citizen(text: str) -> bool:
    """Portuguese citizen card: nine digits, two letters or digits, Luhn over letters."""
    total = 0
    for place, letter in enumerate(reversed(text)):
        value = int(letter, 36) * (1 + (place & 1))
        total += value - 9 if place & 1 and value > 9 else value  # noqa: PLR2004
    return total % 10 == 0


def pt_taxpayer(digits: str) -> bool:
    """Portuguese NIF: weights 9 to 2, mod 11."""
    return (11 - weighed(digits[:8], range(9, 1, -1)) % 11) % 11 % 10 == int(digits[8]) and varied(digits)


def ro_person(digits: str) -> bool:
    """Romanian CNP: sex and century, date, county, weights, mod 11."""
    check = weighed(digits[:12], (2, 7, 9, 1, 4, 6, 3, 5, 8, 2, 7, 9)) % 11
    right = (1 if check == 10 else check) == int(digits[12])  # noqa: PLR2004
    return right and born_short(digits[1:3], digits[3:5], digits[5:7])


def se_person(digits: str) -> bool:
    """Swedish personnummer (day raised by 60 for coordination numbers): date and Luhn over ten."""
    ten = digits[-10:]
    return luhn(ten) and born_short(ten[:2], ten[2:4], f"{int(ten[4:6]) % 60:02d}")


def si_person(digits: str) -> bool:
    """EMŠO of Slovenia and its neighbours: date of birth, weights, mod 11."""
    check = -weighed(digits[:12], (7, 6, 5, 4, 3, 2, 7, 6, 5, 4, 3, 2)) % 11
    year = int(digits[4:7]) + (1000 if digits[4] == "9" else 2000)
    return check % 10 == int(digits[12]) and born(year, int(digits[2:4]), int(digits[:2]))
