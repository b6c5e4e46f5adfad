"""SMS Gateway for Android: an app (Apache-2.0) that sends by the SIM of a phone.

Facts from the published source of the app, of its server and of its documentation; not tried with
a live phone:
- The app itself answers at `http://<phone>:8080`, a server of one's own at
  `https://<host>/api/3rdparty/v1`, from where the phone fetches. Basic authentication.
- `POST /messages` with id, textMessage, phoneNumbers, ttl (seconds), simNumber (1 to 3), deviceId,
  withDeliveryReport; 202 with that id. 409: the id is there already, and nothing is sent twice. A
  server looks for the id at one phone only, and chooses one at random unless deviceId names it.
  skipPhoneValidation, because a server takes mobile numbers of a few formats only.
- ttl is for the queue of server and phone: afterwards it fails with "TTL expired". The network is
  not told, so campaigns are not promised a time to try for.
- 400 "failed to select device": the account has no such phone. 503: its queue is full, or the phone
  has been away for too long. A server looks at that before it looks for the id.
- `POST /webhooks` with id, url, event: another one of the same id is replaced. The phone itself
  calls, also of a server, over HTTPS only, and repeats for two days what is not answered with 2xx
  within five seconds.
- X-Signature is the HMAC-SHA256 of the body and the digits of X-Timestamp (seconds, of the try),
  keyed with the signing key of the app, in hexadecimal digits. The documentation advises to accept
  five minutes to either side.
- A call is an object with id (of the event, kept when it is repeated), event, payload. All payloads
  of a text have its messageId. A lost answer is no matter: the id is ours.
- Of a text of several parts each part is reported by itself, without its number, so they are
  counted: each event stands for one part. A part that failed decides for all. Where the phone makes
  other parts than we count, it is delivered with the last one that we count, or stays as sent.
- sms:received is often reported twice, with the same messageId. Long replies come joined.

No event is asked for that says only that a text is on its way: each would cost phone and network
a call. What has left for the phone cannot be called back. A phone sends slowly, so texts wait here,
where an opt-out still stops them, and not in its queue.
"""

import asyncio
import base64
import hmac
import itertools
import json
import logging
import re
import time
from contextlib import suppress

from promosms.gateways.base import (
    BadSettings,
    BadSignature,
    BadWebhook,
    Emit,
    ErrorClass,
    GatewayError,
    HttpAnswer,
    HttpRequest,
    Inbound,
    InboxEvent,
    OutboundSms,
    Receipt,
    ReceiptStatus,
    Resend,
    Webhook,
    WebhookRequest,
    WebhookTopic,
)
from promosms.gateways.http import (
    HttpGateway,
    Settings,
    by_status,
    check_url,
    denied,
    document,
    inbound,
    mark,
    need,
    plain,
    read_tag,
    recipient_of,
    seconds,
    short,
    tag,
    yes,
)
from promosms.gateways.http.configurable_settings import usual_validity
from promosms.gateways.offered import UNSIGNED, Offered, rare, secret, switch

log = logging.getLogger(__name__)
OF_SERVER = "/3rdparty/"  # in the address of a server, which may have several phones
TAKEN_BEFORE, FULL = 409, 503
FULL_SECONDS = 60.0  # until a full queue is tried again
RETRY_SECONDS = 30.0  # until a phone that is away is asked again
USUAL_RATE, HIGHEST_RATE = 60, 3600  # parts per hour
TOLERANCE = 300  # seconds between the clock of the phone and ours
PHONE = "device"  # in the words of a refusal: there is none, or not that one
TOO_LATE = "TTL expired"
RECEIVED = "sms:received"
STATUSES = {
    "sms:delivered": ReceiptStatus.DELIVERED,
    "sms:failed": ReceiptStatus.UNDELIVERED,
}
EVENTS = {**dict.fromkeys(STATUSES, WebhookTopic.RECEIPT), RECEIVED: WebhookTopic.INBOUND}
NUMBER = re.compile(r"\+[1-9][0-9]{6,14}", re.ASCII)
SIMS = re.compile(r"[1-3](,[1-3])*", re.ASCII)
SECONDS = re.compile(r"[0-9]{1,12}", re.ASCII)


class Android(HttpGateway):
    """Settings: base_url, username, password, number; signing_key, or unsigned=yes.

    `number` is that of the SIM. device_id (of a server), sims (2, or 1,2 in turn), per_hour (60
    parts) and validity_hours (24) if wanted.
    """

    required = frozenset({"base_url", "username", "password", "number"})
    optional = frozenset(
        {
            *("signing_key", "unsigned", "device_id", "sims"),
            *("per_hour", "validity_hours", "retry_seconds"),
        }
    )

    offered = (
        Offered("base_url", example="http://192.168.1.20:8080"),
        Offered("username", example="sms"),
        secret("password"),
        Offered("number", example="+48732000001"),
        secret("signing_key"),
        UNSIGNED,
        switch("allow_private"),
        switch("allow_insecure"),
        rare("per_hour", default=str(USUAL_RATE)),
        rare("device_id"),
        rare("sims", example="1,2"),
    )

    def __init__(self, settings: Settings) -> None:
        super().__init__(settings)
        self.url = check_url(settings, "base_url").rstrip("/")
        _check(settings)
        self.mark = mark(settings)
        self.ttl = usual_validity(settings) * 60  # minutes
        sims = settings.get("sims", "")
        self.sims = itertools.cycle(map(int, sims.split(","))) if sims else None
        pair = f"{settings['username']}:{settings['password']}".encode()
        self.retry_seconds = seconds(settings, "retry_seconds", RETRY_SECONDS)
        self.asked = False
        self.asking: asyncio.Task[None] | None = None
        self.headers = {
            "Authorization": f"Basic {base64.b64encode(pair).decode()}",
            "Content-Type": "application/json",
        }

    @classmethod
    def resend(cls, settings: Settings) -> Resend:
        """Repetitions are dropped, as long as no other installation can use our references."""
        return Resend.DEDUPE if mark(settings) else Resend.NEVER

    @classmethod
    def most_rate(cls, settings: Settings) -> float:
        """As operators allow a person, not a company."""
        return _per_hour(settings) / 3600

    @property
    def ready(self) -> bool:
        """Has the phone been asked to call us? Without that a STOP would be lost."""
        return self.asked

    async def open(self, emit: Emit) -> None:
        """Ask the phone to call us; while it is away, keep trying.

        Raises GatewayError if it refuses.
        """
        await super().open(emit)
        try:
            await self._ask()
        except GatewayError as problem:
            if problem.error_class is ErrorClass.SETTINGS:
                await self.close()
                raise
            self.asking = asyncio.create_task(self._keep_asking())

    async def close(self) -> None:
        """Close the connections to the phone; it goes on calling us."""
        if self.asking:
            self.asking.cancel()
            with suppress(asyncio.CancelledError):
                await self.asking
            self.asking = None
        await super().close()

    async def _keep_asking(self) -> None:
        while not self.asked:
            await asyncio.sleep(self.retry_seconds)
            try:
                await self._ask()
            except GatewayError as problem:
                log.warning("android.not_asked", extra={"code": problem.reason})
        self.on_change()

    async def _ask(self) -> None:
        for event, topic in EVENTS.items():
            await self._register(event, topic)
        self.asked = True

    async def _register(self, event: str, topic: WebhookTopic) -> None:
        """Register for an event, under an id that is always the same."""
        callback = self.settings.get("callback_url")
        if self.client is None or not callback:
            return
        name = event.removeprefix("sms:")
        webhook = {"id": f"promosms-{self.mark}-{name}", "url": f"{callback}/{topic}"}
        answer = await self.client.send(self._post("webhooks", {**webhook, "event": event}))
        if not answer.ok:
            problem = _refused(answer)
            permanent = problem.error_class is ErrorClass.PERMANENT
            raise GatewayError(ErrorClass.SETTINGS, "webhook_refused") if permanent else problem

    def request(self, sms: OutboundSms) -> HttpRequest:
        """One number in each request, because the id is that of the request."""
        message = {
            "id": tag(sms, self.mark),
            "phoneNumbers": [sms.phone],
            "textMessage": {"text": sms.text},
            "ttl": (sms.validity or self.ttl) * 60,
            "withDeliveryReport": True,
        }
        message |= {"simNumber": next(self.sims)} if self.sims else {}
        return self._post("messages?skipPhoneValidation=true", message)

    def _post(self, path: str, fields: dict[str, object]) -> HttpRequest:
        device = self.settings.get("device_id")
        body = {**fields, "deviceId": device} if device else fields
        return HttpRequest("POST", f"{self.url}/{path}", self.headers, json.dumps(body).encode())

    def read(self, sms: OutboundSms, answer: HttpAnswer) -> tuple[str, ...]:
        """Our own id; none for a text of several parts, which are told apart by their receipts."""
        ours = tag(sms, self.mark)
        if answer.ok and answer.object().get("id") != ours:
            raise GatewayError(ErrorClass.UNKNOWN, "bad_answer")
        if answer.ok or (self.mark and answer.status == TAKEN_BEFORE):
            return (ours,) if sms.parts == 1 else ()
        raise _refused(answer)


def _check(settings: Settings) -> None:
    """Refuse settings with which texts or replies would go astray."""
    if not settings.get("signing_key") and not yes(settings, "unsigned"):
        raise BadSettings("signing_key is missing; unsigned=yes does without")
    if not NUMBER.fullmatch(settings["number"]):
        raise BadSettings("number: the number of the SIM is needed, such as +48732000001")
    if OF_SERVER in f"{settings['base_url']}/" and not settings.get("device_id"):
        raise BadSettings("device_id is missing: another phone would send a repetition again")
    if settings.get("sims") and not SIMS.fullmatch(settings["sims"]):
        raise BadSettings("sims: a number from 1 to 3 is needed, or several such as 1,2")
    _per_hour(settings)


def _per_hour(settings: Settings) -> int:
    written = str(settings.get("per_hour", USUAL_RATE))
    if not re.fullmatch("[0-9]{1,4}", written, re.ASCII) or not 1 <= int(written) <= HIGHEST_RATE:
        raise BadSettings(f"per_hour: a number from 1 to {HIGHEST_RATE} is needed")
    return int(written)


def _refused(answer: HttpAnswer) -> GatewayError:
    """The error for a request that was not taken."""
    words = answer.object().get("message")
    if answer.status == FULL:
        wait = FULL_SECONDS if answer.wait is None else answer.wait
        return GatewayError(ErrorClass.THROTTLED, "throttled", wait=wait)
    if answer.status == 404 or (answer.status == 400 and PHONE in plain(words).lower()):
        return GatewayError(ErrorClass.SETTINGS, "settings")
    if answer.status == 400 and words:
        return GatewayError(ErrorClass.PERMANENT, "rejected")
    return by_status(answer) or denied(answer)


def signature(key: str, body: bytes, timestamp: str) -> str:
    """The signature of a call with this body."""
    signed = body + timestamp.encode(errors="replace")
    return hmac.new(key.encode(), signed, "sha256").hexdigest()


def parse(settings: Settings, request: WebhookRequest) -> list[InboxEvent]:
    """A receipt or a reply, at whichever of our addresses."""
    _check_signature(settings, request)
    if not request.body.strip():
        return []
    call = document(request)
    payload = call.get("payload") if isinstance(call, dict) else None
    if not isinstance(payload, dict):
        raise BadWebhook("payload")
    event = plain(call.get("event"))
    values = {name: plain(value) for name, value in payload.items()}
    if event == RECEIVED:
        return [_reply(settings, values)]
    if event not in STATUSES:
        return []  # on its way, or not about a text
    return _receipt(settings, plain(call.get("id")), STATUSES[event], values)


def _check_signature(settings: Settings, request: WebhookRequest) -> None:
    key = settings.get("signing_key")
    if not key:
        return
    timestamp = request.headers.get("x-timestamp", "")
    sent = request.headers.get("x-signature", "").lower().encode(errors="replace")
    expected = signature(key, request.body, timestamp).encode()
    if not hmac.compare_digest(sent, expected) or not SECONDS.fullmatch(timestamp):
        raise BadSignature(request.topic)
    if abs(time.time() - int(timestamp)) > TOLERANCE:
        raise BadSignature(request.topic)


def _reply(settings: Settings, values: dict[str, str]) -> Inbound:
    """A reply. It came to the number of the settings: the phone often does not know its own."""
    reference, text = need(values, "messageId"), values.get("message", "")
    sender = values.get("sender") or need(values, "phoneNumber")
    number = settings.get("number") or need(values, "recipient")
    return inbound(settings, reference, sender, number, text)


def _receipt(
    settings: Settings, event_id: str, status: ReceiptStatus, values: dict[str, str]
) -> list[InboxEvent]:
    our_reference, parts = read_tag(need(values, "messageId"), mark(settings))
    if not our_reference:
        return []  # of another program that sends by this phone
    if values.get("reason") == TOO_LATE:
        status = ReceiptStatus.EXPIRED
    reference = values["messageId"] if parts == 1 else event_id
    if not reference:
        raise BadWebhook("id")
    phone = recipient_of(settings, values.get("recipient") or values.get("phoneNumber", ""))
    return [Receipt(short(reference), our_reference, status, *phone)]


WEBHOOK = Webhook(parse)
