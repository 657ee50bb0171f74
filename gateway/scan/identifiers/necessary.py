"""What has to hold of the digits of a number before its check can: whole columns at once, in NumPy.

Each rule here is weaker than the check it stands before, and leaves it one number in ten or fewer to look at; the
check itself has the last word, so that a verdict is never made twice. Must never refuse a number that its check
passes (a property test holds each rule to that).
"""

from collections.abc import Callable, Sequence
from typing import Final

import numpy as np

from gateway.scan.identifiers import accounts, arithmetic, east, europe, overseas

Digits = np.ndarray[tuple[int, int], np.dtype[np.int64]]
"""One row a number, one column a digit."""
Bits = np.ndarray[tuple[int], np.dtype[np.bool_]]
Rule = Callable[[Digits], Bits]

_DOUBLED: Final = np.array([0, 2, 4, 6, 8, 1, 3, 5, 7, 9])
_CN_FACTORS: Final = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2, 1)
_MOST_MONTHS, _MOST_DAYS = 12, 31


def _rests(weights: Sequence[int], modulus: int, *rests: int) -> Rule:
    """Weigh the first digits; the sum leaves one of these rests."""
    factors = np.array(weights, np.int64)
    right = np.isin(np.arange(modulus), [rest % modulus for rest in rests])

    def rule(digits: Digits) -> Bits:
        found: Bits = right[digits[:, : len(factors)] @ factors % modulus]
        return found

    return rule


def _luhn(digits: Digits) -> Bits:
    total = digits[:, ::-2].sum(axis=1) + _DOUBLED[digits[:, -2::-2]].sum(axis=1)
    found: Bits = np.equal(total % 10, 0)
    return found


def _luhn_of_ten(digits: Digits) -> Bits:
    return _luhn(digits[:, -10:])


def _mod_11_10(digits: Digits) -> Bits:
    check = np.full(len(digits), 10)
    for place in range(digits.shape[1] - 1):
        total = (check + digits[:, place]) % 10
        check = np.where(total == 0, 10, total) * 2 % 11
    found: Bits = np.equal((check + digits[:, -1]) % 10, 1)
    return found


def _number(digits: Digits) -> np.ndarray[tuple[int], np.dtype[np.int64]]:
    """Read digits as whole numbers; at most eighteen."""
    powers = 10 ** np.arange(digits.shape[1] - 1, -1, -1, dtype=np.int64)
    return digits @ powers


def _social_fr(digits: Digits) -> Bits:
    return np.equal(97 - _number(digits[:, :13]) % 97, _number(digits[:, 13:]))


def _register_be(digits: Digits) -> Bits:
    head, check = _number(digits[:, :9]), _number(digits[:, 9:])
    return np.equal(97 - head % 97, check) | np.equal(97 - (head + 2 * 10**9) % 97, check)


def _business_kr(digits: Digits) -> Bits:
    ninth = digits[:, 8] * 5
    total = digits[:, :8] @ np.array((1, 3, 7, 1, 3, 7, 1, 3)) + ninth // 10 + ninth + digits[:, 9]
    found: Bits = np.equal(total % 10, 0)
    return found


def _business_tw(digits: Digits) -> Bits:
    products = digits * np.array((1, 2, 1, 2, 1, 2, 4, 1))
    return np.isin((products // 10 + products % 10).sum(axis=1) % 5, (0, 4))


def _code_ir(digits: Digits) -> Bits:
    factors = np.array((*range(10, 1, -1), 1))[-digits.shape[1] :]
    return np.isin(digits @ factors % 11, (0, 2))


def _legal_ir(digits: Digits) -> Bits:
    factors = np.array((29, 27, 23, 19, 17, 29, 27, 23, 19, 17))
    total = digits[:, :10] @ factors + (digits[:, 9] + 2) * int(factors.sum())
    return np.isin((total - digits[:, 10]) % 11, (0, 10))


def _dated(month: int, day: int) -> Rule:
    """Two digits that are a month, and two that are a day, at these places."""

    def rule(digits: Digits) -> Bits:
        months, days = (digits[:, at] * 10 + digits[:, at + 1] for at in (month, day))
        return (months >= 1) & (months <= _MOST_MONTHS) & (days >= 1) & (days <= _MOST_DAYS)

    return rule


def _tax_number_de(digits: Digits) -> Bits:
    return np.equal(digits[:, 4], 0)  # after the office's four, in every state's number of thirteen


_SUM_OF_TEN: Final = _rests((1,) * 10 + (-1,), 10, 0)

RULES: Final[dict[Callable[[str], bool], Rule]] = {
    accounts.card: _luhn,
    arithmetic.luhn: _luhn,
    east.ir_code: _code_ir,
    east.ir_code_stripped: _code_ir,
    east.ir_legal: _legal_ir,
    east.cn_resident: _rests(_CN_FACTORS, 11, 1),
    east.cn_resident_old: _dated(8, 10),
    east.cn_credit: _rests([pow(3, place, 31) for place in range(17)] + [1], 31, 0),
    east.tw_business: _business_tw,
    east.kr_registration: _dated(2, 4),
    east.kr_registration_old: _dated(2, 4),
    east.kr_business: _business_kr,
    east.jp_individual: _rests((6, 5, 4, 3, 2, 7, 6, 5, 4, 3, 2, 1), 11, 0, 1),
    overseas.gb_health: _rests((*range(10, 1, -1), 1), 11, 0),
    overseas.gb_taxpayer: _rests((1, 6, 7, 8, 9, 10, 5, 4, 3, 2), 11, 0, 2),
    overseas.au_tax: _rests((1, 4, 3, 7, 5, 8, 6, 9, 10), 11, 0),
    overseas.au_medicare: _rests((1, 3, 7, 9, 1, 3, 7, 9, -1), 10, 0),
    overseas.au_business: _rests((10, 1, 3, 5, 7, 9, 11, 13, 15, 17, 19), 89, 10),
    overseas.br_person: _rests((*range(10, 1, -1), 1), 11, 0, 1),
    overseas.br_firm: _rests((5, 4, 3, 2, 9, 8, 7, 6, 5, 4, 3, 2, 1), 11, 0, 1),
    overseas.tr_citizen: _SUM_OF_TEN,
    europe.de_taxpayer: _mod_11_10,
    europe.de_tax_number: _tax_number_de,
    europe.fr_social: _social_fr,
    europe.nl_citizen: _rests((9, 8, 7, 6, 5, 4, 3, 2, -1), 11, 0),
    europe.be_register: _register_be,
    europe.at_social: _rests((3, 7, 9, -1, 5, 8, 4, 2, 1, 6), 11, 0),
    europe.ch_insured: _rests((*(1, 3) * 6, 1), 10, 0),
    europe.pt_taxpayer: _rests((*range(9, 1, -1), 1), 11, 0, 1),
    europe.se_person: _luhn_of_ten,
    europe.dk_person: _dated(2, 0),
    europe.no_person: _rests((3, 7, 6, 1, 8, 9, 4, 5, 2, 1), 11, 0),
    europe.pl_person: _rests((1, 3, 7, 9, 1, 3, 7, 9, 1, 3, 1), 10, 0),
    europe.pl_taxpayer: _rests((6, 5, 7, 2, 3, 4, 5, 6, 7, -1), 11, 0),
    europe.cz_birth: _rests((1, -1) * 5, 11, 0, 10),
    europe.bg_citizen: _rests((2, 4, 8, 5, 10, 9, 7, 3, 6, -1), 11, 0, 10),
    europe.hr_person: _mod_11_10,
    europe.si_person: _rests((7, 6, 5, 4, 3, 2, 7, 6, 5, 4, 3, 2, 1), 11, 0, 1),
}
"""By check, what has to hold before; a check without a rule looks at every number itself."""
