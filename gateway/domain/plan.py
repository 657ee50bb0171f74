"""From a wish and a grant to a plan: what a release will ask, of whom, and which classes it may open. Pure."""

from dataclasses import dataclass

from gateway.domain.errors import Invalid
from gateway.domain.grant import Grant
from gateway.domain.requests import Ask, Party, Wish
from policies.packs import Bundle
from policies.terms import REACHED_BY, FieldClass

PAGE = 5_000  # people a page: one transaction, one leaf; 5,000 keeps a leaf small and a commit cheap


@dataclass(frozen=True, slots=True)
class Plan:
    """A release that may begin. Only `plan_release` makes one, and only from a grant.

    `chain` is the purpose and its ancestors; `classes` are what will be opened, nothing else;
    `keep` names the fields to keep where a class holds more than the grant ("" classes need no masking).
    """

    ask: Ask
    wish: Wish
    grant: Grant
    chain: tuple[str, ...]
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
        Invalid: `share_out_of_range`, `limit_negative`, `form_unknown`.
    """
    _check_shape(wish)
    ask = Ask(wish.act, wish.purpose, wish.channel, sender, grant.caller.country, wish.line, wish.category)
    classes = classes_of(wish.fields, bundle)
    return Plan(ask, wish, grant, bundle.purposes.chain(wish.purpose), classes, _keep(wish, classes, bundle), seed)


def _check_shape(wish: Wish) -> None:
    if not (0 < wish.sample <= 1 and 0 <= wish.holdout < 1):
        raise Invalid("share_out_of_range", "`sample` lies above 0 and up to 1, `holdout` from 0 to below 1.")
    if wish.limit < 0:
        raise Invalid("limit_negative", "`limit` is the greatest number of people wanted; leave it out for everybody.")
    if wish.form not in {"ndjson", "csv"}:
        raise Invalid("form_unknown", "`format` is ndjson or csv.")


def classes_of(fields: tuple[str, ...], bundle: Bundle) -> tuple[FieldClass, ...]:
    """Name the classes that hold these fields, in the order of `FieldClass`."""
    wanted = {bundle.fields[name].cls for name in fields}
    return tuple(cls for cls in FieldClass if cls in wanted)


def _keep(wish: Wish, classes: tuple[FieldClass, ...], bundle: Bundle) -> frozenset[str] | None:
    held = {name for name, field in bundle.fields.items() if field.cls in classes}
    return None if held <= set(wish.fields) else frozenset(wish.fields)
