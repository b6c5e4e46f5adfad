"""E-mails: the outbox of the mail worker."""

from datetime import datetime, timedelta
from enum import StrEnum

from sqlalchemy import BigInteger, ColumnElement, ForeignKey, SmallInteger, String, Text, or_
from sqlalchemy.orm import Mapped, mapped_column

from promosms.models.base import BigId, Model, Privacy, UtcDateTime, now, users_of
from promosms.models.processing import EMAILS, Processing
from promosms.models.registry import N_, NotExported, Retention


class EmailStatus(StrEnum):
    """Life of an e-mail in the outbox."""

    QUEUED = "queued"
    SENDING = "sending"
    SENT = "sent"
    FAILED = "failed"


class Email(Model):
    """An e-mail that waits; without a mail server it stays for the page of the simulated phone.

    With `invoice_id` the PDF of that invoice is attached. With `replies_to` it is about the replies
    with ids after `replies_after` up to that: what its account wants of their words is put in when
    it leaves, and is never stored here.
    """

    __tablename__ = "emails"
    privacy = Privacy.ACCOUNT
    export = NotExported(
        N_("E-mails that were sent to you: you have them, and their links are keys.")
    )
    retention = Retention(
        "it has left, or was written",
        by="emails",
        limit=timedelta(days=30),
        without_account=timedelta(days=2),
        what=N_("E-mails that the service writes to you"),
    )
    processing = Processing(EMAILS, N_("Address, subject and text of e-mails"))

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    account_id: Mapped[int | None] = mapped_column(ForeignKey("accounts.id"), index=True)
    recipient: Mapped[str] = mapped_column(String(254), index=True)
    subject: Mapped[str] = mapped_column(String(200))
    body: Mapped[str] = mapped_column(Text)
    status: Mapped[str] = mapped_column(String(8), default=EmailStatus.QUEUED, index=True)
    invoice_id: Mapped[int | None] = mapped_column(BigId)
    replies_after: Mapped[int | None] = mapped_column(BigInteger)
    replies_to: Mapped[int | None] = mapped_column(BigInteger)
    attempts: Mapped[int] = mapped_column(SmallInteger, default=0)
    next_attempt_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)

    @property
    def of_replies(self) -> tuple[int, int] | None:
        """The replies that it is about: after the first id, up to the second."""
        return None if self.replies_to is None else (self.replies_after or 0, self.replies_to)

    @classmethod
    def of_account(cls, account_id: int) -> ColumnElement[bool]:
        """Its own, and those to its users that name no account."""
        written_to = cls.recipient.in_(users_of(account_id, "email"))
        return or_(cls.account_id == account_id, written_to)
