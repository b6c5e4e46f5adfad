"""Direct texts: one text of an account to one person, outside of a campaign."""

from datetime import datetime

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    ForeignKey,
    Index,
    String,
    UniqueConstraint,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column

from promosms.models.base import BigId, Model, Privacy, UtcDateTime, now
from promosms.models.processing import MONEY, Processing
from promosms.models.registry import ADD_AND_CHANGE, KEY, MACHINERY, N_, WITH_ACCOUNT, Export

HELD = "remaining > 0"
AUTOMATIC = "automatic_answer_id IS NOT NULL"


class DirectText(Model):
    """The money of a direct text, and the key of the form that sent it.

    `remaining` of `amount` is neither charged nor released yet. `key` is unique in the account, so
    a form that comes twice sends once. `sign_up`: the text had the code of a sign-up form. With
    `automatic_answer_id` it went by itself, and its key is the public id of the reply that it
    answers; else `written_by` is the public id of a user. Number and text are in the message,
    without a foreign key: it is deleted before this row, which says nothing about a recipient.
    """

    __tablename__ = "direct_texts"
    __table_args__ = (
        UniqueConstraint("account_id", "key"),
        CheckConstraint("remaining >= 0", name="remaining"),
        Index("ix_direct_texts_held", "id", sqlite_where=text(HELD), postgresql_where=text(HELD)),
        Index(
            "ix_direct_texts_automatic",
            "account_id",
            "created_at",
            sqlite_where=text(AUTOMATIC),
            postgresql_where=text(AUTOMATIC),
        ),
    )
    privacy = Privacy.ACCOUNT
    customer_rights = ADD_AND_CHANGE
    export = Export(
        "direct_texts",
        N_("What texts to single people have cost."),
        without={"message_id": MACHINERY, "key": KEY},
        words={
            "amount": N_("the price that was set aside"),
            "remaining": N_("what is neither charged nor given back yet"),
            "closed_at": N_("when nothing was left of it"),
            "sign_up": N_("was it the code of a sign-up form"),
            "written_by": N_("who has written it, see users and former-colleagues"),
            "automatic_answer_id": N_("the automatic answer that it was, see automatic-answers"),
        },
        money=("amount", "remaining"),
    )
    retention = WITH_ACCOUNT
    processing = Processing(MONEY, N_("What texts to single people have cost, as figures"))

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    account_id: Mapped[int] = mapped_column(ForeignKey("accounts.id"))
    message_id: Mapped[int] = mapped_column(BigInteger, unique=True)
    key: Mapped[str] = mapped_column(String(20))
    amount: Mapped[int] = mapped_column(BigInteger)
    remaining: Mapped[int] = mapped_column(BigInteger)
    sign_up: Mapped[bool] = mapped_column(default=False)
    automatic_answer_id: Mapped[int | None] = mapped_column(BigInteger)
    written_by: Mapped[str] = mapped_column(String(20), default="", server_default="")
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)
    closed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
