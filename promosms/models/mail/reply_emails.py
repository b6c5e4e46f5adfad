"""E-mails about replies: when an account wants them, and how much of the replies is in them."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import BigInteger, ForeignKey, SmallInteger, String
from sqlalchemy.orm import Mapped, mapped_column

from promosms.models.base import Model, Privacy, UtcDateTime, now
from promosms.models.processing import CAMPAIGNS, EMAILS, Processing
from promosms.models.registry import MACHINERY, N_, UNTIL_DELETED, Export


class ReplyMode(StrEnum):
    """When e-mails about replies leave; an account without a row gets none."""

    EACH = "each"  # at once, those of some minutes together
    DAILY = "daily"  # once a day


class ReplyDetail(StrEnum):
    """What of replies is in an e-mail, which leaves this service."""

    COUNT = "count"  # how many there are
    BEGINNING = "beginning"  # who wrote, and the first words
    FULL = "full"  # who wrote, and all of it


class ReplyEmails(Model):
    """E-mails of an account about replies: `hour` is that of the daily one on its clocks.

    The owner has been told of replies up to the one with the id `told_id`. None is written before
    `next_at`.
    """

    __tablename__ = "reply_emails"
    privacy = Privacy.ACCOUNT
    export = Export(
        "reply-emails",
        N_("When you want e-mails about replies, and what is in them."),
        without={"told_id": MACHINERY, "next_at": MACHINERY},
        words={
            "mode": N_("for each reply, or once a day"),
            "detail": N_("what of replies is in them"),
            "hour": N_("at which hour the daily one leaves"),
        },
    )
    retention = UNTIL_DELETED
    processing = (
        Processing(EMAILS, N_("When you want e-mails about replies, and what is in them")),
        Processing(
            CAMPAIGNS,
            N_(
                "Only if you choose e-mails about replies: who wrote, and the words that you "
                "choose, in e-mails to you. They are put in when the e-mail leaves and then lie "
                "in your mailbox, where this service can delete nothing"
            ),
        ),
    )

    account_id: Mapped[int] = mapped_column(ForeignKey("accounts.id"), primary_key=True)
    mode: Mapped[str] = mapped_column(String(5))
    detail: Mapped[str] = mapped_column(String(9))
    hour: Mapped[int] = mapped_column(SmallInteger)
    told_id: Mapped[int] = mapped_column(BigInteger)
    next_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now, index=True)
