"""Masks: enough to recognise one's own address, too little to reach a stranger's."""

import phonenumbers
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.domain.masking import _SHORT_CODES, masked_email, masked_phone


@pytest.mark.parametrize(
    ("address", "mask"),
    [
        ("maria@example.com", "m…@e….com"),
        ("m@e.co.kr", "m…@e….kr"),
        ("지원@xn--9n2bp8q.kr", "지…@x….kr"),
        ("no address", ""),
        ("@example.com", ""),
        ("maria@localhost", ""),
        ("maria@.com", ""),
        ("", ""),
    ],
)
def test_an_address_shows_two_letters_and_its_last_label(address: str, mask: str) -> None:
    assert masked_email(address) == mask


@pytest.mark.parametrize(
    ("number", "mask"),
    [
        ("+821012345634", "+82 …34"),
        ("+12025550123", "+1 …23"),
        ("+989121234567", "+98 …67"),
        ("+886912345678", "+886 …78"),
        ("+35312345678", "+353 …78"),
        ("+4911", ""),
        ("01012345634", ""),
        ("+82 10 1234", ""),
        ("", ""),
    ],
)
def test_a_number_shows_its_country_and_two_digits(number: str, mask: str) -> None:
    assert masked_phone(number) == mask


def test_short_calling_codes_are_those_that_are_assigned() -> None:
    assigned = {str(code) for code in phonenumbers.COUNTRY_CODE_TO_REGION_CODE if code < 100}
    assert assigned == _SHORT_CODES


@given(st.emails())
def test_a_mask_hides_the_rest(address: str) -> None:
    mask = masked_email(address)
    local, _, domain = address.partition("@")
    assert mask.count("…") == 2
    assert len(mask) <= 5 + len(domain.rpartition(".")[2]) + 1
    assert len(local) < 2 or local not in mask
