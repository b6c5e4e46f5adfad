"""Conversations: the numbers that have written to an account, and who looks after each."""

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
SOMEBODYS = "assignee_id IS NOT NULL"
MINE, NOBODYS = f"{OPEN} AND {SOMEBODYS}", f"{OPEN} AND assignee_id IS NULL"


def _index(name: str, where: str, *columns: str) -> Index:
    columns = columns or ("account_id", "last_reply_id")
    return Index(name, *columns, sqlite_where=text(where), postgresql_where=text(where))


class Conversation(Model):
    """A number that has written to the account; names and texts stand where they are stored.

    `last_reply_id` is its newest reply: the newest conversation comes first by it. `unread` counts
    the replies that nobody has opened. `answer_id` is the direct text that was sent since the last
    reply, without a foreign key: it may be deleted before. It is done since `done_at`, until the
    next reply that somebody has to read. `assignee_id` is the user who looks after it, also while
    it is done; nobody does when that user is deleted.
    """

    __tablename__ = "conversations"
    __table_args__ = (
        UniqueConstraint("account_id", "phone"),
        CheckConstraint("unread >= 0", name="unread"),
        Index("ix_conversations_page", "account_id", "last_reply_id"),
        _index("ix_conversations_open", OPEN),
        _index("ix_conversations_unread", UNREAD),
        _index("ix_conversations_done", DONE),
        _index("ix_conversations_mine", MINE, "account_id", "assignee_id", "last_reply_id"),
        _index("ix_conversations_nobodys", NOBODYS),
        _index("ix_conversations_assignee_id", SOMEBODYS, "assignee_id"),  # of the foreign key
    )
    privacy = Privacy.COLLECTED
    export = Export(
        "conversations",
        N_("Who has written, which conversations are done, and who looks after them."),
        without={"last_reply_id": MACHINERY, "answer_id": MACHINERY},
        words={
            "unread": N_("how many of their replies nobody has read"),
            "done_at": N_("when it was marked as done"),
            "assignee_id": N_("who looks after it, see users"),
        },
    )
    retention = Retention(
        "their last reply is deleted",
        by="replies",
        words=N_("Until the last reply in them is deleted."),
    )
    processing = Processing(
        CAMPAIGNS, N_("Which conversations are read and done, and which of you looks after them")
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    account_id: Mapped[int] = mapped_column(ForeignKey("accounts.id"))
    phone: Mapped[str] = mapped_column(String(16))
    last_reply_id: Mapped[int] = mapped_column(BigInteger)
    answer_id: Mapped[int | None] = mapped_column(BigInteger)
    unread: Mapped[int] = mapped_column(default=0)
    done_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    assignee_id: Mapped[int | None] = mapped_column(ForeignKey("users.id", ondelete="SET NULL"))
