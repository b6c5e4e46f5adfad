"""Automatic top-ups: a saved card fills the balance up when it is low."""

from datetime import datetime

from sqlalchemy import BigInteger, ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from promosms.models.base import Model, Privacy, UtcDateTime, now
from promosms.models.processing import MONEY, Processing
from promosms.models.registry import N_, OPERATOR, UNTIL_DELETED, Export


class AutomaticTopUp(Model):
    """Order `amount` (net) by the saved card when the balance falls below `below`.

    `monthly_cap` limits the net sum of a calendar month (UTC). Money in 1/10,000. `customer` and
    `card` are ids of Stripe, `card_label` is what the owner recognises ("Visa •••• 4242"). After
    a refusal `stopped_why` holds the reason, and nothing is tried again until the owner switches
    the top-up on again.
    """

    __tablename__ = "automatic_top_ups"
    privacy = Privacy.ACCOUNT
    export = Export(
        "automatic-top-up",
        N_("When the balance is to be topped up by itself."),
        without=dict.fromkeys(("customer", "card"), OPERATOR),
        words={
            "active": N_("is it on"),
            "monthly_cap": N_("the most in a month"),
            "card_label": N_("the card, as far as it may be shown"),
            "stopped_why": N_("why it has stopped"),
            "tried_at": N_("when it was last tried"),
        },
        money=("below", "amount", "monthly_cap"),
    )
    retention = UNTIL_DELETED
    processing = Processing(
        MONEY, N_("Rules of the automatic top-up, and the end of the number of the saved card")
    )

    account_id: Mapped[int] = mapped_column(ForeignKey("accounts.id"), primary_key=True)
    active: Mapped[bool] = mapped_column(default=False)
    below: Mapped[int] = mapped_column(BigInteger, default=0)
    amount: Mapped[int] = mapped_column(BigInteger, default=0)
    monthly_cap: Mapped[int] = mapped_column(BigInteger, default=0)
    customer: Mapped[str] = mapped_column(String(120), default="")
    card: Mapped[str] = mapped_column(String(120), default="")
    card_label: Mapped[str] = mapped_column(String(60), default="")
    stopped_why: Mapped[str] = mapped_column(String(120), default="")
    tried_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    updated_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)
