"""Unmatched opt-outs: wishes to stop that belong to nobody, until an admin has settled them."""

from datetime import datetime, timedelta
from enum import StrEnum
from typing import ClassVar

from sqlalchemy import ColumnElement, ForeignKey, Index, LargeBinary, SmallInteger, String
from sqlalchemy.orm import Mapped, mapped_column

from promosms.models.base import BigId, Model, Privacy, UtcDateTime, new_public_id, now
from promosms.models.processing import OBJECTIONS, Processing
from promosms.models.registry import N_, NotExported, Retention


class UnmatchedStatus(StrEnum):
    """What has become of an unmatched opt-out."""

    WAITING = "waiting"
    ASSIGNED = "assigned"
    DISMISSED = "dismissed"


class UnmatchedOptOut(Model):
    """A STOP, or what may be one, from a number that no account has texted, as far as we know.

    `encrypted_reply` is the reply, with the address as it came; it is deleted when an admin has
    settled it. `account_id` is the account that it was assigned to, if it was one. `times` is how
    often the same address has asked, which `address_hash` recognises. `told_at` is set if the
    admins got an e-mail because of it.
    """

    __tablename__ = "unmatched_opt_outs"
    __table_args__ = (
        Index("ix_unmatched_opt_outs_account_id", "account_id"),
        Index("ix_unmatched_opt_outs_status", "status", "address_hash"),
    )
    privacy = Privacy.COLLECTED
    export = NotExported(
        N_("Wishes to stop that belong to nobody. Once assigned to you, they are with the replies.")
    )
    retention = Retention(
        "it came in, or an admin has settled it",
        by="unmatched opt-outs",
        limit=timedelta(days=90),  # as long as numbers of messages are kept at most
        what=N_("Wishes to stop from numbers that fit no account"),
    )
    processing = Processing(
        OBJECTIONS, N_("The number and the text, encrypted, and the gateway that brought them")
    )
    SETTLED: ClassVar[timedelta] = timedelta(days=30)
    """So long it stays known that it was settled, without number and text."""

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    public_id: Mapped[str] = mapped_column(String(20), unique=True, default=new_public_id)
    account_id: Mapped[int | None] = mapped_column(ForeignKey("accounts.id"))
    gateway_id: Mapped[int] = mapped_column(BigId)
    kind: Mapped[str] = mapped_column(String(5))
    status: Mapped[str] = mapped_column(String(9), default=UnmatchedStatus.WAITING)
    encrypted_reply: Mapped[bytes | None] = mapped_column(LargeBinary)
    address_hash: Mapped[str] = mapped_column(String(64))
    times: Mapped[int] = mapped_column(SmallInteger, default=1)
    reason: Mapped[str] = mapped_column(String(200), default="")
    decided_by: Mapped[str] = mapped_column(String(20), default="")
    decided_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    told_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    received_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)

    @classmethod
    def of_account(cls, account_id: int) -> ColumnElement[bool]:
        """Those that were assigned to it; one that waits belongs to nobody."""
        return cls.account_id == account_id
