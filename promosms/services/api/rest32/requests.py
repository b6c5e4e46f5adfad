"""What a program asks for by PromoSMS REST 3.2, and the texts that it means."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from promosms.models import REST_TYPES, Account
from promosms.services.api import composing
from promosms.services.api.composing import Refusal, Refused
from promosms.services.api.rest32 import delivery_urls
from promosms.services.api.rest32.statuses import OF_REFUSAL, NotDone, Status
from promosms.services.senders import chosen
from promosms.settings import settings
from promosms.sms import gsm7, phone, segments, transliterate
from promosms.sms.phone import InvalidPhone
from promosms.sms.phone_problems import PhoneProblem

MOST = 10_000
"""Recipients of one request."""
LONGEST_INDEX = 100
LONGEST_TEXT = 4_000
SHOWN = 10
"""So many special characters are named."""
WITHOUT_NAMES = (0, 1)
"""Types whose texts never have the name of a customer on top: their `sender` says nothing."""
_CONTROL = re.compile(r"[\x00-\x1f\x7f\ud800-\udfff]")
_PROBLEMS: Mapping[PhoneProblem, str] = {
    PhoneProblem.LANDLINE: "It is a landline.",
    PhoneProblem.PREMIUM: "It is a premium number.",
    PhoneProblem.TOO_SHORT: "It is too short.",
    PhoneProblem.TOO_LONG: "It is too long.",
}


@dataclass(frozen=True)
class Asked:
    """A request as it was sent: numbers as they were written, with an own id for each, or none.

    `type` is None for the usual route. `service`: the program says that the text is no promotion.
    """

    recipients: Sequence[str]
    text: str
    type: int | None = None
    sender: str = ""
    special_chars: bool = False
    long_sms: bool = False
    send_at: datetime | None = None
    delivery_url: str = ""
    user_indexes: Sequence[str] = ()
    service: bool = False


@dataclass(frozen=True)
class Read:
    """A request that can be sent: the text as it leaves, route and sender, and each recipient.

    `phones` has the number of each place as E.164, or why there is none.
    """

    asked: Asked
    text: str
    route: str
    sender: str
    phones: Sequence[str | NotDone]
    places: Mapping[str, int] = field(default_factory=dict)
    """The first place of each different number."""

    def index(self, place: int) -> str:
        """The program's own id of a recipient; empty if it gave none."""
        return self.asked.user_indexes[place] if self.asked.user_indexes else ""


def read(account: Account, asked: Asked) -> Read:
    """Find everything that concerns the whole request; raises NotDone."""
    _check_lists(asked)
    text = _text(asked)
    route = _route(asked.type)
    sender = "" if asked.type in WITHOUT_NAMES else asked.sender
    try:
        composing.sender_of(account.id, route, sender)
        composing.planned(asked.send_at)
        if not asked.service:
            composing.check_words(text)
    except Refused as error:
        raise not_done(error) from error
    url, private = asked.delivery_url, settings.webhook_private
    if url and not delivery_urls.is_possible(url, private=private):
        raise NotDone(Status.DELIVERY_URL)
    phones = phones_of(account, asked)
    return Read(asked, text, route, sender, phones, first_places(phones))


def phones_of(account: Account, asked: Asked) -> list[str | NotDone]:
    """The numbers of a request, read as in the country of the account where they name none."""
    known: dict[str, str | NotDone] = {}
    for written in asked.recipients:
        if written not in known:
            known[written] = _phone(written, account.region)
    return [known[written] for written in asked.recipients]


def first_places(phones: Sequence[str | NotDone]) -> dict[str, int]:
    """The first place of each different number; whoever stands there twice gets one text."""
    places: dict[str, int] = {}
    for place, number in enumerate(phones):
        if isinstance(number, str):
            places.setdefault(number, place)
    return places


def not_done(error: Refused) -> NotDone:
    """The refusal of a text as REST 3.2 says it."""
    status, values = OF_REFUSAL[error.code], error.values
    named = values.get("names")
    if error.code is Refusal.SENDER and isinstance(named, list) and named:
        return NotDone(status, f"This is no sender of the account. It has: {', '.join(named)}.")
    return NotDone(status)


def _check_lists(asked: Asked) -> None:
    if not asked.recipients:
        raise NotDone(Status.NO_RECIPIENTS)
    if len(asked.recipients) > MOST:
        raise NotDone(Status.TOO_MANY, f"There are more than {MOST} recipients. Split them.")
    indexes = asked.user_indexes
    odd = any(len(index) > LONGEST_INDEX or _CONTROL.search(index) for index in indexes)
    if odd or (indexes and len(indexes) != len(asked.recipients)):
        raise NotDone(Status.USER_INDEXES)


def _text(asked: Asked) -> str:
    text = transliterate.tidy(asked.text)
    if not text.strip():
        raise NotDone(Status.NO_TEXT)
    if len(text) > LONGEST_TEXT:
        raise NotDone(Status.TOO_LONG)
    if not asked.special_chars:
        text = transliterate.plain_text(text)
        if special := list(dict.fromkeys(gsm7.costly(text))):
            named = " ".join(special[:SHOWN])
            raise NotDone(
                Status.SPECIAL_CHARS, f"Remove {named}, or send special-chars 1 to allow them."
            )
    parts = segments.measure(text).parts
    if parts > (segments.MAX_PARTS if asked.long_sms else 1):
        raise NotDone(Status.TOO_LONG, _too_long(parts, asked.long_sms))
    return text


def _too_long(parts: int, long_sms: bool) -> str:
    if long_sms:
        return f"The text takes {parts} parts. At most {segments.MAX_PARTS} are possible."
    return f"The text takes {parts} parts. Shorten it to one, or send long-sms 1 to allow more."


def _route(number: int | None) -> str:
    """The code of the route of a type, empty for the usual one; raises NotDone."""
    if number is None:
        return ""
    if number not in REST_TYPES:
        raise NotDone(Status.TYPE)
    offered = {
        int(kind): route.code
        for route in chosen.routes()
        for kind in route.rest_types.split(",")
        if kind
    }
    if number not in offered:
        here = ", ".join(map(str, sorted(offered))) or "none"
        name = REST_TYPES[number]
        raise NotDone(
            Status.TYPE_HERE,
            f"This installation does not offer type {number} ({name}). It offers: {here}.",
        )
    return offered[number]


def _phone(written: str, region: str) -> str | NotDone:
    try:
        return phone.parse(written, region).e164
    except InvalidPhone as error:
        why = _PROBLEMS.get(error.code, "It is not valid.")
        return NotDone(Status.NUMBER, f"This number gets no texts. {why}")
