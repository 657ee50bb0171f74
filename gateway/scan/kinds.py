"""What the scan can find, and how often chance alone would look like it.

A checksum passes random digits once in ten tries, so one passing cell proves little and a passing column
much. The rates are measured on random candidates of the right shape (`tests/scan/test_scan_identifiers_chance.py`
measures them again). Must never claim a rate of 0: the statistics divide by it.
"""

import re
from dataclasses import dataclass
from functools import cache

from gateway.scan.keywords import words
from gateway.scan.kind import Family, Kind

__all__ = ["CREDENTIAL_TITLES", "NATURES", "Family", "Kind", "Nature", "named_in", "names", "plain"]


@dataclass(frozen=True, slots=True)
class Nature:
    """What speaks for a kind beside the value itself.

    Attributes:
        chance: share of random candidates of the same shape that pass by accident.
        keywords: words in a title or cell that name the kind; lower case, without blanks.
        family: what it is about.
        needs_context: whether nothing but a name in title or cell makes it count, not even a whole column:
            the form is that of any number and there is no check, or hardly one.
        certain: whether the form alone is proof.
    """

    chance: float
    keywords: tuple[str, ...]
    family: Family = Family.GOVERNMENT
    needs_context: bool = False
    certain: bool = False


_SURE = 0.001  # of a form that random letters do not make; not measured
_ANY = 0.9  # no check: nearly every candidate of the form passes
_SHORT = 4  # a Latin word up to this long has to stand alone: "tin" is not in "marketing"

_CHANCES: dict[Family, dict[Kind, float]] = {
    Family.CONTACT: {Kind.EMAIL: _SURE, Kind.PHONE: 0.108, Kind.POSTAL_ADDRESS: _SURE, Kind.POSTAL_CODE_IR: _ANY},
    Family.IDENTITY: {Kind.NAME: _SURE, Kind.BIRTH_DATE: _SURE},
    Family.FINANCIAL: {Kind.CARD: 0.1, Kind.IBAN: 0.0103},
    Family.GOVERNMENT: {
        **{kind: 0.1 for kind in Kind if kind.startswith("national_id_")},
        Kind.NATIONAL_ID_BE: 0.022,
        Kind.NATIONAL_ID_BR: 0.0103,
        Kind.NATIONAL_ID_CN: 0.0014,
        Kind.NATIONAL_ID_CY: 0.04,
        Kind.NATIONAL_ID_DE: 0.004,
        Kind.NATIONAL_ID_DK: 0.037,
        Kind.NATIONAL_ID_ES: 0.038,
        Kind.NATIONAL_ID_FI: 0.031,
        Kind.NATIONAL_ID_FR: 0.0103,
        Kind.NATIONAL_ID_GB: 0.084,
        Kind.NATIONAL_ID_HK: 0.1,
        Kind.NATIONAL_ID_HU: 0.17,
        Kind.NATIONAL_ID_IE: 0.05,
        Kind.NATIONAL_ID_IR: 0.109,
        Kind.NATIONAL_ID_IT: 0.034,
        Kind.NATIONAL_ID_KR: 0.03,
        Kind.NATIONAL_ID_LU: 0.0103,
        Kind.NATIONAL_ID_MO: _ANY,
        Kind.NATIONAL_ID_MT: _ANY,
        Kind.NATIONAL_ID_NO: 0.0103,
        Kind.NATIONAL_ID_TR: 0.0103,
        Kind.NATIONAL_ID_US: 0.02,  # of numbers with two hyphens in them at random, not only where these stand
        Kind.RESIDENT_ID_TW: _ANY,
        Kind.PERMIT_CN: _ANY,
        Kind.PASSPORT: _ANY,
        Kind.PASSPORT_CN: _ANY,
        Kind.PASSPORT_KR: _ANY,
        Kind.DRIVER_LICENCE_KR: 0.17,
        Kind.IDENTITY_CARD_DE: 0.125,
        Kind.SOCIAL_SECURITY_DE: 0.1,
        Kind.NHS_GB: 0.09,
        Kind.MEDICARE_AU: 0.1,
        Kind.ITIN_US: 0.45,
        Kind.TAX_ID_AU: 0.09,
        Kind.TAX_ID_GB: 0.09,
        Kind.TAX_ID_IN: 0.39,
        Kind.TAX_ID_PL: 0.09,
        Kind.TAX_ID_PT: 0.1,
        Kind.TAX_NUMBER_DE: _ANY,
        Kind.PLATE_CN: _ANY,
        Kind.PLATE_KR: _ANY,
        Kind.PLATE_IR: _ANY,
        Kind.BUSINESS_AU: 0.0115,
        Kind.BUSINESS_BR: 0.0103,
        Kind.BUSINESS_ES: 0.1,
        Kind.BUSINESS_KR: 0.1,
        Kind.BUSINESS_TW: 0.2,
        Kind.EIN_US: _ANY,
        Kind.LEGAL_ID_IR: 0.1,
        Kind.SIREN_FR: 0.1,
        Kind.SIRET_FR: 0.1,
        Kind.USCC_CN: 0.03,
        Kind.VAT_ID: 0.05,
        Kind.VAT_IT: 0.1,
    },
    Family.ONLINE: {Kind.IP_ADDRESS: 0.05, Kind.MAC_ADDRESS: _SURE},
    Family.CREDENTIAL: {
        Kind.PASSWORD_HASH: _SURE,
        Kind.HEX_DIGEST: _SURE,
        Kind.API_KEY: _SURE,
        Kind.PRIVATE_KEY: _SURE,
    },
    Family.SPECIAL: dict.fromkeys(
        (
            Kind.HEALTH,
            Kind.BELIEF,
            Kind.POLITICS,
            Kind.TRADE_UNION,
            Kind.SEX_LIFE,
            Kind.ETHNICITY,
            Kind.BIOMETRIC,
            Kind.GENETIC,
            Kind.CRIMINAL,
        ),
        _SURE,
    ),
}
_NEED_CONTEXT = frozenset(
    {
        Kind.POSTAL_CODE_IR,
        Kind.RESIDENT_ID_TW,
        Kind.PERMIT_CN,
        Kind.PASSPORT,
        Kind.PASSPORT_CN,
        Kind.PASSPORT_KR,
        Kind.TAX_NUMBER_DE,
        Kind.TAX_ID_GB,
        Kind.PLATE_CN,
        Kind.PLATE_KR,
        Kind.PLATE_IR,
        Kind.BUSINESS_TW,
        Kind.EIN_US,
        Kind.MEDICARE_AU,
        Kind.NHS_GB,
        Kind.VAT_IT,
        Kind.NATIONAL_ID_MO,
        Kind.NATIONAL_ID_MT,
    }
)
_CERTAIN = frozenset({Kind.EMAIL, Kind.PASSWORD_HASH, Kind.API_KEY, Kind.PRIVATE_KEY, Kind.MAC_ADDRESS})

NATURES: dict[Kind, Nature] = {
    kind: Nature(
        chance=chance,
        keywords=tuple(word.replace(" ", "") for word in words(kind)),
        family=family,
        needs_context=kind in _NEED_CONTEXT,
        certain=kind in _CERTAIN,
    )
    for family, chances in _CHANCES.items()
    for kind, chance in chances.items()
}

CREDENTIAL_TITLES = (*NATURES[Kind.PASSWORD_HASH].keywords, "암호", "گذرواژه")


def names(text: str, kind: Kind) -> bool:
    """Say whether a title or cell names a kind.

    Args:
        text: as it came; camel case, underscores and Arabic letters for Persian ones are understood.
        kind: the kind.

    Returns:
        Whether one of the kind's words stands in it; a short Latin word has to stand alone.
    """
    return named_in(plain(text), kind)


def named_in(text: str, kind: Kind) -> bool:
    """Say whether a text that is `plain` already names a kind."""
    return _naming(kind).search(text) is not None


@cache
def _naming(kind: Kind) -> re.Pattern[str]:
    """Make the pattern of a kind's words."""
    return re.compile("|".join(map(_word, words(kind))))


def _word(word: str) -> str:
    """Make the pattern of one word: what stands for a blank in it, and whether it has to stand alone."""
    pattern = r"[\W_]{0,3}".join(map(re.escape, word.split()))
    short = len(word.replace(" ", "")) <= _SHORT and re.match(_LATIN, word)
    return f"(?<!{_LATIN}){pattern}(?!{_LATIN})" if short else pattern


_LATIN = "[a-zß-ɏ]"
_CAMEL = re.compile(r"(?<=[a-z])(?=[A-Z])")


def plain(text: str) -> str:
    """Part camel case, fold case, and write Persian letters where Arabic ones stand."""
    return _CAMEL.sub(" ", text).casefold().replace("ي", "ی").replace("ك", "ک").replace("\u200c", "")
