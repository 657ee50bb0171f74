"""Composes which people a page looks at: the tool's rows, then the wish's predicates. Scope first, filters after.

Must never take a value into the text of a statement, and never filter on an attribute that the grant did not name.
"""

from collections.abc import Callable
from datetime import date

from psycopg import sql

from gateway.domain.errors import Invalid
from gateway.domain.plan import Plan
from gateway.domain.requests import Predicate

_MOST = 1 << 15  # a smallint
_OPS = {"eq": "=", "lt": "<", "le": "<=", "gt": ">", "ge": ">="}
_COLUMNS = {
    "jurisdiction": "text",
    "region": "text",
    "branch": "text",
    "language": "text",
    "time_zone": "text",
    "kind": "text",
    "birth_year": "int",
    "grade": "int",
}
_DEALINGS = {"last_purchase_at": "purchase", "last_inquiry_at": "inquiry", "last_active_at": "activity"}

PEOPLE = "p.no, p.uid, p.jurisdiction, p.region, p.time_zone, p.kind, p.birth_year, p.flags"


def people(plan: Plan, after: int) -> tuple[sql.Composable, dict[str, object], bool]:
    """Give the statement that selects a page's people after a person number, and its parameters.

    The third says whether it takes everybody there, skipping nobody.

    Raises:
        Invalid: `predicate_unknown`, `predicate_operator`, `predicate_value`.
    """
    values: dict[str, object] = {"after": after, "page": plan.page}
    conditions = ["p.no > %(after)s", *_scope(plan, values)]
    conditions += [_condition(predicate, f"w{at}", values, plan) for at, predicate in enumerate(plan.wish.filters)]
    where = " AND ".join(conditions)
    text = f"SELECT {PEOPLE} FROM person p WHERE {where} ORDER BY p.no LIMIT %(page)s"
    return sql.SQL(text), values, len(conditions) == 1


def _scope(plan: Plan, values: dict[str, object]) -> list[str]:
    conditions = []
    for column, allowed in (("jurisdiction", plan.grant.jurisdictions), ("branch", plan.grant.branches)):
        if allowed:
            values[f"scope_{column}"] = sorted(allowed)
            conditions.append(f"p.{column} = ANY(%(scope_{column})s)")
    return conditions


def _condition(predicate: Predicate, name: str, values: dict[str, object], plan: Plan) -> str:
    make: Callable[[Predicate, str, dict[str, object]], str]
    if predicate.field in _COLUMNS:
        make = _on_person
    elif predicate.field in _DEALINGS or predicate.field == "product_category":
        values["dealt_with"] = plan.ask.sender.no
        make = _on_dealing
    else:
        raise Invalid("predicate_unknown", f"People cannot be chosen by {predicate.field}.")
    return make(predicate, name, values)


def _on_person(predicate: Predicate, name: str, values: dict[str, object]) -> str:
    wanted = int if _COLUMNS[predicate.field] == "int" else str
    if not predicate.values or not all(type(value) is wanted for value in predicate.values):
        kind = "whole numbers" if wanted is int else "texts"
        raise Invalid("predicate_value", f"`{predicate.field}` is compared with {kind}.")
    if wanted is int and not all(abs(int(str(value))) < _MOST for value in predicate.values):
        raise Invalid("predicate_value", f"`{predicate.field}` is a number below {_MOST}.")
    return f"p.{predicate.field} {_compare(predicate, name, values)}"


def _on_dealing(predicate: Predicate, name: str, values: dict[str, object]) -> str:
    if predicate.field == "product_category":
        if not all(isinstance(value, str) for value in predicate.values):
            raise Invalid("predicate_value", "`product_category` is compared with texts.")
        which = "EXISTS (SELECT 1 FROM dealing d WHERE d.person_no = p.no AND d.party_no = %(dealt_with)s"
        return f"{which} AND d.category {_compare(predicate, name, values)})"
    if not all(isinstance(value, date) for value in predicate.values):
        raise Invalid("predicate_value", f"`{predicate.field}` is compared with a date, such as 2026-01-31.")
    # The last one of that kind, by the calendar of where the person lives.
    latest = (
        "SELECT max(d.at) AT TIME ZONE coalesce(nullif(p.time_zone, ''), 'UTC') FROM dealing d WHERE"
        f" d.person_no = p.no AND d.party_no = %(dealt_with)s AND d.kind = '{_DEALINGS[predicate.field]}'"
    )
    return f"({latest})::date {_compare(predicate, name, values)}"


def _compare(predicate: Predicate, name: str, values: dict[str, object]) -> str:
    if predicate.op == "in":
        values[name] = list(predicate.values)
        return f"= ANY(%({name})s)"
    if predicate.op not in _OPS or len(predicate.values) != 1:
        raise Invalid("predicate_operator", "A predicate is one of eq, lt, le, gt, ge with one value, or in with many.")
    values[name] = predicate.values[0]
    return f"{_OPS[predicate.op]} %({name})s"
