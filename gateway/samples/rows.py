"""Writes down what each sample list says about its people, cell by cell.

Must never let one list depend on the order in which another is written: each draws from its own seed.
"""

from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from hashlib import md5
from random import Random

from gateway.samples import numbers
from gateway.samples.catalogue import DEMO_DAY, HOUSE, sample
from gateway.samples.people import Invented

Row = list[str]
People = dict[str, list[Invented]]

_END = datetime(DEMO_DAY.year, DEMO_DAY.month, DEMO_DAY.day)  # noqa: DTZ001  local time of the list, as written
_CONSENT_DAYS = 790  # some 26 months, so that consents of two years' life lapse within the list
_GOODS_DE = ("Gartenmöbel", "Küche", "Bücher", "Spielwaren", "Schuhe")
_GOODS_US = ("Garden", "Kitchen", "Books", "Toys", "Shoes")
_PERSIAN = {ord(str(value)): 0x06F0 + value for value in range(10)}
_BCRYPT_LETTERS = "./ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"


def kr_newsletter(people: People) -> Iterator[Row]:
    """Newsletter sign-ups: two consents a person, wording and time."""
    rng = Random("kr_newsletter")
    yield _titles("kr_newsletter.csv")
    for number, person in enumerate(people["KR"], start=1):
        when = _moment(rng, _CONSENT_DAYS)
        wording = "newsletter-3/ko" if when >= datetime(2025, 7, 1) else "newsletter-2/ko"  # noqa: DTZ001  as above
        yield [
            f"K{number:06d}", person.family + person.given, person.email, person.phone, str(person.born),
            _one_of(rng, 0.92, "Y", "N"), _one_of(rng, 0.6, "Y", "N"), f"{when:%Y-%m-%d %H:%M:%S}", wording,
            rng.choice(("웹사이트", "모바일앱", "매장")),
        ]  # fmt: skip


def de_shop(people: People) -> Iterator[Row]:
    """Shop customers: what they bought last and when; some addresses are missing, two are broken."""
    rng = Random("de_shop")
    yield _titles("de_shop.csv")
    for number, person in enumerate(people["DE"]):
        email = "" if rng.random() < 0.04 else person.email  # noqa: PLR2004  some never gave one
        email = {17: "keine", 1017: "name@@example.com"}.get(number, email)
        when = _moment(rng, 1500)
        yield [
            person.given, person.family, email, person.phone, person.street, person.code, person.city,
            f"{when:%d.%m.%Y}", rng.choice(_GOODS_DE),
        ]  # fmt: skip


def ir_loyalty(people: People) -> Iterator[Row]:
    """Club members: Persian digits everywhere, and account numbers in the notes where they do not belong."""
    rng = Random("ir_loyalty")
    yield _titles("ir_loyalty.csv")
    for number, person in enumerate(people["IR"], start=1):
        when = _moment(rng, 600)
        yield [
            f"{number:05d}".translate(_PERSIAN), person.given, person.family, person.email,
            person.phone.translate(_PERSIAN), person.city, _one_of(rng, 0.8, "بله", "خیر"),
            f"{when:%Y/%m/%d}".translate(_PERSIAN), "club-1/fa", _ir_note(rng),
        ]  # fmt: skip


def tw_partner(people: People) -> Iterator[Row]:
    """A partner's customers, with the recipient named in each consent."""
    rng = Random("tw_partner")
    yield _titles("tw_partner.csv")
    for person in people["TW"]:
        when = _moment(rng, 500)
        yield [
            person.family + person.given, person.email, person.phone, person.city, person.street,
            _one_of(rng, 0.9, "是", "否"), _one_of(rng, 0.5, "是", "否"), f"{when:%Y-%m-%d %H:%M}",
            "partner-4/zh-TW",
            HOUSE,
        ]  # fmt: skip


def us_catalogue(people: People) -> Iterator[Row]:
    """Catalogue customers; eighty German shop customers order from it too."""
    rng = Random("us_catalogue")
    yield _titles("us_catalogue.csv")
    listed = [(person, "US") for person in people["US"][:-80]] + [(person, "DE") for person in people["DE"][:80]]
    for number, (person, country) in enumerate(listed, start=1):
        email = person.email if rng.random() < 0.7 or country == "DE" else ""  # noqa: PLR2004  a paper catalogue
        phone = person.phone if country == "US" else f"+49 {person.phone[1:]}"
        yield [
            f"C-{number:05d}", person.given, person.family, email, phone, person.street, person.city,
            rng.choice(("CA", "NY", "TX", "FL", "WA", "IL")) if country == "US" else "", person.code, country,
            f"{_moment(rng, 1100):%m/%d/%Y}", rng.choice(_GOODS_US),
        ]  # fmt: skip


def gb_broker(people: People) -> Iterator[Row]:
    """A broker's list whose consents name us; sixty Korean and sixty US customers stand on it too."""
    rng = Random("gb_broker")
    yield _titles("gb_broker.csv")
    text = "I agree that the companies named below may e-mail me offers (leads-2026-03/en)"
    for person in people["GB"][:-120]:
        yield [
            f"{person.given} {person.family}", person.email, person.phone, person.street,
            person.city, person.code,
            "yes", f"{_moment(rng, 150):%d/%m/%Y}", text, HOUSE,
        ]  # fmt: skip
    for person in people["US"][:60] + people["KR"][:60]:
        yield [
            f"{person.given} {person.family}", person.email, "", person.street, person.city, "", "yes",
            f"{_moment(rng, 150):%d/%m/%Y}", text, HOUSE,
        ]  # fmt: skip


def cn_bought(people: People) -> Iterator[Row]:
    """A bought list with identity numbers; a hundred people of the Taiwanese partner stand on it."""
    rng = Random("cn_bought")
    yield _titles("cn_bought.csv")
    for person in people["CN"][:-100]:
        yield [
            person.family + person.given,
            person.phone,
            person.email,
            person.city,
            numbers.cn_resident(rng),
        ]
    for person in people["TW"][:100]:
        phone = "+886" + person.phone[1:].replace("-", "")
        yield [person.family + person.given, phone, person.email, person.city, numbers.cn_resident(rng)]


def leaked_dump(people: People) -> Iterator[Row]:
    """Addresses of people from four other lists and their stored passwords."""
    rng = Random("leaked_dump")
    yield _titles("leaked_dump.csv")
    victims = [person for country in ("KR", "DE", "US", "GB") for person in people[country][:500]]
    rng.shuffle(victims)
    for person in victims:
        yield [person.email, _stored_password(rng)]


def suppressions(people: People) -> Iterator[Row]:
    """Who must not be written to: e-mails and phones of people on the lists, and some of nobody we know."""
    rng = Random("suppressions")
    yield ["identifier_kind", "identifier", "scope", "channel", "since"]
    for country, first in (("KR", 100), ("DE", 200), ("US", 300), ("TW", 400), ("GB", 500)):
        for person in people[country][first : first + 40]:
            scope, channel = rng.choice((("all", ""), ("storage", ""), ("channel", "email")))
            yield ["email", person.email, scope, channel, f"{_moment(rng, 700):%Y-%m-%d}"]
    for country in ("KR", "IR"):
        for person in people[country][600:630]:
            plain = _e164(person.phone, country)
            yield ["phone", plain, "channel", "sms", f"{_moment(rng, 700):%Y-%m-%d}"]
    for number in range(20):
        yield ["email", f"never.seen{number}@example.org", "all", "", f"{_moment(rng, 700):%Y-%m-%d}"]


def withdrawals(people: People) -> Iterator[Row]:
    """Who changed his mind after the lists were drawn up, or shortly before."""
    rng = Random("withdrawals")
    yield ["identifier_kind", "identifier", "withdrawn_at", "purpose", "channel"]
    for country, first in (("KR", 700), ("TW", 750), ("DE", 800)):
        for person in people[country][first : first + 25]:
            when = _END - timedelta(minutes=rng.randrange(60 * 24 * 20))
            purpose = rng.choice(("marketing", "marketing.own.newsletter"))
            yield ["email", person.email, f"{when:%Y-%m-%dT%H:%M:%SZ}", purpose, rng.choice(("email", ""))]
    for person in people["IR"][850:870]:
        when = _END - timedelta(minutes=rng.randrange(60 * 24 * 20))
        yield ["phone", _e164(person.phone, "IR"), f"{when:%Y-%m-%dT%H:%M:%SZ}", "marketing", "sms"]


WRITERS: dict[str, Callable[[People], Iterator[Row]]] = {
    "kr_newsletter.csv": kr_newsletter,
    "de_shop.csv": de_shop,
    "ir_loyalty.csv": ir_loyalty,
    "tw_partner.csv": tw_partner,
    "us_catalogue.csv": us_catalogue,
    "gb_broker.csv": gb_broker,
    "cn_bought.csv": cn_bought,
    "leaked_dump.csv": leaked_dump,
    "suppressions.csv": suppressions,
    "withdrawals.csv": withdrawals,
}


def _titles(file: str) -> Row:
    """Give the header: the catalogue names every column, in order."""
    return list(sample(file).mapping)


def _moment(rng: Random, days: int) -> datetime:
    """Draw a moment within so many days before the lists were drawn up."""
    return _END - timedelta(seconds=rng.randrange(days * 86_400))


def _one_of(rng: Random, share: float, often: str, else_: str) -> str:
    return often if rng.random() < share else else_


def _ir_note(rng: Random) -> str:
    """Most notes are harmless; one in five holds a number that does not belong there."""
    chance = rng.random()
    if chance < 0.10:  # noqa: PLR2004
        return f"شبا {numbers.sheba(rng)}"
    if chance < 0.15:  # noqa: PLR2004
        return f"شماره کارت {numbers.card(rng)}".translate(_PERSIAN)
    if chance < 0.20:  # noqa: PLR2004
        return f"کد ملی {numbers.ir_code(rng)}".translate(_PERSIAN)
    return rng.choice(
        ("", "", "مشتری وفادار", "تماس بعد از ظهر", "سفارش " + numbers.digits(rng, 10).translate(_PERSIAN))
    )


def _e164(phone: str, country: str) -> str:
    """Write a number drawn here with its country code."""
    code = {"KR": "+82", "IR": "+98"}[country]
    return code + phone.replace("-", "")[1:]


def _stored_password(rng: Random) -> str:
    """Half old digests, half bcrypt, as dumps are; no password stands behind them."""
    if rng.random() < 0.5:  # noqa: PLR2004
        return md5(numbers.digits(rng, 20).encode(), usedforsecurity=False).hexdigest()
    return "$2b$10$" + "".join(rng.choice(_BCRYPT_LETTERS) for _ in range(53))
