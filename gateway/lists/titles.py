"""What the columns of lists are called in the languages that lists come in.

A title is compared without case, blanks and punctuation. Must never hold a title that means two fields in its
own language; a word that is too general is left out, and the sender maps the column.
"""

TITLES: dict[str, str] = {
    "email": (
        "email; e-mail; mail; emailaddress; e-mail address; mail address; e-mail-adresse; mailadresse; "
        "이메일; 이메일주소; 메일; 전자우편; 邮箱; 电子邮箱; 电子邮件; 邮箱地址; 邮件地址; 電子郵件; 電郵; "
        "信箱; 電子信箱; ایمیل; پست الکترونیک; پست الکترونیکی; نشانی ایمیل; آدرس ایمیل; adresse e-mail; "
        "adresse mail; adresse électronique; courriel; adresse courriel; mél; e-mail 1 - value; "
        "primary email; work email; contact email; customer email; billing email; subscriber email; "
        "e-mail privat; e-mail geschäftlich; 고객이메일; 회원이메일; 메일주소; 电邮; 电子邮箱地址; "
        "电子邮件地址; 邮箱账号; 电邮地址; 電子郵件地址; 電郵地址; e-mail信箱; رایانامه; ایمیل مشتری; "
        "ایمیل کاربر"
    ),
    "phone": (
        "phone; phone number; telephone; tel; mobile; mobile phone; mobile number; cell; cell phone; "
        "cellphone; msisdn; telefon; telefonnummer; handy; handynummer; mobil; mobilnummer; mobiltelefon; "
        "전화; 전화번호; 휴대전화; 휴대폰; 휴대폰번호; 휴대전화번호; 핸드폰; 연락처; 手机; 手机号; 手机号码; "
        "电话; 电话号码; 联系电话; 移动电话; 手機; 手機號碼; 手機號; 電話; 電話號碼; 行動電話; 聯絡電話; "
        "تلفن; شماره تلفن; موبایل; شماره موبایل; تلفن همراه; همراه; شماره همراه; téléphone; "
        "telephone number; numéro de téléphone; n° de téléphone; téléphone portable; téléphone mobile; tél; "
        "portable; numéro de portable; mobile phone number; cell number; primary phone; contact phone; "
        "contact number; customer phone; billing phone; phone 1 - value; sms phone number; rufnummer; "
        "telefon mobil; telefon privat; telefonnr; telnr; handynr; mobilfunknummer; 고객전화번호; "
        "고객연락처; 휴대번호; 폰번호; 手机电话; 联系手机; 电话号; 移动电话号码; 手機電話; 聯絡手機; "
        "連絡電話; 行動電話號碼; 市話; شماره تماس; تلفن تماس; تلفن ثابت; شماره تلفن همراه; موبایل مشتری; "
        "شماره موبایل مشتری; شماره همراه مشتری"
    ),
    "name": (
        "name; full name; fullname; customer name; customer; kunde; kundenname; vollständiger name; 이름; "
        "성명; 성함; 고객명; 회원명; 姓名; 名字; 客户姓名; 客戶姓名; 會員姓名; 会员姓名; نام و نام خانوادگی; "
        "نام کامل; نام مشتری; nom complet; nom et prénom; nom prénom; prénom et nom; nom du client; client; "
        "contact name; display name; subscriber name; member name; vor- und nachname; vorname nachname; "
        "name, vorname; ansprechpartner; kontaktname; 고객이름; 회원이름; 고객성명; 수령인; 真实姓名; "
        "会员名; 收货人; 收货人姓名; 真實姓名; 收件人姓名; نام و فامیل; نام مشترک; نام کاربر"
    ),
    "given_name": (
        "given name; first name; firstname; forename; vorname; 名; نام; نام کوچک; prénom; prenom; "
        "prénom usuel; contact first name; billing first name; rufname; اسم; اسم کوچک"
    ),
    "family_name": (
        "family name; last name; lastname; surname; nachname; familienname; zuname; 성; 姓; 姓氏; "
        "نام خانوادگی; فامیلی; نام فامیل; nom; nom de famille; contact last name; billing last name; "
        "second name; 성씨; فامیلی مشتری"
    ),
    "postal_address": (
        "postal address; address; street; street address; address1; address line 1; mailing address; "
        "adresse; anschrift; straße; strasse; straße und hausnummer; straße hausnummer; postanschrift; 주소; "
        "도로명주소; 우편주소; 地址; 详细地址; 通讯地址; 联系地址; 收货地址; 通訊地址; 聯絡地址; 郵寄地址; "
        "住址; آدرس; نشانی; آدرس پستی; نشانی پستی; adresse postale; adresse 1; ligne d'adresse 1; rue; "
        "numéro et rue; voie; mailing street; billing address; billing address 1; shipping address; "
        "shipping address 1; home address; address street; default address address1; straße nr; "
        "straße/hausnr; wohnadresse; lieferadresse; rechnungsadresse; adresszeile 1; 자택주소; 집주소; "
        "배송지; 배송지주소; 거주지주소; 家庭地址; 收件地址; 邮寄地址; 街道地址; 通訊住址; 居住地址; "
        "戶籍地址; آدرس منزل; نشانی منزل; آدرس مشتری; محل سکونت"
    ),
    "postal_code": (
        "postal code; postcode; post code; zip; zip code; zipcode; plz; postleitzahl; 우편번호; 邮编; "
        "邮政编码; 郵遞區號; 郵政編碼; کد پستی; کدپستی; code postal; cp; zip/postal code; "
        "mailing zip/postal code; billing postcode; shipping postcode; billing zip; 배송지우편번호; "
        "邮编号码; 邮政区号; 郵政區號; 郵編; 郵遞區碼; کد پستی ده رقمی"
    ),
    "city": (
        "city; town; ort; stadt; wohnort; 도시; 시군구; 城市; 所在城市; 縣市; شهر; ville; commune; localité; "
        "mailing city; billing city; shipping city; stadt/ort; 도시명; 市; 所在市; 縣市別; شهرستان; نام شهر"
    ),
    "region": (
        "region; state; province; county; bundesland; 시도; 省份; 省; استان; région; département; "
        "state/region; state/province; mailing state/province; billing state; kanton; 광역시도; 所在省份; "
        "州省; نام استان; ایالت"
    ),
    "country": (
        "country; country code; land; ländercode; 국가; 나라; 国家; 國家; 國別; کشور; pays; code pays; "
        "country/region; mailing country; billing country; shipping country; country name; staat; 국가코드; "
        "나라명; 国家/地区; 所在国家; 国家代码; 國家/地區; 國家代碼; کد کشور; نام کشور"
    ),
    "birth_date": (
        "birth date; birthdate; date of birth; dob; birthday; geburtsdatum; geburtstag; 생년월일; 생일; "
        "出生日期; 生日; 出生年月日; تاریخ تولد; date de naissance; né le; née le; anniversaire; geb.-datum; "
        "geboren am; geb. am; 생년월일8자리; 출생일; 출생일자; 出生日; 生日日期; 出生時間; تولد; روز تولد; "
        "ت. تولد"
    ),
    "birth_year": (
        "birth year; year of birth; yob; geburtsjahr; 출생연도; 출생년도; 생년; 出生年份; 出生年; سال تولد; "
        "année de naissance; annee de naissance; jahrgang; 出生年度; سال تولد مشتری"
    ),
    "language": (
        "language; lang; locale; preferred language; sprache; 언어; 语言; 語言; 語系; زبان; langue; "
        "langue préférée; code langue; language code; bevorzugte sprache; korrespondenzsprache; 사용언어; "
        "선호언어; 语言偏好; 首选语言; 语种; 偏好語言; 慣用語言; زبان ترجیحی"
    ),
    "external_id": (
        "external id; customer id; customer number; customer no; member id; member number; id; user id; "
        "account number; client id; loyalty id; kundennummer; kundennr; kunden-id; kunden-nr; "
        "mitgliedsnummer; 고객번호; 회원번호; 회원아이디; 客户编号; 会员编号; 会员号; 客户号; 客戶編號; "
        "會員編號; 會員號碼; 會員卡號; شماره مشتری; شماره عضویت; کد مشتری; کد اشتراک; identifiant client; "
        "numéro client; n° client; no client; code client; numéro de client; numéro d'adhérent; "
        "numéro de membre; id client; record id; contact id; lead id; subscriber id; uuid; euid; crm id; "
        "customer key; membership number; membership id; loyalty number; debitorennummer; mitglieds-nr; "
        "kundennummer crm; 고객id; 고객아이디; 회원id; 고객코드; 회원코드; 客户id; 会员id; 用户id; 用户编号; "
        "客户代码; 客户编码; 会员卡号; 客戶id; 會員id; 會員代碼; 客戶代碼; 會員證號; شناسه مشتری; "
        "شناسه کاربری; شناسه عضویت; کد عضویت; شماره مشترک; کد مشترک"
    ),
    "national_id": (
        "national id; national id number; identity number; ssn; social security number; nino; "
        "national insurance number; steuer-id; steueridentifikationsnummer; personalausweisnummer; "
        "주민등록번호; 주민번호; 身份证; 身份证号; 身份证号码; 身分證; 身分證字號; 身分證號碼; کد ملی; "
        "شماره ملی; کدملی; numéro de sécurité sociale; n° de sécurité sociale; nir; numéro insee; "
        "numéro national; numéro de carte d'identité; social security no; national insurance no; "
        "sozialversicherungsnummer; personalausweisnr; 주민번호전체; 居民身份证号; 居民身份证号码; "
        "公民身份号码; 身份证件号码; 身份證字號; 身分證統一編號; 國民身分證; 身份證號碼; کد ملی مشتری; "
        "شماره کد ملی"
    ),
    "consent_email": (
        "consent email; email consent; email opt-in; opt in email; email optin; einwilligung e-mail; "
        "e-mail-einwilligung; newsletter-einwilligung; 수신동의 이메일; 이메일 수신동의; 이메일수신동의여부; "
        "同意邮件; 邮件订阅同意; 邮件同意; 同意電子郵件; 電子郵件同意; 同意接收電子郵件; رضایت ایمیل; "
        "موافقت ایمیل; consentement e-mail; consentement courriel; opt-in courriel; accord e-mail; "
        "accepts email marketing; email marketing consent; email permission; newsletter consent; "
        "einwilligung newsletter; werbeeinwilligung e-mail; einwilligung werbung per e-mail; 이메일수신여부; "
        "메일수신동의; 메일수신여부; 邮件营销同意; 是否同意接收邮件; 电子邮件同意; 是否同意接收電子郵件; "
        "電郵同意; رضایت دریافت ایمیل; موافقت با دریافت ایمیل"
    ),
    "consent_sms": (
        "consent sms; sms consent; sms opt-in; text consent; opt in sms; einwilligung sms; sms-einwilligung; "
        "수신동의 문자; 문자 수신동의; 수신동의 sms; sms 수신동의; 문자수신동의여부; 同意短信; 短信同意; "
        "同意簡訊; 簡訊同意; 同意接收簡訊; رضایت پیامک; موافقت پیامک; consentement sms; accord sms; "
        "accepts sms marketing; sms marketing consent; sms permission; werbeeinwilligung sms; "
        "einwilligung werbung per sms; sms수신여부; 문자수신여부; sms수신동의여부; 短信营销同意; "
        "是否同意接收短信; 是否同意接收簡訊; رضایت دریافت پیامک; موافقت با دریافت پیامک"
    ),
    "consent_post": (
        "consent post; post consent; mail consent; postal consent; einwilligung post; 수신동의 우편; "
        "우편 수신동의; 同意邮寄; 邮寄同意; 同意郵寄; 郵寄同意; رضایت پست; موافقت پست; "
        "consentement courrier; consentement postal; optin courrier; accord courrier; "
        "accepts postal marketing; werbeeinwilligung post; 우편수신여부; 우편수신동의여부; 是否同意邮寄; "
        "是否同意郵寄; رضایت دریافت پست"
    ),
    "consent_voice": (
        "consent voice; consent phone; phone consent; call consent; voice consent; einwilligung telefon; "
        "telefoneinwilligung; 수신동의 전화; 전화 수신동의; 同意电话; 电话同意; 同意電話; 電話同意; "
        "رضایت تماس; موافقت تماس; consentement téléphone; consentement appel; optin téléphone; "
        "accord téléphone; werbeeinwilligung telefon; opt-in telefon; 전화수신여부; 전화수신동의여부; "
        "电话营销同意; 是否同意电话; 電話行銷同意; رضایت تماس تلفنی"
    ),
    "consent_at": (
        "consent at; consent date; consent time; consent timestamp; consented at; opt-in date; opt-in time; "
        "einwilligung am; einwilligungsdatum; datum der einwilligung; 동의일시; 동의일; 동의일자; "
        "수신동의일; 수신동의일시; 同意时间; 同意日期; 同意時間; تاریخ رضایت; زمان رضایت; تاریخ موافقت; "
        "date de consentement; date du consentement; consenti le; date opt-in; "
        "date d'inscription newsletter; confirm time; opt-in timestamp; email marketing consent timestamp; "
        "opt-in-datum; zeitpunkt der einwilligung; eingewilligt am; doi-datum; 동의날짜; 동의시각; "
        "수신동의날짜; 수신동의일자; 授权时间; 同意日; 授權時間; زمان موافقت; تاریخ و زمان رضایت"
    ),
    "consent_wording": (
        "consent wording; consent text; consent version; wording version; wording; einwilligungstext; "
        "einwilligungsversion; 동의문구; 동의문구버전; 동의서버전; 同意文本; 同意书版本; 同意文字; "
        "同意書版本; متن رضایت; نسخه متن رضایت; texte du consentement; version du consentement; "
        "libellé du consentement; consent language version; text der einwilligung; version der einwilligung; "
        "동의서문구; 同意书文本; 同意書文字; متن موافقت"
    ),
    "consent_method": (
        "consent method; consent source; opt-in method; consent channel; einwilligung art; "
        "art der einwilligung; einwilligungsart; 동의방법; 동의방식; 동의경로; 同意方式; 同意途径; 同意途徑; "
        "روش رضایت; mode de consentement; méthode de consentement; origine du consentement; opt-in source; "
        "opt-in-art; herkunft der einwilligung; 수집방법; 授权方式; 授權方式; نحوه رضایت; شیوه رضایت; "
        "نحوه دریافت رضایت"
    ),
    "withdrawn_at": (
        "withdrawn at; withdrawal date; opt-out date; opted out at; unsubscribed at; unsubscribe date; "
        "widerruf; widerruf am; widerrufsdatum; 철회일시; 철회일; 수신거부일; 수신거부일시; 撤回时间; "
        "退订时间; 撤回時間; 退訂時間; تاریخ لغو; تاریخ انصراف; date de retrait; date de désinscription; "
        "désabonné le; désinscrit le; date de désabonnement; retiré le; unsub time; unsubscribe time; "
        "unsubscribed date; opt-out time; abgemeldet am; abmeldedatum; widerrufen am; 수신거부날짜; "
        "수신거부일자; 동의철회일; 동의철회일시; 退订日期; 取消订阅时间; 撤回日期; 退訂日期; 取消訂閱時間; "
        "تاریخ لغو عضویت; تاریخ لغو اشتراک; زمان انصراف"
    ),
    "purchase_at": (
        "purchase at; purchase date; last purchase; last purchase date; last order; last order date; "
        "order date; letzter kauf; kaufdatum; letzte bestellung; bestelldatum; 구매일; 최근구매일; "
        "마지막구매일; 购买日期; 最近购买; 最近购买日期; 最後購買日; 購買日期; 最近購買日期; آخرین خرید; "
        "تاریخ خرید; تاریخ آخرین خرید; date d'achat; dernier achat; date du dernier achat; date de commande; "
        "dernière commande; date de dernière commande; last order at; last purchased at; datum letzter kauf; "
        "datum letzte bestellung; datum der letzten bestellung; 최종구매일; 최근주문일; 최종주문일; 주문일; "
        "주문일자; 구매일자; 购买时间; 最后购买日期; 最近一次购买; 最近消费日期; 最后消费日期; 下单时间; "
        "最近下单时间; 订单日期; 購買時間; 最近消費日; 最近消費日期; 最後消費日期; 訂單日期; تاریخ سفارش; "
        "آخرین سفارش; تاریخ آخرین سفارش"
    ),
    "inquiry_at": (
        "inquiry at; enquiry date; inquiry date; last inquiry; anfrage am; anfragedatum; 문의일; 상담일; "
        "咨询日期; 諮詢日期; تاریخ استعلام; تاریخ درخواست; date de demande; dernière demande; last enquiry; "
        "date of enquiry; letzte anfrage; datum der anfrage; 문의일자; 상담일자; 문의날짜; 咨询时间; "
        "諮詢時間; تاریخ مشاوره"
    ),
    "product_category": (
        "product category; category; product group; warengruppe; produktgruppe; produktkategorie; kategorie; "
        "상품군; 상품분류; 제품군; 구매상품군; 产品类别; 商品类别; 產品類別; 商品類別; گروه کالا; دسته کالا; "
        "دسته محصول; catégorie; catégorie de produit; catégorie produit; famille de produits; product type; "
        "artikelgruppe; produktart; 카테고리; 상품카테고리; 상품유형; 商品类目; 产品分类; 商品分类; 品类; "
        "產品分類; 商品分類; 品類; گروه محصول; دسته بندی; دسته بندی محصول; دسته بندی کالا"
    ),
    "notes": (
        "notes; note; comment; comments; remarks; bemerkung; bemerkungen; notiz; notizen; anmerkung; 비고; "
        "메모; 备注; 備註; یادداشت; توضیحات; ملاحظات; remarque; remarques; commentaire; commentaires; "
        "observations; hinweise; kommentar; kommentare; description; memo; 특이사항; 참고사항; 备注信息; "
        "附註; 註記; توضیح; نکات; یادداشت ها"
    ),
    "password_hash": (
        "password hash; password; passwd; pwd; pass; hash; hashed password; passwort; passworthash; "
        "kennwort; 비밀번호; 암호; 密码; 密碼; رمز عبور; گذرواژه; کلمه عبور; mot de passe; mdp; "
        "mot de passe haché; encrypted password; password md5; user password; passwort gehasht; "
        "비밀번호해시; 패스워드; 登录密码; 密码哈希; 登入密碼; 密碼雜湊; پسورد; کلمه رمز"
    ),
    "named_recipient": (
        "named recipient; recipient; recipients; partner named; recipient named; disclosed to; empfänger; "
        "genannter empfänger; 제공받는자; 제공받는 자; 제3자제공; 接收方; 接收者; 第三方接收方; 接收對象; "
        "提供對象; 第三方接收者; گیرنده; گیرنده داده; destinataire; destinataires; destinataire désigné; "
        "partenaire désigné; third-party recipient; datenempfänger; benannter empfänger; 제공받는 제3자; "
        "数据接收方; 資料接收方; دریافت کننده; دریافت کننده داده"
    ),
}
