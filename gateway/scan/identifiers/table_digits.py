"""Numbers of digits alone: one row per form, tried by their length.

Sources of forms and rules stand beside the checks. What has no check digit, or shares its length with every
order number, needs a name in title or cell. Must never grow a row without a published rule and a specimen in
the tests.
"""

from gateway.scan.identifiers import accounts, east, europe, overseas
from gateway.scan.identifiers.arithmetic import luhn
from gateway.scan.identifiers.row import Row, Shelf, by_length, row
from gateway.scan.kinds import Kind

_YYMMDD = r"\d\d(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])"
_DDMMYY = r"(?:0[1-9]|[12]\d|3[01])(?:0[1-9]|1[0-2])\d\d"

_MONEY = (
    row(
        Kind.CARD,
        tuple(range(14, 20)),
        accounts.card,
        form=accounts.CARD_FORM,
        grouped=r"\d{4}(?:[ -]\d{4}){2,3}(?:[ -]\d{1,5})?|\d{4}[ -]\d{6}[ -]\d{4,5}|\d{6}[ -]\d{10,13}",
    ),
    row(Kind.CARD, 13, accounts.card, form=r"4\d{12}", named=True),
    row(Kind.IBAN, 24, accounts.sheba_bare, grouped=r"\d\d(?: \d{4}){5} \d\d", named=True),
)
_IRAN = (
    row(Kind.NATIONAL_ID_IR, 10, east.ir_code, grouped=r"\d{3}[ -]\d{6}[ -]\d"),
    row(Kind.NATIONAL_ID_IR, (8, 9), east.ir_code_stripped, named=True),
    row(Kind.LEGAL_ID_IR, 11, east.ir_legal, form=r"1[0-4]\d{9}"),
    row(Kind.POSTAL_CODE_IR, 10, east.ir_postal, grouped=r"\d{5}[ -]\d{5}"),
)
_CHINA = (
    row(
        Kind.NATIONAL_ID_CN,
        18,
        east.cn_resident,
        form=r"[1-8]\d{17}",
        grouped=r"\d{6}[ -]\d{8}[ -]\d{4}|\d{6}([ -])\d{4}\1\d{4}\1\d{4}",
    ),
    row(Kind.NATIONAL_ID_CN, 15, east.cn_resident_old, grouped=r"\d{6}[ -]\d{6}[ -]\d{3}", named=True),
    row(Kind.USCC_CN, 18, east.cn_credit, form=r"[159][1-9]\d{16}", grouped=r"\d\d[ -]\d{6}[ -]\d{9}[ -]\d"),
    row(Kind.BUSINESS_TW, 8, east.tw_business),
    row(
        Kind.NATIONAL_ID_MO,
        8,
        overseas.always,
        form=r"[157]\d{7}",
        grouped=r"[157]\d{6} ?\(\d\)|[157]/\d{6}/\d",
    ),
)
_KOREA_JAPAN = (
    row(Kind.NATIONAL_ID_KR, 13, east.kr_registration, grouped=r"\d{6} ?[ .-] ?\d{7}", bare=False),
    row(Kind.NATIONAL_ID_KR, 13, east.kr_registration_old),  # bare ones begin like any number with a date in front
    row(Kind.NATIONAL_ID_KR, 13, east.kr_registration, named=True),
    row(Kind.BUSINESS_KR, 10, east.kr_business, grouped=r"\d{3}[ .-]\d{2}[ .-]\d{5}"),
    row(
        Kind.DRIVER_LICENCE_KR,
        12,
        east.kr_licence,
        grouped=r"\d{2}[ .-]\d{2}[ .-]\d{6}[ .-]\d{2}",
        bare=False,
    ),
    row(Kind.DRIVER_LICENCE_KR, 12, east.kr_licence, named=True),
    row(Kind.NATIONAL_ID_JP, 12, east.jp_individual, grouped=r"\d{4}([ -])\d{4}\1\d{4}"),
)
_OVERSEAS = (
    row(Kind.NATIONAL_ID_US, 9, overseas.us_social, grouped=r"\d{3}([ .-])\d{2}\1\d{4}", bare=False),
    row(Kind.NATIONAL_ID_US, 9, overseas.us_social, named=True),
    row(Kind.ITIN_US, 9, overseas.us_taxpayer, form=r"9\d{8}", grouped=r"9\d\d([ .-])\d{2}\1\d{4}", bare=False),
    row(Kind.ITIN_US, 9, overseas.us_taxpayer, form=r"9\d{8}", named=True),
    row(Kind.EIN_US, 9, overseas.always, grouped=r"\d{2}-\d{7}"),
    row(Kind.PASSPORT, 9, overseas.always),
    row(Kind.NHS_GB, 10, overseas.gb_health, grouped=r"\d{3}([ -])\d{3}\1\d{4}"),
    row(Kind.TAX_ID_GB, 10, overseas.gb_taxpayer, grouped=r"\d{5} \d{5}"),
    row(Kind.NATIONAL_ID_CA, 9, overseas.ca_social, form=r"[1-79]\d{8}", grouped=r"\d{3}([ -])\d{3}\1\d{3}"),
    row(Kind.TAX_ID_AU, 9, overseas.au_tax, grouped=r"\d{3}([ -])\d{3}\1\d{3}"),
    row(Kind.MEDICARE_AU, (10, 11), overseas.au_medicare, form=r"[2-6]\d+", grouped=r"\d{4} \d{5} \d(?:[ /-]?\d)?"),
    row(Kind.BUSINESS_AU, 11, overseas.au_business, form=r"[1-9]\d{10}", grouped=r"\d{2} \d{3} \d{3} \d{3}"),
    row(Kind.NATIONAL_ID_BR, 11, overseas.br_person, grouped=r"\d{3}\.\d{3}\.\d{3}[-/]\d{2}"),
    row(Kind.BUSINESS_BR, 14, overseas.br_firm, grouped=r"\d{2}\.\d{3}\.\d{3}/\d{4}-\d{2}"),
    row(Kind.NATIONAL_ID_IN, 12, overseas.in_resident, form=r"[2-9]\d{11}", grouped=r"\d{4}([ -])\d{4}\1\d{4}"),
    row(Kind.NATIONAL_ID_TR, 11, overseas.tr_citizen, form=r"[1-9]\d{10}"),
)
_WEST = (
    row(Kind.NATIONAL_ID_DE, 11, europe.de_taxpayer, form=r"[1-9]\d{10}", grouped=r"\d{2} \d{3} \d{3} \d{3}"),
    row(Kind.TAX_NUMBER_DE, (10, 11), overseas.always, grouped=r"\d{2,3}/\d{3}/\d{4,5}|0\d{2} \d{3} \d{5}", bare=False),
    row(Kind.TAX_NUMBER_DE, 13, europe.de_tax_number),
    row(
        Kind.NATIONAL_ID_FR,
        15,
        europe.fr_social,
        form=r"[1-478]\d{14}",
        grouped=r"\d \d{2} \d{2} \d{2} \d{3} \d{3}(?: \|)? ?\d{2}|\d{13} \d{2}",
    ),
    row(Kind.SIREN_FR, 9, luhn, grouped=r"\d{3}([ .])\d{3}\1\d{3}"),
    row(Kind.SIRET_FR, 14, luhn, grouped=r"\d{3}([ .])\d{3}\1\d{3}\1\d{5}"),
    row(Kind.VAT_IT, 11, luhn),
    row(Kind.NATIONAL_ID_NL, 9, europe.nl_citizen, grouped=r"\d{4}[. ]\d{2}[. ]\d{3}|\d{3}([. ])\d{3}\1\d{3}"),
    row(Kind.NATIONAL_ID_BE, 11, europe.be_register, grouped=r"\d\d[. -]?\d\d[. -]?\d\d[ -]?\d{3}[. -]?\d\d"),
    row(Kind.NATIONAL_ID_AT, 10, europe.at_social, form=r"[1-9]\d{9}", grouped=r"\d{4}[ /-]\d{6}"),
    row(Kind.NATIONAL_ID_CH, 13, europe.ch_insured, form=r"756\d{10}", grouped=r"756([. ])\d{4}\1\d{4}\1\d{2}"),
    row(Kind.TAX_ID_PT, 9, europe.pt_taxpayer, form=r"(?:[1-35689]|45|7[0124579])\d+", grouped=r"\d{3} \d{3} \d{3}"),
)
_NORTH = (
    row(Kind.NATIONAL_ID_SE, 10, europe.se_person, form=r"\d\d[01]\d[0-9]\d{5}", grouped=r"\d{6} ?[-+ ] ?\d{4}"),
    row(Kind.NATIONAL_ID_SE, 12, europe.se_person, form=r"(?:19|20)\d\d[01]\d{7}", grouped=r"\d{8} ?[-+ ] ?\d{4}"),
    row(Kind.NATIONAL_ID_DK, 10, europe.dk_person, grouped=r"\d{6} ?- ?\d{4}", bare=False),
    row(Kind.NATIONAL_ID_DK, 10, europe.dk_person, grouped=r"\d{6} \d{4}", named=True),
    row(Kind.NATIONAL_ID_FI, 10, europe.fi_person, form=_DDMMYY + r"\d{4}", grouped=r"\d{6}[-+]\d{4}", bare=False),
    row(Kind.NATIONAL_ID_NO, 11, europe.no_person, form=r"[0-7]\d[0-57]\d{8}", grouped=r"\d{6}[ -]\d{5}"),
    row(Kind.NATIONAL_ID_EE, 11, europe.ee_person, form=r"[3-8]" + _YYMMDD + r"\d{4}"),
    row(Kind.NATIONAL_ID_LV, 11, europe.lv_person, form=_DDMMYY + r"[0-2]\d{4}", grouped=r"\d{6}[ -]\d{5}"),
    row(Kind.NATIONAL_ID_LV, 11, europe.lv_person, form=r"32\d{9}", grouped=r"\d{6}-\d{5}", named=True),
)
_SOUTH_EAST = (
    row(Kind.NATIONAL_ID_PL, 11, europe.pl_person, grouped=r"\d{6} \d{5}"),
    row(
        Kind.TAX_ID_PL, 10, europe.pl_taxpayer, form=r"[1-9]\d{9}", grouped=r"\d{3}-(?:\d{3}-\d\d-\d\d|\d\d-\d\d-\d{3})"
    ),
    row(Kind.NATIONAL_ID_CZ, 10, europe.cz_birth, form=r"\d\d[0-8]\d{7}", grouped=r"\d{6} ?/ ?\d{4}"),
    row(Kind.NATIONAL_ID_CZ, 9, europe.cz_birth_old, grouped=r"\d{6} ?/ ?\d{3}", named=True),
    row(Kind.NATIONAL_ID_HU, 11, europe.hu_person, form=r"[1-8]" + _YYMMDD + r"\d{4}", grouped=r"\d[ -]\d{6}[ -]\d{4}"),
    row(Kind.NATIONAL_ID_RO, 13, europe.ro_person, form=r"[1-8]" + _YYMMDD + r"\d{6}"),
    row(Kind.NATIONAL_ID_BG, 10, europe.bg_citizen, form=r"\d\d[0-5]\d[0-3]\d{5}"),
    row(Kind.NATIONAL_ID_GR, 11, europe.gr_social, form=_DDMMYY + r"\d{5}"),
    row(Kind.NATIONAL_ID_HR, 11, europe.hr_person),
    row(Kind.NATIONAL_ID_SI, 13, europe.si_person, form=r"[0-3]\d[01]\d[09]\d{8}"),
    row(Kind.NATIONAL_ID_LU, 13, europe.lu_person, form=r"(?:19|20)\d\d[01]\d[0-3]\d{6}"),
)

ROWS: tuple[Row, ...] = (*_MONEY, *_IRAN, *_CHINA, *_KOREA_JAPAN, *_OVERSEAS, *_WEST, *_NORTH, *_SOUTH_EAST)
DIGITS: dict[int, Shelf] = by_length(ROWS)
