"""Conversations: the numbers that have written to an account, and how far each is read and done."""

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

from promosms.models.base import BigId, Model, Privacy, UtcDateTime
from promosms.models.processing import CAMPAIGNS, Processing
from promosms.models.registry import MACHINERY, N_, Export, Retention

OPEN, UNREAD, DONE = "done_at IS NULL", "unread > 0", "done_at IS NOT NULL"


def _index(name: str, where: str) -> Index:
    columns = ("account_id", "last_reply_id")
    return Index(name, *columns, sqlite_where=text(where), postgresql_where=text(where))


class Conversation(Model):
    """A number that has written to the account; names and texts stand where they are stored.

    `last_reply_id` is its newest reply: the newest conversation comes first by it. `unread` counts
    the replies that nobody has opened. `answer_id` is the direct text that was sent since the last
    reply, without a foreign key: it may be deleted before. It is done since `done_at`, until the
    next reply that somebody has to read.
    """

    __tablename__ = "conversations"
    __table_args__ = (
        UniqueConstraint("account_id", "phone"),
        CheckConstraint("unread >= 0", name="unread"),
        Index("ix_conversations_page", "account_id", "last_reply_id"),
        _index("ix_conversations_open", OPEN),
        _index("ix_conversations_unread", UNREAD),
        _index("ix_conversations_done", DONE),
    )
    privacy = Privacy.COLLECTED
    export = Export(
        "conversations",
        N_("Who has written, and which conversations are done."),
        without={"last_reply_id": MACHINERY, "answer_id": MACHINERY},
        words={
            "unread": N_("how many of their replies nobody has read"),
            "done_at": N_("when it was marked as done"),
        },
    )
    retention = Retention(
        "their last reply is deleted",
        by="replies",
        words=N_("Until the last reply in them is deleted."),
    )
    processing = Processing(CAMPAIGNS, N_("Which conversations are read and done"))

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    account_id: Mapped[int] = mapped_column(ForeignKey("accounts.id"))
    phone: Mapped[str] = mapped_column(String(16))
    last_reply_id: Mapped[int] = mapped_column(BigInteger)
    answer_id: Mapped[int | None] = mapped_column(BigInteger)
    unread: Mapped[int] = mapped_column(default=0)
    done_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
