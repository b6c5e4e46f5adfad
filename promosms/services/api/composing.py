"""Composing a text of the API: from what a program asks for to a message with its price.

Everything that could be wrong is found here, before anything is written; `accepting.py` asks again
what another transaction may change meanwhile.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum

from promosms.models import CampaignKind, Route, SenderStatus, now
from promosms.services.campaigns import kinds
from promosms.services.gateways import routing
from promosms.services.gateways.routing import Chooser
from promosms.services.prices import prices
from promosms.services.prices.prices import Entry, PriceList
from promosms.services.senders import chosen, requests
from promosms.services.senders.chosen import Chosen
from promosms.services.senders.requests import Requested
from promosms.sms import gsm7, phone, segments, transliterate
from promosms.sms.phone import InvalidPhone, Phone

FARTHEST = timedelta(days=366)
"""So far ahead a text can be planned."""
GRACE = timedelta(minutes=1)
"""A time so little in the past means now: clocks differ."""
_NO_DIGIT = re.compile(r"\D")
_WRITTEN = re.compile(r"\+[0-9][0-9 ()./-]{4,30}")


class Refusal(StrEnum):
    """Why a text is not accepted."""

    NUMBER = "invalid-number"
    EMPTY = "empty-text"
    TOO_LONG = "text-too-long"
    PROMOTIONAL = "sounds-promotional"
    ROUTE = "unknown-route"
    SENDER = "unknown-sender"
    SENDER_HERE = "sender-not-possible"
    COUNTRY = "country-not-served"
    PAST = "time-in-the-past"
    TOO_FAR = "time-too-far"
    OVER_MAXIMUM = "over-max-price"
    OPTED_OUT = "opted-out"
    SUSPENDED = "account-suspended"
    TRIAL_GUEST = "trial-guests-only"
    TRIAL_DAY = "trial-day-is-full"
    BALANCE = "insufficient-balance"
    MONTH_LIMIT = "monthly-limit"
    LIMIT = "campaign-limit"
    TWICE = "number-twice"
    VALUE = "value-missing"
    AUDIENCE = "unknown-audience"


class Refused(Exception):
    """A text is not accepted; `field` is the member of the request that is to blame."""

    def __init__(self, code: Refusal, field: str = "", **values: object) -> None:
        super().__init__(code)
        self.code, self.field, self.values = code, field, values


@dataclass(frozen=True)
class Wish:
    """What a program asks for. `max_price` is in 1/10,000; `plain`: write it without accents.

    `service`: the program says that it is no promotion, whatever its words sound like.
    """

    to: str
    text: str
    sender: str = ""
    route: str = ""
    reference: str = ""
    send_at: datetime | None = None
    valid_minutes: int | None = None
    max_price: int | None = None
    plain: bool = False
    service: bool = False


@dataclass(frozen=True)
class Composed:
    """A text that can be sent: to whom, how it is shown, its size, and its price in 1/10,000.

    `request` and `delivery_url` are those of a text that came by PromoSMS REST 3.2.
    """

    phone: str
    country: str
    route_id: int
    flash: bool
    gateway_id: int
    sender: str
    text: str
    encoding: str
    parts: int
    units: int
    price: int
    reference: str = ""
    send_at: datetime | None = None
    valid_until: datetime | None = None
    service_confirmed: bool = False
    request: str = ""
    delivery_url: str = ""
    costly: Mapping[str, str | None] = field(default_factory=dict)
    """Characters that make the text dearer, each with its plain replacement, if there is one."""


class Offer:
    """What texts are composed with: routes, prices, gateways, and names of accounts.

    Each is read once: use it for seconds, not for hours.
    """

    def __init__(self) -> None:
        self._routes: list[Route] = []
        self._names: dict[int, dict[str, Requested]] = {}
        self._entries: dict[tuple[int, str], list[Entry]] = {}
        self._prices: dict[tuple[int, str, int], PriceList] = {}
        self._choosers: dict[int, Chooser] = {}

    def routes(self) -> list[Route]:
        """Those that customers can choose; the default one comes first."""
        self._routes = self._routes or chosen.routes()
        return self._routes

    def names(self, account_id: int) -> dict[str, Requested]:
        """The sender names of an account that were approved, by their keys."""
        if account_id not in self._names:
            approved = requests.approved(account_id)
            self._names[account_id] = {own.sender.key: own for own in approved}
        return self._names[account_id]

    def prices(self, route_id: int, country: str, account_id: int) -> PriceList:
        """The prices to a country for an account."""
        place, name = (route_id, country), (route_id, country, account_id)
        if place not in self._entries:
            self._entries[place] = prices.entries(route_id, country)
        if name not in self._prices:
            self._prices[name] = prices.list_of(self._entries[place], account_id)
        return self._prices[name]

    def gateway_for(self, route_id: int, country: str) -> int | None:
        """The gateway for the next text to a country."""
        if route_id not in self._choosers:
            self._choosers[route_id] = routing.chooser(route_id)
        return self._choosers[route_id](country)


def compose(account_id: int, wish: Wish, offer: Offer | None = None) -> Composed:
    """Read what a program asks for; raises Refused."""
    offer = offer or Offer()
    number = number_of(wish.to)
    text = _text(wish)
    measure = segments.measure(text)
    if measure.parts > segments.MAX_PARTS:
        raise Refused(Refusal.TOO_LONG, "text", parts=measure.parts, most=segments.MAX_PARTS)
    on_top = sender_of(account_id, wish.route, wish.sender, offer)
    sender = _shown(on_top, number.country)
    of_route = offer.prices(on_top.route.id, number.country, account_id)
    part_price = of_route.of(number.country, number.e164)
    gateway_id = offer.gateway_for(on_top.route.id, number.country)
    if part_price is None or gateway_id is None:
        raise Refused(Refusal.COUNTRY, "to", country=number.country)
    price = part_price * measure.parts
    if wish.max_price is not None and price > wish.max_price:
        raise Refused(Refusal.OVER_MAXIMUM, "max_price", price=price)
    send_at, valid_until = _times(wish)
    return Composed(
        phone=number.e164,
        country=number.country,
        route_id=on_top.route.id,
        flash=on_top.route.flash,
        gateway_id=gateway_id,
        sender=sender,
        text=text,
        encoding=measure.encoding,
        parts=measure.parts,
        units=measure.units,
        price=price,
        reference=wish.reference,
        send_at=send_at,
        valid_until=valid_until,
        service_confirmed=wish.service and bool(promotion_words(text)),
        costly=_costly(text),
    )


def number_in_filter(written: str) -> str:
    """A number as it is stored, from a parameter of an address: its plus sign may have got lost.

    Empty if none is asked for.
    """
    return f"+{_NO_DIGIT.sub('', written)}" if written else ""


def number_of(written: str) -> Phone:
    """Only with its country code: what a program guesses wrong would reach a stranger."""
    if not _WRITTEN.fullmatch(written.strip()):
        raise Refused(Refusal.NUMBER, "to", why="form")
    try:
        return phone.parse(written.strip(), "")
    except InvalidPhone as error:
        raise Refused(Refusal.NUMBER, "to", why=error.code.value) from error


def _text(wish: Wish) -> str:
    text = transliterate.tidy(wish.text)
    text = transliterate.plain_text(text) if wish.plain else text
    if not text.strip():
        raise Refused(Refusal.EMPTY, "text")
    if not wish.service:
        check_words(text)
    return text


def check_words(text: str) -> None:
    """Raise Refused for a text that sounds like a promotion."""
    if words := promotion_words(text):
        raise Refused(Refusal.PROMOTIONAL, "text", words=words)


def promotion_words(text: str) -> tuple[str, ...]:
    """The words with which a service text sounds like a promotion."""
    return kinds.promotion_words_in(CampaignKind.SERVICE, text)


def sender_of(account_id: int, route_code: str, name: str, offer: Offer | None = None) -> Chosen:
    """The route and the sender name that a program asks for; raises Refused."""
    offer = offer or Offer()
    routes = offer.routes()
    codes = {route.code: route for route in routes}
    if route_code and route_code not in codes:
        raise Refused(Refusal.ROUTE, "route", routes=sorted(codes))
    route = codes[route_code] if route_code else routes[0]  # the default one comes first
    if not name or name == route.sender:
        return Chosen(route)
    usable = offer.names(account_id)
    own = usable.get(name.lower())
    if own is None or own.status != SenderStatus.APPROVED or own.sender.name != name:
        names = sorted(own.sender.name for own in usable.values())
        raise Refused(Refusal.SENDER, "sender", names=names)
    if not route.names:
        raise Refused(Refusal.SENDER_HERE, "sender", why="route")
    return Chosen(route, own)


def _shown(on_top: Chosen, country: str) -> str:
    sender, unreachable = on_top.by_country()(country)
    if unreachable:
        raise Refused(Refusal.SENDER_HERE, "sender", why=unreachable, country=country)
    return sender


def _times(wish: Wish) -> tuple[datetime | None, datetime | None]:
    """When it is to leave, None for now, and until when at the latest."""
    send_at = planned(wish.send_at)
    if wish.valid_minutes is None:
        return send_at, None
    return send_at, (send_at or now()) + timedelta(minutes=wish.valid_minutes)


def planned(send_at: datetime | None) -> datetime | None:
    """When something is to leave, None for now; raises Refused."""
    moment = now()
    if send_at is not None and send_at < moment - GRACE:
        raise Refused(Refusal.PAST, "send_at")
    if send_at is not None and send_at > moment + FARTHEST:
        raise Refused(Refusal.TOO_FAR, "send_at", days=FARTHEST.days)
    return None if send_at is not None and send_at <= moment else send_at


def _costly(text: str) -> dict[str, str | None]:
    return {char: transliterate.plain(char) for char in gsm7.costly(text)}
