"""Point decisions as a first version usually serves them: on the tables of the naive release.

FastAPI with pydantic models in and out, three `BaseHTTPMiddleware`, a session a request, ORM look-ups, Casbin, one
audit row and one commit a decision, structlog on the standard library's logging. It answers in the simplest way.
Must never be made slower than somebody would write it in good faith.
"""

import logging
import time
import uuid
from collections.abc import Awaitable, Callable, Iterator
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from threading import Lock
from typing import Annotated

import structlog
from fastapi import Depends, FastAPI, HTTPException, Request
from pydantic import BaseModel, Field
from sqlalchemy.orm import Session, sessionmaker
from starlette.middleware.base import BaseHTTPMiddleware
from starlette.responses import Response

from bench.naive_release import Audit, Consent, Customer, enforcer, open_engine

API_KEY = "naive-key"
Next = Callable[[Request], Awaitable[Response]]


class Question(BaseModel):
    """May we write to this customer?"""

    email: str = Field(min_length=3, max_length=320)
    purpose: str
    channel: str


class Answer(BaseModel):
    """Yes or no."""

    allowed: bool
    reason: str
    decided_at: datetime


class RequestId(BaseHTTPMiddleware):
    """Gives every request a number."""

    async def dispatch(self, request: Request, call_next: Next) -> Response:
        """Pass through."""
        request.state.request_id = uuid.uuid4().hex
        response = await call_next(request)
        response.headers["X-Request-ID"] = request.state.request_id
        return response


class Timing(BaseHTTPMiddleware):
    """Logs every request."""

    async def dispatch(self, request: Request, call_next: Next) -> Response:
        """Pass through."""
        began = time.perf_counter()
        response = await call_next(request)
        structlog.get_logger("http").info("request", path=request.url.path, ms=(time.perf_counter() - began) * 1000)
        return response


class Authentication(BaseHTTPMiddleware):
    """Lets known tools in."""

    async def dispatch(self, request: Request, call_next: Next) -> Response:
        """Pass through, or refuse."""
        if request.headers.get("authorization") != f"Bearer {API_KEY}":
            return Response(status_code=401)
        return await call_next(request)


def build(url: str) -> FastAPI:
    """Put the application together."""
    _log_to_nowhere()
    sessions = sessionmaker(open_engine(url))
    policy, one_at_a_time = (
        enforcer(),
        Lock(),
    )  # Casbin parses its matcher each time; Python 3.11 may not in two threads
    app = FastAPI()
    for middleware in (Authentication, Timing, RequestId):
        app.add_middleware(middleware)

    def session() -> Iterator[Session]:
        with sessions() as made:
            yield made

    @app.post("/v1/decisions")
    def decide(question: Question, db: Annotated[Session, Depends(session)]) -> Answer:
        with one_at_a_time:
            may = policy.enforce("newsletter-tool", "customer", "read")
        if not may:
            raise HTTPException(403)
        digest = sha256(question.email.strip().lower().encode()).digest()
        customer = db.query(Customer).filter_by(digest=digest).first()
        allowed, reason = _judge(db, customer, question)
        now = datetime.now(UTC)
        db.add(
            Audit(
                at=now,
                actor="newsletter-tool",
                action="decide",
                customer_id=customer.id if customer else None,
                detail=reason,
            )
        )
        db.commit()
        structlog.get_logger("decisions").info("decided", allowed=allowed, reason=reason)
        return Answer(allowed=allowed, reason=reason, decided_at=now)

    return app


def _judge(db: Session, customer: Customer | None, question: Question) -> tuple[bool, str]:
    if customer is None:
        return False, "unknown customer"
    consents = db.query(Consent).filter_by(customer_id=customer.id, channel=question.channel).all()
    newest = max(consents, key=lambda consent: consent.since, default=None)
    if newest is None or newest.state != "given":
        return False, "no consent"
    if newest.since.replace(tzinfo=UTC) < datetime.now(UTC) - timedelta(days=730):
        return False, "consent expired"
    return True, "consent"


def _log_to_nowhere() -> None:
    """Log in JSON through the standard library, to a sink that costs nothing."""
    logging.basicConfig(level=logging.INFO, handlers=[logging.FileHandler("/dev/null")], format="%(message)s")
    structlog.configure(
        processors=[
            structlog.stdlib.add_log_level,
            structlog.stdlib.add_logger_name,
            structlog.processors.TimeStamper(fmt="iso"),
            structlog.processors.JSONRenderer(),
        ],
        logger_factory=structlog.stdlib.LoggerFactory(),
    )
