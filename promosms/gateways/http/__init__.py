"""What gateways over HTTP share: settings, requests, references, reading webhooks.

The meaning of a status, unless the provider says more (RFC 9110, section 15):
429 and 503: throttled, for the time in Retry-After (section 10.2.3), an hour at most. 301, 302, 307
and 308: not followed, so the text was not taken; try later. 303 and other 5xx: the text may have
been taken before the error, so the result is unknown. Errors of our account (credentials, credit,
sender) are not the fault of a text: all texts wait for the operator.
"""

import codecs
import hashlib
import json
import logging
import re
from abc import abstractmethod
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from difflib import get_close_matches
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network
from typing import TYPE_CHECKING, Any, TypeVar
from urllib.parse import urlsplit

from promosms.gateways import addresses
from promosms.gateways.base import (
    BadSettings,
    BadSignature,
    BadWebhook,
    Emit,
    ErrorClass,
    Gateway,
    GatewayError,
    HttpAnswer,
    HttpRequest,
    Inbound,
    InboxEvent,
    OutboundSms,
    Receipt,
    ReceiptStatus,
    WebhookRequest,
)

if TYPE_CHECKING:
    from promosms.gateways.http.client import Client

log = logging.getLogger(__name__)
Settings = Mapping[str, Any]
Entry = TypeVar("Entry")
COMMON = {
    *("allow_insecure", "allow_private", "callback_url", "country", "read_seconds"),
    "webhook_token",
}
COUNTRY = "country"  # that of the gateway: of numbers that come without a country code
ALLOW_INSECURE = "allow_insecure"
OPTED_OUT = "opted_out"
OUR_REFERENCE = "our_reference"  # a field of the addresses for receipts
READ_SECONDS = 20.0
SECONDS = (0.05, 3600)  # the limits of such settings
LONGEST_REFERENCE = 60  # leaves room for the number of a part
MOST_PARTS = 20
SLOWER = (429, 503)
_TAG = re.compile(r"([0-9]{1,18})-([0-9]{1,2})(?:-([0-9a-f]{8}))?", re.ASCII)


class HttpGateway(Gateway):
    """A gateway that is asked by one HTTP request per text."""

    def __init__(self, settings: Settings) -> None:
        check_names(settings, self.required, self.optional)
        self.settings = settings
        self.read_seconds = seconds(settings, "read_seconds", READ_SECONDS)
        self.private, self.insecure = yes(settings, "allow_private"), yes(settings, ALLOW_INSECURE)
        self.client: Client | None = None

    async def open(self, emit: Emit) -> None:
        """Make the client; it connects when needed and keeps connections open."""
        # Imported here, because httpx is large and only workers of such gateways need it.
        from promosms.gateways.http.client import Client

        self.client = Client(self.read_seconds, private=self.private, insecure=self.insecure)

    async def submit(self, sms: OutboundSms) -> tuple[str, ...]:
        """Ask the provider to take the text."""
        if self.client is None:
            raise GatewayError(ErrorClass.TEMPORARY, "no_connection")
        return self.read(sms, await self.client.send(self.request(sms)))

    async def close(self) -> None:
        """Close the connections to the provider."""
        if self.client is not None:
            await self.client.close()
            self.client = None

    @abstractmethod
    def request(self, sms: OutboundSms) -> HttpRequest:
        """What the provider wants to be sent for this text."""

    @abstractmethod
    def read(self, sms: OutboundSms, answer: HttpAnswer) -> tuple[str, ...]:
        """The references in the provider's answer; raises GatewayError."""

    def callback(self) -> str:
        """The address for receipts; empty if we have none."""
        base = self.settings.get("callback_url", "")
        return f"{base}/receipt" if base else ""

    def callback_for(self, sms: OutboundSms) -> str:
        """The address for receipts of this text, if the provider does not return our reference."""
        base = self.callback()
        return f"{base}?{OUR_REFERENCE}={tag(sms)}" if base else ""


def refusal(answer: HttpAnswer, error_class: ErrorClass, reason: str) -> GatewayError:
    """The error for a refusal that the provider explains."""
    wait = answer.wait if answer.status in SLOWER else None
    return GatewayError(error_class, reason, wait=wait, opted_out=reason == OPTED_OUT)


def by_status(answer: HttpAnswer) -> GatewayError | None:
    """The error for a status, see above; None if the body decides."""
    if answer.status in SLOWER:
        return refusal(answer, ErrorClass.THROTTLED, "throttled")
    if answer.status in (301, 302, 307, 308):
        return GatewayError(ErrorClass.TEMPORARY, "redirected")
    if answer.status == 303 or answer.status >= 500:
        return GatewayError(ErrorClass.UNKNOWN, "no_answer")
    return None


def denied(answer: HttpAnswer) -> GatewayError:
    """The error for a refusal that the provider does not explain."""
    if answer.status in (401, 403):
        return GatewayError(ErrorClass.SETTINGS, "credentials")
    if answer.status == 402:
        return GatewayError(ErrorClass.SETTINGS, "no_credit")
    return GatewayError(ErrorClass.TEMPORARY, "bad_answer")


def mark(settings: Settings) -> str:
    """Marks our references, in case other installations use the same account at the provider.

    Eight digits, made from the secret webhook address; empty without one.
    """
    token = settings.get("webhook_token", "")
    return hashlib.sha256(f"reference:{token}".encode()).hexdigest()[:8] if token else ""


def tag(sms: OutboundSms, ending: str = "") -> str:
    """Our reference as providers return it: the message and its number of parts."""
    return (
        f"{sms.our_reference}-{sms.parts}-{ending}"
        if ending
        else f"{sms.our_reference}-{sms.parts}"
    )


def read_tag(text: str, ending: str = "") -> tuple[str, int]:
    """Our reference and the number of parts; "" and 1 if it is not ours."""
    match = _TAG.fullmatch(text)
    if not match or not 1 <= int(match[2]) <= MOST_PARTS or match[3] not in (None, ending):
        return "", 1
    return match[1], int(match[2])


def references(reference: str, parts: int) -> tuple[str, ...]:
    """A reference for each part, made of the one that a provider gives to the whole text."""
    first = short(reference)
    return (first, *(f"{first}.{number}" for number in range(2, parts + 1)))


def receipts(
    reference: str,
    tag: str,
    status: ReceiptStatus,
    ending: str = "",
    recipient: tuple[str, str] = ("", ""),
) -> list[InboxEvent]:
    """A receipt for the whole text is one for each of its parts; `tag` is what we called it.

    `recipient` is the number that it names, read by `recipient_of`.
    """
    our_reference, parts = read_tag(tag, ending)
    return [
        Receipt(part_reference, our_reference, status, *recipient)
        for part_reference in references(reference, parts)
    ]


def recipient_of(settings: Settings, number: str) -> tuple[str, str]:
    """The number of a recipient in E.164, and as it came where it has not all digits."""
    return addresses.recipient(clean(number), country=settings.get(COUNTRY, ""))


def inbound(settings: Settings, reference: str, phone: str, number: str, text: str) -> Inbound:
    """A reply, cut to what can be stored."""
    country = settings.get(COUNTRY, "")
    phone, address = addresses.sender(clean(phone), country=country)
    number = addresses.number(clean(number), country=country)
    return Inbound(short(reference), phone, number, clean(text)[:2000], address=address)


def part_of(whole: Inbound, text: str, concat_ref: str, part: int, parts: int) -> Inbound:
    """A part of a reply; its text may begin or end with half of a surrogate pair."""
    return replace(whole, text=text[:2000], concat_ref=short(concat_ref), part=part, parts=parts)


def short(reference: str) -> str:
    """A provider's reference; a very long one as its digest."""
    reference = clean(reference)
    if len(reference) <= LONGEST_REFERENCE:
        return reference
    return hashlib.sha256(reference.encode()).hexdigest()[:LONGEST_REFERENCE]


def clean(text: str) -> str:
    """Text that any database can store: no NUL, no half of a surrogate pair."""
    return text.replace("\0", "").encode("utf-8", "replace").decode()


def digits(number: str) -> str:
    """A number without its plus sign."""
    return number.removeprefix("+")


def fields(request: WebhookRequest) -> dict[str, str]:
    """Query, form or JSON object of a call, as plain text; the body wins over the query.

    What cannot be read is never acknowledged, because it may be a STOP: raises BadWebhook.
    """
    values, body = dict(request.query), document(request)
    if isinstance(body, dict):
        values.update((name, plain(value)) for name, value in body.items())
    elif body is not None:
        raise BadWebhook("json")
    else:
        values.update(request.form)
    if not values.keys() - {OUR_REFERENCE} and request.body.strip():
        raise BadWebhook("body")
    return values


def document(request: WebhookRequest) -> Any:
    """The JSON of a call, whatever its headers say; None if its body is something else.

    Some providers send JSON as text/plain, or with the type of a form. Raises BadWebhook for a body
    that is JSON by its type only.
    """
    body = request.body.removeprefix(codecs.BOM_UTF8).strip()
    named = "json" in request.headers.get("content-type", "").lower()
    if not named and request.form and not body.startswith((b"{", b"[")):
        return None
    found = HttpAnswer(200, body).json()
    if named and body and found is None:
        raise BadWebhook("json")
    return found


def json_object(request: WebhookRequest) -> dict[str, Any]:
    """The JSON object of a call; empty if nothing came. Raises BadWebhook for all else."""
    found = document(request)
    if found is None and not request.body.strip():
        return {}
    return as_object(found)


def as_object(value: object) -> dict[str, Any]:
    """A JSON object inside of another; raises BadWebhook if it is something else."""
    if not isinstance(value, dict):
        raise BadWebhook("json")
    return value


def plain(value: object) -> str:
    """A value of JSON as text."""
    if isinstance(value, str):
        return value
    return "" if value is None else json.dumps(value)


def need(values: Mapping[str, str], name: str) -> str:
    """A field that must be there; raises BadWebhook."""
    if not values.get(name):
        raise BadWebhook(name)
    return values[name]


def each(entries: Sequence[Entry], read: Callable[[Entry], list[InboxEvent]]) -> list[InboxEvent]:
    """The events of a list. An entry that cannot be read is left out: the others are complete.

    Refused as a whole, the list would be repeated for ever. Raises BadWebhook if no entry is good.
    """
    events: list[InboxEvent] = []
    bad: list[BadWebhook] = []
    for entry in entries:
        try:
            events += read(entry)
        except BadWebhook as problem:
            bad.append(problem)
    if bad and len(bad) == len(entries):
        raise bad[0]
    if bad:
        log.warning("webhook.entries_left_out", extra={"count": len(bad), "code": "unreadable"})
    return events


def check_address(settings: Settings, request: WebhookRequest) -> None:
    """Refuse a call from elsewhere than `addresses` says, if it says anything.

    A call without an address, for example through a Unix socket, comes from nowhere that was named.
    """
    allowed, peer = networks(settings), _peer(request.address)
    if allowed and (peer is None or not any(peer in network for network in allowed)):
        raise BadSignature(request.topic)


def _peer(address: str) -> IPv4Address | IPv6Address | None:
    """The address of a caller; one of IPv4 may be written as one of IPv6."""
    try:
        peer = ip_address(address.partition("%")[0])
    except ValueError:
        return None
    return (peer.version == 6 and peer.ipv4_mapped) or peer


def networks(settings: Settings) -> list[Any]:
    """The addresses and networks that may call; raises BadSettings."""
    addresses = str(settings.get("addresses", ""))
    try:
        return [ip_network(network.strip()) for network in addresses.split(",") if network.strip()]
    except ValueError as error:
        raise BadSettings(f"addresses: {error}") from error


def check_names(settings: Settings, required: Iterable[str], optional: Iterable[str]) -> None:
    """Refuse settings that are missing, unknown or not text."""
    required = set(required)
    known = required | set(optional) | COMMON
    unknown = sorted(set(settings) - known)
    if unknown:
        near = [get_close_matches(name, known, n=1) for name in unknown]
        hint = f"; did you mean {near[0][0]}?" if near[0] else ""
        raise BadSettings(f"unknown: {', '.join(unknown)}{hint}")
    missing = sorted(name for name in required if not settings.get(name))
    if missing:
        raise BadSettings(f"missing: {', '.join(missing)}")
    wrong = sorted(name for name, value in settings.items() if not isinstance(value, str))
    if wrong:
        raise BadSettings(f"not text: {', '.join(wrong)}")


def check_url(settings: Settings, name: str, default: str = "") -> str:
    """An address to ask: HTTPS, unless a test on this machine allows less."""
    url = str(settings.get(name) or default)
    try:
        parts = urlsplit(url)
        host, scheme, _port = parts.hostname, parts.scheme, parts.port
    except ValueError as error:
        raise BadSettings(f"{name}: an address like https://host/path is needed") from error
    if not host or parts.username is not None or parts.fragment:
        raise BadSettings(f"{name}: an address like https://host/path is needed")
    if scheme != "https" and not (scheme == "http" and yes(settings, ALLOW_INSECURE)):
        raise BadSettings(f"{name}: must begin with https://")
    return url


def seconds(settings: Settings, name: str, default: float) -> float:
    """A time in seconds."""
    least, most = SECONDS
    try:
        value = float(settings.get(name, default))
    except ValueError:
        value = 0.0
    if not least <= value <= most:
        raise BadSettings(f"{name}: a number of seconds from {least} to {most} is needed")
    return value


def yes(settings: Settings, name: str) -> bool:
    """Is a switch on?"""
    value = settings.get(name, "no")
    if value not in ("yes", "no"):
        raise BadSettings(f"{name}: yes or no is needed")
    return bool(value == "yes")
