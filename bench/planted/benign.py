"""Makes columns and words that look like identifiers and are none: orders, parcels, devices, times, prices, products.

Must never make an identifier on purpose; that some pass a check digit by accident is the point.
"""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from random import Random
from uuid import UUID

from stdnum import ean, luhn

from bench.planted.disguise import PERSIAN
from gateway.samples.numbers import digits

_DAY = datetime(2026, 11, 20, 10, tzinfo=UTC)
Cell = Callable[[Random, int], str]


def moment(rng: Random) -> datetime:
    """Draw a moment of the last three years."""
    return _DAY - timedelta(seconds=rng.randrange(3 * 365 * 86_400))


def imei(rng: Random) -> str:
    """A device's number: 15 digits with Luhn's check digit."""
    head = rng.choice(("35", "86", "01", "99")) + digits(rng, 12)
    return head + str(luhn.calc_check_digit(head))


def ean13(rng: Random) -> str:
    """A product's number with its check digit."""
    head = rng.choice(("400", "437", "869", "871", "489", "471", "626", "690", "880", "301", "500")) + digits(rng, 9)
    return head + str(ean.calc_check_digit(head))


def parcel(rng: Random) -> str:
    """A parcel's number in one of the ways of the carriers; S10 has a check digit (UPU)."""
    body = digits(rng, 8)
    check = 11 - sum(int(digit) * weight for digit, weight in zip(body, (8, 6, 4, 2, 3, 5, 9, 7), strict=True)) % 11
    s10 = f"{rng.choice(('RR', 'LX', 'CP', 'EE'))}{body}{({10: 0, 11: 5}).get(check, check)}"
    return rng.choice(
        (
            f"{s10}{rng.choice(('CN', 'DE', 'KR', 'FR', 'TW'))}",
            "1Z" + "".join(rng.choice("0123456789ABCDEFGHJKLMNPRSTUVWXYZ") for _ in range(6)) + digits(rng, 10),
            f"SF1{digits(rng, 12)}",
            f"00340434{digits(rng, 12)}",
            digits(rng, 12),
            f"JD{digits(rng, 18)}",
        )
    )


def price(rng: Random) -> str:
    """An amount with a point."""
    return f"{rng.lognormvariate(4, 1.5):.2f}"


def german_price(rng: Random) -> str:
    """An amount with a comma and dots between the thousands."""
    return f"{rng.lognormvariate(7, 1.8):,.2f}".translate({ord(","): ".", ord("."): ","})


def _mixed(make: Callable[[Random], str]) -> Callable[[Random, int], str]:
    return lambda rng, _: make(rng)


def _steps(first: int, step: int) -> Cell:
    return lambda rng, row: str(first + row * step + rng.randrange(max(1, step - 1)))


# Titles are neutral English, as exports of shops have them in any country.
COLUMNS: dict[str, Cell] = {
    "order_no": lambda rng, _: digits(rng, 10),
    "order_ref": lambda rng, _: f"{rng.randrange(10**10, 10**11)}",
    "legacy_order": lambda rng, _: digits(rng, 12),
    "basket_id": lambda rng, _: f"{rng.randrange(10**12, 10**13)}",
    "row_id": _steps(13_800_000_000, 7),
    "ticket": _steps(4_100_000_000, 31),
    "batch_no": lambda rng, _: digits(rng, 9),
    "payment_ref": lambda rng, _: digits(rng, 16),
    "member_no": lambda rng, _: rng.choice("ABCDEFGHKLMNPRST") + digits(rng, 9),
    "tracking": _mixed(parcel),
    "imei": _mixed(imei),
    "created_ts": lambda rng, _: str(int(moment(rng).timestamp())),
    "created_ms": lambda rng, _: str(int(moment(rng).timestamp() * 1000) + rng.randrange(1000)),
    "price": _mixed(price),
    "amount": _mixed(german_price),
    "ean": _mixed(ean13),
    "invoice": lambda rng, row: f"{rng.choice(('INV', 'RE', 'F'))}-{moment(rng):%Y}-{row + 1000:06d}",
    "order_date": lambda rng, _: f"{moment(rng):%Y-%m-%d}",
    "day": lambda rng, _: f"{moment(rng):%Y%m%d}",
    "paid_at": lambda rng, _: f"{moment(rng):%Y-%m-%d %H:%M:%S}",
    "session": lambda rng, _: str(UUID(int=rng.getrandbits(128), version=4)),
    "app_version": lambda rng, _: f"{rng.randrange(20)}.{rng.randrange(30)}.{rng.randrange(4000)}",
    "position": lambda rng, _: f"{rng.uniform(-60, 70):.6f}, {rng.uniform(-179, 179):.6f}",
    "extension": lambda rng, _: digits(rng, rng.randrange(3, 6)),
    "sku": lambda rng, _: f"{rng.choice(('AB', 'KX', 'PT'))}-{digits(rng, 4)}-{digits(rng, 3)}",
    "points": lambda rng, _: str(rng.randrange(250_000)),
}


def column(rng: Random, title: str, rows: int, locale: str) -> list[str]:
    """Fill a benign column; on Persian lists every second has Persian digits."""
    cells = [COLUMNS[title](rng, row) for row in range(rows)]
    if locale == "fa" and list(COLUMNS).index(title) % 2:
        return [cell.translate(PERSIAN) for cell in cells]
    return cells


def fill(rng: Random, sentence: str) -> str:
    """Fill the places of a benign sentence: {order10}, {order13}, {date}, {price} and so on."""
    made = sentence
    while "{" in made:
        start, end = made.index("{"), made.index("}")
        made = made[:start] + WORDS[made[start + 1 : end]](rng) + made[end + 1 :]
    return made


WORDS: dict[str, Callable[[Random], str]] = {
    "order8": lambda rng: digits(rng, 8),
    "order10": lambda rng: f"{rng.randrange(10**9, 10**10)}",
    "order11": lambda rng: f"{rng.randrange(10**10, 10**11)}",
    "order12": lambda rng: f"{rng.randrange(10**11, 10**12)}",
    "order13": lambda rng: f"{rng.randrange(10**12, 10**13)}",
    "dashed": lambda rng: f"{digits(rng, 3)}-{digits(rng, 7)}-{digits(rng, 7)}",
    "tracking": parcel,
    "ean": ean13,
    "imei": imei,
    "price": price,
    "euros": german_price,
    "qty": lambda rng: str(rng.randrange(1, 500)),
    "small": lambda rng: str(rng.randrange(2, 30)),
    "date": lambda rng: f"{moment(rng):%Y-%m-%d}",
    "dmy": lambda rng: f"{moment(rng):%d.%m.%Y}",
    "slashed": lambda rng: f"{moment(rng):%d/%m/%Y}",
    "time": lambda rng: f"{moment(rng):%H:%M}",
    "year": lambda rng: str(rng.randrange(1990, 2027)),
    "month": lambda rng: str(rng.randrange(1, 13)),
    "dayno": lambda rng: str(rng.randrange(1, 29)),
    "version": lambda rng: f"{rng.randrange(20)}.{rng.randrange(30)}.{rng.randrange(400)}",
    "sku": lambda rng: f"{rng.choice(('AB', 'KX', 'PT'))}-{digits(rng, 4)}-{digits(rng, 3)}",
    "invoice": lambda rng: f"INV-{moment(rng):%Y}-{digits(rng, 6)}",
    "ts": lambda rng: str(int(moment(rng).timestamp())),
    "percent": lambda rng: f"{rng.uniform(0, 100):.1f}",
}
