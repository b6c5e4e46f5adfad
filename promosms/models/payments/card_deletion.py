"""Saved cards that are still to be deleted at Stripe."""

from datetime import datetime

from sqlalchemy import String
from sqlalchemy.orm import Mapped, mapped_column

from promosms.models.base import Model, Privacy, UtcDateTime, now
from promosms.models.processing import MONEY, Processing
from promosms.models.registry import ADD, N_, NOBODYS, Retention


class CardDeletion(Model):
    """Stripe's id of a customer, kept until Stripe confirms the deletion.

    The account is not stored with it, so an account can be erased without waiting for Stripe.
    """

    __tablename__ = "card_deletions"
    privacy = Privacy.SYSTEM
    customer_rights = ADD
    export = NOBODYS
    retention = Retention(
        "Stripe has forgotten the customer",
        words=N_("Until Stripe confirms that it has deleted the card."),
    )
    processing = Processing(MONEY, N_("The name that Stripe gives to a payer, once you have left"))

    customer: Mapped[str] = mapped_column(String(120), primary_key=True)
    tried_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)
