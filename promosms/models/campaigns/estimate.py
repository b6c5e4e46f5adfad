"""Estimates of large audiences: what a draft would cost, worked out by a worker."""

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, BigInteger, ForeignKey, SmallInteger, String
from sqlalchemy.orm import Mapped, mapped_column

from promosms.models.base import Model, Privacy, UtcDateTime
from promosms.models.processing import CAMPAIGNS, Processing
from promosms.models.registry import N_, NotExported, Retention


class CampaignEstimate(Model):
    """The estimate of a draft, as far as a worker has counted.

    `about` is a digest of what it is about. It has several parts, one for each of the audiences of
    an A/B test, else one: `parts` holds the figures of those that were begun. The worker is at the
    recipient `cursor` (an id) of the part number `part`. `claimed_at` is when it last wrote;
    `counted_at` is when everything was counted.
    """

    __tablename__ = "campaign_estimates"
    privacy = Privacy.ACCOUNT
    export = NotExported(N_("What drafts to very many people would cost, until they are sent."))
    retention = Retention(
        "its draft is launched or deleted", words=N_("Until the draft is sent or deleted.")
    )
    processing = Processing(CAMPAIGNS, N_("What drafts would cost"))

    campaign_id: Mapped[int] = mapped_column(
        ForeignKey("campaigns.id", ondelete="CASCADE"), primary_key=True
    )
    account_id: Mapped[int] = mapped_column(ForeignKey("accounts.id"), index=True)
    about: Mapped[str] = mapped_column(String(64))
    parts: Mapped[list[dict[str, Any]]] = mapped_column(JSON, default=list)
    part: Mapped[int] = mapped_column(SmallInteger, default=0)
    cursor: Mapped[int] = mapped_column(BigInteger, default=0)
    claimed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    counted_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
