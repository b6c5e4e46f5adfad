"""Message counts: what is left of messages whose numbers and texts have been deleted."""

from datetime import datetime

from sqlalchemy import BigInteger, ForeignKey, Integer, SmallInteger, String
from sqlalchemy.orm import Mapped, mapped_column

from promosms.models.base import Model, Privacy, UtcDateTime, now
from promosms.models.processing import CAMPAIGNS, Processing
from promosms.models.registry import N_, WITH_ACCOUNT, Export


class MessageCount(Model):
    """So many messages of a campaign ended the same way, in the same country, at the same price.

    `price` is that of a message, `charged` what all of them cost together, in 1/10,000. Reports,
    campaign costs and the audit of the ledger add these figures to the messages still there.
    `deleted_at` is when a message last became a figure.
    """

    __tablename__ = "message_counts"
    privacy = Privacy.ACCOUNT
    export = Export(
        "message-counts",
        N_("What is left of messages whose numbers and texts have been deleted."),
        words={
            "messages": N_("how many messages"),
            "deleted_at": N_("when numbers and texts were last deleted"),
        },
        money=("price", "charged"),
        parent="campaign_id",
    )
    retention = WITH_ACCOUNT
    processing = Processing(CAMPAIGNS, N_("How many messages ended how, without numbers and texts"))

    campaign_id: Mapped[int] = mapped_column(ForeignKey("campaigns.id"), primary_key=True)
    status: Mapped[str] = mapped_column(String(11), primary_key=True)
    reason: Mapped[str] = mapped_column(String(24), primary_key=True)
    country: Mapped[str] = mapped_column(String(2), primary_key=True)
    parts: Mapped[int] = mapped_column(SmallInteger, primary_key=True)
    price: Mapped[int] = mapped_column(BigInteger, primary_key=True)
    account_id: Mapped[int] = mapped_column(ForeignKey("accounts.id"), index=True)
    messages: Mapped[int] = mapped_column(Integer)
    charged: Mapped[int] = mapped_column(BigInteger)
    deleted_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)
