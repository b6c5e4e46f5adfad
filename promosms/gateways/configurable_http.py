"""The configurable gateway: any provider that takes a text by one HTTP request.

Settings, all of them text (docs/operations.md has an example):
- `url`, `method` (POST), `content_type` (application/json), `headers` (a JSON object), `body`.
  The placeholders {to} {to_digits} {from} {text} {reference} {callback} are written as the place
  demands: quoted for URLs and forms, escaped inside the quotes of JSON and in XML.
- taken: `success_status` (200-299), and `success_path` with `success_value`, or `success_pattern`.
- reference: `id_path` or `id_pattern` (its first group).
- not taken: `settings_pattern`, `throttled_pattern`, `temporary_pattern`, `opted_out_pattern` and
  `permanent_pattern` on the body come first, then `settings_status` (401-403: our account is at
  fault), `throttled_status` (429,503), `temporary_status` (see TEMPORARY) and `permanent_status`
  (400-499). The rest, 5xx above all, is unknown: a proxy in front may have lost the answer.
- whose answer was lost: `resend` is `never`, or `dedupe` if the provider drops a repetition, known
  by the header Idempotency-Key (added unless `headers` say otherwise) or by {reference}; 409 says
  that it is still at work. Or `lookup`: `lookup_url` is asked with {reference}; the reference of a
  text that was taken stands where `lookup_path` or `lookup_pattern` says (`id_path`, `id_pattern`),
  `lookup_missing_status` (404) or `lookup_missing_pattern` mean that it was not.
- receipts: `receipt_reference`, `receipt_status`, `receipt_own` (where {reference} comes back), and
  the words `delivered`, `undelivered`, `expired`. Replies: `inbound_reference`, `inbound_phone`,
  `inbound_number`, `inbound_text`. `addresses` says who may call; he hears OK.

A path is written with dots: `messages.0.id`.
"""

import json
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
    Resend,
    Trouble,
    Webhook,
    WebhookRequest,
    WebhookTopic,
)
from promosms.gateways.configurable_settings import (
    PLACEHOLDER,
    check_lookup,
    check_receipts,
    check_templates,
    headers_of,
    mark_of,
    mode_of,
    pattern_of,
    ranges_of,
)
from promosms.gateways.http import (
    OPTED_OUT,
    HttpGateway,
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
    refusal,
    tag,
)
from promosms.gateways.http_messages import HttpAnswer, HttpRequest

TEMPORARY = "301,302,307,308,404,407,408"
NOBODY = ""  # no status
TROUBLES = (
    ("settings", Trouble.SETTINGS, "settings", "401-403"),
    ("throttled", Trouble.THROTTLED, "throttled", "429,503"),
    ("temporary", Trouble.TEMPORARY, "busy", TEMPORARY),
    (OPTED_OUT, Trouble.PERMANENT, OPTED_OUT, NOBODY),
    ("permanent", Trouble.PERMANENT, "rejected", "400-499"),
)
REASONS = {
    ("settings", 401): "credentials",
    ("settings", 402): "no_credit",
    ("settings", 403): "credentials",
}
AT_WORK = 409
KEY = "Idempotency-Key"
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
            *(f"{name}_status" for name, *_ in TROUBLES),
            *(f"{name}_pattern" for name, *_ in TROUBLES),
            *("resend", "lookup_url", "lookup_path", "lookup_pattern"),
            *("lookup_missing_status", "lookup_missing_pattern"),
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
        self.headers = headers_of(settings)
        check_templates(self.url.partition("?")[0], self.url, self.body, *self.headers.values())
        networks(settings)
        self.patterns = {name: pattern_of(settings, name) for name in PATTERNS}
        self.statuses = {name: ranges_of(settings, name, default) for name, default in RANGES}
        if not settings.get("id_path") and not self.patterns["id_pattern"]:
            raise BadSettings("id_path or id_pattern is missing")
        if settings.get("receipt_reference"):
            check_receipts(settings, self.url + self.body)
        self.mode = mode_of(settings)
        self.mark = mark_of(settings)
        if self.mode is Resend.LOOKUP:
            self.lookup_url = check_url(settings, "lookup_url")
            check_templates(self.lookup_url.partition("?")[0])
            check_lookup(self.lookup_url, self.url + self.body + "".join(self.headers.values()))
        elif self.mode is Resend.DEDUPE:
            named = {name.lower() for name in self.headers}
            self.headers |= {} if KEY.lower() in named else {KEY: "{reference}"}

    @classmethod
    def resend(cls, settings: Settings) -> Resend:
        """As the settings say."""
        return mode_of(settings)

    def request(self, sms: OutboundSms) -> HttpRequest:
        """The templates, filled."""
        values = {
            "to": sms.phone,
            "to_digits": digits(sms.phone),
            "from": sms.sender,
            "text": sms.text,
            "reference": tag(sms, self.mark),
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
        if self.mode is Resend.DEDUPE and answer.status == AT_WORK:
            raise GatewayError(Trouble.UNKNOWN, "no_answer")
        raise self._refusal(answer, text) or GatewayError(Trouble.UNKNOWN, "no_answer")

    async def lookup(self, sms: OutboundSms) -> tuple[str, ...] | None:
        """Ask for a text that may have been taken; while there is no clear answer it waits."""
        if self.mode is not Resend.LOOKUP:
            return None
        if self.client is None:
            raise GatewayError(Trouble.TEMPORARY, "no_connection")
        values = {"reference": tag(sms, self.mark)}
        headers = {name: fill(value, values, str) for name, value in self.headers.items()}
        try:
            request = HttpRequest("GET", fill(self.lookup_url, values, _quoted), headers)
            answer = await self.client.send(request)
        except GatewayError as problem:
            raise GatewayError(Trouble.TEMPORARY, problem.reason) from problem
        return self._looked_up(sms, answer)

    def _looked_up(self, sms: OutboundSms, answer: HttpAnswer) -> tuple[str, ...] | None:
        text = answer.body.decode("utf-8", "replace")
        missing = self.patterns["lookup_missing_pattern"]
        if _within(answer.status, self.statuses["lookup_missing_status"]):
            return None
        if not answer.ok:
            problem = self._refusal(answer, "")
            slower = problem and problem.trouble in (Trouble.SETTINGS, Trouble.THROTTLED)
            raise problem if problem and slower else GatewayError(Trouble.TEMPORARY, "busy")
        if missing and missing.search(text):
            return None
        given = self._reference(answer, text, "lookup") or self._reference(answer, text)
        if not given:
            raise GatewayError(Trouble.TEMPORARY, "bad_answer")
        return references(given, sms.parts)

    def _refusal(self, answer: HttpAnswer, text: str) -> GatewayError | None:
        for name, trouble, reason, _ in TROUBLES:
            pattern = self.patterns[f"{name}_pattern"]
            if pattern and pattern.search(text):
                return refusal(answer, trouble, REASONS.get((name, answer.status), reason))
        for name, trouble, reason, _ in TROUBLES:
            if _within(answer.status, self.statuses[f"{name}_status"]):
                return refusal(answer, trouble, REASONS.get((name, answer.status), reason))
        return None

    def _taken(self, answer: HttpAnswer, text: str) -> bool:
        if not _within(answer.status, self.statuses["success_status"]):
            return False
        path, pattern = self.settings.get("success_path"), self.patterns["success_pattern"]
        if path and at(answer.json(), path) != self.settings.get("success_value", "true"):
            return False
        return not pattern or pattern.search(text) is not None

    def _reference(self, answer: HttpAnswer, text: str, where: str = "id") -> str:
        if path := self.settings.get(f"{where}_path"):
            return at(answer.json(), path)
        pattern = self.patterns[f"{where}_pattern"]
        found = pattern.search(text) if pattern else None
        return found[1] or "" if found else ""


PATTERNS = (
    "success_pattern",
    "id_pattern",
    "lookup_pattern",
    "lookup_missing_pattern",
    *(f"{name}_pattern" for name, *_ in TROUBLES),
)
RANGES = (
    ("success_status", "200-299"),
    ("lookup_missing_status", "404"),
    *((f"{name}_status", default) for name, _, _, default in TROUBLES),
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
            return receipts(reference, own, status, mark_of(settings))
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


def _within(status: int, ranges: list[tuple[int, int]]) -> bool:
    return any(first <= status <= last for first, last in ranges)


WEBHOOK = Webhook(parse, "OK")
