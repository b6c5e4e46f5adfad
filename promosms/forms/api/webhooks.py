"""What webhooks send: each event as programs get it; `services/api/webhook_events.py` writes it."""

from typing import Annotated

from pydantic import BaseModel, Field

from promosms.forms.api.campaigns import Id
from promosms.forms.api.shared import Given, Moment, Money
from promosms.models import (
    CampaignStatus,
    InboundKind,
    MessageStatus,
    SuppressionSource,
    WebhookEvent,
)

PHONE = "Only if the webhook gets numbers and the words of replies."
RecipientId = Annotated[
    str | None, Field(description="The recipient, see /recipients; null if it is none of them.")
]


class MessageEvent(Given):
    """What has become of a text of a program or of a campaign."""

    id: Annotated[str, Field(examples=["msg_0aZ3kP91x"])]
    reference: Annotated[str, Field(description="Your own name for it.", examples=["order-4711"])]
    campaign_id: Annotated[str | None, Field(description="If it is one of a campaign or a batch.")]
    status: Annotated[
        MessageStatus,
        Field(
            description="Of message.sent: sent. Of message.finished: delivered, undelivered, "
            "expired, failed, skipped, cancelled; or unknown, after which another may follow.",
            examples=["delivered"],
        ),
    ]
    reason: Annotated[str, Field(description="Why it did not arrive, as a code, or empty.")]
    parts: int
    sandbox: bool
    to: Annotated[str | None, Field(description=f"The number. {PHONE}")] = None


class ReplyEvent(Given):
    """Somebody has written. What asks to stop, to start or for help was obeyed already."""

    id: Id
    recipient_id: RecipientId
    kind: InboundKind
    received_at: Moment
    from_number: Annotated[str | None, Field(description=f"Who wrote. {PHONE}")] = None
    to_number: Annotated[str | None, Field(description=f"To which number. {PHONE}")] = None
    text: Annotated[str | None, Field(description=f"The words. {PHONE}")] = None


class OptOutEvent(Given):
    """Somebody has opted out, or has written what counts as that until it is read (held)."""

    recipient_id: RecipientId
    source: Annotated[
        SuppressionSource, Field(description="How it was recorded.", examples=["keyword"])
    ]
    created_at: Moment
    phone: Annotated[str | None, Field(description=f"The number. {PHONE}")] = None


class CampaignEvent(Given):
    """A campaign has left as a whole, or was cancelled. Results still come in after that."""

    id: Id
    name: str
    status: Annotated[
        CampaignStatus, Field(description="finished or cancelled.", examples=["finished"])
    ]
    sent: int
    delivered: int
    undelivered: int
    expired: int
    failed: int
    unknown: int
    skipped: int
    cancelled: int
    finished_at: Moment | None


class BalanceEvent(Given):
    """The balance is below the amount at which the owner wants to be told, see Billing."""

    balance: Money
    below: Money
    currency: str


class LinkEvent(Given):
    """Somebody has opened a short link of a text for the first time."""

    campaign_id: Id
    recipient_id: Id
    url: Annotated[
        str, Field(description="Where it leads.", examples=["https://shop.example/menu"])
    ]
    phone: Annotated[str | None, Field(description=f"The number. {PHONE}")] = None


class TestEvent(Given):
    """Sent from the page of the webhook."""

    words: Annotated[str, Field(examples=["This is a test. Nothing has happened."])]


EVENTS: dict[str, tuple[type[BaseModel], str]] = {
    WebhookEvent.MESSAGE_SENT.value: (MessageEvent, "The network has taken a text."),
    WebhookEvent.MESSAGE_FINISHED.value: (MessageEvent, "The result of a text is known."),
    WebhookEvent.REPLY_RECEIVED.value: (ReplyEvent, "Somebody has replied."),
    WebhookEvent.OPT_OUT_RECORDED.value: (OptOutEvent, "Somebody has opted out."),
    WebhookEvent.CAMPAIGN_FINISHED.value: (
        CampaignEvent,
        "A campaign or a batch has left, or was cancelled.",
    ),
    WebhookEvent.BALANCE_LOW.value: (
        BalanceEvent,
        "The balance has fallen below the amount of its alert.",
    ),
    WebhookEvent.LINK_OPENED.value: (LinkEvent, "Somebody opens a link for the first time."),
    WebhookEvent.TEST.value: (TestEvent, "Its owner has asked for a test."),
}
"""What each event says in `data`, and when it happens."""
