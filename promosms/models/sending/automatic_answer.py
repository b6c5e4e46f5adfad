"""Automatic answers: texts that an account has written once, and that go back by themselves."""

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import JSON, BigInteger, ForeignKey, SmallInteger, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from promosms.models.base import BigId, Model, Privacy, UtcDateTime, new_public_id, now
from promosms.models.processing import CAMPAIGNS, Processing
from promosms.models.registry import N_, UNTIL_DELETED, Export

MOST_ANSWERS = 100
"""Automatic answers of an account in 24 hours, until its owner chooses another number."""


class AnswerKind(StrEnum):
    """When an automatic answer leaves."""

    KEYWORD = "keyword"  # a text begins with its word
    CLOSED = "closed"  # any other text, outside the opening hours
    OPEN = "open"  # any other text, inside them


class AutomaticAnswer(Model):
    """A text, and when it goes back: `keyword` in capitals without accents, empty of other kinds.

    `agreed_price` (1/10,000) was shown when it was saved: it never costs more. `n_sent` have gone.
    `missed_at` is when one was not sent last that should have been, and `reason` why; both are
    empty again once one was sent, or it was saved.
    """

    __tablename__ = "automatic_answers"
    __table_args__ = (UniqueConstraint("account_id", "kind", "keyword"),)
    privacy = Privacy.COLLECTED
    export = Export(
        "automatic-answers",
        N_("The answers that go back by themselves."),
        words={
            "keyword": N_("the word that a text begins with"),
            "agreed_price": N_("the most that one may cost"),
            "n_sent": N_("how many have been sent"),
            "missed_at": N_("when one was not sent last"),
        },
        money=("agreed_price",),
        referred=("automatic_answer_id",),
    )
    retention = UNTIL_DELETED
    processing = Processing(CAMPAIGNS, N_("Answers that go back by themselves, and when"))

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    public_id: Mapped[str] = mapped_column(String(20), unique=True, default=new_public_id)
    account_id: Mapped[int] = mapped_column(ForeignKey("accounts.id"))
    kind: Mapped[str] = mapped_column(String(8))
    keyword: Mapped[str] = mapped_column(String(20), default="")
    text: Mapped[str] = mapped_column(Text)
    agreed_price: Mapped[int] = mapped_column(BigInteger)
    n_sent: Mapped[int] = mapped_column(default=0)
    missed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    reason: Mapped[str] = mapped_column(String(24), default="")
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)


class AnswerSettings(Model):
    """What the automatic answers of an account obey.

    `hours` has a list for each day from Monday, as "09:00" and "17:00" on the clocks of the
    account, with two more times in between for a break, or None for a closed day; it is None until
    they are said. What closes before it opens closes on the next day. On public holidays of its
    country it is closed if the owner says so.
    """

    __tablename__ = "answer_settings"
    privacy = Privacy.ACCOUNT
    export = Export(
        "answer-settings",
        N_("When you are open, and how many answers may go back by themselves."),
        words={
            "hours": N_("from when to when you are open, from Monday on"),
            "closed_on_holidays": N_("are you closed on public holidays"),
            "daily_limit": N_("how many may be sent in 24 hours"),
        },
    )
    retention = UNTIL_DELETED
    processing = Processing(
        CAMPAIGNS, N_("When you are open, and how many answers may go back by themselves")
    )

    account_id: Mapped[int] = mapped_column(ForeignKey("accounts.id"), primary_key=True)
    hours: Mapped[list[Any] | None] = mapped_column(JSON(none_as_null=True))
    closed_on_holidays: Mapped[bool] = mapped_column(default=True)
    daily_limit: Mapped[int] = mapped_column(SmallInteger, default=MOST_ANSWERS)
