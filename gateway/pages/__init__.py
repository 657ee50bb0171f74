"""The pages that customers see: a way out that works for everybody, and a way to say yes that is proven.

Must never change anything by being looked at, and never load anything from elsewhere.
"""

from fastapi import APIRouter

from gateway.flows.gate import Gate
from gateway.pages import confirm, opt_out, signal, why

__all__ = ["router"]


def router(gate: Gate) -> APIRouter:
    """Make the routes of all customer pages for one gateway."""
    routes = APIRouter(include_in_schema=False)
    for page in (opt_out.router(gate), why.router(gate), confirm.router(gate), signal.router()):
        routes.include_router(page)
    return routes
