"""The kinds of personal data that the scan tells apart, and what each is about.

Must never change a value: findings, rules and reports kept in the database name them.
"""

from enum import StrEnum


class Family(StrEnum):
    """What a kind is about; treatment rules may name a family instead of each kind."""

    CONTACT = "contact"
    IDENTITY = "identity"
    GOVERNMENT = "government"
    FINANCIAL = "financial"
    ONLINE = "online"
    CREDENTIAL = "credential"
    SPECIAL = "special"


class Kind(StrEnum):
    """A kind of personal data; the last two letters of a number's kind are its country."""

    EMAIL = "email"
    PHONE = "phone"
    POSTAL_ADDRESS = "postal_address"
    POSTAL_CODE_IR = "postal_code_ir"  # ten digits name a single house

    NAME = "name"
    BIRTH_DATE = "birth_date"

    CARD = "card"
    IBAN = "iban"

    NATIONAL_ID_AT = "national_id_at"
    NATIONAL_ID_BE = "national_id_be"
    NATIONAL_ID_BG = "national_id_bg"
    NATIONAL_ID_BR = "national_id_br"
    NATIONAL_ID_CA = "national_id_ca"
    NATIONAL_ID_CH = "national_id_ch"
    NATIONAL_ID_CN = "national_id_cn"
    NATIONAL_ID_CY = "national_id_cy"
    NATIONAL_ID_CZ = "national_id_cz"  # Slovakia's is the same number
    NATIONAL_ID_DE = "national_id_de"
    NATIONAL_ID_DK = "national_id_dk"
    NATIONAL_ID_EE = "national_id_ee"  # Lithuania's has the same form and check
    NATIONAL_ID_ES = "national_id_es"
    NATIONAL_ID_FI = "national_id_fi"
    NATIONAL_ID_FR = "national_id_fr"
    NATIONAL_ID_GB = "national_id_gb"
    NATIONAL_ID_GR = "national_id_gr"
    NATIONAL_ID_HK = "national_id_hk"
    NATIONAL_ID_HR = "national_id_hr"
    NATIONAL_ID_HU = "national_id_hu"
    NATIONAL_ID_IE = "national_id_ie"
    NATIONAL_ID_IN = "national_id_in"
    NATIONAL_ID_IR = "national_id_ir"
    NATIONAL_ID_IT = "national_id_it"
    NATIONAL_ID_JP = "national_id_jp"
    NATIONAL_ID_KR = "national_id_kr"  # residents and registered foreigners
    NATIONAL_ID_LU = "national_id_lu"
    NATIONAL_ID_LV = "national_id_lv"
    NATIONAL_ID_MO = "national_id_mo"
    NATIONAL_ID_MT = "national_id_mt"
    NATIONAL_ID_NL = "national_id_nl"
    NATIONAL_ID_NO = "national_id_no"
    NATIONAL_ID_PL = "national_id_pl"
    NATIONAL_ID_PT = "national_id_pt"
    NATIONAL_ID_RO = "national_id_ro"
    NATIONAL_ID_SE = "national_id_se"
    NATIONAL_ID_SI = "national_id_si"  # and the other states that count by EMŠO
    NATIONAL_ID_TR = "national_id_tr"
    NATIONAL_ID_TW = "national_id_tw"  # nationals, and residents since 2021
    NATIONAL_ID_US = "national_id_us"

    RESIDENT_ID_TW = "resident_id_tw"  # before 2021
    PERMIT_CN = "permit_cn"  # Hong Kong, Macau and Taiwan travel permits
    PASSPORT = "passport"
    PASSPORT_CN = "passport_cn"
    PASSPORT_KR = "passport_kr"
    DRIVER_LICENCE_KR = "driver_licence_kr"
    IDENTITY_CARD_DE = "identity_card_de"
    SOCIAL_SECURITY_DE = "social_security_de"
    NHS_GB = "nhs_gb"
    MEDICARE_AU = "medicare_au"
    ITIN_US = "itin_us"
    TAX_ID_AU = "tax_id_au"
    TAX_ID_GB = "tax_id_gb"
    TAX_ID_IN = "tax_id_in"
    TAX_ID_PL = "tax_id_pl"
    TAX_ID_PT = "tax_id_pt"
    TAX_NUMBER_DE = "tax_number_de"
    PLATE_CN = "plate_cn"
    PLATE_KR = "plate_kr"
    PLATE_IR = "plate_ir"

    # of firms, and of people who trade in their own name
    BUSINESS_AU = "business_au"
    BUSINESS_BR = "business_br"
    BUSINESS_ES = "business_es"
    BUSINESS_KR = "business_kr"
    BUSINESS_TW = "business_tw"
    EIN_US = "ein_us"
    LEGAL_ID_IR = "legal_id_ir"
    SIREN_FR = "siren_fr"
    SIRET_FR = "siret_fr"
    USCC_CN = "uscc_cn"
    VAT_ID = "vat_id"
    VAT_IT = "vat_it"

    IP_ADDRESS = "ip_address"
    MAC_ADDRESS = "mac_address"

    PASSWORD_HASH = "password_hash"  # noqa: S105  the name of a kind
    HEX_DIGEST = "hex_digest"
    API_KEY = "api_key"
    PRIVATE_KEY = "private_key"

    HEALTH = "health"
    BELIEF = "belief"
    POLITICS = "politics"
    TRADE_UNION = "trade_union"
    SEX_LIFE = "sex_life"
    ETHNICITY = "ethnicity"
    BIOMETRIC = "biometric"
    GENETIC = "genetic"
    CRIMINAL = "criminal"
