"""Turns a template and its values into an answer, with the headers that every answer of the console carries.

Must never let a page be kept by a cache, framed, or fed from another host; autoescaping is never switched off.
"""

import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache, partial
from pathlib import Path
from typing import Any, Final

from fastapi.responses import HTMLResponse
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from gateway.console import words
from gateway.console.funnel import funnel
from gateway.console.languages import ENGLISH, Language, languages
from gateway.console.report import rows_of

PREFIX: Final = "/console"
HEADERS: Final[Mapping[str, str]] = {
    "Content-Security-Policy": (
        "default-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'; object-src 'none'"
    ),
    "X-Frame-Options": "DENY",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
    "X-Robots-Tag": "noindex",
    "Cache-Control": "no-store",
}
ROOMS: Final = (
    ("overview", "Overview", f"{PREFIX}", "import.read"),
    ("sources", "Sources", f"{PREFIX}/sources", "source.read"),
    ("imports", "Imports", f"{PREFIX}/imports", "import.read"),
    ("quarantine", "Quarantine", f"{PREFIX}/quarantine", "quarantine.read"),
    ("campaigns", "Campaigns", f"{PREFIX}/campaigns", "campaign.read"),
    ("ledger", "Ledger", f"{PREFIX}/ledger", "ledger.read"),
    ("law", "The law", f"{PREFIX}/law", "policy.read"),
    ("change", "Change", f"{PREFIX}/change", "policy.read"),
    ("ask", "May I?", f"{PREFIX}/ask", "decision.explain"),
)
"""Each room: its id, its name, its address, and what a role must be allowed to do to enter."""
ACTIONS: Final = frozenset(
    {action for *_, action in ROOMS}
    | {"ledger.verify", "policy.propose", "policy.sign", "import.run", "quarantine.drop", "quarantine.accept"}
    | {"source.register", "source.submit", "source.approve", "source.suspend", "source.revoke"}
    | {"person.read", "person.restrict"}
)
"""Whatever a page of the console offers."""
_HERE: Final = Path(__file__).parent
_TEMPLATES: Final = _HERE / "templates"
_SAYS: Final = re.compile(r"\btn?\(")
_TYPES: Final = {".css": "text/css; charset=utf-8", ".js": "text/javascript; charset=utf-8", ".svg": "image/svg+xml"}


@dataclass(frozen=True, slots=True)
class Asset:
    """A file that ships with the console: its bytes and its media type."""

    content: bytes
    media_type: str


@cache
def assets() -> Mapping[str, Asset]:
    """Give the console's own files by name, read once."""
    files = sorted((_HERE / "assets").iterdir())
    return {file.name: Asset(file.read_bytes(), _TYPES[file.suffix]) for file in files if file.suffix in _TYPES}


def asset_path(name: str) -> str:
    """Give the address of an asset; it changes with the content, so that it may be kept for ever."""
    version = hashlib.sha256(assets()[name].content).hexdigest()[:12]
    return f"{PREFIX}/assets/{name}?v={version}"


@cache
def offered(template: str) -> bool:
    """Say whether a page is offered in other languages: one that says its sentences by `t` is."""
    return bool(_SAYS.search((_TEMPLATES / template).read_text("utf-8")))


@cache
def _environment(code: str) -> Environment:
    language = languages()[code]
    found = Environment(
        loader=FileSystemLoader(_TEMPLATES),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    found.globals |= {"asset": asset_path, "counted": words.counted, "prefix": PREFIX, "code": _code}
    found.globals |= {"t": language.t, "tn": language.tn, "comma": language.comma}
    found.globals |= {"funnel": partial(funnel, direction=language.direction)}
    for name in ("moment", "day", "digest", "verdict", "spoken", "lasted"):
        found.filters[name] = partial(getattr(words, name), language=language)
    found.filters |= {"named": language.named, "why": language.why}
    found.filters |= {"number": words.number, "told": language.told, "rows": rows_of, "opening": words.opening}
    return found


def _code(text: str) -> Markup:
    """Give a command or a path as it is typed, whichever way the sentence around it runs."""
    return Markup('<code dir="ltr">{}</code>').format(text)


def page(template: str, status: int = 200, language: Language | None = None, **values: Any) -> HTMLResponse:
    """Give a whole page.

    Args:
        template: a file of the templates folder.
        status: the HTTP status.
        language: what the reader chose. A page that is not offered in it stays English within its own frame.
        values: what the template names; `title` always, `room` for a page of a room.
    """
    frame = language or languages()[ENGLISH]
    content = frame if offered(template) else languages()[ENGLISH]
    said = {"frame": frame, "language": content, "languages": languages().values()}
    html = _environment(content.code).get_template(template).render({**said, **values})
    return HTMLResponse(html, status, {**HEADERS, "Content-Language": frame.code})
