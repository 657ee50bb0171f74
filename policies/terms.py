"""The shared words, one word for one thing, each with the standard it comes from.

Must never hold a rule: what is lawful stands in the policy files, not here.
"""

from enum import IntFlag, StrEnum


class Channel(StrEnum):
    """How a message goes out."""

    EMAIL = "email"
    SMS = "sms"
    MMS = "mms"
    PUSH = "push"
    MSGAPP = "msgapp"
    VOICE_LIVE = "voice_live"
    VOICE_AUTO = "voice_auto"
    FAX = "fax"
    POST = "post"
    VISIT = "visit"
    EVENT = "event"
    ONSITE = "onsite"
    ADS = "ads"


class IdentifierKind(StrEnum):
    """A way to reach or find a person."""

    EMAIL = "email"
    PHONE = "phone"
    POSTAL = "postal"
    PUSH = "push"
    EXTERNAL = "external"


REACHED_BY: dict[Channel, IdentifierKind] = {
    Channel.EMAIL: IdentifierKind.EMAIL,
    Channel.SMS: IdentifierKind.PHONE,
    Channel.MMS: IdentifierKind.PHONE,
    Channel.MSGAPP: IdentifierKind.PHONE,
    Channel.VOICE_LIVE: IdentifierKind.PHONE,
    Channel.VOICE_AUTO: IdentifierKind.PHONE,
    Channel.FAX: IdentifierKind.PHONE,
    Channel.POST: IdentifierKind.POSTAL,
    Channel.VISIT: IdentifierKind.POSTAL,
    Channel.PUSH: IdentifierKind.PUSH,
    Channel.EVENT: IdentifierKind.EXTERNAL,
    Channel.ONSITE: IdentifierKind.EXTERNAL,
    Channel.ADS: IdentifierKind.EMAIL,
}


class Act(StrEnum):
    """What is asked: data leaves to a tool, or a message goes out now."""

    DISCLOSE = "disclose"
    CONTACT = "contact"


class LineType(StrEnum):
    """What kind of line a text or a call goes out on, where a country tells them apart."""

    ADVERTISING = "advertising"
    SERVICE = "service"


class AudienceKind(StrEnum):
    """In which capacity a person is addressed."""

    B2C = "b2c"
    B2B = "b2b"
    B2B_INDIVIDUAL = "b2b_individual"
    UNKNOWN = "unknown"


class FieldClass(StrEnum):
    """A permission boundary: one sealed blob a class and source. `profile` also holds what may be filtered."""

    EMAIL = "email"
    PHONE = "phone"
    POSTAL = "postal"
    IDENTITY = "identity"
    GOVERNMENT = "government"
    SENSITIVE = "sensitive"
    PROFILE = "profile"


class ConsentState(StrEnum):
    """Where a person stands (GDPR 4(11), 7(3), 21(2))."""

    GIVEN = "given"
    WITHDRAWN = "withdrawn"
    OBJECTED = "objected"


class Condition(IntFlag):
    """How a consent was given, where a law asks for more than a yes."""

    NONE = 0
    NIGHT = 1
    WRITTEN = 2
    SEPARATE = 4
    NAMED_RECIPIENT = 8
    DOUBLE_OPT_IN = 16
    TIED = 32  # made a condition of a gift or a service (GDPR 7(4), PIPA 22(5))
    GUARDIAN = 64  # given by a parent or guardian (GDPR 8(1), PIPA 22-2)
    EXPLICIT = 128  # to special categories, named as such (GDPR 9(2)(a), PIPL 29)


class Flag(IntFlag):
    """What holds for a person whatever is asked."""

    NONE = 0
    RESTRICTED = 1
    MINOR = 2
    DECEASED = 4
    ERASED = 8


class Scope(StrEnum):
    """How far a suppression reaches."""

    STORAGE = "storage"
    ALL = "all"
    CHANNEL = "channel"
    PURPOSE = "purpose"
    SENDER = "sender"
    DOMAIN = "domain"


class Outcome(StrEnum):
    """What a decision says."""

    ALLOW = "allow"
    DENY = "deny"
    HOLD = "hold"


class Verdict(StrEnum):
    """What is said of a source or of a batch."""

    ACCEPT = "accept"
    QUARANTINE = "quarantine"
    REFUSE = "refuse"


class Treatment(StrEnum):
    """What becomes of personal data that the scan finds in a list, mildest first."""

    KEEP = "keep"
    SEAL = "seal"
    MASK = "mask"
    DROP_CELL = "drop_cell"
    DROP_COLUMN = "drop_column"
    HOLD_ROW = "hold_row"
    HOLD_BATCH = "hold_batch"
    REFUSE = "refuse"


class Unjustified(StrEnum):
    """Why a person's data is not kept, the first that holds."""

    NO_IDENTIFIER = "no_identifier"
    SOURCES_GONE = "sources_gone"
    UNUSED = "unused"


class Place(StrEnum):
    """Where in a list personal data is found, measured by what the column is declared to hold."""

    DECLARED = "declared"  # the column may hold this kind
    OTHER = "other"  # the column is declared to hold something else
    NOTES = "notes"  # free text
    UNDECLARED = "undeclared"  # nobody said what the column holds


class Evidence(StrEnum):
    """How well a rule is founded: text of the law seen, quoted by another, or neither."""

    PRIMARY = "primary"
    SECONDARY = "secondary"
    UNVERIFIED = "unverified"


class SourceStatus(StrEnum):
    """Where a source stands in its approval."""

    DRAFT = "draft"
    SUBMITTED = "submitted"
    APPROVED = "approved"
    SUSPENDED = "suspended"
    REVOKED = "revoked"


class SourceGroup(StrEnum):
    """How kinds of source stand together where somebody chooses one."""

    GIVEN_TO_US = "given_to_us"
    FROM_OTHERS = "from_others"
    PUBLISHED = "published"
    NOT_TO_BE_USED = "not_to_be_used"


class DealingKind(StrEnum):
    """A past relationship between a person and a sender."""

    PURCHASE = "purchase"
    INQUIRY = "inquiry"
    ACTIVITY = "activity"


class Model(StrEnum):
    """What a law asks for before data may be used or a message sent, weakest first.

    Each `opt_in…` model names the conditions that one and the same consent must carry.
    """

    NOTHING = "nothing"
    OPT_OUT = "opt_out"
    OPT_IN = "opt_in"
    OPT_IN_NIGHT = "opt_in_night"
    OPT_IN_DOUBLE = "opt_in_double"
    OPT_IN_SEPARATE = "opt_in_separate"
    OPT_IN_NAMED = "opt_in_named"
    OPT_IN_SEPARATE_NAMED = "opt_in_separate_named"
    OPT_IN_WRITTEN = "opt_in_written"
    OPT_IN_WRITTEN_NAMED = "opt_in_written_named"
    OPT_IN_EXPLICIT = "opt_in_explicit"
    OPT_IN_GUARDIAN = "opt_in_guardian"
    BAN = "ban"


CARRIES: dict[Model, Condition] = {
    Model.OPT_IN: Condition.NONE,
    Model.OPT_IN_NIGHT: Condition.NIGHT,
    Model.OPT_IN_DOUBLE: Condition.DOUBLE_OPT_IN,
    Model.OPT_IN_SEPARATE: Condition.SEPARATE,
    Model.OPT_IN_NAMED: Condition.NAMED_RECIPIENT,
    Model.OPT_IN_SEPARATE_NAMED: Condition.SEPARATE | Condition.NAMED_RECIPIENT,
    Model.OPT_IN_WRITTEN: Condition.WRITTEN,
    Model.OPT_IN_WRITTEN_NAMED: Condition.WRITTEN | Condition.NAMED_RECIPIENT,
    Model.OPT_IN_EXPLICIT: Condition.EXPLICIT,
    Model.OPT_IN_GUARDIAN: Condition.GUARDIAN,
}


class Capacity(StrEnum):
    """As whose law a pack is asked: where the person lives, the sender sits, or the data came from."""

    RECIPIENT = "recipient"
    SENDER = "sender"
    ORIGIN = "origin"


class Day(StrEnum):
    """A day of the week, Monday first as in ISO 8601, or a public holiday."""

    MON = "mon"
    TUE = "tue"
    WED = "wed"
    THU = "thu"
    FRI = "fri"
    SAT = "sat"
    SUN = "sun"
    HOLIDAY = "holiday"


WEEK: tuple[Day, ...] = tuple(Day)[:7]
"""The days of the week, Monday first: `WEEK[moment.weekday()]`."""


class Across(StrEnum):
    """Whose contacts a frequency cap counts together."""

    SENDER = "sender"
    HOUSE = "house"


class Likeness(StrEnum):
    """How near an advertised product must be to the one dealt in (dotted categories: `books.law`)."""

    ANY = "any"
    SIMILAR = "similar"
    SAME = "same"


class Duty(StrEnum):
    """What a permission obliges to; the key of an obligation. Counts are whole days or years."""

    PREFIX = "prefix"
    ENDING = "ending"
    SENDER = "sender"
    SENDER_CONTACT = "sender_contact"
    POSTAL_ADDRESS = "postal_address"
    ADVERTISEMENT_SHOWN = "advertisement_shown"
    REFUSAL_EACH_MESSAGE = "refusal_each_message"
    FREE_REFUSAL = "free_refusal"
    REFUSAL_AT_FIRST_CONTACT = "refusal_at_first_contact"
    REPLY_TO_STOP = "reply_to_stop"
    SAY_SOURCE = "say_source"
    SAY_WHO_CALLS = "say_who_calls"
    NOTICE_OF_SOURCE = "notice_of_source"
    NOTICE_OF_RECIPIENT = "notice_of_recipient"
    SAY_PURPOSE = "say_purpose"
    HEADERS = "headers"
    SIGNATURE = "signature"
    NUMBER_SERIES = "number_series"
    HEADER_SUFFIX = "header_suffix"
    STATEMENT_LANGUAGES = "statement_languages"
    REGISTERED_SENDER = "registered_sender"
    REGISTERED_TEMPLATE = "registered_template"
    KEYPRESS_REFUSAL = "keypress_refusal"
    HONOUR_SIGNAL = "honour_signal"
    OPT_OUT_LINK = "opt_out_link"
    PROOF_OF_CONSENT = "proof_of_consent"
    CERTIFIED_CARRIER = "certified_carrier"
    PROOF_TO_CARRIER = "proof_to_carrier"
    NUMBER_SHOWN = "number_shown"
    NOT_PERSONALISED_CHOICE = "not_personalised_choice"
    BLOCK_ALL_BRANDS = "block_all_brands"
    PROOF_YEARS = "proof_years"
    STOP_WITHIN_DAYS = "stop_within_days"
    STOP_WITHIN_WORKING_DAYS = "stop_within_working_days"
    SENDER_VALID_DAYS = "sender_valid_days"
    CONFIRM_ORAL_DAYS = "confirm_oral_days"
    CONFIRM_TEXT_MINUTES = "confirm_text_minutes"
    RESULT_NOTICE_DAYS = "result_notice_days"
    REFUSAL_OPEN_DAYS = "refusal_open_days"
    CALLS_PER_DAY = "calls_per_day"
    NOTICE_WITHIN = "notice_within"
    NOTICE_OF_SOURCE_BY = "notice_of_source_by"
    SEND_BETWEEN = "send_between"
    VALID_UNTIL = "valid_until"
    RECHECK = "recheck"
    RECONFIRM_EVERY = "reconfirm_every"
