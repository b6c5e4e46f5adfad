"""Sinch: SMS API, batches over REST.

Facts from its public documentation and clients, as far as they could be read; not tried with a live
account:
- developers.sinch.com/docs/sms/api-reference: `POST /xms/v1/{service_plan_id}/batches` with a
  bearer token, JSON fields from, to (a list), body, type, delivery_report, callback_url,
  client_reference, expire_at (three days from now unless given, which is the most). The answer is
  201 with the `id` of the batch; a refusal is a JSON object with `code` and `text`.
- The same, delivery reports: one for each recipient, with batch_id, recipient (no plus sign),
  status, code, client_reference. A batch of ours has one recipient, and one report for all parts.
- The same, inbound: mo_text with id, from, to, body; long ones are joined. Each plan has one
  address for them, entered in the dashboard.
- Calls are signed if that has been switched on for the plan: x-sinch-webhook-signature is the
  Base64 of HMAC-SHA256 over the body, a nonce and a timestamp with dots between. The age of a
  signature is not looked at: calls are repeated for a day, and a repeated one changes nothing.

How soon a lookup by client_reference knows a batch is not said, so a text that is not found may
have been taken: it is never sent again. A 500 is said to mean that nothing was processed, but what
stands in front of the API may answer so as well: unknown. `Unknown` in a report says that nobody
reported anything, so it ends nothing.
"""

import json
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from promosms.gateways.base import (
    BadSettings,
    BadSignature,
    ErrorClass,
    GatewayError,
    HttpAnswer,
    HttpRequest,
    InboxEvent,
    OutboundSms,
    ReceiptStatus,
    Webhook,
    WebhookRequest,
)
from promosms.gateways.http import (
    HttpGateway,
    Settings,
    by_status,
    check_url,
    denied,
    digits,
    fields,
    inbound,
    need,
    receipts,
    recipient_of,
    references,
    refusal,
    tag,
)
from promosms.gateways.http.signatures import base64_hmac, check_secret, equal
from promosms.gateways.offered import GUARDS, UNSIGNED, Offered, Shape, rare, secret

BASE_URLS = {
    "eu": "https://eu.sms.api.sinch.com",
    "us": "https://us.sms.api.sinch.com",
}
CLOCKS = 10  # minutes by which ours may be ahead: a moment too far away would be refused
LONGEST_VALIDITY = 3 * 24 * 60 - CLOCKS  # minutes; from there on nothing is said: three days
ERRORS = {
    "unknown_group": (ErrorClass.SETTINGS, "settings"),
    "unknown_campaign": (ErrorClass.SETTINGS, "settings"),
    "missing_callback_url": (ErrorClass.SETTINGS, "settings"),
    "blocked_account": (ErrorClass.SETTINGS, "no_credit"),
}
WRONG_ADDRESS = (404, 405, 415)  # no such plan, or no such API at base_url
RECEIPT, REPLY = "recipient_delivery_report_sms", "mo_text"
STATUSES = {
    "Delivered": ReceiptStatus.DELIVERED,
    "Expired": ReceiptStatus.EXPIRED,
    "Aborted": ReceiptStatus.UNDELIVERED,
    "Cancelled": ReceiptStatus.UNDELIVERED,
    "Rejected": ReceiptStatus.UNDELIVERED,
    "Deleted": ReceiptStatus.UNDELIVERED,
    "Failed": ReceiptStatus.UNDELIVERED,
}
EXPIRED_INSIDE = "406"  # before it was handed to a network
SIGNATURE = "x-sinch-webhook-signature"


class Sinch(HttpGateway):
    """Settings: service_plan_id, token, signature_secret or unsigned=yes; region or base_url."""

    required = frozenset({"service_plan_id", "token"})
    optional = frozenset({"signature_secret", "unsigned", "region", "base_url"})

    offered = (
        Offered("service_plan_id"),
        secret("token"),
        Offered("region", Shape.CHOICE, default="eu", choices=tuple(BASE_URLS)),
        secret("signature_secret"),
        UNSIGNED,
        rare("base_url"),
        *GUARDS,
    )

    def __init__(self, settings: Settings) -> None:
        super().__init__(settings)
        plan, region = settings["service_plan_id"], settings.get("region", "eu")
        if not plan.isascii() or not plan.replace("-", "").replace("_", "").isalnum():
            raise BadSettings("service_plan_id: letters and digits are needed")
        if region not in BASE_URLS:
            raise BadSettings(f"region: one of {', '.join(BASE_URLS)}; base_url for others")
        base = check_url(settings, "base_url", BASE_URLS[region])
        self.url = f"{base}/xms/v1/{plan}/batches"
        check_secret(settings, "signature_secret")

    @classmethod
    def can_limit_validity(cls, settings: Settings) -> bool:
        """By the field expire_at."""
        return True

    def request(self, sms: OutboundSms) -> HttpRequest:
        """A batch for one recipient."""
        batch: dict[str, Any] = {
            "from": digits(sms.sender),
            "to": [digits(sms.phone)],
            "body": sms.text,
            "type": "mt_text",
            "client_reference": tag(sms),
        }
        if callback := self.callback():
            batch |= {"delivery_report": "per_recipient_final", "callback_url": callback}
        if 0 < sms.validity < LONGEST_VALIDITY:
            batch |= {"expire_at": _in_minutes(sms.validity)}
        headers = {
            "Authorization": f"Bearer {self.settings['token']}",
            "Content-Type": "application/json",
        }
        return HttpRequest("POST", self.url, headers, json.dumps(batch).encode())

    def read(self, sms: OutboundSms, answer: HttpAnswer) -> tuple[str, ...]:
        """One id for the whole text."""
        if problem := by_status(answer):
            raise problem
        body = answer.object()
        batch_id, code = body.get("id"), body.get("code")
        if answer.ok and isinstance(batch_id, str) and batch_id:
            return references(batch_id, sms.parts)
        if answer.ok:
            raise GatewayError(ErrorClass.UNKNOWN, "bad_answer")
        raise _refusal(answer, code if isinstance(code, str) else "")


def _refusal(answer: HttpAnswer, code: str) -> GatewayError:
    if code in ERRORS:
        return refusal(answer, *ERRORS[code])
    if "number" in code:  # of a type that this account cannot text; how it is written is not said
        return GatewayError(ErrorClass.PERMANENT, "bad_number")
    if answer.status in WRONG_ADDRESS:
        return GatewayError(ErrorClass.SETTINGS, "settings")
    if code and answer.status == 400:
        return GatewayError(ErrorClass.PERMANENT, "rejected")
    return denied(answer)


def _in_minutes(minutes: int) -> str:
    """That moment in ISO 8601, as expire_at wants it."""
    moment = datetime.now(UTC) + timedelta(minutes=minutes)
    return moment.isoformat(timespec="milliseconds").replace("+00:00", "Z")


def signature(secret: str, body: bytes, nonce: str, timestamp: str) -> str:
    """The signature of a call of Sinch."""
    return base64_hmac(secret, b".".join((body, nonce.encode(), timestamp.encode())))


def _check_signature(settings: Settings, request: WebhookRequest) -> None:
    secret = settings.get("signature_secret")
    if not secret:
        return
    sent, nonce, timestamp = (
        request.headers.get(f"{SIGNATURE}{ending}", "") for ending in ("", "-nonce", "-timestamp")
    )
    if not equal(sent, signature(secret, request.body, nonce, timestamp)):
        raise BadSignature(request.topic)


def parse(settings: Settings, request: WebhookRequest) -> list[InboxEvent]:
    """A receipt or a reply, told apart by their type: a plan has one address for both."""
    _check_signature(settings, request)
    values = fields(request)
    if not values:
        return []
    kind = need(values, "type")
    if kind == RECEIPT:
        return _receipts(settings, values)
    if kind != REPLY:
        return []
    sender, number = need(values, "from"), need(values, "to")
    return [inbound(settings, need(values, "id"), sender, number, values.get("body", ""))]


def _receipts(settings: Settings, values: Mapping[str, str]) -> list[InboxEvent]:
    batch_id, status = need(values, "batch_id"), STATUSES.get(need(values, "status"))
    if status is None:
        return []  # on its way
    if status is ReceiptStatus.UNDELIVERED and values.get("code") == EXPIRED_INSIDE:
        status = ReceiptStatus.EXPIRED
    recipient = recipient_of(settings, values.get("recipient", ""))
    tagged = values.get("client_reference", "")
    return receipts(batch_id, tagged, status, recipient=recipient)


WEBHOOK = Webhook(parse)
