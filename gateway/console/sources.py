"""Register a source step by step: what kind it is, who collected it, what proves it, and what the law would say.

The first step is a question and keeps nothing; the second keeps a draft, which may be left and taken up again; the last
hands it in. Every form is sent, kept and answered with a redirect. Must never approve: see `source_acts`.
"""

from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from typing import Annotated, Any, Final
from urllib.parse import quote

from fastapi import APIRouter, Depends, Form, Request, Response
from fastapi.responses import RedirectResponse

from gateway.console.door import Door, Visit, status_of
from gateway.console.page import PREFIX
from gateway.domain.errors import Invalid, Ostiary, Quarantined, Refused, Unauthenticated, Unavailable
from gateway.flows import sources_view
from gateway.flows.gate import Gate
from gateway.flows.sources import SourceWish, register_source
from gateway.flows.sources_change import answer_question, change_source, wish_of
from policies.terms import AudienceKind

ROOM: Final = "sources"
_NOT_OURS: Final = (Quarantined, Refused, Unauthenticated, Unavailable)
"""Refusals that no other words in the form would mend."""


@dataclass(frozen=True, slots=True)
class Said:
    """What the second step was told, as it was typed."""

    name: str = ""
    collector: str = ""
    supplier: str = ""
    country: str = ""
    origin: str = ""
    audience: str = AudienceKind.B2C.value
    collected: str = ""
    expires: str = ""
    named: tuple[str, ...] = ()
    contract: str = ""
    notice: str = ""
    purpose: str = ""


def said(
    called: Annotated[str, Form()] = "",
    collector: Annotated[str, Form()] = "",
    supplier: Annotated[str, Form()] = "",
    country: Annotated[str, Form()] = "",
    origin: Annotated[str, Form()] = "",
    audience: Annotated[str, Form()] = AudienceKind.B2C.value,
    collected: Annotated[str, Form()] = "",
    expires: Annotated[str, Form()] = "",
    named: Annotated[tuple[str, ...], Form()] = (),
    contract: Annotated[str, Form()] = "",
    notice: Annotated[str, Form()] = "",
    purpose: Annotated[str, Form()] = "",
) -> Said:
    """Read the form of the second step; codes of countries may be typed small."""
    countries = country.strip().upper(), origin.strip().upper()
    return Said(
        called.strip(), collector, supplier, *countries, audience, collected, expires, named, contract.strip(),
        notice.strip(), purpose,
    )  # fmt: skip


def add(router: APIRouter, door: Door) -> None:
    """Put the steps on the router; before the pages of single sources, whose names could be anything."""
    _add_kind(router, door)
    _add_who(router, door)
    _add_proof(router, door)

    @router.get("/sources/{name}/review")
    def review(request: Request, name: str) -> Response:
        visit = door.visit(request)
        one = sources_view.registered(door.gate, visit.officer, name)
        return visit.page("source_review.html", ROOM, title=_verdict(visit, one), one=one, uses=sources_view.USES)


def _add_kind(router: APIRouter, door: Door) -> None:
    @router.get("/sources/new")
    def new(request: Request, kind: str = "") -> Response:
        return _kinds(door, door.visit(request), None, kind)

    @router.get("/sources/{name}/kind")
    def kind_of(request: Request, name: str) -> Response:
        visit = door.visit(request)
        one = sources_view.registered(door.gate, visit.officer, name)
        return _kinds(door, visit, name, one.row.source.kind)

    @router.post("/sources/{name}/kind")
    def change_kind(
        request: Request, name: str, kind: Annotated[str, Form()] = "", csrf: Annotated[str, Form()] = ""
    ) -> Response:
        visit = door.visit_form(request, csrf)
        change_source(door.gate, visit.officer, name, kind=kind)
        return to(name, "who")


def _kinds(door: Door, visit: Visit, name: str | None, kind: str) -> Response:
    offer = sources_view.offer_of(door.gate, visit.officer)
    title = visit.t("Where does the data come from?")
    return visit.page("source_kind.html", ROOM, title=title, offer=offer, name=name, chosen=kind)


def _add_who(router: APIRouter, door: Door) -> None:
    @router.get("/sources/new/who")
    def new_who(request: Request, kind: str = "") -> Response:
        visit = door.visit(request)
        if not kind:
            return RedirectResponse(f"{PREFIX}/sources/new", 303)
        return _who(door, visit, kind, Said())

    @router.post("/sources/new/who")
    def draft(
        request: Request,
        typed: Annotated[Said, Depends(said)],
        kind: Annotated[str, Form()] = "",
        csrf: Annotated[str, Form()] = "",
    ) -> Response:
        visit = door.visit_form(request, csrf)
        try:
            row = register_source(door.gate, visit.officer, _wish(kind, typed), draft=True)
        except Ostiary as refusal:
            return _who(door, visit, kind, typed, refusal=_mendable(refusal))
        return to(row.source.name, "evidence")

    @router.get("/sources/{name}/who")
    def who(request: Request, name: str) -> Response:
        visit = door.visit(request)
        one = sources_view.registered(door.gate, visit.officer, name)
        return _who(door, visit, one.row.source.kind, _as_typed(wish_of(door.gate, name)), of=name)

    @router.post("/sources/{name}/who")
    def change_who(
        request: Request, name: str, typed: Annotated[Said, Depends(said)], csrf: Annotated[str, Form()] = ""
    ) -> Response:
        visit = door.visit_form(request, csrf)
        before = wish_of(door.gate, name)
        try:
            change_source(door.gate, visit.officer, name, **_changes(before, typed))
        except Ostiary as refusal:
            return _who(door, visit, before.kind, typed, of=name, refusal=_mendable(refusal))
        return to(name, "evidence")


def _who(
    door: Door, visit: Visit, kind: str, typed: Said, of: str | None = None, refusal: Ostiary | None = None
) -> Response:
    offer = sources_view.offer_of(door.gate, visit.officer)
    rule = next((rule for rules in offer.kinds.values() for rule in rules if rule.kind == kind), None)
    if rule is None:
        raise Invalid("source_kind_unknown", "Choose one of the kinds of the list.")
    return visit.page(
        "source_who.html",
        ROOM,
        status_of(refusal) if refusal else 200,
        title=visit.t("Who collected it, when and where?"),
        offer=offer,
        rule=rule,
        typed=typed,
        of=of,
        refusal=refusal,
        audiences=[each.value for each in AudienceKind],
    )


def _add_proof(router: APIRouter, door: Door) -> None:
    @router.get("/sources/{name}/evidence")
    def proof(request: Request, name: str) -> Response:
        visit = door.visit(request)
        return _proof(door.gate, visit, name)

    @router.post("/sources/{name}/evidence")
    def prove(
        request: Request,
        name: str,
        evidence: Annotated[tuple[str, ...], Form()] = (),
        question: Annotated[tuple[str, ...], Form()] = (),
        answer: Annotated[tuple[str, ...], Form()] = (),
        csrf: Annotated[str, Form()] = "",
    ) -> Response:
        visit = door.visit_form(request, csrf)
        try:
            change_source(door.gate, visit.officer, name, evidence=evidence)
            for word, given in zip(question, answer, strict=False):
                if given.strip():
                    answer_question(door.gate, visit.officer, name, word, given)
        except Ostiary as refusal:
            return _proof(door.gate, visit, name, _mendable(refusal))
        return to(name, "review")


def _proof(gate: Gate, visit: Visit, name: str, refusal: Ostiary | None = None) -> Response:
    one = sources_view.registered(gate, visit.officer, name)
    status = status_of(refusal) if refusal else 200
    title = visit.t("What proves it?")
    return visit.page("source_proof.html", ROOM, status, title=title, one=one, refusal=refusal)


def to(name: str, step: str = "") -> Response:
    """Go on to a step of a source, or to its page."""
    return RedirectResponse(f"{PREFIX}/sources/{quote(name, safe='')}{f'/{step}' if step else ''}", 303)


def _mendable(refusal: Ostiary) -> Ostiary:
    """Give a refusal that other words in the form would mend; any other is a page of its own."""
    if isinstance(refusal, _NOT_OURS):
        raise refusal
    return refusal


def _wish(kind: str, typed: Said) -> SourceWish:
    wish = SourceWish(typed.name, kind, typed.collector, typed.country)
    return replace(wish, **_changes(wish, typed))


def _changes(before: SourceWish, typed: Said) -> dict[str, Any]:
    """Give what was typed as a change; a choice that the form did not offer is refused."""
    if typed.audience not in {each.value for each in AudienceKind}:
        raise Invalid("form_unreadable", "Go back, and fill in the form as it asks.")
    return {
        "collector": typed.collector,
        "supplier": "" if typed.supplier == typed.collector else typed.supplier,
        "country": typed.country,
        "origin": "" if typed.origin == typed.country else typed.origin,
        "audience": AudienceKind(typed.audience),
        "collected_at": _day(typed.collected),
        "expires_at": _day(typed.expires),
        "named": tuple(sorted(set(typed.named))),
        "contract": typed.contract,
        "notice": typed.notice,
        "defaults": {**before.defaults, "purpose": typed.purpose},
    }


def _as_typed(wish: SourceWish) -> Said:
    return Said(
        wish.name, wish.collector, wish.supplier, wish.country, wish.origin, wish.audience.value,
        wish.collected_at.date().isoformat() if wish.collected_at else "",
        wish.expires_at.date().isoformat() if wish.expires_at else "",
        wish.named, wish.contract, wish.notice, str(wish.defaults.get("purpose", "")),
    )  # fmt: skip


def _day(text: str) -> datetime | None:
    """Read a day; it begins at midnight UTC."""
    if not text:
        return None
    try:
        day = date.fromisoformat(text)
    except ValueError:
        raise Invalid("day_unfit", "Write a day as 2026-01-31.") from None
    return datetime(day.year, day.month, day.day, tzinfo=UTC)


def _verdict(visit: Visit, one: sources_view.Registered) -> str:
    return {
        "accept": visit.t("Its lists would be accepted"),
        "quarantine": visit.t("Its lists would wait in quarantine"),
        "refuse": visit.t("Its lists would be refused"),
    }[one.outlook.whole.verdict.value]
