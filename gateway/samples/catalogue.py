"""What each sample list is, where it claims to come from and what the gateway should say to it.

Frozen facts for the demonstration and the tests. Must never decide anything: the verdicts here are
expectations.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from types import MappingProxyType

from policies.terms import Verdict

FOLDER = Path(__file__).parent / "lists"
HOUSE = "Lindenhof Trading Ltd"  # the controller, as consent texts and recipient columns name it
DEMO_DAY = date(2026, 11, 1)  # the lists were drawn up then


@dataclass(frozen=True, slots=True)
class Sample:
    """One sample list.

    Attributes:
        file: name in `FOLDER`.
        source: name to register its source under.
        kind: kind of source, as the policy files name it.
        supplier: party that it came from.
        jurisdiction: where its people live, ISO 3166 alpha-2, unless a country column says otherwise.
        time_zone: in which its times are written.
        encoding: what it is written in, as the lists room names it.
        delimiter: separator of cells.
        verdict: what the gateway should say.
        why: in a sentence.
        mapping: column title to field for every column that has a meaning.
        evidence: kinds of evidence on file, as the policy files name them.
        date_order: order of day and month where the year comes last.
        scan_finds: kinds that the scan should find in columns that nobody declared.
    """

    file: str
    source: str
    kind: str
    supplier: str
    jurisdiction: str
    time_zone: str
    encoding: str
    delimiter: str
    verdict: Verdict
    why: str
    mapping: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))
    evidence: tuple[str, ...] = ()
    date_order: str | None = None
    scan_finds: tuple[str, ...] = ()

    @property
    def path(self) -> Path:
        """Where the file lies."""
        return FOLDER / self.file


def _columns(**fields: str) -> Mapping[str, str]:
    """Write a mapping the other way round, as it reads best: field=title."""
    return MappingProxyType({title: name for name, title in fields.items()})


_BROKER = (
    "names_us", "supplier_identity", "consent_wording", "consent_time", "collection_dates", "notice_version",
    "supplier_contract", "screening_record",
)  # fmt: skip
_FORM = ("notice_version", "consent_wording", "consent_time", "withdrawal_notice_shown", "age_gate")

SAMPLES: tuple[Sample, ...] = (
    Sample(
        file="kr_newsletter.csv",
        source="Autumn sign-up form",
        kind="registration_form",
        supplier=HOUSE,
        jurisdiction="KR",
        time_zone="Asia/Seoul",
        encoding="cp949",
        delimiter=",",
        verdict=Verdict.ACCEPT,
        why="Own form; each person's consent is on file with its wording and time.",
        mapping=_columns(
            external_id="회원번호",
            name="이름",
            email="이메일",
            phone="휴대전화",
            birth_year="출생연도",
            consent_email="수신동의_이메일",
            consent_sms="수신동의_문자",
            consent_at="동의일시",
            consent_wording="동의문구버전",
            consent_method="동의방법",
        ),
        evidence=_FORM,
    ),
    Sample(
        file="de_shop.csv",
        source="Shop customers Germany",
        kind="order",
        supplier=HOUSE,
        jurisdiction="DE",
        time_zone="Europe/Berlin",
        encoding="cp1252",
        delimiter=";",
        verdict=Verdict.ACCEPT,
        why="Customers who were offered a refusal when they bought: soft opt-in for similar goods.",
        mapping=_columns(
            given_name="Vorname",
            family_name="Nachname",
            email="E-Mail",
            phone="Telefon",
            postal_address="Straße",
            postal_code="PLZ",
            city="Ort",
            purchase_at="Letzter Kauf",
            product_category="Warengruppe",
        ),
        evidence=("order_record", "notice_version", "refusal_offered", "contract_terms", "age_gate"),
    ),
    Sample(
        file="ir_loyalty.csv",
        source="Loyalty club Iran",
        kind="loyalty_programme",
        supplier=HOUSE,
        jurisdiction="IR",
        time_zone="Asia/Tehran",
        encoding="utf-8",
        delimiter=",",
        verdict=Verdict.ACCEPT,
        why="Own club with consents on file; bank and identity numbers in the notes are found and not kept.",
        mapping=_columns(
            external_id="شماره عضویت",
            given_name="نام",
            family_name="نام خانوادگی",
            email="ایمیل",
            phone="شماره همراه",
            city="شهر",
            consent_sms="رضایت پیامک",
            consent_at="تاریخ رضایت",
            consent_wording="نسخه متن رضایت",
            notes="یادداشت",
        ),
        evidence=("membership_record", *_FORM),
        scan_finds=("card", "iban", "national_id_ir"),
    ),
    Sample(
        file="tw_partner.csv",
        source="Partner Formosa Living",
        kind="partner_list_named",
        supplier="Formosa Living Co",
        jurisdiction="TW",
        time_zone="Asia/Taipei",
        encoding="cp950",
        delimiter=",",
        verdict=Verdict.ACCEPT,
        why="The partner's notice names us as the recipient.",
        mapping=_columns(
            name="姓名",
            email="電子信箱",
            phone="手機",
            city="縣市",
            postal_address="地址",
            consent_email="同意電子郵件",
            consent_sms="同意簡訊",
            consent_at="同意時間",
            consent_wording="同意書版本",
            named_recipient="接收對象",
        ),
        evidence=("names_us", "recipient_list", "supplier_contract", *_FORM),
    ),
    Sample(
        file="us_catalogue.csv",
        source="Catalogue customers US",
        kind="order",
        supplier=HOUSE,
        jurisdiction="US",
        time_zone="America/New_York",
        encoding="utf-8",
        delimiter=",",
        verdict=Verdict.ACCEPT,
        why="Own catalogue customers with their orders; opt-out law for mail and post.",
        mapping=_columns(
            external_id="Customer number",
            given_name="First name",
            family_name="Last name",
            email="Email",
            phone="Phone",
            postal_address="Address",
            city="City",
            region="State",
            postal_code="ZIP",
            country="Country",
            purchase_at="Last order",
            product_category="Product category",
        ),
        evidence=("order_record", "notice_version", "refusal_offered", "contract_terms"),
        date_order="mdy",
    ),
    Sample(
        file="gb_broker.csv",
        source="Broker Albion Leads",
        kind="broker_list",
        supplier="Albion Leads Ltd",
        jurisdiction="GB",
        time_zone="Europe/London",
        encoding="utf-16-le",
        delimiter="\t",
        verdict=Verdict.QUARANTINE,
        why="The consents name us, but nobody has checked a sample of them against proof: 30 days to cure.",
        mapping=_columns(
            name="Full name",
            email="Email address",
            phone="Telephone",
            postal_address="Address line 1",
            city="Town",
            postal_code="Postcode",
            consent_email="Email opt-in",
            consent_at="Opt-in date",
            consent_wording="Consent text",
            named_recipient="Named recipient",
        ),
        evidence=_BROKER,
        date_order="dmy",
    ),
    Sample(
        file="cn_bought.csv",
        source="Bought list China",
        kind="bought_list",
        supplier="Unnamed seller",
        jurisdiction="CN",
        time_zone="Asia/Shanghai",
        encoding="gb18030",
        delimiter=",",
        verdict=Verdict.REFUSE,
        why="Bought without any evidence; handling it may be a crime.",
        mapping=_columns(name="姓名", phone="手机号码", email="邮箱", city="城市", national_id="身份证号"),
    ),
    Sample(
        file="leaked_dump.csv",
        source="Found dump",
        kind="unknown",
        supplier="Unnamed seller",
        jurisdiction="US",
        time_zone="Etc/UTC",
        encoding="utf-8",
        delimiter=",",
        verdict=Verdict.REFUSE,
        why="Addresses beside password hashes tell of a leak; a leaked list is never used.",
        mapping=_columns(email="email", password_hash="password_hash"),  # noqa: S106  the title of a column
    ),
)

SUPPRESSIONS = FOLDER / "suppressions.csv"  # identifier_kind, identifier, scope, channel, since
WITHDRAWALS = FOLDER / "withdrawals.csv"  # identifier_kind, identifier, withdrawn_at, purpose, channel


def sample(file: str) -> Sample:
    """Find a sample by its file name.

    Raises:
        KeyError: there is none of that name.
    """
    return {each.file: each for each in SAMPLES}[file]
