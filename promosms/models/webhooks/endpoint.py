"""Webhook endpoints: addresses of an account's programs that are told what happens."""

from datetime import datetime
from enum import StrEnum
from typing import ClassVar

from sqlalchemy import ForeignKey, Index, Integer, LargeBinary, String
from sqlalchemy.orm import Mapped, mapped_column

from promosms.models.base import BigId, Model, Privacy, UtcDateTime, new_public_id, now
from promosms.models.processing import CAMPAIGNS, Processing
from promosms.models.registry import KEY, MACHINERY, N_, UNTIL_DELETED, Export


class WebhookEvent(StrEnum):
    """What can happen. Programs read these words."""

    MESSAGE_SENT = "message.sent"
    MESSAGE_FINISHED = "message.finished"
    REPLY_RECEIVED = "reply.received"
    OPT_OUT_RECORDED = "opt_out.recorded"
    CAMPAIGN_FINISHED = "campaign.finished"
    BALANCE_LOW = "balance.low"
    LINK_OPENED = "link.opened"
    TEST = "webhook.test"
    """Asked for on the page of the endpoint; every endpoint gets it."""

    CHOSEN: ClassVar["tuple[WebhookEvent, ...]"]
    """Those that an endpoint can ask for."""


WebhookEvent.CHOSEN = tuple(event for event in WebhookEvent if event is not WebhookEvent.TEST)


class EndpointStatus(StrEnum):
    """Is it told anything?"""

    ACTIVE = "active"
    OFF = "off"  # its owner has switched it off
    DISABLED = "disabled"  # it did not answer for days, or has said that it is gone for good


class EndpointKind(StrEnum):
    """How it is told."""

    WEBHOOK = "webhook"  # by signed JSON at its address
    REPORTS = "reports"  # by calling the address that each text came with; `url` is the server


class WebhookEndpoint(Model):
    """An address, or a server. `events` is a list with commas between.

    `with_details`: numbers and the words of replies are in what it gets; otherwise only ids. One of
    the sandbox hears of the texts of sandbox keys and of nothing else. `secret` signs what it gets;
    `old_secret` does so as well until `old_secret_until`. `failures` counts those since the last
    success: the first of them was at `failing_since`, the last one at `failed_at`. Nothing is tried
    before `resume_at`. The
    owner was warned at `warned_at`. `created_by` is the public id of a user.
    """

    __tablename__ = "webhook_endpoints"
    __table_args__ = (Index("ix_webhook_endpoints_account", "account_id", "id"),)
    privacy = Privacy.ACCOUNT
    export = Export(
        "webhook-endpoints",
        N_("Addresses of your programs that are told what happens, without their secrets."),
        without={
            "secret": KEY,
            "old_secret": KEY,
            "old_secret_until": MACHINERY,
            "failures": MACHINERY,
            "resume_at": MACHINERY,
            "warned_at": MACHINERY,
        },
        words={
            "url": N_("the address"),
            "events": N_("what it is told"),
            "with_details": N_("are numbers and the words of replies in it"),
            "sandbox": N_("is it one for trying out"),
            "created_by": N_("who has made it, see users"),
            "failing_since": N_("since when it does not take what it is told"),
            "failed_at": N_("when it last did not take something"),
            "succeeded_at": N_("when it last took something, to the minute"),
            "stopped_at": N_("since when it is told nothing"),
        },
        referred=("endpoint_id",),
    )
    retention = UNTIL_DELETED
    processing = Processing(
        CAMPAIGNS,
        N_("If you add a webhook: what you choose, sent to your address, where we delete nothing"),
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    public_id: Mapped[str] = mapped_column(String(20), unique=True, default=new_public_id)
    account_id: Mapped[int] = mapped_column(ForeignKey("accounts.id"))
    kind: Mapped[str] = mapped_column(String(7), default=EndpointKind.WEBHOOK)
    url: Mapped[str] = mapped_column(String(500))
    events: Mapped[str] = mapped_column(String(200))
    with_details: Mapped[bool] = mapped_column(default=False)
    sandbox: Mapped[bool] = mapped_column(default=False)
    secret: Mapped[bytes] = mapped_column(LargeBinary)
    old_secret: Mapped[bytes | None] = mapped_column(LargeBinary)
    old_secret_until: Mapped[datetime | None] = mapped_column(UtcDateTime)
    status: Mapped[str] = mapped_column(String(8), default=EndpointStatus.ACTIVE)
    stopped_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    failures: Mapped[int] = mapped_column(Integer, default=0)
    failing_since: Mapped[datetime | None] = mapped_column(UtcDateTime)
    failed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    resume_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    warned_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    succeeded_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    created_by: Mapped[str] = mapped_column(String(20))
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)
