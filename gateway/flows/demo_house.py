"""The house of the demonstration: its parties, tools, officers and what is said of each sample's source. Facts only.

Must never hold a secret: passwords and keys are made on the machine.
"""

from datetime import UTC, datetime
from typing import Any, Final

from gateway.flows.sources import SourceWish
from gateway.flows.tools import ToolRecord
from gateway.samples.catalogue import HOUSE, SAMPLES, Sample

ACTOR: Final = "demo"
OFFICERS: Final = (("anna", "officer"), ("otto", "auditor"))
PARTIES: Final = {
    HOUSE: "IE",
    **{sample.supplier: sample.jurisdiction for sample in SAMPLES if sample.supplier != HOUSE},
}
_SINCE: Final = datetime(2026, 6, 1, tzinfo=UTC)
_LANGUAGES: Final = {"KR": "ko", "DE": "de", "IR": "fa", "TW": "zh-Hant", "US": "en", "GB": "en", "CN": "zh-Hans"}
_BRANCHES: Final = {"TW": "Taipei"}
_ALSO: Final = {"us_catalogue.csv": ("age_gate",)}
"""Evidence that our own files hold beside what came with the list: the catalogue's terms admit adults only."""

_PARTNER: Final = {
    "who_compiled": "the partner itself", "collected_from": "the_people", "told_people": "the partner's notice of 2026",
    "compiled_when": "June 2026", "wording_seen": "yes", "seller_known": "yes", "warranties": "yes",
    "active_only": "yes", "notice_by": "us",
}  # fmt: skip
_ANSWERS: Final = {
    "partner_list_named": _PARTNER,
    "broker_list": _PARTNER | {
        "who_compiled": "the broker", "collected_from": "others", "consent_how": "own_form", "wording_names_us": "yes",
        "partners_hidden": "no", "each_channel": "yes", "recent": "yes", "screened": "yes",
        "sample_checked": "not_yet",
    },
}  # fmt: skip
"""What the suppliers of the samples answered; nobody answers for the bought list."""

NEWSLETTER: Final = "newsletter-seoul"
"""The tool that the printed commands speak for."""

TOOLS: Final = (
    ToolRecord(
        NEWSLETTER, "marketing", HOUSE, "KR", ["marketing.own"], ["email", "sms"],
        ["email", "phone", "name", "jurisdiction", "language", "birth_year"], ["KR"],
    ),
    ToolRecord(
        "shop-berlin", "marketing", HOUSE, "DE", ["marketing.own"], ["email", "post"],
        ["email", "given_name", "family_name", "postal_address", "postal_code", "city", "jurisdiction",
         "product_category", "last_purchase_at"], ["DE"],
    ),
    ToolRecord(
        "club-tehran", "marketing", HOUSE, "IR", ["marketing.own"], ["sms"],
        ["phone", "given_name", "family_name", "jurisdiction", "language"], ["IR"],
    ),
    ToolRecord(
        "branch-taipei", "branch", HOUSE, "TW", ["marketing.own", "service"], ["email", "sms"],
        ["email", "phone", "name", "branch", "language"], ["TW"], ["Taipei"],
    ),
    ToolRecord(
        "catalogue-boston", "marketing", HOUSE, "US", ["marketing.own"], ["email", "post"],
        ["email", "given_name", "family_name", "postal_address", "postal_code", "city", "region", "jurisdiction",
         "product_category", "last_purchase_at"], ["US"],
    ),
    ToolRecord(
        "analytics", "analytics", HOUSE, "DE", ["profiling.segments", "measurement"], ["email"],
        ["jurisdiction", "language", "birth_year", "product_category"],
    ),
)  # fmt: skip


def source_wish(sample: Sample) -> SourceWish:
    """Give what is said of a sample's source when it is registered."""
    return SourceWish(
        name=sample.source,
        kind=sample.kind,
        collector=sample.supplier,
        country=sample.jurisdiction,
        collected_at=_SINCE,
        evidence=(*sample.evidence, *_ALSO.get(sample.file, ())),
        named=(HOUSE,) if "names_us" in sample.evidence else (),
        defaults=_defaults(sample),
        answers=_ANSWERS.get(sample.kind, {}),
    )


def _defaults(sample: Sample) -> dict[str, Any]:
    return {
        "country": sample.jurisdiction,
        "time_zone": sample.time_zone,
        "language": _LANGUAGES.get(sample.jurisdiction, ""),
        "branch": _BRANCHES.get(sample.jurisdiction, ""),
        "date_order": sample.date_order or "",
        "sender": HOUSE,
        "purpose": "marketing.own",
        "notice": "refusal_offered" in sample.evidence,
    }
