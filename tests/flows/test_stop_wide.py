"""A stop matches every spelling of an address, a consent only the address that it was given for."""

import hashlib
from collections.abc import Callable
from datetime import datetime
from itertools import count
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import text

from gateway.domain.requests import PersonAsk, Selector
from gateway.flows.consent import ConsentWish, record
from gateway.flows.decide import Answers, Request, decide_batch
from gateway.flows.gate import Gate
from gateway.flows.registers import load_register
from gateway.flows.stop_hashes import stop_columns, stop_hashes, widened
from gateway.flows.suppress import Stop, suppress
from gateway.lists.emails import email, wide
from policies.terms import Act, Channel, ConsentState, Outcome, Scope
from tests.flows.conftest import NEWSLETTER, Seoul

Ago = Callable[[float], datetime]
SLOW = settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
NAMES = st.text("abcxyz019", min_size=3, max_size=8).filter(str.isalnum)
HOSTS = st.sampled_from(["gmail.com", "googlemail.com", "firma.de", "bücher.example", "naver.com"])
NUMBERS = count()


@st.composite
def two_spellings(draw: st.DrawFn) -> tuple[str, str]:
    """Draw two spellings of one mailbox, both as somebody may write them."""
    name, host = draw(NAMES), draw(HOSTS)
    return draw(spelling(name, host)), draw(spelling(name, host))


@st.composite
def spelling(draw: st.DrawFn, name: str, host: str) -> str:
    if host in {"gmail.com", "googlemail.com"}:
        name = draw(st.sampled_from([name, f"{name[0]}.{name[1:]}", ".".join(name)]))
        host = draw(st.sampled_from(["gmail.com", "googlemail.com"]))
    if host == "bücher.example":
        host = draw(st.sampled_from([host, "xn--bcher-kva.example", "bu\u0308cher.example"]))
    name += draw(st.sampled_from(["", "+shop", "+a.b+c"]))
    address = f"{name}@{host}"
    how = draw(st.sampled_from(["plain", "upper", "full width", "blanks", "unseen"]))
    match how:
        case "upper":
            return address.upper()
        case "full width":
            return "".join(chr(ord(each) + 0xFEE0) if "!" <= each <= "~" else each for each in address)
        case "blanks":
            return f"  {address}\u00a0"
        case "unseen":
            return f"\u200b{address[:2]}\u200d{address[2:]}"
    return address


def fresh(pair: tuple[str, str]) -> tuple[str, str]:
    """Make the spellings those of a mailbox that no other example has."""
    tail = f"q{next(NUMBERS)}q"
    one, other = (wide(email(each)) for each in pair)
    assert one == other
    return tuple(_behind(each, tail) for each in pair)  # type: ignore[return-value]


def _behind(address: str, tail: str) -> str:
    """Put letters into a spelling, before its tag."""
    wide_at, wide_plus = "\uff20", "\uff0b"
    shown = "".join(chr(ord(each) + 0xFEE0) for each in tail) if wide_at in address else tail
    mark = min(at for at, each in enumerate(address) if each in {"@", "+", wide_at, wide_plus})
    return address[:mark] + shown + address[mark:]


def outcome(house: Seoul, address: str) -> Outcome:
    ask = PersonAsk(Selector("email", address), Act.DISCLOSE, NEWSLETTER, Channel.EMAIL)
    (result,) = decide_batch(house.gate, [Request(house.key, [ask])])
    assert isinstance(result, Answers)
    return result.answers[0].outcome


def people(house: Seoul) -> int:
    with house.gate.house.unit() as connection:
        return int(connection.execute(text("SELECT count(*) FROM person")).scalar_one())


@given(pair=two_spellings())
def test_spellings_of_one_mailbox_have_one_wide_form(pair: tuple[str, str]) -> None:
    one, other = map(email, pair)
    assert wide(one) == wide(other)
    assert wide(wide(one)) == wide(one)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("a.b@firma.de", "ab@firma.de"),
        ("ab@firma.de", "ab@firma.com"),
        ("a-b@gmail.com", "ab@gmail.com"),
        ("+tag@firma.de", "+other@firma.de"),
        ("ab@gmail.com", "ab@gmail.com.example"),
    ],
)
def test_mailboxes_that_may_be_two_stay_two(one: str, other: str) -> None:
    assert wide(one) != wide(other)


@SLOW
@given(pair=two_spellings(), scope=st.sampled_from([Scope.ALL, Scope.STORAGE]))
def test_any_spelling_of_a_suppressed_address_is_refused_at_import(
    seoul: Seoul, days_ago: Ago, pair: tuple[str, str], scope: Scope
) -> None:
    stopped, brought = fresh(pair)
    before = people(seoul)
    suppress(seoul.gate, "desk", "complaint", [Stop(Selector("email", stopped), scope)])
    seoul.bring([(brought, days_ago(5)), (f"other{next(NUMBERS)}@firma.de", days_ago(5))])
    assert people(seoul) == before + 1
    assert outcome(seoul, brought) is Outcome.DENY


@SLOW
@given(pair=two_spellings(), scope=st.sampled_from([Scope.ALL, Scope.STORAGE, Scope.PURPOSE, Scope.CHANNEL]))
def test_any_spelling_of_an_address_that_is_suppressed_later_is_denied(
    seoul: Seoul, days_ago: Ago, pair: tuple[str, str], scope: Scope
) -> None:
    stopped, brought = fresh(pair)
    seoul.bring([(brought, days_ago(5))])
    assert outcome(seoul, brought) is Outcome.ALLOW
    suppress(seoul.gate, "desk", "complaint", [_stop("email", stopped, scope)])
    assert outcome(seoul, brought) is Outcome.DENY


@SLOW
@given(pair=two_spellings())
def test_a_withdrawal_by_somebody_unknown_stops_any_spelling_that_comes_later(
    seoul: Seoul, days_ago: Ago, pair: tuple[str, str]
) -> None:
    stopped, brought = fresh(pair)
    seoul.withdraw(stopped)
    seoul.bring([(brought, days_ago(5))])
    assert outcome(seoul, brought) is Outcome.DENY


@pytest.mark.parametrize("scope", [Scope.ALL, Scope.PURPOSE, Scope.CHANNEL])
@pytest.mark.parametrize("known", [True, False])
def test_a_stop_by_digest_reaches_the_address_that_was_hashed(
    seoul: Seoul, days_ago: Ago, scope: Scope, known: bool
) -> None:
    address = "an.na+shop@gmail.com"
    stop = _stop("email_sha256", hashlib.sha256(address.encode()).hexdigest(), scope)
    if known:
        seoul.bring([(address, days_ago(5))])
        suppress(seoul.gate, "desk", "complaint", [stop])
    else:
        suppress(seoul.gate, "desk", "complaint", [stop])
        seoul.bring([(address, days_ago(5))])
    assert outcome(seoul, address) is Outcome.DENY


def test_a_digest_that_an_import_meets_stops_the_other_spellings_on_file_too(seoul: Seoul, days_ago: Ago) -> None:
    seoul.bring([("anna@gmail.com", days_ago(5))])
    digest = hashlib.sha256(b"an.na+shop@gmail.com").hexdigest()
    suppress(seoul.gate, "desk", "complaint", [_stop("email_sha256", digest, Scope.CHANNEL)])
    assert outcome(seoul, "anna@gmail.com") is Outcome.ALLOW  # nobody can know yet that it is the same mailbox
    seoul.bring([("an.na+shop@gmail.com", days_ago(5))])
    assert outcome(seoul, "an.na+shop@gmail.com") is Outcome.DENY
    assert outcome(seoul, "anna@gmail.com") is Outcome.DENY


def test_a_consent_covers_the_address_that_it_was_given_for_and_no_other_spelling(seoul: Seoul, days_ago: Ago) -> None:
    seoul.bring([("anna+x@firma.de", days_ago(5)), ("anna@firma.de", None), ("an.na@gmail.com", days_ago(5))])
    assert people(seoul) == 3
    assert outcome(seoul, "anna+x@firma.de") is Outcome.ALLOW
    assert outcome(seoul, "anna@firma.de") is Outcome.DENY
    assert outcome(seoul, "anna+y@firma.de") is Outcome.DENY
    assert outcome(seoul, "anna@gmail.com") is Outcome.DENY
    given_now = ConsentWish(
        Selector("email", "anna+x@firma.de"), ConsentState.GIVEN, NEWSLETTER, "web_form", "email", "Hanbit",
        wording="v1", evidence=b"form 1", evidence_kind="form",
    )  # fmt: skip
    record(seoul.gate, "newsletter", given_now)
    assert outcome(seoul, "anna@firma.de") is Outcome.DENY


def test_spellings_of_one_address_are_one_person_where_they_are_the_same_address(seoul: Seoul, days_ago: Ago) -> None:
    seoul.bring(
        [("Anna@Firma.de", days_ago(5)), ("\uff41\uff4e\uff4e\uff41@firma.de", days_ago(5)), (" anna@firma.de", None)]
    )
    assert people(seoul) == 1


def test_a_register_matches_wide_too(seoul: Seoul, days_ago: Ago, tmp_path: Path) -> None:
    seoul.bring([("an.na+shop@gmail.com", days_ago(5)), ("010-2345-6789@firma.de", days_ago(5))])
    path = tmp_path / "register.txt"
    path.write_text("Anna@googlemail.com\n", encoding="utf-8")
    load_register(seoul.gate, "officer", "US-DNC", path, days_ago(1))
    with seoul.gate.house.unit() as connection:
        marked = "SELECT count(*) FROM identifier WHERE bits & (1 << 24) <> 0"
        assert connection.execute(text(marked)).scalar_one() == 1


@SLOW
@given(
    values=st.lists(st.sampled_from(["a@b.kr", "a+x@b.kr", "a.b@gmail.com", "ab@gmail.com"]), min_size=1, max_size=6)
)
def test_one_by_one_and_in_columns_the_hashes_are_the_same(gate: Gate, values: list[str]) -> None:
    lookup = gate.lookup
    exact = [tuple(one.value for one in lookup.suppression_index("email", value)) for value in values]
    assert widened(lookup, "email", values, exact) == [stop_hashes(lookup, "email", value) for value in values]
    assert sorted(stop_columns(lookup, "email", values)) == sorted(
        each for value in values for each in stop_hashes(lookup, "email", value)
    )
    assert stop_hashes(lookup, "phone", "+4930123+4") == (lookup.suppression_index("phone", "+4930123+4")[0].value,)


def _stop(kind: str, value: str, scope: Scope) -> Stop:
    purpose = "marketing" if scope is Scope.PURPOSE else ""
    return Stop(Selector(kind, value), scope, "email" if scope is Scope.CHANNEL else "", purpose)
