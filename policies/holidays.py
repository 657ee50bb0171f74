"""Writes policies/holidays.yaml, the calendars of public holidays, with the `holidays` library.

Must never run when a decision is made: the library changes with every release, a bundle must not. `policies.load` reads
the file; this module is run by hand, `python -m policies.holidays --from 2025 --to 2029`, and its result is reviewed.

  1 ask the library for the country's own days
  2 ask it for each region, and keep what the country does not have
  3 write both, in flow lists, the same bytes for the same library
"""

import argparse
import re
import textwrap
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from importlib.metadata import version
from pathlib import Path
from types import MappingProxyType

PATH = Path(__file__).with_name("holidays.yaml")
"""The file that is written."""

COUNTRIES = ("FR", "AU", "BR", "GB", "DE", "US", "CA", "KR", "JP", "CN", "TW", "HK", "IR", "IN")
"""The countries with a calendar, ISO 3166-1 alpha-2, in the order of the file."""

_also_called: Mapping[str, Mapping[str, tuple[str, ...]]] = MappingProxyType(
    {
        # ISO 3166-2 numbers the overseas departments since 2021; addresses still say the letters.
        "FR": {"971": ("GP",), "972": ("MQ",), "973": ("GF",), "974": ("RE",), "976": ("YT",), "6AE": ("67", "68")},
        # The codes that ISO 3166-2 had before November 2023.
        "IN": {"CG": ("CT",), "OD": ("OR",), "TS": ("TG",), "UK": ("UT",)},
    }
)
_countries_of_their_own: Mapping[str, frozenset[str]] = MappingProxyType(
    {
        # Regions in ISO 3166-2, but with a country code, a dialling code and a consumer law of their own. An unknown
        # region would close the whole country on their days.
        "FR": frozenset({"NC", "PF", "TF", "WF"}),
    }
)
_code = re.compile(r"[A-Z0-9]{1,3}")  # the library also has school zones and single towns
_width = 120
_missing = "The holidays library is missing. Install it: uv pip install holidays (it is among the dev dependencies)."
_head = """\
# Public holidays, days off work by law. Written by `python -m policies.holidays`; do not edit, run it anew.
# A region lists what the country does not have. Days of moon calendars after next year are the library's estimate.
"""


@dataclass(frozen=True, slots=True)
class Calendar:
    """A country's public holidays: its own, and by region (ISO 3166-2 without the country) those it has beyond them."""

    national: tuple[date, ...]
    regions: Mapping[str, tuple[date, ...]]


def calendar_of(country: str, first: int, last: int) -> Calendar:
    """Ask the library for one country.

    Args:
        country: ISO 3166-1 alpha-2.
        first: the first year, all of it.
        last: the last year, all of it.

    Raises:
        SystemExit: the library is not installed; the message says how to mend it.
    """
    national = _days(country, None, first, last)
    regions: dict[str, tuple[date, ...]] = {}
    for code in _regions(country):
        extra = tuple(sorted(set(_days(country, code, first, last)) - set(national)))
        for name in (code, *_also_called.get(country, {}).get(code, ())):
            regions[name] = extra
    return Calendar(national, MappingProxyType(dict(sorted(regions.items()))))


def _days(country: str, region: str | None, first: int, last: int) -> tuple[date, ...]:
    try:
        from holidays import PUBLIC, country_holidays
    except ModuleNotFoundError as error:
        raise SystemExit(_missing) from error
    years = range(first, last + 1)
    found = country_holidays(country, subdiv=region, years=years, categories=(PUBLIC,))
    return tuple(sorted(day for day in found if day.year in years))


def _regions(country: str) -> Iterator[str]:
    from holidays import country_holidays

    apart = _countries_of_their_own.get(country, frozenset())
    return (code for code in country_holidays(country).subdivisions if _code.fullmatch(code) and code not in apart)


def text_of(first: int, last: int) -> str:
    """Give the whole file as text.

    Args:
        first: the first year covered.
        last: the last year covered.
    """
    lines = [
        f"made_with: holidays {version('holidays')}",
        f"first: {first}-01-01",
        f"last: {last}-12-31",
        "calendars:",
    ]
    for country in COUNTRIES:
        calendar = calendar_of(country, first, last)
        lines += [f"  {country}:", *_flow("    national: ", calendar.national)]
        lines += ["    regions:"] if calendar.regions else ["    regions: {}"]
        for region, days in calendar.regions.items():
            lines += _flow(f'      "{region}": ', days)  # quoted: ON is no truth and 57 no number
    return _head + "\n".join(lines) + "\n"


def _flow(key: str, days: Collection[date]) -> list[str]:
    words = f"{key}[{', '.join(map(str, days))}]"
    deeper = " " * (len(key) - len(key.lstrip()) + 2)
    return textwrap.wrap(words, _width, subsequent_indent=deeper, break_on_hyphens=False)


def main() -> None:
    """Write the file, or say what is missing."""
    parser = argparse.ArgumentParser(prog="python -m policies.holidays", description="Writes policies/holidays.yaml.")
    parser.add_argument("--from", dest="first", type=int, default=2025, help="the first year")
    parser.add_argument("--to", dest="last", type=int, default=2029, help="the last year")
    asked = parser.parse_args()
    PATH.write_text(text_of(asked.first, asked.last), encoding="utf-8")


if __name__ == "__main__":
    main()
