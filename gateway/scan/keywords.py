"""The words by which titles and cells name a kind of data, in the languages of our lists.

One string a kind, words parted by commas; a blank inside a word stands for a blank, a sign or nothing
("national code" names `national_code` and `NationalCode`). Lower case, Persian letters for Arabic ones.
Must hold no word that also names a harmless number: "number", "code" and "id" alone are none.
"""

from gateway.scan.kind import Kind

WORDS: dict[Kind, str] = {
    Kind.EMAIL: (
        "email, e mail, mail, courriel, correo, posta elettronica, 이메일, 메일, 电子邮件, 邮箱, 邮件, "
        "電子郵件, 電郵, 信箱, ایمیل, پست الکترونیک, رایانامه, メール"
    ),
    Kind.PHONE: (
        "phone, mobile, mobil, tel, tél, telefon, telephone, téléphone, teléfono, telefono, handy, "
        "rufnummer, portable, gsm, fax, whatsapp, wechat, call, cell, cellulare, móvil, 휴대, 핸드폰, 전화, "
        "연락처, 手机, 手機, 电话, 電話, 座机, 联系方式, 聯絡, موبایل, تلفن, همراه, تماس, 携帯"
    ),
    Kind.POSTAL_ADDRESS: (
        "address, addr, street, anschrift, adresse, straße, strasse, wohnort, dirección, indirizzo, 주소, "
        "地址, 住址, 住所, نشانی, آدرس"
    ),
    Kind.POSTAL_CODE_IR: "postal code, postcode, zip, zipcode, کد پستی, پستی",
    Kind.NAME: (
        "name, surname, first name, last name, full name, vorname, nachname, prénom, nom, nombre, apellido, "
        "cognome, 이름, 성명, 성함, 姓名, 名字, 氏名, نام, نام خانوادگی"
    ),
    Kind.BIRTH_DATE: (
        "birth date, date of birth, birthday, dob, born, geburt, geboren, naissance, né le, née le, "
        "nacimiento, nascita, 생년월일, 생일, 출생, 出生, 生日, 誕生日, 生年月日, تولد"
    ),
    Kind.CARD: (
        "card, kreditkarte, karte, kartennummer, carte, cb, tarjeta, carta di credito, pan, visa, "
        "mastercard, amex, 카드, 卡号, 银行卡, 信用卡, 卡號, 銀行卡, کارت, カード"
    ),
    Kind.IBAN: (
        "iban, sheba, shaba, konto, account, compte, cuenta, conto, 계좌, 账号, 帳號, 银行账户, شبا, حساب, 口座"
    ),
    Kind.NATIONAL_ID_AT: "svnr, sozialversicherung, versicherungsnummer, vsnr",
    Kind.NATIONAL_ID_BE: "rijksregister, registre national, niss, insz, nrn",
    Kind.NATIONAL_ID_BG: "egn, егн",
    Kind.NATIONAL_ID_BR: "cpf",
    Kind.NATIONAL_ID_CA: "sin, social insurance, assurance sociale, nas",
    Kind.NATIONAL_ID_CH: "ahv, avs, ssn, sozialversicherung",
    Kind.NATIONAL_ID_CN: "身份证, 公民身份号码, 证件号, id card, resident id, 身份號碼, 居民身份证, cn id",
    Kind.NATIONAL_ID_CY: "tic, τιν, αφμ, tax id",
    Kind.NATIONAL_ID_CZ: "rodné číslo, rodne cislo, rč",
    Kind.NATIONAL_ID_DE: "steuer id, steueridentifikation, identifikationsnummer, steuer, idnr, tin, steuerliche",
    Kind.NATIONAL_ID_DK: "cpr, personnummer",
    Kind.NATIONAL_ID_EE: "isikukood, asmens kodas, ik, personal code",
    Kind.NATIONAL_ID_ES: "dni, nie, nif, documento nacional, identidad",
    Kind.NATIONAL_ID_FI: "hetu, henkilötunnus, personbeteckning",
    Kind.NATIONAL_ID_FR: "nir, sécurité sociale, securite sociale, sécu, numéro de sécu, insee, n° ss",
    Kind.NATIONAL_ID_GB: "nino, national insurance, ni number, ni no, ni",
    Kind.NATIONAL_ID_GR: "amka, αμκα",
    Kind.NATIONAL_ID_HK: "hkid, 身份證, 身分證, identity card",
    Kind.NATIONAL_ID_HR: "oib",
    Kind.NATIONAL_ID_HU: "személyi, személyi szám, adóazonosító",
    Kind.NATIONAL_ID_IE: "pps, ppsn",
    Kind.NATIONAL_ID_IN: "aadhaar, aadhar, uidai, आधार",
    Kind.NATIONAL_ID_IR: (
        "کد ملی, کدملی, شماره ملی, ملی, national code, national id, codemelli, code meli, melli, meli"
    ),
    Kind.NATIONAL_ID_IT: "codice fiscale, cod fisc, cf",
    Kind.NATIONAL_ID_JP: "my number, マイナンバー, 個人番号",
    Kind.NATIONAL_ID_KR: "주민, 주민등록, 주민번호, rrn, 외국인등록, 외국인번호, 등록번호",
    Kind.NATIONAL_ID_LU: "matricule, cns",
    Kind.NATIONAL_ID_LV: "personas kods",
    Kind.NATIONAL_ID_MO: "澳門, 澳门, macau, macao, bir",
    Kind.NATIONAL_ID_MT: "id card, karta tal identita",
    Kind.NATIONAL_ID_NL: "bsn, burgerservicenummer, sofinummer, sofi",
    Kind.NATIONAL_ID_NO: "fødselsnummer, fodselsnummer, personnummer, fnr",
    Kind.NATIONAL_ID_PL: "pesel",
    Kind.NATIONAL_ID_PT: "cartão de cidadão, cartao de cidadao, cc, bi",
    Kind.NATIONAL_ID_RO: "cnp, cod numeric personal",
    Kind.NATIONAL_ID_SE: "personnummer, pnr",
    Kind.NATIONAL_ID_SI: "emšo, emso, jmbg",
    Kind.NATIONAL_ID_TR: "tckn, tc kimlik, kimlik",
    Kind.NATIONAL_ID_TW: "身分證, 身份證, 統一證號, 身分證字號, taiwan id, tw id",
    Kind.NATIONAL_ID_US: "ssn, social security",
    Kind.RESIDENT_ID_TW: "居留證, 居留, 統一證號, 身分證, 身份證, arc",
    Kind.PERMIT_CN: "通行证, 通行證, 回乡证, 回鄉證, 台胞证, 台胞證, permit",
    Kind.PASSPORT: (
        "passport, reisepass, passnummer, passeport, pasaporte, passaporto, 护照, 護照, 여권, گذرنامه, "
        "پاسپورت, 旅券, パスポート"
    ),
    Kind.PASSPORT_CN: "passport, 护照, 護照",
    Kind.PASSPORT_KR: "passport, 여권",
    Kind.DRIVER_LICENCE_KR: "운전면허, 면허번호, 면허, driver licence, driver license, driving licence",
    Kind.IDENTITY_CARD_DE: "personalausweis, ausweis, reisepass, passnummer",
    Kind.SOCIAL_SECURITY_DE: "sozialversicherung, rentenversicherung, versicherungsnummer, svnr, rvnr, sv nummer",
    Kind.NHS_GB: "nhs",
    Kind.MEDICARE_AU: "medicare",
    Kind.ITIN_US: "itin, taxpayer",
    Kind.TAX_ID_AU: "tfn, tax file",
    Kind.TAX_ID_GB: "utr, unique taxpayer, tax reference",
    Kind.TAX_ID_IN: "pan, permanent account",
    Kind.TAX_ID_PL: "nip",
    Kind.TAX_ID_PT: "nif, contribuinte",
    Kind.TAX_NUMBER_DE: "steuernummer, steuer nr, st nr, stnr",
    Kind.PLATE_CN: "车牌, 車牌, plate",
    Kind.PLATE_KR: "차량번호, 차량, 번호판, 차번호, plate",
    Kind.PLATE_IR: "پلاک, plate",
    Kind.BUSINESS_AU: "abn",
    Kind.BUSINESS_BR: "cnpj",
    Kind.BUSINESS_ES: "cif, nif",
    Kind.BUSINESS_KR: "사업자, brn, business registration",
    Kind.BUSINESS_TW: "統編, 統一編號, ubn",
    Kind.EIN_US: "ein, employer identification, fein",
    Kind.LEGAL_ID_IR: "شناسه ملی, legal id",
    Kind.SIREN_FR: "siren",
    Kind.SIRET_FR: "siret",
    Kind.USCC_CN: "统一社会信用代码, 社会信用, 信用代码, uscc",
    Kind.VAT_ID: "vat, ust id, ustid, umsatzsteuer, tva, iva, btw, uid",
    Kind.VAT_IT: "partita iva, p iva, piva",
    Kind.IP_ADDRESS: "ip, ip address, ip addr, ipv4, ipv6, client ip, remote addr, 아이피, آی پی",
    Kind.MAC_ADDRESS: "mac, mac address, hwaddr, bssid",
    Kind.PASSWORD_HASH: (
        "password, passwd, pwd, passhash, passwort, kennwort, mot de passe, contraseña, 비밀번호, 密码, "
        "密碼, رمز, رمز عبور, 暗証"
    ),
    Kind.HEX_DIGEST: "hash, md5, sha1, sha256, sha512, digest",
    Kind.API_KEY: "api key, apikey, token, secret, access key, bearer, schlüssel, 密钥, 令牌, 토큰",
    Kind.PRIVATE_KEY: "private key, privatekey, pem, ssh key",
    Kind.HEALTH: (
        "health, disease, diagnosis, illness, disability, gesundheit, krankheit, diagnose, behinderung, "
        "santé, maladie, 건강, 질병, 병명, 진단, 장애, 健康, 疾病, 病史, 诊断, 診斷, سلامت, بیماری, تشخیص"
    ),
    Kind.BELIEF: (
        "religion, belief, faith, denomination, konfession, glaube, croyance, 종교, 신앙, 宗教, 信仰, مذهب, دین"
    ),
    Kind.POLITICS: (
        "political, politics, party membership, partei, parti politique, 정당, 정치, 政治面貌, 政治, 党派, "
        "黨派, حزب, سیاسی"
    ),
    Kind.TRADE_UNION: "union, gewerkschaft, syndicat, 노조, 노동조합, 工会, 工會, اتحادیه, سندیکا",
    Kind.SEX_LIFE: (
        "sexual orientation, sex life, sexuelle, orientation sexuelle, 성적지향, 성생활, 性取向, 性傾向, گرایش جنسی"
    ),
    Kind.ETHNICITY: (
        "ethnicity, ethnic, race, ethnie, rasse, origine ethnique, 인종, 민족, 民族, 种族, 種族, قومیت, نژاد"
    ),
    Kind.BIOMETRIC: (
        "biometric, fingerprint, faceprint, iris scan, fingerabdruck, biométrique, 지문, 생체, 指纹, 指紋, "
        "人脸, 人臉, اثر انگشت"
    ),
    Kind.GENETIC: "genetic, genome, dna, genetisch, génétique, 유전, 基因, ژنتیک",
    Kind.CRIMINAL: (
        "criminal, conviction, offence, vorstrafe, straftat, casier judiciaire, 전과, 범죄, 犯罪, 前科, "
        "سوء پیشینه, محکومیت"
    ),
}


def words(kind: Kind) -> tuple[str, ...]:
    """Give the words that name a kind; lower case, blanks inside kept."""
    return tuple(word.strip() for word in WORDS[kind].split(","))
