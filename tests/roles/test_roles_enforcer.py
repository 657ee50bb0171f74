"""A grant is what Casbin says, asked once; nothing in it is wider than role and tool both are."""

from dataclasses import replace

import casbin
import pytest
from casbin.persist.adapters import StringAdapter
from hypothesis import given
from hypothesis import strategies as st

from gateway.domain.errors import Invalid, Refused
from gateway.domain.grant import Caller
from gateway.domain.requests import Predicate, Wish
from gateway.roles.enforcer import allows, authorise, compile_grant, officer_may, powers_of
from policies.load import load_bundle
from policies.terms import Act, Channel, FieldClass

BUNDLE = load_bundle()
ROLES = ["marketing", "branch", "analytics", "officer", "auditor", "administrator", "intake", "nobody"]
TOOL = Caller(
    7,
    b"7" * 16,
    "newsletter",
    "marketing",
    "KR",
    1,
    frozenset({"KR"}),
    frozenset({"Seoul"}),
    frozenset({"marketing.own"}),
    frozenset({Channel.EMAIL}),
    frozenset({"email", "name", "language", "national_id"}),
    1,
)
WISH = Wish(Act.DISCLOSE, "marketing.own.newsletter", Channel.EMAIL, "us", ("email",))


def _casbin() -> casbin.Enforcer:
    model = casbin.Model()
    model.load_model_from_text(BUNDLE.files["roles/model.conf"])
    return casbin.Enforcer(model, StringAdapter(BUNDLE.files["roles/policy.csv"]))


ENFORCER = _casbin()


@pytest.mark.parametrize("role", ROLES)
def test_the_compiled_powers_are_casbins(role: str) -> None:
    powers = powers_of(role, BUNDLE)
    for act in Act:
        assert (act in powers.acts) == ENFORCER.enforce(role, f"act:{act.value}", "ask")
    for purpose in BUNDLE.purposes.nodes:
        assert (purpose in powers.purposes) == ENFORCER.enforce(role, f"purpose:{purpose}", "use")
    for channel in Channel:
        assert (channel in powers.channels) == ENFORCER.enforce(role, f"channel:{channel.value}", "use")
    for cls in FieldClass:
        assert (cls in powers.classes) == ENFORCER.enforce(role, f"class:{cls.value}", "read")
    for field in BUNDLE.fields.values():
        filters = field.filterable and ENFORCER.enforce(role, f"predicate:{field.cls.value}", "filter")
        assert (field.name in powers.predicates) == filters


callers = st.builds(
    replace,
    st.just(TOOL),
    role=st.sampled_from(ROLES),
    purposes=st.frozensets(st.sampled_from(sorted(BUNDLE.purposes.nodes)), max_size=3),
    channels=st.frozensets(st.sampled_from(Channel), max_size=4),
    fields=st.frozensets(st.sampled_from(sorted(BUNDLE.fields)), max_size=6),
    active=st.booleans(),
)
wishes = st.builds(
    Wish,
    act=st.sampled_from(Act),
    purpose=st.sampled_from(sorted(BUNDLE.purposes.nodes)),
    channel=st.sampled_from(Channel),
    sender=st.just("us"),
    fields=st.lists(st.sampled_from(sorted(BUNDLE.fields)), min_size=1, max_size=2, unique=True).map(tuple),
    where=st.lists(
        st.sampled_from(sorted(name for name, field in BUNDLE.fields.items() if field.type == "text")), max_size=1
    ).map(lambda names: tuple(Predicate(name, "eq", ("x",)) for name in names)),
)


@given(callers, wishes)
def test_a_wish_is_granted_exactly_if_casbin_and_the_tools_own_lists_grant_all_of_it(
    caller: Caller, wish: Wish
) -> None:
    def says(thing: str, act: str) -> bool:
        return bool(ENFORCER.enforce(caller.role, thing, act))

    chain = BUNDLE.purposes.chain(wish.purpose)
    expected = (
        caller.active
        and says(f"act:{wish.act.value}", "ask")
        and says(f"purpose:{wish.purpose}", "use")
        and bool(caller.purposes & set(chain))
        and says(f"channel:{wish.channel.value}", "use")
        and wish.channel in caller.channels
        and all(
            name in caller.fields and says(f"class:{BUNDLE.fields[name].cls.value}", "read") for name in wish.fields
        )
        and all(
            BUNDLE.fields[each.field].filterable
            and each.field in caller.fields
            and says(f"predicate:{BUNDLE.fields[each.field].cls.value}", "filter")
            for each in wish.where
        )
    )
    if expected:
        grant = authorise(caller, wish, BUNDLE)
        assert grant.classes == {BUNDLE.fields[name].cls for name in wish.fields}
        assert grant.bundle == BUNDLE.digest
        assert grant.jurisdictions == caller.jurisdictions
    else:
        with pytest.raises(Refused):
            authorise(caller, wish, BUNDLE)


def test_a_grant_is_compiled_once_a_version() -> None:
    assert compile_grant(TOOL, BUNDLE) is compile_grant(replace(TOOL), BUNDLE)
    assert compile_grant(replace(TOOL, version=2), BUNDLE) is not compile_grant(TOOL, BUNDLE)


@pytest.mark.parametrize(
    ("caller", "wish", "code"),
    [
        (replace(TOOL, active=False), WISH, "tool_inactive"),
        (replace(TOOL, role="nobody"), WISH, "act_not_granted"),
        (replace(TOOL, role="analytics"), replace(WISH, act=Act.CONTACT), "act_not_granted"),
        (TOOL, replace(WISH, purpose="marketing.partner"), "purpose_not_granted"),
        (TOOL, replace(WISH, channel=Channel.SMS), "channel_not_granted"),
        (TOOL, replace(WISH, fields=("phone",)), "field_not_granted"),
        (TOOL, replace(WISH, fields=("national_id",)), "field_not_granted"),
        (TOOL, replace(WISH, where=(Predicate("grade", "eq", (1,)),)), "predicate_not_granted"),
        (TOOL, replace(WISH, where=(Predicate("name", "eq", ("Kim",)),)), "predicate_not_granted"),
    ],
)
def test_a_wish_too_far_is_refused_by_name(caller: Caller, wish: Wish, code: str) -> None:
    with pytest.raises(Refused) as refused:
        authorise(caller, wish, BUNDLE)
    assert refused.value.code == code


@pytest.mark.parametrize(
    ("wish", "code"),
    [
        (replace(WISH, purpose="fun"), "purpose_unknown"),
        (replace(WISH, fields=("shoe_size",)), "field_unknown"),
        (replace(WISH, fields=()), "no_fields"),
        (replace(WISH, where=(Predicate("shoe_size", "eq", ("9",)),)), "field_unknown"),
        (replace(WISH, where=(Predicate("language", "like", ("k%",)),)), "predicate_malformed"),
        (replace(WISH, where=(Predicate("language", "eq", ("ko", "en")),)), "predicate_malformed"),
        (replace(WISH, where=(Predicate("language", "in", ()),)), "predicate_malformed"),
        (replace(WISH, where=(Predicate("birth_year", "lt", ("1990",)),)), "predicate_malformed"),
        (replace(WISH, where=(Predicate("last_purchase_at", "lt", ("1990",)),)), "predicate_malformed"),
    ],
)
def test_a_wish_of_unknown_words_is_invalid(wish: Wish, code: str) -> None:
    with pytest.raises(Invalid) as invalid:
        authorise(TOOL, wish, BUNDLE)
    assert invalid.value.code == code


@pytest.mark.parametrize(
    ("role", "action", "may"),
    [
        ("officer", "source.approve", True),
        ("officer", "keys.rotate", False),
        ("intake", "import.run", True),
        ("intake", "source.approve", False),
        ("auditor", "ledger.verify", True),
        ("auditor", "consent.record", False),
        ("administrator", "tool.create", True),
        ("administrator", "person.read", False),
        ("marketing", "source.read", False),
        ("nobody", "ledger.read", False),
    ],
)
def test_the_office(role: str, action: str, *, may: bool) -> None:
    assert allows(role, f"office:{action}", "do", BUNDLE) is may
    if may:
        assert officer_may(role, action)
    else:
        with pytest.raises(Refused, match="role_may_not"):
            officer_may(role, action)


def test_a_branch_never_gives_to_partners() -> None:
    powers = powers_of("branch", BUNDLE)
    assert not any(purpose.startswith("marketing.partner") for purpose in powers.purposes)
    assert "marketing.own.offers" in powers.purposes
