"""Moving in on a real database: stops before people, nothing widened, nothing twice, whatever dies on the way."""

import json
import tempfile
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import text

from gateway.domain.errors import Conflict, Invalid, NotFound, Refused
from gateway.domain.requests import Selector
from gateway.flows import moving, moving_results, moving_stops
from gateway.flows.consent import ConsentWish, record
from gateway.flows.gate import Gate
from gateway.flows.moving_report import compare
from gateway.flows.sources import SourceWish, approve_source, register_source
from gateway.lists import reader
from gateway.lists.errors import ListRefused
from gateway.store import parties
from gateway.store.house import House
from policies.terms import ConsentState
from tests.audit_proof import verified

CRM = Path(__file__).parents[1] / "lists" / "assets" / "crm"
MAILCHIMP = [CRM / f"mailchimp_{part}.csv" for part in ("subscribed", "unsubscribed", "cleaned")]
EVIDENCE = ("notice_version", "consent_wording", "consent_time", "withdrawal_notice_shown")
TABLES = (
    "person", "identifier", "consent", "consent_event", "suppression", "contact_event", "dealing", "batch", "moving",
    "moving_crowd", "ledger_inbox",
)  # fmt: skip
GENERAL = "email,phone,stopped,stopped_at,bounced,consent_email,consent_sms,consent_at,last_click_at,last_order_at"
