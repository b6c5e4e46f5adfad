"""The configurable gateway: any provider that takes a text by one HTTP request.

Settings, all of them text (docs/operations.md has an example):
- `url`, `method` (POST), `content_type` (application/json), `headers` (a JSON object), `body`.
  The placeholders {to} {to_digits} {from} {text} {reference} {callback} are written as the place
  demands: quoted for URLs and forms, escaped inside the quotes of JSON and in XML.
- taken: `success_status` (200-299), and `success_path` with `success_value`, or `success_pattern`.
- reference: `id_path` or `id_pattern` (its first group).
- not taken: `throttled_pattern`, `temporary_pattern`, `permanent_pattern` on the body come first,
  then `throttled_status` (429,503), `temporary_status` (see TEMPORARY) and `permanent_status`
  (400-499). The rest, 5xx above all, is unknown: a proxy in front may have lost the answer.
- receipts: `receipt_reference`, `receipt_status`, `receipt_own` (where {reference} comes back), and
  the words `delivered`, `undelivered`, `expired`. Replies: `inbound_reference`, `inbound_phone`,
  `inbound_number`, `inbound_text`. `addresses` says who may call; he hears OK.

A path is written with dots: `messages.0.id`.
"""

import json
import re
from collections.abc import Callable
from typing import Any
from urllib.parse import quote, quote_plus
from xml.sax.saxutils import escape

from promosms.gateways.base import (
    BadSettings,
    BadWebhook,
    Event,
    GatewayError,
    OutboundSms,
    ReceiptStatus,
    Trouble,
    Webhook,
    WebhookRequest,
    WebhookTopic,
)
from promosms.gateways.http import (
    HttpAnswer,
    HttpGateway,
    HttpRequest,
    Settings,
    check_address,
    check_url,
    digits,
    fields,
    inbound,
    networks,
    plain,
    receipts,
    references,
    tag,
)

PLACEHOLDER = re.compile(r"\{([a-z_]+)\}")
PLACEHOLDERS = {"to", "to_digits", "from", "text", "reference", "callback"}
TEMPORARY = "301,302,307,308,401-404,407,408"
TROUBLES = (
    (Trouble.THROTTLED, "throttled", "429,503"),
    (Trouble.TEMPORARY, "busy", TEMPORARY),
    (Trouble.PERMANENT, "rejected", "400-499"),
)
WORDS = {
    ReceiptStatus.DELIVERED: "delivered,DELIVRD",
    ReceiptStatus.UNDELIVERED: "undelivered,failed,rejected,UNDELIV,REJECTD,DELETED",
    ReceiptStatus.EXPIRED: "expired",
}
Escape = Callable[[str], str]


class GenericHttp(HttpGateway):
    """Any provider, described by settings."""

    required = frozenset({"url"})
    optional = frozenset(
        (
            *("method", "content_type", "headers", "body", "id_path", "id_pattern"),
            *("success_status", "success_path", "success_value", "success_pattern"),
            *("throttled_status", "temporary_status", "permanent_status"),
            *("throttled_pattern", "temporary_pattern", "permanent_pattern"),
            *("receipt_reference", "receipt_status", "receipt_own"),
            *("delivered", "undelivered", "expired", "addresses"),
            *("inbound_reference", "inbound_phone", "inbound_number", "inbound_text"),
        )
    )

    def __init__(self, settings: Settings) -> None:
        super().__init__(settings)
        self.url = check_url(settings, "url")
        self.method = str(settings.get("method", "POST"))
        if self.method not in ("GET", "POST", "PUT"):
            raise BadSettings("method: GET, POST or PUT")
        self.content_type = str(settings.get("content_type", "application/json"))
        self.body = str(settings.get("body", ""))
        self.headers = _headers(settings)
        _check_templates(self.url.partition("?")[0], self.url, self.body, *self.headers.values())
        networks(settings)
        self.patterns = {name: _pattern(settings, name) for name in PATTERNS}
        self.statuses = {name: _ranges(settings, name, default) for name, default in RANGES}
        if not settings.get("id_path") and not self.patterns["id_pattern"]:
            raise BadSettings("id_path or id_pattern is missing")
        if settings.get("receipt_reference"):
            _check_receipts(settings, self.url + self.body)

    def request(self, sms: OutboundSms) -> HttpRequest:
        """The templates, filled."""
        values = {
            "to": sms.phone,
            "to_digits": digits(sms.phone),
            "from": sms.sender,
            "text": sms.text,
            "reference": tag(sms),
            "callback": self.own_callback(sms),
        }
        body = fill(self.body, values, escape_for(self.content_type))
        headers = {name: fill(value, values, str) for name, value in self.headers.items()}
        if body:
            headers.setdefault("Content-Type", self.content_type)
        return HttpRequest(self.method, fill(self.url, values, _quoted), headers, body.encode())

    def read(self, sms: OutboundSms, answer: HttpAnswer) -> tuple[str, ...]:
        """The reference where the settings say it stands."""
        text = answer.body.decode("utf-8", "replace")
        if self._taken(answer, text):
            given = self._reference(answer, text)
            if not given:
                raise GatewayError(Trouble.UNKNOWN, "bad_answer")
            return references(given, sms.parts)
        for trouble, reason, _ in TROUBLES:
            pattern = self.patterns[f"{trouble}_pattern"]
            if pattern and pattern.search(text):
                raise GatewayError(trouble, reason)
        for trouble, reason, _ in TROUBLES:
            if _within(answer.status, self.statuses[f"{trouble}_status"]):
                raise GatewayError(trouble, reason)
        raise GatewayError(Trouble.UNKNOWN, "no_answer")

    def _taken(self, answer: HttpAnswer, text: str) -> bool:
        if not _within(answer.status, self.statuses["success_status"]):
            return False
        path, pattern = self.settings.get("success_path"), self.patterns["success_pattern"]
        if path and at(answer.json(), path) != self.settings.get("success_value", "true"):
            return False
        return not pattern or pattern.search(text) is not None

    def _reference(self, answer: HttpAnswer, text: str) -> str:
        if path := self.settings.get("id_path"):
            return at(answer.json(), path)
        pattern = self.patterns["id_pattern"]
        found = pattern.search(text) if pattern else None
        return found[1] or "" if found else ""


PATTERNS = (
    "success_pattern",
    "id_pattern",
    "throttled_pattern",
    "temporary_pattern",
    "permanent_pattern",
)
RANGES = (
    ("success_status", "200-299"),
    *((f"{trouble}_status", default) for trouble, _, default in TROUBLES),
)


def fill(template: str, values: dict[str, str], escaped: Escape) -> str:
    """A template with its placeholders replaced, each value escaped."""
    return PLACEHOLDER.sub(lambda found: escaped(values[found[1]]), template)


def escape_for(content_type: str) -> Escape:
    """How values are written in a body of this type."""
    if "json" in content_type:
        return lambda value: json.dumps(value)[1:-1]
    if "form" in content_type:
        return quote_plus
    return escape if "xml" in content_type else str


def at(document: Any, path: str) -> str:
    """What stands at a path, as text; empty if nothing does."""
    for step in path.split("."):
        if isinstance(document, list) and step.isdecimal() and int(step) < len(document):
            document = document[int(step)]
        elif isinstance(document, dict) and step in document:
            document = document[step]
        else:
            return ""
    return plain(document)


def parse(settings: Settings, request: WebhookRequest) -> list[Event]:
    """Receipts or replies, one or a JSON list of them; an empty call is somebody trying it."""
    check_address(settings, request)
    events: list[Event] = []
    read = _receipt if request.topic is WebhookTopic.RECEIPT else _inbound
    for document in _documents(request):
        events += read(settings, document, dict(request.query).get("own", ""))
    return events


def _documents(request: WebhookRequest) -> list[Any]:
    if "json" in request.headers.get("content-type", ""):
        found = HttpAnswer(200, request.body).json()
        if found is None:
            raise BadWebhook("json")
        return found if isinstance(found, list) else [found]
    flat = {name: value for name, value in fields(request).items() if name != "own"}
    return [flat] if flat else []


def _receipt(settings: Settings, document: Any, own: str) -> list[Event]:
    reference = at(document, settings.get("receipt_reference", ""))
    word = at(document, settings.get("receipt_status", ""))
    if not reference or not word:
        raise BadWebhook("receipt")
    own = at(document, settings.get("receipt_own", "")) or own
    for status, default in WORDS.items():
        if word.lower() in str(settings.get(status, default)).lower().split(","):
            return receipts(reference, own, status)
    return []  # on its way


def _inbound(settings: Settings, document: Any, _own: str) -> list[Event]:
    reference, phone, number, text = (
        at(document, settings.get(f"inbound_{name}", ""))
        for name in ("reference", "phone", "number", "text")
    )
    if not phone or not number or not reference:
        raise BadWebhook("inbound")
    return [inbound(reference, phone, number, text)]


def _quoted(value: str) -> str:
    return quote(value, safe="")


def _headers(settings: Settings) -> dict[str, str]:
    try:
        found = json.loads(settings.get("headers") or "{}")
    except ValueError as error:
        raise BadSettings("headers: a JSON object is needed") from error
    if not isinstance(found, dict):
        raise BadSettings("headers: a JSON object is needed")
    for name, value in found.items():
        whole = f"{name}{value}"
        if not isinstance(value, str) or not whole.isascii() or not whole.isprintable():
            raise BadSettings(f"headers: {name} cannot be sent")
        if set(PLACEHOLDER.findall(value)) - {"reference"}:
            raise BadSettings(f"headers: {name} may hold {{reference}} only")
    return found


def _check_templates(path: str, *templates: str) -> None:
    if PLACEHOLDER.search(path.split("/", 3)[2]):
        raise BadSettings("url: the host cannot be a placeholder")
    unknown = {name for one in templates for name in PLACEHOLDER.findall(one)} - PLACEHOLDERS
    if unknown:
        raise BadSettings(f"unknown placeholders: {', '.join(sorted(unknown))}")


def _check_receipts(settings: Settings, templates: str) -> None:
    """A receipt for a text of several parts can only be told by what we called it."""
    ours = "{reference}" in templates and settings.get("receipt_own")
    if not ours and "{callback}" not in templates:
        raise BadSettings("receipts need {callback}, or {reference} and receipt_own")
    if not settings.get("receipt_status"):
        raise BadSettings("receipt_status is missing")


def _pattern(settings: Settings, name: str) -> re.Pattern[str] | None:
    given = settings.get(name)
    try:
        pattern = re.compile(given) if given else None
    except re.error as error:
        raise BadSettings(f"{name}: {error}") from error
    if pattern and name == "id_pattern" and not pattern.groups:
        raise BadSettings("id_pattern needs a group: (…)")
    return pattern


def _ranges(settings: Settings, name: str, default: str) -> list[tuple[int, int]]:
    try:
        pairs = [one.partition("-") for one in str(settings.get(name, default)).split(",")]
        return [(int(first), int(last or first)) for first, _, last in pairs]
    except ValueError as error:
        raise BadSettings(f"{name}: numbers like 200-299,409 are needed") from error


def _within(status: int, ranges: list[tuple[int, int]]) -> bool:
    return any(first <= status <= last for first, last in ranges)


WEBHOOK = Webhook(parse, "OK")
