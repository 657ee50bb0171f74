"""Draws the people of the sample lists: the same ones every time, some of them on several lists.

Must never give two people one address, or an address outside the reserved domains.
"""

from collections.abc import Callable
from dataclasses import dataclass
from random import Random

from faker import Faker

from gateway.samples import numbers

LISTED = 2_000
_DOMAINS = ("example.com", "example.org", "example.net", "mail.example", "post.example")
_ROMAN = (
    "ba",
    "de",
    "fi",
    "go",
    "ha",
    "ji",
    "ka",
    "li",
    "mo",
    "nu",
    "ra",
    "se",
    "to",
    "wi",
    "yo",
    "za",
    "min",
    "sun",
)
_WRITTEN_IN = {"KR": "euc_kr", "DE": "latin-1", "TW": "big5"}


@dataclass(frozen=True, slots=True)
class Invented:
    """One invented person."""

    given: str
    family: str
    email: str
    phone: str
    street: str
    city: str
    code: str
    born: int


_COUNTRIES: dict[str, tuple[str, Callable[[Random], str]]] = {
    "KR": ("ko_KR", numbers.phone_kr),
    "DE": ("de_DE", numbers.phone_de),
    "IR": ("fa_IR", numbers.phone_ir),
    "TW": ("zh_TW", numbers.phone_tw),
    "US": ("en_US", numbers.phone_us),
    "GB": ("en_GB", numbers.phone_gb),
    "CN": ("zh_CN", numbers.phone_cn),
}


def draw(country: str, count: int = LISTED) -> list[Invented]:
    """Draw people of one country.

    Args:
        country: one of KR, DE, IR, TW, US, GB, CN.
        count: how many.

    Returns:
        People with distinct e-mail addresses and phones.
    """
    locale, phone = _COUNTRIES[country]
    fake = Faker(locale)
    fake.seed_instance(f"ostiary/{country}")
    rng = Random(f"ostiary/{country}")
    people: list[Invented] = []
    phones: set[str] = set()
    while len(people) < count:
        person = _person(fake, rng, phone, country.lower(), len(people))
        if person.phone not in phones and _is_writable(person, _WRITTEN_IN.get(country, "utf-8")):
            people.append(person)
            phones.add(person.phone)
    return people


def _is_writable(person: Invented, encoding: str) -> bool:
    """Whether the encoding of the country's list has every letter; Faker mixes in some that it has not."""
    try:
        f"{person.given}{person.family}{person.street}{person.city}".encode(encoding)
    except UnicodeEncodeError:
        return False
    return True


def _person(fake: Faker, rng: Random, phone: Callable[[Random], str], country: str, number: int) -> Invented:
    """Draw one person; the number in the address keeps addresses apart."""
    syllables = "".join(rng.choice(_ROMAN) for _ in range(rng.randrange(2, 4)))
    return Invented(
        given=fake.first_name(),
        family=fake.last_name(),
        email=f"{syllables}.{country}{number}@{rng.choice(_DOMAINS)}",
        phone=phone(rng),
        street=fake.street_address().replace("\n", ", "),
        city=fake.city(),
        code=fake.postcode(),
        born=rng.randrange(1945, 2005),
    )
