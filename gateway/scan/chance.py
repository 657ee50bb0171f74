"""Weighs what was found against what chance would give.

One order number in ten passes the check of an Iranian identity number. So a kind counts in a column only if
far more candidates pass than chance explains, or a word next to the number names it. Must never call a single
lucky pass a certainty.
"""

from math import exp, log

PROOF = 1e-6  # a column is of a kind if chance gives so many passes less often than this
STRONG = 0.02
CERTAIN, NAMED, LIKELY, POSSIBLE, CHANCE = 0.95, 0.9, 0.8, 0.5, 0.3


def by_accident(passed: int, tried: int, chance: float) -> float:
    """Bound the probability that chance alone gives so many passes (Chernoff's bound on the binomial tail).

    Args:
        passed: candidates whose check holds.
        tried: candidates.
        chance: rate at which a random candidate passes, above 0 and below 1.

    Returns:
        An upper bound, 1.0 where the rate is not above chance.
    """
    if tried == 0 or passed / tried <= chance:
        return 1.0
    rate = passed / tried
    distance = rate * log(rate / chance)
    if rate < 1:
        distance += (1 - rate) * log((1 - rate) / (1 - chance))
    return exp(-tried * distance)


def score(passed: int, tried: int, chance: float) -> float:
    """Give the score of one passing candidate that nothing names, from its column.

    Args:
        passed: as for `by_accident`, over the column.
        tried: likewise.
        chance: likewise.

    Returns:
        0.3 (as chance would) to 0.95 (the column is of the kind).
    """
    bound = by_accident(passed, tried, chance)
    if bound <= PROOF:
        return CERTAIN
    if bound <= STRONG:
        return LIKELY
    return POSSIBLE if passed == tried else CHANCE
