"""How each duty is looked for in a message. One function a duty: what is missing, or nothing.

Must never put a word of the message into what it says: a text may hold a name.
"""

import re
import unicodedata
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from gateway.domain.message import Message
from policies.packs import FixedText, Messages
from policies.terms import Channel, Duty

_CONTACT = re.compile(r"[\w.+-]+@[\w-]+\.[\w.]+|https?://\S+|www\.\S+|(?:\+|\b)\d[\d\s().-]{5,}\d")
_SIGNED = re.compile(r"\s*【[^】\s][^】]*】")
_LINK = re.compile(r"https?://\S+")
_LATE = 200  # characters: what must stand at the end stands among the last of them
_ONE_CLICK = "List-Unsubscribe=One-Click"  # RFC 8058 section 3.1


@dataclass(frozen=True, slots=True)
class Missing:
    """What a message lacks: `missing` or `malformed`, in words, and how to mend it."""

    code: str
    words: str
    remedy: str


@dataclass(frozen=True, slots=True)
class Look:
    """A message under the eyes of one country's reader."""

    message: Message
    messages: Messages
    country: str

    @property
    def whole(self) -> str:
        """Subject and text, folded for comparing."""
        return folded(f"{self.message.subject}\n{self.message.text}")

    @property
    def opening(self) -> str:
        """Where a label stands: the subject of an e-mail, the text of anything else."""
        return (self.message.subject if self.message.channel is Channel.EMAIL else self.message.text).lstrip("\ufeff")

    def says(self, topic: str, languages: Iterable[str] = ()) -> bool:
        """Tell whether the message has a word of a topic, in any language or in one of those given."""
        whole = self.whole
        known = self.messages.words.get(topic, {})
        wanted = set(languages) or known.keys()
        return any(folded(word) in whole for language in wanted for word in known.get(language, ()))

    def fixed(self, duty: Duty, text: str) -> FixedText:
        """Give how a fixed text may be written: by itself if nothing else is known."""
        return self.messages.texts.get((duty.value, text)) or FixedText((), ())


@lru_cache(maxsize=4096)
def folded(text: str) -> str:
    """Fold width, case and the two Arabic letters that Persian writes its own way, for comparing."""
    return unicodedata.normalize("NFKC", text).casefold().replace("ي", "ی").replace("ك", "ک").replace("\u200c", "")


def _texts(value: Any) -> list[str]:
    """Give the texts of which one must be there."""
    if isinstance(value, dict):
        return list(value["any_of"])
    return [value]


def _prefix(look: Look, value: Any) -> Missing | None:
    wanted = _texts(value)
    where = "subject" if look.message.channel is Channel.EMAIL else "text"
    if any(look.opening.startswith(text) for text in wanted):
        return None
    spelled = " or ".join(wanted)
    remedy = f"begin the {where} with {spelled}, exactly so"
    for text in wanted:
        if any(re.search(never, look.opening) for never in look.fixed(Duty.PREFIX, text).never):
            return Missing("malformed", f"the label {spelled} is written in a way that does not count", remedy)
    if any(text in look.whole for text in wanted):
        return Missing("malformed", f"the label {spelled} does not stand at the very beginning of the {where}", remedy)
    return Missing("missing", f"the label {spelled} is missing", remedy)


def _ending(look: Look, value: Any) -> Missing | None:
    return _fixed_text(look, Duty.ENDING, value, look.message.text[-_LATE:], "near its end")


def _reply(look: Look, value: Any) -> Missing | None:
    return _fixed_text(look, Duty.REPLY_TO_STOP, value, look.message.text, "in the text")


def _fixed_text(look: Look, duty: Duty, value: Any, within: str, where: str) -> Missing | None:
    place = folded(within)
    for text in _texts(value):
        if folded(text) in place or any(
            re.search(each, place, re.IGNORECASE) for each in look.fixed(duty, text).accept
        ):
            return None
    spelled = " or ".join(_texts(value))
    return Missing("missing", f"“{spelled}” is missing {where}", f"write “{spelled}” {where}")


def _signature(look: Look) -> Missing | None:
    if _SIGNED.match(look.message.text):
        return None
    return Missing("missing", "the signature in 【】 is missing", "begin the text with the sender's signature in 【】")


def _sender(look: Look) -> Missing | None:
    if folded(look.message.sender_name) in look.whole:
        return None
    return Missing("missing", "the sender is not named", "name the sender as it is registered")


def _contact(look: Look) -> Missing | None:
    if _CONTACT.search(look.message.text):
        return None
    return Missing(
        "missing", "no way to reach the sender is given", "give a telephone number, an e-mail or web address"
    )


def _address(look: Look) -> Missing | None:
    message = look.message
    if message.sender_address:
        shown = _letters(message.sender_address) in _letters(message.text)
        return None if shown else Missing("missing", "the postal address is missing", "write the postal address out")
    shapes = look.messages.postal.get(look.country) or look.messages.postal.get("*", ())
    if any(re.search(shape, message.text) for shape in shapes):
        return None
    return Missing(
        "missing", "no postal address is recognised", "write the postal address out, and give it to be compared"
    )


def _letters(text: str) -> str:
    return re.sub(r"\W+", "", folded(text))


def _advertisement(look: Look) -> Missing | None:
    if look.says("advertisement"):
        return None
    return Missing("missing", "it does not say that it is advertising", "say that it is an advertisement")


def _refusal(look: Look) -> Missing | None:
    if look.says("refusal"):
        return None
    return Missing("missing", "no way to refuse is given", "say how to stop these messages, in the reader's language")


def _first_refusal(look: Look) -> Missing | None:
    return _refusal(look) if look.message.first_contact else None


def _free_refusal(look: Look) -> Missing | None:
    by_link = look.message.channel in {Channel.EMAIL, Channel.PUSH, Channel.MSGAPP} and _LINK.search(look.message.text)
    if look.says("free") or by_link:
        return None
    return Missing("missing", "it does not say that refusing costs nothing", "say that refusing is free of charge")


def _source(look: Look) -> Missing | None:
    if not look.message.first_contact or look.says("source"):
        return None
    return Missing("missing", "it does not say where the data came from", "say where the sender has the address from")


def _headers(look: Look, value: Any) -> Missing | None:
    if look.message.channel is not Channel.EMAIL:
        return None
    given = {name.lower(): text.strip() for name, text in look.message.headers.items()}
    for name in value:
        if name.lower() not in given:
            return Missing("missing", f"the header {name} is missing", f"add {name} (RFC 2369, RFC 8058)")
    if "list-unsubscribe" in given and "<https://" not in given["list-unsubscribe"]:
        return Missing("malformed", "List-Unsubscribe has no https address in angle brackets", "write <https://…>")
    if given.get("list-unsubscribe-post", _ONE_CLICK) != _ONE_CLICK:
        return Missing("malformed", "List-Unsubscribe-Post is not as RFC 8058 has it", f"write {_ONE_CLICK}")
    return None


def _languages(look: Look, value: Any) -> Missing | None:
    lacking = [language for language in value if not look.says("refusal", [language])]
    if not lacking:
        return None
    spelled = ", ".join(lacking)
    return Missing("missing", f"the way to refuse is not told in: {spelled}", f"tell it in {spelled} too")


def _suffix(look: Look, value: Any) -> Missing | None:
    if any(look.message.sender_id.endswith(text) for text in _texts(value)):
        return None
    spelled = " or ".join(_texts(value))
    return Missing("missing", f"the sender's id does not end with {spelled}", f"send as an id that ends with {spelled}")


def _series(look: Look, value: Any) -> Missing | None:
    digits = re.sub(r"\D", "", look.message.from_number)
    if any(digits.startswith(text) for text in _texts(value)):
        return None
    spelled = " or ".join(_texts(value))
    return Missing(
        "missing", f"the number does not begin with {spelled}", f"call from a number of the series {spelled}"
    )


_SHOWN: Mapping[Duty, Callable[[Look], Missing | None]] = {
    Duty.SENDER: _sender,
    Duty.SAY_WHO_CALLS: _sender,
    Duty.SENDER_CONTACT: _contact,
    Duty.POSTAL_ADDRESS: _address,
    Duty.ADVERTISEMENT_SHOWN: _advertisement,
    Duty.REFUSAL_EACH_MESSAGE: _refusal,
    Duty.OPT_OUT_LINK: _refusal,
    Duty.REFUSAL_AT_FIRST_CONTACT: _first_refusal,
    Duty.FREE_REFUSAL: _free_refusal,
    Duty.SAY_SOURCE: _source,
    Duty.NOTICE_OF_SOURCE: _source,
    Duty.NOTICE_WITHIN: _source,
    Duty.SIGNATURE: _signature,
}
_SPELLED: Mapping[Duty, Callable[[Look, Any], Missing | None]] = {
    Duty.PREFIX: _prefix,
    Duty.ENDING: _ending,
    Duty.REPLY_TO_STOP: _reply,
    Duty.HEADERS: _headers,
    Duty.STATEMENT_LANGUAGES: _languages,
    Duty.HEADER_SUFFIX: _suffix,
    Duty.NUMBER_SERIES: _series,
}

BEYOND: frozenset[Duty] = frozenset(Duty) - _SHOWN.keys() - _SPELLED.keys()
"""Duties that no text can show: clocks, registers of senders, proofs. They are named, not looked for."""


def looked(look: Look, duty: Duty, value: Any) -> Missing | None:
    """Look for what a duty asks; `value` is what the rule says of it. Give what is missing, or None."""
    shown = _SHOWN.get(duty)
    return shown(look) if shown is not None else _SPELLED[duty](look, value)
