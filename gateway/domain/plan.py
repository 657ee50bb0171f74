"""From a wish and a grant to a plan: what a release will ask, of whom, and which classes it may open. Pure."""

from dataclasses import dataclass

from gateway.domain.errors import Invalid
from gateway.domain.grades import GRADES
from gateway.domain.grant import Grant
from gateway.domain.requests import Ask, Party, Wish, is_word
from policies.packs import Bundle
from policies.terms import REACHED_BY, FieldClass

MOST_VALUES = 200  # in all filters of a wish: it stands in a ledger entry, which has a length
MOST_PEOPLE = 10**12
PAGE = 5_000  # people a page: one transaction, one leaf; 5,000 keeps a leaf small and a commit cheap


@dataclass(frozen=True, slots=True)
class Plan:
    """A release that may begin. Only `plan_release` makes one, and only from a grant.

    `classes` are what will be opened, nothing else;
    `keep` names the fields to keep where a class holds more than the grant ("" classes need no masking).
    """

    ask: Ask
    wish: Wish
    grant: Grant
    classes: tuple[FieldClass, ...]
    keep: frozenset[str] | None
    seed: str
    page: int = PAGE

    @property
    def reach_class(self) -> str:
        """The class that holds the identifier of the channel: it is taken only from a source that asserts it."""
        return REACHED_BY[self.ask.channel].value


def plan_release(wish: Wish, grant: Grant, sender: Party, bundle: Bundle, seed: str) -> Plan:
    """Turn an authorised wish into a plan.

    Args:
        wish: what the tool asked for; its words were checked by `authorise`.
        grant: what it may have.
        sender: the party the message will come from; must be the tool's own.
        bundle: the law in force.
        seed: makes sample and holdout reproducible.

    Raises:
        Invalid: `share_out_of_range`, `limit_negative`, `limit_too_large`, `form_unknown`, `field_twice`,
            `filter_too_long`, `word_unfit`, `grade_unknown`, `best_first_without_limit`.
    """
    _check_shape(wish)
    classes = classes_of(wish.fields, bundle)
    country = grant.caller.country
    ask = Ask(wish.act, wish.purpose, wish.channel, sender, country, wish.line, wish.category, frozenset(classes))
    return Plan(ask, wish, grant, classes, _keep(wish, classes, bundle), seed)


def _check_shape(wish: Wish) -> None:
    if not (0 < wish.sample <= 1 and 0 <= wish.holdout < 1):
        raise Invalid("share_out_of_range", "`sample` lies above 0 and up to 1, `holdout` from 0 to below 1.")
    if wish.limit < 0:
        raise Invalid("limit_negative", "`limit` is the greatest number of people wanted; leave it out for everybody.")
    if wish.limit > MOST_PEOPLE:
        raise Invalid("limit_too_large", "There are not so many people; leave `limit` out for everybody.")
    if wish.form not in {"ndjson", "csv"}:
        raise Invalid("form_unknown", "`format` is ndjson or csv.")
    if len(set(wish.fields)) != len(wish.fields):
        raise Invalid("field_twice", "Name each field once.")
    _check_grades(wish)
    _check_words(wish)


def _check_grades(wish: Wish) -> None:
    if not set(wish.grades) <= set(GRADES) or len(set(wish.grades)) != len(wish.grades):
        raise Invalid("grade_unknown", "`grades` are whole numbers from 1 (best) to 4, each named once.")
    if wish.best_first and not wish.limit:
        raise Invalid("best_first_without_limit", "`best_first` needs a `limit`: without one everybody is taken.")


def _check_words(wish: Wish) -> None:
    """What a tool writes stands in the ledger for ever: words, never what could name a person."""
    values = [value for predicate in wish.filters for value in predicate.values]
    if len(values) > MOST_VALUES:
        raise Invalid("filter_too_long", f"All filters together take at most {MOST_VALUES} values.")
    texts = [value for value in values if isinstance(value, str)]
    if not all(map(is_word, (wish.campaign, wish.category, wish.seed, *texts))):
        raise Invalid("word_unfit", "A campaign, category, seed or filter value is a short word, no address or number.")


def classes_of(fields: tuple[str, ...], bundle: Bundle) -> tuple[FieldClass, ...]:
    """Name the classes that hold these fields, in the order of `FieldClass`."""
    wanted = {bundle.fields[name].cls for name in fields}
    return tuple(cls for cls in FieldClass if cls in wanted)


def _keep(wish: Wish, classes: tuple[FieldClass, ...], bundle: Bundle) -> frozenset[str] | None:
    held = {name for name, field in bundle.fields.items() if field.cls in classes}
    return None if held <= set(wish.fields) else frozenset(wish.fields)
