"""The arithmetic of payment cards and bank accounts.

Must never take a number of card length for a card because of its check digit alone: device numbers have the
same one, so the issuer's range and its lengths decide first.
"""

import re

from gateway.scan.identifiers.arithmetic import luhn, mod_97

_IBAN_LENGTHS = {
    "AD": 24, "AE": 23, "AL": 28, "AT": 20, "AZ": 28, "BA": 20, "BE": 16, "BG": 22, "BH": 22, "BI": 27,
    "BR": 29, "BY": 28, "CH": 21, "CR": 22, "CY": 28, "CZ": 24, "DE": 22, "DJ": 27, "DK": 18, "DO": 28,
    "EE": 20, "EG": 29, "ES": 24, "FI": 18, "FK": 18, "FO": 18, "FR": 27, "GB": 22, "GE": 22, "GI": 23,
    "GL": 18, "GR": 27, "GT": 28, "HN": 28, "HR": 21, "HU": 28, "IE": 22, "IL": 23, "IQ": 23, "IR": 26,
    "IS": 26, "IT": 27, "JO": 30, "KW": 30, "KZ": 20, "LB": 28, "LC": 32, "LI": 21, "LT": 20, "LU": 20,
    "LV": 21, "LY": 25, "MC": 27, "MD": 24, "ME": 22, "MK": 19, "MN": 20, "MR": 27, "MT": 31, "MU": 30,
    "NI": 28, "NL": 18, "NO": 15, "OM": 23, "PK": 24, "PL": 28, "PS": 29, "PT": 25, "QA": 29, "RO": 24,
    "RS": 22, "RU": 33, "SA": 24, "SC": 31, "SD": 18, "SE": 24, "SI": 19, "SK": 24, "SM": 27, "SO": 23,
    "ST": 25, "SV": 28, "TL": 23, "TN": 24, "TR": 26, "UA": 29, "VA": 22, "VG": 24, "XK": 20, "YE": 30,
}  # fmt: skip
# Issuer ranges with their lengths; the long tail of Maestro only where it is written as cards are.
_IRAN = (
    "502229|502806|502908|502910|502937|502938|504172|504706|505416|505785|505801|505809|507677|581672|581874|585947|"
    "585983|585949|589210|589463|603769|603770|603799|606256|606373|607480|610433|621986|622106|627353|627381|627412|627488|"
    "627648|627760|627884|627961|628023|628157|636214|636795|636797|636949|639194|639217|639346|639347|639370|639599|639607"
)
CARD_FORM = (
    rf"(?:4\d{{15}}(?:\d{{3}})?"  # Visa
    r"|(?:5[1-5]\d\d|222[1-9]|22[3-9]\d|2[3-6]\d\d|27[01]\d|2720|220[0-4])\d{12}"  # Mastercard, Mir
    r"|3[47]\d{13}"  # American Express
    r"|3(?:0[0-59]|[689]\d)\d{11}"  # Diners
    r"|35(?:2[89]|[3-8]\d)\d{12}"  # JCB
    r"|6(?:011|22[1-9]|4[4-9]\d|5\d\d|0\d\d)\d{12}(?:\d{3})?"  # Discover, RuPay
    r"|(?:62|81)\d{14,17}"  # UnionPay
    rf"|(?:{_IRAN}|9409\d\d|9792\d\d|508[125]\d\d|5018\d\d|5020\d\d|5038\d\d|6304\d\d|6759\d\d|676[1-3]\d\d|95555\d)\d{{10}}"
    r"|(?:62|60|68|69|95|98|99|90)\d{17})"  # Chinese debit cards of nineteen
)
_CARD = re.compile(CARD_FORM + r"|4\d{12}", re.ASCII)


def card_shaped(digits: str) -> bool:
    """Whether a number starts and ends as a payment card does (ISO/IEC 7812; Iran's and Korea's own too)."""
    return _CARD.fullmatch(digits) is not None


def card(digits: str) -> bool:
    """ISO/IEC 7812 check digit."""
    return luhn(digits)


def iban_length(country: str) -> int | None:
    """How long an account number of a country is; None where the country has none."""
    return _IBAN_LENGTHS.get(country)


def iban(text: str) -> bool:
    """ISO 13616: the country's length and mod 97. Iran's Sheba is one."""
    return len(text) == _IBAN_LENGTHS.get(text[:2]) and mod_97(text[4:] + text[:4])


def sheba_bare(digits: str) -> bool:
    """A Sheba without its IR, as forms that print the IR themselves collect it."""
    return iban("IR" + digits)
