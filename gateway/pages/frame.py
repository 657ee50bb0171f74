"""What all customer pages share: headers, small forms, languages, templates, the reader's privacy signal.

Must never read or set a cookie, never load anything from elsewhere, never take a long form.
"""

import hashlib
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any, Final

from fastapi import Depends, HTTPException, Request, Response
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from starlette.types import Message, Receive

from gateway.pages.languages import accepted, choose, languages

LONGEST_BODY: Final = 4096
"""Bytes of a form; ours has some twenty."""

LOOK: Final = ["GET", "HEAD"]
HEADERS: Final = {
    "Cache-Control": "no-store",
    "Content-Security-Policy": (
        "default-src 'none'; style-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
    ),
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "X-Robots-Tag": "noindex, nofollow",
}
_FOLDER: Final = Path(__file__).parent
_ASSETS: Final = {"page.css": "text/css; charset=utf-8"}


def _capped(receive: Receive) -> Receive:
    """Let a body of at most `LONGEST_BODY` bytes through."""
    left = LONGEST_BODY

    async def capped() -> Message:
        nonlocal left
        message = await receive()
        left -= len(message.get("body", b""))
        if left < 0:
            raise HTTPException(413, "This form is too long.", headers=HEADERS)
        return message

    return capped


async def _form(request: Request) -> dict[str, str]:
    """Read a form, url-encoded or multipart; files in it are refused."""
    small = Request(request.scope, _capped(request.receive))
    async with small.form(max_files=0, max_fields=10, max_part_size=LONGEST_BODY) as form:
        return {name: value for name, value in form.items() if isinstance(value, str)}


Form = Annotated[dict[str, str], Depends(_form)]


class Frame:
    """Draws pages from templates, in the reader's language."""

    def __init__(self) -> None:
        self._templates = Environment(
            loader=FileSystemLoader(_FOLDER / "templates"),
            autoescape=True,
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
        )
        self._style = hashlib.sha256((_FOLDER / "assets" / "page.css").read_bytes()).hexdigest()[:8]
        languages()  # a broken words file stops the start, not a customer

    def page(
        self,
        request: Request,
        status: int,
        template: str,
        language: str = "",
        about: Mapping[str, Any] | None = None,
    ) -> Response:
        """Draw one page."""
        language = language or language_of(request, "")
        text = self._templates.get_template(template).render(
            language=language,
            words=languages()[language],
            choices=languages(),
            root=request.scope.get("root_path", ""),
            style=self._style,
            **{"signal": signalled(request), "kept": False, **(about or {})},
        )
        headers = {**HEADERS, "Content-Language": language, "Vary": "Accept-Language, Sec-GPC"}
        if status == 503:  # noqa: PLR2004  the one that says when to come again
            headers["Retry-After"] = "60"
        return Response(text, status, headers, media_type="text/html; charset=utf-8")


def signalled(request: Request) -> bool:
    """Tell whether the reader's browser says that data must not be sold or shared (Global Privacy Control)."""
    return request.headers.get("sec-gpc", "").strip() == "1"


def asset(name: str) -> Response:
    """Give a file of these pages; its address changes with its content."""
    if name not in _ASSETS:
        raise HTTPException(404, "There is no such file.", headers=HEADERS)
    kept = {**HEADERS, "Cache-Control": "public, max-age=31536000, immutable"}
    return Response((_FOLDER / "assets" / name).read_bytes(), 200, kept, media_type=_ASSETS[name])


def see(address: str) -> Response:
    """Send the browser on by GET, so that going back or reloading sends nothing again."""
    return Response(status_code=303, headers={**HEADERS, "Location": address})


def language_of(request: Request, of_person: str) -> str:
    """Give the language for a reader: asked for by address, the person's, what the browser accepts."""
    header = request.headers.get("accept-language", "")
    return choose(request.query_params.get("lang", ""), of_person, *accepted(header))
