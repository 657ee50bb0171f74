"""Draws one identifier of a locale: its people's numbers, and e-mail addresses at reserved domains (RFC 2606).

Must never draw an address that anybody could have.
"""

from collections.abc import Callable
from random import Random

from bench.planted import numbers
from bench.planted.phones import phone
from gateway.samples.numbers import ir_code

_DOMAINS = ("example.com", "example.org", "example.net", "mail.example", "post.example", "shop.kontor.example")
_IDN = {"de": ("bücher.example", "müller-söhne.example"), "fr": ("crédit.example", "théâtre.example")}
_SYLLABLES = (
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

Made = tuple[str, str]  # kind and text
_FIRST: dict[str, tuple[tuple[float, str, Callable[[Random], str]], ...]] = {
    "en": ((1.0, "national_id_us", numbers.us_social),),
    "de": ((1.0, "national_id_de", numbers.de_tax),),
    "fr": ((1.0, "national_id_fr", numbers.fr_social),),
    "fa": ((1.0, "national_id_ir", ir_code),),
    "zh-Hans": ((0.92, "national_id_cn", numbers.cn_resident), (0.08, "national_id_cn", numbers.cn_resident_15)),
    "zh-Hant": ((0.75, "national_id_tw", numbers.tw_national), (0.25, "national_id_tw", numbers.tw_resident)),
    "ko": ((0.8, "national_id_kr", numbers.kr_resident), (0.2, "national_id_kr", numbers.kr_foreigner)),
}
_SECOND: dict[str, tuple[tuple[float, str, Callable[[Random], str]], ...]] = {
    "en": ((1.0, "national_id_gb", numbers.gb_insurance),),
    "de": ((1.0, "social_security_de", numbers.de_pension),),
    "zh-Hant": ((1.0, "national_id_hk", numbers.hk_identity),),
    "ko": ((1.0, "business_kr", numbers.kr_business),),
}


def makers(rng: Random, locale: str) -> dict[str, Callable[[], Made]]:
    """Give what draws the identifiers of a locale, by meaning: email, phone, card, iban, national_id, second_id."""
    made: dict[str, Callable[[], Made]] = {
        "email": lambda: ("email", email(rng, locale)),
        "phone": lambda: ("phone", phone(rng, locale)),
        "card": lambda: ("card", numbers.card(rng, locale)),
        "iban": lambda: ("iban", numbers.account(rng, locale)),
        "national_id": lambda: _drawn(rng, _FIRST[locale]),
    }
    return made | ({"second_id": lambda: _drawn(rng, _SECOND[locale])} if locale in _SECOND else {})


def email(rng: Random, locale: str) -> str:
    """Draw an address at a reserved domain, in the shapes that addresses have."""
    first = "".join(rng.choice(_SYLLABLES) for _ in range(rng.randrange(2, 4)))
    last = "".join(rng.choice(_SYLLABLES) for _ in range(2))
    local = rng.choice(
        (
            f"{first}.{last}",
            f"{first}{rng.randrange(1000)}",
            f"{first}_{last}",
            f"{first}-{last}",
            f"{first}+shop",
            first[0] + last,
        )
    )
    if rng.random() < 0.1:
        local = local.title()
    if locale in _IDN and rng.random() < 0.025:
        return f"{local}@{rng.choice(_IDN[locale])}"
    return f"{local}@{rng.choice(_DOMAINS)}"


def unchecked(kind: str, text: str) -> bool:
    """Whether a number has neither a check digit nor a form of its own: the Chinese ones before 1999."""
    return kind == "national_id_cn" and sum(letter.isalnum() for letter in text) < 18


def _drawn(rng: Random, choices: tuple[tuple[float, str, Callable[[Random], str]], ...]) -> Made:
    (_, kind, make), *_rest = rng.choices(choices, [share for share, _, _ in choices])
    text = make(rng)
    if kind == "national_id_tw" and text[1].isalpha():
        kind = "resident_id_tw"
    return kind, text
