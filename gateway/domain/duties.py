"""What a permission obliges to: the duties of all rules that apply, put together so that the strictest holds.

Must never drop a duty: what two laws say differently is given as both, or as the stricter of two numbers.
"""

from collections.abc import Iterable, Mapping
from typing import Any

from policies.terms import Duty

_least = frozenset(
    {
        Duty.STOP_WITHIN_DAYS,
        Duty.STOP_WITHIN_WORKING_DAYS,
        Duty.RESULT_NOTICE_DAYS,
        Duty.CALLS_PER_DAY,
        Duty.CONFIRM_ORAL_DAYS,
        Duty.CONFIRM_TEXT_MINUTES,
        Duty.NOTICE_OF_SOURCE_BY,
    }
)


def together(duties: Iterable[Mapping[str, Any]]) -> dict[str, Any]:
    """Put duties together.

    Args:
        duties: one mapping a rule; keys are words of `Duty`.

    Returns:
        One mapping with sorted keys. Of two numbers or days the stricter; of two texts a sorted list of both, where
        `{"any_of": [...]}` is one text that may be written in several ways.
    """
    out: dict[str, Any] = {}
    for each in duties:
        for name, value in each.items():
            out[name] = _stricter(name, out[name], value) if name in out else value
    return dict(sorted(out.items()))


def _stricter(name: str, one: Any, two: Any) -> Any:
    if one == two:
        return one
    if name in _least or (type(one) is int and type(two) is int):
        return min(one, two) if name in _least else max(one, two)
    both = [*(one if isinstance(one, list) else [one]), *(two if isinstance(two, list) else [two])]
    return sorted({_spelled(each): each for each in both}.values(), key=_spelled)


def _spelled(value: Any) -> str:
    return str(value)
