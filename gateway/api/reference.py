"""`/docs`: the reference of this door, from the OpenAPI description, with assets from the package only."""

from functools import cache
from pathlib import Path
from typing import Any

import msgspec
from fastapi import APIRouter, FastAPI
from jinja2 import Environment, FileSystemLoader
from starlette.responses import Response

_HERE = Path(__file__).parent
_HEADERS = {"Content-Security-Policy": "default-src 'none'; style-src 'self'; frame-ancestors 'none'; base-uri 'none'"}


def described(body: type[msgspec.Struct]) -> dict[str, Any]:
    """Give what a route adds to the OpenAPI description for a JSON body: its schema, as the decoder holds it."""
    (schema,), components = msgspec.json.schema_components([body], ref_template="#/components/schemas/{name}")
    inlined = _inline(schema, components)
    return {"requestBody": {"required": True, "content": {"application/json": {"schema": inlined}}}}


def _inline(schema: Any, components: dict[str, Any]) -> Any:
    """Put referenced schemas in place, so that each route's description stands alone; none of ours is recursive."""
    if isinstance(schema, list):
        return [_inline(item, components) for item in schema]
    if not isinstance(schema, dict):
        return schema
    if "$ref" in schema:
        return _inline(components[schema["$ref"].rsplit("/", 1)[1]], components)
    return {name: _inline(item, components) for name, item in schema.items()}


def router(app: FastAPI) -> APIRouter:
    """Give the page and its stylesheet."""
    routes = APIRouter(include_in_schema=False)
    page = Environment(loader=FileSystemLoader(_HERE / "templates"), autoescape=True).get_template("reference.html")

    @cache
    def rendered() -> str:
        return page.render(
            api=app.openapi(), dump=lambda value: msgspec.json.format(msgspec.json.encode(value)).decode()
        )

    @routes.get("/docs")
    def docs() -> Response:
        return Response(rendered(), media_type="text/html; charset=utf-8", headers=_HEADERS)

    @routes.get("/docs/reference.css")
    def style() -> Response:
        return Response((_HERE / "assets" / "reference.css").read_bytes(), media_type="text/css")

    return routes
