"""Draws random numbers of every form; nobody's, since nothing but the form and the check digit is kept.

A template is read sign by sign: 9 a digit, 8 a digit but 0, A a letter, YYMMDD/DDMMYY/YYYYMMDD a date; what
stands in brackets stays as it is, one of those parted by a stroke.
"""

import random
import re

from gateway.scan.identifiers.numbers import RUN
from gateway.scan.kinds import NATURES, Kind
from gateway.scan.trials import Trial, trials

# one written form each, official grouping included, of the kinds that have no need of a name; random fill
FORMS: dict[Kind, str] = {
    Kind.CARD: "[4|51|6222|6037]999999999999999",
    Kind.IBAN: "[DE]99999999999999999999",
    Kind.NATIONAL_ID_AT: "8999 DDMMYY",
    Kind.NATIONAL_ID_BE: "YY.MM.DD-999.99",
    Kind.NATIONAL_ID_BG: "YYMMDD9999",
    Kind.NATIONAL_ID_BR: "999.999.999-99",
    Kind.NATIONAL_ID_CA: "[1|2|4|6]99-999-999",
    Kind.NATIONAL_ID_CH: "[756].9999.9999.99",
    Kind.NATIONAL_ID_CN: "[110101|310101|440524]YYYYMMDD9999",
    Kind.NATIONAL_ID_CY: "[0|3|9]9999999A",
    Kind.NATIONAL_ID_CZ: "YYMMDD/9999",
    Kind.NATIONAL_ID_DE: "89999999999",
    Kind.NATIONAL_ID_DK: "DDMMYY-9999",
    Kind.NATIONAL_ID_EE: "[3|4|5|6]YYMMDD9999",
    Kind.NATIONAL_ID_ES: "99999999A",
    Kind.NATIONAL_ID_FI: "DDMMYY-999A",
    Kind.NATIONAL_ID_FR: "[1|2]YYMM9999999999",
    Kind.NATIONAL_ID_GB: "AA999999A",
    Kind.NATIONAL_ID_GR: "DDMMYY99999",
    Kind.NATIONAL_ID_HK: "A999999(9)",
    Kind.NATIONAL_ID_HR: "89999999999",
    Kind.NATIONAL_ID_HU: "[1|2|3|4]YYMMDD9999",
    Kind.NATIONAL_ID_IE: "9999999A",
    Kind.NATIONAL_ID_IN: "8999 9999 9999",
    Kind.NATIONAL_ID_IR: "9999999999",
    Kind.NATIONAL_ID_IT: "AAAAAA99[A|C|H]99A999A",
    Kind.NATIONAL_ID_JP: "999999999999",
    Kind.NATIONAL_ID_KR: "999999-9999999",
    Kind.NATIONAL_ID_LU: "YYYYMMDD99999",
    Kind.NATIONAL_ID_LV: "DDMMYY-[1]9999",
    Kind.NATIONAL_ID_NL: "999999999",
    Kind.NATIONAL_ID_NO: "DDMMYY99999",
    Kind.NATIONAL_ID_PL: "YYMMDD99999",
    Kind.NATIONAL_ID_PT: "99999999 9 AA9",
    Kind.NATIONAL_ID_RO: "[1|2]YYMMDD999999",
    Kind.NATIONAL_ID_SE: "YYMMDD-9999",
    Kind.NATIONAL_ID_SI: "DDMM9YY509999",
    Kind.NATIONAL_ID_TR: "89999999999",
    Kind.NATIONAL_ID_TW: "A[1|2|8|9]99999999",
    Kind.DRIVER_LICENCE_KR: "99-99-999999-99",
    Kind.IDENTITY_CARD_DE: "[L|C|T]999999999",
    Kind.SOCIAL_SECURITY_DE: "99DDMMYYA999",
    Kind.ITIN_US: "[9]99-99-9999",
    Kind.TAX_ID_AU: "999 999 999",
    Kind.TAX_ID_IN: "AAAAA9999A",
    Kind.TAX_ID_PL: "899-999-99-99",
    Kind.TAX_ID_PT: "[1|2]99999999",
    Kind.BUSINESS_AU: "89 999 999 999",
    Kind.BUSINESS_BR: "99.999.999/9999-99",
    Kind.BUSINESS_ES: "[A|B]99999999",
    Kind.BUSINESS_KR: "899-99-99999",
    Kind.LEGAL_ID_IR: "[10]999999999",
    Kind.SIREN_FR: "999999999",
    Kind.SIRET_FR: "99999999999999",
    Kind.USCC_CN: "[91]110108999999999A",
    Kind.VAT_ID: "[DE|NL]999999999",
}
# these count only by name
NAMED: dict[Kind, str] = {
    Kind.POSTAL_CODE_IR: "[1|3][1][4][1][6]99999",
    Kind.NATIONAL_ID_MO: "[1|5|7]999999(9)",
    Kind.NATIONAL_ID_MT: "999999[M|G]",
    Kind.RESIDENT_ID_TW: "A[A|B|C|D]99999999",
    Kind.PERMIT_CN: "[H|M]99999999",
    Kind.PASSPORT: "AA9999999",
    Kind.PASSPORT_CN: "[E|G]99999999",
    Kind.PASSPORT_KR: "[M]999A9999",
    Kind.NHS_GB: "999 999 9999",
    Kind.TAX_ID_GB: "9999999999",
    Kind.MEDICARE_AU: "[2|4]999 99999 9",
    Kind.TAX_NUMBER_DE: "99/999/99999",
    Kind.BUSINESS_TW: "99999999",
    Kind.EIN_US: "99-9999999",
    Kind.VAT_IT: "99999999999",
}
# where a written form holds a date that is most of the check
_SHAPES = {Kind.NATIONAL_ID_CN: "999999999999999999", Kind.NATIONAL_ID_DK: "999999-9999"}
_PIECE = re.compile(r"\[([^\]]*)\]|YYYYMMDD|YYMMDD|DDMMYY|YYMM|DDMM9YY|YY\.MM\.DD|.")


def seeded(seed: int) -> random.Random:
    return random.Random(seed)  # noqa: S311  the same every time, and not secret


def filled(template: str, rng: random.Random) -> str:
    """Fill a template at random."""
    return "".join(_piece(match, rng) for match in _PIECE.finditer(template))


def _piece(match: re.Match[str], rng: random.Random) -> str:
    piece = match[0]
    if piece[0] == "[":
        return rng.choice(piece[1:-1].split("|"))
    if piece in "98A":
        return rng.choice({"9": "0123456789", "8": "123456789", "A": "ABCDEFGHIJKLMNOPQRSTUVWXYZ"}[piece])
    if "MM" not in piece:
        return piece
    day, month, year = f"{rng.randrange(1, 29):02d}", f"{rng.randrange(1, 13):02d}", rng.randrange(1950, 1999)
    piece = piece.replace("YYYY", str(year)).replace("YY", f"{year % 100:02d}")
    return piece.replace("MM", month).replace("DD", day)


def tried(text: str, kind: Kind) -> list[Trial]:
    return [trial for trial in trials(text) if trial.kind is kind]


def valid(kind: Kind, rng: random.Random) -> str:
    """Draw until the check holds."""
    template = {**FORMS, **NAMED}[kind]
    for _ in range(20_000):
        text = filled(template, rng)
        if any(trial.passed and trial.end - trial.start == len(text) for trial in tried(text, kind)):
            return text
    raise AssertionError(kind)


def chance(kind: Kind, rng: random.Random, candidates: int) -> float:
    """Measure how many random candidates of a form pass."""
    template = _SHAPES.get(kind, FORMS[kind])
    results = [tried(filled(template, rng), kind) for _ in range(candidates)]
    return sum(any(trial.passed for trial in each) for each in results) / max(1, sum(map(bool, results)))


__all__ = ["FORMS", "NAMED", "NATURES", "RUN", "chance", "filled", "seeded", "tried", "valid"]
