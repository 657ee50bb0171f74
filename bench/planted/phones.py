"""Writes phone numbers as people of each locale write them: mobiles and land lines, at home and from abroad.

The subscriber's digits are drawn at random and stand in memory only. Must never import the scan.
"""

from collections.abc import Callable
from random import Random

from gateway.samples.numbers import digits

_AREAS_US = ("212", "213", "305", "312", "404", "415", "503", "512", "617", "646", "702", "713", "718", "818", "917")
_AREAS_DE = ("30", "40", "69", "89", "221", "211", "711", "341", "351", "511")
_MOBILES_DE = ("151", "160", "162", "163", "170", "171", "172", "173", "175", "176", "177", "179")
_MOBILES_IR = (
    "910", "911", "912", "913", "914", "915", "916", "917", "918", "919", "901", "902", "930", "935", "936",
    "937", "938", "939", "990", "991",
)  # fmt: skip
_MOBILES_CN = (
    "130", "131", "132", "133", "135", "136", "137", "138", "139", "150", "151", "152", "157", "158", "159",
    "176", "177", "178", "180", "181", "185", "186", "187", "188", "189", "199",
)  # fmt: skip


def _us(rng: Random) -> str:
    area, office, line = rng.choice(_AREAS_US), f"{rng.randrange(2, 10)}{rng.randrange(20, 100)}", digits(rng, 4)
    return rng.choice(
        (
            f"({area}) {office}-{line}", f"{area}-{office}-{line}", f"{area}.{office}.{line}",
            f"+1 {area} {office} {line}",
            f"+1{area}{office}{line}", f"1-{area}-{office}-{line}", f"+1 ({area}) {office}-{line}",
            f"{area} {office} {line}",
        )
    )  # fmt: skip


def _gb(rng: Random) -> str:
    mobile, line = f"7{rng.choice('45789')}{digits(rng, 2)}", digits(rng, 6)
    city, four = rng.choice(("121", "131", "141", "151", "161")), digits(rng, 4)
    three = f"{rng.randrange(2, 8)}{digits(rng, 2)}"
    return rng.choice(
        (
            f"0{mobile} {line}", f"0{mobile}{line}", f"+44 {mobile} {line}", f"+44{mobile}{line}",
            f"0044 {mobile} {line}",
            f"+44 (0){mobile} {line}", f"020 7{three} {four}", f"0{city} {three} {four}", f"(0{city}) {three} {four}",
        )
    )  # fmt: skip


def _de(rng: Random) -> str:
    mobile = rng.choice(_MOBILES_DE)
    line = f"{rng.randrange(2, 10)}{digits(rng, 7 if mobile[1] == '5' or mobile == '176' else 6)}"
    area, home = rng.choice(_AREAS_DE), f"{rng.randrange(2, 10)}{digits(rng, 6)}"
    return rng.choice(
        (
            f"0{mobile} {line}", f"0{mobile}/{line}", f"+49 {mobile} {line}", f"+49{mobile}{line}",
            f"0{mobile}{line}",
            f"+49 (0){mobile} {line}", f"0049 {mobile} {line}", f"0{mobile}-{line}", f"0{area} {home}",
            f"0{area}/{home}",
            f"+49 {area} {home}", f"(0{area}) {home}", f"0{area} {home[:3]} {home[3:]}",
        )
    )  # fmt: skip


def _fr(rng: Random) -> str:
    first = rng.choice("1234566777")
    rest = [digits(rng, 2) for _ in range(4)]
    low, high = {"6": (0, 9), "7": (5, 9)}.get(first, (2, 6))
    rest[0] = f"{rng.randrange(low, high)}{rest[0][1]}"
    spaced, bare = " ".join(rest), "".join(rest)
    return rng.choice(
        (
            f"0{first} {spaced}", f"0{first}{bare}", f"0{first}.{'.'.join(rest)}", f"+33 {first} {spaced}",
            f"+33{first}{bare}", f"0033 {first} {spaced}", f"+33 (0){first} {spaced}", f"0{first}-{'-'.join(rest)}",
        )
    )  # fmt: skip


def _ir(rng: Random) -> str:
    mobile, line = rng.choice(_MOBILES_IR), digits(rng, 7)
    home = f"{rng.randrange(2, 9)}{digits(rng, 7)}"
    return rng.choice(
        (
            f"0{mobile}{line}", f"0{mobile}{line}", f"0{mobile} {line[:3]} {line[3:]}",
            f"0{mobile}-{line[:3]}-{line[3:]}",
            f"+98 {mobile} {line[:3]} {line[3:]}", f"+98{mobile}{line}", f"0098{mobile}{line}", f"021-{home}",
            f"021 {home}",
            f"(021) {home}", f"0{mobile}-{line}",
        )
    )  # fmt: skip


def _cn(rng: Random) -> str:
    mobile, line, home = rng.choice(_MOBILES_CN), digits(rng, 8), f"{rng.choice('68')}{digits(rng, 7)}"
    area = rng.choice(("010", "021", "020", "022", "025", "0571", "0755", "028"))
    return rng.choice(
        (
            f"{mobile}{line}", f"{mobile}{line}", f"{mobile} {line[:4]} {line[4:]}",
            f"{mobile}-{line[:4]}-{line[4:]}",
            f"+86 {mobile} {line[:4]} {line[4:]}", f"+86{mobile}{line}", f"+86-{mobile}{line}",
            f"0086-{mobile}{line}",
            f"{area}-{home}", f"({area}) {home}",
        )
    )  # fmt: skip


def _tw(rng: Random) -> str:
    first, second, third = f"9{rng.choice('1235678')}{digits(rng, 1)}", digits(rng, 3), digits(rng, 3)
    home = f"{rng.choice('27')}{digits(rng, 3)}-{digits(rng, 4)}"
    return rng.choice(
        (
            f"0{first}-{second}-{third}", f"0{first}-{second}-{third}", f"0{first}{second}{third}",
            f"0{first} {second} {third}", f"0{first}-{second}{third}", f"+886 {first} {second} {third}",
            f"+886-{first}-{second}-{third}", f"+886{first}{second}{third}", f"(02) {home}", f"02-{home}",
            f"+852 9{rng.randrange(4, 8)}{digits(rng, 2)} {digits(rng, 4)}",
        )
    )  # fmt: skip


def _kr(rng: Random) -> str:
    first, last = f"{rng.randrange(2, 10)}{digits(rng, 3)}", digits(rng, 4)
    area = rng.choice(("031", "032", "051", "053", "042", "062", "064"))
    three = f"{rng.randrange(2, 10)}{digits(rng, 2)}"
    return rng.choice(
        (
            f"010-{first}-{last}", f"010-{first}-{last}", f"010{first}{last}", f"010 {first} {last}",
            f"010.{first}.{last}",
            f"+82 10-{first}-{last}", f"+82-10-{first}-{last}", f"+8210{first}{last}", f"02-{three}-{last}",
            f"{area}-{three}-{last}", f"02-{first}-{last}", f"02) {three}-{last}",
        )
    )  # fmt: skip


WRITERS: dict[str, Callable[[Random], str]] = {
    "en": lambda rng: rng.choice((_us, _gb))(rng),
    "de": _de,
    "fr": _fr,
    "fa": _ir,
    "zh-Hans": _cn,
    "zh-Hant": _tw,
    "ko": _kr,
}


def phone(rng: Random, locale: str) -> str:
    """Draw a number of a locale in one of the ways it is written there."""
    return WRITERS[locale](rng)
