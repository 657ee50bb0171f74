"""The only place that knows status codes: refusals become RFC 9457 problem details.

Must never echo what came in: a problem says code, place and how to mend it.
"""

import orjson
import structlog
from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import Response
from starlette.exceptions import HTTPException

from gateway.domain.errors import (
    Conflict,
    Invalid,
    NotFound,
    Ostiary,
    Quarantined,
    Refused,
    Unauthenticated,
    Unavailable,
)

_STATUS: dict[type[Ostiary], int] = {
    Quarantined: 202,
    Invalid: 400,
    Unauthenticated: 401,
    Refused: 403,
    NotFound: 404,
    Conflict: 409,
    Unavailable: 503,
}
_TITLES = {
    202: "Kept in quarantine",
    400: "Not understood",
    401: "Not known",
    403: "Refused",
    404: "Not found",
    405: "Not this method",
    409: "Stands in the way",
    413: "Too large",
    415: "Not this content type",
    500: "Our mistake",
    503: "Cannot answer safely now",
}
_LOG = structlog.get_logger("api")


def status_of(error: Ostiary) -> int:
    """Give the status of a refusal by its family."""
    return next((status for kind, status in _STATUS.items() if isinstance(error, kind)), 500)


def problem(status: int, code: str, detail: str) -> Response:
    """Build a problem response (RFC 9457)."""
    body = {
        "type": f"urn:ostiary:problem:{code}",
        "title": _TITLES.get(status, "Problem"),
        "status": status,
        "code": code,
        "detail": detail,
    }
    headers = {"Cache-Control": "no-store"}
    if status == 401:  # noqa: PLR2004  RFC 9110 11.6.1
        headers["WWW-Authenticate"] = "Bearer"
    if status == 503:  # noqa: PLR2004
        headers["Retry-After"] = "1"
    return Response(orjson.dumps(body), status, headers, "application/problem+json")


def told(error: Ostiary) -> Response:
    """Turn a refusal into its problem."""
    return problem(status_of(error), error.code, error.message)


def install(app: FastAPI) -> None:
    """Make every error of the app a problem."""
    app.add_exception_handler(Ostiary, _ostiary)
    app.add_exception_handler(RequestValidationError, _validation)
    app.add_exception_handler(HTTPException, _http)
    app.add_exception_handler(Exception, _bug)


def _ostiary(_: Request, error: Exception) -> Response:
    return told(error) if isinstance(error, Ostiary) else _bug(_, error)


def _validation(_: Request, error: Exception) -> Response:
    places = (
        sorted({".".join(str(part) for part in item["loc"][:2]) for item in error.errors()})
        if isinstance(error, RequestValidationError)
        else []
    )
    return problem(400, "malformed", f"Missing or of the wrong kind: {', '.join(places)}. See /docs.")


def _http(_: Request, error: Exception) -> Response:
    status = error.status_code if isinstance(error, HTTPException) else 500
    codes = {404: "no_such_address", 405: "method_not_allowed"}
    return problem(status, codes.get(status, "http_error"), "See /docs for what this gateway answers.")


def _bug(_: Request, error: Exception) -> Response:
    # The type alone: a message or a traceback may hold what came in.
    _LOG.error("bug", kind=type(error).__name__)
    return problem(500, "our_mistake", "Nothing was given out and nothing was changed by halves. Tell the operator.")
