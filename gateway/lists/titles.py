"""What the columns of lists are called in the languages that lists come in.

A title is compared without case, blanks and punctuation. Must never hold a title that means two fields in its
own language; a word that is too general is left out, and the sender maps the column.
"""

TITLES: dict[str, str] = {
    "email": (
        "email; e-mail; mail; emailaddress; e-mail address; mail address; e-mail-adresse; "
        "mailadresse; 이메일; 이메일주소; 메일; 전자우편; 邮箱; 电子邮箱; 电子邮件; 邮箱地址; "
        "邮件地址; 電子郵件; 電郵; 信箱; 電子信箱; ایمیل; پست الکترونیک; پست الکترونیکی; "
        "نشانی ایمیل; آدرس ایمیل"
    ),
    "phone": (
        "phone; phone number; telephone; tel; mobile; mobile phone; mobile number; cell; cell phone; "
        "cellphone; msisdn; telefon; telefonnummer; handy; handynummer; mobil; mobilnummer; "
        "mobiltelefon; 전화; 전화번호; 휴대전화; 휴대폰; 휴대폰번호; 휴대전화번호; 핸드폰; 연락처; "
        "手机; 手机号; 手机号码; 电话; 电话号码; 联系电话; 移动电话; 手機; 手機號碼; 手機號; 電話; "
        "電話號碼; 行動電話; 聯絡電話; تلفن; شماره تلفن; موبایل; شماره موبایل; تلفن همراه; همراه; "
        "شماره همراه"
    ),
    "name": (
        "name; full name; fullname; customer name; customer; kunde; kundenname; vollständiger name; "
        "이름; 성명; 성함; 고객명; 회원명; 姓名; 名字; 客户姓名; 客戶姓名; 會員姓名; 会员姓名; "
        "نام و نام خانوادگی; نام کامل; نام مشتری"
    ),
    "given_name": ("given name; first name; firstname; forename; vorname; 名; نام; نام کوچک"),
    "family_name": (
        "family name; last name; lastname; surname; nachname; familienname; zuname; 성; 姓; 姓氏; "
        "نام خانوادگی; فامیلی; نام فامیل"
    ),
    "postal_address": (
        "postal address; address; street; street address; address1; address line 1; mailing address; "
        "adresse; anschrift; straße; strasse; straße und hausnummer; straße hausnummer; "
        "postanschrift; 주소; 도로명주소; 우편주소; 地址; 详细地址; 通讯地址; 联系地址; 收货地址; "
        "通訊地址; 聯絡地址; 郵寄地址; 住址; آدرس; نشانی; آدرس پستی; نشانی پستی"
    ),
    "postal_code": (
        "postal code; postcode; post code; zip; zip code; zipcode; plz; postleitzahl; 우편번호; "
        "邮编; 邮政编码; 郵遞區號; 郵政編碼; کد پستی; کدپستی"
    ),
    "city": ("city; town; ort; stadt; wohnort; 도시; 시군구; 城市; 所在城市; 縣市; شهر"),
    "region": ("region; state; province; county; bundesland; 시도; 省份; 省; استان"),
    "country": ("country; country code; land; ländercode; 국가; 나라; 国家; 國家; 國別; کشور"),
    "birth_date": (
        "birth date; birthdate; date of birth; dob; birthday; geburtsdatum; geburtstag; 생년월일; "
        "생일; 出生日期; 生日; 出生年月日; تاریخ تولد"
    ),
    "birth_year": ("birth year; year of birth; yob; geburtsjahr; 출생연도; 출생년도; 생년; 出生年份; 出生年; سال تولد"),
    "language": ("language; lang; locale; preferred language; sprache; 언어; 语言; 語言; 語系; زبان"),
    "external_id": (
        "external id; customer id; customer number; customer no; member id; member number; id; "
        "user id; account number; client id; loyalty id; kundennummer; kundennr; kunden-id; "
        "kunden-nr; mitgliedsnummer; 고객번호; 회원번호; 회원아이디; 客户编号; 会员编号; 会员号; "
        "客户号; 客戶編號; 會員編號; 會員號碼; 會員卡號; شماره مشتری; شماره عضویت; کد مشتری; "
        "کد اشتراک"
    ),
    "national_id": (
        "national id; national id number; identity number; ssn; social security number; nino; "
        "national insurance number; steuer-id; steueridentifikationsnummer; personalausweisnummer; "
        "주민등록번호; 주민번호; 身份证; 身份证号; 身份证号码; 身分證; 身分證字號; 身分證號碼; "
        "کد ملی; شماره ملی; کدملی"
    ),
    "consent_email": (
        "consent email; email consent; email opt-in; opt in email; email optin; einwilligung e-mail; "
        "e-mail-einwilligung; newsletter-einwilligung; 수신동의 이메일; 이메일 수신동의; "
        "이메일수신동의여부; 同意邮件; 邮件订阅同意; 邮件同意; 同意電子郵件; 電子郵件同意; "
        "同意接收電子郵件; رضایت ایمیل; موافقت ایمیل"
    ),
    "consent_sms": (
        "consent sms; sms consent; sms opt-in; text consent; opt in sms; einwilligung sms; "
        "sms-einwilligung; 수신동의 문자; 문자 수신동의; 수신동의 sms; sms 수신동의; "
        "문자수신동의여부; 同意短信; 短信同意; 同意簡訊; 簡訊同意; 同意接收簡訊; رضایت پیامک; "
        "موافقت پیامک"
    ),
    "consent_post": (
        "consent post; post consent; mail consent; postal consent; einwilligung post; 수신동의 우편; "
        "우편 수신동의; 同意邮寄; 邮寄同意; 同意郵寄; 郵寄同意; رضایت پست; موافقت پست"
    ),
    "consent_voice": (
        "consent voice; consent phone; phone consent; call consent; voice consent; "
        "einwilligung telefon; telefoneinwilligung; 수신동의 전화; 전화 수신동의; 同意电话; "
        "电话同意; 同意電話; 電話同意; رضایت تماس; موافقت تماس"
    ),
    "consent_at": (
        "consent at; consent date; consent time; consent timestamp; consented at; opt-in date; "
        "opt-in time; einwilligung am; einwilligungsdatum; datum der einwilligung; 동의일시; 동의일; "
        "동의일자; 수신동의일; 수신동의일시; 同意时间; 同意日期; 同意時間; تاریخ رضایت; زمان رضایت; "
        "تاریخ موافقت"
    ),
    "consent_wording": (
        "consent wording; consent text; consent version; wording version; wording; "
        "einwilligungstext; einwilligungsversion; 동의문구; 동의문구버전; 동의서버전; 同意文本; "
        "同意书版本; 同意文字; 同意書版本; متن رضایت; نسخه متن رضایت"
    ),
    "consent_method": (
        "consent method; consent source; opt-in method; consent channel; einwilligung art; "
        "art der einwilligung; einwilligungsart; 동의방법; 동의방식; 동의경로; 同意方式; 同意途径; "
        "同意途徑; روش رضایت"
    ),
    "withdrawn_at": (
        "withdrawn at; withdrawal date; opt-out date; opted out at; unsubscribed at; "
        "unsubscribe date; widerruf; widerruf am; widerrufsdatum; 철회일시; 철회일; 수신거부일; "
        "수신거부일시; 撤回时间; 退订时间; 撤回時間; 退訂時間; تاریخ لغو; تاریخ انصراف"
    ),
    "purchase_at": (
        "purchase at; purchase date; last purchase; last purchase date; last order; last order date; "
        "order date; letzter kauf; kaufdatum; letzte bestellung; bestelldatum; 구매일; 최근구매일; "
        "마지막구매일; 购买日期; 最近购买; 最近购买日期; 最後購買日; 購買日期; 最近購買日期; "
        "آخرین خرید; تاریخ خرید; تاریخ آخرین خرید"
    ),
    "inquiry_at": (
        "inquiry at; enquiry date; inquiry date; last inquiry; anfrage am; anfragedatum; 문의일; "
        "상담일; 咨询日期; 諮詢日期; تاریخ استعلام; تاریخ درخواست"
    ),
    "product_category": (
        "product category; category; product group; warengruppe; produktgruppe; produktkategorie; "
        "kategorie; 상품군; 상품분류; 제품군; 구매상품군; 产品类别; 商品类别; 產品類別; 商品類別; "
        "گروه کالا; دسته کالا; دسته محصول"
    ),
    "notes": (
        "notes; note; comment; comments; remarks; bemerkung; bemerkungen; notiz; notizen; anmerkung; "
        "비고; 메모; 备注; 備註; یادداشت; توضیحات; ملاحظات"
    ),
    "password_hash": (
        "password hash; password; passwd; pwd; pass; hash; hashed password; passwort; passworthash; "
        "kennwort; 비밀번호; 암호; 密码; 密碼; رمز عبور; گذرواژه; کلمه عبور"
    ),
    "named_recipient": (
        "named recipient; recipient; recipients; partner named; recipient named; disclosed to; "
        "empfänger; genannter empfänger; 제공받는자; 제공받는 자; 제3자제공; 接收方; 接收者; "
        "第三方接收方; 接收對象; 提供對象; 第三方接收者; گیرنده; گیرنده داده"
    ),
}
