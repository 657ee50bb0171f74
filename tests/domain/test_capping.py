"""Caps as arithmetic: never more than N in any window, whoever asks in whatever order; who gives way to whom."""

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from gateway.domain.campaigns import NO_CAMPAIGN
from gateway.domain.capping import Claim, Slot, displaced, holds, used
from gateway.domain.people import UsedCap
from policies.packs import Cap
from policies.terms import Across, Channel

START = datetime(2026, 11, 20, 10, tzinfo=UTC)
HOUR = timedelta(hours=1)


def cap(
    contacts: int = 1, hours: int = 24, across: Across = Across.HOUSE, *, same: bool = False, cite: str = ""
) -> Cap:
    channels = frozenset({Channel.EMAIL, Channel.SMS})
    return Cap("HOUSE-TEST", "A test", cite, contacts, timedelta(hours=hours), channels, across, same)


def claim(*caps: Cap, tool: int = 1, campaign: int = 0, priority: int = NO_CAMPAIGN, **changes: object) -> Claim:
    plain: dict[str, object] = {"sender": 1, "channel": Channel.EMAIL, "category": "", "own": None}
    name = f"c{campaign}" if campaign else ""
    return Claim(tool=tool, campaign=campaign, priority=priority, name=name, caps=caps, **{**plain, **changes})  # type: ignore[arg-type]


def slot(by: Claim, at: datetime, until: datetime | None = None) -> Slot:
    return Slot(at, until, by.sender, by.tool, by.channel, by.category, by.campaign, by.priority, by.name)


ASKS = st.lists(
    st.tuples(
        st.integers(0, 300),  # minutes since the ask before
        st.sampled_from(["contact", "hold"]),
        st.integers(1, 3),  # tool
        st.integers(0, 3),  # campaign, whose number is its priority too
        st.sampled_from([Channel.EMAIL, Channel.SMS]),
    ),
    max_size=40,
)


@given(asks=ASKS, contacts=st.integers(1, 4), hours=st.integers(1, 30))
def test_in_no_window_are_there_more_contacts_than_the_cap_allows(
    asks: list[tuple[int, str, int, int, Channel]], contacts: int, hours: int
) -> None:
    limit, at, slots, made = cap(contacts, hours), START, list[Slot](), list[datetime]()
    for minutes, act, tool, campaign, channel in asks:
        at += timedelta(minutes=minutes)
        asked = claim(limit, tool=tool, campaign=campaign, priority=campaign or NO_CAMPAIGN, channel=channel)
        if used(asked, slots, at):
            continue
        gone = {*displaced(asked, slots, at), *(each for each in slots if holds(asked, each))}
        slots = [each for each in slots if each not in gone]
        slots.append(slot(asked, at, None if act == "contact" else at + 3 * HOUR))
        made += [at] if act == "contact" else []
    for begin in made:
        assert sum(begin <= each < begin + limit.window for each in made) <= contacts


@given(asks=ASKS, contacts=st.integers(1, 4))
def test_waiting_as_told_is_long_enough_and_not_too_long(
    asks: list[tuple[int, str, int, int, Channel]], contacts: int
) -> None:
    limit, at, slots = cap(contacts), START, list[Slot]()
    for minutes, act, tool, _, channel in asks:
        at += timedelta(minutes=minutes)
        other = claim(limit, tool=tool + 10, channel=channel)
        slots.append(slot(other, at, None if act == "contact" else at + 3 * HOUR))
    for wait in used(claim(limit), slots, at):
        assert not used(claim(limit), slots, wait.until)
        assert used(claim(limit), slots, wait.until - timedelta(minutes=10, microseconds=1))
        assert wait.until.minute % 10 == wait.until.second == wait.until.microsecond == 0


def test_the_window_ends_to_the_microsecond() -> None:
    one = claim(cap(1, 24))
    assert used(one, [slot(one, START)], START + 24 * HOUR - timedelta(microseconds=1))
    assert not used(one, [slot(one, START)], START + 24 * HOUR)


def test_ends_are_rounded_up_so_that_people_share_cells() -> None:
    one = claim(cap())
    odd = [slot(one, START + timedelta(minutes=3)), slot(one, START + timedelta(minutes=9, seconds=59))]
    assert {used(one, [each], START + HOUR) for each in odd} == {
        (UsedCap("HOUSE-TEST", START + timedelta(hours=24, minutes=10)),)
    }


def test_a_cap_across_the_sender_counts_only_its_contacts() -> None:
    mine, theirs = claim(cap(across=Across.SENDER)), claim(cap(across=Across.SENDER), sender=2)
    assert not used(mine, [slot(theirs, START)], START)
    assert used(mine, [slot(mine, START)], START)
    assert used(claim(cap()), [slot(theirs, START)], START), "the house counts everybody's"


def test_a_cap_on_the_same_category_takes_what_was_not_said_for_the_same() -> None:
    books, tea, unsaid = (claim(cap(same=True), category=word) for word in ("books", "tea", ""))
    assert used(books, [slot(books, START)], START)
    assert not used(books, [slot(tea, START)], START)
    assert used(books, [slot(unsaid, START)], START)
    assert used(unsaid, [slot(books, START)], START)


def test_a_campaigns_own_cap_counts_that_campaign_alone() -> None:
    own = cap(1)
    mine = claim(own, campaign=1, priority=5, own=own)
    assert not used(mine, [slot(claim(own, campaign=2, priority=5), START)], START)
    assert used(mine, [slot(mine, START)], START)


def test_ones_own_reservation_is_what_one_takes() -> None:
    mine = claim(cap(), campaign=1, priority=5)
    held = slot(mine, START, START + HOUR)
    assert not used(mine, [held], START)
    assert used(claim(cap(), tool=2, campaign=1, priority=5), [held], START), "another tool's is another one"
    assert not used(claim(cap(), tool=2), [held], START + HOUR), "it is over by itself"


def test_a_campaign_that_goes_before_takes_over_what_was_not_sent() -> None:
    first, last = claim(cap(), campaign=1, priority=1), claim(cap(), tool=2, campaign=2, priority=9)
    held, sent = slot(last, START, START + HOUR), slot(last, START)
    assert not used(first, [held], START)
    assert displaced(first, [held], START) == (held,)
    assert used(first, [sent], START)
    assert displaced(first, [sent], START) == ()
    assert displaced(last, [slot(first, START, START + HOUR)], START) == ()


def test_only_as_many_slots_are_taken_over_as_are_short_the_last_in_order_first() -> None:
    first = claim(cap(3), campaign=1, priority=1)
    middle, last, none = (claim(cap(3), tool=no, campaign=no % 9, priority=no) for no in (4, 8, 10))
    held = [slot(each, START, START + HOUR) for each in (middle, last, none)]
    assert displaced(first, held, START) == (held[2],)
    assert displaced(first, held[:2], START) == ()
    assert displaced(first, [*held, slot(first, START)], START) == (held[2], held[1])


def test_among_equals_nobody_gives_way() -> None:
    one, other = (claim(cap(), tool=no, campaign=no, priority=3) for no in (1, 2))
    held = [slot(other, START, START + HOUR)]
    assert used(one, held, START) == (UsedCap("HOUSE-TEST", START + HOUR),)
    assert displaced(one, held, START) == ()


def test_who_is_held_by_a_campaign_before_it_learns_which_and_a_law_keeps_its_name() -> None:
    first, last = claim(cap(), campaign=1, priority=1), claim(cap(), tool=2, campaign=2, priority=9)
    held = [slot(first, START, START + HOUR)]
    assert used(last, held, START) == (UsedCap("reserved:c1", START + HOUR),)
    assert used(claim(cap(cite="Act 1"), tool=2, campaign=2, priority=9), held, START)[0].cap == "HOUSE-TEST"
    assert used(last, [*held, slot(first, START)], START)[0].cap == "HOUSE-TEST", "it would be used up anyway"
