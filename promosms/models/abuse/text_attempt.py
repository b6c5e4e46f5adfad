"""Text attempts, blocks and refusals: the figures of the limits of verification texts."""

from datetime import datetime, timedelta
from enum import StrEnum

from sqlalchemy import Index, SmallInteger, String
from sqlalchemy.orm import Mapped, mapped_column

from promosms.models.base import BigId, Model, Privacy, UtcDateTime, new_public_id, now
from promosms.models.processing import SECURITY, NotPersonal, Processing
from promosms.models.registry import ADD, ADD_AND_CHANGE, N_, NOBODYS, Retention


class AttemptKind(StrEnum):
    """A text with a password or a code, the e-mail whose link leads to one, or a notice by text.

    The codes of sign-up forms are counted apart: accounts pay them, and whoever uses up their
    limits keeps nobody from signing in.
    """

    TEXT = "text"
    SIGN_UP = "signup"
    NOTICE = "notice"
    EMAIL = "email"


class TextAttempt(Model):
    """A text or e-mail that went out. Number, prefix and network are keyed hashes.

    `proven`: the browser has solved a challenge. `completed`: the password or code of the text was
    used.
    """

    __tablename__ = "text_attempts"
    __table_args__ = (Index("ix_text_attempts_kind", "kind", "created_at"),)
    privacy = Privacy.SYSTEM
    customer_rights = ADD_AND_CHANGE
    export = NOBODYS
    retention = Retention(
        "it was made",
        by="verification texts",
        limit=timedelta(hours=24),
        words=N_("%(time)s. What is older is deleted every night."),
    )
    processing = Processing(
        SECURITY,
        N_("That a text or an e-mail about signing in or up was sent: number and network"),
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    kind: Mapped[str] = mapped_column(String(6))
    number_hash: Mapped[str] = mapped_column(String(32), index=True)
    prefix_hash: Mapped[str] = mapped_column(String(32))
    network_hash: Mapped[str] = mapped_column(String(32))
    dial_code: Mapped[int] = mapped_column(SmallInteger)
    proven: Mapped[bool] = mapped_column(default=False)
    completed: Mapped[bool] = mapped_column(default=False)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)


class TextBlock(Model):
    """A prefix that gets no verification texts for a day; without `prefix` the budget was used up.

    `prefix` is the beginning of ten thousand numbers: E.164 without the last four digits.
    """

    __tablename__ = "text_blocks"
    privacy = Privacy.SYSTEM
    customer_rights = ADD
    export = NOBODYS
    retention = Retention(
        "`until`", by="verification texts", words=N_("Until the night after the block has ended.")
    )
    processing = Processing(
        SECURITY, N_("Ranges of ten thousand numbers to which no passwords are sent")
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    public_id: Mapped[str] = mapped_column(String(20), unique=True, default=new_public_id)
    prefix: Mapped[str] = mapped_column(String(12), default="", index=True)
    texts: Mapped[int] = mapped_column(SmallInteger, default=0)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)
    until: Mapped[datetime] = mapped_column(UtcDateTime, index=True)
    lifted_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class TextRefusal(Model):
    """How often a layer has refused within an hour; nothing about who asked."""

    __tablename__ = "text_refusals"
    privacy = Privacy.SYSTEM
    customer_rights = ADD_AND_CHANGE
    export = NOBODYS
    retention = Retention("its hour", by="verification texts", limit=timedelta(hours=24))
    processing = NotPersonal("How many texts each rule has refused in an hour.")

    hour: Mapped[datetime] = mapped_column(UtcDateTime, primary_key=True)
    layer: Mapped[str] = mapped_column(String(12), primary_key=True)
    number: Mapped[int] = mapped_column(default=0)
