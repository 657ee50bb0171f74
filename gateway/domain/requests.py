"""What is asked: of one person (`Ask`) or of everybody (`Wish`)."""

import re
from dataclasses import dataclass, field
from datetime import date
from typing import Final, NamedTuple

from gateway.domain.grades import GRADES
from policies.terms import Act, Channel, FieldClass, LineType

_WORD: Final = re.compile(r"[\w .,:/+()'&-]{0,60}")
_LONG_NUMBER: Final = re.compile(r"\d(?:[ ._/()+-]{0,2}\d){8}")


def is_word(text: str) -> bool:
    """Tell whether a caller's text may stand on record: up to 60 characters, nothing like an address or number."""
    return _WORD.fullmatch(text) is not None and _LONG_NUMBER.search(text) is None


@dataclass(frozen=True, slots=True)
class Party:
    """A legal entity or brand. `country` is ISO 3166-1 alpha-2."""

    no: int
    name: str
    country: str


@dataclass(frozen=True, slots=True)
class Ask:
    """One question, the same for everybody on a page.

    `category` is the product category advertised ("" if not said: then nothing is similar to it).
    `tool_country` is where the tool that would hold the data lives. `classes` are those of the fields asked for, where
    a law looks at them.
    """

    act: Act
    purpose: str
    channel: Channel
    sender: Party
    tool_country: str
    line: LineType | None = None
    category: str = ""
    classes: frozenset[FieldClass] = frozenset()


@dataclass(frozen=True, slots=True)
class Predicate:
    """A filter on one attribute; a predicate is a read and is authorised like one.

    `op` is one of eq, in, lt, le, gt, ge; `values` holds one value, or several for `in`.
    """

    field: str
    op: str
    values: tuple[str | int | date, ...]


@dataclass(frozen=True, slots=True)
class Wish:
    """An audience that a tool wishes for.

    `fields` are field names of policies/fields.yaml; `limit` 0 is everybody; `sample` and `holdout` are shares
    in 0..1, reproducible by `seed`; `form` is "ndjson" or "csv". `grades` are data grades, none is all; with
    `best_first` those of grade 1 come first, then those of grade 2, until the limit is reached.
    """

    act: Act
    purpose: str
    channel: Channel
    sender: str
    fields: tuple[str, ...]
    where: tuple[Predicate, ...] = ()
    category: str = ""
    line: LineType | None = None
    limit: int = 0
    sample: float = 1.0
    holdout: float = 0.0
    seed: str = ""
    form: str = "ndjson"
    dry_run: bool = False
    campaign: str = field(default="")
    grades: tuple[int, ...] = ()
    best_first: bool = False

    @property
    def filters(self) -> tuple[Predicate, ...]:
        """All that chooses people: `where`, and the grade where it is asked for; a predicate is a read."""
        if not self.grades and not self.best_first:
            return self.where
        return (*self.where, Predicate("grade", "in", self.grades or GRADES))


class Selector(NamedTuple):
    """How a caller names one person.

    `kind` is email, phone, email_sha256, phone_sha256 (hex of the value normalised our way), token or external_id;
    an external id is looked up within `source` (its name). The value is personal data: it is never logged.
    """

    kind: str
    value: str
    source: str = ""

    def __repr__(self) -> str:
        """Name the kind and hide the value, so that no log line and no error can carry it."""
        return f"Selector(kind={self.kind!r}, value=<hidden>)"


class PersonAsk(NamedTuple):
    """One question about one person, as a tool puts it; the sender is the tool's own.

    `campaign` is the name of one of the tool's campaigns, "" for none.
    """

    selector: Selector
    act: Act
    purpose: str
    channel: Channel
    line: LineType | None = None
    category: str = ""
    campaign: str = ""
