"""Numbers with letters in them: one row per form, tried by their length.

Must never grow a row without a published rule and a specimen in the tests.
"""

import re

from gateway.scan.identifiers import east, europe, overseas
from gateway.scan.identifiers.row import Row, Shelf, by_length, row
from gateway.scan.kinds import Kind

_DDMMYY = r"(?:0[1-9]|[12]\d|3[01])(?:0[1-9]|1[0-2])\d\d"
_CARD_DE = "CFGHJKLMNPRTVWXYZ"

_ASIA = (
    row(Kind.NATIONAL_ID_CN, 18, east.cn_resident, form=r"[1-8]\d{16}X", grouped=r"\d{6}[ .-]\d{8}[ .-]\d{3}X"),
    row(
        Kind.USCC_CN,
        18,
        east.cn_credit,
        form=r"[159ANY][1-9]\d{6}[0-9A-HJ-NPQRTUWXY]{10}",
        grouped=r"[0-9A-Z]{2}[ .-]\d{6}[ .-][0-9A-Z]{9}[ .-][0-9A-Z]",
    ),
    row(Kind.PASSPORT_CN, 9, overseas.always, form=r"[EGDSP]\d{8}|E[A-HJ-NP-Z]\d{7}"),
    row(Kind.PERMIT_CN, (9, 11), overseas.always, form=r"[HM]\d{8}|[HM]\d{10}|[CW][A-Z]?\d{7,8}"),
    row(
        Kind.NATIONAL_ID_TW,
        10,
        east.tw_national,
        form=r"[A-Z][1289]\d{8}",
        grouped=r"[A-Z][ .-]?\d{9}|[A-Z]\d{3}[ .-]\d{3}[ .-]\d{3}",
    ),
    row(Kind.RESIDENT_ID_TW, 10, overseas.always, form=r"[A-Z][A-D]\d{8}", grouped=r"[A-Z]{2}[ .-]?\d{8}"),
    row(
        Kind.NATIONAL_ID_HK,
        (8, 9),
        east.hk_identity,
        form=r"[A-Z]{1,2}\d{6}[\dA]",
        grouped=r"[A-Z]{1,2}[ .-]?\d{6} ?(?:[\dA]|\([\dA]\)|-[\dA])",
    ),
    row(Kind.PASSPORT_KR, 9, overseas.always, form=r"[MSRODG]\d{8}|M\d{3}[A-Z]\d{4}", grouped=r"[A-Z] \d{8}"),
    row(
        Kind.TAX_ID_IN,
        10,
        overseas.in_taxpayer,
        form=r"[A-Z]{5}\d{4}[A-Z]",
        grouped=r"[A-Z]{5}[ .-]\d{4}[ .-][A-Z]",
    ),
)
_WEST = (
    row(
        Kind.NATIONAL_ID_GB,
        9,
        overseas.gb_insurance,
        form=r"[A-Z]{2}\d{6}[A-Z]",
        grouped=r"[A-Z]{2}[ .-]?\d{2}[ .-]?\d{2}[ .-]?\d{2}[ .-]?[A-D]",
    ),
    row(
        Kind.SOCIAL_SECURITY_DE,
        12,
        europe.de_insured,
        form=r"\d{2}[0-7]\d[01]\d{3}[A-Z]\d{3}",
        grouped=r"\d{2}[ .-]?\d{6}[ .-]?[A-Z][ .-]?\d{3}|\d{2} \d{2} ?\d{2} ?\d{2} [A-Z] \d{2} ?\d",
    ),
    row(Kind.IDENTITY_CARD_DE, 10, europe.de_card, form=rf"(?=(?:\D*\d){{4}})[{_CARD_DE}][0-9{_CARD_DE}]{{8}}\d"),
    row(
        Kind.IDENTITY_CARD_DE,
        9,
        overseas.always,
        form=rf"(?=(?:\D*\d){{4}})[{_CARD_DE}][0-9{_CARD_DE}]{{8}}",
        named=True,
    ),
    row(
        Kind.NATIONAL_ID_FR,
        15,
        europe.fr_social,
        form=r"[1-478]\d{4}2[AB]\d{8}",
        grouped=r"\d[ .-]\d{2}[ .-]\d{2}[ .-]2[AB][ .-]\d{3}[ .-]\d{3}[ .-]\d{2}",
    ),
    row(
        Kind.NATIONAL_ID_ES,
        9,
        europe.es_person,
        form=r"[\dXYZ]\d{7}[A-Z]",
        grouped=r"(?:\d{8}|\d{2}\.\d{3}\.\d{3})[ .-]?[A-Z]|[XYZ][ .-]?\d{7}[ .-]?[A-Z]|[XYZ]-?\d\.\d{3}\.\d{3}-?[A-Z]",
    ),
    row(
        Kind.BUSINESS_ES,
        9,
        europe.es_firm,
        form=r"[ABCDEFGHJNPQRSUVWKLM]\d{7}[0-9A-J]",
        grouped=r"[A-Z][ .-]\d{7}[ .-]?[0-9A-J]",
    ),
    row(
        Kind.NATIONAL_ID_IT,
        16,
        europe.it_person,
        form=r"[A-Z]{6}[0-9L-NP-V]{2}[A-EHLMPRST][0-9L-NP-V]{2}[A-Z][0-9L-NP-V]{3}[A-Z]",
        grouped=r"[A-Z]{3}[ .-]?[A-Z]{3}[ .-]\d{2}[A-Z]\d{2}[ .-][A-Z]\d{3} ?-?[A-Z]",
    ),
    row(Kind.NATIONAL_ID_IE, (8, 9), europe.ie_person, form=r"\d{7}[A-W][A-IWT]?", grouped=r"\d{7}[ .-][A-W]{1,2}"),
    row(
        Kind.NATIONAL_ID_PT,
        12,
        europe.pt_citizen,
        form=r"\d{9}[A-Z0-9]{2}\d",
        grouped=r"\d{8}[ .-]\d[ .-]?[A-Z0-9]{2}\d",
    ),
    row(Kind.NATIONAL_ID_CY, 9, europe.cy_taxpayer, form=r"[013459]\d{7}[A-Z]"),
    row(Kind.NATIONAL_ID_MT, (5, 6, 7, 8), overseas.always, form=r"\d{4,7}[MGAPLHBZ]", named=True),
    row(
        Kind.NATIONAL_ID_FI,
        11,
        europe.fi_person,
        form=_DDMMYY + r"[A-FU-Y]\d{3}[0-9A-Y]",
    ),
    row(Kind.NATIONAL_ID_FI, 10, europe.fi_person, form=r"\d{9}[A-Y]", grouped=r"\d{6}[-+]\d{3}[A-Y]", bare=False),
    row(Kind.PASSPORT, (7, 8, 9, 10), overseas.always, form=r"[A-Z]{1,2}\d{6,8}|\d{2}[A-Z]{2}\d{5}"),
    row(Kind.PASSPORT, 9, overseas.always, form=r"[A-Z]\d{8}|[A-Z]{2}\d{7}|[A-Z]{3}\d{6}"),
    row(
        Kind.VAT_ID,
        tuple(range(9, 15)),
        europe.eu_vat,
        form=r"(?:ATU|BE|BG|CY|CZ|DE|DK|EE|EL|ES|FI|FR|HR|HU|IE|IT|LT|LU|LV|MT|NL|PL|PT|RO|SE|SI|SK)[0-9A-Z]{7,12}",
        grouped=r"(?:AT ?U|[A-Z]{2}) ?\d{2,3}(?:[ .]?\d{3}){2,3}\d?",
    ),
)

ROWS: tuple[Row, ...] = (*_ASIA, *_WEST)
SHELVES: dict[int, Shelf] = by_length(ROWS)
GROUPS = "|".join(dict.fromkeys(each.grouped.pattern for each in ROWS if each.grouped))
"""All ways in which such numbers are grouped, for either engine."""
FORMS = re.compile(rf"(?<![0-9A-Za-z])(?:{GROUPS})(?![0-9A-Za-z])", re.ASCII | re.IGNORECASE)
