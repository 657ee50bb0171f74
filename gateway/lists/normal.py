"""The one form of every value that people are found by.

What stands here is a contract: blind indexes and a tool's own hashes are made from these forms, so a change
means a new `NORMALISATION_VERSION` and two indexes for a while. Must never echo a value in a refusal.
"""

import re
import unicodedata

from gateway.lists.calendars import Calendar
from gateway.lists.dates import Order, birth_year, day, moment
from gateway.lists.emails import email
from gateway.lists.errors import BadValue
from gateway.lists.letters import comparable, fold
from gateway.lists.phones import phone

__all__ = [
    "NORMALISATION_VERSION", "Calendar", "Order", "birth_year", "day", "email", "external_id", "moment", "name",
    "phone", "postal", "postal_code", "yes",
]  # fmt: skip

NORMALISATION_VERSION = 1

_LONGEST_ID = 200
_YES = frozenset("y yes true 1 x ja j 예 네 동의 동의함 是 同意 بله بلی o ok opt-in".split())  # noqa: SIM905  reads better
_NO = frozenset("n no false 0 nein 아니오 아니요 미동의 거부 否 不同意 خیر نه opt-out -".split()) | {""}  # noqa: SIM905
_POSTAL_NOISE = re.compile(r"[\s.,;:、，。()\-–/#'\"]+")
_POSTAL_CODE = re.compile(r"[A-Z0-9]{3,10}")


def name(value: str) -> str:
    """Give the form in which two spellings of a person's name are compared.

    Args:
        value: a name in any script.

    Returns:
        The comparable form; an empty string for an empty name. Only for comparing, never for showing.
    """
    return comparable(value)


def external_id(value: str) -> str:
    """Normalise the identifier that a source gave a person; its case is kept.

    Raises:
        BadValue: `external_id_empty`, `external_id_too_long`.
    """
    text = unicodedata.normalize("NFKC", fold(value)).strip()
    if not text:
        raise BadValue("external_id_empty", "The external id is empty.")
    if len(text) > _LONGEST_ID:
        raise BadValue("external_id_too_long", f"An external id has at most {_LONGEST_ID} characters.")
    return text


def yes(value: str) -> bool:
    """Read the answer in a consent column.

    Args:
        value: a cell; yes and no in the languages that titles are known in, 1 and 0, a mark or nothing.

    Returns:
        Whether the person said yes. Nothing said is no.

    Raises:
        BadValue: `answer_unknown`: the cell says something else, and a consent is not guessed.
    """
    answer = comparable(value).rstrip(".")
    if answer in _YES:
        return True
    if answer in _NO:
        return False
    raise BadValue("answer_unknown", "Write yes or no (1 or 0) in a consent column.")


def postal_code(value: str) -> str:
    """Normalise a postal code: upper case, without blanks and hyphens.

    Raises:
        BadValue: `postal_code_empty`, `postal_code_shape`.
    """
    text = unicodedata.normalize("NFKC", fold(value)).upper()
    text = re.sub(r"[\s\-–]+", "", text)
    if not text:
        raise BadValue("postal_code_empty", "The postal code is empty.")
    if not _POSTAL_CODE.fullmatch(text):
        raise BadValue("postal_code_shape", "A postal code has 3 to 10 letters and digits.")
    return text


def postal(address: str, code: str, city: str, country: str) -> str:
    """Give the form under which a postal address is found.

    Street words are not expanded ("St", "Str.", "로"): a wrong expansion would merge two houses, a missing
    one only fails to find a person twice.

    Args:
        address: street and house, possibly several lines.
        code: postal code, may be empty where a country has none.
        city: may be empty where the code names it.
        country: ISO 3166 alpha-2.

    Returns:
        `country|code|city|address`, comparable, without punctuation.

    Raises:
        BadValue: `postal_empty` (no street), `postal_place_missing` (neither code nor city),
        `country_unknown`.
    """
    street, place = _joined(address), _joined(city)
    written_code = postal_code(code) if code.strip() else ""
    if not street:
        raise BadValue("postal_empty", "The address has no street or house.")
    if not place and not written_code:
        raise BadValue("postal_place_missing", "The address needs a postal code or a city.")
    if not re.fullmatch(r"[A-Z]{2}", country):
        raise BadValue("country_unknown", "Name the country as an ISO 3166 code of two letters.")
    return f"{country}|{written_code}|{place}|{street}"


def _joined(text: str) -> str:
    """Drop punctuation, keep one blank between words."""
    return _POSTAL_NOISE.sub(" ", comparable(text)).replace("|", " ").strip()
