"""Messages: one text to one number, from preparation to its final status."""

from datetime import datetime
from enum import IntEnum, StrEnum
from typing import Any, ClassVar

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    ForeignKey,
    Index,
    LargeBinary,
    SmallInteger,
    String,
    Text,
    UniqueConstraint,
    and_,
    false,
    or_,
    select,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column

from promosms.models.base import (
    BigId,
    Model,
    Privacy,
    UtcDateTime,
    checked_on_sqlite,
    now,
)
from promosms.models.campaigns.campaign import Campaign
from promosms.models.processing import CAMPAIGNS, SIGN_IN, Processing
from promosms.models.registry import (
    MACHINERY,
    N_,
    OPERATOR,
    REPEATED,
    Export,
    NotExported,
    Retention,
)


class MessageStatus(StrEnum):
    """queued -> sending -> sent -> delivered | undelivered | expired; docs/architecture.md."""

    FINAL: ClassVar["frozenset[MessageStatus]"]
    """Nothing changes any more."""
    WAITING: ClassVar["frozenset[MessageStatus]"]
    """Not submitted yet, or the answer is not recorded yet."""
    ACCEPTED: ClassVar["frozenset[MessageStatus]"]
    """A gateway has taken the text: it is charged."""
    RECEIPT_EXPECTED: ClassVar["frozenset[MessageStatus]"]
    """A receipt may still give the final status."""
    UNSETTLED: ClassVar["frozenset[MessageStatus]"]
    """The price is held, neither charged nor released."""
    POSSIBLY_SUBMITTED: ClassVar["frozenset[MessageStatus]"]
    """The recipient may have got the text."""
    NOT_DELIVERED: ClassVar["frozenset[MessageStatus]"]
    PROBLEM: ClassVar["frozenset[MessageStatus]"]
    """What a report explains to the customer."""
    NO_ATTENTION: ClassVar["frozenset[MessageStatus]"]
    """The rows with these statuses have no `attention_status`."""
    ALWAYS_ATTENTION: ClassVar["frozenset[MessageStatus]"]
    """All rows with these statuses have an `attention_status`: reports find them by it."""

    QUEUED = "queued"
    SENDING = "sending"
    SENT = "sent"
    DELIVERED = "delivered"
    UNDELIVERED = "undelivered"
    EXPIRED = "expired"
    FAILED = "failed"
    UNKNOWN = "unknown"
    SKIPPED = "skipped"
    CANCELLED = "cancelled"


MessageStatus.NOT_DELIVERED = frozenset(
    {MessageStatus.UNDELIVERED, MessageStatus.EXPIRED, MessageStatus.FAILED}
)
MessageStatus.PROBLEM = MessageStatus.NOT_DELIVERED | {MessageStatus.SKIPPED}
MessageStatus.FINAL = MessageStatus.PROBLEM | {MessageStatus.DELIVERED, MessageStatus.CANCELLED}
MessageStatus.WAITING = frozenset({MessageStatus.QUEUED, MessageStatus.SENDING})
MessageStatus.RECEIPT_EXPECTED = frozenset({MessageStatus.SENT, MessageStatus.UNKNOWN})
MessageStatus.UNSETTLED = MessageStatus.WAITING | {MessageStatus.UNKNOWN}
MessageStatus.NO_ATTENTION = frozenset({MessageStatus.SENT, MessageStatus.DELIVERED})
MessageStatus.ACCEPTED = MessageStatus.NO_ATTENTION | {
    MessageStatus.UNDELIVERED,
    MessageStatus.EXPIRED,
}
MessageStatus.POSSIBLY_SUBMITTED = MessageStatus.ACCEPTED | {
    MessageStatus.SENDING,
    MessageStatus.UNKNOWN,
}
MessageStatus.ALWAYS_ATTENTION = MessageStatus.PROBLEM | {
    MessageStatus.UNKNOWN,
    MessageStatus.CANCELLED,
}


class Priority(IntEnum):
    """The order of service at a gateway, the lowest number first; those of campaigns at the end."""

    VERIFICATION = 0
    TEST = 1
    CAMPAIGN = 2
    DIRECT = 3  # a text to one person: as all without a campaign it goes before campaigns
    SIGN_UP = 4  # of a sign-up form: they ask for it, so no opt-out from before stops it
    API = 5  # a service text to one person, by a program of the account


TO_ONE = (Priority.DIRECT, Priority.API)
"""Texts of the account itself to one person: an opt-out stops them."""
WITH_HOLD = (*TO_ONE, Priority.SIGN_UP)
"""Texts without a campaign whose price is set aside first."""
NEEDS_ATTENTION = "attention_status IS NOT NULL"
TO_ONE_QUEUED = "attention_status = 'queued' AND campaign_id IS NULL"


def attention_status_of(status: str) -> str | None:
    """The `attention_status` of a detached message that gets this status."""
    return None if status in MessageStatus.NO_ATTENTION else status


def _attention_status(context: Any) -> str | None:
    return attention_status_of(context.get_current_parameters().get("status", MessageStatus.QUEUED))


_WITHOUT = {
    **dict.fromkeys(("gateway_id", "encrypted_text"), OPERATOR),
    **dict.fromkeys(
        ("priority", "attempts", "tried_at", "unconfirmed", "next_attempt_at"), MACHINERY
    ),
    **dict.fromkeys(("lease_token", "lease_until", "submitted_at", "attention_status"), MACHINERY),
}


class Message(Model):
    """One text to one number.

    `lease_token` and `lease_until` belong to the worker that claimed the row. `submitted_at` is
    the intent: it is written before the text goes to the gateway. `tried_at` is the first try.
    `unconfirmed`: the answer to an earlier try was lost, and the gateway drops or finds
    repetitions. `encrypted_text` is the encrypted body of a system password; it is deleted when the
    gateway has taken the text. `price` covers all parts. `gateway_id` has no foreign key, because
    gateways are never deleted and the check would cost as much as an index. `recipient` is the
    random id of the recipient, also after the recipient got another number or was deleted. It has
    no index: only an erasure looks for it (`services/privacy/persons.py`).

    `attention_status` repeats the status of the rows that must be found by it: a text without a
    campaign until it is sent, a detached message (one that is tried again or has changed its
    gateway), and every message with a bad end. It is NULL in the other rows of campaigns, which
    are found by the send cursors (`services/sending/cursors.py`). A new row has it unless the
    insert says NULL. So the two indexes on it are small, and the usual way from `queued` to
    `delivered` changes no indexed column: PostgreSQL then writes the new version of the row to the
    same page and touches no index, if the page has room (fillfactor).
    """

    __tablename__ = "messages"
    __table_args__ = (
        # The number comes first: the index also finds the last message to a number.
        UniqueConstraint("phone", "campaign_id"),
        # No column of an index, and none of its condition, changes from queued to delivered.
        Index(
            "ix_messages_attention",
            "attention_status",
            "gateway_id",
            "campaign_id",
            "id",
            sqlite_where=text(NEEDS_ATTENTION),
            postgresql_where=text(NEEDS_ATTENTION),
        ),
        Index(
            "ix_messages_system",
            "created_at",
            sqlite_where=text("priority = 0"),
            postgresql_where=text("priority = 0"),
        ),
        Index("ix_messages_campaign", "campaign_id", "id"),
        Index(
            "ix_messages_report",
            "campaign_id",
            "attention_status",
            "id",
            sqlite_where=text(NEEDS_ATTENTION),
            postgresql_where=text(NEEDS_ATTENTION),
        ),
        Index(
            "ix_messages_single",
            "account_id",
            "id",
            sqlite_where=text("campaign_id IS NULL"),
            postgresql_where=text("campaign_id IS NULL"),
        ),
        Index(
            "ix_messages_to_one",
            "gateway_id",
            "account_id",
            "id",
            sqlite_where=text(TO_ONE_QUEUED),
            postgresql_where=text(TO_ONE_QUEUED),
        ),
        {
            "sqlite_autoincrement": True,  # an id is never given twice
            "postgresql_with": {"fillfactor": 50},
        },
    )
    privacy = Privacy.COLLECTED
    export = (
        Export(
            "messages",
            N_(
                "Each message of each campaign: number, text, how many texts it counts as, price "
                "and result."
            ),
            without=_WITHOUT,
            words={
                "recipient": N_("the recipient, see recipients"),
                "sender": N_("the sender that was shown"),
                "flash": N_("did it open on the screen"),
                "sent_at": N_("when it left"),
                "final_at": N_("when its result was known"),
            },
            money=("price",),
            parent="campaign_id",
        ),
        Export(
            "other-messages",
            N_("Texts to single people, tests, and texts of the service itself."),
            without={**_WITHOUT, "campaign_id": REPEATED},
            only=lambda table: table.c.campaign_id.is_(None),
        ),
    )
    retention = Retention(
        "the last news of the text",
        by="messages",
        setting="Account.retention_days",
        what=N_("Numbers and texts of messages"),
    )
    processing = (
        Processing(CAMPAIGNS, N_("Number and text of each message, and what became of it")),
        Processing(
            SIGN_IN,
            N_("The system password in the text message"),
            kept=Retention(
                "the gateway has taken the text, or with its message",
                by="messages",
                setting="SYSTEM_PASSWORD_MINUTES",
                words=N_(
                    "Encrypted until it has been handed to the mobile network, never in clear. It "
                    "is valid for %(time)s."
                ),
            ),
        ),
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    account_id: Mapped[int] = mapped_column(ForeignKey("accounts.id"))
    campaign_id: Mapped[int | None] = mapped_column(ForeignKey("campaigns.id"))
    recipient: Mapped[str | None] = mapped_column(String(20))
    gateway_id: Mapped[int | None] = mapped_column(BigId)
    priority: Mapped[int] = mapped_column(SmallInteger, default=Priority.CAMPAIGN)
    phone: Mapped[str] = mapped_column(String(16))
    country: Mapped[str] = mapped_column(String(2), default="")
    sender: Mapped[str] = mapped_column(String(16), default="")
    flash: Mapped[bool] = mapped_column(default=False, server_default=false())
    text: Mapped[str] = mapped_column(Text, default="")
    encrypted_text: Mapped[bytes | None] = mapped_column(LargeBinary)
    encoding: Mapped[str] = mapped_column(String(4), default="gsm7")
    parts: Mapped[int] = mapped_column(SmallInteger, default=1)
    price: Mapped[int] = mapped_column(BigInteger, default=0)
    status: Mapped[str] = mapped_column(String(11), default=MessageStatus.QUEUED)
    attention_status: Mapped[str | None] = mapped_column(String(11), default=_attention_status)
    reason: Mapped[str] = mapped_column(String(24), default="")
    attempts: Mapped[int] = mapped_column(SmallInteger, default=0)
    tried_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    unconfirmed: Mapped[bool] = mapped_column(default=False)
    next_attempt_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    lease_token: Mapped[str | None] = mapped_column(String(32))
    lease_until: Mapped[datetime | None] = mapped_column(UtcDateTime)
    submitted_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)
    sent_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    final_at: Mapped[datetime | None] = mapped_column(UtcDateTime)

    @classmethod
    def of_account(cls, account_id: int) -> ColumnElement[bool]:
        """By its campaigns: an index by account would cost every message a write at each step."""
        campaigns = select(Campaign.id).where(Campaign.account_id == account_id)
        single = and_(cls.campaign_id.is_(None), cls.account_id == account_id)
        return or_(cls.campaign_id.in_(campaigns), single)


class MessagePart(Model):
    """A part as the gateway knows it: its reference, and the status of its own receipt.

    `account_id` and `gateway_id` are those of the message, which has the foreign keys. There is
    no foreign key to the message on PostgreSQL: the check of each row would cost a third of the
    insert. It is not needed, because an insert of parts has locked their message, and a deletion
    locks the messages, deletes their parts, then the messages.
    """

    __tablename__ = "message_parts"
    __table_args__ = (
        checked_on_sqlite("message_id", "messages.id", ondelete="CASCADE"),
        Index("ix_message_parts_reference", "gateway_id", "reference"),
        {"sqlite_with_rowid": False},
    )
    privacy = Privacy.COLLECTED
    export = NotExported(N_("The references of gateways to messages: their data, not yours."))
    retention = Retention("its message goes", by="messages", setting="Account.retention_days")
    processing = Processing(CAMPAIGNS, N_("The references of the gateway to it"))

    message_id: Mapped[int] = mapped_column(BigId, primary_key=True, autoincrement=False)
    number: Mapped[int] = mapped_column(SmallInteger, primary_key=True)
    account_id: Mapped[int] = mapped_column(BigId)
    gateway_id: Mapped[int] = mapped_column(BigId)
    reference: Mapped[str] = mapped_column(String(64))
    status: Mapped[str] = mapped_column(String(11), default=MessageStatus.SENT)

    @classmethod
    def of_account(cls, account_id: int) -> ColumnElement[bool]:
        """Those of its messages: there is no index by account."""
        return cls.message_id.in_(select(Message.id).where(Message.of_account(account_id)))
