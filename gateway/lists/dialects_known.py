"""The dialects that are known, as data, and the general template for every other system.

Facts are from the systems' own exports. What an export guesses is left out: a country taken from an IP address is
nobody's word, and the day on which a record was made is no consent.
"""

from typing import Final

from gateway.lists.dialects import EMPTY, NO, Dialect, When
from gateway.lists.headers import Field

_IGNORE: Final = Field.IGNORE.value

MAILCHIMP: Final = Dialect(
    name="mailchimp",
    title="Mailchimp audience",
    known_by=frozenset({"email address", "leid", "euid", "member_rating"}),
    # CC, REGION and TIMEZONE are where the last IP address seemed to be.
    fields={"euid": Field.EXTERNAL_ID, "cc": _IGNORE, "region": _IGNORE, "timezone": _IGNORE, "leid": _IGNORE},
    # The files of one export differ in a column: every row of a file with UNSUB_TIME has unsubscribed.
    stopped=(When("unsub_time"),),
    stopped_at=("unsub_time",),
    complained=(
        When("unsub_reason", parts=frozenset({"spam", "abuse", "inappropriate", "did not sign", "never signed"})),
    ),
    bounced=(When("clean_time"),),
    bounced_at=("clean_time",),
    subscribed={Field.CONSENT_EMAIL: (When("leid"),)},
    agreed_at=("confirm_time", "optin_time"),
    confirmed_after=("optin_time", "confirm_time"),
    ip=("confirm_ip", "optin_ip"),
    utc=True,
)

HUBSPOT: Final = Dialect(
    name="hubspot",
    title="HubSpot contacts",
    known_by=frozenset({"email", "unsubscribed from all email"}),
    fields={"record id": Field.EXTERNAL_ID, "create date": _IGNORE, "ip country": _IGNORE, "ip city": _IGNORE},
    stopped=(
        When("unsubscribed from all email", unless=NO),
        When("opted out of email: ", unless=NO, begins=True),
    ),
    bounced=(When("email hard bounce reason", unless=EMPTY, begins=True), When("invalid email address", unless=NO)),
    subscribed={Field.CONSENT_EMAIL: (When("marketing contact status", words=frozenset({"marketing contact"})),)},
    clicked="last marketing email click date",
    opened="last marketing email open date",
    ordered="last order date",
)

LISTMONK: Final = Dialect(
    name="listmonk",
    title="listmonk subscribers",
    known_by=frozenset({"email", "name", "status", "attributes"}),
    fields={"created_at": _IGNORE, "updated_at": _IGNORE},
    stopped=(
        When("status", unless=frozenset({"enabled"})),
        When("subscription_status", words=frozenset({"unsubscribed"})),
        When("subscription status", words=frozenset({"unsubscribed"})),
    ),
    subscribed={Field.CONSENT_EMAIL: (When("status", words=frozenset({"enabled"})),)},
    # Who confirmed did so after the record was made; taken for earlier, a consent lapses earlier.
    agreed_at=("created_at",),
    dated=(
        When("subscription_status", words=frozenset({"confirmed"})),
        When("subscription status", words=frozenset({"confirmed"})),
    ),
    confirmed=(
        When("subscription_status", words=frozenset({"confirmed"})),
        When("subscription status", words=frozenset({"confirmed"})),
    ),
    utc=True,
)

GENERAL: Final = Dialect(
    name="general",
    title="general template",
    known_by=frozenset({"stopped", "bounced", "last_click_at"}),
    fields={"external_id": Field.EXTERNAL_ID, "product_category": Field.PRODUCT_CATEGORY},
    stopped=(When("stopped", unless=NO), When("stopped_at", unless=EMPTY)),
    stopped_at=("stopped_at",),
    complained=(When("stopped_why", parts=frozenset({"complain", "spam", "abuse"})),),
    bounced=(When("bounced", unless=NO), When("bounced_at", unless=EMPTY)),
    bounced_at=("bounced_at",),
    subscribed={
        Field.CONSENT_EMAIL: (When("consent_email", unless=NO),),
        Field.CONSENT_SMS: (When("consent_sms", unless=NO),),
        Field.CONSENT_POST: (When("consent_post", unless=NO),),
        Field.CONSENT_VOICE: (When("consent_voice", unless=NO),),
    },
    agreed_at=("consent_at",),
    confirmed=(When("consent_confirmed_at", unless=EMPTY),),
    wording="consent_wording",
    method="consent_method",
    clicked="last_click_at",
    opened="last_open_at",
    ordered="last_order_at",
)

DIALECTS: Final = (MAILCHIMP, HUBSPOT, LISTMONK, GENERAL)

TEMPLATE: Final = (
    "external_id,email,phone,name,language,country,postal_address,postal_code,city,stopped,stopped_at,stopped_why,"
    "bounced,bounced_at,consent_email,consent_sms,consent_post,consent_voice,consent_at,consent_confirmed_at,"
    "consent_wording,consent_method,last_click_at,last_open_at,last_order_at,product_category\n"
    "K1,mina@example.com,+821020000001,Mina Invented,ko,KR,,,,no,,,no,,yes,yes,,,2024-05-01T10:00:00+09:00,,"
    "newsletter-3/ko,web,2026-03-02,2026-03-04,2026-02-01,books\n"
    "K2,otto@example.com,,Otto Erfunden,de,DE,,,,yes,2025-01-31,unsubscribed,no,,,,,,2023-02-01T08:00:00+01:00,"
    "2023-02-01T08:05:00+01:00,,,,,,\n"
    "K3,lost@example.com,,Lost Nobody,en,GB,,,,no,,,yes,2025-06-01,yes,,,,2022-02-01T08:00:00Z,,,,,,2021-11-05,\n"
)
"""A header and three invented people, as CSV."""
