"""Draws numbers that pass every check and belong to nobody we know.

Phone numbers come from ranges kept for fiction (Ofcom, Bundesnetzagentur, NANP 555-01XX) or from valid ranges
that no operator hands out to people; the bank in a Sheba does not exist. Must never draw from the global
generator: the lists are the same byte for byte every time.
"""

from random import Random

_DRAMA_DE = (("030", "23125"), ("0221", "4710"), ("069", "90009"), ("040", "66969"), ("089", "99998"))
_DRAMA_GB = ("0113 496 0", "0114 496 0", "0117 496 0", "0121 496 0", "0131 496 0", "0161 496 0", "020 7946 0")
_AREAS_US = (
    "201", "202", "203", "206", "208", "210", "212", "213", "214", "215", "216", "217", "303", "304",
    "305", "307", "308", "310", "312", "313", "314", "315", "316", "317", "401", "402", "404", "405",
    "406", "412", "414", "415", "501", "502", "503", "504", "505", "512", "602", "603", "605", "612",
    "615", "617", "702", "713", "801", "803", "813", "901", "919",
)  # fmt: skip
_CN_COUNTIES = ("110101", "310101", "440103", "510104", "330102", "420102")
_CN_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
_IR_CARD_BANKS = ("603799", "610433", "627353", "589210")


def digits(rng: Random, count: int) -> str:
    """Draw so many digits."""
    return "".join(str(rng.randrange(10)) for _ in range(count))


def phone_kr(rng: Random) -> str:
    """Numbers after 010-0 are not handed out."""
    return f"010-0{digits(rng, 3)}-{digits(rng, 4)}"


def phone_de(rng: Random) -> str:
    """Kept for films by the Bundesnetzagentur (Mitteilung 148/2021)."""
    area, start = rng.choice(_DRAMA_DE)
    return f"{area} {start}{digits(rng, 3)}"


def phone_ir(rng: Random) -> str:
    """A block of small operators, 0999 0."""
    return f"09990{digits(rng, 6)}"


def phone_tw(rng: Random) -> str:
    """Numbers after 0900-0."""
    return f"0900-0{digits(rng, 2)}-{digits(rng, 3)}"


def phone_us(rng: Random) -> str:
    """Kept for fiction: 555-0100 to 555-0199 in every area."""
    return f"({rng.choice(_AREAS_US)}) 555-01{digits(rng, 2)}"


def phone_gb(rng: Random) -> str:
    """Kept for drama by Ofcom."""
    return f"{rng.choice(_DRAMA_GB)}{digits(rng, 3)}"


def phone_cn(rng: Random) -> str:
    """From the machine-to-machine block 147."""
    return f"147{digits(rng, 8)}"


def ir_code(rng: Random) -> str:
    """An Iranian national code."""
    head = digits(rng, 9)
    rest = sum(int(digit) * weight for digit, weight in zip(head, range(10, 1, -1), strict=True)) % 11
    return f"{head}{rest if rest < 2 else 11 - rest}"  # noqa: PLR2004  the rule of the check digit


def sheba(rng: Random) -> str:
    """An Iranian account number of the bank 099, which does not exist."""
    account = f"0990{digits(rng, 18)}"
    check = 98 - int(f"{account}182700") % 97
    return f"IR{check:02d}{account}"


def card(rng: Random) -> str:
    """An Iranian bank card of 16 digits."""
    head = rng.choice(_IR_CARD_BANKS) + digits(rng, 9)
    total = 0
    for place, digit in enumerate(reversed(head)):
        value = int(digit) * (2 - place % 2)
        total += value - 9 if value > 9 else value  # noqa: PLR2004  two digits are summed
    return f"{head}{-total % 10}"


def cn_resident(rng: Random) -> str:
    """A Chinese resident number."""
    born = f"{rng.randrange(1955, 2004)}{rng.randrange(1, 13):02d}{rng.randrange(1, 29):02d}"
    head = f"{rng.choice(_CN_COUNTIES)}{born}{digits(rng, 3)}"
    rest = sum(int(digit) * weight for digit, weight in zip(head, _CN_WEIGHTS, strict=True)) % 11
    return head + "10X98765432"[rest]
