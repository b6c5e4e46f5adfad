"""The configurable gateway: any provider that takes a text by one HTTP request.

Settings, all of them text (docs/operations.md has an example):
- `url`, `method` (POST), `content_type` (application/json), `headers` (a JSON object), `body`.
  The placeholders {to} {to_digits} {from} {text} {reference} {callback} are escaped for their
  place: URL, form, JSON string or XML. {validity_minutes} or {validity_seconds} is for how long the
  network shall try, `validity_hours` (24) unless the campaign says something else. {flash} is
  `flash_yes` (true) for a text that opens on the screen, else `flash_no` (false).
- taken: `success_status` (200-299), and `success_path` with `success_value`, or `success_pattern`.
- reference: `id_path` or `id_pattern` (its first group).
- not taken: `settings_pattern`, `throttled_pattern`, `temporary_pattern`, `opted_out_pattern` and
  `permanent_pattern` on the body come first, then `settings_status` (401-403: an error of our
  account), `throttled_status` (429,503), `temporary_status` (see TEMPORARY) and `permanent_status`
  (400-499). The rest, 5xx above all, is unknown: a proxy in front may have lost the answer.
- whose answer was lost: `resend` is `never`, or `dedupe` if the provider drops a repetition, known
  by the header Idempotency-Key (added unless `headers` say otherwise) or by {reference}; 409 says
  that it is still at work. Or `lookup`: `lookup_url` is asked with {reference}; the reference of a
  text that was taken stands where `lookup_path` or `lookup_pattern` says (`id_path`, `id_pattern`),
  `lookup_missing_status` (404) or `lookup_missing_pattern` mean that it was not.
- receipts: `receipt_reference`, `receipt_status`, `receipt_our_reference` (where {reference} comes
  back), `receipt_phone` (the recipient), and the words `delivered`, `undelivered`, `expired`.
  Replies: `inbound_reference`, `inbound_phone`, `inbound_number`, `inbound_text`. `addresses`
  limits who may call. The answer to a call is OK.

A path is written with dots: `messages.0.id`. Of a call with several receipts or replies in such a
list all are read.
"""

import json
from collections.abc import Callable
from typing import Any
from urllib.parse import quote, quote_plus
from xml.sax.saxutils import escape

from promosms.gateways.base import (
    BadSettings,
    BadWebhook,
    ErrorClass,
    GatewayError,
    HttpAnswer,
    HttpRequest,
    InboxEvent,
    OutboundSms,
    ReceiptStatus,
    Resend,
    Webhook,
    WebhookRequest,
    WebhookTopic,
)
from promosms.gateways.http import (
    OPTED_OUT,
    OUR_REFERENCE,
    HttpGateway,
    Settings,
    check_address,
    check_url,
    digits,
    document,
    each,
    fields,
    inbound,
    networks,
    plain,
    receipts,
    recipient_of,
    references,
    refusal,
    tag,
)
from promosms.gateways.http.configurable_settings import (
    METHODS,
    OFFERED,
    PLACEHOLDER,
    check_lookup,
    check_receipts,
    check_templates,
    headers_of,
    limits_validity,
    mark_of,
    mode_of,
    pattern_of,
    ranges_of,
    says_flash,
    usual_validity,
)

TEMPORARY = "301,302,307,308,404,407,408,421,423,425"
NOBODY = ""  # no status
ERROR_CLASSES = (
    ("settings", ErrorClass.SETTINGS, "settings", "401-403"),
    ("throttled", ErrorClass.THROTTLED, "throttled", "429,503"),
    ("temporary", ErrorClass.TEMPORARY, "busy", TEMPORARY),
    (OPTED_OUT, ErrorClass.PERMANENT, OPTED_OUT, NOBODY),
    ("permanent", ErrorClass.PERMANENT, "rejected", "400-499"),
)
REASONS = {
    ("settings", 401): "credentials",
    ("settings", 402): "no_credit",
    ("settings", 403): "credentials",
}
AT_WORK = 409
FIRST = ".0."  # in a path: the first entry of a list
KEY = "Idempotency-Key"
WORDS = {
    ReceiptStatus.DELIVERED: "delivered,DELIVRD",
    ReceiptStatus.UNDELIVERED: (
        "undelivered,undeliverable,failed,rejected,deleted,skipped,UNDELIV,REJECTD"
    ),
    ReceiptStatus.EXPIRED: "expired,EXPIRD",
}
Escape = Callable[[str], str]


class GenericHttp(HttpGateway):
    """Any provider, described by settings."""

    required = frozenset({"url"})
    optional = frozenset(
        (
            *("method", "content_type", "headers", "body", "id_path", "id_pattern"),
            *("validity_hours", "flash_yes", "flash_no"),
            *("success_status", "success_path", "success_value", "success_pattern"),
            *(f"{name}_status" for name, *_ in ERROR_CLASSES),
            *(f"{name}_pattern" for name, *_ in ERROR_CLASSES),
            *("resend", "lookup_url", "lookup_path", "lookup_pattern"),
            *("lookup_missing_status", "lookup_missing_pattern"),
            *("receipt_reference", "receipt_status", "receipt_our_reference", "receipt_phone"),
            *("delivered", "undelivered", "expired", "addresses"),
            *("inbound_reference", "inbound_phone", "inbound_number", "inbound_text"),
        )
    )

    offered = OFFERED

    def __init__(self, settings: Settings) -> None:
        super().__init__(settings)
        self.url = check_url(settings, "url")
        self.method = str(settings.get("method", "POST"))
        if self.method not in METHODS:
            raise BadSettings(f"method: one of {', '.join(METHODS)}")
        self.content_type = str(settings.get("content_type", "application/json"))
        self.body = str(settings.get("body", ""))
        self.headers = headers_of(settings)
        check_templates(self.url.partition("?")[0], self.url, self.body, *self.headers.values())
        networks(settings)
        no, yes = settings.get("flash_no", "false"), settings.get("flash_yes", "true")
        self.flash_words = str(no), str(yes)
        self.usual_validity = usual_validity(settings) * 60
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
        """As the operator says in the setting."""
        return mode_of(settings)

    @classmethod
    def can_flash(cls, settings: Settings) -> bool:
        """If its placeholder is in a template."""
        return says_flash(settings)

    @classmethod
    def can_limit_validity(cls, settings: Settings) -> bool:
        """If a placeholder for it is in a template."""
        return limits_validity(settings)

    def request(self, sms: OutboundSms) -> HttpRequest:
        """The request from the templates."""
        values = {
            "to": sms.phone,
            "to_digits": digits(sms.phone),
            "from": sms.sender,
            "text": sms.text,
            "reference": tag(sms, self.mark),
            "callback": self.callback_for(sms),
            "flash": self.flash_words[sms.flash],
            "validity_minutes": str(sms.validity or self.usual_validity),
            "validity_seconds": str((sms.validity or self.usual_validity) * 60),
        }
        body = fill(self.body, values, escape_for(self.content_type))
        headers = {name: fill(value, values, str) for name, value in self.headers.items()}
        if body:
            headers.setdefault("Content-Type", self.content_type)
        return HttpRequest(self.method, fill(self.url, values, _quoted), headers, body.encode())

    def read(self, sms: OutboundSms, answer: HttpAnswer) -> tuple[str, ...]:
        """The reference, from the place in the settings."""
        text = answer.body.decode("utf-8", "replace")
        if self._taken(answer, text):
            reference = self._reference(answer, text)
            if not reference:
                raise GatewayError(ErrorClass.UNKNOWN, "bad_answer")
            return references(reference, sms.parts)
        if self.mode is Resend.DEDUPE and answer.status == AT_WORK:
            raise GatewayError(ErrorClass.UNKNOWN, "no_answer")
        raise self._refusal(answer, text) or GatewayError(ErrorClass.UNKNOWN, "no_answer")

    async def lookup(self, sms: OutboundSms) -> tuple[str, ...] | None:
        """Ask if a text was taken; without a clear answer it is tried later."""
        if self.mode is not Resend.LOOKUP:
            return None
        if self.client is None:
            raise GatewayError(ErrorClass.TEMPORARY, "no_connection")
        values = {"reference": tag(sms, self.mark)}
        headers = {name: fill(value, values, str) for name, value in self.headers.items()}
        try:
            request = HttpRequest("GET", fill(self.lookup_url, values, _quoted), headers)
            answer = await self.client.send(request)
        except GatewayError as problem:
            raise GatewayError(ErrorClass.TEMPORARY, problem.reason) from problem
        return self._looked_up(sms, answer)

    def _looked_up(self, sms: OutboundSms, answer: HttpAnswer) -> tuple[str, ...] | None:
        text = answer.body.decode("utf-8", "replace")
        missing = self.patterns["lookup_missing_pattern"]
        if _within(answer.status, self.statuses["lookup_missing_status"]):
            return None
        if not answer.ok:
            problem = self._refusal(answer, "")
            slower = problem and problem.error_class in (ErrorClass.SETTINGS, ErrorClass.THROTTLED)
            raise problem if problem and slower else GatewayError(ErrorClass.TEMPORARY, "busy")
        if missing and missing.search(text):
            return None
        reference = self._reference(answer, text, "lookup") or self._reference(answer, text)
        if not reference:
            raise GatewayError(ErrorClass.TEMPORARY, "bad_answer")
        return references(reference, sms.parts)

    def _refusal(self, answer: HttpAnswer, text: str) -> GatewayError | None:
        for name, error_class, reason, _ in ERROR_CLASSES:
            pattern = self.patterns[f"{name}_pattern"]
            if pattern and pattern.search(text):
                return refusal(answer, error_class, REASONS.get((name, answer.status), reason))
        for name, error_class, reason, _ in ERROR_CLASSES:
            if _within(answer.status, self.statuses[f"{name}_status"]):
                return refusal(answer, error_class, REASONS.get((name, answer.status), reason))
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
        match = pattern.search(text) if pattern else None
        return match[1] or "" if match else ""


PATTERNS = (
    "success_pattern",
    "id_pattern",
    "lookup_pattern",
    "lookup_missing_pattern",
    *(f"{name}_pattern" for name, *_ in ERROR_CLASSES),
)
RANGES = (
    ("success_status", "200-299"),
    ("lookup_missing_status", "404"),
    *((f"{name}_status", default) for name, _, _, default in ERROR_CLASSES),
)


def fill(template: str, values: dict[str, str], escaped: Escape) -> str:
    """A template with its placeholders replaced, each value escaped."""
    return PLACEHOLDER.sub(lambda match: escaped(values[match[1]]), template)


def escape_for(content_type: str) -> Escape:
    """The escape function for a body of this type."""
    if "json" in content_type:
        return lambda value: json.dumps(value)[1:-1]
    if "form" in content_type:
        return quote_plus
    return escape if "xml" in content_type else str


def at(document: Any, path: str) -> str:
    """The value at a path, as text; empty if there is none."""
    return plain(_value(document, path))


def _value(document: Any, path: str) -> Any:
    for step in path.split("."):
        if isinstance(document, list) and step.isdecimal() and int(step) < len(document):
            document = document[int(step)]
        elif isinstance(document, dict) and step in document:
            document = document[step]
        else:
            return None
    return document


def parse(settings: Settings, request: WebhookRequest) -> list[InboxEvent]:
    """Receipts or replies, one or a JSON list; an empty call is a test of the address.

    Of a list the entries count that can be read. Raises BadWebhook if there is none.
    """
    check_address(settings, request)
    read = _receipt if request.topic is WebhookTopic.RECEIPT else _inbound
    our_reference = dict(request.query).get(OUR_REFERENCE, "")
    path = settings.get(f"{request.topic}_reference", "")
    documents = [one for document in _documents(request) for one in _entries(document, path)]
    return each(documents, lambda entry: read(settings, entry, our_reference))


def _documents(request: WebhookRequest) -> list[Any]:
    body = document(request)
    if body is not None:
        return body if isinstance(body, list) else [body]
    flat = {name: value for name, value in fields(request).items() if name != OUR_REFERENCE}
    return [flat] if flat else []


def _entries(document: Any, path: str) -> list[Any]:
    """A document for each entry of the list in it whose first entry the path names."""
    where, first, _ = path.partition(FIRST)
    entries = _value(document, where) if first else None
    if not isinstance(entries, list) or len(entries) < 2:
        return [document]
    return [_with(document, where.split("."), [entry]) for entry in entries]


def _with(document: Any, steps: list[str], value: Any) -> Any:
    """A copy with another value at a path that is there."""
    if not steps:
        return value
    step, *rest = steps
    if isinstance(document, dict):
        return {**document, step: _with(document[step], rest, value)}
    place = int(step)
    return [*document[:place], _with(document[place], rest, value), *document[place + 1 :]]


def _receipt(settings: Settings, document: Any, our_reference: str) -> list[InboxEvent]:
    reference = at(document, settings.get("receipt_reference", ""))
    word = at(document, settings.get("receipt_status", ""))
    if not reference or not word:
        raise BadWebhook("receipt")
    our_reference = at(document, settings.get("receipt_our_reference", "")) or our_reference
    recipient = recipient_of(settings, at(document, settings.get("receipt_phone", "")))
    for status, default in WORDS.items():
        known = str(settings.get(status, default)).lower().split(",")
        if word.strip("\0 ").lower() in map(str.strip, known):
            return receipts(reference, our_reference, status, mark_of(settings), recipient)
    return []  # on its way


def _inbound(settings: Settings, document: Any, _our_message_id: str) -> list[InboxEvent]:
    reference, phone, number, text = (
        at(document, settings.get(f"inbound_{name}", ""))
        for name in ("reference", "phone", "number", "text")
    )
    if not phone or not number or not reference:
        raise BadWebhook("inbound")
    return [inbound(settings, reference, phone, number, text)]


def _quoted(value: str) -> str:
    return quote(value, safe="")


def _within(status: int, ranges: list[tuple[int, int]]) -> bool:
    return any(first <= status <= last for first, last in ranges)


WEBHOOK = Webhook(parse, "OK")
