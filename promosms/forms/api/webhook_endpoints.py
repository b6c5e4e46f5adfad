"""Webhooks of the API: addresses that programs add for themselves and take away again."""

from enum import StrEnum
from typing import Annotated

from pydantic import Field

from promosms.forms.api.campaigns import Id
from promosms.forms.api.shared import Asked, Given, Moment
from promosms.models import EndpointStatus, WebhookEvent
from promosms.services.webhooks import addresses


class Told(StrEnum):
    """An event that a webhook can ask for, see /api/webhooks."""

    MESSAGE_SENT = WebhookEvent.MESSAGE_SENT.value
    MESSAGE_FINISHED = WebhookEvent.MESSAGE_FINISHED.value
    REPLY_RECEIVED = WebhookEvent.REPLY_RECEIVED.value
    OPT_OUT_RECORDED = WebhookEvent.OPT_OUT_RECORDED.value
    CAMPAIGN_FINISHED = WebhookEvent.CAMPAIGN_FINISHED.value
    BALANCE_LOW = WebhookEvent.BALANCE_LOW.value
    LINK_OPENED = WebhookEvent.LINK_OPENED.value


class NewWebhook(Asked):
    """An address that is told what happens from now on."""

    url: Annotated[
        str,
        Field(
            min_length=1,
            max_length=addresses.LONGEST,
            description="It begins with https:// and is one that the Internet reaches.",
            examples=["https://shop.example/sms"],
        ),
    ]
    events: Annotated[
        list[Annotated[Told, Field(strict=False)]],
        Field(
            min_length=1,
            max_length=len(Told),
            description="What it is told, see /api/webhooks.",
            examples=[[Told.MESSAGE_FINISHED.value, Told.REPLY_RECEIVED.value]],
        ),
    ]
    details: Annotated[
        bool,
        Field(
            description="Send mobile numbers and the words of replies as well. The key needs the "
            "scope read for that."
        ),
    ] = False


class WebhookOut(Given):
    """A webhook, and whether it works."""

    id: Id
    url: str
    events: list[Told]
    details: Annotated[bool, Field(description="Are numbers and words of replies in it?")]
    sandbox: Annotated[bool, Field(description="Does it hear of texts of the sandbox only?")]
    status: Annotated[
        EndpointStatus,
        Field(
            description="active; off, if its owner has switched it off; disabled, if it has taken "
            "nothing for days."
        ),
    ]
    failing_since: Annotated[
        Moment | None, Field(description="Since when it has taken nothing, or null.")
    ]
    created_at: Moment


class AddedWebhook(WebhookOut):
    """A webhook that was just added."""

    secret: Annotated[
        str,
        Field(
            description="Signs what it gets. Its owner finds it on the page of the webhook.",
            examples=["whsec_C2FVsBQIhrscChlQIMV+b5sSYspob7oD"],
        ),
    ]


class WebhooksOut(Given):
    """The webhooks that the key can see: those of the sandbox, or the others."""

    webhooks: list[WebhookOut]


class DeletedWebhook(Given):
    """A webhook that is told nothing any more."""

    id: Id
    deleted: bool
