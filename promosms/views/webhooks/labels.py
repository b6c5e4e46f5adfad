"""Webhooks in words: what happened, what a program has answered, what that means."""

from datetime import datetime

from promosms.language import gettext as _
from promosms.language import lazy_gettext, pgettext
from promosms.models import (
    DeliveryStatus,
    EndpointStatus,
    WebhookDelivery,
    WebhookEndpoint,
    WebhookEvent,
)

ERRORS = {
    "timeout": lazy_gettext("no answer within 10 seconds"),
    "no_connection": lazy_gettext("no connection: nothing listens there"),
    "unknown_name": lazy_gettext("no server has this name"),
    "refused_address": lazy_gettext("the name leads into an own network"),
    "certificate": lazy_gettext("the certificate is not valid for this name"),
    "tls": lazy_gettext("no encrypted connection could be made"),
    "broken": lazy_gettext("the connection broke off"),
    "no_secret": lazy_gettext("the secret cannot be read any more: make a new one"),
}


def status(endpoint: WebhookEndpoint) -> tuple[str, str]:
    """Its state and the tone of that."""
    if endpoint.status == EndpointStatus.OFF:
        return pgettext("a webhook", "Off"), ""
    if endpoint.status == EndpointStatus.DISABLED:
        return pgettext("a webhook", "Switched off by itself"), "bad"
    if endpoint.failing_since is not None:
        return pgettext("a webhook", "Does not answer"), "warn"
    if endpoint.succeeded_at is None:
        return pgettext("a webhook", "Nothing sent yet"), ""
    return pgettext("a webhook", "Works"), "good"


def told(events: list[WebhookEvent]) -> str:
    """What it is told, in one line."""
    return ", ".join(map(what, events))


def what(event: str) -> str:
    """An event in two or three words."""
    words: dict[WebhookEvent, str] = {
        WebhookEvent.MESSAGE_SENT: pgettext("an event", "Text has left"),
        WebhookEvent.MESSAGE_FINISHED: pgettext("an event", "Result of a text"),
        WebhookEvent.REPLY_RECEIVED: pgettext("an event", "Reply"),
        WebhookEvent.OPT_OUT_RECORDED: pgettext("an event", "Opt-out"),
        WebhookEvent.CAMPAIGN_FINISHED: pgettext("an event", "End of a campaign"),
        WebhookEvent.BALANCE_LOW: pgettext("an event", "Low balance"),
        WebhookEvent.LINK_OPENED: pgettext("an event", "Link opened"),
        WebhookEvent.TEST: pgettext("an event", "Test"),
    }
    return words[WebhookEvent(event)]


def delivery_status(delivery: WebhookDelivery) -> tuple[str, str]:
    """How far a delivery is, and the tone of that."""
    if delivery.status == DeliveryStatus.DELIVERED:
        return pgettext("a webhook", "Taken"), "good"
    if delivery.status == DeliveryStatus.FAILED:
        return pgettext("a webhook", "Given up"), "bad"
    if delivery.status == DeliveryStatus.DROPPED:
        return pgettext("a webhook", "Not sent"), ""
    if delivery.tries:
        return pgettext("a webhook", "Is tried again"), "warn"
    return pgettext("a webhook", "Waits"), ""


def tried(at: str) -> datetime:
    """When a try was, as it stands in the history of a delivery."""
    return datetime.fromisoformat(at)


def answer(code: str) -> str:
    """What came of a try, in words."""
    if code in ERRORS:
        return str(ERRORS[code])
    if code.startswith("3"):
        return str(_("answer %(code)s: it points elsewhere, which is not followed", code=code))
    return str(_("answer %(code)s", code=code))
