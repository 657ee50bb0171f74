"""How stolen and made-up lists give themselves away: titles of known dumps, and words that thieves and warners use.

Must never name a person's data: these are words of trades and of programs.
"""

import re
from collections.abc import Iterable
from typing import Final

_TABLES: Final = {
    "vbulletin": "userid usergroupid username password salt email ipaddress joindate",
    "phpbb": "userid username userpassword useremail userip userregdate",
    "wordpress": "userlogin userpass usernicename useremail userregistered useractivationkey",
    "joomla": "username email password usertype block sendemail registerdate lastvisitdate",
    "ipb": "memberid name email membersphash memberspasssalt ipaddress joined",
    "xenforo": "userid username email schemeclass data registerdate lastactivity",
    "django": "password lastlogin issuperuser username email isstaff isactive datejoined",
    "discuz": "uid username password email myid myidkey regip regdate lastloginip salt",
    "plain": "id uid email username password hash salt ip lastip",
    "stealer": "url login username password application browser hwid machineid",
}
SHAPES: Final = {name: frozenset(titles.split()) for name, titles in _TABLES.items()}
"""Titles of the tables of well-known programs, without blanks and marks, by program."""

_INNER: Final = frozenset([
    "usergroupid", "salt", "password", "userpassword", "userpass", "useractivationkey", "membersphash",
    "memberspasssalt", "schemeclass", "issuperuser", "isstaff", "myidkey", "regip", "userip", "lastloginip", "lastip",
    "hash", "hwid", "machineid", "sendemail",
])  # fmt: skip
"""Titles that no list of customers needs."""
_MATCHING: Final = 3

_SECRET: Final = re.compile(
    r"passw(or)?[dt]|passhash|passphrase|pwd|kennwort|motdepasse|비밀번호|패스워드|密码|密碼|口令|رمزعبور|کلمهعبور|گذرواژه"
)
_PEOPLE: Final = frozenset({"email", "phone", "external_id", "name", "postal_address"})
_PEOPLE_TITLES: Final = re.compile(r"e?mail|user|login|uid|nick|phone|mobile|이메일|아이디|邮箱|用户|手机|ایمیل|کاربر")

MARKED: Final = re.compile(
    r"breach|pwned|leaked|leaksource|^leak$|dataleak|dbdump|sqldump|hacked|stealer|combolist|dehashed|"
    r"유출디비|정보유출|해킹|털린|泄露|泄漏|洩露|脱库|拖库|脫庫|社工库|لورفته|نشتداده|هکشده|geleakt|gehackt|gestohlen|"
    r"fuitededonn|pirat(é|ee)e?s?$"
)
"""Words that, in a title (see `plain`), tell where a list comes from."""

SPOKEN: Final = re.compile(
    r"(?i)\bpwned\b|combo ?list|dehashed|breach ?forums|raidforums|cit0day|stealer ?logs?\b|leaked (data ?)?base|"
    r"(data ?base|db|sql) (dump|leak)|collection ?#\d|社工库|脱库|拖库|脫庫|黑产数据|"
    r"디비\s*유출|유출\s*(디비|DB)|해킹\s*(디비|DB)|دیتابیس\s*(هک|لو)"
)
"""What people write into cells of lists that were stolen; hardly anybody writes it of a customer."""

_STEMS: Final = (
    "pwned", "combo", "dehashed", "breach", "raidforums", "cit0day", "stealer", "leak", "dump", "collection",
    "社工库", "脱库", "拖库", "脫庫", "黑产数据", "디비", "db", "دیتابیس",
)  # fmt: skip
_COMBINED: Final = re.compile(r"\s*[^@\s:;|,]+@[^@\s:;|,]+\.[A-Za-z]{2,24}[:;|][^\s@]+\s*")
_LONGEST: Final = 400


def plain(title: str) -> str:
    """Give a title without blanks and marks, in small letters: `pwd_md5` and `Pwd MD5` are one."""
    return "".join(each for each in title.casefold() if each.isalnum())


def is_secret(title: str) -> bool:
    """Tell whether a title speaks of stored passwords."""
    return bool(_SECRET.search(plain(title)))


def is_of_people(title: str, field: str) -> bool:
    """Tell whether a column holds people's identifiers, by its declared meaning or by its title."""
    return field in _PEOPLE or bool(_PEOPLE_TITLES.search(plain(title)))


def may_speak(text: str) -> bool:
    """Tell quickly whether `SPOKEN` can be found in a long text."""
    small = text.casefold()
    return any(stem in small for stem in _STEMS)


def is_combined(cell: str) -> bool:
    """Tell whether a cell holds an address and a password in one."""
    return len(cell) <= _LONGEST and bool(_COMBINED.fullmatch(cell))


def shape_of(titles: Iterable[str]) -> tuple[str, int]:
    """Give the known dump that most titles are of, and how many; "" and 0 where they are too few or all innocent."""
    words = {plain(title) for title in titles}
    shared = {name: words & shape for name, shape in SHAPES.items()}
    name, most = max(shared.items(), key=lambda pair: len(pair[1]))
    return (name, len(most)) if len(most) > _MATCHING and most & _INNER else ("", 0)
