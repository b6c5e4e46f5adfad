"""Saved cards that Stripe is still to forget."""

from datetime import datetime

from sqlalchemy import String
from sqlalchemy.orm import Mapped, mapped_column

from promosms.models.base import Model, Privacy, UtcDateTime, now


class CardDeletion(Model):
    """A name that Stripe gave a customer, kept only until Stripe says that he is deleted.

    It leads to nobody here: what it belonged to is not written down, so that an account can be
    erased without waiting for Stripe.
    """

    __tablename__ = "card_deletions"
    privacy = Privacy.SYSTEM

    customer: Mapped[str] = mapped_column(String(120), primary_key=True)
    tried_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)
