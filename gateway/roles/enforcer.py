"""What a tool may ask for and what an officer may do, compiled from the role policy of the bundle in force.

Must never grant what Casbin denies: every answer below is Casbin's own, asked once per (role, object, action) and kept.
Must never be called for a row: a grant is made once a tool's version, and carries its row limits with it.
"""

from dataclasses import dataclass, replace
from functools import lru_cache

import casbin
from casbin.persist.adapters import StringAdapter

from gateway.domain.errors import Invalid, Refused
from gateway.domain.grant import Caller, Grant
from gateway.domain.requests import Predicate, Wish
from policies.load import load_bundle
from policies.packs import Bundle, Field
from policies.terms import Act, Channel, FieldClass

_types: dict[str, type] = {"int": int}
_ops = frozenset({"eq", "in", "lt", "le", "gt", "ge"})


@dataclass(frozen=True, slots=True)
class Powers:
    """All that a role may ask for, whatever the tool."""

    acts: frozenset[Act]
    purposes: frozenset[str]
    channels: frozenset[Channel]
    classes: frozenset[FieldClass]
    predicates: frozenset[str]


def authorise(caller: Caller, wish: Wish, bundle: Bundle) -> Grant:
    """Say what a caller may have of a wish.

    Args:
        caller: as its credential proved it.
        wish: act, purpose, channel, fields, filters.
        bundle: the law in force, with its role policy.

    Returns:
        The caller's grant, its classes narrowed to those that the wish needs.

    Raises:
        Invalid: `purpose_unknown`, `field_unknown`, `no_fields`, `predicate_malformed`: mend the wish.
        Refused: `tool_inactive`, `act_not_granted`, `purpose_not_granted`, `channel_not_granted`, `field_not_granted`,
            `predicate_not_granted`: ask an administrator, or for less.
    """
    _check_words(wish, bundle)
    if not caller.active:
        raise Refused("tool_inactive", "This tool is switched off. Ask an administrator to switch it on.")
    grant = compile_grant(caller, bundle)
    if wish.act not in grant.acts:
        raise Refused("act_not_granted", f"This tool may not {wish.act}. Ask for another role.")
    if wish.purpose not in grant.purposes:
        raise Refused("purpose_not_granted", f"This tool may not ask for {wish.purpose}. Use a purpose it was given.")
    if wish.channel not in grant.channels:
        raise Refused("channel_not_granted", f"This tool may not use {wish.channel}. Use a channel it was given.")
    classes = frozenset(bundle.fields[name].cls for name in wish.fields)
    for name in wish.fields:
        if name not in caller.fields or bundle.fields[name].cls not in grant.classes:
            raise Refused("field_not_granted", f"This tool may not see {name}. Leave it out, or ask for it.")
    for predicate in wish.filters:
        if predicate.field not in grant.predicates:
            raise Refused("predicate_not_granted", f"This tool may not filter by {predicate.field}. Leave it out.")
    return replace(grant, classes=classes)


@lru_cache(maxsize=1024)
def compile_grant(caller: Caller, bundle: Bundle) -> Grant:
    """Compile all that a tool may ask for: what its role may, narrowed to the tool's own lists.

    Kept by caller and bundle: that tells every (uid, version, digest) apart, and a version that was not counted up too.

    Args:
        caller: the tool; a purpose on its list covers what lies under it.
        bundle: the law in force.
    """
    powers = powers_of(caller.role, bundle)
    purposes = frozenset(below for purpose in caller.purposes for below in bundle.purposes.below(purpose))
    classes = frozenset(bundle.fields[name].cls for name in caller.fields if name in bundle.fields)
    return Grant(
        caller=caller,
        acts=powers.acts,
        purposes=powers.purposes & purposes,
        channels=powers.channels & caller.channels,
        classes=powers.classes & classes,
        predicates=powers.predicates & caller.fields,
        jurisdictions=caller.jurisdictions,
        branches=caller.branches,
        bundle=bundle.digest,
    )


@lru_cache(maxsize=256)
def powers_of(role: str, bundle: Bundle) -> Powers:
    """Ask Casbin once for everything that a role may ask for."""
    filters = {cls for cls in FieldClass if allows(role, f"predicate:{cls}", "filter", bundle)}
    return Powers(
        acts=frozenset(act for act in Act if allows(role, f"act:{act}", "ask", bundle)),
        purposes=frozenset(p for p in bundle.purposes.nodes if allows(role, f"purpose:{p}", "use", bundle)),
        channels=frozenset(channel for channel in Channel if allows(role, f"channel:{channel}", "use", bundle)),
        classes=frozenset(cls for cls in FieldClass if allows(role, f"class:{cls}", "read", bundle)),
        predicates=frozenset(
            field.name for field in bundle.fields.values() if field.filterable and field.cls in filters
        ),
    )


def officer_may(role: str, action: str, bundle: Bundle | None = None) -> bool:
    """Let an act of the office pass: a page of the console, a command.

    Args:
        role: of the officer.
        action: `thing.verb`, as in `source.approve`.
        bundle: the law in force; left out, the packaged role policy.

    Returns:
        True; it never returns otherwise.

    Raises:
        Refused: `role_may_not`.
    """
    if not allows(role, f"office:{action}", "do", bundle or load_bundle()):
        raise Refused("role_may_not", f"The role {role} may not do this ({action}). Ask an administrator.")
    return True


@lru_cache(maxsize=16384)
def allows(role: str, thing: str, act: str, bundle: Bundle) -> bool:
    """Give Casbin's answer, asked once."""
    return bool(_enforcer(bundle).enforce(role, thing, act))


@lru_cache(maxsize=4)
def _enforcer(bundle: Bundle) -> casbin.Enforcer:
    model = casbin.Model()
    model.load_model_from_text(bundle.files["roles/model.conf"])
    return casbin.Enforcer(model, StringAdapter(bundle.files["roles/policy.csv"]))


def _check_words(wish: Wish, bundle: Bundle) -> None:
    if wish.purpose not in bundle.purposes.nodes:
        raise Invalid("purpose_unknown", "There is no such purpose. `ostiary policy` lists them.")
    if not wish.fields and not wish.dry_run:
        raise Invalid("no_fields", "Name at least one field.")
    if not all(name in bundle.fields for name in (*wish.fields, *(each.field for each in wish.filters))):
        raise Invalid("field_unknown", "There is no such field. `ostiary policy` lists them.")
    for predicate in wish.filters:
        if not _well_formed(predicate, bundle.fields[predicate.field]):
            raise Invalid(
                "predicate_malformed", f"The filter on {predicate.field} needs an operation and fitting values."
            )


def _well_formed(predicate: Predicate, field: Field) -> bool:
    count = len(predicate.values)
    if predicate.op not in _ops or not count or (count > 1 and predicate.op != "in"):
        return False
    if field.type == "date":
        return all(hasattr(value, "isoformat") for value in predicate.values)
    return all(type(value) is _types.get(field.type, str) for value in predicate.values)
